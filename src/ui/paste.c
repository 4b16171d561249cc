/*
 * Pastes.
 */
#include "config.h"

#include <stdlib.h>

#include "paste.h"

void ui_paste_begin(struct ui_paste *paste)
{
	paste->open = true;
	paste->broken = false;
	paste->size = paste->matched = 0;
}

static void keep(struct ui_paste *paste, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++, paste->size++)
		if (paste->size < UI_PASTE_MAX)
			paste->bytes[paste->size] = bytes[i];
}

void ui_paste_add(struct ui_paste *paste, char byte)
{
	static const char mark[] = UI_PASTE_ENDS;

	if (byte != mark[paste->matched]) {
		/* Its first byte is nowhere else in the mark, so it can only begin anew. */
		keep(paste, mark, paste->matched);
		paste->matched = 0;
	}
	if (byte != mark[paste->matched])
		keep(paste, &byte, 1);
	else if (++paste->matched == sizeof(mark) - 1)
		paste->open = false;
}

void ui_paste_line(const struct ui_paste *paste, struct evo_text *out)
{
	size_t kept = paste->size < UI_PASTE_MAX ? paste->size : UI_PASTE_MAX;
	char *copy = evo_malloc(kept + 1), bytes[5];
	uint32_t before = 0;

	/* A NUL would end the text: it is a control like others. */
	for (size_t i = 0; i < kept; i++)
		copy[i] = paste->bytes[i] != '\0' ? paste->bytes[i] : '\1';
	copy[kept] = '\0';
	for (const char *at = copy; *at != '\0';) {
		uint32_t code = evo_utf8_next(&at);
		bool ends = code == '\n' || code == '\r' || code == '\t' || code == 0x85 ||
		            code == 0x2028 || code == 0x2029;
		if (ends && !(code == '\n' && before == '\r'))
			evo_text_append(out, " ");
		before = code;
		if (ends || code < 0x20 || (code >= 0x7f && code < 0xa0) ||
		    code == EVO_NO_CHARACTER)
			continue;
		evo_text_append_n(out, bytes, evo_utf8_put(code, bytes));
	}
	free(copy);
}
