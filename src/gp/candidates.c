/*
 * Where the trees that a generation tries come from: listed ones, drawn ones, variations of
 * parents, combinations of two, and what was put in by hand. One whose form is alive already, or
 * cannot be evaluated, is not tried.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search.h"

/* A slot tries so many trees until one is not known to be of no use. */
#define TRIES 20

void evo_gp_clear_candidates(struct evo_gp *gp)
{
	for (size_t i = 0; i < gp->candidate_count; i++)
		free(gp->candidates[i].scores);
	gp->candidate_count = 0;
	gp->asked_count = 0;
}

/* Is the form alive among parents, offspring or this round's candidates? */
static bool is_taken(const struct evo_gp *gp, uint64_t hash)
{
	for (size_t i = 0; i < gp->pool.count; i++) {
		if (gp->pool.items[i]->hash == hash)
			return true;
	}
	for (size_t i = 0; i < gp->candidate_count; i++) {
		if (gp->candidates[i].hash == hash)
			return true;
	}
	return false;
}

static void add(struct evo_gp *gp, struct evo_candidate *candidate)
{
	const double *scores = NULL;
	enum evo_known_state is = evo_known_find(&gp->known, candidate->hash, &scores);
	if (is == EVO_KNOWN_SCORED) {
		candidate->scores = evo_calloc(gp->fitness.total, sizeof(double));
		memcpy(candidate->scores, scores, gp->fitness.total * sizeof(double));
	}
	candidate->new = is == EVO_UNKNOWN;
	gp->counts.cache_hits += is == EVO_KNOWN_SCORED || is == EVO_KNOWN_FORGOTTEN;
	gp->candidates = evo_grown_by_one(gp->candidates, &gp->candidate_room, gp->candidate_count,
	                                  sizeof(*gp->candidates));
	gp->candidates[gp->candidate_count++] = *candidate;
}

/* Adds the candidate unless its form is alive or cannot be evaluated. */
static bool offer(struct evo_gp *gp, struct evo_candidate *candidate)
{
	const double *scores;
	candidate->hash = evo_form_of(&candidate->tree);
	candidate->scores = NULL;
	if (is_taken(gp, candidate->hash))
		return false;
	if (evo_known_find(&gp->known, candidate->hash, &scores) == EVO_KNOWN_FAILED) {
		gp->counts.cache_hits++;
		return false;
	}
	add(gp, candidate);
	return true;
}

static bool begins_with_list(const struct evo_gp *gp)
{
	return gp->now.init_small || gp->carried_count > 0;
}

bool evo_gp_is_listed(const struct evo_gp *gp)
{
	return begins_with_list(gp) &&
	       (gp->population.count == 0 || gp->generation <= gp->now.grow);
}

bool evo_gp_is_after_list(const struct evo_gp *gp)
{
	return begins_with_list(gp) && gp->generation == gp->now.grow + 1;
}

/* ---- Where candidates come from -------------------------------------------------------------- */

/* Half and half: every depth in turn, full and grown in turn. */
static bool random_candidate(struct evo_gp *gp, struct evo_rng *rng, size_t slot,
                             enum evo_origin origin)
{
	size_t low = gp->now.init_depth_min, high = gp->now.init_depth_max;
	struct evo_candidate candidate = {.origin = origin};
	for (int i = 0; i < TRIES; i++) {
		if (evo_variation_random(&gp->variation, rng, low + slot / 2 % (high - low + 1),
		                         slot % 2 == 0, &candidate.tree) &&
		    offer(gp, &candidate))
			return true;
	}
	return false;
}

/*
 * The first generation as the smallest trees, in random order: as many as the population takes,
 * each once. True when there were any.
 */
static bool small_candidates(struct evo_gp *gp)
{
	struct evo_small_trees small;
	struct evo_rng rng = evo_rng_stream(gp->seed, "initial", 0);
	struct evo_candidate candidate = {.origin = EVO_ORIGIN_RANDOM};
	size_t before = gp->candidate_count;
	evo_small_trees(&gp->variation, &small);
	size_t *order = evo_calloc(small.count + 1, sizeof(*order));
	for (size_t i = 0; i < small.count; i++)
		order[i] = i;
	evo_rng_shuffle(&rng, order, small.count);
	for (size_t i = 0; i < small.count && gp->candidate_count < gp->now.population; i++) {
		if (evo_small_tree(&gp->variation, &small, order[i], &candidate.tree))
			offer(gp, &candidate);
	}
	free(order);
	return gp->candidate_count > before;
}

