/*
 * The help page: the table of actions, so it is never wrong.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "explorer.h"

/* What has no row in the table; %1 and %2 are the marks for up and down. */
static const char *const more[] = {
        "",
        "Mouse: a click goes to a pane or a row, or does what the last line names; the wheel "
        "scrolls, the right button opens a menu.",
        "Command line: Tab completes, and says what a setting may be; Up and Down recall, C-a C-e "
        "C-w C-u C-k edit. A command's name may be cut short as long as it is clear.",
        "keys.ini names actions as here, without the colon: pause = p C-p",
        "",
        "Beside a column's title, %2 says that its values fall from row to row, %1 that they rise; "
        "before a difference, %1 says that it is for the better, %2 for the worse.",
        "Kendall tau is shown as measured, with its sign; fitness points up. Selection sees the "
        "train networks only; validation is shown beside it.",
        "A tau on few networks is uncertain: on 100 it moves by 0.1 from draw to draw, on 1000 by "
        "0.04. `given units` and `given params` are the partial tau on validation once that "
        "counter is known: what a proxy has beyond counting. The ceiling of a benchmark is the tau "
        "between two trainings of its networks, beyond which no proxy can be told to be better. A "
        "dash is what is undefined, such as the order by a score that is the "
        "same for all; it is sorted last.",
        "Impact of a node: how much fitness falls at the least when what its subtree says of the "
        "network is gone, on 64 networks: a constant stands for it, or for a node above that it "
        "alone decides. Below 0, with a bar from the right: the tree is better without it. "
        "unknown: it has no finite mean.",
};

/* Of an entry: keys, command and text, side by side; where it is narrow, the text is below. */
#define KEYS_WIDTH    13
#define COMMAND_WIDTH 19
#define SIDE_BY_SIDE  72
#define WIDE          110 /* from here on commands are not broken */
#define WIDE_COMMAND  28

/* The one screen or pane that an action is for; "" when it is for more than one. */
static const char *only_place(unsigned where)
{
	static const struct {
		unsigned where;
		const char *name;
	} places[] = {{UI_IN_FITNESS, "plot"},          {UI_IN_POPULATION, "population"},
	              {UI_IN_EDIT, "editor"},           {UI_IN_MATRIX, "matrix"},
	              {UI_IN_SPLITS, "panes"},          {UI_IN_COMPARE, "Compare"},
	              {UI_IN_BENCHMARKS, "Benchmarks"}, {UI_IN_RUNS, "Runs"}};

	for (size_t i = 0; i < EVO_COUNT(places); i++)
		if (places[i].where == where)
			return places[i].name;
	return "";
}

/* A page's entries: actions by their numbers, HEADING, and beyond it what has no row. */
#define HEADING UI_ACTION_COUNT
#define ENTRIES (UI_ACTION_COUNT + 1 + EVO_COUNT(more))

/* What applies where the page was asked for comes first. */
static void arrange(unsigned where, size_t entries[ENTRIES])
{
	size_t count = 0;

	for (int here = 1; here >= 0; here--) {
		for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
			if (((ui_actions[i].where & where) != 0) == here)
				entries[count++] = i;
		if (here)
			entries[count++] = HEADING;
	}
	for (size_t i = 0; i < EVO_COUNT(more); i++)
		entries[count++] = HEADING + 1 + i;
}

/* In whole words, as many lines as it takes; returns the line after them. What lies outside the
   area is not drawn. */
static int draw_cell(struct ui_area area, int x, int y, int width, enum ui_role role,
                     const char *text)
{
	struct ui_area cell = area;

	if (x + width < cell.rect.width)
		cell.rect.width = x + width;
	return ui_text_wrap(cell, x, y, INT_MAX, role, text);
}

static int draw_words(struct ui_area area, int y, size_t index)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	struct evo_text text;

	evo_text_init(&text);
	for (const char *at = more[index]; *at != '\0'; at++) {
		if (*at == '%' && (at[1] == '1' || at[1] == '2')) {
			at++;
			ui_glyph_append(&text, *at == '1' ? glyphs->up : glyphs->down);
		} else {
			evo_text_append_n(&text, at, 1);
		}
	}
	int end = draw_cell(area, 1, y, area.rect.width - 2, UI_ROLE_DIM, text.data);
	evo_text_clear(&text);
	return end > y ? end : y + 1;
}

