#include "config.h"
#include "evoscope/evaluator.h"
#include "aggregate.h"
#include "nodes.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct evo_together {
	const struct evo_forest *forest;
	const struct evo_stats *stats;
	struct evo_nodes nodes;

	double *means; /* of one crown, in the units that are left in */
	size_t mean_room;
	struct evo_tensor *totals; /* by crown: extent and twice of the sum of the units so far */
	size_t total_room;
	struct evo_arena sums; /* what totals point at */

	double *numbers; /* by slot of the forest and unit, EVO_UNKNOWN_NUMBER until it is known */
	size_t number_room;
	atomic_size_t visited; /* units that somebody has taken */
};

struct evo_together *evo_together_create(size_t kept)
{
	struct evo_together *t = evo_calloc(1, sizeof *t);

	evo_nodes_init(&t->nodes, kept);
	evo_arena_init(&t->sums);
	return t;
}

void evo_together_destroy(struct evo_together *t)
{
	if (!t)
		return;
	evo_nodes_clear(&t->nodes);
	free(t->means);
	free(t->totals);
	free(t->numbers);
	evo_arena_clear(&t->sums);
	free(t);
}

size_t evo_together_bytes(const struct evo_together *t)
{
	return sizeof *t + evo_nodes_bytes(&t->nodes) + t->mean_room * sizeof *t->means +
	       t->total_room * sizeof *t->totals + t->number_room * sizeof *t->numbers +
	       t->sums.peak;
}

/* ---- Numbers that may be remembered ---------------------------------------------------------- */

/* Takes over what the memo has. */
static void remember(struct evo_together *t, struct evo_memo_table *memo)
{
	const size_t units = t->stats->unit_count;
	const uint64_t unknown = EVO_UNKNOWN_NUMBER;

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
			any = evo_number_known(numbers + i);
		if (any)
			evo_memo_put(memo, t->forest->numbers[slot], numbers);
	}
}

/* ---- Units ----------------------------------------------------------------------------------- */

static bool add_total(struct evo_together *t, size_t crown, const struct evo_tensor *value)
{
	struct evo_tensor *total = &t->totals[crown];
	const bool first = total->twice == NULL;
	double *sums = (double *) total->twice;

	if (!evo_all_finite(value) || (!first && !evo_extent_equal(&value->extent, &total->extent)))
		return true;
	if (first) {
		total->extent = value->extent;
		sums = evo_arena_alloc(&t->sums, value->extent.count * sizeof *sums, t->nodes.err);
		if (!sums)
			return false;
		total->twice = sums;
	}
	evo_total_add(sums, value, first);
	return true;
}

/* Where the mean of a crown goes in the unit at hand; NULL if nobody needs it any more. */
static double *missing_mean(const struct evo_together *t, const struct evo_forest_crown *crown)
{
	double *mean = crown->mean ? evo_nodes_number(&t->nodes, crown->slot) : NULL;

	return mean && !evo_number_known(mean) ? mean : NULL;
}

/* One crown in the unit at hand. */
static bool visit(struct evo_together *t, size_t number)
{
	const struct evo_forest_crown *crown = &t->forest->crowns[number];
	double *mean = missing_mean(t, crown);

	if (!evo_nodes_fit(&t->nodes, crown->node))
		return true;
	if (mean && !evo_nodes_mean(&t->nodes, crown->node, mean))
		return false;
	if (!crown->total)
		return true;
	if (!evo_nodes_hold(&t->nodes, crown->node) ||
	    !add_total(t, number, evo_nodes_value(&t->nodes, crown->node)))
		return false;
	evo_nodes_let_go(&t->nodes, crown->node);
	return true;
}

