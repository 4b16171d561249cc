/*
 * Imported scores: which columns and rows are taken, what is told of the others, and how they are
 * kept, found and removed.
 */
#include "config.h"

#include <math.h>

#include "test_bench_support.h"

static struct evo_error err;

static int no_scores(void **state)
{
	char *folder = evo_path_data("scores");

	(void) state;
	evo_error_clear(&err);
	if (evo_path_exists(folder))
		assert_true(evo_remove_tree(folder, NULL));
	free(folder);
	return 0;
}

static struct evo_text told;

static void tell(void *context, size_t line, const char *what)
{
	(void) context;
	evo_text_printf(&told, "%zu: %s\n", line, what);
}

/* Imports a table of this text from the file NAME; what is told is in `told`. */
static struct evo_scores *import_as(const char *file, const char *text, const char *name,
                                    bool replace, struct evo_import_report *report)
{
	char *path = put_text(file, text);
	struct evo_scores_import import = {
	        .file = path, .name = name, .replace = replace, .report_limit = 10};
	struct evo_scores *scores;

	evo_text_init(&told);
	evo_error_clear(&err);
	evo_import_scores(&import, tell, NULL, report, &scores, &err);
	free(path);
	return scores;
}

static void expect_told(const char *expected)
{
	assert_string_equal(told.data, expected);
	evo_text_clear(&told);
}

static void expect_counts(const struct evo_import_report *report, size_t rows, size_t used,
                          size_t partial, size_t duplicates, size_t unknown, size_t malformed)
{
	assert_int_equal(report->rows, rows);
	assert_int_equal(report->used, used);
	assert_int_equal(report->partial, partial);
	assert_int_equal(report->duplicates, duplicates);
	assert_int_equal(report->unknown, unknown);
	assert_int_equal(report->malformed, malformed);
	assert_int_equal(used + duplicates + unknown + malformed - partial, rows);
}

static void expect_score(const struct evo_scores *scores, const char *architecture, size_t column,
                         double expected)
{
	double value;
	size_t row = evo_scores_row(scores, architecture);

	assert_true(row < scores->row_count);
	assert_true(evo_scores_value(scores, row, column, &value));
	if (isnan(expected))
		assert_true(isnan(value));
	else
		assert_true(value == expected);
}

/* ---- Good tables ----------------------------------------------------------------------------- */

static void takes_columns_of_numbers(void **state)
{
	struct evo_import_report report;
	struct evo_scores *scores = import_as("some scores.v2.csv",
	                                      "net,nwot,net_str,empty,\"odd, name\"\n"
	                                      "\"(0, 1)\",1.5," CELL_A ",,-1e300\n"
	                                      "\"(0, 2)\",nan," CELL_B ",,inf\n"
	                                      "\"(0, 3)\",," CELL_C ",,0.1\n",
	                                      NULL, false, &report);
	struct evo_scores *loaded, *head;
	double value;

	(void) state;
	assert_non_null(scores);
	expect_counts(&report, 3, 3, 0, 0, 0, 0);
	expect_told("1: left out, being no column of numbers: net, empty\n");
	assert_string_equal(scores->name, "some-scores-v2");
	evo_scores_destroy(scores);

	loaded = evo_scores_load("some-scores-v2", &err);
	assert_non_null(loaded);
	assert_string_equal(loaded->space->name, "nb201");
	assert_non_null(strstr(loaded->source, "imported from some scores.v2.csv, 2"));
	assert_int_equal(loaded->column_count, 2);
	assert_string_equal(loaded->columns[1], "odd, name");
	assert_int_equal(loaded->row_count, 3);
	expect_score(loaded, CELL_A, 0, 1.5);
	expect_score(loaded, CELL_A, 1, -1e300);
	/* NaN and infinities are scores; an empty field is none. */
	expect_score(loaded, CELL_B, 0, NAN);
	expect_score(loaded, CELL_B, 1, (double) INFINITY);
	expect_score(loaded, CELL_C, 1, 0.1);
	assert_false(evo_scores_value(loaded, evo_scores_row(loaded, CELL_C), 0, &value));
	assert_int_equal(evo_scores_row(loaded, CELL_ZERO), loaded->row_count);
	assert_false(evo_scores_value(loaded, loaded->row_count, 0, &value));
	evo_scores_destroy(loaded);
	head = evo_scores_head("some-scores-v2", &err);
	assert_non_null(head);
	assert_int_equal(head->column_count, 2);
	assert_int_equal(head->row_count, 0);
	evo_scores_destroy(head);
}

