/*
 * score: proxies scored on benchmarks, without a search.
 *
 * This is `evoscope score`: every expression on every network of a sample, how its scores order the
 * networks beside their accuracies, and the files that say so.
 */
#ifndef EVOSCOPE_SCORE_H
#define EVOSCOPE_SCORE_H

#include "evoscope/benchmark_probe.h"

/*
 * One line of `evoscope score`: a proxy on a benchmark. With more than one seed every number is the
 * mean over them; that of the intervals' ends says how far tau depends on which networks there are,
 * kendall_sd how far on their weights. NaN where it is undefined (see rank.h), with one seed or
 * with any of them.
 */
struct evo_score_row {
	char proxy[64], benchmark[64];
	size_t networks, seeds;
	double kendall;
	double kendall_sd; /* over the seeds (n - 1); NaN with one */
	double low, high;  /* 95 % interval of kendall, over networks: evo_kendall_interval */
	double spearman, pearson, kendall_top10;
	double partial_units, partial_params;
	double non_finite;
	/* A network: its statistics and all expressions of the call together, which share them. NaN
	   for imported scores, and for those that were kept. */
	double milliseconds;
};
/* What n scores x are worth where y is the accuracy, beside the counters of the same networks: all
   of a row but its names, counts and milliseconds. */
void evo_score_measure(size_t n, const double *x, const double *y, const double *units,
                       const double *params, struct evo_score_row *row);
/* The numbers of a row in the order of files, by their names there. False past the last one. */
bool evo_score_number(const struct evo_score_row *row, size_t index, const char **name,
                      double *value);

/* Rows as a CSV file, as `evoscope score --csv` writes it. names: of each row's proxy, in full. */
bool evo_score_export(const char *path, const char *const *names, const struct evo_score_row *rows,
                      size_t count, struct evo_error *err);

struct evo_score_config {
	const char *const *benchmarks; /* any number */
	size_t benchmark_count;
	/* Names, expressions, or NAME/COLUMN of imported scores. Networks without a score in one of
	   those columns are left out for all. */
	const char *const *proxies;
	size_t proxy_count;
	size_t networks; /* of each benchmark, strings and not functions; 0: all of the split */
	enum evo_split split;
	struct evo_probe_options probe;
	uint64_t seed;  /* of the sample, and of the first repeat */
	size_t repeats; /* so many seeds from `seed` on, for weights and noise; 0 is 1 */
	unsigned threads;
	size_t memory;
	const char *scores_file; /* one row a network, and a seed where there are more; NULL */
	const char *table_file;  /* the rows as CSV; NULL */

	/* Keep what has been scored in the user's data folder, and go on from what is there. */
	bool keep;
	/* One line about what goes on, such as that networks are left out; NULL. */
	void (*note)(void *context, const char *text);
	/* The rows, once all is done and files are written. True: they have been delivered, and
	   nothing is kept any more; NULL: they are returned, which is as good. */
	bool (*deliver)(void *context, const struct evo_score_row *rows, size_t count);
};
struct evo_score_status {
	const char *phase, *unit; /* "scoring" "networks" (once a seed), "measuring" "rows" */
	size_t done, kept, total; /* units; kept: by an earlier time, among those done */
	double seconds;           /* since the phase began */
};
/* Called some times a second; returning false cancels (EVO_E_CANCELLED, no file is written; the
   message says what is kept). context is also that of note and deliver. */
typedef bool (*evo_score_progress)(void *context, const struct evo_score_status *status);
/* rows: proxy_count times benchmark_count, benchmark by benchmark; caller frees. */
struct evo_score_row *evo_run_score(const struct evo_score_config *config,
                                    evo_score_progress progress, void *context, size_t *count,
                                    struct evo_error *err);

#endif
