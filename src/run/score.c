/* Scoring without a search: every proxy on every benchmark, each network extracted once. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define INTERVAL_DRAWS 200
#define INTERVAL_LEVEL 0.95
#define WAIT_SECONDS   0.1

/* Scored along with what was asked for, so that partial taus can be given. */
enum {
	COUNT_UNITS,
	COUNT_PARAMS,
	COUNTERS
};

struct scored {
	const struct evo_score_config *config;
	struct evo_pool *pool;
	struct evo_store *store;
	struct evo_scorer *scorer;
	struct evo_cases cases;
	struct evo_tree *trees; /* the counters, then the proxies */
	size_t tree_count;
	double *scores;       /* a row of cases.network_count a tree */
	double *milliseconds; /* a network */
	struct evo_file *scores_file, *table_file;
};

/* ---- Making it ready ------------------------------------------------------------------------- */

static bool parse_all(struct scored *s, struct evo_error *err)
{
	static const char *const counters[COUNTERS] = {"units", "params"};
	s->tree_count = COUNTERS + s->config->proxy_count;
	s->trees = evo_calloc(s->tree_count, sizeof(*s->trees));
	for (size_t i = 0; i < s->tree_count; i++) {
		const char *text = i < COUNTERS ? counters[i] : s->config->proxies[i - COUNTERS];
		if (!evo_proxy_parse(text, &s->trees[i], err))
			return false;
	}
	return true;
}

/* Before hours of scoring, not after them: can the files be written? */
static bool create_files(struct scored *s, struct evo_error *err)
{
	if (s->config->scores_file != NULL) {
		s->scores_file = evo_file_create(s->config->scores_file, err);
		if (s->scores_file == NULL)
			return false;
	}
	if (s->config->table_file != NULL) {
		s->table_file = evo_file_create(s->config->table_file, err);
		if (s->table_file == NULL)
			return false;
	}
	return true;
}

static bool prepare(struct scored *s, struct evo_error *err)
{
	const struct evo_score_config *config = s->config;
	unsigned threads = evo_run_threads(config->threads);
	if (config->proxy_count == 0)
		return evo_fail(err, EVO_E_USAGE, "no proxy is given");
	if (!parse_all(s, err) || !create_files(s, err))
		return false;
	s->pool = evo_pool_create(threads, err);
	if (s->pool == NULL)
		return false;
	s->store = evo_store_create(evo_run_memory(config->memory), threads, err);
	if (s->store == NULL)
		return false;
	evo_store_once(s->store);
	s->scorer = evo_scorer_create(s->store, s->pool);
	return evo_cases_load(&s->cases, config->benchmarks, config->benchmark_count,
	                      &config->probe, config->seed, s->store, err) &&
	       evo_cases_sample_strings(&s->cases, config->split, config->networks, config->seed,
	                                err) &&
	       evo_cases_register(&s->cases, s->store, err);
}

static void clear(struct scored *s)
{
	if (s->scores_file != NULL)
		evo_file_abort(s->scores_file);
	if (s->table_file != NULL)
		evo_file_abort(s->table_file);
	evo_scorer_destroy(s->scorer);
	if (s->store != NULL)
		evo_store_destroy(s->store);
	if (s->pool != NULL)
		evo_pool_destroy(s->pool);
	evo_cases_clear(&s->cases);
	free(s->trees);
	free(s->scores);
	free(s->milliseconds);
}

/* ---- The pass -------------------------------------------------------------------------------- */

