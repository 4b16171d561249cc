/*
 * Inside gp: a quick guess of how well scores rank, by which very many of them are prescreened.
 */
#ifndef EVO_GP_PRESCREEN_H
#define EVO_GP_PRESCREEN_H

#include "fitness.h"

/* Of each group the first train networks, so many at most. */
#define EVO_PRESCREEN_NETWORKS 128

struct evo_prescreen_group {
	size_t networks, stride;
	int32_t *weights; /* a row a network: what each pair counts when the second has the higher
	                     score; 0 below the diagonal */
};
struct evo_prescreen {
	size_t group_count;
	struct evo_prescreen_group *groups;
};
void evo_prescreen_init(struct evo_prescreen *prescreen, const struct evo_fitness *fitness);
void evo_prescreen_clear(struct evo_prescreen *prescreen);

/* The mean over all cases of Kendall's tau-b on these networks, without its sign. rows: scores of
   every group. Right to about a thousandth. */
double evo_prescreen_guess(const struct evo_prescreen *prescreen, const double *const *rows);

#endif
