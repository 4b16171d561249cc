/*
 * Edits of trees: each makes a tree of another, well typed, within EVO_TREE_MAX, or says why not.
 *
 * `tree` passed evo_tree_check, `at` is the index of one of its nodes, codes are below
 * evo_primitive_count(), out is none of the arguments. A refusal returns false, with one line in
 * err; out is then undefined.
 *
 * A level is asked for only where something else in the tree settles it, a terminal or an aggregate
 * beside or above: in log(layer_sum(x.d)), layer_sum may be deleted, and the whole is unit-level.
 *
 * What has to be made up is the least that fits: `w` at unit level; at network level `params`, or 1
 * beside an argument that is there already.
 */
#ifndef EVOSCOPE_UI_TREE_EDIT_H
#define EVOSCOPE_UI_TREE_EDIT_H

#include "evoscope/expr.h"

/*
 * The node becomes another one (number: of code 0 only). As many of its arguments stay as the new
 * one takes, in their order; where one of two has to go, it is the second, or the one of numbers
 * alone. An argument that is of another level than the new node takes is brought to it: a
 * unit-level one by layer_mean above it, a network-level one by taking its own aggregate away.
 * Refused where the new node is of the wrong level, and where none of the arguments could stay.
 */
bool ui_tree_replace(const struct evo_tree *tree, size_t at, unsigned code, double number,
                     struct evo_tree *out, struct evo_error *err);

/* A primitive or an aggregate comes between the node and what is above: the node is its first
   argument. */
bool ui_tree_insert(const struct evo_tree *tree, size_t at, unsigned code, struct evo_tree *out,
                    struct evo_error *err);

/* An argument takes the node's place: the first, or the second where the first is numbers alone.
   Refused for a leaf, and for an aggregate whose argument cannot stand there. */
bool ui_tree_delete(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                    struct evo_error *err);

/* The two arguments of the node change places. */
bool ui_tree_swap(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                  struct evo_error *err);

/* The least terminal that fits takes the subtree's place. */
bool ui_tree_clear(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                   struct evo_error *err);

/* Another tree, which passed evo_tree_check, takes the subtree's place: under layer_mean where it
   is unit-level and network level is wanted, as at the root. */
bool ui_tree_graft(const struct evo_tree *tree, size_t at, const struct evo_tree *donor,
                   struct evo_tree *out, struct evo_error *err);

/* The number at the node goes to the next one of two digits, up or down. It keeps its sign: zero is
   never reached, and left to 0.1 or -0.1. */
bool ui_tree_step(const struct evo_tree *tree, size_t at, bool up, struct evo_tree *out,
                  struct evo_error *err);

#endif
