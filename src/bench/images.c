#include "config.h"

#include "folder.h"
#include "images.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct bench_image_format formats[] = {
        {EVO_IMAGES_CIFAR10, "cifar10", "CIFAR-10 images", 1, 10},
        {EVO_IMAGES_CIFAR100, "cifar100", "CIFAR-100 images", 2, 100}, /* coarse, fine */
};

const struct bench_image_format *bench_image_format(enum evo_image_format format)
{
	for (size_t i = 0; i < EVO_COUNT(formats); i++)
		if (formats[i].format == format)
			return &formats[i];
	return NULL;
}

const struct bench_image_format *bench_image_format_named(const char *name)
{
	for (size_t i = 0; i < EVO_COUNT(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

bool evo_image_argument(const char *text, enum evo_image_format *format, const char **file,
                        struct evo_error *err)
{
	const char *colon = strchr(text, ':');

	for (size_t i = 0; colon && i < EVO_COUNT(formats); i++) {
		size_t length = strlen(formats[i].name);

		if ((size_t) (colon - text) != length || memcmp(text, formats[i].name, length) != 0)
			continue;
		if (colon[1] == '\0')
			return evo_fail(err, EVO_E_USAGE, "no file after \"%s\"", text);
		*format = formats[i].format;
		*file = colon + 1;
		return true;
	}
	return evo_fail(err, EVO_E_USAGE, "images \"%s\": expected cifar10:FILE or cifar100:FILE",
	                text);
}

/* ---- CIFAR's files --------------------------------------------------------------------------- */

size_t bench_images_records(FILE *stream, const struct bench_image_format *format, const char *path,
                            struct evo_error *err)
{
	size_t record = format->label_bytes + BENCH_PIXELS;
	size_t size;

	if (!evo_file_size(stream, path, &size, err))
		return 0;
	if (size == 0 || size % record != 0) {
		evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		            "%zu bytes are no whole number of %s records of %zu bytes; expected "
		            "the binary version of the data set, unpacked",
		            size, format->name, record);
		return 0;
	}
	return size / record;
}

bool bench_images_record(FILE *stream, const struct bench_image_format *format, const char *path,
                         size_t number, unsigned char *out, struct evo_error *err)
{
	unsigned char labels[2];
	size_t bytes = format->label_bytes;

	if (fread(labels, 1, bytes, stream) != bytes ||
	    fread(out + 1, 1, BENCH_PIXELS, stream) != BENCH_PIXELS)
		return evo_fail_at(err, EVO_E_IO, path, 0, 0, "cannot read image %zu: %s", number,
		                   ferror(stream) ? strerror(errno) : "the file ends early");
	out[0] = labels[bytes - 1];
	if (out[0] >= format->classes)
		return evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "image %zu has label %u, and %s has %zu classes; is it another "
		                   "data set?",
		                   number, out[0], format->name, format->classes);
	return true;
}

unsigned char *bench_images_take(const struct bench_image_format *format, const char *path,
                                 size_t *count, char hash[17], struct evo_error *err)
{
	FILE *stream = fopen(path, "rb");
	unsigned char *records = NULL;
	bool good;

	if (!stream) {
		evo_fail_file(err, path, "read", errno);
		return NULL;
	}
	*count = bench_images_records(stream, format, path, err);
	if (*count > BENCH_IMAGES_KEPT)
		*count = BENCH_IMAGES_KEPT;
	good = *count > 0;
	if (good)
		records = evo_big_alloc(*count * BENCH_RECORD, "images", err);
	good = good && records;
	for (size_t i = 0; good && i < *count; i++)
		good = bench_images_record(stream, format, path, i, records + i * BENCH_RECORD,
		                           err);
	fclose(stream);
	if (!good) {
		free(records);
		return NULL;
	}
	bench_images_hash(records, *count, hash);
	return records;
}

void bench_images_hash(const unsigned char *records, size_t count, char hash[17])
{
	snprintf(hash, 17, "%016" PRIx64, evo_hash(records, count * BENCH_RECORD, 0));
}

/* ---- Pixels ---------------------------------------------------------------------------------- */

bool bench_images_decode(const unsigned char *records, size_t count, size_t classes,
                         struct evo_images *images, struct evo_error *err)
{
	/* The field's usual figures for CIFAR, of values in 0..1. */
	static const double mean[3] = {0.4914, 0.4822, 0.4465};
	static const double deviation[3] = {0.2023, 0.1994, 0.2010};
	size_t plane = BENCH_SIDE * BENCH_SIDE;

	*images = (struct evo_images){.count = count, .side = BENCH_SIDE, .classes = classes};
	images->pixels = evo_big_alloc(count * BENCH_PIXELS * sizeof(float), "images", err);
	if (!images->pixels)
		return false;
	images->labels = evo_calloc(count, sizeof(*images->labels));
	for (size_t i = 0; i < count; i++) {
		const unsigned char *record = records + i * BENCH_RECORD;
		float *pixels = images->pixels + i * BENCH_PIXELS;

		images->labels[i] = record[0];
		for (size_t at = 0; at < BENCH_PIXELS; at++) {
			size_t channel = at / plane;

			pixels[at] = (float) ((record[1 + at] / 255.0 - mean[channel]) /
			                      deviation[channel]);
		}
	}
	return true;
}

/* One plane of side 2h to side h. out may be in, as no place is written before it is read. */
static void halve(const float *in, float *out, size_t half)
{
	for (size_t y = 0; y < half; y++) {
		const float *upper = in + 4 * y * half, *lower = upper + 2 * half;

		for (size_t x = 0; x < half; x++)
			out[y * half + x] = 0.25f * ((upper[2 * x] + upper[2 * x + 1]) +
			                             (lower[2 * x] + lower[2 * x + 1]));
	}
}

bool bench_can_shrink(size_t from, size_t to)
{
	size_t ratio = to ? from / to : 0;

	return ratio > 0 && from % to == 0 && (ratio & (ratio - 1)) == 0;
}

bool bench_images_shrink(struct evo_images *images, size_t side, struct evo_error *err)
{
	if (!bench_can_shrink(images->side, side))
		return evo_fail(err, EVO_E_INPUT,
		                "images of %zux%zu cannot be brought to %zux%zu; halving them "
		                "once or several times is what can be done",
		                images->side, images->side, side, side);
	while (images->side > side) {
		size_t half = images->side / 2;

		for (size_t plane = 0; plane < 3 * images->count; plane++)
			halve(images->pixels + plane * 4 * half * half,
			      images->pixels + plane * half * half, half);
		images->side = half;
	}
	return true;
}
