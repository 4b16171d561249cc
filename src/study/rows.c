/* Rows of a question whose networks are all done: some at a time, so that whoever waits sees them
   come. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "evoscope/rank.h"
#include "study.h"

struct batch {
	const struct evo_study *study;
	struct study_question *question;
};

static const double *scores_of(const struct study_question *question, const struct study_part *part,
                               size_t tree)
{
	return question->data->scores + part->offset * question->tree_count + tree * part->count;
}

static void name_row(const struct evo_tree *tree, const char *benchmark, struct evo_score_row *row)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	snprintf(row->proxy, sizeof(row->proxy), "%s", text.data);
	snprintf(row->benchmark, sizeof(row->benchmark), "%s", benchmark);
	evo_text_clear(&text);
}

static void make_row(void *context, size_t index, unsigned worker)
{
	const struct batch *batch = context;
	const struct evo_study *study = batch->study;
	const struct study_question *question = batch->question, *counters = study->counters;
	size_t at = question->row_count + index;
	size_t c = at / question->tree_count, tree = at % question->tree_count;
	const struct study_part *part = &question->parts[question->part_of_case[c]];
	const struct study_part *all = &counters->parts[counters->part_of_group[part->group]];
	const struct evo_study_case *about = &study->sample->about[question->cases[c]];
	struct evo_score_row *row = &question->data->rows[at];
	(void) worker;
	name_row(&question->trees[tree], about->about.name, row);
	row->networks = part->count;
	row->seeds = 1;
	row->kendall_sd = NAN;
	row->milliseconds = part->timed > 0 ? part->milliseconds / (double) part->timed : NAN;
	evo_score_measure(part->count, scores_of(question, part, tree), about->accuracy,
	                  scores_of(counters, all, STUDY_UNITS),
	                  scores_of(counters, all, STUDY_PARAMS), row);
}

static struct study_question *find_question(const struct evo_study *study, bool urgent)
{
	for (size_t q = 0; q < study->question_count; q++) {
		struct study_question *question = study->questions[q];
		if (question->error.code == EVO_OK && question->done == question->total &&
		    question->row_count < question->row_total &&
		    study_question_urgent(question) == urgent)
			return question;
	}
	return NULL;
}

bool study_make_rows(struct evo_study *study, bool urgent)
{
	struct batch batch = {study, find_question(study, urgent)};
	if (batch.question == NULL)
		return false;
	size_t count = batch.question->row_total - batch.question->row_count;
	struct evo_pool *pool = evo_engine_pool(study->engine);
	size_t threads = evo_pool_threads(pool);
	if (count > threads)
		count = threads;
	evo_pool_run(pool, EVO_PRIORITY_PERSON, count, make_row, &batch);
	batch.question->row_count += count;
	study->changed = true;
	study_show(study);
	return true;
}
