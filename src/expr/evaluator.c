/*
 * Evaluates an expression DAG on a network: what stands below aggregates unit by unit, by one
 * thread or several, and then once what stands above them.
 */
#include "config.h"
#include "evoscope/evaluator.h"
#include "aggregate.h"
#include "nodes.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct evo_evaluator {
	const struct evo_dag *dag;
	const struct evo_stats *stats;
	struct evo_nodes nodes;

	double *means; /* of one operand, in the units that are left in */
	size_t mean_room;
	struct evo_tensor *totals; /* by operand: extent and twice of the sum of the units so far */
	size_t total_room;
	struct evo_arena sums; /* what totals point at */

	double *numbers; /* by slot of the DAG and unit, EVO_UNKNOWN_NUMBER until it is known */
	size_t number_room;
	atomic_size_t visited; /* units that somebody has taken */
};

struct evo_evaluator *evo_evaluator_create(size_t kept)
{
	struct evo_evaluator *t = evo_calloc(1, sizeof(*t));

	evo_nodes_init(&t->nodes, kept);
	evo_arena_init(&t->sums);
	return t;
}

void evo_evaluator_destroy(struct evo_evaluator *t)
{
	if (t == NULL)
		return;
	evo_nodes_clear(&t->nodes);
	free(t->means);
	free(t->totals);
	free(t->numbers);
	evo_arena_clear(&t->sums);
	free(t);
}

size_t evo_evaluator_bytes(const struct evo_evaluator *t)
{
	return sizeof(*t) + evo_nodes_bytes(&t->nodes) + t->mean_room * sizeof(*t->means) +
	       t->total_room * sizeof(*t->totals) + t->number_room * sizeof(*t->numbers) +
	       t->sums.peak;
}

/* ---- Numbers that may be remembered ---------------------------------------------------------- */

/* Takes over what the memo has. */
static void remember(struct evo_evaluator *t, struct evo_memo_table *memo)
{
	const size_t units = t->stats->unit_count;
	const uint64_t unknown = EVO_UNKNOWN_NUMBER;

	for (size_t slot = 0; slot < t->dag->number_count; slot++) {
		const double *found =
		        memo != NULL ? evo_memo_find(memo, t->dag->numbers[slot]) : NULL;

		for (size_t i = 0; i < units; i++)
			memcpy(t->numbers + slot * units + i,
			       found != NULL ? (const void *) (found + i) : (const void *) &unknown,
			       sizeof(double));
	}
}

/* Puts back what is known now: what was known before is younger for it. */
static void memorise(const struct evo_evaluator *t, struct evo_memo_table *memo)
{
	const size_t units = t->stats->unit_count;

	for (size_t slot = 0; slot < t->dag->number_count && memo != NULL; slot++) {
		const double *numbers = t->numbers + slot * units;
		bool any = false;

		for (size_t i = 0; i < units && !any; i++)
			any = evo_number_known(numbers + i);
		if (any)
			evo_memo_put(memo, t->dag->numbers[slot], numbers);
	}
}

/* ---- Units ----------------------------------------------------------------------------------- */

static bool add_total(struct evo_evaluator *t, size_t operand, const struct evo_tensor *value)
{
	struct evo_tensor *total = &t->totals[operand];
	const bool first = total->twice == NULL;
	double *sums = (double *) total->twice;

	if (!evo_all_finite(value) || (!first && !evo_extent_equal(&value->extent, &total->extent)))
		return true;
	if (first) {
		total->extent = value->extent;
		sums = evo_arena_alloc(&t->sums, value->extent.count * sizeof(*sums), t->nodes.err);
		if (sums == NULL)
			return false;
		total->twice = sums;
	}
	evo_total_add(sums, value, first);
	return true;
}

/* Where the mean of an operand goes in the unit at hand; NULL if nobody needs it any more. */
static double *missing_mean(const struct evo_evaluator *t, const struct evo_dag_operand *operand)
{
	double *mean = operand->mean ? evo_nodes_number(&t->nodes, operand->slot) : NULL;

	return mean != NULL && !evo_number_known(mean) ? mean : NULL;
}

/* One operand in the unit at hand. */
static bool visit(struct evo_evaluator *t, size_t number)
{
	const struct evo_dag_operand *operand = &t->dag->operands[number];
	double *mean = missing_mean(t, operand);

	if (!evo_nodes_fit(&t->nodes, operand->node))
		return true;
	if (mean != NULL && !evo_nodes_mean(&t->nodes, operand->node, mean))
		return false;
	if (!operand->total)
		return true;
	if (!evo_nodes_hold(&t->nodes, operand->node) ||
	    !add_total(t, number, evo_nodes_value(&t->nodes, operand->node)))
		return false;
	evo_nodes_let_go(&t->nodes, operand->node);
	return true;
}

static bool visit_unit(struct evo_evaluator *t, size_t unit)
{
	const struct evo_dag *dag = t->dag;
	bool good = true;

	evo_nodes_enter(&t->nodes, &t->stats->units[unit], dag->below, dag->below_count);
	for (size_t i = 0; i < dag->operand_count; i++) {
		const struct evo_dag_operand *operand = &dag->operands[i];

		if (!evo_nodes_fit(&t->nodes, operand->node))
			continue;
		if (missing_mean(t, operand) != NULL)
			evo_nodes_want_mean(&t->nodes, operand->node);
		if (operand->total)
			evo_nodes_want_value(&t->nodes, operand->node);
	}
	evo_nodes_plan(&t->nodes, dag->below, dag->below_count);
	for (size_t i = 0; i < dag->operand_count && good; i++)
		good = visit(t, i);
	return good;
}

