/*
 * What several commands need of the command line: names of benchmarks, the configuration of a
 * search, the file of stored runs.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/archive.h"
#include "evoscope/proxy.h"
#include "evoscope/search.h"
#include "cli.h"

/* ---- Values of options ----------------------------------------------------------------------- */

void cli_list_add(struct cli_list *list, const char *item)
{
	list->items = evo_realloc(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = item;
}

bool cli_setting_apply(const char *pair, struct evo_gp_config *config, struct evo_error *err)
{
	size_t length = strcspn(pair, "=");
	char *name = evo_strndup(pair, length);
	bool ok = evo_gp_config_set(config, name, pair + length + 1, err);
	free(name);
	return ok;
}

/* ---- Benchmarks ------------------------------------------------------------------------------ */

static bool has_name(const struct cli_list *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return true;
	return false;
}

static void add_name(struct cli_list *names, const char *name)
{
	if (!has_name(names, name))
		cli_list_add(names, evo_strdup(name));
}

static bool add_all(struct cli_list *names, struct evo_error *err)
{
	size_t count;
	char **all = evo_benchmark_names(&count, err);
	for (size_t i = 0; i < count; i++) {
		add_name(names, all[i]);
		free(all[i]);
	}
	free(all);
	return err->code == EVO_OK;
}

bool cli_benchmark_names(const struct cli_options *options, struct cli_list *names,
                         struct evo_error *err)
{
	*names = (struct cli_list){0};
	if (!options->benchmarks.count)
		add_name(names, EVO_DEFAULT_BENCHMARK);
	for (size_t i = 0; i < options->benchmarks.count; i++) {
		if (strcmp(options->benchmarks.items[i], "all"))
			add_name(names, options->benchmarks.items[i]);
		else if (!add_all(names, err))
			return false;
	}
	for (size_t i = 0; i < names->count; i++)
		if (!evo_benchmark_known(names->items[i], err))
			return false;
	if (options->probe.probe_of != NULL)
		return evo_benchmark_known(options->probe.probe_of, err);
	return true;
}

void cli_benchmark_names_clear(struct cli_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((char *) (uintptr_t) names->items[i]);
	free(names->items);
}

/* ---- A search -------------------------------------------------------------------------------- */

char *cli_runs_file(const struct cli_options *options)
{
	return options->runs_file != NULL ? evo_strdup(options->runs_file) : evo_runs_file();
}

/* What a search is made of cannot change any more. */
static bool check_resume(const struct cli_options *options, struct evo_error *err)
{
	static const char *const fixed[] = {"benchmark", "networks", "validation",  "seed",
	                                    "channels",  "cells",    "batch",       "image",
	                                    "classes",   "probe",    "preset",      "name",
	                                    "no-store",  "inject",   "inject-from", "carry"};
	for (size_t i = 0; i < options->given.count; i++)
		for (size_t j = 0; j < EVO_COUNT(fixed); j++)
			if (!strcmp(options->given.items[i], fixed[j]))
				return evo_fail(
				        err, EVO_E_USAGE,
				        "--%s cannot be given with --resume: the search goes "
				        "on as it was begun",
				        fixed[j]);
	return true;
}

static bool stored_config(const struct cli_options *options, struct evo_run_config *config,
                          struct evo_error *err)
{
	char *file = cli_runs_file(options);
	bool good = check_resume(options, err) &&
	            evo_run_config_stored(config, file,
	                                  options->watch != NULL ? options->watch : options->resume,
	                                  err);
	free(file);
	config->watch = options->watch != NULL;
	config->take_over = options->take_over;
	if (good && options->seconds > 0)
		config->seconds = options->seconds;
	if (good && !isnan(options->target))
		config->target = options->target;
	return good;
}

static const char *const *copy_list(const struct cli_list *list)
{
	char **copy = evo_calloc(list->count + 1, sizeof(*copy));
	for (size_t i = 0; i < list->count; i++)
		copy[i] = evo_strdup(list->items[i]);
	return (const char *const *) copy;
}

/* Of stored searches the fronts or the populations, after what the list has: the best of each, then
   the second of each, so that all are there when only the first few of the list are used. */
static bool add_stored(const struct cli_options *options, const struct cli_list *runs, bool front,
                       const char *const **list, size_t *count, struct evo_error *err)
{
	char **items = (char **) (uintptr_t) *list;
	char *file = cli_runs_file(options);
	const struct evo_snapshot **from = evo_calloc(runs->count + 1, sizeof(*from));
	size_t most = 0;
	bool good = true;
	for (size_t i = 0; good && i < runs->count; i++) {
		from[i] = evo_runs_snapshot(file, runs->items[i], SIZE_MAX, err);
		good = from[i] != NULL;
		size_t more = !good ? 0 : front ? from[i]->front_count : from[i]->population_count;
		if (good && more == 0)
			good = evo_fail(
			        err, EVO_E_INPUT,
			        "no generation of %s is complete: there is nothing to begin with",
			        runs->items[i]);
		most = more > most ? more : most;
	}
	for (size_t j = 0; good && j < most; j++) {
		for (size_t i = 0; i < runs->count; i++) {
			struct evo_text text;
			if (j >= (front ? from[i]->front_count : from[i]->population_count))
				continue;
			evo_text_init(&text);
			evo_tree_print(&(front ? from[i]->front : from[i]->population)[j]->tree,
			               &text);
			items = evo_realloc(items, *count + 1, sizeof(*items));
			items[(*count)++] = text.data;
		}
	}
	for (size_t i = 0; i < runs->count; i++) {
		if (from[i] != NULL)
			evo_snapshot_release(from[i]);
	}
	free(from);
	*list = (const char *const *) items;
	free(file);
	return good;
}

/* The preset fits together: where the settings do not, those that were asked for are why. */
static bool check_settings(const struct evo_gp_config *config, struct evo_error *err)
{
	struct evo_error why = {0};
	return evo_gp_config_check(config, &why) || evo_fail(err, EVO_E_USAGE, "%s", why.message);
}

/* Sizes that no space can be built at are refused before the search begins; those that were not
   given are the benchmarks', and good. */
static bool check_probe(const struct evo_probe_options *probe, struct evo_error *err)
{
	struct evo_macro macro = evo_space_at(0)->paper;
	macro.channels = probe->channels > 0 ? probe->channels : macro.channels;
	macro.cells = probe->cells > 0 ? probe->cells : macro.cells;
	macro.side = probe->side > 0 ? probe->side : macro.side;
	macro.classes = probe->classes > 0 ? probe->classes : macro.classes;
	return evo_space_at(0)->check_macro(&macro, err);
}

static bool new_config(const struct cli_options *options, struct evo_run_config *config,
                       struct evo_error *err)
{
	struct cli_list names;
	bool good = cli_benchmark_names(options, &names, err) &&
	            evo_gp_preset(options->preset, &config->gp, err);
	for (size_t i = 0; good && i < options->settings.count; i++)
		good = cli_setting_apply(options->settings.items[i], &config->gp, err);
	if (good) {
		config->benchmarks = copy_list(&names);
		config->benchmark_count = names.count;
		config->injected = copy_list(&options->injected);
		config->injected_count = options->injected.count;
		good = add_stored(options, &options->inject_from, true, &config->injected,
		                  &config->injected_count, err) &&
		       add_stored(options, &options->carry, false, &config->carried,
		                  &config->carried_count, err);
		config->probe = options->probe;
		if (options->probe.probe_of != NULL)
			config->probe.probe_of = evo_strdup(options->probe.probe_of);
		config->name = options->name != NULL ? evo_strdup(options->name) : NULL;
		config->seed = options->seed;
		config->seconds = options->seconds;
		config->target = options->target;
		config->runs_file = options->no_store ? NULL : cli_runs_file(options);
		config->runs_optional = options->runs_file == NULL;
	}
	cli_benchmark_names_clear(&names);
	return good && check_settings(&config->gp, err) && check_probe(&config->probe, err);
}

bool cli_run_config(const struct cli_options *options, struct evo_run_config *config,
                    struct evo_error *err)
{
	*config = evo_run_config_default();
	config->benchmarks = NULL;
	config->benchmark_count = 0;
	bool stored = options->resume != NULL || options->watch != NULL;
	if (options->take_over && options->resume == NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "--take-over goes with --resume RUN, or with runs delete");
	if (!(stored ? stored_config : new_config)(options, config, err))
		return false;
	config->threads = (unsigned) options->threads;
	config->memory = options->memory;
	config->csv_folder = options->csv_folder != NULL ? evo_strdup(options->csv_folder) : NULL;
	/* What cannot be written is said before the work, not after. */
	return config->csv_folder == NULL || evo_make_directories(config->csv_folder, err);
}

bool cli_run_amend(const struct cli_options *options, struct evo_run *run, struct evo_error *err)
{
	if (options->resume == NULL)
		return true;
	for (size_t i = 0; i < options->settings.count; i++)
		if (!evo_run_send(run, EVO_COMMAND_SET, options->settings.items[i], err))
			return false;
	for (size_t i = 0; i < options->injected.count; i++)
		if (!evo_run_send(run, EVO_COMMAND_INJECT, options->injected.items[i], err))
			return false;
	return true;
}

int cli_unstored(char *what, int status)
{
	if (what != NULL) {
		cli_complain("%s", what);
		status = status == CLI_DONE ? CLI_PARTLY : status;
	}
	free(what);
	return status;
}