static bool score_all(struct scored *s, evo_score_progress progress, void *context,
                      struct evo_error *err)
{
	size_t n = s->cases.network_count;
	double begin = evo_now();
	const struct evo_tree **trees = evo_calloc(s->tree_count, sizeof(*trees));
	s->milliseconds = evo_calloc(n, sizeof(*s->milliseconds));
	s->scores = evo_big_alloc(s->tree_count * n * sizeof(*s->scores), "scores", err);
	for (size_t i = 0; i < s->tree_count; i++)
		trees[i] = &s->trees[i];
	bool good = s->scores != NULL;
	if (good) {
		struct evo_scoring *scoring =
		        evo_scoring_start(s->scorer, EVO_PRIORITY_PERSON, trees, s->tree_count,
		                          s->cases.networks, n, s->scores);
		bool done = false;
		while (!done) {
			done = evo_scoring_wait(scoring, WAIT_SECONDS);
			if (progress != NULL &&
			    !progress(context, evo_scoring_done(scoring), n, evo_now() - begin)) {
				evo_scoring_cancel(scoring);
				done = evo_scoring_wait(scoring, -1);
				good = evo_fail(err, EVO_E_CANCELLED, "cancelled");
			}
		}
		for (size_t i = 0; i < n; i++)
			s->milliseconds[i] = evo_scoring_milliseconds(scoring, i);
		good = evo_scoring_finish(scoring, err) && good;
	}
	free(trees);
	return good;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* One tree's scores on a case's networks, in the order of its rows. */
static void gather(const struct scored *s, const struct evo_case_item *item, size_t tree,
                   double *out)
{
	const struct evo_case_group *group = &s->cases.groups[item->group];
	for (size_t i = 0; i < group->count; i++)
		out[i] = s->scores[tree * s->cases.network_count + group->columns[i]];
}

static double mean_milliseconds(const struct scored *s, const struct evo_case_item *item)
{
	const struct evo_case_group *group = &s->cases.groups[item->group];
	double sum = 0;
	for (size_t i = 0; i < group->count; i++)
		sum += s->milliseconds[group->columns[i]];
	return sum / (double) group->count;
}

static void fill_row(const struct scored *s, const struct evo_case_item *item, size_t proxy,
                     const double *units, const double *params, struct evo_score_row *row)
{
	size_t n = item->train;
	const double *y = item->accuracy;
	double *x = evo_calloc(n, sizeof(*x));
	gather(s, item, COUNTERS + proxy, x);
	snprintf(row->proxy, sizeof(row->proxy), "%s", s->config->proxies[proxy]);
	snprintf(row->benchmark, sizeof(row->benchmark), "%s", item->benchmark->name);
	row->networks = n;
	row->kendall = evo_kendall(n, x, y);
	evo_kendall_interval(n, x, y, INTERVAL_DRAWS, INTERVAL_LEVEL, s->config->seed, &row->low,
	                     &row->high);
	row->spearman = evo_spearman(n, x, y);
	row->pearson = evo_pearson(n, x, y);
	row->kendall_top10 = evo_kendall_top(n, x, y, 0.1);
	row->partial_units = evo_kendall_partial(n, x, y, units);
	row->partial_params = evo_kendall_partial(n, x, y, params);
	row->non_finite = evo_non_finite(n, x);
	row->milliseconds = mean_milliseconds(s, item);
	free(x);
}

static struct evo_score_row *make_rows(const struct scored *s, size_t *count)
{
	size_t proxies = s->config->proxy_count;
	struct evo_score_row *rows = evo_calloc(proxies * s->cases.count, sizeof(*rows));
	*count = 0;
	for (size_t c = 0; c < s->cases.count; c++) {
		const struct evo_case_item *item = &s->cases.items[c];
		double *units = evo_calloc(2 * item->train, sizeof(*units));
		double *params = units + item->train;
		gather(s, item, COUNT_UNITS, units);
		gather(s, item, COUNT_PARAMS, params);
		for (size_t p = 0; p < proxies; p++)
			fill_row(s, item, p, units, params, &rows[(*count)++]);
		free(units);
	}
	return rows;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void write_scores(const struct scored *s, FILE *stream)
{
	struct evo_csv csv;
	evo_csv_begin(&csv, stream);
	evo_csv_text(&csv, "benchmark");
	evo_csv_text(&csv, "architecture");
	evo_csv_text(&csv, "accuracy");
	for (size_t p = 0; p < s->config->proxy_count; p++)
		evo_csv_text(&csv, s->config->proxies[p]);
	evo_csv_end_row(&csv);
	for (size_t c = 0; c < s->cases.count; c++) {
		const struct evo_case_item *item = &s->cases.items[c];
		const size_t *columns = s->cases.groups[item->group].columns;
		for (size_t i = 0; i < item->train; i++) {
			evo_csv_text(&csv, item->benchmark->name);
			evo_csv_text(&csv, item->benchmark->rows[item->rows[i]].architecture);
			evo_csv_number(&csv, item->accuracy[i]);
			for (size_t t = COUNTERS; t < s->tree_count; t++)
				evo_csv_number(&csv,
				               s->scores[t * s->cases.network_count + columns[i]]);
			evo_csv_end_row(&csv);
		}
	}
}

static void write_table(const struct scored *s, const struct evo_score_row *rows, size_t count,
                        FILE *stream)
{
	static const char *const names[] = {
	        "proxy",          "benchmark",  "networks",    "kendall",       "kendall_low",
	        "kendall_high",   "spearman",   "pearson",     "kendall_top10", "partial_units",
	        "partial_params", "non_finite", "milliseconds"};
	struct evo_csv csv;
	evo_csv_begin(&csv, stream);
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		evo_csv_text(&csv, names[i]);
	evo_csv_end_row(&csv);
	for (size_t i = 0; i < count; i++) {
		const struct evo_score_row *row = &rows[i];
		const double numbers[] = {
		        row->kendall, row->low,           row->high,          row->spearman,
		        row->pearson, row->kendall_top10, row->partial_units, row->partial_params};
		/* The whole expression, of which a row holds the beginning. */
		evo_csv_text(&csv, s->config->proxies[i % s->config->proxy_count]);
		evo_csv_text(&csv, row->benchmark);
		evo_csv_integer(&csv, (int64_t) row->networks);
		for (size_t k = 0; k < EVO_COUNT(numbers); k++)
			evo_csv_number(&csv, numbers[k]);
		evo_csv_integer(&csv, (int64_t) row->non_finite);
		evo_csv_number(&csv, row->milliseconds);
		evo_csv_end_row(&csv);
	}
}

/* Hands the file over whether it can be committed or not. */
static bool commit(struct evo_file **file, struct evo_error *err)
{
	struct evo_file *finished = *file;
	*file = NULL;
	return finished == NULL || evo_file_commit(finished, err);
}

static bool write_files(struct scored *s, const struct evo_score_row *rows, size_t count,
                        struct evo_error *err)
{
	if (s->scores_file != NULL)
		write_scores(s, evo_file_stream(s->scores_file));
	if (s->table_file != NULL)
		write_table(s, rows, count, evo_file_stream(s->table_file));
	return commit(&s->scores_file, err) && commit(&s->table_file, err);
}

struct evo_score_row *evo_run_score(const struct evo_score_config *config,
                                    evo_score_progress progress, void *context, size_t *count,
                                    struct evo_error *err)
{
	struct scored s = {.config = config};
	struct evo_score_row *rows = NULL;
	*count = 0;
	if (prepare(&s, err) && score_all(&s, progress, context, err)) {
		rows = make_rows(&s, count);
		if (!write_files(&s, rows, *count, err)) {
			free(rows);
			rows = NULL;
			*count = 0;
		}
	}
	clear(&s);
	return rows;
}
