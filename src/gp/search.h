/*
 * Inside gp: the state of a search, which its parts share.
 */
#ifndef EVO_GP_SEARCH_H
#define EVO_GP_SEARCH_H

#include "candidates.h"
#include "combine.h"
#include "fitness.h"
#include "front.h"
#include "known.h"
#include "prescreen.h"
#include "select.h"
#include "variation.h"

#define EVO_GP_ROUNDS     5   /* of candidates in one generation */
#define EVO_GP_INJECTIONS 256 /* that may wait for the next generation */
#define EVO_GP_NOTES      64

struct evo_gp {
	struct evo_gp_config config; /* newest settings; the generation at work has its own: */
	struct evo_gp_config now;
	struct evo_variation variation;
	struct evo_arithmetic arithmetic;
	struct evo_fitness fitness;
	struct evo_prescreen prescreen;
	uint64_t seed, next_id;
	size_t generation; /* complete ones */
	size_t stalled;    /* generations since the best last rose */

	struct evo_individuals population; /* best first */
	struct evo_front front;
	struct evo_known known;
	struct evo_gp_counts counts;

	/* The generation at work. */
	bool working;
	struct evo_individuals pool; /* parents and accepted offspring */
	size_t round, wanted, made;
	struct evo_candidate *candidates;
	size_t candidate_count, candidate_room;
	const struct evo_tree **asked;
	size_t asked_count;
	struct evo_combinations *combinations; /* by first parent; NULL: none was looked for */
	size_t *foreseen; /* parents whose combinations evo_gp_prepare_one looks for */

	/* Of the population and the front, those whose validation is pending; borrowed. */
	const struct evo_individual **pending;
	const struct evo_tree **pending_trees;
	size_t pending_count;

	struct evo_tree *carried;
	size_t carried_count;
	struct evo_tree *injections;
	size_t injection_count;
	size_t entering; /* of these, in the generation at work; the first ones */
	char *notes[EVO_GP_NOTES];
	size_t note_count;
};

#endif
