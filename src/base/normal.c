/*
 * Normal deviates by the million, for weights: Philox and Box-Muller on LANES blocks at a time, in
 * loops that a compiler makes vectors of.
 *
 * Only exact or correctly rounded operations are used (integers, + - * and sqrt of float, no
 * library functions), so every instruction set gives the same bits.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "evoscope/base.h"
#include "philox.h"

#define LANES 32

struct lanes {
	uint32_t word[4][LANES];
};

EVO_CLONES
static void philox_lanes(const uint32_t key[2], uint64_t stream, uint64_t counter,
                         struct lanes *out)
{
	uint32_t *c0 = out->word[0], *c1 = out->word[1], *c2 = out->word[2], *c3 = out->word[3];
	uint32_t k0 = key[0], k1 = key[1];

	for (unsigned i = 0; i < LANES; i++) {
		c0[i] = (uint32_t) (counter + i);
		c1[i] = (uint32_t) ((counter + i) >> 32);
		c2[i] = (uint32_t) stream;
		c3[i] = (uint32_t) (stream >> 32);
	}
	for (int round = 0; round < PHILOX_ROUNDS; round++) {
		for (unsigned i = 0; i < LANES; i++) {
			uint64_t p0 = (uint64_t) PHILOX_M0 * c0[i],
			         p1 = (uint64_t) PHILOX_M1 * c2[i];
			c0[i] = (uint32_t) (p1 >> 32) ^ c1[i] ^ k0;
			c1[i] = (uint32_t) p1;
			c2[i] = (uint32_t) (p0 >> 32) ^ c3[i] ^ k1;
			c3[i] = (uint32_t) p0;
		}
		k0 += PHILOX_W0;
		k1 += PHILOX_W1;
	}
}

/* ln u for u in [2^-33, 1], within 2 units in the last place (coefficients: Cephes logf). */
static inline float log_of(float u)
{
	uint32_t bits;

	memcpy(&bits, &u, sizeof(bits));
	/* u = m 2^e with m in [sqrt(1/2), sqrt(2)) */
	uint32_t shifted = bits - 0x3f3504f3u;
	int32_t e = (int32_t) shifted >> 23;
	uint32_t mantissa = (shifted & 0x007fffffu) + 0x3f3504f3u;
	float m;
	memcpy(&m, &mantissa, sizeof(m));
	float x = m - 1.0f, z = x * x, p = 7.0376836292e-2f;
	p = p * x - 1.1514610310e-1f;
	p = p * x + 1.1676998740e-1f;
	p = p * x - 1.2420140846e-1f;
	p = p * x + 1.4249322787e-1f;
	p = p * x - 1.6668057665e-1f;
	p = p * x + 2.0000714765e-1f;
	p = p * x - 2.4999993993e-1f;
	p = p * x + 3.3333331174e-1f;
	float scale = (float) e;
	float y = x * z * p;
	y += -2.12194440e-4f * scale;
	y += -0.5f * z;
	return x + y + 0.693359375f * scale;
}

/* One Box-Muller pair from two words: a uniform in (0, 1] and an angle of the full turn. */
static inline void pair_of(uint32_t a, uint32_t b, float deviation, float *first, float *second)
{
	/* Halves and a shift keep the conversion signed, which every vector unit has. */
	float u = (float) (int32_t) (a >> 1) * 0x1p-31f + 0x1p-32f;
	float radius = sqrtf(-2.0f * log_of(u)) * deviation;

	/* The quarter turn by two bits, and an angle in [-pi/4, pi/4) by the other thirty. */
	uint32_t quarter = b >> 30;
	int32_t rest = (int32_t) (b & 0x3fffffffu) - 0x20000000;
	float t = (float) rest * (float) (1.57079632679489661923 * 0x1p-30);
	float z = t * t;
	float sine =
	        t + t * z * ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f);
	float cosine = 1.0f - 0.5f * z +
	               z * z *
	                       ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z +
	                        4.166664568298827e-2f);
	float flip = (quarter & 2u) != 0 ? -radius : radius;
	float along = (quarter & 1u) != 0 ? -sine : cosine;
	float across = (quarter & 1u) != 0 ? cosine : sine;
	*first = along * flip;
	*second = across * flip;
}

EVO_CLONES
static void normal_lanes(const struct lanes *words, float deviation, float out[4][LANES])
{
	for (unsigned i = 0; i < LANES; i++)
		pair_of(words->word[0][i], words->word[1][i], deviation, &out[0][i], &out[1][i]);
	for (unsigned i = 0; i < LANES; i++)
		pair_of(words->word[2][i], words->word[3][i], deviation, &out[2][i], &out[3][i]);
}

void evo_rng_normals(struct evo_rng *rng, float *out, size_t count, double deviation)
{
	struct lanes words;
	float normal[4][LANES];

	while (count > 0) {
		philox_lanes(rng->key, rng->stream, rng->counter, &words);
		normal_lanes(&words, (float) deviation, normal);
		size_t blocks = count < 4 * (size_t) LANES ? (count + 3) / 4 : LANES;
		size_t taken = count < 4 * (size_t) LANES ? count : 4 * (size_t) LANES;
		/* Number 4 b + w comes from word w of block b, however many are asked for. */
		for (size_t k = 0; k < taken; k++)
			out[k] = normal[k % 4][k / 4];
		rng->counter += blocks;
		out += taken;
		count -= taken;
	}
	rng->used = 4;
}
