/* Placing tensors with known lifetimes. */
#include "config.h"

#include "memory.h"

#include "evoscope/base.h"

#include <stdlib.h>

#define ALIGNMENT 64

static int larger_first(const void *a_, const void *b_)
{
	const struct evo_lifetime *a = *(struct evo_lifetime *const *) a_;
	const struct evo_lifetime *b = *(struct evo_lifetime *const *) b_;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return a < b ? -1 : a > b; /* the order of the array: same plan every time */
}

static bool overlap(const struct evo_lifetime *a, const struct evo_lifetime *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* placed is sorted by offset; returns where tensor goes. */
static size_t lowest_gap(struct evo_lifetime *const *placed, size_t count,
                         const struct evo_lifetime *tensor)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		if (!overlap(placed[i], tensor))
			continue;
		if (placed[i]->offset >= at + tensor->bytes)
			break;
		size_t end = placed[i]->offset + placed[i]->bytes;
		if (end > at)
			at = end;
	}
	return at;
}

size_t evo_memory_plan(struct evo_lifetime *tensors, size_t count)
{
	struct evo_lifetime **order = evo_calloc(count + 1, sizeof(struct evo_lifetime *));
	struct evo_lifetime **placed = evo_calloc(count + 1, sizeof(struct evo_lifetime *));
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		tensors[i].bytes = (tensors[i].bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
		order[i] = &tensors[i];
	}
	qsort(order, count, sizeof(struct evo_lifetime *), larger_first);
	for (size_t i = 0; i < count; i++) {
		struct evo_lifetime *tensor = order[i];
		tensor->offset = lowest_gap(placed, i, tensor);
		size_t k = i;
		for (; k > 0 && placed[k - 1]->offset > tensor->offset; k--)
			placed[k] = placed[k - 1];
		placed[k] = tensor;
		if (tensor->offset + tensor->bytes > bytes)
			bytes = tensor->offset + tensor->bytes;
	}
	free(order);
	free(placed);
	return bytes;
}
