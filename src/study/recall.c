/* What a study takes from earlier sessions, and keeps for later ones. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "study.h"

/* ---- Groups ---------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
	const struct study_known_network *left = a, *right = b;
	return (left->key.hash[0] > right->key.hash[0]) - (left->key.hash[0] < right->key.hash[0]);
}

void study_known_load(struct study_sample *sample)
{
	const struct evo_cases *cases = &sample->cases;
	sample->known = evo_calloc(cases->group_count + 1, sizeof(*sample->known));
	for (size_t g = 0; g < cases->group_count; g++) {
		const struct evo_case_group *group = &cases->groups[g];
		struct study_known *known = &sample->known[g];
		known->probe = evo_kept_probe(&cases->items[group->first_case]);
		known->networks = evo_calloc(group->count + 1, sizeof(*known->networks));
		for (size_t i = 0; i < group->count; i++) {
			const char *text = evo_cases_architecture(cases, g, i);
			known->networks[i] =
			        (struct study_known_network){evo_kept_network(text), i};
		}
		qsort(known->networks, group->count, sizeof(*known->networks), by_hash);
	}
}

void study_known_clear(struct study_sample *sample)
{
	for (size_t g = 0; sample->known != NULL && g < sample->cases.group_count; g++)
		free(sample->known[g].networks);
	free(sample->known);
}

/* ---- Recalling ------------------------------------------------------------------------------- */

/* One tree of a request on one part of it. */
struct recalling {
	const struct study_part *part;
	const struct study_known *known;
	size_t networks;                      /* of the group */
	const struct study_request *counters; /* NULL: it is they that are recalled */
	double *scores;                       /* of the tree */
	unsigned char *found;                 /* by index: how many of the trees */
};

static const struct study_known_network *find(const struct recalling *recalling, uint64_t network)
{
	const struct study_known_network wanted = {.key = {{network, 0}}};
	return bsearch(&wanted, recalling->known->networks, recalling->networks, sizeof(wanted),
	               by_hash);
}

static uint64_t check(void *context, uint64_t network)
{
	const struct study_known_network *one = find(context, network);
	return one != NULL ? one->key.hash[1] : 0;
}

/* Rows need the counters of their networks, too. */
static bool has_counters(const struct recalling *recalling, size_t index)
{
	const struct study_request *counters = recalling->counters;
	if (counters == NULL)
		return true;
	size_t part = counters->part_of_group[recalling->part->group];
	return counters->has[counters->parts[part].offset + index];
}

static void take(void *context, uint64_t network, double score)
{
	struct recalling *recalling = context;
	size_t index = find(recalling, network)->index;
	if (index >= recalling->part->count || !has_counters(recalling, index))
		return;
	recalling->scores[index] = score;
	recalling->found[index]++;
}

static void recall_part(struct evo_study *study, struct study_request *request,
                        struct study_part *part)
{
	const struct study_sample *sample = study->sample;
	struct recalling recalling = {.part = part,
	                              .known = &sample->known[part->group],
	                              .networks = sample->cases.groups[part->group].count,
	                              .counters =
	                                      request != study->counters ? study->counters : NULL,
	                              .found = evo_calloc(part->count + 1, 1)};
	for (size_t t = 0; t < request->tree_count; t++) {
		recalling.scores = request->data->scores + part->offset * request->tree_count +
		                   t * part->count;
		evo_kept_read(study->kept,
		              evo_kept_tree(recalling.known->probe, &request->trees[t]), check,
		              take, &recalling);
	}
	for (size_t i = 0; i < part->count; i++) {
		if (recalling.found[i] < request->tree_count)
			continue;
		request->has[part->offset + i] = true;
		part->done++;
		request->done++;
	}
	free(recalling.found);
}

/* The subtrees of impacts are not kept: they are many, and few are met again. */
static bool is_kept(const struct evo_study *study, const struct study_request *request)
{
	return study->kept != NULL && (request->tree_count == 1 || request == study->counters);
}

void study_recall(struct evo_study *study, struct study_request *request)
{
	if (!is_kept(study, request) || request->error.code != EVO_OK)
		return;
	for (size_t p = 0; p < request->part_count; p++)
		recall_part(study, request, &request->parts[p]);
}

/* ---- Keeping --------------------------------------------------------------------------------- */

void study_keep(struct evo_study *study, const struct study_request *request,
                const struct evo_scored_network *network)
{
	const struct study_sample *sample = study->sample;
	if (!is_kept(study, request))
		return;
	const struct study_place place = sample->places[sample->place_begin[network->column]];
	struct evo_score_key key =
	        evo_kept_network(evo_cases_architecture(&sample->cases, place.group, place.index));
	for (size_t t = 0; t < request->tree_count; t++)
		evo_kept_put(study->kept,
		             evo_kept_tree(sample->known[place.group].probe, &request->trees[t]),
		             key, network->scores[t]);
}
