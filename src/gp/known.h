/*
 * Inside gp: canonical forms that have been scored, by hash, with their scores, so that none is
 * scored twice. Two forms with one 64-bit hash are taken for the same: among a million forms that
 * happens once in some ten million runs, and costs one expression that is not tried.
 */
#ifndef EVO_GP_KNOWN_H
#define EVO_GP_KNOWN_H

#include "evoscope/gp.h"

/* The hash of the canonical form of a tree. */
uint64_t evo_form_of(const struct evo_tree *tree);

enum evo_known_state {
	EVO_UNKNOWN,
	EVO_KNOWN_FAILED,    /* cannot be evaluated */
	EVO_KNOWN_FORGOTTEN, /* was scored, and the scores are not kept any more */
	EVO_KNOWN_SCORED
};
struct evo_known {
	struct evo_map map;        /* forms by their hashes */
	struct evo_gp_form *forms; /* by number, which is the order they were put in */
	double **scores;           /* likewise; NULL: failed, or forgotten to save memory */
	size_t room;               /* of these two */
	size_t score_count;        /* of a form */
	size_t *order;             /* numbers of forms with scores, a ring from the oldest on */
	size_t first, kept, limit, order_room;
};

/* memory: bytes of scores; beyond them the oldest are forgotten (and scored again when needed). */
void evo_known_init(struct evo_known *known, size_t scores, size_t memory);
void evo_known_clear(struct evo_known *known);

/* *scores is set when the answer is EVO_KNOWN_SCORED; borrowed until the next evo_known_put. */
enum evo_known_state evo_known_find(const struct evo_known *known, uint64_t hash,
                                    const double **scores);
/* scores are copied; NULL: failed. What is known already stays as it is. */
void evo_known_put(struct evo_known *known, uint64_t hash, const double *scores);
/* Puts a form that is known from an earlier time, without its scores. */
void evo_known_recall(struct evo_known *known, const struct evo_gp_form *form);
/* Puts better scores in the place of those that are known, if they are. */
void evo_known_renew(struct evo_known *known, uint64_t hash, const double *scores);

#endif
