/*
 * Determinants by LU with partial pivoting, in double.
 *
 * A pivot of magnitude at most n 2^-52 max|a| counts as zero: without this rule matrices of signs,
 * of which most are singular, would be judged by rounding noise.
 *
 * The planes of a rank-4 tensor are many small matrices, so they are factorised side by side, one a
 * vector lane. Each lane does what the plain loop does to one matrix, to the last bit.
 */
#include "config.h"
#include "kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LANES 8

typedef double lanes __attribute__((vector_size(8 * LANES)));
typedef int64_t bit_lanes __attribute__((vector_size(8 * LANES)));

#define MAGNITUDE(v)       ((lanes) ((bit_lanes) (v) &INT64_MAX))
#define CHOOSE(mask, a, b) (((a) & (mask)) | ((b) & ~(mask)))

size_t evo_determinant_work(const struct evo_extent *a)
{
	const size_t n = a->dims[a->rank - 1];

	return n * n * (a->rank == 4 ? sizeof(lanes) : sizeof(double));
}

/* sign is -1, 0 or 1, NaN where an entry is not finite; magnitude is log|det|. */
struct factors {
	double sign, magnitude;
};

/* What counts as zero; NaN when an entry is not finite. */
static double zero_pivot(const double *matrix, size_t n)
{
	double largest = 0;

	for (size_t i = 0; i < n * n; i++) {
		if (!isfinite(matrix[i]))
			return (double) NAN;
		largest = fabs(matrix[i]) > largest ? fabs(matrix[i]) : largest;
	}
	return (double) n * DBL_EPSILON * largest;
}

/* One more pivot, of row `from` at step k. False when it is zero, so that nothing more matters. */
static bool take_pivot(struct factors *factors, double pivot, bool swapped, double zero)
{
	if (fabs(pivot) <= zero) {
		*factors = (struct factors){0, -(double) INFINITY};
		return false;
	}
	factors->sign = (pivot < 0) != swapped ? -factors->sign : factors->sign;
	factors->magnitude += log(fabs(pivot));
	return true;
}

/* ---- One matrix ------------------------------------------------------------------------------ */

EVO_CLONES
static void eliminate(double *matrix, size_t n, size_t k)
{
	const double *pivot = matrix + k * n;

	for (size_t i = k + 1; i < n; i++) {
		double *restrict row = matrix + i * n;
		const double factor = row[k] / pivot[k];

		for (size_t j = k + 1; j < n; j++)
			row[j] -= factor * pivot[j];
	}
}

static struct factors factorise(double *matrix, size_t n)
{
	struct factors factors = {1, 0};
	const double zero = zero_pivot(matrix, n);

	if (isnan(zero))
		return (struct factors){(double) NAN, (double) NAN};
	for (size_t k = 0; k < n; k++) {
		size_t from = k;

		for (size_t i = k + 1; i < n; i++) {
			if (fabs(matrix[i * n + k]) > fabs(matrix[from * n + k]))
				from = i;
		}
		if (!take_pivot(&factors, matrix[from * n + k], from != k, zero))
			break;
		for (size_t j = k; from != k && j < n; j++) {
			const double held = matrix[k * n + j];

			matrix[k * n + j] = matrix[from * n + j];
			matrix[from * n + j] = held;
		}
		eliminate(matrix, n, k);
	}
	return factors;
}

/* ---- A matrix a lane ------------------------------------------------------------------------- */

/* The rows of the largest magnitudes in column k, from row k on; the first of equals. */
EVO_CLONES
static void largest_rows(const double *matrices, size_t n, size_t k, int64_t rows[LANES])
{
	const lanes *column = (const lanes *) matrices + k;
	lanes best = MAGNITUDE(column[k * n]);
	bit_lanes row = {0};

	for (size_t i = k + 1; i < n; i++) {
		const lanes magnitude = MAGNITUDE(column[i * n]);
		const bit_lanes larger = magnitude > best;

		best = (lanes) CHOOSE(larger, (bit_lanes) magnitude, (bit_lanes) best);
		row = CHOOSE(larger, (bit_lanes){0} + (int64_t) (i - k), row);
	}
	row += (int64_t) k;
	memcpy(rows, &row, sizeof row);
}

