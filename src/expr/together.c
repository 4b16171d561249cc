#include "config.h"
#include "together.h"
#include "aggregate.h"
#include "apply.h"
#include "kernels.h"
#include "plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers in a block: a few of them fit into the first-level cache. A multiple of the 16 lanes of a
   sum. */
#define BLOCK ((size_t) 1024)

#define NO_BUFFER SIZE_MAX

struct buffer {
	char *memory;
	size_t bytes;
	bool taken;
};

/* A node in the unit at hand, or in the network. */
struct cell {
	struct evo_value value;
	size_t buffer;    /* where the value lies, if it is not a statistic's own memory */
	uint32_t readers; /* that have not read it yet */
	uint32_t users;   /* that are reading it right now */
	bool fits;        /* the shapes of all that is below it */
	bool known;       /* has its value */
	bool whole;       /* has a reader that cannot take it block by block */
	bool inlined;     /* computed within its only reader */
};

/* Where a step finds an argument: in memory, in a register, or nowhere. */
struct operand {
	const float *memory;
	size_t place; /* of a register */
};

/* One node of a group, for a block. */
struct step {
	unsigned code;
	bool one;          /* a unary primitive */
	bool scalar_first; /* of a pair with a scalar, the scalar is the first */
	bool with_scalar;
	struct operand a, b;
	double scalar;
	size_t place; /* of the register for the result */
};

/* What the units so far have of a crown. */
struct crown {
	size_t count;           /* of means */
	struct evo_value total; /* extent and twice */
};

struct evo_together {
	const struct evo_forest *forest;
	const struct evo_stats *stats;
	const struct evo_unit_stats *unit; /* NULL: the network */

	struct cell *cells; /* by node */
	size_t cell_count;

	struct buffer *buffers;
	size_t buffer_count, buffer_room;
	size_t taken_bytes, kept_bytes; /* beyond these, what has later readers is made again */

	struct step *steps; /* of groups that are being put together, the innermost last */
	uint32_t *held;     /* nodes that those read from memory */
	size_t step_count, held_count, step_room;

	float *registers; /* BLOCK numbers each */
	size_t register_room;

	double *means; /* by crown: of the units that are left in */
	size_t mean_room;
	struct crown *crowns;
	size_t crown_room;
	struct evo_arena sums; /* what totals point at */

	double *numbers; /* by slot of the forest and unit; UNKNOWN where it is not known */
	size_t number_room;

	struct evo_error *err;
};

struct evo_together *evo_together_create(size_t kept)
{
	struct evo_together *t = evo_calloc(1, sizeof *t);

	t->kept_bytes = kept;
	evo_arena_init(&t->sums);
	return t;
}

void evo_together_destroy(struct evo_together *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->buffer_count; i++)
		free(t->buffers[i].memory);
	free(t->buffers);
	free(t->cells);
	free(t->steps);
	free(t->held);
	free(t->registers);
	free(t->means);
	free(t->crowns);
	free(t->numbers);
	evo_arena_clear(&t->sums);
	free(t);
}

size_t evo_together_bytes(const struct evo_together *t)
{
	size_t bytes = sizeof *t + t->cell_count * sizeof *t->cells +
	               t->step_room * (sizeof *t->steps + 2 * sizeof *t->held) +
	               t->register_room * BLOCK * sizeof(float) + t->mean_room * sizeof *t->means +
	               t->crown_room * sizeof *t->crowns + t->number_room * sizeof *t->numbers +
	               t->sums.peak;

	for (size_t i = 0; i < t->buffer_count; i++)
		bytes += sizeof *t->buffers + t->buffers[i].bytes;
	return bytes;
}

/* ---- Buffers --------------------------------------------------------------------------------- */

