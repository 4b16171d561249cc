/* The whole program without a screen: subcommands, their files, faults and signals. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/proxy.h"

#include "program.h"

#define ROWS 150
#define QUICK                                                                                      \
	"evolve", "--benchmark", MADE, SMALL_PROBE, "--networks", "24", "--validation", "12",      \
	        "--population", "12"

static struct sandbox box;

static int open_box(void **state)
{
	(void) state;
	sandbox_open(&box);
	sandbox_import(&box, ROWS);
	return 0;
}

static int close_box(void **state)
{
	(void) state;
	sandbox_close(&box);
	return 0;
}

static void expect_status(const struct outcome *outcome, int status)
{
	if (exit_status(outcome) != status)
		print_error("status %x\n%s%s", (unsigned) outcome->status, outcome->out,
		            outcome->err);
	assert_int_equal(exit_status(outcome), status);
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
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
	        {2, "`evolve`", {"evolv"}},
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
	        {1, MADE, {"benchmarks", "show", "made-cifar11"}},
	        {1, "xyzzy", {"benchmarks", "remove", "xyzzy"}},
	        {2, "nats-bench", {"benchmarks", "import", "nats-bank", "table.csv"}},
	        {1, "no-such.csv", {"benchmarks", "import", "nats-bench", "no-such.csv"}},
	        {1, "/dev/null/x", {QUICK, "--csv-dir", "/dev/null/x"}},
	        {1,
	         "/dev/null/x",
	         {"score", "depth", "--benchmark", MADE, "--channels", "4", "--cells", "1", "--csv",
	          "/dev/null/x"}},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct outcome outcome;
		run_program(&box, &outcome, cases[i].arguments);
		char *end = strchr(outcome.err, '\n');
		bool good = exit_status(&outcome) == cases[i].status &&
		            !strncmp(outcome.err, "evoscope: ", 10) && end && !end[1] &&
		            has(outcome.err, cases[i].says);
		if (!good)
			print_error("case %zu (%s): status %x: %s\n", i, cases[i].says,
			            (unsigned) outcome.status, outcome.err);
		assert_true(good);
		assert_int_equal(outcome.out_length, 0);
		outcome_clear(&outcome);
	}
}

/* ---- evolve ---------------------------------------------------------------------------------- */

static void check_generations(const char *path, size_t generations)
{
	struct csv_table table;
	csv_load(path, &table);
	assert_int_equal(table.rows, generations);
	for (size_t i = 0; i < table.rows; i++) {
		double best = csv_value(&table, i, "best");
		assert_true(csv_value(&table, i, "generation") == (double) i);
		assert_true(best >= csv_value(&table, i, "median"));
		assert_true(csv_value(&table, i, "median") >= csv_value(&table, i, "min"));
		assert_true(i == 0 || best >= csv_value(&table, i - 1, "best"));
		assert_true(csv_value(&table, i, "evaluations") >= 0);
	}
	csv_clear(&table);
}

static void check_expression(const char *text)
{
	struct evo_tree *tree = evo_malloc(sizeof(*tree));
	struct evo_error err = {0};
	if (!evo_tree_parse(text, tree, &err))
		fail_msg("%s: %s", text, err.message);
	free(tree);
}

/* Returns the best expression; caller frees. */
static char *check_population(const char *path)
{
	struct csv_table table;
	csv_load(path, &table);
	assert_in_range(table.rows, 1, 12);
	for (size_t i = 0; i < table.rows; i++) {
		double fitness = csv_value(&table, i, "fitness");
		assert_true(csv_value(&table, i, "rank") == (double) i + 1);
		assert_true(fitness >= -1 && fitness <= 1);
		assert_true(i == 0 || fitness <= csv_value(&table, i - 1, "fitness"));
		check_expression(csv_cell(&table, i, "expression"));
	}
	char *best = evo_strdup(csv_cell(&table, 0, "expression"));
	csv_clear(&table);
	return best;
}

