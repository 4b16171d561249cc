/*
 * A published table of accuracies: what can be used of it, and what is wrong with the rest.
 */
#include "config.h"

#include "import.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_COLUMN SIZE_MAX

struct accuracy_reader {
	struct bench_published *published;
	const struct evo_import *import;
	const struct evo_importer *importer;
	evo_import_problem problem;
	void *context;
	struct evo_import_rows rows;
	size_t told;
	size_t accuracy[EVO_IMPORT_DATASETS_MAX]; /* where they are, or NO_COLUMN */
	/* Accuracies that can only be fractions, and how many above 1 % there are beside them. */
	struct fraction *fractions;
	size_t fraction_count, fraction_room;
	size_t low[EVO_IMPORT_DATASETS_MAX], percents[EVO_IMPORT_DATASETS_MAX];
};

struct fraction {
	size_t line, dataset;
	double accuracy;
};

static void tell(struct accuracy_reader *reader, size_t line, const char *format, ...)
        EVO_PRINTF(3, 4);

static void tell(struct accuracy_reader *reader, size_t line, const char *format, ...)
{
	size_t limit = reader->import->report_limit;
	char what[512];
	va_list arguments;

	if (!reader->problem)
		return;
	if (limit > 0 && reader->told >= limit) {
		reader->rows.report->untold++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	reader->told++;
	reader->problem(reader->context, line, what);
}

/* ---- Header ---------------------------------------------------------------------------------- */

static bool find_column(const struct accuracy_reader *reader, size_t line, size_t count,
                        char *const *fields, const char *name, size_t *column,
                        struct evo_error *err)
{
	*column = NO_COLUMN;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(fields[i], name) != 0)
			continue;
		if (*column != NO_COLUMN)
			return evo_fail_at(err, EVO_E_INPUT, reader->import->file, line, 0,
			                   "the column %s appears twice", name);
		*column = i;
	}
	return true;
}

/* Does the name say that lower is better: an error, or a loss? */
static bool is_error_column(const char *name)
{
	char *text = evo_import_plain(name);
	bool error = strstr(text, "err") != NULL || strstr(text, "loss") != NULL;

	free(text);
	return error;
}

/* The column that has the errors, or losses, of a dataset; NULL. */
static const char *error_column(const struct evo_importer_dataset *dataset, size_t count,
                                char *const *fields)
{
	/* "cifar10", "imagenet": what the names of its columns begin with. */
	char *key = evo_import_plain(dataset->column), *test = strstr(key, "test");
	const char *found = NULL;

	if (test != NULL)
		*test = '\0';
	for (size_t i = 0; i < count && found == NULL; i++) {
		char *name = evo_import_plain(fields[i]);
		size_t length = strlen(key);

		if (strncmp(name, key, length) == 0 && !isdigit((unsigned char) name[length]) &&
		    is_error_column(name + length))
			found = fields[i];
		free(name);
	}
	free(key);
	return found;
}

/* "A, B and C"; caller frees. */
static char *list_columns(const struct evo_importer *importer, const char *last)
{
	struct evo_text text;

	evo_text_init(&text);
	for (size_t i = 0; i < importer->dataset_count; i++)
		evo_text_printf(&text, "%s%s",
		                i == 0                             ? ""
		                : i + 1 == importer->dataset_count ? last
		                                                   : ", ",
		                importer->datasets[i].column);
	return text.data;
}

static bool no_architecture(const struct accuracy_reader *reader, size_t line, size_t count,
                            char *const *fields, struct evo_error *err)
{
	const struct evo_importer *importer = reader->importer;
	char *advice = evo_import_header_advice(count, fields, &importer->architecture, 1);

	evo_fail_at(err, EVO_E_INPUT, reader->import->file, line, 0,
	            "the header has no column %s, as %s has it: %s", importer->architecture,
	            importer->called, advice);
	free(advice);
	return false;
}

static bool only_errors(const struct accuracy_reader *reader, size_t line, const char *column,
                        struct evo_error *err)
{
	char *columns = list_columns(reader->importer, " or ");

	evo_fail_at(err, EVO_E_INPUT, reader->import->file, line, 0,
	            "the header has no accuracies, but %.60s, of which lower is better; expected "
	            "%s in percent, 0 to 100, higher is better",
	            column, columns);
	free(columns);
	return false;
}

