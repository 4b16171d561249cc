/* The program where the system gives it little: memory, descriptors, sizes of files. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evoscope/base.h"
#include "program.h"

#define MEGABYTE ((size_t) 1 << 20)

static void limit(int what, size_t value)
{
	box.limit.what = what;
	box.limit.value = value;
}

static int unlimited(void **state)
{
	(void) state;
	limit(0, 0);
	return 0;
}

static void skip_under_sanitizers(void)
{
#ifdef EVO_SANITIZED
	skip(); /* they take terabytes of address space */
#endif
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void commands_that_compute_nothing_need_little(void **state)
{
	static const char *const commands[][3] = {{"--help"},
	                                          {"proxies"},
	                                          {"benchmarks", "list"},
	                                          {"runs", "list"},
	                                          {"show", "params"}};

	(void) state;
	skip_under_sanitizers();
	limit(RLIMIT_AS, 100 * MEGABYTE);
	for (size_t i = 0; i < EVO_COUNT(commands); i++) {
		struct outcome outcome;
		RUN(&box, &outcome, commands[i][0], commands[i][1], commands[i][2]);
		expect_status(&outcome, 0);
		outcome_clear(&outcome);
	}
}

static void too_little_for_openblas_is_said(void **state)
{
	struct outcome outcome;

	(void) state;
	skip_under_sanitizers();
	limit(RLIMIT_AS, 400 * MEGABYTE);
	RUN(&box, &outcome, "score", "params", "--networks", "5", "--threads", "4", "--quiet");
	expect_complaint(&outcome, 1, "not enough memory for OpenBLAS in 4 threads (");
	assert_non_null(strstr(outcome.err, "the limit is 400 MiB; ask for "));
	assert_non_null(strstr(outcome.err, " at least (ulimit -v "));
	assert_non_null(strstr(outcome.err, "take fewer threads (--threads 1)"));
	outcome_clear(&outcome);
	limit(RLIMIT_AS, 120 * MEGABYTE);
	RUN(&box, &outcome, "evolve", "--no-store", "--threads", "1", "--quiet");
	expect_complaint(&outcome, 1, "not enough memory for OpenBLAS in 1 thread (");
	outcome_clear(&outcome);
}

/* By default as few threads are taken as there is room for, and the same comes of it. */
static void threads_fit_by_default(void **state)
{
	struct outcome limited, free_one;

	(void) state;
	skip_under_sanitizers();
	limit(RLIMIT_AS, 300 * MEGABYTE);
	RUN(&box, &limited, "evolve", "--no-store", "--quiet", "--generations", "1");
	expect_status(&limited, 0);
	RUN(&box, &free_one, "benchmarks", "build", "--name", "small", "--networks", "2",
	    "--epochs", "1", "--train-images", "64", "--test-images", "64", "--quiet");
	expect_status(&free_one, 0);
	outcome_clear(&free_one);
	limit(0, 0);
	RUN(&box, &free_one, "evolve", "--no-store", "--quiet", "--generations", "1");
	expect_status(&free_one, 0);
	assert_string_equal(strstr(limited.out, "\n\n"), strstr(free_one.out, "\n\n"));
	outcome_clear(&limited);
	outcome_clear(&free_one);
}

static void a_little_is_enough(void **state)
{
	struct outcome limited, free_one;

	(void) state;
	skip_under_sanitizers();
	limit(RLIMIT_AS, 500 * MEGABYTE);
	RUN(&box, &limited, "evolve", "--no-store", "--threads", "2", "--quiet", "--generations",
	    "1", "--population", "10");
	expect_status(&limited, 0);
	limit(0, 0);
	RUN(&box, &free_one, "evolve", "--no-store", "--threads", "2", "--quiet", "--generations",
	    "1", "--population", "10");
	expect_status(&free_one, 0);
	assert_non_null(strstr(limited.out, "\n\n"));
	assert_string_equal(strstr(limited.out, "\n\n"), strstr(free_one.out, "\n\n"));
	outcome_clear(&limited);
	outcome_clear(&free_one);
}

/* ---- Threads --------------------------------------------------------------------------------- */

static size_t threads_of(pid_t process)
{
	char *path = evo_format("/proc/%d/task", (int) process);
	DIR *folder = opendir(path);
	size_t count = 0;
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		count += entry->d_name[0] != '.';
	if (folder != NULL)
		closedir(folder);
	free(path);
	return count;
}

