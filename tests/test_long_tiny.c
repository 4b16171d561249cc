/*
 * Three random rows of every embedded benchmark, trained again: on a processor of the kind that
 * trained them, each has the accuracies that the table says, to the last digit. Some minutes.
 *
 * usage: test_long_tiny [SEED]   (which rows; without: the clock's)
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "evoscope/bench.h"
#include "evoscope/blas.h"
#include "evoscope/build.h"

#define ROWS 3

static uint64_t seed;

static bool trained_here(const char *name)
{
	struct evo_error err = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load(name, &err);
	char *here = evo_format("%s, %s", evo_blas_name(), evo_kernel_name());
	const char *there;

	if (benchmark == NULL)
		fail_msg("%s", err.message);
	assert_true(benchmark->embedded);
	assert_non_null(benchmark->training);
	there = benchmark->training->kernels;
	bool same = there != NULL && strcmp(there, here) == 0;
	if (!same)
		printf("%s: trained with the kernels %s, here they are %s: not compared\n", name,
		       there != NULL ? there : "of an older version", here);
	free(here);
	evo_benchmark_destroy(benchmark);
	return same;
}

/* How many of the row's accuracies differ. */
static size_t train_again(const struct evo_built *built, size_t row, struct evo_pool *pool)
{
	struct evo_error err = {0};
	struct evo_build_rows rows;
	size_t differ = 0;

	if (!evo_benchmark_build_rows(&built->build, row, row, pool, NULL, NULL, &rows, &err))
		fail_msg("%s", err.message);
	assert_non_null(rows.before);
	for (size_t i = 0; i < rows.seeds; i++) {
		printf("  row %zu, seed %zu: %g, in the table %g\n", row, rows.first_seed + i,
		       rows.accuracies[i], rows.before[i]);
		differ += rows.accuracies[i] != rows.before[i];
	}
	evo_build_rows_clear(&rows);
	return differ;
}

static void rows_are_trained_to_the_same_accuracies(void **state)
{
	struct evo_error err = {0};
	struct evo_pool *pool = evo_pool_create(evo_cores(), &err);
	struct evo_rng rng = evo_rng_stream(seed, "rows to train again", 0);
	size_t compared = 0, differ = 0;

	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		char *name = evo_format("tiny201-%s", evo_task_at(t)->name);

		if (trained_here(name)) {
			struct evo_built *built = evo_built_load(name, NULL, &err);

			assert_non_null(built);
			printf("%s\n", name);
			for (size_t i = 0; i < ROWS; i++, compared++)
				differ += train_again(
				        built, 1 + evo_rng_below(&rng, built->build.networks),
				        pool);
			evo_built_destroy(built);
		}
		free(name);
	}
	evo_pool_destroy(pool);
	if (!compared)
		skip();
	assert_int_equal(differ, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_are_trained_to_the_same_accuracies)};

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t) time(NULL);
	printf("rows of seed %llu\n", (unsigned long long) seed);
	/* No benchmark of the user's own, and the embedded ones of this tree. */
	setenv("EVOSCOPE_DATA", "/nowhere", 1);
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
