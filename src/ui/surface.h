/*
 * A surface: the screen as it should look, as cells of a character and a role.
 *
 * Everything is drawn here first, by functions that know no curses; the terminal then shows the
 * difference, a script saves it, a test reads it. Roles are what a cell means; a theme says how
 * that looks.
 */
#ifndef EVOSCOPE_UI_SURFACE_H
#define EVOSCOPE_UI_SURFACE_H

#include "evoscope/base.h"

#include "glyph.h"

/* One row a role: its name in theme files, and what it is for. */
#define UI_ROLES(X)                                                                                \
	X(TEXT, "text", "plain text")                                                              \
	X(DIM, "dim", "what matters less")                                                         \
	X(ACCENT, "accent", "titles, keys, what leads the eye")                                    \
	X(GOOD, "good", "running, better")                                                         \
	X(BAD, "bad", "errors, worse")                                                             \
	X(BORDER, "border", "borders of panes")                                                    \
	X(FOCUS, "focus", "border and title of the pane that has the keyboard")                    \
	X(SELECTION, "selection", "the row under the cursor")                                      \
	X(SERIES_1, "series-1", "the best in a plot, the first series")                            \
	X(SERIES_2, "series-2", "validation, the second series")                                   \
	X(SERIES_3, "series-3", "mean, the third series")                                          \
	X(SERIES_4, "series-4", "median, the fourth series")                                       \
	X(SERIES_5, "series-5", "the fifth series")                                                \
	X(SERIES_6, "series-6", "the sixth series")                                                \
	X(IMPACT_1, "impact-1", "least impact")                                                    \
	X(IMPACT_2, "impact-2", "little impact")                                                   \
	X(IMPACT_3, "impact-3", "some impact")                                                     \
	X(IMPACT_4, "impact-4", "much impact")                                                     \
	X(IMPACT_5, "impact-5", "most impact")

enum ui_role {
#define UI_ROLE_ENUM(id, name, help) UI_ROLE_##id,
	UI_ROLES(UI_ROLE_ENUM)
#undef UI_ROLE_ENUM
	UI_ROLE_COUNT
};

struct ui_cell {
	uint32_t code; /* 0: the right half of a wide character */
	unsigned char role;
};

struct ui_rect {
	int x, y, width, height;
};
bool ui_rect_has(const struct ui_rect *rect, int x, int y);

/* A place to click on, and what it stands for there. */
struct ui_mark {
	struct ui_rect rect;
	unsigned what;
};
#define UI_MARKS_MAX 64
#define UI_NO_MARK   (~0U)

struct ui_surface {
	int columns, rows;
	struct ui_cell *cells; /* rows x columns */
	const struct ui_glyphs *glyphs;
	int cursor_x, cursor_y; /* where to show the terminal's cursor; -1: nowhere */
	struct ui_mark marks[UI_MARKS_MAX];
	size_t mark_count;
};

/* A part of a surface: coordinates count from its corner, what lies outside is not drawn. */
struct ui_area {
	struct ui_surface *surface;
	struct ui_rect rect;
};

void ui_surface_init(struct ui_surface *surface, const struct ui_glyphs *glyphs);
void ui_surface_free(struct ui_surface *surface);
/* Sets the size and empties it. Negative sizes are 0. */
void ui_surface_resize(struct ui_surface *surface, int columns, int rows);
void ui_surface_clear(struct ui_surface *surface);
struct ui_area ui_surface_area(struct ui_surface *surface);
/* Appends a row's text as UTF-8, without the spaces at its end. */
void ui_surface_row(const struct ui_surface *surface, int row, struct evo_text *out);

struct ui_area ui_area_of(struct ui_surface *surface, struct ui_rect rect);
/* A part of an area, clipped to it. */
struct ui_area ui_area_sub(struct ui_area area, int x, int y, int width, int height);

/* Marks columns of a line; over what was marked before. UI_NO_MARK takes that away. */
void ui_mark(struct ui_area area, int x, int y, int width, unsigned what);
/* What a place of the surface was marked as last, or UI_NO_MARK. */
unsigned ui_marked(const struct ui_surface *surface, int x, int y);

void ui_put(struct ui_area area, int x, int y, enum ui_role role, uint32_t code);
/* UTF-8 text, made harmless as evo_text_harmless has it; what is beyond the glyph set's characters
   becomes `?`, one a column. Returns the column after it. */
int ui_text(struct ui_area area, int x, int y, enum ui_role role, const char *text);
int ui_textf(struct ui_area area, int x, int y, enum ui_role role, const char *format, ...)
        EVO_PRINTF(5, 6);
/* At most width columns; what does not fit is cut and marked. Returns the column after it. */
int ui_text_fit(struct ui_area area, int x, int y, int width, enum ui_role role, const char *text);
/* In lines of whole words from column x to the right edge, at most `most` of them, the last one cut
   as above. Returns the line after it. */
int ui_text_wrap(struct ui_area area, int x, int y, int most, enum ui_role role, const char *text);
/* Ends just before column `right`. Returns the column where it begins. */
int ui_text_right(struct ui_area area, int right, int y, enum ui_role role, const char *text);
/* Columns that a text takes. */
int ui_text_width(const char *text);
/* Gives a row a role, and spaces where nothing was drawn. */
void ui_fill(struct ui_area area, int x, int y, int width, enum ui_role role);
/* Spaces all along a line. */
void ui_blank(struct ui_area area, int y, enum ui_role role);

/*
 * A frame with a title in its upper border and a note in its lower one (either NULL), in the role
 * of focus or border. Returns the area inside.
 */
struct ui_area ui_frame(struct ui_area area, bool focused, const char *title, const char *note);

/* A progress bar of width columns, edges included; share from 0 to 1. */
void ui_bar(struct ui_area area, int x, int y, int width, double share, enum ui_role role);

#endif
