/*
 * CSV out.
 */
#include "config.h"

#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "evoscope/base.h"

void evo_csv_begin(struct evo_csv *csv, FILE *stream)
{
	*csv = (struct evo_csv){.stream = stream};
}

static void begin_field(struct evo_csv *csv, bool empty)
{
	if (csv->begun)
		putc(',', csv->stream);
	csv->blank = empty && !csv->begun;
	csv->begun = true;
}

/* Readers drop space at the ends of a field that is not quoted, and a byte order mark at the
   beginning of a file. */
static bool needs_quotes(const char *text)
{
	size_t length = strlen(text);

	return length > 0 &&
	       (strpbrk(text, ",\"\r\n") != NULL || strchr(" \t", text[0]) != NULL ||
	        strchr(" \t", text[length - 1]) != NULL || strncmp(text, "\xef\xbb\xbf", 3) == 0);
}

void evo_csv_text(struct evo_csv *csv, const char *text)
{
	begin_field(csv, *text == '\0');
	if (needs_quotes(text))
		csv_fwrite(csv->stream, text, strlen(text));
	else
		fputs(text, csv->stream);
}

void evo_csv_integer(struct evo_csv *csv, int64_t value)
{
	begin_field(csv, false);
	fprintf(csv->stream, "%" PRId64, value);
}

void evo_csv_number(struct evo_csv *csv, double value)
{
	char text[EVO_NUMBER_SIZE];

	begin_field(csv, isnan(value));
	if (!isnan(value)) {
		evo_number_format(value, text);
		fputs(text, csv->stream);
	}
}

void evo_csv_end_row(struct evo_csv *csv)
{
	/* A line with nothing on it would be read as no row at all. */
	if (csv->blank)
		fputs("\"\"", csv->stream);
	putc('\n', csv->stream);
	csv->begun = false;
	csv->blank = false;
}
