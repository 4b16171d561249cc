/*
 * The codes of primitives and aggregates, and what the table knows of them besides their text.
 *
 * A code is 0 for a number, 1 + the statistic for a terminal, and from EVO_FIRST_OPERATION on one
 * of enum evo_operation below, in that order.
 */
#ifndef EVOSCOPE_EXPR_PRIMITIVES_H
#define EVOSCOPE_EXPR_PRIMITIVES_H

#include "evoscope/expr.h"

#define EVO_FIRST_OPERATION (1 + EVO_STATISTICS)

enum evo_operation {
	/* elementwise, two arguments */
	EVO_ADD = EVO_FIRST_OPERATION,
	EVO_SUB,
#ifdef EVO_TEST_EXTRA_ROWS
	EVO_TEST,
#endif
	EVO_MUL,
	EVO_DIV,
	EVO_MIN2,
	EVO_MAX2,
	EVO_LT,
	EVO_GT,
	EVO_EQ,
	/* elementwise, one argument */
	EVO_ABS,
	EVO_NEG,
	EVO_SQUARE,
	EVO_SQRT,
	EVO_EXP,
	EVO_LOG,
	EVO_ABSLOG,
	EVO_INV,
	EVO_RELU,
	EVO_SIGMOID,
	EVO_TANH,
	EVO_SIGN,
	EVO_GT0,
	EVO_LT0,
	EVO_ONES,
	EVO_ZEROS,
	/* the whole tensor, same shape or its first dimensions swapped */
	EVO_NORMALIZE,
	EVO_SOFTMAX,
	EVO_BY_CHANNEL,
	/* to a scalar */
	EVO_SUM,
	EVO_MEAN,
	EVO_L1,
	EVO_FROB,
	EVO_STD,
	EVO_NUMEL,
	EVO_HAMMING,
	EVO_KLDIV,
	EVO_COSINE,
	EVO_EIGRATIO,
	EVO_DISTINCT,
	EVO_JACOV,
	/* rows to a matrix */
	EVO_GRAM,
	EVO_CORR,
	EVO_AGREE,
	/* determinants and eigenvalues */
	EVO_DET,
	EVO_LOGDET,
	EVO_LOGABSDET,
	EVO_LOGDET1P,
	EVO_EIGMIN,
	EVO_EIGMAX,
	EVO_EIGENTROPY,
	/* planes */
	EVO_MATMUL,
	EVO_PLANE_MEAN,
	/* aggregates */
	EVO_LAYER_MEAN,
	EVO_LAYER_SUM,
	EVO_LAYER_MAX,
	EVO_LAYER_MIN,
	EVO_LAYER_STD,
	EVO_LAYER_FIRST,
	EVO_LAYER_LAST,
	EVO_LAYER_COUNT,
	EVO_LAYER_TOTAL,
	EVO_OPERATIONS_END
};

/* How the shape of the result follows from those of the arguments, and which do not fit. */
enum evo_shape_rule {
	EVO_SHAPE_SAME,        /* the argument's */
	EVO_SHAPE_PAIR,        /* equal, or one is a scalar: the other's */
	EVO_SHAPE_PAIR_SCALAR, /* as PAIR, to a scalar */
	EVO_SHAPE_PAIR_ROWS,   /* as PAIR but not two scalars, to a scalar */
	EVO_SHAPE_SCALAR,      /* any, to a scalar */
	EVO_SHAPE_ROWS_SCALAR, /* rank 2 or 4, to a scalar */
	EVO_SHAPE_ROWS_MATRIX, /* rank 2 or 4, to rows x rows */
	EVO_SHAPE_PLANES,      /* square last two dimensions, to the leading ones */
	EVO_SHAPE_SQUARE,      /* a square matrix, to a scalar */
	EVO_SHAPE_PLANE_MEAN,  /* rank 4, to its first two dimensions */
	EVO_SHAPE_SWAP,        /* rank 2 or 4, first two dimensions swapped */
	EVO_SHAPE_MATMUL,      /* equal leading dimensions, inner ones that meet */
	EVO_SHAPE_UNITS        /* aggregates: not settled by shapes */
};
enum evo_shape_rule evo_operation_shape(unsigned code);

/* May the result be written over the argument that it is made from? */
bool evo_operation_in_place(unsigned code);

static inline bool evo_is_number(unsigned code)
{
	return code == 0;
}

static inline bool evo_is_statistic(unsigned code)
{
	return code >= 1 && code < EVO_FIRST_OPERATION;
}

static inline enum evo_statistic evo_statistic_of(unsigned code)
{
	return (enum evo_statistic)(code - 1);
}

static inline bool evo_is_aggregate(unsigned code)
{
	return code >= EVO_LAYER_MEAN && code < EVO_OPERATIONS_END;
}

#endif
