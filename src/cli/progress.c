#include "config.h"

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

static void erase(struct cli_progress *progress)
{
	if (progress->drawn)
		fprintf(stderr, "\r%*s\r", (int) progress->drawn, "");
	progress->drawn = 0;
}

void cli_progress_show(struct cli_progress *progress, const char *text)
{
	progress->last = evo_now();
	if (progress->plain)
		fprintf(stderr, "%s\n", text);
	if (!progress->redraw)
		return;
	size_t width = columns(), length = strlen(text);
	if (length > width)
		length = width;
	size_t rest = progress->drawn > length ? progress->drawn - length : 0;
	if (rest > width - length)
		rest = width - length;
	fprintf(stderr, "\r%.*s%*s", (int) length, text, (int) rest, "");
	fflush(stderr);
	progress->drawn = length;
}

void cli_progress_note(struct cli_progress *progress, const char *text)
{
	erase(progress);
	fprintf(stderr, "%s\n", text);
}

void cli_progress_end(struct cli_progress *progress)
{
	erase(progress);
	fflush(stderr);
}
