/* Offsets for tensors with known lifetimes, so that what is dead makes room for what is not. */
#ifndef EVO_NET_MEMORY_H
#define EVO_NET_MEMORY_H

#include <stddef.h>

struct evo_lifetime {
	size_t bytes;
	size_t first, last; /* times at which it is in use, inclusive */
	size_t offset;      /* out */
};

/* Sets every offset; returns the bytes needed. Larger tensors are placed first, each at the lowest
   offset that no tensor of an overlapping lifetime takes. */
size_t evo_memory_plan(struct evo_lifetime *tensors, size_t count);

#endif
