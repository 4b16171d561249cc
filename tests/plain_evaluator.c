/*
 * The plain evaluator: tree by tree, unit by unit, node by node.
 *
 * A tree's aggregates come first, each unit by unit; then what stands above them. It shares nothing
 * between trees, so it is what the program's faster way to the same values is held against. Shapes
 * are settled before any data is touched, and with them where each value will lie in memory.
 */
#include "config.h"
#include "plain_evaluator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/expr/aggregate.h"
#include "../src/expr/apply.h"
#include "../src/expr/kernels.h"
#include "../src/expr/shape.h"

/* Where leaves come from. At unit level the unit's statistics; at network level (unit NULL) the
   network's, and the aggregates' values by node. */
struct source {
	const struct evo_stats *stats;
	const struct evo_unit_stats *unit;
	const struct evo_tensor *aggregates;
};

#define NO_SLOT ((size_t) -1)

struct plan {
	struct planned_node {
		struct evo_extent extent;
		size_t slot;   /* of its value; NO_SLOT for scalars and what is not computed */
		size_t work;   /* scratch while it is computed */
	} nodes[EVO_TREE_MAX]; /* by node of the tree, those of the subtree are set */
	struct slot {
		size_t bytes, offset;
		bool free;
	} slots[2 * EVO_TREE_MAX];
	size_t slot_count;
	size_t bytes; /* of scratch, for all slots */
};

#define ALIGNMENT 64

struct settling {
	struct plan *plan;
	const struct evo_tree *tree;
	const struct source *source;
};

/* ---- Slots ----------------------------------------------------------------------------------- */

/* The free slot that fits best: the smallest that is large enough, else the largest, which
   grows. */
static size_t take(struct plan *plan, size_t bytes)
{
	struct slot *slots = plan->slots;
	size_t best = NO_SLOT;

	if (bytes == 0)
		return NO_SLOT;
	for (size_t i = 0; i < plan->slot_count; i++) {
		if (!slots[i].free)
			continue;
		if (best == NO_SLOT ||
		    (slots[best].bytes < bytes
		             ? slots[i].bytes > slots[best].bytes
		             : slots[i].bytes >= bytes && slots[i].bytes < slots[best].bytes))
			best = i;
	}
	if (best == NO_SLOT) {
		best = plan->slot_count++;
		slots[best].bytes = 0;
	}
	if (slots[best].bytes < bytes)
		slots[best].bytes = bytes;
	slots[best].free = false;
	return best;
}

static void give(struct plan *plan, size_t slot)
{
	if (slot != NO_SLOT)
		plan->slots[slot].free = true;
}

