/* The store's inside: what it holds, and its memory. All of this is under the store's lock. */
#ifndef EVO_STATS_STORE_H
#define EVO_STATS_STORE_H

#include "extract.h"

#include <pthread.h>

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

/* Memory of a block that is gone. */
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
	evo_needs expected;   /* what will be asked for sooner or later */
	struct spare *spares; /* at most one a worker; part of used */
	size_t spare_count, spare_bytes;

	struct probe_entry **probes;
	size_t probe_count;
	struct network_entry **networks;
	size_t network_count, network_capacity;
	struct evo_map numbers; /* of networks, by probe and architecture */

	size_t hits, extractions, kept;
	double extract_seconds;
};

/* ---- store_memory.c -------------------------------------------------------------------------- */

/* A block that nobody has any more. */
void store_give_back(struct evo_store *store, struct evo_block *block);

bool store_has_room(const struct evo_store *store, size_t bytes);
/* Counts them as used. */
void store_take_room(struct evo_store *store, size_t bytes);
/*
 * Where there is no room for so many bytes: one step towards it. Whoever waits in here holds no
 * memory, so with nothing outstanding all that is in use are inputs. what: "one network's
 * statistics take"; options: those that make it less.
 */
bool store_make_room(struct evo_store *store, size_t bytes, const char *what, const char *options,
                     struct evo_error *err);

/* By how much a workspace has to grow. */
size_t store_growth(const struct evo_workspace *workspace, size_t work);

/*
 * Room for a block and for a workspace of so many bytes. *room: memory for the block where there
 * is some to be used again, else how much to allocate.
 */
bool store_reserve(struct evo_store *store, size_t block, size_t work,
                   const struct evo_workspace *workspace, struct spare *room,
                   struct evo_error *err);

/* May a block that is let go stay? Scalars are no burden. */
bool store_worth_keeping(const struct evo_store *store, const struct evo_block *block);

#endif
