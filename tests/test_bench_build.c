/*
 * The sample of architectures, and building: from nothing, stopped and gone on with, after a torn
 * line.
 */
#include "config.h"

#include <math.h>
#include <sys/stat.h>

#include "test_build_support.h"
#include "../src/build/journal.h"
#include "../src/build/stratified.h"

/* ---- The sample ------------------------------------------------------------------------------ */

static void counts_live_convolutions(void **state)
{
	static const struct {
		const char *architecture;
		size_t live;
	} cases[] = {
	        {CELL_ZERO, 0},
	        {CELL_ZERO_AS, 0}, /* nothing reaches the output */
	        {CELL_A, 3},
	        {CELL_B, 2},
	        {"|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_1x1~1|"
	         "nor_conv_1x1~2|",
	         6},
	        {"|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
	         0},
	        {"|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|", 1},
	        {"|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|", 1},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++)
		assert_int_equal(evo_space_at(0)->stratum(cases[i].architecture), cases[i].live);
}

static void free_list(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

static void lines_up_equal_shares_of_functions(void **state)
{
	const struct evo_space *space = evo_space_find("nb201", &err);
	size_t got, fewer, shares[7] = {0};
	char **list = build_stratified_sample(space, 70, 1, &got, &err), *functions[70];
	char **shorter = build_stratified_sample(space, 20, 1, &fewer, &err);

	(void) state;
	assert_int_equal(got, 70);
	assert_int_equal(fewer, 20);
	for (size_t i = 0; i < got; i++) {
		functions[i] = space->function(list[i], &err);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(functions[i], functions[j]);
		shares[evo_space_at(0)->stratum(list[i])]++;
		if (i < fewer)
			assert_string_equal(list[i], shorter[i]);
	}
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(shares[i], 10);
	free_list(shorter, fewer);
	shorter = build_stratified_sample(space, 20, 2, &fewer, &err);
	assert_string_not_equal(shorter[0], list[0]);
	for (size_t i = 0; i < got; i++)
		free(functions[i]);
	free_list(shorter, fewer);
	free_list(list, got);
}

static void lines_up_all_there_are(void **state)
{
	const struct evo_space *space = evo_space_find("nb201", &err);
	size_t got;
	char **list = build_stratified_sample(space, 100000, 1, &got, &err);

	(void) state;
	assert_int_equal(got, 5260); /* networks.md's count of functions */
	free_list(list, got);
}

/* ---- Building -------------------------------------------------------------------------------- */

static void builds_a_benchmark(void **state)
{
	struct evo_build build = tiny("small");
	struct watch watch = {0};
	struct evo_benchmark *benchmark;
	struct evo_images images, drawn;
	char *path;

	(void) state;
	assert_true(build_with(&build, 1, &watch));
	assert_int_equal(watch.calls, 4);
	benchmark = evo_benchmark_load("small", &err);
	assert_non_null(benchmark);
	assert_int_equal(benchmark->row_count, 2);
	assert_int_equal(benchmark->macro.channels, 2);
	assert_string_equal(benchmark->image_source, "shapes seed 1");
	assert_string_equal(benchmark->image_title, "shapes images, drawn by code");
	assert_true(fabs(benchmark->ceiling) <= 1);
	assert_non_null(strstr(benchmark->dataset, "shapes test accuracy, 1 epochs"));
	assert_non_null(strstr(benchmark->origin, "2 networks, 2 seeds"));

	assert_true(evo_benchmark_images(benchmark, 12, 16, &images, &err));
	assert_true(evo_task_images(evo_task_at(0), 1, 0, 12, &drawn, &err));
	assert_memory_equal(images.pixels, drawn.pixels, 12 * 768 * sizeof(float));
	evo_images_clear(&images);
	evo_images_clear(&drawn);
	evo_benchmark_destroy(benchmark);
	path = file_of("small", EVO_BENCH_JOURNAL);
	assert_false(evo_path_exists(path));
	free(path);
}

/* Stopped after each number of trainings, and gone on with on another number of threads. */
static void ends_the_same_however_it_was_stopped(void **state)
{
	struct evo_build whole = tiny("whole");
	struct watch watch = {0};
	char *expected;

	(void) state;
	assert_true(build_with(&whole, 2, &watch));
	expected = table_of("whole");
	for (size_t stop = 1; stop <= 3; stop++) {
		char *name = evo_format("stopped%zu", stop), *table, *manifest;
		struct evo_build build = tiny(name);

		watch = (struct watch){.stop_after = stop};
		assert_false(build_with(&build, 1, &watch));
		assert_int_equal(err.code, EVO_E_CANCELLED);
		manifest = file_of(name, "manifest.ini");
		assert_false(evo_path_exists(manifest));
		assert_null(evo_benchmark_load(name, NULL));
		watch = (struct watch){0};
		assert_true(build_with(&build, 2, &watch));
		assert_int_equal(watch.calls, 4 - stop);
		assert_int_equal(watch.first_done, stop + 1);
		table = table_of(name);
		assert_string_equal(table, expected);
		free(table);
		free(manifest);
		free(name);
	}
	free(expected);
}

static void forgets_a_torn_line(void **state)
{
	struct evo_build build = tiny("torn");
	struct watch watch = {0};
	char *expected, *path = file_of("torn", EVO_BENCH_JOURNAL), *table;
	FILE *journal;

	(void) state;
	assert_true(build_with(&build, 1, &watch));
	expected = table_of("torn");
	assert_true(evo_benchmark_remove("torn", &err));
	watch = (struct watch){.stop_after = 2};
	assert_false(build_with(&build, 1, &watch));
	/* The machine went down while the third was written; another line is spoilt. */
	journal = fopen(path, "a");
	assert_non_null(journal);
	fputs("garbage,1,2,3\n,,\nnonsense\n|nor_conv_3x3~0|+|nor_co", journal);
	fclose(journal);
	watch = (struct watch){.stop_after = 1};
	assert_false(build_with(&build, 1, &watch));
	assert_int_equal(watch.first_done, 3);
	watch = (struct watch){0};
	assert_true(build_with(&build, 1, &watch));
	assert_int_equal(watch.calls, 1);
	table = table_of("torn");
	assert_string_equal(table, expected);
	free(table);
	free(expected);
	free(path);
}

static void builds_nothing_twice(void **state)
{
	struct evo_build build = tiny("once");
	struct watch watch = {0};

	(void) state;
	assert_true(build_with(&build, 1, &watch));
	watch = (struct watch){0};
	assert_true(build_with(&build, 1, &watch));
	assert_int_equal(watch.calls, 0);
	build.how.epochs = 2;
	assert_false(build_with(&build, 1, &watch));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "another benchmark is here"));
}

