/*
 * The population evaluator: all trees of a forest on one network.
 *
 * Unit by unit, every node of the forest that somebody needs there and whose shapes fit is computed
 * once. What is elementwise and has one reader is never a tensor of its own: it is computed block
 * by block in the first-level cache, on the way into what reads it, a sum or a tensor. What has
 * several readers is kept until the last of them has read it, or made again where too much would
 * have to be kept. Values are those of the plain evaluator, bit for bit, whatever else is planned.
 */
#ifndef EVOSCOPE_EXPR_TOGETHER_H
#define EVOSCOPE_EXPR_TOGETHER_H

#include "forest.h"
#include "memo.h"

struct evo_together; /* the scratch memory of one thread */

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

/* evaluate.c: as evo_evaluate_forest. */
bool evo_evaluate_remembering(struct evo_evaluator *evaluator, const struct evo_forest *forest,
                              const struct evo_stats *stats, struct evo_memo_table *memo,
                              double *scores, struct evo_error *err);

#endif
