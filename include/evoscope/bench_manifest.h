/*
 * manifest.ini: what a benchmark is, in keys that a person can read.
 */
#ifndef EVOSCOPE_BENCH_MANIFEST_H
#define EVOSCOPE_BENCH_MANIFEST_H

#include "evoscope/bench.h"

/* A number that was not given. */
#define EVO_BENCH_ABSENT SIZE_MAX

/* What a build may be, at most, wherever it is said: by options or by a manifest. */
#define EVO_BUILD_NETWORKS_MAX 5260 /* about as many functions nb201 has */
#define EVO_BUILD_SEEDS_MAX    1000
#define EVO_BUILD_EPOCHS_MAX   10000
#define EVO_BUILD_IMAGES_MAX   10000000
#define EVO_BUILD_RATE_MAX     1000
#define EVO_BUILD_SHIFT_MAX    64
/* Manifests read whole numbers as doubles do. */
#define EVO_BUILD_SEED_MAX 1000000000000000

/* The manifest's only format so far. A program that finds a higher one says that it is too old. */
#define EVO_BENCH_FORMAT 1

/* Texts are NULL, sizes EVO_BENCH_ABSENT and other numbers NaN where the manifest does not have
   them. */
struct evo_bench_manifest {
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

	struct evo_benchmark_training training;
	/* Of images from files: a hash of all of them, and the seed of the sample of architectures,
	   which the file calls lineup_seed. */
	char *data_hash;
	size_t sample_seed;
};

/* Three numbers as a manifest has them, and back; false when they are not. Caller frees. */
char *evo_bench_manifest_triple(const double *numbers);
bool evo_bench_manifest_triple_read(const char *text, double *numbers);

void evo_bench_manifest_init(struct evo_bench_manifest *manifest);
void evo_bench_manifest_clear(struct evo_bench_manifest *manifest);

/* Errors name file, line and key: unknown sections and keys, bad values, and what is missing. */
bool evo_bench_manifest_read(struct evo_bench_manifest *manifest, const char *path,
                             struct evo_error *err);
bool evo_bench_manifest_write(const struct evo_bench_manifest *manifest, const char *path,
                              struct evo_error *err);

#endif
