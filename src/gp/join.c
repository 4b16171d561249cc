/*
 * Joining two trees under a primitive of the network level; in an exchange one of them is what is
 * left of a tree without one of its parts. The scores of the result follow from those of the two,
 * which are at hand, so that every mate and every way to join is looked at without a tree being
 * evaluated: all of them on a few networks, and the best of these on all. A tree whose root may be
 * a tensor is joined by its mean, which is its score.
 */
#include "config.h"

#include <math.h>
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

static unsigned mean_code(void)
{
	unsigned code;
	return evo_primitive_find("mean", &code) ? code : 0;
}

/* How many nodes an argument of a join has. */
static size_t argument_size(const struct evo_tree *tree)
{
	return tree->size + !evo_tree_is_scalar(tree);
}

/* Can the tree be an argument in the language of this search? */
static bool joinable(const struct evo_gp *gp, const struct evo_tree *tree)
{
	return gp->variation.grammar.weight[mean_code()] > 0 || evo_tree_is_scalar(tree);
}

static void append(struct evo_tree *out, unsigned inner, const struct evo_tree *tree)
{
	size_t size = argument_size(tree);
	if (inner != 0)
		out->nodes[out->size++] =
		        (struct evo_tree_node){(uint16_t) inner, (uint16_t) (1 + size), 0};
	if (size > tree->size)
		out->nodes[out->size++] =
		        (struct evo_tree_node){(uint16_t) mean_code(), (uint16_t) size, 0};
	memcpy(out->nodes + out->size, tree->nodes, tree->size * sizeof(tree->nodes[0]));
	out->size += tree->size;
}

static void build(const struct evo_tree *rest, const struct evo_tree *mate,
                  const struct evo_join *join, struct evo_tree *out)
{
	out->size = 1;
	append(out, 0, rest);
	append(out, join->inner, mate);
	out->nodes[0] = (struct evo_tree_node){(uint16_t) join->outer, (uint16_t) out->size, 0};
}

/* ---- What a join would be worth -------------------------------------------------------------- */

struct judging {
	const struct evo_gp *gp;
	const struct evo_individual *mother, *mate;
	const struct evo_rest *rest; /* of the mother */
	double *scores;              /* of the join: train networks only, validation stays open */
	double *term;                /* room for as many */
	const double *rows[EVO_CASES_MAX];
	struct evo_individual judged;
};

static void begin_judging(struct judging *judging, const struct evo_gp *gp, size_t mother)
{
	memset(judging, 0, sizeof(*judging));
	judging->gp = gp;
	judging->mother = gp->population.items[mother];
	judging->scores = evo_calloc(2 * gp->fitness.total, sizeof(double));
	judging->term = judging->scores + gp->fitness.total;
	for (size_t i = 0; i < gp->fitness.total; i++)
		judging->scores[i] = evo_score_open();
}

/* Scores from places `from` on. */
static void score_part(struct judging *judging, const struct evo_join *join, size_t from,
                       size_t count)
{
	const double *mate = judging->mate->scores + from;
	if (join->inner != 0) {
		evo_primitive_numbers(join->inner, mate, NULL, judging->term, count);
		mate = judging->term;
	}
	evo_primitive_numbers(join->outer, judging->rest->scores + from, mate,
	                      judging->scores + from, count);
}

/* Scores of the first `most` train networks of every group into judging->rows. */
static void score(struct judging *judging, const struct evo_join *join, size_t most)
{
	const struct evo_fitness *fitness = &judging->gp->fitness;
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		size_t n = group->train < most ? group->train : most;
		score_part(judging, join, group->offset, n);
		judging->rows[g] = judging->scores + group->offset;
	}
}

static double guess_of(const struct evo_gp *gp, const double *scores)
{
	const double *rows[EVO_CASES_MAX];
	for (size_t g = 0; g < gp->fitness.group_count; g++)
		rows[g] = scores + gp->fitness.groups[g].offset;
	return evo_screen_guess(&gp->screen, rows);
}

static bool same_taus(const struct judging *judging, const struct evo_individual *parent)
{
	for (size_t c = 0; c < judging->gp->fitness.case_count; c++) {
		double tau = evo_gp_worth(judging->judged.tau[EVO_SIDE_TRAIN][c]);
		if (fabs(tau) != fabs(evo_gp_worth(parent->tau[EVO_SIDE_TRAIN][c])))
			return false;
	}
	return true;
}

/* Of a join that the list has. */
static void look_at(struct judging *judging, const struct evo_join_list *list,
                    const struct evo_join *join)
{
	judging->rest = &list->rests.items[join->rest];
	judging->mate = judging->gp->population.items[join->mate];
}

/* Fills judging->judged. False for what orders the networks as a parent does, or not at all. */
static bool judge(struct judging *judging, const struct evo_join *join)
{
	const struct evo_fitness *fitness = &judging->gp->fitness;
	score(judging, join, SIZE_MAX);
	if (!evo_fitness_orders(fitness, judging->rows))
		return false;
	evo_fitness_judge(fitness, judging->rows, &judging->judged);
	return !same_taus(judging, judging->mother) && !same_taus(judging, judging->mate);
}

/* ---- The best ones --------------------------------------------------------------------------- */

