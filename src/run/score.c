/*
 * Scoring without a search: every proxy on every benchmark, each network extracted once a seed.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "score.h"

void score_note(const struct scored *s, const char *format, ...)
{
	char text[512];
	va_list arguments;
	if (s->config->note == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	s->config->note(s->context, text);
}

bool score_tell(const struct scored *s, const struct score_phase *phase, size_t done, size_t kept,
                size_t total, double begin)
{
	struct evo_score_status status = {.phase = phase->name,
	                                  .unit = phase->unit,
	                                  .done = done,
	                                  .kept = kept,
	                                  .total = total,
	                                  .seconds = evo_now() - begin};
	return s->progress == NULL || s->progress(s->context, &status);
}

/* ---- Networks of a seed ---------------------------------------------------------------------- */

struct engine {
	struct evo_store *store;
	struct evo_scorer *scorer;
	struct evo_cases cases;
};

static void engine_close(struct engine *engine)
{
	evo_scorer_destroy(engine->scorer);
	if (engine->store != NULL)
		evo_store_destroy(engine->store);
	evo_cases_clear(&engine->cases);
	memset(engine, 0, sizeof(*engine));
}

/* The seed is that of weights and noise: which networks there are, the first one decides. */
static bool engine_open(const struct scored *s, uint64_t seed, struct engine *engine,
                        struct evo_error *err)
{
	const struct evo_score_config *config = s->config;
	const struct evo_case_filter filter = {score_has_imported, (void *) (uintptr_t) s};
	memset(engine, 0, sizeof(*engine));
	engine->store =
	        evo_store_create(evo_run_memory(config->memory), evo_pool_threads(s->pool), err);
	if (engine->store == NULL)
		return false;
	evo_store_once(engine->store);
	engine->scorer = evo_scorer_create(engine->store, s->pool);
	return evo_cases_load(&engine->cases, config->benchmarks, config->benchmark_count, SIZE_MAX,
	                      &config->probe, seed, engine->store, err) &&
	       evo_cases_sample_filtered(&engine->cases, s->imported_count > 0 ? &filter : NULL,
	                                 config->split, config->networks, config->seed, err) &&
	       evo_cases_register(&engine->cases, engine->store, err);
}

/* ---- Making it ready ------------------------------------------------------------------------- */

/* Says how many networks are left out for want of an imported score. */
static bool check_networks(const struct scored *s, struct evo_error *err)
{
	struct evo_text text;
	size_t out = 0, scored = 0;
	evo_text_init(&text);
	for (size_t c = 0; c < s->cases.count; c++) {
		const struct evo_case_item *item = &s->cases.items[c];
		scored += item->train;
		out += item->left_out;
		if (item->left_out > 0)
			evo_text_printf(&text, "%s%zu of %zu networks of %s",
			                text.length > 0 ? ", " : "", item->left_out,
			                item->candidates, item->benchmark->name);
	}
	if (out > 0 && scored > 0)
		score_note(s, "left out, having no imported score: %.400s", text.data);
	evo_text_clear(&text);
	return scored > 0 ||
	       evo_fail(err, EVO_E_INPUT, "no network of %s%s has a score in every imported column",
	                s->cases.items[0].benchmark->name,
	                s->cases.count > 1 ? " or of any other benchmark given" : "");
}

static void tell_labels(const struct scored *s)
{
	for (size_t c = 0; c < s->cases.count; c++) {
		const struct evo_case_item *item = &s->cases.items[c];
		if (item->probe.drawn_labels)
			score_note(s,
			           "%s: %s; they are of more classes than the networks' %zu "
			           "outputs: labels are drawn",
			           item->benchmark->name, item->probe.images,
			           item->probe.macro.classes);
	}
}

