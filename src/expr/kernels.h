/*
 * What the primitives compute. Every function here is a plain loop nest over dense memory: no
 * state, no allocation, no shape checks (the plan has made those).
 *
 * Sums are taken in 16 double lanes (number i goes to lane i modulo 16) that are added in a fixed
 * order, so a value depends on the numbers alone: not on alignment, instruction set or threads.
 */
#ifndef EVOSCOPE_EXPR_KERNELS_H
#define EVOSCOPE_EXPR_KERNELS_H

#include "evoscope/algebra.h"
#include "primitives.h"
#include "value.h"

/* Has numbers that will be read soon brought nearer, while others are worked on. */
static inline void evo_fetch(const float *numbers, size_t count)
{
	for (size_t i = 0; i < count; i += 16)
		__builtin_prefetch(numbers + i, 0, 2);
}

/* ---- elementwise.c: out may be an argument -------------------------------------------------- */

void evo_unary_single(unsigned code, float *out, const float *a, size_t count);
void evo_unary_double(unsigned code, double *out, const double *a, size_t count);
void evo_binary_single(unsigned code, float *out, const float *a, const float *b, size_t count);
void evo_binary_double(unsigned code, double *out, const double *a, const double *b, size_t count);
/* A scalar against a tensor, computed in double: `first` says that the scalar is the first
   argument. */
void evo_binary_single_scalar(unsigned code, float *out, const float *a, double scalar, bool first,
                              size_t count);
void evo_binary_double_scalar(unsigned code, double *out, const double *a, double scalar,
                              bool first, size_t count);

/* ---- reduce.c -------------------------------------------------------------------------------- */

double evo_sum(const struct evo_value *a);
double evo_mean(const struct evo_value *a);
double evo_sum_magnitudes(const struct evo_value *a);
double evo_sum_squares(const struct evo_value *a);
/* Mean and standard deviation (n - 1; 0 for one number). */
void evo_moments(const struct evo_value *a, double *mean, double *deviation);
/* The second, of a tensor of that mean. */
double evo_deviation(const struct evo_value *a, double mean);
bool evo_all_finite(const struct evo_value *a);

/* A sum of a tensor that comes in blocks, each but the last of a multiple of 16 numbers: the same
   as that of the whole. Begins as {{0}}. */
enum evo_term {
	EVO_ITSELF,
	EVO_MAGNITUDE,
	EVO_SQUARED,
	EVO_DEVIATION /* squared, from the middle */
};
struct evo_lanes {
	double lane[16];
};
void evo_lanes_add(struct evo_lanes *sums, enum evo_term term, const float *a, size_t count);
double evo_lanes_total(const struct evo_lanes *sums);

/* Sums of a range of `count` numbers. */
double evo_sum_single(const float *a, size_t count);
double evo_sum_double(const double *a, size_t count);
double evo_dot_double(const double *a, const double *b, size_t count);

/* ---- pairs.c: EVO_HAMMING, EVO_KLDIV and EVO_COSINE; a scalar stands for a tensor of the other's
   shape --------------------------------------------------------------------------------------- */

double evo_pair(unsigned code, const struct evo_value *a, const struct evo_value *b);

/*
 * The same of tensors that come in blocks, in order. A block lies within one of evo_pair_rows rows
 * of equal length, and has a multiple of 512 numbers if it does not end its row. `extent`: that of
 * the tensors. Sums begin as {0}.
 */
struct evo_pair_sums {
	double sum;
	double products, first, second; /* cosine: of the row at hand */
};
size_t evo_pair_rows(unsigned code, const struct evo_extent *extent);
/* Numbers from..from + count of a and b are added. */
void evo_pair_add(struct evo_pair_sums *sums, unsigned code, const struct evo_value *a,
                  const struct evo_value *b, size_t from, size_t count, bool ends_row);
double evo_pair_total(const struct evo_pair_sums *sums, unsigned code,
                      const struct evo_extent *extent);

/* ---- tensor.c: same shape or rearranged; out as the extent of the result says ---------------- */

void evo_normalize(const struct evo_value *a, void *out); /* out may be a */
/* normalize of numbers of a tensor of rank 4, which has that mean and deviation; out may be a. */
void evo_standardise(float *out, const float *a, size_t count, double mean, double deviation);
void evo_softmax(const struct evo_value *a, void *out); /* out may be a */
void evo_by_channel(const struct evo_value *a, void *out);
void evo_plane_mean(const struct evo_value *a, double *out);
void evo_matmul(const struct evo_value *a, const struct evo_value *b, void *out);

/* ---- rows.c: n rows to n x n, or to a count -------------------------------------------------- */

size_t evo_gram_work(const struct evo_extent *a); /* bytes of scratch */
void evo_gram(const struct evo_value *a, double *out, void *work);
void evo_corr(const struct evo_value *a, double *out, void *work);
size_t evo_agree_work(const struct evo_extent *a);
void evo_agree(const struct evo_value *a, double *out, void *work);
size_t evo_distinct_work(const struct evo_extent *a);
double evo_distinct(const struct evo_value *a, void *work);

/* ---- determinant.c --------------------------------------------------------------------------- */

size_t evo_determinant_work(const struct evo_extent *a);
/* EVO_DET, EVO_LOGDET, EVO_LOGABSDET or EVO_LOGDET1P of every plane. */
void evo_determinant(unsigned code, const struct evo_value *a, double *out, void *work);

/* ---- eigen.c --------------------------------------------------------------------------------- */

size_t evo_eigen_work(size_t n);
/* EVO_EIGMIN, EVO_EIGMAX, EVO_EIGENTROPY, EVO_EIGRATIO (largest over smallest) or EVO_JACOV (sum of
   log(v + 1e-5) + 1 / (v + 1e-5)) of the eigenvalues of the symmetric part of an n x n matrix. */
double evo_eigen(unsigned code, const double *matrix, size_t n, void *work);

#endif
