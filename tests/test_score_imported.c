/* Scores from elsewhere: imported, listed, scored beside proxies, removed. */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "program.h"

#define ROWS 150

/* A score of row i in each column; `some` has none for every third. */
static double value_of(size_t i)
{
	return (double) (i * 53 % 151);
}

static void write_scores(const char *name)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_text_append(&text, "net,all,some,net_str\n");
	for (size_t i = 0; i < ROWS; i++) {
		char row[128];
		made_row(i, row);
		evo_text_printf(&text, "\"(%zu, 0)\",%g,", i, value_of(i));
		if (i % 3 != 0)
			evo_text_printf(&text, "%g", -value_of(i));
		evo_text_printf(&text, ",%s\n", row);
	}
	sandbox_write(&box, name, text.data);
	evo_text_clear(&text);
}

static int open_box_with_scores(void **state)
{
	struct outcome outcome;
	open_box(state);
	sandbox_import(&box, ROWS);
	write_scores("zero.csv");
	RUN(&box, &outcome, "benchmarks", "import", "scores", "zero.csv");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, "150 rows, 150 used\nzero/all\nzero/some\n");
	assert_string_equal(outcome.err, "evoscope: zero.csv:1: left out, being no column of "
	                                 "numbers: net\n");
	outcome_clear(&outcome);
	return 0;
}

/* The number of a made row by its architecture. */
static size_t row_of(const char *architecture)
{
	for (size_t i = 0; i < ROWS; i++) {
		char row[128];
		made_row(i, row);
		if (!strcmp(row, architecture))
			return i;
	}
	fail_msg("%s is not in the table", architecture);
	return 0;
}

/* ---- Scoring --------------------------------------------------------------------------------- */

static void scores_beside_proxies(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table table, scores;
	RUN(&box, &outcome, "score", "depth", "zero/all", "zero/some", "-b", MADE, SMALL_PROBE,
	    "-n", "all", "--csv", "table.csv", "--scores", "scores.csv");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "evoscope: left out, having no imported score: 50 of 150 "
	                             "networks of " MADE "\n"));
	csv_load(sandbox_path(&box, "table.csv"), &table);
	csv_load(sandbox_path(&box, "scores.csv"), &scores);
	assert_int_equal(scores.rows, 100);
	for (size_t i = 0; i < scores.rows; i++) {
		size_t row = row_of(csv_cell(&scores, i, "architecture"));
		assert_true(row % 3 != 0);
		assert_true(csv_value(&scores, i, "zero/all") == value_of(row));
		assert_true(csv_value(&scores, i, "zero/some") == -value_of(row));
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(csv_value(&table, i, "networks") == 100);
	/* Opposite scores, opposite ranks. */
	assert_float_equal(csv_value(&table, 1, "kendall"), -csv_value(&table, 2, "kendall"),
	                   1e-12);
	assert_string_equal(csv_cell(&table, 1, "proxy"), "zero/all");
	assert_string_equal(csv_cell(&table, 1, "milliseconds"), "");
	assert_true(csv_value(&table, 0, "milliseconds") > 0);
	csv_clear(&table);
	csv_clear(&scores);
	outcome_clear(&outcome);
}

/* The sample is that of today's order, without those that are left out. */
static void samples_those_that_have_scores(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table all, some;
	RUN(&box, &outcome, "score", "depth", "-b", MADE, SMALL_PROBE, "-n", "all", "--scores",
	    "all.csv");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.err, "");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "depth", "zero/some", "-b", MADE, SMALL_PROBE, "-n", "30",
	    "--scores", "some.csv", "--repeats", "2");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	csv_load(sandbox_path(&box, "all.csv"), &all);
	csv_load(sandbox_path(&box, "some.csv"), &some);
	assert_int_equal(some.rows, 60);
	size_t at = 0;
	for (size_t i = 0; i < all.rows && at < 30; i++) {
		const char *architecture = csv_cell(&all, i, "architecture");
		if (row_of(architecture) % 3 != 0)
			assert_string_equal(csv_cell(&some, at++, "architecture"), architecture);
	}
	assert_int_equal(at, 30);
	csv_clear(&all);
	csv_clear(&some);
}

