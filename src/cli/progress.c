/*
 * The line of progress on standard error. On a terminal it is drawn over itself, and elsewhere a
 * line is written now and then.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

/* No control sequences: a line is drawn over the one before it with blanks where it is shorter, so
   that every terminal can do it. */

void cli_progress_begin(struct cli_progress *progress, const struct cli_options *options)
{
	bool wanted = options->progress != CLI_PROGRESS_NEVER && !options->quiet;
	bool always = options->progress == CLI_PROGRESS_ALWAYS;
	*progress = (struct cli_progress){
	        .redraw = wanted && !always && isatty(STDERR_FILENO),
	        .steps = always,
	        .step = SIZE_MAX,
	};
	progress->plain = wanted && !progress->redraw;
	progress->every = progress->redraw ? 0.1 : 5;
	/* The first line comes soon, so that one sees that something happens. */
	progress->last = evo_now() - progress->every + (progress->redraw ? 0 : 1);
}

bool cli_progress_due(struct cli_progress *progress, size_t step)
{
	if (!progress->redraw && !progress->plain)
		return false;
	bool changed = step != progress->step;
	progress->step = step;
	return progress->steps ? changed : evo_now() - progress->last >= progress->every;
}

static size_t columns(void)
{
	struct winsize size;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 2)
		return 79;
	return size.ws_col - 1u; /* the last column would wrap on some */
}

/* What a terminal echoes of Ctrl-C stands after the line, and goes with it. */
#define ECHOED ((size_t) 2)

static void erase(struct cli_progress *progress)
{
	size_t width = columns(), length = progress->drawn + ECHOED;
	if (progress->drawn)
		fprintf(stderr, "\r%*s\r", (int) (length < width ? length : width), "");
	progress->drawn = 0;
}

void cli_progress_show(struct cli_progress *progress, const char *text)
{
	progress->last = evo_now();
	if (progress->plain)
		cli_put_line(stderr, "", text);
	if (!progress->redraw)
		return;
	struct evo_text line;
	evo_text_init(&line);
	evo_text_harmless(&line, text, cli_utf8());
	size_t width = columns(), drawn, length = evo_text_fit(line.data, width, &drawn);
	size_t rest = progress->drawn > drawn ? progress->drawn - drawn : 0;
	if (rest > width - drawn)
		rest = width - drawn;
	fprintf(stderr, "\r%.*s%*s", (int) length, line.data, (int) rest, "");
	fflush(stderr);
	progress->drawn = drawn;
	evo_text_clear(&line);
}

#define BAR_LEAST 10 /* characters; below that the words stand alone */

void cli_progress_bar(struct cli_progress *progress, double fraction, const char *text)
{
	size_t width = columns(),
	       length = evo_text_columns(text) + 3 + ECHOED; /* 3: brackets and a blank */
	if (!progress->redraw || width < length + BAR_LEAST) {
		cli_progress_show(progress, text);
		return;
	}
	size_t room = width - length, full = (size_t) (fraction * (double) room);
	char *bar = evo_calloc(room + 1, 1);
	memset(bar, '.', room);
	memset(bar, '#', full < room ? full : room);
	char *line = evo_format("[%s] %s", bar, text);
	cli_progress_show(progress, line);
	free(line);
	free(bar);
}

void cli_progress_note(struct cli_progress *progress, const char *text)
{
	erase(progress);
	cli_put_line(stderr, "", text);
}

void cli_progress_end(struct cli_progress *progress)
{
	erase(progress);
	fflush(stderr);
}
