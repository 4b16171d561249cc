/*
 * Shapes: of statistics, and of what a primitive gives, from those of its arguments.
 */
#ifndef EVOSCOPE_EXPR_SHAPE_H
#define EVOSCOPE_EXPR_SHAPE_H

#include "primitives.h"
#include "tensor.h"

/* The shape of a statistic; unit NULL: of the network. */
struct evo_extent evo_statistic_extent(const struct evo_stats *stats,
                                       const struct evo_unit_stats *unit, unsigned code);
/* The extent of a primitive's result; false when its arguments' do not fit. b is NULL with one. */
bool evo_result_extent(unsigned code, const struct evo_extent *a, const struct evo_extent *b,
                       struct evo_extent *out);

#endif
