/*
 * Growing strings with a stated maximum.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

/* What data points to while nothing has been allocated: capacity is 0, so it is never written. */
static char empty[1];

void evo_text_init(struct evo_text *text)
{
	*text = (struct evo_text){.data = empty};
}

void evo_text_clear(struct evo_text *text)
{
	if (text->capacity > 0)
		free(text->data);
	evo_text_init(text);
}

void evo_text_reset(struct evo_text *text)
{
	text->length = 0;
	if (text->capacity > 0)
		text->data[0] = '\0';
}

/* Makes room for `more` bytes and a NUL; returns how many of them may be written. */
static size_t make_room(struct evo_text *text, size_t more)
{
	if (more > EVO_TEXT_MAX - text->length)
		more = EVO_TEXT_MAX - text->length;
	size_t needed = text->length + more + 1;
	if (needed <= text->capacity)
		return more;
	size_t capacity = text->capacity * 2 > 64 ? text->capacity * 2 : 64;
	if (capacity < needed)
		capacity = needed;
	char *old = text->capacity > 0 ? text->data : NULL;
	text->data = evo_realloc(old, capacity, 1);
	text->capacity = capacity;
	text->data[text->length] = '\0';
	return more;
}

void evo_text_append_n(struct evo_text *text, const char *bytes, size_t length)
{
	if (length == 0)
		return;
	length = make_room(text, length);
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void evo_text_append(struct evo_text *text, const char *string)
{
	evo_text_append_n(text, string, strlen(string));
}

void evo_text_vprintf(struct evo_text *text, const char *format, va_list arguments)
{
	va_list again;

	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length <= 0)
		return;
	size_t room = make_room(text, (size_t) length);
	vsnprintf(text->data + text->length, room + 1, format, arguments);
	text->length += room;
}

void evo_text_printf(struct evo_text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	evo_text_vprintf(text, format, arguments);
	va_end(arguments);
}

void evo_text_number(struct evo_text *text, double number)
{
	char digits[EVO_NUMBER_SIZE];

	evo_text_append_n(text, digits, evo_number_format(number, digits));
}

void evo_text_harmless(struct evo_text *out, const char *text, bool utf8)
{
	char shown[EVO_HARMLESS_SIZE];

	while (*text != '\0') {
		size_t plain = 0;
		while (text[plain] >= ' ' && text[plain] < 0x7f)
			plain++;
		evo_text_append_n(out, text, plain);
		text += plain;
		if (*text != '\0')
			evo_text_append_n(out, shown, evo_harmless_next(&text, utf8, shown));
	}
}
