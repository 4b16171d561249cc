/*
 * base: journals, and JSON out.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

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

/* ---- Journals -------------------------------------------------------------------------------- */

/* Lines that begin with "bad" are no good. */
static bool take(void *context, char *line)
{
	struct evo_text *log = context;

	if (strncmp(line, "bad", 3) == 0)
		return false;
	evo_text_printf(log, "<%s>", line);
	return true;
}

static struct evo_journal *open_journal(const char *expected, size_t lost)
{
	struct evo_text log;
	struct evo_error err = {0};
	struct evo_journal_opening opening = {
	        .path = path, .heading = "of this", .take = take, .context = &log};

	evo_text_init(&log);
	struct evo_journal *journal = evo_journal_open(&opening, &err);
	assert_string_equal(err.message, "");
	assert_non_null(journal);
	assert_string_equal(log.data, expected);
	assert_int_equal(opening.lost, lost);
	assert_false(opening.busy);
	evo_text_clear(&log);
	return journal;
}

static void expect_content(const char *expected)
{
	char *text = evo_file_read(path, 1 << 20, NULL, NULL);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void test_lines_are_there_at_once(void **state)
{
	(void) state;
	struct evo_journal *journal = open_journal("", 0);
	assert_true(evo_journal_append(journal, "one", NULL));
	expect_content("of this\none\n");
	assert_true(evo_journal_append(journal, "", NULL));
	assert_true(evo_journal_append(journal, "two", NULL));
	assert_true(evo_journal_sync(journal, NULL));
	evo_journal_close(journal);
	journal = open_journal("<one><><two>", 0);
	assert_true(evo_journal_append(journal, "three", NULL));
	expect_content("of this\none\n\ntwo\nthree\n");
	evo_journal_remove(journal);
	assert_false(evo_path_exists(path));
	evo_journal_close(NULL);
	evo_journal_remove(NULL);
}

static void test_what_is_damaged_is_lost(void **state)
{
	static const char zeros[] = "of this\none\nt\0o\nbad\nthree\n\0\0\0\0";
	static const struct {
		const char *content;
		size_t length;
		const char *found, *mended;
		size_t lost;
	} cases[] = {
	        {"of this\none\ntw", 14, "<one>", "of this\none\n+\n", 1},
	        {"of this\none\nbad\nbad2\nt\nx", 24, "<one><t>", "of this\none\nbad\nbad2\nt\n+\n",
	         3},
	        {"of th", 5, "", "of this\n+\n", 1},
	        {"of this", 7, "", "of this\n+\n", 1},
	        {"", 0, "", "of this\n+\n", 0},
	        {zeros, sizeof(zeros) - 1, "<one><three>", NULL, 3},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		assert_true(file_put(path, cases[i].content, cases[i].length));
		struct evo_journal *journal = open_journal(cases[i].found, cases[i].lost);
		assert_true(evo_journal_append(journal, "+", NULL));
		evo_journal_close(journal);
		if (cases[i].mended != NULL)
			expect_content(cases[i].mended);
		/* What was cut off stays so; the line that was appended is whole. */
		char *again = evo_format("%s<+>", cases[i].found);
		size_t left = cases[i].mended == NULL ? 2 : i == 1 ? 2 : 0;
		evo_journal_remove(open_journal(again, left));
		free(again);
	}
}

static void test_other_headings(void **state)
{
	struct evo_journal_opening opening = {.path = path, .heading = "of this", .take = take};
	struct evo_error err = {0};

	(void) state;
	assert_true(file_put(path, "of that\none\n", 12));
	assert_null(evo_journal_open(&opening, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_string_equal(opening.other, "of that");
	expect_content("of that\none\n");
	evo_error_clear(&err);
	opening.renew = true;
	struct evo_journal *journal = evo_journal_open(&opening, &err);
	assert_non_null(journal);
	expect_content("of this\n");
	evo_journal_remove(journal);
}

static void test_one_at_a_time(void **state)
{
	struct evo_journal_opening opening = {.path = path, .heading = "of this", .take = take};
	struct evo_error err = {0};
	struct evo_journal *journal = open_journal("", 0);

	(void) state;
	assert_null(evo_journal_open(&opening, &err));
	assert_true(opening.busy);
	assert_int_equal(err.code, EVO_E_IO);
	evo_journal_remove(journal);
	evo_error_clear(&err);
	journal = evo_journal_open(&opening, &err);
	assert_non_null(journal);
	assert_false(opening.busy);
	evo_journal_remove(journal);
}

static void test_another_one_in_its_place(void **state)
{
	(void) state;
	struct evo_journal *removed = open_journal("", 0);
	assert_true(evo_remove_tree(path, NULL));
	struct evo_journal *journal = open_journal("", 0);
	assert_true(evo_journal_append(removed, "lost", NULL));
	assert_true(evo_journal_append(journal, "kept", NULL));
	evo_journal_remove(removed);
	expect_content("of this\nkept\n");
	evo_journal_remove(journal);
	assert_false(evo_path_exists(path));
}

static void test_what_cannot_be_opened(void **state)
{
	struct evo_journal_opening opening = {.heading = "of this", .take = take};
	struct evo_error err = {0};

	(void) state;
	opening.path = "/dev/null/file";
	assert_null(evo_journal_open(&opening, &err));
	assert_int_equal(err.code, EVO_E_IO);
	assert_false(opening.busy);
	evo_error_clear(&err);
	opening.path = folder;
	assert_null(evo_journal_open(&opening, &err));
	assert_int_equal(err.code, EVO_E_IO);
	evo_error_clear(&err);
	opening.path = "/dev/zero"; /* it has no end */
	assert_null(evo_journal_open(&opening, &err));
	assert_int_equal(err.code, EVO_E_IO);
}

/* A limit on the size of files is a full disk for one process, root or not. */
static void test_a_full_disk(void **state)
{
	struct evo_journal *journal = open_journal("", 0);
	struct evo_error err = {0};
	struct rlimit before, small;

	(void) state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	small = before;
	small.rlim_cur = 16;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool first = evo_journal_append(journal, "whole", NULL);
	bool second = evo_journal_append(journal, "torn", &err);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, handler);
	assert_true(first);
	assert_false(second);
	assert_int_equal(err.code, EVO_E_IO);
	assert_string_equal(
	        err.message,
	        "cannot write: File too large; raise the limit on files' sizes (ulimit -f)");
	evo_journal_close(journal);
	evo_journal_remove(open_journal("<whole>", 1));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void test_json_values(void **state)
{
	struct evo_text text;
	struct evo_json json;

	(void) state;
	evo_text_init(&text);
	evo_json_begin(&json, &text);
	evo_json_open(&json, '{');
	evo_json_key(&json, "a");
	evo_json_number(&json, 0.1);
	evo_json_key(&json, "b");
	evo_json_open(&json, '[');
	evo_json_number(&json, NAN);
	evo_json_number(&json, -INFINITY);
	evo_json_number(&json, 1e300);
	evo_json_open(&json, '[');
	evo_json_close(&json, ']');
	evo_json_integer(&json, -5);
	evo_json_close(&json, ']');
	evo_json_key(&json, "c");
	evo_json_open(&json, '{');
	evo_json_close(&json, '}');
	evo_json_key(&json, "e\"");
	evo_json_text(&json, "");
	evo_json_close(&json, '}');
	assert_string_equal(text.data, "{\"a\":0.1,\"b\":[null,null,1e+300,[],-5],\"c\":{},"
	                               "\"e\\\"\":\"\"}");
	evo_text_clear(&text);
}

static void test_json_strings(void **state)
{
	static const char *const cases[][2] = {
	        {"plain", "\"plain\""},
	        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
	        {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
	        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
	        /* A lone byte, an overlong slash, a surrogate, beyond Unicode, a torn end. */
	        {"\x80|", "\"\\ufffd|\""},
	        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},
	        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
	        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
	        {"\xe2\x82", "\"\\ufffd\\ufffd\""},
	        {"\xff", "\"\\ufffd\""},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_text text;
		struct evo_json json;
		evo_text_init(&text);
		evo_json_begin(&json, &text);
		evo_json_text(&json, cases[i][0]);
		assert_string_equal(text.data, cases[i][1]);
		evo_text_clear(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_lines_are_there_at_once),
	        cmocka_unit_test(test_what_is_damaged_is_lost),
	        cmocka_unit_test(test_other_headings),
	        cmocka_unit_test(test_one_at_a_time),
	        cmocka_unit_test(test_another_one_in_its_place),
	        cmocka_unit_test(test_what_cannot_be_opened),
	        cmocka_unit_test(test_a_full_disk),
	        cmocka_unit_test(test_json_values),
	        cmocka_unit_test(test_json_strings),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
