/*
 * One primitive on values whose shapes fit.
 */
#ifndef EVOSCOPE_EXPR_APPLY_H
#define EVOSCOPE_EXPR_APPLY_H

#include "primitives.h"
#include "value.h"

/*
 * result->extent is set by the caller. out: memory for the result where it is no scalar; work:
 * scratch of the size that the plan found. b is NULL with one argument. Of the primitives that
 * look at shapes alone only a->extent is read.
 */
void evo_apply(unsigned code, const struct evo_value *a, const struct evo_value *b, void *out,
               void *work, struct evo_value *result);

#endif
