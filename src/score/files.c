/*
 * The files of a scoring: the rows, and the scores themselves.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "score.h"

bool score_create_files(struct scored *s, struct evo_error *err)
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

/* ---- Scores ---------------------------------------------------------------------------------- */

static void write_head(const struct scored *s, struct evo_csv *csv)
{
	evo_csv_text(csv, "benchmark");
	if (s->pass_count > 1)
		evo_csv_text(csv, "seed");
	evo_csv_text(csv, "architecture");
	evo_csv_text(csv, "accuracy");
	for (size_t p = 0; p < s->config->proxy_count; p++)
		evo_csv_text(csv, s->proxies[p].text);
	evo_csv_end_row(csv);
}

static void write_pass(const struct scored *s, const struct score_pass *pass,
                       const struct evo_case_item *item, struct evo_csv *csv)
{
	size_t proxies = s->config->proxy_count, n = item->train;
	double *scores = evo_calloc(proxies * n + 1, sizeof(*scores));
	char seed[24];
	snprintf(seed, sizeof(seed), "%" PRIu64, pass->seed);
	for (size_t p = 0; p < proxies; p++)
		score_gather(s, pass, item, &s->proxies[p], scores + p * n);
	for (size_t i = 0; i < n; i++) {
		evo_csv_text(csv, item->benchmark->name);
		if (s->pass_count > 1)
			evo_csv_text(csv, seed);
		evo_csv_text(csv, item->benchmark->rows[item->rows[i]].architecture);
		evo_csv_number(csv, item->accuracy[i]);
		for (size_t p = 0; p < proxies; p++)
			evo_csv_number(csv, scores[p * n + i]);
		evo_csv_end_row(csv);
	}
	free(scores);
}

static void write_scores(const struct scored *s, FILE *stream)
{
	struct evo_csv csv;
	evo_csv_begin(&csv, stream);
	write_head(s, &csv);
	for (size_t c = 0; c < s->cases.count; c++)
		for (size_t i = 0; i < s->pass_count; i++)
			write_pass(s, &s->passes[i], &s->cases.items[c], &csv);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

bool evo_score_number(const struct evo_score_row *row, size_t index, const char **name,
                      double *value)
{
	const struct {
		const char *name;
		double value;
	} numbers[] = {
	        {"networks", (double) row->networks},
	        {"seeds", (double) row->seeds},
	        {"kendall", row->kendall},
	        {"kendall_sd", row->kendall_sd},
	        {"kendall_low", row->low},
	        {"kendall_high", row->high},
	        {"spearman", row->spearman},
	        {"pearson", row->pearson},
	        {"kendall_top10", row->kendall_top10},
	        {"partial_units", row->partial_units},
	        {"partial_params", row->partial_params},
	        {"non_finite", row->non_finite},
	        {"milliseconds", row->milliseconds},
	};
	if (index >= EVO_COUNT(numbers))
		return false;
	*name = numbers[index].name;
	*value = numbers[index].value;
	return true;
}

/* names: of proxies in full, of which a row holds the beginning; row i's is i % name_count. */
static void write_table(const char *const *names, size_t name_count,
                        const struct evo_score_row *rows, size_t count, FILE *stream)
{
	const struct evo_score_row none = {0};
	const char *name;
	double value;
	struct evo_csv csv;
	evo_csv_begin(&csv, stream);
	evo_csv_text(&csv, "proxy");
	evo_csv_text(&csv, "benchmark");
	for (size_t k = 0; evo_score_number(&none, k, &name, &value); k++)
		evo_csv_text(&csv, name);
	evo_csv_end_row(&csv);
	for (size_t i = 0; i < count; i++) {
		evo_csv_text(&csv, names[i % name_count]);
		evo_csv_text(&csv, rows[i].benchmark);
		for (size_t k = 0; evo_score_number(&rows[i], k, &name, &value); k++)
			evo_csv_number(&csv, value);
		evo_csv_end_row(&csv);
	}
}

bool evo_score_export(const char *path, const char *const *names, const struct evo_score_row *rows,
                      size_t count, struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);
	if (file == NULL)
		return false;
	write_table(names, count, rows, count, evo_file_stream(file));
	return evo_file_commit(file, err);
}

static void write_scored_table(const struct scored *s, const struct evo_score_row *rows,
                               size_t count)
{
	size_t proxies = s->config->proxy_count;
	const char **names = evo_calloc(proxies, sizeof(*names));
	for (size_t p = 0; p < proxies; p++)
		names[p] = s->proxies[p].text;
	write_table(names, proxies, rows, count, evo_file_stream(s->table_file));
	free(names);
}

/* ---- Both ------------------------------------------------------------------------------------ */

/* Hands the file over whether it can be committed or not. */
static bool commit(struct evo_file **file, struct evo_error *err)
{
	struct evo_file *finished = *file;
	*file = NULL;
	return finished == NULL || evo_file_commit(finished, err);
}

bool score_write_files(struct scored *s, const struct evo_score_row *rows, size_t count,
                       struct evo_error *err)
{
	if (s->scores_file != NULL)
		write_scores(s, evo_file_stream(s->scores_file));
	if (s->table_file != NULL)
		write_scored_table(s, rows, count);
	return commit(&s->scores_file, err) && commit(&s->table_file, err);
}
