/*
 * One thread's scratch memory for tensors: buffers that are used again. They lie side by side in
 * large pieces of memory, which the system can map by large pages.
 */
#ifndef EVOSCOPE_EXPR_BUFFERS_H
#define EVOSCOPE_EXPR_BUFFERS_H

#include "evoscope/base.h"

#define EVO_NO_BUFFER SIZE_MAX

struct evo_buffers {
	struct evo_arena memory;
	struct evo_buffer {
		char *memory;
		size_t bytes;
		bool taken;
	} * list;
	size_t count, room;
	size_t taken; /* bytes */
};

void evo_buffers_init(struct evo_buffers *buffers);
void evo_buffers_clear(struct evo_buffers *buffers);
size_t evo_buffers_bytes(const struct evo_buffers *buffers);
/* Takes one of that size at least; EVO_NO_BUFFER for nothing. False only for EVO_E_MEMORY. */
bool evo_buffers_take(struct evo_buffers *buffers, size_t bytes, size_t *buffer,
                      struct evo_error *err);
void evo_buffers_give(struct evo_buffers *buffers, size_t buffer);
/* Forgets all buffers, and keeps the memory for others. */
void evo_buffers_reset(struct evo_buffers *buffers);
/* NULL for EVO_NO_BUFFER. */
void *evo_buffers_memory(const struct evo_buffers *buffers, size_t buffer);

#endif