/* Classic proxies, where they are in the language: the other search need not have had them. */
static void classic_candidates(struct evo_gp *gp)
{
	struct evo_candidate candidate = {.origin = EVO_ORIGIN_RANDOM};
	for (size_t i = EVO_CLASSIC_FIRST; i < EVO_STATISTICS; i++) {
		unsigned code;
		if (!evo_terminal_find(evo_statistic_name((enum evo_statistic) i), &code) ||
		    gp->variation.grammar.weight[code] <= 0)
			continue;
		candidate.tree.size = 1;
		candidate.tree.nodes[0] = (struct evo_tree_node){(uint16_t) code, 1, 0};
		if (evo_variation_allows(&gp->variation, &candidate.tree))
			offer(gp, &candidate);
	}
}

/*
 * The first generation as trees of another search: each, and all its parts of the network level.
 * Parts are shared with the whole, so that they cost nothing more. True when there were any.
 */
static bool carried_candidates(struct evo_gp *gp)
{
	struct evo_candidate candidate = {.origin = EVO_ORIGIN_CARRIED};
	size_t before = gp->candidate_count;
	classic_candidates(gp);
	for (size_t i = 0; i < gp->carried_count; i++) {
		const struct evo_tree *tree = &gp->carried[i];
		for (size_t node = 0; node < tree->size; node++) {
			if (gp->candidate_count >= gp->now.population)
				return true;
			if (evo_tree_level(tree, node) != EVO_LEVEL_NETWORK)
				continue;
			evo_tree_subtree(tree, node, &candidate.tree);
			if (evo_variation_allows(&gp->variation, &candidate.tree))
				offer(gp, &candidate);
		}
	}
	return gp->candidate_count > before;
}

/* The tree with a primitive above everything, or below the aggregate where there is one on top. */
static bool grown(const struct evo_gp *gp, const struct evo_tree *tree, unsigned code,
                  struct evo_tree *out)
{
	size_t at = evo_primitive(tree->nodes[0].code)->kind == EVO_AGGREGATE;
	out->size = tree->size + 1;
	if (out->size > EVO_TREE_MAX)
		return false;
	out->nodes[0] = tree->nodes[0];
	out->nodes[0].span = (uint16_t) out->size;
	out->nodes[at] = (struct evo_tree_node){(uint16_t) code, (uint16_t) (out->size - at), 0};
	memcpy(out->nodes + at + 1, tree->nodes + at, (tree->size - at) * sizeof(tree->nodes[0]));
	return evo_variation_allows(&gp->variation, out);
}

/* The best twentieth of the population with every primitive. True when there were any. */
static bool grown_candidates(struct evo_gp *gp)
{
	struct evo_small_trees small;
	struct evo_candidate candidate = {.origin = EVO_ORIGIN_INSERTION};
	size_t before = gp->candidate_count;
	evo_small_trees(&gp->variation, &small);
	for (size_t i = 0; i < (gp->population.count + 19) / 20; i++) {
		const struct evo_individual *parent = gp->population.items[i];
		candidate.parents[0] = parent->id;
		candidate.descends = parent->descends;
		for (size_t p = 0; p < small.primitive_count; p++) {
			if (grown(gp, &parent->tree, small.primitives[p], &candidate.tree))
				offer(gp, &candidate);
		}
	}
	return gp->candidate_count > before;
}

/* Of a list that was looked for: is the combination within the bounds, and was its form never
   tried? */
static bool is_new(const struct evo_gp *gp, size_t first, const struct evo_combination *combination,
                   struct evo_tree *tree)
{
	const double *scores;
	return evo_gp_combine(gp, first, combination, tree) &&
	       evo_known_find(&gp->known, evo_form_of(tree), &scores) == EVO_UNKNOWN;
}

/* A parent with the second that suits it best, of the combinations that were never tried. */
static bool combined_candidate(struct evo_gp *gp, size_t first)
{
	const struct evo_combinations *list = evo_gp_combinations(gp, first);
	struct evo_candidate candidate = {.origin = EVO_ORIGIN_JOIN};
	for (size_t i = 0; i < list->count; i++) {
		const struct evo_combination *combination = &list->items[i];
		const struct evo_individual *a = gp->population.items[first];
		const struct evo_individual *b = gp->population.items[combination->second];
		if (!is_new(gp, first, combination, &candidate.tree))
			continue;
		candidate.parents[0] = a->id;
		candidate.parents[1] = b->id;
		candidate.descends = a->descends || b->descends;
		if (offer(gp, &candidate)) {
			gp->candidates[gp->candidate_count - 1].scores =
			        evo_gp_combination_scores(gp, first, combination);
			return true;
		}
	}
	return false;
}

