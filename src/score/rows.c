/*
 * From scores to the numbers of a row: every proxy on every benchmark with every seed by itself, on
 * the pool, and then the means over the seeds.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/scores.h"
#include "score.h"

void score_gather(const struct scored *s, const struct score_pass *pass,
                  const struct evo_case_item *item, const struct score_proxy *proxy, double *out)
{
	const double *scores = pass->scores + proxy->tree * s->cases.network_count;
	if (proxy->scores == NULL) {
		evo_cases_gather(&s->cases, item->group, scores, out);
		return;
	}
	for (size_t i = 0; i < item->train; i++) {
		const char *text = item->benchmark->rows[item->rows[i]].architecture;
		if (!evo_scores_value(proxy->scores, evo_scores_row(proxy->scores, text),
		                      proxy->column, &out[i]))
			out[i] = NAN; /* never: such networks are left out */
	}
}

/* ---- One proxy, one benchmark, one seed ------------------------------------------------------ */

struct measuring {
	const struct scored *s;
	struct evo_score_row *measured; /* a proxy, a case, a pass: passes next to each other */
};

static double mean_milliseconds(const struct scored *s, const struct score_pass *pass,
                                const struct evo_case_item *item)
{
	const struct evo_case_group *group = &s->cases.groups[item->group];
	double sum = 0;
	for (size_t i = 0; i < group->count; i++)
		sum += pass->milliseconds[group->columns[i]];
	return sum / (double) group->count;
}

static void measure_without_networks(struct evo_score_row *row)
{
	row->kendall = row->low = row->high = NAN;
	row->spearman = row->pearson = row->kendall_top10 = NAN;
	row->partial_units = row->partial_params = NAN;
	row->non_finite = 0;
	row->milliseconds = NAN;
}

void evo_score_measure(size_t n, const double *x, const double *y, const double *units,
                       const double *params, struct evo_score_row *row)
{
	row->kendall = evo_kendall(n, x, y);
	evo_kendall_interval(n, x, y, &row->low, &row->high);
	row->spearman = evo_spearman(n, x, y);
	row->pearson = evo_pearson(n, x, y);
	row->kendall_top10 = evo_kendall_top(n, x, y, 0.1);
	row->partial_units = evo_kendall_partial(n, x, y, units);
	row->partial_params = evo_kendall_partial(n, x, y, params);
	row->non_finite = (double) evo_non_finite(n, x);
}

static void measure(const struct scored *s, const struct score_pass *pass,
                    const struct evo_case_item *item, const struct score_proxy *proxy,
                    struct evo_score_row *row)
{
	const struct score_proxy units = {.tree = SCORE_UNITS}, params = {.tree = SCORE_PARAMS};
	size_t n = item->train;
	double *x = evo_calloc(3 * n + 1, sizeof(*x)), *given_units = x + n,
	       *given_params = x + 2 * n;
	score_gather(s, pass, item, proxy, x);
	score_gather(s, pass, item, &units, given_units);
	score_gather(s, pass, item, &params, given_params);
	evo_score_measure(n, x, item->accuracy, given_units, given_params, row);
	row->milliseconds = proxy->scores == NULL ? mean_milliseconds(s, pass, item) : NAN;
	free(x);
}

static void measure_one(void *context, size_t index, unsigned worker)
{
	struct measuring *measuring = context;
	const struct scored *s = measuring->s;
	size_t pass = index % s->pass_count, row = index / s->pass_count;
	size_t proxy = row % s->config->proxy_count, item = row / s->config->proxy_count;
	(void) worker;
	if (s->cases.items[item].train == 0)
		measure_without_networks(&measuring->measured[index]);
	else
		measure(s, &s->passes[pass], &s->cases.items[item], &s->proxies[proxy],
		        &measuring->measured[index]);
}

static bool measure_all(const struct scored *s, struct evo_score_row *measured, size_t count,
                        struct evo_error *err)
{
	static const struct score_phase measuring_rows = {"measuring", "rows"};
	struct measuring measuring = {s, measured};
	double begin = evo_now();
	bool good = true;
	struct evo_job *job = evo_pool_submit(evo_engine_pool(s->engine), EVO_PRIORITY_PERSON,
	                                      count, measure_one, &measuring);
	while (!evo_job_wait(job, SCORE_WAIT_SECONDS)) {
		if (good && !score_tell(s, &measuring_rows, evo_job_done(job), 0, count, begin)) {
			evo_job_cancel(job);
			good = evo_fail(err, EVO_E_CANCELLED, "cancelled");
		}
	}
	evo_job_destroy(job);
	return good;
}

/* ---- Over the seeds -------------------------------------------------------------------------- */

/* From the first value on, so that the mean of equal numbers is that number. It is undefined where
   one of them is. */
#define MEAN(field)                                                                                \
	do {                                                                                       \
		double sum = 0;                                                                    \
		for (size_t i = 1; i < count; i++)                                                 \
			sum += one[i].field - one[0].field;                                        \
		row->field = one[0].field + sum / (double) count;                                  \
	} while (0)

static void summarise(const struct evo_score_row *one, size_t count, struct evo_score_row *row)
{
	double squares = 0;
	MEAN(kendall);
	MEAN(low);
	MEAN(high);
	MEAN(spearman);
	MEAN(pearson);
	MEAN(kendall_top10);
	MEAN(partial_units);
	MEAN(partial_params);
	MEAN(non_finite);
	MEAN(milliseconds);
	for (size_t i = 0; i < count; i++)
		squares += (one[i].kendall - row->kendall) * (one[i].kendall - row->kendall);
	row->kendall_sd = count > 1 ? sqrt(squares / (double) (count - 1)) : NAN;
}

struct evo_score_row *score_make_rows(const struct scored *s, size_t *count, struct evo_error *err)
{
	size_t proxies = s->config->proxy_count, total = proxies * s->cases.count;
	struct evo_score_row *measured = evo_calloc(total * s->pass_count, sizeof(*measured));
	struct evo_score_row *rows = NULL;
	*count = 0;
	if (measure_all(s, measured, total * s->pass_count, err)) {
		rows = evo_calloc(total, sizeof(*rows));
		*count = total;
	}
	for (size_t i = 0; i < *count; i++) {
		const struct evo_case_item *item = &s->cases.items[i / proxies];
		struct evo_score_row *row = &rows[i];
		snprintf(row->proxy, sizeof(row->proxy), "%s", s->proxies[i % proxies].text);
		snprintf(row->benchmark, sizeof(row->benchmark), "%s", item->benchmark->name);
		row->networks = item->train;
		row->seeds = s->pass_count;
		summarise(measured + i * s->pass_count, s->pass_count, row);
	}
	free(measured);
	return rows;
}
