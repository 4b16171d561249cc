/*
 * A hash table with open addressing that numbers things by their hashes. The things themselves, and
 * what tells two of one hash apart, are the caller's.
 */
#include "config.h"

#include <stdlib.h>

#include "evoscope/base.h"

void evo_map_clear(struct evo_map *map)
{
	free(map->slots);
	*map = (struct evo_map){0};
}

/* The slot of the thing, or the free one where it belongs; NULL same: the free one. */
static struct evo_map_slot *slot_of(const struct evo_map *map, uint64_t hash, evo_map_same *same,
                                    const void *context)
{
	size_t at = (size_t) hash & (map->slot_count - 1);

	while (map->slots[at].after != 0 && (same == NULL || map->slots[at].hash != hash ||
	                                     !same(context, map->slots[at].after - 1)))
		at = (at + 1) & (map->slot_count - 1);
	return &map->slots[at];
}

size_t evo_map_find(const struct evo_map *map, uint64_t hash, evo_map_same *same,
                    const void *context)
{
	if (map->count == 0)
		return 0;

	const struct evo_map_slot *slot = slot_of(map, hash, same, context);

	return slot->after != 0 ? slot->after - 1 : map->count;
}

static void grow(struct evo_map *map)
{
	struct evo_map larger = {.slot_count = map->slot_count != 0 ? 2 * map->slot_count : 128};

	larger.slots = evo_calloc(larger.slot_count, sizeof(*larger.slots));
	for (size_t i = 0; i < map->slot_count; i++)
		if (map->slots[i].after != 0)
			*slot_of(&larger, map->slots[i].hash, NULL, NULL) = map->slots[i];
	free(map->slots);
	map->slots = larger.slots;
	map->slot_count = larger.slot_count;
}

size_t evo_map_add(struct evo_map *map, uint64_t hash)
{
	if (2 * (map->count + 1) > map->slot_count)
		grow(map);
	*slot_of(map, hash, NULL, NULL) = (struct evo_map_slot){hash, ++map->count};
	return map->count - 1;
}
