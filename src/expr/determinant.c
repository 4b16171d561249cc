/*
 * Determinants by LU with partial pivoting, in double.
 *
 * A pivot of magnitude at most n 2^-52 max|a| counts as zero: without this rule matrices of signs,
 * of which most are singular, would be judged by rounding noise.
 */
#include "config.h"
#include "kernels.h"

#include <float.h>
#include <math.h>

size_t evo_determinant_work(const struct evo_extent *a)
{
	const size_t n = a->dims[a->rank - 1];

	return n * n * sizeof(double);
}

/* Row -= factor * pivot row. */
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

static size_t largest_in_column(const double *matrix, size_t n, size_t k)
{
	size_t best = k;

	for (size_t i = k + 1; i < n; i++) {
		if (fabs(matrix[i * n + k]) > fabs(matrix[best * n + k]))
			best = i;
	}
	return best;
}

/* Sign (-1, 0 or 1; NaN where an entry is not finite) and log|det|. Destroys the matrix. */
static double sign_and_log(double *matrix, size_t n, double *log_magnitude)
{
	double largest = 0, sign = 1, sum = 0, least;

	for (size_t i = 0; i < n * n; i++) {
		if (!isfinite(matrix[i]))
			return *log_magnitude = (double) NAN;
		largest = fabs(matrix[i]) > largest ? fabs(matrix[i]) : largest;
	}
	least = (double) n * DBL_EPSILON * largest;
	for (size_t k = 0; k < n; k++) {
		const size_t from = largest_in_column(matrix, n, k);
		const double pivot = matrix[from * n + k];

		if (fabs(pivot) <= least) {
			*log_magnitude = -(double) INFINITY;
			return 0;
		}
		for (size_t j = k; from != k && j < n; j++) {
			const double held = matrix[k * n + j];

			matrix[k * n + j] = matrix[from * n + j];
			matrix[from * n + j] = held;
		}
		sign = (pivot < 0) != (from != k) ? -sign : sign;
		sum += log(fabs(pivot));
		eliminate(matrix, n, k);
	}
	*log_magnitude = sum;
	return sign;
}

static double determinant(unsigned code, double *matrix, size_t n)
{
	double magnitude, sign;

	if (code == EVO_LOGDET1P) {
		for (size_t i = 0; i < n; i++)
			matrix[i * n + i] += 1;
	}
	sign = sign_and_log(matrix, n, &magnitude);
	switch (code) {
	case EVO_DET:
		return sign == 0 ? 0 : sign * exp(magnitude);
	case EVO_LOGDET:
		return sign >= 0 ? magnitude : 0;
	default:
		return magnitude;
	}
}

void evo_determinant(unsigned code, const struct evo_value *a, double *out, void *work)
{
	const size_t n = a->extent.dims[a->extent.rank - 1];
	const size_t planes = a->extent.count / (n * n);
	double *matrix = work;

	for (size_t p = 0; p < planes; p++) {
		const size_t at = p * n * n;

		for (size_t i = 0; i < n * n; i++)
			matrix[i] =
			        a->extent.rank == 4 ? (double) a->single[at + i] : a->twice[at + i];
		out[p] = determinant(code, matrix, n);
	}
}
