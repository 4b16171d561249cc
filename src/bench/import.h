/*
 * Import, in two steps: a published table is read into memory, then benchmarks are written of it.
 */
#ifndef BENCH_IMPORT_H
#define BENCH_IMPORT_H

#include "evoscope/bench.h"
#include "index.h"

/* One dataset of NATS-Bench, and the column that has it. */
struct bench_dataset {
	const char *column, *suffix, *title, *dataset;
};
#define BENCH_DATASETS 3
extern const struct bench_dataset bench_datasets[BENCH_DATASETS];

struct bench_published {
	const struct evo_space *space;
	size_t count, room;
	char **architectures;
	size_t *lines;                        /* where each was */
	double (*accuracies)[BENCH_DATASETS]; /* NaN where there is no good one */
	struct evo_bench_index index;         /* architectures by their number */
};

/* Reads the table, telling and counting what is wrong with it. */
bool bench_published_read(struct bench_published *published, const struct evo_import *import,
                          evo_import_problem problem, void *context,
                          struct evo_import_report *report, struct evo_error *err);
void bench_published_clear(struct bench_published *published);

#endif