static void evolves(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--generations", "4", "--seed", "5", "--csv-dir",
	    sandbox_path(&box, "first"), "--inject", "layer_sum(l1(gw.d))");
	expect_status(&outcome, 0);
	assert_null(strchr(outcome.out, '\033'));
	assert_null(strchr(outcome.err, '\033'));
	check_generations(sandbox_path(&box, "first/generations.csv"), 4);
	char *best = check_population(sandbox_path(&box, "first/population.csv"));
	char *line = evo_format("expression  %s\n", best);
	assert_int_equal(strncmp(outcome.out, line, strlen(line)), 0);
	assert_true(has(outcome.out, "\n" MADE " "));
	assert_true(has(outcome.out, "units") && has(outcome.out, "params"));
	assert_true(has(outcome.out, "eznas-a"));
	struct csv_table front;
	csv_load(sandbox_path(&box, "first/front.csv"), &front);
	assert_true(front.rows >= 1);
	for (size_t i = 1; i < front.rows; i++) {
		assert_true(csv_value(&front, i, "size") > csv_value(&front, i - 1, "size"));
		assert_true(csv_value(&front, i, "fitness") > csv_value(&front, i - 1, "fitness"));
	}
	csv_clear(&front);
	free(line);
	free(best);
	outcome_clear(&outcome);
}

/* Rows of two tables of generations, but for the time that they took. */
static void expect_same_generations(const char *one, const char *other)
{
	struct csv_table a, b;
	csv_load(one, &a);
	csv_load(other, &b);
	assert_int_equal(a.rows, b.rows);
	assert_int_equal(a.columns, b.columns);
	for (size_t i = 0; i < (a.rows + 1) * a.columns; i++)
		if (strcmp(a.cells[i % a.columns], "seconds") &&
		    strcmp(a.cells[i % a.columns], "run"))
			assert_string_equal(a.cells[i], b.cells[i]);
	csv_clear(&a);
	csv_clear(&b);
}

static void same_seed_same_files(void **state)
{
	(void) state;
	static const char *const threads[] = {"1", "2"};
	static const char *const folders[] = {"one", "two"};
	struct outcome outcomes[2];
	char *populations[2], *fronts[2];
	for (size_t i = 0; i < 2; i++) {
		char *population = evo_format("%s/population.csv", folders[i]);
		char *front = evo_format("%s/front.csv", folders[i]);
		RUN(&box, &outcomes[i], QUICK, "--generations", "3", "--seed", "11", "--threads",
		    threads[i], "--csv-dir", sandbox_path(&box, folders[i]));
		expect_status(&outcomes[i], 0);
		populations[i] = sandbox_read(&box, population);
		fronts[i] = sandbox_read(&box, front);
		free(population);
		free(front);
	}
	assert_string_equal(populations[0], populations[1]);
	assert_string_equal(fronts[0], fronts[1]);
	assert_string_equal(outcomes[0].out, outcomes[1].out);
	expect_same_generations(sandbox_path(&box, "one/generations.csv"),
	                        sandbox_path(&box, "two/generations.csv"));
	for (size_t i = 0; i < 2; i++) {
		free(populations[i]);
		free(fronts[i]);
		outcome_clear(&outcomes[i]);
	}
}

static void another_seed_another_search(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--generations", "3", "--seed", "12", "--csv-dir",
	    sandbox_path(&box, "other"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	char *one = sandbox_read(&box, "one/population.csv");
	char *other = sandbox_read(&box, "other/population.csv");
	assert_string_not_equal(one, other);
	free(one);
	free(other);
}

static void without_terminal_explorer_evolves(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "--start", "--benchmark", MADE, SMALL_PROBE, "--networks", "20",
	    "--validation", "8", "--population", "8", "--generations", "1");
	expect_status(&outcome, 0);
	assert_int_equal(strncmp(outcome.out, "expression  ", 12), 0);
	outcome_clear(&outcome);
}

static void target_and_quiet(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--generations", "1000000", "--target", "-1", "--quiet");
	expect_status(&outcome, 0);
	assert_int_equal(outcome.err_length, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, QUICK, "--generations", "1000000", "--time", "0.1", "--progress",
	    "always");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "\n"));
	assert_null(strpbrk(outcome.err, "\r\033"));
	outcome_clear(&outcome);
}

static void writes_nothing_unasked(void **state)
{
	(void) state;
	struct sandbox empty;
	struct outcome outcome;
	static const char *const folders[] = {"home", "config", "share", "state"};
	sandbox_open(&empty);
	sandbox_import(&empty, 60);
	RUN(&empty, &outcome, "evolve", "--benchmark", MADE, SMALL_PROBE, "--networks", "20",
	    "--validation", "8", "--population", "8", "--generations", "1");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	for (size_t i = 0; i < EVO_COUNT(folders); i++) /* rmdir refuses a folder that holds any */
		assert_int_equal(rmdir(sandbox_path(&empty, folders[i])), 0);
	sandbox_close(&empty);
}

