/*
 * Import of NATS-Bench's table: every shape of good and bad file.
 */
#include "config.h"

#include <math.h>
#include <sys/stat.h>

#include "test_bench_import_support.h"

static bool import_text(const char *text)
{
	return import_with((struct evo_import){.name = NULL}, text);
}

/* Every row is accounted for once. */
static void check_sum(void)
{
	assert_int_equal(report.used + report.duplicates + report.unknown + report.malformed +
	                         report.out_of_range - report.partial,
	                 report.rows);
}

/* ---- Good tables ----------------------------------------------------------------------------- */

static void check_accuracy(const char *name, const char *architecture, double accuracy)
{
	struct evo_benchmark *benchmark = evo_benchmark_load(name, &err);
	size_t row;

	assert_non_null(benchmark);
	row = evo_benchmark_row(benchmark, architecture);
	assert_true(row < benchmark->row_count);
	assert_true(benchmark->rows[row].accuracy == accuracy);
	evo_benchmark_destroy(benchmark);
}

static void makes_one_benchmark_a_dataset(void **state)
{
	struct evo_benchmark *benchmark;

	(void) state;
	assert_true(import_text(HEADER "93.66000000000001,70.25,44.125," CELL_A ",x\n"
	                               "85.5,54.5,27.5," CELL_B ",y\n"));
	assert_int_equal(report.rows, 2);
	assert_int_equal(report.used, 2);
	assert_int_equal(heard.count, 0);
	assert_int_equal(report.benchmark_count, 3);
	assert_string_equal(report.benchmarks[0], "nb201-cifar10");
	assert_string_equal(report.benchmarks[1], "nb201-cifar100");
	assert_string_equal(report.benchmarks[2], "nb201-imagenet16-120");
	check_accuracy("nb201-cifar10", CELL_A, 93.66000000000001);
	check_accuracy("nb201-cifar100", CELL_A, 70.25);
	check_accuracy("nb201-imagenet16-120", CELL_B, 27.5);

	benchmark = evo_benchmark_load("nb201-cifar100", &err);
	assert_string_equal(benchmark->dataset, "CIFAR-100 test accuracy, 200 epochs");
	assert_string_equal(benchmark->space->name, "nb201");
	assert_int_equal(benchmark->macro.channels, 16);
	assert_int_equal(benchmark->macro.cells, 5);
	assert_int_equal(benchmark->macro.side, 32);
	assert_int_equal(benchmark->batch, 16);
	assert_string_equal(benchmark->image_source, "");
	assert_string_equal(benchmark->image_title, "noise, no images given");
	assert_non_null(strstr(benchmark->origin, "table.csv, 2 of its 2 rows"));
	assert_true(isnan(benchmark->ceiling));
	assert_false(benchmark->embedded);
	evo_benchmark_destroy(benchmark);
}

/* An output for every class of the dataset that the accuracies are of. */
static void gives_networks_the_outputs_of_their_dataset(void **state)
{
	static const struct {
		const char *name;
		size_t classes;
	} expected[] = {
	        {"nb201-cifar10", 10}, {"nb201-cifar100", 100}, {"nb201-imagenet16-120", 120}};

	(void) state;
	assert_true(import_text(HEADER "93,70,44," CELL_A ",\n"));
	for (size_t i = 0; i < EVO_COUNT(expected); i++) {
		struct evo_benchmark *benchmark = evo_benchmark_load(expected[i].name, &err);

		assert_non_null(benchmark);
		assert_int_equal(benchmark->macro.classes, expected[i].classes);
		assert_int_equal(benchmark->dataset_classes, expected[i].classes);
		evo_benchmark_destroy(benchmark);
	}
}

/* Any order of columns, quotes, CR LF, a byte order mark, blanks, other columns, no last line
   end. */
static void reads_every_dialect(void **state)
{
	(void) state;
	assert_true(import_text("\xef\xbb\xbf\"ArchitectureString\", CIFAR10TestAccuracy200Epochs "
	                        ",note\r\n"
	                        "\"" CELL_A "\",\"91.5\",\"two, words\nand \"\"lines\"\"\"\r\n"
	                        "\r\n" CELL_B " , 80 ,"));
	assert_int_equal(report.rows, 2);
	assert_int_equal(report.used, 2);
	assert_int_equal(report.benchmark_count, 1);
	check_accuracy("nb201-cifar10", CELL_A, 91.5);
	check_accuracy("nb201-cifar10", CELL_B, 80);
}

