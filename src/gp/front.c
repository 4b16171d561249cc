/*
 * The Pareto front of fitness against size: it keeps the best individual of every size that no
 * smaller one equals.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "front.h"

void evo_front_clear(struct evo_front *front)
{
	for (size_t i = 0; i < front->count; i++)
		evo_individual_release(front->items[i]);
	free(front->items);
	memset(front, 0, sizeof(*front));
}

bool evo_front_offer(struct evo_front *front, const struct evo_individual *individual)
{
	size_t size = individual->tree.size, at = 0;
	while (at < front->count && front->items[at]->tree.size < size)
		at++;
	/* The one before is the best of the smaller; one at `at` may be as large. */
	if (at > 0 && front->items[at - 1]->fitness >= individual->fitness)
		return false;
	if (at < front->count && front->items[at]->tree.size == size &&
	    front->items[at]->fitness >= individual->fitness)
		return false;
	size_t end = at;
	while (end < front->count && front->items[end]->fitness <= individual->fitness)
		evo_individual_release(front->items[end++]);
	if (end == at)
		front->items = evo_grown_by_one(front->items, &front->room, front->count,
		                                sizeof(*front->items));
	memmove(front->items + at + 1, front->items + end,
	        (front->count - end) * sizeof(*front->items));
	front->items[at] = evo_individual_hold(individual);
	front->count = front->count - (end - at) + 1;
	return true;
}
