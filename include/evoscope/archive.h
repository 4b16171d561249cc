/*
 * archive: runs that are stored.
 *
 * An SQLite database holds every complete generation of a run before the next one begins. One
 * program drives a run at a time; any number may read. A file that is not there has no runs.
 */
#ifndef EVOSCOPE_ARCHIVE_H
#define EVOSCOPE_ARCHIVE_H

#include "evoscope/run_config.h"
#include "evoscope/snapshot.h"

char *evo_runs_file(void); /* the user's; caller frees */

struct evo_stored_run {
	char name[EVO_RUN_NAME_SIZE], preset[32];
	char state[16]; /* as evo_run_state_name says, or "interrupted": its program is gone */
	uint64_t seed;
	size_t generation, generations; /* complete; wanted */
	double best;                    /* fitness; NaN */
	char *expression;               /* the best's; "" */
	char *benchmarks;               /* names, with a blank between them */
	int64_t created, updated;       /* seconds since 1970 */
};
/* The one that changed last comes first; NULL with err set. */
struct evo_stored_run *evo_runs_list(const char *file, size_t *count, struct evo_error *err);
void evo_runs_list_free(struct evo_stored_run *list, size_t count);

/* A run after so many complete generations, at most as many as it has. Release it. */
const struct evo_snapshot *evo_runs_snapshot(const char *file, const char *name, size_t generation,
                                             struct evo_error *err);
/* All runs of a file into another one, which must not be there: whole, also while searches are
   being stored. EVO_E_NOT_FOUND, EVO_E_INPUT, EVO_E_IO. */
bool evo_runs_copy(const char *file, const char *to, struct evo_error *err);
/* What becomes of whoever drives a run on another host and gives no sign of life. */
enum evo_taking {
	EVO_TAKE_NONE,     /* it is gone after an hour */
	EVO_TAKE_WATCHING, /* after minutes, and half a minute of waiting for one */
	EVO_TAKE_OVER,     /* it loses the run, alive or not, here too, and stops */
};
/* EVO_E_IO while a program drives it. */
bool evo_runs_delete(const char *file, const char *name, enum evo_taking how,
                     struct evo_error *err);

#endif
