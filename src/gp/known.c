/*
 * Canonical forms that have been tried, with their scores while there is memory for them. A form is
 * known by its hash alone.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "known.h"

uint64_t evo_form_of(const struct evo_tree *tree)
{
	struct evo_tree canonical;
	evo_tree_canonical(tree, &canonical);
	return evo_tree_hash(&canonical);
}

/* Forms are their hashes: one that has it is the form. */
static bool same(const void *context, size_t number)
{
	(void) context;
	(void) number;
	return true;
}

static size_t number_of(const struct evo_known *known, uint64_t hash)
{
	return evo_map_find(&known->map, hash, same, NULL);
}

void evo_known_init(struct evo_known *known, size_t scores, size_t memory)
{
	memset(known, 0, sizeof(*known));
	known->score_count = scores;
	known->limit = memory / (scores * sizeof(double));
	if (known->limit == 0)
		known->limit = 1;
}

void evo_known_clear(struct evo_known *known)
{
	for (size_t i = 0; i < known->map.count; i++)
		free(known->scores[i]);
	evo_map_clear(&known->map);
	free(known->scores);
	free(known->order);
	free(known->forms);
	memset(known, 0, sizeof(*known));
}

enum evo_known_state evo_known_find(const struct evo_known *known, uint64_t hash,
                                    const double **scores)
{
	size_t number = number_of(known, hash);
	if (number == known->map.count)
		return EVO_UNKNOWN;
	if (known->forms[number].failed)
		return EVO_KNOWN_FAILED;
	*scores = known->scores[number];
	return *scores != NULL ? EVO_KNOWN_SCORED : EVO_KNOWN_FORGOTTEN;
}

/* Notes that the form has scores now; forgets the oldest when there are too many. */
static void keep_order(struct evo_known *known, size_t number)
{
	if (known->kept == known->limit) {
		size_t oldest = known->order[known->first];
		free(known->scores[oldest]);
		known->scores[oldest] = NULL;
		known->first = (known->first + 1) % known->order_room;
		known->kept--;
	}
	if (known->kept ==
	    known->order_room) { /* below the limit nothing was dropped: first is 0 */
		known->order_room = known->order_room == 0 ? 256 : known->order_room * 2;
		if (known->order_room > known->limit)
			known->order_room = known->limit;
		known->order = evo_realloc(known->order, known->order_room, sizeof(*known->order));
	}
	known->order[(known->first + known->kept++) % known->order_room] = number;
}

void evo_known_recall(struct evo_known *known, const struct evo_gp_form *form)
{
	size_t count = known->map.count, room = known->room;
	if (number_of(known, form->hash) < count)
		return;
	known->forms = evo_grown_by_one(known->forms, &room, count, sizeof(*known->forms));
	known->scores =
	        evo_grown_by_one(known->scores, &known->room, count, sizeof(*known->scores));
	known->forms[count] = *form;
	known->scores[count] = NULL;
	evo_map_add(&known->map, form->hash);
}

void evo_known_put(struct evo_known *known, uint64_t hash, const double *scores)
{
	evo_known_recall(known, &(struct evo_gp_form){hash, scores == NULL});
	size_t number = number_of(known, hash);
	if (scores == NULL || known->forms[number].failed || known->scores[number] != NULL)
		return;
	keep_order(known, number);
	known->scores[number] = evo_calloc(known->score_count, sizeof(double));
	memcpy(known->scores[number], scores, known->score_count * sizeof(double));
}

void evo_known_renew(struct evo_known *known, uint64_t hash, const double *scores)
{
	size_t number = number_of(known, hash);
	if (number < known->map.count && known->scores[number] != NULL)
		memcpy(known->scores[number], scores, known->score_count * sizeof(double));
}
