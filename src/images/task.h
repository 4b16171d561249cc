/*
 * What the rows of the task table draw with.
 */
#ifndef IMAGES_TASK_H
#define IMAGES_TASK_H

#include <stddef.h>
#include <stdint.h>

/* Of all tasks. */
#define TASK_SIDE    ((size_t) 16)
#define TASK_CLASSES ((size_t) 10)

/* task_shapes.c, task_mosaics.c, task_glyphs.c */
void task_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);
void task_mosaics_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);
void task_glyphs_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);

#endif
