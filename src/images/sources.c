/*
 * Files of labelled images are opened, told apart and checked, and read image by image.
 */
#include "config.h"

#include "evoscope/space.h"
#include "sources.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX ((int64_t) EVO_CLASSES_MAX - 1)

static bool bad(const struct image_source *source, struct evo_error *err, const char *what)
{
	return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0, "%s", what);
}

/* ---- Which format ---------------------------------------------------------------------------- */

struct chosen {
	bool told, npy;
	const struct evo_cifar_format *cifar;
};

/* Is this part of an argument the name of a format? */
static bool is_format(const char *text, size_t length, struct chosen *chosen)
{
	static const char *const names[] = {"npy", "cifar10", "cifar100"};

	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		if (strlen(names[i]) != length || strncmp(names[i], text, length) != 0)
			continue;
		*chosen = (struct chosen){true, i == 0, evo_cifar_format_named(names[i])};
		return true;
	}
	return false;
}

/* FILE:FORMAT, FORMAT:FILE or FILE, which may have colons in it; caller frees the path. */
static char *split_argument(const char *argument, struct chosen *chosen)
{
	const char *first = strchr(argument, ':'), *last = strrchr(argument, ':');

	*chosen = (struct chosen){0};
	if (last != NULL && last > argument && is_format(last + 1, strlen(last + 1), chosen))
		return evo_strndup(argument, (size_t) (last - argument));
	if (first != NULL && first[1] && is_format(argument, (size_t) (first - argument), chosen))
		return evo_strdup(first + 1);
	return evo_strdup(argument);
}

static bool fits(size_t size, const struct evo_cifar_format *format)
{
	return size > 0 && size % (format->label_bytes + EVO_CIFAR_PIXELS) == 0;
}

/* CIFAR-10's or CIFAR-100's, by the size. */
static bool guess_cifar(struct image_source *source, size_t size, struct evo_error *err)
{
	const struct evo_cifar_format *ten = evo_cifar_format(EVO_IMAGES_CIFAR10);
	const struct evo_cifar_format *hundred = evo_cifar_format(EVO_IMAGES_CIFAR100);

	if (fits(size, ten) && fits(size, hundred))
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "by its size it could be CIFAR-10's or CIFAR-100's; say "
		                   "%s:cifar10 or %s:cifar100",
		                   source->path, source->path);
	source->cifar = fits(size, ten) ? ten : fits(size, hundred) ? hundred : NULL;
	if (source->cifar != NULL)
		return true;
	return evo_fail_at(
	        err, EVO_E_INPUT, source->path, 0, 0,
	        "neither a .npy file, nor as long as records of CIFAR-10 (3073 bytes) or "
	        "CIFAR-100 (3074 bytes) are; save images by numpy.save");
}

/* ---- Opening --------------------------------------------------------------------------------- */

static bool open_cifar(struct image_source *source, bool told, struct evo_error *err)
{
	size_t size;

	source->stream = fopen(source->path, "rbe");
	if (source->stream == NULL)
		return evo_fail_file(err, source->path, "read", errno);
	if (!evo_file_size(source->stream, source->path, &size, err) ||
	    (!told && !guess_cifar(source, size, err)))
		return false;
	source->count = cifar_records(source->stream, source->cifar, source->path, err);
	source->side = EVO_CIFAR_SIDE;
	source->bytes = true;
	return source->count > 0;
}

/* The labels are read once ahead: classes are counted before the first image. */
static bool read_cifar_labels(struct image_source *source, struct evo_error *err)
{
	unsigned char record[EVO_CIFAR_RECORD];

	source->labels = evo_calloc(source->count, sizeof(*source->labels));
	for (size_t i = 0; i < source->count; i++) {
		if (!cifar_record_read(source->stream, source->cifar, source->path, i, record, err))
			return false;
		source->labels[i] = record[0];
	}
	rewind(source->stream);
	return true;
}

