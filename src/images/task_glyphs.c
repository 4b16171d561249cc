/*
 * The task "glyphs": one of a hundred letters of no alphabet, ten to a class, in a small colour
 * image: made of straight strokes, thick or thin, moved, turned, stretched and slanted, of any
 * colour, among stray strokes and under noise. Some letters of a class are seen far more often than
 * others.
 *
 * The letters are made of the same strokes: what tells them apart is which of them are there, and
 * where they meet.
 */
#include "config.h"

#include "task_figures.h"

/* Positions and sizes are in units of half the image's side, from its centre. */
#define GLYPH_MIN    0.60
#define GLYPH_MAX    0.80
#define OFFSET       0.20
#define TURN         0.10 /* tangent of half the largest angle */
#define STRETCH      0.15
#define SLANT        0.15
#define THICK_MIN    0.16 /* half a stroke's width, of half the glyph's side */
#define THICK_MAX    0.28
#define STRAYS       1 /* at most, below the letter; one lies above */
#define CONTRAST_MIN 0.35
#define TINT         0.12 /* share of the class's */
#define NOISE        0.04 /* standard deviation, of values in 0..1 */
#define STROKES      5    /* of a letter */
#define LETTERS      10   /* of a class */

/* Strokes go from a point to a neighbour of a grid of 3 x 3: six across, six down, four to the
   right and down, four to the left and down. */
#define GRID  3
#define EDGES 20

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
	double half = task_between(rng, THICK_MIN, THICK_MAX);

	return half * half;
}

static struct stroke stroke_of(size_t edge)
{
	size_t kind = edge < 6 ? 0 : edge < 12 ? 1 : edge < 16 ? 2 : 3;
	size_t at = edge - (size_t[]){0, 6, 12, 16}[kind];
	size_t wide = kind == 1 ? GRID : GRID - 1;
	double x = (double) (at % wide) - 1, y = (double) (at / wide) - 1;

	switch (kind) {
	case 0:
		return (struct stroke){x, y, 1, 0};
	case 1:
		return (struct stroke){x, y, 0, 1};
	case 2:
		return (struct stroke){x, y, 1, 1};
	default:
		return (struct stroke){x + 1, y, -1, 1};
	}
}

static unsigned draw_strokes(struct evo_rng *rng)
{
	unsigned strokes = 0;

	for (size_t left = STROKES; left > 0;) {
		unsigned edge = 1u << evo_rng_below(rng, EDGES);

		left -= !(strokes & edge);
		strokes |= edge;
	}
	return strokes;
}

/* A letter is narrower than it is high. */
static struct glyph draw_letter(struct evo_rng *rng, unsigned strokes)
{
	struct glyph glyph = {.slant = task_between(rng, -SLANT, SLANT), .thick = draw_thick(rng)};

	for (size_t edge = 0; edge < EDGES; edge++)
		if (strokes >> edge & 1) {
			struct stroke *stroke = &glyph.strokes[glyph.count++];

			*stroke = stroke_of(edge);
			stroke->x *= 0.8;
			stroke->right *= 0.8;
		}
	return glyph;
}

/* Single strokes anywhere, as thick as a letter's. */
static void stray(struct task_canvas *canvas, struct evo_rng *rng, size_t strokes)
{
	static const struct task_pose_range range = {
	        .offset = 1, .low = GLYPH_MIN, .high = GLYPH_MAX, .turn = 1};

	for (size_t i = 0; i < strokes; i++) {
		struct glyph glyph = {.count = 1, .thick = draw_thick(rng)};
		double half = task_between(rng, 0.2, 0.6), colour[3];
		struct task_pose pose;

		glyph.strokes[0] = (struct stroke){-half, 0, 2 * half, 0};
		task_pose_draw(rng, &range, &pose);
		task_colour_draw(rng, colour);
		task_canvas_paint(canvas, covers, &glyph, &pose, colour);
	}
}

void task_glyphs_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct task_pose_range range = {.offset = OFFSET,
	                                             .low = GLYPH_MIN,
	                                             .high = GLYPH_MAX,
	                                             .stretch = STRETCH,
	                                             .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "glyphs image", index);
	struct task_subject subject;
	struct task_canvas canvas;
	double background[3], colour[3];
	struct task_pose pose;
	struct glyph glyph;

	task_subject_draw(seed, "glyphs", index, LETTERS, true, draw_strokes, &subject);
	task_colour_draw(&rng, background);
	task_contrast_draw(&rng, background, CONTRAST_MIN, colour);
	task_tint(&subject, TINT, background);
	task_tint(&subject, TINT, colour);
	task_canvas_fill(&canvas, &rng, background);
	stray(&canvas, &rng, evo_rng_below(&rng, STRAYS + 1));
	glyph = draw_letter(&rng, subject.figure);
	task_pose_draw(&rng, &range, &pose);
	task_canvas_paint(&canvas, covers, &glyph, &pose, colour);
	stray(&canvas, &rng, 1);
	task_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) subject.class;
}
