/*
 * Glyph sets: what lines, marks and bars are drawn with.
 *
 * Nothing else in the explorer names a character that is not ASCII. A set is picked once, from the
 * codeset of the locale and the kind of terminal.
 */
#ifndef EVOSCOPE_UI_GLYPH_H
#define EVOSCOPE_UI_GLYPH_H

#include "evoscope/base.h"

struct ui_glyphs {
	const char *name;
	bool utf8;    /* text from elsewhere may hold more than ASCII */
	bool braille; /* dots in cells of 2 x 4 */
	uint32_t horizontal, vertical, top_left, top_right, bottom_left, bottom_right;
	const char *branch, *last, *pipe, *gap; /* before a node of a tree, three columns each */
	uint32_t tick_left, corner, tick_below, axis;
	uint32_t cut;      /* stands for what did not fit */
	uint32_t cursor;   /* left of the row under the cursor */
	uint32_t injected; /* put in by hand */
	uint32_t up, down; /* sorted by; better or worse */
	uint32_t left_edge, right_edge;
	uint32_t eighths[9]; /* a bar's cell, from empty to full */
	uint32_t harm;       /* a cell of a bar below 0 */
	const char *dot;     /* between items of a line, spaces included */
};

/* Appends one of them to a text. */
void ui_glyph_append(struct evo_text *out, uint32_t glyph);

extern const struct ui_glyphs ui_glyphs_utf8, ui_glyphs_console, ui_glyphs_ascii;

/* ASCII unless utf8; no braille on a Linux console, whose font has none. term may be NULL. */
const struct ui_glyphs *ui_glyphs_pick(bool utf8, bool ascii, const char *term);

/*
 * A cell of 2 x 4 dots. Bit 2 * row + column, row 0 at the top. The first is the braille pattern,
 * the second its ASCII twin: ' for dots above, - for the middle, . below, : for both ends, | for
 * all rows of one column, # when crowded.
 */
uint32_t ui_cell_braille(unsigned dots);
uint32_t ui_cell_ascii(unsigned dots);
uint32_t ui_cell(const struct ui_glyphs *glyphs, unsigned dots);

#endif
