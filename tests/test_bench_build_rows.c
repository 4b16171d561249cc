/*
 * Parts of a build: rows that are trained ahead or again, several journals in one, and what is
 * published before the end.
 */
#include "config.h"

#include <math.h>

#include "test_build_support.h"
#include "../src/build/journal.h"
#include "evoscope/bench_manifest.h"

static bool train_rows(const struct evo_build *build, size_t first, size_t last,
                       struct watch *watch, struct evo_build_rows *rows)
{
	struct evo_pool *pool = evo_pool_create(2, &err);
	bool done;

	evo_error_clear(&err);
	done = evo_benchmark_build_rows(build, first, last, pool, watch_build, watch, rows, &err);
	evo_pool_destroy(pool);
	return done;
}

static struct evo_build four(const char *name)
{
	struct evo_build build = tiny(name);

	build.networks = 4;
	return build;
}

static char *read_text(const char *name, const char *file)
{
	char *path = file_of(name, file);
	char *text = evo_file_read(path, 1 << 20, NULL, NULL);

	free(path);
	return text;
}

/* The manifest without what says when and how long, and without the name. */
static char *timeless_manifest(const char *name)
{
	char *text = read_text(name, "manifest.ini"), *out = evo_calloc(strlen(text) + 1, 1);

	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		if (strncmp(line, "seconds", 7) != 0 && strncmp(line, "date", 4) != 0 &&
		    strncmp(line, "origin", 6) != 0) {
			strcat(out, line);
			strcat(out, "\n");
		}
	free(text);
	return out;
}

static void expect_equal_benchmarks(const char *one, const char *other)
{
	char *a = timeless_manifest(one), *b = timeless_manifest(other);
	char *c = table_of(one), *d = table_of(other);

	assert_string_equal(a, b);
	assert_string_equal(c, d);
	free(a);
	free(b);
	free(c);
	free(d);
}

/* ---- Rows ahead ------------------------------------------------------------------------------ */

static void keeps_rows_for_a_later_build(void **state)
{
	struct evo_build build = four("whole"), ahead = four("ahead");
	struct evo_build_rows rows;
	struct watch watch = {0};

	(void) state;
	assert_true(build_with(&build, 1, &watch));
	watch = (struct watch){0};
	assert_true(train_rows(&ahead, 2, 3, &watch, &rows));
	assert_int_equal(watch.calls, 4);
	assert_int_equal(rows.first, 2);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.seeds, 2);
	assert_int_equal(rows.first_seed, 1);
	assert_null(rows.before);
	assert_int_equal(rows.done, 4);
	assert_int_equal(rows.total, 8);
	for (size_t i = 0; i < 4; i++)
		assert_true(!isnan(rows.accuracies[i]));
	evo_build_rows_clear(&rows);
	assert_null(evo_benchmark_load("ahead", NULL));

	/* They are there when they are asked for again, and in the whole. */
	watch = (struct watch){0};
	assert_true(train_rows(&ahead, 3, 3, &watch, &rows));
	assert_int_equal(watch.calls, 0);
	evo_build_rows_clear(&rows);
	assert_true(build_with(&ahead, 1, &watch));
	assert_int_equal(watch.calls, 4);
	expect_equal_benchmarks("whole", "ahead");
}

static void refuses_rows_that_are_not_there(void **state)
{
	struct evo_build build = four("none");
	struct evo_build_rows rows;
	struct watch watch = {0};
	char *folder = file_of("none", "");

	(void) state;
	for (int built = 0; built < 2; built++) {
		assert_false(train_rows(&build, 0, 2, &watch, &rows));
		assert_int_equal(err.code, EVO_E_USAGE);
		assert_false(train_rows(&build, 3, 2, &watch, &rows));
		assert_false(train_rows(&build, 3, 5, &watch, &rows));
		assert_non_null(strstr(err.message, "there are rows 1 to 4"));
		evo_build_rows_clear(&rows);
		assert_int_equal(watch.calls, 0);
		assert_true(evo_path_exists(folder) == (built == 1));
		assert_true(build_with(&build, 1, &watch));
		watch = (struct watch){0};
	}
	free(folder);
}

