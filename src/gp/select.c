/*
 * Selection: tournaments choose parents and survivors, and the best always survive.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search.h"

/* ---- Lists of individuals -------------------------------------------------------------------- */

void evo_individuals_add(struct evo_individuals *pool, const struct evo_individual *individual,
                         uint64_t signature)
{
	size_t room = pool->room;
	pool->items = evo_grown_by_one(pool->items, &room, pool->count, sizeof(*pool->items));
	pool->signatures = evo_grown_by_one(pool->signatures, &pool->room, pool->count,
	                                    sizeof(*pool->signatures));
	pool->signatures[pool->count] = signature;
	pool->items[pool->count++] = evo_individual_hold(individual);
}

void evo_individuals_replace(struct evo_individuals *pool, size_t at,
                             const struct evo_individual *individual, uint64_t signature)
{
	evo_individual_hold(individual);
	evo_individual_release(pool->items[at]);
	pool->items[at] = individual;
	pool->signatures[at] = signature;
}

void evo_individuals_clear(struct evo_individuals *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		evo_individual_release(pool->items[i]);
	free(pool->items);
	free(pool->signatures);
	memset(pool, 0, sizeof(*pool));
}

struct ranked {
	const struct evo_individual *individual;
	uint64_t signature;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;
	if (evo_individual_before(left->individual, right->individual))
		return -1;
	return evo_individual_before(right->individual, left->individual);
}

void evo_individuals_sort(struct evo_individuals *pool)
{
	struct ranked *ranked = evo_calloc(pool->count, sizeof(*ranked));
	for (size_t i = 0; i < pool->count; i++)
		ranked[i] = (struct ranked){pool->items[i], pool->signatures[i]};
	qsort(ranked, pool->count, sizeof(*ranked), by_rank);
	for (size_t i = 0; i < pool->count; i++) {
		pool->items[i] = ranked[i].individual;
		pool->signatures[i] = ranked[i].signature;
	}
	free(ranked);
}

/* ---- Tournaments ----------------------------------------------------------------------------- */

/* Luke and Panait's lexicographic parsimony, after what the setting gives up for each node. */
static bool beats(const struct evo_gp_config *config, const struct evo_individual *a,
                  const struct evo_individual *b)
{
	double left = a->fitness - config->parsimony * (double) a->tree.size;
	double right = b->fitness - config->parsimony * (double) b->tree.size;
	if (left != right)
		return left > right;
	return evo_individual_before(a, b);
}

size_t evo_gp_parent(const struct evo_gp *gp, struct evo_rng *rng)
{
	const struct evo_individuals *population = &gp->population;
	size_t best = evo_rng_below(rng, population->count);
	for (size_t i = 1; i < gp->now.tournament; i++) {
		size_t other = evo_rng_below(rng, population->count);
		if (beats(&gp->now, population->items[other], population->items[best]))
			best = other;
	}
	return best;
}

static void keep(struct evo_gp *gp, bool *kept, size_t at)
{
	kept[at] = true;
	evo_individuals_add(&gp->population, gp->pool.items[at], gp->pool.signatures[at]);
}

/* Tournaments without replacement among those that are not kept yet. */
static void hold_tournaments(struct evo_gp *gp, bool *kept, size_t count)
{
	struct evo_individuals *pool = &gp->pool;
	struct evo_rng rng = evo_rng_stream(gp->seed, "survival", gp->generation);
	size_t *left = evo_calloc(pool->count, sizeof(*left)), n = 0;
	for (size_t i = 0; i < pool->count; i++) {
		if (!kept[i])
			left[n++] = i;
	}
	while (gp->population.count < count && n > 0) {
		size_t best = evo_rng_below(&rng, n);
		for (size_t i = 1; i < gp->now.survival; i++) {
			size_t other = evo_rng_below(&rng, n);
			if (beats(&gp->now, pool->items[left[other]], pool->items[left[best]]))
				best = other;
		}
		keep(gp, kept, left[best]);
		memmove(left + best, left + best + 1, (n - best - 1) * sizeof(*left));
		n--;
	}
	free(left);
}

void evo_gp_survive(struct evo_gp *gp)
{
	size_t count = gp->now.population;
	if ((gp->generation > 0 || gp->now.init_small) && gp->now.survivors > 0)
		count = gp->now.survivors;
	struct evo_individuals *pool = &gp->pool;
	evo_individuals_clear(&gp->population);
	evo_individuals_sort(pool);
	bool *kept = evo_calloc(pool->count, sizeof(*kept));
	for (size_t i = 0; i < pool->count && i < gp->now.elite && i < count; i++)
		keep(gp, kept, i);
	/* These enter even where they make the population larger for one generation. */
	for (size_t i = 0; i < pool->count; i++) {
		const struct evo_individual *individual = pool->items[i];
		if (!kept[i] && individual->injected && individual->born == gp->generation)
			keep(gp, kept, i);
	}
	/* Parts to combine with, from which the scores of what is left of a tree follow. */
	for (size_t i = 0; i < pool->count && gp->now.exchange && gp->carried_count > 0; i++)
		if (!kept[i] && pool->items[i]->born == 0)
			keep(gp, kept, i);
	hold_tournaments(gp, kept, count);
	free(kept);
	evo_individuals_clear(pool);
	evo_individuals_sort(&gp->population);
}
