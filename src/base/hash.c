/*
 * Hashes for names.
 */
#include "config.h"

#include <string.h>

#include "evoscope/base.h"

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)

/* The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h;
}

/* For given bytes every step is a bijection of the seed: different seeds never collide. */
uint64_t evo_hash(const void *bytes, size_t length, uint64_t seed)
{
	const unsigned char *data = bytes;
	uint64_t h = FNV_OFFSET ^ mix(seed);

	for (size_t i = 0; i < length; i++) {
		h ^= data[i];
		h *= FNV_PRIME;
	}
	return mix(h);
}

uint64_t evo_hash_text(const char *text)
{
	return evo_hash(text, strlen(text), 0);
}
