/*
 * What the forms that trees are exported in have in common.
 */
#ifndef EVOSCOPE_EXPR_EXPORT_H
#define EVOSCOPE_EXPR_EXPORT_H

#include "primitives.h"

#include <string.h>

/* A statistic of the network that is of no input, such as params; those of an input have a dot. */
static inline bool evo_is_network_scalar(unsigned code)
{
	const struct evo_primitive *row = evo_primitive(code);

	return row->kind == EVO_NETWORK_TERMINAL && !strchr(row->name, '.');
}

#endif
