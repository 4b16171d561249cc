/*
 * base: CSV and INI, in and out.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "evoscope/base.h"
#include "folder.h"

static char *folder, *path;

static int make_folder(void **state)
{
	(void) state;
	return folder_open(&folder, &path);
}

static int remove_folder(void **state)
{
	(void) state;
	return folder_close(folder, path);
}

/* Writes what was told as "LINE:<field><field>;". */
static bool log_row(void *context, size_t line, size_t count, char *const *fields,
                    struct evo_error *err)
{
	struct evo_text *log = context;

	evo_text_printf(log, "%zu:", line);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(fields[i], "stop") == 0)
			return evo_fail_at(err, EVO_E_INPUT, path, line, 0, "stopped");
		evo_text_printf(log, "<%s>", fields[i]);
	}
	evo_text_append(log, ";");
	return true;
}

static void expect_csv(const char *content, size_t length, const char *expected)
{
	struct evo_text log;
	struct evo_error err = {0};

	evo_text_init(&log);
	assert_true(file_put(path, content, length));
	if (!evo_csv_read(path, log_row, &log, &err))
		fail_msg("%s", err.message);
	assert_string_equal(log.data, expected);
	evo_text_clear(&log);
}

static void refuse_csv(const char *content, size_t length, size_t line, const char *message)
{
	struct evo_text log;
	struct evo_error err = {0};

	evo_text_init(&log);
	assert_true(file_put(path, content, length));
	assert_false(evo_csv_read(path, log_row, &log, &err));
	evo_text_clear(&log);
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_string_equal(err.file, path);
	assert_int_equal(err.line, line);
	if (strstr(err.message, message) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, message);
}

#define EXPECT_CSV(content, expected)      expect_csv(content, sizeof(content) - 1, expected)
#define REFUSE_CSV(content, line, message) refuse_csv(content, sizeof(content) - 1, line, message)

static void test_csv_records_and_lines(void **state)
{
	(void) state;
	EXPECT_CSV("", "");
	EXPECT_CSV("\n\n", "");
	EXPECT_CSV("a,b\n1,2\n", "1:<a><b>;2:<1><2>;");
	EXPECT_CSV("a,b\n1,2", "1:<a><b>;2:<1><2>;");
	EXPECT_CSV("a,b\r\n1,2\r\n\r\n3,4\r\n", "1:<a><b>;2:<1><2>;4:<3><4>;");
	EXPECT_CSV("a\rb\rc", "1:<a>;2:<b>;3:<c>;");
	EXPECT_CSV("\xef\xbb\xbf\"a\",b\n", "1:<a><b>;");
	EXPECT_CSV("\n \t\na\n", "3:<a>;");
	EXPECT_CSV(",\n", "1:<><>;");
	EXPECT_CSV("\"\"\n", "1:<>;");
	EXPECT_CSV(" a b , \" c \" ,d\n", "1:<a b>< c ><d>;");
	EXPECT_CSV("\"a,\"\"b\"\"\",c\n", "1:<a,\"b\"><c>;");
}

static void test_csv_quoted_newlines_count(void **state)
{
	(void) state;
	EXPECT_CSV("h\n\"x\ny\n\nz\",1\nw,2\n", "1:<h>;2:<x\ny\n\nz><1>;6:<w><2>;");
	EXPECT_CSV("\"x\r\ny\"\r\nw\r\n", "1:<x\r\ny>;3:<w>;");
	EXPECT_CSV("a,\"\n\"\n\n\"\n\nb\"\nc\n", "1:<a><\n>;4:<\n\nb>;7:<c>;");
}

