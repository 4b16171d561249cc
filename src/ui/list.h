/*
 * Lists: which row the cursor is on, and which rows are seen.
 */
#ifndef EVOSCOPE_UI_LIST_H
#define EVOSCOPE_UI_LIST_H

#include "action.h"
#include "terminal.h"

struct ui_list {
	size_t cursor, top;
	size_t page;         /* rows that were drawn last */
	int above, below;    /* lines inside its frame that are no rows */
	struct ui_rect rect; /* of its frame, as drawn last */
};
/* Fits cursor and top to so many rows and lines. */
void ui_list_fit(struct ui_list *list, size_t count, int lines);
/* Up, down, by pages, to an end. False: another action. */
bool ui_list_request(struct ui_list *list, size_t count, enum ui_action action);
void ui_list_move(struct ui_list *list, size_t count, long rows);
/* A click in the frame puts the cursor on the row there, the wheel moves it. False: neither of
   them. */
bool ui_list_mouse(struct ui_list *list, size_t count, const struct ui_mouse *event);
/* Draws the frame and fits the list into it. note: in its lower border; NULL: which rows are seen,
   as "1-20/63", where not all of them are. Returns the area inside. */
struct ui_area ui_list_frame(struct ui_list *list, size_t count, struct ui_area area, bool focused,
                             const char *title, const char *note);

#endif
