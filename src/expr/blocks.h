/*
 * Chains of elementwise steps, computed block by block: what a step gives is read from a register
 * in the first-level cache by the next, and by the sum or the tensor at the end.
 *
 * Chains are put together one within another, the innermost last: a chain is the steps from `first`
 * on, and its result the operand that the last of them gives.
 */
#ifndef EVOSCOPE_EXPR_BLOCKS_H
#define EVOSCOPE_EXPR_BLOCKS_H

#include "kernels.h"
#include "primitives.h"

#include "evoscope/stats.h"

/* Where a step finds an argument. */
struct evo_operand {
	const float *memory; /* a tensor */
	bool scalar;         /* in every place the same */
	double number;
	size_t place; /* of a register, where it is neither */
};

struct evo_step {
	unsigned code;
	struct evo_operand a, b;
	double mean, deviation; /* of what is normalised */
	size_t place;           /* of the register for the result */
};

struct evo_blocks {
	const struct evo_stats *stats; /* where steps read statistics that are not stored as such */
	const struct evo_unit_stats *unit;
	struct evo_step *steps;
	size_t count, room;
	float *registers;
	size_t register_room;
};

void evo_blocks_clear(struct evo_blocks *blocks);
size_t evo_blocks_bytes(const struct evo_blocks *blocks);
/* Room for so many steps. */
void evo_blocks_reserve(struct evo_blocks *blocks, size_t steps);
/* Adds a step, for which there is room; its register may be the one of an argument. False only for
   EVO_E_MEMORY. */
bool evo_blocks_add(struct evo_blocks *blocks, const struct evo_step *step, struct evo_error *err);

/* What a chain of `total` numbers gives, written to out; and its sum, where `sum` is not NULL. */
void evo_blocks_fill(const struct evo_blocks *blocks, size_t first, size_t total, float *out,
                     double *sum);
/* A primitive that is EVO_SUMMED. It may take steps away that it can do without. */
double evo_blocks_reduce(struct evo_blocks *blocks, size_t first, struct evo_operand result,
                         size_t total, unsigned code);
/* A primitive that is EVO_PAIRED, of tensors of that extent. */
double evo_blocks_pair(const struct evo_blocks *blocks, size_t first, const struct evo_operand *a,
                       const struct evo_operand *b, const struct evo_extent *extent, unsigned code);

#endif