static void finds_the_architectures(void **state)
{
	static const char *const headers[] = {"architecture,s", "ArchitectureString,s", "net_str,s",
	                                      "arch,s", " arch , s "};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(headers); i++) {
		struct evo_import_report report;
		char *text = evo_format("\xef\xbb\xbf%s\r\n" CELL_A ",1\r\n", headers[i]);
		struct evo_scores *scores = import_as("a.csv", text, "a", i > 0, &report);

		assert_non_null(scores);
		assert_int_equal(scores->column_count, 1);
		assert_string_equal(scores->columns[0], "s");
		evo_scores_destroy(scores);
		evo_text_clear(&told);
		free(text);
	}
}

/* ---- What is wrong --------------------------------------------------------------------------- */

static void tells_what_is_wrong(void **state)
{
	struct evo_import_report report;
	struct evo_scores *scores =
	        import_as("a.csv",
	                  "architecture,one,two,text\n" CELL_A ",1,2,x\n" CELL_B ",oops,3,x\n"
	                  "|what~0|,1,2,x\n" CELL_C ",4\n" CELL_A ",9,9,x\n"
	                  ",5,5,x\n" CELL_ZERO ",,,x\n" CELL_ZERO_AS ",,2x,x\n",
	                  NULL, false, &report);
	double value;

	(void) state;
	assert_non_null(scores);
	expect_counts(&report, 8, 2, 1, 1, 1, 5);
	assert_non_null(strstr(told.data, "4: \"|what~0|\" is no architecture of nb201: "));
	char *line = strstr(told.data, "4: ");
	memmove(line, strchr(line, '\n') + 1, strlen(strchr(line, '\n')));
	expect_told("3: one is \"oops\", not a number\n"
	            "5: 2 fields where the header has 4\n"
	            "6: " CELL_A " is on line 2 already; that one is used\n"
	            "7: the architecture is missing\n"
	            "8: there is no score in this row\n"
	            "9: two is \"2x\", not a number\n"
	            "1: left out, being no column of numbers: text\n");
	expect_score(scores, CELL_A, 0, 1);
	expect_score(scores, CELL_B, 1, 3);
	assert_false(evo_scores_value(scores, evo_scores_row(scores, CELL_B), 0, &value));
	assert_int_equal(scores->row_count, 2);
	evo_scores_destroy(scores);
}

/* Columns are left out whole, and rows with them, for a reason. */
static void says_why_columns_are_left_out(void **state)
{
	struct evo_import_report report;
	struct evo_scores *scores = import_as("a.csv",
	                                      "arch,one,flops,good\n" CELL_A
	                                      ",1,\"1,234\",True\n" CELL_B ",,\"2,345\",False\n",
	                                      NULL, false, &report);

	(void) state;
	assert_non_null(scores);
	expect_counts(&report, 2, 1, 0, 0, 0, 1);
	expect_told("3: there is no score in this row: flops is \"2,345\"; write nothing between "
	            "thousands, and a point before decimals\n");
	/* They were meant to be scores: that is said last, and the import is done in part. */
	assert_int_equal(report.unmade_count, 1);
	assert_string_equal(
	        report.unmade[0],
	        "left out, being no column of numbers: flops (line 2: \"1,234\"; write nothing "
	        "between thousands, and a point before decimals), good (line 2: \"True\"; write 1 "
	        "or 0 for a truth value)");
	evo_import_report_clear(&report);
	evo_scores_destroy(scores);
	/* Nothing is known of the columns of a table of another space. */
	assert_null(import_as("a.csv", "arch,s\n|what~0|,1\n", NULL, true, &report));
	assert_null(strstr(told.data, "left out"));
	evo_text_clear(&told);
}

