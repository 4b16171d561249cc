/*
 * Waiting until a time by the monotonic clock.
 */
#ifndef EVOSCOPE_BASE_CLOCK_H
#define EVOSCOPE_BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

/* A condition variable whose timed waits are by the monotonic clock. */
void evo_condition_init(pthread_cond_t *condition);

/* Now plus seconds, as evo_condition_wait wants it. */
struct timespec evo_deadline(double seconds);

/* Waits for a signal; deadline NULL: for ever. False when the deadline has passed. */
bool evo_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                        const struct timespec *deadline);

#endif