/* Two machines train a half each; the files behind one another are one build's. */
static void takes_journals_that_were_put_together(void **state)
{
	struct evo_build whole = four("whole"), left = four("left"), right = four("right"),
	                 odd = four("odd");
	struct evo_build_rows rows;
	struct watch watch = {0};
	char *one, *two, *both;

	(void) state;
	assert_true(build_with(&whole, 1, &watch));
	assert_true(train_rows(&left, 1, 2, &watch, &rows));
	evo_build_rows_clear(&rows);
	assert_true(train_rows(&right, 2, 4, &watch, &rows));
	evo_build_rows_clear(&rows);
	one = read_text("left", EVO_BENCH_JOURNAL);
	two = read_text("right", EVO_BENCH_JOURNAL);
	both = evo_format("%s%s", one, two);
	free(put_text("benchmarks/left/" EVO_BENCH_JOURNAL, both));
	watch = (struct watch){0};
	assert_true(build_with(&left, 1, &watch));
	assert_int_equal(watch.calls, 0);
	expect_equal_benchmarks("whole", "left");
	free(both);

	/* One of other settings is told apart. */
	odd.how.rate = 0.3;
	watch = (struct watch){.stop_after = 1};
	assert_false(build_with(&odd, 1, &watch));
	free(one);
	one = read_text("odd", EVO_BENCH_JOURNAL);
	both = evo_format("%s%s", two, one);
	free(put_text("benchmarks/right/" EVO_BENCH_JOURNAL, both));
	assert_false(build_with(&right, 1, &watch));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "different settings"));
	free(both);
	free(one);
	free(two);
}

/* ---- Rows again ------------------------------------------------------------------------------ */

static void holds_rows_against_the_table(void **state)
{
	struct evo_build build = four("again");
	struct evo_build_rows rows;
	struct evo_built *built;
	struct watch watch = {0};
	char *table, *changed, *at, *manifest, *after;

	(void) state;
	build.macro.channels = 3;
	build.how.shift = 2;
	build.how.flip = true;
	build.how.rate = 0.05;
	assert_true(build_with(&build, 1, &watch));
	manifest = read_text("again", "manifest.ini");
	built = evo_built_load("again", NULL, &err);
	assert_non_null(built);
	assert_int_equal(built->build.macro.channels, 3);
	watch = (struct watch){0};
	assert_true(train_rows(&built->build, 2, 4, &watch, &rows));
	assert_int_equal(watch.calls, 6);
	assert_non_null(rows.before);
	assert_memory_equal(rows.before, rows.accuracies, 6 * sizeof(double));
	evo_build_rows_clear(&rows);

	/* The third row's second seed is another number in the table now. */
	table = table_of("again");
	at = table;
	for (size_t line = 0; line < 3; line++)
		at = strchr(at, '\n') + 1;
	at = strrchr(strtok(at, "\n"), ',');
	*at = '\0';
	changed = evo_format("%s,0.125\n", table);
	free(put_text("benchmarks/again/table.csv", changed));
	assert_true(train_rows(&built->build, 3, 3, &watch, &rows));
	assert_true(rows.before[0] == rows.accuracies[0]);
	assert_true(rows.before[1] == 0.125);
	assert_true(rows.accuracies[1] != 0.125);
	evo_build_rows_clear(&rows);

	/* Nothing was written. */
	after = table_of("again");
	assert_string_equal(after, changed);
	free(after);
	after = read_text("again", "manifest.ini");
	assert_string_equal(after, manifest);
	free(after);
	after = read_text("again", EVO_BENCH_JOURNAL);
	assert_null(after);

	/* With settings of its own it would be another benchmark. */
	built->build.how.epochs++;
	assert_false(train_rows(&built->build, 3, 3, &watch, &rows));
	assert_non_null(strstr(err.message, "another benchmark is here"));
	evo_built_destroy(built);
	free(changed);
	free(table);
	free(manifest);
}

