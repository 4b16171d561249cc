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
	size_t done;   /* columns done before these */
	size_t all;    /* columns of this pass */
	size_t scored; /* trees times networks, by earlier steps */
	double begin;
	bool ignore_deadline; /* finished even when time is up */
};

/* What is scored in one go: those trees of a pass whose scores are open on some of its networks,
   and these networks. All of both, unless a run that is resumed has some of the scores. */
struct step {
	struct evo_run *run;
	struct pass *pass;
	const struct evo_tree **trees;
	size_t *rows, *columns;
	size_t tree_count, column_count;
};

bool evo_run_is_interrupted(const struct evo_run *run, bool ignore_deadline)
{
	bool works = run->mode == EVO_RUN_RUNNING || run->mode == EVO_RUN_STEPPING;
	return run->quit || !works || (!ignore_deadline && evo_run_time_up(run));
}

void evo_run_show_progress(struct evo_run *run, size_t done, size_t total)
{
	struct evo_snapshot *draft = &run->draft;
	if (evo_now() - run->published < PUBLISH_SECONDS)
		return;
	draft->elapsed = evo_run_elapsed(run);
	draft->phase_done = done;
	draft->phase_total = total;
	draft->store = evo_engine_report(run->engine);
	evo_run_publish(run);
}

static void show_pass(struct evo_run *run, const struct pass *pass)
{
	double seconds = evo_run_elapsed(run) - pass->begin;
	if (seconds > 0 && pass->scored > 0)
		run->draft.evaluations_per_second = (double) pass->scored / seconds;
	evo_run_show_progress(run, pass->done, pass->all);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static bool is_open(const struct evo_run *run, const struct pass *pass, size_t tree, size_t column)
{
	return evo_score_is_pending(
	        pass->scores[pass->rows[tree] * run->cases.network_count + column]);
}

/* Are the same trees open on both networks? */
static bool same_open(const struct evo_run *run, const struct pass *pass, size_t a, size_t b)
{
	for (size_t t = 0; t < pass->tree_count; t++)
		if (is_open(run, pass, t, a) != is_open(run, pass, t, b))
			return false;
	return true;
}

/* Strikes out networks on which nothing is open; how many. */
static size_t strike_out(struct evo_run *run, struct pass *pass)
{
	size_t rest = 0, before = pass->left_count;
	for (size_t i = 0; i < pass->left_count; i++) {
		bool open = false;
		for (size_t t = 0; !open && t < pass->tree_count; t++)
			open = is_open(run, pass, t, pass->left[i]);
		if (open)
			pass->left[rest++] = pass->left[i];
	}
	pass->left_count = rest;
	return before - rest;
}

/* What is open on the first network that is left, and the others that have the same open. */
static struct step begin_step(struct evo_run *run, struct pass *pass)
{
	const size_t first = pass->left[0];
	struct step step = {.run = run,
	                    .pass = pass,
	                    .trees = evo_calloc(pass->tree_count, sizeof(*step.trees)),
	                    .rows = evo_calloc(pass->tree_count, sizeof(*step.rows)),
	                    .columns = evo_calloc(pass->left_count, sizeof(*step.columns))};
	for (size_t t = 0; t < pass->tree_count; t++) {
		if (!is_open(run, pass, t, first))
			continue;
		step.trees[step.tree_count] = pass->trees[t];
		step.rows[step.tree_count++] = pass->rows[t];
	}
	for (size_t i = 0; i < pass->left_count; i++)
		if (same_open(run, pass, first, pass->left[i]))
			step.columns[step.column_count++] = pass->left[i];
	return step;
}

/* Takes a network's scores over into those of the pass, and keeps them. */
static void take(void *context, const struct evo_scored_network *network)
{
	const struct step *step = context;
	struct pass *pass = step->pass;
	const struct evo_keep_rows rows = {.trees = step->trees,
	                                   .rows = step->rows,
	                                   .count = step->tree_count,
	                                   .scores = pass->scores};
	for (size_t t = 0; t < step->tree_count; t++)
		pass->scores[step->rows[t] * step->run->cases.network_count + network->column] =
		        network->scores[t];
	evo_keep_scores(step->run, &rows, &network->column, 1);
	pass->scored += step->tree_count;
	pass->done++;
}

static bool look(void *context)
{
	const struct step *step = context;
	evo_run_heed(step->run, false);
	show_pass(step->run, step->pass);
	return !evo_run_is_interrupted(step->run, step->pass->ignore_deadline);
}

static bool work_on(struct evo_run *run, struct pass *pass, struct evo_error *err)
{
	struct step step = begin_step(run, pass);
	const struct evo_engine_pass work = {.priority = EVO_PRIORITY_SEARCH,
	                                     .trees = step.trees,
	                                     .tree_count = step.tree_count,
	                                     .columns = step.columns,
	                                     .column_count = step.column_count,
	                                     .interval = EVO_WAIT_SECONDS,
	                                     .take = take,
	                                     .look = look,
	                                     .context = &step};
	bool good = evo_engine_score(run->engine, &work, err);
	if (good)
		strike_out(run, pass);
	free(step.trees);
	free(step.rows);
	free(step.columns);
	return good;
}

/* What a run that is resumed has kept is not scored again. */
static bool finish(struct evo_run *run, struct pass *pass, struct evo_error *err)
{
	const struct evo_keep_rows rows = {.trees = pass->trees,
	                                   .rows = pass->rows,
	                                   .count = pass->tree_count,
	                                   .scores = pass->scores};
	bool good = true;
	evo_keep_recall(run, &rows, pass->left, pass->left_count);
	pass->done += strike_out(run, pass);
	while (good && pass->left_count > 0)
		good = evo_run_go_on(run) && !evo_run_is_interrupted(run, pass->ignore_deadline) &&
		       work_on(run, pass, err);
	return good;
}

/* ---- Early rejection ------------------------------------------------------------------------- */

/* Networks of every group: the first of the train side, which gp lines up first; all of that side;
   those of the validation side. */
enum part {
	EARLY,
	TRAIN,
	VALIDATION
};

/* Columns of a part, each once, that are not chosen yet; chosen then. */
static size_t choose_columns(const struct evo_cases *cases, enum part part, bool *chosen,
                             size_t *columns)
{
	size_t count = 0;
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		size_t train = cases->items[group->first_case].train;
		size_t first = part == VALIDATION ? train : 0;
		size_t end = part == VALIDATION ? group->count : train;
		if (part == EARLY && end > EVO_EARLY_NETWORKS)
			end = EVO_EARLY_NETWORKS;
		for (size_t i = first; i < end; i++) {
			size_t column = group->columns[i];
			if (!chosen[column])
				columns[count++] = column;
			chosen[column] = true;
		}
	}
	return count;
}

