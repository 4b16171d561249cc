/*
 * The probe of a benchmark: outputs, images and labels, its own and those of another.
 */
#include "config.h"

#include "test_bench_support.h"

#include "evoscope/benchmark_probe.h"
#include "evoscope/import.h"

#define BATCH 8

static struct evo_error err;

/* The first images of a CIFAR file, with the labels 3, 14, 25 ... below `classes`. */
static char *put_images(const char *name, size_t label_bytes, size_t classes)
{
	size_t record = label_bytes + 3072;
	unsigned char *bytes = evo_calloc(BATCH, record);
	char *path;

	for (size_t i = 0; i < BATCH; i++)
		bytes[i * record + label_bytes - 1] = (unsigned char) ((3 + 11 * i) % classes);
	path = put_bytes(name, bytes, BATCH * record);
	free(bytes);
	return path;
}

static void import(const char *name, enum evo_image_format format, char *images)
{
	char *table =
	        put_text("table.csv", "CIFAR10TestAccuracy200Epochs,CIFAR100TestAccuracy200Epochs,"
	                              "ArchitectureString\n93,70," CELL_A "\n90,60," CELL_B "\n");
	struct evo_import how = {.importer = evo_importer_find("nats-bench"),
	                         .file = table,
	                         .name = name,
	                         .format = format,
	                         .images = images};
	struct evo_import_report report;

	assert_true(evo_import_accuracies(&how, NULL, NULL, &report, &err));
	evo_import_report_clear(&report);
	free(table);
	free(images);
}

static int set_up(void **state)
{
	if (make_data_folder(state) != 0)
		return -1;
	import("bare", EVO_IMAGES_NONE, NULL);
	import("ten", EVO_IMAGES_CIFAR10, put_images("ten.bin", 1, 10));
	import("hundred", EVO_IMAGES_CIFAR100, put_images("hundred.bin", 2, 100));
	return 0;
}

struct made {
	struct evo_probe probe;
	struct evo_images images;
	char text[96];
};

static struct made make_probe(const char *name, struct evo_probe_options options)
{
	struct evo_benchmark *benchmark = evo_benchmark_load(name, &err);
	struct made made;

	assert_non_null(benchmark);
	options.batch = BATCH;
	assert_true(evo_run_probe(benchmark, &options, 1, &made.probe, &made.images, &err));
	evo_probe_text(&made.probe, made.text, sizeof(made.text));
	evo_benchmark_destroy(benchmark);
	return made;
}

static void check_labels(struct made *made, size_t classes)
{
	assert_false(made->probe.drawn_labels);
	assert_non_null(made->images.labels);
	for (size_t i = 0; i < BATCH; i++)
		assert_int_equal(made->images.labels[i], (3 + 11 * i) % classes);
	evo_images_clear(&made->images);
}

static void check_drawn(struct made *made)
{
	assert_true(made->probe.drawn_labels);
	assert_null(made->images.labels);
	assert_non_null(made->images.pixels);
	assert_non_null(strstr(made->text, "classes, images, drawn labels"));
	evo_images_clear(&made->images);
}

static void takes_labels_that_fit(void **state)
{
	struct made made = make_probe("hundred-cifar100", (struct evo_probe_options){0});

	(void) state;
	assert_int_equal(made.probe.macro.classes, 100);
	assert_string_equal(made.text, "C 16 N 5, batch 8 of 3x32x32, 100 classes, images");
	check_labels(&made, 100);
	/* Ten classes are the first ten of a hundred outputs. */
	made = make_probe("ten-cifar100", (struct evo_probe_options){0});
	assert_int_equal(made.probe.macro.classes, 100);
	assert_string_equal(made.probe.images, "CIFAR-10 images, not CIFAR-100's");
	check_labels(&made, 10);
}

static void draws_labels_that_do_not_fit(void **state)
{
	struct made made = make_probe("hundred-cifar10", (struct evo_probe_options){0});

	(void) state;
	assert_int_equal(made.probe.macro.classes, 10);
	assert_string_equal(made.probe.images, "CIFAR-100 images, not CIFAR-10's");
	check_drawn(&made);
	made = make_probe("ten-cifar10", (struct evo_probe_options){.classes = 9});
	check_drawn(&made);
	/* Noise has no labels that could be meant. */
	made = make_probe("bare-cifar10", (struct evo_probe_options){.classes = 2});
	assert_false(made.probe.drawn_labels);
	assert_non_null(strstr(made.text, "2 classes, noise"));
}

static void takes_all_of_another_probe(void **state)
{
	struct made own = make_probe("ten-cifar10", (struct evo_probe_options){0});
	struct made other = make_probe("ten-cifar100", (struct evo_probe_options){0});
	struct made shared =
	        make_probe("ten-cifar100", (struct evo_probe_options){.probe_of = "ten-cifar10"});

	(void) state;
	assert_false(evo_probe_equal(&own.probe, &other.probe));
	assert_true(evo_probe_equal(&own.probe, &shared.probe));
	assert_string_equal(shared.probe.images, "CIFAR-10 images, not CIFAR-100's");
	check_labels(&own, 10);
	check_labels(&other, 10);
	check_labels(&shared, 10);
	/* The labels of the other's images, at the other's outputs. */
	shared = make_probe("ten-cifar10",
	                    (struct evo_probe_options){.probe_of = "hundred-cifar100"});
	assert_int_equal(shared.probe.macro.classes, 100);
	check_labels(&shared, 100);
}

/* Benchmarks that were imported when all three datasets had ten outputs. */
static void loads_what_had_ten_outputs(void **state)
{
	char *path = evo_path_data("benchmarks/hundred-cifar100/manifest.ini"), *text, *at;
	struct evo_benchmark *benchmark;
	struct made made;
	size_t length;

	(void) state;
	text = evo_file_read(path, 1 << 16, &length, &err);
	assert_non_null(text);
	at = strstr(text, "classes = 100\n");
	assert_non_null(at);
	memmove(at + 12, at + 13, strlen(at + 13) + 1);
	free(put_text("benchmarks/hundred-cifar100/manifest.ini", text));
	benchmark = evo_benchmark_load("hundred-cifar100", &err);
	assert_int_equal(benchmark->macro.classes, 10);
	assert_int_equal(benchmark->dataset_classes, 100);
	evo_benchmark_destroy(benchmark);
	made = make_probe("hundred-cifar100", (struct evo_probe_options){0});
	check_drawn(&made);
	made = make_probe("hundred-cifar100", (struct evo_probe_options){.classes = 100});
	check_labels(&made, 100);
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(takes_labels_that_fit),
	        cmocka_unit_test(draws_labels_that_do_not_fit),
	        cmocka_unit_test(takes_all_of_another_probe),
	        cmocka_unit_test(loads_what_had_ten_outputs),
	};

	return cmocka_run_group_tests(tests, set_up, remove_data_folder);
}
