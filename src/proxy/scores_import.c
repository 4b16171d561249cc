/*
 * Importing scores: which columns are of numbers is only known once the whole table has been read,
 * so rows are judged after that.
 */
#include "config.h"

#include "scores.h"

#include "evoscope/import_rows.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_COLUMN       SIZE_MAX
#define COLUMN_NAME_MAX 64 /* characters */

static const char *const architecture_columns[] = {"architecture", "ArchitectureString", "net_str",
                                                   "arch"};

/* What is wrong with a row, or with one of its cells. */
struct fault {
	size_t line, order;
	size_t row, column; /* of a cell; NO_COLUMN: of the row */
	char *what;         /* of a cell: what stands there */
};

struct reading {
	const struct evo_scores_import *import;
	evo_import_problem problem;
	void *context;
	struct evo_import_rows rows;

	size_t header_line;     /* where it is */
	struct evo_scores *all; /* every other column, whatever is in it */
	size_t *lines;          /* of its rows */
	size_t *numbers,
	        *others; /* a column: cells that are numbers, and that are something else */
	char **advice;   /* a column: what to do about the first of the others; NULL */
	struct fault *faults;
	size_t fault_count, fault_room, row_faults;
};

/* ---- Faults ---------------------------------------------------------------------------------- */

/* Takes the text over. */
static void add_fault(struct reading *reading, struct fault fault)
{
	reading->faults = evo_grown_by_one(reading->faults, &reading->fault_room,
	                                   reading->fault_count, sizeof(*reading->faults));
	fault.order = reading->fault_count;
	reading->faults[reading->fault_count++] = fault;
}

static void row_fault(struct reading *reading, size_t line, char *what)
{
	size_t limit = reading->import->report_limit;

	/* More of them than will be told are not worth their memory. */
	if (limit > 0 && reading->row_faults >= limit)
		free(what);
	else
		add_fault(reading, (struct fault){.line = line, .column = NO_COLUMN, .what = what});
	reading->row_faults++;
}

static int by_line(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* What is wrong with a cell; caller frees. */
static char *cell_text(const struct reading *reading, const struct fault *fault)
{
	return evo_format("%s is \"%s\", not a number%s", reading->all->columns[fault->column],
	                  fault->what, evo_import_number_advice(fault->what));
}

/* The next to tell, in the order of lines. */
static void tell_fault(struct reading *reading, const struct fault *fault)
{
	if (fault->column == NO_COLUMN) {
		reading->problem(reading->context, fault->line, fault->what);
		return;
	}
	char *what = cell_text(reading, fault);
	reading->problem(reading->context, fault->line, what);
	free(what);
}

static void tell_faults(struct reading *reading, const bool *kept)
{
	size_t told = 0, limit = reading->import->report_limit;
	size_t *untold = &reading->rows.report->untold;

	if (!reading->problem)
		return;
	if (reading->fault_count > 0)
		qsort(reading->faults, reading->fault_count, sizeof(*reading->faults), by_line);
	if (limit > 0 && reading->row_faults > limit)
		*untold += reading->row_faults - limit; /* not even kept */
	for (size_t i = 0; i < reading->fault_count; i++) {
		const struct fault *fault = &reading->faults[i];

		if (fault->column != NO_COLUMN && !kept[fault->column])
			continue;
		if (limit > 0 && told == limit) {
			++*untold;
		} else {
			tell_fault(reading, fault);
			told++;
		}
	}
}

/* ---- Header ---------------------------------------------------------------------------------- */

static bool find_architecture(struct reading *reading, size_t count, char *const *fields)
{
	for (size_t k = 0; k < EVO_COUNT(architecture_columns); k++) {
		for (size_t i = 0; i < count; i++) {
			if (strcmp(fields[i], architecture_columns[k]) != 0)
				continue;
			reading->rows.architecture = i;
			return true;
		}
	}
	return false;
}

/* Sees that no name is there twice. */
static bool check_columns(const struct reading *reading, size_t line, size_t count,
                          char *const *fields, struct evo_error *err)
{
	struct evo_index names;
	bool added = true;

	evo_index_init(&names);
	for (size_t i = 0; i < count && added; i++) {
		if (*fields[i] != '\0')
			evo_index_add(&names, fields[i], &added);
		if (!added)
			evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
			            "the column %.80s appears twice", fields[i]);
	}
	evo_index_clear(&names);
	return added;
}

