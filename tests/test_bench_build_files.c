/*
 * Building of a user's own images: .npy and CIFAR files, what is kept of them, and every file that
 * cannot be taken.
 */
#include "config.h"

#include <math.h>

#include "test_build_support.h"
#include "evoscope/image_files.h"

#define TRAIN 30
#define TEST  9

static char *train_images, *train_labels, *test_images, *test_labels;

static int put_files(void **state)
{
	if (empty_data_folder(state) != 0)
		return -1;
	train_images = put_images("train.npy", TRAIN, 16, 3);
	train_labels = put_labels("train_labels.npy", TRAIN);
	test_images = put_images("test.npy", TEST, 16, 11);
	test_labels = put_labels("test_labels.npy", TEST);
	return 0;
}

static int free_files(void **state)
{
	(void) state;
	free(train_images);
	free(train_labels);
	free(test_images);
	free(test_labels);
	return 0;
}

/* The smallest build, of files; labels may be NULL. */
static struct evo_build of_files(const char *name)
{
	struct evo_build build = tiny(name);

	build.train_files = (struct evo_image_files){(const char *const *) &train_images,
	                                             (const char *const *) &train_labels, 1,
	                                             train_labels != NULL};
	build.test_files = (struct evo_image_files){(const char *const *) &test_images,
	                                            (const char *const *) &test_labels, 1,
	                                            test_labels != NULL};
	build.macro = (struct evo_macro){.channels = 2, .cells = 1};
	build.train_images = build.test_images = 0;
	return build;
}

static void replace(char **path, char *other)
{
	free(*path);
	*path = other;
}

/* ---- What is built --------------------------------------------------------------------------- */

static void builds_of_arrays(void **state)
{
	struct evo_build build = of_files("mine");
	struct watch watch = {0};
	struct evo_benchmark *benchmark;
	struct evo_image_set set;
	struct evo_images images;
	size_t pixels = TRAIN * 3 * 16 * 16;

	(void) state;
	assert_true(build_with(&build, 2, &watch));
	assert_int_equal(watch.calls, 4);
	benchmark = evo_benchmark_load("mine", &err);
	assert_non_null(benchmark);
	assert_int_equal(benchmark->macro.side, 16);
	assert_int_equal(benchmark->macro.classes, 3);
	assert_int_equal(benchmark->batch, 16);
	assert_int_equal(benchmark->image_count, TRAIN);
	assert_string_equal(benchmark->image_title, "train.npy images");
	assert_string_equal(benchmark->title, "NAS-Bench-201 cells at C 2 N 1, trained on mine");
	assert_int_equal(strncmp(benchmark->image_source, "npy 30 ", 7), 0);
	assert_int_equal(benchmark->training->train_images, TRAIN);
	assert_int_equal(benchmark->training->test_images, TEST);

	/* A probe sees what the networks learned from, bit by bit. */
	assert_true(evo_image_set_load(&set, &build.train_files, &build.test_files, 0, 0, 0, &err));
	assert_true(evo_benchmark_images(benchmark, TRAIN, 16, &images, &err));
	assert_int_equal(images.classes, 3);
	assert_memory_equal(images.pixels, set.train.pixels, pixels * sizeof(float));
	assert_memory_equal(images.labels, set.train.labels, TRAIN * sizeof(*images.labels));
	assert_int_equal(images.labels[5], 2);
	evo_images_clear(&images);
	evo_image_set_clear(&set);
	assert_false(evo_benchmark_images(benchmark, TRAIN + 1, 16, &images, &err));
	evo_benchmark_destroy(benchmark);
}

static void normalises_by_the_training_images(void **state)
{
	struct evo_build build = of_files("mine");
	struct evo_image_set set;
	double first = 3 % 97 + 120; /* the first byte that put_images writes */

	(void) state;
	for (size_t side = 8; side <= 16; side += 8) {
		size_t plane = side * side;

		assert_true(evo_image_set_load(&set, &build.train_files, &build.test_files, side,
		                               20, 7, &err));
		assert_int_equal(set.train.count, 20);
		assert_int_equal(set.test.count, 7);
		assert_int_equal(set.train.side, side);
		assert_int_equal(set.kept.side, 16);
		for (size_t channel = 0; channel < 3; channel++) {
			double sum = 0, squares = 0;

			for (size_t i = 0; i < 20 * plane; i++) {
				double pixel = (double) set.train
				                       .pixels[(3 * (i / plane) + channel) * plane +
				                               i % plane];

				sum += pixel;
				squares += pixel * pixel;
			}
			assert_true(fabs(sum / (20 * (double) plane)) < 1e-6);
			assert_true(fabs(squares / (20 * (double) plane) - 1) < 1e-5);
		}
		if (side == 16)
			assert_true(fabs((double) set.train.pixels[0] -
			                 (first / 255 - set.scale.mean[0]) /
			                         set.scale.deviation[0]) < 1e-6);
		evo_image_set_clear(&set);
	}
}

