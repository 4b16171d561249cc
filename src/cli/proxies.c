/* Proxies by name: listed, added, removed, renamed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "evoscope/proxy.h"
#include "cli.h"

/* A row a column of imported scores; the exit status: some cannot be read, which is said. */
static int list_imported(struct cli_table *table)
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
		if (scores == NULL) {
			cli_report(&err);
			status = CLI_PARTLY;
		}
		for (size_t k = 0; scores != NULL && k < scores->column_count; k++) {
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

int cli_proxies(struct cli_options *options)
{
	struct evo_library library;
	struct evo_error err = {0};
	struct cli_table table;
	struct evo_text out;
	int status = CLI_DONE;

	(void) options;
	if (!evo_library_load(&library, &err)) {
		cli_report(&err);
		status = CLI_PARTLY;
	}
	evo_text_init(&out);
	cli_table_init(&table, 3, 7);
	cli_table_add(&table, "name");
	cli_table_add(&table, "expression");
	cli_table_add(&table, "source");
	for (size_t i = 0; i < library.count; i++) {
		const struct evo_proxy *proxy = &library.items[i];

		cli_table_add(&table, proxy->name);
		cli_table_add(&table, proxy->expression);
		cli_table_add(&table, *proxy->source ? proxy->source : "your own");
	}
	if (list_imported(&table) != CLI_DONE)
		status = CLI_PARTLY;
	cli_table_print(&table, cli_width(), 1, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
	evo_library_clear(&library);
	return status;
}

int cli_proxies_add(struct cli_options *options)
{
	const char *const *arguments = options->arguments.items;
	struct evo_error err = {0};

	if (!evo_proxy_add(arguments[0], arguments[1],
	                   options->source != NULL ? options->source : "", &err))
		return cli_report(&err);
	return CLI_DONE;
}

int cli_proxies_remove(struct cli_options *options)
{
	struct evo_error err = {0};

	return evo_proxy_remove(options->arguments.items[0], &err) ? CLI_DONE : cli_report(&err);
}

int cli_proxies_rename(struct cli_options *options)
{
	const char *const *arguments = options->arguments.items;
	struct evo_error err = {0};

	return evo_proxy_rename(arguments[0], arguments[1], &err) ? CLI_DONE : cli_report(&err);
}
