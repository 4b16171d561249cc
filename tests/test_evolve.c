/* A search without a screen, from the command line to its files; signals. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/expr.h"

#include "program.h"

#define ROWS 150
#define QUICK                                                                                      \
	"evolve", "--benchmark", MADE, SMALL_PROBE, "--networks", "24", "--validation", "12",      \
	        "--population", "12"

static int open_box_with_rows(void **state)
{
	open_box(state);
	sandbox_import(&box, ROWS);
	return 0;
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
	for (size_t i = 0; i < front.rows; i++) /* all of it is told, too */
		assert_true(has(outcome.out, csv_cell(&front, i, "expression")));
	for (size_t i = 1; i < front.rows; i++) {
		assert_true(csv_value(&front, i, "size") > csv_value(&front, i - 1, "size"));
		assert_true(csv_value(&front, i, "fitness") > csv_value(&front, i - 1, "fitness"));
	}
	/* One of them is named to be taken. */
	size_t taken = 0;
	for (size_t i = 0; i < front.rows; i++) {
		char *row = evo_format("\n * %.0f ", csv_value(&front, i, "size"));
		char *wide = evo_format("\n* %.0f ", csv_value(&front, i, "size"));
		taken += has(outcome.out, row) || has(outcome.out, wide);
		free(row);
		free(wide);
	}
	assert_int_equal(taken, 1);
	assert_true(has(outcome.out, "\n* the best on train and validation networks together\n"));
	csv_clear(&front);
	free(line);
	free(best);
	outcome_clear(&outcome);
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
		RUN(&box, &outcomes[i], QUICK, "--generations", "3", "--seed", "11", "--no-store",
		    "--threads", threads[i], "--csv-dir", sandbox_path(&box, folders[i]));
		expect_status(&outcomes[i], 0);
		populations[i] = sandbox_read(&box, population);
		fronts[i] = sandbox_read(&box, front);
		free(population);
		free(front);
	}
	assert_string_equal(populations[0], populations[1]);
	assert_string_equal(fronts[0], fronts[1]);
	assert_string_equal(outcomes[0].out, outcomes[1].out);
	expect_same_tables(sandbox_path(&box, "one/generations.csv"),
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
	RUN(&box, &outcome, QUICK, "--generations", "1000000", "--target", "-1", "--quiet",
	    "--name", "quiet");
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

static size_t lines_of(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void json_lines(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--json", "--quiet", "--generations", "3", "--name", "json");
	expect_status(&outcome, 0);
	assert_int_equal(lines_of(outcome.out), 4);
	for (int i = 0; i < 3; i++) {
		char *begin = evo_format("{\"run\":\"json\",\"generation\":%d,\"best\":", i);
		assert_true(has(outcome.out, begin));
		free(begin);
	}
	assert_false(has(outcome.out, "\"best_validation\":null"));
	assert_true(has(outcome.out, "\"state\":\"done\"") &&
	            has(outcome.out, "\"expression\":\""));
	assert_true(has(outcome.out, "\"benchmark\":\"" MADE "\",\"train\":{\"networks\":24,"));
	outcome_clear(&outcome);
}

/* The test pool is looked at in the end alone; a search may begin with what another has found. */
static void final_test_and_inject_from(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--quiet", "--generations", "1", "--inject-from", "json",
	    "--final-test", "--csv-dir", sandbox_path(&box, "from"));
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "\ntest\nproxy "));
	assert_true(has(strstr(outcome.out, "\ntest\n"), "eznas-a"));
	outcome_clear(&outcome);
	char *population = sandbox_read(&box, "from/population.csv");
	assert_true(has(population, ",injected,"));
	free(population);
	RUN(&box, &outcome, QUICK, "--inject-from", "nobody");
	expect_complaint(&outcome, 1, "no run is called 'nobody'");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--resume", "json", "--inject-from", "json");
	expect_complaint(&outcome, 2, "--inject-from cannot be given with --resume");
	outcome_clear(&outcome);
}