/* 64 characters, whatever their bytes, and none that a terminal would obey. */
static void checks_names_by_characters(void **state)
{
	struct evo_import_report report;
	struct evo_scores *scores;
	struct evo_text text;

	(void) state;
	evo_text_init(&text);
	evo_text_append(&text, "arch,");
	for (size_t i = 0; i < 64; i++)
		evo_text_append(&text, "\xc3\xa4");
	evo_text_append(&text, ",");
	for (size_t i = 0; i < 65; i++)
		evo_text_append(&text, "b");
	evo_text_append(&text, ",c\xc2\x9b,d\xe2\x80\xae,e\xff,f\n" CELL_A ",1,2,3,4,5,6\n");
	scores = import_as("a.csv", text.data, NULL, false, &report);
	assert_non_null(scores);
	assert_int_equal(scores->column_count, 2);
	assert_int_equal(strlen(scores->columns[0]), 128);
	assert_string_equal(scores->columns[1], "f");
	assert_int_equal(report.unmade_count, 1);
	evo_import_report_clear(&report);
	evo_scores_destroy(scores);
	evo_text_clear(&told);
	evo_text_clear(&text);
}

static void tells_no_more_than_asked(void **state)
{
	struct evo_import_report report;
	struct evo_text text;

	(void) state;
	evo_text_init(&text);
	evo_text_append(&text, "arch,s\n" CELL_A ",1\n" CELL_B ",bad\n");
	for (size_t i = 0; i < 20; i++)
		evo_text_append(&text, "nothing,1\n");
	struct evo_scores *scores = import_as("a.csv", text.data, NULL, false, &report);
	assert_non_null(scores);
	expect_counts(&report, 22, 1, 0, 0, 20, 1);
	assert_int_equal(report.untold, 21 - 10);
	assert_int_equal(strncmp(told.data, "3: s is \"bad\"", 13), 0);
	assert_non_null(strstr(told.data, "\n12: "));
	assert_null(strstr(told.data, "\n13: "));
	evo_text_clear(&told);
	evo_text_clear(&text);
	evo_scores_destroy(scores);
}

