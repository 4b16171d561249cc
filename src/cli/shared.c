#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

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

static void add_all(struct cli_list *names)
{
	size_t count;
	char **all = evo_benchmark_names(&count);
	for (size_t i = 0; i < count; i++) {
		add_name(names, all[i]);
		free(all[i]);
	}
	free(all);
}

/* The nearest is named without loading any benchmark. */
static bool check_name(const char *name, struct evo_error *err)
{
	size_t count;
	char **all = evo_benchmark_names(&count);
	bool known = false;
	for (size_t i = 0; i < count; i++)
		known |= !strcmp(all[i], name);
	if (!known) {
		size_t nearest = evo_nearest(name, (const char *const *) all, count);
		evo_fail(err, EVO_E_NOT_FOUND, "no benchmark is called `%s`; %s%s%s", name,
		         nearest < count ? "do you mean `" : "see evoscope benchmarks list",
		         nearest < count ? all[nearest] : "", nearest < count ? "`?" : "");
	}
	for (size_t i = 0; i < count; i++)
		free(all[i]);
	free(all);
	return known;
}

bool cli_benchmark_names(const struct cli_options *options, struct cli_list *names,
                         struct evo_error *err)
{
	*names = (struct cli_list){0};
	if (!options->benchmarks.count)
		add_name(names, EVO_DEFAULT_BENCHMARK);
	for (size_t i = 0; i < options->benchmarks.count; i++) {
		if (!strcmp(options->benchmarks.items[i], "all"))
			add_all(names);
		else
			add_name(names, options->benchmarks.items[i]);
	}
	for (size_t i = 0; i < names->count; i++)
		if (!check_name(names->items[i], err))
			return false;
	if (options->probe.probe_of)
		return check_name(options->probe.probe_of, err);
	return true;
}

void cli_benchmark_names_clear(struct cli_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((char *) (uintptr_t) names->items[i]);
	free(names->items);
}

/* ---- A search -------------------------------------------------------------------------------- */

bool cli_run_config(const struct cli_options *options, const struct cli_list *names,
                    struct evo_run_config *config, struct evo_error *err)
{
	*config = evo_run_config_default();
	if (!evo_gp_preset(options->preset, &config->gp, err))
		return false;
	for (size_t i = 0; i < options->settings.count; i++)
		if (!cli_setting_apply(options->settings.items[i], &config->gp, err))
			return false;
	config->benchmarks = names->items;
	config->benchmark_count = names->count;
	config->probe = options->probe;
	config->seed = options->seed;
	config->threads = (unsigned) options->threads;
	config->memory = options->memory;
	config->seconds = options->seconds;
	config->target = options->target;
	config->csv_folder = options->csv_folder;
	config->injected = options->injected.items;
	config->injected_count = options->injected.count;
	/* What cannot be written is said before the work, not after. */
	return evo_gp_config_check(&config->gp, err) &&
	       (!config->csv_folder || evo_make_directories(config->csv_folder, err));
}
