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

#define POLITE  (sizeof(polite) / sizeof(polite[0]))
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))
#define STACK   ((size_t) 64 << 10)

static int self_pipe[2] = {-1, -1};
static struct ui_rescue rescue;
static struct sigaction before[POLITE], before_crash[CRASHES];
static void *stack;
static volatile sig_atomic_t held; /* the terminal is to be given back */

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

/* What libraries said meanwhile, to where standard error goes again. */
static void pass_on_errors(void)
{
	char bytes[512];
	off_t at = 0;
	ssize_t got;

	if (rescue.saved_errors < 0)
		return;
	dup2(rescue.saved_errors, STDERR_FILENO);
	while (rescue.caught_errors >= 0 &&
	       (got = pread(rescue.caught_errors, bytes, sizeof(bytes), at)) > 0) {
		say(bytes, (size_t) got, STDERR_FILENO);
		at += got;
	}
}

static void give_back(void)
{
	held = 0;
	say(rescue.bytes, rescue.length, rescue.terminal);
	tcflush(rescue.terminal, TCIFLUSH);
	tcsetattr(rescue.terminal, TCSANOW, &rescue.modes);
	pass_on_errors();
}

/* The explorer never calls exit(): a library has, and curses does so for want of memory. */
static void on_exit_of_others(void)
{
	static const char told[] =
	        "evoscope: out of memory: a library that draws or computes ended the program\n";

	if (!held)
		return;
	give_back();
	say(told, sizeof(told) - 1, STDERR_FILENO);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
	static const char told[] = "evoscope: a fault in the program ended it\n";
	size_t i = 0;

	(void) context;
	if (held)
		give_back();
	say(told, sizeof(told) - 1, STDERR_FILENO);
	while (crashes[i] != number)
		i++;
	sigaction(number, &before_crash[i], NULL);
	/* What the processor raised is raised again by returning; what was sent is sent again. */
	if (info == NULL || info->si_code <= 0)
		raise(number);
}

/* Once in the program's life. */
static bool open_pipe(struct evo_error *err)
{
	if (self_pipe[0] >= 0)
		return true;
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

static bool registered; /* on_exit_of_others, once in the program's life */

bool ui_signals_install(const struct ui_rescue *how, struct evo_error *err)
{
	struct sigaction action = {.sa_handler = on_polite, .sa_flags = SA_RESTART};
	struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	if (!open_pipe(err))
		return false;
	if (!registered)
		registered = atexit(on_exit_of_others) == 0;
	rescue = *how;
	held = 1;
	evo_memory_at_end(give_back);
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
	held = 0;
	evo_memory_at_end(NULL);
	for (size_t i = 0; i < POLITE; i++)
		sigaction(polite[i], &before[i], NULL);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &before_crash[i], NULL);
	sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
	free(stack);
	stack = NULL;
	/* The pipe stays: a handler may be writing to it still, on another thread. */
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
