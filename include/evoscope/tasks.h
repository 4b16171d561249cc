/*
 * tasks: labelled image tasks drawn by code from a seed, which need no files.
 *
 * The embedded benchmarks were trained on them. Every machine draws the same pixels.
 */
#ifndef EVOSCOPE_TASKS_H
#define EVOSCOPE_TASKS_H

#include "evoscope/images.h"

/* A labelled image task drawn from a seed: image i depends on (seed, task, i) alone. */
struct evo_task_row {
	const char *name;  /* "shapes" */
	const char *title; /* one line */
	size_t classes, side;
	void (*draw)(uint64_t seed, size_t index, float *pixels,
	             unsigned short *label); /* 3,side,side, normalised */
};
const struct evo_task_row *evo_task_find(const char *name, struct evo_error *err);
size_t evo_task_count(void);
const struct evo_task_row *evo_task_at(size_t index);
bool evo_task_images(const struct evo_task_row *task, uint64_t seed, size_t first, size_t count,
                     struct evo_images *images, struct evo_error *err);

#endif
