/*
 * Pairs of a score and an accuracy, sorted: what every measure of this room starts from.
 */
#ifndef EVOSCOPE_RANK_PAIRS_H
#define EVOSCOPE_RANK_PAIRS_H

#include "evoscope/rank.h"

struct evo_pair {
	double x, y;
};

/* A value as it ranks: whatever is not finite is -inf, below every finite one and tied. */
double evo_rankable(double value);

/* n pairs with both values made rankable, sorted by x, then y. scratch: n more. */
void evo_pairs_sorted(size_t n, const double *x, const double *y, struct evo_pair *pairs,
                      struct evo_pair *scratch);

/*
 * tau-b of n pairs that are sorted by x, then y. scratch: n more, overwritten.
 */
double evo_pairs_kendall(size_t n, const struct evo_pair *pairs, struct evo_pair *scratch);

#endif
