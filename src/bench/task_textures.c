/*
 * The task "textures": the whole of a small colour image is one of ten materials, at any place,
 * angle and scale, dark on light or light on dark, tinted, bent, lit from a side and under noise.
 *
 * What tells the classes apart is how small parts repeat, wherever they are: nothing has a place
 * or an outline. The parts are large, so that a network has to see far, and bent rather than
 * noisy: noise limits all networks alike.
 */
#include "config.h"

#include "task_canvas.h"

#include <math.h>

#define PERIOD_MIN   0.90 /* of what repeats, in units of half the image's side */
#define PERIOD_MAX   2.00
#define STRETCH      0.20
#define BEND         0.80 /* in periods */
#define CONTRAST_MIN 0.25 /* between dark and light */
#define TINT         0.15 /* of a channel, each way */
#define NOISE        0.04 /* standard deviation, of values in 0..1 */
#define GRID         8    /* a side, of random numbers; it repeats */

struct material {
	unsigned kind;
	double random[2][GRID * GRID];
	double x, y; /* where rings have their centre, in periods */
};

/* ---- Parts ----------------------------------------------------------------------------------- */

static double part(double x)
{
	return x - floor(x);
}

static double triangle(double x)
{
	return fabs(2 * part(x) - 1);
}

static double random_at(const struct material *material, size_t plane, double column, double line)
{
	double x = column - GRID * floor(column / GRID), y = line - GRID * floor(line / GRID);

	return material->random[plane][(size_t) y * GRID + (size_t) x];
}

/* Random numbers a unit apart, smoothly joined. */
static double smooth(const struct material *material, size_t plane, double u, double v)
{
	double column = floor(u), line = floor(v), x = u - column, y = v - line;
	double right = x * x * (3 - 2 * x), down = y * y * (3 - 2 * y);
	double above = (1 - right) * random_at(material, plane, column, line) +
	               right * random_at(material, plane, column + 1, line);
	double below = (1 - right) * random_at(material, plane, column, line + 1) +
	               right * random_at(material, plane, column + 1, line + 1);

	return (1 - down) * above + down * below;
}

/* Between two cells, each all that is nearest to its own point? */
static bool on_border(const struct material *material, double u, double v)
{
	double first = 9, second = 9;

	for (int i = 0; i < 9; i++) {
		double column = floor(u) + i % 3 - 1, line = floor(v) + i / 3 - 1;
		double x = column + random_at(material, 0, column, line) - u;
		double y = line + random_at(material, 1, column, line) - v;
		double distance = x * x + y * y;

		if (distance < first) {
			second = first;
			first = distance;
		} else if (distance < second) {
			second = distance;
		}
	}
	return second - first < 0.25;
}

static bool on_ring(double x, double y)
{
	return part(sqrt(x * x + y * y)) < 0.5;
}

/* ---- Materials ------------------------------------------------------------------------------- */

static bool covers(const void *figure, double u, double v)
{
	const struct material *material = figure;
	double x = u + BEND * (smooth(material, 0, u / 2, v / 2) - 0.5);
	double y = v + BEND * (smooth(material, 1, u / 2, v / 2) - 0.5);

	switch (material->kind) {
	case 0: /* stripes */
		return part(x) < 0.5;
	case 1: /* chevrons */
		return part(x + triangle(y / 2)) < 0.5;
	case 2: /* checks */
		return (part(x) < 0.5) != (part(y) < 0.5);
	case 3: /* dots */
		return (part(x) - 0.5) * (part(x) - 0.5) + (part(y) - 0.5) * (part(y) - 0.5) < 0.1;
	case 4: /* mesh */
		return part(x) < 0.3 || part(y) < 0.3;
	case 5: /* bricks */
		return part(y) < 0.3 || part(x / 2 + floor(y) / 2) < 0.15;
	case 6: /* rings */
		return on_ring(x - material->x, y - material->y);
	case 7: /* cells */
		return on_border(material, x, y);
	case 8: /* blotches */
		return smooth(material, 0, 1.5 * x, 1.5 * y) > 0.5;
	default: /* streaks */
		return smooth(material, 0, 2 * x, y / 2) > 0.5;
	}
}

/* One dark, one light, either of them the ground. */
static void draw_colours(struct evo_rng *rng, double ground[3], double colour[3])
{
	double grey = bench_between(rng, 0.1, 0.9 - CONTRAST_MIN);
	double light = bench_between(rng, grey + CONTRAST_MIN, 0.9);
	bool swap = evo_rng_below(rng, 2);

	for (size_t channel = 0; channel < 3; channel++) {
		ground[channel] = (swap ? light : grey) + bench_between(rng, -TINT, TINT);
		colour[channel] = (swap ? grey : light) + bench_between(rng, -TINT, TINT);
	}
}

void bench_textures_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct bench_pose_range range = {
	        .offset = 1, .low = PERIOD_MIN, .high = PERIOD_MAX, .stretch = STRETCH, .turn = 1};
	struct evo_rng rng = evo_rng_stream(seed, "textures image", index);
	struct material material = {.kind = bench_class_of(seed, "textures classes", index)};
	struct bench_canvas canvas;
	double ground[3], colour[3];
	struct bench_pose pose;

	for (size_t plane = 0; plane < 2; plane++)
		for (size_t i = 0; i < GRID * GRID; i++)
			material.random[plane][i] = evo_rng_uniform(&rng);
	material.x = bench_between(&rng, -1, 1);
	material.y = bench_between(&rng, -1, 1);
	draw_colours(&rng, ground, colour);
	bench_canvas_fill(&canvas, &rng, ground);
	bench_pose_draw(&rng, &range, &pose);
	bench_canvas_paint(&canvas, covers, &material, &pose, colour);
	bench_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) material.kind;
}