/* After what was listed each of the population, the best first, is combined with its best
   second parent. Returns the slot after them. */
static size_t combine_in_turn(struct evo_gp *gp, size_t slot, size_t end)
{
	for (size_t first = 0; first < gp->population.count && slot < end; first++)
		slot += combined_candidate(gp, first);
	return slot;
}

/* A search of combinations alone never asks for scores: where it finds nothing, it copies. */
static bool combines_alone(const struct evo_gp *gp)
{
	return gp->now.join >= 1;
}

static int combination_tries(const struct evo_gp *gp)
{
	return combines_alone(gp) ? TRIES : 1;
}

/*
 * A varied tree. True when the slot is filled: also by a copy, which in a population without
 * duplicates is the parent itself and makes nothing new.
 */
static bool varied_candidate(struct evo_gp *gp, struct evo_rng *rng)
{
	enum evo_origin how = evo_variation_choose(&gp->variation, rng);
	for (int i = 0; how == EVO_ORIGIN_JOIN && i < combination_tries(gp); i++)
		if (combined_candidate(gp, evo_gp_parent(gp, rng)))
			return true;
	if (how == EVO_ORIGIN_COPY || (how == EVO_ORIGIN_JOIN && combines_alone(gp))) {
		gp->made++;
		gp->counts.cache_hits++;
		return true;
	}
	struct evo_candidate candidate = {0};
	for (int i = 0; i < TRIES; i++) {
		const struct evo_individual *first = gp->population.items[evo_gp_parent(gp, rng)];
		const struct evo_individual *second = gp->population.items[evo_gp_parent(gp, rng)];
		candidate.origin = evo_vary(&gp->variation, rng, how, &first->tree, &second->tree,
		                            &candidate.tree);
		bool both = candidate.origin == EVO_ORIGIN_CROSSOVER;
		candidate.parents[0] = first->id;
		candidate.parents[1] = both ? second->id : 0;
		candidate.descends = first->descends || (both && second->descends);
		if (candidate.origin != EVO_ORIGIN_COPY && offer(gp, &candidate))
			return true;
	}
	return false;
}

/* The same tree with the same scores, put in by hand now. */
static struct evo_individual *marked_copy(struct evo_gp *gp, const struct evo_tree *tree,
                                          const struct evo_individual *alive)
{
	struct evo_individual *marked = evo_individual_copy(alive, gp->fitness.total);
	evo_tree_copy(&marked->tree, tree);
	marked->depth = evo_tree_depth(tree);
	marked->parents[0] = marked->parents[1] = 0;
	marked->id = gp->next_id++;
	marked->origin = EVO_ORIGIN_INJECTED;
	marked->born = gp->generation;
	marked->injected = marked->descends = true;
	return marked;
}

/* A form that is alive already gives its place to the one put in by hand. */
static void mark_alive(struct evo_gp *gp, const struct evo_tree *tree, uint64_t hash)
{
	for (size_t i = 0; i < gp->pool.count; i++) {
		if (gp->pool.items[i]->hash != hash)
			continue;
		struct evo_individual *marked = marked_copy(gp, tree, gp->pool.items[i]);
		evo_individuals_replace(&gp->pool, i, marked, gp->pool.signatures[i]);
		evo_individual_release(marked);
		gp->counts.cache_hits++;
		return;
	}
}

static void injected_candidates(struct evo_gp *gp)
{
	for (size_t i = 0; i < gp->entering; i++) {
		struct evo_candidate candidate = {.origin = EVO_ORIGIN_INJECTED, .descends = true};
		evo_tree_copy(&candidate.tree, &gp->injections[i]);
		candidate.hash = evo_form_of(&candidate.tree);
		if (is_taken(gp, candidate.hash))
			mark_alive(gp, &candidate.tree, candidate.hash);
		else
			add(gp, &candidate);
	}
	gp->injection_count -= gp->entering;
	memmove(gp->injections, gp->injections + gp->entering,
	        gp->injection_count * sizeof(*gp->injections));
	gp->entering = 0;
}

/* True when there were any. */
static bool listed_candidates(struct evo_gp *gp)
{
	if (gp->population.count > 0)
		return grown_candidates(gp);
	return gp->carried_count > 0 ? carried_candidates(gp) : small_candidates(gp);
}

