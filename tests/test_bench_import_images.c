/*
 * Import of images beside NATS-Bench's table: every shape of good and bad file.
 */
#include "config.h"

#include <math.h>
#include <sys/stat.h>

#include "test_bench_import_support.h"

/* Records whose bytes are known: pixel p of image i is (7 i + p) mod 256. */
static char *put_cifar(size_t label_bytes, size_t count, size_t label_of_last, size_t extra)
{
	size_t record = label_bytes + 3072, length = count * record + extra;
	unsigned char *bytes = evo_calloc(length + 1, 1);
	char *path;

	for (size_t i = 0; i < count; i++) {
		unsigned char *at = bytes + i * record;

		at[label_bytes - 1] = (unsigned char) (i + 1 == count ? label_of_last : i % 10);
		for (size_t p = 0; p < 3072; p++)
			at[label_bytes + p] = (unsigned char) (7 * i + p);
	}
	path = put_bytes("images.bin", bytes, length);
	free(bytes);
	return path;
}

static bool import_images(enum evo_image_format format, char *images)
{
	bool done = import_with(
	        (struct evo_import){.format = format, .images = images, .replace = true},
	        HEADER "93,70,44," CELL_A ",\n");

	free(images);
	return done;
}

static double pixel(size_t image, size_t channel, size_t y, size_t x)
{
	static const double mean[] = {0.4914, 0.4822, 0.4465},
	                    deviation[] = {0.2023, 0.1994, 0.2010};
	size_t byte = (7 * image + channel * 1024 + y * 32 + x) % 256;

	return ((double) byte / 255 - mean[channel]) / deviation[channel];
}

static void gives_images_back_normalised(void **state)
{
	struct evo_benchmark *benchmark;
	struct evo_images images;

	(void) state;
	assert_true(import_images(EVO_IMAGES_CIFAR10, put_cifar(1, 20, 9, 0)));
	benchmark = evo_benchmark_load("nb201-cifar10", &err);
	assert_non_null(benchmark);
	assert_string_equal(benchmark->image_title, "CIFAR-10 images");
	assert_true(evo_benchmark_images(benchmark, 20, 32, &images, &err));
	assert_int_equal(images.count, 20);
	assert_int_equal(images.classes, 10);
	assert_int_equal(images.labels[13], 3);
	assert_int_equal(images.labels[19], 9);
	for (size_t i = 0; i < 20 * 3072; i += 17) {
		double expected = pixel(i / 3072, i / 1024 % 3, i / 32 % 32, i % 32);

		assert_true(fabs((double) images.pixels[i] - expected) < 1e-6);
	}
	evo_images_clear(&images);

	/* 16x16 is the mean of every 2x2. */
	assert_true(evo_benchmark_images(benchmark, 3, 16, &images, &err));
	assert_int_equal(images.side, 16);
	for (size_t i = 0; i < 3 * 768; i += 5) {
		size_t image = i / 768, channel = i / 256 % 3, y = i / 16 % 16 * 2, x = i % 16 * 2;
		double expected =
		        (pixel(image, channel, y, x) + pixel(image, channel, y, x + 1) +
		         pixel(image, channel, y + 1, x) + pixel(image, channel, y + 1, x + 1)) /
		        4;

		assert_true(fabs((double) images.pixels[i] - expected) < 1e-6);
	}
	evo_images_clear(&images);
	assert_true(evo_benchmark_images(benchmark, 2, 4, &images, &err));
	assert_int_equal(images.side, 4);
	evo_images_clear(&images);

	assert_false(evo_benchmark_images(benchmark, 21, 32, &images, &err));
	assert_null(images.pixels);
	evo_error_clear(&err);
	assert_false(evo_benchmark_images(benchmark, 2, 24, &images, &err));
	evo_error_clear(&err);
	assert_false(evo_benchmark_images(benchmark, 2, 64, &images, &err));
	evo_benchmark_destroy(benchmark);
}

static void takes_the_fine_label_of_cifar100(void **state)
{
	struct evo_benchmark *benchmark;
	struct evo_images images;

	(void) state;
	assert_true(import_images(EVO_IMAGES_CIFAR100, put_cifar(2, 12, 99, 0)));
	benchmark = evo_benchmark_load("nb201-cifar100", &err);
	assert_true(evo_benchmark_images(benchmark, 12, 32, &images, &err));
	assert_int_equal(images.classes, 100);
	assert_int_equal(images.labels[11], 99);
	assert_true(fabs((double) images.pixels[3072 + 5] - pixel(1, 0, 0, 5)) < 1e-6);
	evo_images_clear(&images);
	evo_benchmark_destroy(benchmark);
}

static void keeps_the_first_images_only(void **state)
{
	struct evo_benchmark *benchmark;
	struct evo_images images;

	(void) state;
	/* The bad label is beyond what is kept. */
	assert_true(import_images(EVO_IMAGES_CIFAR10, put_cifar(1, 300, 77, 0)));
	benchmark = evo_benchmark_load("nb201-cifar10", &err);
	assert_int_equal(benchmark->image_count, 256);
	assert_true(evo_benchmark_images(benchmark, 256, 32, &images, &err));
	evo_images_clear(&images);
	assert_false(evo_benchmark_images(benchmark, 257, 32, &images, &err));
	evo_benchmark_destroy(benchmark);
}

static void check_image_text(const char *accuracies, const char *images, const char *expected)
{
	struct evo_benchmark *benchmark = evo_benchmark_load(accuracies, &err);
	struct evo_benchmark *of = evo_benchmark_load(images, &err);
	char text[96];

	assert_non_null(benchmark);
	assert_non_null(of);
	evo_benchmark_image_text(benchmark, of, text, sizeof(text));
	assert_string_equal(text, expected);
	evo_benchmark_destroy(benchmark);
	evo_benchmark_destroy(of);
}

