/*
 * Round numbers for axes.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "plot.h"

void ui_range_widen(double *low, double *high)
{
	double middle = *low / 2 + *high / 2, size = fmax(fabs(*low), fabs(*high));
	/* Doubles are some 1e-16 apart for each 1: ticks need room to differ. */
	double least = fmax(size * 1e-9, 1e-12);

	if (*high - *low >= least)
		return;
	double half = size > 0 ? size * 0.05 : 0.05;
	*low = middle - half;
	*high = middle + half;
}

/* The k-th step of the series 1, 2, 5, 10, 20, 50 ..., k of any sign. */
static double round_step(int k)
{
	static const double digit[3] = {1, 2, 5};
	int power = k >= 0 ? k / 3 : -((2 - k) / 3);

	return digit[k - power * 3] * pow(10, power);
}

static double multiples_within(double low, double high, double step)
{
	/* A bound that is a multiple but for rounding counts as one. */
	return floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1;
}

void ui_ticks_linear(double low, double high, size_t most, struct ui_ticks *ticks)
{
	most = most < 2 ? 2 : most > UI_TICKS_MAX ? UI_TICKS_MAX : most;
	int k = 3 * (int) floor(log10((high - low) / (double) most)) - 1;
	double step;

	while (step = round_step(k), multiples_within(low, high, step) > (double) most)
		k++;
	/* The largest step that fits may leave one tick alone: a finer one then fits as well. */
	if (multiples_within(low, high, step) < 2 &&
	    multiples_within(low, high, round_step(k - 1)) <= UI_TICKS_MAX)
		step = round_step(k - 1);
	double first = ceil(low / step - 1e-9);
	ticks->count = (size_t) multiples_within(low, high, step);
	for (size_t i = 0; i < ticks->count; i++)
		ticks->at[i] = (first + (double) i) * step;
	int decimals = -(int) floor(log10(step) + 1e-9);
	double size = fmax(fabs(low), fabs(high));
	ticks->decimals = size >= 1e7 || decimals > 6 ? -1 : decimals > 0 ? decimals : 0;
}

void ui_ticks_log(double low, double high, size_t most, struct ui_ticks *ticks)
{
	static const double digit[3] = {1, 2, 5};
	int first = (int) floor(log10(low)), last = (int) ceil(log10(high));
	int powers = last - first + 1;
	bool digits = (size_t) powers * 3 <= most + 3;
	int stride = 1 + (powers - 1) / (int) (most < 2 ? 2 : most);

	ticks->count = 0;
	ticks->decimals = -1;
	for (int power = first; power <= last; power += digits ? 1 : stride) {
		for (int i = 0; i < (digits ? 3 : 1); i++) {
			double at = digit[i] * pow(10, power);
			if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9) &&
			    ticks->count < UI_TICKS_MAX)
				ticks->at[ticks->count++] = at;
		}
	}
}

void ui_tick_text(const struct ui_ticks *ticks, size_t index, char *out, size_t size)
{
	double at = ticks->at[index];

	if (at == 0)
		at = 0; /* never "-0" */
	if (ticks->decimals >= 0)
		snprintf(out, size, "%.*f", ticks->decimals, at);
	else
		snprintf(out, size, "%.7g", at);
}
