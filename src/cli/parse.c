/*
 * The parser of the command line. getopt finds the options, the tables say what each of them takes,
 * and what is wrong is told with what was expected.
 */
#include "config.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* An option as it stood on the command line: which one is only known once the command is. */
struct met {
	const char *name;
	const char *value;
};

struct parser {
	struct option *longs; /* for getopt: every name once */
	size_t long_count;
	char letters[256];
	struct met *met;
	size_t met_count;
	struct cli_list words; /* what is no option */
};

/* ---- getopt's tables ------------------------------------------------------------------------- */

static bool known(const struct parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->long_count; i++)
		if (!strcmp(parser->longs[i].name, name))
			return true;
	return false;
}

/* Options of one name take an argument in every command or in none. */
static void prepare(struct parser *parser)
{
	memset(parser, 0, sizeof(*parser));
	parser->longs = evo_calloc(cli_option_count() + 1, sizeof(*parser->longs));
	strcpy(parser->letters,
	       "-:"); /* in order; a missing argument is told from an unknown option */
	char *letter = parser->letters + 2;
	for (size_t i = 0; i < cli_option_count(); i++) {
		const struct cli_option *option = cli_option_at(i);
		if (known(parser, option->name))
			continue;
		struct option *entry = &parser->longs[parser->long_count++];
		entry->name = option->name;
		entry->has_arg = option->argument != NULL ? required_argument : no_argument;
		entry->val = 256 + (int) i;
		if (!option->letter)
			continue;
		*letter++ = option->letter;
		if (option->argument != NULL)
			*letter++ = ':';
	}
}

static void finish(struct parser *parser)
{
	free(parser->longs);
	free(parser->met);
	free(parser->words.items);
}

/* ---- Step one: words and options ------------------------------------------------------------- */

static const char *name_of_letter(int letter)
{
	for (size_t i = 0; i < cli_option_count(); i++)
		if (cli_option_at(i)->letter == letter)
			return cli_option_at(i)->name;
	return NULL;
}

static bool unknown_option(const struct parser *parser, const char *word, struct evo_error *err)
{
	if (strncmp(word, "--", 2))
		return evo_fail(err, EVO_E_USAGE, "unknown option '-%c'; see evoscope --help",
		                optopt);
	char *name = evo_strndup(word + 2, strcspn(word + 2, "="));
	if (optopt >= 256) {
		evo_fail(err, EVO_E_USAGE, "--%s takes no argument", name);
	} else {
		const char **names = evo_calloc(parser->long_count, sizeof(*names));
		for (size_t i = 0; i < parser->long_count; i++)
			names[i] = parser->longs[i].name;
		size_t nearest = evo_nearest(name, names, parser->long_count);
		if (nearest < parser->long_count)
			evo_fail(err, EVO_E_USAGE, "unknown option '--%s'; did you mean '--%s'?",
			         name, names[nearest]);
		else
			evo_fail(err, EVO_E_USAGE, "unknown option '--%s'; see evoscope --help",
			         name);
		free(names);
	}
	free(name);
	return false;
}

static void add_met(struct parser *parser, const char *name, const char *value)
{
	parser->met = evo_realloc(parser->met, parser->met_count + 1, sizeof(*parser->met));
	parser->met[parser->met_count++] = (struct met){name, value};
}

static bool collect(struct parser *parser, int argc, char **argv, struct evo_error *err)
{
	opterr = 0;
	optind = 0; /* glibc: begin anew, so that tests may parse more than once */
	for (;;) {
		int at = optind ? optind : 1;
		int code = getopt_long(argc, argv, parser->letters, parser->longs, NULL);
		if (code == -1)
			break;
		if (code == 1)
			cli_list_add(&parser->words, optarg);
		else if (code == '?')
			return unknown_option(parser, argv[at], err);
		else if (code == ':')
			return evo_fail(err, EVO_E_USAGE, "%s needs an argument", argv[at]);
		else
			add_met(parser,
			        code >= 256 ? cli_option_at((size_t) code - 256)->name
			                    : name_of_letter(code),
			        optarg);
	}
	for (; optind < argc; optind++)
		cli_list_add(&parser->words, argv[optind]);
	return true;
}

/* ---- Step two: the command ------------------------------------------------------------------- */

