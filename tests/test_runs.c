/* Runs that are stored: nothing is lost, whatever ends the program. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "evoscope/base.h"

#include "program.h"

#define ROWS  150
#define KILLS 20
#define QUICK                                                                                      \
	"evolve", "--quiet", "--benchmark", MADE, SMALL_PROBE, "--networks", "24", "--validation", \
	        "12", "--population", "20"

static int open_box_with_rows(void **state)
{
	open_box(state);
	sandbox_import(&box, ROWS);
	return 0;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static const char *const files[] = {"generations.csv", "population.csv", "front.csv"};

static void expect_same_files(const char *one, const char *other)
{
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		char *left = evo_format("%s/%s", one, files[i]);
		char *right = evo_format("%s/%s", other, files[i]);
		char *a = sandbox_read(&box, left), *b = sandbox_read(&box, right);
		assert_non_null(a);
		assert_non_null(b);
		assert_string_equal(a, b);
		free(a);
		free(b);
		free(left);
		free(right);
	}
}

static void pause_for(double seconds)
{
	struct timespec time = {.tv_sec = (time_t) seconds};
	time.tv_nsec = (long) ((seconds - (double) time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

static bool exists(const char *run)
{
	struct outcome outcome;
	RUN(&box, &outcome, "runs", "list");
	expect_status(&outcome, 0);
	char *line = evo_format("\n%s ", run);
	bool found = has(outcome.out, line);
	free(line);
	outcome_clear(&outcome);
	return found;
}

/* ---- What is stored -------------------------------------------------------------------------- */

static void every_search_is_stored(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "runs", "list");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "no run is stored"));
	outcome_clear(&outcome);
	assert_int_not_equal(access(sandbox_path(&box, "data/runs.db"), F_OK), 0);

	RUN(&box, &outcome, QUICK, "-g", "3", "-s", "7", "--csv-dir", sandbox_path(&box, "direct"));
	expect_status(&outcome, 0);
	char *result = evo_strdup(outcome.out);
	outcome_clear(&outcome);
	assert_true(exists("default-7"));
	RUN(&box, &outcome, "runs", "show", "default-7");
	expect_status(&outcome, 0);
	assert_int_equal(strncmp(outcome.out, result, strlen(result)), 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "export", "default-7", "--csv-dir",
	    sandbox_path(&box, "exported"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	expect_same_files("direct", "exported");

	/* The same again is another run. */
	RUN(&box, &outcome, QUICK, "-g", "1", "-s", "7");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_true(exists("default-7-2"));
	RUN(&box, &outcome, "runs", "delete", "default-7", "default-7-2");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_false(exists("default-7"));
	assert_false(exists("default-7-2"));
	free(result);
}

static void unstored_when_asked(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "-g", "1", "--no-store", "--name", "secret");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_false(exists("secret"));
	RUN(&box, &outcome, QUICK, "-g", "1", "--store", sandbox_path(&box, "deep/er/own.db"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_int_equal(access(sandbox_path(&box, "deep/er/own.db"), F_OK), 0);
}

/* ---- Going on -------------------------------------------------------------------------------- */

/* A run that is longer because it was resumed is the one that was longer from the start. */
static void more_generations(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "-g", "6", "-s", "3", "--csv-dir", sandbox_path(&box, "six"));
	expect_status(&outcome, 0);
	char *result = evo_strdup(outcome.out);
	outcome_clear(&outcome);
	RUN(&box, &outcome, QUICK, "-g", "2", "-s", "3", "--name", "grown");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "-q", "--resume", "grown", "-g", "6", "--csv-dir",
	    sandbox_path(&box, "grown"));
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, result);
	outcome_clear(&outcome);
	expect_same_run(&box, "six", "grown");
	RUN(&box, &outcome, "runs", "show", "grown");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "by hand, before generation 2: set generations=6\n"));
	outcome_clear(&outcome);
	/* What is done stays done, and nothing of the run changes. */
	RUN(&box, &outcome, "evolve", "-q", "--resume", "grown", "-g", "5");
	expect_complaint(&outcome, 2,
	                 "generations must be 6 at least, not 5: so many are complete");
	outcome_clear(&outcome);
	expect_same_run(&box, "six", "grown");
	free(result);
}

/* One life of a run: to its end, or to a sudden one. True when it came to its end. */
static bool live(const char *const *arguments, double seconds)
{
	struct running running;
	struct outcome outcome;
	start_program(&box, &running, OUT_KEPT, arguments);
	pause_for(seconds);
	kill(running.process, SIGKILL);
	finish_program(&running, &outcome);
	bool killed = WIFSIGNALED(outcome.status);
	if (!killed)
		expect_status(&outcome, 0);
	outcome_clear(&outcome);
	return !killed;
}