static void benchmarks_without_scores(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table table;
	char row[128], *text;
	made_row(4, row);
	text = evo_format("architecture,one\n%s,1\n", row);
	sandbox_write(&box, "one.csv", text);
	free(text);
	RUN(&box, &outcome, "benchmarks", "import", "scores", "one.csv", "--name", "lone");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	/* None at all is a failure; none on one of two is told. */
	RUN(&box, &outcome, "score", "lone/one", SMALL_PROBE);
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "no network of tiny201-shapes has a score"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "lone/one", "depth", "-b", MADE, "-b", "tiny201-shapes",
	    SMALL_PROBE, "--csv", "lone.csv", "--json");
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "evoscope: lone/one on tiny201-shapes: no network has a score "
	                             "in every imported column\n"));
	assert_true(has(outcome.out, "\"networks\":0,\"seeds\":1,\"kendall\":null,"));
	csv_load(sandbox_path(&box, "lone.csv"), &table);
	assert_int_equal(table.rows, 4);
	assert_string_equal(csv_cell(&table, 0, "networks"), "1");
	assert_string_equal(csv_cell(&table, 3, "networks"), "0");
	assert_string_equal(csv_cell(&table, 3, "kendall"), "");
	csv_clear(&table);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "scores", "lone");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void lists_and_names(void **state)
{
	(void) state;
	static const struct {
		int status;
		const char *says;
		const char *arguments[8];
	} cases[] = {
	        {1, "did you mean 'zero/some'?", {"score", "zero/sone", "-b", MADE}},
	        {1, "did you mean 'zero/some'?", {"score", "some", "-b", MADE}},
	        {1, "did you mean 'eznas-a'?", {"score", "ezmas-a", "-b", MADE}},
	        {1, "zero/all is a column of imported scores", {"show", "zero/all"}},
	        {1,
	         "zero/all is a column of imported scores",
	         {"evolve", "--benchmark", MADE, "--inject", "zero/all"}},
	        {1, "already", {"benchmarks", "import", "scores", "zero.csv"}},
	        {1, "no-such.csv", {"benchmarks", "import", "scores", "no-such.csv"}},
	        {2,
	         "--images",
	         {"benchmarks", "import", "scores", "zero.csv", "--images", "cifar10:x"}},
	        {2, "did you mean 'scores'", {"benchmarks", "import", "score", "zero.csv"}},
	        {1, "benchmarks remove scores zero", {"benchmarks", "remove", "zero"}},
	        {2, "one argument too many", {"benchmarks", "remove", MADE, "zero"}},
	        {1, "did you mean 'zero'", {"benchmarks", "remove", "scores", "zeroo"}},
	};
	struct outcome outcome;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		run_program(&box, &outcome, cases[i].arguments);
		char *end = strchr(outcome.err, '\n');
		if (exit_status(&outcome) != cases[i].status || !has(outcome.err, cases[i].says) ||
		    end == NULL || end[1])
			fail_msg("case %zu: status %x: %s", i, (unsigned) outcome.status,
			         outcome.err);
		outcome_clear(&outcome);
	}
	RUN(&box, &outcome, "proxies");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "zero/all ") && has(outcome.out, "zero/some "));
	assert_true(has(outcome.out, "imported from zero.csv, 2"));
	outcome_clear(&outcome);
}

/* What was not replaced is said last, past the limit of lines, and by the exit status. */
static void says_last_what_was_not_replaced(void **state)
{
	(void) state;
	static const char heading[] =
	        "CIFAR10TestAccuracy200Epochs,CIFAR100TestAccuracy200Epochs,ArchitectureString\n";
	static const char last[] = "evoscope: half-cifar100 is not replaced, and is what it was "
	                           "before: no row has a usable CIFAR100TestAccuracy200Epochs\n";
	struct outcome outcome;
	struct evo_text good, bad;
	evo_text_init(&good);
	evo_text_init(&bad);
	evo_text_append(&good, heading);
	evo_text_append(&bad, heading);
	for (size_t i = 0; i < 30; i++) {
		char row[128];
		made_row(i, row);
		evo_text_printf(&good, "%zu,%zu,%s\n", 40 + i, 30 + i, row);
		evo_text_printf(&bad, "%zu,?,%s\n", 50 + i, row);
	}
	sandbox_write(&box, "good.csv", good.data);
	sandbox_write(&box, "half.csv", bad.data);
	evo_text_clear(&good);
	evo_text_clear(&bad);
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", "good.csv", "--name", "half");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", "half.csv", "--name", "half",
	    "--replace");
	expect_status(&outcome, 3);
	assert_string_equal(outcome.out,
	                    "30 rows, 30 used, 30 with something wrong\nhalf-cifar10\n");
	assert_true(has(outcome.err, "more problems\n"));
	assert_string_equal(outcome.err + strlen(outcome.err) - strlen(last), last);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "half-cifar10");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "half-cifar100");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

