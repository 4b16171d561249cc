/*
 * The ends of what can be asked for: every option and every setting, from their tables, with values
 * below, at and beyond its limits, and with what is no value at all.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/bench_manifest.h"
#include "../src/cli/cli.h"
#include "folder.h"

/* What people and programs hand over by mistake. */
static const char *const odd[] = {"",
                                  "0",
                                  "-1",
                                  "+1",
                                  " 1",
                                  "1 ",
                                  "+",
                                  "-",
                                  "1e30",
                                  "-1e30",
                                  "1.5",
                                  "0x10",
                                  "nan",
                                  "inf",
                                  "-inf",
                                  "all",
                                  "9223372036854775808",
                                  "18446744073709551616",
                                  "99999999999G",
                                  "1-",
                                  "3-1",
                                  "=",
                                  "\xff",
                                  "abc"};

/* ---- What is right --------------------------------------------------------------------------- */

static bool is_integer(const char *text, double low, double high)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	return strspn(text, "+-0123456789") == strlen(text) && end > text && *end == '\0' &&
	       errno == 0 && (double) number >= low && (double) number <= high;
}

static bool is_real(const char *text, double low, double high)
{
	char *end;
	double number = strtod(text, &end);
	return strspn(text, "+-.e0123456789") == strlen(text) && end > text && *end == '\0' &&
	       number >= low && number <= high;
}

/* Settings keep to their limits by themselves; of durations and sizes there is more than a
   number. */
static bool can_tell(enum cli_type type)
{
	return type == CLI_COUNT || type == CLI_COUNT_OR_ALL || type == CLI_REAL ||
	       type == CLI_SEED || type == CLI_RANGE || type == CLI_TEXT || type == CLI_LIST;
}

static bool is_right(const struct cli_option *option, const char *text)
{
	switch (option->type) {
	case CLI_COUNT_OR_ALL:
	case CLI_COUNT:
		return is_integer(text, option->low, option->high) ||
		       (option->type == CLI_COUNT_OR_ALL && strcmp(text, "all") == 0);
	case CLI_RANGE: /* none of the odd ones is two numbers */
		return is_integer(text, option->low, option->high);
	case CLI_SEED:
		return is_integer(text, 0, option->high > 0 ? option->high : 9.2e18);
	case CLI_REAL:
		return is_real(text, option->low, option->high);
	default:
		return *text != '\0';
	}
}

/* ---- Options --------------------------------------------------------------------------------- */

#define WORDS 16

/* The command with as many arguments as it needs, and the option. */
static bool parse(enum cli_command_id id, const struct cli_option *option, const char *value,
                  struct evo_error *err)
{
	const struct cli_command *command = cli_command(id);
	char *argv[WORDS] = {(char *) (uintptr_t) "evoscope"}, *word, *rest;
	char *copy = evo_strdup(command->name), *given = evo_format("--%s", option->name);
	struct cli_options options;
	enum cli_command_id found;
	int argc = 1;
	for (rest = copy; (word = strtok_r(rest, " ", &rest)) != NULL;)
		argv[argc++] = word;
	for (size_t i = 0; i < command->least; i++)
		argv[argc++] = (char *) (uintptr_t) "x";
	argv[argc++] = given;
	argv[argc++] = (char *) (uintptr_t) value;
	*err = (struct evo_error){0};
	bool good = cli_parse(argc, argv, &options, &found, err);
	if (good)
		assert_int_equal(found, id);
	cli_options_clear(&options);
	free(copy);
	free(given);
	return good;
}

static void expect_range(const char *message, double low, double high)
{
	char range[80];
	snprintf(range, sizeof(range), "from %.16g to %.16g", low, high);
	if (strstr(message, range) == NULL)
		fail_msg("'%s' does not say '%s'", message, range);
}

/* One line that names the option, what was found and what can be. */
static void expect_refusal(const struct cli_option *option, const char *value,
                           const struct evo_error *err)
{
	char *begins = evo_format("--%s ", option->name);
	assert_int_equal(err->code, EVO_E_USAGE);
	assert_int_equal(strncmp(err->message, begins, strlen(begins)), 0);
	assert_null(strchr(err->message, '\n'));
	if (option->type == CLI_COUNT || option->type == CLI_COUNT_OR_ALL ||
	    option->type == CLI_REAL || option->type == CLI_RANGE)
		expect_range(err->message, option->low, option->high);
	if (*value == '\0')
		assert_true(strlen(err->message) > strlen(begins) + 5);
	free(begins);
}

