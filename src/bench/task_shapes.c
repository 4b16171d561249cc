/*
 * The task "shapes": one of ten shapes, anywhere in a small colour image, turned, stretched, of any
 * colour, among other pieces and under noise.
 *
 * How hard it is was chosen so that architectures differ: where nearly all networks succeed, or
 * nearly all fail, the order of their accuracies is mostly the luck of the seed. At C 8 N 1,
 * after 8 epochs on 4000 images, 120 cells of nb201 reach 22 % (10th percentile), 76 % (median)
 * and 82 % (90th), and Kendall's tau between two seeds is 0.75.
 *
 * Only sums, products, divisions and comparisons are used, which every machine rounds in the same
 * way: no sine, no logarithm.
 */
#include "config.h"

#include "evoscope/base.h"
#include "task.h"

#include <math.h>
#include <string.h>

#define SIDE    BENCH_SHAPES_SIDE
#define CLASSES 10
#define SAMPLES 3 /* a side, in every pixel: soft edges */

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

/* ---- Shapes ---------------------------------------------------------------------------------- */

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

/* Does a shape cover the point (u right, v down) of the square from -1 to 1? */
static bool covers(unsigned shape, double u, double v)
{
	double across = fabs(u), up = fabs(v), square = larger(across, up);
	double radius = u * u + v * v;

	if (square > 1)
		return false;
	switch (shape) {
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

/* Where a shape is. */
struct pose {
	double x, y, width, height;
	double cosine, sine;
};

static double between(struct evo_rng *rng, double low, double high)
{
	return low + (high - low) * evo_rng_uniform(rng);
}

static struct pose draw_pose(struct evo_rng *rng, double offset, double low, double high,
                             double turn)
{
	struct pose pose;
	double size, stretch, half;

	pose.x = between(rng, -offset, offset);
	pose.y = between(rng, -offset, offset);
	size = between(rng, low, high);
	stretch = between(rng, -STRETCH, STRETCH);
	pose.width = size * (1 + stretch);
	pose.height = size * (1 - stretch);
	half = between(rng, -turn, turn);
	pose.cosine = (1 - half * half) / (1 + half * half);
	pose.sine = 2 * half / (1 + half * half);
	return pose;
}

/* ---- Painting -------------------------------------------------------------------------------- */

struct canvas {
	double value[3][SIDE * SIDE]; /* 0..1 */
};

static void paint(struct canvas *canvas, unsigned shape, const struct pose *pose,
                  const double colour[3])
{
	const double step = 2.0 / (double) (SIDE * SAMPLES);

	for (size_t at = 0; at < SIDE * SIDE; at++) {
		unsigned covered = 0;

		for (size_t sample = 0; sample < SAMPLES * SAMPLES; sample++) {
			size_t column = at % SIDE * SAMPLES + sample % SAMPLES;
			size_t line = at / SIDE * SAMPLES + sample / SAMPLES;
			double x = ((double) column + 0.5) * step - 1 - pose->x;
			double y = ((double) line + 0.5) * step - 1 - pose->y;

			covered += covers(shape, (x * pose->cosine + y * pose->sine) / pose->width,
			                  (y * pose->cosine - x * pose->sine) / pose->height);
		}

		double share = covered / (double) (SAMPLES * SAMPLES);

		for (size_t channel = 0; channel < 3; channel++)
			canvas->value[channel][at] +=
			        share * (colour[channel] - canvas->value[channel][at]);
	}
}

static void draw_colour(struct evo_rng *rng, double colour[3])
{
	for (size_t channel = 0; channel < 3; channel++)
		colour[channel] = evo_rng_uniform(rng);
}

/* A colour that can be told from another. */
static void draw_contrast(struct evo_rng *rng, const double other[3], double colour[3])
{
	double difference;

	do {
		draw_colour(rng, colour);
		difference = 0;
		for (size_t channel = 0; channel < 3; channel++)
			difference += fabs(colour[channel] - other[channel]) / 3;
	} while (difference < CONTRAST_MIN);
}

/* From one colour on the left to another on the right, both near `base`. */
static void fill(struct canvas *canvas, struct evo_rng *rng, const double base[3])
{
	for (size_t channel = 0; channel < 3; channel++) {
		double slope = between(rng, -0.15, 0.15), fall = between(rng, -0.15, 0.15);

		for (size_t at = 0; at < SIDE * SIDE; at++)
			canvas->value[channel][at] = base[channel] +
			                             slope * ((double) (at % SIDE) / SIDE - 0.5) +
			                             fall * ((double) (at / SIDE) / SIDE - 0.5);
	}
}

/* Small discs and squares, turned as they like. */
static void scatter(struct canvas *canvas, struct evo_rng *rng, size_t pieces)
{
	for (size_t i = 0; i < pieces; i++) {
		struct pose pose = draw_pose(rng, 1, PIECE_MIN, PIECE_MAX, 1);
		double colour[3];

		draw_colour(rng, colour);
		paint(canvas, evo_rng_below(rng, 2) ? 2 : 0, &pose, colour);
	}
}

/* Variance 1, from three uniform numbers. */
static double noise(struct evo_rng *rng)
{
	return 2 * (evo_rng_uniform(rng) + evo_rng_uniform(rng) + evo_rng_uniform(rng) - 1.5);
}

/* Every ten images in a row have every class once, in an order of their own. */
static unsigned class_of(uint64_t seed, size_t index)
{
	size_t order[CLASSES];
	struct evo_rng rng = evo_rng_stream(seed, "shapes classes", index / CLASSES);

	for (size_t i = 0; i < CLASSES; i++)
		order[i] = i;
	evo_rng_shuffle(&rng, order, CLASSES);
	return (unsigned) order[index % CLASSES];
}

void bench_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	struct evo_rng rng = evo_rng_stream(seed, "shapes image", index);
	unsigned shape = class_of(seed, index);
	struct canvas canvas;
	double background[3], colour[3];
	struct pose pose;

	draw_colour(&rng, background);
	fill(&canvas, &rng, background);
	scatter(&canvas, &rng, PIECES - evo_rng_below(&rng, 3));
	pose = draw_pose(&rng, OFFSET, SHAPE_MIN, SHAPE_MAX, TURN);
	draw_contrast(&rng, background, colour);
	paint(&canvas, shape, &pose, colour);
	scatter(&canvas, &rng, 1);
	for (size_t at = 0; at < SIDE * SIDE; at++)
		for (size_t channel = 0; channel < 3; channel++) {
			double value = canvas.value[channel][at] + NOISE * noise(&rng);

			pixels[channel * SIDE * SIDE + at] = (float) ((value - 0.5) / 0.25);
		}
	*label = (unsigned short) shape;
}
