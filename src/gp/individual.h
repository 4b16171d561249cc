/* Inside gp: making individuals and putting them in order. */
#ifndef EVO_GP_INDIVIDUAL_H
#define EVO_GP_INDIVIDUAL_H

#include "evoscope/gp.h"

/* Held once, with a copy of the tree and room for so many scores; the caller fills the rest before
   anyone else sees it. */
struct evo_individual *evo_individual_create(const struct evo_tree *tree, size_t scores);

/* The order of populations: fitness, then the smaller, then the older. Total. */
bool evo_individual_before(const struct evo_individual *a, const struct evo_individual *b);

#endif