/* A search goes on with the trees of another on larger images. */
static void carried_to_another_size(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "--quiet", "--generations", "1", "--carry", "json", "--image",
	    "16", "--name", "larger", "--csv-dir", sandbox_path(&box, "larger"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	char *population = sandbox_read(&box, "larger/population.csv");
	assert_true(has(population, ",carried,"));
	assert_false(has(population, ",random,"));
	free(population);
	RUN(&box, &outcome, QUICK, "--carry", "nobody");
	expect_complaint(&outcome, 1, "no run is called 'nobody'");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--resume", "larger", "--carry", "json");
	expect_complaint(&outcome, 2, "--carry cannot be given with --resume");
	outcome_clear(&outcome);
}

/* Of the individuals of one population file, how many are in another, but not in a third? */
static size_t found_in(const char *one, const char *other, const char *third)
{
	size_t count = 0;
	for (const char *row = strchr(one, '\n'); row != NULL && row[1];
	     row = strchr(row + 1, '\n')) {
		size_t length = strcspn(row + 1, "\n");
		char *line = evo_format("%.*s", (int) length, row + 1);
		const char *quoted = strchr(line, '"');
		char *field = evo_format("%s\n", quoted != NULL ? quoted : strrchr(line, ',') + 1);
		count += has(other, field) && !has(third, field);
		free(field);
		free(line);
	}
	return count;
}

/* Of several searches the best come in turn: the first does not fill the generation alone. */
static void carried_from_several(void **state)
{
	static const char *const names[] = {"one-of-two", "two-of-two", "of-both"};
	struct outcome outcome;
	char *populations[3];
	(void) state;
	for (size_t i = 0; i < 3; i++) {
		RUN(&box, &outcome, QUICK, "--quiet", "--generations", "1", "--name", names[i],
		    "--csv-dir", sandbox_path(&box, names[i]), "--seed", i == 0 ? "21" : "22",
		    i < 2 ? "-q" : "--carry=one-of-two", i < 2 ? "-q" : "--carry=two-of-two");
		expect_status(&outcome, 0);
		outcome_clear(&outcome);
		char *path = evo_format("%s/population.csv", names[i]);
		populations[i] = sandbox_read(&box, path);
		free(path);
	}
	assert_in_range(found_in(populations[0], populations[2], populations[1]), 1, 11);
	assert_in_range(found_in(populations[1], populations[2], populations[0]), 1, 11);
	for (size_t i = 0; i < 3; i++)
		free(populations[i]);
}

/* ---- In plain lines -------------------------------------------------------------------------- */

#define PLAIN                                                                                      \
	"--plain", "--name", "plain", "--benchmark", MADE, SMALL_PROBE, "--networks", "24",        \
	        "--validation", "12", "--population", "12", "--generations", "2"

static void plain_lines(void **state)
{
	(void) state;
	struct outcome outcome;
	sandbox_write(&box, "lines", "inject layer_sum(l1(gw.d))\nset crossover 2\nstrat\nstart\n");
	box.input = sandbox_path(&box, "lines");
	RUN(&box, &outcome, PLAIN);
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "is idle. Generation 0 of 2 is complete."));
	assert_true(has(outcome.out, "crossover"));
	assert_true(has(outcome.out, "There is no command 'strat'; did you mean 'start'"));
	/* The input is at its end; the search goes on to its own. */
	assert_true(has(outcome.out, "generation 1: best "));
	assert_true(has(outcome.out, "done: 2 generations"));
	for (const char *c = outcome.out; *c; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
	outcome_clear(&outcome);
	sandbox_write(&box, "lines", "best\npopulation 2\nfront\nhelp\ninject\nquit\n");
	box.input = sandbox_path(&box, "lines");
	RUN(&box, &outcome, "--plain", "--resume", "plain");
	box.input = NULL;
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "\n1. fitness ") && has(outcome.out, "\n2. fitness "));
	assert_true(has(outcome.out, "On " MADE ": Kendall tau "));
	assert_true(has(outcome.out, "pause: pause it"));
	assert_true(has(outcome.out, "inject needs EXPRESSION."));
	outcome_clear(&outcome);
}

/* ---- Signals --------------------------------------------------------------------------------- */

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

/* What cannot go together is said before anything is begun, as wrong usage. */
static void refuses_what_does_not_fit(void **state)
{
	static const struct {
		const char *option, *value, *other, *with, *says;
	} cases[] = {
	        {"--image", "30", "-g", "1", "the image side must be a multiple of 4, not 30"},
	        {"--set", "init_depth_min=5", "--set", "init_depth_max=3",
	         "init_depth_min (5) is above init_depth_max (3)"},
	        {"--set", "crossover=1", "--set", "join=1", "the shares sum to"},
	        {"--population", "2", "--set", "elite=3", "elite (3) is above the 2 individuals"},
	        {"--cells", "101", "-g", "1", "--cells 101: must be a whole number from 1 to 100"},
	        {"--name", "", "-g", "1", "--name : must not be empty"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct outcome outcome;
		RUN(&box, &outcome, "evolve", "-q", cases[i].option, cases[i].value, cases[i].other,
		    cases[i].with);
		expect_complaint(&outcome, 2, cases[i].says);
		outcome_clear(&outcome);
	}
}

int main(void)
{
	signal(SIGHUP, SIG_DFL); /* the tests may run under nohup, or in the background */
	signal(SIGINT, SIG_DFL);
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(evolves),
	        cmocka_unit_test(same_seed_same_files),
	        cmocka_unit_test(another_seed_another_search),
	        cmocka_unit_test(without_terminal_explorer_evolves),
	        cmocka_unit_test(target_and_quiet),
	        cmocka_unit_test(writes_nothing_unasked),
	        cmocka_unit_test(refuses_what_does_not_fit),
	        cmocka_unit_test(json_lines),
	        cmocka_unit_test(final_test_and_inject_from),
	        cmocka_unit_test(carried_to_another_size),
	        cmocka_unit_test(carried_from_several),
	        cmocka_unit_test(plain_lines),
	        cmocka_unit_test(signals_keep_what_is_done),
	        cmocka_unit_test(nohup_is_respected),
	};
	return cmocka_run_group_tests_name("evolve", tests, open_box_with_rows, close_box);
}