/* The smallest free one that is large enough, else the largest, which grows, else a new one. */
static bool take(struct evo_together *t, size_t bytes, size_t *buffer)
{
	size_t best = NO_BUFFER;

	*buffer = NO_BUFFER;
	if (bytes == 0)
		return true;
	for (size_t i = 0; i < t->buffer_count; i++) {
		const size_t room = t->buffers[i].bytes,
		             found = best == NO_BUFFER ? 0 : t->buffers[best].bytes;

		if (t->buffers[i].taken)
			continue;
		if (best == NO_BUFFER ||
		    (found < bytes ? room > found : room >= bytes && room < found))
			best = i;
	}
	if (best == NO_BUFFER) {
		if (t->buffer_count == t->buffer_room) {
			t->buffer_room = 2 * t->buffer_room + 8;
			t->buffers = evo_realloc(t->buffers, t->buffer_room, sizeof *t->buffers);
		}
		best = t->buffer_count++;
		t->buffers[best] = (struct buffer){0};
	}
	if (t->buffers[best].bytes < bytes) {
		struct buffer *grown = &t->buffers[best];

		free(grown->memory);
		grown->bytes = 0;
		grown->memory = evo_big_alloc(bytes, "evaluating expressions", t->err);
		if (!grown->memory)
			return false;
		grown->bytes = bytes;
	}
	t->buffers[best].taken = true;
	t->taken_bytes += t->buffers[best].bytes;
	*buffer = best;
	return true;
}

static void give(struct evo_together *t, size_t buffer)
{
	if (buffer == NO_BUFFER)
		return;
	t->buffers[buffer].taken = false;
	t->taken_bytes -= t->buffers[buffer].bytes;
}

static void *memory_of(const struct evo_together *t, size_t buffer)
{
	return buffer == NO_BUFFER ? NULL : t->buffers[buffer].memory;
}

static bool register_for(struct evo_together *t, size_t place)
{
	float *larger;

	if (place < t->register_room)
		return true;
	larger = evo_big_alloc(2 * (place + 4) * BLOCK * sizeof *larger, "evaluating expressions",
	                       t->err);
	if (!larger)
		return false;
	free(t->registers);
	t->registers = larger;
	t->register_room = 2 * (place + 4);
	return true;
}

/* ---- Numbers that may be remembered ---------------------------------------------------------- */

/* A NaN that no computation gives. */
#define UNKNOWN UINT64_C(0x7ff8000000c0ffee)

static bool is_known(const double *number)
{
	uint64_t bits;

	memcpy(&bits, number, sizeof bits);
	return bits != UNKNOWN;
}

/* That of a slot in the unit at hand; NULL at network level, and of nodes without one. */
static double *number_at(const struct evo_together *t, uint32_t slot)
{
	if (slot == EVO_NO_NUMBER || !t->unit)
		return NULL;
	return t->numbers + slot * t->stats->unit_count + (size_t) (t->unit - t->stats->units);
}

/* Takes over what the memo has. */
static void remember(struct evo_together *t, struct evo_memo_table *memo)
{
	const size_t units = t->stats->unit_count;
	const uint64_t unknown = UNKNOWN;

	for (size_t slot = 0; slot < t->forest->number_count; slot++) {
		const double *found = memo ? evo_memo_find(memo, t->forest->numbers[slot]) : NULL;

		for (size_t i = 0; i < units; i++)
			memcpy(t->numbers + slot * units + i,
			       found ? (const void *) (found + i) : (const void *) &unknown,
			       sizeof(double));
	}
}

/* Puts back what is known now: what was known before is younger for it. */
static void memorise(const struct evo_together *t, struct evo_memo_table *memo)
{
	const size_t units = t->stats->unit_count;

	for (size_t slot = 0; slot < t->forest->number_count && memo; slot++) {
		const double *numbers = t->numbers + slot * units;
		bool any = false;

		for (size_t i = 0; i < units && !any; i++)
			any = is_known(numbers + i);
		if (any)
			evo_memo_put(memo, t->forest->numbers[slot], numbers);
	}
}

/* ---- What is there to do --------------------------------------------------------------------- */

static const struct evo_forest_node *node_at(const struct evo_together *t, uint32_t node)
{
	return &t->forest->nodes[node];
}

/* Computed number by number, from numbers in the same place? */
static bool elementwise(const struct evo_together *t, uint32_t node)
{
	const unsigned code = t->forest->nodes[node].code;

	if (t->cells[node].value.extent.rank != 4 || evo_is_aggregate(code))
		return false;
	if (evo_is_statistic(code))
		return !evo_stats_stored(evo_statistic_of(code));
	return evo_operation_in_place(code) && code != EVO_NORMALIZE && code != EVO_SOFTMAX;
}

/* Does a reduction take its argument block by block? */
static bool sums_up(unsigned code)
{
	return code == EVO_SUM || code == EVO_MEAN || code == EVO_L1 || code == EVO_FROB ||
	       code == EVO_STD;
}

