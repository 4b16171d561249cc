/*
 * Arenas: memory that dies together, from a chain of growing blocks.
 */
#include "config.h"

#include <stdlib.h>

#include "evoscope/base.h"

#define ALIGNMENT   ((size_t) 64)
#define FIRST_BLOCK ((size_t) 64 << 10)
#define LAST_BLOCK  ((size_t) 64 << 20) /* blocks double up to here */

/* The header takes one whole alignment unit, so that what follows it is aligned. */
struct evo_arena_block {
	struct evo_arena_block *next;
	size_t size, used;
};
_Static_assert(sizeof(struct evo_arena_block) <= 64, "the header fits in one alignment unit");

void evo_arena_init(struct evo_arena *arena)
{
	*arena = (struct evo_arena){0};
}

static struct evo_arena_block *block_create(size_t size, struct evo_error *err)
{
	struct evo_arena_block *block = evo_big_alloc(ALIGNMENT + size, "working memory", err);

	if (block != NULL)
		*block = (struct evo_arena_block){.size = size};
	return block;
}

/* The first block from the current one on that has room; a new one after the last when none has.
   Blocks that are passed over stay unused until the next reset. */
static struct evo_arena_block *block_with_room(struct evo_arena *arena, size_t bytes,
                                               struct evo_error *err)
{
	struct evo_arena_block *last = NULL;

	for (struct evo_arena_block *b = arena->current; b != NULL; last = b, b = b->next)
		if (b->size - b->used >= bytes)
			return b;

	size_t size = last == NULL ? FIRST_BLOCK : last->size;
	if (last != NULL && size < LAST_BLOCK)
		size *= 2;
	if (size > LAST_BLOCK)
		size = LAST_BLOCK;
	struct evo_arena_block *block = block_create(size > bytes ? size : bytes, err);
	if (block == NULL)
		return NULL;
	if (last == NULL)
		arena->first = block;
	else
		last->next = block;
	return block;
}

void *evo_arena_alloc(struct evo_arena *arena, size_t bytes, struct evo_error *err)
{
	if (bytes > PTRDIFF_MAX - 2 * ALIGNMENT) {
		evo_fail(err, EVO_E_MEMORY, "not enough memory for working memory (%zu bytes)",
		         bytes);
		return NULL;
	}
	bytes = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct evo_arena_block *block = block_with_room(arena, bytes, err);
	if (block == NULL)
		return NULL;
	void *memory = (char *) block + ALIGNMENT + block->used;
	block->used += bytes;
	arena->current = block;
	arena->used += bytes;
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return memory;
}

void evo_arena_reset(struct evo_arena *arena)
{
	for (struct evo_arena_block *b = arena->first; b != NULL; b = b->next)
		b->used = 0;
	arena->current = arena->first;
	arena->used = 0;
}

void evo_arena_clear(struct evo_arena *arena)
{
	struct evo_arena_block *block = arena->first;

	while (block != NULL) {
		struct evo_arena_block *next = block->next;
		free(block);
		block = next;
	}
	*arena = (struct evo_arena){0};
}
