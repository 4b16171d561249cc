/*
 * Errors: one line, a code and a place.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "evoscope/base.h"

/* What a message may quote whole: two of the longest paths and words around them. */
#define RAW_SIZE (3 * 4096)

/*
 * Stores text made harmless. Where it does not fit its middle is left out: it begins with what is
 * wrong and ends with why, and what is long is a path or a word between them.
 */
static void store(char *out, size_t size, const char *text)
{
	char shown[EVO_HARMLESS_SIZE];
	size_t whole = 0, at = 0, used = 0;

	for (const char *next = text; *next != '\0';)
		whole += evo_harmless_next(&next, true, shown);
	size_t head = whole < size ? whole : (size - 4) / 2;
	size_t tail = whole < size ? whole : whole - (size - 4 - head);
	while (*text != '\0') {
		size_t length = evo_harmless_next(&text, true, shown);
		if (at + length <= head || at >= tail) {
			memcpy(out + used, shown, length);
			used += length;
		} else if (head != 0) {
			memcpy(out + used, "...", 3);
			used += 3;
			head = 0;
		}
		at += length;
	}
	out[used] = '\0';
}

static void set_message(struct evo_error *err, const char *format, va_list arguments)
{
	char raw[RAW_SIZE];
	int length = vsnprintf(raw, sizeof(raw), format, arguments);

	store(err->message, sizeof(err->message), length < 0 ? "" : raw);
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
	store(err->file, sizeof(err->file), file == NULL ? "" : file);
	err->line = line;
	err->column = column;
	return false;
}

/* What a person can do about it, where it is a limit that was met. */
static const char *cure(int why)
{
	switch (why) {
	case EFBIG:
		return "; raise the limit on files' sizes (ulimit -f)";
	case EMFILE:
		return "; raise the limit on open files (ulimit -n)";
	default:
		return "";
	}
}

bool evo_fail_file(struct evo_error *err, const char *file, const char *doing, int why)
{
	return evo_fail_at(err, why == ENOENT ? EVO_E_NOT_FOUND : EVO_E_IO, file, 0, 0,
	                   "cannot %s: %s%s", doing, strerror(why), cure(why));
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
