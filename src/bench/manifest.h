/*
 * manifest.ini: what a benchmark is, in keys that a person can read.
 */
#ifndef BENCH_MANIFEST_H
#define BENCH_MANIFEST_H

#include "evoscope/bench.h"

/* A number that was not given. */
#define BENCH_ABSENT SIZE_MAX

/* The manifest's only format so far. A program that finds a higher one says that it is too old. */
#define BENCH_FORMAT 1

/* Texts are NULL, sizes BENCH_ABSENT and other numbers NaN where the manifest does not have
   them. */
struct bench_manifest {
	size_t format;
	char *title, *dataset, *origin, *space;
	double ceiling;

	/* The default probe. */
	size_t channels, cells, side, classes, batch;

	/* Where images come from: "none", "cifar10", "cifar100", "npy" or "task". */
	char *image_source, *image_title;
	size_t image_count; /* in images.bin or images.npy */
	char *image_hash;   /* of what they are, 16 hexadecimal digits */
	/* Of "npy": classes, and a number a channel, with blanks between. */
	size_t image_classes;
	char *image_mean, *image_deviation;
	char *task;
	size_t task_seed;

	/* How a benchmark that was trained here came about. */
	char *program, *command, *processor, *kernels, *date;
	double seconds; /* of training, summed over threads */
	size_t networks, seeds, first_seed, train_images, test_images, epochs, train_batch, flip,
	        shift;
	double rate, momentum, weight_decay;
	size_t wanted; /* networks when it will be finished; absent: it is */
	/* Of images from files: their names with | between, a hash of all of them, and the lineup's
	   seed. */
	char *train_files, *train_labels, *test_files, *test_labels, *data_hash;
	size_t lineup_seed;
};

/* Three numbers as a manifest has them, and back; false when they are not. Caller frees. */
char *bench_manifest_triple(const double *numbers);
bool bench_manifest_triple_read(const char *text, double *numbers);

void bench_manifest_init(struct bench_manifest *manifest);
void bench_manifest_clear(struct bench_manifest *manifest);

/* Errors name file, line and key: unknown sections and keys, bad values, and what is missing. */
bool bench_manifest_read(struct bench_manifest *manifest, const char *path, struct evo_error *err);
bool bench_manifest_write(const struct bench_manifest *manifest, const char *path,
                          struct evo_error *err);

/* The day, as manifests note it: "2024-05-01" (UTC). Caller frees. */
char *bench_today(void);

#endif
