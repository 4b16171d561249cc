/*
 * The nodes of a DAG in one unit, or in the network: which are needed, who reads them, and how
 * they get their values.
 *
 * For a unit (or the network) the calls come in this order:
 *
 *     enter     shapes, from the leaves up; what is a known number already has its value
 *     want      marks what is asked for from outside
 *     plan      marks who reads what; nodes that are elementwise and have one reader vanish in it
 *     mean, or hold, value and let_go, once for each want
 *
 * Values stay until the last of their readers has read them, or are made again where more would
 * have to be kept than is allowed.
 */
#ifndef EVOSCOPE_EXPR_NODES_H
#define EVOSCOPE_EXPR_NODES_H

#include "blocks.h"
#include "buffers.h"
#include "dag.h"
#include "tensor.h"

struct evo_nodes { /* of one thread */
	const struct evo_dag *dag;
	const struct evo_stats *stats;
	const struct evo_unit_stats *unit; /* NULL: the network */
	double *numbers; /* by slot of the DAG and unit; may be another thread's */

	struct evo_cell *cells; /* by node */
	size_t cell_room;

	struct evo_buffers buffers;
	size_t kept_bytes; /* beyond these, what has later readers is made again */

	struct evo_blocks blocks;
	uint32_t *held; /* nodes that steps read from memory */
	size_t held_count, held_room;

	struct evo_error *err;
};

void evo_nodes_init(struct evo_nodes *nodes, size_t kept);
void evo_nodes_clear(struct evo_nodes *nodes);
size_t evo_nodes_bytes(const struct evo_nodes *nodes);

/* For a DAG and a network. Several threads may share `numbers`, each unit's one of them. */
void evo_nodes_begin(struct evo_nodes *nodes, const struct evo_dag *dag,
                     const struct evo_stats *stats, double *numbers);

void evo_nodes_enter(struct evo_nodes *nodes, const struct evo_unit_stats *unit,
                     const uint32_t *list, size_t count);
/* Do the shapes fit in all that is below the node? What does not fit is not to be wanted. */
bool evo_nodes_fit(const struct evo_nodes *nodes, uint32_t node);
/* Its mean, or its value in memory, will be asked for once. */
void evo_nodes_want_mean(struct evo_nodes *nodes, uint32_t node);
void evo_nodes_want_value(struct evo_nodes *nodes, uint32_t node);
void evo_nodes_plan(struct evo_nodes *nodes, const uint32_t *list, size_t count);
/* False only for EVO_E_MEMORY, of which `err` of the nodes tells. */
bool evo_nodes_mean(struct evo_nodes *nodes, uint32_t node, double *mean);
bool evo_nodes_hold(struct evo_nodes *nodes, uint32_t node);
const struct evo_tensor *evo_nodes_value(const struct evo_nodes *nodes, uint32_t node);
void evo_nodes_let_go(struct evo_nodes *nodes, uint32_t node);

/* Before enter: the value of an aggregate, whose memory stays the caller's. */
void evo_nodes_give(struct evo_nodes *nodes, uint32_t node, const struct evo_tensor *value);

/* What is a number a unit, in the unit at hand; NULL in the network, and for EVO_NO_NUMBER. */
double *evo_nodes_number(const struct evo_nodes *nodes, uint32_t slot);
/* Of numbers that nobody has computed yet: a NaN that no computation gives. */
#define EVO_UNKNOWN_NUMBER UINT64_C(0x7ff8000000c0ffee)
bool evo_number_known(const double *number);

#endif