static void reports_and_replaces(void **state)
{
	(void) state;
	struct outcome outcome;
	char row[128], other[128], *text;
	made_row(1, row);
	made_row(2, other);
	text = evo_format("arch,s\n%s,1\n%s,none\n%s,4\n|what~0|,1\n", row, other, row);
	sandbox_write(&box, "bad.csv", text);
	free(text);
	RUN(&box, &outcome, "benchmarks", "import", "scores", "bad.csv");
	expect_status(&outcome, 3);
	assert_string_equal(outcome.out, "4 rows, 1 used, 1 duplicates, 2 with something wrong\n"
	                                 "bad/s\n");
	assert_true(has(outcome.err,
	                "evoscope: bad.csv:3: s is \"none\", not a number; leave the field "
	                "empty where there is none\n"));
	assert_true(has(outcome.err, "evoscope: bad.csv:4: "));
	assert_true(has(outcome.err, "evoscope: bad.csv:5: "));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "import", "scores", "bad.csv", "--replace");
	expect_status(&outcome, 3);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "scores", "bad");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "bad/s", "-b", MADE);
	expect_status(&outcome, 1);
	outcome_clear(&outcome);
}

static void damaged_ones_are_told(void **state)
{
	(void) state;
	struct outcome outcome;
	sandbox_write(&box, "data/scores/torn.csv", "evoscope scores 1,nb201\n");
	RUN(&box, &outcome, "proxies");
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "scores/torn.csv:1: the imported scores are damaged"));
	assert_true(has(outcome.out, "zero/all"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "torn/all", "-b", MADE);
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "damaged"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "scores", "torn");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

/* ---- Published scores ------------------------------------------------------------------------ */

static char *published(const char *name)
{
	const char *moved = getenv("EVOSCOPE_SHARED_DATA");
	char *path = moved != NULL ? evo_path_join(moved, name)
	                           : evo_format("%s/../shared/data/%s", EVO_SOURCE_DIR, name);
	if (evo_path_exists(path))
		return path;
	free(path);
	return NULL;
}

static void scores_of_nas_bench_suite_zero(void **state)
{
	(void) state;
	char *accuracies = published("nb201/nats_bench.csv");
	char *zero = published("nb201/nbsuite_zero_cifar10.csv");
	struct outcome outcome;
	struct csv_table table;
	if (accuracies == NULL || zero == NULL) {
		print_message("the published tables are not here\n");
		skip();
	}
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", accuracies);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "import", "scores", zero, "--name", "nbsuite");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "4675 rows, 4675 used\nnbsuite/epe_nas\n"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "nbsuite/nwot", "nbsuite/synflow", "nbsuite/params", "params",
	    "-b", "nb201-cifar10", "-n", "all", "--csv", "published.csv");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	csv_load(sandbox_path(&box, "published.csv"), &table);
	assert_true(csv_value(&table, 0, "networks") == 4675);
	/* As NAS-Bench-Suite-Zero has it: Spearman's rho of nwot about 0.8, of synflow about
	   0.75. */
	assert_float_equal(csv_value(&table, 0, "spearman"), 0.8, 0.05);
	assert_float_equal(csv_value(&table, 1, "spearman"), 0.76, 0.05);
	/* Parameters are counted here as there. */
	assert_float_equal(csv_value(&table, 2, "kendall"), csv_value(&table, 3, "kendall"), 1e-9);
	csv_clear(&table);
	free(accuracies);
	free(zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(scores_beside_proxies),
	        cmocka_unit_test(samples_those_that_have_scores),
	        cmocka_unit_test(benchmarks_without_scores),
	        cmocka_unit_test(lists_and_names),
	        cmocka_unit_test(says_last_what_was_not_replaced),
	        cmocka_unit_test(reports_and_replaces),
	        cmocka_unit_test(damaged_ones_are_told),
	        cmocka_unit_test(scores_of_nas_bench_suite_zero),
	};
	return cmocka_run_group_tests_name("imported", tests, open_box_with_scores, close_box);
}