static bool no_architectures(const struct reading *reading, size_t line, size_t count,
                             char *const *fields, struct evo_error *err)
{
	char *advice = evo_import_header_advice(count, fields, architecture_columns,
	                                        EVO_COUNT(architecture_columns));

	evo_fail_at(err, EVO_E_INPUT, reading->import->file, line, 0,
	            "the header has no column of architectures, called architecture, "
	            "ArchitectureString, net_str or arch: %s",
	            advice);
	free(advice);
	return false;
}

static bool take_header(struct reading *reading, size_t line, size_t count, char *const *fields,
                        struct evo_error *err)
{
	const char *file = reading->import->file;
	struct evo_scores *all = reading->all;

	reading->rows.fields = count;
	reading->header_line = line;
	all->columns = evo_calloc(count, sizeof(char *));
	reading->numbers = evo_calloc(count, sizeof(size_t));
	reading->others = evo_calloc(count, sizeof(size_t));
	reading->advice = evo_calloc(count, sizeof(char *));
	evo_import_trim_all(count, fields);
	if (!check_columns(reading, line, count, fields, err))
		return false;
	if (!find_architecture(reading, count, fields))
		return no_architectures(reading, line, count, fields, err);
	if (count < 2)
		return evo_fail_at(err, EVO_E_INPUT, file, line, 0,
		                   "the header has no column of scores");
	for (size_t i = 0; i < count; i++)
		if (i != reading->rows.architecture)
			all->columns[all->column_count++] = evo_strdup(fields[i]);
	return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* What to do about a cell that is no number, where that is known; caller frees. */
static char *advise(size_t line, const char *text)
{
	const char *advice = evo_import_number_advice(text);

	return *advice ? evo_format("line %zu: \"%.40s\"%s", line, text, advice) : NULL;
}

static void take_cells(struct reading *reading, size_t line, const char *architecture,
                       char *const *fields)
{
	struct evo_scores *all = reading->all;
	size_t row = all->row_count, column = 0;

	evo_scores_add_row(all, architecture);
	reading->lines = evo_realloc(reading->lines, all->room, sizeof(size_t));
	reading->lines[row] = line;
	for (size_t i = 0; i < reading->rows.fields; i++) {
		const char *text;
		double value;

		if (i == reading->rows.architecture)
			continue;
		text = evo_import_trim(fields[i]);
		if (*text != '\0' && evo_number_parse(text, &value, NULL)) {
			reading->numbers[column]++;
			evo_scores_set(all, row, column, true, value);
		} else if (*text != '\0') {
			if (reading->others[column]++ == 0)
				reading->advice[column] = advise(line, text);
			add_fault(reading, (struct fault){.line = line,
			                                  .row = row,
			                                  .column = column,
			                                  .what = evo_format("%.40s", text)});
		}
		column++;
	}
}

static void take_row(struct reading *reading, size_t line, size_t count, char *const *fields)
{
	const char *architecture;
	char *wrong = evo_import_row(&reading->rows, reading->all->index, reading->lines, count,
	                             fields, &architecture);

	if (wrong != NULL)
		row_fault(reading, line, wrong);
	else
		take_cells(reading, line, architecture, fields);
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

/* ---- Columns --------------------------------------------------------------------------------- */

/* A name is typed and shown, so that it has to be text that may be. */
static bool good_name(const char *name)
{
	size_t length = 0;

	while (*name != '\0') {
		char harmless[EVO_HARMLESS_SIZE];
		const char *character = name;

		evo_harmless_next(&name, true, harmless);
		if (strncmp(harmless, character, (size_t) (name - character)) != 0)
			return false;
		length++;
	}
	return length > 0 && length <= COLUMN_NAME_MAX;
}

static bool is_numbers(const struct reading *reading, size_t column)
{
	return reading->numbers[column] > 0 && reading->numbers[column] >= reading->others[column];
}

/* Which columns are scores. Returns how many. */
static size_t choose_columns(const struct reading *reading, bool *kept)
{
	size_t count = 0;

	for (size_t i = 0; i < reading->all->column_count; i++) {
		kept[i] = good_name(reading->all->columns[i]) && is_numbers(reading, i);
		count += kept[i];
	}
	return count;
}

/*
 * Columns of text are no scores, and that they are left out is a note. What was meant to be scores
 * and is left out has the import done in part.
 */
static void tell_left_out(const struct reading *reading, const bool *kept)
{
	const struct evo_scores *all = reading->all;
	struct evo_import_report *report = reading->rows.report;
	struct evo_text text;
	size_t count = 0;
	bool meant = false;

	evo_text_init(&text);
	for (size_t i = 0; i < all->column_count; i++) {
		const char *why = reading->advice[i];

		if (kept[i])
			continue;
		meant = meant || why != NULL ||
		        (*all->columns[i] != '\0' && is_numbers(reading, i));
		if (good_name(all->columns[i]))
			evo_text_printf(&text, "%s%s%s%s%s", count ? ", " : "", all->columns[i],
			                why != NULL ? " (" : "", why != NULL ? why : "",
			                why != NULL ? ")" : "");
		else
			evo_text_printf(&text, "%sone without a name that can be used",
			                count ? ", " : "");
		count++;
	}
	char *what = evo_format("left out, being no column of numbers: %.400s", text.data);
	if (meant)
		report->unmade[report->unmade_count++] = evo_strdup(what);
	else if (count > 0 && reading->problem)
		reading->problem(reading->context, reading->header_line, what);
	free(what);
	evo_text_clear(&text);
}

/* ---- Judging rows ---------------------------------------------------------------------------- */

/* A row's scores in the columns that are kept. Returns how many there are. */
static size_t copy_row(const struct evo_scores *all, size_t row, const bool *kept,
                       struct evo_scores *to)
{
	size_t good = 0, column = 0;
	double value;

	for (size_t i = 0; i < all->column_count; i++)
		good += kept[i] && evo_scores_value(all, row, i, &value);
	if (good == 0)
		return 0;
	evo_scores_add_row(to, all->architectures[row]);
	for (size_t i = 0; i < all->column_count; i++) {
		if (!kept[i])
			continue;
		if (evo_scores_value(all, row, i, &value))
			evo_scores_set(to, to->row_count - 1, column, true, value);
		column++;
	}
	return good;
}

/* A row all of whose columns are left out has its reason there, if anywhere. */
static char *no_score(const struct reading *reading, const struct fault *fault)
{
	return fault != NULL && *evo_import_number_advice(fault->what)
	               ? evo_format("there is no score in this row: %s is \"%s\"%s",
	                            reading->all->columns[fault->column], fault->what,
	                            evo_import_number_advice(fault->what))
	               : evo_strdup("there is no score in this row");
}

static void judge_rows(struct reading *reading, const bool *kept, struct evo_scores *to)
{
	struct evo_import_report *report = reading->rows.report;
	size_t *bad = evo_calloc(reading->all->row_count + 1, sizeof(*bad));
	/* The first cell of each row that is in a column left out, counted from 1. */
	size_t *out = evo_calloc(reading->all->row_count + 1, sizeof(*out));

	for (size_t i = 0; i < reading->fault_count; i++) {
		const struct fault *fault = &reading->faults[i];
		if (fault->column != NO_COLUMN && kept[fault->column])
			bad[fault->row]++;
		else if (fault->column != NO_COLUMN && out[fault->row] == 0)
			out[fault->row] = i + 1;
	}
	for (size_t row = 0; row < reading->all->row_count; row++) {
		size_t good = copy_row(reading->all, row, kept, to);

		report->used += good > 0;
		report->malformed += bad[row] > 0 || good == 0;
		report->partial += bad[row] > 0 && good > 0;
		if (bad[row] == 0 && good == 0)
			row_fault(reading, reading->lines[row],
			          no_score(reading,
			                   out[row] ? &reading->faults[out[row] - 1] : NULL));
	}
	free(bad);
	free(out);
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* NAME, or the file's name with what cannot be in one replaced. Caller frees. */
static char *name_of(const struct evo_scores_import *import)
{
	const char *slash = strrchr(import->file, '/');
	const char *base = slash != NULL ? slash + 1 : import->file;
	const char *dot = strrchr(base, '.');
	char *name, *begin;

	if (import->name != NULL)
		return evo_strdup(import->name);
	begin = name = evo_strndup(base, dot != NULL ? (size_t) (dot - base) : strlen(base));
	for (char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char) *c) && *c != '_')
			*c = '-';
	begin += strspn(begin, "-_");
	memmove(name, begin, strlen(begin) + 1);
	return name;
}

static bool check_free(const struct evo_scores_import *import, const char *name,
                       struct evo_error *err)
{
	char *path;
	bool there;

