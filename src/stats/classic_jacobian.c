/*
 * Classic proxies of how the sum of the logits depends on the images' pixels: jacov and epe_nas,
 * from the correlations of the images' gradients.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <string.h>

#define K       1e-5
#define CLASSES 100 /* up to which epe_nas sums, above it compares */
#define LANES   8

size_t evo_classic_jacobian_bytes(const struct evo_classic *classic)
{
	const size_t batch = classic->batch, pixels = evo_classic_numbers(classic->graph, 0);

	return evo_classic_aligned(batch * pixels * sizeof(double)) +
	       2 * evo_classic_aligned(batch * batch * sizeof(double)) +
	       evo_classic_aligned(batch * sizeof(double) + evo_eigenvalues_work(batch));
}

EVO_CLONES
static void product_lanes(const double *a, const double *b, size_t count, double lanes[LANES])
{
	size_t i = 0;

	for (; i + LANES <= count; i += LANES) {
		for (size_t k = 0; k < LANES; k++)
			lanes[k] += a[i + k] * b[i + k];
	}
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += a[i] * b[i];
}

static double product(const double *a, const double *b, size_t count)
{
	double lanes[LANES] = {0};

	product_lanes(a, b, count, lanes);
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
	       ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/* Centres a row and makes it 1 long; false when it is constant or not finite. */
static bool standardise(const float *x, size_t count, double *out)
{
	double sum = 0, length;

	for (size_t i = 0; i < count; i++)
		sum += (double) x[i];
	for (size_t i = 0; i < count; i++)
		out[i] = (double) x[i] - sum / (double) count;
	length = sqrt(product(out, out, count));
	if (!(length > 0) || !isfinite(length))
		return false;
	for (size_t i = 0; i < count; i++)
		out[i] /= length;
	return true;
}

static bool correlate(const struct evo_classic *classic, double *rows, double *matrix)
{
	const float *gradient = evo_session_gradient(classic->patterns, 0);
	const size_t batch = classic->batch, pixels = evo_classic_numbers(classic->graph, 0);

	for (size_t i = 0; i < batch; i++) {
		if (!standardise(gradient + i * pixels, pixels, rows + i * pixels))
			return false;
		for (size_t j = 0; j < i; j++) {
			const double c = product(rows + i * pixels, rows + j * pixels, pixels);
			matrix[i * batch + j] = matrix[j * batch + i] = fmax(-1, fmin(1, c));
		}
		matrix[i * batch + i] = 1;
	}
	return true;
}

static double jacov(const double *correlation, size_t n, double *copy, double *values)
{
	double sum = 0;

	memcpy(copy, correlation, n * n * sizeof *copy);
	if (!evo_eigenvalues(copy, n, values, values + n))
		return (double) NAN;
	for (size_t i = 0; i < n; i++)
		sum += log(values[i] + K) + 1 / (values[i] + K);
	return 0 - sum;
}

/* Of the class of image i: sum of log(|correlation| + K), and how many images it has. */
static double class_sum(const double *correlation, const unsigned short *labels, size_t batch,
                        size_t image, size_t *members)
{
	double sum = 0;

	*members = 0;
	for (size_t i = 0; i < batch; i++) {
		if (labels[i] != labels[image])
			continue;
		(*members)++;
		for (size_t j = 0; j < batch; j++) {
			if (labels[j] == labels[image])
				sum += log(fabs(correlation[i * batch + j]) + K);
		}
	}
	return sum;
}

static bool is_first_of_class(const unsigned short *labels, size_t image)
{
	for (size_t i = 0; i < image; i++) {
		if (labels[i] == labels[image])
			return false;
	}
	return true;
}

static double epe_nas(const double *correlation, const unsigned short *labels, size_t batch,
                      size_t classes, double *sums)
{
	size_t count = 0, members;
	double total = 0;

	for (size_t i = 0; i < batch; i++) {
		if (!is_first_of_class(labels, i))
			continue;
		const double sum = class_sum(correlation, labels, batch, i, &members);
		total += fabs(sum);
		sums[count++] = sum / (double) members;
	}
	if (classes <= CLASSES)
		return total;
	total = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			total += fabs(sums[i] - sums[j]);
	}
	return total / (double) count;
}

void evo_classic_jacobian_set(const struct evo_classic *classic, const unsigned short *labels,
                              char *work, double *values)
{
	const size_t batch = classic->batch, pixels = evo_classic_numbers(classic->graph, 0);
	const size_t classes = classic->graph->nodes[classic->graph->output].shape.channels;
	double *rows = evo_classic_carve(&work, batch * pixels * sizeof(double));
	double *correlation = evo_classic_carve(&work, batch * batch * sizeof(double));
	double *copy = evo_classic_carve(&work, batch * batch * sizeof(double));
	double *spare = (double *) (void *) work;
	const bool good = correlate(classic, rows, correlation);

	if (evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_EPE_NAS)))
		evo_classic_set(classic, values, EVO_CLASSIC_EPE_NAS,
		                good ? epe_nas(correlation, labels, batch, classes, spare)
		                     : (double) NAN);
	if (evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_JACOV)))
		evo_classic_set(classic, values, EVO_CLASSIC_JACOV,
		                good ? jacov(correlation, batch, copy, spare) : (double) NAN);
}