/* Into the list, best first, if it is among so many; equals in the order of their coming. */
static void rank(struct evo_join_list *list, const struct evo_join *join)
{
	struct evo_join *items = list->items;
	size_t at = list->count;
	while (at > 0 && items[at - 1].worth < join->worth)
		at--;
	if (at == EVO_GP_JOINS)
		return;
	list->count += list->count < EVO_GP_JOINS;
	memmove(items + at + 1, items + at, (list->count - at - 1) * sizeof(*items));
	items[at] = *join;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t size_of(const struct judging *judging, const struct evo_join *join)
{
	return 1 + argument_size(&judging->rest->tree) + (join->inner != 0) +
	       argument_size(&judging->mate->tree);
}

/* depth: the rest's. */
static bool is_within(const struct judging *judging, const struct evo_join *join, size_t depth)
{
	const struct evo_gp_config *config = &judging->gp->now;
	size_t mate = judging->mate->depth + !evo_tree_is_scalar(&judging->mate->tree) +
	              (join->inner != 0);
	return size_of(judging, join) <= config->max_size &&
	       1 + larger(depth, mate) <= config->max_depth;
}

/* Those that look best on a few networks, of all mates and forms with one rest. */
static void screen(struct judging *judging, const struct evo_join *forms_found, size_t form_count,
                   size_t rest, struct evo_join_list *list)
{
	const struct evo_gp *gp = judging->gp;
	size_t depth =
	        evo_tree_depth(&judging->rest->tree) + !evo_tree_is_scalar(&judging->rest->tree);
	double whole = guess_of(gp, judging->mother->scores);
	double own = guess_of(gp, judging->rest->scores);
	for (size_t mate = 0; mate < gp->population.count; mate++) {
		judging->mate = gp->population.items[mate];
		if (judging->mate == judging->mother || !joinable(gp, &judging->mate->tree) ||
		    !is_within(judging, &(struct evo_join){0}, depth))
			continue;
		double other = guess_of(gp, judging->mate->scores);
		for (size_t f = 0; f < form_count; f++) {
			struct evo_join join = forms_found[f];
			join.rest = rest;
			join.mate = mate;
			if (!is_within(judging, &join, depth))
				continue;
			score(judging, &join, EVO_SCREEN_NETWORKS);
			double guess = evo_screen_guess(&gp->screen, judging->rows);
			join.worth = guess - gp->now.parsimony * (double) size_of(judging, &join);
			/* What orders the networks as a parent does would fill the list. */
			if (guess != whole && guess != own && guess != other)
				rank(list, &join);
		}
	}
}

/* The same of all rests, by what they are worth on all networks. */
static void look_for(const struct evo_gp *gp, size_t mother, struct evo_join_list *list)
{
	struct judging judging;
	struct evo_join_list screened = {0};
	struct evo_join found[EVO_COUNT(forms)];
	size_t form_count = find_forms(gp, found);
	if (!gp->variation.grammar.network || form_count == 0)
		return;
	evo_gp_rests(gp, gp->population.items[mother], &list->rests);
	begin_judging(&judging, gp, mother);
	for (size_t rest = 0; rest < list->rests.count; rest++) {
		judging.rest = &list->rests.items[rest];
		if (joinable(gp, &judging.rest->tree))
			screen(&judging, found, form_count, rest, &screened);
	}
	for (size_t i = 0; i < screened.count; i++) {
		struct evo_join join = screened.items[i];
		look_at(&judging, list, &join);
		if (!judge(&judging, &join))
			continue;
		join.worth = judging.judged.fitness -
		             gp->now.parsimony * (double) size_of(&judging, &join);
		rank(list, &join);
	}
	free(judging.scores);
}

void evo_gp_make_room_for_joins(struct evo_gp *gp)
{
	if (gp->joins == NULL)
		gp->joins = evo_calloc(gp->population.count, sizeof(*gp->joins));
}

const struct evo_join_list *evo_gp_joins(struct evo_gp *gp, size_t mother)
{
	evo_gp_make_room_for_joins(gp);
	struct evo_join_list *list = &gp->joins[mother];
	if (!list->looked_for)
		look_for(gp, mother, list);
	list->looked_for = true;
	return list;
}

void evo_gp_forget_joins(struct evo_gp *gp)
{
	for (size_t i = 0; gp->joins != NULL && i < gp->population.count; i++)
		evo_gp_rests_clear(&gp->joins[i].rests);
	free(gp->joins);
	gp->joins = NULL;
}

bool evo_gp_join(const struct evo_gp *gp, size_t mother, const struct evo_join *join,
                 struct evo_tree *out)
{
	build(&gp->joins[mother].rests.items[join->rest].tree,
	      &gp->population.items[join->mate]->tree, join, out);
	return evo_variation_allows(&gp->variation, out);
}

double *evo_gp_join_scores(const struct evo_gp *gp, size_t mother, const struct evo_join *join)
{
	struct judging judging;
	begin_judging(&judging, gp, mother);
	look_at(&judging, &gp->joins[mother], join);
	bool open = judging.rest->open || judging.mate->open;
	for (size_t g = 0; g < gp->fitness.group_count; g++) {
		const struct evo_fitness_group *group = &gp->fitness.groups[g];
		score_part(&judging, join, group->offset,
		           group->train + (open ? 0 : group->validation));
	}
	return judging.scores;
}
