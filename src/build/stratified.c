/*
 * A stratified sample of a space: functions are drawn in equal shares of its strata, so that each
 * kind is there alike.
 */
#include "config.h"

#include "stratified.h"

#include <stdlib.h>
#include <string.h>

/* A function, and the one of its strings that stands for it. */
struct function_candidate {
	char *architecture;
	uint64_t architecture_key; /* the smallest among its strings: any of them may be drawn */
	uint64_t key;
	size_t group;
};

static uint64_t key_of(uint64_t seed, const char *purpose, const char *text)
{
	struct evo_rng rng = evo_rng_stream(seed, purpose, evo_hash_text(text));

	return evo_rng_u64(&rng);
}

static int by_group_and_key(const void *left, const void *right)
{
	const struct function_candidate *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return strcmp(a->architecture, b->architecture);
}

/* Every function once, by its number. */
struct collection {
	struct function_candidate *candidates;
	struct evo_index functions;
	const struct evo_space *space;
	uint64_t seed;
};

/* Takes over both texts. */
static void add(struct collection *collection, char *architecture, char *function)
{
	uint64_t key = key_of(collection->seed, "build architecture", architecture);
	bool added;
	struct function_candidate *candidate =
	        &collection->candidates[evo_index_add(&collection->functions, function, &added)];

	if (added) {
		candidate->key = key_of(collection->seed, "build function", function);
		candidate->group = collection->space->stratum(architecture);
	} else {
		free(function);
	}
	if (added || key < candidate->architecture_key) {
		free(candidate->architecture);
		candidate->architecture = architecture;
		candidate->architecture_key = key;
	} else {
		free(architecture);
	}
}

static bool collect(struct collection *collection, struct evo_error *err)
{
	const struct evo_space *space = collection->space;

	collection->candidates = evo_calloc(space->count, sizeof(*collection->candidates));
	evo_index_init(&collection->functions);
	for (size_t i = 0; i < space->count; i++) {
		char *architecture = space->at(i);
		char *function = space->function(architecture, err);

		if (function == NULL) {
			free(architecture);
			return false;
		}
		add(collection, architecture, function);
	}
	return true;
}

static void clear(struct collection *collection)
{
	for (size_t i = 0; i < collection->functions.count; i++) {
		free(collection->candidates[i].architecture);
		free(collection->functions.texts[i]);
	}
	free(collection->candidates);
	evo_index_clear(&collection->functions);
}

/* One of every group in turn, until there are `count` or none is left. */
static char **take_turns(const struct collection *collection, size_t count, size_t *got)
{
	struct function_candidate *candidates = collection->candidates;
	size_t total = collection->functions.count, groups = collection->space->strata;
	size_t *next = evo_calloc(groups, sizeof(*next)), *end = evo_calloc(groups, sizeof(*end));
	char **list = evo_calloc((count < total ? count : total) + 1, sizeof(char *));

	qsort(candidates, total, sizeof(*candidates), by_group_and_key);
	for (size_t i = 0; i < total; i++)
		end[candidates[i].group] = i + 1;
	for (size_t group = 0, begin = 0; group < groups; group++) {
		next[group] = begin;
		if (end[group] > begin)
			begin = end[group];
		else
			end[group] = begin;
	}
	for (size_t turn = 0; *got < count && *got < total; turn++) {
		size_t group = turn % groups;

		if (next[group] == end[group])
			continue;
		list[(*got)++] = candidates[next[group]].architecture;
		candidates[next[group]++].architecture = NULL;
	}
	free(next);
	free(end);
	return list;
}

char **build_stratified_sample(const struct evo_space *space, size_t count, uint64_t seed,
                               size_t *got, struct evo_error *err)
{
	struct collection collection = {.space = space, .seed = seed};
	char **list = NULL;

	*got = 0;
	if (collect(&collection, err))
		list = take_turns(&collection, count, got);
	clear(&collection);
	return list;
}
