/* Rows of a request whose networks are all done: some at a time, so that whoever waits sees them
   come. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "evoscope/rank.h"
#include "study.h"

struct batch {
	const struct evo_study *study;
	struct study_request *request;
};

static const double *scores_of(const struct study_request *request, const struct study_part *part,
                               size_t tree)
{
	return request->data->scores + part->offset * request->tree_count + tree * part->count;
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
	const struct study_request *request = batch->request, *counters = study->counters;
	size_t at = request->row_count + index;
	size_t c = at / request->tree_count, tree = at % request->tree_count;
	const struct study_part *part = &request->parts[request->part_of_case[c]];
	const struct study_part *all = &counters->parts[counters->part_of_group[part->group]];
	const struct evo_study_case *about = &study->sample->about[request->cases[c]];
	struct evo_score_row *row = &request->data->rows[at];
	(void) worker;
	name_row(&request->trees[tree], about->about.name, row);
	row->networks = part->count;
	row->seeds = 1;
	row->kendall_sd = NAN;
	row->milliseconds = part->timed > 0 ? part->milliseconds / (double) part->timed : NAN;
	evo_score_measure(part->count, scores_of(request, part, tree), about->accuracy,
	                  scores_of(counters, all, STUDY_UNITS),
	                  scores_of(counters, all, STUDY_PARAMS), row);
}

static struct study_request *find_request(const struct evo_study *study, bool urgent)
{
	for (size_t q = 0; q < study->request_count; q++) {
		struct study_request *request = study->requests[q];
		if (request->error.code == EVO_OK && request->done == request->total &&
		    request->row_count < request->row_total &&
		    study_request_urgent(request) == urgent)
			return request;
	}
	return NULL;
}

bool study_make_rows(struct evo_study *study, bool urgent)
{
	struct batch batch = {study, find_request(study, urgent)};
	if (batch.request == NULL)
		return false;
	size_t count = batch.request->row_total - batch.request->row_count;
	struct evo_pool *pool = evo_engine_pool(study->engine);
	size_t threads = evo_pool_threads(pool);
	if (count > threads)
		count = threads;
	evo_pool_run(pool, EVO_PRIORITY_PERSON, count, make_row, &batch);
	batch.request->row_count += count;
	study->changed = true;
	study_show(study);
	return true;
}
