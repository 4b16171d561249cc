/*
 * The manual page. It is printed in the source of man(1) from the tables of commands, options and
 * settings, so that it says what the program does.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "evoscope/ui.h"

#define MANUAL_DATE "November 24, 2026"

#define LINE_END 64 /* source lines break at the first blank after it */

static void character(struct evo_text *out, const char *text, bool *code)
{
	if (*text == '`')
		evo_text_append(out, (*code = !*code) ? "\\fB" : "\\fR");
	else if (*text == '\\')
		evo_text_append(out, "\\e");
	else if (*text == '-')
		evo_text_append(out, "\\-");
	else
		evo_text_append_n(out, text, 1);
}

/*
 * Text for roff: a minus is one only as \-, words between ` and ` are set as code, and a sentence
 * begins on a line of its own, so that the formatter knows where it ended. A line must not begin
 * with a dot or a quote: no text here does.
 */
static void prose(struct evo_text *out, const char *text)
{
	bool code = false;
	size_t start = out->length;
	for (; *text; text++) {
		character(out, text, &code);
		if (text[1] == ' ' && (*text == '.' || out->length - start > LINE_END)) {
			evo_text_append(out, "\n");
			start = out->length;
			text++;
		}
	}
	evo_text_append(out, "\n");
}

static void arguments_macro(struct evo_text *out, const char *arguments)
{
	if (*arguments)
		evo_text_printf(out, "%s %s\n", *arguments == '[' ? ".Op Ar" : ".Ar", arguments);
}

static void synopsis(struct evo_text *out)
{
	evo_text_append(out, ".Sh SYNOPSIS\n.Nm\n.Op Ar option ...\n");
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (command->hidden)
			continue;
		evo_text_printf(out, ".Nm\n.Cm %s\n.Op Ar option ...\n", command->name);
		const char *arguments = command->arguments;
		if (arguments[0] == '[') {
			size_t length = strcspn(arguments + 1, "]");
			evo_text_printf(out, ".Op Ar %.*s\n", (int) length, arguments + 1);
			arguments += 1 + length + strspn(arguments + 1 + length, "] ");
		}
		arguments_macro(out, arguments);
	}
}

static void sentence(struct evo_text *out, const char *text)
{
	struct evo_text line;
	evo_text_init(&line);
	evo_text_printf(&line, "%c%s.", text[0] & ~0x20, text + 1);
	prose(out, line.data);
	evo_text_clear(&line);
}

