/*
 * Inside keep*.c: what keeps a run, the rows that it writes, and where.
 */
#ifndef EVO_SEARCH_KEEPER_H
#define EVO_SEARCH_KEEPER_H

#include "../archive/owner.h"
#include "evoscope/database.h"
#include "keep.h"
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

/* Scores of some networks by the same trees, as they are stored. */
struct evo_scored {
	struct evo_text trees, columns, scores; /* hashes; network by network, a score a tree */
};

struct evo_keeper {
	struct evo_database database;
	bool aside; /* it is a temporary one, as the file went away and there can be no other */
	int64_t id; /* of the run */
	struct evo_owner owner;
	bool owned;
	bool lost; /* to another program, as `loss` says */
	struct evo_error loss;
	double signed_at;    /* the last sign of life */
	const char *state;   /* as stored */
	char complaint[480]; /* the last one that was told */
	/* What is stored. */
	uint64_t next_id;
	size_t forms, forms_before; /* by the newest generation, and by the one before it */
	size_t generations, interventions;
	bool references; /* scores of the references, all of them */

	struct evo_waiting *waiting;
	size_t waiting_count;

	/* Of the generation under way: scores that wait, the newest rows last; those that are
	   stored have positions from 1 on. */
	struct evo_scored *scored;
	size_t scored_count;
	int64_t position;
	double scored_at; /* when some were stored last */
	/* Scores from before the run was resumed: a row a tree. */
	uint64_t *recalled_trees;
	double *recalled;
	size_t recalled_count;
};

/* All inside a transaction. */

/* Those of a new run, with a name that no other run has; run->keeper->id is its own then. */
bool evo_keep_put_run(struct evo_run *run, struct evo_error *err);
/* Of a generation, and what the run's own row says of it. */
bool evo_keep_put_generation(struct evo_run *run, const struct evo_waiting *one,
                             struct evo_error *err);
/* Those that are not stored yet. early: they came before the search was made. */
bool evo_keep_put_interventions(struct evo_run *run, bool early, struct evo_error *err);
/* Scores that wait. */
bool evo_keep_put_scores(struct evo_run *run, struct evo_error *err);
/* Forgets what is stored of scores, but for those of the references, and stores these. */
bool evo_keep_renew_scores(struct evo_run *run, struct evo_error *err);
/* *name: a run's, or with a number behind it where another run has it. */
bool evo_keep_free_name(struct evo_database *database, const char *wanted, char *name, size_t size,
                        struct evo_error *err);

/* Whatever is stored of the run's scores is taken up. */
bool evo_keep_load_scores(struct evo_run *run, struct evo_error *err);
/* Forgets scores that wait, after they were stored or their generation was. */
void evo_keep_drop_scores(struct evo_keeper *keeper);
/* And those from before. */
void evo_keep_drop_recalled(struct evo_keeper *keeper);

/* The file went away: the whole run goes into the one that is there now, or into a new one; until
   there can be one, it is kept aside. */
bool evo_keep_move(struct evo_run *run, struct evo_error *err);

#endif