static void killed_at_any_moment(void **state)
{
	(void) state;
	struct outcome outcome;
	struct evo_rng rng = evo_rng_stream(1, "moments to kill a run at", 0);
	const char *whole = sandbox_path(&box, "whole");
	double begin = evo_now();
	RUN(&box, &outcome, QUICK, "-g", "8", "--csv-dir", whole);
	double length = evo_now() - begin;
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	size_t kills = 0;
	for (size_t i = 0; kills < KILLS; i++) {
		char *name = evo_format("killed%zu", i);
		const char *folder = sandbox_path(&box, name);
		const char *const first[] = {QUICK, "-g",        "8",    "--name",
		                             name,  "--csv-dir", folder, NULL};
		const char *const again[] = {"evolve",    "-q",   "--resume", name,
		                             "--csv-dir", folder, NULL};
		bool done = false;
		while (!done) {
			done = live(exists(name) ? again : first,
			            length * 1.2 * evo_rng_uniform(&rng));
			kills += !done;
		}
		RUN(&box, &outcome, "runs", "export", name, "--csv-dir", folder);
		expect_status(&outcome, 0);
		outcome_clear(&outcome);
		expect_same_run(&box, "whole", name);
		free(name);
	}
	print_message("killed %zu times\n", kills);
}

static bool in_list(const char *run, const char *state)
{
	struct outcome outcome;
	RUN(&box, &outcome, "runs", "list");
	char *line = evo_format("\n%s ", run), *found = strstr(outcome.out, line);
	bool is = found != NULL && strncmp(found + strlen(line) + strspn(found + strlen(line), " "),
	                                   state, strlen(state)) == 0;
	free(line);
	outcome_clear(&outcome);
	return is;
}

static void one_program_a_run(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	const char *const endless[] = {QUICK, "-g", "1000000", "--name", "endless", NULL};
	start_program(&box, &running, OUT_KEPT, endless);
	for (int i = 0; i < 600 && !exists("endless"); i++)
		pause_for(0.1);
	for (int i = 0; i < 600 && !in_list("endless", "running"); i++)
		pause_for(0.1);
	RUN(&box, &outcome, "evolve", "--resume", "endless");
	expect_complaint(&outcome, 1, "run endless is going in process");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "delete", "endless");
	expect_complaint(&outcome, 1, "stop it there first");
	outcome_clear(&outcome);
	pause_for(1);
	kill(running.process, SIGKILL);
	finish_program(&running, &outcome);
	outcome_clear(&outcome);
	assert_true(in_list("endless", "interrupted"));
	RUN(&box, &outcome, "runs", "delete", "endless");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_false(exists("endless"));
}

/* ---- Mistakes -------------------------------------------------------------------------------- */

static void mistakes(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "-g", "1", "--name", "known");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--resume", "knwon");
	expect_complaint(&outcome, 1, "no run is called 'knwon'; did you mean 'known'?");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "show", "unheard-of");
	expect_complaint(&outcome, 1, "no run is called 'unheard-of'");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--resume", "known", "--seed", "2");
	expect_complaint(&outcome, 2, "--seed cannot be given with --resume");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--resume", "known", "--set", "draws=3");
	expect_complaint(&outcome, 2, "draws cannot change while a search runs");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "export", "known");
	expect_complaint(&outcome, 2, "needs --csv-dir");
	outcome_clear(&outcome);
}

/* A benchmark that is no longer the same would give a run that never was. */
static void changed_benchmark(void **state)
{
	(void) state;
	struct sandbox other;
	struct outcome outcome;
	sandbox_open(&other);
	sandbox_import(&other, ROWS);
	RUN(&other, &outcome, QUICK, "-g", "1", "--name", "old");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&other, &outcome, "benchmarks", "remove", MADE);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	sandbox_import(&other, ROWS / 3);
	RUN(&other, &outcome, "evolve", "-q", "--resume", "old", "-g", "2");
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(
	        has(outcome.err, "benchmark " MADE " is not what it was when run old was made"));
	outcome_clear(&outcome);
	/* It can still be looked at. */
	RUN(&other, &outcome, "runs", "show", "old");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	sandbox_close(&other);
}

/* ---- Files that cannot be used --------------------------------------------------------------- */

