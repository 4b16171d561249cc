/*
 * Computes the nodes of expressions in one unit or in the network, each once, and says which of
 * them are written down and which vanish in what reads them.
 */
#include "config.h"
#include "nodes.h"
#include "apply.h"
#include "shape.h"

#include <stdlib.h>
#include <string.h>

/* One node. */
struct evo_cell {
	struct evo_tensor value;
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

void evo_nodes_init(struct evo_nodes *nodes, size_t kept)
{
	*nodes = (struct evo_nodes){.kept_bytes = kept};
	evo_buffers_init(&nodes->buffers);
}

void evo_nodes_clear(struct evo_nodes *nodes)
{
	evo_buffers_clear(&nodes->buffers);
	evo_blocks_clear(&nodes->blocks);
	free(nodes->cells);
	free(nodes->held);
}

size_t evo_nodes_bytes(const struct evo_nodes *nodes)
{
	return nodes->cell_room * sizeof(*nodes->cells) + nodes->held_room * sizeof(*nodes->held) +
	       evo_buffers_bytes(&nodes->buffers) + evo_blocks_bytes(&nodes->blocks);
}

static bool take(struct evo_nodes *n, size_t bytes, size_t *buffer)
{
	return evo_buffers_take(&n->buffers, bytes, buffer, n->err);
}

static void *memory_of(const struct evo_nodes *n, size_t buffer)
{
	return evo_buffers_memory(&n->buffers, buffer);
}

void evo_nodes_begin(struct evo_nodes *n, const struct evo_dag *dag, const struct evo_stats *stats,
                     double *numbers)
{
	n->dag = dag;
	n->blocks.stats = n->stats = stats;
	n->numbers = numbers;
	n->cells = evo_grown(n->cells, &n->cell_room, dag->count, sizeof(*n->cells));
	n->held = evo_grown(n->held, &n->held_room, 2 * dag->count, sizeof(*n->held));
	evo_blocks_reserve(&n->blocks, dag->count);
	n->blocks.count = n->held_count = 0;
}

bool evo_number_known(const double *number)
{
	uint64_t bits;

	memcpy(&bits, number, sizeof(bits));
	return bits != EVO_UNKNOWN_NUMBER;
}

double *evo_nodes_number(const struct evo_nodes *n, uint32_t slot)
{
	if (slot == EVO_NO_NUMBER || n->unit == NULL)
		return NULL;
	return n->numbers + slot * n->stats->unit_count + (size_t) (n->unit - n->stats->units);
}

bool evo_nodes_fit(const struct evo_nodes *n, uint32_t node)
{
	return n->cells[node].fits;
}

const struct evo_tensor *evo_nodes_value(const struct evo_nodes *n, uint32_t node)
{
	return &n->cells[node].value;
}

void evo_nodes_give(struct evo_nodes *n, uint32_t node, const struct evo_tensor *value)
{
	n->cells[node].value = *value;
}

/* ---- What is there to do --------------------------------------------------------------------- */

static const struct evo_dag_node *node_at(const struct evo_nodes *n, uint32_t node)
{
	return &n->dag->nodes[node];
}

static unsigned rank_of(const struct evo_nodes *n, uint32_t node)
{
	return n->cells[node].value.extent.rank;
}

static enum evo_block_rule rule_of(unsigned code)
{
	return evo_is_operation(code) ? evo_operation(code)->blocks : EVO_WHOLE;
}

/* Computed number by number, from numbers in the same place? */
static bool elementwise(const struct evo_nodes *n, uint32_t node)
{
	const unsigned code = n->dag->nodes[node].code;

	if (rank_of(n, node) != 4)
		return false;
	if (evo_is_statistic(code))
		return !evo_stats_stored(evo_statistic_of(code));
	return rule_of(code) == EVO_EACH || rule_of(code) == EVO_STANDARDISED;
}

/* Reductions that take their arguments block by block. */
static bool sums_up(const struct evo_nodes *n, const struct evo_dag_node *node)
{
	return (rule_of(node->code) == EVO_SUMMED || rule_of(node->code) == EVO_DEVIATED) &&
	       rank_of(n, node->arguments[0]) == 4;
}

static bool sums_up_pair(const struct evo_nodes *n, const struct evo_dag_node *node)
{
	return rule_of(node->code) == EVO_PAIRED &&
	       (rank_of(n, node->arguments[0]) == 4 || rank_of(n, node->arguments[1]) == 4);
}

static bool settle_node(struct evo_nodes *n, uint32_t number)
{
	const struct evo_dag_node *node = node_at(n, number);
	struct evo_extent *extent = &n->cells[number].value.extent;
	const struct evo_cell *a = &n->cells[node->arguments[0]],
	                      *b = &n->cells[node->arguments[1]];

	if (evo_is_number(node->code)) {
		*extent = (struct evo_extent){.count = 1};
		return true;
	}
	if (evo_is_statistic(node->code)) {
		*extent = evo_statistic_extent(n->stats, n->unit, node->code);
		return true;
	}
	if (evo_is_aggregate(node->code)) /* it was given */
		return true;
	return a->fits && (node->arity < 2 || b->fits) &&
	       evo_result_extent(node->code, &a->value.extent,
	                         node->arity == 2 ? &b->value.extent : NULL, extent);
}

/* Nothing has a value yet, so no buffer is in use. */
void evo_nodes_enter(struct evo_nodes *n, const struct evo_unit_stats *unit, const uint32_t *list,
                     size_t count)
{
	n->blocks.unit = n->unit = unit;
	evo_buffers_reset(&n->buffers);
	for (size_t i = 0; i < count; i++) {
		struct evo_cell *cell = &n->cells[list[i]];
		const double *number;

		cell->buffer = EVO_NO_BUFFER;
		cell->readers = cell->users = 0;
		cell->known = evo_is_aggregate(n->dag->nodes[list[i]].code);
		cell->whole = cell->inlined = false;
		cell->totalled = cell->summed = false;
		cell->fits = settle_node(n, list[i]);
		number = evo_nodes_number(n, n->dag->nodes[list[i]].slot);
		if (number != NULL && cell->fits && evo_number_known(number)) {
			cell->value.scalar = *number;
			cell->known = true;
		}
	}
}

/* Is a sum of the argument asked for, on the way to the result? */
static bool totals(unsigned code)
{
	const enum evo_block_rule rule = rule_of(code);

	return rule == EVO_DEVIATED || rule == EVO_STANDARDISED ||
	       (rule == EVO_SUMMED && evo_operation(code)->term == EVO_ITSELF);
}

/*
 * Does a node take its arguments block by block? What has to go over them several times does not:
 * to write a tensor down once is cheaper than to make it again, but for the shortest of chains.
 */
static bool takes_blocks(const struct evo_nodes *n, uint32_t number)
{
	const struct evo_dag_node *node = node_at(n, number);

	if (rule_of(node->code) == EVO_STANDARDISED || rule_of(node->code) == EVO_DEVIATED)
		return false;
	return elementwise(n, number) || sums_up(n, node) || sums_up_pair(n, node) ||
	       rule_of(node->code) == EVO_SPREAD;
}

static void count_reader(struct evo_nodes *n, uint32_t number)
{
	const struct evo_dag_node *node = node_at(n, number);
	const bool in_blocks = takes_blocks(n, number);

	for (size_t k = 0; k < node->arity; k++) {
		struct evo_cell *argument = &n->cells[node->arguments[k]];

		argument->readers++;
		argument->whole = argument->whole || !in_blocks;
		argument->totalled = argument->totalled || totals(node->code);
	}
}

void evo_nodes_want_mean(struct evo_nodes *n, uint32_t node)
{
	n->cells[node].readers++;
	n->cells[node].totalled = true;
}

void evo_nodes_want_value(struct evo_nodes *n, uint32_t node)
{
	n->cells[node].readers++;
	n->cells[node].whole = true;
}

/* Who reads what, from the readers down: those that were marked before read all they need. */
void evo_nodes_plan(struct evo_nodes *n, const uint32_t *list, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		const unsigned code = n->dag->nodes[list[i]].code;

		if (n->cells[list[i]].readers > 0 && !n->cells[list[i]].known &&
		    !evo_is_aggregate(code) && evo_is_operation(code) &&
		    !evo_operation(code)->of_shape)
			count_reader(n, list[i]);
	}
	for (size_t i = 0; i < count; i++) {
		struct evo_cell *cell = &n->cells[list[i]];

		cell->inlined = cell->readers == 1 && !cell->whole && elementwise(n, list[i]);
	}
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool compute(struct evo_nodes *n, uint32_t node);

bool evo_nodes_hold(struct evo_nodes *n, uint32_t node)
{
	struct evo_cell *cell = &n->cells[node];
	double *number;

	if (!cell->known) {
		if (!compute(n, node))
			return false;
		number = evo_nodes_number(n, n->dag->nodes[node].slot);
		if (number != NULL && cell->value.extent.rank == 0)
			*number = cell->value.scalar;
	}
	cell->known = true;
	cell->users++;
	return true;
}

void evo_nodes_let_go(struct evo_nodes *n, uint32_t node)
{
	struct evo_cell *cell = &n->cells[node];

	cell->users--;
	if (cell->readers > 0)
		cell->readers--;
	if (cell->users > 0 || cell->buffer == EVO_NO_BUFFER ||
	    (cell->readers > 0 && n->buffers.taken <= n->kept_bytes))
		return;
	evo_buffers_give(&n->buffers, cell->buffer);
	cell->buffer = EVO_NO_BUFFER;
	cell->known = false;
}

/* Of a tensor that is held: one sum serves all who ask for it. */
static double sum_held(struct evo_nodes *n, uint32_t node)
{
	struct evo_cell *cell = &n->cells[node];

	if (!cell->summed)
		cell->sum = evo_sum(&cell->value);
	cell->summed = true;
	return cell->sum;
}

static double mean_held(struct evo_nodes *n, uint32_t node)
{
	return sum_held(n, node) / (double) n->cells[node].value.extent.count;
}

static double deviation_held(struct evo_nodes *n, uint32_t node)
{
	return evo_deviation(&n->cells[node].value, mean_held(n, node));
}

/* ---- Chains: elementwise nodes and what is inlined below them -------------------------------- */

static bool emit(struct evo_nodes *n, uint32_t node, size_t place);

/* An argument: a register where it is inlined, memory where it is a tensor, or a scalar. */
static bool operand(struct evo_nodes *n, uint32_t node, size_t place, struct evo_operand *out)
{
	const struct evo_cell *cell = &n->cells[node];

	*out = (struct evo_operand){.place = place};
	if (cell->inlined)
		return emit(n, node, place);
	if (!evo_nodes_hold(n, node))
		return false;
	n->held[n->held_count++] = node;
	out->scalar = cell->value.extent.rank == 0;
	out->number = cell->value.scalar;
	out->memory = out->scalar ? NULL : cell->value.single;
	return true;
}

static bool operands(struct evo_nodes *n, const struct evo_dag_node *node, size_t place,
                     struct evo_operand *a, struct evo_operand *b)
{
	if (!operand(n, node->arguments[0], place, a))
		return false;
	if (node->arity < 2)
		return true;
	return operand(n, node->arguments[1], a->scalar || a->memory != NULL ? place : place + 1,
	               b);
}

/* Adds the steps that leave the node's block in the register at `place`. */
static bool emit(struct evo_nodes *n, uint32_t number, size_t place)
{
	const struct evo_dag_node *node = node_at(n, number);
	struct evo_step step = {.code = node->code, .place = place};

	if (!evo_is_statistic(node->code) && !evo_operation(node->code)->of_shape &&
	    !operands(n, node, place, &step.a, &step.b))
		return false;
	if (rule_of(node->code) == EVO_STANDARDISED) {
		step.mean = mean_held(n, node->arguments[0]);
		step.deviation = deviation_held(n, node->arguments[0]);
	}
	return evo_blocks_add(&n->blocks, &step, n->err);
}

/* Lets go of what was held for the steps from `first` on, and of them. */
static void end_chain(struct evo_nodes *n, size_t first, size_t held)
{
	while (n->held_count > held)
		evo_nodes_let_go(n, n->held[--n->held_count]);
	n->blocks.count = first;
}

/* Writes an elementwise node down, and takes its sum where that is asked for. */
static bool fill_tensor(struct evo_nodes *n, uint32_t node, float *out)
{
	const size_t first = n->blocks.count, held = n->held_count;
	const bool good = emit(n, node, 0);
	struct evo_cell *cell = &n->cells[node];

	if (good)
		evo_blocks_fill(&n->blocks, first, cell->value.extent.count, out,
		                cell->totalled ? &cell->sum : NULL);
	cell->summed = good && cell->totalled;
	end_chain(n, first, held);
	return good;
}

/* A primitive that is EVO_SUMMED, on the way through a chain. */
static bool sum_up_chain(struct evo_nodes *n, unsigned code, uint32_t argument, double *result)
{
	const size_t first = n->blocks.count, held = n->held_count;
	struct evo_operand a;
	const bool good = operand(n, argument, 0, &a);

	if (good)
		*result = evo_blocks_reduce(&n->blocks, first, a,
		                            n->cells[argument].value.extent.count, code);
	end_chain(n, first, held);
	return good;
}

static bool sum_up(struct evo_nodes *n, unsigned code, uint32_t argument, double *result)
{
	if (n->cells[argument].inlined || !totals(code))
		return sum_up_chain(n, code, argument, result);
	if (!evo_nodes_hold(n, argument))
		return false;
	*result = rule_of(code) == EVO_DEVIATED
	                  ? deviation_held(n, argument)
	                  : evo_operation(code)->end(sum_held(n, argument),
	                                             n->cells[argument].value.extent.count);
	evo_nodes_let_go(n, argument);
	return true;
}

static bool sum_up_pair(struct evo_nodes *n, const struct evo_dag_node *node, double *result)
{
	const size_t first = n->blocks.count, held = n->held_count;
	struct evo_operand a, b;
	const bool good = operands(n, node, 0, &a, &b);
	const uint32_t tensor = node->arguments[good && a.scalar];

	if (good)
		*result = evo_blocks_pair(&n->blocks, first, &a, &b, &n->cells[tensor].value.extent,
		                          node->code);
	end_chain(n, first, held);
	return good;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static bool read_statistic(struct evo_nodes *n, unsigned code, struct evo_cell *cell)
{
	const enum evo_statistic statistic = evo_statistic_of(code);
	struct evo_tensor *value = &cell->value;
	const float *single;
	double *twice;

	switch (value->extent.rank) {
	case 4:
		if (!evo_stats_stored(statistic) &&
		    !take(n, evo_extent_bytes(&value->extent), &cell->buffer))
			return false;
		value->single =
		        evo_stats_read(n->stats, n->unit, statistic, memory_of(n, cell->buffer));
		return true;
	case 2:
		if (!take(n, value->extent.count * (sizeof(*twice) + sizeof(*single)),
		          &cell->buffer))
			return false;
		twice = memory_of(n, cell->buffer);
		single = evo_stats_read(n->stats, n->unit, statistic,
		                        (float *) (twice + value->extent.count));
		for (size_t i = 0; i < value->extent.count; i++)
			twice[i] = (double) single[i];
		value->twice = twice;
		return true;
	default:
		value->scalar = evo_stats_scalar(n->stats, statistic);
		return true;
	}
}

/* A primitive whose arguments are values in memory. */
static bool apply(struct evo_nodes *n, const struct evo_dag_node *node, struct evo_cell *cell)
{
	const struct evo_cell *a = &n->cells[node->arguments[0]],
	                      *b = &n->cells[node->arguments[1]];
	const bool alone = evo_operation(node->code)->of_shape, two = node->arity == 2;
	size_t work;

	if (!alone && (!evo_nodes_hold(n, node->arguments[0]) ||
	               (two && !evo_nodes_hold(n, node->arguments[1]))))
		return false;
	if (!take(n, evo_extent_bytes(&cell->value.extent), &cell->buffer) ||
	    !take(n, evo_work_bytes(node->code, &a->value.extent), &work))
		return false;
	evo_apply(node->code, &a->value, two ? &b->value : NULL, memory_of(n, cell->buffer),
	          memory_of(n, work), &cell->value);
	evo_buffers_give(&n->buffers, work);
	if (!alone)
		evo_nodes_let_go(n, node->arguments[0]);
	if (two)
		evo_nodes_let_go(n, node->arguments[1]);
	return true;
}

/* Elementwise, or spread from what is: sums run across the tensor, so that is written first. */
static bool compute_tensor(struct evo_nodes *n, const struct evo_dag_node *node, uint32_t filled,
                           struct evo_cell *cell)
{
	float *out;

	if (!take(n, evo_extent_bytes(&cell->value.extent), &cell->buffer))
		return false;
	cell->value.single = out = memory_of(n, cell->buffer);
	if (!fill_tensor(n, filled, out))
		return false;
	if (rule_of(node->code) == EVO_SPREAD)
		evo_operation(node->code)
		        ->kernel(&(struct evo_call){
		                .a = &cell->value, .out = out, .result = &cell->value});
	return true;
}

static bool compute(struct evo_nodes *n, uint32_t number)
{
	const struct evo_dag_node *node = node_at(n, number);
	struct evo_cell *cell = &n->cells[number];

	if (evo_is_number(node->code)) {
		cell->value.scalar = node->number;
		return true;
	}
	if (evo_is_statistic(node->code))
		return read_statistic(n, node->code, cell);
	if (sums_up(n, node))
		return sum_up(n, node->code, node->arguments[0], &cell->value.scalar);
	if (sums_up_pair(n, node))
		return sum_up_pair(n, node, &cell->value.scalar);
	if (elementwise(n, number))
		return compute_tensor(n, node, number, cell);
	if (rule_of(node->code) == EVO_SPREAD && n->cells[node->arguments[0]].inlined)
		return compute_tensor(n, node, node->arguments[0], cell);
	return apply(n, node, cell);
}

bool evo_nodes_mean(struct evo_nodes *n, uint32_t node, double *mean)
{
	if (rank_of(n, node) == 4)
		return sum_up(n, EVO_MEAN, node, mean);
	if (!evo_nodes_hold(n, node))
		return false;
	*mean = evo_mean(&n->cells[node].value);
	evo_nodes_let_go(n, node);
	return true;
}
