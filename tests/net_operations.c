/*
 * Operations of networks written plainly, for tests to hold the fast ones against.
 */
#include "config.h"

#include "net_operations.h"

#include <string.h>

static struct evo_window window(size_t kh, size_t kw, size_t sh, size_t sw, size_t ph, size_t pw,
                                size_t dh, size_t dw)
{
	return (struct evo_window){kh, kw, sh, sw, ph, pw, dh, dw};
}

static size_t conv_pointwise(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 5, evo_window(1, 1), 1);
}

static size_t conv_pointwise_stride(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 5, evo_window(1, 2), 1);
}

static size_t conv_three(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 9, evo_window(3, 1), 1);
}

static size_t conv_stride(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 5, evo_window(3, 2), 1);
}

static size_t conv_rectangle(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 3, window(1, 5, 1, 1, 0, 2, 1, 1), 1);
}

static size_t conv_rectangle_stride(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 3, window(5, 1, 3, 1, 2, 0, 1, 1), 1);
}

static size_t conv_dilated(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 3, window(3, 5, 1, 1, 2, 4, 2, 2), 1);
}

static size_t conv_uneven(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 3, window(2, 4, 2, 1, 1, 0, 3, 1), 1);
}

static size_t conv_wide_padding(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 2, window(3, 3, 2, 3, 4, 5, 1, 1), 1);
}

static size_t conv_groups(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 6, evo_window(3, 1), 2);
}

static size_t conv_depthwise(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 4, evo_window(3, 1), 4);
}

static size_t conv_depthwise_dilated(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 4, window(5, 3, 2, 2, 4, 2, 2, 2), 4);
}

static size_t conv_depthwise_multiplied(struct evo_graph *g, size_t x)
{
	return evo_graph_conv(g, "op", x, 8, evo_window(3, 2), 4);
}

static size_t relu_of_two(struct evo_graph *g, size_t x)
{
	size_t r = evo_graph_relu(g, x);
	size_t two[] = {evo_graph_conv(g, "a", r, 3, evo_window(3, 1), 1),
	                evo_graph_conv(g, "b", r, 2, evo_window(1, 1), 1)};
	return evo_graph_concat(g, two, 2);
}

static size_t relu_of_conv_and_sum(struct evo_graph *g, size_t x)
{
	size_t r = evo_graph_relu(g, x);
	size_t two[] = {r, evo_graph_conv(g, "a", r, 4, evo_window(3, 1), 1)};
	return evo_graph_add(g, two, 2);
}

static size_t relu_depthwise(struct evo_graph *g, size_t x)
{
	size_t r = evo_graph_relu(g, x);
	return evo_graph_conv(g, "op", r, 4, evo_window(3, 2), 4);
}

static size_t unit(struct evo_graph *g, size_t x)
{
	return evo_graph_unit(g, "unit", x, 5, evo_window(3, 1));
}

static size_t unit_stride(struct evo_graph *g, size_t x)
{
	return evo_graph_unit(g, "unit", x, 5, evo_window(3, 2));
}

static size_t norm_affine(struct evo_graph *g, size_t x)
{
	return evo_graph_norm(g, "bn", x, true);
}

static size_t norm_plain(struct evo_graph *g, size_t x)
{
	return evo_graph_norm(g, "bn", x, false);
}

static size_t norm_and_conv(struct evo_graph *g, size_t x)
{
	size_t c = evo_graph_conv(g, "c", x, 4, evo_window(3, 1), 1);
	size_t two[] = {evo_graph_norm(g, "bn", c, true), c};
	return evo_graph_add(g, two, 2);
}

static size_t sum_with_repeat(struct evo_graph *g, size_t x)
{
	size_t terms[] = {x, evo_graph_relu(g, x), x, evo_graph_shift(g, x), x};
	return evo_graph_add(g, terms, 5);
}

static size_t sum_of_sums(struct evo_graph *g, size_t x)
{
	size_t a[] = {evo_graph_norm(g, "a", x, false), x};
	size_t b[] = {evo_graph_add(g, a, 2), evo_graph_norm(g, "b", x, false)};
	return evo_graph_add(g, b, 2);
}

