/*
 * The store's memory: the probes' inputs, the blocks (kept, or held by someone), the workers'
 * workspaces and what is spare. Room is taken before it is filled. A block that nobody holds any
 * more stays when every worker could still extract the largest network seen beside it; else its
 * memory is spare: the next extraction takes it, which saves the system clearing new pages, or it
 * goes when somebody else needs the room.
 */
#include "config.h"
#include "store.h"

#include <math.h>
#include <stdlib.h>

/* Takes spare memory number i out of the list; its bytes stay counted as used. */
static struct spare spare_remove(struct evo_store *store, size_t i)
{
	const struct spare spare = store->spares[i];

	store->spares[i] = store->spares[--store->spare_count];
	store->spare_bytes -= spare.bytes;
	return spare;
}

static size_t smallest_spare(const struct evo_store *store)
{
	size_t smallest = 0;

	for (size_t i = 1; i < store->spare_count; i++) {
		if (store->spares[i].bytes < store->spares[smallest].bytes)
			smallest = i;
	}
	return smallest;
}

static bool drop_spare(struct evo_store *store)
{
	if (store->spare_count == 0)
		return false;
	const struct spare spare = spare_remove(store, smallest_spare(store));
	store->used -= spare.bytes;
	free(spare.memory);
	return true;
}

void store_give_back(struct evo_store *store, struct evo_block *block)
{
	if (block->bytes) {
		if (store->spare_count == store->workers)
			drop_spare(store);
		store->spares[store->spare_count++] = (struct spare){block->memory, block->bytes};
		store->spare_bytes += block->bytes;
		block->memory = NULL;
	}
	evo_block_destroy(block);
	pthread_cond_broadcast(&store->changed);
}

/* Spare memory for a block, not so large that much of it would be wasted; NULL: none. */
static struct spare take_spare(struct evo_store *store, size_t bytes)
{
	const size_t most = store->once ? SIZE_MAX : bytes + bytes / 4;

	for (size_t i = 0; i < store->spare_count && bytes; i++) {
		if (store->spares[i].bytes >= bytes && store->spares[i].bytes <= most)
			return spare_remove(store, i);
	}
	return (struct spare){NULL, 0};
}

/* Frees the kept block of the network that came last and that nobody holds. */
static bool evict_one(struct evo_store *store)
{
	for (size_t i = store->network_count; i-- > 0;) {
		struct network_entry *entry = store->networks[i];
		if (entry->block != NULL && entry->block->bytes && entry->block->held == 0) {
			store_give_back(store, entry->block);
			entry->block = NULL;
			store->kept--;
			return true;
		}
	}
	return false;
}

/* Nobody works in them. */
static bool drop_workspaces(struct evo_store *store)
{
	if (store->workspace_bytes == 0)
		return false;
	for (unsigned i = 0; i < store->workers; i++)
		evo_workspace_clear(&store->workspaces[i]);
	store->used -= store->workspace_bytes;
	store->workspace_bytes = 0;
	return true;
}

bool store_has_room(const struct evo_store *store, size_t bytes)
{
	return bytes <= store->limit - store->used;
}

void store_take_room(struct evo_store *store, size_t bytes)
{
	store->used += bytes;
	if (store->used > store->peak)
		store->peak = store->used;
}

bool store_make_room(struct evo_store *store, size_t bytes, const char *what, const char *options,
                     struct evo_error *err)
{
	if (drop_spare(store) || evict_one(store))
		return true;
	if (store->outstanding > 0) {
		pthread_cond_wait(&store->changed, &store->lock);
		return true;
	}
	return drop_workspaces(store) ||
	       evo_fail(err, EVO_E_MEMORY,
	                "%s %.0f MB, the memory for statistics is %zu MB: give more (--memory) or "
	                "a smaller probe (%s)",
	                what, floor(((double) bytes + (double) store->used) / 1e6) + 1,
	                store->limit / 1000000, options);
}

size_t store_growth(const struct evo_workspace *workspace, size_t work)
{
	return work > workspace->work_bytes ? work - workspace->work_bytes : 0;
}

/* How much to allocate for a block. Where all blocks are let go it is more than this one needs
   while that is easily had, so that a larger network does not begin anew with fresh pages. */
static size_t block_room(const struct evo_store *store, size_t block, size_t grow)
{
	const size_t generous = block + block / 2;
	const size_t share = (store->limit - store->used) / store->workers;

	return store->once && generous + grow <= share ? generous : block;
}

bool store_reserve(struct evo_store *store, size_t block, size_t work,
                   const struct evo_workspace *workspace, struct spare *room, struct evo_error *err)
{
	for (;;) {
		const size_t grow = store_growth(workspace, work);
		size_t more = grow;

		*room = (struct spare){NULL, 0};
		if (store_has_room(store, grow))
			*room = take_spare(store, block);
		if (room->memory == NULL) {
			room->bytes = block_room(store, block, grow);
			more += room->bytes;
		}
		if (store_has_room(store, more)) {
			store_take_room(store, more);
			break;
		}
		if (!store_make_room(store, more, "one network's statistics take",
		                     "--batch, --cells, --channels", err))
			return false;
	}
	if (block > store->largest_block)
		store->largest_block = block;
	store->outstanding++;
	return true;
}

bool store_worth_keeping(const struct evo_store *store, const struct evo_block *block)
{
	const size_t blocks = store->used - store->workspace_bytes - store->spare_bytes;
	const size_t largest = store->largest_block + store->largest_work;

	return !store->once &&
	       (block->bytes == 0 || blocks + store->workers * largest <= store->limit);
}
