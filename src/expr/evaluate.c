/*
 * The plain evaluator: tree by tree, unit by unit, node by node.
 *
 * A tree's aggregates come first, each unit by unit; then what stands above them. It shares nothing
 * between trees, so it is what a faster way to the same values is held against.
 */
#include "config.h"
#include "aggregate.h"
#include "apply.h"
#include "kernels.h"
#include "plan.h"
#include "together.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of tensors that several expressions of a forest read. */
#define KEPT_BYTES ((size_t) 96 << 20)

struct buffer {
	void *memory;
	size_t bytes;
};

struct evo_evaluator {
	struct evo_plan plan;
	struct evo_value aggregates[EVO_TREE_MAX]; /* of the tree at hand, by node */
	struct buffer scratch;                     /* slots of the plan */
	struct buffer folded;                      /* one value a unit */
	struct evo_arena totals;                   /* tensors of layer_total of the tree at hand */
	struct evo_together *together;
};

struct evo_evaluator *evo_evaluator_create(void)
{
	struct evo_evaluator *evaluator = evo_calloc(1, sizeof *evaluator);

	evo_arena_init(&evaluator->totals);
	evaluator->together = evo_together_create(KEPT_BYTES);
	return evaluator;
}

void evo_evaluator_destroy(struct evo_evaluator *evaluator)
{
	if (!evaluator)
		return;
	free(evaluator->scratch.memory);
	free(evaluator->folded.memory);
	evo_arena_clear(&evaluator->totals);
	evo_together_destroy(evaluator->together);
	free(evaluator);
}

size_t evo_evaluator_bytes(const struct evo_evaluator *evaluator)
{
	return sizeof *evaluator + evaluator->scratch.bytes + evaluator->folded.bytes +
	       evaluator->totals.peak + evo_together_bytes(evaluator->together);
}