static void says_whose_images_they_are(void **state)
{
	(void) state;
	assert_true(
	        import_with((struct evo_import){.name = "bare"}, HEADER "93,70,44," CELL_A ",\n"));
	assert_true(import_images(EVO_IMAGES_CIFAR10, put_cifar(1, 8, 2, 0)));
	check_image_text("nb201-cifar10", "nb201-cifar10", "CIFAR-10 images");
	check_image_text("nb201-cifar100", "nb201-cifar100", "CIFAR-10 images, not CIFAR-100's");
	check_image_text("nb201-imagenet16-120", "nb201-imagenet16-120",
	                 "CIFAR-10 images, not ImageNet16-120's");
	check_image_text("bare-cifar100", "bare-cifar100", "noise, no images given");
	check_image_text("bare-cifar10", "nb201-cifar100",
	                 "CIFAR-10 images, those of nb201-cifar100");
	check_image_text("nb201-cifar10", "tiny201-shapes",
	                 "shapes images, drawn by code, not CIFAR-10's");
	check_image_text("tiny201-glyphs", "tiny201-shapes",
	                 "shapes images, drawn by code, those of tiny201-shapes");
	assert_true(import_images(EVO_IMAGES_CIFAR100, put_cifar(2, 8, 2, 0)));
	check_image_text("nb201-cifar100", "nb201-cifar100", "CIFAR-100 images");
	check_image_text("nb201-cifar10", "nb201-cifar10", "CIFAR-100 images, not CIFAR-10's");
}

/* Equal images, equal source: that is what makes two benchmarks share a probe. */
static void names_images_by_what_they_are(void **state)
{
	static const char *const names[] = {"nb201-cifar10", "nb201-imagenet16-120",
	                                    "second-cifar10", "third-cifar10"};
	char *images = put_cifar(1, 8, 2, 0), *sources[4];

	(void) state;
	assert_true(import_with((struct evo_import){.format = EVO_IMAGES_CIFAR10, .images = images},
	                        HEADER "93,70,44," CELL_A ",\n"));
	assert_true(import_with((struct evo_import){.name = "second",
	                                            .format = EVO_IMAGES_CIFAR10,
	                                            .images = images},
	                        HEADER "92,70,44," CELL_B ",\n"));
	free(images);
	images = put_cifar(1, 8, 3, 0);
	assert_true(import_with((struct evo_import){.name = "third",
	                                            .format = EVO_IMAGES_CIFAR10,
	                                            .images = images},
	                        HEADER "92,70,44," CELL_B ",\n"));
	free(images);
	for (size_t i = 0; i < 4; i++) {
		struct evo_benchmark *benchmark = evo_benchmark_load(names[i], &err);

		assert_non_null(benchmark);
		sources[i] = evo_strdup(benchmark->image_source);
		evo_benchmark_destroy(benchmark);
	}
	assert_string_equal(sources[0], sources[1]);
	assert_string_equal(sources[0], sources[2]);
	assert_string_not_equal(sources[0], sources[3]);
	for (size_t i = 0; i < 4; i++)
		free(sources[i]);
}

static void refuses_bad_images(void **state)
{
	(void) state;
	assert_false(import_images(EVO_IMAGES_CIFAR10, put_cifar(1, 4, 1, 1)));
	assert_non_null(strstr(err.message, "no whole number of cifar10 records of 3073 bytes"));
	assert_false(import_images(EVO_IMAGES_CIFAR10, put_cifar(2, 4, 1, 0)));
	assert_non_null(strstr(err.message, "12296 bytes"));
	assert_false(import_images(EVO_IMAGES_CIFAR100, put_cifar(2, 4, 100, 0)));
	assert_non_null(strstr(err.message, "image 3 has label 100"));
	assert_false(import_images(EVO_IMAGES_CIFAR10, put_cifar(1, 0, 0, 0)));
	assert_non_null(strstr(err.message, "0 bytes"));
	assert_false(import_images(EVO_IMAGES_CIFAR10, evo_strdup("/tmp")));
	assert_string_equal(err.message, "this is a folder; expected a file");
	assert_false(import_images(EVO_IMAGES_CIFAR10, evo_strdup("/dev/zero")));
	assert_string_equal(err.message, "this is no plain file; expected a file");
	assert_false(import_images(EVO_IMAGES_CIFAR10, evo_strdup("/nonexistent")));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_int_equal(entries(), 0);
}

static void reads_the_option(void **state)
{
	enum evo_image_format format;
	const char *file;

	(void) state;
	assert_true(evo_image_argument("cifar10:a:b.bin", &format, &file, &err));
	assert_int_equal(format, EVO_IMAGES_CIFAR10);
	assert_string_equal(file, "a:b.bin");
	assert_true(evo_image_argument("cifar100:x", &format, &file, &err));
	assert_int_equal(format, EVO_IMAGES_CIFAR100);
	assert_false(evo_image_argument("cifar10:", &format, &file, NULL));
	assert_false(evo_image_argument("cifar1:x", &format, &file, NULL));
	assert_false(evo_image_argument("x.bin", &format, &file, NULL));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
	        TEST(gives_images_back_normalised),
	        TEST(takes_the_fine_label_of_cifar100),
	        TEST(keeps_the_first_images_only),
	        TEST(says_whose_images_they_are),
	        TEST(names_images_by_what_they_are),
	        TEST(refuses_bad_images),
	        TEST(reads_the_option),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
