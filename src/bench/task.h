/*
 * What the rows of the task table draw with.
 */
#ifndef BENCH_TASK_H
#define BENCH_TASK_H

#include <stddef.h>
#include <stdint.h>

/* Of all tasks. */
#define BENCH_TASK_SIDE    ((size_t) 16)
#define BENCH_TASK_CLASSES ((size_t) 10)

/* task_shapes.c, task_mosaics.c, task_glyphs.c */
void bench_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);
void bench_mosaics_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);
void bench_glyphs_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);

#endif
