/* The command line: tables, parser, help, manual page, output tables. */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli.h"
#include "evoscope/ui.h"

#define WORDS 32

/* Splits at blanks; a word in the tests holds none. */
static bool parse(const char *line, struct cli_options *options, enum cli_command_id *command,
                  struct evo_error *err)
{
	static char copy[512];
	char *argv[WORDS + 1] = {(char *) (uintptr_t) "evoscope"}, *rest = copy, *word;
	int argc = 1;
	strcpy(copy, line);
	while ((word = strtok_r(rest, " ", &rest)) != NULL && argc < WORDS)
		argv[argc++] = word;
	*err = (struct evo_error){0};
	return cli_parse(argc, argv, options, command, err);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void rows_fit_together(void **state)
{
	(void) state;
	for (size_t i = 0; i < cli_option_count(); i++) {
		const struct cli_option *a = cli_option_at(i);
		assert_true(a->commands != 0);
		assert_true(a->offset < sizeof(struct cli_options));
		assert_true((a->type == CLI_FLAG) == (a->argument == NULL));
		assert_true((a->type == CLI_CHOICE || a->type == CLI_SETTING) ==
		            (a->choices != NULL));
		assert_true(strlen(a->help) > 0 && a->help[strlen(a->help) - 1] != '.');
		for (size_t j = 0; j < i; j++) {
			const struct cli_option *b = cli_option_at(j);
			if (a->letter && strcmp(a->name, b->name))
				assert_int_not_equal(a->letter, b->letter);
			if (strcmp(a->name, b->name))
				continue;
			assert_int_equal(a->commands & b->commands, 0);
			assert_true((a->argument == NULL) == (b->argument == NULL));
			assert_int_equal(a->letter, b->letter);
		}
	}
	for (int id = 0; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		assert_non_null(command->summary);
		assert_true(command->least <= command->most);
		assert_true((command->most == 0) == (*command->arguments == '\0'));
	}
}

/* ---- Parser ---------------------------------------------------------------------------------- */

static void finds_commands(void **state)
{
	(void) state;
	static const struct {
		const char *line;
		enum cli_command_id command;
		size_t arguments;
	} cases[] = {
	        {"", CLI_EXPLORER, 0},
	        {"--start --theme light", CLI_EXPLORER, 0},
	        {"evolve", CLI_EVOLVE, 0},
	        {"--seed 3 evolve -q", CLI_EVOLVE, 0},
	        {"score eznas-a --seed 4 depth", CLI_SCORE, 2},
	        {"score -- --odd", CLI_SCORE, 1},
	        {"show x.d", CLI_SHOW, 1},
	        {"benchmarks", CLI_BENCHMARKS_LIST, 0},
	        {"benchmarks list", CLI_BENCHMARKS_LIST, 0},
	        {"benchmarks show a", CLI_BENCHMARKS_SHOW, 1},
	        {"benchmarks import --replace nats-bench f", CLI_BENCHMARKS_IMPORT, 2},
	        {"benchmarks remove a", CLI_BENCHMARKS_REMOVE, 1},
	        {"help", CLI_HELP, 0},
	        {"help benchmarks import", CLI_HELP, 2},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct cli_options options;
		enum cli_command_id command;
		struct evo_error err;
		bool ok = parse(cases[i].line, &options, &command, &err);
		if (!ok)
			print_error("%s: %s\n", cases[i].line, err.message);
		assert_true(ok);
		assert_int_equal(command, cases[i].command);
		assert_int_equal(options.arguments.count, cases[i].arguments);
		cli_options_clear(&options);
	}
}

static void reads_values(void **state)
{
	(void) state;
	struct cli_options options;
	enum cli_command_id command;
	struct evo_error err;
	assert_true(parse("evolve -b one --benchmark=two --networks 40 --seed 99 --time 1.5h "
	                  "--memory 2G --target 0.5 --set crossover=0.25",
	                  &options, &command, &err));
	assert_int_equal(options.benchmarks.count, 2);
	assert_string_equal(options.benchmarks.items[1], "two");
	assert_int_equal(options.settings.count, 2);
	assert_string_equal(options.settings.items[0], "train=40");
	assert_string_equal(options.settings.items[1], "crossover=0.25");
	assert_int_equal(options.seed, 99);
	assert_true(options.seconds == 5400 && options.target == 0.5);
	assert_int_equal(options.memory, (size_t) 2 << 30);
	cli_options_clear(&options);

	assert_true(parse("score depth --networks all --split test --progress never", &options,
	                  &command, &err));
	assert_int_equal(options.networks, 0);
	assert_int_equal(options.split, EVO_TEST);
	assert_int_equal(options.progress, CLI_PROGRESS_NEVER);
	cli_options_clear(&options);

	assert_true(parse("score depth", &options, &command, &err));
	assert_int_equal(options.networks, 300);
	assert_int_equal(options.split, EVO_ALL);
	assert_int_equal(options.seed, 1);
	assert_true(isnan(options.target));
	assert_string_equal(options.command_line, "evoscope score depth");
	cli_options_clear(&options);
}

static void refuses(void **state)
{
	(void) state;
	static const struct {
		const char *line, *says;
	} cases[] = {
	        {"evolv", "did you mean 'evolve'"},
	        {"benchmarks lst", "did you mean 'benchmarks list'"},
	        {"xyzzy", "unknown command 'xyzzy'"},
	        {"benchmarks xyzzy", "unknown command 'benchmarks xyzzy'"},
	        {"evolve --populaton 3", "did you mean '--population'"},
	        {"--strat", "did you mean '--start'"},
	        {"evolve --xyzzy", "unknown option '--xyzzy'"},
	        {"evolve -Z", "unknown option '-Z'"},
	        {"evolve --seed", "--seed needs an argument"},
	        {"evolve -s", "-s needs an argument"},
	        {"evolve --quiet=1", "--quiet takes no argument"},
	        {"evolve --seed x", "--seed x: "},
	        {"evolve --seed -1", "--seed -1: "},
	        {"evolve --seed 1.5", "--seed 1.5: "},
	        {"evolve --threads 0", "--threads 0: "},
	        {"evolve --memory 3", "--memory 3: must be a size in bytes, at least"},
	        {"evolve --target 2", "--target 2: must be a number from -1 to 1"},
	        {"evolve --target nan", "--target nan: "},
	        {"evolve --time never", "--time never: "},
	        {"evolve --progress maybe", "--progress maybe: must be one of auto|always|never"},
	        {"evolve --set crossover", "--set crossover: must be KEY=VALUE"},
	        {"evolve --set crosover=1", "crossover"},
	        {"evolve --set crossover=2", "--set crossover=2: "},
	        {"evolve --population 0", "--population 0: "},
	        {"evolve extra", "`extra` is one argument too many"},
	        {"score", "needs PROXY..."},
	        {"score depth --population 3", "evoscope score takes no --population"},
	        {"show", "needs EXPRESSION"},
	        {"show a b", "`b` is one argument too many"},
	        {"score depth --networks 1", "--networks 1: "},
	        {"score depth --split tset", "--split tset: must be one of"},
	        {"benchmarks import nats-bench", "needs FORMAT FILE"},
	        {"score units --networks 1000001", "--networks 1000001: must be `all`, or"},
	        {"evolve --cells 101", "--cells 101: must be a whole number from 1 to 100"},
	        {"evolve --time 0", "--time 0: must be a duration"},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct cli_options options;
		enum cli_command_id command;
		struct evo_error err;
		bool ok = parse(cases[i].line, &options, &command, &err);
		cli_options_clear(&options);
		if (ok || strstr(err.message, cases[i].says) == NULL)
			print_error("%s: %s\n", cases[i].line, err.message);
		assert_false(ok);
		assert_int_equal(err.code, EVO_E_USAGE);
		assert_non_null(strstr(err.message, cases[i].says));
		assert_null(strchr(err.message, '\n'));
	}
}

/* ---- Help ------------------------------------------------------------------------------------ */

static void help_has_every_option(void **state)
{
	(void) state;
	for (int id = 0; id < CLI_COMMANDS; id++) {
		struct evo_text text;
		evo_text_init(&text);
		cli_help((enum cli_command_id) id, &text);
		assert_int_equal(strncmp(text.data, "Usage: evoscope", 15), 0);
		for (size_t i = 0; i < cli_option_count(); i++) {
			const struct cli_option *option = cli_option_at(i);
			char *words = evo_format("--%s%s%s", option->name,
			                         option->argument != NULL ? " " : "",
			                         option->argument != NULL ? option->argument : "");
			if (option->commands & (1u << id))
				assert_non_null(strstr(text.data, words));
			free(words);
		}
		for (char *line = strtok(text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= 100);
		evo_text_clear(&text);
	}
}

/* What help says of a build's defaults is what they are. */
static void build_defaults_are_told(void **state)
{
	(void) state;
	const struct evo_build build = evo_build_default();
	const struct {
		const char *name;
		double value;
	} defaults[] = {
	        {"channels", (double) build.macro.channels},
	        {"cells", (double) build.macro.cells},
	        {"batch", (double) build.how.batch},
	        {"networks", (double) build.networks},
	        {"seeds", (double) build.seeds},
	        {"epochs", (double) build.how.epochs},
	        {"rate", build.how.rate},
	        {"shift", (double) build.how.shift},
	        {"train-images", (double) build.train_images},
	        {"test-images", (double) build.test_images},
	};
	for (size_t i = 0; i < EVO_COUNT(defaults); i++) {
		const struct cli_option *found = NULL;
		for (size_t k = 0; k < cli_option_count() && found == NULL; k++)
			if ((cli_option_at(k)->commands & (1U << CLI_BENCHMARKS_BUILD)) &&
			    !strcmp(cli_option_at(k)->name, defaults[i].name))
				found = cli_option_at(k);
		assert_non_null(found);
		if (strtod(found->fallback, NULL) != defaults[i].value)
			fail_msg("--%s: help says %s, and it is %g", found->name, found->fallback,
			         defaults[i].value);
	}
}

static void reads_ranges(void **state)
{
	(void) state;
	static const struct {
		const char *text;
		size_t first, last; /* 0: refused */
	} cases[] = {{"3-5", 3, 5}, {"7", 7, 7},     {"2-2", 2, 2},   {"1-5260", 1, 5260},
	             {"0", 0, 0},   {"5-3", 0, 0},   {"-3", 0, 0},    {"3-", 0, 0},
	             {"a-b", 0, 0}, {"1-2-3", 0, 0}, {"1-5261", 0, 0}};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct cli_options options;
		enum cli_command_id command;
		struct evo_error err;
		char *line = evo_format("benchmarks build --rows %s", cases[i].text);
		bool ok = parse(line, &options, &command, &err);
		assert_int_equal(ok, cases[i].first > 0);
		if (ok) {
			assert_int_equal(options.rows.first, cases[i].first);
			assert_int_equal(options.rows.last, cases[i].last);
		} else {
			assert_non_null(strstr(err.message, "--rows"));
		}
		cli_options_clear(&options);
		free(line);
	}
}

static void manual_has_every_row(void **state)
{
	(void) state;
	struct evo_text text;
	evo_text_init(&text);
	cli_manual(&text);
	for (size_t i = 0; i < cli_option_count(); i++) {
		char *words = evo_format("Fl \\&-%s", cli_option_at(i)->name);
		assert_non_null(strstr(text.data, words));
		free(words);
	}
	for (int id = CLI_EVOLVE; id < CLI_COMMANDS; id++) {
		const struct cli_command *command = cli_command((enum cli_command_id) id);
		char *words = evo_format(".It Cm %s", command->name);
		if (!command->hidden)
			assert_non_null(strstr(text.data, words));
		free(words);
	}
	for (size_t i = 0; i < evo_setting_count(); i++) {
		char *words = evo_format(".It Cm %s\n", evo_setting_at(i)->name);
		assert_non_null(strstr(text.data, words));
		free(words);
	}
	struct evo_explorer_action action;
	size_t actions = 0;
	for (; evo_explorer_action(actions, &action); actions++) {
		char *words = evo_format(".It Ic \\&:%s%s%s\n", action.name,
		                         *action.argument ? " Ar " : "", action.argument);
		assert_non_null(strstr(text.data, words));
		free(words);
	}
	assert_true(actions > 50);
	evo_text_clear(&text);
}

/* ---- Output ---------------------------------------------------------------------------------- */

static void columns_line_up(void **state)
{
	(void) state;
	struct cli_table table;
	struct evo_text text;
	evo_text_init(&text);
	cli_table_init(&table, 3, 1 | 1 << 2);
	cli_table_add(&table, "name");
	cli_table_add(&table, "tau");
	cli_table_add(&table, "e");
	cli_table_add(&table, "a_rather_long_expression");
	cli_table_number(&table, -0.5);
	cli_table_number(&table, NAN);
	cli_table_print(&table, 0, 0, &text);
	assert_string_equal(text.data, "name                         tau  e\n"
	                               "a_rather_long_expression  -0.500  -\n");
	evo_text_reset(&text);
	cli_table_print(&table, 27, 0, &text);
	assert_string_equal(text.data, "name                 tau  e\n"
	                               "a_rather_long...  -0.500  -\n");
	cli_table_clear(&table);
	evo_text_clear(&text);
}

static void add_cells(struct cli_table *table, const char *const *cells)
{
	for (; *cells != NULL; cells++)
		cli_table_add(table, *cells);
}

/* By what a terminal shows: two columns for a wide character, none for one that joins another. */
static void columns_are_a_terminals(void **state)
{
	(void) state;
	struct cli_table table;
	struct evo_text text;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	evo_text_init(&text);
	cli_table_init(&table, 3, 1 | 1 << 2);
	add_cells(&table,
	          (const char *const[]){"run", "best", "expression", "\xe4\xb8\xad\xe6\x96\x87",
	                                "0.5", "a", "e\xcc\x81", "0.25", "a\nb\x1b[2J", NULL});
	cli_table_print(&table, 0, 0, &text);
	assert_string_equal(text.data, "run   best  expression\n"
	                               "\xe4\xb8\xad\xe6\x96\x87   0.5  a\n"
	                               "e\xcc\x81     0.25  a\\x0ab\\x1b[2J\n");
	cli_table_clear(&table);
	evo_text_clear(&text);
	setlocale(LC_CTYPE, "C");
}

static void expect_rows(const struct cli_table *table, size_t width, size_t kept, const char *rows)
{
	struct evo_text text;
	evo_text_init(&text);
	cli_table_print(table, width, kept, &text);
	assert_string_equal(text.data, rows);
	evo_text_clear(&text);
}

static void tables_fit_a_terminal(void **state)
{
	(void) state;
	struct cli_table table;
	cli_table_init(&table, 4, 1 | 1 << 2 | 1 << 3);
	add_cells(&table, (const char *const[]){"name", "tau", "expression", "source",
	                                        "a_name_that_is_long_enough", "0.500",
	                                        "add(params, mul(2, units))", "somebody", NULL});
	/* The longest text goes first, no number is cut. */
	expect_rows(&table, 66, 0,
	            "name                       tau  expression                source\n"
	            "a_name_that_is_long_...  0.500  add(params, mul(2, un...  somebody\n");
	/* What is kept stays where others are left out. */
	expect_rows(&table, 44, 2,
	            "name                 tau  expression\n"
	            "a_name_that_is...  0.500  add(params, mul...\n"
	            "left out, as the terminal is narrow: source\n");
	/* The first column always. */
	expect_rows(&table, 10, 0,
	            "name\n"
	            "a_name_...\n"
	            "left out,\nas the\nterminal\nis narrow:\ntau,\nexpression,\nsource\n");
	cli_table_clear(&table);
}

static void clocks(void **state)
{
	(void) state;
	struct evo_text text;
	evo_text_init(&text);
	cli_clock(&text, 38.2);
	evo_text_append(&text, " ");
	cli_clock(&text, 3723);
	assert_string_equal(text.data, "0:38 1:02:03");
	evo_text_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_fit_together),
	        cmocka_unit_test(finds_commands),
	        cmocka_unit_test(reads_values),
	        cmocka_unit_test(refuses),
	        cmocka_unit_test(help_has_every_option),
	        cmocka_unit_test(manual_has_every_row),
	        cmocka_unit_test(build_defaults_are_told),
	        cmocka_unit_test(reads_ranges),
	        cmocka_unit_test(columns_line_up),
	        cmocka_unit_test(columns_are_a_terminals),
	        cmocka_unit_test(tables_fit_a_terminal),
	        cmocka_unit_test(clocks),
	};
	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