static void place_slots(struct plan *plan)
{
	plan->bytes = 0;
	for (size_t i = 0; i < plan->slot_count; i++) {
		plan->slots[i].offset = plan->bytes;
		plan->bytes += (plan->slots[i].bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	}
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

/* Statistics are floats; one of rank 2 is made double, with the floats behind it. */
static size_t statistic_bytes(const struct evo_extent *extent)
{
	return evo_extent_bytes(extent) + (extent->rank == 2 ? extent->count * sizeof(float) : 0);
}

static bool settle(const struct settling *settling, size_t at, bool computed);

static bool settle_primitive(const struct settling *settling, size_t at, bool computed)
{
	struct plan *plan = settling->plan;
	const unsigned code = settling->tree->nodes[at].code;
	const bool two = evo_primitive(code)->arity == 2,
	           below = computed && !evo_operation(code)->of_shape;
	const size_t first = at + 1,
	             second = two ? evo_tree_argument(settling->tree, at, 1) : first;
	struct planned_node *node = &plan->nodes[at];
	const struct planned_node *a = &plan->nodes[first], *b = &plan->nodes[second];

	if (!settle(settling, first, below) || (two && !settle(settling, second, below)) ||
	    !evo_result_extent(code, &a->extent, two ? &b->extent : NULL, &node->extent))
		return false;
	if (!computed)
		return true;
	if (evo_operation_in_place(code)) {
		give(plan, a->slot);
		give(plan, b->slot);
	}
	node->slot = take(plan, evo_extent_bytes(&node->extent));
	node->work = take(plan, evo_work_bytes(code, &a->extent));
	if (!evo_operation_in_place(code)) {
		give(plan, a->slot);
		give(plan, b->slot);
	}
	give(plan, node->work);
	return true;
}

static bool settle(const struct settling *settling, size_t at, bool computed)
{
	struct planned_node *node = &settling->plan->nodes[at];
	const unsigned code = settling->tree->nodes[at].code;

	node->slot = node->work = NO_SLOT;
	switch (evo_primitive(code)->kind) {
	case EVO_NUMBER:
		node->extent = (struct evo_extent){.count = 1};
		return true;
	case EVO_UNIT_TERMINAL:
	case EVO_NETWORK_TERMINAL:
		node->extent =
		        evo_statistic_extent(settling->source->stats, settling->source->unit, code);
		if (computed)
			node->slot = take(settling->plan, statistic_bytes(&node->extent));
		return true;
	case EVO_AGGREGATE:
		node->extent = settling->source->aggregates[at].extent;
		return true;
	case EVO_PRIMITIVE:
		break;
	}
	return settle_primitive(settling, at, computed);
}

static bool settle_plan(struct plan *plan, const struct evo_tree *tree, size_t at,
                        const struct source *source)
{
	const struct settling settling = {plan, tree, source};

	plan->slot_count = 0;
	if (!settle(&settling, at, true))
		return false;
	place_slots(plan);
	return true;
}

/* ---- Evaluators ------------------------------------------------------------------------------ */

struct buffer {
	void *memory;
	size_t bytes;
};

struct plain_evaluator {
	struct plan plan;
	struct evo_tensor aggregates[EVO_TREE_MAX]; /* of the tree at hand, by node */
	struct buffer scratch;                      /* slots of the plan */
	struct buffer folded;                       /* one value a unit */
	struct evo_arena totals;                    /* tensors of layer_total of the tree at hand */
};

struct plain_evaluator *plain_create(void)
{
	struct plain_evaluator *evaluator = evo_calloc(1, sizeof(*evaluator));

	evo_arena_init(&evaluator->totals);
	return evaluator;
}

void plain_destroy(struct plain_evaluator *evaluator)
{
	if (evaluator == NULL)
		return;
	free(evaluator->scratch.memory);
	free(evaluator->folded.memory);
	evo_arena_clear(&evaluator->totals);
	free(evaluator);
}

size_t plain_bytes(const struct plain_evaluator *evaluator)
{
	return sizeof(*evaluator) + evaluator->scratch.bytes + evaluator->folded.bytes +
	       evaluator->totals.peak;
}

static bool reserve(struct buffer *buffer, size_t bytes, struct evo_error *err)
{
	if (bytes <= buffer->bytes)
		return true;
	free(buffer->memory);
	buffer->bytes = 0;
	buffer->memory = evo_big_alloc(bytes, "evaluating an expression", err);
	if (buffer->memory == NULL)
		return false;
	buffer->bytes = bytes;
	return true;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

struct run {
	const struct evo_tree *tree;
	const struct plan *plan;
	const struct source *source;
	char *memory;
};

static void *slot_memory(const struct run *run, size_t slot)
{
	return slot == NO_SLOT ? NULL : run->memory + run->plan->slots[slot].offset;
}

static struct evo_tensor read_statistic(const struct run *run, size_t at)
{
	const struct source *source = run->source;
	const enum evo_statistic statistic = evo_statistic_of(run->tree->nodes[at].code);
	struct evo_tensor value = {.extent = run->plan->nodes[at].extent};
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

static struct evo_tensor run_node(const struct run *run, size_t at)
{
	const struct evo_tree_node *node = &run->tree->nodes[at];
	const struct planned_node *planned = &run->plan->nodes[at];
	const struct evo_primitive *row = evo_primitive(node->code);
	struct evo_tensor result = {.extent = planned->extent}, a, b;

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
		a = (struct evo_tensor){.extent = run->plan->nodes[at + 1].extent};
	else
		a = run_node(run, at + 1);
	if (row->arity == 2)
		b = run_node(run, evo_tree_argument(run->tree, at, 1));
	evo_apply(node->code, &a, row->arity == 2 ? &b : NULL, slot_memory(run, planned->slot),
	          slot_memory(run, planned->work), &result);
	return result;
}

/* The subtree's value. fits is false when shapes do not; the function fails only for memory. */
static bool run_subtree(struct plain_evaluator *evaluator, const struct evo_tree *tree, size_t at,
                        const struct source *source, bool *fits, struct evo_tensor *value,
                        struct evo_error *err)
{
	struct run run = {tree, &evaluator->plan, source, NULL};

	*fits = settle_plan(&evaluator->plan, tree, at, source);
	if (!*fits)
		return true;
	if (!reserve(&evaluator->scratch, evaluator->plan.bytes, err))
		return false;
	run.memory = evaluator->scratch.memory;
	*value = run_node(&run, at);
	return true;
}

/* ---- Aggregates ------------------------------------------------------------------------------ */

static bool aggregate(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                      const struct evo_tree *tree, unsigned code, size_t child,
                      struct evo_tensor *out, struct evo_error *err)
{
	struct evo_tensor value;
	size_t count = 0;
	double *values;
	bool fits;

	if (!reserve(&evaluator->folded, stats->unit_count * sizeof(*values), err))
		return false;
	values = evaluator->folded.memory;
	for (size_t i = 0; i < stats->unit_count; i++) {
		const struct source source = {stats, &stats->units[i], NULL};
		double mean;

		if (!run_subtree(evaluator, tree, child, &source, &fits, &value, err))
			return false;
		mean = fits ? evo_mean(&value) : (double) NAN;
		if (isfinite(mean))
			values[count++] = mean;
	}
	*out = (struct evo_tensor){.extent.count = 1};
	out->scalar = count > 0 ? evo_operation(code)->fold(values, count) : (double) NAN;
	return true;
}

/* ---- layer_total ----------------------------------------------------------------------------- */

static bool total(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                  const struct evo_tree *tree, size_t child, struct evo_tensor *out,
                  struct evo_error *err)
{
	struct evo_tensor value;
	double *sums = NULL;
	bool fits;

	*out = (struct evo_tensor){.extent.count = 1, .scalar = (double) NAN};
	for (size_t i = 0; i < stats->unit_count; i++) {
		const struct source source = {stats, &stats->units[i], NULL};
		const bool first = sums == NULL;

		if (!run_subtree(evaluator, tree, child, &source, &fits, &value, err))
			return false;
		if (!fits || !evo_all_finite(&value) ||
		    (!first && !evo_extent_equal(&value.extent, &out->extent)))
			continue;
		if (first) {
			out->extent = value.extent;
			sums = evo_arena_alloc(&evaluator->totals,
			                       value.extent.count * sizeof(*sums), err);
			if (sums == NULL)
				return false;
		}
		evo_total_add(sums, &value, first);
	}
	if (sums == NULL)
		return true;
	out->scalar = sums[0];
	out->twice = sums;
	if (out->extent.rank == 4)
		out->single = evo_total_narrow(sums, out->extent.count);
	return true;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static bool run_aggregates(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                           const struct evo_tree *tree, struct evo_error *err)
{
	evo_arena_reset(&evaluator->totals);
	for (size_t i = 0; i < tree->size; i++) {
		const unsigned code = tree->nodes[i].code;
		struct evo_tensor *out = &evaluator->aggregates[i];
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

static bool run_tree(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                     const struct evo_tree *tree, double *score, struct evo_error *err)
{
	const struct source source = {stats, NULL, evaluator->aggregates};
	struct evo_tensor value;
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

bool plain_evaluate(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                    const struct evo_tree *const *trees, size_t count, double *scores,
                    struct evo_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!run_tree(evaluator, stats, trees[i], &scores[i], err))
			return false;
	}
	return true;
}
