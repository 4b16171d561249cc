#include "config.h"
#include "buffers.h"

#include <stdlib.h>

void evo_buffers_clear(struct evo_buffers *buffers)
{
	for (size_t i = 0; i < buffers->count; i++)
		free(buffers->buffers[i].memory);
	free(buffers->buffers);
}

size_t evo_buffers_bytes(const struct evo_buffers *buffers)
{
	size_t bytes = 0;

	for (size_t i = 0; i < buffers->count; i++)
		bytes += sizeof *buffers->buffers + buffers->buffers[i].bytes;
	return bytes;
}

/* The smallest free one that is large enough, else the largest; EVO_NO_BUFFER if none is free. */
static size_t best_free(const struct evo_buffers *buffers, size_t bytes)
{
	size_t best = EVO_NO_BUFFER;

	for (size_t i = 0; i < buffers->count; i++) {
		const size_t room = buffers->buffers[i].bytes;
		const size_t found = best == EVO_NO_BUFFER ? 0 : buffers->buffers[best].bytes;

		if (buffers->buffers[i].taken)
			continue;
		if (best == EVO_NO_BUFFER ||
		    (found < bytes ? room > found : room >= bytes && room < found))
			best = i;
	}
	return best;
}

static size_t add_empty(struct evo_buffers *buffers)
{
	if (buffers->count == buffers->room) {
		buffers->room = 2 * buffers->room + 8;
		buffers->buffers =
		        evo_realloc(buffers->buffers, buffers->room, sizeof *buffers->buffers);
	}
	buffers->buffers[buffers->count] = (struct evo_buffer){0};
	return buffers->count++;
}

/* What is in it is of no use any more. */
static bool grow(struct evo_buffer *buffer, size_t bytes, struct evo_error *err)
{
	free(buffer->memory);
	buffer->bytes = 0;
	buffer->memory = evo_big_alloc(bytes, "evaluating expressions", err);
	if (!buffer->memory)
		return false;
	buffer->bytes = bytes;
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
	if (best == EVO_NO_BUFFER)
		best = add_empty(buffers);
	if (buffers->buffers[best].bytes < bytes && !grow(&buffers->buffers[best], bytes, err))
		return false;
	buffers->buffers[best].taken = true;
	buffers->taken += buffers->buffers[best].bytes;
	*buffer = best;
	return true;
}

void evo_buffers_give(struct evo_buffers *buffers, size_t buffer)
{
	if (buffer == EVO_NO_BUFFER)
		return;
	buffers->buffers[buffer].taken = false;
	buffers->taken -= buffers->buffers[buffer].bytes;
}

void evo_buffers_give_all(struct evo_buffers *buffers)
{
	for (size_t i = 0; i < buffers->count; i++)
		buffers->buffers[i].taken = false;
	buffers->taken = 0;
}

void *evo_buffers_memory(const struct evo_buffers *buffers, size_t buffer)
{
	return buffer == EVO_NO_BUFFER ? NULL : buffers->buffers[buffer].memory;
}
