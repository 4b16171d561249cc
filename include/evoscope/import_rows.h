/*
 * Tables that are imported, whose rows are architectures: what is asked of every row, what is
 * probably meant by what cannot be taken, and how an import is told of.
 */
#ifndef EVOSCOPE_IMPORT_ROWS_H
#define EVOSCOPE_IMPORT_ROWS_H

#include "evoscope/space.h"

/* Benchmarks that one table makes, at most. */
#define EVO_IMPORT_DATASETS_MAX ((size_t) 8)

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
	char *benchmarks[EVO_IMPORT_DATASETS_MAX]; /* names; evo_import_report_clear frees */
	/* What was asked for and is not there: a line for every benchmark that is not made though
	   the table was to have its accuracies, or that was to be replaced and is not; or one for
	   columns that were to be scores and are none. */
	size_t unmade_count;
	char *unmade[EVO_IMPORT_DATASETS_MAX];
};
/* One problem: the line of the file where its row begins, and what is wrong. */
typedef void (*evo_import_problem)(void *context, size_t line, const char *what);
void evo_import_report_clear(struct evo_import_report *report);

/* Without the blanks around it, in place. */
char *evo_import_trim(char *text);
/* The same of every field, which stays where it is. */
void evo_import_trim_all(size_t count, char *const *fields);

/* Letters and digits only, in small letters: what names are compared by. Caller frees. */
char *evo_import_plain(const char *name);

/*
 * A header without the columns wanted: what is probably the matter ("its columns are parted by
 * tabs; ..."), or what columns there are and which of them may be meant. Caller frees.
 */
char *evo_import_header_advice(size_t count, char *const *fields, const char *const *wanted,
                               size_t wanted_count);
/* What a text that is no architecture of a known space looks like, "a DARTS genotype"; NULL. */
const char *evo_import_looks_like(const char *text);
/* Of a text that is no number: "; leave out the percent sign", or "". */
const char *evo_import_number_advice(const char *text);

/* What is the same for every row of a table. */
struct evo_import_rows {
	size_t fields;       /* of the header; 0 before it */
	size_t architecture; /* which of them */
	const char *called;  /* what the architecture is called in messages */
	/* NULL: the first row that is an architecture of a space decides. */
	const struct evo_space *space;
	const char *looks_like;           /* the first one that is of none, where it is known */
	struct evo_import_report *report; /* where rows are counted */
};
/*
 * Counts a row. NULL when its architecture can be used: *architecture, within fields; else what is
 * wrong, which the caller frees. index: the architectures that are had, and the lines they are on.
 */
char *evo_import_row(struct evo_import_rows *rows, const struct evo_index *index,
                     const size_t *lines, size_t count, char *const *fields,
                     const char **architecture);

#endif
