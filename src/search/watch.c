/* A run that another program drives: its stored generations, as they come. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "stored.h"

#define PATIENCE 0.5 /* seconds between two looks at the file */

/* What changes when there is something to tell. */
struct sign {
	int64_t generation;
	char state[16];
};

static bool look(struct evo_run *run, struct sign *out, struct evo_error *err)
{
	struct evo_database database;
	struct evo_rows rows;
	bool good = evo_database_open(&database, run->config.runs_file, false, err);
	if (good) {
		int64_t id = evo_stored_find(&database, run->config.resume, err);
		evo_rows_open(&rows, &database, "SELECT generation, state FROM runs WHERE id = ?",
		              EVO_VALUES(EVO_INTEGER(id)));
		if (evo_rows_next(&rows)) {
			out->generation = evo_rows_integer(&rows, 0);
			snprintf(out->state, sizeof(out->state), "%s", evo_rows_text(&rows, 1));
		}
		good = evo_rows_close(&rows, err) && id != 0;
	}
	evo_database_close(&database);
	return good;
}

void evo_run_watch(struct evo_run *run)
{
	struct sign known = {.generation = -1};
	struct evo_told told = {run->body->history_count, run->body->intervention_count};
	struct evo_command command;
	evo_run_say(run, EVO_LOG_NOTE, "watching %s, which another program drives",
	            run->config.resume);
	while (!run->quit) {
		struct sign now = known;
		struct evo_error err = {0};
		bool good = look(run, &now, &err);
		bool news =
		        now.generation != known.generation || strcmp(now.state, known.state) != 0;
		if (good && news && evo_stored_read(run, &err)) {
			known = now;
			evo_run_tell_past(run, &told);
			evo_run_publish(run);
		} else if (err.code != EVO_OK) {
			evo_run_fail(run, &err);
			return;
		}
		if (evo_queue_wait(run->commands, &command, PATIENCE))
			free(command.text);
	}
}
