/*
 * The task "mosaics": the whole of a small colour image is one of 160 patterns of 4 x 4 tiles,
 * sixteen a class, light on dark, of any tint, moved, turned and stretched a little, lit from a
 * side, under noise. Some patterns of a class are seen far more often than others.
 */
#include "config.h"

#include "task_figures.h"

#include <math.h>

#define WHOLE_MIN    1.90 /* of the whole, in units of half the image's side */
#define WHOLE_MAX    2.10
#define OFFSET       0.15 /* of where it begins, each way */
#define TURN         0.10 /* tangent of half the largest angle */
#define STRETCH      0.10
#define CONTRAST_MIN 0.15 /* between dark and light */
#define COLOUR       0.15 /* of a channel, each way */
#define TINT         0.02 /* share of the class's */
#define NOISE        0.24 /* standard deviation, of values in 0..1 */
#define SIDE         TASK_CELLS_SIDE
#define PATTERNS     16 /* of a class */
#define TILES        8  /* of a pattern that are light */

/* The same pattern wherever it begins: the smallest number of them stands for it. */
static unsigned begin_anywhere(unsigned pattern)
{
	unsigned least = pattern;

	for (int shift = 0; shift < SIDE * SIDE; shift++) {
		unsigned moved = 0;

		for (int at = 0; at < SIDE * SIDE; at++)
			if (task_cell(pattern, (at + shift) % SIDE,
			              (at / SIDE + shift / SIDE) % SIDE))
				moved |= 1u << at;
		least = moved < least ? moved : least;
	}
	return least;
}

static unsigned draw_pattern(struct evo_rng *rng)
{
	unsigned pattern = 0;

	for (size_t left = TILES; left > 0;) {
		unsigned tile = 1u << evo_rng_below(rng, SIDE * SIDE);

		left -= !(pattern & tile);
		pattern |= tile;
	}
	return begin_anywhere(pattern);
}

/* What lies beyond the pattern is the pattern again. */
static bool covers(const void *figure, double u, double v)
{
	const unsigned *pattern = figure;
	double x = u - floor(u), y = v - floor(v);

	return task_cell(*pattern, (int) (SIDE * x), (int) (SIDE * y));
}

/* Light on dark. */
static void draw_colours(struct evo_rng *rng, const struct task_subject *subject, double ground[3],
                         double colour[3])
{
	double dark = task_between(rng, 0.1, 0.9 - CONTRAST_MIN);
	double light = task_between(rng, dark + CONTRAST_MIN, 0.9);

	for (size_t channel = 0; channel < 3; channel++) {
		ground[channel] = dark + task_between(rng, -COLOUR, COLOUR);
		colour[channel] = light + task_between(rng, -COLOUR, COLOUR);
	}
	task_tint(subject, TINT, ground);
	task_tint(subject, TINT, colour);
}

void task_mosaics_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct task_pose_range range = {.offset = OFFSET,
	                                             .low = WHOLE_MIN,
	                                             .high = WHOLE_MAX,
	                                             .stretch = STRETCH,
	                                             .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "mosaics image", index);
	struct task_subject subject;
	struct task_canvas canvas;
	double ground[3], colour[3];
	struct task_pose pose;

	task_subject_draw(seed, "mosaics", index, PATTERNS, true, draw_pattern, &subject);
	draw_colours(&rng, &subject, ground, colour);
	task_canvas_fill(&canvas, &rng, ground);
	task_pose_draw(&rng, &range, &pose);
	task_canvas_paint(&canvas, covers, &subject.figure, &pose, colour);
	task_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) subject.class;
}
