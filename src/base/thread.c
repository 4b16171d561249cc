/*
 * Starting threads.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "evoscope/base.h"

bool evo_thread_start(pthread_t *thread, void *(*body)(void *), void *context,
                      struct evo_error *err)
{
	/* A fault is delivered to the thread that made it, and with its signal blocked the process
	   would die without the handler that gives the terminal back. */
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t blocked, before;

	sigfillset(&blocked);
	for (size_t i = 0; i < EVO_COUNT(faults); i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	int failure = pthread_create(thread, NULL, body, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure != 0)
		return evo_fail(err, EVO_E_MEMORY, "cannot start a thread: %s; use fewer threads",
		                strerror(failure));
	return true;
}
