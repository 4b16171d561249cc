/*
 * The command `help` and the option --help. Both are made from the tables of commands and options,
 * and from that of the settings of a search.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Columns at which help lines begin and end. */
#define HELP_AT  30
#define HELP_END 92

static void option_line(const struct cli_option *option, struct evo_text *out)
{
	size_t start = out->length;
	if (option->letter)
		evo_text_printf(out, "  -%c, ", option->letter);
	else
		evo_text_append(out, "      ");
	evo_text_printf(out, "--%s", option->name);
	if (option->argument != NULL)
		evo_text_printf(out, " %s", option->argument);
	size_t column = out->length - start;
	if (column + 2 > HELP_AT) {
		evo_text_append(out, "\n");
		column = 0;
	}
	evo_text_printf(out, "%*s", (int) (HELP_AT - column), "");
	char *text = option->fallback != NULL
	                     ? evo_format("%s [%s]", option->help, option->fallback)
	                     : evo_strdup(option->help);
	cli_wrap(out, text, HELP_AT, HELP_AT, HELP_END);
	free(text);
}

static void settings_lines(struct evo_text *out)
{
	evo_text_append(out, "\nSettings for --set, and their built-in values:\n");
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		char *text = *setting->value ? evo_format("%s [%s]", setting->help, setting->value)
		                             : evo_strdup(setting->help);
		evo_text_printf(out, "      %-*s", HELP_AT - 6, setting->name);
		cli_wrap(out, text, HELP_AT, HELP_AT, HELP_END);
		free(text);
	}
}

static void usage_line(const struct cli_command *command, struct evo_text *out)
{
	evo_text_printf(out, "evoscope%s%s [OPTION...]%s%s", *command->name ? " " : "",
	                command->name, *command->arguments ? " " : "", command->arguments);
}

static void command_list(struct evo_text *out)
{
	evo_text_append(out, "\nCommands:\n");
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (command->hidden)
			continue;
		size_t start = out->length;
		evo_text_printf(out, "  %s %s", command->name, command->arguments);
		size_t column = out->length - start;
		size_t at = HELP_AT + 8;
		evo_text_printf(out, "%*s", (int) (column < at ? at - column : 2), "");
		evo_text_printf(out, "%s\n", command->summary);
	}
	evo_text_append(out, "\nevoscope COMMAND --help says more about each.\n");
}

char *cli_command_text(enum cli_command_id id)
{
	const struct cli_command *command = cli_command(id);
	struct evo_text text;

	if (command->text == NULL)
		return NULL;
	evo_text_init(&text);
	if (id == CLI_BENCHMARKS_IMPORT)
		cli_importers_text(&text);
	evo_text_append(&text, command->text);
	return text.data;
}

void cli_help(enum cli_command_id id, struct evo_text *out)
{
	char *more = cli_command_text(id);
	const struct cli_command *command = cli_command(id);
	evo_text_append(out, "Usage: ");
	usage_line(command, out);
	evo_text_append(out, "\n");
	if (id == CLI_EXPLORER)
		evo_text_append(out, "       evoscope COMMAND [OPTION...] [ARGUMENT...]\n");
	evo_text_printf(out, "\n%c%s.\n", command->summary[0] & ~0x20, command->summary + 1);
	if (more != NULL)
		cli_wrap(out, more, 0, 0, HELP_END);
	free(more);
	if (id == CLI_EXPLORER)
		command_list(out);
	evo_text_append(out, "\nOptions:\n");
	for (size_t i = 0; i < cli_option_count(); i++)
		if (cli_option_at(i)->commands & (1u << id))
			option_line(cli_option_at(i), out);
	if (id == CLI_EVOLVE)
		settings_lines(out);
}

void cli_help_group(const char *word, struct evo_text *out)
{
	size_t length = strlen(word);
	bool first = true;
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (strncmp(command->name, word, length) || command->name[length] != ' ')
			continue;
		evo_text_append(out, first ? "Usage: " : "       ");
		usage_line(command, out);
		evo_text_append(out, "\n");
		first = false;
	}
	evo_text_append(out, "\n");
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (!strncmp(command->name, word, length) && command->name[length] == ' ')
			evo_text_printf(out, "  %-24s%s\n", command->name, command->summary);
	}
	evo_text_printf(out, "\nevoscope %s ACTION --help says more about each.\n", word);
}

/* `evoscope help evolve` is `evoscope evolve --help`. */
int cli_help_command(struct cli_options *options)
{
	char *words[5] = {(char *) "evoscope"};
	int count = 1;
	for (size_t i = 0; i < options->arguments.count; i++)
		words[count++] = (char *) (uintptr_t) options->arguments.items[i];
	struct cli_options asked;
	enum cli_command_id command;
	struct evo_error err = {0};
	words[count++] = (char *) "--help";
	struct evo_text text;
	evo_text_init(&text);
	bool ok = cli_parse(count, words, &asked, &command, &err);
	if (ok && asked.arguments.count)
		ok = evo_fail(&err, EVO_E_USAGE, "unknown command '%s'; see evoscope --help",
		              asked.arguments.items[0]);
	if (ok && asked.group)
		cli_help_group(options->arguments.items[0], &text);
	else if (ok)
		cli_help(command, &text);
	cli_print(&text);
	evo_text_clear(&text);
	cli_options_clear(&asked);
	return ok ? CLI_DONE : cli_report(&err);
}
