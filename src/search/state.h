/* Inside search: what the two sides of a run share, and what belongs to its thread alone. */
#ifndef EVO_SEARCH_STATE_H
#define EVO_SEARCH_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "evoscope/engine.h"
#include "evoscope/news.h"
#include "evoscope/search.h"
#include "keep.h"

#define EVO_LOG_LINES 512
#define EVO_COMMANDS  64

struct evo_command {
	enum evo_command_kind kind;
	bool wake;  /* no command: only ends a wait */
	char *text; /* owned */
};

/* What changes once a generation, shared by all snapshots until the next one. */
struct evo_body {
	unsigned references; /* atomic */
	const struct evo_individual **population, **front;
	struct evo_generation *history;
	struct evo_intervention *interventions;
	size_t population_count, front_count, history_count, intervention_count;
};
struct evo_snapshot_box {
	struct evo_snapshot snapshot; /* first: a snapshot's address is its box's */
	unsigned references;          /* atomic */
	struct evo_body *body;
};

/* Lists of a run that only grow. */
struct evo_record {
	struct evo_generation *history;         /* champions held */
	struct evo_intervention *interventions; /* texts owned */
	size_t history_count, intervention_count;
};

struct evo_run {
	/* Fixed after creation; strings owned. */
	struct evo_run_config config;
	struct evo_run *before; /* whose place it takes: the thread's, which ends it; NULL */
	char *before_unstored;  /* what of that is not stored; NULL */
	struct evo_queue *commands;
	pthread_t thread;
	atomic_bool quit;

	/* Under the lock. */
	pthread_mutex_t lock;
	struct evo_snapshot_box *newest;
	struct evo_news news;
	enum evo_run_state expected; /* once all commands that were sent are heeded */
	size_t sent;                 /* commands accepted */
	size_t pending;              /* commands sent and not heeded yet */
	struct evo_gp_config shadow; /* settings once they are heeded */
	struct evo_log_line lines[EVO_LOG_LINES];
	uint64_t line_count;

	/* The thread's own from here on. */
	enum evo_run_state mode; /* what is wanted; STARTING is how RUNNING looks at first */
	bool warm;               /* the first networks have been scored */
	struct evo_snapshot draft;
	struct evo_body *body;
	struct evo_record record;
	uint64_t serial;
	double published;             /* when */
	double active, since;         /* seconds at work before `since`; NaN while not at work */
	double generation_begin;      /* of evo_run_elapsed */
	struct evo_gp_counts counted; /* at the last generation's end */
	double best;                  /* fitness so far */

	struct evo_engine *engine;
	struct evo_cases cases;
	struct evo_gp *gp;
	struct evo_tree references[EVO_REFERENCES];
	double *reference_scores; /* a row of all networks each; NULL before */
	bool complete;            /* nothing of the last generation's validation is open */

	struct evo_keeper *keeper;    /* NULL: not stored */
	size_t stored_interventions;  /* of the record, those that a resumed run was read with */
	struct evo_command *deferred; /* of a resumed run: once a generation has begun */
	size_t deferred_count;
};

/* ---- snapshot.c ------------------------------------------------------------------------------ */

/* Makes draft and body the newest snapshot. */
void evo_run_publish(struct evo_run *run);
/* The newest one, held, without taking the news from whoever waits for it. */
const struct evo_snapshot *evo_run_hold_newest(struct evo_run *run);
/* A new body from the search and the record. */
void evo_run_renew_body(struct evo_run *run);
struct evo_body *evo_body_create(void); /* empty */
struct evo_body *evo_body_hold(struct evo_body *body);
void evo_body_release(struct evo_body *body);
/* Of its own, with nothing that can change; holds the body. */
const struct evo_snapshot *evo_snapshot_create(const struct evo_snapshot *draft,
                                               struct evo_body *body);
/* What a body has, into an empty record. */
void evo_record_copy(struct evo_record *record, const struct evo_body *body);
void evo_record_clear(struct evo_record *record);

/* ---- log.c ----------------------------------------------------------------------------------- */

void evo_run_say(struct evo_run *run, enum evo_log_kind kind, const char *format, ...)
        EVO_PRINTF(3, 4);
