/*
 * Eigenvalues of symmetric matrices, by LAPACK.
 */
#include "config.h"
#include "kernels.h"

#include <float.h>
#include <math.h>

#define PANEL 32 /* LAPACK's block size for the reduction to tridiagonal form */

/* LAPACK, in OpenBLAS; the lengths of the two words come last, as Fortran compilers pass them. */
void dsyev_(const char *job, const char *triangle, const int *n, double *a, const int *lda,
            double *values, double *work, const int *work_size, int *info, size_t job_length,
            size_t triangle_length);

size_t evo_eigen_work(size_t n)
{
	return (n * n + n + (PANEL + 2) * n) * sizeof(double);
}

static int ascending_order_holds(const double *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (!(values[i - 1] <= values[i]))
			return 0;
	}
	return 1;
}

/*
 * Eigenvalues, ascending, of the symmetric part; those of magnitude at most n 2^-52 times the
 * largest are 0. False when an entry is not finite.
 */
static bool eigenvalues(const double *matrix, size_t n, double *work, double **values)
{
	double *symmetric = work, *scratch;
	const int size = (int) n, scratch_size = (int) ((PANEL + 2) * n);
	double largest;
	int info;

	*values = work + n * n;
	scratch = *values + n;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			const double x = (matrix[i * n + k] + matrix[k * n + i]) / 2;

			if (!isfinite(x))
				return false;
			symmetric[i * n + k] = x;
		}
	}
	dsyev_("N", "L", &size, symmetric, &size, *values, scratch, &scratch_size, &info, 1, 1);
	if (info != 0 || !ascending_order_holds(*values, n))
		return false;
	largest = fmax(fabs((*values)[0]), fabs((*values)[n - 1]));
	for (size_t i = 0; i < n; i++) {
		if (fabs((*values)[i]) <= (double) n * DBL_EPSILON * largest)
			(*values)[i] = 0;
	}
	return true;
}

/* Of the eigenvalues scaled to sum 1, negative ones taken as 0. */
static double entropy(const double *values, size_t n)
{
	double sum = 0, entropy = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i] > 0 ? values[i] : 0;
	if (sum == 0) /* 0 / 0 */
		return (double) NAN;
	for (size_t i = 0; i < n; i++) {
		if (values[i] > 0 && values[i] / sum > 0)
			entropy -= values[i] / sum * log(values[i] / sum);
	}
	return entropy;
}

static double jacov(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += log(values[i] + 1e-5) + 1 / (values[i] + 1e-5);
	return sum;
}

double evo_eigen(unsigned code, const double *matrix, size_t n, void *work)
{
	double *values;

	if (!eigenvalues(matrix, n, work, &values))
		return (double) NAN;
	switch (code) {
	case EVO_EIGMIN:
		return values[0];
	case EVO_EIGMAX:
		return values[n - 1];
	case EVO_EIGRATIO:
		return values[n - 1] / values[0];
	case EVO_EIGENTROPY:
		return entropy(values, n);
	default:
		return jacov(values, n);
	}
}
