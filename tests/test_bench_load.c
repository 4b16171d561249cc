/*
 * Loading: manifests and tables good and bad, names, removal, pools and samples.
 */
#include "config.h"

#include <math.h>

#include "test_bench_support.h"

static struct evo_error err;

#define MANIFEST                                                                                   \
	"[benchmark]\nformat = 1\ntitle = A title\ndataset = A set\norigin = made by hand\n"       \
	"space = nb201\n[probe]\nchannels = 4\ncells = 1\nside = 8\nclasses = 3\nbatch = 2\n"      \
	"[images]\nsource = none\ntitle = noise\n"
#define TABLE "architecture,accuracy\n" CELL_A ",90\n" CELL_B ",80.5\n"

static void put_benchmark(const char *name, const char *manifest, const char *table)
{
	char *folder = evo_format("%s/benchmarks/%s", data_folder, name), *relative;

	assert_true(evo_make_directories(folder, NULL));
	relative = evo_format("benchmarks/%s/manifest.ini", name);
	free(put_text(relative, manifest));
	free(relative);
	relative = evo_format("benchmarks/%s/table.csv", name);
	if (table != NULL)
		free(put_text(relative, table));
	free(relative);
	free(folder);
}

static struct evo_benchmark *load(const char *name)
{
	evo_error_clear(&err);
	return evo_benchmark_load(name, &err);
}

static void loads_what_was_written_by_hand(void **state)
{
	struct evo_benchmark *benchmark;
	struct evo_images images;

	(void) state;
	put_benchmark("hand", MANIFEST, TABLE);
	benchmark = load("hand");
	assert_non_null(benchmark);
	assert_string_equal(benchmark->name, "hand");
	assert_string_equal(benchmark->title, "A title");
	assert_int_equal(benchmark->macro.side, 8);
	assert_int_equal(benchmark->batch, 2);
	assert_int_equal(benchmark->row_count, 2);
	assert_int_equal(benchmark->function_count, 2);
	assert_true(benchmark->rows[1].accuracy == 80.5);
	assert_int_equal(evo_benchmark_row(benchmark, CELL_B), 1);
	assert_int_equal(evo_benchmark_row(benchmark, CELL_C), 2);
	/* Without images there are none, and that is no error. */
	assert_true(evo_benchmark_images(benchmark, 5, 8, &images, &err));
	assert_null(images.pixels);
	assert_int_equal(images.count, 0);
	evo_benchmark_destroy(benchmark);
}

static void shares_the_function_of_equal_rows(void **state)
{
	struct evo_benchmark *benchmark;

	(void) state;
	put_benchmark("equal", MANIFEST,
	              "architecture,accuracy\n" CELL_ZERO ",10\n" CELL_A ",90\n" CELL_ZERO_AS
	              ",10\n");
	benchmark = load("equal");
	assert_non_null(benchmark);
	assert_int_equal(benchmark->row_count, 3);
	assert_int_equal(benchmark->function_count, 2);
	assert_int_equal(benchmark->rows[0].function_id, 0);
	assert_int_equal(benchmark->rows[1].function_id, 1);
	assert_int_equal(benchmark->rows[2].function_id, 0);
	assert_ptr_equal(benchmark->rows[0].function, benchmark->rows[2].function);
	evo_benchmark_destroy(benchmark);
}

/* ---- What is wrong with a manifest or a table ------------------------------------------------ */

static void check_bad(const char *manifest, const char *table, size_t line, const char *what)
{
	put_benchmark("bad", manifest, table);
	assert_null(load("bad"));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_int_equal(err.line, line);
	if (strstr(err.message, what) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, what);
}

static void tells_what_is_wrong_with_a_manifest(void **state)
{
	(void) state;
	check_bad(MANIFEST "colour = blue\n", TABLE, 16, "unknown key 'colour' in [images]");
	check_bad(MANIFEST "cout = 3\n", TABLE, 16, "did you mean 'count'?");
	check_bad(MANIFEST "[more]\nx = 1\n", TABLE, 17, "unknown section [more]");
	check_bad("[benchmark]\nformat = 2\n", TABLE, 2, "format is \"2\"");
	check_bad("[benchmark]\nformat = 1\nformat = 1\n", TABLE, 3, "appears twice");
	check_bad("[benchmark]\nformat = 1\ntitle = x\n", TABLE, 0, "[benchmark] has no dataset");
	check_bad("[probe]\nbatch = 1.5\n", TABLE, 2, "whole number");
	check_bad("[probe]\nbatch = 0\n", TABLE, 2, "from 1 to 65536");
	check_bad("[probe]\nbatch = many\n", TABLE, 2, "batch is \"many\"");
	check_bad("[probe\n", TABLE, 1, "");
	check_bad("", TABLE, 0, "has no format");
}

