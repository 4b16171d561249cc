/*
 * What the commands write: lines on standard output and standard error, in which text from
 * elsewhere is made harmless, and tables that fit the terminal.
 */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

void cli_put_line(FILE *stream, const char *before, const char *text)
{
	struct evo_text line;
	evo_text_init(&line);
	evo_text_append(&line, before);
	evo_text_harmless(&line, text, cli_utf8());
	evo_text_append(&line, "\n");
	fwrite(line.data, 1, line.length, stream);
	evo_text_clear(&line);
}

void cli_complain(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = evo_vformat(format, arguments);
	va_end(arguments);
	cli_put_line(stderr, "evoscope: ", text);
	free(text);
}

int cli_report(const struct evo_error *err)
{
	char text[1024];
	evo_error_text(err, text, sizeof(text));
	cli_complain("%s", text);
	return err->code == EVO_E_USAGE ? CLI_USAGE : CLI_FAILED;
}

void cli_say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = evo_vformat(format, arguments);
	va_end(arguments);
	cli_put_line(stdout, "", text);
	free(text);
}

void cli_append_line(struct evo_text *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = evo_vformat(format, arguments);
	va_end(arguments);
	evo_text_harmless(out, text, cli_utf8());
	evo_text_append(out, "\n");
	free(text);
}

void cli_print(const struct evo_text *text)
{
	const char *at = text->data;
	while (*at != '\0') {
		size_t length = strcspn(at, "\n");
		char *line = evo_strndup(at, length);
		cli_put_line(stdout, "", line);
		free(line);
		at += length + (at[length] == '\n');
	}
}

void cli_print_data(const struct evo_text *text)
{
	fwrite(text->data, 1, text->length, stdout);
}

bool cli_output_ok(void)
{
	static bool said;
	errno = 0;
	bool ok = !ferror(stdout);
	if (fflush(stdout) || !ok) {
		if (!said)
			cli_complain("cannot write to standard output: %s",
			             errno ? strerror(errno) : "what was written is lost");
		said = true;
		return false;
	}
	return true;
}

void cli_number(struct evo_text *out, double number)
{
	if (isnan(number))
		evo_text_append(out, "-");
	else
		evo_text_printf(out, "%.3f", number);
}

void cli_clock(struct evo_text *out, double seconds)
{
	long whole = seconds > 0 ? (long) (seconds + 0.5) : 0;
	if (whole >= 3600)
		evo_text_printf(out, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
	else
		evo_text_printf(out, "%ld:%02ld", whole / 60, whole % 60);
}

size_t cli_width(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

bool cli_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void cli_wrap(struct evo_text *out, const char *text, size_t column, size_t indent, size_t end)
{
	bool first = true;
	while (*text) {
		size_t length = strcspn(text, " ");
		if (!first && column + 1 + length > end) {
			evo_text_printf(out, "\n%*s", (int) indent, "");
			column = indent;
			first = true;
		}
		evo_text_append(out, first ? "" : " ");
		evo_text_append_n(out, text, length);
		column += length + !first;
		first = false;
		text += length + strspn(text + length, " ");
	}
	evo_text_append(out, "\n");
}

/* ---- Tables ---------------------------------------------------------------------------------- */

#define GAP        2             /* blanks between columns */
#define TEXT_LEAST ((size_t) 16) /* columns that are left of a text */

void cli_table_init(struct cli_table *table, size_t columns, uint64_t left)
{
	*table = (struct cli_table){.columns = columns, .left = left};
}

void cli_table_clear(struct cli_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
}

static void add_owned(struct cli_table *table, char *cell)
{
	table->cells = evo_grown_by_one(table->cells, &table->capacity, table->count,
	                                sizeof(*table->cells));
	table->cells[table->count++] = cell;
}

void cli_table_add(struct cli_table *table, const char *cell)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_text_harmless(&text, cell, cli_utf8());
	add_owned(table, evo_strdup(text.data));
	evo_text_clear(&text);
}

void cli_table_addf(struct cli_table *table, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *cell = evo_vformat(format, arguments);
	va_end(arguments);
	cli_table_add(table, cell);
	free(cell);
}

void cli_table_number(struct cli_table *table, double number)
{
	struct evo_text text;
	evo_text_init(&text);
	cli_number(&text, number);
	cli_table_add(table, text.data);
	evo_text_clear(&text);
}

static void blanks(struct evo_text *out, size_t count)
{
	while (count--)
		evo_text_append(out, " ");
}

static bool is_text(const struct cli_table *table, size_t column)
{
	return table->left >> column & 1;
}

/* last: the last of its row, after which no blanks stand. */
static void print_cell(const struct cli_table *table, size_t index, size_t width, bool last,
                       struct evo_text *out)
{
	const char *cell = table->cells[index];
	bool left = is_text(table, index % table->columns);
	size_t used = evo_text_columns(cell);
	if (used > width) {
		size_t dots = width > 3 ? 3 : 0;
		evo_text_append_n(out, cell, evo_text_fit(cell, width - dots, &used));
		evo_text_append_n(out, "...", dots);
		used += dots;
	} else {
		blanks(out, left ? 0 : width - used);
		evo_text_append(out, cell);
		used = left ? used : width;
	}
	if (!last)
		blanks(out, width - used + GAP);
}

/* The last columns are left out first, but the one that is kept, and the first. Texts are shortened
   and numbers are not: a number that is cut would be another. */
static struct evo_column *make_columns(const struct cli_table *table, size_t width, size_t kept)
{
	struct evo_column *columns = evo_calloc(table->columns, sizeof(*columns));
	for (size_t i = 0; i < table->count; i++) {
		struct evo_column *column = &columns[i % table->columns];
		const size_t length = evo_text_columns(table->cells[i]);
		column->width = length > column->width ? length : column->width;
	}
	for (size_t i = 0; i < table->columns; i++) {
		const bool cut = is_text(table, i) && columns[i].width > TEXT_LEAST;
		columns[i].gap = GAP;
		columns[i].least = cut ? TEXT_LEAST : columns[i].width;
		columns[i].priority = i == 0 || i == kept ? 0 : (unsigned) (table->columns - i);
	}
	if (width > 0)
		evo_columns_fit(columns, table->columns, width + GAP);
	if (width > 0 && columns[0].width > width)
		columns[0].width = width;
	return columns;
}

static void name_left_out(const struct cli_table *table, const struct evo_column *columns,
                          size_t width, struct evo_text *out)
{
	struct evo_text names;
	evo_text_init(&names);
	for (size_t i = 0; i < table->columns; i++) {
		if (columns[i].left_out)
			evo_text_printf(&names, "%s%s",
			                names.length ? ", "
			                             : "left out, as the terminal is narrow: ",
			                table->cells[i]);
	}
	if (names.length)
		cli_wrap(out, names.data, 0, 0, width);
	evo_text_clear(&names);
}

void cli_table_print(const struct cli_table *table, size_t width, size_t kept, struct evo_text *out)
{
	struct evo_column *columns = make_columns(table, width, kept);
	size_t last = 0;
	for (size_t i = 0; i < table->columns; i++)
		last = columns[i].left_out ? last : i;
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		if (!columns[column].left_out)
			print_cell(table, i, columns[column].width, column == last, out);
		if (column == table->columns - 1)
			evo_text_append(out, "\n");
	}
	name_left_out(table, columns, width, out);
	free(columns);
}
