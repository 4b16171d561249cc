/* The store: which networks there are, and whose statistics are kept. */
#include "config.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

struct evo_store *evo_store_create(size_t memory, unsigned workers, struct evo_error *err)
{
	if (memory == 0) {
		evo_fail(err, EVO_E_USAGE, "the memory for statistics must be more than 0");
		return NULL;
	}
	struct evo_store *store = evo_calloc(1, sizeof(*store));
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->changed, NULL);
	store->limit = memory;
	store->workers = workers;
	store->workspaces = evo_calloc(workers, sizeof(*store->workspaces));
	store->spares = evo_calloc(workers, sizeof(*store->spares));
	return store;
}

void evo_store_destroy(struct evo_store *store)
{
	if (store == NULL)
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
	evo_map_clear(&store->numbers);
	free(store->workspaces);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->lock);
	free(store);
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

	while (!store_has_room(store, bytes)) {
		if (!store_make_room(store, bytes, "a probe's images take", "--batch, --image",
		                     err))
			return false;
	}
	store_take_room(store, bytes);
	/* Somebody else may have added it while this one waited for room. */
	*number = find_probe(store, probe);
	if (*number < store->probe_count) {
		store->used -= bytes;
		return true;
	}
	struct probe_entry *entry = evo_calloc(1, sizeof(*entry));
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

void evo_store_expect(struct evo_store *store, evo_needs needs)
{
	pthread_mutex_lock(&store->lock);
	store->expected = needs;
	pthread_mutex_unlock(&store->lock);
}

/* A label beyond the outputs would be read from beside the logits. */
static bool check_labels(const struct evo_probe *probe, const unsigned short *labels,
                         struct evo_error *err)
{
	for (size_t i = 0; labels != NULL && i < probe->batch; i++)
		if (labels[i] >= probe->macro.classes)
			return evo_fail(err, EVO_E_INPUT,
			                "image %zu has label %u, and the network has %zu outputs",
			                i, labels[i], probe->macro.classes);
	return true;
}

bool evo_store_probe(struct evo_store *store, const struct evo_probe *probe, const float *images,
                     const unsigned short *labels, size_t *number, struct evo_error *err)
{
	if (!probe->space->check_macro(&probe->macro, err))
		return false;
	if (probe->batch == 0)
		return evo_fail(err, EVO_E_USAGE, "the batch must be at least 1");
	if (!check_labels(probe, labels, err))
		return false;
	pthread_mutex_lock(&store->lock);
	*number = find_probe(store, probe);
	const bool good = *number < store->probe_count ||
	                  add_probe(store, probe, images, labels, number, err);
	pthread_mutex_unlock(&store->lock);
	return good;
}

struct wanted {
	const struct evo_store *store;
	size_t probe;
	const char *architecture;
};

static bool same_network(const void *context, size_t number)
{
	const struct wanted *wanted = context;
	const struct network_entry *entry = wanted->store->networks[number];

	return entry->probe == wanted->probe &&
	       strcmp(entry->architecture, wanted->architecture) == 0;
}

