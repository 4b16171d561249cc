/*
 * Individuals are made, counted and put in order here. They never change once others may see them.
 */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "individual.h"

static const char *const origin_names[] = {"random",    "crossover", "subtree", "point", "number",
                                           "hoist",     "insertion", "shrink",  "join",  "copy",
                                           "immigrant", "injected",  "carried"};

const char *evo_origin_name(enum evo_origin origin)
{
	return origin_names[origin];
}

struct evo_individual *evo_individual_create(const struct evo_tree *tree, size_t scores)
{
	struct evo_individual *individual = evo_calloc(1, sizeof(*individual));
	evo_tree_copy(&individual->tree, tree);
	individual->depth = evo_tree_depth(tree);
	individual->scores = evo_calloc(scores, sizeof(double));
	individual->references = 1;
	return individual;
}

struct evo_individual *evo_individual_copy(const struct evo_individual *from, size_t scores)
{
	struct evo_individual *copy = evo_individual_create(&from->tree, scores);
	double *own = copy->scores;
	/* All but the count, which others may be changing. */
	memcpy(copy, from, offsetof(struct evo_individual, references));
	copy->scores = own;
	memcpy(own, from->scores, scores * sizeof(*own));
	return copy;
}

struct evo_individual *evo_individual_hold(const struct evo_individual *individual)
{
	/* The count is the one field that changes; the rest stays as it is for every reader. */
	struct evo_individual *held = (struct evo_individual *) (uintptr_t) individual;
	__atomic_fetch_add(&held->references, 1, __ATOMIC_RELAXED);
	return held;
}

void evo_individual_release(const struct evo_individual *individual)
{
	struct evo_individual *held = (struct evo_individual *) (uintptr_t) individual;
	if (held != NULL && __atomic_sub_fetch(&held->references, 1, __ATOMIC_ACQ_REL) == 0) {
		free(held->scores);
		free(held);
	}
}

bool evo_individual_before(const struct evo_individual *a, const struct evo_individual *b)
{
	if (a->fitness != b->fitness)
		return a->fitness > b->fitness;
	if (a->tree.size != b->tree.size)
		return a->tree.size < b->tree.size;
	return a->id < b->id;
}
