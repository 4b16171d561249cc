/*
 * Whether two lists say the same order.
 */
#include "config.h"

#include <stdlib.h>

#include "pairs.h"

bool evo_same_order(size_t n, const double *x, const double *y, bool reversed)
{
	bool same = true, opposite = reversed;

	if (n < 2)
		return true;
	struct evo_pair *pairs = evo_calloc(2 * n, sizeof(*pairs));
	evo_pairs_sorted(n, x, y, pairs, pairs + n);
	/* Sorted by x: y must rise (or fall) exactly where x rises. */
	for (size_t i = 1; i < n && (same || opposite); i++) {
		const struct evo_pair *p = &pairs[i - 1], *q = &pairs[i];
		bool tied = p->x == q->x;
		same = same && (tied ? p->y == q->y : p->y < q->y);
		opposite = opposite && (tied ? p->y == q->y : p->y > q->y);
	}
	free(pairs);
	return same || opposite;
}
