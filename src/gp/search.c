/*
 * The search as its users see it: it is asked for trees, told their scores, and read between
 * generations. What a generation tries is in candidates.c, and who survives it in select.c.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

#define KNOWN_MEMORY ((size_t) 256 << 20)

struct evo_gp *evo_gp_create(const struct evo_gp_config *config, const struct evo_group *groups,
                             size_t group_count, const struct evo_case *cases, size_t case_count,
                             uint64_t seed, struct evo_error *err)
{
	struct evo_gp *gp = evo_calloc(1, sizeof(*gp));
	gp->config = gp->now = *config;
	gp->seed = seed;
	gp->next_id = 1;
	if (!evo_gp_config_check(config, err) ||
	    !evo_fitness_init(&gp->fitness, config, groups, group_count, cases, case_count, seed,
	                      err)) {
		free(gp);
		return NULL;
	}
	evo_arithmetic_init(&gp->arithmetic);
	evo_prescreen_init(&gp->prescreen, &gp->fitness);
	evo_known_init(&gp->known, gp->fitness.total, KNOWN_MEMORY);
	gp->injections = evo_calloc(2 * EVO_GP_INJECTIONS, sizeof(*gp->injections));
	return gp;
}

void evo_gp_destroy(struct evo_gp *gp)
{
	if (gp == NULL)
		return;
	evo_gp_clear_candidates(gp);
	evo_gp_forget_combinations(gp);
	free(gp->candidates);
	free(gp->asked);
	free(gp->foreseen);
	free(gp->pending);
	free(gp->pending_trees);
	evo_individuals_clear(&gp->pool);
	evo_individuals_clear(&gp->population);
	evo_front_clear(&gp->front);
	evo_known_clear(&gp->known);
	evo_prescreen_clear(&gp->prescreen);
	evo_fitness_clear(&gp->fitness);
	for (size_t i = 0; i < gp->note_count; i++)
		free(gp->notes[i]);
	free(gp->carried);
	free(gp->injections);
	free(gp);
}

void evo_gp_carry(struct evo_gp *gp, const struct evo_tree *trees, size_t count)
{
	gp->carried = evo_calloc(count, sizeof(*gp->carried));
	for (size_t i = 0; i < count; i++)
		evo_tree_copy(&gp->carried[i], &trees[i]);
	gp->carried_count = count;
}

/* ---- Remarks --------------------------------------------------------------------------------- */

/* Takes the text over. */
static void note(struct evo_gp *gp, char *text)
{
	if (gp->note_count < EVO_GP_NOTES)
		gp->notes[gp->note_count++] = text;
	else
		free(text);
}

bool evo_gp_note(struct evo_gp *gp, char *out, size_t size)
{
	if (gp->note_count == 0)
		return false;
	snprintf(out, size, "%s", gp->notes[0]);
	free(gp->notes[0]);
	memmove(gp->notes, gp->notes + 1, --gp->note_count * sizeof(gp->notes[0]));
	return true;
}

static void note_about(struct evo_gp *gp, const struct evo_tree *tree, const char *what)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	note(gp, evo_format("injected %.150s %s", text.data, what));
	evo_text_clear(&text);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void begin_generation(struct evo_gp *gp)
{
	gp->now = gp->config;
	evo_variation_init(&gp->variation, &gp->now);
	for (size_t i = 0; i < gp->population.count; i++)
		evo_individuals_add(&gp->pool, gp->population.items[i],
		                    gp->population.signatures[i]);
	gp->wanted = gp->population.count == 0 ? gp->now.population : gp->now.offspring;
	gp->made = 0;
	gp->round = 0;
	gp->entering = gp->injection_count;
	gp->working = true;
}

static void end_generation(struct evo_gp *gp)
{
	double before = gp->population.count > 0 ? gp->population.items[0]->fitness : -2;
	evo_gp_forget_combinations(gp);
	evo_gp_survive(gp);
	double after = gp->population.count > 0 ? gp->population.items[0]->fitness : -2;
	gp->stalled = after > before ? 0 : gp->stalled + 1;
	gp->generation++;
	gp->working = false;
}

