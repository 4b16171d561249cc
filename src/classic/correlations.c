/*
 * How alike the images' gradients of the sum of the logits at the input are: the correlation of
 * every two images, in double precision.
 */
#include "config.h"
#include "classic.h"

#include <math.h>

EVO_CLONES
static void product_lanes(const double *a, const double *b, size_t count,
                          double lanes[CLASSIC_LANES])
{
	size_t i = 0;

	for (; i + CLASSIC_LANES <= count; i += CLASSIC_LANES) {
		for (size_t k = 0; k < CLASSIC_LANES; k++)
			lanes[k] += a[i + k] * b[i + k];
	}
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += a[i] * b[i];
}

static double product(const double *a, const double *b, size_t count)
{
	double lanes[CLASSIC_LANES] = {0};

	product_lanes(a, b, count, lanes);
	return classic_lanes(lanes);
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

bool classic_correlate(const struct evo_classic *classic, double *rows, double *out)
{
	const float *gradient = evo_session_gradient(classic->logits, 0);
	const size_t batch = classic->batch, pixels = classic_numbers(classic->graph, 0);

	for (size_t i = 0; i < batch; i++) {
		if (!standardise(gradient + i * pixels, pixels, rows + i * pixels))
			return false;
		for (size_t j = 0; j < i; j++) {
			const double c = product(rows + i * pixels, rows + j * pixels, pixels);
			out[i * batch + j] = out[j * batch + i] = fmax(-1, fmin(1, c));
		}
		out[i * batch + i] = 1;
	}
	return true;
}
