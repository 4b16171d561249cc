/*
 * The command `evolve` runs a search without a screen. It shows progress on standard error and
 * prints what the search has found on standard output.
 */
#include "config.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/archive.h"
#include "evoscope/search.h"
#include "cli.h"

static bool over(enum evo_run_state state)
{
	return state == EVO_RUN_DONE || state == EVO_RUN_STOPPED || state == EVO_RUN_FAILED;
}

/* ---- Progress -------------------------------------------------------------------------------- */

static void progress_text(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	evo_text_reset(out);
	if (snapshot->history_count) {
		const struct evo_generation *last = &snapshot->history[snapshot->history_count - 1];
		evo_text_printf(out, "generation %zu of %zu: best %.3f", snapshot->generation,
		                snapshot->generations, last->best);
		if (!isnan(last->best_validation))
			evo_text_printf(out, ", validation %.3f", last->best_validation);
		evo_text_append(out, "; ");
	}
	evo_text_append(out,
	                *snapshot->phase ? snapshot->phase : evo_run_state_name(snapshot->state));
	if (snapshot->phase_total)
		evo_text_printf(out, " %zu of %zu", snapshot->phase_done, snapshot->phase_total);
	if (!isnan(snapshot->remaining)) {
		evo_text_append(out, ", ");
		cli_clock(out, fmax(1, snapshot->remaining));
		evo_text_append(out, " left");
	}
}

/* Bests and notes are in the progress and the result; what went wrong stays on the screen. */
static void pass_on_warnings(struct evo_run *run, uint64_t *next, struct cli_progress *progress)
{
	struct evo_log_line lines[16];
	size_t count, dropped;
	while ((count = evo_run_log(run, next, lines, EVO_COUNT(lines), &dropped)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (lines[i].kind != EVO_LOG_WARNING)
				continue;
			char *text = evo_format("evoscope: %s", lines[i].text);
			cli_progress_note(progress, text);
			free(text);
		}
	}
}

/* ---- Result ---------------------------------------------------------------------------------- */

static void cases_table(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	static const char *const sides[] = {"train", "validation"};
	const struct evo_individual *best = snapshot->population[0];
	size_t references = snapshot->reference_count;
	struct cli_table table;
	cli_table_init(&table, 1 + 2 * (2 + references) + 2, 1);
	cli_table_add(&table, "benchmark");
	for (size_t side = 0; side < 2; side++) {
		cli_table_add(&table, sides[side]);
		cli_table_add(&table, "tau");
		for (size_t i = 0; i < references; i++)
			cli_table_add(&table, snapshot->references[i].name);
	}
	cli_table_add(&table, "given units");
	cli_table_add(&table, "given params");
	for (size_t at = 0; at < snapshot->case_count; at++) {
		const struct evo_run_case *one = &snapshot->cases[at];
		cli_table_add(&table, one->name);
		for (size_t side = 0; side < 2; side++) {
			cli_table_addf(&table, "%zu", side ? one->validation : one->train);
			cli_table_number(&table, best->tau[side][at]);
			for (size_t i = 0; i < references; i++)
				cli_table_number(&table, snapshot->references[i].tau[side][at]);
		}
		cli_table_number(&table, snapshot->partial_units[at]);
		cli_table_number(&table, snapshot->partial_params[at]);
	}
	cli_table_print(&table, cli_width(), 0, out);
	cli_table_clear(&table);
}

static void fitness_words(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	bool cases = snapshot->case_count > 1, draws = snapshot->config.draws > 1;
	if (cases || draws)
		evo_text_append(out, snapshot->config.fitness_mean ? "mean " : "smallest ");
	evo_text_append(out, "Kendall tau on train networks");
	if (cases || draws)
		evo_text_printf(out, " over %s%s%s", cases ? "benchmarks" : "",
		                cases && draws ? " and " : "", draws ? "draws" : "");
}

/* With what each is worth on validation networks, which nothing was selected by, and which to
   take. */
static void front_table(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	const size_t pick = evo_snapshot_pick(snapshot);
	struct cli_table table;
	cli_table_init(&table, 4, 8);
	cli_table_add(&table, "size");
	cli_table_add(&table, "fitness");
	cli_table_add(&table, "validation");
	cli_table_add(&table, "best of that size, where none smaller is as good");
	for (size_t i = 0; i < snapshot->front_count; i++) {
		const struct evo_individual *one = snapshot->front[i];
		struct evo_text expression;
		evo_text_init(&expression);
		evo_tree_print(&one->tree, &expression);
		cli_table_addf(&table, "%s%zu", i == pick ? "* " : "", one->tree.size);
		cli_table_number(&table, one->fitness);
		cli_table_number(&table, evo_snapshot_validation(snapshot, one));
		cli_table_add(&table, expression.data);
		evo_text_clear(&expression);
	}
	/* Expressions are whole on a terminal as well, to be taken from there. */
	cli_table_print(&table, 0, 0, out);
	cli_table_clear(&table);
	if (pick < snapshot->front_count)
		evo_text_append(out, "* the best on train and validation networks together\n");
}

