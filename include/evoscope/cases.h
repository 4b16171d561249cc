/*
 * cases: benchmarks made ready to be scored.
 *
 * They say which networks there are, in which groups, and in which columns of scores, each network
 * once however many benchmarks it belongs to.
 */
#ifndef EVOSCOPE_CASES_H
#define EVOSCOPE_CASES_H

#include "evoscope/gp.h"
#include "evoscope/benchmark_probe.h"
#include "evoscope/store.h"

struct evo_case_item {
	struct evo_benchmark *benchmark;
	struct evo_probe probe;
	size_t probe_number; /* in the store */
	uint64_t images;     /* a hash of the data batch and its labels; 0: noise */
	size_t *rows;        /* of the benchmark; train before validation */
	size_t train, validation;
	double *accuracy; /* of rows */
	size_t group;
	size_t candidates, left_out; /* by a filter: networks of the pool, and those it refused */
};
/* Benchmarks whose probe and architectures are the same. */
struct evo_case_group {
	size_t first_case;
	size_t count;    /* networks: train and validation */
	size_t *columns; /* the column of each one */
};
/* A column is a network, that is, a probe and an architecture; each is there once. */
struct evo_cases {
	struct evo_case_item *items;
	size_t count;
	struct evo_case_group *groups;
	size_t group_count;
	size_t network_count; /* columns */
};

/* Which networks may be sampled. */
struct evo_case_filter {
	bool (*has)(void *context, const char *architecture);
	void *context;
};
/*
 * Which networks of every benchmark. As a search takes them: at most so many of the train and of
 * the validation pool. Or strings of one pool, as the train part.
 */
struct evo_sample {
	uint64_t seed;
	size_t train, validation;
	struct evo_sampling sampling;
	bool strings;
	enum evo_split split;                 /* of strings */
	size_t count;                         /* of strings; 0: all */
	const struct evo_case_filter *filter; /* of strings; it may leave none; NULL */
};

/* Loads benchmarks ("all" is every one), at most so many, and registers their probes. EVO_E_USAGE
   for more. Clear the cases in any case. */
bool evo_cases_load(struct evo_cases *cases, const char *const *names, size_t count, size_t most,
                    const struct evo_probe_options *options, uint64_t seed, struct evo_store *store,
                    struct evo_error *err);
bool evo_cases_sample(struct evo_cases *cases, const struct evo_sample *sample,
                      struct evo_error *err);
/* Probes of another seed, in another store. EVO_E_INPUT where images are not what they were. */
bool evo_cases_reseed(struct evo_cases *cases, const struct evo_probe_options *options,
                      uint64_t seed, struct evo_store *store, struct evo_error *err);
/* Makes groups and registers the sampled networks: their numbers in the store, by column, which the
   caller frees. NULL with err set. */
size_t *evo_cases_register(struct evo_cases *cases, struct evo_store *store, struct evo_error *err);
void evo_cases_clear(struct evo_cases *cases);

/* The architecture of network i of a group. */
const char *evo_cases_architecture(const struct evo_cases *cases, size_t group, size_t i);
/* out[i] = the value of network i of a group, from one of each column. */
void evo_cases_gather(const struct evo_cases *cases, size_t group, const double *columns,
                      double *out);

/* A list of texts of its own, and its end. */
const char *const *evo_run_copy_list(const char *const *list, size_t count);
void evo_run_free_list(const char *const *list, size_t count);

/* 0 in a setting means half of what the process may use. */
size_t evo_score_memory(size_t memory);

#endif
