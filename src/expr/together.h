/*
 * The population evaluator: all trees of a forest on one network.
 *
 * Unit by unit, every node of the forest that somebody needs there and whose shapes fit is computed
 * once. What is elementwise and has one reader is never a tensor of its own: it is computed block
 * by block in the first-level cache, on the way into what reads it, a sum or a tensor. What has
 * several readers is kept until the last of them has read it, or made again where too much would
 * have to be kept. Values do not depend on what else is planned.
 */
#ifndef EVOSCOPE_EXPR_TOGETHER_H
#define EVOSCOPE_EXPR_TOGETHER_H

#include "forest.h"
#include "memo.h"

struct evo_together; /* the scratch memory of one thread */

#define EVO_KEPT_BYTES ((size_t) 96 << 20) /* a fair share of memory for that */
/* kept: bytes of tensors that are kept for later readers. */
struct evo_together *evo_together_create(size_t kept);
void evo_together_destroy(struct evo_together *together);
size_t evo_together_bytes(const struct evo_together *together);

/*
 * scores[i] = that of tree i. memo: what is remembered of the network, or NULL; what becomes known
 * is put there. False only for EVO_E_MEMORY.
 */
bool evo_together_evaluate(struct evo_together *together, const struct evo_forest *forest,
                           const struct evo_stats *stats, struct evo_memo_table *memo,
                           double *scores, struct evo_error *err);

/*
 * The same in steps, so that other threads can help with the units, if the forest is divisible:
 * what is summed up by layer_total goes from unit to unit.
 *
 *     begin           one thread, whose evaluation it is
 *     units, help     that thread, and any others meanwhile: each unit is taken by one of them
 *     end             that thread, when the others have returned
 *
 * units and help return when nobody has to take a unit any more. Values do not depend on who took
 * what. False only for EVO_E_MEMORY.
 */
bool evo_together_divisible(const struct evo_forest *forest);
void evo_together_begin(struct evo_together *together, const struct evo_forest *forest,
                        const struct evo_stats *stats, struct evo_memo_table *memo);
bool evo_together_units(struct evo_together *together, struct evo_error *err);
bool evo_together_help(struct evo_together *together, struct evo_together *other,
                       struct evo_error *err);
size_t evo_together_left(const struct evo_together *together); /* units that nobody has taken */
bool evo_together_end(struct evo_together *together, struct evo_memo_table *memo, double *scores,
                      struct evo_error *err);

#endif
