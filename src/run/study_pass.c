/*
 * Scoring for a study. A pass is some networks and the questions that all want them; it ends early
 * when the study is called, and what is left goes into other passes, with what is new.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "study.h"

#define WAIT_SECONDS  0.02
#define PASS_NETWORKS ((size_t) 1024) /* which bounds the memory of a pass */

struct pass {
	struct study_question **questions; /* the counters, then those that are answered */
	size_t question_count;
	const struct evo_tree **trees; /* of all of them */
	size_t tree_count;
	size_t *columns, *networks; /* of the cases; of the store */
	size_t count;
	double *scores; /* a row of count a tree */
};

/* ---- What to do next ------------------------------------------------------------------------- */

static bool waits(const struct study_question *question)
{
	return question->done < question->total && question->error.code == EVO_OK;
}

/* All that wait, or the first one that is to be answered alone. */
static void find_questions(const struct evo_study *study, bool urgent, struct pass *pass)
{
	for (size_t q = 0; q < study->question_count; q++) {
		struct study_question *question = study->questions[q];
		if (!waits(question) || study_question_urgent(question) != urgent)
			continue;
		if (question->alone)
			pass->question_count = 0;
		pass->questions[pass->question_count++] = question;
		if (question->alone)
			return;
	}
}

static size_t count_wanting(const struct pass *pass, const struct study_sample *sample,
                            size_t column)
{
	size_t count = 0;
	for (size_t q = 0; q < pass->question_count; q++)
		count += study_question_wants(pass->questions[q], sample, column);
	return count;
}

/* The first column that most questions want. */
static size_t find_column(const struct pass *pass, const struct study_sample *sample)
{
	size_t best = 0, most = 0;
	for (size_t i = 0; i < sample->cases.network_count && most < pass->question_count; i++) {
		size_t count = count_wanting(pass, sample, sample->order[i]);
		if (count > most) {
			best = sample->order[i];
			most = count;
		}
	}
	return best;
}

/* Leaves the questions that want a column, and takes columns that all of them want. */
static void take_columns(struct pass *pass, const struct study_sample *sample, size_t column)
{
	size_t kept = 0;
	for (size_t q = 0; q < pass->question_count; q++) {
		if (study_question_wants(pass->questions[q], sample, column))
			pass->questions[kept++] = pass->questions[q];
	}
	pass->question_count = kept;
	for (size_t i = 0; i < sample->cases.network_count && pass->count < PASS_NETWORKS; i++) {
		column = sample->order[i];
		if (count_wanting(pass, sample, column) < kept)
			continue;
		pass->networks[pass->count] = sample->cases.networks[column];
		pass->columns[pass->count++] = column;
	}
}

static void take_trees(struct pass *pass, struct study_question *counters)
{
	size_t count = 0;
	memmove(pass->questions + 1, pass->questions,
	        pass->question_count * sizeof(*pass->questions));
	pass->questions[0] = counters;
	pass->question_count++;
	for (size_t q = 0; q < pass->question_count; q++)
		count += pass->questions[q]->tree_count;
	pass->trees = evo_calloc(count, sizeof(*pass->trees));
	for (size_t q = 0; q < pass->question_count; q++) {
		for (size_t t = 0; t < pass->questions[q]->tree_count; t++)
			pass->trees[pass->tree_count++] = &pass->questions[q]->trees[t];
	}
}

/* False when no question waits. */
static bool choose(const struct evo_study *study, bool urgent, struct pass *pass)
{
	memset(pass, 0, sizeof(*pass));
	pass->questions = evo_calloc(study->question_count + 1, sizeof(struct study_question *));
	find_questions(study, urgent, pass);
	if (pass->question_count == 0)
		return false;
	pass->columns = evo_calloc(PASS_NETWORKS, sizeof(*pass->columns));
	pass->networks = evo_calloc(PASS_NETWORKS, sizeof(*pass->networks));
	take_columns(pass, study->sample, find_column(pass, study->sample));
	take_trees(pass, study->counters);
	return true;
}

static void clear(struct pass *pass)
{
	free(pass->questions);
	free(pass->trees);
	free(pass->columns);
	free(pass->networks);
	free(pass->scores);
}

/* ---- Doing it -------------------------------------------------------------------------------- */

/* Tells the questions what has been finished since the last time. */
static void take_finished(struct evo_study *study, struct pass *pass, struct evo_scoring *scoring)
{
	const size_t *places;
	size_t count = evo_scoring_finished(scoring, &places);
	for (size_t i = 0; i < count; i++) {
		const double *scores = pass->scores + places[i];
		double milliseconds = evo_scoring_milliseconds(scoring, places[i]);
		for (size_t q = 0; q < pass->question_count; q++) {
			struct study_question *question = pass->questions[q];
			size_t column = pass->columns[places[i]];
			if (study_question_wants(question, study->sample, column))
				study_keep(study, question, column, scores, pass->count);
			study_question_put(question, study->sample, column, scores, pass->count,
			                   milliseconds);
			scores += question->tree_count * pass->count;
		}
	}
	study->changed = study->changed || count > 0;
	study_show(study);
}

/* A pass that was stopped is as good as one that was not. */
static bool work_on(struct evo_study *study, struct pass *pass, struct evo_error *err)
{
	struct evo_error inner = {0};
	bool stopped = false;
	pass->scores =
	        evo_big_alloc(pass->tree_count * pass->count * sizeof(double), "scores", err);
	if (pass->scores == NULL)
		return false;
	struct evo_scoring *scoring =
	        evo_scoring_start(study->scorer, EVO_PRIORITY_PERSON, pass->trees, pass->tree_count,
	                          pass->networks, pass->count, pass->scores);
	while (!evo_scoring_wait(scoring, WAIT_SECONDS)) {
		take_finished(study, pass, scoring);
		if (!stopped && study_called(study)) {
			evo_scoring_cancel(scoring);
			stopped = true;
		}
	}
	take_finished(study, pass, scoring);
	evo_kept_flush(study->kept);
	return evo_scoring_finish(scoring, &inner) || inner.code == EVO_E_CANCELLED ||
	       evo_fail(err, inner.code, "%s", inner.message);
}

/* Of several questions it cannot be known whose trees were too much: each is tried alone. */
static void blame(struct pass *pass, const struct evo_error *err)
{
	for (size_t q = 1; q < pass->question_count; q++) {
		pass->questions[q]->alone = true;
		if (pass->question_count == 2)
			pass->questions[q]->error = *err;
	}
}

bool study_score(struct evo_study *study, bool urgent)
{
	struct pass pass;
	struct evo_error err = {0};
	bool any = choose(study, urgent, &pass);
	if (any && !work_on(study, &pass, &err)) {
		blame(&pass, &err);
		study->changed = true;
	}
	clear(&pass);
	return any;
}
