/*
 * The help page: the table of actions, so it is never wrong.
 */
#include "config.h"

#include <string.h>

#include "explorer.h"

/* What has no row in the table. */
static const char *const more[] = {
        "",
        "Mouse: a click goes to a pane or a row, or does what the last line names; the",
        "wheel scrolls, the right button opens a menu.",
        "Command line: Tab completes, Up and Down recall, C-a C-e C-w C-u C-k edit.",
        "A command's name may be cut short as long as it is clear.",
        "",
        "Kendall tau is shown as measured, with its sign; fitness points up.",
        "Selection sees the train networks only; validation is shown beside it.",
        "A tau on few networks is uncertain: on 100 it moves by 0.1 from draw to",
        "draw, on 1000 by 0.04. `given units` and `given params` are the partial",
        "tau on validation once that counter is known. A dash is what is undefined,",
        "such as the order by a score that is the same for all; it is sorted last.",
        "Impact of a node: how much fitness falls at the least when what its subtree",
        "says of the network is gone, on 64 networks: a constant stands for it, or",
        "for a node above that it alone decides. Below 0, with a bar from the right:",
        "the tree is better without it. unknown: it has no finite mean.",
};

#define KEYS_WIDTH    14
#define COMMAND_WIDTH 28
#define WIDE          100 /* from here on keys and commands have a column each */
#define NARROW_WIDTH  20

/* The pane that an action is for, "" when it is for more than one. */
static const char *only_pane(unsigned where)
{
	return where == UI_IN_FITNESS ? "plot" : where == UI_IN_POPULATION ? "population" : "";
}

/* A page's lines: actions by their numbers, HEADING, and beyond it what has no row. */
#define HEADING UI_ACTION_COUNT
#define LINES   (UI_ACTION_COUNT + 1 + EVO_COUNT(more))

/* What applies where the page was asked for comes first. */
static void arrange(unsigned where, size_t lines[LINES])
{
	size_t count = 0;

	for (int here = 1; here >= 0; here--) {
		for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
			if (((ui_actions[i].where & where) != 0) == here)
				lines[count++] = i;
		if (here)
			lines[count++] = HEADING;
	}
	for (size_t i = 0; i < EVO_COUNT(more); i++)
		lines[count++] = HEADING + 1 + i;
}

static void draw_line(struct ui_area area, int y, size_t index)
{
	char keys[64], command[80], text[200];

	if (index >= HEADING) {
		ui_text_fit(area, 1, y, area.rect.width - 1, UI_ROLE_DIM,
		            index == HEADING ? "On other screens and panes"
		                             : more[index - HEADING - 1]);
		return;
	}
	const struct ui_action_row *row = &ui_actions[index];
	ui_action_keys_text((enum ui_action) index, keys, sizeof keys);
	snprintf(command, sizeof command, ":%s %s", row->name, row->argument);
	int x = 1;
	if (area.rect.width >= WIDE) {
		ui_text_fit(area, x, y, KEYS_WIDTH - 1, UI_ROLE_ACCENT, keys);
		x += KEYS_WIDTH;
		ui_text_fit(area, x, y, COMMAND_WIDTH - 1, UI_ROLE_DIM, command);
		x += COMMAND_WIDTH;
	} else {
		bool has_key = *keys != '\0';
		ui_text_fit(area, x, y, NARROW_WIDTH - 1, has_key ? UI_ROLE_ACCENT : UI_ROLE_DIM,
		            has_key ? keys : command);
		x += NARROW_WIDTH;
	}
	const char *pane = only_pane(row->where);
	snprintf(text, sizeof text, "%s%s%s", pane, *pane != '\0' ? ": " : "", row->help);
	ui_text_fit(area, x, y, area.rect.width - x, UI_ROLE_TEXT, text);
}

static void open_view(struct ui_explorer *explorer)
{
	explorer->help_top = 0;
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_area all = ui_surface_area(surface);
	size_t lines = LINES, order[LINES];
	char note[48] = "";

	if (surface->columns < 20 || surface->rows < 4) {
		ui_text_fit(all, 0, 0, surface->columns, UI_ROLE_TEXT, "too small for help: q");
		return;
	}
	struct ui_area frame = ui_area_sub(all, 0, 0, surface->columns, surface->rows - 1);
	explorer->help_page = (size_t) frame.rect.height - 2;
	explorer->help_lines = lines;
	if (explorer->help_top + explorer->help_page > lines)
		explorer->help_top = lines > explorer->help_page ? lines - explorer->help_page : 0;
	if (lines > explorer->help_page)
		snprintf(note, sizeof note, "%zu-%zu/%zu", explorer->help_top + 1,
		         explorer->help_top + explorer->help_page, lines);
	struct ui_area inside = ui_frame(frame, true, "Keys and commands", note);
	arrange(explorer->view->where(explorer), order);
	for (size_t i = 0; i < explorer->help_page && explorer->help_top + i < lines; i++)
		draw_line(inside, (int) i, order[explorer->help_top + i]);
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