/* Fails with what the header has in place of every dataset's accuracies. */
static bool no_accuracies(const struct accuracy_reader *reader, size_t line, size_t count,
                          char *const *fields, struct evo_error *err)
{
	const struct evo_importer *importer = reader->importer;
	const char *wanted[EVO_IMPORT_DATASETS_MAX];

	for (size_t i = 0; i < count; i++)
		if (is_error_column(fields[i]))
			return only_errors(reader, line, fields[i], err);
	for (size_t i = 0; i < importer->dataset_count; i++)
		wanted[i] = importer->datasets[i].column;

	char *columns = list_columns(importer, " and ");
	char *advice = evo_import_header_advice(count, fields, wanted, importer->dataset_count);

	evo_fail_at(err, EVO_E_INPUT, reader->import->file, line, 0,
	            "the header has none of the columns %s: %s", columns, advice);
	free(advice);
	free(columns);
	return false;
}

/* A dataset that the table has no column of: why it has no benchmark. */
static void note_no_column(struct accuracy_reader *reader, size_t dataset, size_t count,
                           char *const *fields)
{
	const char *column = reader->importer->datasets[dataset].column;
	const char *error = error_column(&reader->importer->datasets[dataset], count, fields);

	reader->published->wanted[dataset] = error != NULL;
	reader->published->why[dataset] =
	        error != NULL
	                ? evo_format("of %.60s lower is better; expected %s in percent, 0 to 100, "
	                             "higher is better",
	                             error, column)
	                : evo_format("the table has no column %s", column);
}

