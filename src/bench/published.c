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
	struct evo_import_rows rows;
	size_t told;
	size_t accuracy[BENCH_DATASETS]; /* where they are, or NO_COLUMN */
	/* Accuracies that can only be fractions, and how many above 1 % there are beside them. */
	struct fraction *fractions;
	size_t fraction_count, fraction_room;
	size_t low[BENCH_DATASETS], percents[BENCH_DATASETS];
};

struct fraction {
	size_t line, dataset;
	double accuracy;
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
		if (strcmp(fields[i], name) != 0)
			continue;
		if (*column != NO_COLUMN)
			return evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
			                   "the column %s appears twice", name);
		*column = i;
	}
	return true;
}

/* Fails with what the header has in place of architectures, or of every dataset's accuracies. */
static bool no_columns(const struct reading *reading, size_t line, size_t count,
                       char *const *fields, struct evo_error *err)
{
	const char *wanted[BENCH_DATASETS + 1] = {ARCHITECTURE};
	bool architecture = reading->rows.architecture != NO_COLUMN;
	char *advice;

	for (size_t i = 0; i < BENCH_DATASETS; i++)
		wanted[i + 1] = bench_datasets[i].column;
	for (size_t i = 0; i < count && architecture; i++)
		if (bench_is_error_column(fields[i]))
			return evo_fail_at(
			        err, EVO_E_INPUT, reading->import->file, line, 0,
			        "the header has no accuracies, but %.60s, of which "
			        "lower is better; expected %s, %s or %s in percent, 0 to "
			        "100, higher is better",
			        fields[i], wanted[1], wanted[2], wanted[3]);
	advice = architecture ? evo_import_header_advice(count, fields, wanted + 1, BENCH_DATASETS)
	                      : evo_import_header_advice(count, fields, wanted, 1);
	if (architecture)
		evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
		            "the header has none of the columns %s, %s and %s: %s", wanted[1],
		            wanted[2], wanted[3], advice);
	else
		evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
		            "the header has no column " ARCHITECTURE
		            ", as NATS-Bench's accuracy table has it: %s",
		            advice);
	free(advice);
	return false;
}

/* A dataset that the table has no column of: why it has no benchmark. */
static void note_no_column(struct reading *reading, size_t dataset, size_t count,
                           char *const *fields)
{
	const char *column = bench_datasets[dataset].column;
	const char *error = bench_error_column(&bench_datasets[dataset], count, fields);

	reading->published->wanted[dataset] = error != NULL;
	reading->published->why[dataset] =
	        error ? evo_format("of %.60s lower is better; expected %s in percent, 0 to 100, "
	                           "higher is better",
	                           error, column)
	              : evo_format("the table has no column %s", column);
}

static bool take_header(struct reading *reading, size_t line, size_t count, char *const *fields,
                        struct evo_error *err)
{
	bool any = false;