static char *put_floats(const char *name, size_t count, size_t side, double factor)
{
	size_t numbers = count * 3 * side * side;
	double *values = evo_calloc(numbers, sizeof(double));
	char *header = evo_format("{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, 3, %zu, "
	                          "%zu)}",
	                          count, side, side),
	     *path;

	for (size_t i = 0; i < numbers; i++)
		values[i] = factor * (double) ((i * 37 + i / 700) % 101);
	path = put_npy(name, header, values, numbers * sizeof(double));
	free(header);
	free(values);
	return path;
}

/* Floats have whatever scale they have; what is kept are floats again. */
static void takes_floats_of_any_scale(void **state)
{
	struct evo_build build;
	struct watch watch = {0};
	struct evo_benchmark *benchmark;
	struct evo_images small, large;

	(void) state;
	for (int i = 0; i < 2; i++) {
		replace(&train_images, put_floats("train.npy", TRAIN, 8, i ? 1e3 : 1e-3));
		replace(&test_images, put_floats("test.npy", TEST, 8, i ? 1e3 : 1e-3));
		build = of_files(i ? "large" : "small");
		watch = (struct watch){0};
		assert_true(build_with(&build, 1, &watch));
		benchmark = evo_benchmark_load(build.name, &err);
		assert_non_null(benchmark);
		assert_true(evo_benchmark_images(benchmark, 10, 8, i ? &large : &small, &err));
		evo_benchmark_destroy(benchmark);
	}
	for (size_t i = 0; i < 10 * 3 * 64; i++)
		assert_true(fabs((double) (small.pixels[i] - large.pixels[i])) < 1e-4);
	evo_images_clear(&small);
	evo_images_clear(&large);
}