static void test_csv_faults(void **state)
{
	struct evo_error err = {0};
	struct evo_text log;

	(void) state;
	REFUSE_CSV("a\nb,\"c\nd\ne\n", 2, "never closed");
	REFUSE_CSV("a,\"b\nc\",\"d\n", 2, "never closed");
	REFUSE_CSV("a\nb\"c\n", 2, "stray quote");
	REFUSE_CSV("a\n\"b\"c\n", 2, "stray quote");
	REFUSE_CSV("a\nb\0c\n", 2, "NUL");
	REFUSE_CSV("a\nb\nx,stop\nc\n", 3, "stopped");
	evo_text_init(&log);
	assert_false(evo_csv_read(folder, log_row, &log, &err));
	assert_int_equal(err.code, EVO_E_IO);
	evo_error_clear(&err);
	evo_remove_tree(path, NULL);
	assert_false(evo_csv_read(path, log_row, &log, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_string_equal(log.data, "");
	evo_text_clear(&log);
}

/* Longer than a chunk, with records and line ends across its border. */
static bool check_long_row(void *context, size_t line, size_t count, char *const *fields,
                           struct evo_error *err)
{
	size_t *rows = context;
	int64_t number = -1;

	assert_int_equal(count, 3);
	assert_true(evo_integer_parse(fields[0], 0, 1000000, &number, err));
	assert_int_equal(number, *rows);
	assert_string_equal(fields[1], "two\r\nlines");
	assert_int_equal(line, 2 * *rows + 1);
	assert_int_equal(strlen(fields[2]), *rows % 700);
	++*rows;
	return true;
}

static void test_csv_longer_than_a_chunk(void **state)
{
	FILE *stream = fopen(path, "w");
	size_t rows = 0;

	(void) state;
	for (int i = 0; i < 2000; i++) {
		fprintf(stream, "%d,\"two\r\nlines\",", i);
		for (int k = 0; k < i % 700; k++)
			putc('x', stream);
		fputs("\r\n", stream);
	}
	fclose(stream);
	assert_true(evo_csv_read(path, check_long_row, &rows, NULL));
	assert_int_equal(rows, 2000);
}

static void test_csv_written_reads_back(void **state)
{
	static const char *const texts[] = {"plain", "a,b", "say \"tau\"", "two\nlines", " space ",
	                                    "",      "\t",  "\"",          "\r"};
	struct evo_text expected, log;
	struct evo_csv csv;
	FILE *stream = fopen(path, "w");

	(void) state;
	evo_text_init(&expected);
	evo_text_init(&log);
	evo_csv_begin(&csv, stream);
	evo_text_append(&expected, "1:");
	for (size_t i = 0; i < EVO_COUNT(texts); i++) {
		evo_csv_text(&csv, texts[i]);
		evo_text_printf(&expected, "<%s>", texts[i]);
	}
	evo_csv_end_row(&csv);
	evo_csv_integer(&csv, INT64_MIN);
	evo_csv_number(&csv, 0.1);
	evo_csv_number(&csv, (double) NAN);
	evo_csv_number(&csv, (double) INFINITY);
	evo_csv_end_row(&csv);
	/* One empty field is a row too. */
	evo_csv_number(&csv, (double) NAN);
	evo_csv_end_row(&csv);
	evo_csv_text(&csv, "end");
	evo_csv_end_row(&csv);
	fclose(stream);
	evo_text_append(&expected, ";4:<-9223372036854775808><0.1><><inf>;5:<>;6:<end>;");
	assert_true(evo_csv_read(path, log_row, &log, NULL));
	assert_string_equal(log.data, expected.data);
	evo_text_clear(&expected);
	evo_text_clear(&log);
}

/* Writes what was told as "LINE:[section]key=value;". */
static bool log_entry(void *context, const char *section, const char *key, const char *value,
                      size_t line, struct evo_error *err)
{
	struct evo_text *log = context;

	if (strcmp(key, "unknown") == 0)
		return evo_fail_at(err, EVO_E_INPUT, path, line, 0, "no such key");
	evo_text_printf(log, "%zu:[%s]%s=%s;", line, section, key, value);
	return true;
}

static void expect_ini(const char *content, const char *expected)
{
	struct evo_text log;
	struct evo_error err = {0};

	evo_text_init(&log);
	assert_true(file_put(path, content, strlen(content)));
	if (!evo_ini_read(path, log_entry, &log, &err))
		fail_msg("%s", err.message);
	assert_string_equal(log.data, expected);
	evo_text_clear(&log);
}

static void refuse_ini(const char *content, size_t length, size_t line, const char *message)
{
	struct evo_text log;
	struct evo_error err = {0};

	evo_text_init(&log);
	assert_true(file_put(path, content, length));
	bool read = evo_ini_read(path, log_entry, &log, &err);
	evo_text_clear(&log);
	assert_false(read);
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_string_equal(err.file, path);
	assert_int_equal(err.line, line);
	if (strstr(err.message, message) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, message);
}

static void test_ini_entries_and_lines(void **state)
{
	(void) state;
	expect_ini("", "");
	expect_ini("a = 1\n# comment\n[s]\n\nb=2 ; why\nc : #fff\n[t]\nd =",
	           "1:[]a=1;5:[s]b=2;6:[s]c=#fff;8:[t]d=;");
	expect_ini("\xef\xbb\xbf[s]\r\nkey = value\r\nother = x\r\n",
	           "2:[s]key=value;3:[s]other=x;");
	expect_ini("[s]\n  first = indented\n", "2:[s]first=indented;");
}

static void test_ini_continued_values(void **state)
{
	(void) state;
	expect_ini("[s]\nlong = add(a,\n\n  mul(b,\n\tc)) ; end\nnext = 1\n",
	           "2:[s]long=add(a, mul(b, c));6:[s]next=1;");
	/* A key that is longer than what inih remembers of it. */
	expect_ini("a123456789b123456789c123456789d123456789e123456789f = 1\n 2\n",
	           "1:[]a123456789b123456789c123456789d123456789e123456789f=1 2;");
	expect_ini("a = 1\na = 2\n", "1:[]a=1;2:[]a=2;");
	/* What a program has broken into lines is one value, whatever words it has. */
	expect_ini("a = build\n" EVO_INI_CONTINUED "--rate=0.1\n" EVO_INI_CONTINUED "b = 2\n",
	           "1:[]a=build --rate=0.1 b = 2;");
	/* Below a heading an entry begins, though the heading is the same and the key the other's
	   beginning. */
	expect_ini("[s]\nkey = 1\n[s]\n k = 2\n", "2:[s]key=1;4:[s]k=2;");
}

static void test_ini_faults(void **state)
{
	char line[400];
	struct evo_error err = {0};
	struct evo_text log;

	(void) state;
#define REFUSE_INI(content, at, message) refuse_ini(content, sizeof(content) - 1, at, message)
	REFUSE_INI("a = 1\nnothing here\nb = 2\n", 2, "key = value");
	REFUSE_INI("a = 1\n[broken\nb = 2\n", 2, "[section]");
	REFUSE_INI("a = 1\n\n\nunknown = 2\nbroken\n", 4, "no such key");
	REFUSE_INI("broken\nunknown = 2\n", 1, "key = value");
	REFUSE_INI("a = 1\nunknown = 2", 2, "no such key");
	REFUSE_INI("a = 1\n = 2\n", 2, "");
	REFUSE_INI("= 2\n", 1, "no key");
	REFUSE_INI("[s]\nkey = 1\n[s]\n = 2\n", 4, "no key");
	REFUSE_INI("[s]\na = 1\n  b = 2\n", 3, "indented");
	REFUSE_INI("a = 1\nb\0 = 2\n", 0, "NUL");
	REFUSE_INI("[a123456789b123456789c123456789d123456789e123456789f]\n", 1, "too long");

	/* A line that just fits is whole, one more byte is an error and not a cut. */
	memset(line, 'x', sizeof(line));
	memcpy(line, "a = ", 4);
	strcpy(line + 198, "\nb = 1\n");
	evo_text_init(&log);
	assert_true(file_put(path, line, strlen(line)));
	assert_true(evo_ini_read(path, log_entry, &log, &err));
	assert_int_equal(log.length, strlen("1:[]a=;2:[]b=1;") + 194);
	memset(line + 198, 'x', 2);
	strcpy(line + 199, "\nb = 1\n");
	refuse_ini(line, strlen(line), 1, "more than 198 bytes");

	evo_text_reset(&log);
	assert_false(evo_ini_read(folder, log_entry, &log, &err));
	assert_int_equal(err.code, EVO_E_IO);
	evo_text_clear(&log);
}

#define in_own_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        in_own_folder(test_csv_records_and_lines),
	        in_own_folder(test_csv_quoted_newlines_count),
	        in_own_folder(test_csv_faults),
	        in_own_folder(test_csv_longer_than_a_chunk),
	        in_own_folder(test_csv_written_reads_back),
	        in_own_folder(test_ini_entries_and_lines),
	        in_own_folder(test_ini_continued_values),
	        in_own_folder(test_ini_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
