/*
 * CSV in, by libcsv, with the line where every record begins.
 *
 * libcsv tells where a record ends but not where in the input that was, so it is fed one line at a
 * time (quoted newlines included): whatever it reports belongs to the line that it was just given.
 */
#include "config.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

#define CHUNK      ((size_t) 64 << 10)
#define RECORD_MAX ((size_t) 16 << 20) /* a longer record is a quote that was never closed */

struct reader {
	const char *path;
	evo_csv_row row;
	void *context;
	struct evo_error *err;
	struct csv_parser parser;
	struct evo_text bytes; /* the fields of this record, each with its NUL */
	size_t *starts;        /* where in bytes each field begins */
	char **fields;
	size_t count, capacity;
	size_t line;        /* the physical line being read */
	size_t record_line; /* where this record begins; 0 between records */
	size_t field_line;  /* where this field begins */
	size_t record_size; /* bytes of this record up to now */
	unsigned char last; /* the byte before */
	bool failed;
};

static void fail(struct reader *reader, size_t line, const char *message)
{
	if (!reader->failed)
		evo_fail_at(reader->err, EVO_E_INPUT, reader->path, line, 0, "%s", message);
	reader->failed = true;
}

static void take_field(void *field, size_t length, void *data)
{
	struct reader *reader = data;

	if (reader->failed)
		return;
	if (length > 0 && memchr(field, '\0', length) != NULL) {
		fail(reader, reader->line,
		     "holds a NUL byte; this is not a CSV file (or it is UTF-16)");
		return;
	}
	size_t room = reader->capacity;
	reader->starts =
	        evo_grown_by_one(reader->starts, &room, reader->count, sizeof(*reader->starts));
	reader->fields = evo_grown_by_one(reader->fields, &reader->capacity, reader->count,
	                                  sizeof(*reader->fields));
	reader->starts[reader->count++] = reader->bytes.length;
	evo_text_append_n(&reader->bytes, length > 0 ? field : "", length);
	evo_text_append_n(&reader->bytes, "", 1);
	reader->field_line = reader->line;
}

static void take_record(int terminator, void *data)
{
	struct reader *reader = data;

	(void) terminator;
	if (reader->failed)
		return;
	for (size_t i = 0; i < reader->count; i++)
		reader->fields[i] = reader->bytes.data + reader->starts[i];
	if (!reader->row(reader->context, reader->record_line, reader->count, reader->fields,
	                 reader->err))
		reader->failed = true;
	evo_text_reset(&reader->bytes);
	reader->count = 0;
	reader->record_line = 0;
	reader->record_size = 0;
}

static bool is_blank(const unsigned char *piece, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr(" \t\r\n", piece[i]) == NULL || piece[i] == '\0')
			return false;
	return true;
}

/* Feeds a line, or a part of one; at most its last byte ends the line. */
static void feed(struct reader *reader, const unsigned char *piece, size_t length)
{
	if (reader->record_line == 0 && !is_blank(piece, length)) {
		reader->record_line = reader->line;
		reader->field_line = reader->line;
	}
	reader->record_size += length;
	if (reader->record_line != 0 && reader->record_size > RECORD_MAX) {
		fail(reader, reader->field_line,
		     "a record of more than 16 MiB; is a quote missing?");
		return;
	}
	if (csv_parse(&reader->parser, piece, length, take_field, take_record, reader) == length)
		return;
	if (csv_error(&reader->parser) == CSV_EPARSE)
		fail(reader, reader->line,
		     "a stray quote; a quoted field is \"...\" whole, with quotes in it doubled");
	else
		fail(reader, reader->line, csv_strerror(csv_error(&reader->parser)));
}

/* Cuts a chunk after every CR and LF. CR LF is one line end, a lone CR is one too. */
static void feed_chunk(struct reader *reader, const unsigned char *bytes, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i < length && !reader->failed; i++) {
		unsigned char c = bytes[i];
		bool second_half = c == '\n' && reader->last == '\r';
		reader->last = c;
		if (c != '\n' && c != '\r')
			continue;
		feed(reader, bytes + start, i + 1 - start);
		start = i + 1;
		if (!second_half)
			reader->line++;
	}
	if (start < length && !reader->failed)
		feed(reader, bytes + start, length - start);
}

static void finish(struct reader *reader)
{
	if (!reader->failed && csv_fini(&reader->parser, take_field, take_record, reader) != 0)
		fail(reader, reader->field_line, "a quote is opened here and never closed");
}

static void read_all(struct reader *reader, FILE *stream)
{
	unsigned char *chunk = evo_malloc(CHUNK);
	bool first = true;
	size_t got;

	do {
		errno = 0;
		got = fread(chunk, 1, CHUNK, stream);
		if (ferror(stream)) {
			evo_fail_file(reader->err, reader->path, "read", errno);
			reader->failed = true;
			break;
		}
		size_t mark = first && got >= 3 && memcmp(chunk, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		first = false;
		feed_chunk(reader, chunk + mark, got - mark);
	} while (got == CHUNK && !reader->failed);
	free(chunk);
	finish(reader);
}

bool evo_csv_read(const char *path, evo_csv_row row, void *context, struct evo_error *err)
{
	struct reader reader = {
	        .path = path, .row = row, .context = context, .err = err, .line = 1};
	FILE *stream = fopen(path, "re");

	if (stream == NULL)
		return evo_fail_file(err, path, "read", errno);
	csv_init(&reader.parser, CSV_STRICT | CSV_STRICT_FINI);
	evo_text_init(&reader.bytes);
	read_all(&reader, stream);
	fclose(stream);
	csv_free(&reader.parser);
	evo_text_clear(&reader.bytes);
	free(reader.starts);
	free(reader.fields);
	return !reader.failed;
}
