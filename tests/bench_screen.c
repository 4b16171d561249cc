/* From a key to the screen, and a whole redraw, while the search uses every core. */
#include "config.h"

#include "bench.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COLUMNS  200
#define ROWS     60
#define KEYS     40   /* on each screen */
#define PATIENCE 60.0 /* seconds */
#define QUIET    20   /* milliseconds without output: it has all come */

static void explore(const char *program, const char *folder)
{
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	setenv("EVOSCOPE_DATA", folder, 1);
	execl(program, program, "--start", "--seed", "1", "--generations", "100000", (char *) NULL);
	_exit(127);
}

static bool readable(int terminal, int milliseconds)
{
	struct pollfd wait = {.fd = terminal, .events = POLLIN};

	return poll(&wait, 1, milliseconds) > 0;
}

/* Reads what comes until nothing has for QUIET; seconds from `began` to the first and last byte. */
static bool take(int terminal, double began, double *first, double *last)
{
	char bytes[65536];

	*first = *last = -1;
	while (readable(terminal, *first < 0 ? 1000 : QUIET)) {
		if (read(terminal, bytes, sizeof(bytes)) <= 0)
			return false;
		*last = evo_now() - began;
		*first = *first < 0 ? *last : *first;
		if (*last > PATIENCE)
			return false; /* it never stops */
	}
	return *first >= 0;
}

static void pause_for(double seconds)
{
	struct timespec time = {.tv_nsec = (long) (seconds * 1e9)};

	nanosleep(&time, NULL);
}

/* Keys that each change the screen, one after the other. */
static bool press(int terminal, const char *keys, double *firsts, double *lasts)
{
	char bytes[65536];

	for (size_t i = 0; i < KEYS; i++) {
		/* What the search draws meanwhile is not the answer to a key. */
		while (readable(terminal, QUIET))
			if (read(terminal, bytes, sizeof(bytes)) <= 0)
				return false;
		double began = evo_now();
		if (write(terminal, &keys[i % strlen(keys)], 1) != 1 ||
		    !take(terminal, began, &firsts[i], &lasts[i]))
			return false;
		pause_for(0.02);
	}
	return true;
}

static double highest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = values[i] > most ? values[i] : most;
	return most;
}

static bool until_going(int terminal)
{
	double began = evo_now();
	char bytes[65536];

	while (evo_now() - began < 6) {
		if (readable(terminal, 100) && read(terminal, bytes, sizeof(bytes)) <= 0)
			return false;
	}
	return true;
}

static bool measure(int terminal)
{
	/* Of each screen: what brings it to the front, and keys that move something. */
	static const struct {
		const char *name, *go, *keys;
	} screens[] = {{"Evolve", "1", "jjjjkkkk"},
	               {"Edit", "2", "jk"},
	               {"Compare", "3", "jjjjkkkk"},
	               {"Benchmarks", "4", "jk"},
	               {"Evolve, drawn anew", "1", "\f"}};
	double firsts[KEYS], lasts[KEYS];
	char what[80];

	if (!until_going(terminal))
		return false;
	for (size_t i = 0; i < EVO_COUNT(screens); i++) {
		if (write(terminal, screens[i].go, 1) != 1)
			return false;
		pause_for(0.9);
		if (!press(terminal, screens[i].keys, firsts, lasts))
			return false;
		snprintf(what, sizeof(what), "screen, key to %s %dx%d, slowest of %d",
		         screens[i].name, COLUMNS, ROWS, KEYS);
		double slowest = highest(firsts, KEYS);
		bench_line(what, 1e3 * slowest, "ms", NULL, 0);
		snprintf(what, sizeof(what), "screen, key to %s %dx%d, median", screens[i].name,
		         COLUMNS, ROWS);
		bench_line(what, 1e3 * bench_median(firsts, KEYS), "ms", NULL, 0);
	}
	bench_line("screen, whole redraw to its last byte, median", 1e3 * bench_median(lasts, KEYS),
	           "ms", NULL, 0);
	return true;
}

void bench_screen(void)
{
	const char *program = EVO_BUILD_DIR "/evoscope";
	char folder[] = "/tmp/evoscope-bench-XXXXXX";
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
	int terminal, status;
	pid_t child;

	if (mkdtemp(folder) == NULL)
		return;
	child = forkpty(&terminal, NULL, NULL, &size);
	if (child == 0)
		explore(program, folder);
	if (child > 0) {
		if (!measure(terminal))
			bench_say("screen: %s did not answer", program);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		close(terminal);
	}
	evo_remove_tree(folder, NULL);
}
