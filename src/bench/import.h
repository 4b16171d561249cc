/*
 * Import, in two steps: a published table is read into memory, then benchmarks are written of it.
 */
#ifndef BENCH_IMPORT_H
#define BENCH_IMPORT_H

#include "evoscope/bench.h"
#include "evoscope/import.h"
#include "evoscope/import_rows.h"

/* One file each. */
extern const struct evo_importer bench_nats_bench;

/* The dataset of a benchmark, by what its manifest says of it; NULL: no importer has it. */
const struct evo_importer_dataset *bench_dataset_of(const struct evo_benchmark *benchmark);

struct bench_published {
	const struct evo_space *space;
	size_t count, room;
	char **architectures;
	size_t *lines;                                 /* where each was */
	double (*accuracies)[EVO_IMPORT_DATASETS_MAX]; /* NaN where there is no good one */
	/* Why a dataset has no accuracy at all, in words; NULL: it has. */
	char *why[EVO_IMPORT_DATASETS_MAX];
	bool wanted[EVO_IMPORT_DATASETS_MAX]; /* is there a column that was to have them? */
	struct evo_index index;               /* architectures by their number */
};

/* Reads the table, telling and counting what is wrong with it. */
bool bench_published_read(struct bench_published *published, const struct evo_import *import,
                          evo_import_problem problem, void *context,
                          struct evo_import_report *report, struct evo_error *err);
void bench_published_clear(struct bench_published *published);

#endif
