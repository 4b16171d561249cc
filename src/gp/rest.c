/*
 * What is left of a tree without one of its parts. At the network level a tree is arithmetic on
 * scores, so that those of what is left follow from the scores of parts that are in the population.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search.h"

static bool is_named(unsigned code, const char *name)
{
	return code != 0 && strcmp(evo_primitive(code)->name, name) == 0;
}

/* What joins are made of. */
static bool is_arithmetic(unsigned code)
{
	static const char *const names[] = {"add", "sub", "mul", "div", "sqrt", "square"};
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		if (is_named(code, names[i]))
			return true;
	return false;
}

static const struct evo_individual *find(const struct evo_gp *gp, const struct evo_tree *tree)
{
	uint64_t hash = evo_gp_form(tree);
	for (size_t i = 0; i < gp->population.count; i++)
		if (gp->population.items[i]->hash == hash)
			return gp->population.items[i];
	return NULL;
}

static bool score(const struct evo_gp *gp, const struct evo_tree *tree, double *scores, bool *open);

/* From the scores of the arguments. */
static bool compute(const struct evo_gp *gp, const struct evo_tree *tree, double *scores,
                    bool *open)
{
	unsigned code = tree->nodes[0].code;
	size_t total = gp->fitness.total;
	struct evo_tree argument;
	if (!is_arithmetic(code) && !is_named(code, "mean"))
		return false;
	evo_tree_subtree(tree, 1, &argument);
	bool good = score(gp, &argument, scores, open);
	if (!good || is_named(code, "mean")) /* as which a tensor's score is meant */
		return good;
	double *other = NULL;
	if (evo_primitive(code)->arity == 2) {
		other = evo_calloc(total, sizeof(*other));
		evo_tree_subtree(tree, 1 + argument.size, &argument);
		good = score(gp, &argument, other, open);
	}
	if (good)
		evo_primitive_numbers(code, scores, other, scores, total);
	free(other);
	return good;
}

/* Of a tree that the population has, or that is arithmetic on such. */
static bool score(const struct evo_gp *gp, const struct evo_tree *tree, double *scores, bool *open)
{
	const struct evo_individual *alive = find(gp, tree);
	if (alive == NULL)
		return evo_tree_level(tree, 0) == EVO_LEVEL_NETWORK && evo_tree_is_scalar(tree) &&
		       compute(gp, tree, scores, open);
	memcpy(scores, alive->scores, gp->fitness.total * sizeof(*scores));
	*open = *open || alive->open;
	return true;
}

static struct evo_rest *add(struct evo_rests *rests)
{
	rests->items = evo_realloc(rests->items, rests->count + 1, sizeof(*rests->items));
	rests->items[rests->count] = (struct evo_rest){0};
	return &rests->items[rests->count++];
}

/* An argument of the mother's node `at` in its place, if the scores of that follow. */
static void add_without(const struct evo_gp *gp, const struct evo_tree *mother, size_t at,
                        size_t argument, struct evo_rests *rests)
{
	struct evo_rest *rest = add(rests);
	rest->scores = evo_calloc(gp->fitness.total, sizeof(*rest->scores));
	if (evo_tree_replace(mother, at, mother, argument, &rest->tree) &&
	    score(gp, &rest->tree, rest->scores, &rest->open))
		return;
	free(rest->scores);
	rests->count--;
}

void evo_gp_rests(const struct evo_gp *gp, const struct evo_individual *mother,
                  struct evo_rests *rests)
{
	struct evo_rest *whole = add(rests);
	const struct evo_tree *tree = &mother->tree;
	size_t bytes = gp->fitness.total * sizeof(*whole->scores);
	evo_tree_copy(&whole->tree, tree);
	whole->scores = evo_malloc(bytes);
	memcpy(whole->scores, mother->scores, bytes);
	whole->open = mother->open;
	for (size_t at = 0; at < tree->size && gp->now.exchange; at++) {
		unsigned code = tree->nodes[at].code;
		if (!is_arithmetic(code) || evo_tree_level(tree, at) != EVO_LEVEL_NETWORK)
			continue;
		for (size_t i = 0; i < 2 && evo_primitive(code)->arity == 2; i++)
			add_without(gp, tree, at, evo_tree_argument(tree, at, i), rests);
	}
}

void evo_gp_rests_clear(struct evo_rests *rests)
{
	for (size_t i = 0; i < rests->count; i++)
		free(rests->items[i].scores);
	free(rests->items);
	*rests = (struct evo_rests){0};
}