/* Returns the line after it. */
static int draw_action(struct ui_area area, int y, enum ui_action action)
{
	const struct ui_action_row *row = &ui_actions[action];
	const char *place = only_place(row->where);
	char keys[2 * UI_ACTION_KEYS_SIZE], command[80], text[240];
	int width = area.rect.width;

	ui_action_keys_text(action, keys, sizeof(keys));
	snprintf(command, sizeof(command), ":%s%s%s", row->name, *row->argument != '\0' ? " " : "",
	         row->argument);
	snprintf(text, sizeof(text), "%s%s%s", place, *place != '\0' ? ": " : "", row->help);
	int middle = width >= WIDE ? WIDE_COMMAND : COMMAND_WIDTH;
	int x = 1 + KEYS_WIDTH, end = draw_cell(area, 1, y, KEYS_WIDTH - 1, UI_ROLE_ACCENT, keys);
	if (width < SIDE_BY_SIDE) {
		int after = draw_cell(area, x, y, width - x, UI_ROLE_DIM, command);
		return draw_cell(area, 3, after > end ? after : end, width - 3, UI_ROLE_TEXT, text);
	}
	int after = draw_cell(area, x, y, middle - 1, UI_ROLE_DIM, command);
	end = after > end ? after : end;
	after = draw_cell(area, x + middle, y, width - x - middle - 1, UI_ROLE_TEXT, text);
	return after > end ? after : end;
}

static int draw_entry(struct ui_area area, int y, size_t entry)
{
	if (entry < HEADING)
		return draw_action(area, y, (enum ui_action) entry);
	if (entry > HEADING)
		return draw_words(area, y, entry - HEADING - 1);
	ui_text_fit(area, 1, y + 1, area.rect.width - 1, UI_ROLE_DIM, "On other screens and panes");
	return y + 2;
}

/* From so many lines above the area on; returns how many lines there are. */
static size_t draw_entries(struct ui_area area, size_t above, unsigned where)
{
	size_t order[ENTRIES];
	int y = -(int) above;

	arrange(where, order);
	for (size_t i = 0; i < ENTRIES; i++)
		y = draw_entry(area, y, order[i]);
	return (size_t) (y + (int) above);
}

static void open_view(struct ui_explorer *explorer)
{
	explorer->help_top = 0;
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_area all = ui_surface_area(surface);
	unsigned where = explorer->view->where(explorer);
	char note[48] = "";

	if (surface->columns < 20 || surface->rows < 4) {
		ui_text_fit(all, 0, 0, surface->columns, UI_ROLE_TEXT, "too small for help: q");
		return;
	}
	struct ui_area frame = ui_area_sub(all, 0, 0, surface->columns, surface->rows - 1);
	struct ui_area inside = ui_frame(frame, true, "Keys and commands", NULL);
	/* In an area without lines nothing is drawn, only counted. */
	size_t lines = draw_entries(ui_area_sub(inside, 0, 0, inside.rect.width, 0), 0, where);
	explorer->help_page = (size_t) inside.rect.height;
	explorer->help_lines = lines;
	if (explorer->help_top + explorer->help_page > lines)
		explorer->help_top = lines > explorer->help_page ? lines - explorer->help_page : 0;
	draw_entries(inside, explorer->help_top, where);
	if (lines > explorer->help_page)
		snprintf(note, sizeof(note), "%zu-%zu/%zu", explorer->help_top + 1,
		         explorer->help_top + explorer->help_page, lines);
	ui_frame(frame, true, "Keys and commands", note);
	ui_key_line(ui_area_sub(all, 0, surface->rows - 1, surface->columns, 1), UI_IN_HELP,
	            UI_ALWAYS);
}

static void scroll(struct ui_explorer *explorer, long lines)
{
	size_t most = explorer->help_lines > explorer->help_page
	                      ? explorer->help_lines - explorer->help_page
	                      : 0;
	long to = (long) explorer->help_top + lines;

	explorer->help_top = to < 0 ? 0 : (size_t) to > most ? most : (size_t) to;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	long page = explorer->help_page > 1 ? (long) explorer->help_page - 1 : 1;

	(void) argument;
	(void) err;
	switch (action) {
	case UI_ACTION_UP:
	case UI_ACTION_DOWN:
		scroll(explorer, action == UI_ACTION_UP ? -1 : 1);
		return UI_DONE;
	case UI_ACTION_PAGE_UP:
	case UI_ACTION_PAGE_DOWN:
		scroll(explorer, action == UI_ACTION_PAGE_UP ? -page : page);
		return UI_DONE;
	case UI_ACTION_FIRST:
	case UI_ACTION_LAST:
		scroll(explorer, action == UI_ACTION_FIRST ? -1000 : 1000);
		return UI_DONE;
	case UI_ACTION_CLOSE:
		explorer->over = NULL;
		return UI_DONE;
	default:
		return UI_NOT_MINE;
	}
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	scroll(explorer, 3L * event->wheel);
}

static unsigned where(const struct ui_explorer *explorer)
{
	(void) explorer;
	return UI_IN_HELP;
}

const struct ui_view ui_help_view = {
        .name = "Help",
        .open = open_view,
        .draw = draw,
        .request = request,
        .mouse = mouse,
        .where = where,
};
