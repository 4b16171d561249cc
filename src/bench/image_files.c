#include "config.h"

#include "image_files.h"
#include "images.h"
#include "npy.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Labels are kept in 16 bits, and a manifest takes no more classes. */
#define LABEL_MAX ((int64_t) 65534)

/* One file, and what it is read by. */
struct source {
	char *path;
	const struct bench_image_format *cifar; /* NULL: a .npy file */
	FILE *stream;                           /* of CIFAR's */
	struct bench_npy npy;
	size_t count, side;
	bool bytes;
	unsigned short *labels; /* count */
};

/* All files of a set. */
struct sources {
	struct source *list;
	size_t count, images, classes; /* classes: 1 + the largest label */
};

static bool bad(const struct source *source, struct evo_error *err, const char *what)
{
	return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0, "%s", what);
}

/* ---- Which format ---------------------------------------------------------------------------- */

struct chosen {
	bool told, npy;
	const struct bench_image_format *cifar;
};

/* Is this part of an argument the name of a format? */
static bool is_format(const char *text, size_t length, struct chosen *chosen)
{
	static const char *const names[] = {"npy", "cifar10", "cifar100"};

	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		if (strlen(names[i]) != length || strncmp(names[i], text, length) != 0)
			continue;
		*chosen = (struct chosen){true, i == 0, bench_image_format_named(names[i])};
		return true;
	}
	return false;
}

/* FILE:FORMAT, FORMAT:FILE or FILE, which may have colons in it; caller frees the path. */
static char *split_argument(const char *argument, struct chosen *chosen)
{
	const char *first = strchr(argument, ':'), *last = strrchr(argument, ':');

	*chosen = (struct chosen){0};
	if (last && last > argument && is_format(last + 1, strlen(last + 1), chosen))
		return evo_strndup(argument, (size_t) (last - argument));
	if (first && first[1] && is_format(argument, (size_t) (first - argument), chosen))
		return evo_strdup(first + 1);
	return evo_strdup(argument);
}

static bool fits(size_t size, const struct bench_image_format *format)
{
	return size > 0 && size % (format->label_bytes + BENCH_PIXELS) == 0;
}

/* CIFAR-10's or CIFAR-100's, by the size. */
static bool guess_cifar(struct source *source, size_t size, struct evo_error *err)
{
	const struct bench_image_format *ten = bench_image_format(EVO_IMAGES_CIFAR10);
	const struct bench_image_format *hundred = bench_image_format(EVO_IMAGES_CIFAR100);

	if (fits(size, ten) && fits(size, hundred))
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "by its size it could be CIFAR-10's or CIFAR-100's; say "
		                   "%s:cifar10 or %s:cifar100",
		                   source->path, source->path);
	source->cifar = fits(size, ten) ? ten : fits(size, hundred) ? hundred : NULL;
	if (source->cifar)
		return true;
	return evo_fail_at(
	        err, EVO_E_INPUT, source->path, 0, 0,
	        "neither a .npy file, nor as long as records of CIFAR-10 (3073 bytes) or "
	        "CIFAR-100 (3074 bytes) are; save images by numpy.save");
}

/* ---- Opening --------------------------------------------------------------------------------- */

static bool open_cifar(struct source *source, bool told, struct evo_error *err)
{
	off_t size;

	source->stream = fopen(source->path, "rbe");
	if (!source->stream)
		return evo_fail_at(err, errno == ENOENT ? EVO_E_NOT_FOUND : EVO_E_IO, source->path,
		                   0, 0, "cannot read: %s", strerror(errno));
	if (fseeko(source->stream, 0, SEEK_END) != 0 || (size = ftello(source->stream)) < 0 ||
	    fseeko(source->stream, 0, SEEK_SET) != 0)
		return evo_fail_at(err, EVO_E_IO, source->path, 0, 0, "cannot read: %s",
		                   strerror(errno));
	if (!told && !guess_cifar(source, (size_t) size, err))
		return false;
	source->count = bench_images_records(source->stream, source->cifar, source->path, err);
	source->side = BENCH_SIDE;
	source->bytes = true;
	return source->count > 0;
}

/* The labels are read once ahead: classes are counted before the first image. */
static bool read_cifar_labels(struct source *source, struct evo_error *err)
{
	unsigned char record[BENCH_RECORD];

	source->labels = evo_calloc(source->count, sizeof(*source->labels));
	for (size_t i = 0; i < source->count; i++) {
		if (!bench_images_record(source->stream, source->cifar, source->path, i, record,
		                         err))
			return false;
		source->labels[i] = record[0];
	}
	rewind(source->stream);
	return true;
}