	reading->rows.fields = count;
	evo_import_trim_all(count, fields);
	if (!find_column(reading, line, count, fields, ARCHITECTURE, &reading->rows.architecture,
	                 err))
		return false;
	for (size_t i = 0; i < BENCH_DATASETS; i++) {
		if (!find_column(reading, line, count, fields, bench_datasets[i].column,
		                 &reading->accuracy[i], err))
			return false;
		any = any || reading->accuracy[i] != NO_COLUMN;
	}
	if (reading->rows.architecture == NO_COLUMN || !any)
		return no_columns(reading, line, count, fields, err);
	for (size_t i = 0; i < BENCH_DATASETS; i++)
		if (reading->accuracy[i] == NO_COLUMN)
			note_no_column(reading, i, count, fields);
	return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

enum verdict {
	GOOD,
	MALFORMED,
	OUT_OF_RANGE
};

/*
 * Trained networks are hardly worse than guessing, so that an accuracy of 1 or less that is well
 * below what guessing gives (10, 1 and 0.83 %) is a fraction. It is remembered, to be told once it
 * is known whether the whole column has fractions.
 */
static bool is_fraction(struct reading *reading, size_t line, size_t dataset, double accuracy)
{
	double guessing = 100.0 / (double) bench_datasets[dataset].classes;

	if (accuracy > 1)
		reading->percents[dataset]++;
	else if (accuracy > 0)
		reading->low[dataset]++;
	if (!(accuracy > 0 && accuracy <= 1 && accuracy < 0.8 * guessing))
		return false;
	reading->fractions = evo_grown_by_one(reading->fractions, &reading->fraction_room,
	                                      reading->fraction_count, sizeof(*reading->fractions));
	reading->fractions[reading->fraction_count++] = (struct fraction){line, dataset, accuracy};
	return true;
}

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
		tell(reading, line, "%s is \"%.40s\", not a number%s", column, text,
		     evo_import_number_advice(text));
		return MALFORMED;
	}
	if (!(*accuracy >= 0 && *accuracy <= 100))
		tell(reading, line, "%s is %.40s, not from 0 to 100", column, text);
	else if (!is_fraction(reading, line, dataset, *accuracy))
		return GOOD;
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
	evo_index_add(&published->index, published->architectures[at], &added);
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
			                    evo_import_trim(fields[reading->accuracy[i]]),
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
	char *wrong = evo_import_row(&reading->rows, &published->index, published->lines, count,
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
static void find_empty_columns(struct reading *reading)
{
	struct bench_published *published = reading->published;

	for (size_t dataset = 0; dataset < BENCH_DATASETS; dataset++) {
		size_t good = 0;

		for (size_t i = 0; i < published->count; i++)
			good += isnan(published->accuracies[i][dataset]) ? 0 : 1;
		if (reading->accuracy[dataset] == NO_COLUMN || good > 0)
			continue;
		published->wanted[dataset] = true;
		published->why[dataset] =
		        evo_format("no row has a usable %s", bench_datasets[dataset].column);
	}
}

/* Fractions throughout are another table's unit; fractions here and there are rows gone wrong. */
static bool judge_fractions(struct reading *reading, struct evo_error *err)
{
	for (size_t i = 0; i < BENCH_DATASETS; i++)
		if (reading->low[i] > 0 && reading->percents[i] == 0)
			return evo_fail_at(err, EVO_E_INPUT, reading->import->file, 0, 0,
			                   "no %s is above 1: these are fractions, and accuracies "
			                   "are in percent, 0 to 100; multiply them by 100",
			                   bench_datasets[i].column);
	for (size_t i = 0; i < reading->fraction_count; i++) {
		const struct fraction *one = &reading->fractions[i];

		tell(reading, one->line,
		     "%s is %g, a fraction among accuracies in percent; multiply it by 100",
		     bench_datasets[one->dataset].column, one->accuracy);
	}
	return true;
}

static bool none_used(const struct reading *reading, struct evo_error *err)
{
	const struct evo_import_report *report = reading->rows.report;
	const char *like = reading->rows.looks_like;

	return evo_fail_at(err, EVO_E_INPUT, reading->import->file, 0, 0,
	                   "none of %zu rows can be used (%zu malformed, %zu of another "
	                   "space, %zu out of range)%s%s",
	                   report->rows, report->malformed, report->unknown, report->out_of_range,
	                   like ? "; the first looks like " : "", like ? like : "");
}

static bool read_table(struct reading *reading, struct evo_error *err)
{
	const char *file = reading->import->file;

	if (!reading->rows.space || !evo_csv_read(file, take, reading, err))
		return false;
	if (reading->rows.fields == 0)
		return evo_fail_at(err, EVO_E_INPUT, file, 0, 0, "the file is empty");
	if (!judge_fractions(reading, err))
		return false;
	if (reading->published->count == 0)
		return none_used(reading, err);
	find_empty_columns(reading);
	return true;
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

	bool done;

	*published = (struct bench_published){.space = evo_space_find("nb201", err)};
	reading.rows.space = published->space;
	evo_index_init(&published->index);
	done = read_table(&reading, err);
	free(reading.fractions);
	return done;
}

void bench_published_clear(struct bench_published *published)
{
	for (size_t i = 0; i < published->count; i++)
		free(published->architectures[i]);
	for (size_t i = 0; i < BENCH_DATASETS; i++)
		free(published->why[i]);
	free(published->architectures);
	free(published->lines);
	free(published->accuracies);
	evo_index_clear(&published->index);
	*published = (struct bench_published){0};
}
