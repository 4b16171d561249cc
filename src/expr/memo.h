/*
 * What is remembered across generations: subexpressions that are one number a unit.
 *
 * A table a network, by the hash of the subexpression (of 64 bits: two in a million that are alike
 * happen once in some ten million runs). Memory is bounded: a table that is full begins another and
 * forgets the one before; what is asked for again in time moves on. Values are those that would be
 * computed, so it is of no matter what is remembered.
 */
#ifndef EVOSCOPE_EXPR_MEMO_H
#define EVOSCOPE_EXPR_MEMO_H

#include "evoscope/base.h"

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

#endif
