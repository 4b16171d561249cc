/*
 * Contexts: trees with a hole. What is left of a tree without one of its parts can be combined with
 * another tree like a whole one. At the network level a tree is arithmetic on scores, so that the
 * scores of a context follow from those of parts that are in the population.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "search.h"

void evo_arithmetic_init(struct evo_arithmetic *arithmetic)
{
	static const char *const names[] = {"add", "sub", "mul", "div", "sqrt", "square"};
	unsigned code;
	*arithmetic = (struct evo_arithmetic){0};
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		if (evo_primitive_find(names[i], &code))
			arithmetic->combines[code] = true;
	if (evo_primitive_find("mean", &code))
		arithmetic->mean = code;
}

static const struct evo_individual *find(const struct evo_gp *gp, const struct evo_tree *tree)
{
	uint64_t hash = evo_form_of(tree);
	for (size_t i = 0; i < gp->population.count; i++)
		if (gp->population.items[i]->hash == hash)
			return gp->population.items[i];
	return NULL;
}

static bool score(const struct evo_gp *gp, const struct evo_tree *tree, double *scores,
                  bool *pending);

/* From the scores of the arguments. */
static bool compute(const struct evo_gp *gp, const struct evo_tree *tree, double *scores,
                    bool *pending)
{
	unsigned code = tree->nodes[0].code;
	size_t total = gp->fitness.total;
	struct evo_tree argument;
	if (!gp->arithmetic.combines[code] && code != gp->arithmetic.mean)
		return false;
	evo_tree_subtree(tree, 1, &argument);
	bool good = score(gp, &argument, scores, pending);
	if (!good || code == gp->arithmetic.mean) /* as which a tensor's score is meant */
		return good;
	double *other = NULL;
	if (evo_primitive(code)->arity == 2) {
		other = evo_calloc(total, sizeof(*other));
		evo_tree_subtree(tree, 1 + argument.size, &argument);
		good = score(gp, &argument, other, pending);
	}
	if (good)
		evo_primitive_numbers(code, scores, other, scores, total);
	free(other);
	return good;
}

/* Of a tree that the population has, or that is arithmetic on such. */
static bool score(const struct evo_gp *gp, const struct evo_tree *tree, double *scores,
                  bool *pending)
{
	const struct evo_individual *alive = find(gp, tree);
	if (alive == NULL)
		return evo_tree_level(tree, 0) == EVO_LEVEL_NETWORK && evo_tree_is_scalar(tree) &&
		       compute(gp, tree, scores, pending);
	memcpy(scores, alive->scores, gp->fitness.total * sizeof(*scores));
	*pending = *pending || alive->pending;
	return true;
}

static struct evo_context *add(struct evo_contexts *contexts)
{
	contexts->items =
	        evo_realloc(contexts->items, contexts->count + 1, sizeof(*contexts->items));
	contexts->items[contexts->count] = (struct evo_context){0};
	return &contexts->items[contexts->count++];
}

/* Adds the context in which an argument of the parent's node `at` stands in its place, if the
   scores of that follow. */
static void add_without(const struct evo_gp *gp, const struct evo_tree *parent, size_t at,
                        size_t argument, struct evo_contexts *contexts)
{
	struct evo_context *context = add(contexts);
	context->scores = evo_calloc(gp->fitness.total, sizeof(*context->scores));
	if (evo_tree_replace(parent, at, parent, argument, &context->tree) &&
	    score(gp, &context->tree, context->scores, &context->pending))
		return;
	free(context->scores);
	contexts->count--;
}

void evo_gp_contexts(const struct evo_gp *gp, const struct evo_individual *parent,
                     struct evo_contexts *contexts)
{
	struct evo_context *whole = add(contexts);
	const struct evo_tree *tree = &parent->tree;
	size_t bytes = gp->fitness.total * sizeof(*whole->scores);
	evo_tree_copy(&whole->tree, tree);
	whole->scores = evo_malloc(bytes);
	memcpy(whole->scores, parent->scores, bytes);
	whole->pending = parent->pending;
	for (size_t at = 0; at < tree->size && gp->now.exchange; at++) {
		unsigned code = tree->nodes[at].code;
		if (!gp->arithmetic.combines[code] || evo_tree_level(tree, at) != EVO_LEVEL_NETWORK)
			continue;
		for (size_t i = 0; i < 2 && evo_primitive(code)->arity == 2; i++)
			add_without(gp, tree, at, evo_tree_argument(tree, at, i), contexts);
	}
}

void evo_gp_contexts_clear(struct evo_contexts *contexts)
{
	for (size_t i = 0; i < contexts->count; i++)
		free(contexts->items[i].scores);
	free(contexts->items);
	*contexts = (struct evo_contexts){0};
}
