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
	size_t *columns; /* of the cases */
	size_t count;
	struct evo_study *study;
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
		if (count_wanting(pass, sample, column) == kept)
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
static bool choose(struct evo_study *study, bool urgent, struct pass *pass)
{
	*pass = (struct pass){.study = study};
	pass->questions = evo_calloc(study->question_count + 1, sizeof(struct study_question *));
	find_questions(study, urgent, pass);
	if (pass->question_count == 0)
		return false;
	pass->columns = evo_calloc(PASS_NETWORKS, sizeof(*pass->columns));
	take_columns(pass, study->sample, find_column(pass, study->sample));
	take_trees(pass, study->counters);
	return true;
}

static void clear(struct pass *pass)
{
	free(pass->questions);
	free(pass->trees);
	free(pass->columns);
}

/* ---- Doing it -------------------------------------------------------------------------------- */

/* Tells the questions what has been finished. */
static void take(void *context, const struct evo_scored_network *network)
{
	const struct pass *pass = context;
	struct evo_study *study = pass->study;
	struct evo_scored_network own = *network;
	for (size_t q = 0; q < pass->question_count; q++) {
		struct study_question *question = pass->questions[q];
		if (study_question_wants(question, study->sample, own.column))
			study_keep(study, question, &own);
		study_question_put(question, study->sample, &own);
		own.scores += question->tree_count;
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
	if (any && !work_on(&pass, &err)) {
		blame(&pass, &err);
		study->changed = true;
	}
	clear(&pass);
	return any;
}