static void take(struct evo_gp *gp, double *const *scores);

static bool is_complete(const struct evo_gp *gp)
{
	return gp->round == EVO_GP_ROUNDS || (gp->round > 0 && gp->made >= gp->wanted);
}

/* One round further, unless its trees wait for scores or there is none any more. */
static bool go_on(struct evo_gp *gp)
{
	if (gp->asked_count > 0 || is_complete(gp))
		return false;
	evo_gp_make_candidates(gp);
	if (gp->asked_count == 0)
		take(gp, NULL);
	return true;
}

/* How many parents of the round to come have combinations to be looked for. */
static size_t list_foreseen(struct evo_gp *gp)
{
	size_t count;
	if (gp->asked_count > 0 || is_complete(gp))
		return 0;
	gp->foreseen = evo_realloc(gp->foreseen, gp->population.count + 1, sizeof(*gp->foreseen));
	count = evo_gp_foresee_combinations(gp, gp->foreseen);
	if (count > 0)
		evo_gp_make_room_for_combinations(gp);
	return count;
}

size_t evo_gp_prepare(struct evo_gp *gp, size_t *done)
{
	size_t left;
	if (!gp->working)
		begin_generation(gp);
	while ((left = list_foreseen(gp)) == 0 && go_on(gp))
		continue;
	*done = 0;
	for (size_t i = 0; gp->combinations != NULL && i < gp->population.count; i++)
		*done += gp->combinations[i].looked_for;
	return left;
}

void evo_gp_prepare_one(struct evo_gp *gp, size_t index)
{
	evo_gp_combinations(gp, gp->foreseen[index]);
}

size_t evo_gp_ask(struct evo_gp *gp, const struct evo_tree *const **trees)
{
	if (!gp->working)
		begin_generation(gp);
	while (go_on(gp))
		continue;
	if (gp->asked_count == 0)
		end_generation(gp);
	*trees = gp->asked;
	return gp->asked_count;
}

size_t evo_gp_asked_injected(const struct evo_gp *gp)
{
	size_t count = 0;
	for (size_t i = 0; i < gp->candidate_count; i++) {
		const struct evo_candidate *candidate = &gp->candidates[i];
		count += candidate->origin == EVO_ORIGIN_INJECTED && candidate->scores == NULL;
	}
	return count;
}

/* ---- Telling --------------------------------------------------------------------------------- */

/* Where the pool has one that orders the train networks the same way; its count when none does. */
static size_t find_twin(const struct evo_gp *gp, uint64_t signature, const double *scores)
{
	for (size_t i = 0; i < gp->pool.count; i++) {
		if (gp->pool.signatures[i] == signature &&
		    evo_fitness_same_order(&gp->fitness, gp->pool.items[i]->scores, scores))
			return i;
	}
	return gp->pool.count;
}

/*
 * Two that order the networks alike do not live together. What was put in by hand goes before what
 * was bred, then the smaller before the larger.
 */
static bool replaces(const struct evo_individual *candidate, const struct evo_individual *twin)
{
	if (candidate->injected != twin->injected)
		return candidate->injected;
	return candidate->tree.size < twin->tree.size;
}