static size_t add_network(struct evo_store *store, size_t probe, const char *architecture)
{
	const struct wanted wanted = {store, probe, architecture};
	const uint64_t hash = evo_hash(architecture, strlen(architecture), probe);
	const size_t number = evo_map_find(&store->numbers, hash, same_network, &wanted);

	if (number < store->network_count)
		return number;
	store->networks = evo_grown_by_one(store->networks, &store->network_capacity, number,
	                                   sizeof(struct network_entry *));
	struct network_entry *entry = evo_calloc(1, sizeof(*entry));
	entry->probe = probe;
	entry->architecture = evo_strdup(architecture);
	store->networks[store->network_count++] = entry;
	return evo_map_add(&store->numbers, hash);
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

/* Would all networks fit that are not kept yet, if they took as much as this one? */
static bool all_fit(const struct evo_store *store, const struct evo_extraction *extraction)
{
	const double blocks =
	        (double) (store->network_count - store->kept) * (double) extraction->block_bytes;
	const double work = (double) store->workers * (double) extraction->work_bytes;

	return (double) store->used + blocks + work < (double) store->limit;
}

/* Plans the extraction of a busy network, with what is expected if that can be kept; called and
   left with the lock held. */
static struct evo_extraction *plan(struct evo_store *store, const struct network_entry *entry,
                                   evo_needs needs, struct evo_error *err)
{
	const struct evo_probe *probe = &store->probes[entry->probe]->probe;
	const evo_needs more = needs | store->expected;
	struct evo_extraction *extraction;

	pthread_mutex_unlock(&store->lock);
	extraction = evo_extraction_plan(probe, entry->architecture, more, err);
	pthread_mutex_lock(&store->lock);
	if (extraction == NULL || more == needs || all_fit(store, extraction))
		return extraction;
	pthread_mutex_unlock(&store->lock);
	evo_extraction_destroy(extraction);
	extraction = evo_extraction_plan(probe, entry->architecture, needs, err);
	pthread_mutex_lock(&store->lock);
	return extraction;
}

/* Plans and runs the extraction of a busy network; called and left with the lock held. */
static struct evo_block *extract(struct evo_store *store, struct network_entry *entry,
                                 evo_needs needs, unsigned worker, struct evo_error *err)
{
	const struct probe_entry *probe = store->probes[entry->probe];
	struct evo_workspace *workspace = &store->workspaces[worker];
	struct evo_block *block = NULL;
	struct evo_extraction *extraction = plan(store, entry, needs, err);

	if (extraction == NULL)
		return NULL;
	if (extraction->work_bytes > store->largest_work)
		store->largest_work = extraction->work_bytes;
	struct spare room;
	if (store_reserve(store, extraction->block_bytes, extraction->work_bytes, workspace, &room,
	                  err)) {
		const size_t before = workspace->work_bytes;
		const size_t grow = store_growth(workspace, extraction->work_bytes);
		pthread_mutex_unlock(&store->lock);
		const double begin = evo_now();
		if (room.memory == NULL && room.bytes)
			room.memory = evo_big_alloc(room.bytes, "a network's statistics", err);
		if (room.memory != NULL || !room.bytes)
			block = evo_extraction_run(extraction, probe->inputs, probe->labels,
			                           workspace, room.memory, err);
		const double seconds = evo_now() - begin;
		pthread_mutex_lock(&store->lock);
		store->extractions++;
		store->extract_seconds += seconds;
		if (workspace->profile != NULL)
			workspace->profile->seconds += seconds;
		/* The workspace grew as planned, or was lost in trying. */
		store->used = store->used - grow - before + workspace->work_bytes;
		store->workspace_bytes = store->workspace_bytes - before + workspace->work_bytes;
		if (block != NULL)
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

	if (block == NULL)
		return;
	entry->block = NULL;
	store->kept--;
	if (block->held)
		block->orphan = true;
	else
		store_give_back(store, block);
}

/* Classic proxies that were had: they cost passes, so their values are taken over. */
struct had {
	evo_needs which;
	double values[EVO_CLASSICS];
};

static struct had had_of(const struct evo_block *block)
{
	struct had had = {0};

	if (block != NULL) {
		had.which = block->stats.has & EVO_NEEDS_CLASSIC;
		memcpy(had.values, block->stats.classic, sizeof(had.values));
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
	if (entry->block != NULL && (needs & ~entry->block->stats.has) == 0) {
		block = entry->block;
		if (block->held++ == 0)
			store->outstanding++;
		store->hits++;
	} else {
		/* What was had before will be asked for again; when all of it is too much, less. */
		const evo_needs all = needs | (entry->block != NULL ? entry->block->stats.has : 0);
		const struct had had = had_of(entry->block);
		struct evo_error ignored = {0};
		entry->busy = true;
		detach(store, entry);
		block = extract(store, entry, all & ~had.which, worker,
		                all == needs ? err : &ignored);
		if (block == NULL && all != needs)
			block = extract(store, entry, needs & ~had.which, worker, err);
		entry->busy = false;
		if (block != NULL) {
			take_over(&block->stats, &had);
			block->held = 1;
			entry->block = block;
			store->kept++;
		}
		pthread_cond_broadcast(&store->changed);
	}
	pthread_mutex_unlock(&store->lock);
	return block != NULL ? &block->stats : NULL;
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
			store_give_back(store, block);
		else if (!store_worth_keeping(store, block))
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
