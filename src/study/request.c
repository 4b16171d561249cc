#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

struct study_question *study_question_create(const struct evo_question *asked, uint64_t id)
{
	struct study_question *question = evo_calloc(1, sizeof(*question));
	question->id = id;
	question->benchmarks = asked->benchmarks;
	question->most = asked->most;
	question->flags = asked->flags;
	question->tree_count = asked->tree_count;
	question->trees = evo_calloc(asked->tree_count + 1, sizeof(*question->trees));
	for (size_t t = 0; t < asked->tree_count; t++)
		evo_tree_copy(&question->trees[t], asked->trees[t]);
	return question;
}

void study_data_release(struct study_data *data)
{
	if (data == NULL || __atomic_sub_fetch(&data->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(data->scores);
	free(data->rows);
	free(data);
}

void study_question_destroy(struct study_question *question)
{
	if (question == NULL)
		return;
	study_answer_release(question->answer);
	study_data_release(question->data);
	free(question->has);
	free(question->trees);
	free(question);
}

/* ---- Which networks -------------------------------------------------------------------------- */

static void add_case(struct study_question *question, const struct study_sample *sample, size_t c)
{
	const struct evo_case_item *item = &sample->cases.items[c];
	size_t *part = &question->part_of_group[item->group];
	if (*part == SIZE_MAX) {
		size_t count = item->train + item->validation;
		if (question->most > 0)
			count = question->most < item->train ? question->most : item->train;
		*part = question->part_count++;
		question->parts[*part] = (struct study_part){
		        .group = item->group, .count = count, .offset = question->total};
		question->total += count;
	}
	question->cases[question->case_count] = c;
	question->part_of_case[question->case_count++] = *part;
}

void study_question_prepare(struct study_question *question, const struct study_sample *sample)
{
	for (size_t g = 0; g < EVO_CASES_MAX; g++)
		question->part_of_group[g] = SIZE_MAX;
	for (size_t c = 0; c < sample->cases.count; c++) {
		if (question->benchmarks == 0 || (question->benchmarks >> c & 1) != 0)
			add_case(question, sample, c);
	}
	question->has = evo_calloc(question->total + 1, sizeof(*question->has));
	question->data = evo_calloc(1, sizeof(*question->data));
	question->data->references = 1;
	question->data->scores =
	        evo_big_alloc(question->tree_count * question->total * sizeof(double) + 1, "scores",
	                      &question->error);
	if ((question->flags & EVO_STUDY_ROWS) != 0) {
		question->row_total = question->tree_count * question->case_count;
		question->data->rows =
		        evo_calloc(question->row_total + 1, sizeof(*question->data->rows));
	}
}

bool study_question_urgent(const struct study_question *question)
{
	return (question->flags & EVO_STUDY_URGENT) != 0;
}

/* The part that has a place; NULL when the question is not about it. */
static struct study_part *part_at(const struct study_question *question, struct study_place place)
{
	size_t part = question->part_of_group[place.group];
	if (part == SIZE_MAX || place.index >= question->parts[part].count)
		return NULL;
	return (struct study_part *) (uintptr_t) &question->parts[part];
}

bool study_question_wants(const struct study_question *question, const struct study_sample *sample,
                          size_t column)
{
	for (size_t p = sample->place_begin[column]; p < sample->place_begin[column + 1]; p++) {
		const struct study_place place = sample->places[p];
		const struct study_part *part = part_at(question, place);
		if (part != NULL)
			return !question->has[part->offset + place.index];
	}
	return false;
}

void study_question_put(struct study_question *question, const struct study_sample *sample,
                        const struct evo_scored_network *network)
{
	size_t column = network->column;
	if (!study_question_wants(question, sample, column))
		return;
	for (size_t p = sample->place_begin[column]; p < sample->place_begin[column + 1]; p++) {
		const struct study_place place = sample->places[p];
		struct study_part *part = part_at(question, place);
		if (part == NULL)
			continue;
		double *out = question->data->scores + part->offset * question->tree_count;
		for (size_t t = 0; t < question->tree_count; t++)
			out[t * part->count + place.index] = network->scores[t];
		question->has[part->offset + place.index] = true;
		part->milliseconds += network->milliseconds;
		part->timed++;
		part->done++;
		question->done++;
	}
}
