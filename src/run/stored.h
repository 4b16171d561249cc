/*
 * Inside run: what the file of stored runs has, read back. stored.c knows runs by name, and their
 * settings; stored_show.c a generation, as it is shown; stored_restore.c a search to go on with.
 */
#ifndef EVO_RUN_STORED_H
#define EVO_RUN_STORED_H

#include "database.h"
#include "owner.h"

struct evo_gp_config;
struct evo_run;

/* The key of a run's row; 0 when there is none of that name. */
int64_t evo_stored_find(struct evo_database *database, const char *name, struct evo_error *err);
/* EVO_E_NOT_FOUND when the run is not there any more. */
bool evo_stored_owner(struct evo_database *database, int64_t id, struct evo_owner *out,
                      struct evo_error *err);
/* From the four columns of `runs` that begin with `column`. */
void evo_stored_read_owner(struct evo_rows *rows, int column, struct evo_owner *out);
/* The name of a run's state: one that says it is going is interrupted when nobody drives it. */
const char *evo_stored_true_state(const char *stored, const struct evo_owner *owner);
/* "name = value" lines, as they were stored. */
bool evo_stored_read_settings(const char *text, struct evo_gp_config *config,
                              struct evo_error *err);
/* The run's newest stored state, in place of what its draft and body have. */
bool evo_stored_read(struct evo_run *run, struct evo_error *err);
/* Puts the run's newest stored state on show: before it is started, without its search. */
bool evo_stored_show(struct evo_run *run, struct evo_error *err);
/* Gives the search, of which nothing has been asked, the state that was stored. EVO_E_INPUT when
   benchmarks are not what they were. */
bool evo_stored_restore(struct evo_run *run, struct evo_database *database, int64_t id,
                        struct evo_error *err);

#endif
