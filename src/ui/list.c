/*
 * Moving through a list, and the frame that it is drawn in.
 */
#include "config.h"

#include <stdio.h>

#include "list.h"

void ui_list_fit(struct ui_list *list, size_t count, int lines)
{
	list->page = lines > 0 ? (size_t) lines : 0;
	if (list->cursor >= count)
		list->cursor = count > 0 ? count - 1 : 0;
	if (list->top > list->cursor)
		list->top = list->cursor;
	if (list->page > 0 && list->cursor >= list->top + list->page)
		list->top = list->cursor - list->page + 1;
	if (list->top + list->page > count)
		list->top = count > list->page ? count - list->page : 0;
}

void ui_list_move(struct ui_list *list, size_t count, long rows)
{
	long to = (long) list->cursor + rows;

	if (to >= (long) count)
		to = (long) count - 1;
	list->cursor = to > 0 ? (size_t) to : 0;
}

bool ui_list_mouse(struct ui_list *list, size_t count, const struct ui_mouse *event)
{
	const struct ui_rect *rect = &list->rect;
	long row = (long) event->y - (rect->y + 1 + list->above);

	if (event->wheel != 0) {
		ui_list_move(list, count, 3L * event->wheel);
		return true;
	}
	if (event->x < rect->x || event->x >= rect->x + rect->width || row < 0 ||
	    row >= (long) list->page || list->top + (size_t) row >= count)
		return false;
	list->cursor = list->top + (size_t) row;
	return true;
}

bool ui_list_request(struct ui_list *list, size_t count, enum ui_action action)
{
	long page = list->page > 1 ? (long) list->page - 1 : 1;

	switch (action) {
	case UI_ACTION_UP:
	case UI_ACTION_DOWN:
		ui_list_move(list, count, action == UI_ACTION_UP ? -1 : 1);
		return true;
	case UI_ACTION_PAGE_UP:
	case UI_ACTION_PAGE_DOWN:
		ui_list_move(list, count, action == UI_ACTION_PAGE_UP ? -page : page);
		return true;
	case UI_ACTION_FIRST:
	case UI_ACTION_LAST:
		ui_list_move(list, count, action == UI_ACTION_FIRST ? -(long) count : (long) count);
		return true;
	default:
		return false;
	}
}

struct ui_area ui_list_frame(struct ui_list *list, size_t count, struct ui_area area, bool focused,
                             const char *title, const char *note)
{
	char seen[48] = "";

	list->rect = area.rect;
	ui_list_fit(list, count, area.rect.height - 2 - list->above - list->below);
	size_t end = list->top + list->page < count ? list->top + list->page : count;
	if (count > list->page)
		snprintf(seen, sizeof(seen), "%zu-%zu/%zu", list->top + 1, end, count);
	return ui_frame(area, focused, title, note != NULL ? note : *seen != '\0' ? seen : NULL);
}
