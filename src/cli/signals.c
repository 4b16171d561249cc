/*
 * Signals of the commands without a screen. The first one asks the work to end, and a second one
 * ends the program.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"

/* A handler only writes its number down and wakes a pipe: blocking signals and waiting for them
   does not work where a library's threads exist before main, which block nothing. */
static volatile sig_atomic_t first;
static int wake[2] = {-1, -1};

static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

static void remember(int number)
{
	int saved = errno;
	if (!first) {
		first = number;
		ssize_t ignored = write(wake[1], "", 1);
		(void) ignored;
	}
	errno = saved;
}

void cli_signals_catch(void)
{
	if (pipe(wake)) {
		wake[0] = wake[1] = -1;
		return;
	}
	for (int i = 0; i < 2; i++) {
		fcntl(wake[i], F_SETFD, FD_CLOEXEC);
		fcntl(wake[i], F_SETFL, O_NONBLOCK);
	}
	for (size_t i = 0; i < EVO_COUNT(caught); i++) {
		struct sigaction now, before;
		/* After the first one the next kills, should finishing take too long. */
		now = (struct sigaction){.sa_handler = remember, .sa_flags = (int) SA_RESETHAND};
		sigemptyset(&now.sa_mask);
		if (!sigaction(caught[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(caught[i], &now, NULL);
	}
}

int cli_signal(void)
{
	return first;
}

int cli_signal_descriptor(void)
{
	return wake[0];
}

void cli_die_of(int number)
{
	fflush(stdout);
	fflush(stderr);
	struct sigaction usual = {.sa_handler = SIG_DFL};
	sigemptyset(&usual.sa_mask);
	sigaction(number, &usual, NULL);
	raise(number);
	_exit(128 + number); /* not reached */
}
