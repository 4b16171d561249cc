/*
 * Figures drawn by lot: what tasks drawn by code have to tell apart.
 *
 * A class is several figures that have nothing in common but a weak tint, so that a network has to
 * know them one by one. How many it gets right is then limited by what it can hold, which is its
 * architecture's, more than by the luck of its first weights; the poorest can use the tint.
 */
#ifndef IMAGES_TASK_FIGURES_H
#define IMAGES_TASK_FIGURES_H

#include "task_canvas.h"

#define TASK_CLASS_FIGURES_MAX 16

/* A figure, as bits: cells or strokes that are there. The same bits are the same figure. */
typedef unsigned (*task_figure_draw)(struct evo_rng *rng);

/* What an image shows. */
struct task_subject {
	unsigned class, figure;
	double tint[3]; /* -1..1 a channel, the class's */
};

/*
 * The figures of a class, at most TASK_CLASS_FIGURES_MAX, depend on (seed, task) alone; no two are
 * the same, in no two classes. Which of them an image shows depends on (seed, task, index), and
 * every ten images in a row have every class once. ranked: the second figure of a class is half as
 * frequent as the first, the third a third, and so on, so that a network which can hold few of them
 * is told from one that can hold hardly any; else all are as frequent.
 */
void task_subject_draw(uint64_t seed, const char *task, size_t index, size_t class_figures,
                       bool ranked, task_figure_draw draw, struct task_subject *subject);

/* Adds a share of the class's tint. */
void task_tint(const struct task_subject *subject, double share, double colour[3]);

/* Figures of a square of 4 x 4 cells, line by line from the top left, one bit each. */
#define TASK_CELLS_SIDE 4

/* Outside the square there are none. */
bool task_cell(unsigned cells, int column, int line);

#endif