static bool wrong_shape(const struct source *source, struct evo_error *err)
{
	const struct bench_npy *npy = &source->npy;
	char *shape = bench_npy_shape(npy);
	const char *hint = "";

	if (npy->rank == 4 && npy->shape[3] == 3)
		hint = "; numpy.transpose(images, (0, 3, 1, 2)) brings the channels forward";
	else if (npy->rank == 3 || (npy->rank == 4 && npy->shape[1] == 1))
		hint = "; grey images can be repeated in all three channels";
	evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
	            "its shape is %s; images are expected as (number, 3, side, side)%s", shape,
	            hint);
	free(shape);
	return false;
}

static bool open_npy(struct source *source, struct evo_error *err)
{
	struct bench_npy *npy = &source->npy;

	if (!bench_npy_open(npy, source->path, err))
		return false;
	if (npy->rank != 4 || npy->shape[1] != 3)
		return wrong_shape(source, err);
	if (npy->shape[2] != npy->shape[3])
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images are %zux%zu; they must be square: crop or pad them",
		                   npy->shape[2], npy->shape[3]);
	if (npy->shape[0] == 0)
		return bad(source, err, "there are no images in it");
	if (npy->kind != BENCH_NPY_FLOAT && strcmp(npy->descr + 1, "u1") != 0)
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its numbers are of the type %s; save images as uint8 (0 to "
		                   "255) or float32",
		                   npy->descr);
	source->count = npy->shape[0];
	source->side = npy->shape[2];
	source->bytes = npy->kind != BENCH_NPY_FLOAT;
	return true;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static bool check_labels(const struct bench_npy *npy, const struct source *source,
                         struct evo_error *err)
{
	bool column = npy->rank == 2 && npy->shape[1] == 1;
	char *shape;

	if (npy->kind == BENCH_NPY_FLOAT)
		return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
		                   "labels are whole numbers, and these are of the type %s; save "
		                   "labels.astype('int64')",
		                   npy->descr);
	if (npy->rank != 1 && !column) {
		shape = bench_npy_shape(npy);
		evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
		            "its shape is %s; labels are expected as (number,)", shape);
		free(shape);
		return false;
	}
	if (npy->count != source->count)
		return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
		                   "%zu labels for the %zu images of %s", npy->count, source->count,
		                   source->path);
	return true;
}

static bool take_labels(struct bench_npy *npy, struct source *source, struct evo_error *err)
{
	int64_t label;

	source->labels = evo_calloc(source->count, sizeof(*source->labels));
	for (size_t i = 0; i < source->count; i++) {
		if (!bench_npy_integers(npy, &label, 1, err))
			return false;
		if (label < 0 || label > LABEL_MAX)
			return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
			                   "image %zu, counted from 0, has the label %" PRId64
			                   "; labels number the classes from 0 on",
			                   i, label);
		source->labels[i] = (unsigned short) label;
	}
	return true;
}

static bool read_npy_labels(struct source *source, const char *path, struct evo_error *err)
{
	struct bench_npy npy;
	bool done;

	if (!bench_npy_open(&npy, path, err))
		return false;
	done = check_labels(&npy, source, err) && take_labels(&npy, source, err);
	bench_npy_close(&npy);
	return done;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

static void close_sources(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		struct source *source = &sources->list[i];

		if (source->stream)
			fclose(source->stream);
		bench_npy_close(&source->npy);
		free(source->labels);
		free(source->path);
	}
	free(sources->list);
	*sources = (struct sources){0};
}

/* labels: the next unused one of the set. */
static bool open_source(struct source *source, const char *argument,
                        const struct evo_image_files *files, size_t *labels, struct evo_error *err)
{
	struct chosen chosen;

	source->path = split_argument(argument, &chosen);
	source->cifar = chosen.cifar;
	if (!chosen.told) {
		size_t length = strlen(source->path);

		chosen.npy = (length > 4 && strcmp(source->path + length - 4, ".npy") == 0) ||
		             bench_npy_is(source->path);
	}
	if (!chosen.npy)
		return open_cifar(source, chosen.told, err) && read_cifar_labels(source, err);
	if (!open_npy(source, err))
		return false;
	if (*labels == files->label_count)
		return bad(source, err,
		           "its labels are not given; they are expected in a .npy file of their "
		           "own");
	return read_npy_labels(source, files->labels[(*labels)++], err);
}

static bool open_sources(struct sources *sources, const struct evo_image_files *files,
                         struct evo_error *err)
{
	size_t labels = 0;

	*sources = (struct sources){.list = evo_calloc(files->image_count, sizeof(struct source))};
	for (size_t i = 0; i < files->image_count; i++) {
		struct source *source = &sources->list[sources->count++];

		if (!open_source(source, files->images[i], files, &labels, err))
			return false;
		sources->images += source->count;
		for (size_t k = 0; k < source->count; k++)
			if (source->labels[k] >= sources->classes)
				sources->classes = (size_t) source->labels[k] + 1;
	}
	if (labels < files->label_count)
		return evo_fail_at(
		        err, EVO_E_INPUT, files->labels[labels], 0, 0,
		        "there is no .npy file of images for these labels; CIFAR's files "
		        "have theirs within");
	return true;
}

