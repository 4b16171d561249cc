/*
 * Aggregates: what one number a unit, or one tensor a unit, gives for the network.
 */
#include "config.h"
#include "aggregate.h"

#include <math.h>
#include <string.h>

double evo_fold_sum(const double *values, size_t count)
{
	double total = 0;

	for (size_t i = 0; i < count; i++)
		total += values[i];
	return total;
}

double evo_fold_mean(const double *values, size_t count)
{
	return evo_fold_sum(values, count) / (double) count;
}

double evo_fold_std(const double *values, size_t count)
{
	const double mean = evo_fold_mean(values, count);
	double squares = 0;

	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return count > 1 ? sqrt(squares / (double) (count - 1)) : 0;
}

double evo_fold_max(const double *values, size_t count)
{
	double best = values[0];

	for (size_t i = 1; i < count; i++)
		best = values[i] > best ? values[i] : best;
	return best;
}

double evo_fold_min(const double *values, size_t count)
{
	double best = values[0];

	for (size_t i = 1; i < count; i++)
		best = values[i] < best ? values[i] : best;
	return best;
}

double evo_fold_first(const double *values, size_t count)
{
	(void) count;
	return values[0];
}

double evo_fold_last(const double *values, size_t count)
{
	return values[count - 1];
}

double evo_fold_count(const double *values, size_t count)
{
	(void) values;
	return (double) count;
}

void evo_total_add(double *sums, const struct evo_tensor *value, bool first)
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

		memcpy((char *) numbers + i * sizeof(x), &x, sizeof(x));
	}
	return (const float *) (const void *) numbers;
}
