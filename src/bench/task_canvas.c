#include "config.h"

#include "task_canvas.h"

#include <math.h>

#define SIDE    BENCH_TASK_SIDE
#define PIXELS  BENCH_TASK_PIXELS
#define SAMPLES 3 /* a side, in every pixel: soft edges */

/* ---- Draws ----------------------------------------------------------------------------------- */

double bench_between(struct evo_rng *rng, double low, double high)
{
	return low + (high - low) * evo_rng_uniform(rng);
}

void bench_pose_draw(struct evo_rng *rng, const struct bench_pose_range *range,
                     struct bench_pose *pose)
{
	double size, stretch, half;

	pose->x = bench_between(rng, -range->offset, range->offset);
	pose->y = bench_between(rng, -range->offset, range->offset);
	size = bench_between(rng, range->low, range->high);
	stretch = bench_between(rng, -range->stretch, range->stretch);
	pose->width = size * (1 + stretch);
	pose->height = size * (1 - stretch);
	half = bench_between(rng, -range->turn, range->turn);
	pose->cosine = (1 - half * half) / (1 + half * half);
	pose->sine = 2 * half / (1 + half * half);
}

void bench_colour_draw(struct evo_rng *rng, double colour[3])
{
	for (size_t channel = 0; channel < 3; channel++)
		colour[channel] = evo_rng_uniform(rng);
}

void bench_contrast_draw(struct evo_rng *rng, const double other[3], double least, double colour[3])
{
	double difference;

	do {
		bench_colour_draw(rng, colour);
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

void bench_canvas_fill(struct bench_canvas *canvas, struct evo_rng *rng, const double base[3])
{
	for (size_t channel = 0; channel < 3; channel++) {
		double slope = bench_between(rng, -0.15, 0.15);
		double fall = bench_between(rng, -0.15, 0.15);

		for (size_t at = 0; at < PIXELS; at++)
			canvas->value[channel][at] = base[channel] +
			                             slope * ((double) (at % SIDE) / SIDE - 0.5) +
			                             fall * ((double) (at / SIDE) / SIDE - 0.5);
	}
}

void bench_canvas_paint(struct bench_canvas *canvas, bench_figure covers, const void *figure,
                        const struct bench_pose *pose, const double colour[3])
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

void bench_canvas_finish(const struct bench_canvas *canvas, struct evo_rng *rng, double noise,
                         float *pixels)
{
	for (size_t at = 0; at < PIXELS; at++)
		for (size_t channel = 0; channel < 3; channel++) {
			double value = canvas->value[channel][at] + noise * draw_noise(rng);

			pixels[channel * PIXELS + at] = (float) ((value - 0.5) / 0.25);
		}
}
