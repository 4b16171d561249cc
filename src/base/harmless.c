/*
 * Text as a person may be shown it: UTF-8 read character by character, and what a terminal would
 * obey or hide made visible.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "evoscope/base.h"

uint32_t evo_utf8_next(const char **text)
{
	const unsigned char *at = (const unsigned char *) *text;
	unsigned extra = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 0;
	static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
	uint32_t code = at[0];

	*text += 1;
	if (code < 0x80)
		return code;
	if (extra == 0 || code > 0xf4)
		return EVO_NO_CHARACTER;
	code &= 0x3fu >> extra;
	for (unsigned i = 1; i <= extra; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return EVO_NO_CHARACTER;
		code = code << 6 | (at[i] & 0x3fu);
	}
	if (code < least[extra] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return EVO_NO_CHARACTER;
	*text += extra;
	return code;
}

size_t evo_utf8_put(uint32_t code, char out[5])
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char) (0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char) (lead[length == 1 ? 0 : length] | code);
	out[length] = '\0';
	return length;
}

bool evo_harmless(uint32_t code)
{
	/* Besides control characters Unicode's format characters that show nothing: they turn the
	   direction of what follows, join it, or hide in it. In ascending order. */
	static const uint32_t ranges[][2] = {
	        {0x0, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},       {0x61c, 0x61c},
	        {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
	        {0xd800, 0xdfff},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0xfffe, 0xffff},
	        {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}, {0x110000, UINT32_MAX}};

	if (code >= 0x20 && code < 0x7f)
		return true;
	for (size_t i = 0; i < EVO_COUNT(ranges) && ranges[i][0] <= code; i++)
		if (code <= ranges[i][1])
			return false;
	return true;
}

size_t evo_harmless_next(const char **text, bool utf8, char out[EVO_HARMLESS_SIZE])
{
	const char *begin = *text;
	uint32_t code = evo_utf8_next(text);
	int length;

	if (code == EVO_NO_CHARACTER && *text - begin == 1)
		length = snprintf(out, EVO_HARMLESS_SIZE, "\\x%02x", (unsigned char) *begin);
	else if (evo_harmless(code) && (utf8 || code < 0x80))
		return evo_utf8_put(code, out);
	else if (code < 0x80)
		length = snprintf(out, EVO_HARMLESS_SIZE, "\\x%02x", (unsigned) code);
	else
		length = snprintf(out, EVO_HARMLESS_SIZE, code < 0x10000 ? "\\u%04x" : "\\U%08x",
		                  (unsigned) code);
	return (size_t) length;
}

int evo_character_columns(uint32_t code)
{
	if (code < 0x300)
		return 1;
	int width = wcwidth((wchar_t) code);
	return width < 0 ? 1 : width;
}

size_t evo_text_fit(const char *text, size_t columns, size_t *used)
{
	const char *at = text;

	*used = 0;
	while (*at != '\0') {
		const char *next = at;
		size_t width = (size_t) evo_character_columns(evo_utf8_next(&next));
		if (*used + width > columns)
			break;
		*used += width;
		at = next;
	}
	return (size_t) (at - text);
}

size_t evo_text_columns(const char *text)
{
	size_t columns;

	evo_text_fit(text, SIZE_MAX, &columns);
	return columns;
}
