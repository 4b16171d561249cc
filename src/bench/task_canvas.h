/*
 * What tasks drawn by code have in common: a small colour image that figures are painted on.
 *
 * Only sums, products, divisions, comparisons and rounding to whole numbers are used here and in
 * the tasks, which every machine does in the same way: no sine, no logarithm.
 */
#ifndef BENCH_TASK_CANVAS_H
#define BENCH_TASK_CANVAS_H

#include "evoscope/base.h"
#include "task.h"

#define BENCH_TASK_PIXELS (BENCH_TASK_SIDE * BENCH_TASK_SIDE)

struct bench_canvas {
	double value[3][BENCH_TASK_PIXELS]; /* 0..1 */
};

/* Where a figure is, in units of half the image's side, from its centre. */
struct bench_pose {
	double x, y, width, height;
	double cosine, sine;
};

/* The ranges a pose is drawn from. */
struct bench_pose_range {
	double offset;    /* of the centre, each way */
	double low, high; /* size */
	double stretch;   /* width against height, each way */
	double turn;      /* tangent of half the largest angle, each way */
};

/* Is the point (u right, v down) of a figure's own square, from -1 to 1, part of it? */
typedef bool (*bench_figure)(const void *figure, double u, double v);

double bench_between(struct evo_rng *rng, double low, double high);
void bench_pose_draw(struct evo_rng *rng, const struct bench_pose_range *range,
                     struct bench_pose *pose);
void bench_colour_draw(struct evo_rng *rng, double colour[3]);
/* A colour that can be told from another: the mean difference is at least so much. */
void bench_contrast_draw(struct evo_rng *rng, const double other[3], double least,
                         double colour[3]);

/* From one colour on the left to another on the right, both near `base`. */
void bench_canvas_fill(struct bench_canvas *canvas, struct evo_rng *rng, const double base[3]);
/* With soft edges: a pixel is covered as far as the figure covers the points in it. */
void bench_canvas_paint(struct bench_canvas *canvas, bench_figure covers, const void *figure,
                        const struct bench_pose *pose, const double colour[3]);
/* Adds noise of a standard deviation and normalises. */
void bench_canvas_finish(const struct bench_canvas *canvas, struct evo_rng *rng, double noise,
                         float *pixels);

#endif
