/*
 * Errors: one line, a code and a place.
 */
#include "config.h"

#include <string.h>

#include "evoscope/base.h"

/* Cuts a UTF-8 sequence that the end of a buffer has split. */
static void trim_split_sequence(char *text, size_t length)
{
	size_t start = length;

	while (start > 0 && length - start < 3 && ((unsigned char) text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char) text[start - 1];
	size_t needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (length - (start - 1) < needed)
		text[start - 1] = '\0';
}

static void set_message(struct evo_error *err, const char *format, va_list arguments)
{
	int length = vsnprintf(err->message, sizeof(err->message), format, arguments);

	if (length < 0)
		err->message[0] = '\0';
	else if ((size_t) length >= sizeof(err->message))
		trim_split_sequence(err->message, sizeof(err->message) - 1);
	/* What a message quotes may hold anything; the message stays one line. */
	for (char *c = err->message; *c != '\0'; c++)
		if ((unsigned char) *c < 0x20 || *c == 0x7f)
			*c = ' ';
}

bool evo_fail(struct evo_error *err, enum evo_code code, const char *format, ...)
{
	if (err == NULL || err->code != EVO_OK)
		return false;
	va_list arguments;
	va_start(arguments, format);
	set_message(err, format, arguments);
	va_end(arguments);
	err->code = code;
	err->file[0] = '\0';
	err->line = 0;
	err->column = 0;
	return false;
}

bool evo_fail_at(struct evo_error *err, enum evo_code code, const char *file, size_t line,
                 size_t column, const char *format, ...)
{
	if (err == NULL || err->code != EVO_OK)
		return false;
	va_list arguments;
	va_start(arguments, format);
	set_message(err, format, arguments);
	va_end(arguments);
	err->code = code;
	int length = snprintf(err->file, sizeof(err->file), "%s", file == NULL ? "" : file);
	if (length >= 0 && (size_t) length >= sizeof(err->file))
		trim_split_sequence(err->file, sizeof(err->file) - 1);
	err->line = line;
	err->column = column;
	return false;
}

void evo_error_clear(struct evo_error *err)
{
	if (err != NULL)
		memset(err, 0, sizeof(*err));
}

void evo_error_text(const struct evo_error *err, char *out, size_t size)
{
	char place[64] = "";

	if (size == 0)
		return;
	if (err->line > 0 && err->column > 0)
		snprintf(place, sizeof(place), "%zu:%zu", err->line, err->column);
	else if (err->line > 0)
		snprintf(place, sizeof(place), "%s%zu", err->file[0] == '\0' ? "line " : "",
		         err->line);
	else if (err->column > 0)
		snprintf(place, sizeof(place), "column %zu", err->column);

	const char *between = err->file[0] != '\0' && place[0] != '\0' ? ":" : "";
	const char *after = err->file[0] != '\0' || place[0] != '\0' ? ": " : "";
	snprintf(out, size, "%s%s%s%s%s", err->file, between, place, after, err->message);
}
