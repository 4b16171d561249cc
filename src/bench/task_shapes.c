/*
 * The task "shapes": one of ten shapes, anywhere in a small colour image, turned, stretched, of any
 * colour, among other pieces and under noise.
 *
 * How hard it is was chosen so that architectures differ: where nearly all networks succeed, or
 * nearly all fail, the order of their accuracies is mostly the luck of the seed.
 */
#include "config.h"

#include "task_canvas.h"

#include <math.h>

/* Positions and sizes are in units of half the image's side, from its centre. */
#define SHAPE_MIN    0.50
#define SHAPE_MAX    0.75
#define OFFSET       0.22 /* of the centre, each way */
#define TURN         0.15 /* tangent of half the largest angle */
#define STRETCH      0.25 /* width against height */
#define PIECES       4    /* of clutter, at most; at least two fewer */
#define PIECE_MIN    0.08
#define PIECE_MAX    0.30
#define CONTRAST_MIN 0.30 /* mean difference between shape and background */
#define NOISE        0.10 /* standard deviation, of values in 0..1 */

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

/* Does a shape cover the point (u right, v down) of the square from -1 to 1? */
static bool covers(const void *figure, double u, double v)
{
	const unsigned *shape = figure;
	double across = fabs(u), up = fabs(v), square = larger(across, up);
	double radius = u * u + v * v;

	if (square > 1)
		return false;
	switch (*shape) {
	case 0: /* disc */
		return radius < 0.85;
	case 1: /* ring */
		return radius < 1 && radius > 0.36;
	case 2: /* square */
		return square < 0.82;
	case 3: /* frame */
		return square < 0.95 && square > 0.52;
	case 4: /* triangle */
		return v < 0.85 && v > 2 * across - 0.95;
	case 5: /* plus */
		return smaller(across, up) < 0.3;
	case 6: /* two bars */
		return up > 0.32 && up < 0.9;
	case 7: /* crescent */
		return radius < 1 && (u - 0.5) * (u - 0.5) + v * v > 0.6;
	case 8: /* corner */
		return u < -0.35 || v > 0.35;
	default: /* two quarters */
		return u * v > 0;
	}
}

/* Small discs and squares, turned as they like. */
static void scatter(struct bench_canvas *canvas, struct evo_rng *rng, size_t pieces)
{
	static const struct bench_pose_range range = {
	        .offset = 1, .low = PIECE_MIN, .high = PIECE_MAX, .stretch = STRETCH, .turn = 1};

	for (size_t i = 0; i < pieces; i++) {
		struct bench_pose pose;
		double colour[3];
		unsigned shape;

		bench_pose_draw(rng, &range, &pose);
		bench_colour_draw(rng, colour);
		shape = evo_rng_below(rng, 2) ? 2 : 0;
		bench_canvas_paint(canvas, covers, &shape, &pose, colour);
	}
}

void bench_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct bench_pose_range range = {.offset = OFFSET,
	                                              .low = SHAPE_MIN,
	                                              .high = SHAPE_MAX,
	                                              .stretch = STRETCH,
	                                              .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "shapes image", index);
	unsigned shape = bench_class_of(seed, "shapes classes", index);
	struct bench_canvas canvas;
	double background[3], colour[3];
	struct bench_pose pose;

	bench_colour_draw(&rng, background);
	bench_canvas_fill(&canvas, &rng, background);
	scatter(&canvas, &rng, PIECES - evo_rng_below(&rng, 3));
	bench_pose_draw(&rng, &range, &pose);
	bench_contrast_draw(&rng, background, CONTRAST_MIN, colour);
	bench_canvas_paint(&canvas, covers, &shape, &pose, colour);
	scatter(&canvas, &rng, 1);
	bench_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) shape;
}