static void finds_what_was_built(void **state)
{
	struct evo_built *built;

	(void) state;
	evo_error_clear(&err);
	assert_null(evo_built_load("nothing-like-it", NULL, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	evo_error_clear(&err);
	built = evo_built_load("tiny201-shapes", NULL, &err);
	assert_non_null(built);
	assert_string_equal(built->build.task, "shapes");
	assert_true(built->build.networks == 400);
	evo_built_destroy(built);
	/* What was begun under its name is meant, not the one that comes with the program. */
	evo_make_directories(data_folder, NULL);
	built = NULL;
	char *folder = file_of("tiny201-shapes", "");
	assert_true(evo_make_directories(folder, &err));
	free(put_text("benchmarks/tiny201-shapes/" EVO_BENCH_JOURNAL, "# x\n"));
	assert_null(evo_built_load("tiny201-shapes", NULL, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	free(folder);
}

/* ---- Published before the end ---------------------------------------------------------------- */

static void publishes_what_is_whole(void **state)
{
	struct evo_build build = four("part"), whole = four("whole");
	struct evo_bench_manifest manifest;
	struct evo_benchmark *benchmark;
	struct watch watch = {0};
	size_t networks;
	char *path, *table, *expected, *end;

	(void) state;
	assert_true(build_with(&whole, 1, &watch));
	expected = table_of("whole");
	evo_error_clear(&err);
	assert_false(evo_benchmark_publish(&build, &networks, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "nothing is trained"));

	/* One network and a half is no benchmark. */
	watch = (struct watch){.stop_after = 3};
	assert_false(build_with(&build, 1, &watch));
	evo_error_clear(&err);
	assert_false(evo_benchmark_publish(&build, &networks, &err));
	assert_non_null(strstr(err.message, "1 of 4 networks has all 2 seeds trained"));
	assert_null(evo_benchmark_load("part", NULL));

	/* Two and a half are a benchmark of two. */
	watch = (struct watch){.stop_after = 2};
	assert_false(build_with(&build, 1, &watch));
	evo_error_clear(&err);
	assert_true(evo_benchmark_publish(&build, &networks, &err));
	assert_int_equal(networks, 2);
	benchmark = evo_benchmark_load("part", &err);
	assert_non_null(benchmark);
	assert_int_equal(benchmark->row_count, 2);
	assert_int_equal(benchmark->training->networks, 2);
	assert_int_equal(benchmark->training->wanted, 4);
	assert_non_null(strstr(benchmark->origin, "2 networks, 2 seeds"));
	evo_benchmark_destroy(benchmark);
	table = table_of("part");
	assert_int_equal(strncmp(table, expected, strlen(table)), 0);
	end = table;
	for (size_t lines = 0; *end; end++)
		assert_true((lines += *end == '\n' ? 1 : 0) <= 3);
	free(table);

	/* What is kept stays, and building again ends as if nothing had been. */
	watch = (struct watch){0};
	assert_true(build_with(&build, 2, &watch));
	assert_int_equal(watch.calls, 3);
	expect_equal_benchmarks("whole", "part");
	path = file_of("part", EVO_BENCH_JOURNAL);
	assert_false(evo_path_exists(path));
	free(path);
	path = file_of("part", "manifest.ini");
	evo_bench_manifest_init(&manifest);
	assert_true(evo_bench_manifest_read(&manifest, path, &err));
	assert_int_equal(manifest.training.wanted, EVO_BENCH_ABSENT);
	evo_bench_manifest_clear(&manifest);
	free(path);

	/* A whole one stays as it is. */
	assert_true(evo_benchmark_publish(&build, &networks, &err));
	assert_int_equal(networks, 4);
	expect_equal_benchmarks("whole", "part");
	free(expected);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, empty_data_folder)
	const struct CMUnitTest tests[] = {
	        TEST(keeps_rows_for_a_later_build),
	        TEST(refuses_rows_that_are_not_there),
	        TEST(takes_journals_that_were_put_together),
	        TEST(holds_rows_against_the_table),
	        TEST(finds_what_was_built),
	        TEST(publishes_what_is_whole),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
