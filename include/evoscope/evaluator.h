/*
 * evaluator: what expressions are worth on one network.
 *
 * The trees of a round are planned together as a DAG, in which every distinct subexpression
 * stands once; a thread evaluates the DAG on a network's statistics, alone or with others'
 * help.
 */
#ifndef EVOSCOPE_EVALUATOR_H
#define EVOSCOPE_EVALUATOR_H

#include "evoscope/expr.h"

/* ---- Forests --------------------------------------------------------------------------------- */

/*
 * Trees planned together: every distinct subexpression is evaluated once a network. A DAG may be
 * read by several evaluators at a time. Scores are the same to the last bit, whatever other trees
 * there are.
 */
struct evo_dag;
struct evo_dag *evo_dag_create(const struct evo_tree *const *trees, size_t count);
void evo_dag_destroy(struct evo_dag *dag);
size_t evo_dag_distinct(const struct evo_dag *dag); /* subexpressions */

/* ---- What is remembered of networks ---------------------------------------------------------- */

/*
 * Subexpressions that are one number a unit, across generations.
 *
 * A table a network, by the hash of the subexpression (of 64 bits: two in a million that are alike
 * happen once in some ten million runs). Memory is bounded: a table that is full begins another and
 * forgets the one before; what is asked for again in time moves on. Values are those that would be
 * computed, so it is of no matter what is remembered.
 */
struct evo_memo;
/* bytes: of all tables together. */
struct evo_memo *evo_memo_create(size_t bytes);
void evo_memo_destroy(struct evo_memo *memo);
size_t evo_memo_bytes(struct evo_memo *memo);

/*
 * A network's table, locked for the caller until evo_memo_close. networks: how many there are,
 * which share the memory; units: numbers of an entry, always the same for a network.
 */
struct evo_memo_table;
struct evo_memo_table *evo_memo_open(struct evo_memo *memo, size_t network, size_t networks,
                                     size_t units);
void evo_memo_close(struct evo_memo_table *table);
/* The entry's numbers, until the next evo_memo_put; NULL when there is none. */
const double *evo_memo_find(struct evo_memo_table *table, uint64_t hash);
/* Copies `units` numbers; an entry that is there is written over. */
void evo_memo_put(struct evo_memo_table *table, uint64_t hash, const double *numbers);

/* ---- A DAG on a network ---------------------------------------------------------------------- */

/*
 * Unit by unit, every node of the DAG that somebody needs there and whose shapes fit is computed
 * once. What is elementwise and has one reader is never a tensor of its own: it is computed block
 * by block in the first-level cache, on the way into what reads it, a sum or a tensor. What has
 * several readers is kept until the last of them has read it, or made again where too much would
 * have to be kept. Values are those that every expression has alone, bit for bit.
 */
struct evo_evaluator; /* the scratch memory of one thread */

#define EVO_KEPT_BYTES ((size_t) 96 << 20) /* a fair share of memory for that */
/* kept: bytes of tensors that are kept for later readers. */
struct evo_evaluator *evo_evaluator_create(size_t kept);
void evo_evaluator_destroy(struct evo_evaluator *evaluator);
size_t evo_evaluator_bytes(const struct evo_evaluator *evaluator);

/*
 * scores[i] = that of tree i. memo: what is remembered of the network, or NULL; what becomes known
 * is put there. False only for EVO_E_MEMORY.
 */
bool evo_evaluate(struct evo_evaluator *evaluator, const struct evo_dag *dag,
                  const struct evo_stats *stats, struct evo_memo_table *memo, double *scores,
                  struct evo_error *err);

/*
 * The same in steps, so that other threads can help with the units, if the DAG is divisible:
 * what is summed up by layer_total goes from unit to unit.
 *
 *     begin           one thread, whose evaluation it is
 *     units, help     that thread, and any others meanwhile: each unit is taken by one of them
 *     end             that thread, when the others have returned
 *
 * units and help return when nobody has to take a unit any more. Values do not depend on who took
 * what. False only for EVO_E_MEMORY.
 */
bool evo_dag_divisible(const struct evo_dag *dag);
void evo_evaluator_begin(struct evo_evaluator *evaluator, const struct evo_dag *dag,
                         const struct evo_stats *stats, struct evo_memo_table *memo);
bool evo_evaluator_units(struct evo_evaluator *evaluator, struct evo_error *err);
bool evo_evaluator_help(struct evo_evaluator *evaluator, struct evo_evaluator *other,
                        struct evo_error *err);
size_t evo_evaluator_left(const struct evo_evaluator *evaluator); /* units that nobody has taken */
bool evo_evaluator_end(struct evo_evaluator *evaluator, struct evo_memo_table *memo, double *scores,
                       struct evo_error *err);

#endif
