/*
 * The task "textures": the whole of a small colour image is one of eighty tilings, eight a class,
 * moved, turned and stretched a little: light on dark, of any tint, lit from a side, under noise.
 *
 * A tile of 4 x 4 cells repeats all over the image: what tells the tilings apart is how small parts
 * lie to each other; nothing has an outline.
 */
#include "config.h"

#include "task_figures.h"

#include <math.h>

#define TILE_MIN     0.90 /* in units of half the image's side */
#define TILE_MAX     1.20
#define OFFSET       0.30 /* of where a tile begins, each way */
#define TURN         0.12 /* tangent of half the largest angle */
#define STRETCH      0.10
#define CONTRAST_MIN 0.25 /* between dark and light */
#define COLOUR       0.15 /* of a channel, each way */
#define TINT         0.06 /* share of the class's */
#define NOISE        0.12 /* standard deviation, of values in 0..1 */
#define SIDE         BENCH_CELLS_SIDE
#define TILINGS      8 /* of a class */
#define CELLS        8 /* of a tile that are filled */

/* The same tiling wherever a tile begins: the smallest number of them stands for it. */
static unsigned begin_anywhere(unsigned tile)
{
	unsigned least = tile;

	for (int shift = 0; shift < SIDE * SIDE; shift++) {
		unsigned moved = 0;

		for (int at = 0; at < SIDE * SIDE; at++)
			if (bench_cell(tile, (at + shift) % SIDE,
			               (at / SIDE + shift / SIDE) % SIDE))
				moved |= 1u << at;
		least = moved < least ? moved : least;
	}
	return least;
}

static unsigned draw_tile(struct evo_rng *rng)
{
	unsigned tile = 0;

	for (size_t left = CELLS; left > 0;) {
		unsigned cell = 1u << evo_rng_below(rng, SIDE * SIDE);

		left -= !(tile & cell);
		tile |= cell;
	}
	return begin_anywhere(tile);
}

static bool covers(const void *figure, double u, double v)
{
	const unsigned *tile = figure;
	double x = u - floor(u), y = v - floor(v);

	return bench_cell(*tile, (int) (SIDE * x), (int) (SIDE * y));
}

/* Light on dark. */
static void draw_colours(struct evo_rng *rng, const struct bench_subject *subject, double ground[3],
                         double colour[3])
{
	double dark = bench_between(rng, 0.1, 0.9 - CONTRAST_MIN);
	double light = bench_between(rng, dark + CONTRAST_MIN, 0.9);

	for (size_t channel = 0; channel < 3; channel++) {
		ground[channel] = dark + bench_between(rng, -COLOUR, COLOUR);
		colour[channel] = light + bench_between(rng, -COLOUR, COLOUR);
	}
	bench_tint(subject, TINT, ground);
	bench_tint(subject, TINT, colour);
}

void bench_textures_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct bench_pose_range range = {.offset = OFFSET,
	                                              .low = TILE_MIN,
	                                              .high = TILE_MAX,
	                                              .stretch = STRETCH,
	                                              .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "textures image", index);
	struct bench_subject subject;
	struct bench_canvas canvas;
	double ground[3], colour[3];
	struct bench_pose pose;

	bench_subject_draw(seed, "textures", index, TILINGS, draw_tile, &subject);
	draw_colours(&rng, &subject, ground, colour);
	bench_canvas_fill(&canvas, &rng, ground);
	bench_pose_draw(&rng, &range, &pose);
	bench_canvas_paint(&canvas, covers, &subject.figure, &pose, colour);
	bench_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) subject.class;
}