/* A channel without any variation is moved to 0, and no more. */
static void takes_a_channel_of_one_value(void **state)
{
	struct evo_image_set set;
	struct evo_build build;
	unsigned char bytes[4 * 3 * 16];

	(void) state;
	memset(bytes, 77, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (i / 16 % 3 != 1)
			bytes[i] = (unsigned char) i;
	replace(&train_images,
	        put_npy("train.npy",
	                "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 3, 4, 4), }", bytes,
	                sizeof(bytes)));
	replace(&train_labels, put_labels("train_labels.npy", 4));
	replace(&test_images, put_images("test.npy", TEST, 4, 1));
	build = of_files("flat");
	assert_true(evo_image_set_load(&set, &build.train_files, &build.test_files, 0, 0, 0, &err));
	assert_true(set.scale.deviation[1] == 1);
	for (size_t i = 0; i < 16; i++)
		assert_true(fabs((double) set.train.pixels[16 + i]) < 1e-6);
	evo_image_set_clear(&set);
}

/* ---- CIFAR's files --------------------------------------------------------------------------- */

static char *put_cifar(const char *name, size_t label_bytes, size_t count, unsigned label_of_last)
{
	size_t record = label_bytes + 3072;
	unsigned char *bytes = evo_calloc(count, record);
	char *path;

	for (size_t i = 0; i < count; i++) {
		unsigned char *at = bytes + i * record;

		at[label_bytes - 1] = (unsigned char) (i + 1 == count ? label_of_last : i % 3);
		for (size_t p = 0; p < 3072; p++)
			at[label_bytes + p] = (unsigned char) (7 * i + p * p);
	}
	path = put_bytes(name, bytes, count * record);
	free(bytes);
	return path;
}

static void builds_of_cifar_files(void **state)
{
	struct watch watch = {0};
	struct evo_benchmark *benchmark;
	struct evo_images images;
	struct evo_build build;
	const char *parts[2];
	char *second;

	(void) state;
	replace(&train_labels, NULL);
	replace(&test_labels, NULL);
	for (size_t label_bytes = 1; label_bytes <= 2; label_bytes++) {
		replace(&train_images, put_cifar("batch_1.bin", label_bytes, 20, 6));
		replace(&test_images, put_cifar("test_batch.bin", label_bytes, TEST, 6));
		second = put_cifar("batch_2.bin", label_bytes, 25, 4);
		build = of_files(label_bytes == 1 ? "ten" : "hundred");
		parts[0] = train_images;
		parts[1] = second;
		build.train_files.images = parts;
		build.train_files.image_count = 2;
		build.macro.side = 8;
		watch = (struct watch){0};
		assert_true(build_with(&build, 2, &watch));
		benchmark = evo_benchmark_load(build.name, &err);
		assert_non_null(benchmark);
		assert_int_equal(benchmark->macro.classes, 7);
		assert_int_equal(benchmark->image_count, 45);
		assert_true(evo_benchmark_images(benchmark, 45, 8, &images, &err));
		assert_int_equal(images.labels[19], 6);
		assert_int_equal(images.labels[44], 4);
		evo_images_clear(&images);
		/* They are kept as large as they were. */
		assert_true(evo_benchmark_images(benchmark, 2, 32, &images, &err));
		evo_images_clear(&images);
		evo_benchmark_destroy(benchmark);
		free(second);
	}
}

static void asks_where_the_size_says_both(void **state)
{
	struct evo_image_set set;
	struct evo_build build;
	char *told;

	(void) state;
	replace(&train_labels, NULL);
	replace(&train_images, put_cifar("both.bin", 1, 3074, 2));
	replace(&test_labels, NULL);
	replace(&test_images, put_cifar("test.bin", 1, 5, 2));
	build = of_files("both");
	evo_error_clear(&err);
	assert_false(
	        evo_image_set_load(&set, &build.train_files, &build.test_files, 8, 0, 0, &err));
	assert_non_null(strstr(err.message, "both.bin:cifar10 or "));
	evo_image_set_clear(&set);
	evo_error_clear(&err);
	for (int before = 0; before < 2; before++) {
		told = before ? evo_format("cifar10:%s", train_images)
		              : evo_format("%s:cifar10", train_images);
		build.train_files.images = (const char *const *) &told;
		assert_true(evo_image_set_load(&set, &build.train_files, &build.test_files, 8, 0, 0,
		                               &err));
		assert_int_equal(set.train.count, 3074);
		assert_int_equal(set.kept.count, 256);
		evo_image_set_clear(&set);
		free(told);
	}
}

/* ---- What cannot be taken -------------------------------------------------------------------- */

static void check_refused(const char *file, const char *what)
{
	struct evo_build build = of_files("bad");
	struct watch watch = {0};
	char *folder = file_of("bad", "");

	assert_false(build_with(&build, 1, &watch));
	assert_true(err.code == EVO_E_INPUT || err.code == EVO_E_NOT_FOUND ||
	            err.code == EVO_E_IO || err.code == EVO_E_USAGE);
	if (strstr(err.message, what) == NULL || strstr(err.file, file) == NULL)
		fail_msg("\"%s: %s\" does not say \"%s: %s\"", err.file, err.message, file, what);
	assert_int_equal(watch.calls, 0);
	assert_false(evo_path_exists(folder));
	free(folder);
	free_files(NULL);
	put_files(NULL);
}

static char *put_shape(const char *name, const char *type, const char *shape, size_t bytes)
{
	char *header =
	        evo_format("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
	void *zeros = evo_calloc(bytes + 1, 1);
	char *path = put_npy(name, header, zeros, bytes);

	free(zeros);
	free(header);
	return path;
}

static void refuses_bad_images(void **state)
{
	(void) state;
#define REFUSED(which, path, what)                                                                 \
	replace(&which, path);                                                                     \
	check_refused("bad.", what)
	REFUSED(train_images, evo_strdup("/bad.npy"), "cannot read: No such file");
	REFUSED(train_images, put_bytes("bad.npy", "", 0), "no .npy file");
	REFUSED(train_images, put_bytes("bad.bin", "", 0), "neither a .npy file");
	REFUSED(train_images, put_bytes("bad.bin", train_labels, 10), "neither a .npy file");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 16, 16, 3)", 30 * 768),
	        "numpy.transpose");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 16, 16)", 30 * 256), "grey images");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 1, 16, 16)", 30 * 256),
	        "grey images");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30,)", 30), "its shape is (30,)");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(0, 3, 16, 16)", 0), "no images");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 3, 16, 12)", 30 * 3 * 192),
	        "must be square");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 3, 14, 14)", 30 * 3 * 196),
	        "multiple of 4");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 3, 0, 0)", 0), "no images");
	REFUSED(train_images, put_shape("bad.npy", "<i8", "(30, 3, 16, 16)", 30 * 768 * 8),
	        "uint8 (0 to 255) or float32");
	REFUSED(train_images, put_shape("bad.npy", "|u1", "(30, 3, 16, 16)", 29 * 768), "shorter");
	REFUSED(test_images, put_images("bad.npy", TEST, 8, 1), "are 8x8, and those of");
	REFUSED(test_images, put_shape("bad.npy", "<f4", "(9, 3, 16, 16)", 9 * 768 * 4),
	        "pixels are floats, and those of");
	replace(&test_labels, NULL);
	REFUSED(test_images, put_cifar("bad.bin", 1, 4, 1), "are 32x32, and those of");
}

