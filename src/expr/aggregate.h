/*
 * From units to the network.
 */
#ifndef EVOSCOPE_EXPR_AGGREGATE_H
#define EVOSCOPE_EXPR_AGGREGATE_H

#include "primitives.h"
#include "value.h"

/* An aggregate of the means of the units that are left in, count > 0 of them; no layer_total. */
double evo_fold_units(unsigned code, const double *means, size_t count);

/* Adds a unit's tensor; the first one overwrites. */
void evo_total_add(double *sums, const struct evo_value *value, bool first);
/* Makes floats of the sums, where they lie. */
const float *evo_total_narrow(double *sums, size_t count);

#endif
