/*
 * The program without a command opens the explorer on a terminal. Without a terminal it searches as
 * `evolve` does.
 */
#include "config.h"

#include <unistd.h>

#include "evoscope/ui.h"

#include "cli.h"

static int explore(struct cli_options *options)
{
	struct evo_explorer_config config = evo_explorer_config_default();
	struct evo_error err = {0};
	char *unstored = NULL;
	int status;
	config.start = options->start;
	config.ascii = options->ascii;
	config.no_mouse = options->no_mouse;
	config.fixed_clock = options->fixed_clock;
	config.theme = options->theme;
	config.script = options->script;
	if (options->resume != NULL && options->settings.count + options->injected.count > 0)
		evo_fail(&err, EVO_E_USAGE,
		         "resume the search first, and then use :set and :inject in the explorer");
	if (err.code != EVO_OK || !cli_run_config(options, &config.run, &err))
		status = cli_report(&err);
	else if ((status = evo_explorer(&config, &unstored, &err)) != 0)
		status = cli_report(&err);
	status = cli_unstored(unstored, status);
	evo_run_config_clear(&config.run);
	return status;
}

int cli_explorer(struct cli_options *options)
{
	struct evo_error err = {0};

	if (options->watch != NULL && options->resume != NULL)
		evo_fail(&err, EVO_E_USAGE, "a run is watched or resumed, not both");
	else if (options->watch != NULL && !isatty(STDOUT_FILENO))
		evo_fail(&err, EVO_E_USAGE,
		         "--watch needs a terminal; evoscope runs show %s tells what there is",
		         options->watch);
	if (err.code != EVO_OK)
		return cli_report(&err);
	if (options->plain)
		return cli_plain(options);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return explore(options);
	return cli_evolve(options);
}
