/*
 * Primitives that give a tensor of the same shape, or a rearranged one.
 */
#include "config.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

/* ---- normalize ------------------------------------------------------------------------------- */

EVO_CLONES
static void standardise_single(float *out, const float *a, size_t count, double mean,
                               double deviation)
{
	for (size_t i = 0; i < count; i++) {
		const double z = ((double) a[i] - mean) / deviation;

		out[i] = z == z ? (float) z : 0;
	}
}

EVO_CLONES
static void standardise_double(double *out, const double *a, size_t count, double mean,
                               double deviation)
{
	for (size_t i = 0; i < count; i++) {
		const double z = (a[i] - mean) / deviation;

		out[i] = z == z ? z : 0;
	}
}

void evo_standardise(float *out, const float *a, size_t count, double mean, double deviation)
{
	standardise_single(out, a, count, mean, deviation);
}

/* A scalar is its own mean. */
void evo_normalize(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	const size_t count = a->extent.count;
	double mean, deviation;

	call->result->scalar = 0;
	if (a->extent.rank == 0)
		return;
	evo_moments(a, &mean, &deviation); /* of one number: itself and 0, which gives 0 / 0 */
	if (a->extent.rank == 4)
		standardise_single(call->out, a->single, count, mean, deviation);
	else
		standardise_double(call->out, a->twice, count, mean, deviation);
}

/* ---- softmax --------------------------------------------------------------------------------- */

#define COLUMNS 256

/*
 * Softmax over `count` slices that lie `stride` apart, for `columns` neighbouring numbers of each.
 * A NaN in the largest is of no matter: the sum has it too.
 */
EVO_CLONES
static void softmax_single(float *out, const float *a, size_t count, size_t stride, size_t columns)
{
	float largest[COLUMNS], shifted[COLUMNS];
	double sums[COLUMNS] = {0};

	memcpy(largest, a, columns * sizeof(*largest));
	for (size_t k = 1; k < count; k++) {
		for (size_t i = 0; i < columns; i++) {
			const float x = a[k * stride + i];

			largest[i] = x > largest[i] ? x : largest[i];
		}
	}
	for (size_t k = 0; k < count; k++) {
		for (size_t i = 0; i < columns; i++)
			shifted[i] = a[k * stride + i] - largest[i];
		evo_unary_single(EVO_EXP, out + k * stride, shifted, columns);
		for (size_t i = 0; i < columns; i++)
			sums[i] += (double) out[k * stride + i];
	}
	for (size_t k = 0; k < count; k++) {
		for (size_t i = 0; i < columns; i++)
			out[k * stride + i] = (float) ((double) out[k * stride + i] / sums[i]);
	}
}

static void softmax_double(double *out, const double *a, size_t count)
{
	double largest = a[0], sum = 0;

	for (size_t k = 1; k < count; k++)
		largest = a[k] > largest ? a[k] : largest;
	for (size_t k = 0; k < count; k++) {
		out[k] = exp(a[k] - largest);
		sum += out[k];
	}
	for (size_t k = 0; k < count; k++)
		out[k] /= sum;
}

void evo_softmax(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	const size_t *dims = a->extent.dims;
	void *out = call->out;

	if (a->extent.rank == 0) {
		call->result->scalar = 1;
		return;
	}
	const size_t count = dims[1], plane = a->extent.count / (dims[0] * dims[1]);
	for (size_t i = 0; i < dims[0]; i++) {
		const size_t at = i * count * plane;

		if (a->extent.rank == 2) {
			softmax_double((double *) out + at, a->twice + at, count);
			continue;
		}
		for (size_t from = 0; from < plane; from += COLUMNS) {
			const size_t left = plane - from;

			softmax_single((float *) out + at + from, a->single + at + from, count,
			               plane, left < COLUMNS ? left : COLUMNS);
		}
	}
}

/* ---- Rearranging ----------------------------------------------------------------------------- */

void evo_by_channel(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	const bool single = a->extent.rank == 4;
	const char *from = single ? (const char *) a->single : (const char *) a->twice;
	const size_t *dims = a->extent.dims;
	const size_t plane = a->extent.count / (dims[0] * dims[1]);
	const size_t bytes = plane * (single ? sizeof(float) : sizeof(double));

	for (size_t i = 0; i < dims[0]; i++) {
		for (size_t k = 0; k < dims[1]; k++)
			memcpy((char *) call->out + (k * dims[0] + i) * bytes,
			       from + (i * dims[1] + k) * bytes, bytes);
	}
}

void evo_plane_mean(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	double *out = call->out;
	const size_t *dims = a->extent.dims;
	const size_t planes = dims[0] * dims[1], plane = dims[2] * dims[3];

	for (size_t i = 0; i < planes; i++)
		out[i] = evo_sum_single(a->single + i * plane, plane) / (double) plane;
}

/* ---- matmul ---------------------------------------------------------------------------------- */

/* rows x inner times inner x columns; a block of a row of the result at a time, in double. */
#define PRODUCT(type)                                                                              \
	double sums[COLUMNS];                                                                      \
                                                                                                   \
	for (size_t i = 0; i < rows; i++) {                                                        \
		for (size_t from = 0; from < columns; from += COLUMNS) {                           \
			const size_t left = columns - from;                                        \
			const size_t count = left < COLUMNS ? left : COLUMNS;                      \
                                                                                                   \
			memset(sums, 0, count * sizeof(*sums));                                    \
			for (size_t k = 0; k < inner; k++) {                                       \
				const double factor = (double) a[i * inner + k];                   \
                                                                                                   \
				for (size_t j = 0; j < count; j++)                                 \
					sums[j] += factor * (double) b[k * columns + from + j];    \
			}                                                                          \
			for (size_t j = 0; j < count; j++)                                         \
				out[i * columns + from + j] = (type) sums[j];                      \
		}                                                                                  \
	}

EVO_CLONES
static void product_single(float *restrict out, const float *a, const float *b, size_t rows,
                           size_t inner, size_t columns){PRODUCT(float)}

EVO_CLONES static void product_double(double *restrict out, const double *a, const double *b,
                                      size_t rows, size_t inner, size_t columns)
{
	PRODUCT(double)
}

void evo_matmul(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a, *b = call->b;
	void *out = call->out;
	const unsigned rank = a->extent.rank;
	const size_t *dims = a->extent.dims + rank - 2;
	const size_t rows = dims[0], inner = dims[1], columns = b->extent.dims[rank - 1];
	const size_t planes = a->extent.count / (rows * inner);

	for (size_t p = 0; p < planes; p++) {
		if (rank == 4)
			product_single((float *) out + p * rows * columns,
			               a->single + p * rows * inner,
			               b->single + p * inner * columns, rows, inner, columns);
		else
			product_double(out, a->twice, b->twice, rows, inner, columns);
	}
}
