#include "config.h"
#include "together.h"
#include "aggregate.h"
#include "apply.h"
#include "blocks.h"
#include "buffers.h"
#include "kernels.h"
#include "plan.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

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
	bool totalled;    /* has a reader that wants the sum of it in memory */
	bool summed;      /* which is known, then */
	double sum;
};

struct evo_together {
	const struct evo_forest *forest;
	const struct evo_stats *stats;
	const struct evo_unit_stats *unit; /* NULL: the network */

	struct cell *cells; /* by node */
	size_t cell_count;

	struct evo_buffers buffers;
	size_t kept_bytes; /* beyond these, what has later readers is made again */

	struct evo_blocks blocks;
	uint32_t *held; /* nodes that steps read from memory */
	size_t held_count, held_room;

	double *means; /* of one crown, in the units that are left in */
	size_t mean_room;
	struct evo_value *totals; /* by crown: extent and twice of the sum of the units so far */
	size_t total_room;
	struct evo_arena sums; /* what totals point at */

	double *memory; /* by slot of the forest and unit */
	size_t memory_room;
	double *numbers; /* that memory, or another's who is helped; UNKNOWN where it is not known */
	atomic_size_t visited; /* units that somebody has taken */

	struct evo_error *err;
};

struct evo_together *evo_together_create(size_t kept)
{
	struct evo_together *t = evo_calloc(1, sizeof *t);

	t->kept_bytes = kept;
	evo_arena_init(&t->sums);
	evo_buffers_init(&t->buffers);
	return t;
}

void evo_together_destroy(struct evo_together *t)
{
	if (!t)
		return;
	evo_buffers_clear(&t->buffers);
	evo_blocks_clear(&t->blocks);
	free(t->cells);
	free(t->held);
	free(t->means);
	free(t->totals);
	free(t->memory);
	evo_arena_clear(&t->sums);
	free(t);
}

size_t evo_together_bytes(const struct evo_together *t)
{
	return sizeof *t + t->cell_count * sizeof *t->cells + t->held_room * sizeof *t->held +
	       t->mean_room * sizeof *t->means + t->total_room * sizeof *t->totals +
	       t->memory_room * sizeof *t->memory + t->sums.peak + evo_buffers_bytes(&t->buffers) +
	       evo_blocks_bytes(&t->blocks);
}

static bool take(struct evo_together *t, size_t bytes, size_t *buffer)
{
	return evo_buffers_take(&t->buffers, bytes, buffer, t->err);
}

static void *memory_of(const struct evo_together *t, size_t buffer)
{
	return evo_buffers_memory(&t->buffers, buffer);
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

static unsigned rank_of(const struct evo_together *t, uint32_t node)
{
	return t->cells[node].value.extent.rank;
}

/* Computed number by number, from numbers in the same place? normalize is, once the mean and the
   deviation of what it reads are known. */
static bool elementwise(const struct evo_together *t, uint32_t node)
{
	const unsigned code = t->forest->nodes[node].code;

	if (rank_of(t, node) != 4 || evo_is_aggregate(code))
		return false;
	if (evo_is_statistic(code))
		return !evo_stats_stored(evo_statistic_of(code));
	return evo_operation_in_place(code) && code != EVO_SOFTMAX;
}

/* Reductions that take their arguments block by block. */
static bool sums_up(const struct evo_together *t, const struct evo_forest_node *node)
{
	switch (node->code) {
	case EVO_SUM:
	case EVO_MEAN:
	case EVO_L1:
	case EVO_FROB:
	case EVO_STD:
		return rank_of(t, node->arguments[0]) == 4;
	default:
		return false;
	}
}

static bool sums_up_pair(const struct evo_together *t, const struct evo_forest_node *node)
{
	switch (node->code) {
	case EVO_HAMMING:
	case EVO_KLDIV:
	case EVO_COSINE:
		return rank_of(t, node->arguments[0]) == 4 || rank_of(t, node->arguments[1]) == 4;
	default:
		return false;
	}
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
		*extent = node->code == EVO_LAYER_TOTAL ? t->totals[node->crown].extent
		                                        : (struct evo_extent){.count = 1};
		return true;
	}
	return a->fits && (node->arity < 2 || b->fits) &&
	       evo_result_extent(node->code, &a->value.extent,
	                         node->arity == 2 ? &b->value.extent : NULL, extent);
}

