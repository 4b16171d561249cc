/* The kernels in single precision. */
#include "config.h"

#define REAL    float
#define GEMM    cblas_sgemm
#define KERNELS evo_kernels_f32
#define NAME(x) x##_f32
#define DIRECT  1
#include "kernels_template.h"