static void tells_what_a_manifest_cannot_mean(void **state)
{
	static const char *const start =
	        "[benchmark]\nformat = 1\ntitle = t\ndataset = d\norigin = o\nspace = %s\n"
	        "[probe]\nchannels = 4\ncells = 1\nside = %d\nclasses = 3\nbatch = 2\n"
	        "[images]\ntitle = t\nsource = %s\n";
	static const struct {
		const char *space;
		int side;
		const char *source, *what;
	} cases[] = {
	        {"nb999", 8, "none", "nb999"},
	        {"nb201", 7, "none", ""},
	        {"nb201", 8, "moon", "source is \"moon\""},
	        {"nb201", 8, "cifar10", "no count, or no hash"},
	        {"nb201", 8, "cifar10\ncount = 4\nhash = 00", "missing"},
	        {"nb201", 8, "task", "no task, or no seed"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		char text[512];

		snprintf(text, sizeof(text), start, cases[i].space, cases[i].side, cases[i].source);
		check_bad(text, TABLE, 0, cases[i].what);
	}
}

static void tells_what_is_wrong_with_a_table(void **state)
{
	(void) state;
	check_bad(MANIFEST, "arch,accuracy\n" CELL_A ",90\n", 1, "the first line is not");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",90\n" CELL_B ",x\n", 3, "\"x\"");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",100.1\n", 2, "from 0 to 100");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",nan\n", 2, "from 0 to 100");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",1,2\n", 2, "3 fields");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",1\nx,2\n", 3, "");
	check_bad(MANIFEST, "architecture,accuracy\n" CELL_A ",1\n\n" CELL_A ",2\n", 4, "twice");
	check_bad(MANIFEST, "architecture,accuracy\n", 0, "no architecture");
	put_benchmark("without", MANIFEST, NULL);
	assert_null(load("without"));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.file, "table.csv"));
}