static void counts_the_ends_of_the_range(void **state)
{
	(void) state;
	assert_true(import_text(HEADER "0,100,1e1," CELL_A ",\n"));
	check_accuracy("nb201-cifar10", CELL_A, 0);
	check_accuracy("nb201-cifar100", CELL_A, 100);
	check_accuracy("nb201-imagenet16-120", CELL_A, 10);
}

/* ---- Bad rows -------------------------------------------------------------------------------- */

static void tells_bad_rows_by_line_and_goes_on(void **state)
{
	static const struct {
		size_t line;
		const char *what;
	} expected[] = {
	        {3, "no architecture of nb201"},
	        {4, "4 fields where the header has 5"},
	        {5, "CIFAR10TestAccuracy200Epochs is \"high\", not a number"},
	        {5, "CIFAR100TestAccuracy200Epochs is missing"},
	        {5, "ImageNetTestAccuracy200Epochs is \"0x1\", not a number"},
	        {6, "on line 2 already"},
	        {7, "100.5, not from 0 to 100"},
	        {7, "CIFAR100TestAccuracy200Epochs is -1,"},
	        {7, "nan, not from 0 to 100"},
	        {8, "ArchitectureString is missing"},
	        {9, "no architecture of nb201"},
	};

	(void) state;
	assert_true(import_text(
	        HEADER "93,70,44," CELL_A ",\n"
	               "93,70,44,8:8:8:8:8,\n"
	               "93,70,44," CELL_B "\n"
	               "high,,0x1," CELL_B ",\n"
	               "92,71,43," CELL_A ",\n"
	               "100.5,-1,nan," CELL_B ",\n"
	               "93,70,44,,\n"
	               "93,70,44,|nor_conv_5x5~0|+|none~0|none~1|+|none~0|none~1|none~2|,\n"
	               "50,40,30," CELL_B ",\n"));
	assert_int_equal(report.rows, 9);
	assert_int_equal(report.used, 2);
	assert_int_equal(report.partial, 0);
	assert_int_equal(report.unknown, 2);
	assert_int_equal(report.malformed, 3);
	assert_int_equal(report.duplicates, 1);
	assert_int_equal(report.out_of_range, 1);
	check_sum();
	assert_int_equal(heard.count, EVO_COUNT(expected));
	for (size_t i = 0; i < EVO_COUNT(expected); i++) {
		assert_int_equal(heard.lines[i], expected[i].line);
		if (strstr(heard.what[i], expected[i].what) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", heard.what[i], expected[i].what);
	}
	/* The first usable row of an architecture is the one that counts. */
	check_accuracy("nb201-cifar10", CELL_A, 93);
	check_accuracy("nb201-cifar10", CELL_B, 50);
}

static void leaves_a_half_good_row_to_the_other_datasets(void **state)
{
	struct evo_benchmark *benchmark;

	(void) state;
	assert_true(import_text(HEADER "93,,44," CELL_A ",\n"
	                               "85,54,101," CELL_B ",\n"
	                               "x,53,inf," CELL_C ",\n"));
	assert_int_equal(report.used, 3);
	assert_int_equal(report.partial, 3);
	assert_int_equal(report.malformed, 2);
	assert_int_equal(report.out_of_range, 1);
	check_sum();
	check_accuracy("nb201-cifar10", CELL_A, 93);
	check_accuracy("nb201-cifar100", CELL_C, 53);
	benchmark = evo_benchmark_load("nb201-cifar100", &err);
	assert_int_equal(benchmark->row_count, 2);
	assert_int_equal(evo_benchmark_row(benchmark, CELL_A), benchmark->row_count);
	evo_benchmark_destroy(benchmark);
}

static void makes_nothing_of_a_column_without_a_number(void **state)
{
	(void) state;
	assert_true(import_text(HEADER "93,,44," CELL_A ",\n"));
	assert_int_equal(report.benchmark_count, 2);
	assert_int_equal(heard.count, 1);
	assert_int_equal(report.unmade_count, 1);
	assert_string_equal(report.unmade[0], "no nb201-cifar100 is made: no row has a usable "
	                                      "CIFAR100TestAccuracy200Epochs");
	assert_null(evo_benchmark_load("nb201-cifar100", &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
}

/* Accuracies are in percent: a fraction among them is a row gone wrong. */
static void leaves_fractions_among_percents_out(void **state)
{
	(void) state;
	assert_true(import_text(HEADER "93.7,1,0.8333," CELL_A ",\n"
	                               "0.85,0.71,0.31," CELL_B ",\n"
	                               "10,70,44," CELL_C ",\n"));
	assert_int_equal(report.used, 2);
	assert_int_equal(report.out_of_range, 1);
	check_sum();
	assert_int_equal(heard.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(heard.lines[i], 3);
	assert_string_equal(heard.what[0], "CIFAR10TestAccuracy200Epochs is 0.85, a fraction among "
	                                   "accuracies in percent; multiply it by 100");
	/* As good as guessing, in percent. */
	check_accuracy("nb201-cifar100", CELL_A, 1);
	check_accuracy("nb201-imagenet16-120", CELL_A, 0.8333);
}

static void replaces_what_it_can_and_says_what_stays(void **state)
{
	struct evo_import replace = {.replace = true, .report_limit = 1};

	(void) state;
	assert_true(import_text(HEADER "93,70,44," CELL_A ",\n"));
	assert_int_equal(report.unmade_count, 0);
	assert_true(import_with(replace, HEADER "11,x,13," CELL_A ",\n12,y,14," CELL_B ",\n"));
	assert_int_equal(report.benchmark_count, 2);
	assert_int_equal(heard.count, 1);
	assert_int_equal(report.unmade_count, 1);
	assert_string_equal(report.unmade[0],
	                    "nb201-cifar100 is not replaced, and is what it was before: no row has "
	                    "a usable CIFAR100TestAccuracy200Epochs");
	check_accuracy("nb201-cifar100", CELL_A, 70);
	/* A column that is not there at all. */
	assert_true(import_with(replace,
	                        "ArchitectureString,CIFAR10TestAccuracy200Epochs\n" CELL_A ",5\n"));
	assert_int_equal(report.unmade_count, 2);
	assert_string_equal(report.unmade[1],
	                    "nb201-imagenet16-120 is not replaced, and is what it was before: the "
	                    "table has no column ImageNetTestAccuracy200Epochs");
	/* Errors are no accuracies. */
	assert_true(import_with((struct evo_import){.name = "new"},
	                        "ArchitectureString,CIFAR10TestAccuracy200Epochs,"
	                        "CIFAR100TestError200Epochs\n" CELL_A ",5,30\n"));
	assert_int_equal(report.unmade_count, 1);
	assert_string_equal(report.unmade[0],
	                    "no new-cifar100 is made: of CIFAR100TestError200Epochs lower is "
	                    "better; expected CIFAR100TestAccuracy200Epochs in percent, 0 to 100, "
	                    "higher is better");
}

/* How people write numbers, and what is to be done about it. */
static void says_how_numbers_are_written(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	        {"93.7%", "; leave out the percent sign"},
	        {"93.7 %", "; leave out the percent sign"},
	        {"\"1,093.7\"", "; write nothing between thousands, and a point before decimals"},
	        {"\"93,7\"", "; write nothing between thousands, and a point before decimals"},
	        {"1 000", "; write nothing between thousands, and a point before decimals"},
	        {"True", "; write 1 or 0 for a truth value"},
	        {"N/A", "; leave the field empty where there is none"},
	        {"-", "; leave the field empty where there is none"},
	        {"high", "not a number"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		char *text = evo_format(HEADER "93,70,44," CELL_A ",\n%s,70,44," CELL_B ",\n",
		                        cases[i].text);
		size_t length = strlen(cases[i].says);

		assert_true(import_with((struct evo_import){.replace = true}, text));
		assert_int_equal(heard.count, 1);
		assert_int_equal(heard.lines[0], 3);
		assert_string_equal(heard.what[0] + strlen(heard.what[0]) - length, cases[i].says);
		free(text);
	}
}

static void tells_no_more_than_the_limit_but_counts_all(void **state)
{
	(void) state;
	assert_true(import_with((struct evo_import){.report_limit = 2},
	                        HEADER "93,70,44," CELL_A ",\n1,2,3,a,\n1,2,3,b,\n1,2,3,c,\n"
	                               "x,y,44," CELL_B ",\n93,70,44," CELL_A ",\n"));
	assert_int_equal(heard.count, 2);
	assert_int_equal(report.unknown, 3);
	assert_int_equal(report.untold, 1 + 2 + 1); /* c, x and y, the cell that is there twice */
}

/* ---- Bad files ------------------------------------------------------------------------------- */

static void check_refused(const char *text, enum evo_code code, size_t line, const char *what)
{
	assert_false(import_text(text));
	assert_int_equal(err.code, code);
	assert_int_equal(err.line, line);
	if (strstr(err.message, what) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, what);
	assert_int_equal(report.benchmark_count, 0);
	assert_int_equal(entries(), 0);
}

static void refuses_files_that_are_no_table(void **state)
{
	(void) state;
	check_refused("", EVO_E_INPUT, 0, "empty");
	check_refused(
	        "93,70,44," CELL_A ",\n", EVO_E_INPUT, 1,
	        "the first line is a row (\"93\"); put a line with the columns' names before");
	check_refused("\"Genotype(normal=[('none', 0)])\",97.1\n", EVO_E_INPUT, 1,
	              "the first line is a row (\"Genotype(normal=");
	check_refused("ArchitectureString;CIFAR10TestAccuracy200Epochs\n" CELL_A ";93,7\n",
	              EVO_E_INPUT, 1, "parted by semicolons; part them by commas");
	check_refused("ArchitectureString\tCIFAR10TestAccuracy200Epochs\n" CELL_A "\t93.7\n",
	              EVO_E_INPUT, 1, "parted by tabs; part them by commas");
	check_refused("cell,architecture_string,CIFAR10TestAccuracy200Epochs\n", EVO_E_INPUT, 1,
	              "it has cell, architecture_string, CIFAR10TestAccuracy200Epochs; is "
	              "architecture_string meant?");
	check_refused("ArchitectureString,cifar10_test_accuracy_200_epochs\n" CELL_A ",1\n",
	              EVO_E_INPUT, 1, "is cifar10_test_accuracy_200_epochs meant?");
	check_refused("ArchitectureString,top1err\n" CELL_A ",6.3\n", EVO_E_INPUT, 1,
	              "no accuracies, but top1err, of which lower is better; expected");
	check_refused(HEADER "93,0.71,44," CELL_A ",\n92,0.7,43," CELL_B ",\n", EVO_E_INPUT, 0,
	              "no CIFAR100TestAccuracy200Epochs is above 1: these are fractions, and "
	              "accuracies are in percent, 0 to 100; multiply them by 100");
	check_refused(HEADER "93,70,44,\"Genotype(normal=[], reduce=[])\",\n", EVO_E_INPUT, 0,
	              "1 of another space, 0 out of range); the first looks like a DARTS "
	              "genotype");
	check_refused("ArchitectureString,accuracy\n" CELL_A ",1\n", EVO_E_INPUT, 1,
	              "none of the columns CIFAR10Test");
	check_refused("ArchitectureString,ArchitectureString,CIFAR10TestAccuracy200Epochs\n",
	              EVO_E_INPUT, 1, "ArchitectureString appears twice");
	check_refused(HEADER, EVO_E_INPUT, 0, "none of 0 rows");
	check_refused(HEADER "x,y,z," CELL_A ",\n1,2,3,?,\n1,2,300," CELL_A "\n", EVO_E_INPUT, 0,
	              "none of 3 rows can be used (2 malformed, 1 of another space");
	check_refused(HEADER "1,2,3,\"" CELL_A ",\n", EVO_E_INPUT, 2, "quote");
}

static void refuses_a_missing_file(void **state)
{
	struct evo_import import = {.importer = evo_importer_find("nats-bench"),
	                            .file = "/nonexistent/table.csv"};

	(void) state;
	evo_error_clear(&err);
	assert_false(evo_import_accuracies(&import, NULL, NULL, &report, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_string_equal(err.file, "/nonexistent/table.csv");
}

static void checks_names(void **state)
{
	static const char *const bad[] = {"", "a b", "../x", ".hidden", "-x", "a/b", "\xc3\xa4"};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(bad); i++) {
		assert_false(import_with((struct evo_import){.name = bad[i]},
		                         HEADER "93,70,44," CELL_A ",\n"));
		assert_int_equal(err.code, EVO_E_USAGE);
	}
	assert_false(import_with(
	        (struct evo_import){
	                .name = "a234567890123456789012345678901234567890123456789012345"},
	        HEADER "93,70,44," CELL_A ",\n"));
	assert_int_equal(entries(), 0);
	assert_true(import_with((struct evo_import){.name = "My_own-2"},
	                        HEADER "93,70,44," CELL_A ",\n"));
	assert_string_equal(report.benchmarks[0], "My_own-2-cifar10");
}

static void replaces_only_when_told_to(void **state)
{
	(void) state;
	assert_true(import_text(HEADER "93,70,44," CELL_A ",\n"));
	assert_false(import_text(HEADER "11,12,13," CELL_A ",\n"));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "nb201-cifar10 already"));
	check_accuracy("nb201-cifar10", CELL_A, 93);
	assert_true(
	        import_with((struct evo_import){.replace = true}, HEADER "11,12,13," CELL_A ",\n"));
	check_accuracy("nb201-cifar10", CELL_A, 11);
	check_accuracy("nb201-imagenet16-120", CELL_A, 13);
	assert_int_equal(entries(), 3); /* nothing temporary is left */
}

/* A benchmark of the user's must not take the place of one that comes with the program. */
static void hides_no_embedded_one(void **state)
{
	char *path = evo_path_join(data_folder, "shared/given-cifar10"), *shared;

	(void) state;
	assert_true(evo_make_directories(path, &err));
	free(path);
	free(put_text("shared/given-cifar10/manifest.ini", ""));
	shared = evo_path_join(data_folder, "shared");
	setenv("EVOSCOPE_SHARED", shared, 1);
	assert_false(
	        import_with((struct evo_import){.name = "given"}, HEADER "93,70,44," CELL_A ",\n"));
	assert_int_equal(err.code, EVO_E_USAGE);
	assert_non_null(strstr(err.message, "given-cifar10 comes with the program"));
	assert_int_equal(entries(), 0);
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	free(shared);
}

/* When one of three is in the way, none is written. */
static void writes_all_or_nothing(void **state)
{
	(void) state;
	assert_true(
	        import_text("ArchitectureString,ImageNetTestAccuracy200Epochs\n" CELL_A ",44\n"));
	assert_int_equal(entries(), 1);
	assert_false(import_text(HEADER "11,12,13," CELL_A ",\n"));
	assert_int_equal(entries(), 1);
}

static void fails_where_it_cannot_write(void **state)
{
	char *path = put_text("in-the-way", "");

	(void) state;
	setenv("EVOSCOPE_DATA", path, 1);
	assert_false(import_text(HEADER "93,70,44," CELL_A ",\n"));
	assert_int_equal(err.code, EVO_E_IO);
	setenv("EVOSCOPE_DATA", data_folder, 1);
	free(path);
}

/* ---- The public table ------------------------------------------------------------------------ */

static void imports_the_public_table(void **state)
{
	char *table = published_table();
	struct evo_import import = {.importer = evo_importer_find("nats-bench"), .file = table};
	size_t split[3] = {0};
	struct evo_benchmark *benchmark;
	double begun;

	(void) state;
	if (table == NULL) {
		print_message("the public table is not on this machine: skipped\n");
		skip();
	}
	memset(&heard, 0, sizeof(heard));
	assert_true(evo_import_accuracies(&import, hear, &heard, &report, &err));
	assert_int_equal(report.rows, 7719);
	assert_int_equal(report.used, 7719);
	assert_int_equal(report.benchmark_count, 3);
	assert_int_equal(heard.count, 0);
	begun = evo_now();
	benchmark = evo_benchmark_load("nb201-cifar10", &err);
	print_message("loaded 7719 rows in %.0f ms\n", 1000 * (evo_now() - begun));
	assert_non_null(benchmark);
	assert_int_equal(benchmark->row_count, 7719);
	assert_true(benchmark->rows[0].accuracy == 93.66000000000001);
	for (size_t i = 0, seen = 0; i < benchmark->row_count; i++) {
		const struct evo_row *row = &benchmark->rows[i];

		assert_true(row->split == evo_function_split(row->function));
		assert_true(row->function_id <= seen);
		if (row->function_id == seen) {
			split[row->split]++;
			seen++;
		}
	}
	/* 60, 20 and 20 percent of the functions, within three standard deviations. */
	assert_int_equal(split[0] + split[1] + split[2], benchmark->function_count);
	for (size_t i = 0; i < 3; i++) {
		double n = (double) benchmark->function_count, p = i == 0 ? 0.6 : 0.2;

		assert_true(fabs((double) split[i] - p * n) < 3 * sqrt(n * p * (1 - p)));
	}
	evo_benchmark_destroy(benchmark);
	free(table);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
	        TEST(makes_one_benchmark_a_dataset),
	        TEST(gives_networks_the_outputs_of_their_dataset),
	        TEST(reads_every_dialect),
	        TEST(counts_the_ends_of_the_range),
	        TEST(tells_bad_rows_by_line_and_goes_on),
	        TEST(leaves_a_half_good_row_to_the_other_datasets),
	        TEST(makes_nothing_of_a_column_without_a_number),
	        TEST(leaves_fractions_among_percents_out),
	        TEST(replaces_what_it_can_and_says_what_stays),
	        TEST(says_how_numbers_are_written),
	        TEST(tells_no_more_than_the_limit_but_counts_all),
	        TEST(refuses_files_that_are_no_table),
	        TEST(refuses_a_missing_file),
	        TEST(checks_names),
	        TEST(replaces_only_when_told_to),
	        TEST(hides_no_embedded_one),
	        TEST(writes_all_or_nothing),
	        TEST(fails_where_it_cannot_write),
	        TEST(imports_the_public_table),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
