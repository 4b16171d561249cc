/*
 * Computes a primitive of values that are in memory, as its row says.
 */
#include "config.h"
#include "apply.h"
#include "kernels.h"

void evo_primitive_numbers(unsigned code, const double *a, const double *b, double *out,
                           size_t count)
{
	if (evo_primitive(code)->arity == 2)
		evo_binary_double(code, out, a, b, count);
	else
		evo_unary_double(code, out, a, count);
}

static void binary(unsigned code, const struct evo_tensor *a, const struct evo_tensor *b, void *out,
                   struct evo_tensor *result)
{
	const size_t count = result->extent.count;
	const bool first = a->extent.rank == 0; /* the scalar, if one is */
	const struct evo_tensor *tensor = first ? b : a;
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

static void unary(unsigned code, const struct evo_tensor *a, void *out, struct evo_tensor *result)
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

static void fill(double number, void *out, struct evo_tensor *result)
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

void evo_apply(unsigned code, const struct evo_tensor *a, const struct evo_tensor *b, void *out,
               void *work, struct evo_tensor *result)
{
	const struct evo_operation *row = evo_operation(code);

	result->single = out;
	result->twice = out;
	if (row->kernel != NULL)
		row->kernel(&(struct evo_call){a, b, out, work, result});
	else if (row->blocks == EVO_SUMMED)
		result->scalar = row->end(evo_total(row->term, a), a->extent.count);
	else if (row->blocks == EVO_PAIRED)
		result->scalar = evo_pair_value(row->pair, a, b);
	else if (row->of_shape)
		fill(row->constant, out, result);
	else if (b != NULL)
		binary(code, a, b, out, result);
	else
		unary(code, a, out, result);
}
