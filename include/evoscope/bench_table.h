/*
 * table.csv: one row an architecture. Columns: architecture, accuracy (percent), and for what was
 * trained here one column a seed.
 */
#ifndef EVOSCOPE_BENCH_TABLE_H
#define EVOSCOPE_BENCH_TABLE_H

#include "evoscope/bench.h"

/* What is written. seeds may be NULL: without the columns of the seeds. */
struct evo_bench_table {
	size_t count, seed_count;
	char *const *architectures;
	const double *accuracies; /* count of them */
	const double *seeds;      /* count x seed_count */
	const size_t *seed_names; /* the seed of each column */
};
bool evo_bench_table_write(const struct evo_bench_table *table, const char *path,
                           struct evo_error *err);

/*
 * Reads the rows into benchmark->rows, whose space is set, with functions, pools and index. Errors
 * name the line: what is no architecture of the space, an accuracy outside 0..100, a repetition.
 */
bool evo_bench_table_read(struct evo_benchmark *benchmark, const char *path, struct evo_error *err);

/* The same file as a build wrote it, with the accuracy of every seed. */
struct evo_bench_seed_table {
	size_t count, seed_count;
	char **architectures;
	double *seeds; /* count x seed_count */
};
/* Errors: a number that is none, no column of seeds. Clear it in any case. */
bool evo_bench_table_read_seeds(struct evo_bench_seed_table *table, const char *path,
                                struct evo_error *err);
void evo_bench_table_clear_seeds(struct evo_bench_seed_table *table);

#endif
