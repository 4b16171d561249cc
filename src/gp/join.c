/*
 * Joining two trees under a primitive of the network level. The scores of the result follow from
 * those of the two, which are at hand, so that every mate and every way to join is judged before a
 * single tree is evaluated. Where a root is a matrix, its mean is its score, and what is said of a
 * join is a guess; it is evaluated like any other tree.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search.h"

/* outer(mother, inner(mate)); without an inner one the mate itself. */
static const struct {
	const char *outer, *inner;
} forms[] = {
        {"add", NULL},   {"sub", NULL},   {"mul", NULL},     {"div", NULL},
        {"mul", "sqrt"}, {"div", "sqrt"}, {"mul", "square"}, {"div", "square"},
};

/* 0 where there is no name; false when the language of this search lacks it. */
static bool find_code(const struct evo_gp *gp, const char *name, unsigned *code)
{
	*code = 0;
	return name == NULL ||
	       (evo_primitive_find(name, code) && gp->variation.grammar.weight[*code] > 0);
}

/* The forms that this search may use, in codes. */
static size_t find_forms(const struct evo_gp *gp, struct evo_join found[EVO_COUNT(forms)])
{
	size_t count = 0;
	for (size_t f = 0; f < EVO_COUNT(forms); f++) {
		struct evo_join form = {0};
		if (find_code(gp, forms[f].outer, &form.outer) &&
		    find_code(gp, forms[f].inner, &form.inner))
			found[count++] = form;
	}
	return count;
}

static void build(const struct evo_tree *mother, const struct evo_tree *mate, unsigned outer,
                  unsigned inner, struct evo_tree *out)
{
	size_t above = inner != 0, at = 1 + mother->size;
	out->size = at + above + mate->size;
	out->nodes[0] = (struct evo_tree_node){(uint16_t) outer, (uint16_t) out->size, 0};
	memcpy(out->nodes + 1, mother->nodes, mother->size * sizeof(mother->nodes[0]));
	if (above)
		out->nodes[at] =
		        (struct evo_tree_node){(uint16_t) inner, (uint16_t) (1 + mate->size), 0};
	memcpy(out->nodes + at + above, mate->nodes, mate->size * sizeof(mate->nodes[0]));
}

/* ---- What a join would be worth -------------------------------------------------------------- */

struct judging {
	const struct evo_gp *gp;
	const struct evo_individual *mother, *mate;
	double *scores; /* of the join: train networks only, validation stays open */
	double *term;   /* room for as many */
	struct evo_individual judged;
};

static void begin_judging(struct judging *judging, const struct evo_gp *gp)
{
	memset(judging, 0, sizeof(*judging));
	judging->gp = gp;
	judging->scores = evo_calloc(2 * gp->fitness.total, sizeof(double));
	judging->term = judging->scores + gp->fitness.total;
	for (size_t i = 0; i < gp->fitness.total; i++)
		judging->scores[i] = evo_score_open();
}

static bool same_taus(const struct judging *judging, const struct evo_individual *parent)
{
	for (size_t c = 0; c < judging->gp->fitness.case_count; c++) {
		double tau = judging->judged.tau[EVO_SIDE_TRAIN][c];
		if (tau != parent->tau[EVO_SIDE_TRAIN][c] && tau != -parent->tau[EVO_SIDE_TRAIN][c])
			return false;
	}
	return true;
}

/* Fills judging->judged. False for what orders the networks as a parent does, or not at all. */
static bool judge(struct judging *judging, unsigned outer, unsigned inner)
{
	const struct evo_fitness *fitness = &judging->gp->fitness;
	const double *rows[EVO_CASES_MAX];
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		const double *mother = judging->mother->scores + group->offset;
		const double *mate = judging->mate->scores + group->offset;
		double *scores = judging->scores + group->offset;
		if (inner != 0) {
			evo_primitive_numbers(inner, mate, NULL, judging->term, group->train);
			mate = judging->term;
		}
		evo_primitive_numbers(outer, mother, mate, scores, group->train);
		rows[g] = scores;
	}
	if (!evo_fitness_orders(fitness, rows))
		return false;
	evo_fitness_judge(fitness, rows, &judging->judged);
	return !same_taus(judging, judging->mother) && !same_taus(judging, judging->mate);
}

/* ---- The best ones --------------------------------------------------------------------------- */

/* Into the list, best first, if it is among so many; equals in the order of their coming. */
static void rank(struct evo_join *joins, size_t *count, size_t room, const struct evo_join *join)
{
	size_t at = *count;
	while (at > 0 && joins[at - 1].worth < join->worth)
		at--;
	if (at == room)
		return;
	*count += *count < room;
	memmove(joins + at + 1, joins + at, (*count - at - 1) * sizeof(*joins));
	joins[at] = *join;
}

size_t evo_gp_joins(const struct evo_gp *gp, size_t mother, struct evo_join *joins, size_t room)
{
	const struct evo_individual *const *all = gp->population.items;
	struct evo_join found[EVO_COUNT(forms)];
	struct judging judging;
	size_t count = 0, form_count;
	if (!gp->variation.grammar.network)
		return 0;
	form_count = find_forms(gp, found);
	begin_judging(&judging, gp);
	judging.mother = all[mother];
	for (size_t mate = 0; mate < gp->population.count; mate++) {
		judging.mate = all[mate];
		for (size_t f = 0; f < form_count && mate != mother; f++) {
			struct evo_join join = found[f];
			size_t size = all[mother]->tree.size + all[mate]->tree.size + 1 +
			              (join.inner != 0);
			if (size > gp->now.max_size || !judge(&judging, join.outer, join.inner))
				continue;
			join.mate = mate;
			join.worth = judging.judged.fitness - gp->now.parsimony * (double) size;
			rank(joins, &count, room, &join);
		}
	}
	free(judging.scores);
	return count;
}

bool evo_gp_join(const struct evo_gp *gp, size_t mother, const struct evo_join *join,
                 struct evo_tree *out)
{
	build(&gp->population.items[mother]->tree, &gp->population.items[join->mate]->tree,
	      join->outer, join->inner, out);
	return evo_variation_allows(&gp->variation, out);
}