static bool settle_node(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct evo_extent *extent = &t->cells[number].value.extent;
	const struct cell *a = &t->cells[node->arguments[0]], *b = &t->cells[node->arguments[1]];

	if (evo_is_number(node->code)) {
		*extent = (struct evo_extent){.count = 1};
		return true;
	}
	if (evo_is_statistic(node->code)) {
		*extent = evo_statistic_extent(t->stats, t->unit, node->code);
		return true;
	}
	if (evo_is_aggregate(node->code)) {
		*extent = node->code == EVO_LAYER_TOTAL ? t->crowns[node->crown].total.extent
		                                        : (struct evo_extent){.count = 1};
		return true;
	}
	return a->fits && (node->arity < 2 || b->fits) &&
	       evo_result_extent(node->code, &a->value.extent,
	                         node->arity == 2 ? &b->value.extent : NULL, extent);
}

/* Shapes from the leaves up. */
static void settle(struct evo_together *t, const uint32_t *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cell *cell = &t->cells[nodes[i]];
		const double *number;

		cell->buffer = NO_BUFFER;
		cell->readers = cell->users = 0;
		cell->known = cell->whole = cell->inlined = false;
		cell->fits = settle_node(t, nodes[i]);
		number = number_at(t, t->forest->nodes[nodes[i]].slot);
		if (number && cell->fits && is_known(number)) {
			cell->value.scalar = *number;
			cell->known = true;
		}
	}
}

/* Who reads what, from the readers down: those that were marked before read all they need. */
static void count_readers(struct evo_together *t, const uint32_t *nodes, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		const struct evo_forest_node *node = node_at(t, nodes[i]);
		const bool in_blocks = elementwise(t, nodes[i]) || sums_up(node->code);

		if (t->cells[nodes[i]].readers == 0 || t->cells[nodes[i]].known ||
		    evo_is_aggregate(node->code) || evo_is_statistic(node->code) ||
		    evo_is_number(node->code) || evo_shape_alone(node->code))
			continue;
		for (size_t k = 0; k < node->arity; k++) {
			struct cell *argument = &t->cells[node->arguments[k]];

			argument->readers++;
			argument->whole = argument->whole || !in_blocks;
		}
	}
	for (size_t i = 0; i < count; i++) {
		struct cell *cell = &t->cells[nodes[i]];

		cell->inlined = cell->readers == 1 && !cell->whole && elementwise(t, nodes[i]);
	}
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool compute(struct evo_together *t, uint32_t node);

/* Has a node's value until it is let go. */
static bool hold(struct evo_together *t, uint32_t node)
{
	struct cell *cell = &t->cells[node];

	double *number;

	if (!cell->known) {
		if (!compute(t, node))
			return false;
		number = number_at(t, t->forest->nodes[node].slot);
		if (number && cell->value.extent.rank == 0)
			*number = cell->value.scalar;
	}
	cell->known = true;
	cell->users++;
	return true;
}

static void let_go(struct evo_together *t, uint32_t node)
{
	struct cell *cell = &t->cells[node];

	cell->users--;
	if (cell->readers > 0)
		cell->readers--;
	if (cell->users > 0 || cell->buffer == NO_BUFFER ||
	    (cell->readers > 0 && t->taken_bytes <= t->kept_bytes))
		return;
	give(t, cell->buffer);
	cell->buffer = NO_BUFFER;
	cell->known = false;
}

/* ---- Groups: an elementwise node and what is inlined below it -------------------------------- */

static bool emit(struct evo_together *t, uint32_t node, size_t place);

/* An argument: a register where it is inlined, memory where it is a tensor, or a scalar. */
static bool operand(struct evo_together *t, uint32_t node, size_t place, struct operand *out,
                    double *scalar)
{
	const struct cell *cell = &t->cells[node];

	*out = (struct operand){.place = place};
	if (cell->inlined)
		return emit(t, node, place);
	if (!hold(t, node))
		return false;
	t->held[t->held_count++] = node;
	out->memory = cell->value.extent.rank == 4 ? cell->value.single : NULL;
	*scalar = cell->value.scalar;
	return true;
}

