/* What a search computes with, and one pass over its networks. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* Readers want to see a pass move; more often than this nobody looks. */
#define PUBLISH_SECONDS 0.1
#define WAIT_SECONDS    0.05

static const char *const reference_names[EVO_REFERENCES] = {"units", "params", "eznas-a"};

/* ---- Making it ready ------------------------------------------------------------------------- */

static void tell_sample(struct evo_run *run, const struct evo_case_item *item)
{
	const struct evo_gp_config *gp = &run->config.gp;
	const struct {
		const char *side;
		size_t wanted, got;
	} sides[] = {{"train", gp->train, item->train},
	             {"validation", gp->validation, item->validation}};
	for (size_t i = 0; i < EVO_COUNT(sides); i++) {
		if (sides[i].got < sides[i].wanted && sides[i].wanted != EVO_ALL_NETWORKS)
			evo_run_say(run, EVO_LOG_NOTE,
			            "%s has %zu %s networks that differ as functions; all of them "
			            "are used, not %zu",
			            item->benchmark->name, sides[i].got, sides[i].side,
			            sides[i].wanted);
	}
}

void evo_run_describe(const struct evo_benchmark *benchmark, const struct evo_probe *probe,
                      struct evo_run_case *out)
{
	snprintf(out->name, sizeof(out->name), "%s", benchmark->name);
	snprintf(out->title, sizeof(out->title), "%s", benchmark->title);
	snprintf(out->images, sizeof(out->images), "%s", benchmark->image_title);
	snprintf(out->origin, sizeof(out->origin), "%s", benchmark->origin);
	evo_probe_text(probe, out->probe, sizeof(out->probe));
}

static bool load_cases(struct evo_run *run, struct evo_error *err)
{
	const struct evo_run_config *config = &run->config;
	struct evo_cases *cases = &run->cases;
	if (!evo_cases_load(cases, config->benchmarks, config->benchmark_count, &config->probe,
	                    config->seed, run->store, err) ||
	    !evo_cases_sample_pools(cases, config->gp.train, config->gp.validation, config->seed,
	                            err) ||
	    !evo_cases_register(cases, run->store, err))
		return false;
	run->draft.case_count = cases->count;
	for (size_t i = 0; i < cases->count; i++) {
		const struct evo_case_item *item = &cases->items[i];
		struct evo_run_case *out = &run->draft.cases[i];
		evo_run_describe(item->benchmark, &item->probe, out);
		out->train = item->train;
		out->validation = item->validation;
		evo_run_say(run, EVO_LOG_NOTE, "%s: %s", out->name, out->origin);
		tell_sample(run, item);
	}
	return true;
}

static bool create_search(struct evo_run *run, struct evo_error *err)
{
	struct evo_group groups[EVO_CASES_MAX];
	struct evo_case cases[EVO_CASES_MAX];
	for (size_t g = 0; g < run->cases.group_count; g++) {
		const struct evo_case_item *item =
		        &run->cases.items[run->cases.groups[g].first_case];
		groups[g] = (struct evo_group){item->train, item->validation};
	}
	for (size_t i = 0; i < run->cases.count; i++)
		cases[i] =
		        (struct evo_case){run->cases.items[i].group, run->cases.items[i].accuracy};
	run->gp = evo_gp_create(&run->config.gp, groups, run->cases.group_count, cases,
	                        run->cases.count, run->config.seed, err);
	if (run->gp == NULL)
		return false;
	for (size_t i = 0; i < run->config.injected_count; i++) {
		struct evo_tree tree;
		if (!evo_proxy_parse(run->config.injected[i], &tree, err) ||
		    !evo_gp_inject(run->gp, &tree, err))
			return false;
	}
	return true;
}

bool evo_run_prepare(struct evo_run *run, struct evo_error *err)
{
	snprintf(run->draft.phase, sizeof(run->draft.phase), "loading benchmarks");
	evo_run_publish(run);
	unsigned threads = evo_run_threads(run->config.threads);
	for (size_t i = 0; i < EVO_REFERENCES; i++) {
		struct evo_reference *reference = &run->draft.references[i];
		snprintf(reference->name, sizeof(reference->name), "%s", reference_names[i]);
		if (!evo_proxy_parse(reference_names[i], &run->references[i], err))
			return false;
	}
	run->pool = evo_pool_create(threads, err);
	if (run->pool == NULL)
		return false;
	run->store = evo_store_create(evo_run_memory(run->config.memory), threads, err);
	if (run->store == NULL || !load_cases(run, err) || !create_search(run, err))
		return false;
	run->scorer = evo_scorer_create(run->store, run->pool);
	evo_run_say(run, EVO_LOG_NOTE, "%zu benchmark%s, %zu networks, %u thread%s, seed %llu",
	            run->cases.count, run->cases.count == 1 ? "" : "s", run->cases.network_count,
	            threads, threads == 1 ? "" : "s", (unsigned long long) run->config.seed);
	return true;
}

void evo_run_release_engine(struct evo_run *run)
{
	evo_scorer_destroy(run->scorer);
	evo_gp_destroy(run->gp);
	if (run->store != NULL)
		evo_store_destroy(run->store);
	if (run->pool != NULL)
		evo_pool_destroy(run->pool);
	evo_cases_clear(&run->cases);
	free(run->counters[0]);
	free(run->counters[1]);
	run->counters[0] = run->counters[1] = NULL;
	run->scorer = NULL;
	run->gp = NULL;
	run->store = NULL;
	run->pool = NULL;
}

/* ---- A pass ---------------------------------------------------------------------------------- */

bool evo_run_time_up(const struct evo_run *run)
{
	return run->config.seconds > 0 && evo_run_elapsed(run) >= run->config.seconds;
}

/* A pass over networks of which some are done; what is left is computed in one go or, when the
   person pauses, in several. */
struct pass {
	const struct evo_tree *const *trees;
	size_t tree_count;
	double *scores; /* a row of all networks a tree */
	size_t *left;   /* columns to do */
	size_t left_count;
	double begin;
};

static void show_pass(struct evo_run *run, const struct pass *pass, size_t done)
{
	struct evo_snapshot *draft = &run->draft;
	done += run->cases.network_count - pass->left_count;
	if (evo_now() - run->published < PUBLISH_SECONDS)
		return;
	draft->elapsed = evo_run_elapsed(run);
	draft->phase_done = done;
	draft->phase_total = run->cases.network_count;
	draft->store = evo_store_report(run->store);
	double seconds = draft->elapsed - pass->begin;
	if (seconds > 0 && done > 0)
		draft->evaluations_per_second = (double) (done * pass->tree_count) / seconds;
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
			pass->scores[t * all + column] = part[t * count + i];
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

bool evo_run_score_trees(struct evo_run *run, const struct evo_tree *const *trees, size_t count,
                         double *scores, struct evo_error *err)
{
	struct pass pass = {
	        trees, count, scores, NULL, run->cases.network_count, evo_run_elapsed(run)};
	pass.left = evo_calloc(pass.left_count, sizeof(*pass.left));
	for (size_t i = 0; i < pass.left_count; i++)
		pass.left[i] = i;
	bool good = true;
	while (good && pass.left_count > 0) {
		good = evo_run_go_on(run) && !interrupted(run) && work_on(run, &pass, err);
	}
	show_pass(run, &pass, 0);
	free(pass.left);
	return good;
}