/* Of something that took time, which the text leaves out. */
void evo_run_say_took(struct evo_run *run, enum evo_log_kind kind, double seconds,
                      const char *format, ...) EVO_PRINTF(4, 5);

/* ---- tell.c ---------------------------------------------------------------------------------- */

/* What a generation came to, and whether its best is better than those told before. */
void evo_run_tell_generation(struct evo_run *run, const struct evo_generation *last);
/* How much of a body has been told. */
struct evo_told {
	size_t generations, interventions;
};
/* Tells in the log what the body has beyond that, as it was told when it happened; of a long
   history the last part. */
void evo_run_tell_past(struct evo_run *run, struct evo_told *told);

/* ---- control.c: commands, on the thread ------------------------------------------------------ */

void evo_run_enter(struct evo_run *run, enum evo_run_state mode);
/* Heeds commands that wait. block: waits for one first. */
void evo_run_heed(struct evo_run *run, bool block);
/* Is the thread to go on computing? Waits while paused. */
bool evo_run_go_on(struct evo_run *run);
double evo_run_elapsed(const struct evo_run *run);
/* What was done by hand, in the log. */
void evo_run_tell_intervention(struct evo_run *run, const struct evo_intervention *one);
/* "name value" or "name=value" into a search, or without one into a configuration. */
bool evo_run_set(struct evo_gp *gp, struct evo_gp_config *config, const char *text,
                 struct evo_error *err);
/* INJECT or SET, to the search itself. */
bool evo_run_intervene(struct evo_run *run, enum evo_command_kind kind, const char *text,
                       struct evo_error *err);
/* The same, once evo_run_catch_up is called. */
void evo_run_defer(struct evo_run *run, enum evo_command_kind kind, const char *text);
void evo_run_catch_up(struct evo_run *run);
void evo_run_drop_deferred(struct evo_run *run);

/* ---- ahead.c, engine.c, generation.c, pass.c: the search, on the thread ---------------------- */

#define EVO_WAIT_SECONDS 0.05 /* between two looks at what is computed elsewhere */

/* Train networks of a group on which a tree is rejected early. */
#define EVO_EARLY_NETWORKS ((size_t) 8)

bool evo_run_prepare(struct evo_run *run, struct evo_error *err);
/* Lets go of everything but results. */
void evo_run_release_engine(struct evo_run *run);
/* Validates the first generation of a run that is resumed where it was stored without. False as
   below. */
bool evo_run_complete_stored(struct evo_run *run, struct evo_error *err);
/* One generation, or what is left of one. False with err clear when it was interrupted. */
bool evo_run_generation(struct evo_run *run, struct evo_error *err);
/*
 * scores: a row of cases.network_count a tree, of which the train networks' are filled in. A tree
 * that gives no order to the first EVO_EARLY_NETWORKS train networks of a group (no finite value,
 * or one value for all) is not scored on others: its row is NaN. The first `kept` trees are scored
 * on all, whatever they order. False as above.
 */
bool evo_run_score_train(struct evo_run *run, const struct evo_tree *const *trees, size_t count,
                         size_t kept, double *scores, struct evo_error *err);
/* The same of the validation networks, without early rejection. */
bool evo_run_score_validation(struct evo_run *run, const struct evo_tree *const *trees,
                              size_t count, double *scores, struct evo_error *err);
/* Begins a generation and works on its trees before they are asked for. False when it was
   interrupted. */
bool evo_run_work_ahead(struct evo_run *run);
bool evo_run_time_up(const struct evo_run *run);
/* Is there a reason to stop before what is at work is done? ignore_deadline: it is finished even
   when time is up. */
bool evo_run_is_interrupted(const struct evo_run *run, bool ignore_deadline);
/* How far the phase is, to whoever reads snapshots; now and then. */
void evo_run_show_progress(struct evo_run *run, size_t done, size_t total);

/* run.c, watch.c */
/* Why the search is at its end, for the caller to free; NULL where it is not. */
char *evo_run_end_reason(const struct evo_run *run);
void evo_run_fail(struct evo_run *run, const struct evo_error *err);
/* The thread of a run that is only watched. */
void evo_run_watch(struct evo_run *run);

#endif
