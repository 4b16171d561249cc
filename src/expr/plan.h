/*
 * A plan: the shape of every node of a subtree in one unit (or in the network), and where its value
 * will lie in scratch memory. Made before any data is touched, so that what does not fit costs
 * nothing and what does needs one piece of memory.
 */
#ifndef EVOSCOPE_EXPR_PLAN_H
#define EVOSCOPE_EXPR_PLAN_H

#include "primitives.h"
#include "value.h"

/* Where leaves come from. At unit level the unit's statistics; at network level (unit NULL) the
   network's, and the aggregates' values by node. */
struct evo_source {
	const struct evo_stats *stats;
	const struct evo_unit_stats *unit;
	const struct evo_value *aggregates;
};

#define EVO_NO_SLOT ((size_t) -1)

struct evo_plan {
	struct evo_plan_node {
		struct evo_extent extent;
		size_t slot;   /* of its value; EVO_NO_SLOT for scalars and what is not computed */
		size_t work;   /* scratch while it is computed */
	} nodes[EVO_TREE_MAX]; /* by node of the tree, those of the subtree are set */
	struct evo_plan_slot {
		size_t bytes, offset;
		bool free;
	} slots[2 * EVO_TREE_MAX];
	size_t slot_count;
	size_t bytes; /* of scratch, for all slots */
};

/* False when shapes do not fit somewhere in the subtree at `at`. */
bool evo_plan_settle(struct evo_plan *plan, const struct evo_tree *tree, size_t at,
                     const struct evo_source *source);

/* Bytes of scratch that a primitive wants while it runs. */
size_t evo_work_bytes(unsigned code, const struct evo_extent *a);
/* The shape of a statistic; unit NULL: of the network. */
struct evo_extent evo_statistic_extent(const struct evo_stats *stats,
                                       const struct evo_unit_stats *unit, unsigned code);

/* The extent of a primitive's result; false when its arguments' do not fit. b is NULL with one. */
bool evo_result_extent(unsigned code, const struct evo_extent *a, const struct evo_extent *b,
                       struct evo_extent *out);

#endif
