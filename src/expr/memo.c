/*
 * The memory of subexpressions: a table a network, of bounded size, shared by threads.
 */
#include "config.h"
#include "evoscope/evaluator.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LEAST ((size_t) 16) /* entries of a table */

/* Open addressing, filled to one half; grows up to `most` entries. Hash 0 is an empty place. */
struct part {
	uint64_t *hashes;
	double *numbers; /* by place */
	size_t places, count;
};

struct evo_memo_table {
	pthread_mutex_t lock;
	struct part young, old;
	size_t units, most;
};

struct evo_memo {
	pthread_mutex_t lock;           /* guards the list */
	struct evo_memo_table **tables; /* by network; NULL: none yet */
	size_t room, bytes;
};

struct evo_memo *evo_memo_create(size_t bytes)
{
	struct evo_memo *memo = evo_calloc(1, sizeof(*memo));

	memo->bytes = bytes;
	pthread_mutex_init(&memo->lock, NULL);
	return memo;
}

static void clear_part(struct part *part)
{
	free(part->hashes);
	free(part->numbers);
	*part = (struct part){0};
}

void evo_memo_destroy(struct evo_memo *memo)
{
	if (memo == NULL)
		return;
	for (size_t i = 0; i < memo->room; i++) {
		if (memo->tables[i] == NULL)
			continue;
		clear_part(&memo->tables[i]->young);
		clear_part(&memo->tables[i]->old);
		pthread_mutex_destroy(&memo->tables[i]->lock);
		free(memo->tables[i]);
	}
	free(memo->tables);
	pthread_mutex_destroy(&memo->lock);
	free(memo);
}

static size_t entry_bytes(size_t units)
{
	return sizeof(uint64_t) + units * sizeof(double);
}

size_t evo_memo_bytes(struct evo_memo *memo)
{
	size_t bytes = sizeof(*memo);

	pthread_mutex_lock(&memo->lock);
	for (size_t i = 0; i < memo->room; i++) {
		struct evo_memo_table *table = memo->tables[i];

		if (table == NULL)
			continue;
		pthread_mutex_lock(&table->lock);
		bytes += sizeof(*table) +
		         (table->young.places + table->old.places) * entry_bytes(table->units);
		pthread_mutex_unlock(&table->lock);
	}
	pthread_mutex_unlock(&memo->lock);
	return bytes;
}

struct evo_memo_table *evo_memo_open(struct evo_memo *memo, size_t network, size_t networks,
                                     size_t units)
{
	struct evo_memo_table *table;

	pthread_mutex_lock(&memo->lock);
	if (network >= memo->room) {
		const size_t room = network + network / 2 + 64;

		memo->tables = evo_realloc(memo->tables, room, sizeof(*memo->tables));
		memset(memo->tables + memo->room, 0, (room - memo->room) * sizeof(*memo->tables));
		memo->room = room;
	}
	table = memo->tables[network];
	if (table == NULL) {
		/* Two parts, each filled to a quarter at the worst: its places double at one
		   half. */
		const size_t most = memo->bytes / networks / entry_bytes(units) / 8;

		table = memo->tables[network] = evo_calloc(1, sizeof(*table));
		pthread_mutex_init(&table->lock, NULL);
		table->units = units;
		table->most = most < LEAST ? LEAST : most;
	}
	pthread_mutex_unlock(&memo->lock);
	pthread_mutex_lock(&table->lock);
	return table;
}

void evo_memo_close(struct evo_memo_table *table)
{
	pthread_mutex_unlock(&table->lock);
}

/* The place of a hash, or the empty one where it belongs. */
static size_t place_of(const struct part *part, uint64_t hash)
{
	size_t place = (size_t) hash & (part->places - 1);

	while (part->hashes[place] != 0 && part->hashes[place] != hash)
		place = (place + 1) & (part->places - 1);
	return place;
}

static const double *find(const struct part *part, size_t units, uint64_t hash)
{
	size_t place;

	if (part->count == 0)
		return NULL;
	place = place_of(part, hash);
	return part->hashes[place] ? part->numbers + place * units : NULL;
}

static void grow(struct part *part, size_t units)
{
	struct part larger = {.places = part->places ? 2 * part->places : 2 * LEAST};

	larger.count = part->count;
	larger.hashes = evo_calloc(larger.places, sizeof(*larger.hashes));
	larger.numbers = evo_calloc(larger.places * units + 1, sizeof(*larger.numbers));
	for (size_t i = 0; i < part->places; i++) {
		size_t place;

		if (part->hashes[i] == 0)
			continue;
		place = place_of(&larger, part->hashes[i]);
		larger.hashes[place] = part->hashes[i];
		memcpy(larger.numbers + place * units, part->numbers + i * units,
		       units * sizeof(*larger.numbers));
	}
	clear_part(part);
	*part = larger;
}

void evo_memo_put(struct evo_memo_table *table, uint64_t hash, const double *numbers)
{
	struct part *young = &table->young;
	size_t place;

	hash += hash == 0;
	if (young->count >= table->most) {
		clear_part(&table->old);
		table->old = *young;
		*young = (struct part){0};
	}
	if (2 * (young->count + 1) > young->places)
		grow(young, table->units);
	place = place_of(young, hash);
	young->count += young->hashes[place] == 0;
	young->hashes[place] = hash;
	memcpy(young->numbers + place * table->units, numbers, table->units * sizeof(*numbers));
}

const double *evo_memo_find(struct evo_memo_table *table, uint64_t hash)
{
	const double *found;

	hash += hash == 0;
	found = find(&table->young, table->units, hash);
	return found != NULL ? found : find(&table->old, table->units, hash);
}
