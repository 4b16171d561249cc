/*
 * Tensors: what an expression is worth in one unit, or in the network. A scalar is one of rank 0.
 */
#ifndef EVOSCOPE_EXPR_TENSOR_H
#define EVOSCOPE_EXPR_TENSOR_H

#include "evoscope/base.h"

/* A shape. rank is 4, 2 or 0; a scalar has count 1. */
struct evo_extent {
	unsigned rank;
	size_t dims[4];
	size_t count;
};
bool evo_extent_equal(const struct evo_extent *a, const struct evo_extent *b);
size_t evo_extent_bytes(const struct evo_extent *extent); /* 0 for a scalar */

/* Rank 4 is in `single`, rank 2 in `twice`, a scalar in `scalar`. Nothing is owned. */
struct evo_tensor {
	struct evo_extent extent;
	const float *single;
	const double *twice;
	double scalar;
};

/* Rows: the first dimension against the rest. */
static inline size_t evo_rows(const struct evo_extent *extent)
{
	return extent->dims[0];
}

static inline size_t evo_columns(const struct evo_extent *extent)
{
	return extent->count / extent->dims[0];
}

#endif