static bool take_header(struct accuracy_reader *reader, size_t line, size_t count,
                        char *const *fields, struct evo_error *err)
{
	bool any = false;

	reader->rows.fields = count;
	evo_import_trim_all(count, fields);
	if (!find_column(reader, line, count, fields, reader->importer->architecture,
	                 &reader->rows.architecture, err))
		return false;
	for (size_t i = 0; i < reader->importer->dataset_count; i++) {
		if (!find_column(reader, line, count, fields, reader->importer->datasets[i].column,
		                 &reader->accuracy[i], err))
			return false;
		any = any || reader->accuracy[i] != NO_COLUMN;
	}
	if (reader->rows.architecture == NO_COLUMN)
		return no_architecture(reader, line, count, fields, err);
	if (!any)
		return no_accuracies(reader, line, count, fields, err);
	for (size_t i = 0; i < reader->importer->dataset_count; i++)
		if (reader->accuracy[i] == NO_COLUMN)
			note_no_column(reader, i, count, fields);
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
static bool is_fraction(struct accuracy_reader *reader, size_t line, size_t dataset,
                        double accuracy)
{
	double guessing = 100.0 / (double) reader->importer->datasets[dataset].classes;

	if (accuracy > 1)
		reader->percents[dataset]++;
	else if (accuracy > 0)
		reader->low[dataset]++;
	if (!(accuracy > 0 && accuracy <= 1 && accuracy < 0.8 * guessing))
		return false;
	reader->fractions = evo_grown_by_one(reader->fractions, &reader->fraction_room,
	                                     reader->fraction_count, sizeof(*reader->fractions));
	reader->fractions[reader->fraction_count++] = (struct fraction){line, dataset, accuracy};
	return true;
}

static enum verdict read_accuracy(struct accuracy_reader *reader, size_t line, size_t dataset,
                                  const char *text, double *accuracy)
{
	const char *column = reader->importer->datasets[dataset].column;

	*accuracy = NAN;
	if (*text == '\0') {
		tell(reader, line, "%s is missing", column);
		return MALFORMED;
	}
	if (!evo_number_parse(text, accuracy, NULL)) {
		tell(reader, line, "%s is \"%.40s\", not a number%s", column, text,
		     evo_import_number_advice(text));
		return MALFORMED;
	}
	if (!(*accuracy >= 0 && *accuracy <= 100))
		tell(reader, line, "%s is %.40s, not from 0 to 100", column, text);
	else if (!is_fraction(reader, line, dataset, *accuracy))
		return GOOD;
	*accuracy = NAN;
	return OUT_OF_RANGE;
}

static void keep(struct bench_published *published, size_t line, const char *architecture,
                 const double accuracies[EVO_IMPORT_DATASETS_MAX])
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
static void take_accuracies(struct accuracy_reader *reader, size_t line, const char *architecture,
                            char *const *fields)
{
	struct evo_import_report *report = reader->rows.report;
	double accuracies[EVO_IMPORT_DATASETS_MAX];
	size_t found[3] = {0};

	for (size_t i = 0; i < reader->importer->dataset_count; i++) {
		accuracies[i] = NAN;
		if (reader->accuracy[i] != NO_COLUMN)
			found[read_accuracy(reader, line, i,
			                    evo_import_trim(fields[reader->accuracy[i]]),
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
	keep(reader->published, line, architecture, accuracies);
}

static void take_row(struct accuracy_reader *reader, size_t line, size_t count, char *const *fields)
{
	const struct bench_published *published = reader->published;
	const char *architecture;
	char *wrong = evo_import_row(&reader->rows, &published->index, published->lines, count,
	                             fields, &architecture);

	if (wrong != NULL)
		tell(reader, line, "%s", wrong);
	else
		take_accuracies(reader, line, architecture, fields);
	free(wrong);
}

static bool take(void *context, size_t line, size_t count, char *const *fields,
                 struct evo_error *err)
{
	struct accuracy_reader *reader = context;

	if (reader->rows.fields == 0)
		return take_header(reader, line, count, fields, err);
	take_row(reader, line, count, fields);
	return true;
}

/* A column that is there but good for nothing makes no benchmark: that must not go unsaid. */
static void find_empty_columns(struct accuracy_reader *reader)
{
	struct bench_published *published = reader->published;

	for (size_t dataset = 0; dataset < reader->importer->dataset_count; dataset++) {
		size_t good = 0;

		for (size_t i = 0; i < published->count; i++)
			good += isnan(published->accuracies[i][dataset]) ? 0 : 1;
		if (reader->accuracy[dataset] == NO_COLUMN || good > 0)
			continue;
		published->wanted[dataset] = true;
		published->why[dataset] = evo_format("no row has a usable %s",
		                                     reader->importer->datasets[dataset].column);
	}
}

/* Fractions throughout are another table's unit; fractions here and there are rows gone wrong. */
static bool judge_fractions(struct accuracy_reader *reader, struct evo_error *err)
{
	for (size_t i = 0; i < reader->importer->dataset_count; i++)
		if (reader->low[i] > 0 && reader->percents[i] == 0)
			return evo_fail_at(err, EVO_E_INPUT, reader->import->file, 0, 0,
			                   "no %s is above 1: these are fractions, and accuracies "
			                   "are in percent, 0 to 100; multiply them by 100",
			                   reader->importer->datasets[i].column);
	for (size_t i = 0; i < reader->fraction_count; i++) {
		const struct fraction *one = &reader->fractions[i];

		tell(reader, one->line,
		     "%s is %g, a fraction among accuracies in percent; multiply it by 100",
		     reader->importer->datasets[one->dataset].column, one->accuracy);
	}
	return true;
}

static bool none_used(const struct accuracy_reader *reader, struct evo_error *err)
{
	const struct evo_import_report *report = reader->rows.report;
	const char *like = reader->rows.looks_like;

	return evo_fail_at(err, EVO_E_INPUT, reader->import->file, 0, 0,
	                   "none of %zu rows can be used (%zu malformed, %zu of another "
	                   "space, %zu out of range)%s%s",
	                   report->rows, report->malformed, report->unknown, report->out_of_range,
	                   like != NULL ? "; the first looks like " : "", like != NULL ? like : "");
}

static bool read_table(struct accuracy_reader *reader, struct evo_error *err)
{
	const char *file = reader->import->file;

	if (reader->rows.space == NULL || !evo_csv_read(file, take, reader, err))
		return false;
	if (reader->rows.fields == 0)
		return evo_fail_at(err, EVO_E_INPUT, file, 0, 0, "the file is empty");
	if (!judge_fractions(reader, err))
		return false;
	if (reader->published->count == 0)
		return none_used(reader, err);
	find_empty_columns(reader);
	return true;
}

bool bench_published_read(struct bench_published *published, const struct evo_import *import,
                          evo_import_problem problem, void *context,
                          struct evo_import_report *report, struct evo_error *err)
{
	struct accuracy_reader reader = {
	        .published = published,
	        .import = import,
	        .importer = import->importer,
	        .problem = problem,
	        .context = context,
	        .rows = {.called = import->importer->architecture, .report = report}};

	bool done;

	*published =
	        (struct bench_published){.space = evo_space_find(import->importer->space, err)};
	reader.rows.space = published->space;
	evo_index_init(&published->index);
	done = read_table(&reader, err);
	free(reader.fractions);
	return done;
}

void bench_published_clear(struct bench_published *published)
{
	for (size_t i = 0; i < published->count; i++)
		free(published->architectures[i]);
	for (size_t i = 0; i < EVO_IMPORT_DATASETS_MAX; i++)
		free(published->why[i]);
	free(published->architectures);
	free(published->lines);
	free(published->accuracies);
	evo_index_clear(&published->index);
	*published = (struct bench_published){0};
}
