/*
 * NATS-Bench's accuracy table: what can be used of it, and what is wrong with the rest.
 */
#include "config.h"

#include "import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARCHITECTURE "ArchitectureString"
#define NO_COLUMN    SIZE_MAX

const struct bench_dataset bench_datasets[BENCH_DATASETS] = {
        {"CIFAR10TestAccuracy200Epochs", "cifar10", "NAS-Bench-201, CIFAR-10",
         "CIFAR-10 test accuracy, 200 epochs", "CIFAR-10", 10, EVO_IMAGES_CIFAR10},
        {"CIFAR100TestAccuracy200Epochs", "cifar100", "NAS-Bench-201, CIFAR-100",
         "CIFAR-100 test accuracy, 200 epochs", "CIFAR-100", 100, EVO_IMAGES_CIFAR100},
        {"ImageNetTestAccuracy200Epochs", "imagenet16-120", "NAS-Bench-201, ImageNet16-120",
         "ImageNet16-120 test accuracy, 200 epochs", "ImageNet16-120", 120, EVO_IMAGES_NONE},
};

const struct bench_dataset *bench_dataset_of(const struct evo_benchmark *benchmark)
{
	for (size_t i = 0; i < BENCH_DATASETS; i++)
		if (strcmp(bench_datasets[i].dataset, benchmark->dataset) == 0)
			return &bench_datasets[i];
	return NULL;
}

struct reading {
	struct bench_published *published;
	const struct evo_import *import;
	evo_import_problem problem;
	void *context;
	struct bench_import_rows rows;
	size_t told;
	size_t accuracy[BENCH_DATASETS]; /* where they are, or NO_COLUMN */
};

static void tell(struct reading *reading, size_t line, const char *format, ...) EVO_PRINTF(3, 4);

static void tell(struct reading *reading, size_t line, const char *format, ...)
{
	size_t limit = reading->import->report_limit;
	char what[512];
	va_list arguments;

	if (!reading->problem)
		return;
	if (limit > 0 && reading->told >= limit) {
		reading->rows.report->untold++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	reading->told++;
	reading->problem(reading->context, line, what);
}

/* ---- Header ---------------------------------------------------------------------------------- */

static bool find_column(const struct reading *reading, size_t line, size_t count,
                        char *const *fields, const char *name, size_t *column,
                        struct evo_error *err)
{
	*column = NO_COLUMN;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(bench_trim(fields[i]), name) != 0)
			continue;
		if (*column != NO_COLUMN)
			return evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
			                   "the column %s appears twice", name);
		*column = i;
	}
	return true;
}

static bool take_header(struct reading *reading, size_t line, size_t count, char *const *fields,
                        struct evo_error *err)
{
	bool any = false;

	reading->rows.fields = count;
	if (!find_column(reading, line, count, fields, ARCHITECTURE, &reading->rows.architecture,
	                 err))
		return false;
	for (size_t i = 0; i < BENCH_DATASETS; i++) {
		if (!find_column(reading, line, count, fields, bench_datasets[i].column,
		                 &reading->accuracy[i], err))
			return false;
		any = any || reading->accuracy[i] != NO_COLUMN;
	}
	if (reading->rows.architecture == NO_COLUMN)
		return evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
		                   "the header has no column " ARCHITECTURE
		                   "; expected NATS-Bench's accuracy table");
	if (!any)
		return evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
		                   "the header has none of the columns %s, %s and %s",
		                   bench_datasets[0].column, bench_datasets[1].column,
		                   bench_datasets[2].column);
	return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

enum verdict {
	GOOD,
	MALFORMED,
	OUT_OF_RANGE
};

static enum verdict read_accuracy(struct reading *reading, size_t line, size_t dataset,
                                  const char *text, double *accuracy)
{
	const char *column = bench_datasets[dataset].column;

	*accuracy = NAN;
	if (*text == '\0') {
		tell(reading, line, "%s is missing", column);
		return MALFORMED;
	}
	if (!evo_number_parse(text, accuracy, NULL)) {
		tell(reading, line, "%s is \"%.40s\", not a number", column, text);
		return MALFORMED;
	}
	if (*accuracy >= 0 && *accuracy <= 100)
		return GOOD;
	tell(reading, line, "%s is %.40s, not from 0 to 100", column, text);
	*accuracy = NAN;
	return OUT_OF_RANGE;
}

