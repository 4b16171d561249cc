/*
 * The store: which networks there are, whose statistics are kept, and the memory budget.
 *
 * Memory in use is the probes' inputs, the blocks (kept, or held by someone) and the workers'
 * workspaces. Room is taken before it is filled. A block that nobody holds any more stays when
 * every worker could still extract the largest network seen beside it; else its memory is spare:
 * the next extraction takes it, which saves the system clearing new pages, or it goes when somebody
 * else needs the room.
 */
#include "config.h"
#include "evoscope/stats.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "extract.h"

struct probe_entry {
	struct evo_probe probe;
	float *inputs[EVO_PASSES];
	unsigned short *labels; /* of the data */
};

struct network_entry {
	size_t probe;
	char *architecture;
	struct evo_block *block; /* NULL: nothing kept */
	bool busy;               /* being extracted */
};

struct spare {
	void *memory;
	size_t bytes;
};

struct evo_store {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* an extraction has ended, or memory was given back */
	size_t limit, used, peak, largest_block, largest_work;
	size_t workspace_bytes; /* of all workers; part of used */
	size_t outstanding;     /* extractions going and blocks held */
	struct evo_workspace *workspaces;
	unsigned workers;
	bool once;            /* nothing is kept */
	struct spare *spares; /* at most one a worker; part of used */
	size_t spare_count, spare_bytes;

	struct probe_entry **probes;
	size_t probe_count;
	struct network_entry **networks;
	size_t network_count, network_capacity;
	size_t *index; /* open addressing by probe and architecture; network number + 1, 0 is free */
	size_t index_size;

	size_t hits, extractions, kept;
	double extract_seconds;
};

struct evo_store *evo_store_create(size_t memory, unsigned workers, struct evo_error *err)
{
	if (memory == 0) {
		evo_fail(err, EVO_E_USAGE, "the memory for statistics must be more than 0");
		return NULL;
	}
	struct evo_store *store = evo_calloc(1, sizeof *store);
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->changed, NULL);
	store->limit = memory;
	store->workers = workers;
	store->workspaces = evo_calloc(workers, sizeof *store->workspaces);
	store->spares = evo_calloc(workers, sizeof *store->spares);
	store->index_size = 64;
	store->index = evo_calloc(store->index_size, sizeof *store->index);
	return store;
}

void evo_store_destroy(struct evo_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->network_count; i++) {
		evo_block_destroy(store->networks[i]->block);
		free(store->networks[i]->architecture);
		free(store->networks[i]);
	}
	for (size_t i = 0; i < store->probe_count; i++) {
		for (int pass = 0; pass < EVO_PASSES; pass++)
			free(store->probes[i]->inputs[pass]);
		free(store->probes[i]->labels);
		free(store->probes[i]);
	}
	for (unsigned i = 0; i < store->workers; i++)
		evo_workspace_clear(&store->workspaces[i]);
	for (size_t i = 0; i < store->spare_count; i++)
		free(store->spares[i].memory);
	free(store->spares);
	free(store->networks);
	free(store->probes);
	free(store->index);
	free(store->workspaces);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

/* ---- Memory: all of this under the lock ------------------------------------------------------ */

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