/* Adds the steps that leave the node's block in the register at `place`. */
static bool emit(struct evo_together *t, uint32_t number, size_t place)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct step step = {.code = node->code, .place = place};
	double scalars[2] = {0, 0};

	if (!register_for(t, place))
		return false;
	if (!evo_is_statistic(node->code) && !evo_shape_alone(node->code)) {
		const struct cell *a = &t->cells[node->arguments[0]];
		const struct cell *b = &t->cells[node->arguments[1]];

		step.one = node->arity == 1;
		if (!operand(t, node->arguments[0], place, &step.a, &scalars[0]))
			return false;
		if (!step.one &&
		    !operand(t, node->arguments[1],
		             step.a.memory || a->value.extent.rank == 0 ? place : place + 1,
		             &step.b, &scalars[1]))
			return false;
		step.scalar_first = !step.one && a->value.extent.rank == 0;
		step.with_scalar = !step.one && (step.scalar_first || b->value.extent.rank == 0);
		step.scalar = step.scalar_first ? scalars[0] : scalars[1];
	}
	t->steps[t->step_count++] = step;
	return true;
}

static const float *block_of(const struct evo_together *t, const struct operand *operand,
                             size_t from)
{
	return operand->memory ? operand->memory + from : t->registers + operand->place * BLOCK;
}

static void run_step(const struct evo_together *t, const struct step *step, size_t from,
                     size_t count, float *out)
{
	const float *a = block_of(t, &step->a, from), *b = block_of(t, &step->b, from);

	if (evo_is_statistic(step->code))
		evo_stats_read_part(t->stats, t->unit, evo_statistic_of(step->code), from, count,
		                    out);
	else if (evo_shape_alone(step->code))
		for (size_t i = 0; i < count; i++)
			out[i] = step->code == EVO_ONES ? 1 : 0;
	else if (step->one)
		evo_unary_single(step->code, out, a, count);
	else if (step->with_scalar)
		evo_binary_single_scalar(step->code, out, step->scalar_first ? b : a, step->scalar,
		                         step->scalar_first, count);
	else
		evo_binary_single(step->code, out, a, b, count);
}

/* The steps from `first` on, in blocks: into out, or, where that is NULL, summed up. */
static double run_group(const struct evo_together *t, size_t first, size_t total, float *out,
                        enum evo_term term, double middle)
{
	struct evo_lanes sums = {{0}};

	for (size_t from = 0; from < total; from += BLOCK) {
		const size_t count = total - from < BLOCK ? total - from : BLOCK;
		float *last = NULL;

		for (size_t i = first; i < t->step_count; i++) {
			const struct step *step = &t->steps[i];

			last = out && i + 1 == t->step_count ? out + from
			                                     : t->registers + step->place * BLOCK;
			run_step(t, step, from, count, last);
		}
		if (!out)
			evo_lanes_add(&sums, term, last, count, middle);
	}
	return evo_lanes_total(&sums);
}

/* Lets go of what was held for the steps from `first` on, and of them. */
static void end_group(struct evo_together *t, size_t first, size_t held)
{
	while (t->held_count > held)
		let_go(t, t->held[--t->held_count]);
	t->step_count = first;
}

static bool fill_tensor(struct evo_together *t, uint32_t node, float *out)
{
	const size_t first = t->step_count, held = t->held_count;
	const bool good = emit(t, node, 0);

	if (good)
		run_group(t, first, t->cells[node].value.extent.count, out, EVO_ITSELF, 0);
	end_group(t, first, held);
	return good;
}

