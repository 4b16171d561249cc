/*
 * algebra: small dense matrices, and rows of signs with a bit each.
 *
 * Matrices are square, row-major and in double precision. Whatever is destroyed on the way is the
 * caller's memory; nothing here keeps or allocates any.
 */
#ifndef EVOSCOPE_ALGEBRA_H
#define EVOSCOPE_ALGEBRA_H

#include "evoscope/base.h"

/* sign is -1, 0 or 1, NaN where an entry is not finite; magnitude is log |det|. */
struct evo_determinant {
	double sign, magnitude;
};
/*
 * By LU with partial pivoting; the n x n matrix is destroyed. A pivot of magnitude at most n 2^-52
 * times the largest entry counts as zero: without this rule matrices of signs, or of rows that are
 * alike, would be judged by rounding noise.
 */
struct evo_determinant evo_determinant_of(double *matrix, size_t n);
/* Of n pivots, `step` numbers from one to the next, for whoever eliminates. odd: rows changed
   places an odd number of times; zero: what counts as zero, NaN where an entry is not finite. What
   comes after a pivot that is zero does not matter. */
struct evo_determinant evo_determinant_of_pivots(const double *pivots, size_t n, size_t step,
                                                 bool odd, double zero);

/* Eigenvalues, ascending, of a symmetric n x n matrix, which is destroyed. work: as many bytes as
   evo_eigenvalues_work says. False when LAPACK fails. */
size_t evo_eigenvalues_work(size_t n);
bool evo_eigenvalues(double *matrix, size_t n, double *values, void *work);

/* Bit i of the words: x[i] > 0; bits beyond the last are 0. */
size_t evo_sign_words(size_t count);
void evo_sign_bits(const float *x, size_t count, uint64_t *out);
/* In how many bits two rows of words differ. */
size_t evo_bits_apart(const uint64_t *a, const uint64_t *b, size_t words);

#endif
