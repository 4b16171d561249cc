/*
 * import: benchmarks of published tables of accuracies.
 */
#ifndef EVOSCOPE_IMPORT_H
#define EVOSCOPE_IMPORT_H

#include "evoscope/image_files.h"

struct evo_import {
	const char *file;
	const char *name; /* prefix of the benchmarks' names; NULL: "nb201" */
	enum evo_image_format format;
	const char *images;  /* file of the images; NULL without */
	bool replace;        /* overwrite benchmarks of the same names */
	size_t report_limit; /* tell at most so many problems; 0: all */
};

/*
 * What an import did. Every row is counted once: used + duplicates + unknown + malformed +
 * out_of_range - partial = rows. An accuracy that is bad (not a number: malformed; outside 0..100,
 * not finite, or a fraction among percents: out of range) spoils the row for its own dataset only:
 * a row with another good accuracy is used as well, and is one of the partial ones.
 */
struct evo_import_report {
	size_t rows;    /* after the header */
	size_t used;    /* with a good accuracy for at least one dataset */
	size_t partial; /* of these: with a bad one for another */
	size_t duplicates, malformed, unknown, out_of_range;
	size_t untold; /* problems beyond report_limit */
	size_t benchmark_count;
	char *benchmarks[8]; /* names; evo_import_report_clear frees */
	/* What was asked for and is not there: a line for every benchmark that is not made though the
	   table was to have its accuracies, or that was to be replaced and is not; or one for columns
	   that were to be scores and are none. */
	size_t unmade_count;
	char *unmade[8];
};
/* One problem: the line of the file where its row begins, and what is wrong. */
typedef void (*evo_import_problem)(void *context, size_t line, const char *what);

/*
 * NATS-Bench's accuracy table as CSV with a header: ArchitectureString and any of
 * CIFAR10TestAccuracy200Epochs, CIFAR100TestAccuracy200Epochs, ImageNetTestAccuracy200Epochs, in
 * any order, other columns ignored: accuracies in percent, 0 to 100, higher is better. One
 * benchmark a dataset: PREFIX-cifar10, PREFIX-cifar100, PREFIX-imagenet16-120. A column of
 * fractions, or of errors alone, fails. Rows that cannot be used are told to `problem` (may be
 * NULL), at most report_limit of them, and counted; of an architecture that appears twice the first
 * usable row counts. A file with no usable row, or without the columns, fails and writes nothing.
 * The report is filled in either way; evo_import_report_clear frees it.
 */
bool evo_import_nats_bench(const struct evo_import *import, evo_import_problem problem,
                           void *context, struct evo_import_report *report, struct evo_error *err);
void evo_import_report_clear(struct evo_import_report *report);

#endif
