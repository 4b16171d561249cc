/*
 * A semantic crossover: two trees are combined by a primitive of the network level, by what their
 * scores say. The scores of the result follow from those of the two, which are at hand, so that
 * every second parent and every way to combine is looked at without a tree being evaluated: all of
 * them on a few networks, and the best of these on all. In an exchange the first parent is a
 * context, which is what is left of a tree without one of its parts. A tree whose root may be a
 * tensor is combined by its mean, which is its score. Users and stores call it a join.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "combine.h"
#include "search.h"

/* outer(first, inner(second)); without an inner one the second parent itself. */
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
static size_t find_forms(const struct evo_gp *gp, struct evo_combination found[EVO_COUNT(forms)])
{
	size_t count = 0;
	for (size_t f = 0; f < EVO_COUNT(forms); f++) {
		struct evo_combination form = {0};
		if (find_code(gp, forms[f].outer, &form.outer) &&
		    find_code(gp, forms[f].inner, &form.inner))
			found[count++] = form;
	}
	return count;
}

/* How many nodes an argument of a combination has. */
static size_t argument_size(const struct evo_tree *tree)
{
	return tree->size + !evo_tree_is_scalar(tree);
}

/* Can the tree be an argument in the language of this search? */
static bool combinable(const struct evo_gp *gp, const struct evo_tree *tree)
{
	return gp->variation.grammar.weight[gp->arithmetic.mean] > 0 || evo_tree_is_scalar(tree);
}

static void append(const struct evo_gp *gp, struct evo_tree *out, unsigned inner,
                   const struct evo_tree *tree)
{
	size_t size = argument_size(tree);
	if (inner != 0)
		out->nodes[out->size++] =
		        (struct evo_tree_node){(uint16_t) inner, (uint16_t) (1 + size), 0};
	if (size > tree->size)
		out->nodes[out->size++] =
		        (struct evo_tree_node){(uint16_t) gp->arithmetic.mean, (uint16_t) size, 0};
	memcpy(out->nodes + out->size, tree->nodes, tree->size * sizeof(tree->nodes[0]));
	out->size += tree->size;
}

static void build(const struct evo_gp *gp, const struct evo_tree *first,
                  const struct evo_tree *second, const struct evo_combination *combination,
                  struct evo_tree *out)
{
	out->size = 1;
	append(gp, out, 0, first);
	append(gp, out, combination->inner, second);
	out->nodes[0] =
	        (struct evo_tree_node){(uint16_t) combination->outer, (uint16_t) out->size, 0};
}

/* ---- What a combination would be worth ------------------------------------------------------- */

struct judging {
	const struct evo_gp *gp;
	const struct evo_individual *first, *second;
	const struct evo_context *context; /* of the first */
	double *scores; /* of the combination: train networks only, validation stays pending */
	double *term;   /* room for as many */
	const double *rows[EVO_CASES_MAX];
	struct evo_individual judged;
};

static void begin_judging(struct judging *judging, const struct evo_gp *gp, size_t first)
{
	memset(judging, 0, sizeof(*judging));
	judging->gp = gp;
	judging->first = gp->population.items[first];
	judging->scores = evo_calloc(2 * gp->fitness.total, sizeof(double));
	judging->term = judging->scores + gp->fitness.total;
	for (size_t i = 0; i < gp->fitness.total; i++)
		judging->scores[i] = evo_score_pending();
}

/* Scores from places `from` on. */
static void score_part(struct judging *judging, const struct evo_combination *combination,
                       size_t from, size_t count)
{
	const double *second = judging->second->scores + from;
	if (combination->inner != 0) {
		evo_primitive_numbers(combination->inner, second, NULL, judging->term, count);
		second = judging->term;
	}
	evo_primitive_numbers(combination->outer, judging->context->scores + from, second,
	                      judging->scores + from, count);
}

/* Scores of the first `most` train networks of every group into judging->rows. */
static void score(struct judging *judging, const struct evo_combination *combination, size_t most)
{
	const struct evo_fitness *fitness = &judging->gp->fitness;
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		size_t n = group->train < most ? group->train : most;
		score_part(judging, combination, group->offset, n);
		judging->rows[g] = judging->scores + group->offset;
	}
}

