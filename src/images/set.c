/*
 * A set of a user's files, read whole: images to train on and to test on, normalised, and the
 * first ones as they are, which a benchmark keeps.
 */
#include "config.h"

#include "evoscope/image_files.h"
#include "npy.h"
#include "pixels.h"
#include "sources.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Pixels ---------------------------------------------------------------------------------- */

/* The first images of the sources at another side; kept (may be NULL) gets those at their own. */
static bool read_images(struct image_sources *sources, struct evo_images *images,
                        struct evo_raw_images *kept, struct evo_error *err)
{
	size_t side = sources->list[0].side, own = 3 * side * side, at = 0;
	float *scratch = evo_big_alloc(own * sizeof(float), "an image", err);
	struct evo_images one = {.pixels = scratch, .count = 1};
	bool good = scratch != NULL;

	for (size_t i = 0; i < sources->count && good; i++) {
		struct image_source *source = &sources->list[i];

		for (size_t k = 0; k < source->count && at < images->count && good; k++, at++) {
			size_t pixels = 3 * images->side * images->side;

			one.side = side;
			images->labels[at] = source->labels[k];
			good = image_source_read(source, k, scratch, err);
			if (good && kept != NULL && at < kept->count) {
				memcpy(kept->pixels + at * own, scratch, own * sizeof(float));
				kept->labels[at] = source->labels[k];
			}
			good = good && evo_images_shrink(&one, images->side, err);
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
static void note(struct evo_image_set *set)
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

static bool allocate_kept(struct evo_raw_images *kept, size_t count, size_t side,
                          struct evo_error *err)
{
	struct evo_images images;

	if (!images_allocate(&images, count, side, 0, err))
		return false;
	*kept = (struct evo_raw_images){
	        .count = count, .side = side, .pixels = images.pixels, .labels = images.labels};
	return true;
}

static bool load(struct evo_image_set *set, struct image_sources *train, struct image_sources *test,
                 size_t train_images, size_t test_images, struct evo_error *err)
{
	size_t count = set->train.count = at_most(train->images, train_images);
	size_t side = set->train.side, own = train->list[0].side;

	if (!images_allocate(&set->train, count, side, 0, err) ||
	    !images_allocate(&set->test, at_most(test->images, test_images), side, 0, err) ||
	    !allocate_kept(&set->kept, at_most(count, EVO_PROBE_IMAGES), own, err))
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
	evo_images_normalise(&set->train, &set->scale);
	evo_images_normalise(&set->test, &set->scale);
	return true;
}

bool evo_image_set_load(struct evo_image_set *set, const struct evo_image_files *train,
                        const struct evo_image_files *test, size_t side, size_t train_images,
                        size_t test_images, struct evo_error *err)
{
	struct image_sources train_from = {0}, test_from = {0};
	bool done;

	*set = (struct evo_image_set){0};
	if (train->image_count == 0 || test->image_count == 0)
		return evo_fail(err, EVO_E_USAGE, "there are no files of images to %s",
		                train->image_count == 0 ? "train on" : "test on");
	done = image_sources_open(&train_from, train, err) &&
	       image_sources_open(&test_from, test, err);
	if (done) {
		set->train.side = side ? side : train_from.list[0].side;
		done = image_sources_check(&train_from, &test_from, set->train.side, err) &&
		       load(set, &train_from, &test_from, train_images, test_images, err);
	}
	image_sources_close(&train_from);
	image_sources_close(&test_from);
	return done;
}

void evo_image_set_clear(struct evo_image_set *set)
{
	evo_images_clear(&set->train);
	evo_images_clear(&set->test);
	evo_raw_images_clear(&set->kept);
}

/* ---- What a benchmark keeps ------------------------------------------------------------------ */

void evo_raw_images_clear(struct evo_raw_images *kept)
{
	free(kept->pixels);
	free(kept->labels);
	*kept = (struct evo_raw_images){0};
}

void evo_raw_images_hash(const struct evo_raw_images *kept, const struct evo_image_scale *scale,
                         char hash[17])
{
	struct evo_images images = {.pixels = kept->pixels,
	                            .labels = kept->labels,
	                            .count = kept->count,
	                            .side = kept->side};
	uint64_t code = hash_images(&images, 0);

	snprintf(hash, 17, "%016" PRIx64, evo_hash(scale, sizeof(*scale), code));
}

bool evo_raw_images_write(const struct evo_raw_images *kept, const char *folder,
                          struct evo_error *err)
{
	size_t shape[] = {kept->count, 3, kept->side, kept->side};
	size_t pixels = kept->count * 3 * kept->side * kept->side;
	char *images = evo_path_join(folder, EVO_RAW_IMAGES_FILE);
	char *labels = evo_path_join(folder, EVO_RAW_LABELS_FILE);
	unsigned char *bytes = NULL;
	bool done = true;

	if (kept->bytes) {
		bytes = evo_big_alloc(pixels, "images", err);
		done = bytes != NULL;
		for (size_t i = 0; done && i < pixels; i++)
			bytes[i] = (unsigned char) lrintf(kept->pixels[i] * 255);
	}
	done = done &&
	       npy_write(images, kept->bytes ? "|u1" : "<f4", shape, EVO_COUNT(shape),
	                 kept->bytes ? (const void *) bytes : kept->pixels, err) &&
	       npy_write(labels, "<u2", shape, 1, kept->labels, err);
	free(bytes);
	free(images);
	free(labels);
	return done;
}

bool evo_raw_images_read(struct evo_raw_images *kept, const char *folder, size_t count,
                         struct evo_error *err)
{
	char *images = evo_path_join(folder, EVO_RAW_IMAGES_FILE);
	char *labels = evo_path_join(folder, EVO_RAW_LABELS_FILE);
	const struct evo_image_files files = {.images = (const char *const *) &images,
	                                      .labels = (const char *const *) &labels,
	                                      .image_count = 1,
	                                      .label_count = 1};
	struct image_sources sources = {0};
	struct evo_images own;
	bool done;

	*kept = (struct evo_raw_images){0};
	done = image_sources_open(&sources, &files, err);
	if (done && sources.images < count)
		done = evo_fail_at(err, EVO_E_INPUT, images, 0, 0,
		                   "has fewer images than the manifest says; build the benchmark "
		                   "again");
	if (done && images_allocate(&own, count, sources.list[0].side, 0, err)) {
		done = read_images(&sources, &own, NULL, err);
		*kept = (struct evo_raw_images){.count = count,
		                                .side = own.side,
		                                .bytes = sources.list[0].bytes,
		                                .pixels = own.pixels,
		                                .labels = own.labels};
	} else {
		done = false;
	}
	image_sources_close(&sources);
	free(images);
	free(labels);
	return done;
}