static bool make_passes(struct scored *s, struct evo_error *err)
{
	size_t n = s->cases.network_count;
	s->pass_count = s->config->repeats > 0 ? s->config->repeats : 1;
	s->passes = evo_calloc(s->pass_count, sizeof(*s->passes));
	s->milliseconds = evo_big_alloc(s->pass_count * n * sizeof(double), "times", err);
	s->scores =
	        evo_big_alloc(s->pass_count * s->tree_count * n * sizeof(double), "scores", err);
	if (s->milliseconds == NULL || s->scores == NULL)
		return false;
	for (size_t i = 0; i < s->pass_count * s->tree_count * n; i++)
		s->scores[i] = NAN;
	for (size_t i = 0; i < s->pass_count * n; i++)
		s->milliseconds[i] = NAN;
	for (size_t i = 0; i < s->pass_count; i++)
		s->passes[i] = (struct score_pass){.seed = s->config->seed + i,
		                                   .scores = s->scores + i * s->tree_count * n,
		                                   .milliseconds = s->milliseconds + i * n};
	return true;
}

/* Before hours of scoring, not after them: can all be read, and the files be written? */
static bool prepare(struct scored *s, struct engine *first, struct evo_error *err)
{
	const struct evo_score_config *config = s->config;
	if (config->proxy_count == 0)
		return evo_fail(err, EVO_E_USAGE, "no proxy is given");
	if (!score_read_proxies(s, err) || !score_create_files(s, err))
		return false;
	s->pool = evo_net_pool_create(config->threads, err);
	if (s->pool == NULL || !engine_open(s, config->seed, first, err))
		return false;
	s->cases = first->cases;
	memset(&first->cases, 0, sizeof(first->cases));
	tell_labels(s);
	return check_networks(s, err) && make_passes(s, err);
}

static void clear(struct scored *s)
{
	if (s->scores_file != NULL)
		evo_file_abort(s->scores_file);
	if (s->table_file != NULL)
		evo_file_abort(s->table_file);
	if (s->pool != NULL)
		evo_net_pool_destroy(s->pool);
	evo_cases_clear(&s->cases);
	score_clear_proxies(s);
	free(s->passes);
	free(s->scores);
	free(s->milliseconds);
}

/* ---- The pass -------------------------------------------------------------------------------- */

/* What is left of a pass, as one scoring. */
struct rest {
	struct score_pass *pass;
	struct evo_scoring *scoring;
	size_t count;
	size_t *columns;  /* of the pass */
	size_t *networks; /* of the store */
	double *scores;   /* a row of count a tree */
};

/* Copies what has been finished since the last time, and keeps it. */
static void take_finished(struct scored *s, struct rest *rest)
{
	struct score_pass *pass = rest->pass;
	const size_t *places, n = s->cases.network_count;
	size_t count = evo_scoring_finished(rest->scoring, &places);
	for (size_t i = 0; i < count; i++) {
		size_t column = rest->columns[places[i]];
		for (size_t t = 0; t < s->tree_count; t++)
			pass->scores[t * n + column] = rest->scores[t * rest->count + places[i]];
		pass->milliseconds[column] = evo_scoring_milliseconds(rest->scoring, places[i]);
		pass->done++;
		score_journal_append(s, pass, column);
	}
	score_journal_sync(s);
}

/* Of all passes. */
static size_t count_done(const struct scored *s)
{
	size_t done = 0;
	for (size_t i = 0; i < s->pass_count; i++)
		done += s->passes[i].done;
	return done;
}

static bool score_rest(struct scored *s, struct rest *rest, struct evo_scorer *scorer, size_t kept,
                       double begin, struct evo_error *err)
{
	static const struct score_phase scoring = {"scoring", "networks"};
	const struct evo_tree **trees = evo_calloc(s->tree_count, sizeof(*trees));
	size_t total = s->pass_count * s->cases.network_count;
	bool done = false, stop = false;
	for (size_t i = 0; i < s->tree_count; i++)
		trees[i] = &s->trees[i];
	rest->scoring = evo_scoring_start(scorer, EVO_PRIORITY_PERSON, trees, s->tree_count,
	                                  rest->networks, rest->count, rest->scores);
	while (!done) {
		done = evo_scoring_wait(rest->scoring, stop ? -1 : SCORE_WAIT_SECONDS);
		take_finished(s, rest);
		if (!stop && !score_tell(s, &scoring, count_done(s), kept, total, begin)) {
			evo_scoring_cancel(rest->scoring);
			stop = true;
			done = false; /* those that are being scored are waited for, and kept */
		}
	}
	bool good = evo_scoring_finish(rest->scoring, err);
	free(trees);
	return good && !stop;
}