/* Shapes from the leaves up. Nothing has a value yet, so no buffer is in use. */
static void settle(struct evo_together *t, const uint32_t *nodes, size_t count)
{
	evo_buffers_reset(&t->buffers);
	for (size_t i = 0; i < count; i++) {
		struct cell *cell = &t->cells[nodes[i]];
		const double *number;

		cell->buffer = EVO_NO_BUFFER;
		cell->readers = cell->users = 0;
		cell->known = cell->whole = cell->inlined = false;
		cell->totalled = cell->summed = false;
		cell->fits = settle_node(t, nodes[i]);
		number = number_at(t, t->forest->nodes[nodes[i]].slot);
		if (number && cell->fits && is_known(number)) {
			cell->value.scalar = *number;
			cell->known = true;
		}
	}
}

/* Is a sum of the argument asked for, on the way to the result? */
static bool totals(unsigned code)
{
	return code == EVO_SUM || code == EVO_MEAN || code == EVO_STD || code == EVO_NORMALIZE;
}

/*
 * Does a node take its arguments block by block? What has to go over them several times does not:
 * to write a tensor down once is cheaper than to make it again, but for the shortest of chains.
 */
static bool takes_blocks(const struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);

	if (node->code == EVO_NORMALIZE || node->code == EVO_STD)
		return false;
	return elementwise(t, number) || sums_up(t, node) || sums_up_pair(t, node) ||
	       node->code == EVO_SOFTMAX;
}

static void count_reader(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	const bool in_blocks = takes_blocks(t, number);

	for (size_t k = 0; k < node->arity; k++) {
		struct cell *argument = &t->cells[node->arguments[k]];

		argument->readers++;
		argument->whole = argument->whole || !in_blocks;
		argument->totalled = argument->totalled || totals(node->code);
	}
}

/* Who reads what, from the readers down: those that were marked before read all they need. */
static void count_readers(struct evo_together *t, const uint32_t *nodes, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		const unsigned code = t->forest->nodes[nodes[i]].code;

		if (t->cells[nodes[i]].readers > 0 && !t->cells[nodes[i]].known &&
		    !evo_is_aggregate(code) && !evo_is_statistic(code) && !evo_is_number(code) &&
		    !evo_shape_alone(code))
			count_reader(t, nodes[i]);
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
	if (cell->users > 0 || cell->buffer == EVO_NO_BUFFER ||
	    (cell->readers > 0 && t->buffers.taken <= t->kept_bytes))
		return;
	evo_buffers_give(&t->buffers, cell->buffer);
	cell->buffer = EVO_NO_BUFFER;
	cell->known = false;
}

/* Of a tensor that is held: one sum serves all who ask for it. */
static double sum_held(struct evo_together *t, uint32_t node)
{
	struct cell *cell = &t->cells[node];

	if (!cell->summed)
		cell->sum = evo_sum(&cell->value);
	cell->summed = true;
	return cell->sum;
}

static double mean_held(struct evo_together *t, uint32_t node)
{
	return sum_held(t, node) / (double) t->cells[node].value.extent.count;
}

static double deviation_held(struct evo_together *t, uint32_t node)
{
	return evo_deviation(&t->cells[node].value, mean_held(t, node));
}

/* ---- Chains: elementwise nodes and what is inlined below them -------------------------------- */

static bool emit(struct evo_together *t, uint32_t node, size_t place);

/* An argument: a register where it is inlined, memory where it is a tensor, or a scalar. */
static bool operand(struct evo_together *t, uint32_t node, size_t place, struct evo_operand *out)
{
	const struct cell *cell = &t->cells[node];

	*out = (struct evo_operand){.place = place};
	if (cell->inlined)
		return emit(t, node, place);
	if (!hold(t, node))
		return false;
	t->held[t->held_count++] = node;
	out->scalar = cell->value.extent.rank == 0;
	out->number = cell->value.scalar;
	out->memory = out->scalar ? NULL : cell->value.single;
	return true;
}

static bool operands(struct evo_together *t, const struct evo_forest_node *node, size_t place,
                     struct evo_operand *a, struct evo_operand *b)
{
	if (!operand(t, node->arguments[0], place, a))
		return false;
	if (node->arity < 2)
		return true;
	return operand(t, node->arguments[1], a->scalar || a->memory ? place : place + 1, b);
}

/* Adds the steps that leave the node's block in the register at `place`. */
static bool emit(struct evo_together *t, uint32_t number, size_t place)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct evo_step step = {.code = node->code, .place = place};

	if (!evo_is_statistic(node->code) && !evo_shape_alone(node->code) &&
	    !operands(t, node, place, &step.a, &step.b))
		return false;
	if (node->code == EVO_NORMALIZE) {
		step.mean = mean_held(t, node->arguments[0]);
		step.deviation = deviation_held(t, node->arguments[0]);
	}
	return evo_blocks_add(&t->blocks, &step, t->err);
}

