/*
 * images: labelled images in memory, as networks take them.
 *
 * Whoever fills the two arrays allocates them; evo_images_clear frees both.
 */
#ifndef EVOSCOPE_IMAGES_H
#define EVOSCOPE_IMAGES_H

#include "evoscope/base.h"

/* Images in memory: normalised floats N,3,side,side and labels below classes. */
struct evo_images {
	float *pixels;
	unsigned short *labels; /* NULL: without labels */
	size_t count, side, classes;
};
void evo_images_clear(struct evo_images *images);

#endif
