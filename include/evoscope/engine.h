/*
 * engine: scores of expressions on the networks of some benchmarks.
 *
 * A search, the scoring command and a study all get their scores here, and none of them knows where
 * they are computed: an expression is a tree, a network is a column of the cases, that is, a probe
 * and an architecture, and scores come back network by network. Today the threads of this program
 * compute them (scoring.h).
 */
#ifndef EVOSCOPE_ENGINE_H
#define EVOSCOPE_ENGINE_H

#include "evoscope/cases.h"

/* Texts and lists are the caller's; probe.probe_of stays until the engine is closed. */
struct evo_engine_config {
	const char *const *benchmarks; /* names; "all" is every one */
	size_t benchmark_count, most;  /* most: so many of them, or EVO_E_USAGE */
	struct evo_probe_options probe;
	struct evo_sample sample; /* which of their networks */
	uint64_t seed;            /* of weights and noise */
	unsigned threads;         /* 0: evo_cores(), fewer in little address space */
	size_t memory;            /* bytes for statistics; 0: half of evo_memory() */
	evo_needs expected;       /* statistics that will be asked for: see evo_store_expect */
	bool once;                /* every network will be scored once: see evo_store_once */
};

struct evo_engine;
/* Loads the benchmarks and samples their networks. cases: filled in, to be cleared by the caller
   in any case, after the engine is closed. NULL with err set. */
struct evo_engine *evo_engine_open(const struct evo_engine_config *config, struct evo_cases *cases,
                                   struct evo_error *err);
/* Weights and noise of another seed from here on: the same networks in the same columns.
   EVO_E_INPUT where a benchmark's images are not what they were. */
bool evo_engine_reseed(struct evo_engine *engine, uint64_t seed, struct evo_error *err);
void evo_engine_close(struct evo_engine *engine); /* NULL is nothing */

/* Its threads, for other work of whoever has the engine. */
struct evo_pool *evo_engine_pool(const struct evo_engine *engine);
/* What its statistics take. */
struct evo_store_report evo_engine_report(const struct evo_engine *engine);

/* One network that is done. */
struct evo_scored_network {
	size_t column;        /* of the cases */
	const double *scores; /* one a tree */
	double milliseconds;  /* statistics included */
};

/* Trees and networks, every tree on every network. Functions are called by the thread that asks. */
struct evo_engine_pass {
	enum evo_priority priority;
	const struct evo_tree *const *trees;
	size_t tree_count;
	const size_t *columns;
	size_t column_count;
	double interval; /* seconds between two looks */
	/* Takes the scores of a network, which are gone when it returns. */
	void (*take)(void *context, const struct evo_scored_network *network);
	/* Every now and then, and at the end. False: to stop; networks that are at work are
	   finished, and taken. */
	bool (*look)(void *context);
	void *context; /* of both */
};
/* A pass that was stopped is as good as one that was not. False: EVO_E_MEMORY. */
bool evo_engine_score(struct evo_engine *engine, const struct evo_engine_pass *pass,
                      struct evo_error *err);

#endif
