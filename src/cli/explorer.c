#include "config.h"

#include <unistd.h>

#include "evoscope/ui.h"

#include "cli.h"

static int explore(struct cli_options *options)
{
	struct evo_explorer_config config = evo_explorer_config_default();
	struct cli_list names;
	struct evo_error err = {0};
	int status;
	config.start = options->start;
	config.ascii = options->ascii;
	config.no_mouse = options->no_mouse;
	config.fixed_clock = options->fixed_clock;
	config.theme = options->theme;
	config.script = options->script;
	if (!cli_benchmark_names(options, &names, &err) ||
	    !cli_run_config(options, &names, &config.run, &err))
		status = cli_report(&err);
	else if ((status = evo_explorer(&config, &err)) != 0)
		status = cli_report(&err);
	cli_benchmark_names_clear(&names);
	return status;
}

int cli_explorer(struct cli_options *options)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return explore(options);
	return cli_evolve(options);
}
