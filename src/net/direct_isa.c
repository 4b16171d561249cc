/* Register tiles of the direct convolutions, by instruction set. */
#include "config.h"

#include "evoscope/blas.h"
#include "direct.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

static bool has_avx512(void)
{
	return __builtin_cpu_supports("avx512f");
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

__attribute__((target("avx512f"))) static inline float sum_avx512(__m512 v)
{
	return _mm512_reduce_add_ps(v);
}

__attribute__((target("avx2,fma"))) static inline float sum_avx2(__m256 v)
{
	__m128 t = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
	t = _mm_add_ps(t, _mm_movehl_ps(t, t));
	t = _mm_add_ss(t, _mm_shuffle_ps(t, t, 1));
	return _mm_cvtss_f32(t);
}

/* 32 registers: 24 sums, 3 of pixels, 1 of weights. */
#define NAME(x)   x##_avx512
#define TARGET    __attribute__((target("avx512f")))
#define TITLE     "AVX-512"
#define VECTOR    __m512
#define LANES     16
#define ROWS      8
#define LOAD      _mm512_loadu_ps
#define STORE     _mm512_storeu_ps
#define BROADCAST _mm512_set1_ps
#define ZERO      _mm512_setzero_ps
#define FMA       _mm512_fmadd_ps
#include "direct_tile.h"

/* 16 registers: 12 sums, 3 of pixels, 1 of weights. */
#define NAME(x)   x##_avx2
#define TARGET    __attribute__((target("avx2,fma")))
#define TITLE     "AVX2"
#define VECTOR    __m256
#define LANES     8
#define ROWS      4
#define LOAD      _mm256_loadu_ps
#define STORE     _mm256_storeu_ps
#define BROADCAST _mm256_set1_ps
#define ZERO      _mm256_setzero_ps
#define FMA       _mm256_fmadd_ps
#include "direct_tile.h"

const struct evo_direct_isa *const evo_direct_isas[] = {&isa_avx512, &isa_avx2, NULL};

#else

const struct evo_direct_isa *const evo_direct_isas[] = {NULL};

#endif

const char *evo_kernel_name(void)
{
	const struct evo_direct_isa *best = evo_direct_best();
	return best != NULL ? best->name : "none";
}

const struct evo_direct_isa *evo_direct_best(void)
{
	for (size_t i = 0; evo_direct_isas[i] != NULL; i++)
		if (evo_direct_isas[i]->supported())
			return evo_direct_isas[i];
	return NULL;
}