static void enter(struct evo_gp *gp, struct evo_individual *individual, uint64_t signature)
{
	size_t twin = find_twin(gp, signature, individual->scores);
	evo_front_offer(&gp->front, individual);
	if (twin < gp->pool.count) {
		gp->counts.rank_duplicates++;
		if (replaces(individual, gp->pool.items[twin])) {
			const struct evo_individual *other = gp->pool.items[twin];
			if (other->injected)
				note_about(gp, &other->tree,
				           "gives its place to a smaller injected tree that orders "
				           "the networks alike");
			/* A twin of this generation had filled the slot that is taken over. */
			evo_individuals_replace(&gp->pool, twin, individual, signature);
		} else if (individual->injected) {
			note_about(
			        gp, &individual->tree,
			        "orders the networks as an earlier injected tree does; not added");
		}
		return;
	}
	/* Later rounds make more than is missing: of what is over, only a new best is kept. */
	const struct evo_individual *best = evo_gp_live_best(gp);
	bool leads = best == NULL || individual->fitness > best->fitness;
	if (gp->made < gp->wanted || individual->injected || leads) {
		evo_individuals_add(&gp->pool, individual, signature);
		gp->made++;
	}
}

/* From one candidate and its scores, one row a group, to an individual, if it orders anything. */
static void judge(struct evo_gp *gp, struct evo_candidate *candidate, const double *const *rows)
{
	if (!evo_fitness_orders(&gp->fitness, rows)) {
		gp->counts.failed++;
		evo_known_put(&gp->known, candidate->hash, NULL);
		if (candidate->origin == EVO_ORIGIN_INJECTED)
			note_about(
			        gp, &candidate->tree,
			        "gives the train networks no order (no finite value, or one value "
			        "for all); not added");
		return;
	}
	struct evo_individual *individual =
	        evo_individual_create(&candidate->tree, gp->fitness.total);
	for (size_t g = 0; g < gp->fitness.group_count; g++) {
		const struct evo_fitness_group *group = &gp->fitness.groups[g];
		memcpy(individual->scores + group->offset, rows[g],
		       (group->train + group->validation) * sizeof(double));
	}
	evo_fitness_judge(&gp->fitness, rows, individual);
	individual->id = gp->next_id++;
	individual->origin = candidate->origin;
	individual->parents[0] = candidate->parents[0];
	individual->parents[1] = candidate->parents[1];
	individual->descends = candidate->descends;
	individual->injected = candidate->origin == EVO_ORIGIN_INJECTED;
	individual->born = gp->generation;
	individual->hash = candidate->hash;
	evo_known_put(&gp->known, candidate->hash, individual->scores);
	enter(gp, individual, evo_fitness_signature(&gp->fitness, rows));
	evo_individual_release(individual);
}

/* Candidates are judged in the order they were made, whether scored now or known before, so that
   what is remembered changes how fast a run is and not how it goes. */
static void take(struct evo_gp *gp, double *const *scores)
{
	const double **rows = evo_calloc(gp->fitness.group_count, sizeof(*rows));
	size_t asked = 0;
	for (size_t i = 0; i < gp->candidate_count; i++) {
		struct evo_candidate *candidate = &gp->candidates[i];
		for (size_t g = 0; g < gp->fitness.group_count; g++) {
			const struct evo_fitness_group *group = &gp->fitness.groups[g];
			rows[g] = candidate->scores != NULL
			                  ? candidate->scores + group->offset
			                  : scores[g] + asked * (group->train + group->validation);
		}
		asked += candidate->scores == NULL;
		gp->counts.evaluations += candidate->new;
		judge(gp, candidate, rows);
	}
	free(rows);
	gp->round++;
	/* There are only so many of these, and nothing else fills their places. */
	if (evo_gp_is_listed(gp) && gp->made > 0)
		gp->wanted = gp->made;
	evo_gp_clear_candidates(gp);
}

void evo_gp_tell(struct evo_gp *gp, double *const *scores)
{
	if (gp->asked_count > 0)
		take(gp, scores);
}

/* ---- Interventions --------------------------------------------------------------------------- */

/* A unit-level root is meant to stand under layer_mean. */
static bool at_network_level(const struct evo_tree *tree, struct evo_tree *out)
{
	unsigned code;
	evo_tree_copy(out, tree);
	if (evo_tree_level(tree, 0) != EVO_LEVEL_UNIT)
		return true;
	if (tree->size == EVO_TREE_MAX || !evo_primitive_find("layer_mean", &code))
		return false;
	out->size = tree->size + 1;
	memcpy(out->nodes + 1, tree->nodes, tree->size * sizeof(tree->nodes[0]));
	out->nodes[0] = (struct evo_tree_node){(uint16_t) code, (uint16_t) out->size, 0};
	return true;
}