/* A reduction of an inlined node. */
static bool sum_up(struct evo_together *t, unsigned code, uint32_t node, double *result)
{
	const size_t first = t->step_count, held = t->held_count;
	const size_t count = t->cells[node].value.extent.count;
	const enum evo_term term = code == EVO_L1     ? EVO_MAGNITUDE
	                           : code == EVO_FROB ? EVO_SQUARED
	                                              : EVO_ITSELF;
	const bool good = emit(t, node, 0);
	double sum = 0;

	if (good)
		sum = run_group(t, first, count, NULL, term, 0);
	switch (code) {
	case EVO_SUM:
		*result = sum;
		break;
	case EVO_FROB:
		*result = sqrt(sum);
		break;
	case EVO_STD:
		*result = 0;
		if (good && count > 1)
			*result = sqrt(run_group(t, first, count, NULL, EVO_DEVIATION,
			                         sum / (double) count) /
			               (double) (count - 1));
		break;
	default:
		*result = sum / (double) count;
		break;
	}
	end_group(t, first, held);
	return good;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static bool read_statistic(struct evo_together *t, unsigned code, struct cell *cell)
{
	const enum evo_statistic statistic = evo_statistic_of(code);
	struct evo_value *value = &cell->value;
	const float *single;
	double *twice;

	switch (value->extent.rank) {
	case 4:
		if (!evo_stats_stored(statistic) &&
		    !take(t, evo_extent_bytes(&value->extent), &cell->buffer))
			return false;
		value->single =
		        evo_stats_read(t->stats, t->unit, statistic, memory_of(t, cell->buffer));
		return true;
	case 2:
		if (!take(t, value->extent.count * (sizeof *twice + sizeof *single), &cell->buffer))
			return false;
		twice = memory_of(t, cell->buffer);
		single = evo_stats_read(t->stats, t->unit, statistic,
		                        (float *) (twice + value->extent.count));
		for (size_t i = 0; i < value->extent.count; i++)
			twice[i] = (double) single[i];
		value->twice = twice;
		return true;
	default:
		value->scalar = evo_stats_scalar(t->stats, statistic);
		return true;
	}
}

/* A primitive whose arguments are values in memory. */
static bool apply(struct evo_together *t, const struct evo_forest_node *node, struct cell *cell)
{
	const struct cell *a = &t->cells[node->arguments[0]], *b = &t->cells[node->arguments[1]];
	const bool alone = evo_shape_alone(node->code), two = node->arity == 2;
	size_t work;

	if (!alone && (!hold(t, node->arguments[0]) || (two && !hold(t, node->arguments[1]))))
		return false;
	if (!take(t, evo_extent_bytes(&cell->value.extent), &cell->buffer) ||
	    !take(t, evo_work_bytes(node->code, &a->value.extent), &work))
		return false;
	evo_apply(node->code, &a->value, two ? &b->value : NULL, memory_of(t, cell->buffer),
	          memory_of(t, work), &cell->value);
	give(t, work);
	if (!alone)
		let_go(t, node->arguments[0]);
	if (two)
		let_go(t, node->arguments[1]);
	return true;
}

static bool compute(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct cell *cell = &t->cells[number];
	uint32_t argument = node->arguments[0];

	if (evo_is_number(node->code)) {
		cell->value.scalar = node->number;
		return true;
	}
	if (evo_is_statistic(node->code))
		return read_statistic(t, node->code, cell);
	if (sums_up(node->code) && t->cells[argument].inlined)
		return sum_up(t, node->code, argument, &cell->value.scalar);
	if (elementwise(t, number)) {
		if (!take(t, evo_extent_bytes(&cell->value.extent), &cell->buffer))
			return false;
		cell->value.single = memory_of(t, cell->buffer);
		return fill_tensor(t, number, memory_of(t, cell->buffer));
	}
	return apply(t, node, cell);
}

static bool mean_of(struct evo_together *t, uint32_t node, double *mean)
{
	if (t->cells[node].inlined)
		return sum_up(t, EVO_MEAN, node, mean);
	if (!hold(t, node))
		return false;
	*mean = evo_mean(&t->cells[node].value);
	let_go(t, node);
	return true;
}

/* ---- Units ----------------------------------------------------------------------------------- */

static bool add_total(struct evo_together *t, size_t crown, uint32_t node)
{
	struct evo_value *total = &t->crowns[crown].total;
	const struct evo_value *value = &t->cells[node].value;
	const bool first = total->twice == NULL;
	double *sums = (double *) total->twice;

	if (!evo_all_finite(value) || (!first && !evo_extent_equal(&value->extent, &total->extent)))
		return true;
	if (first) {
		total->extent = value->extent;
		sums = evo_arena_alloc(&t->sums, value->extent.count * sizeof *sums, t->err);
		if (!sums)
			return false;
		total->twice = sums;
	}
	evo_total_add(sums, value, first);
	return true;
}

/* One crown in the unit at hand. */
static bool visit(struct evo_together *t, size_t number)
{
	const struct evo_forest_crown *crown = &t->forest->crowns[number];
	struct crown *found = &t->crowns[number];
	double *mean = number_at(t, crown->slot);

	if (!t->cells[crown->node].fits)
		return true;
	if (crown->mean && !is_known(mean) && !mean_of(t, crown->node, mean))
		return false;
	if (crown->mean && isfinite(*mean))
		t->means[number * t->stats->unit_count + found->count++] = *mean;
	if (!crown->total)
		return true;
	if (!hold(t, crown->node) || !add_total(t, number, crown->node))
		return false;
	let_go(t, crown->node);
	return true;
}

static bool visit_unit(struct evo_together *t, size_t unit)
{
	const struct evo_forest *forest = t->forest;
	bool good = true;

	t->unit = &t->stats->units[unit];
	settle(t, forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count; i++) {
		const struct evo_forest_crown *crown = &forest->crowns[i];
		struct cell *cell = &t->cells[crown->node];

		if (!cell->fits)
			continue;
		cell->readers += (uint32_t) (crown->mean && !is_known(number_at(t, crown->slot))) +
		                 (uint32_t) crown->total;
		cell->whole = cell->whole || crown->total;
	}
	count_readers(t, forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count && good; i++)
		good = visit(t, i);
	return good;
}

/* ---- The network ----------------------------------------------------------------------------- */

/* The values of aggregates are there before anything above them is computed. */
static void set_aggregate(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	const struct crown *crown = &t->crowns[node->crown];
	struct cell *cell = &t->cells[number];

	cell->known = true;
	if (node->code == EVO_LAYER_TOTAL)
		cell->value = crown->total;
	else if (crown->count == 0)
		cell->value.scalar = (double) NAN;
	else
		cell->value.scalar = evo_fold_units(
		        node->code, t->means + node->crown * t->stats->unit_count, crown->count);
}

static void end_totals(struct evo_together *t)
{
	for (size_t i = 0; i < t->forest->crown_count; i++) {
		struct evo_value *total = &t->crowns[i].total;

		total->scalar = total->twice ? total->twice[0] : (double) NAN;
		if (total->twice && total->extent.rank == 4)
			total->single =
			        evo_total_narrow((double *) total->twice, total->extent.count);
	}
}

static bool visit_network(struct evo_together *t, double *scores)
{
	const struct evo_forest *forest = t->forest;
	bool good = true;

	t->unit = NULL;
	end_totals(t);
	settle(t, forest->above, forest->above_count);
	for (size_t i = 0; i < forest->above_count; i++)
		if (evo_is_aggregate(forest->nodes[forest->above[i]].code))
			set_aggregate(t, forest->above[i]);
	for (size_t i = 0; i < forest->tree_count; i++)
		t->cells[forest->roots[i]].readers += t->cells[forest->roots[i]].fits;
	count_readers(t, forest->above, forest->above_count);
	for (size_t i = 0; i < forest->tree_count && good; i++) {
		scores[i] = (double) NAN;
		if (t->cells[forest->roots[i]].fits)
			good = mean_of(t, forest->roots[i], &scores[i]);
	}
	return good;
}

static void *grown(void *memory, size_t *room, size_t wanted, size_t size)
{
	if (wanted <= *room)
		return memory;
	*room = wanted;
	return evo_realloc(memory, wanted, size);
}

static void prepare(struct evo_together *t)
{
	const size_t nodes = t->forest->count, crowns = t->forest->crown_count;

	t->cells = grown(t->cells, &t->cell_count, nodes, sizeof *t->cells);
	if (t->step_room < nodes) {
		t->step_room = nodes;
		t->steps = evo_realloc(t->steps, nodes, sizeof *t->steps);
		t->held = evo_realloc(t->held, 2 * nodes, sizeof *t->held);
	}
	t->means = grown(t->means, &t->mean_room, crowns * t->stats->unit_count, sizeof *t->means);
	t->numbers = grown(t->numbers, &t->number_room,
	                   t->forest->number_count * t->stats->unit_count, sizeof *t->numbers);
	t->crowns = grown(t->crowns, &t->crown_room, crowns, sizeof *t->crowns);
	for (size_t i = 0; i < crowns; i++)
		t->crowns[i] = (struct crown){.total.extent.count = 1};
	for (size_t i = 0; i < t->buffer_count; i++)
		t->buffers[i].taken = false;
	t->taken_bytes = t->step_count = t->held_count = 0;
	evo_arena_reset(&t->sums);
}

bool evo_together_evaluate(struct evo_together *t, const struct evo_forest *forest,
                           const struct evo_stats *stats, struct evo_memo_table *memo,
                           double *scores, struct evo_error *err)
{
	bool good = true;

	t->forest = forest;
	t->stats = stats;
	t->err = err;
	prepare(t);
	remember(t, memo);
	for (size_t i = 0; i < stats->unit_count && good; i++)
		good = visit_unit(t, i);
	good = good && visit_network(t, scores);
	if (good)
		memorise(t, memo);
	return good;
}
