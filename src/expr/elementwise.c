/*
 * Elementwise primitives, in single and in double precision from one source.
 */
#include "config.h"
#include "kernels.h"
#include "vector_math.h"

#include <math.h>

/* An argument may be the result's memory; the vectoriser has to be told that this is harmless. */
#if defined(__clang__)
#define INDEPENDENT_PLACES _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define INDEPENDENT_PLACES _Pragma("GCC ivdep")
#else
#define INDEPENDENT_PLACES
#endif

static double sigmoid(double a)
{
	const double z = exp(-fabs(a));

	return (a < 0 ? z : 1) / (1 + z);
}

#define REAL           float
#define FUNCTION(name) name##_single
#define EXP            evo_exp
#define LOG            evo_log
#define SIGMOID        evo_sigmoid
#define TANH           evo_tanh
#define SQRT           sqrtf
#define ABS            fabsf
#define INDEPENDENT    INDEPENDENT_PLACES
#include "elementwise_template.h"
#undef REAL
#undef FUNCTION
#undef EXP
#undef LOG
#undef SIGMOID
#undef TANH
#undef SQRT
#undef ABS
#undef INDEPENDENT

/* Matrices and scalars are small, and libm's functions do not vectorise. */
#define REAL           double
#define FUNCTION(name) name##_double
#define EXP            exp
#define LOG            log
#define SIGMOID        sigmoid
#define TANH           tanh
#define SQRT           sqrt
#define ABS            fabs
#define INDEPENDENT
#include "elementwise_template.h"

void evo_unary_single(unsigned code, float *out, const float *a, size_t count)
{
	unary_single(code, out, a, count);
}

void evo_unary_double(unsigned code, double *out, const double *a, size_t count)
{
	unary_double(code, out, a, count);
}

void evo_binary_single(unsigned code, float *out, const float *a, const float *b, size_t count)
{
	binary_single(code, out, a, b, count);
}

void evo_binary_double(unsigned code, double *out, const double *a, const double *b, size_t count)
{
	binary_double(code, out, a, b, count);
}

void evo_binary_single_scalar(unsigned code, float *out, const float *a, double scalar, bool first,
                              size_t count)
{
	if (first)
		scalar_tensor_single(code, out, scalar, a, count);
	else
		tensor_scalar_single(code, out, a, scalar, count);
}

void evo_binary_double_scalar(unsigned code, double *out, const double *a, double scalar,
                              bool first, size_t count)
{
	if (first)
		scalar_tensor_double(code, out, scalar, a, count);
	else
		tensor_scalar_double(code, out, a, scalar, count);
}
