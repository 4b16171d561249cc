#include "config.h"

#include "image_files.h"
#include "image_sources.h"
#include "images.h"
#include "npy.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Pixels ---------------------------------------------------------------------------------- */

static bool allocate(struct evo_images *images, size_t count, size_t side, struct evo_error *err)
{
	size_t pixels = 3 * side * side;

	*images = (struct evo_images){.side = side};
	if (count > SIZE_MAX / sizeof(float) / pixels)
		return evo_fail(err, EVO_E_MEMORY, "%zu images are more than memory holds", count);
	images->pixels = evo_big_alloc(count * pixels * sizeof(float), "images", err);
	if (!images->pixels)
		return false;
	images->labels = evo_calloc(count, sizeof(*images->labels));
	images->count = count;
	return true;
}

/* The first images of the sources at another side; kept (may be NULL) gets those at their own. */
static bool read_images(struct bench_sources *sources, struct evo_images *images,
                        struct bench_kept *kept, struct evo_error *err)
{
	size_t side = sources->list[0].side, own = 3 * side * side, at = 0;
	float *scratch = evo_big_alloc(own * sizeof(float), "an image", err);
	struct evo_images one = {.pixels = scratch, .count = 1};
	bool good = scratch != NULL;

	for (size_t i = 0; i < sources->count && good; i++) {
		struct bench_source *source = &sources->list[i];

		for (size_t k = 0; k < source->count && at < images->count && good; k++, at++) {
			size_t pixels = 3 * images->side * images->side;

			one.side = side;
			images->labels[at] = source->labels[k];
			good = bench_source_read(source, k, scratch, err);
			if (good && kept && at < kept->count) {
				memcpy(kept->pixels + at * own, scratch, own * sizeof(float));
				kept->labels[at] = source->labels[k];
			}
			good = good && bench_images_shrink(&one, images->side, err);
			if (good)
				memcpy(images->pixels + at * pixels, scratch,
				       pixels * sizeof(float));
		}
	}
	free(scratch);
	return good;
}

/* A channel's mean and standard deviation; a channel that is all one value is only moved. */
static void measure(const struct evo_images *images, struct evo_image_scale *scale)
{
	size_t plane = images->side * images->side;

	for (size_t channel = 0; channel < 3; channel++) {
		double count = (double) (images->count * plane), sum = 0, squares = 0;

		for (size_t i = 0; i < images->count; i++)
			for (size_t k = 0; k < plane; k++)
				sum += (double) images->pixels[(3 * i + channel) * plane + k];
		scale->mean[channel] = sum / count;
		for (size_t i = 0; i < images->count; i++)
			for (size_t k = 0; k < plane; k++) {
				double apart =
				        (double) images->pixels[(3 * i + channel) * plane + k] -
				        scale->mean[channel];

				squares += apart * apart;
			}
		scale->deviation[channel] = sqrt(squares / count);
		/* What is left of a constant is rounding. */
		if (!(scale->deviation[channel] > 1e-6 * fabs(scale->mean[channel])))
			scale->deviation[channel] = 1;
	}
}

void bench_images_normalise(struct evo_images *images, const struct evo_image_scale *scale)
{
	size_t plane = images->side * images->side;

	for (size_t i = 0; i < 3 * images->count; i++) {
		double mean = scale->mean[i % 3], deviation = scale->deviation[i % 3];

		for (size_t k = 0; k < plane; k++) {
			float *pixel = &images->pixels[i * plane + k];

			*pixel = (float) (((double) *pixel - mean) / deviation);
		}
	}
}

/* ---- All of it ------------------------------------------------------------------------------- */

static uint64_t hash_images(const struct evo_images *images, uint64_t hash)
{
	size_t pixels = 3 * images->side * images->side;

	hash = evo_hash(images->pixels, images->count * pixels * sizeof(float), hash);
	return evo_hash(images->labels, images->count * sizeof(*images->labels), hash);
}

static size_t at_most(size_t count, size_t limit)
{
	return limit && limit < count ? limit : count;
}

static size_t count_classes(const unsigned short *labels, size_t count, size_t classes)
{
	bool *seen = evo_calloc(classes, sizeof(*seen));
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++) {
		distinct += !seen[labels[i]];
		seen[labels[i]] = true;
	}
	free(seen);
	return distinct;
}

/* Files in which one class comes after the other, and labels that begin at 1. */
static void note(struct bench_image_set *set)
{
	size_t classes = set->train.classes, kept = set->kept.count;
	size_t trained = count_classes(set->train.labels, set->train.count, classes);
	size_t first = count_classes(set->kept.labels, kept, classes);

	if (first < (trained < kept ? trained : kept) / 2)
		snprintf(set->note, sizeof(set->note),
		         "the first %zu images have %zu of the %zu classes, and proxies see no "
		         "others; shuffle images and labels",
		         kept, first, classes);
	else if (trained < classes)
		snprintf(set->note, sizeof(set->note),
		         "%zu of the %zu classes have no image to train on", classes - trained,
		         classes);
}

static bool allocate_kept(struct bench_kept *kept, size_t count, size_t side, struct evo_error *err)
{
	struct evo_images images;

	if (!allocate(&images, count, side, err))
		return false;
	*kept = (struct bench_kept){
	        .count = count, .side = side, .pixels = images.pixels, .labels = images.labels};
	return true;
}

