/*
 * cases: benchmarks made ready to be scored. Which networks, in which groups, under which
 * numbers of the store, each network once however many benchmarks it belongs to.
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
/* Which networks may be sampled. */
struct evo_case_filter {
	bool (*has)(void *context, const char *architecture);
	void *context;
};
/* Benchmarks whose probe and architectures are the same. */
struct evo_case_group {
	size_t first_case;
	size_t count;    /* networks: train and validation */
	size_t *columns; /* where each one is among cases.networks */
};
struct evo_cases {
	struct evo_case_item *items;
	size_t count;
	struct evo_case_group *groups;
	size_t group_count;
	size_t *networks; /* numbers of the store, each once */
	size_t network_count;
};

/* Loads benchmarks ("all" is every one), at most so many, and registers their probes. EVO_E_USAGE
   for more. */
bool evo_cases_load(struct evo_cases *cases, const char *const *names, size_t count, size_t most,
                    const struct evo_probe_options *options, uint64_t seed, struct evo_store *store,
                    struct evo_error *err);
/* A run's samples: at most so many networks of the train and of the validation pool. */
bool evo_cases_sample_pools(struct evo_cases *cases, size_t train, size_t validation,
                            struct evo_sampling sampling, uint64_t seed, struct evo_error *err);
/* Strings of one pool, as the train part; count 0: all. */
bool evo_cases_sample_strings(struct evo_cases *cases, enum evo_split split, size_t count,
                              uint64_t seed, struct evo_error *err);
/* The same under a filter (NULL: none), which may leave a case without any. */
bool evo_cases_sample_filtered(struct evo_cases *cases, const struct evo_case_filter *filter,
                               enum evo_split split, size_t count, uint64_t seed,
                               struct evo_error *err);
/* Makes groups and registers the sampled networks. */
bool evo_cases_register(struct evo_cases *cases, struct evo_store *store, struct evo_error *err);
void evo_cases_clear(struct evo_cases *cases);

/* A list of texts of its own, and its end. */
const char *const *evo_run_copy_list(const char *const *list, size_t count);
void evo_run_free_list(const char *const *list, size_t count);

/* 0 in a setting means half of what the process may use. */
size_t evo_run_memory(size_t memory);

#endif
