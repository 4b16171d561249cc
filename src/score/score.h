/*
 * Inside score: scoring without a search, in its parts.
 */
#ifndef EVO_SCORE_SCORE_H
#define EVO_SCORE_SCORE_H

#include "evoscope/engine.h"
#include "evoscope/score.h"
#include "evoscope/score_key.h"

#define SCORE_WAIT_SECONDS 0.1

/* Scored along with what was asked for, so that partial taus can be given. */
enum {
	SCORE_UNITS,
	SCORE_PARAMS,
	SCORE_COUNTERS
};

/* What was asked for: an expression, or a column of imported scores. */
struct score_proxy {
	const char *text;
	size_t tree;                     /* among the trees, unless it is imported */
	const struct evo_scores *scores; /* NULL: not imported */
	size_t column;
};

/* All networks with the weights and noise of one seed. */
struct score_pass {
	uint64_t seed;
	double *scores;       /* a row of cases.network_count a tree */
	double *milliseconds; /* a network; NaN: not scored yet */
	size_t done;
};

struct scored {
	const struct evo_score_config *config;
	evo_score_progress progress;
	void *context;
	bool stopped; /* by progress */
	struct evo_engine *engine;

	struct evo_tree *trees; /* the counters, then the expressions */
	size_t tree_count;
	struct score_proxy *proxies; /* config->proxy_count */
	struct evo_scores **imported;
	size_t imported_count;

	struct evo_cases cases; /* every pass has these networks in these columns */
	struct score_pass *passes;
	size_t pass_count;
	double *scores, *milliseconds; /* of all passes */

	struct score_journal *journal; /* NULL: nothing is kept */
	struct evo_file *scores_file, *table_file;
};

/* ---- tell.c ---------------------------------------------------------------------------------- */

void score_note(const struct scored *s, const char *format, ...) EVO_PRINTF(2, 3);
struct score_phase {
	const char *name, *unit; /* as in evo_score_status */
};
/* False when it is to stop. */
bool score_tell(const struct scored *s, const struct score_phase *phase, size_t done, size_t kept,
                size_t total, double begin);

/* ---- names.c --------------------------------------------------------------------------- */

/* Reads the proxies into trees and columns. */
bool score_read_proxies(struct scored *s, struct evo_error *err);
void score_clear_proxies(struct scored *s);
/* Has the architecture a score in every imported column? */
bool score_has_imported(void *context, const char *architecture);

/* ---- journal.c ------------------------------------------------------------------------- */

/* What all scores depend on: scorings of one key have the same networks in the same columns. */
struct evo_score_key score_journal_key(const struct scored *s);
/* Opens the journal of the scoring and takes what is in it. What keeps it from being used is told
   as a note: scoring goes on without it. */
void score_journal_open(struct scored *s);
/* Keeps a network of a pass that has been scored. */
void score_journal_append(struct scored *s, const struct score_pass *pass, size_t column);
void score_journal_sync(struct scored *s);         /* now and then */
size_t score_journal_kept(const struct scored *s); /* networks */
/* finished: all has been delivered, and nothing needs to be kept. */
void score_journal_close(struct scored *s, bool finished);

/* ---- rows.c ---------------------------------------------------------------------------- */

/* One proxy's scores on a case's networks, in the order of its rows. */
void score_gather(const struct scored *s, const struct score_pass *pass,
                  const struct evo_case_item *item, const struct score_proxy *proxy, double *out);
/* NULL: EVO_E_CANCELLED. Caller frees. */
struct evo_score_row *score_make_rows(const struct scored *s, size_t *count, struct evo_error *err);

/* ---- files.c --------------------------------------------------------------------------- */

bool score_create_files(struct scored *s, struct evo_error *err);
bool score_write_files(struct scored *s, const struct evo_score_row *rows, size_t count,
                       struct evo_error *err);

#endif
