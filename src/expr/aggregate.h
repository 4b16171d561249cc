/*
 * From units to the network.
 */
#ifndef EVOSCOPE_EXPR_AGGREGATE_H
#define EVOSCOPE_EXPR_AGGREGATE_H

#include "primitives.h"
#include "tensor.h"

/* The aggregates, but for layer_total, of the means of the units that are left in, count > 0. */
double evo_fold_mean(const double *means, size_t count);
double evo_fold_sum(const double *means, size_t count);
double evo_fold_max(const double *means, size_t count);
double evo_fold_min(const double *means, size_t count);
double evo_fold_std(const double *means, size_t count);
double evo_fold_first(const double *means, size_t count);
double evo_fold_last(const double *means, size_t count);
double evo_fold_count(const double *means, size_t count);

/* Adds a unit's tensor; the first one overwrites. */
void evo_total_add(double *sums, const struct evo_tensor *value, bool first);
/* Makes floats of the sums, where they lie. */
const float *evo_total_narrow(double *sums, size_t count);

#endif
