/* One generation: asked, scored, told; then recorded, logged and written. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* ---- References ------------------------------------------------------------------------------ */

/* scores: a row of all networks a tree; rows: one matrix a group with room for so many trees. */
static void split_groups(const struct evo_cases *cases, const double *scores, size_t trees,
                         double **rows)
{
	for (size_t g = 0; g < cases->group_count; g++)
		for (size_t t = 0; t < trees; t++)
			evo_cases_gather(cases, g, scores + t * cases->network_count,
			                 rows[g] + t * cases->groups[g].count);
}

static void destroy_rows(const struct evo_cases *cases, double **rows)
{
	for (size_t g = 0; rows != NULL && g < cases->group_count; g++)
		free(rows[g]);
	free(rows);
}

static double **create_rows(const struct evo_cases *cases, size_t trees, struct evo_error *err)
{
	double **rows = evo_calloc(cases->group_count, sizeof(*rows));
	for (size_t g = 0; g < cases->group_count; g++) {
		rows[g] = evo_big_alloc(trees * cases->groups[g].count * sizeof(**rows), "scores",
		                        err);
		if (rows[g] == NULL) {
			destroy_rows(cases, rows);
			return NULL;
		}
	}
	return rows;
}

/* Judges them by what is scored of them; rows: with room for one tree. */
static void judge_references(struct evo_run *run, double **rows)
{
	size_t n = run->cases.network_count;
	for (size_t i = 0; i < EVO_REFERENCES; i++) {
		struct evo_reference *reference = &run->draft.references[i];
		struct evo_individual judged = {0};
		split_groups(&run->cases, run->reference_scores + i * n, 1, rows);
		evo_gp_judge(run->gp, rows, &judged);
		reference->fitness = judged.fitness;
		for (size_t c = 0; c < run->cases.count; c++)
			if (isnan(judged.tau[EVO_SIDE_TRAIN][c]))
				reference->fitness = (double) NAN;
		memcpy(reference->tau, judged.tau, sizeof(reference->tau));
	}
	run->draft.reference_count = EVO_REFERENCES;
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static double *open_scores(const struct evo_run *run, size_t trees, struct evo_error *err)
{
	size_t count = trees * run->cases.network_count;
	double *scores = evo_big_alloc(count * sizeof(*scores), "scores", err);
	for (size_t i = 0; scores != NULL && i < count; i++)
		scores[i] = evo_score_pending();
	return scores;
}

/* The first round scores the references too, on statistics that are had anyway. asked: NULL where
   they alone are wanted. */
static bool round_of(struct evo_run *run, const struct evo_tree *const *asked, size_t count,
                     struct evo_error *err)
{
	size_t n = run->cases.network_count, more = run->warm ? 0 : EVO_REFERENCES;
	const struct evo_tree **trees = evo_calloc(count + more, sizeof(*trees));
	double *scores = open_scores(run, count + more, err);
	double **rows = create_rows(&run->cases, count + 1, err);
	/* What a person asked for comes first: it is scored on every network. */
	for (size_t i = 0; i < more; i++)
		trees[i] = &run->references[i];
	for (size_t i = 0; i < count; i++)
		trees[more + i] = asked[i];
	bool good = scores != NULL && rows != NULL &&
	            evo_run_score_train(run, trees, more + count,
	                                more + evo_gp_asked_injected(run->gp), scores, err);
	if (good) {
		split_groups(&run->cases, scores + more * n, count, rows);
		evo_gp_tell(run->gp, rows);
	}
	if (good && more > 0) {
		run->reference_scores = evo_calloc(more * n, sizeof(*scores));
		memcpy(run->reference_scores, scores, more * n * sizeof(*scores));
		judge_references(run, rows);
		run->warm = true;
		evo_run_enter(run, run->mode);
	}
	destroy_rows(&run->cases, rows);
	free(scores);
	free(trees);
	return good;
}

/* ---- Validation: of what survives alone ------------------------------------------------------ */

static void take_references(struct evo_run *run, const double *scores, double **rows)
{
	const struct evo_cases *cases = &run->cases;
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		for (size_t i = cases->items[group->first_case].train; i < group->count; i++)
			for (size_t r = 0; r < EVO_REFERENCES; r++) {
				size_t at = r * cases->network_count + group->columns[i];
				run->reference_scores[at] = scores[at];
			}
	}
	judge_references(run, rows);
}