static void openblas_has_no_threads(void **state)
{
	struct running running;
	struct outcome outcome;
	int out[2];
	char byte;

	(void) state;
#ifdef EVO_SANITIZED
	skip(); /* they have threads of their own */
#endif
	/* --plain talks when all is there: the thread that reads keys and the one of the search. */
	sandbox_set(&box, "OPENBLAS_NUM_THREADS", "4");
	assert_int_equal(mkfifo(sandbox_path(&box, "keys"), 0600), 0);
	assert_int_equal(pipe(out), 0);
	box.input = sandbox_path(&box, "keys");
	start_program(&box, &running, out[1], (const char *const[]){"--plain", "--no-store", NULL});
	close(out[1]);
	int keys = open(sandbox_path(&box, "keys"), O_WRONLY);
	assert_true(keys >= 0);
	assert_int_equal(read(out[0], &byte, 1), 1);
	size_t threads = threads_of(running.process);
	close(keys);
	close(out[0]);
	finish_program(&running, &outcome);
	outcome_clear(&outcome);
	box.input = NULL;
	sandbox_set(&box, "OPENBLAS_NUM_THREADS", NULL);
	assert_in_range(threads, 1, 2);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* What cannot be opened is not what is not there. */
static void few_descriptors_are_the_reason(void **state)
{
	static const char *const commands[][5] = {
	        {"score", "params", "--networks", "5", "--quiet"},
	        {"benchmarks", "show", "tiny201-shapes"},
	        {"benchmarks", "list"},
	        {"show", "params", "--format", "pytorch"},
	        {"evolve", "--preset", "quick", "--watch", "nothing"},
	};

	(void) state;
	skip_under_sanitizers();
	for (size_t i = 0; i < 5 * 8; i++) {
		const char *const *command = commands[i / 8];
		struct outcome outcome;
		limit(RLIMIT_NOFILE, 4 + i % 8);
		RUN(&box, &outcome, command[0], command[1], command[2], command[3], command[4]);
		assert_false(has(outcome.err, "no benchmark"));
		assert_false(has(outcome.err, "no preset"));
		if (exit_status(&outcome) != 0 && i / 8 < 4)
			assert_true(has(outcome.err, "Too many open files"));
		outcome_clear(&outcome);
	}
}

static void folder_that_cannot_be_read_is_named(void **state)
{
	struct outcome outcome;
	const char *folder = sandbox_path(&box, "data/benchmarks");

	(void) state;
	evo_remove_tree(folder, NULL); /* where an earlier test has built */
	assert_int_equal(symlink(folder, folder), 0);
	RUN(&box, &outcome, "score", "params", "--benchmark", "mine");
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(has(outcome.err, "Too many levels of symbolic links"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "list");
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "cannot read the folder"));
	outcome_clear(&outcome);
	unlink(folder);
}

static void files_that_may_not_grow_are_a_failure(void **state)
{
	struct outcome outcome;
	const char *file = sandbox_path(&box, "scores.csv");

	(void) state;
	limit(RLIMIT_FSIZE, 4096);
	RUN(&box, &outcome, "score", "params", "--networks", "200", "--quiet", "--scores", file);
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(has(outcome.err, "scores.csv: cannot write: File too large; raise the limit"));
	assert_false(evo_path_exists(file));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "--generations", "1", "--population", "10", "--quiet",
	    "--store", sandbox_path(&box, "small.db"));
	assert_int_equal(exit_status(&outcome), 1);
	assert_true(has(outcome.err, "small.db cannot grow: no file may have more than 4096 bytes "
	                             "here; raise that limit (ulimit -f)"));
	outcome_clear(&outcome);
	/* What it left is a file without runs. */
	limit(0, 0);
	RUN(&box, &outcome, "runs", "list", "--store", sandbox_path(&box, "small.db"));
	expect_complaint(&outcome, 0, "no run is stored in");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "show", "a", "--store", sandbox_path(&box, "small.db"));
	expect_complaint(&outcome, 1, "no run is called 'a'");
	outcome_clear(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(commands_that_compute_nothing_need_little, unlimited),
	        cmocka_unit_test_teardown(too_little_for_openblas_is_said, unlimited),
	        cmocka_unit_test_teardown(threads_fit_by_default, unlimited),
	        cmocka_unit_test_teardown(a_little_is_enough, unlimited),
	        cmocka_unit_test_teardown(openblas_has_no_threads, unlimited),
	        cmocka_unit_test_teardown(few_descriptors_are_the_reason, unlimited),
	        cmocka_unit_test_teardown(folder_that_cannot_be_read_is_named, unlimited),
	        cmocka_unit_test_teardown(files_that_may_not_grow_are_a_failure, unlimited),
	};

	return cmocka_run_group_tests(tests, open_box, close_box);
}
