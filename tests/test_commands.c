/* The commands without a search: help, faults, scores, trees, benchmarks. */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/proxy.h"

#include "program.h"
#include "slow_kendall.h"

#define ROWS 150

static int open_box_with_rows(void **state)
{
	open_box(state);
	sandbox_import(&box, ROWS);
	return 0;
}

/* ---- Help ------------------------------------------------------------------------------------ */

static void every_command_has_help(void **state)
{
	(void) state;
	static const char *const commands[][4] = {
	        {"--help"},
	        {"evolve", "--help"},
	        {"score", "--help"},
	        {"show", "--help"},
	        {"proxies", "-h"},
	        {"profile", "--help"},
	        {"benchmarks", "--help"},
	        {"benchmarks", "list", "--help"},
	        {"benchmarks", "show", "--help"},
	        {"benchmarks", "import", "--help"},
	        {"benchmarks", "build", "--help"},
	        {"--help", "benchmarks", "remove"},
	        {"help"},
	        {"help", "evolve"},
	        {"help", "benchmarks", "import"},
	};
	for (size_t i = 0; i < EVO_COUNT(commands); i++) {
		struct outcome outcome;
		run_program(&box, &outcome, commands[i]);
		expect_status(&outcome, 0);
		assert_int_equal(strncmp(outcome.out, "Usage: evoscope", 15), 0);
		assert_int_equal(outcome.err_length, 0);
		outcome_clear(&outcome);
	}
	struct outcome outcome;
	RUN(&box, &outcome, "--version");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, "evoscope " PACKAGE_VERSION "\n");
	outcome_clear(&outcome);
}

/* ---- Wrong input ----------------------------------------------------------------------------- */

static void bad_input_is_named(void **state)
{
	(void) state;
	static const struct {
		int status;
		const char *says;
		const char *arguments[24];
	} cases[] = {
	        {2, "'evolve'", {"evolv"}},
	        {2, "--population", {"evolve", "--populaton", "3"}},
	        {2, "--seed", {"evolve", "--seed", "many"}},
	        {2, "crossover", {"evolve", "--set", "crossover=9"}},
	        {2, "--split", {"score", "depth", "--split", "some"}},
	        {2, "PROXY", {"score"}},
	        {1, MADE, {"evolve", "--benchmark", "made-cifar1O"}},
	        {1, "xyzzy", {"evolve", "--benchmark", "xyzzy"}},
	        {1, "quikc", {"evolve", "--benchmark", MADE, "--preset", "quikc"}},
	        {1, "laier_mean", {"score", "laier_mean(x.d)", "--benchmark", MADE}},
	        {1, "lair_sum", {"evolve", "--benchmark", MADE, "--inject", "lair_sum(x.d)"}},
	        {1, "layer_mean", {"show", "laer_mean(x.d)"}},
	        {1, "column 6", {"show", "mean("}},
	        {2, "tree|text|dot|latex|pytorch", {"show", "depth", "--format", "svg"}},
	        {1, MADE, {"benchmarks", "show", "made-cifar11"}},
	        {1, "xyzzy", {"benchmarks", "remove", "xyzzy"}},
	        {2, "nats-bench", {"benchmarks", "import", "nats-bank", "table.csv"}},
	        {1, "no-such.csv", {"benchmarks", "import", "nats-bench", "no-such.csv"}},
	        {1, "/dev/null/x", {"evolve", "--benchmark", MADE, "--csv-dir", "/dev/null/x"}},
	        {1,
	         "/dev/null/x",
	         {"score", "depth", "--benchmark", MADE, "--channels", "4", "--cells", "1", "--csv",
	          "/dev/null/x"}},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct outcome outcome;
		run_program(&box, &outcome, cases[i].arguments);
		expect_complaint(&outcome, cases[i].status, cases[i].says);
		outcome_clear(&outcome);
	}
}

/* ---- score ----------------------------------------------------------------------------------- */

static size_t convolutions(const char *architecture)
{
	size_t count = 0;
	for (; (architecture = strstr(architecture, "nor_conv")) != NULL; architecture++)
		count++;
	return count;
}

static double made_accuracy(const char *architecture)
{
	for (size_t i = 0; i < ROWS; i++) {
		char row[128];
		double accuracy = made_row(i, row);
		if (!strcmp(row, architecture))
			return accuracy;
	}
	fail_msg("%s is not in the table", architecture);
	return 0;
}

