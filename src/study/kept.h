/*
 * Inside study: scores that are kept from one session to the next, each of an expression on a
 * network.
 *
 * A file of the user's data folder, which any number of programs may use at once. It holds what can
 * be had again, so that nothing here is an error: where it cannot be read nothing is known, where
 * it cannot be written nothing is kept, and one that is damaged is begun anew.
 */
#ifndef EVO_STUDY_KEPT_H
#define EVO_STUDY_KEPT_H

#include "evoscope/score_key.h"

/* At most so many scores are kept, some 25 MB. Of more, those of expressions go first that have not
   been asked for the longest. */
#define EVO_KEPT_MOST 500000

struct evo_kept;
struct evo_kept *evo_kept_open(void);       /* NULL: it cannot be used */
void evo_kept_close(struct evo_kept *kept); /* writes what waits; NULL is nothing */

/* What the score of an expression on an architecture depends on: the machine's arithmetic, and the
   probe of a benchmark with its seed and images. */
struct evo_score_key evo_kept_probe(const struct evo_case_item *item);
struct evo_score_key evo_kept_tree(struct evo_score_key probe, const struct evo_tree *tree);
struct evo_score_key evo_kept_network(const char *architecture);

/* Tells `take` all scores that are known of an expression, by the first hash of their network.
   check: the second hash of a network by its first, 0 for one that is not wanted. A score that was
   put of another network, or that is damaged, is not told. */
typedef void (*evo_kept_take)(void *context, uint64_t network, double score);
typedef uint64_t (*evo_kept_check)(void *context, uint64_t network);
void evo_kept_read(struct evo_kept *kept, struct evo_score_key tree, evo_kept_check check,
                   evo_kept_take take, void *context);
/* Written once a second, and by evo_kept_flush. */
void evo_kept_put(struct evo_kept *kept, struct evo_score_key tree, struct evo_score_key network,
                  double score);
void evo_kept_flush(struct evo_kept *kept);

#endif