void cli_search_result(const struct evo_snapshot *snapshot)
{
	const struct evo_individual *best = snapshot->population[0];
	struct evo_text out;
	evo_text_init(&out);
	evo_text_append(&out, "expression  ");
	evo_tree_print(&best->tree, &out);
	evo_text_printf(&out, "\nsize        %zu node%s, depth %zu\n", best->tree.size,
	                best->tree.size == 1 ? "" : "s", best->depth);
	evo_text_printf(&out, "fitness     %.3f, ", best->fitness);
	fitness_words(snapshot, &out);
	evo_text_printf(&out, "; a %s score is better\n", best->direction < 0 ? "lower" : "higher");
	cli_append_line(&out,
	                "search      preset %s, seed %llu, generation %zu of %zu, %zu expressions "
	                "scored",
	                snapshot->preset, (unsigned long long) snapshot->seed, snapshot->generation,
	                snapshot->generations, snapshot->evaluations);
	evo_text_append(&out, "\n");
	cases_table(snapshot, &out);
	evo_text_append(&out, "\n");
	front_table(snapshot, &out);
	evo_text_append(&out, "\n");
	for (size_t i = 0; i < snapshot->case_count; i++)
		cli_append_line(&out, "%s: %s; %s; %s", snapshot->cases[i].name,
		                snapshot->cases[i].title, snapshot->cases[i].probe,
		                snapshot->cases[i].images);
	cli_print(&out);
	evo_text_clear(&out);
}

/* ---- The search ------------------------------------------------------------------------------ */

static void wait_for_news(struct evo_run *run, bool stopping)
{
	struct pollfd wait[2] = {{.fd = evo_run_descriptor(run), .events = POLLIN},
	                         {.fd = stopping ? -1 : cli_signal_descriptor(), .events = POLLIN}};
	poll(wait, 2, 1000);
}

/* The first generation is shown before it is validated. */
static bool is_whole(const struct evo_snapshot *snapshot, size_t index)
{
	bool validates = true;
	for (size_t i = 0; i < snapshot->case_count; i++)
		validates = validates && snapshot->cases[i].validation >= 2;
	return !validates || over(snapshot->state) ||
	       !isnan(snapshot->history[index].best_validation);
}

/* Generations that have not been printed yet. */
static void print_generations(const struct evo_snapshot *snapshot, size_t *printed)
{
	struct evo_text out;
	evo_text_init(&out);
	while (*printed < snapshot->history_count && is_whole(snapshot, *printed))
		cli_generation_line(snapshot, (*printed)++, &out);
	cli_print_data(&out);
	fflush(stdout);
	evo_text_clear(&out);
}

/* Until it is over; a signal stops it, and what is complete is kept. */
static const struct evo_snapshot *watch(struct evo_run *run, const struct cli_options *options,
                                        struct cli_progress *progress)
{
	size_t printed = 0;
	struct evo_text text;
	evo_text_init(&text);
	uint64_t next = 0;
	bool stopping = false;
	const struct evo_snapshot *snapshot;
	for (;;) {
		wait_for_news(run, stopping);
		snapshot = evo_run_snapshot(run);
		pass_on_warnings(run, &next, progress);
		if (options->json)
			print_generations(snapshot, &printed);
		if (over(snapshot->state))
			break;
		if (snapshot->state != EVO_RUN_IDLE &&
		    cli_progress_due(progress, snapshot->history_count)) {
			progress_text(snapshot, &text);
			cli_progress_show(progress, text.data);
		}
		evo_snapshot_release(snapshot);
		if (cli_signal() && !stopping)
			stopping = evo_run_send(run, EVO_COMMAND_STOP, NULL, NULL);
	}
	cli_progress_end(progress);
	evo_text_clear(&text);
	return snapshot;
}

/* In the end. */
static int print_result(const struct evo_snapshot *snapshot, struct cli_options *options,
                        const struct evo_run_config *config)
{
	struct evo_text text;
	int status = CLI_DONE;
	evo_text_init(&text);
	if (options->json) {
		cli_result_line(snapshot, &text);
		cli_print_data(&text);
	} else {
		cli_search_result(snapshot);
	}
	if (options->final_test && !cli_signal()) {
		evo_text_reset(&text);
		if (!options->json)
			printf("\ntest\n");
		evo_tree_print(&snapshot->population[0]->tree, &text);
		status = cli_final_test(options, config, text.data);
	}
	evo_text_clear(&text);
	return status;
}

static int search(struct evo_run *run, struct cli_options *options,
                  const struct evo_run_config *config)
{
	struct cli_progress progress;
	struct evo_error err = {0};
	if (!cli_run_amend(options, run, &err) || !evo_run_send(run, EVO_COMMAND_START, NULL, &err))
		return cli_report(&err);
	cli_progress_begin(&progress, options);
	const struct evo_snapshot *snapshot = evo_run_snapshot(run);
	size_t before = snapshot->generation; /* of a run that is resumed */
	evo_snapshot_release(snapshot);
	snapshot = watch(run, options, &progress);
	int status = CLI_DONE;
	bool failed = snapshot->state == EVO_RUN_FAILED;
	if (snapshot->population_count && (!failed || snapshot->generation > before))
		status = print_result(snapshot, options, config);
	if (failed) {
		cli_complain("%s", snapshot->error);
		status = CLI_FAILED;
	} else if (!snapshot->population_count) {
		cli_complain("stopped before the first generation was complete");
		status = CLI_FAILED;
	}
	/* A generation's files that could not be written were a warning; in the end it is a
	   failure. */
	if (options->csv_folder != NULL && snapshot->population_count &&
	    !evo_run_export(snapshot, options->csv_folder, &err))
		status = cli_report(&err);
	evo_snapshot_release(snapshot);
	return status;
}

int cli_evolve(struct cli_options *options)
{
	struct evo_run_config config;
	struct evo_run *run = NULL;
	struct evo_error err = {0};
	int status;
	cli_signals_catch();
	if (cli_run_config(options, &config, &err))
		run = evo_run_create(&config, &err);
	status = run != NULL ? search(run, options, &config) : cli_report(&err);
	evo_run_config_clear(&config);
	status = cli_unstored(evo_run_finish(run), status);
	if (cli_signal() && cli_output_ok())
		cli_die_of(cli_signal());
	return status;
}
