/*
 * Inside gp: lists of individuals, and which of them become parents and survive.
 */
#ifndef EVO_GP_SELECT_H
#define EVO_GP_SELECT_H

#include "individual.h"

/* Individuals with room to grow, held. */
struct evo_individuals {
	const struct evo_individual **items;
	uint64_t *signatures; /* of their order of the train networks */
	size_t count, room;
};
void evo_individuals_add(struct evo_individuals *pool, const struct evo_individual *individual,
                         uint64_t signature);
void evo_individuals_replace(struct evo_individuals *pool, size_t at,
                             const struct evo_individual *individual, uint64_t signature);
void evo_individuals_clear(struct evo_individuals *pool);
void evo_individuals_sort(struct evo_individuals *pool); /* best first */

struct evo_gp;
/* Index of a parent by tournament. */
size_t evo_gp_parent(const struct evo_gp *gp, struct evo_rng *rng);
/* Selects the next population from gp->pool, which is empty afterwards. */
void evo_gp_survive(struct evo_gp *gp);

#endif