static void refuses_what_holds_no_scores(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	        {"", "the file is empty"},
	        {"name,score\n" CELL_A ",1\n", "no column of architectures"},
	        {"arch\n" CELL_A "\n", "no column of scores"},
	        {"arch,a,a\n" CELL_A ",1,2\n", "the column a appears twice"},
	        {"arch,a\n" CELL_A ",x\n" CELL_B ",y\n", "no column holds scores"},
	        {"arch,a\n", "none of 0 rows can be used"},
	        {"arch,a\nx,1\ny,2\n", "none of 2 rows can be used (0 malformed, 2 of no known"},
	        {"arch,\n" CELL_A ",1\n", "no column holds scores"},
	        {"arch,a\n" CELL_A ",\"1,234\"\n", "no column holds scores, which are numbers; "
	                                           "line 2: \"1,234\"; write nothing between"},
	        {"arch;a\n" CELL_A ";1\n", "parted by semicolons"},
	        {CELL_A ",1\n", "the first line is a row"},
	        {"archs,nwot\nx,1\n", "arch: it has archs, nwot; is archs meant?"},
	        {"arch,a\n\"(0, 0, 2, 1, 2, 3)\",1\n", "looks like a cell as NAS-Bench-Suite-Zero"},
	        {"arch,a\n64-41414-1_02_333,1\n", "looks like a TransNAS-Bench-101 network"},
	        {"arch,a\n\"" CELL_A ",1\n", "never closed"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_import_report report;
		size_t count;

		assert_null(import_as("a.csv", cases[i].text, NULL, false, &report));
		evo_import_report_clear(&report);
		evo_text_clear(&told);
		assert_int_equal(err.code, EVO_E_INPUT);
		if (strstr(err.message, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.message, cases[i].says);
		free(evo_scores_names(&count, NULL));
		assert_int_equal(count, 0);
	}
}

static void names_are_checked(void **state)
{
	struct evo_import_report report;
	const char *text = "arch,s\n" CELL_A ",1\n", *other = "arch,s\n" CELL_A ",2\n";
	struct evo_scores *scores;

	(void) state;
	assert_null(import_as("a.csv", text, "a/b", false, &report));
	assert_int_equal(err.code, EVO_E_USAGE);
	evo_text_clear(&told);
	assert_null(import_as("---.csv", text, NULL, false, &report));
	assert_int_equal(err.code, EVO_E_USAGE);
	assert_non_null(strstr(err.message, "--name"));
	evo_text_clear(&told);
	evo_scores_destroy(import_as("a.csv", text, NULL, false, &report));
	evo_text_clear(&told);
	assert_null(import_as("a.csv", other, NULL, false, &report));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "already"));
	evo_text_clear(&told);
	scores = evo_scores_load("a", &err);
	expect_score(scores, CELL_A, 0, 1);
	evo_scores_destroy(scores);
	evo_scores_destroy(import_as("a.csv", other, NULL, true, &report));
	evo_text_clear(&told);
	evo_error_clear(&err);
	scores = evo_scores_load("a", &err);
	expect_score(scores, CELL_A, 0, 2);
	evo_scores_destroy(scores);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void finds_and_removes(void **state)
{
	struct evo_import_report report;
	const char *text = "arch,s,a/b\n" CELL_A ",1,2\n";
	size_t count, column;
	char **names, *name;

	(void) state;
	evo_scores_destroy(import_as("b.csv", text, NULL, false, &report));
	evo_text_clear(&told);
	evo_scores_destroy(import_as("alpha.csv", text, NULL, false, &report));
	evo_text_clear(&told);
	names = evo_scores_columns(&count);
	assert_int_equal(count, 4);
	assert_string_equal(names[0], "alpha/s");
	assert_string_equal(names[3], "b/a/b");
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);

	assert_true(evo_scores_find("b/a/b", &name, &column, &err));
	assert_string_equal(name, "b");
	assert_int_equal(column, 1);
	free(name);
	assert_false(evo_scores_find("b/a/c", &name, &column, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "did you mean 'b/a/b'?"));
	evo_error_clear(&err);
	assert_false(evo_scores_find("../b/s", &name, &column, &err));
	evo_error_clear(&err);

	assert_true(evo_scores_is_name("a/s"));
	assert_true(evo_scores_is_name("a/odd (name)"));
	assert_false(evo_scores_is_name("layer_mean(x.d)"));
	assert_false(evo_scores_is_name("add(a/s, 1)"));
	assert_false(evo_scores_is_name("/s"));

	assert_false(evo_scores_remove("alpa", &err));
	assert_non_null(strstr(err.message, "did you mean 'alpha'?"));
	evo_error_clear(&err);
	assert_false(evo_scores_remove("../benchmarks", &err));
	evo_error_clear(&err);
	assert_true(evo_scores_remove("alpha", &err));
	assert_null(evo_scores_load("alpha", &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
}

static void notices_damage(void **state)
{
	static const char *const cases[] = {
	        "",
	        "architecture,s\n" CELL_A ",1\n",
	        "evoscope scores 1,nb201,f\narchitecture,s\n",
	        "evoscope scores 1,nb201,f,2024-01-01\narchitecture\n",
	        "evoscope scores 1,nb201,f,2024-01-01\narchitecture,s\n" CELL_A ",x\n",
	        "evoscope scores 1,nb201,f,2024-01-01\narchitecture,s\n" CELL_A ",1,2\n",
	        "evoscope scores 1,nb201,f,2024-01-01\narchitecture,s\n" CELL_A ",1\n" CELL_A
	        ",1\n",
	        "evoscope scores 1,space9,f,2024-01-01\narchitecture,s\n",
	};
	char *folder = evo_path_data("scores");

	(void) state;
	assert_true(evo_make_directories(folder, NULL));
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		free(put_text("scores/a.csv", cases[i]));
		evo_error_clear(&err);
		assert_null(evo_scores_load("a", &err));
		assert_true(err.code == EVO_E_INPUT || err.code == EVO_E_NOT_FOUND);
		assert_true(strlen(err.message) > 10);
	}
	free(folder);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, no_scores)
	const struct CMUnitTest tests[] = {
	        TEST(takes_columns_of_numbers),
	        TEST(finds_the_architectures),
	        TEST(tells_what_is_wrong),
	        TEST(says_why_columns_are_left_out),
	        TEST(checks_names_by_characters),
	        TEST(tells_no_more_than_asked),
	        TEST(refuses_what_holds_no_scores),
	        TEST(names_are_checked),
	        TEST(finds_and_removes),
	        TEST(notices_damage),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
