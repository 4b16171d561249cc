/*
 * import_rows: what every table that is imported asks of its rows, for whoever reads one: the
 * blanks around fields, the architecture, and what is probably meant by what cannot be taken.
 */
#ifndef EVOSCOPE_IMPORT_ROWS_H
#define EVOSCOPE_IMPORT_ROWS_H

#include "evoscope/import.h"
#include "evoscope/space.h"

/* Without the blanks around it, in place. */
char *evo_import_trim(char *text);
/* The same of every field, which stays where it is. */
void evo_import_trim_all(size_t count, char *const *fields);

/*
 * A header without the columns wanted: what is probably the matter ("its columns are parted by
 * tabs; ..."), or what columns there are and which of them may be meant. Caller frees.
 */
char *evo_import_header_advice(size_t count, char *const *fields, const char *const *wanted,
                               size_t wanted_count);
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
