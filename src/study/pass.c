/*
 * Scoring for a study. A pass is some networks and the requests that all want them; it ends early
 * when the study is called, and what is left goes into other passes, with what is new.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "study.h"

#define WAIT_SECONDS  0.02
#define PASS_NETWORKS ((size_t) 1024) /* which bounds the memory of a pass */

struct pass {
	struct study_request **requests; /* the counters, then those that are answered */
	size_t request_count;
	const struct evo_tree **trees; /* of all of them */
	size_t tree_count;
	size_t *columns; /* of the cases */
	size_t count;
	struct evo_study *study;
};

/* ---- What to do next ------------------------------------------------------------------------- */

static bool waits(const struct study_request *request)
{
	return request->done < request->total && request->error.code == EVO_OK;
}

/* All that wait, or the first one that is to be answered alone. */
static void find_requests(const struct evo_study *study, bool urgent, struct pass *pass)
{
	for (size_t q = 0; q < study->request_count; q++) {
		struct study_request *request = study->requests[q];
		if (!waits(request) || study_request_urgent(request) != urgent)
			continue;
		if (request->alone)
			pass->request_count = 0;
		pass->requests[pass->request_count++] = request;
		if (request->alone)
			return;
	}
}

static size_t count_wanting(const struct pass *pass, const struct study_sample *sample,
                            size_t column)
{
	size_t count = 0;
	for (size_t q = 0; q < pass->request_count; q++)
		count += study_request_wants(pass->requests[q], sample, column);
	return count;
}

/* The first column that most requests want. */
static size_t find_column(const struct pass *pass, const struct study_sample *sample)
{
	size_t best = 0, most = 0;
	for (size_t i = 0; i < sample->cases.network_count && most < pass->request_count; i++) {
		size_t count = count_wanting(pass, sample, sample->order[i]);
		if (count > most) {
			best = sample->order[i];
			most = count;
		}
	}
	return best;
}

/* Leaves the requests that want a column, and takes columns that all of them want. */
static void take_columns(struct pass *pass, const struct study_sample *sample, size_t column)
{
	size_t kept = 0;
	for (size_t q = 0; q < pass->request_count; q++) {
		if (study_request_wants(pass->requests[q], sample, column))
			pass->requests[kept++] = pass->requests[q];
	}
	pass->request_count = kept;
	for (size_t i = 0; i < sample->cases.network_count && pass->count < PASS_NETWORKS; i++) {
		column = sample->order[i];
		if (count_wanting(pass, sample, column) == kept)
			pass->columns[pass->count++] = column;
	}
}

static void take_trees(struct pass *pass, struct study_request *counters)
{
	size_t count = 0;
	memmove(pass->requests + 1, pass->requests, pass->request_count * sizeof(*pass->requests));
	pass->requests[0] = counters;
	pass->request_count++;
	for (size_t q = 0; q < pass->request_count; q++)
		count += pass->requests[q]->tree_count;
	pass->trees = evo_calloc(count, sizeof(*pass->trees));
	for (size_t q = 0; q < pass->request_count; q++) {
		for (size_t t = 0; t < pass->requests[q]->tree_count; t++)
			pass->trees[pass->tree_count++] = &pass->requests[q]->trees[t];
	}
}

/* False when no request waits. */
static bool choose(struct evo_study *study, bool urgent, struct pass *pass)
{
	*pass = (struct pass){.study = study};
	pass->requests = evo_calloc(study->request_count + 1, sizeof(struct study_request *));
	find_requests(study, urgent, pass);
	if (pass->request_count == 0)
		return false;
	pass->columns = evo_calloc(PASS_NETWORKS, sizeof(*pass->columns));
	take_columns(pass, study->sample, find_column(pass, study->sample));
	take_trees(pass, study->counters);
	return true;
}

static void clear(struct pass *pass)
{
	free(pass->requests);
	free(pass->trees);
	free(pass->columns);
}

/* ---- Doing it -------------------------------------------------------------------------------- */

/* Tells the requests what has been finished. */
static void take(void *context, const struct evo_scored_network *network)
{
	const struct pass *pass = context;
	struct evo_study *study = pass->study;
	struct evo_scored_network own = *network;
	for (size_t q = 0; q < pass->request_count; q++) {
		struct study_request *request = pass->requests[q];
		if (study_request_wants(request, study->sample, own.column))
			study_keep(study, request, &own);
		study_request_put(request, study->sample, &own);
		own.scores += request->tree_count;
	}
	study->changed = true;
}

static bool look(void *context)
{
	const struct pass *pass = context;
	study_show(pass->study);
	return !study_called(pass->study);
}

static bool work_on(struct pass *pass, struct evo_error *err)
{
	const struct evo_engine_pass work = {.priority = EVO_PRIORITY_PERSON,
	                                     .trees = pass->trees,
	                                     .tree_count = pass->tree_count,
	                                     .columns = pass->columns,
	                                     .column_count = pass->count,
	                                     .interval = WAIT_SECONDS,
	                                     .take = take,
	                                     .look = look,
	                                     .context = pass};
	bool good = evo_engine_score(pass->study->engine, &work, err);
	evo_kept_flush(pass->study->kept);
	return good;
}

/* Of several requests it cannot be known whose trees were too much: each is tried alone. */
static void blame(struct pass *pass, const struct evo_error *err)
{
	for (size_t q = 1; q < pass->request_count; q++) {
		pass->requests[q]->alone = true;
		if (pass->request_count == 2)
			pass->requests[q]->error = *err;
	}
}

bool study_score(struct evo_study *study, bool urgent)
{
	struct pass pass;
	struct evo_error err = {0};
	bool any = choose(study, urgent, &pass);
	if (any && !work_on(&pass, &err)) {
		blame(&pass, &err);
		study->changed = true;
	}
	clear(&pass);
	return any;
}
