/*
 * The plain evaluator, which the program's own is held against.
 *
 * One holds the scratch memory of one thread. Values do not depend on what else is evaluated with
 * it, nor on the order.
 */
#ifndef PLAIN_EVALUATOR_H
#define PLAIN_EVALUATOR_H

#include "evoscope/expr.h"

struct plain_evaluator;
struct plain_evaluator *plain_create(void);
void plain_destroy(struct plain_evaluator *evaluator);
size_t plain_bytes(const struct plain_evaluator *evaluator);

/*
 * scores[i] = the score of trees[i] on the network. The trees passed evo_tree_check, and stats has
 * what they need. False only for EVO_E_MEMORY.
 */
bool plain_evaluate(struct plain_evaluator *evaluator, const struct evo_stats *stats,
                    const struct evo_tree *const *trees, size_t count, double *scores,
                    struct evo_error *err);

#endif
