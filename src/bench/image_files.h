/*
 * Images from a user's files, as a build takes them.
 */
#ifndef BENCH_IMAGE_FILES_H
#define BENCH_IMAGE_FILES_H

#include "evoscope/bench.h"

#define BENCH_IMAGES_NPY "images.npy"
#define BENCH_LABELS_NPY "labels.npy"

/* The first images of a set, at the side that the files have. */
struct bench_kept {
	size_t count, side;
	bool bytes; /* pixels were bytes, and are here what they were over 255; else floats as they
	                  were */
	float *pixels; /* not normalised */
	unsigned short *labels;
};

struct bench_image_set {
	struct evo_images train, test; /* normalised, at the side asked for */
	struct evo_image_scale scale;
	struct bench_kept kept; /* of the training images */
	char hash[17];          /* of all that is trained and tested on */
	char note[160];         /* what is odd about them, for a person; "" */
};

/*
 * Reads them. side: to be brought to, 0: the files' own; train_images, test_images: at most so
 * many, 0: all. Errors name the file and what to do. Clear the set in any case.
 */
bool bench_image_set_load(struct bench_image_set *set, const struct evo_image_files *train,
                          const struct evo_image_files *test, size_t side, size_t train_images,
                          size_t test_images, struct evo_error *err);
void bench_image_set_clear(struct bench_image_set *set);

/* 16 hexadecimal digits of kept images, their labels and how they are normalised. */
void bench_kept_hash(const struct bench_kept *kept, const struct evo_image_scale *scale,
                     char hash[17]);
/* images.npy and labels.npy. */
bool bench_kept_write(const struct bench_kept *kept, const char *folder, struct evo_error *err);
/* Reads them back: `count` images, of which the files have as many or more. */
bool bench_kept_read(struct bench_kept *kept, const char *folder, size_t count,
                     struct evo_error *err);
void bench_kept_clear(struct bench_kept *kept);

/* (pixel - mean) / deviation, in place. */
void bench_images_normalise(struct evo_images *images, const struct evo_image_scale *scale);

#endif
