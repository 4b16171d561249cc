/* The kernels in double precision. */
#include "config.h"

#define REAL    double
#define GEMM    cblas_dgemm
#define KERNELS evo_kernels_f64
#define NAME(x) x##_f64
#define DIRECT  0
#include "kernels_template.h"
