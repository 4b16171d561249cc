/*
 * Runs chains of elementwise steps block by block, into a tensor or a sum.
 */
#include "config.h"
#include "blocks.h"

#include <stdlib.h>

/* Numbers in a block: a few of them fit into the first-level cache. A multiple of the lanes of a
   sum, and of what a pair's sums come in. */
#define BLOCK ((size_t) 1024)

/* Numbers of a sum's tensor in memory are had brought nearer this far ahead of their turn: the
   processor's own prefetching ends with a page. */
#define AHEAD (4 * BLOCK)

/* ---- Steps ----------------------------------------------------------------------------------- */

void evo_blocks_clear(struct evo_blocks *blocks)
{
	free(blocks->steps);
	free(blocks->registers);
}

size_t evo_blocks_bytes(const struct evo_blocks *blocks)
{
	return blocks->room * sizeof(*blocks->steps) +
	       blocks->register_room * BLOCK * sizeof(*blocks->registers);
}

void evo_blocks_reserve(struct evo_blocks *blocks, size_t steps)
{
	blocks->steps = evo_grown(blocks->steps, &blocks->room, steps, sizeof(*blocks->steps));
}

/* What is in registers is of no use between two runs, so it is not kept. */
static bool register_for(struct evo_blocks *blocks, size_t place, struct evo_error *err)
{
	const size_t room = 2 * (place + 4);
	float *larger;

	if (place < blocks->register_room)
		return true;
	larger = evo_big_alloc(room * BLOCK * sizeof(*larger), "evaluating expressions", err);
	if (larger == NULL)
		return false;
	free(blocks->registers);
	blocks->registers = larger;
	blocks->register_room = room;
	return true;
}

bool evo_blocks_add(struct evo_blocks *blocks, const struct evo_step *step, struct evo_error *err)
{
	if (!register_for(blocks, step->place, err))
		return false;
	blocks->steps[blocks->count++] = *step;
	return true;
}

/* ---- Running --------------------------------------------------------------------------------- */

static const float *block_of(const struct evo_blocks *blocks, const struct evo_operand *operand,
                             size_t from)
{
	return operand->memory != NULL ? operand->memory + from
	                               : blocks->registers + operand->place * BLOCK;
}

static void run_step(const struct evo_blocks *blocks, const struct evo_step *step, size_t from,
                     size_t count, float *out)
{
	const float *a = block_of(blocks, &step->a, from), *b = block_of(blocks, &step->b, from);
	const struct evo_operation *row;

	if (evo_is_statistic(step->code)) {
		evo_stats_read_part(blocks->stats, blocks->unit, evo_statistic_of(step->code), from,
		                    count, out);
		return;
	}
	row = evo_operation(step->code);
	if (row->of_shape)
		for (size_t i = 0; i < count; i++)
			out[i] = (float) row->constant;
	else if (row->blocks == EVO_STANDARDISED)
		evo_standardise(out, a, count, step->mean, step->deviation);
	else if (row->shape == EVO_SHAPE_SAME)
		evo_unary_single(step->code, out, a, count);
	else if (step->a.scalar)
		evo_binary_single_scalar(step->code, out, b, step->a.number, true, count);
	else if (step->b.scalar)
		evo_binary_single_scalar(step->code, out, a, step->b.number, false, count);
	else
		evo_binary_single(step->code, out, a, b, count);
}

static void run_steps(const struct evo_blocks *blocks, size_t first, size_t end, size_t from,
                      size_t count)
{
	for (size_t i = first; i < end; i++)
		run_step(blocks, &blocks->steps[i], from, count,
		         blocks->registers + blocks->steps[i].place * BLOCK);
}

static size_t block_at(size_t from, size_t end)
{
	return end - from < BLOCK ? end - from : BLOCK;
}

void evo_blocks_fill(const struct evo_blocks *blocks, size_t first, size_t total, float *out,
                     double *sum)
{
	const size_t last = blocks->count - 1;
	struct evo_lanes sums = {{0}};

	for (size_t from = 0; from < total; from += BLOCK) {
		const size_t count = block_at(from, total);

		run_steps(blocks, first, last, from, count);
		run_step(blocks, &blocks->steps[last], from, count, out + from);
		if (sum != NULL)
			evo_lanes_add(&sums, EVO_ITSELF, out + from, count);
	}
	if (sum != NULL)
		*sum = evo_lanes_total(&sums);
}

static double sum_up(const struct evo_blocks *blocks, size_t first,
                     const struct evo_operand *result, size_t total, enum evo_term term)
{
	struct evo_lanes sums = {{0}};

	for (size_t from = 0; from < total; from += BLOCK) {
		const size_t count = block_at(from, total);

		if (result->memory != NULL && from + AHEAD + BLOCK <= total)
			evo_fetch(result->memory + from + AHEAD, BLOCK);
		run_steps(blocks, first, blocks->count, from, count);
		evo_lanes_add(&sums, term, block_of(blocks, result, from), count);
	}
	return evo_lanes_total(&sums);
}

/* ---- Reductions ------------------------------------------------------------------------------ */

/* Signs at the end of a chain need no step where magnitudes or squares are summed up. */
static void drop_signs(struct evo_blocks *blocks, size_t first, struct evo_operand *result,
                       enum evo_term *term)
{
	while (blocks->count > first) {
		const struct evo_step *step = &blocks->steps[blocks->count - 1];

		if (step->code != EVO_ABS && (step->code != EVO_NEG || *term == EVO_ITSELF))
			return;
		if (*term == EVO_ITSELF)
			*term = EVO_MAGNITUDE;
		*result = step->a;
		blocks->count--;
	}
}

double evo_blocks_reduce(struct evo_blocks *blocks, size_t first, struct evo_operand result,
                         size_t total, unsigned code)
{
	enum evo_term term = evo_operation(code)->term;

	drop_signs(blocks, first, &result, &term);
	return evo_operation(code)->end(sum_up(blocks, first, &result, total, term), total);
}

static struct evo_tensor value_of(const struct evo_blocks *blocks,
                                  const struct evo_operand *operand, size_t from)
{
	if (operand->scalar)
		return (struct evo_tensor){.scalar = operand->number};
	return (struct evo_tensor){.extent.rank = 4, .single = block_of(blocks, operand, from)};
}

double evo_blocks_pair(const struct evo_blocks *blocks, size_t first, const struct evo_operand *a,
                       const struct evo_operand *b, const struct evo_extent *extent, unsigned code)
{
	const struct evo_pair *pair = evo_operation(code)->pair;
	const size_t rows = evo_pair_rows(pair, extent), columns = extent->count / rows;
	struct evo_pair_sums sums = {0};

	for (size_t row = 0; row < rows; row++) {
		const size_t end = (row + 1) * columns;

		for (size_t from = row * columns; from < end; from += BLOCK) {
			const size_t count = block_at(from, end);

			run_steps(blocks, first, blocks->count, from, count);
			const struct evo_tensor x = value_of(blocks, a, from);
			const struct evo_tensor y = value_of(blocks, b, from);

			evo_pair_add(pair, &sums, &x, &y, 0, count, from + count == end);
		}
	}
	return evo_pair_total(pair, &sums, extent);
}
