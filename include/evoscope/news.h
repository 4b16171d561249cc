/*
 * news: a descriptor that is readable while there is news that nobody has taken.
 *
 * Whoever waits for several things at once, keys among them, waits for descriptors; a thread that
 * has something to show makes its own readable.
 */
#ifndef EVOSCOPE_NEWS_H
#define EVOSCOPE_NEWS_H

#include "evoscope/base.h"

struct evo_news {
	int pipe[2];
	bool told; /* a byte is in the pipe */
};
bool evo_news_open(struct evo_news *news, struct evo_error *err);
void evo_news_close(struct evo_news *news);
/* Both under the owner's lock. */
void evo_news_tell(struct evo_news *news);
void evo_news_take(struct evo_news *news);
/* Until there is some; negative: for ever. False when the time has passed. */
bool evo_news_wait(const struct evo_news *news, double seconds);

#endif