static void does_not_mix_recipes(void **state)
{
	struct evo_build build = tiny("mixed");
	struct watch watch = {.stop_after = 1};
	char *journal = file_of("mixed", EVO_BENCH_JOURNAL);

	(void) state;
	assert_false(build_with(&build, 1, &watch));
	build.train_images = 40;
	watch = (struct watch){0};
	assert_false(build_with(&build, 1, &watch));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "other settings"));
	/* What was begun can be removed by name. */
	assert_true(evo_path_exists(journal));
	evo_error_clear(&err);
	assert_true(evo_benchmark_remove("mixed", &err));
	assert_false(evo_path_exists(journal));
	assert_true(build_with(&build, 1, &watch));
	free(journal);
}

/* More networks and seeds of the same recipe go on from what is there. */
static void goes_on_to_more(void **state)
{
	struct evo_build build = tiny("more");
	struct watch watch = {.stop_after = 3};

	(void) state;
	assert_false(build_with(&build, 1, &watch));
	build.networks = 3;
	build.seeds = 3;
	watch = (struct watch){0};
	assert_true(build_with(&build, 1, &watch));
	assert_int_equal(watch.calls, 6);
}

static void writes_where_it_is_told(void **state)
{
	struct evo_build build = tiny("elsewhere");
	struct watch watch = {0};
	char *folder = evo_path_join(data_folder, "shared/elsewhere");
	char *shared = evo_path_join(data_folder, "shared");
	struct evo_benchmark *benchmark;

	(void) state;
	build.folder = folder;
	build.seeds = 1;
	assert_true(build_with(&build, 1, &watch));
	setenv("EVOSCOPE_SHARED", shared, 1);
	benchmark = evo_benchmark_load("elsewhere", &err);
	assert_non_null(benchmark);
	assert_true(benchmark->embedded);
	assert_true(isnan(benchmark->ceiling)); /* of one seed there is none */
	evo_benchmark_destroy(benchmark);
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	free(shared);
	free(folder);
}

static void check_refused(struct evo_build build)
{
	struct watch watch = {0};

	assert_false(build_with(&build, 1, &watch));
	assert_true(err.code == EVO_E_USAGE || err.code == EVO_E_NOT_FOUND ||
	            err.code == EVO_E_INPUT);
	assert_true(strlen(err.message) > 10);
	assert_int_equal(watch.calls, 0);
}

static void refuses_what_cannot_be_built(void **state)
{
	struct evo_build build = tiny("bad");
	char *folder = file_of("bad", "");

	(void) state;
#define REFUSED(member, value)                                                                     \
	build.member = value;                                                                      \
	check_refused(build);                                                                      \
	build = tiny("bad")
	REFUSED(name, "b/d");
	REFUSED(name, "all");
	REFUSED(name, EVO_DEFAULT_BENCHMARK);
	REFUSED(task, "squares");
	REFUSED(networks, 1);
	REFUSED(seeds, 0);
	REFUSED(macro.side, 7);
	REFUSED(macro.classes, 9);
	REFUSED(macro.side, 32);
	REFUSED(how.epochs, 0);
	REFUSED(train_images, 7);
	REFUSED(test_images, 0);
	assert_false(evo_path_exists(folder));
	free(folder);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, empty_data_folder)
	const struct CMUnitTest tests[] = {
	        TEST(counts_live_convolutions),
	        TEST(lines_up_equal_shares_of_functions),
	        TEST(lines_up_all_there_are),
	        TEST(builds_a_benchmark),
	        TEST(ends_the_same_however_it_was_stopped),
	        TEST(forgets_a_torn_line),
	        TEST(builds_nothing_twice),
	        TEST(does_not_mix_recipes),
	        TEST(goes_on_to_more),
	        TEST(writes_where_it_is_told),
	        TEST(refuses_what_cannot_be_built),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