static void try_option(enum cli_command_id id, const struct cli_option *option, const char *value)
{
	struct evo_error err;
	bool good = parse(id, option, value, &err);
	if (can_tell(option->type) && good != is_right(option, value))
		fail_msg("--%s '%s' is %s: %s", option->name, value, good ? "taken" : "refused",
		         err.message);
	if (!good)
		expect_refusal(option, value, &err);
}

/* The ends, and one step beyond each. */
static void try_ends(enum cli_command_id id, const struct cli_option *option)
{
	double step = option->type == CLI_REAL ? option->high / 1000 : 1;
	const double values[] = {option->low, option->high, option->low - step,
	                         option->high + step};
	for (size_t i = 0; i < EVO_COUNT(values) && option->high > option->low; i++) {
		char text[EVO_NUMBER_SIZE];
		snprintf(text, sizeof(text), "%.16g", values[i]);
		try_option(id, option, text);
	}
}

static void every_option_has_its_ends(void **state)
{
	(void) state;
	for (size_t i = 0; i < cli_option_count(); i++) {
		const struct cli_option *option = cli_option_at(i);
		for (int id = 0; id < CLI_COMMANDS; id++) {
			if ((option->commands & 1u << id) == 0 || option->type == CLI_FLAG)
				continue;
			for (size_t k = 0; k < EVO_COUNT(odd); k++)
				try_option((enum cli_command_id) id, option, odd[k]);
			if (can_tell(option->type))
				try_ends((enum cli_command_id) id, option);
		}
	}
}

/* No number is without an end, but for memory, which the machine has one for. */
static void every_number_has_limits(void **state)
{
	(void) state;
	for (size_t i = 0; i < cli_option_count(); i++) {
		const struct cli_option *option = cli_option_at(i);
		if (option->type == CLI_COUNT || option->type == CLI_COUNT_OR_ALL ||
		    option->type == CLI_REAL || option->type == CLI_RANGE ||
		    option->type == CLI_SECONDS)
			assert_true(option->high > option->low);
	}
}

static void durations_and_sizes_have_ends(void **state)
{
	static const struct {
		const char *name, *value, *says; /* NULL: it is taken */
	} cases[] = {
	        {"time", "0", "from 0.01 to 1000000000"},
	        {"time", "0.001s", "from 0.01 to 1000000000"},
	        {"time", "99999999999h", "from 0.01 to 1000000000"},
	        {"time", "", "is not a duration"},
	        {"time", "-1", "is not a duration"},
	        {"time", "nan", "is not a duration"},
	        {"time", "0.01", NULL},
	        {"time", "1000000000", NULL},
	        {"memory", "0", "at least 1048576"},
	        {"memory", "1023K", "at least 1048576"},
	        {"memory", "99999999999G", "more than this machine can address"},
	        {"memory", "", "is not a size"},
	        {"memory", "inf", "is not a size"},
	        {"memory", "1M", NULL},
	};
	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct cli_option option = {.name = cases[i].name};
		struct evo_error err;
		bool good = parse(CLI_EVOLVE, &option, cases[i].value, &err);
		assert_int_equal(good, cases[i].says == NULL);
		if (!good && strstr(err.message, cases[i].says) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, cases[i].says);
	}
}

/* ---- Settings -------------------------------------------------------------------------------- */

static void try_setting(const struct evo_setting *setting, const char *value)
{
	static const struct cli_option set = {.name = "set"};
	char *pair = evo_format("%s=%s", setting->name, value);
	struct evo_error err;
	bool good = parse(CLI_EVOLVE, &set, pair, &err);
	bool real = setting->type == EVO_SET_REAL, networks = setting->type == EVO_SET_NETWORKS;
	bool number = real || networks || setting->type == EVO_SET_SIZE;
	bool right = real ? is_real(value, setting->low, setting->high)
	                  : is_integer(value, setting->low, setting->high);
	if (networks && strcmp(value, "all") == 0)
		right = true;
	if (number && good != right)
		fail_msg("%s is %s: %s", pair, good ? "taken" : "refused", err.message);
	if (!good) {
		char range[80];
		assert_int_equal(err.code, EVO_E_USAGE);
		assert_null(strchr(err.message, '\n'));
		assert_non_null(strstr(err.message, setting->name));
		snprintf(range, sizeof(range), real ? "from %g to %g" : "from %.0f to %.0f",
		         setting->low, setting->high);
		if (number && strstr(err.message, range) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, range);
	}
	free(pair);
}

static void every_setting_has_its_ends(void **state)
{
	(void) state;
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		const double ends[] = {setting->low, setting->high, setting->low - 1,
		                       setting->high + 1};
		char text[EVO_NUMBER_SIZE];
		for (size_t k = 0; k < EVO_COUNT(odd); k++)
			try_setting(setting, odd[k]);
		for (size_t k = 0; k < EVO_COUNT(ends); k++) {
			snprintf(text, sizeof(text), "%.16g", ends[k]);
			if (setting->type != EVO_SET_WORDS)
				try_setting(setting, text);
		}
		/* What a setting is by itself can be said. */
		assert_true(evo_gp_config_set(&(struct evo_gp_config){0}, setting->name,
		                              setting->value, NULL));
	}
}

