/*
 * The store: statistics of the networks of any number of probes, kept or recomputed.
 *
 * What fits the budget of memory is kept, the rest is computed again when it is asked for, with the
 * same results. Safe for any number of threads. Networks first come are kept first: a cycle through
 * more networks than fit keeps its first part instead of throwing away each just before its turn.
 */
#ifndef EVOSCOPE_STORE_H
#define EVOSCOPE_STORE_H

#include "evoscope/probe.h"
#include "evoscope/profile.h"

struct evo_store;

/* memory: bytes for statistics, workspaces and probes' inputs included. workers: how many threads
   will acquire. */
struct evo_store *evo_store_create(size_t memory, unsigned workers, struct evo_error *err);
void evo_store_destroy(struct evo_store *store);
/* Every network will be asked for once: nothing is kept, its memory serves the next. To be said
   before the first network is acquired. */
void evo_store_once(struct evo_store *store);

/*
 * What will be asked for sooner or later: a network whose statistics are computed has these taken
 * along, while there is memory for all networks to keep them. That saves computing it again when
 * something else is read. The results are the same.
 */
void evo_store_expect(struct evo_store *store, evo_needs needs);

/* The number of the probe in the store; images as in evo_probe_inputs, labels as in
   evo_probe_labels. Asking twice gives the same number. EVO_E_MEMORY when its inputs are more than
   the budget; EVO_E_INPUT when a label is not below the classes. */
bool evo_store_probe(struct evo_store *store, const struct evo_probe *probe, const float *images,
                     const unsigned short *labels, size_t *number, struct evo_error *err);

/* The number of a network (an architecture at a probe). Asking twice gives the same number. */
bool evo_store_network(struct evo_store *store, size_t probe, const char *architecture,
                       size_t *number, struct evo_error *err);

/*
 * A network's statistics, at least those asked for. worker is below `workers` and used by one
 * thread at a time. The result is held until released; whoever holds one asks for no other: there
 * may be no room for both. NULL with err set: EVO_E_MEMORY when one network is more than the budget
 * (the message says how much is needed).
 */
const struct evo_stats *evo_store_acquire(struct evo_store *store, size_t network, evo_needs needs,
                                          unsigned worker, struct evo_error *err);
void evo_store_release(struct evo_store *store, size_t network, const struct evo_stats *stats);

/*
 * From now on extractions add what they spend where: the store's workers must be one. seconds: of
 * whole extractions, of which weights is drawing the initial weights. profile is the caller's.
 */
struct evo_extract_profile {
	struct evo_profile engine;
	double seconds, weights;
};
void evo_store_profile(struct evo_store *store, struct evo_extract_profile *profile);

struct evo_store_report {
	size_t networks, kept;     /* registered; with statistics in memory */
	size_t bytes, peak, limit; /* of memory, workspaces and inputs included */
	size_t hits, extractions;
	double extract_seconds; /* summed over threads */
};
struct evo_store_report evo_store_report(struct evo_store *store);

#endif