static bool reserve(struct buffer *buffer, size_t bytes, struct evo_error *err)
{
	if (bytes <= buffer->bytes)
		return true;
	free(buffer->memory);
	buffer->bytes = 0;
	buffer->memory = evo_big_alloc(bytes, "evaluating an expression", err);
	if (!buffer->memory)
		return false;
	buffer->bytes = bytes;
	return true;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

struct run {
	const struct evo_tree *tree;
	const struct evo_plan *plan;
	const struct evo_source *source;
	char *memory;
};

static void *slot_memory(const struct run *run, size_t slot)
{
	return slot == EVO_NO_SLOT ? NULL : run->memory + run->plan->slots[slot].offset;
}

static struct evo_value read_statistic(const struct run *run, size_t at)
{
	const struct evo_source *source = run->source;
	const enum evo_statistic statistic = evo_statistic_of(run->tree->nodes[at].code);
	struct evo_value value = {.extent = run->plan->nodes[at].extent};
	void *memory = slot_memory(run, run->plan->nodes[at].slot);
	double *twice = memory;
	const float *single;

	switch (value.extent.rank) {
	case 4:
		value.single = evo_stats_read(source->stats, source->unit, statistic, memory);
		break;
	case 2:
		single = evo_stats_read(source->stats, source->unit, statistic,
		                        (float *) (twice + value.extent.count));
		for (size_t i = 0; i < value.extent.count; i++)
			twice[i] = (double) single[i];
		value.twice = twice;
		break;
	default:
		value.scalar = evo_stats_scalar(source->stats, statistic);
		break;
	}
	return value;
}

static struct evo_value run_node(const struct run *run, size_t at)
{
	const struct evo_tree_node *node = &run->tree->nodes[at];
	const struct evo_plan_node *planned = &run->plan->nodes[at];
	const struct evo_primitive *row = evo_primitive(node->code);
	struct evo_value result = {.extent = planned->extent}, a, b;

	switch (row->kind) {
	case EVO_NUMBER:
		result.scalar = node->number;
		return result;
	case EVO_UNIT_TERMINAL:
	case EVO_NETWORK_TERMINAL:
		return read_statistic(run, at);
	case EVO_AGGREGATE:
		return run->source->aggregates[at];
	case EVO_PRIMITIVE:
		break;
	}
	if (evo_operation(node->code)->of_shape)
		a = (struct evo_value){.extent = run->plan->nodes[at + 1].extent};
	else
		a = run_node(run, at + 1);
	if (row->arity == 2)
		b = run_node(run, evo_tree_argument(run->tree, at, 1));
	evo_apply(node->code, &a, row->arity == 2 ? &b : NULL, slot_memory(run, planned->slot),
	          slot_memory(run, planned->work), &result);
	return result;
}

/* The subtree's value. fits is false when shapes do not; the function fails only for memory. */
static bool run_subtree(struct evo_evaluator *evaluator, const struct evo_tree *tree, size_t at,
                        const struct evo_source *source, bool *fits, struct evo_value *value,
                        struct evo_error *err)
{
	struct run run = {tree, &evaluator->plan, source, NULL};

	*fits = evo_plan_settle(&evaluator->plan, tree, at, source);
	if (!*fits)
		return true;
	if (!reserve(&evaluator->scratch, evaluator->plan.bytes, err))
		return false;
	run.memory = evaluator->scratch.memory;
	*value = run_node(&run, at);
	return true;
}

/* ---- Aggregates ------------------------------------------------------------------------------ */

static bool aggregate(struct evo_evaluator *evaluator, const struct evo_stats *stats,
                      const struct evo_tree *tree, unsigned code, size_t child,
                      struct evo_value *out, struct evo_error *err)
{
	struct evo_value value;
	size_t count = 0;
	double *values;
	bool fits;

	if (!reserve(&evaluator->folded, stats->unit_count * sizeof *values, err))
		return false;
	values = evaluator->folded.memory;
	for (size_t i = 0; i < stats->unit_count; i++) {
		const struct evo_source source = {stats, &stats->units[i], NULL};
		double mean;

		if (!run_subtree(evaluator, tree, child, &source, &fits, &value, err))
			return false;
		mean = fits ? evo_mean(&value) : (double) NAN;
		if (isfinite(mean))
			values[count++] = mean;
	}
	*out = (struct evo_value){.extent.count = 1};
	out->scalar = count > 0 ? evo_operation(code)->fold(values, count) : (double) NAN;
	return true;
}

/* ---- layer_total ----------------------------------------------------------------------------- */

static bool total(struct evo_evaluator *evaluator, const struct evo_stats *stats,
                  const struct evo_tree *tree, size_t child, struct evo_value *out,
                  struct evo_error *err)
{
	struct evo_value value;
	double *sums = NULL;
	bool fits;

	*out = (struct evo_value){.extent.count = 1, .scalar = (double) NAN};
	for (size_t i = 0; i < stats->unit_count; i++) {
		const struct evo_source source = {stats, &stats->units[i], NULL};
		const bool first = sums == NULL;

		if (!run_subtree(evaluator, tree, child, &source, &fits, &value, err))
			return false;
		if (!fits || !evo_all_finite(&value) ||
		    (!first && !evo_extent_equal(&value.extent, &out->extent)))
			continue;
		if (first) {
			out->extent = value.extent;
			sums = evo_arena_alloc(&evaluator->totals,
			                       value.extent.count * sizeof *sums, err);
			if (!sums)
				return false;
		}
		evo_total_add(sums, &value, first);
	}
	if (!sums)
		return true;
	out->scalar = sums[0];
	out->twice = sums;
	if (out->extent.rank == 4)
		out->single = evo_total_narrow(sums, out->extent.count);
	return true;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static bool run_aggregates(struct evo_evaluator *evaluator, const struct evo_stats *stats,
                           const struct evo_tree *tree, struct evo_error *err)
{
	evo_arena_reset(&evaluator->totals);
	for (size_t i = 0; i < tree->size; i++) {
		const unsigned code = tree->nodes[i].code;
		struct evo_value *out = &evaluator->aggregates[i];
		bool done;

		if (!evo_is_aggregate(code))
			continue;
		done = code == EVO_LAYER_TOTAL
		               ? total(evaluator, stats, tree, i + 1, out, err)
		               : aggregate(evaluator, stats, tree, code, i + 1, out, err);
		if (!done)
			return false;
		i += tree->nodes[i].span - 1u;
	}
	return true;
}

static bool run_tree(struct evo_evaluator *evaluator, const struct evo_stats *stats,
                     const struct evo_tree *tree, double *score, struct evo_error *err)
{
	const struct evo_source source = {stats, NULL, evaluator->aggregates};
	struct evo_value value;
	bool fits = true;

	if (evo_tree_level(tree, 0) == EVO_LEVEL_UNIT) {
		if (!aggregate(evaluator, stats, tree, EVO_LAYER_MEAN, 0, &value, err))
			return false;
	} else if (!run_aggregates(evaluator, stats, tree, err) ||
	           !run_subtree(evaluator, tree, 0, &source, &fits, &value, err)) {
		return false;
	}
	*score = fits ? evo_mean(&value) : (double) NAN;
	return true;
}

bool evo_evaluate(struct evo_evaluator *evaluator, const struct evo_stats *stats,
                  const struct evo_tree *const *trees, size_t count, double *scores,
                  struct evo_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!run_tree(evaluator, stats, trees[i], &scores[i], err))
			return false;
	}
	return true;
}

struct evo_together *evo_evaluator_together(struct evo_evaluator *evaluator)
{
	return evaluator->together;
}

bool evo_evaluate_forest(struct evo_evaluator *evaluator, const struct evo_forest *forest,
                         const struct evo_stats *stats, double *scores, struct evo_error *err)
{
	return evo_together_evaluate(evaluator->together, forest, stats, NULL, scores, err);
}
