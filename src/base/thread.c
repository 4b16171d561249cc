/*
 * Starting threads.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "evoscope/base.h"

/* The same errno stands for too little memory for a stack and for too many processes. */
static bool fail(struct evo_error *err, int why)
{
	size_t limit, taken, stack = 0;
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) == 0) {
		pthread_attr_getstacksize(&attributes, &stack);
		pthread_attr_destroy(&attributes);
	}
	if (evo_address_space(&limit, &taken) && taken + stack > limit)
		return evo_fail_memory(err, "a thread's stack", stack);
	return evo_fail(err, EVO_E_MEMORY,
	                "cannot start a thread: %s; use fewer threads, or raise the limit on "
	                "processes (ulimit -u)",
	                strerror(why));
}

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
	return failure == 0 || fail(err, failure);
}
