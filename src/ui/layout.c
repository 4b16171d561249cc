/*
 * Layout arithmetic.
 */
#include "config.h"

#include "layout.h"

#define LEAST_WIDTH  28 /* of a pane beside another */
#define LEAST_HEIGHT 5  /* of a pane above another: a border and three lines */

/* percent of the whole, such that either side keeps at least `least`. */
static int divide(int whole, int percent, int least)
{
	int part = (whole * percent + 50) / 100;

	if (part > whole - least)
		part = whole - least;
	return part < least ? least : part;
}

static void place_all(struct ui_layout *layout, struct ui_rect body, struct ui_split split)
{
	int left = divide(body.width, split.column, LEAST_WIDTH);
	int upper_left = divide(body.height, split.left, LEAST_HEIGHT);
	int upper_right = divide(body.height, split.right, LEAST_HEIGHT);
	int right = body.width - left;

	layout->panes[UI_PANE_FITNESS] = (struct ui_rect){0, body.y, left, upper_left};
	layout->panes[UI_PANE_POPULATION] =
	        (struct ui_rect){0, body.y + upper_left, left, body.height - upper_left};
	layout->panes[UI_PANE_TREE] = (struct ui_rect){left, body.y, right, upper_right};
	layout->panes[UI_PANE_LOG] =
	        (struct ui_rect){left, body.y + upper_right, right, body.height - upper_right};
}

struct ui_layout ui_layout_body(int columns, int rows)
{
	return ui_layout(columns, rows, UI_SPLIT_DEFAULT, 0, true);
}

struct ui_layout ui_layout(int columns, int rows, struct ui_split split, enum ui_pane focus,
                           bool zoomed)
{
	struct ui_layout layout = {.kind = UI_LAYOUT_LINE};

	if (columns < UI_LEAST_COLUMNS || rows < UI_LEAST_ROWS) {
		layout.message =
		        (struct ui_rect){0, 0, columns < 0 ? 0 : columns, rows > 0 ? 1 : 0};
		return layout;
	}
	layout.status = (struct ui_rect){0, 0, columns, 1};
	layout.message = (struct ui_rect){0, rows - 2, columns, 1};
	layout.keys = (struct ui_rect){0, rows - 1, columns, 1};
	struct ui_rect body = {0, 1, columns, rows - 3};
	bool small = columns < UI_FULL_COLUMNS || rows < UI_FULL_ROWS;

	if (small || zoomed) {
		layout.kind = zoomed && !small ? UI_LAYOUT_ZOOM : UI_LAYOUT_SINGLE;
		layout.panes[focus] = body;
		return layout;
	}
	layout.kind = UI_LAYOUT_FULL;
	place_all(&layout, body, split);
	return layout;
}

unsigned ui_layout_pane(const struct ui_layout *layout, int x, int y)
{
	for (unsigned i = 0; i < UI_PANES; i++)
		if (ui_rect_has(&layout->panes[i], x, y))
			return i;
	return UI_PANES;
}

bool ui_too_small(struct ui_surface *surface, const struct ui_layout *layout)
{
	struct ui_area line = ui_area_of(surface, layout->message);
	char text[64];

	if (layout->kind != UI_LAYOUT_LINE)
		return false;
	snprintf(text, sizeof(text), "evoscope needs %dx%d, this is %dx%d", UI_LEAST_COLUMNS,
	         UI_LEAST_ROWS, surface->columns, surface->rows);
	ui_text_fit(line, 0, 0, line.rect.width, UI_ROLE_TEXT, text);
	return true;
}
