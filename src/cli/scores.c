/* Imported scores: taken over, listed among the proxies, removed. */
#include "config.h"

#include <stdlib.h>

#include "cli.h"

int cli_scores_import(struct cli_options *options)
{
	struct evo_scores_import import = {.file = options->arguments.items[1],
	                                   .name = options->name,
	                                   .replace = options->replace,
	                                   .report_limit = CLI_PROBLEMS_SHOWN};
	struct evo_import_report report = {0};
	struct evo_scores *scores;
	struct evo_error err = {0};
	if (options->images) {
		evo_fail(&err, EVO_E_USAGE, "scores have no images; leave out --images");
		return cli_report(&err);
	}
	if (!evo_import_scores(&import, cli_tell_problem, (void *) (uintptr_t) import.file, &report,
	                       &scores, &err)) {
		evo_import_report_clear(&report);
		return cli_report(&err);
	}
	int status = cli_tell_import(&report);
	for (size_t i = 0; i < scores->column_count; i++)
		cli_say("%s/%s", scores->name, scores->columns[i]);
	evo_scores_destroy(scores);
	evo_import_report_clear(&report);
	return status;
}

int cli_scores_remove(const char *name)
{
	struct evo_error err = {0};
	return evo_scores_remove(name, &err) ? CLI_DONE : cli_report(&err);
}

int cli_list_imported(struct cli_table *table)
{
	int status = CLI_DONE;
	size_t count;
	struct evo_error unread = {0};
	char **names = evo_scores_names(&count, &unread);
	if (unread.code != EVO_OK) {
		cli_report(&unread);
		status = CLI_PARTLY;
	}
	for (size_t i = 0; i < count; i++) {
		struct evo_error err = {0};
		struct evo_scores *scores = evo_scores_head(names[i], &err);
		if (!scores) {
			cli_report(&err);
			status = CLI_PARTLY;
		}
		for (size_t k = 0; scores && k < scores->column_count; k++) {
			cli_table_addf(table, "%s/%s", names[i], scores->columns[k]);
			cli_table_add(table, "-");
			cli_table_add(table, scores->source);
		}
		evo_scores_destroy(scores);
		free(names[i]);
	}
	free(names);
	return status;
}