static size_t sum_with_zero(struct evo_graph *g, size_t x)
{
	size_t zero = evo_graph_zero(g, g->nodes[x].shape);
	size_t terms[] = {evo_graph_unit(g, "unit", zero, 4, evo_window(3, 1)), x, zero};
	return evo_graph_add(g, terms, 3);
}

static size_t avgpool_three(struct evo_graph *g, size_t x)
{
	return evo_graph_avgpool(g, x, evo_window(3, 1));
}

static size_t avgpool_two(struct evo_graph *g, size_t x)
{
	return evo_graph_avgpool(g, x, window(2, 2, 2, 2, 0, 0, 1, 1));
}

static size_t avgpool_uneven(struct evo_graph *g, size_t x)
{
	return evo_graph_avgpool(g, x, window(5, 3, 3, 2, 2, 1, 1, 1));
}

static size_t maxpool_three(struct evo_graph *g, size_t x)
{
	return evo_graph_maxpool(g, x, evo_window(3, 1));
}

static size_t maxpool_stride(struct evo_graph *g, size_t x)
{
	return evo_graph_maxpool(g, x, evo_window(3, 2));
}

static size_t concat(struct evo_graph *g, size_t x)
{
	size_t parts[] = {x, evo_graph_relu(g, x),
	                  evo_graph_conv(g, "c", x, 1, evo_window(3, 1), 1)};
	return evo_graph_concat(g, parts, 3);
}

static size_t shift(struct evo_graph *g, size_t x)
{
	return evo_graph_shift(g, x);
}

const struct operation operations[] = {
        {"conv 1x1", conv_pointwise},
        {"conv 1x1 stride 2", conv_pointwise_stride},
        {"conv 3x3", conv_three},
        {"conv 3x3 stride 2", conv_stride},
        {"conv 1x5", conv_rectangle},
        {"conv 5x1 stride 3,1", conv_rectangle_stride},
        {"conv 3x5 dilated", conv_dilated},
        {"conv 2x4 uneven", conv_uneven},
        {"conv wide padding", conv_wide_padding},
        {"conv groups", conv_groups},
        {"conv depthwise", conv_depthwise},
        {"conv depthwise dilated stride 2", conv_depthwise_dilated},
        {"conv depthwise multiplied", conv_depthwise_multiplied},
        {"relu of two convs", relu_of_two},
        {"relu of conv and sum", relu_of_conv_and_sum},
        {"relu depthwise", relu_depthwise},
        {"unit", unit},
        {"unit stride 2", unit_stride},
        {"norm affine", norm_affine},
        {"norm plain", norm_plain},
        {"norm and its conv", norm_and_conv},
        {"sum with repeats", sum_with_repeat},
        {"sum of sums", sum_of_sums},
        {"sum with zero", sum_with_zero},
        {"avgpool 3x3", avgpool_three},
        {"avgpool 2x2 stride 2", avgpool_two},
        {"avgpool 5x3 stride 3,2", avgpool_uneven},
        {"maxpool 3x3", maxpool_three},
        {"maxpool 3x3 stride 2", maxpool_stride},
        {"concat", concat},
        {"shift", shift},
};

const size_t operation_total = EVO_COUNT(operations);

struct evo_graph *graph_of(const struct operation *operation)
{
	struct evo_graph *g = evo_graph_create();
	size_t node = evo_graph_input(g, (struct evo_shape){3, 9, 7});
	node = evo_graph_conv(g, "stem", node, 4, evo_window(1, 1), 1);
	node = operation->append(g, node);
	node = evo_graph_conv(g, "tail", node, 3, evo_window(3, 1), 1);
	node = evo_graph_relu(g, node);
	node = evo_graph_global_pool(g, node);
	evo_graph_linear(g, "fc", node, 4);
	return g;
}

const struct operation *operation_named(const char *name)
{
	for (size_t i = 0; i < operation_total; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}
