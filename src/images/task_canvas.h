/*
 * What tasks drawn by code have in common: a small colour image that figures are painted on.
 *
 * Only sums, products, divisions, comparisons and rounding to whole numbers are used here and in
 * the tasks, which every machine does in the same way: no sine, no logarithm.
 */
#ifndef IMAGES_TASK_CANVAS_H
#define IMAGES_TASK_CANVAS_H

#include "evoscope/base.h"
#include "task.h"

#define TASK_PIXELS (TASK_SIDE * TASK_SIDE)

struct task_canvas {
	double value[3][TASK_PIXELS]; /* 0..1 */
};

/* Where a figure is, in units of half the image's side, from its centre. */
struct task_pose {
	double x, y, width, height;
	double cosine, sine;
};

/* The ranges a pose is drawn from. */
struct task_pose_range {
	double offset;    /* of the centre, each way */
	double low, high; /* size */
	double stretch;   /* width against height, each way */
	double turn;      /* tangent of half the largest angle, each way */
};

/* Is the point (u right, v down) of a figure's own square, from -1 to 1, part of it? */
typedef bool (*task_figure)(const void *figure, double u, double v);

double task_between(struct evo_rng *rng, double low, double high);
void task_pose_draw(struct evo_rng *rng, const struct task_pose_range *range,
                    struct task_pose *pose);
void task_colour_draw(struct evo_rng *rng, double colour[3]);
/* A colour that can be told from another: the mean difference is at least so much. */
void task_contrast_draw(struct evo_rng *rng, const double other[3], double least, double colour[3]);

/* From one colour on the left to another on the right, both near `base`. */
void task_canvas_fill(struct task_canvas *canvas, struct evo_rng *rng, const double base[3]);
/* With soft edges: a pixel is covered as far as the figure covers the points in it. */
void task_canvas_paint(struct task_canvas *canvas, task_figure covers, const void *figure,
                       const struct task_pose *pose, const double colour[3]);
/* Adds noise of a standard deviation and normalises. */
void task_canvas_finish(const struct task_canvas *canvas, struct evo_rng *rng, double noise,
                        float *pixels);

#endif