/* Does the command's name begin with these words? Full: does it end there? */
static bool names_match(const char *name, const char *const *words, size_t count, bool full)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);
		if (strncmp(name, words[i], length) || (name[length] && name[length] != ' '))
			return false;
		name += length + (name[length] == ' ');
		if (!*name && i + 1 < count)
			return false;
	}
	return !full || !*name;
}

/* The words that could stand at place `at` after the words before it; the nearest one is named. */
static bool unknown_word(const struct parser *parser, size_t at, struct evo_error *err)
{
	const char *word = parser->words.items[at];
	const char *names[CLI_COMMANDS];
	char *copies[CLI_COMMANDS];
	size_t count = 0;
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const char *name = cli_command((enum cli_command_id) id)->name;
		if (cli_command((enum cli_command_id) id)->hidden ||
		    !names_match(name, parser->words.items, at, false) ||
		    (at && strchr(name, ' ') == NULL))
			continue;
		const char *rest = at ? strchr(name, ' ') + 1 : name;
		names[count] = copies[count] = evo_strndup(rest, strcspn(rest, " "));
		count++;
	}
	size_t nearest = evo_nearest(word, names, count);
	const char *before = at ? parser->words.items[0] : "";
	if (nearest < count)
		evo_fail(err, EVO_E_USAGE, "unknown command '%s%s%s'; did you mean '%s%s%s'?",
		         before, at ? " " : "", word, before, at ? " " : "", names[nearest]);
	else
		evo_fail(err, EVO_E_USAGE, "unknown command '%s%s%s'; see evoscope %s%s--help",
		         before, at ? " " : "", word, before, at ? " " : "");
	for (size_t i = 0; i < count; i++)
		free(copies[i]);
	return false;
}

static bool find_command(const struct parser *parser, enum cli_command_id *command, size_t *used,
                         struct evo_error *err)
{
	const struct cli_list *words = &parser->words;
	*command = CLI_EXPLORER;
	*used = 0;
	if (!words->count)
		return true;
	bool group = false;
	enum cli_command_id first = CLI_EXPLORER; /* of the group */
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const char *name = cli_command((enum cli_command_id) id)->name;
		size_t count = strchr(name, ' ') != NULL ? 2 : 1;
		/* Of `proxies` and `proxies add` the longer one is meant where it can be. */
		if (count > *used && count <= words->count &&
		    names_match(name, words->items, count, true)) {
			*command = (enum cli_command_id) id;
			*used = count;
		}
		bool member = count == 2 && names_match(name, words->items, 1, false);
		if (member && !group)
			first = (enum cli_command_id) id;
		group |= member;
	}
	if (*used > 1 || (*used == 1 && !(group && words->count > 1)))
		return true;
	if (*used == 1)
		return unknown_word(parser, 1, err);
	if (!group)
		return unknown_word(parser, 0, err);
	if (words->count > 1)
		return unknown_word(parser, 1, err);
	*command = first; /* such as `benchmarks list` */
	*used = 1;
	return true;
}

/* ---- Step three: values ---------------------------------------------------------------------- */

/* "must be WHAT from LOW to HIGH". */
static bool out_of_limits(const struct cli_option *option, const char *what, struct evo_error *err)
{
	if (option->high != 0)
		return evo_fail(err, EVO_E_USAGE, "must be %s from %.16g to %.16g", what,
		                option->low, option->high);
	return evo_fail(err, EVO_E_USAGE, "must be %s, at least %.16g", what, option->low);
}

/* No number, such as NaN, is in limits either. */
static bool in_limits(const struct cli_option *option, double value)
{
	return value >= option->low && (option->high == 0 || value <= option->high);
}

static bool set_count(const struct cli_option *option, const char *text, size_t *value,
                      struct evo_error *err)
{
	bool or_all = option->type == CLI_COUNT_OR_ALL;
	int64_t number;
	if (or_all && !strcmp(text, "all")) {
		*value = 0;
		return true;
	}
	if (!evo_integer_parse(text, (int64_t) option->low, (int64_t) option->high, &number, NULL))
		return out_of_limits(option, or_all ? "`all`, or a whole number" : "a whole number",
		                     err);
	*value = (size_t) number;
	return true;
}