/* first: that of the references too. */
static bool validate(struct evo_run *run, bool first, struct evo_error *err)
{
	const struct evo_tree *const *open;
	size_t n = run->cases.network_count, more = first ? EVO_REFERENCES : 0;
	size_t count = evo_gp_ask_pending(run->gp, &open);
	if (count + more == 0)
		return true;
	const struct evo_tree **trees = evo_calloc(count + more, sizeof(*trees));
	double *scores = open_scores(run, count + more, err);
	double **rows = create_rows(&run->cases, count + more, err);
	for (size_t i = 0; i < more; i++)
		trees[i] = &run->references[i];
	memcpy(trees + more, open, count * sizeof(*trees));
	snprintf(run->draft.phase, sizeof(run->draft.phase), "validating generation %zu",
	         evo_gp_generation(run->gp) - 1);
	bool good = scores != NULL && rows != NULL &&
	            evo_run_score_validation(run, trees, more + count, scores, err);
	if (good) {
		split_groups(&run->cases, scores + more * n, count, rows);
		evo_gp_tell_pending(run->gp, rows);
		if (first)
			take_references(run, scores, rows);
	}
	destroy_rows(&run->cases, rows);
	free(scores);
	free(trees);
	return good;
}

static void show_live(struct evo_run *run)
{
	const struct evo_individual *best = evo_gp_live_best(run->gp);
	struct evo_gp_counts counts = evo_gp_counts(run->gp);
	run->draft.live_best = best != NULL ? best->fitness : (double) NAN;
	run->draft.evaluations = counts.evaluations;
	run->draft.cache_hits = counts.cache_hits;
}

/* ---- What a generation came to --------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double left = *(const double *) a, right = *(const double *) b;
	return (left > right) - (left < right);
}

static void summarise(const struct evo_individual *const *population, size_t count,
                      struct evo_generation *out)
{
	double *fitness = evo_calloc(count, sizeof(*fitness)), sum = 0, size = 0;
	for (size_t i = 0; i < count; i++) {
		fitness[i] = population[i]->fitness;
		sum += fitness[i];
		size += (double) population[i]->tree.size;
	}
	qsort(fitness, count, sizeof(*fitness), by_value);
	out->best = fitness[count - 1];
	out->min = fitness[0];
	out->median = (fitness[(count - 1) / 2] + fitness[count / 2]) / 2;
	out->mean = sum / (double) count;
	out->mean_size = size / (double) count;
	free(fitness);
}

static void judge_champion(const struct evo_run *run, const struct evo_individual *champion,
                           struct evo_generation *out)
{
	for (size_t c = 0; c < run->cases.count; c++)
		for (int side = 0; side < 2; side++)
			out->tau[side][c] = champion->direction * champion->tau[side][c];
	out->best_validation = evo_snapshot_validation(&run->draft, champion);
	out->champion = evo_individual_hold(champion);
	out->best_id = champion->id;
}

/* What is left of the best's tau on validation networks when a counter is held fixed. */
static double partial(const struct evo_run *run, const struct evo_individual *champion, size_t c,
                      const double *counter)
{
	const struct evo_case_item *item = &run->cases.items[c];
	const double *scores = champion->scores;
	for (size_t g = 0; g < item->group; g++)
		scores += run->cases.groups[g].count;
	if (item->validation < 2 || champion->pending)
		return (double) NAN;
	const size_t *columns = run->cases.groups[item->group].columns + item->train;
	double *given = evo_calloc(item->validation, sizeof(*given));
	for (size_t i = 0; i < item->validation; i++)
		given[i] = counter[columns[i]];
	double tau = evo_kendall_partial(item->validation, scores + item->train,
	                                 item->accuracy + item->train, given);
	free(given);
	return champion->direction * tau;
}

static void add_generation(struct evo_run *run, const struct evo_generation *generation)
{
	struct evo_record *record = &run->record;
	record->history =
	        evo_realloc(record->history, record->history_count + 1, sizeof(*record->history));
	record->history[record->history_count++] = *generation;
}

/* What the best has on validation networks, and beyond the counters. */
static void take_champion(struct evo_run *run, const struct evo_individual *champion,
                          struct evo_generation *generation)
{
	size_t n = run->cases.network_count;
	judge_champion(run, champion, generation);
	for (size_t c = 0; c < run->cases.count; c++) {
		run->draft.partial_units[c] = partial(run, champion, c, run->reference_scores);
		run->draft.partial_params[c] = partial(run, champion, c, run->reference_scores + n);
	}
}

