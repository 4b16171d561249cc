/* What every table that is imported asks of a row: its fields, its architecture, that it is new. */
#include "config.h"

#include "evoscope/import_rows.h"

#include <stdlib.h>
#include <string.h>

char *evo_import_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

void evo_import_trim_all(size_t count, char *const *fields)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = evo_import_trim(fields[i]);

		memmove(fields[i], text, strlen(text) + 1);
	}
}

/* The first row that is an architecture of a space decides which space it is. */
static bool check_architecture(struct evo_import_rows *rows, const char *architecture,
                               struct evo_error *why)
{
	if (rows->space != NULL)
		return rows->space->check(architecture, why);
	for (size_t i = 0; i < evo_space_total() && rows->space == NULL; i++) {
		evo_error_clear(why);
		if (evo_space_at(i)->check(architecture, why))
			rows->space = evo_space_at(i);
	}
	return rows->space != NULL;
}

static const char *space_name(const struct evo_import_rows *rows)
{
	if (rows->space != NULL)
		return rows->space->name;
	return evo_space_total() > 1 ? "any space" : evo_space_at(0)->name;
}

char *evo_import_row(struct evo_import_rows *rows, const struct evo_index *index,
                     const size_t *lines, size_t count, char *const *fields,
                     const char **architecture)
{
	struct evo_error why = {0};
	size_t before;

	rows->report->rows++;
	if (count != rows->fields) {
		rows->report->malformed++;
		return evo_format("%zu fields where the header has %zu", count, rows->fields);
	}
	*architecture = evo_import_trim(fields[rows->architecture]);
	before = evo_index_find(index, *architecture);
	if (**architecture == '\0') {
		rows->report->malformed++;
		return evo_format("%s is missing", rows->called);
	}
	if (!check_architecture(rows, *architecture, &why)) {
		const char *like = evo_import_looks_like(*architecture);

		rows->report->unknown++;
		rows->looks_like = rows->looks_like != NULL ? rows->looks_like : like;
		return evo_format("\"%.80s\" is no architecture of %s: %s%s", *architecture,
		                  space_name(rows), like != NULL ? "it looks like " : why.message,
		                  like != NULL ? like : "");
	}
	if (before < index->count) {
		rows->report->duplicates++;
		return evo_format("%s is on line %zu already; that one is used", *architecture,
		                  lines[before]);
	}
	return NULL;
}

void evo_import_report_clear(struct evo_import_report *report)
{
	for (size_t i = 0; i < report->benchmark_count; i++)
		free(report->benchmarks[i]);
	for (size_t i = 0; i < report->unmade_count; i++)
		free(report->unmade[i]);
	*report = (struct evo_import_report){0};
}
