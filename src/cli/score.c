/*
 * The command `score` holds proxies against accuracies and prints a table, or JSON, and CSV files.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "evoscope/score.h"
#include "evoscope/search.h"
#include "cli.h"

/* What the scoring tells while it runs, and what becomes of it. */
struct scoring {
	const struct cli_options *options;
	struct cli_progress progress;
	int status;
};

/* ---- Progress -------------------------------------------------------------------------------- */

static void show(struct cli_progress *progress, const struct evo_score_status *status)
{
	size_t done = status->done, total = status->total, now = done - status->kept;
	double fraction = total ? (double) done / (double) total : 0;
	struct evo_text text;
	evo_text_init(&text);
	evo_text_printf(&text, "%s: %.0f %%, %zu of %zu %s", status->phase, floor(100 * fraction),
	                done, total, status->unit);
	/* What an earlier run kept took no time. */
	if (now && done < total) {
		evo_text_append(&text, ", ");
		cli_clock(&text, status->seconds / (double) now * (double) (total - done));
		evo_text_append(&text, " left");
	}
	cli_progress_bar(progress, fraction, text.data);
	evo_text_clear(&text);
}

static bool show_progress(void *context, const struct evo_score_status *status)
{
	struct scoring *scoring = context;
	size_t step = status->total ? status->done * 20 / status->total : 0;
	if (cli_progress_due(&scoring->progress, step))
		show(&scoring->progress, status);
	return !cli_signal();
}

static void show_note(void *context, const char *text)
{
	struct scoring *scoring = context;
	char *line = evo_format("evoscope: %s", text);
	cli_progress_note(&scoring->progress, line);
	free(line);
}

/* ---- Table ----------------------------------------------------------------------------------- */

static void heading(struct cli_table *table, bool repeated)
{
	static const char *const names[] = {
	        "proxy",         "better",     "benchmark",  "networks", "kendall",
	        "95 % interval", "spearman",   "pearson",    "top 10 %", "given units",
	        "given params",  "not finite", "ms together"};
	cli_table_init(table, EVO_COUNT(names) + repeated, 1 | 1 << 1 | 1 << 2);
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		cli_table_add(table, names[i]);
		if (i == 4 && repeated)
			cli_table_add(table, "sd");
	}
}

static const char *direction(const struct evo_score_row *row)
{
	return isnan(row->kendall) ? "-" : row->kendall < 0 ? "lower" : "higher";
}

static void add_row(struct cli_table *table, const char *proxy, const struct evo_score_row *row)
{
	bool whole = row->non_finite == floor(row->non_finite);
	cli_table_add(table, proxy);
	cli_table_add(table, direction(row));
	cli_table_add(table, row->benchmark);
	cli_table_addf(table, "%zu", row->networks);
	cli_table_number(table, row->kendall);
	if (row->seeds > 1)
		cli_table_number(table, row->kendall_sd);
	if (isnan(row->low))
		cli_table_add(table, "-");
	else
		cli_table_addf(table, "%.3f .. %.3f", row->low, row->high);
	cli_table_number(table, row->spearman);
	cli_table_number(table, row->pearson);
	cli_table_number(table, row->kendall_top10);
	cli_table_number(table, row->partial_units);
	cli_table_number(table, row->partial_params);
	cli_table_addf(table, whole ? "%.0f" : "%.1f", row->non_finite);
	cli_table_number(table, row->milliseconds);
}

/* Rows are benchmark by benchmark, the proxies in the order asked for. */
static const char *proxy_of(const struct cli_options *options, size_t row)
{
	return options->arguments.items[row % options->arguments.count];
}

