/*
 * Trees scored on the networks of a search. Two thirds of all random trees order nothing: they give
 * every network the same value, or no finite one. A few networks tell, so that the others need not
 * be asked about them.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* Readers want to see a pass move; more often than this nobody looks. */
#define PUBLISH_SECONDS 0.1
#define WAIT_SECONDS    0.05

bool evo_run_time_up(const struct evo_run *run)
{
	return run->config.seconds > 0 && evo_run_elapsed(run) >= run->config.seconds;
}

/* A pass over networks of which some are done; what is left is computed in one go or, when the
   person pauses, in several. */
struct pass {
	const struct evo_tree **trees;
	size_t *rows; /* of the scores, a tree */
	size_t tree_count;
	double *scores; /* a row of all networks a tree */
	size_t *left;   /* columns to do */
	size_t left_count;
	size_t later;  /* columns to do after these */
	size_t scored; /* trees times networks, by earlier steps */
	double begin;
};

static void show_pass(struct evo_run *run, const struct pass *pass, size_t done)
{
	struct evo_snapshot *draft = &run->draft;
	size_t all = run->cases.network_count;
	if (evo_now() - run->published < PUBLISH_SECONDS)
		return;
	draft->elapsed = evo_run_elapsed(run);
	draft->phase_done = all - pass->later - pass->left_count + done;
	draft->phase_total = all;
	draft->store = evo_store_report(run->store);
	double seconds = draft->elapsed - pass->begin;
	size_t scored = pass->scored + done * pass->tree_count;
	if (seconds > 0 && scored > 0)
		draft->evaluations_per_second = (double) scored / seconds;
	evo_run_publish(run);
}

/* Is there a reason to stop before all networks are done? The first generation is finished even
   when time is up, so that there is a result. */
static bool interrupted(const struct evo_run *run)
{
	bool works = run->mode == EVO_RUN_RUNNING || run->mode == EVO_RUN_STEPPING;
	return run->quit || !works || (run->record.history_count > 0 && evo_run_time_up(run));
}

/* Takes what is finished over into the pass's scores; the rest stays left. */
static void collect(struct evo_run *run, struct pass *pass, const struct evo_scoring *scoring,
                    const double *part)
{
	size_t all = run->cases.network_count, count = pass->left_count, rest = 0;
	for (size_t i = 0; i < count; i++) {
		size_t column = pass->left[i];
		if (isnan(evo_scoring_milliseconds(scoring, i))) {
			pass->left[rest++] = column;
			continue;
		}
		for (size_t t = 0; t < pass->tree_count; t++)
			pass->scores[pass->rows[t] * all + column] = part[t * count + i];
		pass->scored += pass->tree_count;
	}
	pass->left_count = rest;
}

static bool work_on(struct evo_run *run, struct pass *pass, struct evo_error *err)
{
	size_t count = pass->left_count;
	size_t *numbers = evo_calloc(count, sizeof(*numbers));
	double *part = evo_big_alloc(pass->tree_count * count * sizeof(*part), "scores", err);
	bool good = part != NULL, cancelled = false;
	for (size_t i = 0; i < count; i++)
		numbers[i] = run->cases.networks[pass->left[i]];
	if (good) {
		struct evo_error inner = {0};
		struct evo_scoring *scoring =
		        evo_scoring_start(run->scorer, EVO_PRIORITY_SEARCH, pass->trees,
		                          pass->tree_count, numbers, count, part);
		while (!evo_scoring_wait(scoring, WAIT_SECONDS)) {
			evo_run_heed(run, false);
			show_pass(run, pass, evo_scoring_done(scoring));
			if (!cancelled && interrupted(run)) {
				evo_scoring_cancel(scoring);
				cancelled = true;
			}
		}
		collect(run, pass, scoring, part);
		good = evo_scoring_finish(scoring, &inner) || inner.code == EVO_E_CANCELLED ||
		       evo_fail(err, inner.code, "%s", inner.message);
	}
	free(part);
	free(numbers);
	return good;
}

static bool finish(struct evo_run *run, struct pass *pass, struct evo_error *err)
{
	bool good = true;
	while (good && pass->left_count > 0)
		good = evo_run_go_on(run) && !interrupted(run) && work_on(run, pass, err);
	return good;
}

/* ---- Screening ------------------------------------------------------------------------------- */

/* The first train networks of every group, which gp lines up first; marks them in chosen. */
static size_t screen_columns(const struct evo_cases *cases, bool *chosen, size_t *columns)
{
	size_t count = 0;
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		size_t train = cases->items[group->first_case].train;
		for (size_t i = 0; i < train && i < EVO_SCREEN; i++) {
			size_t column = group->columns[i];
			if (!chosen[column])
				columns[count++] = column;
			chosen[column] = true;
		}
	}
	return count;
}

/* Does a tree order the networks of every group that it was screened on? */
static bool orders(const struct evo_cases *cases, const double *scores)
{
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		size_t train = cases->items[group->first_case].train;
		double first = scores[group->columns[0]];
		bool differs = false;
		for (size_t i = 1; i < train && i < EVO_SCREEN; i++) {
			double score = scores[group->columns[i]];
			differs =
			        differs || (score != first && (isfinite(score) || isfinite(first)));
		}
		if (!differs)
			return false;
	}
	return true;
}

/* Lets go of the trees that order nothing; their other scores are none. */
static void drop_trees(struct evo_run *run, struct pass *pass, size_t kept)
{
	size_t all = run->cases.network_count, rest = 0;
	for (size_t t = 0; t < pass->tree_count; t++) {
		double *scores = pass->scores + pass->rows[t] * all;
		if (t >= kept && !orders(&run->cases, scores)) {
			for (size_t i = 0; i < all; i++)
				scores[i] = NAN;
			continue;
		}
		pass->trees[rest] = pass->trees[t];
		pass->rows[rest++] = pass->rows[t];
	}
	pass->tree_count = rest;
}

bool evo_run_score_trees(struct evo_run *run, const struct evo_tree *const *trees, size_t count,
                         size_t kept, double *scores, struct evo_error *err)
{
	size_t all = run->cases.network_count, few;
	bool *chosen = evo_calloc(all, sizeof(*chosen));
	struct pass pass = {.tree_count = count, .scores = scores, .begin = evo_run_elapsed(run)};
	pass.trees = evo_calloc(count, sizeof(*pass.trees));
	pass.rows = evo_calloc(count, sizeof(*pass.rows));
	pass.left = evo_calloc(all, sizeof(*pass.left));
	for (size_t t = 0; t < count; t++) {
		pass.trees[t] = trees[t];
		pass.rows[t] = t;
	}
	few = pass.left_count = screen_columns(&run->cases, chosen, pass.left);
	pass.later = all - few;
	bool good = finish(run, &pass, err);
	if (good) {
		drop_trees(run, &pass, kept);
		for (size_t i = 0; i < all; i++)
			if (!chosen[i])
				pass.left[pass.left_count++] = i;
		pass.later = 0;
		if (pass.tree_count == 0)
			pass.left_count = 0;
		good = finish(run, &pass, err);
	}
	show_pass(run, &pass, 0);
	free(pass.left);
	free(pass.rows);
	free(pass.trees);
	free(chosen);
	return good;
}
