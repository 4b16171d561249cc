/*
 * One primitive on values whose shapes fit.
 */
#ifndef EVOSCOPE_EXPR_APPLY_H
#define EVOSCOPE_EXPR_APPLY_H

#include "primitives.h"
#include "tensor.h"

/*
 * result->extent is set by the caller. out: memory for the result where it is no scalar; work:
 * scratch of the size that the plan found. b is NULL with one argument. Of the primitives that
 * look at shapes alone only a->extent is read.
 */
void evo_apply(unsigned code, const struct evo_tensor *a, const struct evo_tensor *b, void *out,
               void *work, struct evo_tensor *result);

/* Bytes of scratch that it takes. */
static inline size_t evo_work_bytes(unsigned code, const struct evo_extent *a)
{
	return evo_operation(code)->work != NULL ? evo_operation(code)->work(a) : 0;
}

#endif
