/*
 * scores: scores of proxies that were computed elsewhere, a column a proxy, to be held against
 * accuracies beside those computed here.
 */
#ifndef EVOSCOPE_SCORES_H
#define EVOSCOPE_SCORES_H

#include "evoscope/import_rows.h"

/*
 * Scores that were computed elsewhere, a column a proxy, to be held against accuracies beside those
 * computed here. They are in the user's data folder as scores/NAME.csv; a column is named
 * NAME/COLUMN wherever a proxy can be.
 */
struct evo_scores {
	char *name;   /* letters, digits, - and _ */
	char *source; /* "imported from FILE, 2024-05-01" */
	const struct evo_space *space;
	size_t column_count, row_count;
	char **columns;
	char **architectures; /* of the rows */
	double *values;       /* column_count a row; NaN and infinities are scores like others */
	bool *there;          /* false: that score is missing */
	size_t room;
	struct evo_index *index; /* architecture to row */
};
/* By NAME; caller destroys. NULL: EVO_E_NOT_FOUND, EVO_E_INPUT. head: without the rows. */
struct evo_scores *evo_scores_load(const char *name, struct evo_error *err);
struct evo_scores *evo_scores_head(const char *name, struct evo_error *err);
void evo_scores_destroy(struct evo_scores *scores);
/* The row of an architecture, or row_count. */
size_t evo_scores_row(const struct evo_scores *scores, const char *architecture);
/* False when there is no such row, or its score is missing. */
bool evo_scores_value(const struct evo_scores *scores, size_t row, size_t column, double *value);

/* All NAMEs, and all columns as NAME/COLUMN, both sorted by NAME; *count of them; caller frees each
   and the list. Where their folder is there but cannot be read err is set, and there are none. */
char **evo_scores_names(size_t *count, struct evo_error *err);
char **evo_scores_columns(size_t *count);
/* Has the text the form of NAME/COLUMN, which no expression has? */
bool evo_scores_is_name(const char *text);
/* Finds NAME/COLUMN: *name, which the caller frees, and the column's number in it. The error names
   the nearest one. */
bool evo_scores_find(const char *text, char **name, size_t *column, struct evo_error *err);
bool evo_scores_remove(const char *name, struct evo_error *err);

struct evo_scores_import {
	const char *file;
	const char *name;    /* NULL: the file's, without folder and extension */
	bool replace;        /* overwrite scores of the same name */
	size_t report_limit; /* tell at most so many problems; 0: all */
};
/*
 * CSV with a header. The architectures are in the first of the columns `architecture`,
 * `ArchitectureString`, `net_str` and `arch` that is there; what they say decides on the space.
 * Every other column of which at least half of what is in it are numbers is one of scores; the rest
 * is left out, which is told on the header's line, or, where numbers were meant, by the report. An
 * empty field is a missing score. Rows are told and counted as evo_import_accuracies does
 * (out_of_range stays 0): a bad number leaves the row to its other columns. Nothing is written when
 * no row can be used. The report is filled in either way; evo_import_report_clear frees it.
 * *scores is what was imported, in memory; caller destroys; NULL on failure.
 */
bool evo_import_scores(const struct evo_scores_import *import, evo_import_problem problem,
                       void *context, struct evo_import_report *report, struct evo_scores **scores,
                       struct evo_error *err);

#endif