/* Fills the draft from the population; false when there is none. */
static bool take_stock(struct evo_run *run)
{
	const struct evo_individual *const *population;
	size_t count = evo_gp_population(run->gp, &population);
	struct evo_gp_counts counts = evo_gp_counts(run->gp);
	struct evo_generation generation = {.generation = evo_gp_generation(run->gp) - 1};
	generation.evaluations = counts.evaluations - run->counted.evaluations;
	generation.cache_hits = counts.cache_hits - run->counted.cache_hits;
	generation.seconds = evo_run_elapsed(run) - run->generation_begin;
	run->counted = counts;
	run->draft.generation = evo_gp_generation(run->gp);
	if (count == 0)
		return false;
	summarise(population, count, &generation);
	take_champion(run, population[0], &generation);
	add_generation(run, &generation);
	return true;
}

static void write_files(struct evo_run *run)
{
	struct evo_error err = {0};
	if (run->config.csv_folder == NULL || evo_keep_lost(run, NULL))
		return;
	const struct evo_snapshot *snapshot = evo_run_hold_newest(run);
	if (!evo_run_export(snapshot, run->config.csv_folder, &err))
		evo_run_say(run, EVO_LOG_WARNING, "the CSV files are not written: %s", err.message);
	evo_snapshot_release(snapshot);
}

static void conclude(struct evo_run *run)
{
	char note[300];
	bool any = take_stock(run);
	while (evo_gp_note(run->gp, note, sizeof(note)))
		evo_run_say(run, EVO_LOG_WARNING, "%s", note);
	run->draft.elapsed = evo_run_elapsed(run);
	run->draft.store = evo_engine_report(run->engine);
	run->draft.phase[0] = '\0';
	run->draft.phase_done = run->draft.phase_total = 0;
	show_live(run);
	run->draft.live_best = (double) NAN;
	if (any)
		evo_run_tell_generation(run, &run->record.history[run->record.history_count - 1]);
	else
		evo_run_say(run, EVO_LOG_WARNING,
		            "no expression of generation %zu orders the networks; the next one "
		            "begins anew",
		            run->draft.generation - 1);
	evo_run_renew_body(run);
	evo_run_publish(run);
}

/* The first generation is shown before it is validated; then what was open is filled in. */
static bool complete_first(struct evo_run *run, struct evo_error *err)
{
	const struct evo_individual *const *population;
	struct evo_generation *last;
	if (!validate(run, true, err))
		return false;
	run->complete = true;
	run->draft.phase[0] = '\0';
	run->draft.phase_done = run->draft.phase_total = 0;
	if (run->record.history_count == 0 || evo_gp_population(run->gp, &population) == 0)
		return true;
	last = &run->record.history[run->record.history_count - 1];
	evo_individual_release(last->champion);
	take_champion(run, population[0], last);
	if (!isnan(last->best_validation))
		evo_run_say(run, EVO_LOG_NOTE, "generation %zu: validation %.4f", last->generation,
		            last->best_validation);
	run->draft.elapsed = evo_run_elapsed(run);
	run->draft.store = evo_engine_report(run->engine);
	evo_run_renew_body(run);
	evo_run_publish(run);
	return true;
}

/* All rounds of a generation, and the selection of what survives. */
static bool breed(struct evo_run *run, struct evo_error *err)
{
	const struct evo_tree *const *asked;
	size_t count, round = 1;
	for (;;) {
		if (!evo_run_work_ahead(run))
			return false;
		count = evo_gp_ask(run->gp, &asked);
		if (count == 0)
			break;
		snprintf(run->draft.phase, sizeof(run->draft.phase), "%s generation %zu, round %zu",
		         run->warm ? "scoring" : "collecting statistics,",
		         evo_gp_generation(run->gp), round++);
		if (!round_of(run, asked, count, err))
			return false;
		show_live(run);
	}
	/* A search that is resumed, in which every score was known, has not met them yet. */
	return run->warm || round_of(run, NULL, 0, err);
}

bool evo_run_complete_stored(struct evo_run *run, struct evo_error *err)
{
	const struct evo_tree *const *open;
	if (run->complete || run->draft.generation != 1 || evo_gp_ask_pending(run->gp, &open) == 0)
		return true;
	if ((!run->warm && !round_of(run, NULL, 0, err)) || !complete_first(run, err))
		return false;
	evo_keep_generation(run);
	write_files(run);
	return true;
}

bool evo_run_generation(struct evo_run *run, struct evo_error *err)
{
	if (isnan(run->generation_begin))
		run->generation_begin = evo_run_elapsed(run);
	if (!breed(run, err))
		return false;
	if (run->complete && !validate(run, false, err))
		return false;
	conclude(run);
	run->generation_begin = (double) NAN;
	/* What the very first one came to is worth being stored before validation. */
	if (!run->complete && run->draft.generation == 1)
		evo_keep_generation(run);
	if (!run->complete && !complete_first(run, err))
		return false;
	evo_keep_generation(run);
	write_files(run);
	return true;
}
