/*
 * Dispatch from a code to what computes it.
 */
#include "config.h"
#include "apply.h"
#include "kernels.h"

#include <math.h>

void evo_primitive_numbers(unsigned code, const double *a, const double *b, double *out,
                           size_t count)
{
	if (evo_primitive(code)->arity == 2)
		evo_binary_double(code, out, a, b, count);
	else
		evo_unary_double(code, out, a, count);
}

static void binary(unsigned code, const struct evo_value *a, const struct evo_value *b, void *out,
                   struct evo_value *result)
{
	const size_t count = result->extent.count;
	const bool first = a->extent.rank == 0; /* the scalar, if one is */
	const struct evo_value *tensor = first ? b : a;
	const double scalar = first ? a->scalar : b->scalar;
	const bool both = a->extent.rank == b->extent.rank;

	switch (result->extent.rank) {
	case 4:
		if (both)
			evo_binary_single(code, out, a->single, b->single, count);
		else
			evo_binary_single_scalar(code, out, tensor->single, scalar, first, count);
		break;
	case 2:
		if (both)
			evo_binary_double(code, out, a->twice, b->twice, count);
		else
			evo_binary_double_scalar(code, out, tensor->twice, scalar, first, count);
		break;
	default:
		evo_binary_double(code, &result->scalar, &a->scalar, &b->scalar, 1);
		break;
	}
}

static void unary(unsigned code, const struct evo_value *a, void *out, struct evo_value *result)
{
	switch (result->extent.rank) {
	case 4:
		evo_unary_single(code, out, a->single, result->extent.count);
		break;
	case 2:
		evo_unary_double(code, out, a->twice, result->extent.count);
		break;
	default:
		evo_unary_double(code, &result->scalar, &a->scalar, 1);
		break;
	}
}

static void fill(double number, void *out, struct evo_value *result)
{
	const size_t count = result->extent.count;
	float *single = out;
	double *twice = out;

	result->scalar = number;
	for (size_t i = 0; result->extent.rank == 4 && i < count; i++)
		single[i] = (float) number;
	for (size_t i = 0; result->extent.rank == 2 && i < count; i++)
		twice[i] = number;
}

static void reduce(unsigned code, const struct evo_value *a, const struct evo_value *b, void *work,
                   struct evo_value *result)
{
	double mean;

	switch (code) {
	case EVO_SUM:
		result->scalar = evo_sum(a);
		break;
	case EVO_MEAN:
		result->scalar = evo_mean(a);
		break;
	case EVO_L1:
		result->scalar = evo_sum_magnitudes(a) / (double) a->extent.count;
		break;
	case EVO_FROB:
		result->scalar = sqrt(evo_sum_squares(a));
		break;
	case EVO_STD:
		evo_moments(a, &mean, &result->scalar);
		break;
	case EVO_NUMEL:
		result->scalar = (double) a->extent.count;
		break;
	case EVO_HAMMING:
	case EVO_KLDIV:
	case EVO_COSINE:
		result->scalar = evo_pair(code, a, b);
		break;
	default:
		result->scalar = evo_distinct(a, work);
		break;
	}
}

/* Eigenvalues of a square matrix, or of the one that the rows make. */
static double eigen(unsigned code, const struct evo_value *a, void *work)
{
	const size_t n = a->extent.dims[0];
	double *matrix = work;

	switch (code) {
	case EVO_EIGRATIO:
		evo_gram(a, matrix, matrix + n * n);
		return evo_eigen(code, matrix, n, matrix + n * n);
	case EVO_JACOV:
		evo_corr(a, matrix, matrix + n * n);
		return evo_eigen(code, matrix, n, matrix + n * n);
	default:
		return evo_eigen(code, a->twice, n, work);
	}
}

static void whole(unsigned code, const struct evo_value *a, const struct evo_value *b, void *out,
                  void *work)
{
	switch (code) {
	case EVO_BY_CHANNEL:
		evo_by_channel(a, out);
		break;
	case EVO_GRAM:
		evo_gram(a, out, work);
		break;
	case EVO_CORR:
		evo_corr(a, out, work);
		break;
	case EVO_AGREE:
		evo_agree(a, out, work);
		break;
	case EVO_MATMUL:
		evo_matmul(a, b, out);
		break;
	default:
		evo_plane_mean(a, out);
		break;
	}
}

void evo_apply(unsigned code, const struct evo_value *a, const struct evo_value *b, void *out,
               void *work, struct evo_value *result)
{
	const bool scalar = result->extent.rank == 0;

	result->single = out;
	result->twice = out;
	switch (code) {
	case EVO_ONES:
		fill(1, out, result);
		break;
	case EVO_ZEROS:
		fill(0, out, result);
		break;
	case EVO_NORMALIZE:
		if (scalar)
			result->scalar = 0;
		else
			evo_normalize(a, out);
		break;
	case EVO_SOFTMAX:
		if (scalar)
			result->scalar = 1;
		else
			evo_softmax(a, out);
		break;
	case EVO_DET:
	case EVO_LOGDET:
	case EVO_LOGABSDET:
	case EVO_LOGDET1P:
		evo_determinant(code, a, scalar ? &result->scalar : out, work);
		break;
	case EVO_EIGMIN:
	case EVO_EIGMAX:
	case EVO_EIGENTROPY:
	case EVO_EIGRATIO:
	case EVO_JACOV:
		result->scalar = eigen(code, a, work);
		break;
	default:
		if (b && evo_operation_shape(code) == EVO_SHAPE_PAIR)
			binary(code, a, b, out, result);
		else if (evo_operation_shape(code) == EVO_SHAPE_SAME)
			unary(code, a, out, result);
		else if (scalar)
			reduce(code, a, b, work, result);
		else
			whole(code, a, b, out, work);
		break;
	}
}
