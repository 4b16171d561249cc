/*
 * The task "shapes": one of forty shapes, four to a class, in a small colour image: moved, turned,
 * stretched, of any colour, among other pieces and under noise.
 *
 * How hard it is was chosen so that architectures differ: where nearly all networks succeed, or
 * nearly all fail, the order of their accuracies is mostly the luck of the seed.
 */
#include "config.h"

#include "task_figures.h"

#include <math.h>

/* Positions and sizes are in units of half the image's side, from its centre. */
#define SHAPE_MIN    0.50
#define SHAPE_MAX    0.75
#define OFFSET       0.20 /* of the centre, each way */
#define TURN         0.10 /* tangent of half the largest angle */
#define STRETCH      0.20 /* width against height */
#define PIECES       3    /* of clutter, at most; at least one fewer */
#define PIECE_MIN    0.08
#define PIECE_MAX    0.25
#define CONTRAST_MIN 0.30 /* mean difference between shape and background */
#define TINT         0.10 /* share of the class's */
#define NOISE        0.08 /* standard deviation, of values in 0..1 */
#define CELLS        8
#define SHAPES       4 /* of a class */

/* Cells that hang together: each but the first beside another. */
static unsigned draw_shape(struct evo_rng *rng)
{
	unsigned cells = 0;
	int left = CELLS;

	while (left > 0) {
		int at = (int) evo_rng_below(rng, TASK_CELLS_SIDE * TASK_CELLS_SIDE);
		int column = at % TASK_CELLS_SIDE, line = at / TASK_CELLS_SIDE;

		if (task_cell(cells, column, line))
			continue;
		if (cells && !task_cell(cells, column - 1, line) &&
		    !task_cell(cells, column + 1, line) && !task_cell(cells, column, line - 1) &&
		    !task_cell(cells, column, line + 1))
			continue;
		cells |= 1u << at;
		left--;
	}
	return cells;
}

static bool covers_shape(const void *figure, double u, double v)
{
	const unsigned *cells = figure;

	return task_cell(*cells, (int) floor(2 * (u + 1)), (int) floor(2 * (v + 1)));
}

static bool covers_piece(const void *figure, double u, double v)
{
	const bool *round = figure;

	return *round ? u * u + v * v < 1 : fabs(u) < 1 && fabs(v) < 1;
}

/* Small discs and squares, turned as they like. */
static void scatter(struct task_canvas *canvas, struct evo_rng *rng, size_t pieces)
{
	static const struct task_pose_range range = {
	        .offset = 1, .low = PIECE_MIN, .high = PIECE_MAX, .stretch = STRETCH, .turn = 1};

	for (size_t i = 0; i < pieces; i++) {
		struct task_pose pose;
		double colour[3];
		bool round;

		task_pose_draw(rng, &range, &pose);
		task_colour_draw(rng, colour);
		round = evo_rng_below(rng, 2);
		task_canvas_paint(canvas, covers_piece, &round, &pose, colour);
	}
}

void task_shapes_draw(uint64_t seed, size_t index, float *pixels, unsigned short *label)
{
	static const struct task_pose_range range = {.offset = OFFSET,
	                                             .low = SHAPE_MIN,
	                                             .high = SHAPE_MAX,
	                                             .stretch = STRETCH,
	                                             .turn = TURN};
	struct evo_rng rng = evo_rng_stream(seed, "shapes image", index);
	struct task_subject subject;
	struct task_canvas canvas;
	double background[3], colour[3];
	struct task_pose pose;

	task_subject_draw(seed, "shapes", index, SHAPES, false, draw_shape, &subject);
	task_colour_draw(&rng, background);
	task_contrast_draw(&rng, background, CONTRAST_MIN, colour);
	task_tint(&subject, TINT, background);
	task_tint(&subject, TINT, colour);
	task_canvas_fill(&canvas, &rng, background);
	scatter(&canvas, &rng, PIECES - evo_rng_below(&rng, 2));
	task_pose_draw(&rng, &range, &pose);
	task_canvas_paint(&canvas, covers_shape, &subject.figure, &pose, colour);
	scatter(&canvas, &rng, 1);
	task_canvas_finish(&canvas, &rng, NOISE, pixels);
	*label = (unsigned short) subject.class;
}
