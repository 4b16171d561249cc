/*
 * Inside gp: combinations of two parents that are chosen by their scores.
 */
#ifndef EVO_GP_COMBINE_H
#define EVO_GP_COMBINE_H

#include "context.h"

/* outer(context, inner(second)): a parent of the population, or a context of it, combined with a
   second one. */
struct evo_combination {
	size_t context, second; /* indices of the list's contexts and of the population */
	unsigned outer, inner;  /* codes; inner is 0 where there is none */
	double worth;           /* its fitness less parsimony, by the scores of the two */
};
/* Of the combinations of a first parent so many are looked at, the best first. */
#define EVO_GP_COMBINATIONS 64
struct evo_combinations {
	bool looked_for;
	struct evo_contexts contexts; /* of the first parent */
	size_t count;
	struct evo_combination items[EVO_GP_COMBINATIONS];
};
struct evo_gp;
/*
 * The best combinations of a first parent, best first, of those that look best on a few networks.
 * None of them orders these networks as one of the two does. The list lives until
 * evo_gp_forget_combinations, to be called before the population changes. Those of several parents
 * may be looked for at once, on as many threads, once gp->combinations has room.
 */
const struct evo_combinations *evo_gp_combinations(struct evo_gp *gp, size_t first);
void evo_gp_make_room_for_combinations(struct evo_gp *gp);
void evo_gp_forget_combinations(struct evo_gp *gp);
/* Its tree. False when it is beyond the bounds. */
bool evo_gp_combine(const struct evo_gp *gp, size_t first,
                    const struct evo_combination *combination, struct evo_tree *out);
/* Its scores on all networks, pending where those of a parent are; caller frees. */
double *evo_gp_combination_scores(const struct evo_gp *gp, size_t first,
                                  const struct evo_combination *combination);

#endif
