#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "cli.h"

static bool show_progress(void *context, size_t done, size_t total, double seconds)
{
	struct cli_progress *progress = context;
	if (cli_progress_due(progress, total ? done * 20 / total : 0)) {
		struct evo_text text;
		evo_text_init(&text);
		evo_text_printf(&text, "scoring network %zu of %zu", done, total);
		if (done && done < total) {
			evo_text_append(&text, ", ");
			cli_clock(&text, seconds / (double) done * (double) (total - done));
			evo_text_append(&text, " left");
		}
		cli_progress_show(progress, text.data);
		evo_text_clear(&text);
	}
	return !cli_signal();
}

static void heading(struct cli_table *table)
{
	static const char *const names[] = {
	        "proxy",         "better",     "benchmark", "networks", "kendall",
	        "95 % interval", "spearman",   "pearson",   "top 10 %", "given units",
	        "given params",  "not finite", "ms/network"};
	cli_table_init(table, EVO_COUNT(names), 1 | 1 << 1 | 1 << 2);
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		cli_table_add(table, names[i]);
}

static void add_row(struct cli_table *table, const char *proxy, const struct evo_score_row *row)
{
	cli_table_add(table, proxy);
	cli_table_add(table, row->kendall < 0 ? "lower" : "higher");
	cli_table_add(table, row->benchmark);
	cli_table_addf(table, "%zu", row->networks);
	cli_table_number(table, row->kendall);
	cli_table_addf(table, "%.3f .. %.3f", row->low, row->high);
	cli_table_number(table, row->spearman);
	cli_table_number(table, row->pearson);
	cli_table_number(table, row->kendall_top10);
	cli_table_number(table, row->partial_units);
	cli_table_number(table, row->partial_params);
	cli_table_addf(table, "%zu", row->non_finite);
	cli_table_number(table, row->milliseconds);
}

/* Rows are benchmark by benchmark, the proxies in the order asked for. */
static int print_rows(const struct cli_options *options, const struct evo_score_row *rows,
                      size_t count)
{
	struct cli_table table;
	struct evo_text out;
	int status = CLI_DONE;
	evo_text_init(&out);
	heading(&table);
	for (size_t i = 0; i < count; i++)
		add_row(&table, options->arguments.items[i % options->arguments.count], &rows[i]);
	cli_table_print(&table, cli_width(), 0, &out);
	cli_print(&out);
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].networks || rows[i].non_finite < rows[i].networks)
			continue;
		cli_complain("%s on %s: no network has a finite score",
		             options->arguments.items[i % options->arguments.count],
		             rows[i].benchmark);
		status = CLI_PARTLY;
	}
	cli_table_clear(&table);
	evo_text_clear(&out);
	return status;
}

static int score(const struct cli_options *options, const struct cli_list *names)
{
	struct cli_progress progress;
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
	        .threads = (unsigned) options->threads,
	        .memory = options->memory,
	        .scores_file = options->scores_file,
	        .table_file = options->table_file,
	};
	cli_progress_begin(&progress, options);
	struct evo_score_row *rows = evo_run_score(&config, show_progress, &progress, &count, &err);
	cli_progress_end(&progress);
	if (!rows)
		return cli_report(&err);
	int status = print_rows(options, rows, count);
	free(rows);
	return status;
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