	if (!evo_scores_name_check(name, import->name != NULL ? err : NULL))
		return evo_fail(err, EVO_E_USAGE,
		                "the name of %s cannot name imported scores; give one by --name",
		                import->file);
	path = evo_scores_path(name);
	there = evo_path_exists(path);
	free(path);
	return !there || import->replace ||
	       evo_fail(err, EVO_E_INPUT,
	                "there are imported scores %s already; remove or replace them, or import "
	                "under another name",
	                name);
}

static bool no_scores(const struct reading *reading, size_t columns, struct evo_error *err)
{
	const struct evo_import_report *report = reading->rows.report;
	const char *file = reading->import->file, *like = reading->rows.looks_like;
	const char *why = NULL;

	if (columns > 0 || reading->all->row_count == 0)
		return evo_fail_at(err, EVO_E_INPUT, file, 0, 0,
		                   "none of %zu rows can be used (%zu malformed, %zu of no known "
		                   "space)%s%s",
		                   report->rows, report->malformed, report->unknown,
		                   like != NULL ? "; the first looks like " : "",
		                   like != NULL ? like : "");
	for (size_t i = 0; i < reading->all->column_count && why == NULL; i++)
		why = reading->advice[i];
	evo_fail_at(err, EVO_E_INPUT, file, reading->header_line, 0,
	            "no column holds scores, which are numbers%s%s", why != NULL ? "; " : "",
	            why != NULL ? why : "");
	return false;
}

static struct evo_scores *select_scores(struct reading *reading, const char *name,
                                        struct evo_error *err)
{
	const struct evo_scores *all = reading->all;
	bool *kept = evo_calloc(all->column_count + 1, sizeof(*kept));
	size_t columns = choose_columns(reading, kept);
	struct evo_scores *scores = evo_scores_create(name);

