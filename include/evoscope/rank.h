/*
 * rank: how well one list of numbers orders another.
 *
 * x is a proxy's score and y the accuracy, one value a network. A score that is NaN or infinite
 * ranks below every finite one, and all of them are tied. y must be finite.
 *
 * A measure that is undefined is NaN, which is not 0: where one of the lists is constant nothing is
 * ordered, and nothing is known. That holds for every function here.
 */
#ifndef EVOSCOPE_RANK_H
#define EVOSCOPE_RANK_H

#include "evoscope/base.h"

/*
 * Kendall's tau-b with ties, in O(n log n) (Knight, "A computer method for calculating Kendall's
 * tau with ungrouped data", JASA 1966). In [-1, 1]; undefined when n < 2 or either list is
 * constant.
 */
double evo_kendall(size_t n, const double *x, const double *y);

/* Spearman's rank correlation (ties get mean ranks). */
double evo_spearman(size_t n, const double *x, const double *y);

/* Pearson's correlation over the pairs whose score is finite. */
double evo_pearson(size_t n, const double *x, const double *y);

/*
 * Kendall's partial tau of x and y given z (Kendall 1942):
 * (t_xy - t_xz t_yz) / sqrt((1 - t_xz^2)(1 - t_yz^2)); undefined when one of these is, and when z
 * orders the networks as x or y does.
 */
double evo_kendall_partial(size_t n, const double *x, const double *y, const double *z);

/* Kendall's tau-b among the `fraction` (0, 1] of networks with the highest accuracy: fraction * n
   rounded, ties at the border by position. Undefined when those are fewer than EVO_TOP_LEAST. */
#define EVO_TOP_LEAST ((size_t) 10)
double evo_kendall_top(size_t n, const double *x, const double *y, double fraction);

/*
 * A 95 % interval of Kendall's tau-b, for networks drawn like these: its jackknife standard error
 * (Arvesen, "Jackknifing U-statistics", Annals of Mathematical Statistics 1969), to either side of
 * tau on Fisher's scale, atanh (Fieller, Hartley and Pearson, "Tests for rank correlation
 * coefficients", Biometrika 1957), so that it stays within [-1, 1]. In O(n log n).
 *
 * Why not a bootstrap: an end of a percentile interval is itself a random number, and some hundred
 * thousand resamples of 100 networks are needed before its third digit holds. This one has no
 * draws, the opposite score has exactly the opposite interval, and it covers as well: of samples of
 * 20 to 400 of two normal lists with tau 0 to 0.8, tied or not, 0.92 to 0.98 (a percentile
 * interval: 0.91 to 0.97).
 *
 * Undefined when tau is, when it would be without one of the networks, and when there are fewer
 * than EVO_INTERVAL_LEAST of them. A perfect order, tau 1 or -1, leaves no variance: both ends are
 * tau.
 */
#define EVO_INTERVAL_LEAST ((size_t) 10)
void evo_kendall_interval(size_t n, const double *x, const double *y, double *low, double *high);

/* How many of x are NaN or infinite. */
size_t evo_non_finite(size_t n, const double *x);

/* Ranks from 1 with ties sharing their mean; what is not finite shares the lowest. */
void evo_ranks(size_t n, const double *x, double *rank);

/* True when x and y put n networks in the same order, ties included (monotone maps of each
   other): how two proxies are found to say the same. reversed: also when the order is opposite. */
bool evo_same_order(size_t n, const double *x, const double *y, bool reversed);

#endif
