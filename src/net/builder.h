/*
 * What the builders of operations share: appending nodes and parameters to a graph.
 *
 * A shape that cannot be is a mistake in a space's builder, which has validated the text: the
 * program ends with a message.
 */
#ifndef EVO_NET_BUILDER_H
#define EVO_NET_BUILDER_H

#include "evoscope/graph.h"

void evo_graph_require(bool condition, const char *what);

/* The shape of a node that is there already. */
struct evo_shape evo_graph_shape(const struct evo_graph *graph, size_t node);

/* The shape that a window leaves of one. */
struct evo_shape evo_graph_windowed(struct evo_shape shape, size_t channels, struct evo_window w);

/* Appends a node; returns its index. */
size_t evo_graph_append(struct evo_graph *graph, enum evo_op op, struct evo_shape shape,
                        const size_t *inputs, size_t count);

/* Appends a parameter called NAME.SUFFIX; returns its index. */
int evo_graph_append_parameter(struct evo_graph *graph, const char *name, const char *suffix,
                               enum evo_parameter_kind kind, const size_t dims[4]);

void evo_graph_append_unit(struct evo_graph *graph, struct evo_unit unit);

#endif
