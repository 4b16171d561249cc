/*
 * Inside keep.c and keep_rows.c: what keeps a run, and the rows that it writes.
 */
#ifndef EVO_RUN_KEEPER_H
#define EVO_RUN_KEEPER_H

#include "database.h"
#include "keep.h"
#include "owner.h"
#include "state.h"

/* A generation that is complete and not stored yet. */
struct evo_waiting {
	struct evo_body *body; /* held */
	size_t number, stalled;
	uint64_t next_id;
	struct evo_gp_counts counts;
	size_t forms; /* tried until its end */
	double elapsed;
	double given[2][EVO_CASES_MAX]; /* the best's tau given units and params */
};

struct evo_keeper {
	struct evo_database database;
	int64_t id; /* of the run */
	struct evo_owner owner;
	bool owned;
	const char *state;   /* as stored */
	char complaint[480]; /* the last one that was told */
	/* What is stored. */
	uint64_t next_id;
	size_t forms, generations, interventions;

	struct evo_waiting *waiting;
	size_t waiting_count;
};

/* All inside a transaction. */

/* Those of a new run, with a name that no other run has; run->keeper->id is its own then. */
bool evo_keep_put_run(struct evo_run *run, struct evo_error *err);
/* Of a generation, and what the run's own row says of it. */
bool evo_keep_put_generation(struct evo_run *run, const struct evo_waiting *one,
                             struct evo_error *err);
/* Those that are not stored yet. early: they came before the search was made. */
bool evo_keep_put_interventions(struct evo_run *run, bool early, struct evo_error *err);

#endif