/* ---- The same limit in every place ----------------------------------------------------------- */

static double option_high(const char *name, enum cli_command_id id)
{
	for (size_t i = 0; i < cli_option_count(); i++)
		if (strcmp(cli_option_at(i)->name, name) == 0 &&
		    (cli_option_at(i)->commands & 1u << id) != 0)
			return cli_option_at(i)->high;
	return 0;
}

static bool manifest_takes(const char *section, const char *key, double value,
                           struct evo_error *err)
{
	char *folder, *path;
	struct evo_bench_manifest manifest;
	*err = (struct evo_error){0};
	assert_int_equal(folder_open(&folder, &path), 0);
	char *text = evo_format("[%s]\n%s = %.0f\n", section, key, value);
	assert_true(file_put(path, text, strlen(text)));
	evo_bench_manifest_init(&manifest);
	/* It lacks the rest, which is told after what is wrong with this line. */
	evo_bench_manifest_read(&manifest, path, err);
	evo_bench_manifest_clear(&manifest);
	free(text);
	folder_close(folder, path);
	return err->line == 0;
}

static void options_and_manifests_agree(void **state)
{
	static const struct {
		const char *option, *section, *key;
		enum cli_command_id command;
	} pairs[] = {
	        {"channels", "probe", "channels", CLI_SCORE},
	        {"cells", "probe", "cells", CLI_SCORE},
	        {"image", "probe", "side", CLI_SCORE},
	        {"classes", "probe", "classes", CLI_SCORE},
	        {"batch", "probe", "batch", CLI_SCORE},
	        {"networks", "training", "networks", CLI_BENCHMARKS_BUILD},
	        {"seeds", "training", "seeds", CLI_BENCHMARKS_BUILD},
	        {"seed", "training", "first_seed", CLI_BENCHMARKS_BUILD},
	        {"epochs", "training", "epochs", CLI_BENCHMARKS_BUILD},
	        {"batch", "training", "batch", CLI_BENCHMARKS_BUILD},
	        {"rate", "training", "rate", CLI_BENCHMARKS_BUILD},
	        {"shift", "training", "shift", CLI_BENCHMARKS_BUILD},
	        {"train-images", "training", "train_images", CLI_BENCHMARKS_BUILD},
	        {"test-images", "training", "test_images", CLI_BENCHMARKS_BUILD},
	};
	(void) state;
	for (size_t i = 0; i < EVO_COUNT(pairs); i++) {
		double high = option_high(pairs[i].option, pairs[i].command);
		struct evo_error err;
		assert_true(manifest_takes(pairs[i].section, pairs[i].key, high, &err));
		assert_false(manifest_takes(pairs[i].section, pairs[i].key, high + 1, &err));
		assert_int_equal(err.line, 2);
		assert_non_null(strstr(err.message, pairs[i].key));
	}
}

static void options_and_spaces_agree(void **state)
{
	static const struct {
		const char *option;
		size_t offset;
	} sizes[] = {{"channels", offsetof(struct evo_macro, channels)},
	             {"cells", offsetof(struct evo_macro, cells)},
	             {"image", offsetof(struct evo_macro, side)},
	             {"classes", offsetof(struct evo_macro, classes)}};
	(void) state;
	for (size_t i = 0; i < EVO_COUNT(sizes); i++) {
		for (size_t s = 0; s < evo_space_total(); s++) {
			const struct evo_space *space = evo_space_at(s);
			struct evo_macro macro = {4, 1, 8, 2};
			size_t high = (size_t) option_high(sizes[i].option, CLI_SCORE);
			size_t *size = (size_t *) (void *) ((char *) &macro + sizes[i].offset);
			struct evo_error err = {0};
			*size = high;
			assert_true(space->check_macro(&macro, NULL));
			*size = high + 1;
			assert_false(space->check_macro(&macro, &err));
			assert_int_equal(err.code, EVO_E_USAGE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_option_has_its_ends),
	        cmocka_unit_test(every_number_has_limits),
	        cmocka_unit_test(durations_and_sizes_have_ends),
	        cmocka_unit_test(every_setting_has_its_ends),
	        cmocka_unit_test(options_and_manifests_agree),
	        cmocka_unit_test(options_and_spaces_agree),
	};
	return cmocka_run_group_tests_name("limits of the command line", tests, NULL, NULL);
}
