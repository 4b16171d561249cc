/*
 * Lists: which row the cursor is on, and which rows are seen.
 */
#ifndef EVOSCOPE_UI_LIST_H
#define EVOSCOPE_UI_LIST_H

#include "action.h"
#include "terminal.h"

struct ui_list {
	size_t cursor, top;
	size_t page; /* rows that were drawn last */
};
/* Fits cursor and top to so many rows and lines. */
void ui_list_fit(struct ui_list *list, size_t count, int lines);
/* Up, down, by pages, to an end. False: another action. */
bool ui_list_request(struct ui_list *list, size_t count, enum ui_action action);
void ui_list_move(struct ui_list *list, size_t count, long rows);
/* A click puts the cursor on the row there, the wheel moves it. first: the line of the screen that
   the first row is on; rect: what was drawn. False: neither of them. */
bool ui_list_mouse(struct ui_list *list, size_t count, const struct ui_rect *rect, int first,
                   const struct ui_mouse *event);
/* "1-20/63" where not all is seen, else "". */
void ui_list_note(const struct ui_list *list, size_t count, char *out, size_t size);

#endif
