/*
 * What is made of the eigenvalues of symmetric matrices.
 */
#include "config.h"
#include "kernels.h"

#include <float.h>
#include <math.h>

size_t evo_eigen_work(size_t n)
{
	return (n * n + n) * sizeof(double) + evo_eigenvalues_work(n);
}

/*
 * Eigenvalues, ascending, of the symmetric part; those of magnitude at most n 2^-52 times the
 * largest are 0. False when an entry is not finite.
 */
static bool eigenvalues_of(const double *matrix, size_t n, double *work, double **values)
{
	double *symmetric = work, largest;

	*values = work + n * n;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			const double x = (matrix[i * n + k] + matrix[k * n + i]) / 2;

			if (!isfinite(x))
				return false;
			symmetric[i * n + k] = x;
		}
	}
	if (!evo_eigenvalues(symmetric, n, *values, *values + n))
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

	if (!eigenvalues_of(matrix, n, work, &values))
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
