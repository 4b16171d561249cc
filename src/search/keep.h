/*
 * Inside search: keeps a run in the file of stored runs, generation by generation, on its thread.
 *
 * A generation is stored as a whole before the next one begins. When it cannot be (the disk is
 * full, say), it waits in memory and is stored with a later one; what is stored stays readable.
 * Scores of a generation under way are kept as they come, by time, so that a run which is resumed
 * does not score the same networks again.
 */
#ifndef EVO_SEARCH_KEEP_H
#define EVO_SEARCH_KEEP_H

#include "evoscope/snapshot.h"

struct evo_run;
struct evo_keeper;

/*
 * Makes a place for a new run, which names it, or takes a stored one up: the search is restored
 * from it. Call it when the search is made and nothing has been asked of it. NULL in run->keeper:
 * the run is not kept, as config.runs_file is NULL, or as it could not be (config.runs_optional)
 * and a line in the log says why.
 */
bool evo_keep_begin(struct evo_run *run, struct evo_error *err);
/* The generation that is complete now; the first one also before its validation, and then again. */
void evo_keep_generation(struct evo_run *run);
void evo_keep_interventions(struct evo_run *run);
/* The mode has changed: a run at its end may be taken up by others. */
void evo_keep_mode(struct evo_run *run);
/* Before it goes on from its end. False when another program has it, or has gone on with it. */
bool evo_keep_claim(struct evo_run *run, struct evo_error *err);
/* To be called some times a minute at least, whatever goes on: gives a sign of life when one is
   due, and stores what waits. */
void evo_keep_alive(struct evo_run *run);
/* Another program has taken the run over, or deleted it: nothing is stored any more, and the search
   is to stop. err says so. */
bool evo_keep_lost(const struct evo_run *run, struct evo_error *err);
/* Stores what waits, gives the run up, and frees. */
void evo_keep_end(struct evo_run *run);

/* Is a benchmark in a run the same as another time? */
uint64_t evo_keep_digest(const struct evo_run *run, size_t item);

/* ---- keep_scores.c: of the generation under way ---------------------------------------------- */

/* Rows of trees' scores: tree i's is row rows[i] of a matrix with a column a network of the run. */
struct evo_keep_rows {
	const struct evo_tree *const *trees;
	const size_t *rows;
	size_t count;
	double *scores;
};
/* Fills in those scores in these columns that were kept before the run was resumed. */
void evo_keep_recall(const struct evo_run *run, const struct evo_keep_rows *rows,
                     const size_t *columns, size_t count);
/* These columns have been scored. Stored soon. */
void evo_keep_scores(struct evo_run *run, const struct evo_keep_rows *rows, const size_t *columns,
                     size_t count);

#endif
