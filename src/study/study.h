/* Inside study: a study, in its parts. */
#ifndef EVO_STUDY_STUDY_H
#define EVO_STUDY_STUDY_H

#include <pthread.h>

#include "evoscope/engine.h"
#include "evoscope/news.h"
#include "evoscope/study.h"
#include "kept.h"

/* Scored along with what is asked, so that partial taus can be given. */
enum {
	STUDY_UNITS,
	STUDY_PARAMS,
	STUDY_COUNTERS
};

/* ---- sample.c: which networks ---------------------------------------------------------- */

/* Where a column of the cases is among a group's networks. */
struct study_place {
	size_t group, index;
};

/* By what the scores of a group's networks are kept. */
struct study_known {
	struct evo_score_key probe;
	struct study_known_network {
		struct evo_score_key key;
		size_t index; /* in the group */
	} * networks;         /* sorted by the first hash */
};

/* Never changes once it is loaded, is counted: snapshots have it, too. */
struct study_sample {
	unsigned references; /* atomic */
	struct evo_cases cases;
	struct evo_study_case about[EVO_CASES_MAX];
	size_t left_out;            /* benchmarks of all that there are */
	size_t *order;              /* columns, groups taking turns, train networks first */
	struct study_place *places; /* by column: those of c end where those of c + 1 begin */
	size_t *place_begin;
	struct study_known *known; /* a group */
};
struct evo_study;
/* With the engine that scores its networks, which is to be closed before the last release. */
struct study_sample *study_sample_load(const struct evo_study_config *config,
                                       struct evo_engine **engine, struct evo_error *err);
struct study_sample *study_sample_hold(struct study_sample *sample);
void study_sample_release(struct study_sample *sample); /* NULL is nothing */

/* ---- request.c: what is asked, and what is known -------------------------------------- */

/* The first networks of a group. */
struct study_part {
	size_t group, count;
	size_t offset;       /* of its first network among the request's */
	size_t done, timed;  /* known; of these scored here */
	double milliseconds; /* of those that are timed */
};

/* Written network by network; what a published answer says is there is not written again. */
struct study_data {
	unsigned references; /* atomic */
	double *scores;      /* part by part; a row of part.count a tree */
	struct evo_score_row *rows;
};

struct study_request {
	uint64_t id;
	uint64_t benchmarks;
	size_t most;
	unsigned flags;
	struct evo_tree *trees;
	size_t tree_count;

	size_t cases[EVO_CASES_MAX], part_of_case[EVO_CASES_MAX], case_count;
	struct study_part parts[EVO_CASES_MAX];
	size_t part_of_group[EVO_CASES_MAX]; /* SIZE_MAX: none */
	size_t part_count;
	bool *has; /* a network, part by part */
	size_t done, total;
	struct study_data *data;
	size_t row_count, row_total; /* made, wanted */
	struct evo_error error;
	bool alone; /* it, or one that was answered with it, cannot be answered */

	struct study_answer *answer; /* as it was last published; NULL: not yet */
};
struct study_request *study_request_create(const struct evo_request *asked, uint64_t id);
void study_request_destroy(struct study_request *request);
/* Finds out which networks it is about. What fails becomes its error. */
void study_request_prepare(struct study_request *request, const struct study_sample *sample);
bool study_request_urgent(const struct study_request *request);
/* Is the column among its networks, and not done? */
bool study_request_wants(const struct study_request *request, const struct study_sample *sample,
                         size_t column);
/* Takes what a network has come to. */
void study_request_put(struct study_request *request, const struct study_sample *sample,
                       const struct evo_scored_network *network);
void study_data_release(struct study_data *data);

/* ---- recall.c: what earlier sessions have scored ----------------------------------------- */

void study_known_load(struct study_sample *sample);
void study_known_clear(struct study_sample *sample);
/* Takes what is kept of a request of one tree, on networks on which the counters are known. */
void study_recall(struct evo_study *study, struct study_request *request);
/* Keeps what such a request, or the counters, have been told of a network. */
void study_keep(struct evo_study *study, const struct study_request *request,
                const struct evo_scored_network *network);

/* ---- The study ------------------------------------------------------------------------------- */

/* From the other side: a request, or the id of one to drop. */
struct study_message {
	struct study_request *request; /* NULL: drop */
	uint64_t id;
};

struct evo_study {
	struct evo_study_config config; /* texts owned */
	pthread_t thread;
	struct evo_study *before; /* whose place it takes: the thread's, which ends it; NULL */

	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t called; /* there is a message, or quit */
	struct study_message *mailbox;
	size_t message_count;
	uint64_t last_id;
	bool quit;
	const struct evo_study_snapshot *newest;
	struct evo_news news;

	/* The thread's own from here on. */
	enum evo_study_state state;
	struct evo_error error;
	struct evo_engine *engine;
	struct study_sample *sample;
	struct evo_kept *kept;          /* NULL: nothing is */
	struct study_request *counters; /* units and params on all networks */
	struct study_request **requests;
	size_t request_count;
	uint64_t serial;
	double published; /* when */
	bool changed;     /* since then */
};

/* Is somebody waiting for the thread? Then it ends what it is at. */
bool study_called(struct evo_study *study);

/* ---- pass.c, rows.c: the work ---------------------------------------------------- */

/* Each does some of what there is to do for requests that are urgent, or for those that are not,
   until the study is called; false when there is nothing. */
bool study_score(struct evo_study *study, bool urgent);
bool study_make_rows(struct evo_study *study, bool urgent);

/* ---- snapshot.c ------------------------------------------------------------------------ */

void study_publish(struct evo_study *study);
/* The same, unless nothing has changed or the last one is hardly out. */
void study_show(struct evo_study *study);
void study_answer_release(struct study_answer *answer); /* NULL is nothing */

#endif
