/*
 * Texts numbered by first appearance, and found again by a hash table.
 */
#include "config.h"

#include "evoscope/base.h"

#include <stdlib.h>
#include <string.h>

struct wanted {
	const struct evo_index *index;
	const char *text;
};

void evo_index_init(struct evo_index *index)
{
	*index = (struct evo_index){0};
}

void evo_index_clear(struct evo_index *index)
{
	free(index->texts);
	evo_map_clear(&index->map);
	evo_index_init(index);
}

static bool same(const void *context, size_t number)
{
	const struct wanted *wanted = context;

	return strcmp(wanted->index->texts[number], wanted->text) == 0;
}

size_t evo_index_find(const struct evo_index *index, const char *text)
{
	return evo_map_find(&index->map, evo_hash_text(text), same, &(struct wanted){index, text});
}

size_t evo_index_add(struct evo_index *index, char *text, bool *added)
{
	uint64_t hash = evo_hash_text(text);
	size_t number = evo_map_find(&index->map, hash, same, &(struct wanted){index, text});

	*added = number == index->count;
	if (*added) {
		index->texts =
		        evo_grown_by_one(index->texts, &index->room, number, sizeof(*index->texts));
		index->texts[number] = text;
		index->count = evo_map_add(&index->map, hash) + 1;
	}
	return number;
}
