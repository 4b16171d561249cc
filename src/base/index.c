#include "config.h"

#include "evoscope/base.h"

#include <stdlib.h>
#include <string.h>

void evo_index_init(struct evo_index *index)
{
	*index = (struct evo_index){0};
}

void evo_index_clear(struct evo_index *index)
{
	free(index->texts);
	free(index->hashes);
	free(index->slots);
	evo_index_init(index);
}

/* The slot that holds the text, or the free one where it belongs. slot_count is a power of two. */
static size_t slot_of(const struct evo_index *index, const char *text, uint64_t hash)
{
	size_t slot = (size_t) hash & (index->slot_count - 1);

	while (index->slots[slot] != 0) {
		size_t number = index->slots[slot] - 1;

		if (index->hashes[number] == hash && strcmp(index->texts[number], text) == 0)
			break;
		slot = (slot + 1) & (index->slot_count - 1);
	}
	return slot;
}

static void grow(struct evo_index *index)
{
	index->room = index->room ? 2 * index->room : 64;
	index->texts = evo_realloc(index->texts, index->room, sizeof(*index->texts));
	index->hashes = evo_realloc(index->hashes, index->room, sizeof(*index->hashes));
	free(index->slots);
	index->slot_count = 4 * index->room;
	index->slots = evo_calloc(index->slot_count, sizeof(*index->slots));
	for (size_t i = 0; i < index->count; i++)
		index->slots[slot_of(index, index->texts[i], index->hashes[i])] = i + 1;
}

size_t evo_index_find(const struct evo_index *index, const char *text)
{
	if (index->count == 0)
		return 0;

	size_t held = index->slots[slot_of(index, text, evo_hash_text(text))];

	return held ? held - 1 : index->count;
}

size_t evo_index_add(struct evo_index *index, char *text, bool *added)
{
	uint64_t hash = evo_hash_text(text);

	if (index->count == index->room)
		grow(index);

	size_t slot = slot_of(index, text, hash);

	*added = index->slots[slot] == 0;
	if (*added) {
		index->texts[index->count] = text;
		index->hashes[index->count] = hash;
		index->slots[slot] = ++index->count;
	}
	return index->slots[slot] - 1;
}
