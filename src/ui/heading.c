/*
 * How names of benchmarks are shortened so that they can still be told apart.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "heading.h"
#include "surface.h"

static bool ends_in(const char *name, const char *title)
{
	size_t length = strlen(name), end = strlen(title);

	return length >= end && strcmp(name + length - end, title) == 0 &&
	       (length == end || name[length - end - 1] == '-');
}

/* What follows the first dash, where that is of this name alone. */
static const char *title_of(const char *const *names, size_t count, size_t which)
{
	const char *dash = strchr(names[which], '-');

	if (dash == NULL || dash[1] == '\0')
		return names[which];
	for (size_t i = 0; i < count; i++)
		if (i != which && ends_in(names[i], dash + 1))
			return names[which];
	return dash + 1;
}

/* So many characters of a text; from the end when they are negative. */
static void append_part(struct evo_text *out, const char *text, int characters)
{
	const char *end;
	int skipped = 0;

	if (characters < 0) {
		for (end = text; *end != '\0'; skipped++)
			evo_utf8_next(&end);
		for (skipped += characters; skipped > 0; skipped--)
			evo_utf8_next(&text);
		characters = -characters;
	}
	for (end = text; *end != '\0' && characters > 0; characters--)
		evo_utf8_next(&end);
	evo_text_append_n(out, text, (size_t) (end - text));
}

/* The title in so many columns, with so many of them for its end. number: before it; 0: none. */
static void cut(const char *title, int width, int end, size_t number,
                const struct ui_glyphs *glyphs, char *out)
{
	struct evo_text text;

	evo_text_init(&text);
	if (number > 0)
		evo_text_printf(&text, "%zu:", number);
	if (number == 0 && ui_text_width(title) <= width) {
		evo_text_append(&text, title);
	} else {
		int begin = width - 1 - end - ui_text_width(text.data);
		append_part(&text, title, begin > 0 ? begin : 0);
		ui_glyph_append(&text, glyphs->cut);
		if (end > 0)
			append_part(&text, title, -end);
	}
	snprintf(out, UI_HEADING_SIZE, "%s", text.data);
	evo_text_clear(&text);
}

void ui_heading_cut(const char *text, int width, const struct ui_glyphs *glyphs,
                    char out[UI_HEADING_SIZE])
{
	cut(text, width, 0, 0, glyphs, out);
}

static bool all_differ(size_t count, char (*const out)[UI_HEADING_SIZE])
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(out[i], out[j]) == 0)
				return false;
	return true;
}

/* Caller frees the list. */
static const char **names_of(const struct evo_run_case *first, size_t stride, size_t count)
{
	const char **names = evo_calloc(count + 1, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] =
		        ((const struct evo_run_case *) ((const char *) first + i * stride))->name;
	return names;
}

void ui_headings(const struct evo_run_case *first, size_t stride, size_t count, int width,
                 const struct ui_glyphs *glyphs, char (*out)[UI_HEADING_SIZE])
{
	const char **names = names_of(first, stride, count);
	bool differ = false;

	for (int end = 0; end < width && !differ; end++) {
		for (size_t i = 0; i < count; i++)
			cut(title_of(names, count, i), width, end, 0, glyphs, out[i]);
		differ = all_differ(count, out);
	}
	for (size_t i = 0; i < count && !differ; i++)
		cut(title_of(names, count, i), width, 0, i + 1, glyphs, out[i]);
	free(names);
}

const char *ui_case_title(const struct evo_run_case *cases, size_t count, size_t which)
{
	const char **names = names_of(cases, sizeof(*cases), count);
	const char *title = title_of(names, count, which);

	free(names);
	return title;
}
