/*
 * Buffers that are used again: one thread's scratch memory for tensors.
 */
#ifndef EVOSCOPE_EXPR_BUFFERS_H
#define EVOSCOPE_EXPR_BUFFERS_H

#include "evoscope/base.h"

#define EVO_NO_BUFFER SIZE_MAX

struct evo_buffers {
	struct evo_buffer {
		char *memory;
		size_t bytes;
		bool taken;
	} * buffers;
	size_t count, room;
	size_t taken; /* bytes */
};

void evo_buffers_clear(struct evo_buffers *buffers);
size_t evo_buffers_bytes(const struct evo_buffers *buffers);
/* Takes one of that size at least; EVO_NO_BUFFER for nothing. False only for EVO_E_MEMORY. */
bool evo_buffers_take(struct evo_buffers *buffers, size_t bytes, size_t *buffer,
                      struct evo_error *err);
void evo_buffers_give(struct evo_buffers *buffers, size_t buffer);
void evo_buffers_give_all(struct evo_buffers *buffers);
/* NULL for EVO_NO_BUFFER. */
void *evo_buffers_memory(const struct evo_buffers *buffers, size_t buffer);

#endif
