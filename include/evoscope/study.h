/*
 * study: requests of a person, answered while they look.
 *
 * A study has networks of some benchmarks, and whoever asks is told the scores of trees on them, as
 * they come. It has a thread, a pool and statistics of its own, and nothing to do with a search.
 */
#ifndef EVOSCOPE_STUDY_H
#define EVOSCOPE_STUDY_H

#include "evoscope/expr.h"
#include "evoscope/gp.h"
#include "evoscope/score.h"
#include "evoscope/store.h"

struct evo_study_config {
	/* Names; "all" is every one, or as many as EVO_CASES_MAX. */
	const char *const *benchmarks;
	size_t benchmark_count;
	struct evo_probe_options probe;
	uint64_t seed;
	/* Which networks: those that a run of this seed takes from the train and from the
	   validation pool; or strings of a split, which are all called train, then. */
	size_t train, validation;
	struct evo_sampling sampling; /* as that run's settings have it */
	bool strings;
	enum evo_split split;
	size_t networks;    /* strings; 0: all */
	unsigned threads;   /* 0: evo_cores(), fewer in little address space */
	size_t memory;      /* bytes for statistics; 0: half of evo_memory() */
	evo_needs expected; /* statistics that will be asked for later: see evo_store_expect */
	bool keep; /* scores of earlier studies are taken from the user's data folder, and kept */
};
/* The embedded benchmark, the networks of preset `default`, one thread. */
struct evo_study_config evo_study_config_default(void);

struct evo_study;
/* Copies the config. Benchmarks are loaded on the study's thread: what is wrong with them is told
   by its snapshots. */
struct evo_study *evo_study_create(const struct evo_study_config *config, struct evo_error *err);
/* In place of another, as evo_run_replace. */
struct evo_study *evo_study_replace(struct evo_study *before, const struct evo_study_config *config,
                                    struct evo_error *err);
/* Asks it to end and does not wait: evo_study_destroy is to follow. */
void evo_study_end(struct evo_study *study);
/* Waits for the networks at work only. */
void evo_study_destroy(struct evo_study *study);

enum evo_study_flag {
	EVO_STUDY_URGENT = 1, /* goes before those that are not */
	EVO_STUDY_ROWS = 2,   /* a row a tree and benchmark, once all its networks are done */
};
struct evo_request {
	const struct evo_tree *const *trees; /* copied */
	size_t tree_count;
	uint64_t benchmarks; /* a bit for each of the study's; 0: all */
	size_t most; /* only so many train networks of each, the first ones; 0: all networks */
	unsigned flags;
};
/*
 * The request's id; 0 with err set when a tree is no good. Requests that wait are answered
 * together, network by network, so that the statistics of each are had once. One that comes later
 * joins in at once, and catches up on the networks that it missed.
 */
uint64_t evo_study_ask(struct evo_study *study, const struct evo_request *request,
                       struct evo_error *err);
/* Forgets a request and its answer, and stops working for it. */
void evo_study_drop(struct evo_study *study, uint64_t id);

/* Readable when there is a snapshot newer than the last evo_study_snapshot call. */
int evo_study_descriptor(const struct evo_study *study);
bool evo_study_wait(struct evo_study *study, double seconds); /* until then, at most so long */

enum evo_study_state {
	EVO_STUDY_LOADING,
	EVO_STUDY_IDLE,
	EVO_STUDY_WORKING,
	EVO_STUDY_FAILED, /* snapshot.error says why; nothing is answered any more */
};

/* A benchmark of a study, with its networks: train ones come first. */
struct evo_study_case {
	struct evo_run_case about;
	const char *const *architectures;
	const double *accuracy;
};

/* What a request has been told about a benchmark. */
struct evo_answer_case {
	size_t benchmark;         /* among the snapshot's */
	size_t train, validation; /* networks asked for: the first ones of either side */
	size_t done;
	double milliseconds; /* a network, as in evo_score_row; NaN when none was scored here */
	const bool *has;     /* of its networks, train before validation: is it done? */
	/* A row of train + validation numbers a tree. Numbers of networks that are not done must
	   not be read: they may be being written. */
	const double *scores;
};
struct evo_answer {
	uint64_t id;
	char error
	        [512]; /* "" while nothing is wrong: its networks need more memory than there is */
	size_t tree_count;
	size_t done, total; /* networks; benchmarks that share networks count once */
	struct evo_answer_case cases[EVO_CASES_MAX];
	size_t case_count;
	/* Of all its networks, benchmark by benchmark; the first row_count are there. They are
	   named after the tree's text. */
	const struct evo_score_row *rows;
	size_t row_count, row_total;
};

/* What a study looks like at one moment: never changes, is counted, outlives the study. */
struct evo_study_snapshot {
	uint64_t serial; /* grows */
	enum evo_study_state state;
	char error[512];
	struct evo_store_report store;
	const struct evo_study_case *cases; /* none while it is loading */
	size_t case_count;
	size_t left_out; /* benchmarks of `all` that are more than a study can have */
	const struct evo_answer *const *answers; /* of requests that were not dropped, as asked */
	size_t answer_count;
};
/* The newest one, held; never NULL. Release it. */
const struct evo_study_snapshot *evo_study_snapshot(struct evo_study *study);
void evo_study_snapshot_release(const struct evo_study_snapshot *snapshot);

/* NULL when it has no such request (yet). */
const struct evo_answer *evo_study_answer(const struct evo_study_snapshot *snapshot, uint64_t id);
/* Scores and accuracies of those networks of a side that are done, in order; how many there are.
   x and y have room for all of the side. */
size_t evo_answer_gather(const struct evo_study_snapshot *snapshot,
                         const struct evo_answer_case *benchmark, enum evo_side side, size_t tree,
                         double *x, double *y);
/* Kendall's tau over them; NaN where there are none. */
double evo_answer_tau(const struct evo_study_snapshot *snapshot,
                      const struct evo_answer_case *benchmark, enum evo_side side, size_t tree);

#endif
