/*
 * The network that a NAS-Bench-201 cell stands for: stem, three stages of N cells with a residual
 * block of stride 2 before the second and the third, BatchNorm, ReLU, pool, classifier.
 */
#include "config.h"

#include "nb201.h"

#include <stdlib.h>

static bool check_range(size_t value, size_t max, const char *what, struct evo_error *err)
{
	if (value >= 1 && value <= max)
		return true;
	return evo_fail(err, EVO_E_USAGE, "%s must be 1 to %zu, not %zu", what, max, value);
}

bool evo_nb201_check_macro(const struct evo_macro *macro, struct evo_error *err)
{
	if (!check_range(macro->channels, EVO_CHANNELS_MAX, "the width C", err) ||
	    !check_range(macro->cells, EVO_CELLS_MAX, "the cells a stage N", err) ||
	    !check_range(macro->side, EVO_SIDE_MAX, "the image side", err) ||
	    !check_range(macro->classes, EVO_CLASSES_MAX, "the number of classes", err))
		return false;
	if (macro->side % 4 != 0)
		return evo_fail(err, EVO_E_USAGE,
		                "the image side must be a multiple of 4, not %zu: two blocks "
		                "halve it",
		                macro->side);
	return true;
}

struct builder {
	struct evo_graph *graph;
	const struct evo_nb201_cell *cell;
	size_t channels, side; /* of the stage */
	size_t cells;          /* cells and residual blocks so far */
};

static size_t build_zero(struct builder *b)
{
	return evo_graph_zero(b->graph, (struct evo_shape){b->channels, b->side, b->side});
}

/* The edge from one node to another. `none` is added by nobody: false. */
static bool build_edge(struct builder *b, size_t from, size_t to, size_t input, size_t *output)
{
	char name[32];
	snprintf(name, sizeof(name), "cell%zu.e%zu%zu", b->cells, to, from);
	switch (b->cell->edge[evo_nb201_edge(from, to)]) {
	case EVO_NB201_NONE:
		return false;
	case EVO_NB201_SKIP:
		*output = input;
		break;
	case EVO_NB201_CONV_1X1:
		*output = evo_graph_unit(b->graph, name, input, b->channels, evo_window(1, 1));
		break;
	case EVO_NB201_CONV_3X3:
		*output = evo_graph_unit(b->graph, name, input, b->channels, evo_window(3, 1));
		break;
	case EVO_NB201_AVGPOOL:
		*output = evo_graph_avgpool(b->graph, input, evo_window(3, 1));
		break;
	}
	return true;
}

static size_t build_cell(struct builder *b, size_t input)
{
	size_t node[4] = {input}, terms[3];
	for (size_t to = 1; to <= 3; to++) {
		size_t count = 0;
		for (size_t from = 0; from < to; from++)
			count += build_edge(b, from, to, node[from], &terms[count]);
		node[to] = count == 0   ? build_zero(b)
		           : count == 1 ? terms[0]
		                        : evo_graph_add(b->graph, terms, count);
	}
	b->cells++;
	return node[3];
}

/* A residual block to twice the width at half the size. */
static size_t build_reduction(struct builder *b, size_t input)
{
	char name[32];
	size_t terms[2];
	b->channels *= 2;
	b->side /= 2;
	snprintf(name, sizeof(name), "cell%zu.a", b->cells);
	size_t a = evo_graph_unit(b->graph, name, input, b->channels, evo_window(3, 2));
	snprintf(name, sizeof(name), "cell%zu.b", b->cells);
	terms[1] = evo_graph_unit(b->graph, name, a, b->channels, evo_window(3, 1));
	struct evo_window half = {2, 2, 2, 2, 0, 0, 1, 1};
	size_t pool = evo_graph_avgpool(b->graph, input, half);
	snprintf(name, sizeof(name), "cell%zu.down", b->cells);
	terms[0] = evo_graph_conv(b->graph, name, pool, b->channels, evo_window(1, 1), 1);
	b->cells++;
	return evo_graph_add(b->graph, terms, 2);
}

static struct evo_graph *build(const struct evo_nb201_cell *cell, const struct evo_macro *macro)
{
	struct builder b = {evo_graph_create(), cell, macro->channels, macro->side, 0};
	size_t node = evo_graph_input(b.graph, (struct evo_shape){3, macro->side, macro->side});
	node = evo_graph_conv(b.graph, "stem", node, b.channels, evo_window(3, 1), 1);
	node = evo_graph_norm(b.graph, "stem.bn", node, true);
	for (size_t stage = 0; stage < 3; stage++) {
		if (stage)
			node = build_reduction(&b, node);
		for (size_t i = 0; i < macro->cells; i++)
			node = build_cell(&b, node);
	}
	node = evo_graph_norm(b.graph, "last.bn", node, true);
	node = evo_graph_relu(b.graph, node);
	node = evo_graph_global_pool(b.graph, node);
	evo_graph_linear(b.graph, "fc", node, macro->classes);
	return b.graph;
}

struct evo_graph *evo_nb201_build(const char *text, const struct evo_macro *macro,
                                  struct evo_error *err)
{
	struct evo_nb201_cell cell;
	if (!evo_nb201_parse(text, &cell, err) || !evo_nb201_check_macro(macro, err))
		return NULL;
	return build(&cell, macro);
}