EVO_CLONES
static void eliminate_lanes(double *matrices, size_t n, size_t k)
{
	lanes *rows = (lanes *) matrices;
	const lanes *pivot = rows + k * n;

	for (size_t i = k + 1; i < n; i++) {
		lanes *row = rows + i * n;
		const lanes factor = row[k] / pivot[k];

		for (size_t j = k + 1; j < n; j++)
			row[j] -= factor * pivot[j];
	}
}

static void swap_rows(double *matrices, size_t n, size_t k, size_t from, size_t lane)
{
	for (size_t j = k; j < n; j++) {
		double *a = matrices + (k * n + j) * LANES + lane;
		double *b = matrices + (from * n + j) * LANES + lane;
		const double held = *a;

		*a = *b;
		*b = held;
	}
}

/* zeros[lane] is NaN where the lane has nothing to factorise. */
static void factorise_lanes(double *matrices, size_t n, const double zeros[LANES],
                            struct factors factors[LANES])
{
	bool going[LANES];
	size_t left = 0;

	for (size_t lane = 0; lane < LANES; lane++) {
		going[lane] = !isnan(zeros[lane]);
		left += going[lane];
		factors[lane] = going[lane] ? (struct factors){1, 0}
		                            : (struct factors){(double) NAN, (double) NAN};
	}
	for (size_t k = 0; k < n && left > 0; k++) {
		int64_t rows[LANES];

		largest_rows(matrices, n, k, rows);
		for (size_t lane = 0; lane < LANES; lane++) {
			const size_t from = (size_t) rows[lane];

			if (!going[lane])
				continue;
			going[lane] =
			        take_pivot(&factors[lane], matrices[(from * n + k) * LANES + lane],
			                   from != k, zeros[lane]);
			left -= !going[lane];
			if (going[lane] && from != k)
				swap_rows(matrices, n, k, from, lane);
		}
		eliminate_lanes(matrices, n, k);
	}
}

/* ---- The primitives -------------------------------------------------------------------------- */

static double result(unsigned code, struct factors factors)
{
	switch (code) {
	case EVO_DET:
		return factors.sign == 0 ? 0 : factors.sign * exp(factors.magnitude);
	case EVO_LOGDET:
		return factors.sign >= 0 ? factors.magnitude : 0;
	default:
		return factors.magnitude;
	}
}

/* Puts a plane into its lane; returns what counts as zero in it. */
static double load_lane(const float *plane, size_t n, bool plus_identity, double *matrices,
                        size_t lane)
{
	double largest = 0;
	bool finite = true;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			const double x = (double) plane[i * n + j] + (plus_identity && i == j);
			const double magnitude = fabs(x);

			matrices[(i * n + j) * LANES + lane] = x;
			largest = magnitude > largest ? magnitude : largest;
			finite = finite && magnitude <= DBL_MAX;
		}
	}
	return finite ? (double) n * DBL_EPSILON * largest : (double) NAN;
}

static void planes(unsigned code, const struct evo_value *a, double *out, double *work)
{
	const size_t n = a->extent.dims[3], count = a->extent.dims[0] * a->extent.dims[1];

	for (size_t from = 0; from < count; from += LANES) {
		struct factors factors[LANES];
		double zeros[LANES];

		for (size_t lane = 0; lane < LANES; lane++)
			zeros[lane] = from + lane < count
			                      ? load_lane(a->single + (from + lane) * n * n, n,
			                                  code == EVO_LOGDET1P, work, lane)
			                      : (double) NAN;
		factorise_lanes(work, n, zeros, factors);
		for (size_t lane = 0; lane < LANES && from + lane < count; lane++)
			out[from + lane] = result(code, factors[lane]);
	}
}

void evo_determinant(unsigned code, const struct evo_value *a, double *out, void *work)
{
	const size_t n = a->extent.dims[0];
	double *matrix = work;

	if (a->extent.rank == 4) {
		planes(code, a, out, work);
		return;
	}
	memcpy(matrix, a->twice, n * n * sizeof *matrix);
	for (size_t i = 0; code == EVO_LOGDET1P && i < n; i++)
		matrix[i * n + i] += 1;
	*out = result(code, factorise(matrix, n));
}
