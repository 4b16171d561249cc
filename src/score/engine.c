/*
 * The engine: a pool of threads, a store of statistics and a scorer, opened together, and the one
 * loop in which trees are scored on networks.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "evoscope/engine.h"
#include "evoscope/scoring.h"

struct evo_engine {
	struct evo_engine_config config;
	struct evo_cases *cases; /* the caller's, to be registered anew for another seed */
	size_t *networks;        /* numbers of the store, by column */
	struct evo_pool *pool;
	struct evo_store *store;
	struct evo_scorer *scorer;
};

/* ---- Opening and closing --------------------------------------------------------------------- */

static bool open_store(struct evo_engine *engine, struct evo_error *err)
{
	const struct evo_engine_config *config = &engine->config;
	engine->store = evo_store_create(evo_score_memory(config->memory),
	                                 evo_pool_threads(engine->pool), err);
	if (engine->store == NULL)
		return false;
	evo_store_expect(engine->store, config->expected);
	if (config->once)
		evo_store_once(engine->store);
	engine->scorer = evo_scorer_create(engine->store, engine->pool);
	return true;
}

static void close_store(struct evo_engine *engine)
{
	evo_scorer_destroy(engine->scorer);
	if (engine->store != NULL)
		evo_store_destroy(engine->store);
	free(engine->networks);
	engine->scorer = NULL;
	engine->store = NULL;
	engine->networks = NULL;
}

static bool open_engine(struct evo_engine *engine, struct evo_error *err)
{
	const struct evo_engine_config *config = &engine->config;
	struct evo_cases *cases = engine->cases;
	engine->pool = evo_net_pool_create(config->threads, err);
	if (engine->pool == NULL || !open_store(engine, err))
		return false;
	if (!evo_cases_load(cases, config->benchmarks, config->benchmark_count, config->most,
	                    &config->probe, config->seed, engine->store, err) ||
	    !evo_cases_sample(cases, &config->sample, err))
		return false;
	engine->networks = evo_cases_register(cases, engine->store, err);
	return engine->networks != NULL;
}

struct evo_engine *evo_engine_open(const struct evo_engine_config *config, struct evo_cases *cases,
                                   struct evo_error *err)
{
	struct evo_engine *engine = evo_calloc(1, sizeof(*engine));
	memset(cases, 0, sizeof(*cases));
	engine->config = *config;
	engine->cases = cases;
	if (open_engine(engine, err))
		return engine;
	evo_engine_close(engine);
	return NULL;
}

bool evo_engine_reseed(struct evo_engine *engine, uint64_t seed, struct evo_error *err)
{
	close_store(engine);
	if (!open_store(engine, err) ||
	    !evo_cases_reseed(engine->cases, &engine->config.probe, seed, engine->store, err))
		return false;
	engine->networks = evo_cases_register(engine->cases, engine->store, err);
	return engine->networks != NULL;
}

void evo_engine_close(struct evo_engine *engine)
{
	if (engine == NULL)
		return;
	close_store(engine);
	if (engine->pool != NULL)
		evo_net_pool_destroy(engine->pool);
	free(engine);
}

struct evo_pool *evo_engine_pool(const struct evo_engine *engine)
{
	return engine->pool;
}

struct evo_store_report evo_engine_report(const struct evo_engine *engine)
{
	return evo_store_report(engine->store);
}

/* ---- The loop -------------------------------------------------------------------------------- */

/* Hands over what has been finished since the last time. */
static void take_finished(const struct evo_engine_pass *pass, struct evo_scoring *scoring,
                          const double *scores)
{
	const size_t *places;
	size_t count = evo_scoring_finished(scoring, &places);
	for (size_t i = 0; i < count; i++) {
		size_t at = places[i];
		const struct evo_scored_network network = {pass->columns[at],
		                                           scores + at * pass->tree_count,
		                                           evo_scoring_milliseconds(scoring, at)};
		pass->take(pass->context, &network);
	}
}

static bool score(struct evo_engine *engine, const struct evo_engine_pass *pass,
                  const size_t *networks, double *scores, struct evo_error *err)
{
	struct evo_error inner = {0};
	bool done, stopped = false;
	struct evo_scoring *scoring =
	        evo_scoring_start(engine->scorer, pass->priority, pass->trees, pass->tree_count,
	                          networks, pass->column_count, scores);
	do {
		done = evo_scoring_wait(scoring, pass->interval);
		take_finished(pass, scoring, scores);
		if (!pass->look(pass->context) && !stopped) {
			evo_scoring_cancel(scoring);
			stopped = true;
		}
	} while (!done);
	return evo_scoring_finish(scoring, &inner) || inner.code == EVO_E_CANCELLED ||
	       evo_fail(err, inner.code, "%s", inner.message);
}

bool evo_engine_score(struct evo_engine *engine, const struct evo_engine_pass *pass,
                      struct evo_error *err)
{
	size_t count = pass->column_count;
	size_t *networks = evo_calloc(count + 1, sizeof(*networks));
	double *scores = evo_big_alloc(pass->tree_count * count * sizeof(*scores), "scores", err);
	for (size_t i = 0; i < count; i++)
		networks[i] = engine->networks[pass->columns[i]];
	bool good = scores != NULL && score(engine, pass, networks, scores, err);
	free(scores);
	free(networks);
	return good;
}