static void scores(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table table, networks;
	RUN(&box, &outcome, "score", "depth", "layer_sum(l1(w))", "--benchmark", MADE, SMALL_PROBE,
	    "--networks", "all", "--csv", sandbox_path(&box, "table.csv"), "--scores",
	    sandbox_path(&box, "scores.csv"));
	expect_status(&outcome, 0);
	csv_load(sandbox_path(&box, "table.csv"), &table);
	csv_load(sandbox_path(&box, "scores.csv"), &networks);
	assert_int_equal(table.rows, 2);
	assert_in_range(networks.rows, 20, ROWS);
	double depth[ROWS], accuracy[ROWS];
	for (size_t i = 0; i < networks.rows; i++) {
		const char *architecture = csv_cell(&networks, i, "architecture");
		depth[i] = csv_value(&networks, i, "depth");
		accuracy[i] = csv_value(&networks, i, "accuracy");
		/* One cell in each of three stages, and two residual blocks of two units. */
		assert_true(depth[i] == (double) (3 * convolutions(architecture) + 4));
		assert_float_equal(accuracy[i], made_accuracy(architecture), 1e-4);
		assert_string_equal(csv_cell(&networks, i, "benchmark"), MADE);
	}
	double tau = slow_kendall(networks.rows, depth, accuracy);
	assert_string_equal(csv_cell(&table, 0, "proxy"), "depth");
	assert_true(csv_value(&table, 0, "networks") == (double) networks.rows);
	assert_float_equal(csv_value(&table, 0, "kendall"), tau, 1e-9);
	assert_true(csv_value(&table, 0, "kendall_low") <= tau);
	assert_true(csv_value(&table, 0, "kendall_high") >= tau);
	/* On the screen the same, with three decimals. */
	char *shown = evo_format("%.3f", tau);
	assert_true(has(outcome.out, shown) && has(outcome.out, "layer_sum(l1(w))"));
	free(shown);
	csv_clear(&table);
	csv_clear(&networks);
	outcome_clear(&outcome);
}

static void scores_by_pool(void **state)
{
	(void) state;
	static const char *const pools[] = {"train", "validation", "test"};
	size_t total = 0;
	for (size_t i = 0; i < EVO_COUNT(pools); i++) {
		struct outcome outcome;
		struct csv_table networks;
		RUN(&box, &outcome, "score", "depth", "-b", MADE, SMALL_PROBE, "-n", "all",
		    "--split", pools[i], "--scores", sandbox_path(&box, "pool.csv"));
		expect_status(&outcome, 0);
		csv_load(sandbox_path(&box, "pool.csv"), &networks);
		total += networks.rows;
		csv_clear(&networks);
		outcome_clear(&outcome);
	}
	struct csv_table all;
	csv_load(sandbox_path(&box, "scores.csv"), &all);
	assert_int_equal(total, all.rows);
	csv_clear(&all);
}

static void reports_what_has_no_score(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "score", "depth", "layer_mean(add(x.d, w))", "-b", MADE, SMALL_PROBE,
	    "-n", "20");
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "layer_mean(add(x.d, w))"));
	assert_true(has(outcome.out, "depth"));
	outcome_clear(&outcome);
}

/* ---- show, proxies, benchmarks --------------------------------------------------------------- */

static void shows_trees(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "show", " mul(x.n,  frob(gw.d) ) ");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "├─ x.n") && has(outcome.out, "└─ frob"));
	assert_true(has(outcome.out, "\n   └─ gw.d"));
	assert_true(has(outcome.out, "\nexpression  mul(x.n, frob(gw.d))\n"));
	assert_true(has(outcome.out, "\nsize        4 nodes\ndepth       2\n"));
	assert_true(has(outcome.out, "\nstatistics  gw.d x.n\n"));
	assert_true(has(outcome.out, "\npasses      data, noise; forward and backward\n"));
	outcome_clear(&outcome);

	sandbox_set(&box, "LC_ALL", "C");
	RUN(&box, &outcome, "show", "eznas-a");
	sandbox_set(&box, "LC_ALL", "C.UTF-8");
	expect_status(&outcome, 0);
	for (const char *c = outcome.out; *c; c++)
		assert_true((unsigned char) *c < 128);
	assert_true(has(outcome.out, "`- frob") && has(outcome.out, "\nsource      "));
	outcome_clear(&outcome);
}

static void shows_trees_in_other_formats(void **state)
{
	(void) state;
	static const struct {
		const char *format, *begins, *has;
	} cases[] = {
	        {"text", "layer_sum(distinct(x.d))\n", ""},
	        {"dot", "digraph expression {\n", "label=\"distinct\""},
	        {"latex", "\\sum_{u} \\mathrm{distinct}\\left(x^{d}\\right)\n", "\n% x^{d}: "},
	        {"pytorch", "\"\"\"", "\nlayer_sum(distinct(x.d))\n"},
	        {"tree", "layer_sum ", "\nstatistics  x.d\n"},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct outcome outcome;
		RUN(&box, &outcome, "show", "swap-tree", "--format", cases[i].format);
		expect_status(&outcome, 0);
		assert_int_equal(strncmp(outcome.out, cases[i].begins, strlen(cases[i].begins)), 0);
		assert_true(has(outcome.out, cases[i].has));
		assert_int_equal(outcome.err_length, 0);
		if (!strcmp(cases[i].format, "text"))
			assert_string_equal(outcome.out, cases[i].begins);
		outcome_clear(&outcome);
	}
}

static void lists_proxies(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "proxies");
	expect_status(&outcome, 0);
	for (size_t i = 0; i < evo_proxy_count(); i++) {
		assert_true(has(outcome.out, evo_proxy_at(i).name));
		assert_true(has(outcome.out, evo_proxy_at(i).expression));
	}
	outcome_clear(&outcome);
}