static bool set_seed(const struct cli_option *option, const char *text, uint64_t *value,
                     struct evo_error *err)
{
	int64_t most = option->high > 0 ? (int64_t) option->high : INT64_MAX, number;
	if (!evo_integer_parse(text, 0, most, &number, NULL))
		return evo_fail(err, EVO_E_USAGE, "must be a whole number from 0 to %lld",
		                (long long) most);
	*value = (uint64_t) number;
	return true;
}

static bool set_real(const struct cli_option *option, const char *text, double *value,
                     struct evo_error *err)
{
	double number;
	if (!evo_number_parse(text, &number, NULL) || !in_limits(option, number))
		return out_of_limits(option, "a number", err);
	*value = number;
	return true;
}

static bool set_seconds(const struct cli_option *option, const char *text, double *value,
                        struct evo_error *err)
{
	double number;
	if (!evo_duration_parse(text, &number, err))
		return false;
	if (!in_limits(option, number))
		return out_of_limits(option, "a duration in seconds", err);
	*value = number;
	return true;
}

static bool set_bytes(const struct cli_option *option, const char *text, size_t *value,
                      struct evo_error *err)
{
	size_t bytes;
	if (!evo_size_parse(text, &bytes, err))
		return false;
	if (!in_limits(option, (double) bytes))
		return out_of_limits(option, "a size in bytes", err);
	*value = bytes;
	return true;
}

static bool set_range(const struct cli_option *option, const char *text, struct cli_range *range,
                      struct evo_error *err)
{
	size_t length = strcspn(text, "-");
	char *first = evo_strndup(text, length);
	const char *last = text[length] ? text + length + 1 : text;
	int64_t low = (int64_t) option->low, high = (int64_t) option->high, from = 0, to = 0;
	bool ok = evo_integer_parse(first, low, high, &from, NULL) &&
	          evo_integer_parse(last, from, high, &to, NULL);
	free(first);
	if (!ok)
		return out_of_limits(option, "such as 3-5, or one number,", err);
	*range = (struct cli_range){(size_t) from, (size_t) to};
	return true;
}

static bool set_choice(const struct cli_option *option, const char *text, size_t *value,
                       struct evo_error *err)
{
	size_t length = strlen(text);
	const char *choice = option->choices;
	for (size_t i = 0;; i++) {
		size_t size = strcspn(choice, "|");
		if (size == length && !strncmp(choice, text, size)) {
			*value = i;
			return true;
		}
		if (!choice[size])
			break;
		choice += size + 1;
	}
	return evo_fail(err, EVO_E_USAGE, "must be one of %s", option->choices);
}

/* Tried at once on a configuration that nobody uses: what can be refused is refused here. */
static bool set_pair(const struct cli_option *option, const char *text, struct cli_list *list,
                     struct evo_error *err)
{
	if (option->type == CLI_PAIR && (strchr(text, '=') == NULL || text[0] == '='))
		return evo_fail(err, EVO_E_USAGE, "must be KEY=VALUE, such as crossover=0.5");
	char *pair = option->type == CLI_SETTING ? evo_format("%s=%s", option->choices, text)
	                                         : evo_strdup(text);
	cli_list_add(list, pair);
	struct evo_gp_config tried = {0};
	return cli_setting_apply(pair, &tried, err);
}

static bool set_value(const struct cli_option *option, const char *text, void *field,
                      struct evo_error *err)
{
	/* Nothing that is named or written down is called "". */
	if ((option->type == CLI_TEXT || option->type == CLI_LIST) && !*text)
		return evo_fail(err, EVO_E_USAGE, "must not be empty");
	switch (option->type) {
	case CLI_FLAG:
		*(bool *) field = true;
		return true;
	case CLI_COUNT:
	case CLI_COUNT_OR_ALL:
		return set_count(option, text, field, err);
	case CLI_SEED:
		return set_seed(option, text, field, err);
	case CLI_RANGE:
		return set_range(option, text, field, err);
	case CLI_REAL:
		return set_real(option, text, field, err);
	case CLI_SECONDS:
		return set_seconds(option, text, field, err);
	case CLI_BYTES:
		return set_bytes(option, text, field, err);
	case CLI_CHOICE:
		return set_choice(option, text, field, err);
	case CLI_TEXT:
		*(const char **) field = text;
		return true;
	case CLI_LIST:
		cli_list_add(field, text);
		return true;
	case CLI_PAIR:
	case CLI_SETTING:
		return set_pair(option, text, field, err);
	}
	return false;
}

