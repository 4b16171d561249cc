/*
 * What the primitives compute. Every function here is a plain loop nest over dense memory: no
 * state, no allocation, no shape checks (they have been made before).
 *
 * Sums are taken in 16 double lanes (number i goes to lane i modulo 16) that are added in a fixed
 * order, so a value depends on the numbers alone: not on alignment, instruction set or threads.
 */
#ifndef EVOSCOPE_EXPR_KERNELS_H
#define EVOSCOPE_EXPR_KERNELS_H

#include "evoscope/algebra.h"
#include "primitives.h"
#include "tensor.h"

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

double evo_sum(const struct evo_tensor *a);
double evo_mean(const struct evo_tensor *a);
/* Of terms; the middle of EVO_DEVIATION is not for this. */
double evo_total(enum evo_term term, const struct evo_tensor *a);
/* What sums of so many numbers give. */
double evo_end_sum(double sum, size_t count);
double evo_end_mean(double sum, size_t count);
double evo_end_root(double sum, size_t count);
/* Mean and standard deviation (n - 1; 0 for one number). */
void evo_moments(const struct evo_tensor *a, double *mean, double *deviation);
/* The second, of a tensor of that mean. */
double evo_deviation(const struct evo_tensor *a, double mean);
bool evo_all_finite(const struct evo_tensor *a);

/* A sum of a tensor that comes in blocks, each but the last of a multiple of 16 numbers: the same
   as that of the whole. Begins as {{0}}. */
struct evo_lanes {
	double lane[16];
};
void evo_lanes_add(struct evo_lanes *sums, enum evo_term term, const float *a, size_t count);
double evo_lanes_total(const struct evo_lanes *sums);

/* Sums of a range of `count` numbers. */
double evo_sum_single(const float *a, size_t count);
double evo_sum_double(const double *a, size_t count);
double evo_dot_double(const double *a, const double *b, size_t count);

evo_kernel evo_std, evo_numel;

/* ---- pairs.c --------------------------------------------------------------------------------- */

/*
 * A sum over two tensors that come in blocks, in order. A block lies within one of evo_pair_rows
 * rows of equal length, and has a multiple of 512 numbers if it does not end its row. A scalar
 * stands for a tensor of the other's shape. Sums begin as {0}.
 */
struct evo_pair_sums {
	double sum;
	double products, first, second; /* cosine: of the row at hand */
};
struct evo_pair {
	/* Adds numbers of the two, in double; b has them from `from` on as they are. */
	void (*add)(struct evo_pair_sums *sums, const struct evo_tensor *b, size_t from,
	            const double *x, const double *y, size_t count);
	void (*end_row)(struct evo_pair_sums *sums); /* NULL: the whole is one row */
	bool per_row;                                /* the sum is over the number of rows */
};
extern const struct evo_pair evo_hamming, evo_kldiv, evo_cosine;

double evo_pair_value(const struct evo_pair *pair, const struct evo_tensor *a,
                      const struct evo_tensor *b);
/* extent: that of the tensors. */
size_t evo_pair_rows(const struct evo_pair *pair, const struct evo_extent *extent);
/* Numbers from..from + count of a and b are added. */
void evo_pair_add(const struct evo_pair *pair, struct evo_pair_sums *sums,
                  const struct evo_tensor *a, const struct evo_tensor *b, size_t from, size_t count,
                  bool ends_row);
double evo_pair_total(const struct evo_pair *pair, const struct evo_pair_sums *sums,
                      const struct evo_extent *extent);

/* ---- whole.c:  same shape or rearranged; out as the extent of the result says ---------------- */

/* normalize of numbers of a tensor of rank 4, which has that mean and deviation; out may be a. */
void evo_standardise(float *out, const float *a, size_t count, double mean, double deviation);
evo_kernel evo_normalize, evo_softmax; /* out may be a */
evo_kernel evo_by_channel, evo_plane_mean, evo_matmul;

/* ---- rows.c: n rows to n x n, or to a count -------------------------------------------------- */

size_t evo_gram_work(const struct evo_extent *a); /* bytes of scratch */
size_t evo_agree_work(const struct evo_extent *a);
size_t evo_distinct_work(const struct evo_extent *a);
evo_kernel evo_gram, evo_corr, evo_agree, evo_distinct;

/* ---- determinant.c: of every plane ----------------------------------------------------------- */

size_t evo_determinant_work(const struct evo_extent *a);
evo_kernel evo_det, evo_logdet, evo_logabsdet, evo_logdet1p;

/* ---- eigen.c --------------------------------------------------------------------------------- */

/* Of the symmetric part of a matrix, and of the matrix that rows make. */
size_t evo_eigen_work(const struct evo_extent *a);
size_t evo_eigen_of_rows_work(const struct evo_extent *a);
evo_kernel evo_eigmin, evo_eigmax, evo_eigentropy, evo_eigratio, evo_jacov;

#endif