static void refuses_images_that_changed(void **state)
{
	unsigned char record[3073] = {4};
	char *images = put_bytes("one.bin", record, sizeof(record));
	char *table = put_text("one.csv",
	                       "ArchitectureString,CIFAR10TestAccuracy200Epochs\n" CELL_A ",90\n");
	struct evo_import import = {.importer = evo_importer_find("nats-bench"),
	                            .file = table,
	                            .format = EVO_IMAGES_CIFAR10,
	                            .images = images};
	struct evo_import_report report;
	struct evo_images got;
	struct evo_benchmark *benchmark;

	(void) state;
	assert_true(evo_import_accuracies(&import, NULL, NULL, &report, &err));
	evo_import_report_clear(&report);
	benchmark = load("nb201-cifar10");
	assert_true(evo_benchmark_images(benchmark, 1, 32, &got, &err));
	evo_images_clear(&got);
	record[100] = 1;
	free(put_bytes("benchmarks/nb201-cifar10/images.bin", record, sizeof(record)));
	assert_false(evo_benchmark_images(benchmark, 1, 32, &got, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	evo_error_clear(&err);
	free(put_bytes("benchmarks/nb201-cifar10/images.bin", record, 100));
	assert_false(evo_benchmark_images(benchmark, 1, 32, &got, &err));
	evo_benchmark_destroy(benchmark);
	free(images);
	free(table);
}

/* ---- The embedded one ------------------------------------------------------------------------ */

/* No two of a benchmark's architectures are the same function, and it tells them apart. */
static void expect_useful(const struct evo_benchmark *benchmark)
{
	double low = 100, high = 0;

	assert_true(benchmark->embedded);
	assert_true(benchmark->row_count == 400);
	assert_int_equal(benchmark->function_count, benchmark->row_count);
	for (size_t i = 0; i < benchmark->row_count; i++) {
		low = fmin(low, benchmark->rows[i].accuracy);
		high = fmax(high, benchmark->rows[i].accuracy);
	}
	assert_true(high - low > 30);
	assert_true(benchmark->ceiling > 0.6 && benchmark->ceiling < 1);
	for (int split = EVO_TRAIN; split < EVO_ALL; split++) {
		size_t got, *rows = evo_benchmark_sample(benchmark, (enum evo_split) split, 0, 1,
		                                         "test", &got);

		assert_true(got >= 10);
		free(rows);
	}
}

static void comes_with_a_benchmark_of_every_task(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		const struct evo_task_row *task = evo_task_at(t);
		char *name = evo_format("tiny201-%s", task->name);
		char *source = evo_format("%s seed 1", task->name);
		struct evo_benchmark *benchmark = load(name);

		assert_non_null(benchmark);
		expect_useful(benchmark);
		assert_ptr_equal(benchmark->task, task);
		assert_string_equal(benchmark->image_source, source);
		evo_benchmark_destroy(benchmark);
		free(source);
		free(name);
	}
	assert_non_null(evo_task_find(strchr(EVO_DEFAULT_BENCHMARK, '-') + 1, &err));
}

/* Lines of one class each, in order; every image three times as large, two white pixels apart. */
static void lays_images_out_on_a_sheet(void **state)
{
	struct evo_benchmark *benchmark = load(EVO_DEFAULT_BENCHMARK);
	char *path = evo_path_join(data_folder, "sheet.ppm"), *bytes;
	static const char header[] = "P6\n802 502\n255\n";
	struct evo_images images;
	size_t length, seen[10] = {0}, compared = 0;

	(void) state;
	assert_true(evo_benchmark_sheet(benchmark, path, &err));
	bytes = evo_file_read(path, 1 << 24, &length, &err);
	assert_non_null(bytes);
	assert_int_equal(length, strlen(header) + 802 * 502 * 3);
	assert_memory_equal(bytes, header, strlen(header));
	const unsigned char *pixels = (const unsigned char *) bytes + strlen(header);

	assert_true(evo_benchmark_images(benchmark, 100, 16, &images, &err));
	for (size_t i = 0; i < images.count; i++) {
		size_t class = images.labels[i], column = seen[class]++;

		for (size_t at = 0; at < 3 * 256; at += 7, compared++) {
			size_t channel = at / 256, y = at % 256 / 16, x = at % 16;
			size_t down = 2 + 50 * class + 3 * y + 1, right = 2 + 50 * column + 3 * x;
			double value = 127.5 + 63.75 * (double) images.pixels[i * 768 + at];
			double shown = pixels[3 * (802 * down + right) + channel];

			assert_true(fabs(fmin(fmax(value, 0), 255) - shown) <= 0.51);
		}
	}
	assert_true(compared > 10000);
	for (size_t x = 0; x < 3 * 802; x++)
		assert_int_equal(pixels[3 * 802 * 50 + x], 255);
	evo_images_clear(&images);
	free(bytes);

	/* It is replaced whole, or stays. */
	benchmark->task = NULL;
	benchmark->image_format = EVO_IMAGES_NONE;
	assert_false(evo_benchmark_sheet(benchmark, path, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_true(evo_path_exists(path));
	evo_error_clear(&err);
	evo_benchmark_destroy(benchmark);
	free(path);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static bool is_named(const char *name)
{
	size_t count;
	char **names = evo_benchmark_names(&count, NULL);
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		found = found || strcmp(names[i], name) == 0;
		if (i > 0)
			assert_true(strcmp(names[i - 1], names[i]) < 0);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return found;
}

static void lists_what_has_a_manifest(void **state)
{
	char *folder = evo_format("%s/benchmarks/unfinished", data_folder);

	(void) state;
	put_benchmark("zebra", MANIFEST, TABLE);
	put_benchmark("ant", MANIFEST, TABLE);
	put_benchmark(".hidden", MANIFEST, TABLE);
	assert_true(evo_make_directories(folder, NULL));
	assert_true(is_named("ant"));
	assert_true(is_named("zebra"));
	assert_false(is_named(".hidden"));
	assert_false(is_named("unfinished"));
	free(folder);
}

static void names_the_nearest_when_there_is_none(void **state)
{
	(void) state;
	put_benchmark("nb201-cifar10", MANIFEST, TABLE);
	assert_null(load("nb201-cifr10"));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "did you mean 'nb201-cifar10'?"));
	assert_null(load("../benchmarks/nb201-cifar10"));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_null(load(""));
}

static void removes_the_users_own_only(void **state)
{
	(void) state;
	put_benchmark("mine", MANIFEST, TABLE);
	assert_true(evo_benchmark_remove("mine", &err));
	assert_false(is_named("mine"));
	assert_false(evo_benchmark_remove("mine", &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	evo_error_clear(&err);
}

/* What comes with the program is found, and stays; the user's own of that name, which an earlier
   program let be made, hides it, and says so. */
static void leaves_embedded_ones_alone(void **state)
{
	char *shared = evo_path_join(data_folder, "shared");
	struct evo_benchmark *benchmark;

	(void) state;
	put_benchmark("../shared/both", MANIFEST, TABLE);
	setenv("EVOSCOPE_SHARED", shared, 1);
	benchmark = load("both");
	assert_non_null(benchmark);
	assert_true(benchmark->embedded);
	assert_false(benchmark->hides);
	evo_benchmark_destroy(benchmark);
	assert_false(evo_benchmark_remove("both", &err));
	assert_int_equal(err.code, EVO_E_USAGE);

	put_benchmark("both", MANIFEST, TABLE);
	benchmark = load("both");
	assert_non_null(benchmark);
	assert_false(benchmark->embedded);
	assert_true(benchmark->hides);
	evo_benchmark_destroy(benchmark);
	assert_true(evo_benchmark_remove("both", &err));
	assert_true(is_named("both"));
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	free(shared);
}

/* ---- Pools ----------------------------------------------------------------------------------- */

static void splits_by_function_for_ever(void **state)
{
	const struct evo_space *space = evo_space_find("nb201", &err);
	size_t counts[3] = {0}, total = 0;

	(void) state;
	for (size_t i = 0; i < space->count; i += 7) {
		char *architecture = space->at(i), *function = space->function(architecture, &err);

		assert_int_equal(evo_function_split(function), evo_function_split(function));
		counts[evo_function_split(function)]++;
		total++;
		free(architecture);
		free(function);
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(fabs((double) counts[i] / (double) total - (i == 0 ? 0.6 : 0.2)) <
		            0.05);
	/* Published results rest on these: they never change. */
	assert_int_equal(evo_function_split("a"), EVO_TRAIN);
	assert_int_equal(evo_function_split("e"), EVO_TEST);
	assert_int_equal(evo_function_split("f"), EVO_VALIDATION);
	assert_int_equal(evo_function_split("g"), EVO_TEST);
	assert_int_equal(evo_function_split("0"), EVO_TRAIN);
}

/* ---- Samples --------------------------------------------------------------------------------- */

/* Every 23rd cell of the space, beginning at `first`; accuracies are of no importance here. */
static struct evo_benchmark *put_many(const char *name, size_t first, double accuracy)
{
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct evo_text table;

	evo_text_init(&table);
	evo_text_append(&table, "architecture,accuracy\n");
	for (size_t i = first; i < space->count; i += 23) {
		char *architecture = space->at(i);

		evo_text_printf(&table, "%s,%g\n", architecture, accuracy);
		free(architecture);
	}
	put_benchmark(name, MANIFEST, table.data);
	evo_text_clear(&table);
	return load(name);
}

static void samples_each_function_once(void **state)
{
	struct evo_benchmark *benchmark = put_many("many", 0, 50);
	size_t sum = 0;

	(void) state;
	assert_true(benchmark->function_count < benchmark->row_count);
	for (int split = EVO_TRAIN; split <= EVO_ALL; split++) {
		unsigned char *seen = evo_calloc(benchmark->function_count, 1);
		size_t got, *rows;

		rows = evo_benchmark_sample(benchmark, (enum evo_split) split, 0, 1, "test", &got);
		sum += split == EVO_ALL ? 0 : got;
		for (size_t i = 0; i < got; i++) {
			const struct evo_row *row = &benchmark->rows[rows[i]];

			assert_true(split == EVO_ALL || row->split == (enum evo_split) split);
			assert_false(seen[row->function_id]);
			seen[row->function_id] = 1;
			/* The first of its strings stands for a function. */
			for (size_t before = 0; before < rows[i]; before++)
				assert_true(benchmark->rows[before].function_id !=
				            row->function_id);
		}
		if (split == EVO_ALL)
			assert_int_equal(got, benchmark->function_count);
		free(rows);
		free(seen);
	}
	assert_int_equal(sum, benchmark->function_count);
	evo_benchmark_destroy(benchmark);
}

static void samples_by_seed_and_purpose_alone(void **state)
{
	struct evo_benchmark *one = put_many("one", 0, 50), *two = put_many("two", 0, 60);
	size_t got, same = 0;
	size_t *first = evo_benchmark_sample(one, EVO_TRAIN, 30, 7, "train", &got);
	size_t *again, *other, *longer;

	(void) state;
	assert_int_equal(got, 30);
	again = evo_benchmark_sample(two, EVO_TRAIN, 30, 7, "train", &got);
	assert_memory_equal(first, again, 30 * sizeof(*first));
	longer = evo_benchmark_sample(one, EVO_TRAIN, 60, 7, "train", &got);
	assert_int_equal(got, 60);
	assert_memory_equal(first, longer, 30 * sizeof(*first));
	other = evo_benchmark_sample(one, EVO_TRAIN, 30, 8, "train", &got);
	for (size_t i = 0; i < 30; i++)
		same += first[i] == other[i];
	assert_true(same < 5);
	free(other);
	other = evo_benchmark_sample(one, EVO_TRAIN, 30, 7, "validation", &got);
	same = 0;
	for (size_t i = 0; i < 30; i++)
		same += first[i] == other[i];
	assert_true(same < 5);
	free(first);
	free(again);
	free(other);
	free(longer);
	evo_benchmark_destroy(one);
	evo_benchmark_destroy(two);
}

static void gives_all_strings_of_a_pool(void **state)
{
	struct evo_benchmark *benchmark = put_many("many", 0, 50);
	size_t got, *rows = evo_benchmark_strings(benchmark, EVO_ALL, 0, 0, 1, "final", &got);
	unsigned char *seen = evo_calloc(benchmark->row_count, 1);

	(void) state;
	assert_int_equal(got, benchmark->row_count);
	for (size_t i = 0; i < got; i++) {
		assert_false(seen[rows[i]]);
		seen[rows[i]] = 1;
	}
	free(rows);
	rows = evo_benchmark_strings(benchmark, EVO_TEST, 10, 0, 1, "final", &got);
	assert_int_equal(got, 10);
	for (size_t i = 0; i < got; i++)
		assert_int_equal(benchmark->rows[rows[i]].split, EVO_TEST);
	free(rows);
	free(seen);
	evo_benchmark_destroy(benchmark);
}

/* Without those that are too many of a function, strings come in the same order. */
static void gives_few_strings_of_a_function(void **state)
{
	struct evo_benchmark *benchmark = put_many("many", 0, 50);
	size_t all, got, *rows = evo_benchmark_strings(benchmark, EVO_ALL, 0, 0, 1, "few", &all);
	size_t *few = evo_benchmark_strings(benchmark, EVO_ALL, 0, 2, 1, "few", &got), at = 0;
	size_t *taken = evo_calloc(benchmark->row_count, sizeof(*taken));

	(void) state;
	assert_in_range(got, 1, all - 1);
	for (size_t i = 0; i < all; i++) {
		if (taken[benchmark->rows[rows[i]].function_id]++ < 2) {
			assert_true(at < got);
			assert_int_equal(few[at++], rows[i]);
		}
	}
	assert_int_equal(at, got);
	free(few);
	few = evo_benchmark_strings(benchmark, EVO_ALL, got / 2, 2, 1, "few", &at);
	assert_int_equal(at, got / 2);
	free(few);
	free(taken);
	free(rows);
	evo_benchmark_destroy(benchmark);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, empty_data_folder)
	const struct CMUnitTest tests[] = {
	        TEST(loads_what_was_written_by_hand),
	        TEST(shares_the_function_of_equal_rows),
	        TEST(tells_what_is_wrong_with_a_manifest),
	        TEST(tells_what_a_manifest_cannot_mean),
	        TEST(tells_what_is_wrong_with_a_table),
	        TEST(refuses_images_that_changed),
	        TEST(comes_with_a_benchmark_of_every_task),
	        TEST(lays_images_out_on_a_sheet),
	        TEST(lists_what_has_a_manifest),
	        TEST(names_the_nearest_when_there_is_none),
	        TEST(removes_the_users_own_only),
	        TEST(leaves_embedded_ones_alone),
	        TEST(splits_by_function_for_ever),
	        TEST(samples_each_function_once),
	        TEST(samples_by_seed_and_purpose_alone),
	        TEST(gives_all_strings_of_a_pool),
	        TEST(gives_few_strings_of_a_function),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
