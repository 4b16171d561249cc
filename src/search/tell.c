/* What a search came to, in its log: as it happens, and of a stored run from what is known of
   it. */
#include "config.h"

#include <math.h>

#include "state.h"

#define MOST ((size_t) 150) /* generations: more would not stay in the log */

static void log_best(struct evo_run *run, const struct evo_individual *best)
{
	struct evo_text text, parents;
	evo_text_init(&text);
	evo_text_init(&parents);
	evo_tree_print(&best->tree, &text);
	for (size_t i = 0; i < 2 && best->parents[i] != 0; i++)
		evo_text_printf(&parents, "%s%llu", i == 0 ? " of " : " and ",
		                (unsigned long long) best->parents[i]);
	evo_run_say(run, EVO_LOG_BEST, "new best %.4f, %zu nodes, %s%s: %s", best->fitness,
	            best->tree.size, evo_origin_name(best->origin), parents.data, text.data);
	evo_text_clear(&text);
	evo_text_clear(&parents);
}

void evo_run_tell_generation(struct evo_run *run, const struct evo_generation *last)
{
	char validation[40] = "";
	if (last->best > run->best) {
		log_best(run, last->champion);
		run->best = last->best;
	}
	if (!isnan(last->best_validation))
		snprintf(validation, sizeof(validation), ", validation %.4f",
		         last->best_validation);
	evo_run_say_took(run, EVO_LOG_NOTE, last->seconds,
	                 "generation %zu: best %.4f%s, mean %.4f, %zu scored", last->generation,
	                 last->best, validation, last->mean, last->evaluations);
}

/* What was done by hand before so many generations were complete. */
static void tell_interventions(struct evo_run *run, struct evo_told *told, size_t generation)
{
	const struct evo_body *body = run->body;
	for (; told->interventions < body->intervention_count; told->interventions++) {
		const struct evo_intervention *one = &body->interventions[told->interventions];
		if (one->generation > generation)
			return;
		run->draft.generation = one->generation;
		evo_run_tell_intervention(run, one);
	}
}

void evo_run_tell_past(struct evo_run *run, struct evo_told *told)
{
	const struct evo_body *body = run->body;
	const size_t now = run->draft.generation;
	if (body->history_count > told->generations + MOST) {
		told->generations = body->history_count - MOST;
		run->draft.generation = body->history[told->generations].generation;
		evo_run_say(run, EVO_LOG_NOTE,
		            "what was before is in Runs, the screen of stored "
		            "searches");
	}
	for (; told->generations < body->history_count; told->generations++) {
		const struct evo_generation *one = &body->history[told->generations];
		tell_interventions(run, told, one->generation);
		run->draft.generation = one->generation + 1;
		evo_run_tell_generation(run, one);
	}
	tell_interventions(run, told, SIZE_MAX);
	run->draft.generation = now;
}
