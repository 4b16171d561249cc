/*
 * Texts numbered from 0 by first appearance: architectures to rows, functions to their numbers.
 */
#ifndef BENCH_INDEX_H
#define BENCH_INDEX_H

#include "evoscope/base.h"

struct evo_bench_index {
	char **texts; /* by number; the caller keeps them alive */
	uint64_t *hashes;
	size_t count, room;
	size_t *slots; /* open addressing: number + 1, or 0 */
	size_t slot_count;
};

void bench_index_init(struct evo_bench_index *index);
void bench_index_clear(struct evo_bench_index *index);

/* The number of a text, or index->count when it is not there. */
size_t bench_index_find(const struct evo_bench_index *index, const char *text);

/* The number of a text, which is added when it is not there. */
size_t bench_index_add(struct evo_bench_index *index, char *text, bool *added);

#endif
