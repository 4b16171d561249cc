/*
 * impact: what the nodes of an expression are worth.
 *
 * It asks a study for the scores of an expression and of what becomes of it when one of its nodes
 * says nothing any more.
 */
#ifndef EVOSCOPE_IMPACT_H
#define EVOSCOPE_IMPACT_H

#include "evoscope/study.h"

/*
 * The impact of every node of a tree: how much fitness, in the tree's own direction, falls at the
 * least when what the subtree says of a network is gone. That is, when a constant of its shape
 * stands for it, its mean over units and networks, or for one of the nodes above it that it alone
 * decides: those may take a constant in every place for what it is not (eigmin(corr(x)) of equal
 * rows is 0). Less than 0: the tree is better without it. On at most EVO_IMPACT_NETWORKS train
 * networks of each benchmark. The root's is the whole fitness; NaN where it cannot be known (no
 * finite mean, or no room in a tree). To be used by one thread.
 */
#define EVO_IMPACT_NETWORKS ((size_t) 64)
struct evo_impact;
/* mean: fitness is the mean over benchmarks, else the least. flags: of its requests, URGENT or 0.
   NULL when the tree is no good. The study stays until evo_impact_end. */
struct evo_impact *evo_impact_begin(struct evo_study *study, const struct evo_tree *tree, bool mean,
                                    unsigned flags, struct evo_error *err);
/* Goes on by what the snapshot says; how far it is, from 0 to 1, at which impacts are there. */
double evo_impact_poll(struct evo_impact *impact, const struct evo_study_snapshot *snapshot);
/* One a node; NaN before they are there. */
const double *evo_impact_values(const struct evo_impact *impact);
/* Drops its requests. */
void evo_impact_end(struct evo_impact *impact);

#endif