static void keep(struct bench_published *published, size_t line, const char *architecture,
                 const double accuracies[BENCH_DATASETS])
{
	size_t at = published->count;
	bool added;

	if (at == published->room) {
		published->room = at ? 2 * at : 256;
		published->architectures =
		        evo_realloc(published->architectures, published->room, sizeof(char *));
		published->lines = evo_realloc(published->lines, published->room, sizeof(size_t));
		published->accuracies = evo_realloc(published->accuracies, published->room,
		                                    sizeof(*published->accuracies));
	}
	published->architectures[at] = evo_strdup(architecture);
	published->lines[at] = line;
	memcpy(published->accuracies[at], accuracies, sizeof(published->accuracies[at]));
	published->count++;
	bench_index_add(&published->index, published->architectures[at], &added);
}

/* Every dataset's accuracy for itself: a bad one leaves the row to the others. */
static void take_accuracies(struct reading *reading, size_t line, const char *architecture,
                            char *const *fields)
{
	struct evo_import_report *report = reading->rows.report;
	double accuracies[BENCH_DATASETS];
	size_t found[3] = {0};

	for (size_t i = 0; i < BENCH_DATASETS; i++) {
		accuracies[i] = NAN;
		if (reading->accuracy[i] != NO_COLUMN)
			found[read_accuracy(reading, line, i,
			                    bench_trim(fields[reading->accuracy[i]]),
			                    &accuracies[i])]++;
	}
	if (found[MALFORMED])
		report->malformed++;
	else if (found[OUT_OF_RANGE])
		report->out_of_range++;
	if (found[GOOD] == 0)
		return;
	report->used++;
	if (found[MALFORMED] || found[OUT_OF_RANGE])
		report->partial++;
	keep(reading->published, line, architecture, accuracies);
}

static void take_row(struct reading *reading, size_t line, size_t count, char *const *fields)
{
	const struct bench_published *published = reading->published;
	const char *architecture;
	char *wrong = bench_import_row(&reading->rows, &published->index, published->lines, count,
	                               fields, &architecture);

	if (wrong)
		tell(reading, line, "%s", wrong);
	else
		take_accuracies(reading, line, architecture, fields);
	free(wrong);
}

static bool take(void *context, size_t line, size_t count, char *const *fields,
                 struct evo_error *err)
{
	struct reading *reading = context;

	if (reading->rows.fields == 0)
		return take_header(reading, line, count, fields, err);
	take_row(reading, line, count, fields);
	return true;
}

/* A column that is there but good for nothing makes no benchmark: that must not go unsaid. */
static void tell_empty_columns(struct reading *reading)
{
	const struct bench_published *published = reading->published;

	for (size_t dataset = 0; dataset < BENCH_DATASETS; dataset++) {
		size_t good = 0;

		for (size_t i = 0; i < published->count; i++)
			good += isnan(published->accuracies[i][dataset]) ? 0 : 1;
		if (reading->accuracy[dataset] != NO_COLUMN && good == 0)
			tell(reading, 1, "no row has a usable %s: no benchmark is made of it",
			     bench_datasets[dataset].column);
	}
}

bool bench_published_read(struct bench_published *published, const struct evo_import *import,
                          evo_import_problem problem, void *context,
                          struct evo_import_report *report, struct evo_error *err)
{
	struct reading reading = {.published = published,
	                          .import = import,
	                          .problem = problem,
	                          .context = context,
	                          .rows = {.called = ARCHITECTURE, .report = report}};

	*published = (struct bench_published){.space = evo_space_find("nb201", err)};
	reading.rows.space = published->space;
	bench_index_init(&published->index);
	if (!published->space || !evo_csv_read(import->file, take, &reading, err))
		return false;
	if (reading.rows.fields == 0)
		return evo_fail_at(err, EVO_E_INPUT, import->file, 0, 0, "the file is empty");
	if (published->count == 0)
		return evo_fail_at(err, EVO_E_INPUT, import->file, 0, 0,
		                   "none of %zu rows can be used (%zu malformed, %zu of another "
		                   "space, %zu out of range)",
		                   report->rows, report->malformed, report->unknown,
		                   report->out_of_range);
	tell_empty_columns(&reading);
	return true;
}

void bench_published_clear(struct bench_published *published)
{
	for (size_t i = 0; i < published->count; i++)
		free(published->architectures[i]);
	free(published->architectures);
	free(published->lines);
	free(published->accuracies);
	bench_index_clear(&published->index);
	*published = (struct bench_published){0};
}