/* ---- A round --------------------------------------------------------------------------------- */

/* Later rounds make more than is missing, since what failed before may fail again, and every round
   has to visit all networks. */
static size_t round_size(const struct evo_gp *gp)
{
	size_t missing = gp->wanted > gp->made ? gp->wanted - gp->made : 0;
	return gp->round == 0 || missing == 0 ? missing : 2 * missing + 2;
}

/* The last slots are theirs. */
static size_t immigrant_count(const struct evo_gp *gp, size_t size)
{
	bool stalls = gp->now.stall > 0 && gp->stalled >= gp->now.stall;
	return stalls && gp->round == 0 && gp->population.count > 0
	               ? (size_t) (gp->now.immigrants * (double) size)
	               : 0;
}

static struct evo_rng stream_of(const struct evo_gp *gp, size_t slot)
{
	uint64_t index = ((uint64_t) gp->generation * EVO_GP_ROUNDS + gp->round) << 24;
	return evo_rng_stream(gp->seed, gp->population.count == 0 ? "initial" : "variation",
	                      index + slot);
}

/* ---- The combinations of a round, before it is made ------------------------------------------ */

/* Will the parent give a candidate, as far as is known? One whose combinations are not looked
   for yet is marked, and taken to. */
static bool gives(const struct evo_gp *gp, size_t first, bool *mark)
{
	const struct evo_combinations *list =
	        gp->combinations != NULL ? &gp->combinations[first] : NULL;
	struct evo_tree tree;
	mark[first] = list == NULL || !list->looked_for;
	for (size_t i = 0; !mark[first] && i < list->count; i++)
		if (is_new(gp, first, &list->items[i], &tree))
			return true;
	return mark[first];
}

/* As varied_candidate draws them. */
static void mark_drawn(const struct evo_gp *gp, size_t slot, bool *mark)
{
	struct evo_rng rng = stream_of(gp, slot);
	if (evo_variation_choose(&gp->variation, &rng) != EVO_ORIGIN_JOIN)
		return;
	for (int i = 0; i < combination_tries(gp); i++)
		if (gives(gp, evo_gp_parent(gp, &rng), mark))
			return;
}

size_t evo_gp_foresee_combinations(const struct evo_gp *gp, size_t *parents)
{
	size_t all = gp->population.count, end = round_size(gp), count = 0;
	size_t slot = gp->entering; /* those that are put in by hand have the first slots */
	if (all == 0 || (gp->round == 0 && evo_gp_is_listed(gp)) || !(gp->now.join > 0))
		return 0;
	bool *mark = evo_calloc(all, sizeof(*mark));
	end -= immigrant_count(gp, end);
	if (gp->round == 0 && evo_gp_is_after_list(gp))
		for (size_t first = 0; first < all && slot < end; first++)
			slot += gives(gp, first, mark);
	for (; slot < end; slot++)
		mark_drawn(gp, slot, mark);
	for (size_t first = 0; first < all; first++)
		if (mark[first])
			parents[count++] = first;
	free(mark);
	return count;
}

/* ---- The candidates of a round --------------------------------------------------------------- */

void evo_gp_make_candidates(struct evo_gp *gp)
{
	bool first = gp->population.count == 0;
	size_t size = round_size(gp);
	if (gp->round == 0)
		injected_candidates(gp);
	size_t slot = gp->candidate_count;
	if (gp->round == 0) {
		if (evo_gp_is_listed(gp) && listed_candidates(gp))
			slot = size = gp->wanted = gp->candidate_count;
		else if (evo_gp_is_after_list(gp) && gp->now.join > 0)
			slot = combine_in_turn(gp, slot, size);
	}
	for (const size_t drawn = size - immigrant_count(gp, size); slot < size; slot++) {
		struct evo_rng rng = stream_of(gp, slot);
		if (first)
			random_candidate(gp, &rng, slot, EVO_ORIGIN_RANDOM);
		else if (slot >= drawn || !varied_candidate(gp, &rng))
			random_candidate(gp, &rng, slot, EVO_ORIGIN_IMMIGRANT);
	}
	gp->asked = evo_realloc(gp->asked, gp->candidate_count, sizeof(*gp->asked));
	for (size_t i = 0; i < gp->candidate_count; i++) {
		if (gp->candidates[i].scores == NULL)
			gp->asked[gp->asked_count++] = &gp->candidates[i].tree;
	}
}
