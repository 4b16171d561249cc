/* Building a graph: nodes, parameters and units are appended to growing arrays. */
#include "config.h"

#include "evoscope/graph.h"

#include <stdlib.h>
#include <string.h>

struct evo_window evo_window(size_t kernel, size_t stride)
{
	return (struct evo_window){kernel, kernel, stride, stride, kernel / 2, kernel / 2, 1, 1};
}

struct evo_graph *evo_graph_create(void)
{
	return evo_calloc(1, sizeof(struct evo_graph));
}

void evo_graph_destroy(struct evo_graph *graph)
{
	if (!graph)
		return;
	free(graph->nodes);
	free(graph->inputs);
	free(graph->parameters);
	free(graph->units);
	free(graph);
}

/* A shape that cannot be is a mistake in a space's builder, which has validated the text. */
static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "evoscope: graph builder: %s\n", what);
	abort();
}

/* The array with room for one more: capacities are powers of two, so that the count tells them. */
static void *grown(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return evo_realloc(array, count ? count * 2 : 1, size);
}

static size_t append(struct evo_graph *graph, enum evo_op op, struct evo_shape shape,
                     const size_t *inputs, size_t count)
{
	require(shape.channels && shape.height && shape.width, "empty shape");
	struct evo_graph_node node = {.op = op,
	                              .shape = shape,
	                              .first_input = graph->input_count,
	                              .inputs = count,
	                              .groups = 1,
	                              .parameter = -1};
	for (size_t i = 0; i < count; i++) {
		require(inputs[i] < graph->node_count, "an input that is not there yet");
		graph->inputs = grown(graph->inputs, graph->input_count, sizeof(*graph->inputs));
		graph->inputs[graph->input_count++] = inputs[i];
	}
	graph->nodes = grown(graph->nodes, graph->node_count, sizeof(*graph->nodes));
	graph->nodes[graph->node_count] = node;
	return graph->node_count++;
}

static int append_parameter(struct evo_graph *graph, const char *name, const char *suffix,
                            enum evo_parameter_kind kind, const size_t dims[4])
{
	struct evo_parameter parameter = {.kind = kind, .offset = graph->parameter_total};
	int length = snprintf(parameter.name, sizeof(parameter.name), "%s.%s", name, suffix);
	require(length > 0 && (size_t) length < sizeof(parameter.name), "parameter name too long");
	memcpy(parameter.dims, dims, sizeof(parameter.dims));
	parameter.count = dims[0] * dims[1] * dims[2] * dims[3];
	graph->parameters =
	        grown(graph->parameters, graph->parameter_count, sizeof(*graph->parameters));
	graph->parameters[graph->parameter_count] = parameter;
	graph->parameter_total += parameter.count;
	return (int) graph->parameter_count++;
}

static struct evo_shape shape_of(const struct evo_graph *graph, size_t node)
{
	require(node < graph->node_count, "an input that is not there yet");
	return graph->nodes[node].shape;
}

