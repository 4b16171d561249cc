/*
 * jacov: v the eigenvalues of the correlations of the images' gradients of the sum of the logits at
 * the input, -sum(log(v + k) + 1 / (v + k)), k = 1e-5; NaN when a gradient is constant.
 *
 * Mellor, Turner, Storkey and Crowley, "Neural Architecture Search without Training",
 * arXiv:2006.04647v1, 2020.
 */
#include "config.h"
#include "evoscope/algebra.h"
#include "classic.h"

#include <math.h>
#include <string.h>

#define K 1e-5

static size_t plan(const struct evo_classic *classic)
{
	const size_t n = classic->batch;

	return classic_aligned(n * n * sizeof(double)) + classic_aligned(n * sizeof(double)) +
	       evo_eigenvalues_work(n);
}

static double run(const struct evo_classic *classic, char *work)
{
	const size_t n = classic->batch;
	double *copy = classic_carve(&work, n * n * sizeof(double));
	double *values = classic_carve(&work, n * sizeof(double)), sum = 0;

	if (classic->correlations == NULL)
		return (double) NAN;
	memcpy(copy, classic->correlations, n * n * sizeof(*copy));
	if (!evo_eigenvalues(copy, n, values, work))
		return (double) NAN;
	for (size_t i = 0; i < n; i++)
		sum += log(values[i] + K) + 1 / (values[i] + K);
	return 0 - sum;
}

const struct classic_row evo_classic_jacov = {
        .help = "how different the images' gradients are at the input",
        .source = "Mellor et al. 2020 (v1 of NAS without Training)",
        .reads = CLASSIC_CORRELATIONS,
        .plan = plan,
        .run = run,
};
