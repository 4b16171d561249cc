/*
 * Files of labelled images, opened: CIFAR's, or .npy arrays with labels in others.
 */
#ifndef BENCH_IMAGE_SOURCES_H
#define BENCH_IMAGE_SOURCES_H

#include "images.h"
#include "npy.h"

/* One file, and what it is read by. */
struct bench_source {
	char *path;
	const struct bench_image_format *cifar; /* NULL: a .npy file */
	FILE *stream;                           /* of CIFAR's */
	struct bench_npy npy;
	size_t count, side;
	bool bytes;
	unsigned short *labels; /* count */
};

/* All files of a set. */
struct bench_sources {
	struct bench_source *list;
	size_t count, images, classes; /* classes: 1 + the largest label */
};

/*
 * Opens all files of a set, and reads their labels. Errors name the file and what to do. Close the
 * sources in any case.
 */
bool bench_sources_open(struct bench_sources *sources, const struct evo_image_files *files,
                        struct evo_error *err);
void bench_sources_close(struct bench_sources *sources);

/* Are all images of both sets alike, do the labels of the test go with those that are trained on,
   and can they be brought to this side? */
bool bench_sources_check(const struct bench_sources *train, const struct bench_sources *test,
                         size_t side, struct evo_error *err);

/* The next image, at its own side: bytes over 255, floats as they are. number: from 0, for
   messages. */
bool bench_source_read(struct bench_source *source, size_t number, float *pixels,
                       struct evo_error *err);

#endif
