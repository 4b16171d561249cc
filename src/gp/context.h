/*
 * Inside gp: trees with a hole, and the arithmetic by which their scores follow from those of their
 * parts.
 */
#ifndef EVO_GP_CONTEXT_H
#define EVO_GP_CONTEXT_H

#include "variation.h"

/* Codes of the primitives that combinations of two trees are made of. */
struct evo_arithmetic {
	bool combines[EVO_CODES];
	unsigned mean; /* which stands above an argument that is a tensor */
};
void evo_arithmetic_init(struct evo_arithmetic *arithmetic);

struct evo_context {
	struct evo_tree tree; /* without the part; the other argument is in its place */
	double *scores;       /* on all networks */
	bool pending;         /* those on validation networks are */
};
struct evo_contexts {
	struct evo_context *items;
	size_t count;
};
struct evo_gp;
/*
 * The parent itself; and, where the search exchanges parts, what is left of it when an argument
 * takes the place of a sum, difference, product or quotient, as far as scores of the population
 * tell its own. contexts: cleared.
 */
void evo_gp_contexts(const struct evo_gp *gp, const struct evo_individual *parent,
                     struct evo_contexts *contexts);
void evo_gp_contexts_clear(struct evo_contexts *contexts);

#endif
