/*
 * INI files, by inih.
 *
 * inih cuts a line that is longer than its buffer, does not say the line of an entry (unless it was
 * built to), and calls once for every continued line of a value. Here the lines are handed to it
 * one by one and counted, one that does not fit is an error, and a value is told once, whole.
 */
#include "config.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

#define FILE_MAX    ((size_t) 16 << 20)
#define SECTION_MAX ((size_t) 49) /* inih keeps no more of a section's name */

struct reader {
	const char *path;
	evo_ini_entry entry;
	void *context;
	struct evo_error *err;
	const char *next; /* the rest of the file */
	size_t line;      /* the line that inih was given last */
	size_t indent;    /* of that line, in blanks */
	bool failed;
	/* The entry that may yet be continued; key NULL when there is none. */
	char *section, *key;
	struct evo_text value;
	size_t entry_line;
};

static bool fail(struct reader *reader, size_t line, const char *message)
{
	reader->failed = true;
	return evo_fail_at(reader->err, EVO_E_INPUT, reader->path, line, 0, "%s", message);
}

/* Tells the entry that is complete now. */
static void flush(struct reader *reader)
{
	if (reader->key != NULL && !reader->failed &&
	    !reader->entry(reader->context, reader->section, reader->key, reader->value.data,
	                   reader->entry_line, reader->err))
		reader->failed = true;
	free(reader->section);
	free(reader->key);
	reader->section = reader->key = NULL;
	evo_text_reset(&reader->value);
}

/* inih names a continued line by what it kept of the key, which may be less than all. */
static bool continues(const struct reader *reader, const char *section, const char *name)
{
	return reader->indent > 0 && reader->key != NULL && strcmp(section, reader->section) == 0 &&
	       strncmp(name, reader->key, strlen(name)) == 0;
}

/* What is indented as far as EVO_INI_CONTINUED continues a value, whatever it looks like. */
#define FAR (sizeof(EVO_INI_CONTINUED) - 1)

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Whoever indents every key means entries; taking them for more of the first value would be
   silent. */
static bool looks_like_entry(const char *text)
{
	size_t word =
	        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return text[word + strspn(text + word, " \t")] == '=';
}

/* Appends a continued line less its comment, which not every release of inih takes off. */
static void append_continued(struct evo_text *value, const char *text)
{
	size_t length = 0;

	while (text[length] != '\0' &&
	       !(text[length] == ';' && length > 0 && is_space(text[length - 1])))
		length++;
	while (length > 0 && is_space(text[length - 1]))
		length--;
	evo_text_append(value, value->length > 0 ? " " : "");
	evo_text_append_n(value, text, length);
}

static int take_entry(void *data, const char *section, const char *name, const char *value)
{
	struct reader *reader = data;

	if (reader->failed)
		return 1;
	if (continues(reader, section, name)) {
		if (value != NULL && reader->indent < FAR && looks_like_entry(value)) {
			fail(reader, reader->line,
			     "an indented line continues the value above; begin a key at the start "
			     "of "
			     "its line");
			return 1;
		}
		append_continued(&reader->value, value == NULL ? "" : value);
		return 1;
	}
	flush(reader);
	if (*name == '\0') {
		fail(reader, reader->line, "there is no key before the '='");
		return 1;
	}
	reader->section = evo_strdup(section);
	reader->key = evo_strdup(name);
	evo_text_append(&reader->value, value == NULL ? "" : value);
	reader->entry_line = reader->line;
	return 1;
}

static bool check_line(struct reader *reader, const char *text, size_t length, size_t room)
{
	if (memchr(text, '\0', length) != NULL)
		return fail(reader, reader->line, "holds a NUL byte; this is not a text file");
	if (length > room) {
		reader->failed = true;
		return evo_fail_at(
		        reader->err, EVO_E_INPUT, reader->path, reader->line, 0,
		        "a line of more than %zu bytes; continue the value on a line that "
		        "begins with a space",
		        room);
	}
	const char *close = *text == '[' ? memchr(text, ']', length) : NULL;
	if (close != NULL && (size_t) (close - text) - 1 > SECTION_MAX)
		return fail(reader, reader->line, "the name of the section is too long");
	return true;
}

/* inih's fgets: one whole line a call, without its line end. */
static char *next_line(char *out, int size, void *data)
{
	struct reader *reader = data;

	if (reader->failed || *reader->next == '\0')
		return NULL;
	size_t length = strcspn(reader->next, "\n");
	const char *text = reader->next;
	reader->next += length + (text[length] == '\n');
	reader->line++;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	/* A build that grows its buffer asks for more of a line that fills it, so it never does. */
	if (!check_line(reader, text, length, (size_t) size - 2))
		return NULL;
	memcpy(out, text, length);
	out[length] = '\0';
	reader->indent = strspn(out, " \t");
	/* A value does not go on beyond the next heading, whatever its section and keys are
	   called. */
	if (*out == '[')
		flush(reader);
	return reader->failed ? NULL : out;
}

static void parse(struct reader *reader)
{
	int wrong = ini_parse_stream(next_line, reader, take_entry, reader);

	if (wrong > 0) {
		/* What was wrong above is told before what the last entry may still be refused
		   for. */
		if ((size_t) wrong > reader->entry_line)
			flush(reader);
		if (!reader->failed)
			fail(reader, (size_t) wrong,
			     "neither [section], key = value nor a comment");
	} else if (wrong < 0) {
		evo_fail_at(reader->err, EVO_E_MEMORY, reader->path, 0, 0, "not enough memory");
		reader->failed = true;
	}
	flush(reader);
}

bool evo_ini_read(const char *path, evo_ini_entry entry, void *context, struct evo_error *err)
{
	size_t length;
	char *text = evo_file_read(path, FILE_MAX, &length, err);

	if (text == NULL)
		return false;
	struct reader reader = {.path = path, .entry = entry, .context = context, .err = err};
	reader.next = text;
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.next += 3;
	evo_text_init(&reader.value);
	if (strlen(text) != length)
		fail(&reader, 0, "holds a NUL byte; this is not a text file");
	else
		parse(&reader);
	free(reader.section);
	free(reader.key);
	evo_text_clear(&reader.value);
	free(text);
	return !reader.failed;
}
