/*
 * Building and checking trees, within the room.
 */
#ifndef EVOSCOPE_EXPR_TREE_H
#define EVOSCOPE_EXPR_TREE_H

#include "evoscope/expr.h"

/*
 * The first thing that is wrong with a tree. at: the node; what: one line about it, which does not
 * say where it is. Returns false when nothing is wrong.
 */
#define EVO_FAULT_SIZE 256
bool evo_tree_fault(const struct evo_tree *tree, size_t *at, char what[EVO_FAULT_SIZE]);

#endif
