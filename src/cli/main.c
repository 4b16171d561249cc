/*
 * evoscope, the program: what the command line asked for is done.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "evoscope/blas.h"
#include "cli.h"

/* A file that is opened must not land on a standard stream that the caller closed. Each gets a
   descriptor that refuses what the stream is for, so that its loss is noticed. */
static void fill_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/* The C library takes 64 MB of address space for every thread that allocates, and shares where it
   may take no more. What is limited is for networks. */
static void share_little_memory(void)
{
#ifdef M_ARENA_MAX
	struct rlimit space;
	if (!getrlimit(RLIMIT_AS, &space) && space.rlim_cur != RLIM_INFINITY) {
		rlim_t arenas = space.rlim_cur >> 29;
		mallopt(M_ARENA_MAX, arenas < 1 ? 1 : arenas < 128 ? (int) arenas : 128);
	}
#endif
}

/* What each command does. */
static int (*const commands[])(struct cli_options *options) = {
        [CLI_EXPLORER] = cli_explorer,
        [CLI_EVOLVE] = cli_evolve,
        [CLI_SCORE] = cli_score,
        [CLI_SHOW] = cli_show,
        [CLI_PROXIES] = cli_proxies,
        [CLI_PROXIES_ADD] = cli_proxies_add,
        [CLI_PROXIES_REMOVE] = cli_proxies_remove,
        [CLI_PROXIES_RENAME] = cli_proxies_rename,
        [CLI_BENCHMARKS_LIST] = cli_benchmarks_list,
        [CLI_BENCHMARKS_SHOW] = cli_benchmarks_show,
        [CLI_BENCHMARKS_IMPORT] = cli_benchmarks_import,
        [CLI_BENCHMARKS_BUILD] = cli_benchmarks_build,
        [CLI_BENCHMARKS_REMOVE] = cli_benchmarks_remove,
        [CLI_RUNS_LIST] = cli_runs_list,
        [CLI_RUNS_SHOW] = cli_runs_show,
        [CLI_RUNS_EXPORT] = cli_runs_export,
        [CLI_RUNS_COPY] = cli_runs_copy,
        [CLI_RUNS_DELETE] = cli_runs_delete,
        [CLI_PROFILE] = cli_profile,
        [CLI_HELP] = cli_help_command,
        [CLI_MANUAL] = cli_manual_command,
};
_Static_assert(EVO_COUNT(commands) == CLI_COMMANDS, "every command does something");

static int print_help(enum cli_command_id command, const struct cli_options *options)
{
	struct evo_text text;
	evo_text_init(&text);
	/* `evoscope benchmarks --help` means all of the group. */
	if (options->group) {
		const char *name = cli_command(command)->name;
		char *word = evo_strndup(name, strcspn(name, " "));
		cli_help_group(word, &text);
		free(word);
	} else {
		cli_help(command, &text);
	}
	cli_print(&text);
	evo_text_clear(&text);
	return CLI_DONE;
}

static int run(int argc, char **argv)
{
	struct cli_options options;
	enum cli_command_id command;
	struct evo_error err = {0};
	int status;
	if (!cli_parse(argc, argv, &options, &command, &err))
		status = cli_report(&err);
	else if (options.help)
		status = print_help(command, &options);
	else if (options.version)
		status = printf("evoscope %s\n", PACKAGE_VERSION) < 0;
	else
		status = commands[command](&options);
	cli_options_clear(&options);
	return status;
}

int main(int argc, char **argv)
{
	evo_blas_begin(argv);
	share_little_memory();
	fill_standard_streams();
	/* A reader that went away is an error of writing, so that files are still completed. */
	signal(SIGPIPE, SIG_IGN);
	/* And so is a file that may not grow further (ulimit -f). */
	signal(SIGXFSZ, SIG_IGN);
	/* What text is, not how numbers look: those are the C locale's everywhere. */
	setlocale(LC_CTYPE, "");
	int status = run(argc, argv);
	if (!cli_output_ok() && status == CLI_DONE)
		status = CLI_FAILED;
	return status;
}