/* Lets go of what was held for the steps from `first` on, and of them. */
static void end_chain(struct evo_together *t, size_t first, size_t held)
{
	while (t->held_count > held)
		let_go(t, t->held[--t->held_count]);
	t->blocks.count = first;
}

/* Writes an elementwise node down, and takes its sum where that is asked for. */
static bool fill_tensor(struct evo_together *t, uint32_t node, float *out)
{
	const size_t first = t->blocks.count, held = t->held_count;
	const bool good = emit(t, node, 0);
	struct cell *cell = &t->cells[node];

	if (good)
		evo_blocks_fill(&t->blocks, first, cell->value.extent.count, out,
		                cell->totalled ? &cell->sum : NULL);
	cell->summed = good && cell->totalled;
	end_chain(t, first, held);
	return good;
}

/* EVO_SUM, EVO_MEAN, EVO_L1 or EVO_FROB on the way through a chain. */
static bool sum_up_chain(struct evo_together *t, unsigned code, uint32_t argument, double *result)
{
	const size_t first = t->blocks.count, held = t->held_count;
	struct evo_operand a;
	const bool good = operand(t, argument, 0, &a);

	if (good)
		*result = evo_blocks_reduce(&t->blocks, first, a,
		                            t->cells[argument].value.extent.count, code);
	end_chain(t, first, held);
	return good;
}

static bool sum_up(struct evo_together *t, unsigned code, uint32_t argument, double *result)
{
	if (t->cells[argument].inlined || !totals(code))
		return sum_up_chain(t, code, argument, result);
	if (!hold(t, argument))
		return false;
	*result = code == EVO_SUM    ? sum_held(t, argument)
	          : code == EVO_MEAN ? mean_held(t, argument)
	                             : deviation_held(t, argument);
	let_go(t, argument);
	return true;
}

static bool sum_up_pair(struct evo_together *t, const struct evo_forest_node *node, double *result)
{
	const size_t first = t->blocks.count, held = t->held_count;
	struct evo_operand a, b;
	const bool good = operands(t, node, 0, &a, &b);
	const uint32_t tensor = node->arguments[good && a.scalar];

	if (good)
		*result = evo_blocks_pair(&t->blocks, first, &a, &b, &t->cells[tensor].value.extent,
		                          node->code);
	end_chain(t, first, held);
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
	evo_buffers_give(&t->buffers, work);
	if (!alone)
		let_go(t, node->arguments[0]);
	if (two)
		let_go(t, node->arguments[1]);
	return true;
}

/* Elementwise, or softmax of what is: its sums run across the tensor, so that is written first. */
static bool compute_tensor(struct evo_together *t, const struct evo_forest_node *node,
                           uint32_t filled, struct cell *cell)
{
	float *out;

	if (!take(t, evo_extent_bytes(&cell->value.extent), &cell->buffer))
		return false;
	cell->value.single = out = memory_of(t, cell->buffer);
	if (!fill_tensor(t, filled, out))
		return false;
	if (node->code == EVO_SOFTMAX)
		evo_softmax(&cell->value, out);
	return true;
}

static bool compute(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct cell *cell = &t->cells[number];

	if (evo_is_number(node->code)) {
		cell->value.scalar = node->number;
		return true;
	}
	if (evo_is_statistic(node->code))
		return read_statistic(t, node->code, cell);
	if (sums_up(t, node))
		return sum_up(t, node->code, node->arguments[0], &cell->value.scalar);
	if (sums_up_pair(t, node))
		return sum_up_pair(t, node, &cell->value.scalar);
	if (elementwise(t, number))
		return compute_tensor(t, node, number, cell);
	if (node->code == EVO_SOFTMAX && t->cells[node->arguments[0]].inlined)
		return compute_tensor(t, node, node->arguments[0], cell);
	return apply(t, node, cell);
}

static bool mean_of(struct evo_together *t, uint32_t node, double *mean)
{
	if (rank_of(t, node) == 4)
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
	struct evo_value *total = &t->totals[crown];
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
	double *mean = number_at(t, crown->slot);

	if (!t->cells[crown->node].fits)
		return true;
	if (crown->mean && !is_known(mean) && !mean_of(t, crown->node, mean))
		return false;
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

	t->blocks.unit = t->unit = &t->stats->units[unit];
	settle(t, forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count; i++) {
		const struct evo_forest_crown *crown = &forest->crowns[i];
		struct cell *cell = &t->cells[crown->node];

		if (!cell->fits)
			continue;
		cell->readers += (uint32_t) (crown->mean && !is_known(number_at(t, crown->slot))) +
		                 (uint32_t) crown->total;
		cell->whole = cell->whole || crown->total;
		cell->totalled = cell->totalled || crown->mean;
	}
	count_readers(t, forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count && good; i++)
		good = visit(t, i);
	return good;
}

