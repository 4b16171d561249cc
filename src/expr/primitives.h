/*
 * What the program knows of primitives and aggregates: their codes and their rows, both made from
 * primitives.def.
 *
 * A code is 0 for a number, 1 + the statistic for a terminal, and from EVO_FIRST_OPERATION on one
 * of enum evo_operation_code below, in the order of the rows.
 */
#ifndef EVOSCOPE_EXPR_PRIMITIVES_H
#define EVOSCOPE_EXPR_PRIMITIVES_H

#include "evoscope/expr.h"
#include "tensor.h"

#define EVO_FIRST_OPERATION (1 + EVO_STATISTICS)

enum evo_operation_code {
	EVO_BEFORE_OPERATIONS = EVO_FIRST_OPERATION - 1,
#define OTHER(code, ...) EVO_##code,
#include "primitives.def"
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

/* How a tensor of rank 4 may go through a primitive without being written down whole. */
enum evo_block_rule {
	EVO_WHOLE,        /* not at all */
	EVO_EACH,         /* number by number, from numbers in the same place */
	EVO_STANDARDISED, /* the same, once mean and deviation of the argument are known */
	EVO_SPREAD,       /* number by number into the result, where the kernel goes on */
	EVO_SUMMED,       /* to a sum of terms */
	EVO_DEVIATED,     /* to a sum, once the mean of the argument is known */
	EVO_PAIRED        /* to a sum over two tensors */
};

/* What is summed up. */
enum evo_term {
	EVO_ITSELF,
	EVO_MAGNITUDE,
	EVO_SQUARED,
	EVO_DEVIATION /* squared, from the middle */
};

/* What a kernel is called with: arguments whose shapes fit; b is NULL with one. result->extent is
   set; out: memory for the result where it is no scalar; work: as much as the row's `work` says. */
struct evo_call {
	const struct evo_tensor *a, *b;
	void *out, *work;
	struct evo_tensor *result;
};
typedef void evo_kernel(const struct evo_call *call);

/* How a formula is written in LaTeX, with #1 and #2 where the arguments go. */
struct evo_latex {
	const char *tensors; /* of tensors */
	const char *scalars; /* where an argument is a scalar for sure; NULL: the same */
	/* How tightly the form holds together, and how tightly arguments have to, to stand in it
	   without parentheses; from the loosest to the tightest. */
	enum evo_hold {
		EVO_HOLD_OPEN,    /* \sum_{u} a: takes in what follows */
		EVO_HOLD_SUM,     /* a + b, -a */
		EVO_HOLD_PRODUCT, /* a \odot b */
		EVO_HOLD_POWER,   /* a^{2}: takes no further exponent */
		EVO_HOLD_ATOM     /* f(a) */
	} is, first, second;
	bool explained; /* with the help of the primitive: it says more than its form */
};

/* A row of primitives.def. What a row does not say is false, 0 or NULL. */
struct evo_operation {
	uint16_t id;
	const char *name, *help;
	bool commutative;
	bool paper;        /* see struct evo_primitive */
	bool zeros_differ; /* commutative, but swapped arguments may give -0 for 0 */
	bool of_shape;     /* the value depends on the argument's shape alone: */
	double constant;   /* where there is no kernel it is this number everywhere */
	enum evo_shape_rule shape;
	enum evo_block_rule blocks;
	enum evo_term term; /* EVO_SUMMED: what is summed up, and what the sum of so many gives */
	double (*end)(double sum, size_t count);
	const struct evo_pair *pair; /* EVO_PAIRED */
	evo_kernel *kernel;          /* of all but EVO_EACH, EVO_SUMMED and EVO_PAIRED */
	size_t (*work)(const struct evo_extent *a); /* bytes of scratch that the kernel takes */
	/* Aggregates: of the means of the units that are left in, count > 0. NULL: layer_total. */
	double (*fold)(const double *means, size_t count);
	struct evo_latex latex;
};
extern const struct evo_operation evo_operations[EVO_OPERATIONS_END - EVO_FIRST_OPERATION];

/* The row of a primitive or aggregate. */
static inline const struct evo_operation *evo_operation(unsigned code)
{
	return &evo_operations[code - EVO_FIRST_OPERATION];
}

/* Two for the rules that speak of pairs. */
static inline unsigned char evo_operation_arity(const struct evo_operation *row)
{
	return row->shape == EVO_SHAPE_PAIR || row->shape == EVO_SHAPE_PAIR_SCALAR ||
	                       row->shape == EVO_SHAPE_PAIR_ROWS || row->shape == EVO_SHAPE_MATMUL
	               ? 2
	               : 1;
}

/* May the result be written over the argument that it is made from? */
static inline bool evo_operation_in_place(unsigned code)
{
	const enum evo_shape_rule shape = evo_operation(code)->shape;

	return shape == EVO_SHAPE_SAME || shape == EVO_SHAPE_PAIR;
}

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

static inline bool evo_is_operation(unsigned code)
{
	return code >= EVO_FIRST_OPERATION && code < EVO_OPERATIONS_END;
}

static inline bool evo_is_aggregate(unsigned code)
{
	return evo_is_operation(code) && evo_operation(code)->shape == EVO_SHAPE_UNITS;
}

#endif
