/*
 * A line that is edited: the command line, and the filter.
 *
 * Keys: arrows, Home, End, C-a, C-e, C-b, C-f; BS, Del, C-d, C-w (word), C-u (to the beginning),
 * C-k (to the end); Up, Down, C-p, C-n for history.
 */
#ifndef EVOSCOPE_UI_EDITLINE_H
#define EVOSCOPE_UI_EDITLINE_H

#include "key.h"
#include "surface.h"

#define UI_LINE_MAX    2048
#define UI_HISTORY_MAX 200

struct ui_history {
	char *lines[UI_HISTORY_MAX]; /* oldest first */
	size_t count;
	bool changed; /* since it was read */
};
void ui_history_add(struct ui_history *history, const char *line); /* no repetitions */
void ui_history_free(struct ui_history *history);
/* A missing file is an empty history. */
void ui_history_read(struct ui_history *history, const char *path);
/* Makes the folder that it lies in. */
bool ui_history_write(const struct ui_history *history, const char *path, struct evo_error *err);

struct ui_editline {
	char text[UI_LINE_MAX]; /* UTF-8 */
	size_t length, cursor;  /* bytes */
	struct ui_history *history;
	size_t recalled; /* from history->count downwards */
	char kept[UI_LINE_MAX];
};
void ui_editline_set(struct ui_editline *line, const char *text); /* cursor at the end */
/* True when the key did something, or is one that edits. */
bool ui_editline_key(struct ui_editline *line, uint32_t key);
/* Puts text in place of the bytes from `from` to the cursor. */
void ui_editline_replace(struct ui_editline *line, size_t from, const char *text);
/* Puts what was pasted at the cursor; false, and nothing is, where there is no room for all of
   it. */
bool ui_editline_paste(struct ui_editline *line, const char *text);
/* Draws prompt and text so that the cursor is seen. Returns the column of byte `at` of the text. */
int ui_editline_draw(const struct ui_editline *line, struct ui_area area, const char *prompt,
                     size_t at);

#endif
