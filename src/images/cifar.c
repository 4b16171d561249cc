/*
 * CIFAR's binary files, and images.bin, which is in the layout of CIFAR-10's.
 */
#include "config.h"

#include "cifar.h"
#include "pixels.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct evo_cifar_format formats[] = {
        {EVO_IMAGES_CIFAR10, "cifar10", "CIFAR-10 images", 1, 10},
        {EVO_IMAGES_CIFAR100, "cifar100", "CIFAR-100 images", 2, 100}, /* coarse, fine */
};

const struct evo_cifar_format *evo_cifar_format(enum evo_image_format format)
{
	for (size_t i = 0; i < EVO_COUNT(formats); i++)
		if (formats[i].format == format)
			return &formats[i];
	return NULL;
}

const struct evo_cifar_format *evo_cifar_format_named(const char *name)
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

	for (size_t i = 0; colon != NULL && i < EVO_COUNT(formats); i++) {
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

size_t cifar_records(FILE *stream, const struct evo_cifar_format *format, const char *path,
                     struct evo_error *err)
{
	size_t record = format->label_bytes + EVO_CIFAR_PIXELS;
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

bool cifar_record_read(FILE *stream, const struct evo_cifar_format *format, const char *path,
                       size_t number, unsigned char *out, struct evo_error *err)
{
	unsigned char labels[2];
	size_t bytes = format->label_bytes;

	if (fread(labels, 1, bytes, stream) != bytes ||
	    fread(out + 1, 1, EVO_CIFAR_PIXELS, stream) != EVO_CIFAR_PIXELS)
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

unsigned char *evo_cifar_take(const struct evo_cifar_format *format, const char *path,
                              size_t *count, char hash[17], struct evo_error *err)
{
	FILE *stream = fopen(path, "rb");
	unsigned char *records = NULL;
	bool good;

	if (stream == NULL) {
		evo_fail_file(err, path, "read", errno);
		return NULL;
	}
	*count = cifar_records(stream, format, path, err);
	if (*count > EVO_PROBE_IMAGES)
		*count = EVO_PROBE_IMAGES;
	good = *count > 0;
	if (good)
		records = evo_big_alloc(*count * EVO_CIFAR_RECORD, "images", err);
	good = good && records != NULL;
	for (size_t i = 0; good && i < *count; i++)
		good = cifar_record_read(stream, format, path, i, records + i * EVO_CIFAR_RECORD,
		                         err);
	fclose(stream);
	if (!good) {
		free(records);
		return NULL;
	}
	evo_cifar_hash(records, *count, hash);
	return records;
}

void evo_cifar_hash(const unsigned char *records, size_t count, char hash[17])
{
	snprintf(hash, 17, "%016" PRIx64, evo_hash(records, count * EVO_CIFAR_RECORD, 0));
}

/* ---- Pixels ---------------------------------------------------------------------------------- */

bool evo_cifar_decode(const unsigned char *records, size_t count, size_t classes,
                      struct evo_images *images, struct evo_error *err)
{
	/* The field's usual figures for CIFAR, of values in 0..1. */
	static const double mean[3] = {0.4914, 0.4822, 0.4465};
	static const double deviation[3] = {0.2023, 0.1994, 0.2010};
	size_t plane = EVO_CIFAR_SIDE * EVO_CIFAR_SIDE;

	if (!images_allocate(images, count, EVO_CIFAR_SIDE, classes, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const unsigned char *record = records + i * EVO_CIFAR_RECORD;
		float *pixels = images->pixels + i * EVO_CIFAR_PIXELS;

		images->labels[i] = record[0];
		for (size_t at = 0; at < EVO_CIFAR_PIXELS; at++) {
			size_t channel = at / plane;

			pixels[at] = (float) ((record[1 + at] / 255.0 - mean[channel]) /
			                      deviation[channel]);
		}
	}
	return true;
}
