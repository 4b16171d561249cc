/* What a search computes with. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "evoscope/proxy.h"
#include "state.h"

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

static bool open_engine(struct evo_run *run, struct evo_error *err)
{
	const struct evo_run_config *config = &run->config;
	const struct evo_engine_config engine = {.benchmarks = config->benchmarks,
	                                         .benchmark_count = config->benchmark_count,
	                                         .most = EVO_CASES_MAX,
	                                         .probe = config->probe,
	                                         .sample = {.seed = config->seed,
	                                                    .train = config->gp.train,
	                                                    .validation = config->gp.validation,
	                                                    .sampling = config->gp.sampling},
	                                         .seed = config->seed,
	                                         .threads = config->threads,
	                                         .memory = config->memory,
	                                         .expected = evo_gp_needs(&config->gp)};
	run->engine = evo_engine_open(&engine, &run->cases, err);
	if (run->engine == NULL)
		return false;
	run->draft.case_count = run->cases.count;
	for (size_t i = 0; i < run->cases.count; i++) {
		const struct evo_case_item *item = &run->cases.items[i];
		struct evo_run_case *out = &run->draft.cases[i];
		evo_run_describe(item->benchmark, &item->probe, out);
		out->train = item->train;
		out->validation = item->validation;
		evo_run_say(run, EVO_LOG_NOTE, "%s: %s", out->name, out->origin);
		tell_sample(run, item);
	}
	return true;
}

static bool carry_over(struct evo_run *run, struct evo_error *err)
{
	size_t count = run->config.carried_count;
	struct evo_tree *trees = evo_calloc(count + 1, sizeof(*trees));
	bool good = true;
	for (size_t i = 0; good && i < count; i++)
		good = evo_proxy_parse(run->config.carried[i], &trees[i], err);
	if (good && count > 0)
		evo_gp_carry(run->gp, trees, count);
	free(trees);
	return good;
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
	/* Those of a resumed run have been in. */
	for (size_t i = 0; run->draft.generation == 0 && i < run->config.injected_count; i++) {
		struct evo_tree tree;
		if (!evo_proxy_parse(run->config.injected[i], &tree, err) ||
		    !evo_gp_inject(run->gp, &tree, err))
			return false;
	}
	return carry_over(run, err);
}

bool evo_run_prepare(struct evo_run *run, struct evo_error *err)
{
	snprintf(run->draft.phase, sizeof(run->draft.phase), "loading benchmarks");
	evo_run_publish(run);
	for (size_t i = 0; i < EVO_REFERENCES; i++) {
		struct evo_reference *reference = &run->draft.references[i];
		snprintf(reference->name, sizeof(reference->name), "%s", reference_names[i]);
		if (!evo_proxy_parse(reference_names[i], &run->references[i], err))
			return false;
	}
	if (!open_engine(run, err) || !create_search(run, err) || !evo_keep_begin(run, err))
		return false;
	unsigned threads = evo_pool_threads(evo_engine_pool(run->engine));
	evo_run_say(run, EVO_LOG_NOTE, "%zu benchmark%s, %zu networks, %u thread%s, seed %llu",
	            run->cases.count, run->cases.count == 1 ? "" : "s", run->cases.network_count,
	            threads, threads == 1 ? "" : "s", (unsigned long long) run->config.seed);
	return true;
}

void evo_run_release_engine(struct evo_run *run)
{
	evo_keep_end(run);
	evo_run_drop_deferred(run);
	evo_gp_destroy(run->gp);
	evo_engine_close(run->engine);
	evo_cases_clear(&run->cases);
	free(run->reference_scores);
	run->reference_scores = NULL;
	run->gp = NULL;
	run->engine = NULL;
}