static bool same_shape(struct evo_shape a, struct evo_shape b)
{
	return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

size_t evo_graph_input(struct evo_graph *graph, struct evo_shape shape)
{
	require(graph->node_count == 0, "the input is the first node");
	return append(graph, EVO_OP_INPUT, shape, NULL, 0);
}

size_t evo_graph_zero(struct evo_graph *graph, struct evo_shape shape)
{
	return append(graph, EVO_OP_ZERO, shape, NULL, 0);
}

size_t evo_graph_relu(struct evo_graph *graph, size_t input)
{
	return append(graph, EVO_OP_RELU, shape_of(graph, input), &input, 1);
}

/* Output size along one side. */
static size_t windows(size_t size, size_t kernel, size_t stride, size_t pad, size_t dilation)
{
	require(kernel && stride && dilation, "empty window");
	size_t reach = (kernel - 1) * dilation + 1;
	require(size + 2 * pad >= reach, "window larger than the image");
	return (size + 2 * pad - reach) / stride + 1;
}

static struct evo_shape windowed(struct evo_shape shape, size_t channels, struct evo_window w)
{
	return (struct evo_shape){
	        channels, windows(shape.height, w.kernel_h, w.stride_h, w.pad_h, w.dilation_h),
	        windows(shape.width, w.kernel_w, w.stride_w, w.pad_w, w.dilation_w)};
}

size_t evo_graph_conv(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window, size_t groups)
{
	struct evo_shape in = shape_of(graph, input);
	require(groups && in.channels % groups == 0 && channels % groups == 0, "uneven groups");
	size_t node = append(graph, EVO_OP_CONV, windowed(in, channels, window), &input, 1);
	size_t dims[4] = {channels, in.channels / groups, window.kernel_h, window.kernel_w};
	graph->nodes[node].window = window;
	graph->nodes[node].groups = groups;
	graph->nodes[node].parameter =
	        append_parameter(graph, name, "weight", EVO_CONV_WEIGHT, dims);
	return node;
}

size_t evo_graph_norm(struct evo_graph *graph, const char *name, size_t input, bool affine)
{
	struct evo_shape shape = shape_of(graph, input);
	size_t node = append(graph, EVO_OP_BATCHNORM, shape, &input, 1);
	if (affine) {
		size_t dims[4] = {shape.channels, 1, 1, 1};
		graph->nodes[node].parameter =
		        append_parameter(graph, name, "scale", EVO_BN_SCALE, dims);
		append_parameter(graph, name, "shift", EVO_BN_SHIFT, dims);
	}
	return node;
}

size_t evo_graph_add(struct evo_graph *graph, const size_t *inputs, size_t count)
{
	require(count > 0, "a sum of nothing");
	struct evo_shape shape = shape_of(graph, inputs[0]);
	for (size_t i = 1; i < count; i++)
		require(same_shape(shape, shape_of(graph, inputs[i])), "a sum of unequal shapes");
	return append(graph, EVO_OP_ADD, shape, inputs, count);
}

static size_t append_pool(struct evo_graph *graph, enum evo_op op, size_t input,
                          struct evo_window window)
{
	struct evo_shape in = shape_of(graph, input);
	require(window.pad_h * 2 <= (window.kernel_h - 1) * window.dilation_h + 1 &&
	                window.pad_w * 2 <= (window.kernel_w - 1) * window.dilation_w + 1,
	        "pooling windows that see only padding");
	size_t node = append(graph, op, windowed(in, in.channels, window), &input, 1);
	graph->nodes[node].window = window;
	return node;
}

size_t evo_graph_avgpool(struct evo_graph *graph, size_t input, struct evo_window window)
{
	return append_pool(graph, EVO_OP_AVGPOOL, input, window);
}

size_t evo_graph_maxpool(struct evo_graph *graph, size_t input, struct evo_window window)
{
	return append_pool(graph, EVO_OP_MAXPOOL, input, window);
}

size_t evo_graph_global_pool(struct evo_graph *graph, size_t input)
{
	struct evo_shape shape = {shape_of(graph, input).channels, 1, 1};
	graph->features = input;
	return append(graph, EVO_OP_GLOBAL_POOL, shape, &input, 1);
}

size_t evo_graph_linear(struct evo_graph *graph, const char *name, size_t input, size_t classes)
{
	struct evo_shape in = shape_of(graph, input);
	require(in.height == 1 && in.width == 1, "a linear layer on a plane");
	size_t node = append(graph, EVO_OP_LINEAR, (struct evo_shape){classes, 1, 1}, &input, 1);
	size_t weight[4] = {classes, in.channels, 1, 1}, bias[4] = {classes, 1, 1, 1};
	graph->nodes[node].parameter =
	        append_parameter(graph, name, "weight", EVO_FC_WEIGHT, weight);
	append_parameter(graph, name, "bias", EVO_FC_BIAS, bias);
	graph->output = node;
	return node;
}

size_t evo_graph_concat(struct evo_graph *graph, const size_t *inputs, size_t count)
{
	require(count > 0, "a concatenation of nothing");
	struct evo_shape shape = shape_of(graph, inputs[0]);
	for (size_t i = 1; i < count; i++) {
		struct evo_shape next = shape_of(graph, inputs[i]);
		require(next.height == shape.height && next.width == shape.width,
		        "a concatenation of unequal planes");
		shape.channels += next.channels;
	}
	return append(graph, EVO_OP_CONCAT, shape, inputs, count);
}

size_t evo_graph_shift(struct evo_graph *graph, size_t input)
{
	return append(graph, EVO_OP_SHIFT, shape_of(graph, input), &input, 1);
}

size_t evo_graph_unit(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window)
{
	struct evo_unit unit;
	char norm[sizeof(unit.name) + 4];
	int length = snprintf(unit.name, sizeof(unit.name), "%s", name);
	require(length > 0 && (size_t) length < sizeof(unit.name), "unit name too long");
	snprintf(norm, sizeof(norm), "%s.bn", unit.name);
	unit.relu = evo_graph_relu(graph, input);
	unit.conv = evo_graph_conv(graph, name, unit.relu, channels, window, 1);
	unit.norm = evo_graph_norm(graph, norm, unit.conv, true);
	graph->units = grown(graph->units, graph->unit_count, sizeof(*graph->units));
	graph->units[graph->unit_count++] = unit;
	return unit.norm;
}

double evo_graph_flops(const struct evo_graph *graph)
{
	double flops = 0;
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct evo_graph_node *node = &graph->nodes[i];
		if (node->op != EVO_OP_CONV && node->op != EVO_OP_LINEAR)
			continue;
		const struct evo_parameter *weight = &graph->parameters[node->parameter];
		flops += (double) weight->count * (double) (node->shape.height * node->shape.width);
	}
	return flops;
}

size_t evo_graph_norm_channels(const struct evo_graph *graph)
{
	size_t channels = 0;
	for (size_t i = 0; i < graph->node_count; i++)
		if (graph->nodes[i].op == EVO_OP_BATCHNORM)
			channels += graph->nodes[i].shape.channels;
	return channels;
}
