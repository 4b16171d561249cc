/*
 * build: benchmarks made here. A sample of architectures is trained, each with several seeds, and
 * becomes a benchmark like any other.
 *
 * Trainings are kept on disk as they end, so that a build which was stopped goes on where it was.
 */
#ifndef EVOSCOPE_BUILD_H
#define EVOSCOPE_BUILD_H

#include "evoscope/image_files.h"
#include "evoscope/space.h"
#include "evoscope/train.h"

/*
 * What to build. The images are drawn by a task, or come from files; these are normalised, channel
 * by channel, by the mean and standard deviation of the training images at the side that is trained
 * at, and the benchmark keeps the first 256 of them. Their classes are 0 to the largest label of
 * the training files.
 */
struct evo_build {
	const char *name; /* of the benchmark */
	const char *task; /* not read when there are files */
	struct evo_image_files train_files, test_files;
	size_t networks, seeds; /* architectures; trainings of each */
	struct evo_macro macro; /* side and classes 0: as the images have them */
	struct evo_training how;
	size_t train_images, test_images; /* the first so many; 0: all that the files have */
	uint64_t seed;
	const char *command; /* as typed, for the record */
	const char *folder;  /* the benchmark's own; NULL: NAME in the user's data */
};
struct evo_build evo_build_default(void);

/* Where a build is. */
struct evo_build_status {
	size_t done, kept, total; /* trainings; kept: by an earlier time, among those done */
	double seconds;           /* since the first training began */
	bool fresh;               /* a training has just ended: */
	const char *architecture; /* the last one; NULL before the first */
	double accuracy;          /* its; NaN before the first */
	double low, median, high; /* of all accuracies so far; NaN without any */
	size_t networks;          /* of which every seed is trained */
	/* Mean Kendall tau between two seeds' accuracies of these networks; NaN for one seed, or
	   fewer than 5 networks. */
	double agreement;
	const char *note; /* something odd about the images, in a line; NULL */
};
/* Called some times a second and after each training, from one thread at a time. Returning false
   stops. */
typedef bool (*evo_build_progress)(void *context, const struct evo_build_status *status);

/*
 * Trains a sample of architectures of nb201 (no two the same function, in equal shares by number
 * of live convolutions as far as there are that many) and writes a benchmark. Finished trainings
 * are kept on disk as they come; building again goes on from there and ends the same.
 */
bool evo_benchmark_build(const struct evo_build *build, struct evo_pool *pool,
                         evo_build_progress progress, void *context, struct evo_error *err);

/*
 * Makes a benchmark of the networks of an unfinished build whose every seed is trained so far; at
 * least 2. Nothing is trained. What is kept stays, so that building again goes on, and in the end
 * puts the whole benchmark in its place. A finished build stays as it is. *networks: in it.
 */
bool evo_benchmark_publish(const struct evo_build *build, size_t *networks, struct evo_error *err);

/* Some rows of a benchmark, trained. */
struct evo_build_rows {
	size_t first, count, seeds, first_seed; /* first: from 1, in the order of the table */
	char **architectures;                   /* count */
	double *accuracies;                     /* count x seeds; NaN where it was stopped before */
	double *before;     /* the same, as the table has them; NULL when they are kept instead */
	size_t done, total; /* trainings of the whole benchmark that are kept */
};
/*
 * Trains the rows `first` to `last` only. Where the benchmark is finished they are trained again,
 * to be held against its table: nothing is written, and on a processor of the same kind they are
 * equal. Where it is not they are kept for a later build. rows is filled in as far as it came,
 * either way; evo_build_rows_clear frees.
 */
bool evo_benchmark_build_rows(const struct evo_build *build, size_t first, size_t last,
                              struct evo_pool *pool, evo_build_progress progress, void *context,
                              struct evo_build_rows *rows, struct evo_error *err);
void evo_build_rows_clear(struct evo_build_rows *rows);

/*
 * The settings that a benchmark was built with: that in the folder, or, folder being NULL, of that
 * name. NULL: EVO_E_NOT_FOUND, or it was not trained by this program. Caller destroys, after the
 * last use of the settings, whose texts it owns; they name its folder.
 */
struct evo_built {
	struct evo_build build;
	char *texts[8];
	const char **files[4];
};
struct evo_built *evo_built_load(const char *name, const char *folder, struct evo_error *err);
void evo_built_destroy(struct evo_built *built);

#endif
