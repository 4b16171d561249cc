/* One small graph for every operation, to test what holds for all of them. */
#ifndef EVO_TESTS_NET_OPERATIONS_H
#define EVO_TESTS_NET_OPERATIONS_H

#include "evoscope/graph.h"

struct operation {
	const char *name;
	size_t (*append)(struct evo_graph *g, size_t x); /* x: 4 channels, 9x7 */
};

extern const struct operation operations[];
extern const size_t operation_total;

const struct operation *operation_named(const char *name);

/* The operation between a stem and a tail that gives every pixel a gradient of its own. */
struct evo_graph *graph_of(const struct operation *operation);

#endif
