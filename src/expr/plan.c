/*
 * Settling: shapes from the leaves up, and slots of scratch memory that are used again as soon as
 * what was in them has been read.
 */
#include "config.h"
#include "plan.h"
#include "kernels.h"

#include <string.h>

#define ALIGNMENT 64

struct settling {
	struct evo_plan *plan;
	const struct evo_tree *tree;
	const struct evo_source *source;
};

/* ---- Slots ----------------------------------------------------------------------------------- */

/* The free slot that fits best: the smallest that is large enough, else the largest, which
   grows. */
static size_t take(struct evo_plan *plan, size_t bytes)
{
	struct evo_plan_slot *slots = plan->slots;
	size_t best = EVO_NO_SLOT;

	if (bytes == 0)
		return EVO_NO_SLOT;
	for (size_t i = 0; i < plan->slot_count; i++) {
		if (!slots[i].free)
			continue;
		if (best == EVO_NO_SLOT ||
		    (slots[best].bytes < bytes
		             ? slots[i].bytes > slots[best].bytes
		             : slots[i].bytes >= bytes && slots[i].bytes < slots[best].bytes))
			best = i;
	}
	if (best == EVO_NO_SLOT) {
		best = plan->slot_count++;
		slots[best].bytes = 0;
	}
	if (slots[best].bytes < bytes)
		slots[best].bytes = bytes;
	slots[best].free = false;
	return best;
}

static void give(struct evo_plan *plan, size_t slot)
{
	if (slot != EVO_NO_SLOT)
		plan->slots[slot].free = true;
}

static void place_slots(struct evo_plan *plan)
{
	plan->bytes = 0;
	for (size_t i = 0; i < plan->slot_count; i++) {
		plan->slots[i].offset = plan->bytes;
		plan->bytes += (plan->slots[i].bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	}
}

size_t evo_work_bytes(unsigned code, const struct evo_extent *a)
{
	const struct evo_operation *row = evo_operation(code);

	return row->work != NULL ? row->work(a) : 0;
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

struct evo_extent evo_statistic_extent(const struct evo_stats *stats,
                                       const struct evo_unit_stats *unit, unsigned code)
{
	struct evo_extent extent = {.count = 1};

	extent.rank = (unsigned) evo_stats_dims(stats, unit, evo_statistic_of(code), extent.dims);
	for (unsigned d = 0; d < extent.rank; d++)
		extent.count *= extent.dims[d];
	return extent;
}

/* Statistics are floats; one of rank 2 is made double, with the floats behind it. */
static size_t statistic_bytes(const struct evo_extent *extent)
{
	return evo_extent_bytes(extent) + (extent->rank == 2 ? extent->count * sizeof(float) : 0);
}

static bool settle(const struct settling *settling, size_t at, bool computed);

static bool settle_primitive(const struct settling *settling, size_t at, bool computed)
{
	struct evo_plan *plan = settling->plan;
	const unsigned code = settling->tree->nodes[at].code;
	const bool two = evo_primitive(code)->arity == 2,
	           below = computed && !evo_operation(code)->of_shape;
	const size_t first = at + 1,
	             second = two ? evo_tree_argument(settling->tree, at, 1) : first;
	struct evo_plan_node *node = &plan->nodes[at];
	const struct evo_plan_node *a = &plan->nodes[first], *b = &plan->nodes[second];

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
	struct evo_plan_node *node = &settling->plan->nodes[at];
	const unsigned code = settling->tree->nodes[at].code;

	node->slot = node->work = EVO_NO_SLOT;
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

bool evo_plan_settle(struct evo_plan *plan, const struct evo_tree *tree, size_t at,
                     const struct evo_source *source)
{
	const struct settling settling = {plan, tree, source};

	plan->slot_count = 0;
	if (!settle(&settling, at, true))
		return false;
	place_slots(plan);
	return true;
}
