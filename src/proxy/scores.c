/*
 * Imported scores: what is kept of them, and how it is read.
 *
 * scores/NAME.csv in the user's data folder. The first record says what it is: the format, the
 * space, the file that it was imported from, the day. The second is the header: architecture and
 * the columns. An empty field is a missing score.
 */
#include "config.h"

#include "scores.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_FIELDS 4
#define SUFFIX      ".csv"

bool evo_scores_name_check(const char *name, struct evo_error *err)
{
	if (evo_name_is_plain(name))
		return true;
	return evo_fail(err, EVO_E_USAGE,
	                "\"%.80s\" cannot name imported scores; use up to %d letters, digits, - "
	                "and _, beginning with a letter or digit",
	                name, EVO_NAME_MAX);
}

char *evo_scores_folder(void)
{
	return evo_path_data("scores");
}

char *evo_scores_path(const char *name)
{
	char *folder = evo_scores_folder(), *file = evo_format("%s" SUFFIX, name);
	char *path = evo_path_join(folder, file);

	free(folder);
	free(file);
	return path;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_values(const struct evo_scores *scores, size_t row, struct evo_csv *csv)
{
	for (size_t column = 0; column < scores->column_count; column++) {
		char text[EVO_NUMBER_SIZE] = "";
		double value;

		/* Not as a number: NaN is a score like others here, and not a missing one. */
		if (evo_scores_value(scores, row, column, &value))
			evo_number_format(value, text);
		evo_csv_text(csv, text);
	}
}

bool evo_scores_write(const struct evo_scores *scores, const char *file, const char *date,
                      struct evo_error *err)
{
	char *path = evo_scores_path(scores->name);
	struct evo_file *out = evo_file_create(path, err);
	struct evo_csv csv;

	free(path);
	if (out == NULL)
		return false;
	evo_csv_begin(&csv, evo_file_stream(out));
	evo_csv_text(&csv, EVO_SCORES_FORMAT);
	evo_csv_text(&csv, scores->space->name);
	evo_csv_text(&csv, file);
	evo_csv_text(&csv, date);
	evo_csv_end_row(&csv);
	evo_csv_text(&csv, "architecture");
	for (size_t column = 0; column < scores->column_count; column++)
		evo_csv_text(&csv, scores->columns[column]);
	evo_csv_end_row(&csv);
	for (size_t row = 0; row < scores->row_count; row++) {
		evo_csv_text(&csv, scores->architectures[row]);
		write_values(scores, row, &csv);
		evo_csv_end_row(&csv);
	}
	return evo_file_commit(out, err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct reading {
	struct evo_scores *scores;
	const char *path;
	bool head_only;
	bool stopped; /* on purpose, after the header */
	size_t records;
};

void evo_scores_add_row(struct evo_scores *scores, const char *architecture)
{
	size_t row = scores->row_count;
	bool added;

	if (row == scores->room) {
		scores->room = row ? 2 * row : 256;
		scores->architectures =
		        evo_realloc(scores->architectures, scores->room, sizeof(char *));
		scores->values = evo_realloc(scores->values, scores->room * scores->column_count,
		                             sizeof(double));
		scores->there = evo_realloc(scores->there, scores->room * scores->column_count, 1);
	}
	scores->architectures[row] = evo_strdup(architecture);
	for (size_t column = 0; column < scores->column_count; column++)
		evo_scores_set(scores, row, column, false, NAN);
	scores->row_count++;
	evo_index_add(scores->index, scores->architectures[row], &added);
}

void evo_scores_set(struct evo_scores *scores, size_t row, size_t column, bool there, double value)
{
	scores->there[row * scores->column_count + column] = there;
	scores->values[row * scores->column_count + column] = value;
}

static bool damaged(const struct reading *reading, size_t line, struct evo_error *err)
{
	return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
	                   "the imported scores are damaged; import them again");
}

static bool take_head(struct reading *reading, size_t line, size_t count, char *const *fields,
                      struct evo_error *err)
{
	struct evo_scores *scores = reading->scores;

	if (count != HEAD_FIELDS || strcmp(fields[0], EVO_SCORES_FORMAT) != 0)
		return damaged(reading, line, err);
	scores->space = evo_space_find(fields[1], err);
	scores->source = evo_format("imported from %s, %s", fields[2], fields[3]);
	return scores->space != NULL;
}

static bool take_header(struct reading *reading, size_t line, size_t count, char *const *fields,
                        struct evo_error *err)
{
	struct evo_scores *scores = reading->scores;

	if (count < 2)
		return damaged(reading, line, err);
	scores->column_count = count - 1;
	scores->columns = evo_calloc(count - 1, sizeof(char *));
	for (size_t column = 0; column + 1 < count; column++)
		scores->columns[column] = evo_strdup(fields[column + 1]);
	reading->stopped = reading->head_only;
	return !reading->head_only;
}

static bool take_row(struct reading *reading, size_t line, size_t count, char *const *fields,
                     struct evo_error *err)
{
	struct evo_scores *scores = reading->scores;

	if (count != scores->column_count + 1 ||
	    evo_index_find(scores->index, fields[0]) < scores->row_count)
		return damaged(reading, line, err);
	evo_scores_add_row(scores, fields[0]);
	for (size_t column = 0; column + 1 < count; column++) {
		const char *text = fields[column + 1];
		double value;

		if (*text == '\0')
			continue;
		if (!evo_number_parse(text, &value, NULL))
			return damaged(reading, line, err);
		evo_scores_set(scores, scores->row_count - 1, column, true, value);
	}
	return true;
}

static bool take(void *context, size_t line, size_t count, char *const *fields,
                 struct evo_error *err)
{
	struct reading *reading = context;

	switch (reading->records++) {
	case 0:
		return take_head(reading, line, count, fields, err);
	case 1:
		return take_header(reading, line, count, fields, err);
	default:
		return take_row(reading, line, count, fields, err);
	}
}

struct evo_scores *evo_scores_create(const char *name)
{
	struct evo_scores *scores = evo_calloc(1, sizeof(*scores));

	scores->name = evo_strdup(name);
	scores->index = evo_malloc(sizeof(*scores->index));
	evo_index_init(scores->index);
	return scores;
}

static struct evo_scores *load(const char *name, bool head_only, struct evo_error *err)
{
	struct evo_scores *scores = evo_scores_create(name);
	char *path = evo_scores_path(name);
	struct reading reading = {.scores = scores, .path = path, .head_only = head_only};
	bool good = evo_csv_read(path, take, &reading, err) || reading.stopped;

	if (good && reading.records < 2)
		good = damaged(&reading, 0, err);
	free(path);
	if (good)
		return scores;
	evo_scores_destroy(scores);
	return NULL;
}

struct evo_scores *evo_scores_load(const char *name, struct evo_error *err)
{
	return load(name, false, err);
}

struct evo_scores *evo_scores_head(const char *name, struct evo_error *err)
{
	return load(name, true, err);
}

void evo_scores_destroy(struct evo_scores *scores)
{
	if (scores == NULL)
		return;
	for (size_t row = 0; row < scores->row_count; row++)
		free(scores->architectures[row]);
	for (size_t column = 0; column < scores->column_count; column++)
		free(scores->columns[column]);
	evo_index_clear(scores->index);
	free(scores->index);
	free(scores->architectures);
	free(scores->columns);
	free(scores->values);
	free(scores->there);
	free(scores->name);
	free(scores->source);
	free(scores);
}

size_t evo_scores_row(const struct evo_scores *scores, const char *architecture)
{
	return evo_index_find(scores->index, architecture);
}

bool evo_scores_value(const struct evo_scores *scores, size_t row, size_t column, double *value)
{
	if (row >= scores->row_count || column >= scores->column_count)
		return false;
	*value = scores->values[row * scores->column_count + column];
	return scores->there[row * scores->column_count + column];
}

/* ---- What there is --------------------------------------------------------------------------- */

static int by_text(const void *left, const void *right)
{
	return strcmp(*(char *const *) left, *(char *const *) right);
}

/* NAME of "NAME.csv"; NULL for other files. Caller frees. */
static char *name_of(const char *file)
{
	size_t length = strlen(file), suffix = strlen(SUFFIX);
	char *name;

	if (length <= suffix || strcmp(file + length - suffix, SUFFIX) != 0)
		return NULL;
	name = evo_strndup(file, length - suffix);
	if (evo_name_is_plain(name))
		return name;
	free(name);
	return NULL;
}

char **evo_scores_names(size_t *count, struct evo_error *err)
{
	char *folder = evo_scores_folder();
	char **names = evo_calloc(1, sizeof(char *));
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	*count = 0;
	if (directory == NULL && errno != ENOENT && errno != ENOTDIR)
		evo_fail_file(err, folder, "read the folder", errno);
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		char *name = name_of(entry->d_name);

		if (name == NULL)
			continue;
		names = evo_realloc(names, *count + 1, sizeof(char *));
		names[(*count)++] = name;
	}
	if (directory != NULL)
		closedir(directory);
	free(folder);
	qsort(names, *count, sizeof(char *), by_text);
	return names;
}

char **evo_scores_columns(size_t *count)
{
	char **all = evo_calloc(1, sizeof(char *));
	size_t name_count;
	char **names = evo_scores_names(&name_count, NULL);

	*count = 0;
	for (size_t i = 0; i < name_count; i++) {
		struct evo_scores *scores = evo_scores_head(names[i], NULL);

		for (size_t column = 0; scores != NULL && column < scores->column_count; column++) {
			all = evo_realloc(all, *count + 1, sizeof(char *));
			all[(*count)++] = evo_format("%s/%s", names[i], scores->columns[column]);
		}
		evo_scores_destroy(scores);
		free(names[i]);
	}
	free(names);
	return all;
}

static bool fail_unknown(const char *text, struct evo_error *err)
{
	size_t count;
	char **all = evo_scores_columns(&count);
	char advice[EVO_ADVICE_SIZE];

	evo_fail(err, EVO_E_NOT_FOUND, "no imported scores are called '%s'; %s", text,
	         evo_did_you_mean(text, (const char *const *) all, count,
	                          "`evoscope proxies` shows what there is", advice));
	for (size_t i = 0; i < count; i++)
		free(all[i]);
	free(all);
	return false;
}

bool evo_scores_is_name(const char *text)
{
	size_t length = strcspn(text, "/( ,");

	return length > 0 && text[length] == '/';
}

bool evo_scores_find(const char *text, char **name, size_t *column, struct evo_error *err)
{
	const char *slash = strchr(text, '/');
	struct evo_scores *scores = NULL;
	struct evo_error why = {0};

	*name = slash != NULL ? evo_strndup(text, (size_t) (slash - text)) : evo_strdup(text);
	if (slash != NULL && evo_name_is_plain(*name))
		scores = evo_scores_head(*name, &why);
	if (scores != NULL) {
		for (*column = 0; *column < scores->column_count; (*column)++)
			if (strcmp(scores->columns[*column], slash + 1) == 0)
				break;
		bool found = *column < scores->column_count;
		evo_scores_destroy(scores);
		if (found)
			return true;
	} else if (why.code != EVO_OK && why.code != EVO_E_NOT_FOUND) {
		evo_fail_at(err, why.code, why.file, why.line, 0, "%s", why.message);
	}
	free(*name);
	*name = NULL;
	return fail_unknown(text, err);
}

bool evo_scores_remove(const char *name, struct evo_error *err)
{
	char *path;
	bool done;

	if (!evo_scores_name_check(name, err))
		return false;
	path = evo_scores_path(name);
	if (evo_path_exists(path)) {
		done = evo_remove_tree(path, err);
	} else {
		size_t count;
		char **names = evo_scores_names(&count, err);
		char advice[EVO_ADVICE_SIZE];

		done = evo_fail(
		        err, EVO_E_NOT_FOUND, "no imported scores are called '%s'; %s", name,
		        evo_did_you_mean(name, (const char *const *) names, count,
		                         "`evoscope benchmarks list` shows what there is", advice));
		for (size_t i = 0; i < count; i++)
			free(names[i]);
		free(names);
	}
	free(path);
	return done;
}