/* Does a tree order the early networks of every group? */
static bool orders(const struct evo_cases *cases, const double *scores)
{
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		size_t train = cases->items[group->first_case].train;
		double first = scores[group->columns[0]];
		bool differs = false;
		for (size_t i = 1; i < train && i < EVO_EARLY_NETWORKS; i++) {
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

/* Trees that a pass may let go of, and the rows of scores that they fill. */
static struct pass begin_pass(struct evo_run *run, const struct evo_tree *const *trees,
                              size_t count, double *scores)
{
	struct pass pass = {.tree_count = count, .scores = scores, .begin = evo_run_elapsed(run)};
	pass.trees = evo_calloc(count + 1, sizeof(*pass.trees));
	pass.rows = evo_calloc(count + 1, sizeof(*pass.rows));
	pass.left = evo_calloc(run->cases.network_count + 1, sizeof(*pass.left));
	for (size_t t = 0; t < count; t++) {
		pass.trees[t] = trees[t];
		pass.rows[t] = t;
	}
	/* The first generation is finished, so that there is a result. */
	pass.ignore_deadline = run->record.history_count == 0 || !run->complete;
	return pass;
}

static void end_pass(struct evo_run *run, struct pass *pass)
{
	show_pass(run, pass);
	free(pass->left);
	free(pass->rows);
	free(pass->trees);
}

bool evo_run_score_train(struct evo_run *run, const struct evo_tree *const *trees, size_t count,
                         size_t kept, double *scores, struct evo_error *err)
{
	size_t all = run->cases.network_count;
	bool *chosen = evo_calloc(all + 1, sizeof(*chosen));
	size_t *others = evo_calloc(all + 1, sizeof(*others)), other_count;
	struct pass pass = begin_pass(run, trees, count, scores);
	pass.left_count = choose_columns(&run->cases, EARLY, chosen, pass.left);
	other_count = choose_columns(&run->cases, TRAIN, chosen, others);
	pass.all = pass.left_count + other_count;
	bool good = finish(run, &pass, err);
	if (good)
		drop_trees(run, &pass, kept);
	if (good && pass.tree_count > 0) {
		memcpy(pass.left, others, other_count * sizeof(*others));
		pass.left_count = other_count;
		good = finish(run, &pass, err);
	}
	end_pass(run, &pass);
	free(others);
	free(chosen);
	return good;
}

bool evo_run_score_validation(struct evo_run *run, const struct evo_tree *const *trees,
                              size_t count, double *scores, struct evo_error *err)
{
	bool *chosen = evo_calloc(run->cases.network_count + 1, sizeof(*chosen));
	struct pass pass = begin_pass(run, trees, count, scores);
	/* A generation that is selected is brought to its end, too. */
	pass.ignore_deadline = true;
	pass.left_count = pass.all = choose_columns(&run->cases, VALIDATION, chosen, pass.left);
	bool good = finish(run, &pass, err);
	end_pass(run, &pass);
	free(chosen);
	return good;
}