static double guess_of(const struct evo_gp *gp, const double *scores)
{
	const double *rows[EVO_CASES_MAX];
	for (size_t g = 0; g < gp->fitness.group_count; g++)
		rows[g] = scores + gp->fitness.groups[g].offset;
	return evo_prescreen_guess(&gp->prescreen, rows);
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

/* Of a combination that the list has. */
static void look_at(struct judging *judging, const struct evo_combinations *list,
                    const struct evo_combination *combination)
{
	judging->context = &list->contexts.items[combination->context];
	judging->second = judging->gp->population.items[combination->second];
}

/* Fills judging->judged. False for what orders the networks as a parent does, or not at all. */
static bool judge(struct judging *judging, const struct evo_combination *combination)
{
	const struct evo_fitness *fitness = &judging->gp->fitness;
	score(judging, combination, SIZE_MAX);
	if (!evo_fitness_orders(fitness, judging->rows))
		return false;
	evo_fitness_judge(fitness, judging->rows, &judging->judged);
	return !same_taus(judging, judging->first) && !same_taus(judging, judging->second);
}

/* ---- The best ones --------------------------------------------------------------------------- */

/* Into the list, best first, if it is among so many; equals in the order of their coming. */
static void rank(struct evo_combinations *list, const struct evo_combination *combination)
{
	struct evo_combination *items = list->items;
	size_t at = list->count;
	while (at > 0 && items[at - 1].worth < combination->worth)
		at--;
	if (at == EVO_GP_COMBINATIONS)
		return;
	list->count += list->count < EVO_GP_COMBINATIONS;
	memmove(items + at + 1, items + at, (list->count - at - 1) * sizeof(*items));
	items[at] = *combination;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t size_of(const struct judging *judging, const struct evo_combination *combination)
{
	return 1 + argument_size(&judging->context->tree) + (combination->inner != 0) +
	       argument_size(&judging->second->tree);
}

/* depth: the context's. */
static bool is_within(const struct judging *judging, const struct evo_combination *combination,
                      size_t depth)
{
	const struct evo_gp_config *config = &judging->gp->now;
	size_t second = judging->second->depth + !evo_tree_is_scalar(&judging->second->tree) +
	                (combination->inner != 0);
	return size_of(judging, combination) <= config->max_size &&
	       1 + larger(depth, second) <= config->max_depth;
}

/* Those that look best on a few networks, of all second parents and forms with one context. */
static void prescreen(struct judging *judging, const struct evo_combination *forms_found,
                      size_t form_count, size_t context, struct evo_combinations *list)
{
	const struct evo_gp *gp = judging->gp;
	size_t depth = evo_tree_depth(&judging->context->tree) +
	               !evo_tree_is_scalar(&judging->context->tree);
	double whole = guess_of(gp, judging->first->scores);
	double own = guess_of(gp, judging->context->scores);
	for (size_t second = 0; second < gp->population.count; second++) {
		judging->second = gp->population.items[second];
		if (judging->second == judging->first || !combinable(gp, &judging->second->tree) ||
		    !is_within(judging, &(struct evo_combination){0}, depth))
			continue;
		double other = guess_of(gp, judging->second->scores);
		for (size_t f = 0; f < form_count; f++) {
			struct evo_combination combination = forms_found[f];
			combination.context = context;
			combination.second = second;
			if (!is_within(judging, &combination, depth))
				continue;
			score(judging, &combination, EVO_PRESCREEN_NETWORKS);
			double guess = evo_prescreen_guess(&gp->prescreen, judging->rows);
			combination.worth =
			        guess - gp->now.parsimony * (double) size_of(judging, &combination);
			/* What orders the networks as a parent does would fill the list. */
			if (guess != whole && guess != own && guess != other)
				rank(list, &combination);
		}
	}
}

/* The same of all contexts, by what they are worth on all networks. */
static void look_for(const struct evo_gp *gp, size_t first, struct evo_combinations *list)
{
	struct judging judging;
	struct evo_combinations prescreened = {0};
	struct evo_combination found[EVO_COUNT(forms)];
	size_t form_count = find_forms(gp, found);
	if (!gp->variation.grammar.network || form_count == 0)
		return;
	evo_gp_contexts(gp, gp->population.items[first], &list->contexts);
	begin_judging(&judging, gp, first);
	for (size_t context = 0; context < list->contexts.count; context++) {
		judging.context = &list->contexts.items[context];
		if (combinable(gp, &judging.context->tree))
			prescreen(&judging, found, form_count, context, &prescreened);
	}
	for (size_t i = 0; i < prescreened.count; i++) {
		struct evo_combination combination = prescreened.items[i];
		look_at(&judging, list, &combination);
		if (!judge(&judging, &combination))
			continue;
		combination.worth = judging.judged.fitness -
		                    gp->now.parsimony * (double) size_of(&judging, &combination);
		rank(list, &combination);
	}
	free(judging.scores);
}

void evo_gp_make_room_for_combinations(struct evo_gp *gp)
{
	if (gp->combinations == NULL)
		gp->combinations = evo_calloc(gp->population.count, sizeof(*gp->combinations));
}

const struct evo_combinations *evo_gp_combinations(struct evo_gp *gp, size_t first)
{
	evo_gp_make_room_for_combinations(gp);
	struct evo_combinations *list = &gp->combinations[first];
	if (!list->looked_for)
		look_for(gp, first, list);
	list->looked_for = true;
	return list;
}

void evo_gp_forget_combinations(struct evo_gp *gp)
{
	for (size_t i = 0; gp->combinations != NULL && i < gp->population.count; i++)
		evo_gp_contexts_clear(&gp->combinations[i].contexts);
	free(gp->combinations);
	gp->combinations = NULL;
}

bool evo_gp_combine(const struct evo_gp *gp, size_t first,
                    const struct evo_combination *combination, struct evo_tree *out)
{
	build(gp, &gp->combinations[first].contexts.items[combination->context].tree,
	      &gp->population.items[combination->second]->tree, combination, out);
	return evo_variation_allows(&gp->variation, out);
}

double *evo_gp_combination_scores(const struct evo_gp *gp, size_t first,
                                  const struct evo_combination *combination)
{
	struct judging judging;
	begin_judging(&judging, gp, first);
	look_at(&judging, &gp->combinations[first], combination);
	bool pending = judging.context->pending || judging.second->pending;
	for (size_t g = 0; g < gp->fitness.group_count; g++) {
		const struct evo_fitness_group *group = &gp->fitness.groups[g];
		score_part(&judging, combination, group->offset,
		           group->train + (pending ? 0 : group->validation));
	}
	return judging.scores;
}
