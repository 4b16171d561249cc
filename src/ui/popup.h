/*
 * The mouse's menu: what can be done here and now, each with its key, from the table of actions.
 */
#ifndef EVOSCOPE_UI_POPUP_H
#define EVOSCOPE_UI_POPUP_H

#include "list.h"

struct ui_popup {
	enum ui_action actions[UI_ACTION_COUNT];
	size_t count;
	struct ui_list list;
	int x, y; /* where it was asked for */
};

/* What applies in a place (one bit) at a time (one bit), to be shown near a point. */
void ui_popup_fill(struct ui_popup *popup, unsigned where, unsigned when, int x, int y);
void ui_popup_draw(struct ui_popup *popup, struct ui_surface *surface);

/* What a key or a click comes to. */
enum ui_popup_answer {
	UI_POPUP_STAYS,
	UI_POPUP_CHOSEN, /* the row under its cursor */
	UI_POPUP_CLOSED, /* for nothing */
	UI_POPUP_NOT_MINE
};
enum ui_popup_answer ui_popup_key(struct ui_popup *popup, uint32_t key);
enum ui_popup_answer ui_popup_mouse(struct ui_popup *popup, const struct ui_mouse *event);
enum ui_action ui_popup_chosen(const struct ui_popup *popup);

#endif
