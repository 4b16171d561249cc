/*
 * What the rows of the task table draw with.
 */
#ifndef BENCH_TASK_H
#define BENCH_TASK_H

#include <stddef.h>
#include <stdint.h>

/* task_shapes.c */
#define BENCH_SHAPES_SIDE ((size_t) 16)
void bench_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label);

#endif
