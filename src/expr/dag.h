/*
 * An expression DAG: the trees of a generation as one graph, where every distinct subexpression is
 * one node.
 *
 * Arguments of commutative primitives are put in an order of their own (not those of min2 and max2,
 * which tell 0 from -0), and what has numbers alone below it is a number. A node's place in the
 * graph says nothing about its value: that depends on the node and what is below it alone.
 */
#ifndef EVOSCOPE_EXPR_DAG_H
#define EVOSCOPE_EXPR_DAG_H

#include "primitives.h"

struct evo_dag_node {
	unsigned code, arity;
	uint32_t arguments[2]; /* nodes; the first `arity` count */
	double number;         /* 0 unless code is 0 */
	uint64_t hash;         /* of the subexpression, whatever DAG it is in */
	uint32_t operand;      /* of an aggregate: that of its argument */
	uint32_t slot; /* below aggregates, of what may be a number a unit; else EVO_NO_NUMBER */
};
#define EVO_NO_NUMBER UINT32_MAX

/* What stands directly below aggregates. */
struct evo_dag_operand {
	uint32_t node;
	bool mean, total; /* is its mean wanted in every unit; is it layer_total's? */
	uint32_t slot;    /* of its mean */
};

struct evo_dag {
	struct evo_dag_node *nodes; /* arguments come before what they are arguments of */
	size_t count;
	uint32_t *roots; /* a tree's, at network level */
	size_t tree_count;
	uint32_t *below, *above; /* nodes to evaluate in every unit, and once for the network */
	size_t below_count, above_count;
	struct evo_dag_operand *operands;
	size_t operand_count;
	uint64_t *numbers; /* what is a number a unit, by slot: a hash of what it is */
	size_t number_count;
};

#endif
