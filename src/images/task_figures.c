/*
 * The figures of a task's classes, drawn by lot once for a seed, and which of them an image shows.
 */
#include "config.h"

#include "task_figures.h"

#include <stdlib.h>

static struct evo_rng stream(uint64_t seed, const char *task, const char *purpose, size_t index)
{
	char *name = evo_format("%s %s", task, purpose);
	struct evo_rng rng = evo_rng_stream(seed, name, index);

	free(name);
	return rng;
}

/* The first `count` figures. */
static void draw_figures(uint64_t seed, const char *task, task_figure_draw draw, unsigned *figures,
                         size_t count)
{
	struct evo_rng rng = stream(seed, task, "figures", 0);

	for (size_t i = 0; i < count; i++) {
		bool known;

		do {
			figures[i] = draw(&rng);
			known = false;
			for (size_t j = 0; j < i; j++)
				known = known || figures[j] == figures[i];
		} while (known);
	}
}

static unsigned class_of(uint64_t seed, const char *task, size_t index)
{
	struct evo_rng rng = stream(seed, task, "classes", index / TASK_CLASSES);
	size_t order[TASK_CLASSES];

	for (size_t i = 0; i < TASK_CLASSES; i++)
		order[i] = i;
	evo_rng_shuffle(&rng, order, TASK_CLASSES);
	return (unsigned) order[index % TASK_CLASSES];
}

/* Number i is 1 / (i + 1) as likely as number 0. */
static size_t draw_ranked(struct evo_rng *rng, size_t count)
{
	double left = 0;
	size_t drawn = 0;

	for (size_t i = 0; i < count; i++)
		left += 1.0 / (double) (i + 1);
	left *= evo_rng_uniform(rng);
	for (; drawn + 1 < count; drawn++) {
		left -= 1.0 / (double) (drawn + 1);
		if (left <= 0)
			break;
	}
	return drawn;
}

void task_subject_draw(uint64_t seed, const char *task, size_t index, size_t class_figures,
                       bool ranked, task_figure_draw draw, struct task_subject *subject)
{
	unsigned figures[TASK_CLASSES * TASK_CLASS_FIGURES_MAX];
	struct evo_rng choice = stream(seed, task, "choice", index), tint;
	size_t which = ranked ? draw_ranked(&choice, class_figures)
	                      : evo_rng_below(&choice, class_figures);

	subject->class = class_of(seed, task, index);
	which += subject->class * class_figures;
	draw_figures(seed, task, draw, figures, which + 1);
	subject->figure = figures[which];
	tint = stream(seed, task, "tint", subject->class);
	for (size_t channel = 0; channel < 3; channel++)
		subject->tint[channel] = task_between(&tint, -1, 1);
}

void task_tint(const struct task_subject *subject, double share, double colour[3])
{
	for (size_t channel = 0; channel < 3; channel++)
		colour[channel] += share * subject->tint[channel];
}

bool task_cell(unsigned cells, int column, int line)
{
	if (column < 0 || line < 0 || column >= TASK_CELLS_SIDE || line >= TASK_CELLS_SIDE)
		return false;
	return cells >> (TASK_CELLS_SIDE * line + column) & 1;
}
