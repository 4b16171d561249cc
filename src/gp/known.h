/*
 * Inside gp: canonical forms that have been scored, by hash, with their scores, so that none is
 * scored twice. Two forms with one 64-bit hash are taken for the same: among a million forms that
 * happens once in some ten million runs, and costs one expression that is not tried.
 */
#ifndef EVO_GP_KNOWN_H
#define EVO_GP_KNOWN_H

#include "evoscope/gp.h"

enum evo_known_state {
	EVO_UNKNOWN,
	EVO_KNOWN_FAILED,    /* cannot be evaluated */
	EVO_KNOWN_FORGOTTEN, /* was scored, and the scores are not kept any more */
	EVO_KNOWN_SCORED
};
struct evo_known_entry {
	uint64_t hash;  /* 0: empty */
	double *scores; /* NULL: failed, or forgotten to save memory */
	bool failed;
};
struct evo_known {
	struct evo_known_entry *entries;
	size_t capacity;           /* a power of two */
	struct evo_gp_form *forms; /* in the order they were put */
	size_t count, form_room;
	uint64_t *order; /* hashes with scores, a ring from the oldest on */
	size_t first, kept, limit, room;
	size_t scores; /* doubles an entry */
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