/* *out: the tree as it would enter. */
static bool injectable(const struct evo_gp_config *config, const struct evo_tree *tree,
                       struct evo_tree *out, struct evo_error *err)
{
	if (!evo_tree_check(tree, err))
		return false;
	if (!at_network_level(tree, out) || out->size > config->max_size)
		return evo_fail(
		        err, EVO_E_INPUT,
		        "the tree has %zu nodes and max_size is %zu; raise it (set max_size "
		        "%zu) or make the tree smaller",
		        out->size, config->max_size, out->size);
	size_t depth = evo_tree_depth(out);
	if (depth > config->max_depth)
		return evo_fail(
		        err, EVO_E_INPUT,
		        "the tree is %zu deep and max_depth is %zu; raise it (set max_depth "
		        "%zu) or make the tree flatter",
		        depth, config->max_depth, depth);
	return true;
}

bool evo_gp_injectable(const struct evo_gp_config *config, const struct evo_tree *tree,
                       struct evo_error *err)
{
	struct evo_tree entered;
	return injectable(config, tree, &entered, err);
}

bool evo_gp_inject(struct evo_gp *gp, const struct evo_tree *tree, struct evo_error *err)
{
	if (gp->injection_count - gp->entering == EVO_GP_INJECTIONS)
		return evo_fail(err, EVO_E_USAGE,
		                "%d injected trees wait for the next generation already; inject "
		                "more after it",
		                EVO_GP_INJECTIONS);
	if (!injectable(&gp->config, tree, &gp->injections[gp->injection_count], err))
		return false;
	gp->injection_count++;
	return true;
}

bool evo_gp_set(struct evo_gp *gp, const char *name, const char *value, struct evo_error *err)
{
	const struct evo_setting *setting = evo_setting_find(name, err);
	if (setting == NULL)
		return false;
	if (!setting->live)
		return evo_fail(
		        err, EVO_E_USAGE,
		        "%s cannot change while a search runs; start another search with it", name);
	struct evo_gp_config changed = gp->config;
	if (!evo_gp_config_set(&changed, name, value, err) || !evo_gp_config_check(&changed, err))
		return false;
	gp->config = changed;
	return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

const struct evo_gp_config *evo_gp_config(const struct evo_gp *gp)
{
	return &gp->config;
}

size_t evo_gp_generation(const struct evo_gp *gp)
{
	return gp->generation;
}

size_t evo_gp_next_generation(const struct evo_gp *gp)
{
	return gp->generation + (gp->working ? 1 : 0);
}

size_t evo_gp_population(const struct evo_gp *gp, const struct evo_individual *const **individuals)
{
	*individuals = gp->population.items;
	return gp->population.count;
}

size_t evo_gp_front(const struct evo_gp *gp, const struct evo_individual *const **individuals)
{
	*individuals = gp->front.items;
	return gp->front.count;
}

const struct evo_individual *evo_gp_live_best(const struct evo_gp *gp)
{
	const struct evo_individuals *pool = gp->working ? &gp->pool : &gp->population;
	const struct evo_individual *best = NULL;
	for (size_t i = 0; i < pool->count; i++) {
		if (best == NULL || evo_individual_before(pool->items[i], best))
			best = pool->items[i];
	}
	return best;
}

struct evo_gp_counts evo_gp_counts(const struct evo_gp *gp)
{
	return gp->counts;
}

void evo_gp_judge(const struct evo_gp *gp, double *const *scores, struct evo_individual *out)
{
	evo_fitness_judge(&gp->fitness, (const double *const *) scores, out);
}