/* Must be like the first file of the training set. */
static bool check_alike(const struct sources *sources, const struct source *first,
                        struct evo_error *err)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->list[i];

		if (source->side != first->side)
			return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
			                   "its images are %zux%zu, and those of %s %zux%zu",
			                   source->side, source->side, first->path, first->side,
			                   first->side);
		if (source->bytes != first->bytes)
			return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
			                   "its pixels are %s, and those of %s %s; save both alike",
			                   source->bytes ? "bytes" : "floats", first->path,
			                   first->bytes ? "bytes" : "floats");
	}
	return true;
}

static bool check_test_labels(const struct sources *test, size_t classes, struct evo_error *err)
{
	for (size_t i = 0; i < test->count; i++)
		for (size_t k = 0; k < test->list[i].count; k++)
			if (test->list[i].labels[k] >= classes)
				return evo_fail_at(err, EVO_E_INPUT, test->list[i].path, 0, 0,
				                   "image %zu, counted from 0, has the label %u, "
				                   "and those to train on go up to %zu",
				                   k, test->list[i].labels[k], classes - 1);
	return true;
}

static bool check_side(const struct source *source, size_t side, struct evo_error *err)
{
	if (source->side % 4 != 0 || source->side == 0)
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images are %zux%zu; the side must be a multiple of 4: crop "
		                   "or pad them",
		                   source->side, source->side);
	if (!bench_can_shrink(source->side, side))
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images of %zux%zu cannot be brought to %zux%zu; halving "
		                   "them once or several times is what can be done",
		                   source->side, source->side, side, side);
	return true;
}

/* ---- Pixels ---------------------------------------------------------------------------------- */

/* The next image, at its own side: bytes over 255, floats as they are. */
static bool read_image(struct source *source, size_t number, float *pixels, struct evo_error *err)
{
	size_t count = 3 * source->side * source->side;
	unsigned char record[BENCH_RECORD];

	if (source->cifar) {
		if (!bench_images_record(source->stream, source->cifar, source->path, number,
		                         record, err))
			return false;
		for (size_t i = 0; i < count; i++)
			pixels[i] = record[1 + i];
	} else if (!bench_npy_floats(&source->npy, pixels, count, err)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(pixels[i]))
			return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
			                   "image %zu, counted from 0, has a pixel that is no "
			                   "finite number",
			                   number);
		if (source->bytes)
			pixels[i] = (float) ((double) pixels[i] / 255);
	}
	return true;
}

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
static bool read_images(struct sources *sources, struct evo_images *images, struct bench_kept *kept,
                        struct evo_error *err)
{
	size_t side = sources->list[0].side, own = 3 * side * side, at = 0;
	float *scratch = evo_big_alloc(own * sizeof(float), "an image", err);
	struct evo_images one = {.pixels = scratch, .count = 1};
	bool good = scratch != NULL;

	for (size_t i = 0; i < sources->count && good; i++) {
		struct source *source = &sources->list[i];

		for (size_t k = 0; k < source->count && at < images->count && good; k++, at++) {
			size_t pixels = 3 * images->side * images->side;

			one.side = side;
			images->labels[at] = source->labels[k];
			good = read_image(source, k, scratch, err);
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

static bool check_sources(const struct sources *train, const struct sources *test, size_t side,
                          struct evo_error *err)
{
	const struct source *first = &train->list[0];

	return check_side(first, side, err) && check_alike(train, first, err) &&
	       check_alike(test, first, err) && check_test_labels(test, train->classes, err);
}

static bool load(struct bench_image_set *set, struct sources *train, struct sources *test,
                 size_t train_images, size_t test_images, struct evo_error *err)
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
	struct sources train_from = {0}, test_from = {0};
	bool done;

	*set = (struct bench_image_set){0};
	if (train->image_count == 0 || test->image_count == 0)
		return evo_fail(err, EVO_E_USAGE, "there are no files of images to %s",
		                train->image_count == 0 ? "train on" : "test on");
	done = open_sources(&train_from, train, err) && open_sources(&test_from, test, err);
	if (done) {
		set->train.side = side ? side : train_from.list[0].side;
		done = check_sources(&train_from, &test_from, set->train.side, err) &&
		       load(set, &train_from, &test_from, train_images, test_images, err);
	}
	close_sources(&train_from);
	close_sources(&test_from);
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
	struct sources sources = {0};
	struct evo_images own;
	bool done;

	*kept = (struct bench_kept){0};
	done = open_sources(&sources, &files, err);
	if (done && sources.images < count)
		done = bad(&sources.list[0], err,
		           "has fewer images than the manifest says; build the benchmark again");
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
	close_sources(&sources);
	free(images);
	free(labels);
	return done;
}
