/*
 * The log of a search, a ring of lines. The search's thread adds lines, and any thread may read
 * those that are new to it.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "state.h"

static void say(struct evo_run *run, enum evo_log_kind kind, double seconds, const char *format,
                va_list arguments)
{
	struct evo_log_line line = {.generation = run->draft.generation, .kind = kind};
	line.seconds = seconds;
	vsnprintf(line.text, sizeof(line.text), format, arguments);
	pthread_mutex_lock(&run->lock);
	line.number = run->line_count++;
	run->lines[line.number % EVO_LOG_LINES] = line;
	evo_news_tell(&run->news);
	pthread_mutex_unlock(&run->lock);
}

void evo_run_say(struct evo_run *run, enum evo_log_kind kind, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(run, kind, (double) NAN, format, arguments);
	va_end(arguments);
}

void evo_run_say_took(struct evo_run *run, enum evo_log_kind kind, double seconds,
                      const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(run, kind, seconds, format, arguments);
	va_end(arguments);
}

size_t evo_run_log(struct evo_run *run, uint64_t *next, struct evo_log_line *lines, size_t count,
                   size_t *dropped)
{
	size_t got = 0, lost = 0;
	pthread_mutex_lock(&run->lock);
	uint64_t oldest = run->line_count > EVO_LOG_LINES ? run->line_count - EVO_LOG_LINES : 0;
	if (*next < oldest) {
		lost = (size_t) (oldest - *next);
		*next = oldest;
	}
	while (got < count && *next < run->line_count)
		lines[got++] = run->lines[(*next)++ % EVO_LOG_LINES];
	pthread_mutex_unlock(&run->lock);
	if (dropped != NULL)
		*dropped = lost;
	return got;
}

int evo_run_descriptor(const struct evo_run *run)
{
	return run->news.pipe[0];
}

bool evo_run_wait(struct evo_run *run, double seconds)
{
	return evo_news_wait(&run->news, seconds);
}
