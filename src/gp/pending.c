/*
 * Validation networks are scored late, and only for the trees that survive: here these are asked
 * for, and their scores are taken.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search.h"

static void add(struct evo_gp *gp, const struct evo_individual *individual)
{
	for (size_t i = 0; i < gp->pending_count; i++)
		if (gp->pending[i] == individual)
			return;
	gp->pending[gp->pending_count] = individual;
	gp->pending_trees[gp->pending_count++] = &individual->tree;
}

size_t evo_gp_ask_pending(struct evo_gp *gp, const struct evo_tree *const **trees)
{
	size_t most = gp->population.count + gp->front.count;
	gp->pending = evo_realloc(gp->pending, most + 1, sizeof(*gp->pending));
	gp->pending_trees = evo_realloc(gp->pending_trees, most + 1, sizeof(*gp->pending_trees));
	gp->pending_count = 0;
	size_t best = gp->population.count;
	if (gp->now.validated > 0 && gp->now.validated < best)
		best = gp->now.validated;
	for (size_t i = 0; i < best; i++)
		if (gp->population.items[i]->pending)
			add(gp, gp->population.items[i]);
	for (size_t i = 0; i < gp->front.count; i++)
		if (gp->front.items[i]->pending)
			add(gp, gp->front.items[i]);
	*trees = gp->pending_trees;
	return gp->pending_count;
}

/* The same individual, with all scores. rows: one of every group. */
static struct evo_individual *complete(struct evo_gp *gp, const struct evo_individual *from,
                                       const double **rows)
{
	struct evo_individual *whole = evo_individual_copy(from, gp->fitness.total);
	double *scores = whole->scores;
	for (size_t g = 0; g < gp->fitness.group_count; g++) {
		const struct evo_fitness_group *group = &gp->fitness.groups[g];
		memcpy(scores + group->offset + group->train, rows[g] + group->train,
		       group->validation * sizeof(*scores));
		rows[g] = scores + group->offset;
	}
	evo_fitness_judge(&gp->fitness, rows, whole);
	whole->closed = gp->generation - 1;
	return whole;
}

static void replace(const struct evo_individual **items, size_t count,
                    const struct evo_individual *from, const struct evo_individual *to)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i] != from)
			continue;
		items[i] = evo_individual_hold(to);
		evo_individual_release(from);
	}
}

void evo_gp_tell_pending(struct evo_gp *gp, double *const *scores)
{
	const double **rows = evo_calloc(gp->fitness.group_count, sizeof(*rows));
	for (size_t i = 0; i < gp->pending_count; i++) {
		struct evo_individual *from = evo_individual_hold(gp->pending[i]), *whole;
		for (size_t g = 0; g < gp->fitness.group_count; g++) {
			const struct evo_fitness_group *group = &gp->fitness.groups[g];
			rows[g] = scores[g] + i * (group->train + group->validation);
		}
		whole = complete(gp, from, rows);
		evo_known_renew(&gp->known, whole->hash, whole->scores);
		replace(gp->population.items, gp->population.count, from, whole);
		replace(gp->front.items, gp->front.count, from, whole);
		evo_individual_release(whole);
		evo_individual_release(from);
	}
	gp->pending_count = 0;
	free(rows);
}
