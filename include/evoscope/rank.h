/*
 * rank: how well one list of numbers orders another.
 *
 * x is a proxy's score and y the accuracy, one value a network. A score that is NaN or infinite
 * ranks below every finite one, and all of them are tied. y must be finite.
 */
#ifndef EVOSCOPE_RANK_H
#define EVOSCOPE_RANK_H

#include "evoscope/base.h"

/*
 * Kendall's tau-b with ties, in O(n log n) (Knight, "A computer method for calculating Kendall's
 * tau with ungrouped data", JASA 1966). In [-1, 1]; 0 when n < 2 or either list is constant.
 */
double evo_kendall(size_t n, const double *x, const double *y);

/* Spearman's rank correlation (ties get mean ranks). 0 when it is undefined. */
double evo_spearman(size_t n, const double *x, const double *y);

/* Pearson's correlation over the pairs whose score is finite. 0 when it is undefined. */
double evo_pearson(size_t n, const double *x, const double *y);

/*
 * Kendall's partial tau of x and y given z (Kendall 1942):
 * (t_xy - t_xz t_yz) / sqrt((1 - t_xz^2)(1 - t_yz^2)); 0 when it is undefined.
 */
double evo_kendall_partial(size_t n, const double *x, const double *y, const double *z);

/* Kendall's tau-b among the `fraction` (0, 1] of networks with the highest accuracy: fraction * n
   rounded, at least two, ties at the border by position. 0 when there are fewer than two. */
double evo_kendall_top(size_t n, const double *x, const double *y, double fraction);

/*
 * A percentile bootstrap interval of Kendall's tau: `draws` resamples of the n pairs, the
 * (1 - level)/2 and (1 + level)/2 quantiles. The stream is (seed, "bootstrap", draw), so the same
 * call gives the same interval. low = high = tau when n < 3 or draws is 0.
 */
void evo_kendall_interval(size_t n, const double *x, const double *y, size_t draws, double level,
                          uint64_t seed, double *low, double *high);

/* How many of x are NaN or infinite. */
size_t evo_non_finite(size_t n, const double *x);

/* Ranks from 1 with ties sharing their mean; what is not finite shares the lowest. */
void evo_ranks(size_t n, const double *x, double *rank);

/* True when x and y put n networks in the same order, ties included (monotone maps of each
   other): how two proxies are found to say the same. reversed: also when the order is opposite. */
bool evo_same_order(size_t n, const double *x, const double *y, bool reversed);

#endif