static bool wrong_shape(const struct image_source *source, struct evo_error *err)
{
	const struct npy *npy = &source->npy;
	char *shape = npy_shape(npy);
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

static bool open_npy(struct image_source *source, struct evo_error *err)
{
	struct npy *npy = &source->npy;

	if (!npy_open(npy, source->path, err))
		return false;
	if (npy->rank != 4 || npy->shape[1] != 3)
		return wrong_shape(source, err);
	if (npy->shape[2] != npy->shape[3])
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images are %zux%zu; they must be square: crop or pad them",
		                   npy->shape[2], npy->shape[3]);
	if (npy->count == 0)
		return bad(source, err, "there are no images in it");
	if (npy->kind != NPY_FLOAT && strcmp(npy->descr + 1, "u1") != 0)
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its numbers are of the type %s; save images as uint8 (0 to "
		                   "255) or float32",
		                   npy->descr);
	source->count = npy->shape[0];
	source->side = npy->shape[2];
	source->bytes = npy->kind != NPY_FLOAT;
	return true;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static bool check_labels(const struct npy *npy, const struct image_source *source,
                         struct evo_error *err)
{
	bool column = npy->rank == 2 && npy->shape[1] == 1;
	char *shape;

	if (npy->kind == NPY_FLOAT)
		return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
		                   "labels are whole numbers, and these are of the type %s; save "
		                   "labels.astype('int64')",
		                   npy->descr);
	if (npy->rank != 1 && !column) {
		shape = npy_shape(npy);
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

static bool take_labels(struct npy *npy, struct image_source *source, struct evo_error *err)
{
	int64_t label;

	source->labels = evo_calloc(source->count, sizeof(*source->labels));
	for (size_t i = 0; i < source->count; i++) {
		if (!npy_integers(npy, &label, 1, err))
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

static bool read_npy_labels(struct image_source *source, const char *path, struct evo_error *err)
{
	struct npy npy;
	bool done;

	if (!npy_open(&npy, path, err))
		return false;
	done = check_labels(&npy, source, err) && take_labels(&npy, source, err);
	npy_close(&npy);
	return done;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

void image_sources_close(struct image_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		struct image_source *source = &sources->list[i];

		if (source->stream != NULL)
			fclose(source->stream);
		npy_close(&source->npy);
		free(source->labels);
		free(source->path);
	}
	free(sources->list);
	*sources = (struct image_sources){0};
}

/* labels: the next unused one of the set. */
static bool open_source(struct image_source *source, const char *argument,
                        const struct evo_image_files *files, size_t *labels, struct evo_error *err)
{
	struct chosen chosen;

	source->path = split_argument(argument, &chosen);
	source->cifar = chosen.cifar;
	if (!chosen.told) {
		size_t length = strlen(source->path);

		chosen.npy = (length > 4 && strcmp(source->path + length - 4, ".npy") == 0) ||
		             npy_is(source->path);
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

bool image_sources_open(struct image_sources *sources, const struct evo_image_files *files,
                        struct evo_error *err)
{
	size_t labels = 0;

	*sources = (struct image_sources){
	        .list = evo_calloc(files->image_count, sizeof(struct image_source))};
	for (size_t i = 0; i < files->image_count; i++) {
		struct image_source *source = &sources->list[sources->count++];

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
static bool check_alike(const struct image_sources *sources, const struct image_source *first,
                        struct evo_error *err)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct image_source *source = &sources->list[i];

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

static bool check_test_labels(const struct image_sources *test, size_t classes,
                              struct evo_error *err)
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

static bool check_side(const struct image_source *source, size_t side, struct evo_error *err)
{
	if (source->side % 4 != 0 || source->side == 0)
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images are %zux%zu; the side must be a multiple of 4: crop "
		                   "or pad them",
		                   source->side, source->side);
	if (!evo_images_can_shrink(source->side, side))
		return evo_fail_at(err, EVO_E_INPUT, source->path, 0, 0,
		                   "its images of %zux%zu cannot be brought to %zux%zu; halving "
		                   "them once or several times is what can be done",
		                   source->side, source->side, side, side);
	return true;
}

bool image_sources_check(const struct image_sources *train, const struct image_sources *test,
                         size_t side, struct evo_error *err)
{
	const struct image_source *first = &train->list[0];

	return check_side(first, side, err) && check_alike(train, first, err) &&
	       check_alike(test, first, err) && check_test_labels(test, train->classes, err);
}

/* ---- Pixels ---------------------------------------------------------------------------------- */

bool image_source_read(struct image_source *source, size_t number, float *pixels,
                       struct evo_error *err)
{
	size_t count = 3 * source->side * source->side;
	unsigned char record[EVO_CIFAR_RECORD];

	if (source->cifar != NULL) {
		if (!cifar_record_read(source->stream, source->cifar, source->path, number, record,
		                       err))
			return false;
		for (size_t i = 0; i < count; i++)
			pixels[i] = record[1 + i];
	} else if (!npy_floats(&source->npy, pixels, count, err)) {
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
