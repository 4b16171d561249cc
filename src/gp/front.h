/* Inside gp: the Pareto front of fitness against size over a whole run. */
#ifndef EVO_GP_FRONT_H
#define EVO_GP_FRONT_H

#include "evoscope/gp.h"

/* By size, which grows strictly; fitness grows with it strictly too. */
struct evo_front {
	const struct evo_individual **items; /* held */
	size_t count, room;
};
void evo_front_clear(struct evo_front *front);
/* Holds the individual and lets go what it dominates, unless one as small is as good. */
bool evo_front_offer(struct evo_front *front, const struct evo_individual *individual);

#endif
