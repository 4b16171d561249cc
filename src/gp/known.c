#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "known.h"

/* 0 marks an empty slot. */
static uint64_t key_of(uint64_t hash)
{
	return hash == 0 ? 1 : hash;
}

/* The slot of a key, or the empty one where it belongs. */
static struct evo_known_entry *slot_of(const struct evo_known *known, uint64_t key)
{
	size_t mask = known->capacity - 1, at = (size_t) key & mask;
	while (known->entries[at].hash != 0 && known->entries[at].hash != key)
		at = (at + 1) & mask;
	return &known->entries[at];
}

void evo_known_init(struct evo_known *known, size_t scores, size_t memory)
{
	memset(known, 0, sizeof(*known));
	known->capacity = 1024;
	known->entries = evo_calloc(known->capacity, sizeof(*known->entries));
	known->scores = scores;
	known->limit = memory / (scores * sizeof(double));
	if (known->limit == 0)
		known->limit = 1;
}

void evo_known_clear(struct evo_known *known)
{
	for (size_t i = 0; i < known->capacity; i++)
		free(known->entries[i].scores);
	free(known->entries);
	free(known->order);
	free(known->forms);
	memset(known, 0, sizeof(*known));
}

enum evo_known_state evo_known_find(const struct evo_known *known, uint64_t hash,
                                    const double **scores)
{
	const struct evo_known_entry *entry = slot_of(known, key_of(hash));
	if (entry->hash == 0)
		return EVO_UNKNOWN;
	if (entry->failed)
		return EVO_KNOWN_FAILED;
	*scores = entry->scores;
	return entry->scores != NULL ? EVO_KNOWN_SCORED : EVO_KNOWN_FORGOTTEN;
}

static void grow(struct evo_known *known)
{
	struct evo_known_entry *old = known->entries;
	size_t capacity = known->capacity;
	known->capacity *= 2;
	known->entries = evo_calloc(known->capacity, sizeof(*known->entries));
	for (size_t i = 0; i < capacity; i++) {
		if (old[i].hash != 0)
			*slot_of(known, old[i].hash) = old[i];
	}
	free(old);
}

/* Notes that the key has scores now; forgets the oldest when there are too many. */
static void keep_order(struct evo_known *known, uint64_t key)
{
	if (known->kept == known->limit) {
		struct evo_known_entry *oldest = slot_of(known, known->order[known->first]);
		free(oldest->scores);
		oldest->scores = NULL;
		known->first = (known->first + 1) % known->room;
		known->kept--;
	}
	if (known->kept == known->room) { /* below the limit nothing was dropped: first is 0 */
		known->room = known->room == 0 ? 256 : known->room * 2;
		if (known->room > known->limit)
			known->room = known->limit;
		known->order = evo_realloc(known->order, known->room, sizeof(*known->order));
	}
	known->order[(known->first + known->kept++) % known->room] = key;
}

/* Takes the empty slot of a key. */
static struct evo_known_entry *enter(struct evo_known *known, uint64_t key, bool failed)
{
	struct evo_known_entry *entry;
	if (known->count == known->form_room) {
		known->form_room = known->form_room == 0 ? 256 : known->form_room * 2;
		known->forms = evo_realloc(known->forms, known->form_room, sizeof(*known->forms));
	}
	known->forms[known->count] = (struct evo_gp_form){key, failed};
	if (2 * ++known->count > known->capacity)
		grow(known);
	entry = slot_of(known, key);
	entry->hash = key;
	entry->failed = failed;
	return entry;
}

void evo_known_recall(struct evo_known *known, const struct evo_gp_form *form)
{
	uint64_t key = key_of(form->hash);
	if (slot_of(known, key)->hash == 0)
		enter(known, key, form->failed);
}

void evo_known_put(struct evo_known *known, uint64_t hash, const double *scores)
{
	uint64_t key = key_of(hash);
	struct evo_known_entry *entry = slot_of(known, key);
	if (entry->hash == 0)
		entry = enter(known, key, scores == NULL);
	else if (entry->failed || entry->scores != NULL)
		return;
	if (scores == NULL)
		return;
	keep_order(known, key);
	entry->scores = evo_calloc(known->scores, sizeof(double));
	memcpy(entry->scores, scores, known->scores * sizeof(double));
}

void evo_known_renew(struct evo_known *known, uint64_t hash, const double *scores)
{
	struct evo_known_entry *entry = slot_of(known, key_of(hash));
	if (entry->hash != 0 && entry->scores != NULL)
		memcpy(entry->scores, scores, known->scores * sizeof(double));
}
