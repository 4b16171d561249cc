/*
 * The task "glyphs": one of ten letters made of straight strokes, thick or thin, turned, stretched
 * and slanted, of any colour, among stray strokes and under noise.
 *
 * The letters are made of the same strokes: what tells them apart is which of them are there, and
 * where they meet. Few letters are hidden, so that the best networks are not all as good as can be;
 * what makes it hard is how they are turned and moved.
 */
#include "config.h"

#include "task_canvas.h"

#include <string.h>

/* Positions and sizes are in units of half the image's side, from its centre. */
#define GLYPH_MIN    0.55
#define GLYPH_MAX    0.80
#define OFFSET       0.30
#define TURN         0.30 /* tangent of half the largest angle */
#define STRETCH      0.20
#define SLANT        0.25
#define THICK_MIN    0.13 /* half a stroke's width, of half the glyph's side */
#define THICK_MAX    0.25
#define STRAYS       2 /* at most, below the letter; one lies above */
#define CONTRAST_MIN 0.30
#define NOISE        0.04 /* standard deviation, of values in 0..1 */
#define STROKES      5

/* Strokes from point to point of a grid of 5 x 5: right and down, right and down. */
static const char *const letters[BENCH_TASK_CLASSES] = {
        "0004 0040 4044 0242",      /* A */
        "0004 0040 0232 0444",      /* E */
        "0004 0040 0232",           /* F */
        "0004 4044 0242",           /* H */
        "0004 0240 0244",           /* K */
        "0004 0044 4044",           /* N */
        "0004 0040 4042 0242",      /* P */
        "0004 0040 4042 0242 1244", /* R */
        "0040 0002 0242 4244 0444", /* S */
        "0040 4004 0444",           /* Z */
};

struct stroke {
	double x, y, right, down; /* where it begins, and how far it goes */
};

struct glyph {
	struct stroke strokes[STROKES];
	size_t count;
	double slant, thick; /* half the width, squared */
};

static bool covers(const void *figure, double u, double v)
{
	const struct glyph *glyph = figure;

	u += glyph->slant * v;
	for (size_t i = 0; i < glyph->count; i++) {
		const struct stroke *stroke = &glyph->strokes[i];
		double x = u - stroke->x, y = v - stroke->y;
		double length = stroke->right * stroke->right + stroke->down * stroke->down;
		double along = (x * stroke->right + y * stroke->down) / length;

		along = along < 0 ? 0 : along > 1 ? 1 : along;
		x -= along * stroke->right;
		y -= along * stroke->down;
		if (x * x + y * y < glyph->thick)
			return true;
	}
	return false;
}

static double draw_thick(struct evo_rng *rng)
{
	double half = bench_between(rng, THICK_MIN, THICK_MAX);

	return half * half;
}

/* A letter is narrower than it is high. */
static struct glyph draw_letter(struct evo_rng *rng, const char *strokes)
{
	struct glyph glyph = {.slant = bench_between(rng, -SLANT, SLANT), .thick = draw_thick(rng)};

	for (const char *at = strokes; *at; at += strspn(at, " ")) {
		double x = 0.75 * (at[0] - '2') / 2.0, y = (at[1] - '2') / 2.0;

		glyph.strokes[glyph.count++] = (struct stroke){x, y, 0.75 * (at[2] - '2') / 2.0 - x,
		                                               (at[3] - '2') / 2.0 - y};
		at += 4;
	}
	return glyph;
}

/* Single strokes anywhere, as thick as a letter's. */
static void stray(struct bench_canvas *canvas, struct evo_rng *rng, size_t strokes)
{
	static const struct bench_pose_range range = {
	        .offset = 1, .low = GLYPH_MIN, .high = GLYPH_MAX, .turn = 1};

	for (size_t i = 0; i < strokes; i++) {
		struct glyph glyph = {.count = 1, .thick = draw_thick(rng)};
		double half = bench_between(rng, 0.2, 0.7), colour[3];
		struct bench_pose pose;

		glyph.strokes[0] = (struct stroke){-half, 0, 2 * half, 0};
		bench_pose_draw(rng, &range, &pose);
		bench_colour_draw(rng, colour);
		bench_canvas_paint(canvas, covers, &glyph, &pose, colour);
	}
}

void bench_glyphs_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct bench_pose_range range = {.offset = OFFSET,
	                                              .low = GLYPH_MIN,
	                                              .high = GLYPH_MAX,
	                                              .stretch = STRETCH,
	                                              .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "glyphs image", index);
	unsigned letter = bench_class_of(seed, "glyphs classes", index);
	struct bench_canvas canvas;
	double background[3], colour[3];
	struct bench_pose pose;
	struct glyph glyph;

	bench_colour_draw(&rng, background);
	bench_canvas_fill(&canvas, &rng, background);
	stray(&canvas, &rng, evo_rng_below(&rng, STRAYS + 1));
	glyph = draw_letter(&rng, letters[letter]);
	bench_pose_draw(&rng, &range, &pose);
	bench_contrast_draw(&rng, background, CONTRAST_MIN, colour);
	bench_canvas_paint(&canvas, covers, &glyph, &pose, colour);
	stray(&canvas, &rng, 1);
	bench_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) letter;
}
