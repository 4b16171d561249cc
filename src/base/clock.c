/*
 * The monotonic clock, waiting by it, and the day of the calendar.
 */
#include "config.h"

#include <errno.h>

#include "evoscope/base.h"
#include "clock.h"

double evo_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

char *evo_today(void)
{
	time_t now = time(NULL);
	struct tm parts;
	char day[32] = "";

	if (gmtime_r(&now, &parts) != NULL)
		strftime(day, sizeof(day), "%Y-%m-%d", &parts);
	return evo_strdup(day);
}

void evo_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct timespec evo_deadline(double seconds)
{
	const double longest = 1e9; /* some thirty years, so that no time_t overflows */
	struct timespec at;

	if (!(seconds < longest))
		seconds = longest;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t) seconds;
	at.tv_nsec += (long) ((seconds - (double) (time_t) seconds) * 1e9);
	if (at.tv_nsec >= 1000000000L) {
		at.tv_nsec -= 1000000000L;
		at.tv_sec++;
	}
	return at;
}

bool evo_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                        const struct timespec *deadline)
{
	if (deadline == NULL)
		return pthread_cond_wait(condition, mutex) == 0;
	return pthread_cond_timedwait(condition, mutex, deadline) != ETIMEDOUT;
}