/* ---- The network ----------------------------------------------------------------------------- */

/* Of the units in which a crown has a mean. */
static double fold_means(struct evo_together *t, unsigned code, uint32_t slot)
{
	const size_t units = t->stats->unit_count;
	const double *numbers = t->numbers + slot * units;
	size_t count = 0;

	for (size_t i = 0; i < units; i++) {
		if (isfinite(numbers[i]))
			t->means[count++] = numbers[i];
	}
	return count > 0 ? evo_fold_units(code, t->means, count) : (double) NAN;
}

/* The values of aggregates are there before anything above them is computed. */
static void set_aggregate(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = node_at(t, number);
	struct cell *cell = &t->cells[number];

	cell->known = true;
	if (node->code == EVO_LAYER_TOTAL)
		cell->value = t->totals[node->crown];
	else
		cell->value.scalar = fold_means(t, node->code, t->forest->crowns[node->crown].slot);
}

static void end_totals(struct evo_together *t)
{
	for (size_t i = 0; i < t->forest->crown_count; i++) {
		struct evo_value *total = &t->totals[i];

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

	t->blocks.unit = t->unit = NULL;
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

/* ---- One thread, or several ------------------------------------------------------------------ */

static void prepare(struct evo_together *t, const struct evo_forest *forest,
                    const struct evo_stats *stats, struct evo_error *err)
{
	const size_t nodes = forest->count, crowns = forest->crown_count;

	t->forest = forest;
	t->blocks.stats = t->stats = stats;
	t->err = err;
	t->cells = grown(t->cells, &t->cell_count, nodes, sizeof *t->cells);
	t->held = grown(t->held, &t->held_room, 2 * nodes, sizeof *t->held);
	evo_blocks_reserve(&t->blocks, nodes);
	t->means = grown(t->means, &t->mean_room, stats->unit_count, sizeof *t->means);
	t->totals = grown(t->totals, &t->total_room, crowns, sizeof *t->totals);
	for (size_t i = 0; i < crowns; i++)
		t->totals[i] = (struct evo_value){.extent.count = 1};
	t->blocks.count = t->held_count = 0;
	evo_arena_reset(&t->sums);
}

/* Units that nobody has taken yet, of an evaluation that may be another thread's. */
static bool visit_units(struct evo_together *t, struct evo_together *of)
{
	bool good = true;

	while (good) {
		const size_t unit = atomic_fetch_add(&of->visited, 1);

		if (unit >= t->stats->unit_count)
			return true;
		good = visit_unit(t, unit);
	}
	return false;
}

bool evo_together_divisible(const struct evo_forest *forest)
{
	for (size_t i = 0; i < forest->crown_count; i++) {
		if (forest->crowns[i].total)
			return false;
	}
	return true;
}

void evo_together_begin(struct evo_together *t, const struct evo_forest *forest,
                        const struct evo_stats *stats, struct evo_memo_table *memo)
{
	t->memory = grown(t->memory, &t->memory_room, forest->number_count * stats->unit_count,
	                  sizeof *t->memory);
	t->numbers = t->memory;
	prepare(t, forest, stats, NULL);
	remember(t, memo);
	atomic_store(&t->visited, 0);
}

bool evo_together_units(struct evo_together *t, struct evo_error *err)
{
	t->err = err;
	return visit_units(t, t);
}

size_t evo_together_left(const struct evo_together *t)
{
	const size_t visited = atomic_load(&t->visited);

	return visited < t->stats->unit_count ? t->stats->unit_count - visited : 0;
}

bool evo_together_help(struct evo_together *t, struct evo_together *other, struct evo_error *err)
{
	prepare(t, other->forest, other->stats, err);
	t->numbers = other->numbers;
	return visit_units(t, other);
}

bool evo_together_end(struct evo_together *t, struct evo_memo_table *memo, double *scores,
                      struct evo_error *err)
{
	t->err = err;
	if (!visit_network(t, scores))
		return false;
	memorise(t, memo);
	return true;
}

bool evo_together_evaluate(struct evo_together *t, const struct evo_forest *forest,
                           const struct evo_stats *stats, struct evo_memo_table *memo,
                           double *scores, struct evo_error *err)
{
	evo_together_begin(t, forest, stats, memo);
	return evo_together_units(t, err) && evo_together_end(t, memo, scores, err);
}