static void refuses_bad_labels(void **state)
{
	int64_t labels[TRAIN] = {0};

	(void) state;
	REFUSED(train_labels, evo_strdup("/bad.npy"), "cannot read: No such file");
	REFUSED(train_labels, put_labels("bad.npy", TRAIN - 1), "29 labels for the 30 images");
	REFUSED(train_labels, put_shape("bad.npy", "<f8", "(30,)", 240), "astype('int64')");
	REFUSED(train_labels, put_shape("bad.npy", "<i8", "(15, 2)", 240), "its shape is (15, 2)");
	labels[7] = -1;
	REFUSED(train_labels,
	        put_npy("bad.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (30,), }",
	                labels, sizeof(labels)),
	        "image 7, counted from 0, has the label -1");
	labels[7] = 70000;
	REFUSED(train_labels,
	        put_npy("bad.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (30, 1)}",
	                labels, sizeof(labels)),
	        "has the label 70000");
	labels[7] = 3;
	replace(&test_labels,
	        put_npy("more.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (9,), }",
	                labels, 9 * sizeof(*labels)));
	check_refused("test.npy",
	              "image 7, counted from 0, has the label 3, and those to train on go "
	              "up to 2");
	replace(&train_labels, NULL);
	check_refused("train.npy", "its labels are not given");
	replace(&train_images, put_cifar("train.bin", 1, 30, 1));
	check_refused("train_labels.npy", "no .npy file of images for these labels");
#undef REFUSED
}

static void refuses_pixels_that_are_no_numbers(void **state)
{
	static float pixels[TRAIN * 768];

	(void) state;
	pixels[3 * 768 + 5] = NAN;
	replace(&train_images,
	        put_npy("train.npy",
	                "{'descr': '<f4', 'fortran_order': False, 'shape': (30, 3, 16, 16), }",
	                pixels, sizeof(pixels)));
	replace(&test_images, put_floats("test.npy", TEST, 16, 1));
	check_refused("train.npy", "image 3, counted from 0, has a pixel that is no finite number");
}

static void refuses_sizes_that_do_not_fit(void **state)
{
	struct evo_build build = of_files("bad");
	struct watch watch = {0};
	char *folder = file_of("bad", "");

	(void) state;
	build.macro.side = 12;
	assert_false(build_with(&build, 1, &watch));
	assert_non_null(strstr(err.message, "16x16 cannot be brought to 12x12"));
	build = of_files("bad");
	build.macro.side = 32;
	assert_false(build_with(&build, 1, &watch));
	assert_non_null(strstr(err.message, "16x16 cannot be brought to 32x32"));
	build = of_files("bad");
	build.how.batch = TRAIN + 1;
	assert_false(build_with(&build, 1, &watch));
	assert_non_null(strstr(err.message, "30 images to train on are fewer than a batch of 31"));
	assert_false(evo_path_exists(folder));
	free(folder);
}

/* ---- Once built ------------------------------------------------------------------------------ */

static void other_images_are_another_benchmark(void **state)
{
	struct evo_build build = of_files("mine");
	struct watch watch = {.stop_after = 1};

	(void) state;
	assert_false(build_with(&build, 1, &watch));
	replace(&train_images, put_images("train.npy", TRAIN, 16, 4));
	watch = (struct watch){0};
	assert_false(build_with(&build, 1, &watch));
	assert_non_null(strstr(err.message, "other settings"));
	replace(&train_images, put_images("train.npy", TRAIN, 16, 3));
	assert_true(build_with(&build, 1, &watch));
	assert_int_equal(watch.calls, 3);
	replace(&test_images, put_images("test.npy", TEST, 16, 12));
	assert_false(build_with(&build, 1, &watch));
	assert_non_null(strstr(err.message, "another benchmark is here"));
}

