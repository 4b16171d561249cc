/*
 * The kernels in one precision. Included by kernels_f32.c and kernels_f64.c, which define
 *   REAL        the number type
 *   GEMM        the BLAS product of that type
 *   KERNELS     the name of the table
 *   NAME(x)     the name of a function with clones: clang gives each an external helper
 *   DIRECT      1 where direct.h has convolutions of that type
 *
 * Sums over a plane use a fixed number of lanes and are then folded in a fixed order in double
 * precision, so that they are accurate and the same on every instruction set.
 */
#include "kernels.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define LANES (64 / sizeof(REAL))
#define HALF  (LANES / 2)

/* Half the lanes: wider ones than the processor's go through memory. */
typedef REAL vector __attribute__((vector_size(32), aligned(sizeof(REAL)), may_alias));

#define LOAD(pointer) (*(const vector *) (pointer))

/* Into each clone of its callers, so that it uses their instruction set. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE REAL positive(REAL v)
{
	return v > 0 ? v : 0;
}

typedef REAL piece __attribute__((vector_size(4 * sizeof(REAL)), may_alias));
typedef double four __attribute__((vector_size(32)));

/* The sum of LANES sums. */
ALWAYS_INLINE double fold(const vector sums[2])
{
	piece p[LANES / 4];
	memcpy(p, sums, sizeof(p));
	four t = __builtin_convertvector(p[0], four) + __builtin_convertvector(p[LANES / 8], four);
	if (LANES > 8)
		t += __builtin_convertvector(p[1], four) +
		     __builtin_convertvector(p[LANES / 4 - 1], four);
	return (t[0] + t[2]) + (t[1] + t[3]);
}

#include "elementwise_template.h"
#include "norm_template.h"
#include "pool_template.h"
#include "conv_template.h"

const struct evo_kernels KERNELS = {
        .size = sizeof(REAL),
        .plain =
                {
                        [EVO_OP_RELU] = {relu, relu_backward, relu_tangent},
                        [EVO_OP_AVGPOOL] = {avgpool, avgpool_backward, NULL},
                        [EVO_OP_MAXPOOL] = {maxpool, maxpool_backward, maxpool_tangent},
                        [EVO_OP_GLOBAL_POOL] = {NAME(global_pool), global_pool_backward, NULL},
                        [EVO_OP_SHIFT] = {shift, shift_backward, NULL},
                },
        .sum = sum,
        .pass = NAME(pass),
        .pass_rows = pass_rows,
        .fill = fill,
        .conv_scratch = conv_scratch,
        .conv = conv,
        .conv_backward = conv_backward,
        .moments = NAME(moments),
        .norm_prepare = norm_prepare,
        .norm = NAME(norm),
        .norm_reduce = NAME(norm_reduce),
        .norm_backward = NAME(norm_backward),
        .norm_identity = norm_identity,
        .linear = linear,
        .linear_backward = linear_backward,
};