static void list_commands(struct evo_text *out)
{
	evo_text_append(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (int id = CLI_EXPLORER; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (command->hidden)
			continue;
		if (id == CLI_EXPLORER)
			evo_text_append(out, ".It Nm\n");
		else
			evo_text_printf(out, ".It Cm %s%s%s\n", command->name,
			                *command->arguments ? " Ar " : "", command->arguments);
		sentence(out, command->summary);
		char *more = cli_command_text((enum cli_command_id) id);
		if (more != NULL)
			prose(out, more);
		free(more);
	}
	evo_text_append(out, ".El\n");
}

/* Which commands take it, where not all do. */
static void takers(struct evo_text *out, unsigned commands)
{
	const char *between = "For";
	for (int id = CLI_EXPLORER; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		if (!(commands & (1u << id)) || command->hidden)
			continue;
		if (id == CLI_EXPLORER)
			evo_text_printf(out, "%s the explorer", between);
		else
			evo_text_printf(out, "%s\n.Cm %s\n", between, command->name);
		between = ",";
	}
	evo_text_append(out, ".\n");
}

static void list_options(struct evo_text *out)
{
	unsigned every = (1u << CLI_COMMANDS) - 1;
	evo_text_append(out, ".Sh OPTIONS\nOptions may stand before or after a command and its "
	                     "arguments;\n.Fl \\&-\nends them.\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < cli_option_count(); i++) {
		const struct cli_option *option = cli_option_at(i);
		evo_text_append(out, ".It");
		if (option->letter)
			evo_text_printf(out, " Fl %c ,", option->letter);
		evo_text_printf(out, " Fl \\&-%s%s%s\n", option->name,
		                option->argument != NULL ? " Ar " : "",
		                option->argument != NULL ? option->argument : "");
		sentence(out, option->help);
		if (option->fallback != NULL) {
			char *text = evo_format("Default: %s.", option->fallback);
			prose(out, text);
			free(text);
		}
		if (option->commands != every)
			takers(out, option->commands);
	}
	evo_text_append(out, ".El\n");
}

static void list_settings(struct evo_text *out)
{
	evo_text_append(out, ".Sh SETTINGS\nWhat\n.Fl \\&-set Ar KEY=VALUE\nchanges, and what a "
	                     "preset holds in its section\n.Li [search] :\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		evo_text_printf(out, ".It Cm %s\n", setting->name);
		sentence(out, setting->help);
		char range[EVO_SETTING_RANGE];
		evo_setting_range(setting, range);
		char *text =
		        evo_format("Takes %s.%s%s%s", range, *setting->value ? " Default: " : "",
		                   setting->value, *setting->value ? "." : "");
		prose(out, text);
		free(text);
	}
	evo_text_append(out, ".El\n");
}

static void list_actions(struct evo_text *out)
{
	struct evo_explorer_action action;
	evo_text_append(out,
	                ".Sh KEYS\nWhat can be done in the explorer: on its command line, which "
	                "a colon opens,\nby key, and by a click on what its last line or its menu "
	                "names.\n"
	                ".Bl -tag -width Ds\n");
	for (size_t i = 0; evo_explorer_action(i, &action); i++) {
		evo_text_printf(out, ".It Ic \\&:%s%s%s\n", action.name,
		                *action.argument ? " Ar " : "", action.argument);
		sentence(out, action.help);
		if (*action.keys) {
			char *text = evo_format("Keys: %s", action.keys);
			prose(out, text);
			free(text);
		}
	}
	evo_text_append(out, ".El\n");
}

static const char head[] =
        ".Dd " MANUAL_DATE "\n.Dt EVOSCOPE 1\n.Os\n"
        ".Sh NAME\n.Nm evoscope\n.Nd evolve zero-cost proxies for neural architecture search\n";

static const char description[] =
        ".Sh DESCRIPTION\n"
        ".Nm\n"
        "searches for zero-cost proxies: expressions over statistics of untrained\n"
        "neural networks whose value ranks architectures as their trained accuracy\n"
        "does.\n"
        "It evolves expression trees by genetic programming and judges each by\n"
        "Kendall's rank correlation (tau) with the known accuracies of a benchmark's\n"
        "networks.\n"
        ".Pp\n"
        "Every benchmark is split once and for all into train, validation and test\n"
        "networks.\n"
        "A search selects by train networks; tau on validation networks is shown\n"
        "beside it.\n"
        ".Pp\n"
        "The same seed on the same machine gives the same result, whatever the number\n"
        "of threads.\n";

static const char tail[] =
        ".Sh SCRIPTS\n"
        "The explorer does what the lines of\n.Fl \\&-script Ar FILE\nsay, one after the "
        "other.\n"
        ".Bl -tag -width Ds\n"
        ".It Li keys Ar TEXT\n"
        "Types the text.\n"
        "Keys without a character have names:\n.Li <Enter> , <Esc> , <Down> , <C-n> ;\n"
        "a bare < is\n.Li <lt> .\n"
        ".It Li \\&: Ns Ar COMMAND\n"
        "Does what the explorer's command line would do.\n"
        ".It Li \\&:wait idle , Li \\&:wait generation Ar N , Li \\&:wait scores\n"
        "Waits until the search rests, until so many generations are complete, or until\n"
        "all that the screens have asked for is there.\n"
        ".It Li \\&:save-screen Ar FILE\n"
        "Writes what is on the screen: as a picture where the file's name ends in\n.Pa .svg ,\n"
        "else as text.\n"
        "With\n.Fl \\&-fixed-clock\nthe same search gives the same screen.\n"
        ".It Li #\n"
        "A comment.\n"
        ".El\n"
        ".Sh ENVIRONMENT\n"
        ".Bl -tag -width Ds\n"
        ".It Ev EVOSCOPE_DATA\n"
        "Where benchmarks, scores, proxies and searches are kept, in place of\n.Pa "
        "$XDG_DATA_HOME/evoscope "
        ".\n"
        ".It Ev EVOSCOPE_SHARED\n"
        "Where what is installed beside the program lies: themes, presets, embedded\n"
        "benchmarks.\n"
        "Without it, the first of these that is there: the source tree, for a program that lies\n"
        "in the tree where it was built;\n.Pa data\nin the program\\(aqs folder;\n.Pa "
        "share/evoscope\nbeside that folder; the folder that\n.Pa configure\nwas told.\n"
        ".It Ev XDG_CONFIG_HOME , XDG_DATA_HOME , XDG_STATE_HOME\n"
        "Base directories; see\n.Sx FILES .\n"
        ".It Ev NO_COLOR\n"
        "When set and not empty, the explorer uses no colour.\n"
        ".It Ev TERM\n"
        "The kind of terminal that the explorer draws on.\n"
        ".It Ev LC_ALL , LC_CTYPE , LANG\n"
        "The character set: with UTF\\-8, boxes and braille are drawn, otherwise ASCII.\n"
        "Numbers are always those of the C locale.\n"
        ".El\n"
        ".Sh FILES\n"
        ".Bl -tag -width Ds\n"
        ".It Pa $XDG_CONFIG_HOME/evoscope/keys.ini\n"
        "Key bindings of your own: a section [keys], and a line\n.Ql action = key key\nfor each "
        "action that is to have other keys than\n.Sx KEYS\nsays.\n"
        ".It Pa $XDG_CONFIG_HOME/evoscope/presets/NAME.ini\n"
        "Presets of your own; one stands in place of the program's of the same name.\n"
        ".It Pa $XDG_CONFIG_HOME/evoscope/themes/NAME.ini\n"
        "Themes of your own; one stands in place of the program's of the same name.\n"
        ".It Pa $XDG_DATA_HOME/evoscope/benchmarks/\n"
        "Imported and built benchmarks, a folder each.\n"
        ".It Pa $XDG_DATA_HOME/evoscope/scores/\n"
        "Imported scores, a CSV file each, and what is kept of scorings that were\n"
        "stopped\n.Pq Pa *.partial ,\n"
        "which may be removed, and are once nobody has gone on with them for two months.\n"
        ".It Pa $XDG_DATA_HOME/evoscope/kept.db\n"
        "Scores that Compare and Edit have computed, for the next time: at most half a\n"
        "million, some 25 MB; those of expressions go first that have not been asked for\n"
        "the longest.\n"
        "It may be removed.\n"
        ".It Pa $XDG_DATA_HOME/evoscope/runs.db\n"
        "Searches, an SQLite database. While one is open there are\n.Pa runs.db\\-wal\nand\n"
        ".Pa runs.db\\-shm ,\nwhich belong to it: copy all three, or use\n.Ic runs copy .\n"
        ".It Pa .evoscope\\-*\n"
        "What is being written, beside what it will be. Where a program was killed, the\n"
        "next one that writes there removes it.\n"
        ".It Pa $XDG_DATA_HOME/evoscope/proxies.ini\n"
        "Proxies of your own.\n"
        ".It Pa $XDG_STATE_HOME/evoscope/\n"
        "The history of the explorer's command line.\n"
        ".El\n"
        ".Pp\n"
        "Nothing is written anywhere else, and nothing before it is needed; but a file of\n"
        "runs that can only be read and has a log beside it is copied to\n.Ev TMPDIR\n"
        "for a moment.\n"
        "With\n.Fl \\&-csv-dir\na search keeps three files, each rewritten whole after every "
        "generation:\n"
        ".Bl -tag -width Ds\n"
        ".It Pa generations.csv\n"
        "A row a generation: its best, mean, median and smallest fitness, what was\n"
        "evaluated, the best expression.\n"
        ".It Pa population.csv\n"
        "A row an individual: rank, parents, origin, size, fitness, tau by benchmark\n"
        "and side, expression.\n"
        ".It Pa front.csv\n"
        "The Pareto front of fitness against size.\n"
        ".El\n"
        ".Sh EXIT STATUS\n"
        ".Bl -tag -width Ds\n"
        ".It 0\nDone.\n"
        ".It 1\nFailed; one line on standard error says why.\n"
        ".It 2\nThe command line makes no sense.\n"
        ".It 3\nDone, but what was left out or failed was reported, or that the file of\n"
        "stored searches went away during a search, which is in the one there now.\n"
        ".El\n"
        ".Pp\n"
        "After SIGINT, SIGTERM or SIGHUP a search is stopped, what was finished is kept\n"
        "and printed, and the process dies of that signal.\n"
        "A scoring that is stopped keeps the networks that are finished, and the same\n"
        "command goes on from there.\n"
        "Standard output carries results only; progress and errors go to standard\n"
        "error.\n"
        ".Sh EXAMPLES\n"
        "Watch a search:\n"
        ".Dl evoscope \\-\\-start\n"
        ".Pp\n"
        "The same without a screen, with tables:\n"
        ".Dl evoscope evolve \\-\\-seed 7 \\-\\-generations 20 \\-\\-csv\\-dir run7\n"
        ".Pp\n"
        "A published proxy and one of your own on 500 networks:\n"
        ".Dl evoscope score eznas\\-a 'layer_sum(l1(gw.d))' \\-\\-networks 500\n"
        ".Pp\n"
        "Import the accuracies of NATS\\-Bench with CIFAR\\-10 images:\n"
        ".Dl evoscope benchmarks import nats\\-bench table.csv \\-\\-images "
        "cifar10:data_batch_1.bin\n"
        ".Pp\n"
        "Hold scores that were computed elsewhere against the same accuracies:\n"
        ".Dl evoscope benchmarks import scores table.csv \\-\\-name zero\n"
        ".Dl evoscope score zero/nwot eznas\\-a \\-\\-benchmark nb201\\-cifar10\n"
        ".Sh SEE ALSO\n"
        "Yash Akhauri, J. Pablo Munoz, Nilesh Jain, and Ravi Iyer,\n"
        ".Dq EZNAS: Evolving Zero\\-Cost Proxies for Neural Architecture Scoring ,\n"
        "NeurIPS 2022.\n";

void cli_manual(struct evo_text *out)
{
	evo_text_append(out, head);
	synopsis(out);
	evo_text_append(out, description);
	list_commands(out);
	list_options(out);
	list_settings(out);
	list_actions(out);
	evo_text_append(out, tail);
}

int cli_manual_command(struct cli_options *options)
{
	(void) options;
	struct evo_text text;
	evo_text_init(&text);
	cli_manual(&text);
	cli_print(&text);
	evo_text_clear(&text);
	return CLI_DONE;
}
