/*
 * What the tests of builds share: builds that are as small as it gets, watched and stopped.
 */
#ifndef TEST_BUILD_SUPPORT_H
#define TEST_BUILD_SUPPORT_H

#include "test_bench_support.h"
#include "evoscope/build.h"

static struct evo_error err;

struct watch {
	size_t calls, stop_after; /* 0: never */
	size_t first_done;
};

static inline bool watch_build(void *context, const struct evo_build_status *status)
{
	struct watch *watch = context;

	assert_true(status->done <= status->total);
	assert_true(status->kept <= status->done);
	if (!status->fresh)
		return true;
	assert_non_null(status->architecture);
	assert_true(status->accuracy >= 0 && status->accuracy <= 100);
	assert_true(status->low <= status->median && status->median <= status->high);
	if (watch->calls++ == 0)
		watch->first_done = status->done;
	return watch->stop_after == 0 || watch->calls < watch->stop_after;
}

/* Two networks, two seeds, as small as it gets. */
static inline struct evo_build tiny(const char *name)
{
	struct evo_build build = evo_build_default();

	build.name = name;
	build.networks = 2;
	build.macro = (struct evo_macro){.channels = 2, .cells = 1, .side = 8, .classes = 10};
	build.how.epochs = 1;
	build.how.batch = 8;
	build.train_images = 32;
	build.test_images = 50;
	build.command = "evoscope benchmarks build --networks 2 ; # as small as it gets";
	return build;
}

static inline bool build_with(const struct evo_build *build, unsigned threads, struct watch *watch)
{
	struct evo_pool *pool = evo_pool_create(threads, &err);
	bool done;

	evo_error_clear(&err);
	done = evo_benchmark_build(build, pool, watch_build, watch, &err);
	evo_pool_destroy(pool);
	return done;
}

static inline char *file_of(const char *name, const char *file)
{
	return evo_format("%s/benchmarks/%s/%s", data_folder, name, file);
}

static inline char *table_of(const char *name)
{
	char *path = file_of(name, "table.csv");
	char *text = evo_file_read(path, 1 << 20, NULL, &err);

	assert_non_null(text);
	free(path);
	return text;
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

/* A .npy file of version 1 with this dictionary; caller frees the path. */
static inline char *put_npy(const char *name, const char *header, const void *numbers, size_t bytes)
{
	size_t length = strlen(header) + 1;
	unsigned char *all = evo_calloc(10 + length + bytes, 1);
	char *path;

	memcpy(all, "\x93NUMPY\x01\x00", 8);
	all[8] = (unsigned char) (length & 0xff);
	all[9] = (unsigned char) (length >> 8);
	memcpy(all + 10, header, length - 1);
	all[9 + length] = '\n';
	if (bytes)
		memcpy(all + 10 + length, numbers, bytes);
	path = put_bytes(name, all, 10 + length + bytes);
	free(all);
	return path;
}

/* An array of bytes, count x 3 x side x side: image i is brighter in channel i % 3. */
static inline char *put_images(const char *name, size_t count, size_t side, unsigned shade)
{
	size_t pixels = 3 * side * side;
	unsigned char *bytes = evo_calloc(count, pixels);
	char *header = evo_format("{'descr': '|u1', 'fortran_order': False, 'shape': (%zu, 3, %zu, "
	                          "%zu), }",
	                          count, side, side),
	     *path;

	for (size_t i = 0; i < count * pixels; i++)
		bytes[i] = (unsigned char) ((i * 37 + shade + i / pixels) % 97 +
		                            (i / side / side % 3 == i / pixels % 3 ? 120 : 0));
	path = put_npy(name, header, bytes, count * pixels);
	free(header);
	free(bytes);
	return path;
}

/* Labels i % 3 as 64-bit numbers. */
static inline char *put_labels(const char *name, size_t count)
{
	int64_t *labels = evo_calloc(count, sizeof(*labels));
	char *header = evo_format("{'descr': '<i8', 'fortran_order': False, 'shape': (%zu,), }",
	                          count),
	     *path;

	for (size_t i = 0; i < count; i++)
		labels[i] = (int64_t) (i % 3);
	path = put_npy(name, header, labels, count * sizeof(*labels));
	free(header);
	free(labels);
	return path;
}

#endif
