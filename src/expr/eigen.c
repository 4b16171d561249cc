/*
 * What is made of the eigenvalues of symmetric matrices.
 */
#include "config.h"
#include "kernels.h"

#include <float.h>
#include <math.h>

size_t evo_eigen_work(const struct evo_extent *a)
{
	const size_t n = a->dims[0];

	return (n * n + n) * sizeof(double) + evo_eigenvalues_work(n);
}

/* The matrix of the rows comes first. */
size_t evo_eigen_of_rows_work(const struct evo_extent *a)
{
	const size_t gram = evo_gram_work(a), eigen = evo_eigen_work(a);

	return a->dims[0] * a->dims[0] * sizeof(double) + (gram > eigen ? gram : eigen);
}

/*
 * Eigenvalues, ascending, of the symmetric part; those of magnitude at most n 2^-52 times the
 * largest are 0. False when an entry is not finite.
 */
static bool eigenvalues_of(const double *matrix, size_t n, double *work, double **values)
{
	double *symmetric = work, most;

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
	most = fmax(fabs((*values)[0]), fabs((*values)[n - 1]));
	for (size_t i = 0; i < n; i++) {
		if (fabs((*values)[i]) <= (double) n * DBL_EPSILON * most)
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

static double smallest(const double *values, size_t n)
{
	(void) n;
	return values[0];
}

static double largest(const double *values, size_t n)
{
	return values[n - 1];
}

static double ratio(const double *values, size_t n)
{
	return values[n - 1] / values[0];
}

/* ---- The primitives -------------------------------------------------------------------------- */

typedef double made_of_values(const double *values, size_t n);

static void eigen(const struct evo_call *call, const double *matrix, void *work,
                  made_of_values *made)
{
	const size_t n = call->a->extent.dims[0];
	double *values;

	call->result->scalar =
	        eigenvalues_of(matrix, n, work, &values) ? made(values, n) : (double) NAN;
}

static void eigen_of_rows(const struct evo_call *call, evo_kernel *matrix_of, made_of_values *made)
{
	const size_t n = call->a->extent.dims[0];
	double *matrix = call->work, *rest = matrix + n * n;

	matrix_of(&(struct evo_call){.a = call->a, .out = matrix, .work = rest});
	eigen(call, matrix, rest, made);
}

void evo_eigmin(const struct evo_call *call)
{
	eigen(call, call->a->twice, call->work, smallest);
}

void evo_eigmax(const struct evo_call *call)
{
	eigen(call, call->a->twice, call->work, largest);
}

void evo_eigentropy(const struct evo_call *call)
{
	eigen(call, call->a->twice, call->work, entropy);
}

void evo_eigratio(const struct evo_call *call)
{
	eigen_of_rows(call, evo_gram, ratio);
}

void evo_jacov(const struct evo_call *call)
{
	eigen_of_rows(call, evo_corr, jacov);
}
