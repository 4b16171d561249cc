#include "config.h"

#include "popup.h"

#define KEY_AT   2
#define LABEL_AT 9
#define HELP_AT  22
#define LEAST    30 /* columns that are worth it */

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

static void draw_row(struct ui_area area, int y, enum ui_action action, bool chosen)
{
	enum ui_role role = chosen ? UI_ROLE_SELECTION : UI_ROLE_TEXT;
	char key[UI_KEY_NAME_SIZE];

	ui_blank(area, y, role);
	if (chosen)
		ui_put(area, 0, y, role, area.surface->glyphs->cursor);
	ui_key_name(ui_action_key(action, 0), key);
	ui_text_fit(area, KEY_AT, y, LABEL_AT - KEY_AT - 1, chosen ? role : UI_ROLE_ACCENT, key);
	ui_text_fit(area, LABEL_AT, y, HELP_AT - LABEL_AT - 1, role, ui_actions[action].label);
	ui_text_fit(area, HELP_AT, y, area.rect.width - HELP_AT - 1, chosen ? role : UI_ROLE_DIM,
	            ui_actions[action].help);
}

void ui_popup_draw(struct ui_popup *popup, struct ui_surface *surface)
{
	struct ui_rect rect = popup->rect = place(popup, surface);
	char note[48];

	ui_list_fit(&popup->list, popup->count, rect.height - 2);
	ui_list_note(&popup->list, popup->count, note, sizeof note);
	struct ui_area inside =
	        ui_frame(ui_area_of(surface, rect), true, "Menu", *note != '\0' ? note : NULL);
	for (size_t i = 0; i < popup->list.page && popup->list.top + i < popup->count; i++)
		draw_row(inside, (int) i, popup->actions[popup->list.top + i],
		         popup->list.top + i == popup->list.cursor);
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
	if (!ui_list_mouse(&popup->list, popup->count, &popup->rect, popup->rect.y + 1, event))
		return UI_POPUP_CLOSED;
	return event->wheel != 0 ? UI_POPUP_STAYS : UI_POPUP_CHOSEN;
}

enum ui_action ui_popup_chosen(const struct ui_popup *popup)
{
	return popup->actions[popup->list.cursor];
}