static void sql(const char *file, const char *text)
{
	sqlite3 *handle;
	assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

static void expect_refused(const char *file, const char *says)
{
	struct outcome outcome;
	RUN(&box, &outcome, "runs", "list", "--store", file);
	expect_complaint(&outcome, 1, says);
	outcome_clear(&outcome);
	RUN(&box, &outcome, QUICK, "-g", "1", "--store", file);
	expect_complaint(&outcome, 1, says);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--quiet", "--resume", "any", "--store", file);
	expect_complaint(&outcome, 1, says);
	outcome_clear(&outcome);
}

static void foreign_files(void **state)
{
	(void) state;
	const char *text = sandbox_path(&box, "text.db"), *other = sandbox_path(&box, "other.db");
	const char *newer = sandbox_path(&box, "newer.db");
	sandbox_write(&box, "text.db",
	              "A text that is long enough to look like a header of sorts\n"
	              "and goes on for another line, for good measure, and more.\n");
	sql(other, "CREATE TABLE addresses (name TEXT)");
	sql(newer, "CREATE TABLE runs (id INTEGER); PRAGMA application_id = 1702260595;"
	           "PRAGMA user_version = 99");
	expect_refused(text, "is damaged or no file of runs");
	expect_refused(other, "is a database of another program");
	expect_refused(newer, "has format 99, and this evoscope knows formats up to 1");
	expect_refused(sandbox_path(&box, "data"), "cannot be opened");
	char *same = sandbox_read(&box, "text.db");
	assert_int_equal(strncmp(same, "A text that is long", 19), 0);
	free(same);
}

/* Bytes in the middle that are not what they were: said, and what can be read still is. */
static void damaged_file(void **state)
{
	(void) state;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "damaged.db");
	RUN(&box, &outcome, QUICK, "-g", "3", "--name", "whole", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	struct stat status;
	assert_int_equal(stat(file, &status), 0);
	FILE *stream = fopen(file, "r+");
	assert_non_null(stream);
	for (long at = 4096 * 12; at < status.st_size; at += 4096) {
		fseek(stream, at, SEEK_SET);
		for (int i = 0; i < 4096; i++)
			fputc(0xa5, stream);
	}
	fclose(stream);
	RUN(&box, &outcome, "evolve", "--quiet", "--resume", "whole", "-g", "5", "--store", file);
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(has(outcome.err, "is damaged"));
	assert_int_equal(strchr(outcome.err, '\n') - outcome.err + 1, strlen(outcome.err));
	outcome_clear(&outcome);
}

/* Without a place to store it a search still runs; where one was asked for, it does not. */
static void no_place(void **state)
{
	(void) state;
	struct outcome outcome;
	struct sandbox other;
	sandbox_open(&other);
	sandbox_import(&other, ROWS);
	sandbox_write(&other, "file", "not a folder\n");
	char *inside = evo_strdup(sandbox_path(&other, "file/runs.db"));
	RUN(&other, &outcome, QUICK, "-g", "1", "--store", inside);
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(has(outcome.err, "file"));
	outcome_clear(&outcome);
	/* The user's own file, where a folder has taken its place. */
	assert_int_equal(mkdir(sandbox_path(&other, "data/runs.db"), 0700), 0);
	RUN(&other, &outcome, QUICK, "-g", "1");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "this search is not kept: "));
	assert_int_equal(strncmp(outcome.out, "expression  ", 12), 0);
	outcome_clear(&outcome);
	free(inside);
	sandbox_close(&other);
}

/* A file that cannot grow: the search goes on, and what waited is stored once it can be. */
static void no_room(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	struct rlimit limit, old;
	const char *const arguments[] = {QUICK, "-g", "1000000", "--name", "cramped", NULL};
	const char *const few[] = {QUICK, "-g", "60", "--name", "cramped-too", NULL};
	RUN(&box, &outcome, QUICK, "-g", "1", "--name", "before");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 200 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	start_program(&box, &running, OUT_KEPT, few);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	finish_program(&running, &outcome);
	assert_int_equal(exit_status(&outcome), 3);
	assert_true(has(outcome.err, "not stored: "));
	assert_true(has(outcome.err, "of cramped-too could not be stored"));
	assert_int_equal(strncmp(outcome.out, "expression  ", 12), 0);
	outcome_clear(&outcome);
	assert_true(exists("before"));

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	start_program(&box, &running, OUT_KEPT, arguments);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	pause_for(5);
	assert_int_equal(prlimit(running.process, RLIMIT_FSIZE, &old, NULL), 0);
	pause_for(2);
	kill(running.process, SIGTERM);
	finish_program(&running, &outcome);
	assert_true(WIFSIGNALED(outcome.status));
	assert_false(has(outcome.err, "could not be stored"));
	char *said = strstr(outcome.out, "generation "), *rest;
	assert_non_null(said);
	long count = strtol(said + strlen("generation "), &rest, 10);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "export", "cramped", "--csv-dir",
	    sandbox_path(&box, "cramped"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	struct csv_table table;
	csv_load(sandbox_path(&box, "cramped/generations.csv"), &table);
	assert_int_equal(table.rows, count);
	csv_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_search_is_stored),
	        cmocka_unit_test(unstored_when_asked),
	        cmocka_unit_test(more_generations),
	        cmocka_unit_test(killed_at_any_moment),
	        cmocka_unit_test(one_program_a_run),
	        cmocka_unit_test(mistakes),
	        cmocka_unit_test(changed_benchmark),
	        cmocka_unit_test(foreign_files),
	        cmocka_unit_test(damaged_file),
	        cmocka_unit_test(no_place),
	        cmocka_unit_test(no_room),
	};
	return cmocka_run_group_tests_name("runs", tests, open_box_with_rows, close_box);
}
