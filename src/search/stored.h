/*
 * Inside search: what the file of stored runs has, read back. stored.c knows runs by name, and
 * their settings; stored_show.c a generation, as it is shown; stored_restore.c a search to go on
 * with.
 */
#ifndef EVO_SEARCH_STORED_H
#define EVO_SEARCH_STORED_H

#include <stdatomic.h>

#include "../archive/owner.h"
#include "evoscope/database.h"

struct evo_gp_config;

/* A line of the stored settings that is no setting: the newest id that the search knew. */
#define EVO_NEWEST_ID "newest_id"
struct evo_run;

/* The key of a run's row; 0 when there is none of that name. */
int64_t evo_stored_find(struct evo_database *database, const char *name, struct evo_error *err);
/* Says that another run has the name, and what to do; false. */
bool evo_stored_taken(const char *name, struct evo_error *err);
/* The same where one has it in that file, which need not be usable. */
bool evo_stored_name_free(const char *file, const char *name, struct evo_error *err);
/* EVO_E_NOT_FOUND when the run is not there any more. */
bool evo_stored_owner(struct evo_database *database, int64_t id, struct evo_owner *out,
                      struct evo_error *err);
/* A query of `runs` for these columns, more of it (WHERE, ORDER) and behind them the owner's, which
   begin with that column; caller frees. */
char *evo_stored_query(struct evo_database *database, const char *columns, const char *more);
void evo_stored_read_owner(struct evo_rows *rows, int column, struct evo_owner *out);
/*
 * Watches whoever drives the run for a sign of life, where it has been silent: *watched is its last
 * state then, and GONE if it is as that when the run is taken. EVO_E_IO as soon as it is seen to be
 * alive; EVO_E_CANCELLED once *quit (NULL: never). say: called once when it takes long; NULL.
 */
bool evo_stored_watch(struct evo_database *database, int64_t id, const char *name,
                      struct evo_owner *watched, const atomic_bool *quit,
                      void (*say)(void *context, const struct evo_owner *owner), void *context,
                      struct evo_error *err);
/* May the run be taken from its owner, who may have been watched? Inside a transaction. */
bool evo_stored_vacant(struct evo_database *database, int64_t id, const char *name,
                       const struct evo_owner *watched, struct evo_error *err);
/* The name of a run's state: one that says it is going is interrupted when nobody drives it. */
const char *evo_stored_true_state(const char *stored, const struct evo_owner *owner);
/* "name = value" lines, as they were stored. */
bool evo_stored_read_settings(const char *text, struct evo_gp_config *config,
                              struct evo_error *err);
/* The run's newest stored state, in place of what its draft and body have. */
bool evo_stored_read(struct evo_run *run, struct evo_error *err);
/* Puts the run's newest stored state on show: before it is started, without its search. */
bool evo_stored_show(struct evo_run *run, struct evo_error *err);
/* The same once it is started, as it has gone on since. */
bool evo_stored_show_again(struct evo_run *run, struct evo_error *err);
/* Gives the search, of which nothing has been asked, the state that was stored. EVO_E_INPUT when
   benchmarks are not what they were. */
bool evo_stored_restore(struct evo_run *run, struct evo_database *database, int64_t id,
                        struct evo_error *err);

#endif
