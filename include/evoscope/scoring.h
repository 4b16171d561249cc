/*
 * scoring: expressions on many networks of a store, by the threads of a pool.
 *
 * This is how scores are computed on this machine. Whatever needs scores asks an engine for them
 * (engine.h), which does not tell where they come from.
 */
#ifndef EVOSCOPE_SCORING_H
#define EVOSCOPE_SCORING_H

#include "evoscope/evaluator.h"
#include "evoscope/store.h"

/*
 * The one service through which everything is evaluated: `tree_count` expressions on
 * `network_count` networks of a store, network by network on a pool. For each network its
 * statistics are had (kept or extracted), every expression is evaluated, and it is let go.
 */
struct evo_scoring;
struct evo_scorer; /* a store, a pool and an evaluator a worker */
struct evo_scorer *evo_scorer_create(struct evo_store *store, struct evo_pool *pool);
void evo_scorer_destroy(struct evo_scorer *scorer);
/* Drops the values that are remembered of networks, so that the next scoring computes all of its
   own; working memory stays. Not while anything is being scored. */
void evo_scorer_forget(struct evo_scorer *scorer);

/*
 * Starts. networks: numbers of the store. scores: network_count rows of tree_count, each to be
 * read once its network is finished. trees, networks and scores belong to the caller and stay
 * until evo_scoring_finish.
 */
struct evo_scoring *evo_scoring_start(struct evo_scorer *scorer, enum evo_priority priority,
                                      const struct evo_tree *const *trees, size_t tree_count,
                                      const size_t *networks, size_t network_count, double *scores);
bool evo_scoring_wait(struct evo_scoring *scoring, double seconds); /* true when all are */
void evo_scoring_cancel(struct evo_scoring *scoring);
/* How many networks finished since the last call, and their places in `networks`, which live until
   evo_scoring_finish. Their scores and milliseconds may be read from then on. */
size_t evo_scoring_finished(struct evo_scoring *scoring, const size_t **places);
/* Milliseconds that network number i took, extraction included; NaN when it was not finished. To be
   read once evo_scoring_wait has been true, or evo_scoring_finished has named it. */
double evo_scoring_milliseconds(const struct evo_scoring *scoring, size_t i);
/* Waits and frees. False with the first error (EVO_E_MEMORY, EVO_E_CANCELLED). */
bool evo_scoring_finish(struct evo_scoring *scoring, struct evo_error *err);

#endif
