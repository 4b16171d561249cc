/* Small dense matrices in double: determinants, eigenvalues; and rows of signs, a bit each. */
#include "config.h"

#include "evoscope/algebra.h"

#include <float.h>
#include <math.h>

#define PANEL 32 /* LAPACK's block size for the reduction to tridiagonal form */
#define WORD  ((size_t) 64)

/* LAPACK, in OpenBLAS; the lengths of the two words come last, as Fortran compilers pass them. */
void dsyev_(const char *job, const char *triangle, const int *n, double *a, const int *lda,
            double *values, double *work, const int *work_size, int *info, size_t job_length,
            size_t triangle_length);

/* ---- Determinants ---------------------------------------------------------------------------- */

/* Products of two numbers up to here are finite, and not denormal. */
#define LARGE 0x1p400
#define SMALL 0x1p-400

/* A logarithm costs more than a product: one is taken now and then. */
struct evo_determinant evo_determinant_of_pivots(const double *pivots, size_t n, size_t step,
                                                 bool odd, double zero)
{
	double product = 1, sum = 0;

	if (isnan(zero))
		return (struct evo_determinant){(double) NAN, (double) NAN};
	for (size_t k = 0; k < n; k++) {
		const double pivot = pivots[k * step], magnitude = fabs(pivot);

		if (magnitude <= zero)
			return (struct evo_determinant){0, -(double) INFINITY};
		odd = odd != (pivot < 0);
		if (magnitude > LARGE || magnitude < SMALL)
			sum += log(magnitude);
		else
			product *= magnitude;
		if (product > LARGE || product < SMALL) {
			sum += log(product);
			product = 1;
		}
	}
	return (struct evo_determinant){odd ? -1 : 1, sum + log(product)};
}

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

struct evo_determinant evo_determinant_of(double *matrix, size_t n)
{
	const double zero = zero_pivot(matrix, n);
	bool odd = false;

	for (size_t k = 0; k < n && !isnan(zero); k++) {
		size_t from = k;

		for (size_t i = k + 1; i < n; i++) {
			if (fabs(matrix[i * n + k]) > fabs(matrix[from * n + k]))
				from = i;
		}
		for (size_t j = k; from != k && j < n; j++) {
			const double held = matrix[k * n + j];

			matrix[k * n + j] = matrix[from * n + j];
			matrix[from * n + j] = held;
		}
		odd = odd != (from != k);
		if (fabs(matrix[k * n + k]) <= zero)
			break;
		eliminate(matrix, n, k);
	}
	return evo_determinant_of_pivots(matrix, n, n + 1, odd, zero);
}

/* ---- Eigenvalues ----------------------------------------------------------------------------- */

size_t evo_eigenvalues_work(size_t n)
{
	return (PANEL + 2) * n * sizeof(double);
}

bool evo_eigenvalues(double *matrix, size_t n, double *values, void *work)
{
	const int size = (int) n, work_size = (int) ((PANEL + 2) * n);
	int info;

	dsyev_("N", "L", &size, matrix, &size, values, work, &work_size, &info, 1, 1);
	for (size_t i = 1; i < n && info == 0; i++) {
		if (!(values[i - 1] <= values[i]))
			return false;
	}
	return info == 0;
}

/* ---- Signs ----------------------------------------------------------------------------------- */

size_t evo_sign_words(size_t count)
{
	return (count + WORD - 1) / WORD;
}

/* Functions with clones are this file's own: clang gives those that others call another name. */
EVO_CLONES
static void sign_bits(const float *x, size_t count, uint64_t *out)
{
	size_t i = 0;

	for (; i + WORD <= count; i += WORD) {
		uint64_t word = 0;
		for (size_t k = 0; k < WORD; k++)
			word |= (uint64_t) (x[i + k] > 0) << k;
		*out++ = word;
	}
	if (i < count)
		*out = 0;
	for (size_t k = 0; i + k < count; k++)
		*out |= (uint64_t) (x[i + k] > 0) << k;
}

void evo_sign_bits(const float *x, size_t count, uint64_t *out)
{
	sign_bits(x, count, out);
}

EVO_CLONES
static size_t bits_apart(const uint64_t *a, const uint64_t *b, size_t words)
{
	size_t apart = 0;

	for (size_t i = 0; i < words; i++)
		apart += (size_t) __builtin_popcountll(a[i] ^ b[i]);
	return apart;
}

size_t evo_bits_apart(const uint64_t *a, const uint64_t *b, size_t words)
{
	return bits_apart(a, b, words);
}
