/*
 * A table on the screen: rows of columns under their titles, with a cursor on one of the rows.
 *
 * A screen says which columns there are, how wide they are and which of them matter most, and gives
 * the text of a cell and its role; where they stand and what is left out on a narrow screen is
 * decided here.
 */
#ifndef EVOSCOPE_UI_TABLE_H
#define EVOSCOPE_UI_TABLE_H

#include "evoscope/gp.h"

#include "list.h"

#define UI_COLUMNS_MAX (2 * EVO_CASES_MAX + 8) /* two a benchmark, and others */

struct ui_column {
	unsigned id;       /* from 1: by which the cell function tells it from the others */
	const char *title; /* borrowed; NULL: none */
	int gap, width;    /* blanks before it, and what it takes */
	enum ui_role role; /* of its texts, unless the cell function sets another one */
	unsigned priority; /* those with the lowest are left out first; 0: it stays */
	bool left;   /* texts stand at its left end and are cut, else at its right end, whole */
	bool grows;  /* it takes the room that the others leave, and width at the least */
	bool spills; /* a text that is too wide goes on over what is beside it */
};

struct ui_table {
	struct ui_column columns[UI_COLUMNS_MAX];
	size_t count;
	unsigned sorted; /* id of the column that rows are sorted by; 0: none */
	bool rises;      /* its values grow from row to row */
	unsigned lit;    /* id of the column whose title is lit; 0: none */
	bool by_cell;    /* the cursor is on the cell of that column, not on a whole row */
	int bar;         /* by_cell: the columns of a row, from the left, that it marks too */
	bool elsewhere;  /* the keys go elsewhere: the cursor is shown, its row is not marked */
	const void *of;
	/* Appends the text of a cell. Its role is another one where the cursor marks it. */
	void (*cell)(const struct ui_table *table, size_t row, unsigned column,
	             struct evo_text *out, enum ui_role *role);
};

/* Adds a column at the right. */
void ui_table_add(struct ui_table *table, struct ui_column column);
/* Is a column with this id shown? */
bool ui_table_shows(const struct ui_table *table, unsigned id);
/* Draws the titles into the first line of the area, where there are any, and the rows of the list
   below the lines that it keeps free. Columns that have no room are taken out of the table. */
void ui_table_draw(struct ui_table *table, struct ui_area area, const struct ui_list *list,
                   size_t rows);

#endif
