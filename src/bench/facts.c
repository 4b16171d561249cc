/*
 * What the accuracies and the pools of a benchmark are like: quantiles, a histogram, and counts.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "evoscope/bench.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Between two neighbours in proportion. */
static double quantile(const double *values, size_t count, double part)
{
	double at = part * (double) (count - 1);
	size_t below = (size_t) at;

	if (below + 1 >= count)
		return values[count - 1];
	return values[below] + (at - (double) below) * (values[below + 1] - values[below]);
}

/* Of an accuracy; 100 % belongs to the bin that ends there. */
static double bin_of(double value, double width)
{
	return floor((value < 100 ? value : nextafter(100, 0)) / width);
}

static double bin_width(double low, double high)
{
	static const double steps[] = {1, 2, 5};

	for (double scale = 0.1;; scale *= 10)
		for (size_t i = 0; i < EVO_COUNT(steps); i++) {
			double width = steps[i] * scale;

			if (bin_of(high, width) - bin_of(low, width) < EVO_BINS_MOST)
				return width;
		}
}

static void fill_bins(const double *values, size_t count, struct evo_benchmark_facts *out)
{
	double first;

	out->bin_width = bin_width(values[0], values[count - 1]);
	first = bin_of(values[0], out->bin_width);
	out->first_bin = first * out->bin_width;
	for (size_t i = 0; i < count; i++) {
		size_t bin = (size_t) (bin_of(values[i], out->bin_width) - first);

		out->bins[bin]++;
		out->bin_count = bin + 1;
	}
}

/* Equal rows share a pool, so a function is counted where it first appears. */
static void count_pools(const struct evo_benchmark *benchmark, struct evo_benchmark_facts *out)
{
	size_t seen = 0;

	for (size_t i = 0; i < benchmark->row_count; i++) {
		const struct evo_row *row = &benchmark->rows[i];

		out->networks[row->split]++;
		if (row->function_id == seen) {
			out->functions[row->split]++;
			seen++;
		}
	}
}

void evo_benchmark_facts(const struct evo_benchmark *benchmark, struct evo_benchmark_facts *out)
{
	size_t count = benchmark->row_count;
	double *values = evo_calloc(count, sizeof(*values));

	*out = (struct evo_benchmark_facts){0};
	for (size_t i = 0; i < count; i++)
		values[i] = benchmark->rows[i].accuracy;
	qsort(values, count, sizeof(*values), by_value);
	out->low = values[0];
	out->high = values[count - 1];
	out->p10 = quantile(values, count, 0.1);
	out->median = quantile(values, count, 0.5);
	out->p90 = quantile(values, count, 0.9);
	fill_bins(values, count, out);
	count_pools(benchmark, out);
	free(values);
}
