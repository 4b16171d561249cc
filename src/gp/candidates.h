/*
 * Inside gp: the trees that a generation tries, and where they come from.
 */
#ifndef EVO_GP_CANDIDATES_H
#define EVO_GP_CANDIDATES_H

#include "evoscope/gp.h"

/* A tree on its way to become an individual. */
struct evo_candidate {
	struct evo_tree tree;
	uint64_t hash; /* of the canonical form */
	enum evo_origin origin;
	uint64_t parents[2];
	bool descends;
	bool new;       /* its form has not been scored before */
	double *scores; /* known ones, owned; NULL: to be scored */
};

struct evo_gp;
/* Does the generation at work consist of trees that are listed, not drawn: the smallest, those
   carried over, or grown ones? */
bool evo_gp_is_listed(const struct evo_gp *gp);
bool evo_gp_is_after_list(const struct evo_gp *gp); /* of the generation after these */
/* Makes the candidates of gp->round. */
void evo_gp_make_candidates(struct evo_gp *gp);
/* The parents whose combinations the candidates of gp->round need and are not looked for yet,
   by index in the population, as far as that can be said before they are made. Returns how many.
   */
size_t evo_gp_foresee_combinations(const struct evo_gp *gp, size_t *parents);
void evo_gp_clear_candidates(struct evo_gp *gp);

#endif
