/*
 * The unit that statistics are read at: three operations in a row, under one name.
 */
#include "config.h"

#include "builder.h"

size_t evo_graph_unit(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window)
{
	struct evo_unit unit;
	char norm[sizeof(unit.name) + 4];
	int length = snprintf(unit.name, sizeof(unit.name), "%s", name);
	evo_graph_require(length > 0 && (size_t) length < sizeof(unit.name), "unit name too long");
	snprintf(norm, sizeof(norm), "%s.bn", unit.name);
	unit.relu = evo_graph_relu(graph, input);
	unit.conv = evo_graph_conv(graph, name, unit.relu, channels, window, 1);
	unit.norm = evo_graph_norm(graph, norm, unit.conv, true);
	evo_graph_append_unit(graph, unit);
	return unit.norm;
}
