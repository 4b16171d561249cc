/*
 * search: a search in its worker thread.
 *
 * The seam that makes the explorer and the headless command the same program: commands go in
 * through a bounded queue, snapshots and log lines come out. A reader always sees the newest
 * snapshot; the writer never waits for a reader.
 */
#ifndef EVOSCOPE_SEARCH_H
#define EVOSCOPE_SEARCH_H

#include "evoscope/run_config.h"
#include "evoscope/snapshot.h"

struct evo_run;
/* Copies the config; NULL with err set when the settings or an injected expression are wrong, or a
   run to resume cannot be read: its newest state is on show at once. Names of benchmarks are looked
   up on START. */
struct evo_run *evo_run_create(const struct evo_run_config *config, struct evo_error *err);
/* The same in place of another run, which is the new one's from here on and ends on the new one's
   thread: nobody waits, and the memory and the stored run of the other are free before the new one
   needs them. Until then it is idle, whatever it is sent. NULL: the other is as it was. */
struct evo_run *evo_run_replace(struct evo_run *before, const struct evo_run_config *config,
                                struct evo_error *err);
/* Asks it to end and does not wait: evo_run_destroy is to follow. */
void evo_run_end(struct evo_run *run);
/* Stops the search (a network being scored is finished first) and ends the thread. */
void evo_run_destroy(struct evo_run *run);
/* The same. What of it, or of those whose place it took, is not stored, or not where it was meant
   to be: a sentence, which the caller frees; NULL: all is where it was meant to be. */
char *evo_run_finish(struct evo_run *run);

/*
 * Sends a command. Text: INJECT an expression or proxy name, SET "name value", EXPORT a folder;
 * NULL for the others. Expressions and settings are checked here, so the error comes at once; what
 * happens later is a log line. EVO_E_USAGE when the state does not allow it, EVO_E_IO when the
 * queue is full.
 *
 * START and STEP begin an idle run; PAUSE takes effect when the networks at work are finished, also
 * in the middle of a generation, and nothing is computed twice; RESUME and STEP go on, also after
 * DONE when a limit was raised by SET. INJECT and SET count from the next generation that begins.
 */
bool evo_run_send(struct evo_run *run, enum evo_command_kind kind, const char *text,
                  struct evo_error *err);
/* How many commands were accepted so far; a snapshot that has heeded as many shows their effect. */
size_t evo_run_sent(struct evo_run *run);

/* A descriptor that is readable when there is a snapshot or log line newer than the last
   evo_run_snapshot call. */
int evo_run_descriptor(const struct evo_run *run);
bool evo_run_wait(struct evo_run *run, double seconds); /* until news, at most so long */

/* The newest one, held; never NULL. Release it. */
const struct evo_snapshot *evo_run_snapshot(struct evo_run *run);

/* ---- The log
   -----------------------------------------------------------------------------------*/

enum evo_log_kind {
	EVO_LOG_NOTE,
	EVO_LOG_BEST,
	EVO_LOG_WARNING,
	EVO_LOG_ERROR
};

/* Log lines: a ring. Copies at most `count` lines from number *next on, advances *next; *dropped
   counts lines that were lost before they were read. */
struct evo_log_line {
	uint64_t number; /* from 0 */
	size_t generation;
	enum evo_log_kind kind;
	double seconds; /* that what it tells of took; NaN: nothing that takes time */
	char text[300];
};
size_t evo_run_log(struct evo_run *run, uint64_t *next, struct evo_log_line *lines, size_t count,
                   size_t *dropped);

#endif
