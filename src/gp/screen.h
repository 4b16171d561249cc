/*
 * Inside gp: a quick guess of how well scores rank, for looking at very many of them.
 */
#ifndef EVO_GP_SCREEN_H
#define EVO_GP_SCREEN_H

#include "fitness.h"

/* Of each group the first train networks, so many at most. */
#define EVO_SCREEN_NETWORKS 128

struct evo_screen_group {
	size_t networks, stride;
	int32_t *weights; /* a row a network: what each pair counts when the second has the higher
	                     score; 0 below the diagonal */
};
struct evo_screen {
	size_t group_count;
	struct evo_screen_group *groups;
};
void evo_screen_init(struct evo_screen *screen, const struct evo_fitness *fitness);
void evo_screen_clear(struct evo_screen *screen);

/* The mean over all cases of Kendall's tau-b on these networks, without its sign. rows: scores of
   every group. Right to about a thousandth. */
double evo_screen_guess(const struct evo_screen *screen, const double *const *rows);

#endif
