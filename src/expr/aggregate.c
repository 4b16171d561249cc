#include "config.h"
#include "aggregate.h"

#include <math.h>
#include <string.h>

static double sum(const double *values, size_t count)
{
	double total = 0;

	for (size_t i = 0; i < count; i++)
		total += values[i];
	return total;
}

static double deviation(const double *values, size_t count)
{
	const double mean = sum(values, count) / (double) count;
	double squares = 0;

	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return count > 1 ? sqrt(squares / (double) (count - 1)) : 0;
}

double evo_fold_units(unsigned code, const double *values, size_t count)
{
	double best = values[0];

	switch (code) {
	case EVO_LAYER_SUM:
		return sum(values, count);
	case EVO_LAYER_MAX:
		for (size_t i = 1; i < count; i++)
			best = values[i] > best ? values[i] : best;
		return best;
	case EVO_LAYER_MIN:
		for (size_t i = 1; i < count; i++)
			best = values[i] < best ? values[i] : best;
		return best;
	case EVO_LAYER_STD:
		return deviation(values, count);
	case EVO_LAYER_FIRST:
		return values[0];
	case EVO_LAYER_LAST:
		return values[count - 1];
	case EVO_LAYER_COUNT:
		return (double) count;
	default:
		return sum(values, count) / (double) count;
	}
}

void evo_total_add(double *sums, const struct evo_value *value, bool first)
{
	for (size_t i = 0; i < value->extent.count; i++) {
		const double x = value->extent.rank == 4   ? (double) value->single[i]
		                 : value->extent.rank == 2 ? value->twice[i]
		                                           : value->scalar;

		sums[i] = first ? x : sums[i] + x;
	}
}

/* Doubles to floats where they lie: each is written before the next is read. */
const float *evo_total_narrow(double *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const float x = (float) numbers[i];

		memcpy((char *) numbers + i * sizeof x, &x, sizeof x);
	}
	return (const float *) (const void *) numbers;
}