	scores->space = reading->rows.space;
	scores->columns = evo_calloc(columns + 1, sizeof(char *));
	for (size_t i = 0; i < all->column_count; i++)
		if (kept[i])
			scores->columns[scores->column_count++] = evo_strdup(all->columns[i]);
	judge_rows(reading, kept, scores);
	tell_faults(reading, kept);
	/* Where no row could be read, nothing is known of any column. */
	if (all->row_count > 0)
		tell_left_out(reading, kept);
	free(kept);
	if (scores->row_count > 0)
		return scores;
	no_scores(reading, columns, err);
	evo_scores_destroy(scores);
	return NULL;
}

static bool write_scores(const struct evo_scores *scores, const char *file, struct evo_error *err)
{
	char *folder = evo_scores_folder(), *today = evo_today();
	const char *slash = strrchr(file, '/');
	bool done = evo_make_directories(folder, err) &&
	            evo_scores_write(scores, slash != NULL ? slash + 1 : file, today, err);

	free(folder);
	free(today);
	return done;
}

static void clear(struct reading *reading)
{
	evo_scores_destroy(reading->all);
	for (size_t i = 0; i < reading->fault_count; i++)
		free(reading->faults[i].what);
	free(reading->faults);
	free(reading->lines);
	free(reading->numbers);
	free(reading->others);
	for (size_t i = 0; reading->advice != NULL && i < reading->rows.fields; i++)
		free(reading->advice[i]);
	free(reading->advice);
}

bool evo_import_scores(const struct evo_scores_import *import, evo_import_problem problem,
                       void *context, struct evo_import_report *report, struct evo_scores **scores,
                       struct evo_error *err)
{
	struct reading reading = {.import = import,
	                          .problem = problem,
	                          .context = context,
	                          .rows = {.called = "the architecture", .report = report}};
	char *name = name_of(import);
	bool done;

	*report = (struct evo_import_report){0};
	*scores = NULL;
	reading.all = evo_scores_create(name);
	done = check_free(import, name, err) && evo_csv_read(import->file, take, &reading, err);
	if (done && reading.rows.fields == 0)
		done = evo_fail_at(err, EVO_E_INPUT, import->file, 0, 0, "the file is empty");
	if (done)
		*scores = select_scores(&reading, name, err);
	done = *scores != NULL && write_scores(*scores, import->file, err);
	if (!done) {
		evo_scores_destroy(*scores);
		*scores = NULL;
	}
	clear(&reading);
	free(name);
	return done;
}
