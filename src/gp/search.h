/* Inside gp: the state of a search. */
#ifndef EVO_GP_SEARCH_H
#define EVO_GP_SEARCH_H

#include "fitness.h"
#include "front.h"
#include "individual.h"
#include "known.h"
#include "screen.h"
#include "variation.h"

#define EVO_GP_ROUNDS     5   /* of candidates in one generation */
#define EVO_GP_INJECTIONS 256 /* that may wait for the next generation */
#define EVO_GP_NOTES      64

/* A tree on its way to become an individual. */
struct evo_candidate {
	struct evo_tree tree;
	uint64_t hash; /* of the canonical form */
	enum evo_origin origin;
	uint64_t parents[2];
	bool descends;
	bool new;       /* its form has not been scored before */
	double *scores; /* known ones, owned; NULL: to be scored */
};

/* Individuals with room to grow, held. */
struct evo_pool_of {
	const struct evo_individual **items;
	uint64_t *signatures; /* of their order of the train networks */
	size_t count, room;
};

struct evo_gp {
	struct evo_gp_config config; /* newest settings; the generation at work has its own: */
	struct evo_gp_config now;
	struct evo_variation variation;
	struct evo_fitness fitness;
	struct evo_screen screen;
	uint64_t seed, next_id;
	size_t generation; /* complete ones */
	size_t stalled;    /* generations since the best last rose */

	struct evo_pool_of population; /* best first */
	struct evo_front front;
	struct evo_known known;
	struct evo_gp_counts counts;

	/* The generation at work. */
	bool working;
	struct evo_pool_of pool; /* parents and accepted offspring */
	size_t round, wanted, made;
	struct evo_candidate *candidates;
	size_t candidate_count, candidate_room;
	const struct evo_tree **asked;
	size_t asked_count;
	struct evo_join_list *joins; /* by mother; NULL: none was looked for */
	size_t *mothers;             /* whose joins evo_gp_prepare_one looks for */

	/* Of the population and the front, those whose validation is open; borrowed. */
	const struct evo_individual **open;
	const struct evo_tree **open_trees;
	size_t open_count;

	struct evo_tree *carried;
	size_t carried_count;
	struct evo_tree *injections;
	size_t injection_count;
	size_t entering; /* of these, in the generation at work; the first ones */
	char *notes[EVO_GP_NOTES];
	size_t note_count;
};

/* Does the generation at work consist of trees that are listed, not drawn: the smallest, those
   carried over, or grown ones? */
bool evo_gp_is_listed(const struct evo_gp *gp);
bool evo_gp_is_after_list(const struct evo_gp *gp); /* of the generation after these */
/* The hash of the canonical form. */
uint64_t evo_gp_form(const struct evo_tree *tree);

/* ---- candidates.c ---------------------------------------------------------------------------- */

/* Makes the candidates of gp->round. */
void evo_gp_make_candidates(struct evo_gp *gp);
/* Those of the population that candidates of gp->round will be joins of, as far as that can be said
   before they are made, and whose joins are not looked for yet; by index. Returns how many. */
size_t evo_gp_foresee_mothers(const struct evo_gp *gp, size_t *mothers);
void evo_gp_clear_candidates(struct evo_gp *gp);

/* ---- rest.c ---------------------------------------------------------------------------------- */

struct evo_rest {
	struct evo_tree tree;
	double *scores; /* on all networks */
	bool open;      /* those on validation networks are */
};
struct evo_rests {
	struct evo_rest *items;
	size_t count;
};
/* The mother herself; and, where the search exchanges, what is left of her when an argument takes
   the place of a sum, difference, product or quotient, as far as scores of the population tell its
   own. rests: cleared. */
void evo_gp_rests(const struct evo_gp *gp, const struct evo_individual *mother,
                  struct evo_rests *rests);
void evo_gp_rests_clear(struct evo_rests *rests);

/* ---- join.c ---------------------------------------------------------------------------------- */

/* The mother of the population, or a rest of her, joined with a mate of it: outer(rest,
   inner(mate)). */
struct evo_join {
	size_t rest, mate;
	unsigned outer, inner; /* codes; inner is 0 where there is none */
	double worth;          /* its fitness less parsimony, by the scores of the two */
};
/* Of the joins of a mother so many are looked at, the best first. */
#define EVO_GP_JOINS 64
struct evo_join_list {
	bool looked_for;
	struct evo_rests rests;
	size_t count;
	struct evo_join items[EVO_GP_JOINS];
};
/* The best joins of a mother, best first, of those that look best on a few networks. None of them
   orders these networks as one of the two does. The list lives until evo_gp_forget_joins, to be
   called before the population changes. Of several mothers they may be looked for at once, on as
   many threads, once gp->joins has room. */
const struct evo_join_list *evo_gp_joins(struct evo_gp *gp, size_t mother);
void evo_gp_make_room_for_joins(struct evo_gp *gp);
void evo_gp_forget_joins(struct evo_gp *gp);
/* Its tree. False when it is beyond the bounds. */
bool evo_gp_join(const struct evo_gp *gp, size_t mother, const struct evo_join *join,
                 struct evo_tree *out);
/* Its scores on all networks, open where those of a parent are; caller frees. */
double *evo_gp_join_scores(const struct evo_gp *gp, size_t mother, const struct evo_join *join);

/* ---- select.c -------------------------------------------------------------------------------- */

void evo_pool_of_add(struct evo_pool_of *pool, const struct evo_individual *individual,
                     uint64_t signature);
void evo_pool_of_replace(struct evo_pool_of *pool, size_t at,
                         const struct evo_individual *individual, uint64_t signature);
void evo_pool_of_clear(struct evo_pool_of *pool);
void evo_pool_of_sort(struct evo_pool_of *pool); /* best first */

/* Index of a parent by tournament. */
size_t evo_gp_parent(const struct evo_gp *gp, struct evo_rng *rng);
/* Selects the next population from gp->pool, which is empty afterwards. */
void evo_gp_survive(struct evo_gp *gp);

#endif