/* The networks of a pass that are not scored yet. */
static bool score_missing(struct scored *s, struct score_pass *pass, const struct evo_cases *cases,
                          struct evo_scorer *scorer, size_t kept, double begin,
                          struct evo_error *err)
{
	size_t n = s->cases.network_count;
	struct rest rest = {.pass = pass};
	rest.columns = evo_calloc(n + 1, sizeof(*rest.columns));
	rest.networks = evo_calloc(n + 1, sizeof(*rest.networks));
	for (size_t i = 0; i < n; i++) {
		if (!isnan(pass->milliseconds[i]))
			continue;
		rest.columns[rest.count] = i;
		rest.networks[rest.count++] = cases->networks[i];
	}
	rest.scores = evo_big_alloc(s->tree_count * rest.count * sizeof(double), "scores", err);
	bool good = rest.scores != NULL && score_rest(s, &rest, scorer, kept, begin, err);
	free(rest.columns);
	free(rest.networks);
	free(rest.scores);
	return good;
}

/* Another pass's networks are loaded anew. What the table says may have changed meanwhile. */
static bool open_again(const struct scored *s, const struct score_pass *pass, struct engine *engine,
                       struct evo_error *err)
{
	if (!engine_open(s, pass->seed, engine, err))
		return false;
	struct score_key first = score_key(s, &s->cases), now = score_key(s, &engine->cases);
	return memcmp(&first, &now, sizeof(first)) == 0 ||
	       evo_fail(err, EVO_E_INPUT,
	                "a benchmark was changed while it was being scored; score it again");
}

static bool run_passes(struct scored *s, struct engine *engine, struct evo_error *err)
{
	double begin = evo_now();
	size_t kept = count_done(s);
	bool good = true;
	for (size_t i = 0; good && i < s->pass_count; i++) {
		struct score_pass *pass = &s->passes[i];
		if (pass->done < s->cases.network_count) {
			good = i == 0 || open_again(s, pass, engine, err);
			good = good && score_missing(s, pass, i == 0 ? &s->cases : &engine->cases,
			                             engine->scorer, kept, begin, err);
		}
		engine_close(engine);
	}
	return good;
}

/* What a stop leaves, in words. */
static bool fail_stopped(const struct scored *s, struct evo_error *err)
{
	size_t kept = score_journal_kept(s), total = s->pass_count * s->cases.network_count;
	evo_error_clear(err);
	if (kept == 0)
		return evo_fail(err, EVO_E_CANCELLED, "stopped: nothing is kept");
	return evo_fail(err, EVO_E_CANCELLED,
	                "stopped: %zu of %zu networks are kept; the same command goes on from "
	                "there",
	                kept, total);
}

struct evo_score_row *evo_run_score(const struct evo_score_config *config,
                                    evo_score_progress progress, void *context, size_t *count,
                                    struct evo_error *err)
{
	struct scored s = {.config = config, .progress = progress, .context = context};
	struct engine engine = {0};
	struct evo_score_row *rows = NULL;
	struct evo_error why = {0};
	bool delivered = false;
	*count = 0;
	if (prepare(&s, &engine, &why)) {
		if (config->keep)
			score_journal_open(&s);
		if (run_passes(&s, &engine, &why))
			rows = score_make_rows(&s, count, &why);
		if (rows != NULL && !score_write_files(&s, rows, *count, &why)) {
			free(rows);
			rows = NULL;
			*count = 0;
		}
		if (rows != NULL)
			delivered =
			        config->deliver == NULL || config->deliver(context, rows, *count);
		if (why.code == EVO_E_CANCELLED)
			fail_stopped(&s, &why);
		score_journal_close(&s, delivered);
	}
	engine_close(&engine);
	clear(&s);
	if (rows == NULL && err != NULL && err->code == EVO_OK)
		*err = why;
	return rows;
}
