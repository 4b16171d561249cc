/*
 * A search whose scores are a function of the tree's words and the network: what matters to its
 * tests is how trees are varied, kept and told apart, not what they compute.
 */
#ifndef GP_FIXTURE_H
#define GP_FIXTURE_H

#include "evoscope/gp.h"

#define TRAIN      30
#define VALIDATION 12
#define NETWORKS   (TRAIN + VALIDATION)

/* What a word is worth on a network: a fixed number in [-1, 1). */
double worth(unsigned code, size_t network);
double toy_score(const struct evo_tree *tree, size_t network);
/* An accuracy that a few words make up, of NETWORKS networks. */
void toy_accuracy(double *accuracy, double sign, size_t shift);
struct evo_gp_config small_config(void);
struct evo_gp *toy_search(const struct evo_gp_config *config, uint64_t seed, double sign);
/* One generation; the second group's scores are the first's. */
void toy_generation(struct evo_gp *gp);
/* The same, validation left open; and the scores of what is open: of how many. */
void toy_open_generation(struct evo_gp *gp);
size_t toy_close(struct evo_gp *gp);

#endif