static void manages_benchmarks(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "benchmarks");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, MADE));
	assert_true(has(outcome.out, "tiny201-shapes"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "show", MADE);
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "networks    150, "));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "show", "tiny201-shapes", "--sheet",
	    sandbox_path(&box, "sheet.ppm"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_true(evo_path_exists(sandbox_path(&box, "sheet.ppm")));
	RUN(&box, &outcome, "benchmarks", "show", "tiny201-shapes", "--sheet",
	    sandbox_path(&box, "no/such/sheet.ppm"));
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "no/such/sheet.ppm"));
	outcome_clear(&outcome);

	char good[128];
	made_row(1, good);
	char *text = evo_format("ArchitectureString,CIFAR10TestAccuracy200Epochs\n"
	                        "%s,70\n|what~0|,60\n",
	                        good);
	sandbox_write(&box, "partly.csv", text);
	free(text);
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", sandbox_path(&box, "partly.csv"),
	    "--name", "partly");
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "partly.csv:3: "));
	assert_true(has(outcome.out, "2 rows, 1 used") && has(outcome.out, "partly-cifar10\n"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", sandbox_path(&box, "made.csv"),
	    "--name", "partly");
	expect_status(&outcome, 1);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "remove", "partly-cifar10");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "show", "partly-cifar10");
	expect_status(&outcome, 1);
	outcome_clear(&outcome);
}

/* ---- Lost output ----------------------------------------------------------------------------- */

static void lost_output_is_a_failure(void **state)
{
	(void) state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	int outs[] = {OUT_CLOSED, open("/dev/full", O_WRONLY), ends[1]};
	for (size_t i = 0; i < EVO_COUNT(outs); i++) {
		static const char *const arguments[] = {"proxies", NULL};
		struct running running;
		struct outcome outcome;
		start_program(&box, &running, outs[i], arguments);
		finish_program(&running, &outcome);
		expect_status(&outcome, 1);
		assert_true(has(outcome.err, "cannot write to standard output"));
		outcome_clear(&outcome);
		if (outs[i] >= 0)
			close(outs[i]);
	}
}

/* ---- Where what is installed beside the program is found ------------------------------------- */

static void run_shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

static void expect_folder(const char *program, const char *folder)
{
	struct outcome outcome;
	char *line = evo_format("folder      %s\n", sandbox_path(&box, folder));
	box.program = sandbox_path(&box, program);
	RUN(&box, &outcome, "benchmarks", "show", "tiny201-shapes");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, line));
	outcome_clear(&outcome);
	/* The other kinds of files, too. */
	RUN(&box, &outcome, "show", "params", "--format", "pytorch");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	box.program = NULL;
	free(line);
}

/* A built tree that was copied, an installation that was moved, and a program all alone. */
static void a_moved_program_finds_its_files(void **state)
{
	struct outcome outcome;
	char *command = evo_format(
	        "cd %s && mkdir -p tree prefix/bin prefix/share alone && cp %s tree && cp %s "
	        "prefix/bin && cp %s alone && cp -R %s/data %s/themes tree && cp -R %s/data "
	        "prefix/share/evoscope && cp -R %s/themes prefix/share/evoscope",
	        box.folder, PROGRAM, PROGRAM, PROGRAM, EVO_SOURCE_DIR, EVO_SOURCE_DIR,
	        EVO_SOURCE_DIR, EVO_SOURCE_DIR);
	(void) state;
	run_shell(command);
	free(command);
	expect_folder("tree/evoscope", "tree/data/tiny201-shapes");
	expect_folder("prefix/bin/evoscope", "prefix/share/evoscope/tiny201-shapes");
	/* All alone it says where it looked. */
	if (evo_path_exists(EVO_SHARED_DIR "/presets"))
		skip();
	box.program = sandbox_path(&box, "alone/evoscope");
	RUN(&box, &outcome, "score", "params", "--benchmark", "tiny201-shapes");
	expect_complaint(&outcome, 1, sandbox_path(&box, "alone/data"));
	assert_true(has(outcome.err, EVO_SHARED_DIR));
	assert_true(has(outcome.err, sandbox_path(&box, "data/benchmarks")));
	outcome_clear(&outcome);
	sandbox_set(&box, "EVOSCOPE_SHARED", sandbox_path(&box, "tree/data"));
	RUN(&box, &outcome, "benchmarks", "show", "tiny201-shapes");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	sandbox_set(&box, "EVOSCOPE_SHARED", NULL);
	box.program = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_command_has_help),
	        cmocka_unit_test(bad_input_is_named),
	        cmocka_unit_test(scores),
	        cmocka_unit_test(scores_by_pool),
	        cmocka_unit_test(reports_what_has_no_score),
	        cmocka_unit_test(shows_trees),
	        cmocka_unit_test(shows_trees_in_other_formats),
	        cmocka_unit_test(lists_proxies),
	        cmocka_unit_test(manages_benchmarks),
	        cmocka_unit_test(lost_output_is_a_failure),
	        cmocka_unit_test(a_moved_program_finds_its_files),
	};
	return cmocka_run_group_tests_name("commands", tests, open_box_with_rows, close_box);
}