/* ---- score ----------------------------------------------------------------------------------- */

/* Kendall's tau-b by its definition. */
static double slow_kendall(const double *x, const double *y, size_t count)
{
	double agree = 0, x_pairs = 0, y_pairs = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			int a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
			agree += a * b;
			x_pairs += a != 0;
			y_pairs += b != 0;
		}
	}
	return agree / sqrt(x_pairs * y_pairs);
}

static size_t convolutions(const char *architecture)
{
	size_t count = 0;
	for (; (architecture = strstr(architecture, "nor_conv")); architecture++)
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
	double tau = slow_kendall(depth, accuracy, networks.rows);
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

static void lists_proxies(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "proxies");
	expect_status(&outcome, 0);
	for (size_t i = 0; i < evo_proxy_count(); i++) {
		assert_true(has(outcome.out, evo_proxy_at(i)->name));
		assert_true(has(outcome.out, evo_proxy_at(i)->expression));
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

/* ---- Signals and lost output ----------------------------------------------------------------- */

static bool ended(const struct running *running)
{
	siginfo_t info = {0};
	waitid(P_PID, (id_t) running->process, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid != 0;
}

static void wait_for_file(const struct running *running, const char *path)
{
	struct timespec pause = {.tv_nsec = 50000000};
	for (int i = 0; i < 2400 && access(path, F_OK) && !ended(running); i++)
		nanosleep(&pause, NULL);
	assert_int_equal(access(path, F_OK), 0);
}

static void start_long(struct running *running, const char *folder)
{
	static const char *const common[] = {QUICK, "--generations", "1000000", "--csv-dir"};
	const char *arguments[EVO_COUNT(common) + 2] = {NULL};
	memcpy(arguments, common, sizeof(common));
	arguments[EVO_COUNT(common)] = sandbox_path(&box, folder);
	start_program(&box, running, OUT_KEPT, arguments);
}

static void signals_keep_what_is_done(void **state)
{
	(void) state;
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	for (size_t i = 0; i < EVO_COUNT(signals); i++) {
		struct running running;
		struct outcome outcome;
		char *folder = evo_format("signal%zu", i);
		char *file = evo_format("%s/generations.csv", folder);
		start_long(&running, folder);
		wait_for_file(&running, sandbox_path(&box, file));
		kill(running.process, signals[i]);
		finish_program(&running, &outcome);
		assert_true(WIFSIGNALED(outcome.status));
		assert_int_equal(WTERMSIG(outcome.status), signals[i]);
		assert_int_equal(strncmp(outcome.out, "expression  ", 12), 0);
		struct csv_table table;
		csv_load(sandbox_path(&box, file), &table);
		assert_true(table.rows >= 1);
		csv_clear(&table);
		outcome_clear(&outcome);
		free(folder);
		free(file);
	}
}

static void nohup_is_respected(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	signal(SIGHUP, SIG_IGN);
	start_long(&running, "nohup");
	signal(SIGHUP, SIG_DFL);
	wait_for_file(&running, sandbox_path(&box, "nohup/generations.csv"));
	kill(running.process, SIGHUP);
	/* The search goes on: its files are written again. */
	assert_int_equal(unlink(sandbox_path(&box, "nohup/generations.csv")), 0);
	wait_for_file(&running, sandbox_path(&box, "nohup/generations.csv"));
	kill(running.process, SIGTERM);
	finish_program(&running, &outcome);
	assert_true(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGTERM);
	outcome_clear(&outcome);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_command_has_help),
	        cmocka_unit_test(bad_input_is_named),
	        cmocka_unit_test(evolves),
	        cmocka_unit_test(same_seed_same_files),
	        cmocka_unit_test(another_seed_another_search),
	        cmocka_unit_test(without_terminal_explorer_evolves),
	        cmocka_unit_test(target_and_quiet),
	        cmocka_unit_test(writes_nothing_unasked),
	        cmocka_unit_test(scores),
	        cmocka_unit_test(scores_by_pool),
	        cmocka_unit_test(reports_what_has_no_score),
	        cmocka_unit_test(shows_trees),
	        cmocka_unit_test(lists_proxies),
	        cmocka_unit_test(manages_benchmarks),
	        cmocka_unit_test(signals_keep_what_is_done),
	        cmocka_unit_test(nohup_is_respected),
	        cmocka_unit_test(lost_output_is_a_failure),
	};
	return cmocka_run_group_tests_name("headless", tests, open_box, close_box);
}
