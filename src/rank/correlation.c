/*
 * Ranks, Spearman's and Pearson's correlation.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "pairs.h"

size_t evo_non_finite(size_t n, const double *x)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += isfinite(x[i]) ? 0 : 1;
	return count;
}

/* The pairs are (value, position): positions are whole numbers far below 2^53. */
void evo_ranks(size_t n, const double *x, double *rank)
{
	struct evo_pair *pairs = evo_calloc(2 * n, sizeof(*pairs));

	for (size_t i = 0; i < n; i++)
		rank[i] = (double) i;
	evo_pairs_sorted(n, x, rank, pairs, pairs + n);
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;
		while (end < n && pairs[end].x == pairs[i].x)
			end++;
		/* Places i + 1 ... end share their mean. */
		double mean = (double) (i + 1 + end) / 2;
		for (; i < end; i++)
			rank[(size_t) pairs[i].y] = mean;
	}
	free(pairs);
}

/* Shifts n values to mean 0 after scaling them to at most 1, so that no square overflows or
   vanishes. False when they are all the same. */
static bool centre(size_t n, double *values)
{
	double low = values[0], high = values[0], sum = 0;

	for (size_t i = 1; i < n; i++) {
		low = fmin(low, values[i]);
		high = fmax(high, values[i]);
	}
	if (low == high)
		return false;
	double largest = fmax(fabs(low), fabs(high));
	for (size_t i = 0; i < n; i++)
		sum += values[i] / largest;
	double mean = sum / (double) n, widest = 0;
	for (size_t i = 0; i < n; i++) {
		values[i] = values[i] / largest - mean;
		widest = fmax(widest, fabs(values[i]));
	}
	for (size_t i = 0; widest > 0 && i < n; i++)
		values[i] /= widest;
	return widest > 0;
}

/* Overwrites x and y, which are finite. */
static double correlation(size_t n, double *x, double *y)
{
	double xx = 0, yy = 0, xy = 0;

	if (n < 2 || !centre(n, x) || !centre(n, y))
		return (double) NAN;
	for (size_t i = 0; i < n; i++) {
		xx += x[i] * x[i];
		yy += y[i] * y[i];
		xy += x[i] * y[i];
	}
	double r = xy / (sqrt(xx) * sqrt(yy));
	return r > 1 ? 1 : r < -1 ? -1 : r;
}

double evo_spearman(size_t n, const double *x, const double *y)
{
	double *ranks = evo_calloc(2 * n, sizeof(*ranks));

	evo_ranks(n, x, ranks);
	evo_ranks(n, y, ranks + n);
	double rho = correlation(n, ranks, ranks + n);
	free(ranks);
	return rho;
}

double evo_pearson(size_t n, const double *x, const double *y)
{
	double *values = evo_calloc(2 * n, sizeof(*values));
	size_t finite = 0;

	for (size_t i = 0; i < n; i++) {
		if (isfinite(x[i]) && isfinite(y[i])) {
			values[finite] = x[i];
			values[n + finite++] = y[i];
		}
	}
	double r = correlation(finite, values, values + n);
	free(values);
	return r;
}
