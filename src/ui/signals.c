/*
 * Signals, by a pipe of our own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signals.h"

static const int polite[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

#define POLITE  (sizeof polite / sizeof polite[0])
#define CRASHES (sizeof crashes / sizeof crashes[0])
#define STACK   ((size_t) 64 << 10)

static int self_pipe[2] = {-1, -1};
static struct ui_rescue rescue;
static struct sigaction before[POLITE], before_crash[CRASHES];
static void *stack;

static void on_polite(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char) number;

	/* A full pipe loses nothing that matters: news of the same kind are already in it. */
	if (write(self_pipe[1], &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

static void say(const char *bytes, size_t length, int descriptor)
{
	while (length > 0) {
		ssize_t wrote = write(descriptor, bytes, length);
		if (wrote <= 0)
			return;
		bytes += wrote;
		length -= (size_t) wrote;
	}
}

static void on_crash(int number, siginfo_t *info, void *context)
{
	static const char told[] = "evoscope: a fault in the program ended it\n";
	size_t i = 0;

	(void) context;
	say(rescue.bytes, rescue.length, rescue.terminal);
	tcsetattr(rescue.terminal, TCSANOW, &rescue.modes);
	if (rescue.saved_errors >= 0)
		dup2(rescue.saved_errors, STDERR_FILENO);
	say(told, sizeof told - 1, STDERR_FILENO);
	while (crashes[i] != number)
		i++;
	sigaction(number, &before_crash[i], NULL);
	/* What the processor raised is raised again by returning; what was sent is sent again. */
	if (info == NULL || info->si_code <= 0)
		raise(number);
}

static bool open_pipe(struct evo_error *err)
{
	if (pipe(self_pipe) != 0)
		return evo_fail(err, EVO_E_IO, "cannot make a pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		fcntl(self_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(self_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	return true;
}

static bool stays_ignored(int number)
{
	struct sigaction now;

	return (number == SIGHUP || number == SIGTSTP) && sigaction(number, NULL, &now) == 0 &&
	       now.sa_handler == SIG_IGN;
}

bool ui_signals_install(const struct ui_rescue *how, struct evo_error *err)
{
	struct sigaction action = {.sa_handler = on_polite, .sa_flags = SA_RESTART};
	struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	if (!open_pipe(err))
		return false;
	rescue = *how;
	stack = evo_malloc(STACK);
	sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = STACK}, NULL);
	sigfillset(&action.sa_mask);
	sigemptyset(&crash.sa_mask);
	for (size_t i = 0; i < POLITE; i++) {
		if (stays_ignored(polite[i]))
			sigaction(polite[i], NULL, &before[i]);
		else
			sigaction(polite[i], &action, &before[i]);
	}
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &crash, &before_crash[i]);
	return true;
}

void ui_signals_rescue(const struct ui_rescue *how)
{
	rescue = *how;
}

void ui_signals_remove(void)
{
	if (stack == NULL)
		return;
	for (size_t i = 0; i < POLITE; i++)
		sigaction(polite[i], &before[i], NULL);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &before_crash[i], NULL);
	sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
	free(stack);
	stack = NULL;
	close(self_pipe[0]);
	close(self_pipe[1]);
	self_pipe[0] = self_pipe[1] = -1;
}

int ui_signals_descriptor(void)
{
	return self_pipe[0];
}

int ui_signals_next(void)
{
	unsigned char byte;

	return read(self_pipe[0], &byte, 1) == 1 ? byte : 0;
}

void ui_signals_stop(void)
{
	struct sigaction ours, plain = {.sa_handler = SIG_DFL};

	sigemptyset(&plain.sa_mask);
	sigaction(SIGTSTP, &plain, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}

_Noreturn void ui_signals_die(int number)
{
	sigset_t only;

	signal(number, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, number);
	pthread_sigmask(SIG_UNBLOCK, &only, NULL);
	raise(number);
	_exit(128 + number);
}