static bool visit_unit(struct evo_together *t, size_t unit)
{
	const struct evo_forest *forest = t->forest;
	bool good = true;

	evo_nodes_enter(&t->nodes, &t->stats->units[unit], forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count; i++) {
		const struct evo_forest_crown *crown = &forest->crowns[i];

		if (!evo_nodes_fit(&t->nodes, crown->node))
			continue;
		if (missing_mean(t, crown))
			evo_nodes_want_mean(&t->nodes, crown->node);
		if (crown->total)
			evo_nodes_want_value(&t->nodes, crown->node);
	}
	evo_nodes_plan(&t->nodes, forest->below, forest->below_count);
	for (size_t i = 0; i < forest->crown_count && good; i++)
		good = visit(t, i);
	return good;
}

/* ---- The network ----------------------------------------------------------------------------- */

/* Of the units in which a crown has a mean. */
static double fold_means(struct evo_together *t, unsigned code, uint32_t slot)
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

static void give_aggregate(struct evo_together *t, uint32_t number)
{
	const struct evo_forest_node *node = &t->forest->nodes[number];
	struct evo_tensor value = {.extent.count = 1};

	if (node->code == EVO_LAYER_TOTAL)
		value = t->totals[node->crown];
	else
		value.scalar = fold_means(t, node->code, t->forest->crowns[node->crown].slot);
	evo_nodes_give(&t->nodes, number, &value);
}

static void end_totals(struct evo_together *t)
{
	for (size_t i = 0; i < t->forest->crown_count; i++) {
		struct evo_tensor *total = &t->totals[i];

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

	end_totals(t);
	for (size_t i = 0; i < forest->above_count; i++)
		if (evo_is_aggregate(forest->nodes[forest->above[i]].code))
			give_aggregate(t, forest->above[i]);
	evo_nodes_enter(&t->nodes, NULL, forest->above, forest->above_count);
	for (size_t i = 0; i < forest->tree_count; i++)
		if (evo_nodes_fit(&t->nodes, forest->roots[i]))
			evo_nodes_want_mean(&t->nodes, forest->roots[i]);
	evo_nodes_plan(&t->nodes, forest->above, forest->above_count);
	for (size_t i = 0; i < forest->tree_count && good; i++) {
		scores[i] = (double) NAN;
		if (evo_nodes_fit(&t->nodes, forest->roots[i]))
			good = evo_nodes_mean(&t->nodes, forest->roots[i], &scores[i]);
	}
	return good;
}

/* ---- One thread, or several ------------------------------------------------------------------ */

/* numbers: this thread's own, or those of the one who is helped. */
static void prepare(struct evo_together *t, const struct evo_forest *forest,
                    const struct evo_stats *stats, double *numbers)
{
	const size_t crowns = forest->crown_count;

	t->forest = forest;
	t->stats = stats;
	evo_nodes_begin(&t->nodes, forest, stats, numbers);
	t->means = evo_grown(t->means, &t->mean_room, stats->unit_count, sizeof *t->means);
	t->totals = evo_grown(t->totals, &t->total_room, crowns, sizeof *t->totals);
	for (size_t i = 0; i < crowns; i++)
		t->totals[i] = (struct evo_tensor){.extent.count = 1};
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
	t->numbers = evo_grown(t->numbers, &t->number_room,
	                       forest->number_count * stats->unit_count, sizeof *t->numbers);
	prepare(t, forest, stats, t->numbers);
	remember(t, memo);
	atomic_store(&t->visited, 0);
}

bool evo_together_units(struct evo_together *t, struct evo_error *err)
{
	t->nodes.err = err;
	return visit_units(t, t);
}

size_t evo_together_left(const struct evo_together *t)
{
	const size_t visited = atomic_load(&t->visited);

	return visited < t->stats->unit_count ? t->stats->unit_count - visited : 0;
}

bool evo_together_help(struct evo_together *t, struct evo_together *other, struct evo_error *err)
{
	prepare(t, other->forest, other->stats, other->numbers);
	t->nodes.err = err;
	return visit_units(t, other);
}

bool evo_together_end(struct evo_together *t, struct evo_memo_table *memo, double *scores,
                      struct evo_error *err)
{
	t->nodes.err = err;
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