static void print_table(const struct cli_options *options, const struct evo_score_row *rows,
                        size_t count)
{
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	heading(&table, rows[0].seeds > 1);
	for (size_t i = 0; i < count; i++)
		add_row(&table, proxy_of(options, i), &rows[i]);
	cli_table_print(&table, cli_width(), 0, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void print_json(const struct cli_options *options, const struct evo_score_row *rows,
                       size_t count)
{
	struct evo_text out;
	struct evo_json json;
	const char *name;
	double value;
	evo_text_init(&out);
	for (size_t i = 0; i < count; i++) {
		evo_json_begin(&json, &out);
		evo_json_open(&json, '{');
		evo_json_key(&json, "proxy");
		evo_json_text(&json, proxy_of(options, i));
		evo_json_key(&json, "benchmark");
		evo_json_text(&json, rows[i].benchmark);
		for (size_t k = 0; evo_score_number(&rows[i], k, &name, &value); k++) {
			evo_json_key(&json, name);
			evo_json_number(&json, value);
		}
		evo_json_close(&json, '}');
		evo_text_append(&out, "\n");
	}
	cli_print_data(&out);
	evo_text_clear(&out);
}

/* ---- The command ----------------------------------------------------------------------------- */

static int tell_failed_rows(const struct cli_options *options, const struct evo_score_row *rows,
                            size_t count)
{
	int status = CLI_DONE;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].networks && rows[i].non_finite < (double) rows[i].networks)
			continue;
		cli_complain("%s on %s: no network %s", proxy_of(options, i), rows[i].benchmark,
		             rows[i].networks ? "has a finite score"
		                              : "has a score in every imported column");
		status = CLI_PARTLY;
	}
	return status;
}

static bool print_rows(void *context, const struct evo_score_row *rows, size_t count)
{
	struct scoring *scoring = context;
	cli_progress_end(&scoring->progress);
	if (scoring->options->json)
		print_json(scoring->options, rows, count);
	else
		print_table(scoring->options, rows, count);
	bool printed = cli_output_ok();
	scoring->status = tell_failed_rows(scoring->options, rows, count);
	return printed;
}

static int score(const struct cli_options *options, const struct cli_list *names)
{
	struct scoring scoring = {.options = options};
	struct evo_error err = {0};
	size_t count;
	struct evo_score_config config = {
	        .benchmarks = names->items,
	        .benchmark_count = names->count,
	        .proxies = options->arguments.items,
	        .proxy_count = options->arguments.count,
	        .networks = options->networks,
	        .split = (enum evo_split) options->split,
	        .probe = options->probe,
	        .seed = options->seed,
	        .repeats = options->repeats,
	        .threads = (unsigned) options->threads,
	        .memory = options->memory,
	        .scores_file = options->scores_file,
	        .table_file = options->table_file,
	        .keep = true,
	        .note = show_note,
	        .deliver = print_rows,
	};
	cli_progress_begin(&scoring.progress, options);
	struct evo_score_row *rows = evo_run_score(&config, show_progress, &scoring, &count, &err);
	cli_progress_end(&scoring.progress);
	if (rows == NULL)
		return cli_report(&err);
	free(rows);
	return scoring.status;
}

int cli_final_test(struct cli_options *options, const struct evo_run_config *config,
                   const char *expression)
{
	const char *proxies[] = {expression, "units", "params", "eznas-a"};
	struct cli_options test = *options;
	struct cli_list names = {(const char **) (uintptr_t) config->benchmarks,
	                         config->benchmark_count};
	test.arguments = (struct cli_list){proxies, EVO_COUNT(proxies)};
	test.split = EVO_TEST;
	test.networks = 0;
	test.probe = config->probe;
	test.seed = config->seed;
	test.repeats = 0;
	return score(&test, &names);
}

int cli_score(struct cli_options *options)
{
	struct cli_list names;
	struct evo_error err = {0};
	cli_signals_catch();
	int status = cli_benchmark_names(options, &names, &err) ? score(options, &names)
	                                                        : cli_report(&err);
	cli_benchmark_names_clear(&names);
	if (cli_signal() && cli_output_ok())
		cli_die_of(cli_signal());
	return status;
}