static void tells_when_its_images_were_changed(void **state)
{
	static const char *const files[] = {EVO_RAW_IMAGES_FILE, EVO_RAW_LABELS_FILE};
	struct evo_build build = of_files("mine");
	struct watch watch = {0};
	struct evo_benchmark *benchmark;
	struct evo_images images;

	(void) state;
	assert_true(build_with(&build, 1, &watch));
	benchmark = evo_benchmark_load("mine", &err);
	assert_non_null(benchmark);
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		char *path = file_of("mine", files[i]), *bytes;
		size_t length;
		FILE *file;

		bytes = evo_file_read(path, 1 << 20, &length, &err);
		file = fopen(path, "r+");
		fseek(file, 140, SEEK_SET);
		fputc(bytes[140] ^ 1, file);
		fclose(file);
		evo_error_clear(&err);
		assert_false(evo_benchmark_images(benchmark, 4, 16, &images, &err));
		assert_null(images.pixels);
		assert_non_null(strstr(err.message, "not the images and labels"));
		file = fopen(path, "w");
		fwrite(bytes, 1, length, file);
		fclose(file);
		assert_true(evo_benchmark_images(benchmark, 4, 16, &images, &err));
		evo_images_clear(&images);
		free(bytes);
		free(path);
	}
	evo_benchmark_destroy(benchmark);
}

/* The 600 training images with these labels, the first `count` of them (0: all). */
static void load_labelled(const int64_t *labels, size_t count, struct evo_image_set *set)
{
	struct evo_build build;

	replace(&train_labels,
	        put_npy("sorted.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (600,), }",
	                labels, 600 * sizeof(*labels)));
	build = of_files("sorted");
	assert_true(
	        evo_image_set_load(set, &build.train_files, &build.test_files, 0, count, 0, &err));
}

static void notes_classes_that_are_not_seen(void **state)
{
	struct evo_image_set set;
	int64_t *labels = evo_calloc(600, sizeof(*labels));

	(void) state;
	replace(&train_images, put_images("train.npy", 600, 4, 3));
	replace(&test_images, put_images("test.npy", TEST, 4, 3));
	for (size_t i = 0; i < 600; i++)
		labels[i] = (int64_t) (i / 150);
	load_labelled(labels, 0, &set);
	assert_string_equal(set.note, "");
	evo_image_set_clear(&set);
	for (size_t i = 0; i < 600; i++)
		labels[i] = (int64_t) (i / 100);
	load_labelled(labels, 0, &set);
	assert_string_equal(set.note, "");
	evo_image_set_clear(&set);
	load_labelled(labels, 90, &set);
	assert_int_equal(set.train.classes, 6);
	assert_string_equal(set.note, "5 of the 6 classes have no image to train on");
	evo_image_set_clear(&set);
	for (size_t i = 0; i < 600; i++)
		labels[i] = (int64_t) (i < 300 ? 0 : i % 4);
	load_labelled(labels, 0, &set);
	assert_non_null(strstr(set.note, "the first 256 images have 1 of the 4 classes"));
	evo_image_set_clear(&set);
	free(labels);
}

int main(void)
{
#define TEST_OF(function) cmocka_unit_test_setup_teardown(function, put_files, free_files)
	const struct CMUnitTest tests[] = {
	        TEST_OF(builds_of_arrays),
	        TEST_OF(normalises_by_the_training_images),
	        TEST_OF(takes_floats_of_any_scale),
	        TEST_OF(takes_a_channel_of_one_value),
	        TEST_OF(builds_of_cifar_files),
	        TEST_OF(asks_where_the_size_says_both),
	        TEST_OF(refuses_bad_images),
	        TEST_OF(refuses_bad_labels),
	        TEST_OF(refuses_pixels_that_are_no_numbers),
	        TEST_OF(refuses_sizes_that_do_not_fit),
	        TEST_OF(other_images_are_another_benchmark),
	        TEST_OF(tells_when_its_images_were_changed),
	        TEST_OF(notes_classes_that_are_not_seen),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
