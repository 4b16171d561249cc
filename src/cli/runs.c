/* Runs that are stored: listed, shown, exported, deleted. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "evoscope/archive.h"
#include "cli.h"

/* ---- List ------------------------------------------------------------------------------------ */

static void add_time(struct cli_table *table, int64_t seconds)
{
	time_t when = (time_t) seconds;
	struct tm local;
	char text[32] = "-";
	if (localtime_r(&when, &local) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	cli_table_add(table, text);
}

static void print_list(const struct evo_stored_run *list, size_t count)
{
	static const char *const heads[] = {"run",  "state",   "generation", "best",
	                                    "seed", "changed", "benchmarks", "expression"};
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	cli_table_init(&table, EVO_COUNT(heads), 1 | 2 | 1 << 5 | 1 << 6 | 1 << 7);
	for (size_t i = 0; i < EVO_COUNT(heads); i++)
		cli_table_add(&table, heads[i]);
	for (size_t i = 0; i < count; i++) {
		const struct evo_stored_run *one = &list[i];
		cli_table_add(&table, one->name);
		cli_table_add(&table, one->state);
		cli_table_addf(&table, "%zu/%zu", one->generation, one->generations);
		cli_table_number(&table, one->best);
		cli_table_addf(&table, "%llu", (unsigned long long) one->seed);
		add_time(&table, one->updated);
		cli_table_add(&table, one->benchmarks);
		cli_table_add(&table, *one->expression ? one->expression : "-");
	}
	cli_table_print(&table, cli_width(), EVO_COUNT(heads) - 1, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
}

int cli_runs_list(struct cli_options *options)
{
	struct evo_error err = {0};
	size_t count;
	char *file = cli_runs_file(options);
	struct evo_stored_run *list = evo_runs_list(file, &count, &err);
	if (list != NULL && count > 0)
		print_list(list, count);
	else if (list != NULL)
		cli_complain("no run is stored in %s; every search that is begun will be", file);
	evo_runs_list_free(list, count);
	free(file);
	return list != NULL ? CLI_DONE : cli_report(&err);
}

/* ---- One run --------------------------------------------------------------------------------- */

static const struct evo_snapshot *load(const struct cli_options *options, struct evo_error *err)
{
	char *file = cli_runs_file(options);
	const struct evo_snapshot *snapshot =
	        evo_runs_snapshot(file, options->arguments.items[0], SIZE_MAX, err);
	free(file);
	if (snapshot != NULL && snapshot->population_count == 0) {
		evo_fail(err, EVO_E_USAGE,
		         "run %s has no complete generation; evoscope evolve --resume %s goes on "
		         "with "
		         "it",
		         snapshot->run, snapshot->run);
		evo_snapshot_release(snapshot);
		return NULL;
	}
	return snapshot;
}

static void print_history(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	static const char *const heads[] = {"generation", "best",   "validation",
	                                    "mean",       "median", "size",
	                                    "scored",     "known",  "seconds"};
	struct cli_table table;
	cli_table_init(&table, EVO_COUNT(heads), 0);
	for (size_t i = 0; i < EVO_COUNT(heads); i++)
		cli_table_add(&table, heads[i]);
	for (size_t i = 0; i < snapshot->history_count; i++) {
		const struct evo_generation *one = &snapshot->history[i];
		cli_table_addf(&table, "%zu", one->generation);
		cli_table_number(&table, one->best);
		cli_table_number(&table, one->best_validation);
		cli_table_number(&table, one->mean);
		cli_table_number(&table, one->median);
		cli_table_addf(&table, "%.1f", one->mean_size);
		cli_table_addf(&table, "%zu", one->evaluations);
		cli_table_addf(&table, "%zu", one->cache_hits);
		cli_table_addf(&table, "%.1f", one->seconds);
	}
	cli_table_print(&table, cli_width(), 0, out);
	cli_table_clear(&table);
}

int cli_runs_show(struct cli_options *options)
{
	struct evo_error err = {0};
	struct evo_text out;
	const struct evo_snapshot *snapshot = load(options, &err);
	if (snapshot == NULL)
		return cli_report(&err);
	cli_search_result(snapshot);
	evo_text_init(&out);
	evo_text_append(&out, "\n");
	print_history(snapshot, &out);
	if (snapshot->intervention_count > 0)
		evo_text_append(&out, "\n");
	for (size_t i = 0; i < snapshot->intervention_count; i++)
		cli_append_line(&out, "by hand, before generation %zu: %s %s",
		                snapshot->interventions[i].generation,
		                snapshot->interventions[i].kind == EVO_COMMAND_SET ? "set"
		                                                                   : "inject",
		                snapshot->interventions[i].text);
	cli_print(&out);
	evo_text_clear(&out);
	evo_snapshot_release(snapshot);
	return CLI_DONE;
}

int cli_runs_export(struct cli_options *options)
{
	struct evo_error err = {0};
	if (options->csv_folder == NULL) {
		evo_fail(&err, EVO_E_USAGE, "evoscope runs export needs --csv-dir DIR");
		return cli_report(&err);
	}
	const struct evo_snapshot *snapshot = load(options, &err);
	bool good = snapshot != NULL && evo_run_export(snapshot, options->csv_folder, &err);
	if (snapshot != NULL)
		evo_snapshot_release(snapshot);
	return good ? CLI_DONE : cli_report(&err);
}

int cli_runs_copy(struct cli_options *options)
{
	struct evo_error err = {0};
	char *file = cli_runs_file(options);
	bool good = evo_runs_copy(file, options->arguments.items[0], &err);
	free(file);
	return good ? CLI_DONE : cli_report(&err);
}

/* Those that can be are deleted, whatever becomes of the others. */
int cli_runs_delete(struct cli_options *options)
{
	char *file = cli_runs_file(options);
	int status = CLI_DONE;
	for (size_t i = 0; i < options->arguments.count; i++) {
		struct evo_error err = {0};
		if (!evo_runs_delete(file, options->arguments.items[i],
		                     options->take_over ? EVO_TAKE_OVER : EVO_TAKE_WATCHING, &err))
			status = cli_report(&err);
	}
	free(file);
	return status;
}