static const struct cli_option *option_of(const char *name, enum cli_command_id command)
{
	for (size_t i = 0; i < cli_option_count(); i++)
		if (!strcmp(cli_option_at(i)->name, name) &&
		    (cli_option_at(i)->commands & (1u << command)))
			return cli_option_at(i);
	return NULL;
}

static bool apply(const struct parser *parser, enum cli_command_id command,
                  struct cli_options *options, struct evo_error *err)
{
	for (size_t i = 0; i < parser->met_count; i++) {
		const struct met *met = &parser->met[i];
		const struct cli_option *option = option_of(met->name, command);
		if (option == NULL)
			return evo_fail(err, EVO_E_USAGE,
			                "evoscope %s takes no --%s; see its --help",
			                cli_command(command)->name, met->name);
		struct evo_error why = {0};
		if (!set_value(option, met->value, (char *) options + option->offset, &why))
			return evo_fail(err, EVO_E_USAGE, "--%s %s: %s", met->name, met->value,
			                why.message);
		cli_list_add(&options->given, option->name);
	}
	return true;
}

static bool take_arguments(const struct parser *parser, enum cli_command_id id, size_t used,
                           struct cli_options *options, struct evo_error *err)
{
	const struct cli_command *command = cli_command((enum cli_command_id) id);
	for (size_t i = used; i < parser->words.count; i++)
		cli_list_add(&options->arguments, parser->words.items[i]);
	size_t count = options->arguments.count;
	if (options->help || options->version)
		return true;
	if (count < command->least)
		return evo_fail(err, EVO_E_USAGE, "evoscope %s needs %s; see its --help",
		                command->name, command->arguments);
	for (size_t i = 0; i < count; i++)
		if (!*options->arguments.items[i])
			return evo_fail(err, EVO_E_USAGE,
			                "evoscope %s: argument %zu is empty; see its --help",
			                command->name, i + 1);
	if (count > command->most)
		return evo_fail(err, EVO_E_USAGE, "evoscope %s: `%s` is one argument too many",
		                command->name, options->arguments.items[command->most]);
	return true;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static char *join(int argc, char **argv)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_text_append(&text, "evoscope");
	for (int i = 1; i < argc; i++)
		evo_text_printf(&text, strpbrk(argv[i], " ()*?") != NULL ? " '%s'" : " %s",
		                argv[i]);
	char *joined = evo_strdup(text.data);
	evo_text_clear(&text);
	return joined;
}

static bool parse(struct parser *parser, int argc, char **argv, struct cli_options *options,
                  enum cli_command_id *command, struct evo_error *err)
{
	size_t used;
	if (!collect(parser, argc, argv, err))
		return false;
	if (!find_command(parser, command, &used, err))
		return false;
	options->group = used == 1 && strchr(cli_command(*command)->name, ' ') != NULL;
	return apply(parser, *command, options, err) &&
	       take_arguments(parser, *command, used, options, err);
}

bool cli_parse(int argc, char **argv, struct cli_options *options, enum cli_command_id *command,
               struct evo_error *err)
{
	*command = CLI_EXPLORER;
	memset(options, 0, sizeof(*options));
	options->seed = 1;
	options->target = NAN;
	options->preset = "default";
	options->networks = 300;
	options->split = EVO_ALL;
	options->shift = SIZE_MAX;
	options->command_line = join(argc, argv);
	struct parser parser;
	prepare(&parser);
	bool ok = parse(&parser, argc, argv, options, command, err);
	finish(&parser);
	return ok;
}

void cli_options_clear(struct cli_options *options)
{
	for (size_t i = 0; i < options->settings.count; i++)
		free((char *) (uintptr_t) options->settings.items[i]);
	free(options->settings.items);
	free(options->benchmarks.items);
	free(options->injected.items);
	free(options->inject_from.items);
	free(options->carry.items);
	free(options->train_files.items);
	free(options->train_labels.items);
	free(options->test_files.items);
	free(options->test_labels.items);
	free(options->arguments.items);
	free(options->given.items);
	free(options->command_line);
}
