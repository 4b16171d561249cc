/*
 * A search is taken up from where it was between two generations. What was stored of it is checked
 * against what its individuals' scores say.
 */
#include "config.h"

#include <string.h>

#include "search.h"

void evo_gp_state(const struct evo_gp *gp, struct evo_gp_state *out)
{
	out->generation = gp->generation;
	out->stalled = gp->stalled;
	out->next_id = gp->next_id;
	out->counts = gp->counts;
	out->forms = gp->known.forms;
	out->form_count = gp->known.map.count;
	out->population = gp->population.items;
	out->population_count = gp->population.count;
	out->front = gp->front.items;
	out->front_count = gp->front.count;
}

static bool same(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Do its scores say what it says? *signature: of its order. */
static bool check(const struct evo_gp *gp, const struct evo_individual *individual,
                  uint64_t *signature, struct evo_error *err)
{
	const double *rows[EVO_CASES_MAX];
	struct evo_individual judged = {0};
	for (size_t g = 0; g < gp->fitness.group_count; g++)
		rows[g] = individual->scores + gp->fitness.groups[g].offset;
	evo_fitness_judge(&gp->fitness, rows, &judged);
	if (!same(judged.fitness, individual->fitness) || judged.direction != individual->direction)
		return evo_fail(err, EVO_E_INPUT,
		                "individual %llu has fitness %g by its scores and %g by what was "
		                "stored",
		                (unsigned long long) individual->id, judged.fitness,
		                individual->fitness);
	*signature = evo_fitness_signature(&gp->fitness, rows);
	return true;
}

bool evo_gp_resume(struct evo_gp *gp, const struct evo_gp_state *state, struct evo_error *err)
{
	uint64_t signature;
	for (size_t i = 0; i < state->population_count; i++) {
		if (!check(gp, state->population[i], &signature, err))
			return false;
		evo_individuals_add(&gp->population, state->population[i], signature);
	}
	for (size_t i = 0; i < state->front_count; i++) {
		if (!check(gp, state->front[i], &signature, err))
			return false;
		if (!evo_front_offer(&gp->front, state->front[i]))
			return evo_fail(err, EVO_E_INPUT, "individual %llu is not on the front",
			                (unsigned long long) state->front[i]->id);
	}
	for (size_t i = 0; i < state->form_count; i++)
		evo_known_recall(&gp->known, &state->forms[i]);
	gp->generation = state->generation;
	gp->stalled = state->stalled;
	gp->next_id = state->next_id;
	gp->counts = state->counts;
	return true;
}