/* ---- The network ----------------------------------------------------------------------------- */

/* Of the units in which an operand has a mean. */
static double fold_means(struct evo_evaluator *t, unsigned code, uint32_t slot)
{
	const size_t units = t->stats->unit_count;
	const double *numbers = t->nodes.numbers + slot * units;
	size_t count = 0;

	for (size_t i = 0; i < units; i++) {
		if (isfinite(numbers[i]))
			t->means[count++] = numbers[i];
	}
	return count > 0 ? evo_operation(code)->fold(t->means, count) : (double) NAN;
}

static void give_aggregate(struct evo_evaluator *t, uint32_t number)
{
	const struct evo_dag_node *node = &t->dag->nodes[number];
	struct evo_tensor value = {.extent.count = 1};

	if (node->code == EVO_LAYER_TOTAL)
		value = t->totals[node->operand];
	else
		value.scalar = fold_means(t, node->code, t->dag->operands[node->operand].slot);
	evo_nodes_give(&t->nodes, number, &value);
}

static void end_totals(struct evo_evaluator *t)
{
	for (size_t i = 0; i < t->dag->operand_count; i++) {
		struct evo_tensor *total = &t->totals[i];

		total->scalar = total->twice != NULL ? total->twice[0] : (double) NAN;
		if (total->twice != NULL && total->extent.rank == 4)
			total->single =
			        evo_total_narrow((double *) total->twice, total->extent.count);
	}
}

static bool visit_network(struct evo_evaluator *t, double *scores)
{
	const struct evo_dag *dag = t->dag;
	bool good = true;

	end_totals(t);
	for (size_t i = 0; i < dag->above_count; i++)
		if (evo_is_aggregate(dag->nodes[dag->above[i]].code))
			give_aggregate(t, dag->above[i]);
	evo_nodes_enter(&t->nodes, NULL, dag->above, dag->above_count);
	for (size_t i = 0; i < dag->tree_count; i++)
		if (evo_nodes_fit(&t->nodes, dag->roots[i]))
			evo_nodes_want_mean(&t->nodes, dag->roots[i]);
	evo_nodes_plan(&t->nodes, dag->above, dag->above_count);
	for (size_t i = 0; i < dag->tree_count && good; i++) {
		scores[i] = (double) NAN;
		if (evo_nodes_fit(&t->nodes, dag->roots[i]))
			good = evo_nodes_mean(&t->nodes, dag->roots[i], &scores[i]);
	}
	return good;
}

/* ---- One thread, or several ------------------------------------------------------------------ */

/* numbers: this thread's own, or those of the one who is helped. */
static void prepare(struct evo_evaluator *t, const struct evo_dag *dag,
                    const struct evo_stats *stats, double *numbers)
{
	const size_t operands = dag->operand_count;

	t->dag = dag;
	t->stats = stats;
	evo_nodes_begin(&t->nodes, dag, stats, numbers);
	t->means = evo_grown(t->means, &t->mean_room, stats->unit_count, sizeof(*t->means));
	t->totals = evo_grown(t->totals, &t->total_room, operands, sizeof(*t->totals));
	for (size_t i = 0; i < operands; i++)
		t->totals[i] = (struct evo_tensor){.extent.count = 1};
	evo_arena_reset(&t->sums);
}

/* Units that nobody has taken yet, of an evaluation that may be another thread's. */
static bool visit_units(struct evo_evaluator *t, struct evo_evaluator *of)
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

bool evo_dag_divisible(const struct evo_dag *dag)
{
	for (size_t i = 0; i < dag->operand_count; i++) {
		if (dag->operands[i].total)
			return false;
	}
	return true;
}

void evo_evaluator_begin(struct evo_evaluator *t, const struct evo_dag *dag,
                         const struct evo_stats *stats, struct evo_memo_table *memo)
{
	t->numbers = evo_grown(t->numbers, &t->number_room, dag->number_count * stats->unit_count,
	                       sizeof(*t->numbers));
	prepare(t, dag, stats, t->numbers);
	remember(t, memo);
	atomic_store(&t->visited, 0);
}

bool evo_evaluator_units(struct evo_evaluator *t, struct evo_error *err)
{
	t->nodes.err = err;
	return visit_units(t, t);
}

size_t evo_evaluator_left(const struct evo_evaluator *t)
{
	const size_t visited = atomic_load(&t->visited);

	return visited < t->stats->unit_count ? t->stats->unit_count - visited : 0;
}

bool evo_evaluator_help(struct evo_evaluator *t, struct evo_evaluator *other, struct evo_error *err)
{
	prepare(t, other->dag, other->stats, other->numbers);
	t->nodes.err = err;
	return visit_units(t, other);
}

bool evo_evaluator_end(struct evo_evaluator *t, struct evo_memo_table *memo, double *scores,
                       struct evo_error *err)
{
	t->nodes.err = err;
	if (!visit_network(t, scores))
		return false;
	memorise(t, memo);
	return true;
}

bool evo_evaluate(struct evo_evaluator *t, const struct evo_dag *dag, const struct evo_stats *stats,
                  struct evo_memo_table *memo, double *scores, struct evo_error *err)
{
	evo_evaluator_begin(t, dag, stats, memo);
	return evo_evaluator_units(t, err) && evo_evaluator_end(t, memo, scores, err);
}
