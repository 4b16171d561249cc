/*
 * The images of a benchmark: drawn by a task, or read from its folder.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/bench_folder.h"
#include "import.h"

#include <stdlib.h>
#include <string.h>

/* All records of images.bin, which are those that the manifest was written for; caller frees. */
static char *read_records(const struct evo_benchmark *benchmark, struct evo_error *err)
{
	size_t expected = benchmark->image_count * EVO_CIFAR_RECORD, length = 0;
	char *path = evo_path_join(benchmark->folder, EVO_BENCH_IMAGES);
	char *bytes = evo_file_read(path, expected, &length, err);
	char hash[17];

	if (bytes != NULL && length == expected)
		evo_cifar_hash((const unsigned char *) bytes, benchmark->image_count, hash);
	if (bytes != NULL && (length != expected || strcmp(hash, benchmark->image_hash) != 0)) {
		evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		            "not the images that the manifest names; import the benchmark again");
		free(bytes);
		bytes = NULL;
	}
	free(path);
	return bytes;
}

/* Images as files of a user had them, brought to the side before they are normalised, as a build
   does it. */
static bool npy_images(const struct evo_benchmark *benchmark, size_t count, size_t side,
                       struct evo_images *images, struct evo_error *err)
{
	struct evo_raw_images kept;
	char hash[17];
	bool done = evo_raw_images_read(&kept, benchmark->folder, benchmark->image_count, err);

	if (!done)
		return false;
	evo_raw_images_hash(&kept, &benchmark->scale, hash);
	if (strcmp(hash, benchmark->image_hash) != 0)
		done = evo_fail_at(err, EVO_E_INPUT, benchmark->folder, 0, 0,
		                   "%s and %s are not the images and labels that the manifest "
		                   "names; build the benchmark again",
		                   EVO_RAW_IMAGES_FILE, EVO_RAW_LABELS_FILE);
	*images = (struct evo_images){.pixels = kept.pixels,
	                              .labels = kept.labels,
	                              .count = count,
	                              .side = kept.side,
	                              .classes = benchmark->image_classes};
	done = done && evo_images_shrink(images, side, err);
	if (done)
		evo_images_normalise(images, &benchmark->scale);
	return done;
}

static bool cifar_images(const struct evo_benchmark *benchmark, size_t count,
                         struct evo_images *images, struct evo_error *err)
{
	char *bytes = read_records(benchmark, err);
	bool done;

	if (bytes == NULL)
		return false;
	done = evo_cifar_decode((const unsigned char *) bytes, count,
	                        evo_cifar_format(benchmark->image_format)->classes, images, err);
	free(bytes);
	return done;
}

/* Images of nobody knows which dataset are those of the accuracies, as far as can be told. */
static const char *other_dataset(const struct evo_benchmark *benchmark,
                                 const struct evo_benchmark *of)
{
	const struct evo_importer_dataset *dataset = bench_dataset_of(benchmark);

	if (dataset == NULL || !of->image_source[0] || of->image_format == EVO_IMAGES_NPY)
		return NULL;
	return dataset->images != EVO_IMAGES_NONE && dataset->images == of->image_format
	               ? NULL
	               : dataset->called;
}

void evo_benchmark_image_text(const struct evo_benchmark *benchmark, const struct evo_benchmark *of,
                              char *out, size_t size)
{
	const char *other = other_dataset(benchmark, of);

	if (other != NULL)
		snprintf(out, size, "%s, not %s's", of->image_title, other);
	else if (strcmp(benchmark->image_source, of->image_source) != 0)
		snprintf(out, size, "%s, those of %s", of->image_title, of->name);
	else
		snprintf(out, size, "%s", of->image_title);
}

bool evo_benchmark_images(const struct evo_benchmark *benchmark, size_t count, size_t side,
                          struct evo_images *images, struct evo_error *err)
{
	bool done = true;

	*images = (struct evo_images){0};
	if (benchmark->image_format != EVO_IMAGES_NONE && count > benchmark->image_count)
		return evo_fail(err, EVO_E_INPUT,
		                "%s has %zu images, and %zu are asked for; take a smaller batch",
		                benchmark->name, benchmark->image_count, count);
	if (benchmark->task != NULL)
		done = evo_task_images(benchmark->task, benchmark->task_seed, 0, count, images,
		                       err);
	else if (benchmark->image_format == EVO_IMAGES_NPY)
		done = npy_images(benchmark, count, side, images, err);
	else if (benchmark->image_format != EVO_IMAGES_NONE)
		done = cifar_images(benchmark, count, images, err);
	else
		return true;
	if (done && !evo_images_shrink(images, side, err))
		done = false;
	if (!done)
		evo_images_clear(images);
	return done;
}
