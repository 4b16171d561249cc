/*
 * Import, in two steps: a published table is read into memory, then benchmarks are written of it.
 */
#ifndef BENCH_IMPORT_H
#define BENCH_IMPORT_H

#include "evoscope/bench.h"
#include "evoscope/import.h"
#include "evoscope/import_rows.h"

/* One dataset of NATS-Bench, and the column that has it. */
struct bench_dataset {
	const char *column, *suffix, *title, *dataset;
	const char *called;           /* "CIFAR-10" */
	size_t classes;               /* which are the outputs of its networks */
	enum evo_image_format images; /* the files that have its images; EVO_IMAGES_NONE */
};
#define BENCH_DATASETS 3
extern const struct bench_dataset bench_datasets[BENCH_DATASETS];
/* That of a benchmark, by what its manifest says of the dataset; NULL: it is none of them. */
const struct bench_dataset *bench_dataset_of(const struct evo_benchmark *benchmark);

/* What a text that is no architecture of a known space looks like, "a DARTS genotype"; NULL. */
const char *bench_looks_like(const char *text);
/* Does the name say that lower is better: an error, or a loss? */
bool bench_is_error_column(const char *name);
/* The column that has the errors, or losses, of a dataset; NULL. */
const char *bench_error_column(const struct bench_dataset *dataset, size_t count,
                               char *const *fields);
struct bench_published {
	const struct evo_space *space;
	size_t count, room;
	char **architectures;
	size_t *lines;                        /* where each was */
	double (*accuracies)[BENCH_DATASETS]; /* NaN where there is no good one */
	/* Why a dataset has no accuracy at all, in words; NULL: it has. */
	char *why[BENCH_DATASETS];
	bool wanted[BENCH_DATASETS]; /* is there a column that was to have them? */
	struct evo_index index;      /* architectures by their number */
};

/* Reads the table, telling and counting what is wrong with it. */
bool bench_published_read(struct bench_published *published, const struct evo_import *import,
                          evo_import_problem problem, void *context,
                          struct evo_import_report *report, struct evo_error *err);
void bench_published_clear(struct bench_published *published);

#endif
