/*
 * A request: its trees, the networks that it is about, and what is known of them so far.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

struct study_request *study_request_create(const struct evo_request *asked, uint64_t id)
{
	struct study_request *request = evo_calloc(1, sizeof(*request));
	request->id = id;
	request->benchmarks = asked->benchmarks;
	request->most = asked->most;
	request->flags = asked->flags;
	request->tree_count = asked->tree_count;
	request->trees = evo_calloc(asked->tree_count + 1, sizeof(*request->trees));
	for (size_t t = 0; t < asked->tree_count; t++)
		evo_tree_copy(&request->trees[t], asked->trees[t]);
	return request;
}

void study_data_release(struct study_data *data)
{
	if (data == NULL || __atomic_sub_fetch(&data->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(data->scores);
	free(data->rows);
	free(data);
}

void study_request_destroy(struct study_request *request)
{
	if (request == NULL)
		return;
	study_answer_release(request->answer);
	study_data_release(request->data);
	free(request->has);
	free(request->trees);
	free(request);
}

/* ---- Which networks -------------------------------------------------------------------------- */

static void add_case(struct study_request *request, const struct study_sample *sample, size_t c)
{
	const struct evo_case_item *item = &sample->cases.items[c];
	size_t *part = &request->part_of_group[item->group];
	if (*part == SIZE_MAX) {
		size_t count = item->train + item->validation;
		if (request->most > 0)
			count = request->most < item->train ? request->most : item->train;
		*part = request->part_count++;
		request->parts[*part] = (struct study_part){
		        .group = item->group, .count = count, .offset = request->total};
		request->total += count;
	}
	request->cases[request->case_count] = c;
	request->part_of_case[request->case_count++] = *part;
}

void study_request_prepare(struct study_request *request, const struct study_sample *sample)
{
	for (size_t g = 0; g < EVO_CASES_MAX; g++)
		request->part_of_group[g] = SIZE_MAX;
	for (size_t c = 0; c < sample->cases.count; c++) {
		if (request->benchmarks == 0 || (request->benchmarks >> c & 1) != 0)
			add_case(request, sample, c);
	}
	request->has = evo_calloc(request->total + 1, sizeof(*request->has));
	request->data = evo_calloc(1, sizeof(*request->data));
	request->data->references = 1;
	request->data->scores =
	        evo_big_alloc(request->tree_count * request->total * sizeof(double) + 1, "scores",
	                      &request->error);
	if ((request->flags & EVO_STUDY_ROWS) != 0) {
		request->row_total = request->tree_count * request->case_count;
		request->data->rows =
		        evo_calloc(request->row_total + 1, sizeof(*request->data->rows));
	}
}

bool study_request_urgent(const struct study_request *request)
{
	return (request->flags & EVO_STUDY_URGENT) != 0;
}

/* The part that has a place; NULL when the request is not about it. */
static struct study_part *part_at(const struct study_request *request, struct study_place place)
{
	size_t part = request->part_of_group[place.group];
	if (part == SIZE_MAX || place.index >= request->parts[part].count)
		return NULL;
	return (struct study_part *) (uintptr_t) &request->parts[part];
}

bool study_request_wants(const struct study_request *request, const struct study_sample *sample,
                         size_t column)
{
	for (size_t p = sample->place_begin[column]; p < sample->place_begin[column + 1]; p++) {
		const struct study_place place = sample->places[p];
		const struct study_part *part = part_at(request, place);
		if (part != NULL)
			return !request->has[part->offset + place.index];
	}
	return false;
}

void study_request_put(struct study_request *request, const struct study_sample *sample,
                       const struct evo_scored_network *network)
{
	size_t column = network->column;
	if (!study_request_wants(request, sample, column))
		return;
	for (size_t p = sample->place_begin[column]; p < sample->place_begin[column + 1]; p++) {
		const struct study_place place = sample->places[p];
		struct study_part *part = part_at(request, place);
		if (part == NULL)
			continue;
		double *out = request->data->scores + part->offset * request->tree_count;
		for (size_t t = 0; t < request->tree_count; t++)
			out[t * part->count + place.index] = network->scores[t];
		request->has[part->offset + place.index] = true;
		part->milliseconds += network->milliseconds;
		part->timed++;
		part->done++;
		request->done++;
	}
}
