/*
 * Reductions of two tensors, block by block in double.
 */
#include "config.h"
#include "kernels.h"

#include <math.h>

/* A multiple of the lanes of a sum, so that a block's sum does not depend on where it lies. */
#define BLOCK 512

/* Numbers from..from + count of a value in double; a scalar is that number everywhere. */
static void load(const struct evo_value *a, size_t from, size_t count, double *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = a->extent.rank == 4   ? (double) a->single[from + i]
		         : a->extent.rank == 2 ? a->twice[from + i]
		                               : a->scalar;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The extent that both stand for. */
static const struct evo_extent *common(const struct evo_value *a, const struct evo_value *b)
{
	return a->extent.rank ? &a->extent : &b->extent;
}

EVO_CLONES
static size_t differing(const double *a, const double *b, size_t count)
{
	size_t differ = 0;

	for (size_t i = 0; i < count; i++)
		differ += (a[i] > 0) != (b[i] > 0);
	return differ;
}

double evo_hamming(const struct evo_value *a, const struct evo_value *b)
{
	const size_t total = common(a, b)->count;
	double x[BLOCK], y[BLOCK];
	size_t differ = 0;

	for (size_t from = 0; from < total; from += BLOCK) {
		const size_t count = least(BLOCK, total - from);

		load(a, from, count, x);
		load(b, from, count, y);
		differ += differing(x, y, count);
	}
	return (double) differ;
}

/* log b of a block, where b > 0: single precision has no more to lose. */
static void load_log(const struct evo_value *b, size_t from, size_t count, const double *values,
                     double *out)
{
	float singles[BLOCK];

	if (b->extent.rank != 4) {
		for (size_t i = 0; i < count; i++)
			out[i] = values[i] > 0 ? log(values[i]) : 0;
		return;
	}
	evo_unary_single(EVO_LOG, singles, b->single + from, count);
	for (size_t i = 0; i < count; i++)
		out[i] = (double) singles[i];
}

EVO_CLONES
static void divergence(const double *a, const double *b, double *logs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const double term = b[i] * (logs[i] - a[i]);

		logs[i] = b[i] > 0 ? term : b[i] == 0 ? 0 : (double) NAN;
	}
}

double evo_kldiv(const struct evo_value *a, const struct evo_value *b)
{
	const struct evo_extent *extent = common(a, b);
	double x[BLOCK], y[BLOCK], terms[BLOCK], sum = 0;

	for (size_t from = 0; from < extent->count; from += BLOCK) {
		const size_t count = least(BLOCK, extent->count - from);

		load(a, from, count, x);
		load(b, from, count, y);
		load_log(b, from, count, y, terms);
		divergence(x, y, terms, count);
		sum += evo_sum_double(terms, count);
	}
	return extent->rank ? sum / (double) extent->dims[0] : sum;
}

/* The larger of a norm and 1e-8; NaN stays. */
static double clamped(double squares)
{
	const double norm = sqrt(squares);

	return norm < 1e-8 ? 1e-8 : norm;
}

double evo_cosine(const struct evo_value *a, const struct evo_value *b)
{
	const struct evo_extent *extent = common(a, b);
	const size_t columns = evo_columns(extent);
	double x[BLOCK], y[BLOCK], sum = 0;

	for (size_t row = 0; row < evo_rows(extent); row++) {
		double products = 0, first = 0, second = 0;

		for (size_t from = 0; from < columns; from += BLOCK) {
			const size_t count = least(BLOCK, columns - from);

			load(a, row * columns + from, count, x);
			load(b, row * columns + from, count, y);
			products += evo_dot_double(x, y, count);
			first += evo_dot_double(x, x, count);
			second += evo_dot_double(y, y, count);
		}
		sum += products / (clamped(first) * clamped(second));
	}
	return sum;
}