static bool load(struct bench_image_set *set, struct bench_sources *train,
                 struct bench_sources *test, size_t train_images, size_t test_images,
                 struct evo_error *err)
{
	size_t count = set->train.count = at_most(train->images, train_images);
	size_t side = set->train.side, own = train->list[0].side;

	if (!allocate(&set->train, count, side, err) ||
	    !allocate(&set->test, at_most(test->images, test_images), side, err) ||
	    !allocate_kept(&set->kept, at_most(count, BENCH_IMAGES_KEPT), own, err))
		return false;
	set->kept.bytes = train->list[0].bytes;
	if (!read_images(train, &set->train, &set->kept, err) ||
	    !read_images(test, &set->test, NULL, err))
		return false;
	set->train.classes = set->test.classes = train->classes;
	snprintf(set->hash, sizeof(set->hash), "%016" PRIx64,
	         hash_images(&set->test, hash_images(&set->train, 0)));
	note(set);
	measure(&set->train, &set->scale);
	bench_images_normalise(&set->train, &set->scale);
	bench_images_normalise(&set->test, &set->scale);
	return true;
}

bool bench_image_set_load(struct bench_image_set *set, const struct evo_image_files *train,
                          const struct evo_image_files *test, size_t side, size_t train_images,
                          size_t test_images, struct evo_error *err)
{
	struct bench_sources train_from = {0}, test_from = {0};
	bool done;

	*set = (struct bench_image_set){0};
	if (train->image_count == 0 || test->image_count == 0)
		return evo_fail(err, EVO_E_USAGE, "there are no files of images to %s",
		                train->image_count == 0 ? "train on" : "test on");
	done = bench_sources_open(&train_from, train, err) &&
	       bench_sources_open(&test_from, test, err);
	if (done) {
		set->train.side = side ? side : train_from.list[0].side;
		done = bench_sources_check(&train_from, &test_from, set->train.side, err) &&
		       load(set, &train_from, &test_from, train_images, test_images, err);
	}
	bench_sources_close(&train_from);
	bench_sources_close(&test_from);
	return done;
}

void bench_image_set_clear(struct bench_image_set *set)
{
	evo_images_clear(&set->train);
	evo_images_clear(&set->test);
	bench_kept_clear(&set->kept);
}

/* ---- What a benchmark keeps ------------------------------------------------------------------ */

void bench_kept_clear(struct bench_kept *kept)
{
	free(kept->pixels);
	free(kept->labels);
	*kept = (struct bench_kept){0};
}

void bench_kept_hash(const struct bench_kept *kept, const struct evo_image_scale *scale,
                     char hash[17])
{
	struct evo_images images = {.pixels = kept->pixels,
	                            .labels = kept->labels,
	                            .count = kept->count,
	                            .side = kept->side};
	uint64_t code = hash_images(&images, 0);

	snprintf(hash, 17, "%016" PRIx64, evo_hash(scale, sizeof(*scale), code));
}

bool bench_kept_write(const struct bench_kept *kept, const char *folder, struct evo_error *err)
{
	size_t shape[] = {kept->count, 3, kept->side, kept->side};
	size_t pixels = kept->count * 3 * kept->side * kept->side;
	char *images = evo_path_join(folder, BENCH_IMAGES_NPY);
	char *labels = evo_path_join(folder, BENCH_LABELS_NPY);
	unsigned char *bytes = NULL;
	bool done = true;

	if (kept->bytes) {
		bytes = evo_big_alloc(pixels, "images", err);
		done = bytes != NULL;
		for (size_t i = 0; done && i < pixels; i++)
			bytes[i] = (unsigned char) lrintf(kept->pixels[i] * 255);
	}
	done = done &&
	       bench_npy_write(images, kept->bytes ? "|u1" : "<f4", shape, EVO_COUNT(shape),
	                       kept->bytes ? (const void *) bytes : kept->pixels, err) &&
	       bench_npy_write(labels, "<u2", shape, 1, kept->labels, err);
	free(bytes);
	free(images);
	free(labels);
	return done;
}

bool bench_kept_read(struct bench_kept *kept, const char *folder, size_t count,
                     struct evo_error *err)
{
	char *images = evo_path_join(folder, BENCH_IMAGES_NPY);
	char *labels = evo_path_join(folder, BENCH_LABELS_NPY);
	const struct evo_image_files files = {.images = (const char *const *) &images,
	                                      .labels = (const char *const *) &labels,
	                                      .image_count = 1,
	                                      .label_count = 1};
	struct bench_sources sources = {0};
	struct evo_images own;
	bool done;

	*kept = (struct bench_kept){0};
	done = bench_sources_open(&sources, &files, err);
	if (done && sources.images < count)
		done = evo_fail_at(err, EVO_E_INPUT, images, 0, 0,
		                   "has fewer images than the manifest says; build the benchmark "
		                   "again");
	if (done && allocate(&own, count, sources.list[0].side, err)) {
		done = read_images(&sources, &own, NULL, err);
		*kept = (struct bench_kept){.count = count,
		                            .side = own.side,
		                            .bytes = sources.list[0].bytes,
		                            .pixels = own.pixels,
		                            .labels = own.labels};
	} else {
		done = false;
	}
	bench_sources_close(&sources);
	free(images);
	free(labels);
	return done;
}
