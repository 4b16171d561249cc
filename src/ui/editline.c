/*
 * A line that is edited, and its history.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "editline.h"

/* ---- History ------------------------------------------------------------------------------ */

void ui_history_add(struct ui_history *history, const char *line)
{
	size_t last = history->count;

	if (*line == '\0' || (last > 0 && strcmp(history->lines[last - 1], line) == 0))
		return;
	if (last == UI_HISTORY_MAX) {
		free(history->lines[0]);
		last--;
		memmove(history->lines, history->lines + 1, last * sizeof(*history->lines));
	}
	history->lines[last] = evo_strdup(line);
	history->count = last + 1;
	history->changed = true;
}

void ui_history_free(struct ui_history *history)
{
	for (size_t i = 0; i < history->count; i++)
		free(history->lines[i]);
	history->count = 0;
}

void ui_history_read(struct ui_history *history, const char *path)
{
	char *text = evo_file_read(path, UI_HISTORY_MAX * UI_LINE_MAX, NULL, NULL), *rest = text;

	for (char *line; text != NULL && (line = strtok_r(rest, "\n", &rest)) != NULL;) {
		if (strlen(line) < UI_LINE_MAX)
			ui_history_add(history, line);
	}
	free(text);
	history->changed = false;
}

bool ui_history_write(const struct ui_history *history, const char *path, struct evo_error *err)
{
	char *folder = evo_strdup(path), *slash = strrchr(folder, '/');

	if (slash != NULL)
		*slash = '\0';
	bool made = slash == NULL || evo_make_directories(folder, err);
	free(folder);
	struct evo_file *file = made ? evo_file_create(path, err) : NULL;
	if (file == NULL)
		return false;
	for (size_t i = 0; i < history->count; i++)
		fprintf(evo_file_stream(file), "%s\n", history->lines[i]);
	return evo_file_commit(file, err);
}

/* ---- Editing ------------------------------------------------------------------------------ */

void ui_editline_set(struct ui_editline *line, const char *text)
{
	line->length = strlen(text);
	if (line->length >= UI_LINE_MAX)
		line->length = UI_LINE_MAX - 1;
	memcpy(line->text, text, line->length);
	line->text[line->length] = '\0';
	line->cursor = line->length;
	line->recalled = line->history != NULL ? line->history->count : 0;
}

static bool is_tail(char byte)
{
	return ((unsigned char) byte & 0xc0) == 0x80;
}

static size_t before(const struct ui_editline *line, size_t at)
{
	while (at > 0 && is_tail(line->text[--at]))
		;
	return at;
}

static size_t after(const struct ui_editline *line, size_t at)
{
	if (at < line->length)
		at++;
	while (at < line->length && is_tail(line->text[at]))
		at++;
	return at;
}

static void cut(struct ui_editline *line, size_t from, size_t to)
{
	memmove(line->text + from, line->text + to, line->length - to + 1);
	line->length -= to - from;
	line->cursor = from;
}

void ui_editline_replace(struct ui_editline *line, size_t from, const char *text)
{
	size_t length = strlen(text);

	cut(line, from, line->cursor);
	if (line->length + length >= UI_LINE_MAX)
		return;
	memmove(line->text + from + length, line->text + from, line->length - from + 1);
	memcpy(line->text + from, text, length);
	line->length += length;
	line->cursor = from + length;
}

bool ui_editline_paste(struct ui_editline *line, const char *text)
{
	if (line->length + strlen(text) >= UI_LINE_MAX)
		return false;
	ui_editline_replace(line, line->cursor, text);
	return true;
}

/* The beginning of the word before the cursor, spaces after it included. */
static size_t word_before(const struct ui_editline *line)
{
	size_t at = line->cursor;

	while (at > 0 && line->text[at - 1] == ' ')
		at--;
	while (at > 0 && line->text[at - 1] != ' ')
		at--;
	return at;
}

static void recall(struct ui_editline *line, int step)
{
	struct ui_history *history = line->history;

	if (history == NULL || (step < 0 && line->recalled == 0) ||
	    (step > 0 && line->recalled >= history->count))
		return;
	if (line->recalled == history->count)
		memcpy(line->kept, line->text, sizeof(line->kept));
	size_t target = step < 0 ? line->recalled - 1 : line->recalled + 1;
	ui_editline_set(line, target < history->count ? history->lines[target] : line->kept);
	line->recalled = target;
}

static bool move_key(struct ui_editline *line, uint32_t key)
{
	switch (key) {
	case UI_KEY_LEFT:
	case 'b' & 0x1f:
		line->cursor = before(line, line->cursor);
		return true;
	case UI_KEY_RIGHT:
	case 'f' & 0x1f:
		line->cursor = after(line, line->cursor);
		return true;
	case UI_KEY_HOME:
	case 'a' & 0x1f:
		line->cursor = 0;
		return true;
	case UI_KEY_END:
	case 'e' & 0x1f:
		line->cursor = line->length;
		return true;
	case UI_KEY_UP:
	case 'p' & 0x1f:
		recall(line, -1);
		return true;
	case UI_KEY_DOWN:
	case 'n' & 0x1f:
		recall(line, 1);
		return true;
	default:
		return false;
	}
}

static bool cut_key(struct ui_editline *line, uint32_t key)
{
	switch (key) {
	case UI_KEY_BACKSPACE:
	case 'h' & 0x1f:
		cut(line, before(line, line->cursor), line->cursor);
		return true;
	case UI_KEY_DELETE:
	case 'd' & 0x1f:
		cut(line, line->cursor, after(line, line->cursor));
		return true;
	case 'w' & 0x1f:
		cut(line, word_before(line), line->cursor);
		return true;
	case 'u' & 0x1f:
		cut(line, 0, line->cursor);
		return true;
	case 'k' & 0x1f:
		cut(line, line->cursor, line->length);
		return true;
	default:
		return false;
	}
}

bool ui_editline_key(struct ui_editline *line, uint32_t key)
{
	char bytes[5];

	if (move_key(line, key) || cut_key(line, key))
		return true;
	if (key < 0x20 || (key >= 0x7f && key < 0xa0) || key >= 0x110000)
		return false;
	evo_utf8_put(key, bytes);
	ui_editline_replace(line, line->cursor, bytes);
	return true;
}

/* ---- Drawing ------------------------------------------------------------------------------ */

static int width_to(const struct ui_editline *line, size_t end)
{
	char part[UI_LINE_MAX];

	memcpy(part, line->text, end);
	part[end] = '\0';
	return ui_text_width(part);
}

int ui_editline_draw(const struct ui_editline *line, struct ui_area area, const char *prompt,
                     size_t at)
{
	int first = ui_text(area, 0, 0, UI_ROLE_ACCENT, prompt);
	struct ui_area field = ui_area_sub(area, first, 0, area.rect.width - first, 1);
	int cursor = width_to(line, line->cursor), room = field.rect.width - 1;
	int shift = cursor > room ? cursor - room : 0;

	/* What is scrolled out at the left is drawn at columns below 0, so not at all. */
	ui_text(field, -shift, 0, UI_ROLE_TEXT, line->text);
	if (shift > 0)
		ui_put(field, 0, 0, UI_ROLE_DIM, area.surface->glyphs->cut);
	area.surface->cursor_x = field.rect.x + cursor - shift;
	area.surface->cursor_y = field.rect.y;
	return first - shift + width_to(line, at < line->length ? at : line->length);
}
