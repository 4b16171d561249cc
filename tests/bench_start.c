/* From the start of the explorer to its first generation on the screen, on a terminal. */
#include "config.h"

#include "bench.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS     3
#define PATIENCE 60.0            /* seconds */
#define PIECE    ((size_t) 4096) /* bytes read at once */
#define FIRST    "generation 0: best"
#define BLANK    "Fitness" /* the title of a pane: the screen is there */

static void explore(const char *program, const char *folder)
{
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	setenv("EVOSCOPE_DATA", folder, 1);
	execl(program, program, "--start", "--seed", "1", (char *) NULL);
	_exit(127);
}

/* Reads until both texts came (the program writes no NUL). Seconds since `began`; negative: the
   program ended, or nothing came for too long. */
static void watch(int terminal, double began, double *screen, double *generation)
{
	struct pollfd wait = {.fd = terminal, .events = POLLIN};
	char seen[2 * PIECE + 1] = "";
	size_t length = 0;

	*screen = *generation = -1;
	while (*generation < 0 && evo_now() - began < PATIENCE) {
		ssize_t got;

		if (poll(&wait, 1, 1000) <= 0)
			continue;
		/* The piece before stays: a text may lie across two. */
		if (length > PIECE) {
			memmove(seen, seen + length - PIECE, PIECE);
			length = PIECE;
		}
		got = read(terminal, seen + length, PIECE);
		if (got <= 0)
			break;
		length += (size_t) got;
		seen[length] = '\0';
		if (*screen < 0 && strstr(seen, BLANK))
			*screen = evo_now() - began;
		if (strstr(seen, FIRST))
			*generation = evo_now() - began;
	}
}

static bool run_once(const char *program, const char *folder, double *screen, double *generation)
{
	struct winsize size = {.ws_row = 50, .ws_col = 200};
	double began = evo_now();
	int terminal, status;
	pid_t child = forkpty(&terminal, NULL, NULL, &size);

	if (child == 0)
		explore(program, folder);
	if (child < 0)
		return false;
	watch(terminal, began, screen, generation);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(terminal);
	return *generation >= 0;
}

void bench_start(void)
{
	const char *program = EVO_BUILD_DIR "/evoscope";
	char folder[] = "/tmp/evoscope-bench-XXXXXX";
	double screens[RUNS], generations[RUNS];
	bool done = mkdtemp(folder) != NULL;

	for (size_t i = 0; i < RUNS && done; i++)
		done = run_once(program, folder, &screens[i], &generations[i]);
	if (done) {
		bench_line("start, evoscope --start to its screen", bench_median(screens, RUNS),
		           "s", NULL, 0);
		bench_line("start, to the first generation on the screen",
		           bench_median(generations, RUNS), "s", NULL, 0);
	} else {
		bench_say("start: %s showed no generation within %.0f s", program, PATIENCE);
	}
	evo_remove_tree(folder, NULL);
}
