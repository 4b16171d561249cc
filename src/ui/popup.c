/*
 * The menu: it is filled from the table of actions, placed near a point, and drawn over the screen.
 */
#include "config.h"

#include "popup.h"
#include "table.h"

#define HELP_AT 22
#define LEAST   30 /* columns that are worth it */

void ui_popup_fill(struct ui_popup *popup, unsigned where, unsigned when, int x, int y)
{
	*popup = (struct ui_popup){.x = x, .y = y};
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		if (i != UI_ACTION_MENU && ui_action_applies(i, where, when))
			popup->actions[popup->count++] = i;
}

/* As wide as its texts and as high as its rows where there is room; below the point or above it, so
   that what was clicked on is seen, or as near as the edges allow. */
static struct ui_rect place(const struct ui_popup *popup, const struct ui_surface *surface)
{
	struct ui_rect rect = {.width = LEAST, .height = (int) popup->count + 2};

	for (size_t i = 0; i < popup->count; i++) {
		int width = HELP_AT + ui_text_width(ui_actions[popup->actions[i]].help) + 3;
		rect.width = width > rect.width ? width : rect.width;
	}
	if (rect.width > surface->columns)
		rect.width = surface->columns;
	if (rect.height > surface->rows)
		rect.height = surface->rows;
	rect.x =
	        popup->x + rect.width > surface->columns ? surface->columns - rect.width : popup->x;
	rect.y = popup->y + 1 + rect.height <= surface->rows ? popup->y + 1
	         : popup->y >= rect.height                   ? popup->y - rect.height
	                                                     : surface->rows - rect.height;
	return rect;
}

enum {
	KEY = 1,
	LABEL,
	HELP,
	EDGE /* stays free */
};

static void cell(const struct ui_table *table, size_t row, unsigned column, struct evo_text *out,
                 enum ui_role *role)
{
	const enum ui_action action = ((const struct ui_popup *) table->of)->actions[row];
	char key[UI_KEY_NAME_SIZE];

	(void) role;
	ui_key_name(ui_action_key(action, 0), key);
	evo_text_append(out, column == KEY     ? key
	                     : column == LABEL ? ui_actions[action].label
	                     : column == HELP  ? ui_actions[action].help
	                                       : "");
}

void ui_popup_draw(struct ui_popup *popup, struct ui_surface *surface)
{
	struct ui_table table = {
	        .columns = {{KEY, NULL, 2, 6, UI_ROLE_ACCENT, .left = true},
	                    {LABEL, NULL, 1, 12, .left = true},
	                    {HELP, NULL, 1, 1, UI_ROLE_DIM, .left = true, .grows = true},
	                    {EDGE, NULL, 0, 1, .left = true}},
	        .count = 4,
	        .cell = cell,
	        .of = popup};
	struct ui_area inside =
	        ui_list_frame(&popup->list, popup->count,
	                      ui_area_of(surface, place(popup, surface)), true, "Menu", NULL);

	/* What it lies over is not seen. */
	for (int y = 0; y < inside.rect.height; y++)
		ui_blank(inside, y, UI_ROLE_TEXT);
	ui_table_draw(&table, inside, &popup->list, popup->count);
}

/* Keys are those of the help page: what goes up and down, and what closes it. */
enum ui_popup_answer ui_popup_key(struct ui_popup *popup, uint32_t key)
{
	enum ui_action action = ui_action_of_key(key, UI_IN_HELP, UI_ALWAYS);

	if (key == UI_KEY_ENTER && popup->count > 0)
		return UI_POPUP_CHOSEN;
	if (action == UI_ACTION_CLOSE || action == UI_ACTION_MENU)
		return UI_POPUP_CLOSED;
	return ui_list_request(&popup->list, popup->count, action) ? UI_POPUP_STAYS
	                                                           : UI_POPUP_NOT_MINE;
}

enum ui_popup_answer ui_popup_mouse(struct ui_popup *popup, const struct ui_mouse *event)
{
	if (!ui_list_mouse(&popup->list, popup->count, event))
		return UI_POPUP_CLOSED;
	return event->wheel != 0 ? UI_POPUP_STAYS : UI_POPUP_CHOSEN;
}

enum ui_action ui_popup_chosen(const struct ui_popup *popup)
{
	return popup->actions[popup->list.cursor];
}