static void give_back(struct evo_store *store, struct evo_block *block)
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
		if (entry->block && entry->block->bytes && entry->block->held == 0) {
			give_back(store, entry->block);
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

static bool has_room(const struct evo_store *store, size_t bytes)
{
	return bytes <= store->limit - store->used;
}

static void take_room(struct evo_store *store, size_t bytes)
{
	store->used += bytes;
	if (store->used > store->peak)
		store->peak = store->used;
}

/*
 * Where there is no room for so many bytes: one step towards it. Whoever waits in here holds no
 * memory, so with nothing outstanding all that is in use are inputs. what: "one network's
 * statistics take"; options: those that make it less.
 */
static bool make_room(struct evo_store *store, size_t bytes, const char *what, const char *options,
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

/* By how much a workspace has to grow. */
static size_t growth(const struct evo_workspace *workspace, size_t work)
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

/*
 * Room for a block and for a workspace of so many bytes. *room: memory for the block where there
 * is some to be used again, else how much to allocate.
 */
static bool reserve(struct evo_store *store, size_t block, size_t work,
                    const struct evo_workspace *workspace, struct spare *room,
                    struct evo_error *err)
{
	for (;;) {
		const size_t grow = growth(workspace, work);
		size_t more = grow;

		*room = (struct spare){NULL, 0};
		if (has_room(store, grow))
			*room = take_spare(store, block);
		if (!room->memory) {
			room->bytes = block_room(store, block, grow);
			more += room->bytes;
		}
		if (has_room(store, more)) {
			take_room(store, more);
			break;
		}
		if (!make_room(store, more, "one network's statistics take",
		               "--batch, --cells, --channels", err))
			return false;
	}
	if (block > store->largest_block)
		store->largest_block = block;
	store->outstanding++;
	return true;
}

/* May a block that is let go stay? Scalars are no burden. */
static bool worth_keeping(const struct evo_store *store, const struct evo_block *block)
{
	const size_t blocks = store->used - store->workspace_bytes - store->spare_bytes;
	const size_t largest = store->largest_block + store->largest_work;

	return !store->once &&
	       (block->bytes == 0 || blocks + store->workers * largest <= store->limit);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static size_t find_probe(const struct evo_store *store, const struct evo_probe *probe)
{
	size_t i = 0;

	while (i < store->probe_count && !evo_probe_equal(&store->probes[i]->probe, probe))
		i++;
	return i;
}

/* Of all passes, with the labels; SIZE_MAX when it is more than a number holds. */
static size_t input_bytes(const struct evo_probe *probe)
{
	const size_t image =
	        EVO_PASSES * 3 * probe->macro.side * probe->macro.side * sizeof(float) +
	        sizeof(unsigned short);

	return probe->batch > SIZE_MAX / image ? SIZE_MAX : probe->batch * image;
}

static bool add_probe(struct evo_store *store, const struct evo_probe *probe, const float *images,
                      const unsigned short *labels, size_t *number, struct evo_error *err)
{
	const size_t bytes = input_bytes(probe);

	while (!has_room(store, bytes)) {
		if (!make_room(store, bytes, "a probe's images take", "--batch, --image", err))
			return false;
	}
	take_room(store, bytes);
	/* Somebody else may have added it while this one waited for room. */
	*number = find_probe(store, probe);
	if (*number < store->probe_count) {
		store->used -= bytes;
		return true;
	}
	struct probe_entry *entry = evo_calloc(1, sizeof *entry);
	entry->probe = *probe;
	if (!evo_probe_inputs(probe, images, entry->inputs, err)) {
		store->used -= bytes;
		free(entry);
		return false;
	}
	entry->labels = evo_probe_labels(probe, labels);
	store->probes =
	        evo_realloc(store->probes, store->probe_count + 1, sizeof(struct probe_entry *));
	store->probes[store->probe_count++] = entry;
	return true;
}

void evo_store_profile(struct evo_store *store, struct evo_extract_profile *profile)
{
	store->workspaces[0].profile = profile;
}

void evo_store_once(struct evo_store *store)
{
	store->once = true;
}

bool evo_store_probe(struct evo_store *store, const struct evo_probe *probe, const float *images,
                     const unsigned short *labels, size_t *number, struct evo_error *err)
{
	if (!probe->space->check_macro(&probe->macro, err))
		return false;
	if (probe->batch == 0)
		return evo_fail(err, EVO_E_USAGE, "the batch must be at least 1");
	pthread_mutex_lock(&store->lock);
	*number = find_probe(store, probe);
	const bool good = *number < store->probe_count ||
	                  add_probe(store, probe, images, labels, number, err);
	pthread_mutex_unlock(&store->lock);
	return good;
}

/* Where in the index a network is, or would go. */
static size_t slot_of(const struct evo_store *store, size_t probe, const char *architecture)
{
	size_t slot = evo_hash(architecture, strlen(architecture), probe) % store->index_size;

	while (store->index[slot]) {
		const struct network_entry *entry = store->networks[store->index[slot] - 1];
		if (entry->probe == probe && strcmp(entry->architecture, architecture) == 0)
			break;
		slot = (slot + 1) % store->index_size;
	}
	return slot;
}

static void index_grow(struct evo_store *store)
{
	free(store->index);
	store->index_size *= 2;
	store->index = evo_calloc(store->index_size, sizeof *store->index);
	for (size_t i = 0; i < store->network_count; i++) {
		const struct network_entry *entry = store->networks[i];
		store->index[slot_of(store, entry->probe, entry->architecture)] = i + 1;
	}
}

static size_t add_network(struct evo_store *store, size_t probe, const char *architecture)
{
	if (2 * (store->network_count + 1) > store->index_size)
		index_grow(store);
	const size_t slot = slot_of(store, probe, architecture);
	if (store->index[slot])
		return store->index[slot] - 1;
	if (store->network_count == store->network_capacity) {
		store->network_capacity =
		        store->network_capacity ? 2 * store->network_capacity : 64;
		store->networks = evo_realloc(store->networks, store->network_capacity,
		                              sizeof(struct network_entry *));
	}
	struct network_entry *entry = evo_calloc(1, sizeof *entry);
	entry->probe = probe;
	entry->architecture = evo_strdup(architecture);
	store->networks[store->network_count++] = entry;
	store->index[slot] = store->network_count;
	return store->network_count - 1;
}

bool evo_store_network(struct evo_store *store, size_t probe, const char *architecture,
                       size_t *number, struct evo_error *err)
{
	pthread_mutex_lock(&store->lock);
	const struct evo_space *space = store->probes[probe]->probe.space;
	const bool good = space->check(architecture, err);
	if (good)
		*number = add_network(store, probe, architecture);
	pthread_mutex_unlock(&store->lock);
	return good;
}

/* ---- Acquire and release --------------------------------------------------------------------- */

/* Plans and runs the extraction of a busy network; called and left with the lock held. */
static struct evo_block *extract(struct evo_store *store, struct network_entry *entry,
                                 evo_needs needs, unsigned worker, struct evo_error *err)
{
	const struct probe_entry *probe = store->probes[entry->probe];
	struct evo_workspace *workspace = &store->workspaces[worker];
	struct evo_block *block = NULL;

	pthread_mutex_unlock(&store->lock);
	struct evo_extraction *extraction =
	        evo_extraction_plan(&probe->probe, entry->architecture, needs, err);
	pthread_mutex_lock(&store->lock);
	if (!extraction)
		return NULL;
	if (extraction->work_bytes > store->largest_work)
		store->largest_work = extraction->work_bytes;
	struct spare room;
	if (reserve(store, extraction->block_bytes, extraction->work_bytes, workspace, &room,
	            err)) {
		const size_t before = workspace->work_bytes;
		const size_t grow = growth(workspace, extraction->work_bytes);
		pthread_mutex_unlock(&store->lock);
		const double begin = evo_now();
		if (!room.memory && room.bytes)
			room.memory = evo_big_alloc(room.bytes, "a network's statistics", err);
		if (room.memory || !room.bytes)
			block = evo_extraction_run(extraction, probe->inputs, probe->labels,
			                           workspace, room.memory, err);
		const double seconds = evo_now() - begin;
		pthread_mutex_lock(&store->lock);
		store->extractions++;
		store->extract_seconds += seconds;
		if (workspace->profile)
			workspace->profile->seconds += seconds;
		/* The workspace grew as planned, or was lost in trying. */
		store->used = store->used - grow - before + workspace->work_bytes;
		store->workspace_bytes = store->workspace_bytes - before + workspace->work_bytes;
		if (block)
			block->bytes = room.bytes;
		else {
			store->used -= room.bytes;
			store->outstanding--;
		}
	}
	evo_extraction_destroy(extraction);
	return block;
}

/* Takes the network's block away: it lives on only while somebody holds it. */
static void detach(struct evo_store *store, struct network_entry *entry)
{
	struct evo_block *block = entry->block;

	if (!block)
		return;
	entry->block = NULL;
	store->kept--;
	if (block->held)
		block->orphan = true;
	else
		give_back(store, block);
}

/* Classic proxies that were had: they cost passes, so their values are taken over. */
struct had {
	evo_needs which;
	double values[EVO_CLASSICS];
};

static struct had had_of(const struct evo_block *block)
{
	struct had had = {0};

	if (block) {
		had.which = block->stats.has & EVO_NEEDS_CLASSIC;
		memcpy(had.values, block->stats.classic, sizeof had.values);
	}
	return had;
}

static void take_over(struct evo_stats *stats, const struct had *had)
{
	stats->has |= had->which;
	for (size_t i = 0; i < EVO_CLASSICS; i++) {
		if (had->which & EVO_NEED(EVO_CLASSIC_FIRST + i))
			stats->classic[i] = had->values[i];
	}
}

const struct evo_stats *evo_store_acquire(struct evo_store *store, size_t network, evo_needs needs,
                                          unsigned worker, struct evo_error *err)
{
	struct evo_block *block = NULL;

	pthread_mutex_lock(&store->lock);
	struct network_entry *entry = store->networks[network];
	while (entry->busy)
		pthread_cond_wait(&store->changed, &store->lock);
	if (entry->block && (needs & ~entry->block->stats.has) == 0) {
		block = entry->block;
		if (block->held++ == 0)
			store->outstanding++;
		store->hits++;
	} else {
		/* What was had before will be asked for again; when all of it is too much, less. */
		const evo_needs all = needs | (entry->block ? entry->block->stats.has : 0);
		const struct had had = had_of(entry->block);
		struct evo_error ignored = {0};
		entry->busy = true;
		detach(store, entry);
		block = extract(store, entry, all & ~had.which, worker,
		                all == needs ? err : &ignored);
		if (!block && all != needs)
			block = extract(store, entry, needs & ~had.which, worker, err);
		entry->busy = false;
		if (block) {
			take_over(&block->stats, &had);
			block->held = 1;
			entry->block = block;
			store->kept++;
		}
		pthread_cond_broadcast(&store->changed);
	}
	pthread_mutex_unlock(&store->lock);
	return block ? &block->stats : NULL;
}

void evo_store_release(struct evo_store *store, size_t network, const struct evo_stats *stats)
{
	/* stats is the first member of its block, which the store owns. */
	struct evo_block *block = (struct evo_block *) (uintptr_t) stats;

	pthread_mutex_lock(&store->lock);
	struct network_entry *entry = store->networks[network];
	if (--block->held == 0) {
		store->outstanding--;
		if (block->orphan)
			give_back(store, block);
		else if (!worth_keeping(store, block))
			detach(store, entry);
		pthread_cond_broadcast(&store->changed);
	}
	pthread_mutex_unlock(&store->lock);
}

struct evo_store_report evo_store_report(struct evo_store *store)
{
	struct evo_store_report report;

	pthread_mutex_lock(&store->lock);
	report = (struct evo_store_report){
	        .networks = store->network_count,
	        .kept = store->kept,
	        .bytes = store->used,
	        .peak = store->peak,
	        .limit = store->limit,
	        .hits = store->hits,
	        .extractions = store->extractions,
	        .extract_seconds = store->extract_seconds,
	};
	pthread_mutex_unlock(&store->lock);
	return report;
}
