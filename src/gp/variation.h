/*
 * Inside gp: how a tree becomes another. Every result is well typed (evo_tree_check), within depth
 * and size, uses no excluded code, has a terminal, and differs from the tree it was made from.
 */
#ifndef EVO_GP_VARIATION_H
#define EVO_GP_VARIATION_H

#include "evoscope/gp.h"

#define EVO_CODES 256 /* as in struct evo_grammar */

struct evo_variation {
	struct evo_grammar grammar; /* what new nodes are drawn from; bounds included */
	bool excluded[EVO_CODES];
	size_t max_depth, max_size;
	double shares[EVO_ORIGIN_COPY]; /* by origin; what is left of 1 is copied */
};
void evo_variation_init(struct evo_variation *variation, const struct evo_gp_config *config);

/* May this tree be an individual? */
bool evo_variation_allows(const struct evo_variation *variation, const struct evo_tree *tree);

/* A random tree, network level, full or grown to the depth. False when none was found. */
bool evo_variation_random(const struct evo_variation *variation, struct evo_rng *rng, size_t depth,
                          bool full, struct evo_tree *out);

/*
 * The smallest trees, by number below `count`: an aggregate over a unit terminal or over a
 * primitive of one, and the like of network terminals. evo_small_tree: false where the search does
 * not allow the tree of that number.
 */
struct evo_small_trees {
	unsigned aggregates[EVO_CODES], primitives[EVO_CODES], units[EVO_CODES],
	        networks[EVO_CODES];
	size_t aggregate_count, primitive_count, unit_count, network_count;
	size_t count;
};
void evo_small_trees(const struct evo_variation *variation, struct evo_small_trees *out);
bool evo_small_tree(const struct evo_variation *variation, const struct evo_small_trees *small,
                    size_t index, struct evo_tree *out);

/* An operator by the shares. */
enum evo_origin evo_variation_choose(const struct evo_variation *variation, struct evo_rng *rng);

/*
 * out = tree varied by the operator; second is for crossover only. When the operator finds nothing
 * to do (no number to change, nothing that fits), another one that does takes its place. Returns
 * the one that made out, EVO_ORIGIN_COPY when none did (out is then the tree itself).
 */
enum evo_origin evo_vary(const struct evo_variation *variation, struct evo_rng *rng,
                         enum evo_origin how, const struct evo_tree *tree,
                         const struct evo_tree *second, struct evo_tree *out);

#endif
