/*
 * A small colour image that figures are painted on: random poses and colours, soft edges, noise.
 */
#include "config.h"

#include "task_canvas.h"

#include <math.h>

#define SIDE    TASK_SIDE
#define PIXELS  TASK_PIXELS
#define SAMPLES 3 /* a side, in every pixel: soft edges */

/* ---- Draws ----------------------------------------------------------------------------------- */

double task_between(struct evo_rng *rng, double low, double high)
{
	return low + (high - low) * evo_rng_uniform(rng);
}

void task_pose_draw(struct evo_rng *rng, const struct task_pose_range *range,
                    struct task_pose *pose)
{
	double size, stretch, half;

	pose->x = task_between(rng, -range->offset, range->offset);
	pose->y = task_between(rng, -range->offset, range->offset);
	size = task_between(rng, range->low, range->high);
	stretch = task_between(rng, -range->stretch, range->stretch);
	pose->width = size * (1 + stretch);
	pose->height = size * (1 - stretch);
	half = task_between(rng, -range->turn, range->turn);
	pose->cosine = (1 - half * half) / (1 + half * half);
	pose->sine = 2 * half / (1 + half * half);
}

void task_colour_draw(struct evo_rng *rng, double colour[3])
{
	for (size_t channel = 0; channel < 3; channel++)
		colour[channel] = evo_rng_uniform(rng);
}

void task_contrast_draw(struct evo_rng *rng, const double other[3], double least, double colour[3])
{
	double difference;

	do {
		task_colour_draw(rng, colour);
		difference = 0;
		for (size_t channel = 0; channel < 3; channel++)
			difference += fabs(colour[channel] - other[channel]) / 3;
	} while (difference < least);
}

/* Variance 1, from three uniform numbers. */
static double draw_noise(struct evo_rng *rng)
{
	return 2 * (evo_rng_uniform(rng) + evo_rng_uniform(rng) + evo_rng_uniform(rng) - 1.5);
}

/* ---- Painting -------------------------------------------------------------------------------- */

void task_canvas_fill(struct task_canvas *canvas, struct evo_rng *rng, const double base[3])
{
	for (size_t channel = 0; channel < 3; channel++) {
		double slope = task_between(rng, -0.15, 0.15);
		double fall = task_between(rng, -0.15, 0.15);

		for (size_t at = 0; at < PIXELS; at++)
			canvas->value[channel][at] = base[channel] +
			                             slope * ((double) (at % SIDE) / SIDE - 0.5) +
			                             fall * ((double) (at / SIDE) / SIDE - 0.5);
	}
}

void task_canvas_paint(struct task_canvas *canvas, task_figure covers, const void *figure,
                       const struct task_pose *pose, const double colour[3])
{
	const double step = 2.0 / (double) (SIDE * SAMPLES);

	for (size_t at = 0; at < PIXELS; at++) {
		unsigned covered = 0;

		for (size_t sample = 0; sample < SAMPLES * SAMPLES; sample++) {
			size_t column = at % SIDE * SAMPLES + sample % SAMPLES;
			size_t line = at / SIDE * SAMPLES + sample / SAMPLES;
			double x = ((double) column + 0.5) * step - 1 - pose->x;
			double y = ((double) line + 0.5) * step - 1 - pose->y;

			covered += covers(figure, (x * pose->cosine + y * pose->sine) / pose->width,
			                  (y * pose->cosine - x * pose->sine) / pose->height);
		}

		double share = covered / (double) (SAMPLES * SAMPLES);

		for (size_t channel = 0; channel < 3; channel++)
			canvas->value[channel][at] +=
			        share * (colour[channel] - canvas->value[channel][at]);
	}
}

void task_canvas_finish(const struct task_canvas *canvas, struct evo_rng *rng, double noise,
                        float *pixels)
{
	for (size_t at = 0; at < PIXELS; at++)
		for (size_t channel = 0; channel < 3; channel++) {
			double value = canvas->value[channel][at] + noise * draw_noise(rng);

			pixels[channel * PIXELS + at] = (float) ((value - 0.5) / 0.25);
		}
}
