/*
 * Layout: where everything goes on a screen of a given size. Arithmetic only.
 *
 *   status line
 *   fitness    | tree
 *   -----------|       each side is split at a height of its own
 *   population |
 *              | log
 *   message line (facts about the benchmarks, messages, the command line)
 *   key line
 */
#ifndef EVOSCOPE_UI_LAYOUT_H
#define EVOSCOPE_UI_LAYOUT_H

#include "surface.h"

enum ui_pane {
	UI_PANE_FITNESS,
	UI_PANE_POPULATION,
	UI_PANE_TREE,
	UI_PANE_LOG
};
#define UI_PANES 4

#define UI_FULL_COLUMNS  80 /* from here on all panes are shown */
#define UI_FULL_ROWS     24
#define UI_LEAST_COLUMNS 40 /* below this only a line */
#define UI_LEAST_ROWS    12

enum ui_layout_kind {
	UI_LAYOUT_LINE,   /* too small: one line says so */
	UI_LAYOUT_SINGLE, /* one pane at a time, since the screen is small */
	UI_LAYOUT_ZOOM,   /* one pane, since the user asked for it */
	UI_LAYOUT_FULL
};

/* Where the borders stand, in percent of what they divide; the user moves them. */
struct ui_split {
	int column, left, right;
};
#define UI_SPLIT_DEFAULT ((struct ui_split){57, 47, 74})

struct ui_layout {
	enum ui_layout_kind kind;
	struct ui_rect status, panes[UI_PANES], message, keys; /* width 0: not shown */
};

struct ui_layout ui_layout(int columns, int rows, struct ui_split split, enum ui_pane focus,
                           bool zoomed);

/* Says so and returns true where a layout is only a line. */
bool ui_too_small(struct ui_surface *surface, const struct ui_layout *layout);

/* The same with one body, in the place of the first pane. */
struct ui_layout ui_layout_body(int columns, int rows);

/* The pane at a place, or UI_PANES. */
unsigned ui_layout_pane(const struct ui_layout *layout, int x, int y);

#endif
