/*
 * import: benchmarks of published tables of accuracies.
 */
#ifndef EVOSCOPE_IMPORT_H
#define EVOSCOPE_IMPORT_H

#include "evoscope/image_files.h"
#include "evoscope/import_rows.h"

/* What is to be told of one dataset whose accuracies a published table has in a column. */
struct evo_importer_dataset {
	const char *column;           /* of the table */
	const char *suffix;           /* of the benchmark's name: "cifar10" */
	const char *title, *dataset;  /* as the manifest has them; `dataset` tells which it is */
	const char *called;           /* "CIFAR-10" */
	size_t classes;               /* which are the outputs of its networks */
	enum evo_image_format images; /* the files that have its images; EVO_IMAGES_NONE */
};

/* A published table of accuracies, CSV with a header: a benchmark is made of each of its datasets.
   Each is described in a file of its own, and entered in the list of importers.c. */
struct evo_importer {
	const char *name;         /* "nats-bench", on the command line */
	const char *called;       /* "NATS-Bench's accuracy table" */
	const char *prefix;       /* of the benchmarks' names, unless another is given */
	const char *space;        /* which the architectures are of */
	const char *architecture; /* the column that has them */
	struct evo_macro probe;   /* the size of the networks that were trained, without classes */
	size_t batch;             /* of the probe */
	const struct evo_importer_dataset *datasets;
	size_t dataset_count; /* at most EVO_IMPORT_DATASETS_MAX */
};
size_t evo_importer_count(void);
const struct evo_importer *evo_importer_at(size_t index);
/* By name; NULL: there is none. */
const struct evo_importer *evo_importer_find(const char *name);

struct evo_import {
	const struct evo_importer *importer;
	const char *file;
	const char *name; /* prefix of the benchmarks' names; NULL: the importer's */
	enum evo_image_format format;
	const char *images;  /* file of the images; NULL without */
	bool replace;        /* overwrite benchmarks of the same names */
	size_t report_limit; /* tell at most so many problems; 0: all */
};

/*
 * Makes a benchmark PREFIX-SUFFIX of every dataset of which the table has accuracies: in percent, 0
 * to 100, higher is better; columns are in any order, and others are ignored. A column of
 * fractions, or of errors alone, fails. Rows that cannot be used are told to `problem` (may be
 * NULL), at most report_limit of them, and counted; of an architecture that appears twice the first
 * usable row counts. A file with no usable row, or without the columns, fails and writes nothing.
 * The report is filled in either way; evo_import_report_clear frees it.
 */
bool evo_import_accuracies(const struct evo_import *import, evo_import_problem problem,
                           void *context, struct evo_import_report *report, struct evo_error *err);

#endif
