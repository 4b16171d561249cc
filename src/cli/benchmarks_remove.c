/* benchmarks remove: deletes an imported or built benchmark, or imported scores. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Are there imported scores of that name? Then they were meant. */
static bool is_imported(const char *name)
{
	size_t count;
	char **names = evo_scores_names(&count, NULL);
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		found |= !strcmp(names[i], name);
		free(names[i]);
	}
	free(names);
	return found;
}

int cli_benchmarks_remove(struct cli_options *options)
{
	const char *name = options->arguments.items[0];
	struct evo_error err = {0};
	if (options->arguments.count == 2 && !strcmp(name, "scores"))
		return evo_scores_remove(options->arguments.items[1], &err) ? CLI_DONE
		                                                            : cli_report(&err);
	if (options->arguments.count == 2)
		evo_fail(&err, EVO_E_USAGE,
		         "evoscope benchmarks remove: `%s` is one argument too "
		         "many",
		         options->arguments.items[1]);
	else if (evo_benchmark_remove(name, &err))
		return CLI_DONE;
	else if (err.code == EVO_E_NOT_FOUND && is_imported(name)) {
		evo_error_clear(&err);
		evo_fail(&err, EVO_E_NOT_FOUND,
		         "no benchmark is called '%s', but imported scores are; remove them by "
		         "evoscope benchmarks remove scores %s",
		         name, name);
	}
	return cli_report(&err);
}
