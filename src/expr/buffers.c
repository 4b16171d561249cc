/*
 * Buffers of scratch memory: the one that fits best is taken, and what is given back serves again.
 */
#include "config.h"
#include "buffers.h"

#include <stdlib.h>

void evo_buffers_init(struct evo_buffers *buffers)
{
	*buffers = (struct evo_buffers){0};
	evo_arena_init(&buffers->memory);
}

void evo_buffers_clear(struct evo_buffers *buffers)
{
	evo_arena_clear(&buffers->memory);
	free(buffers->list);
}

size_t evo_buffers_bytes(const struct evo_buffers *buffers)
{
	return buffers->memory.peak + buffers->room * sizeof(*buffers->list);
}

/* The smallest free one that is large enough. */
static size_t best_free(const struct evo_buffers *buffers, size_t bytes)
{
	size_t best = EVO_NO_BUFFER;

	for (size_t i = 0; i < buffers->count; i++) {
		const struct evo_buffer *buffer = &buffers->list[i];

		if (!buffer->taken && buffer->bytes >= bytes &&
		    (best == EVO_NO_BUFFER || buffer->bytes < buffers->list[best].bytes))
			best = i;
	}
	return best;
}

static bool add(struct evo_buffers *buffers, size_t bytes, struct evo_error *err)
{
	void *memory = evo_arena_alloc(&buffers->memory, bytes, err);

	if (memory == NULL)
		return false;
	if (buffers->count == buffers->room) {
		buffers->room = 2 * buffers->room + 8;
		buffers->list = evo_realloc(buffers->list, buffers->room, sizeof(*buffers->list));
	}
	buffers->list[buffers->count++] = (struct evo_buffer){.memory = memory, .bytes = bytes};
	return true;
}

bool evo_buffers_take(struct evo_buffers *buffers, size_t bytes, size_t *buffer,
                      struct evo_error *err)
{
	size_t best;

	*buffer = EVO_NO_BUFFER;
	if (bytes == 0)
		return true;
	best = best_free(buffers, bytes);
	if (best == EVO_NO_BUFFER) {
		if (!add(buffers, bytes, err))
			return false;
		best = buffers->count - 1;
	}
	buffers->list[best].taken = true;
	buffers->taken += buffers->list[best].bytes;
	*buffer = best;
	return true;
}

void evo_buffers_give(struct evo_buffers *buffers, size_t buffer)
{
	if (buffer == EVO_NO_BUFFER)
		return;
	buffers->list[buffer].taken = false;
	buffers->taken -= buffers->list[buffer].bytes;
}

void evo_buffers_reset(struct evo_buffers *buffers)
{
	evo_arena_reset(&buffers->memory);
	buffers->count = buffers->taken = 0;
}

void *evo_buffers_memory(const struct evo_buffers *buffers, size_t buffer)
{
	return buffer == EVO_NO_BUFFER ? NULL : buffers->list[buffer].memory;
}
