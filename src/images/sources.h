/*
 * Files of labelled images, opened: CIFAR's, or .npy arrays with labels in others.
 */
#ifndef IMAGES_SOURCES_H
#define IMAGES_SOURCES_H

#include "cifar.h"
#include "npy.h"

/* One file, and what it is read by. */
struct image_source {
	char *path;
	const struct evo_cifar_format *cifar; /* NULL: a .npy file */
	FILE *stream;                         /* of CIFAR's */
	struct npy npy;
	size_t count, side;
	bool bytes;
	unsigned short *labels; /* count */
};

/* All files of a set. */
struct image_sources {
	struct image_source *list;
	size_t count, images, classes; /* classes: 1 + the largest label */
};

/*
 * Opens all files of a set, and reads their labels. Errors name the file and what to do. Close the
 * sources in any case.
 */
bool image_sources_open(struct image_sources *sources, const struct evo_image_files *files,
                        struct evo_error *err);
void image_sources_close(struct image_sources *sources);

/* Are all images of both sets alike, do the labels of the test go with those that are trained on,
   and can they be brought to this side? */
bool image_sources_check(const struct image_sources *train, const struct image_sources *test,
                         size_t side, struct evo_error *err);

/* The next image, at its own side: bytes over 255, floats as they are. number: from 0, for
   messages. */
bool image_source_read(struct image_source *source, size_t number, float *pixels,
                       struct evo_error *err);

#endif
