/*
 * Scoring without a search: every proxy on every benchmark, each network extracted once a seed.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "score.h"

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

/* The seed is that of weights and noise: which networks there are, the first one decides. */
static bool open_engine(struct scored *s, struct evo_error *err)
{
	const struct evo_score_config *config = s->config;
	const struct evo_case_filter filter = {score_has_imported, s};
	const struct evo_engine_config engine = {
	        .benchmarks = config->benchmarks,
	        .benchmark_count = config->benchmark_count,
	        .most = SIZE_MAX,
	        .probe = config->probe,
	        .sample = {.seed = config->seed,
	                   .strings = true,
	                   .split = config->split,
	                   .count = config->networks,
	                   .filter = s->imported_count > 0 ? &filter : NULL},
	        .seed = config->seed,
	        .threads = config->threads,
	        .memory = config->memory,
	        .once = true};
	s->engine = evo_engine_open(&engine, &s->cases, err);
	return s->engine != NULL;
}

/* Before hours of scoring, not after them: can all be read, and the files be written? */
static bool prepare(struct scored *s, struct evo_error *err)
{
	if (s->config->proxy_count == 0)
		return evo_fail(err, EVO_E_USAGE, "no proxy is given");
	if (!score_read_proxies(s, err) || !score_create_files(s, err) || !open_engine(s, err))
		return false;
	tell_labels(s);
	return check_networks(s, err) && make_passes(s, err);
}

static void clear(struct scored *s)
{
	if (s->scores_file != NULL)
		evo_file_abort(s->scores_file);
	if (s->table_file != NULL)
		evo_file_abort(s->table_file);
	evo_engine_close(s->engine);
	evo_cases_clear(&s->cases);
	score_clear_proxies(s);
	free(s->passes);
	free(s->scores);
	free(s->milliseconds);
}

/* ---- The passes ------------------------------------------------------------------------------ */

/* A pass under way, and how far all of them were when the first one began. */
struct under_way {
	struct scored *s;
	struct score_pass *pass;
	size_t kept;
	double begin;
};

static void take(void *context, const struct evo_scored_network *network)
{
	const struct under_way *under_way = context;
	struct scored *s = under_way->s;
	struct score_pass *pass = under_way->pass;
	for (size_t t = 0; t < s->tree_count; t++)
		pass->scores[t * s->cases.network_count + network->column] = network->scores[t];
	pass->milliseconds[network->column] = network->milliseconds;
	pass->done++;
	score_journal_append(s, pass, network->column);
}

/* Of all passes. */
static size_t count_done(const struct scored *s)
{
	size_t done = 0;
	for (size_t i = 0; i < s->pass_count; i++)
		done += s->passes[i].done;
	return done;
}

static bool look(void *context)
{
	static const struct score_phase scoring = {"scoring", "networks"};
	const struct under_way *at = context;
	struct scored *s = at->s;
	score_journal_sync(s);
	s->stopped = s->stopped || !score_tell(s, &scoring, count_done(s), at->kept,
	                                       s->pass_count * s->cases.network_count, at->begin);
	return !s->stopped;
}

/* The networks of a pass that are not scored yet. */
static bool score_missing(struct under_way *at, struct evo_error *err)
{
	struct scored *s = at->s;
	size_t n = s->cases.network_count, count = 0;
	size_t *columns = evo_calloc(n + 1, sizeof(*columns));
	const struct evo_tree **trees = evo_calloc(s->tree_count, sizeof(*trees));
	for (size_t i = 0; i < n; i++)
		if (isnan(at->pass->milliseconds[i]))
			columns[count++] = i;
	for (size_t i = 0; i < s->tree_count; i++)
		trees[i] = &s->trees[i];
	const struct evo_engine_pass pass = {.priority = EVO_PRIORITY_PERSON,
	                                     .trees = trees,
	                                     .tree_count = s->tree_count,
	                                     .columns = columns,
	                                     .column_count = count,
	                                     .interval = SCORE_WAIT_SECONDS,
	                                     .take = take,
	                                     .look = look,
	                                     .context = at};
	bool good = evo_engine_score(s->engine, &pass, err);
	free(trees);
	free(columns);
	return good && (!s->stopped || evo_fail(err, EVO_E_CANCELLED, "stopped"));
}

static bool run_passes(struct scored *s, struct evo_error *err)
{
	struct under_way at = {.s = s, .kept = count_done(s), .begin = evo_now()};
	bool good = true;
	for (size_t i = 0; good && i < s->pass_count; i++) {
		at.pass = &s->passes[i];
		if (at.pass->done == s->cases.network_count)
			continue;
		good = (i == 0 || evo_engine_reseed(s->engine, at.pass->seed, err)) &&
		       score_missing(&at, err);
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
	struct evo_score_row *rows = NULL;
	struct evo_error why = {0};
	bool delivered = false;
	*count = 0;
	if (prepare(&s, &why)) {
		if (config->keep)
			score_journal_open(&s);
		if (run_passes(&s, &why))
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
	clear(&s);
	if (rows == NULL && err != NULL && err->code == EVO_OK)
		*err = why;
	return rows;
}
