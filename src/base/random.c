/*
 * Counter-based random streams, one number at a time. normal.c draws many normal ones at once.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "evoscope/base.h"
#include "philox.h"

/* The counter of block n of a stream is (n, index): 2^64 blocks a stream, 2^64 streams a key. */
static void next_block(struct evo_rng *rng)
{
	uint32_t c0 = (uint32_t) rng->counter, c1 = (uint32_t) (rng->counter >> 32);
	uint32_t c2 = (uint32_t) rng->stream, c3 = (uint32_t) (rng->stream >> 32);
	uint32_t k0 = rng->key[0], k1 = rng->key[1];

	for (int round = 0; round < PHILOX_ROUNDS; round++) {
		uint64_t p0 = (uint64_t) PHILOX_M0 * c0, p1 = (uint64_t) PHILOX_M1 * c2;
		c0 = (uint32_t) (p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t) p1;
		c2 = (uint32_t) (p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t) p0;
		k0 += PHILOX_W0;
		k1 += PHILOX_W1;
	}
	rng->block[0] = c0;
	rng->block[1] = c1;
	rng->block[2] = c2;
	rng->block[3] = c3;
	rng->counter++;
	rng->used = 0;
}

struct evo_rng evo_rng_stream(uint64_t seed, const char *purpose, uint64_t index)
{
	uint64_t key = evo_hash(purpose, strlen(purpose), seed);

	return (struct evo_rng){
	        .key = {(uint32_t) key, (uint32_t) (key >> 32)},
	        .stream = index,
	        .used = 4,
	};
}

uint64_t evo_rng_u64(struct evo_rng *rng)
{
	if (rng->used > 2)
		next_block(rng);
	uint64_t low = rng->block[rng->used], high = rng->block[rng->used + 1];
	rng->used += 2;
	return high << 32 | low;
}

double evo_rng_uniform(struct evo_rng *rng)
{
	return (double) (evo_rng_u64(rng) >> 11) * 0x1p-53;
}

size_t evo_rng_below(struct evo_rng *rng, size_t bound)
{
	uint64_t range = bound, value;

	/* Of 2^64 values the first (2^64 mod bound) are refused, so that each rest is as likely.
	   They are below the bound, which saves the second division nearly always. */
	do
		value = evo_rng_u64(rng);
	while (value < range && value < (0 - range) % range);
	return (size_t) (value % range);
}

/* Box and Muller, "A note on the generation of random normal deviates", 1958. */
double evo_rng_normal(struct evo_rng *rng)
{
	if (rng->has_spare) {
		rng->has_spare = false;
		return rng->spare;
	}
	double radius = sqrt(-2.0 * log(1.0 - evo_rng_uniform(rng)));
	double angle = 2.0 * 3.14159265358979323846 * evo_rng_uniform(rng);
	rng->spare = radius * sin(angle);
	rng->has_spare = true;
	return radius * cos(angle);
}

void evo_rng_shuffle(struct evo_rng *rng, size_t *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = evo_rng_below(rng, i);
		size_t item = items[i - 1];
		items[i - 1] = items[j];
		items[j] = item;
	}
}
