/*
 * What a study shows. Snapshots share the answers of requests that nothing new is known about, and
 * answers share the scores: what is copied is which of them are there.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

#define PUBLISH_SECONDS 0.05

struct study_answer {
	struct evo_answer answer; /* first: an answer's address is its box's */
	unsigned references;      /* atomic */
	struct study_data *data;
	bool has[];
};
struct study_box {
	struct evo_study_snapshot snapshot; /* first */
	unsigned references;                /* atomic */
	struct study_sample *sample;
};

/* ---- Answers --------------------------------------------------------------------------------- */

void study_answer_release(struct study_answer *answer)
{
	if (answer == NULL || __atomic_sub_fetch(&answer->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	study_data_release(answer->data);
	free(answer);
}

static void show_case(const struct study_request *request, const struct study_sample *sample,
                      size_t c, const bool *has, struct evo_answer_case *out)
{
	const struct study_part *part = &request->parts[request->part_of_case[c]];
	size_t train = sample->about[request->cases[c]].about.train;
	out->benchmark = request->cases[c];
	out->train = part->count < train ? part->count : train;
	out->validation = part->count - out->train;
	out->done = part->done;
	out->milliseconds = part->timed > 0 ? part->milliseconds / (double) part->timed : NAN;
	out->has = has + part->offset;
	if (request->data->scores != NULL)
		out->scores = request->data->scores + part->offset * request->tree_count;
}

static struct study_answer *create_answer(const struct study_request *request,
                                          const struct study_sample *sample)
{
	size_t flags = request->total * sizeof(bool);
	struct study_answer *box = evo_calloc(1, sizeof(*box) + flags);
	struct evo_answer *answer = &box->answer;
	box->references = 1;
	box->data = request->data;
	__atomic_fetch_add(&box->data->references, 1, __ATOMIC_RELAXED);
	memcpy(box->has, request->has, flags);
	answer->id = request->id;
	if (request->error.code != EVO_OK)
		evo_error_text(&request->error, answer->error, sizeof(answer->error));
	answer->tree_count = request->tree_count;
	answer->done = request->done;
	answer->total = request->total;
	answer->case_count = request->case_count;
	for (size_t c = 0; c < request->case_count; c++)
		show_case(request, sample, c, box->has, &answer->cases[c]);
	answer->rows = request->data->rows;
	answer->row_count = request->row_count;
	answer->row_total = request->row_total;
	return box;
}

static bool is_shown(const struct study_request *request)
{
	const struct study_answer *shown = request->answer;
	return shown != NULL && shown->answer.done == request->done &&
	       shown->answer.row_count == request->row_count &&
	       (shown->answer.error[0] != '\0') == (request->error.code != EVO_OK);
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

static struct study_box *box_of(const struct evo_study_snapshot *snapshot)
{
	return (struct study_box *) (uintptr_t) snapshot;
}

static void show_answers(struct evo_study *study, struct evo_study_snapshot *snapshot)
{
	const struct evo_answer **answers = evo_calloc(study->request_count + 1, sizeof(*answers));
	for (size_t q = 0; q < study->request_count; q++) {
		struct study_request *request = study->requests[q];
		if (!is_shown(request)) {
			study_answer_release(request->answer);
			request->answer = create_answer(request, study->sample);
		}
		__atomic_fetch_add(&request->answer->references, 1, __ATOMIC_RELAXED);
		answers[q] = &request->answer->answer;
	}
	snapshot->answers = answers;
	snapshot->answer_count = study->request_count;
}

static const struct evo_study_snapshot *create_snapshot(struct evo_study *study)
{
	struct study_box *box = evo_calloc(1, sizeof(*box));
	struct evo_study_snapshot *snapshot = &box->snapshot;
	box->references = 1;
	box->sample = study_sample_hold(study->sample);
	snapshot->serial = ++study->serial;
	snapshot->state = study->state;
	if (study->error.code != EVO_OK)
		evo_error_text(&study->error, snapshot->error, sizeof(snapshot->error));
	if (study->engine != NULL)
		snapshot->store = evo_engine_report(study->engine);
	if (study->sample != NULL) {
		snapshot->cases = study->sample->about;
		snapshot->case_count = study->sample->cases.count;
		snapshot->left_out = study->sample->left_out;
	}
	show_answers(study, snapshot);
	return snapshot;
}

void study_publish(struct evo_study *study)
{
	const struct evo_study_snapshot *snapshot = create_snapshot(study);
	pthread_mutex_lock(&study->lock);
	const struct evo_study_snapshot *old = study->newest;
	study->newest = snapshot;
	evo_news_tell(&study->news);
	pthread_mutex_unlock(&study->lock);
	evo_study_snapshot_release(old);
	study->published = evo_now();
	study->changed = false;
}

void study_show(struct evo_study *study)
{
	if (study->changed && evo_now() - study->published >= PUBLISH_SECONDS)
		study_publish(study);
}

const struct evo_study_snapshot *evo_study_snapshot(struct evo_study *study)
{
	pthread_mutex_lock(&study->lock);
	const struct evo_study_snapshot *snapshot = study->newest;
	__atomic_fetch_add(&box_of(snapshot)->references, 1, __ATOMIC_RELAXED);
	evo_news_take(&study->news);
	pthread_mutex_unlock(&study->lock);
	return snapshot;
}

void evo_study_snapshot_release(const struct evo_study_snapshot *snapshot)
{
	struct study_box *box = box_of(snapshot);
	if (box == NULL || __atomic_sub_fetch(&box->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < snapshot->answer_count; i++)
		study_answer_release((struct study_answer *) (uintptr_t) snapshot->answers[i]);
	free((void *) (uintptr_t) snapshot->answers);
	study_sample_release(box->sample);
	free(box);
}

/* ---- Reading --------------------------------------------------------------------------------- */

const struct evo_answer *evo_study_answer(const struct evo_study_snapshot *snapshot, uint64_t id)
{
	for (size_t i = 0; i < snapshot->answer_count; i++) {
		if (snapshot->answers[i]->id == id)
			return snapshot->answers[i];
	}
	return NULL;
}

size_t evo_answer_gather(const struct evo_study_snapshot *snapshot,
                         const struct evo_answer_case *benchmark, enum evo_side side, size_t tree,
                         double *x, double *y)
{
	const struct evo_study_case *about = &snapshot->cases[benchmark->benchmark];
	size_t all = benchmark->train + benchmark->validation, count = 0;
	size_t first = side == EVO_SIDE_TRAIN ? 0 : benchmark->train;
	size_t end = side == EVO_SIDE_TRAIN ? benchmark->train : all;
	for (size_t i = first; i < end; i++) {
		if (!benchmark->has[i])
			continue;
		x[count] = benchmark->scores[tree * all + i];
		y[count++] = about->accuracy[i];
	}
	return count;
}

double evo_answer_tau(const struct evo_study_snapshot *snapshot,
                      const struct evo_answer_case *benchmark, enum evo_side side, size_t tree)
{
	size_t all = benchmark->train + benchmark->validation;
	double *x = evo_calloc(2 * all + 1, sizeof(*x)), *y = x + all;
	size_t count = evo_answer_gather(snapshot, benchmark, side, tree, x, y);
	double tau = count > 0 ? evo_kendall(count, x, y) : (double) NAN;
	free(x);
	return tau;
}
