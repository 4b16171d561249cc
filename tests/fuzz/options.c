/* Command lines, a word a line: what is refused is refused as wrong usage, what is taken is within
   the limits of its option. */
#include "config.h"

#include "../../src/cli/cli.h"
#include "fuzz.h"

#define WORDS 64

static void check_option(const struct cli_options *options, const struct cli_option *option)
{
	const char *field = (const char *) options + option->offset;

	if (option->type == CLI_COUNT) {
		double value = (double) *(const size_t *) (const void *) field;
		FUZZ_CHECK(value >= option->low && value <= option->high);
	} else if (option->type == CLI_REAL) {
		double value = *(const double *) (const void *) field;
		FUZZ_CHECK(value >= option->low && value <= option->high);
	} else if (option->type == CLI_TEXT) {
		FUZZ_CHECK(**(const char *const *) (const void *) field != '\0');
	}
}

static void check_options(const struct cli_options *options, enum cli_command_id command)
{
	FUZZ_CHECK(command < CLI_COMMANDS && cli_command(command)->summary != NULL);
	FUZZ_CHECK(options->command_line != NULL);
	for (size_t i = 0; i < options->given.count; i++)
		for (size_t k = 0; k < cli_option_count(); k++)
			if ((cli_option_at(k)->commands & 1u << command) &&
			    strcmp(cli_option_at(k)->name, options->given.items[i]) == 0)
				check_option(options, cli_option_at(k));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS + 2] = {(char *) (uintptr_t) "evoscope"};
	int argc = 1;
	struct cli_options options;
	enum cli_command_id command;
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	fuzz_folder();
	char *text = fuzz_text(data, size), *at = text;
	while (argc <= WORDS && at != NULL)
		argv[argc++] = strsep(&at, "\n");
	if (fuzz_told(cli_parse(argc, argv, &options, &command, &err), &err))
		check_options(&options, command);
	else
		FUZZ_CHECK(err.code == EVO_E_USAGE);
	cli_options_clear(&options);
	free(text);
	return 0;
}
