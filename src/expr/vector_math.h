/*
 * exp, log, sigmoid and tanh of floats without branches, so that loops over them vectorise.
 *
 * The polynomials and the splitting of ln 2 are those of Cephes (S. L. Moshier, 1989, public
 * domain). Errors stay below 2 units in the last place (those of tanh below 2.05: all floats were
 * tried), denormal results included; infinities and NaN are as in libm. No operation depends on the
 * instruction set.
 */
#ifndef EVOSCOPE_EXPR_VECTOR_MATH_H
#define EVOSCOPE_EXPR_VECTOR_MATH_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#define EVO_LN2_HIGH 0.693359375f
#define EVO_LN2_LOW  (-2.12194440e-4f)

static inline float evo_bits_float(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline uint32_t evo_float_bits(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* e^r - 1, for r up to half of ln 2 from 0. */
static inline float evo_exp_near(float r)
{
	float y = 1.9875691500e-4f;

	y = y * r + 1.3981999507e-3f;
	y = y * r + 8.3334519073e-3f;
	y = y * r + 4.1665795894e-2f;
	y = y * r + 1.6666665459e-1f;
	y = y * r + 5.0000001201e-1f;
	return y * (r * r) + r;
}

static inline float evo_exp(float x)
{
	/* Adding and taking away 1.5 * 2^23 rounds to a whole number, which the sum's last bits
	   hold. */
	const float rounder = 12582912.0f;
	float c, shifted, n, r, y;
	int32_t whole, half;

	c = x < -104.0f ? -104.0f : x;
	c = c > 89.0f ? 89.0f : c;
	shifted = c * 1.44269504f + rounder;
	n = shifted - rounder;
	r = c - n * EVO_LN2_HIGH - n * EVO_LN2_LOW;
	y = evo_exp_near(r) + 1.0f;
	/* 2^n in two factors, each within range: the product may be infinite or denormal. */
	whole = (int32_t) (evo_float_bits(shifted) - evo_float_bits(rounder));
	half = whole >> 1;
	y *= evo_bits_float(((uint32_t) half + 127u) << 23);
	return y * evo_bits_float(((uint32_t) whole - (uint32_t) half + 127u) << 23);
}

/* Of x > 0, and NaN of NaN; what it gives elsewhere is of no use. */
static inline float evo_log(float x)
{
	/* x = 2^e (1 + m), with 1 + m from the square root of one half on. */
	const uint32_t root = 0x3f3504f3u;
	const float scaled = x < FLT_MIN ? x * 8388608.0f : x;
	const int32_t above = (int32_t) (evo_float_bits(scaled) - root);
	const float e = (float) (above >> 23) - (x < FLT_MIN ? 23.0f : 0.0f);
	const float m = evo_bits_float(((uint32_t) above & 0x007fffffu) + root) - 1.0f;
	float z, y;

	z = m * m;
	y = 7.0376836292e-2f;
	y = y * m - 1.1514610310e-1f;
	y = y * m + 1.1676998740e-1f;
	y = y * m - 1.2420140846e-1f;
	y = y * m + 1.4249322787e-1f;
	y = y * m - 1.6668057665e-1f;
	y = y * m + 2.0000714765e-1f;
	y = y * m - 2.4999993993e-1f;
	y = y * m + 3.3333331174e-1f;
	y = y * m * z;
	y += e * EVO_LN2_LOW;
	y -= 0.5f * z;
	y = m + y;
	y += e * EVO_LN2_HIGH;
	return x <= FLT_MAX ? y : x;
}

/* Through e^-|x|, which cannot overflow: a small result keeps its digits. */
static inline float evo_sigmoid(float x)
{
	const float z = evo_exp(x < 0 ? x : -x);

	return (x < 0 ? z : 1.0f) / (1.0f + z);
}

/* h / (1 + h) for h = (e^2|x| - 1) / 2, whose small values keep their digits. */
static inline float evo_tanh(float x)
{
	const float rounder = 12582912.0f; /* as above */
	const uint32_t sign = evo_float_bits(x) & 0x80000000u;
	const float a = x < 0 ? -x : x, c = a > 10.0f ? 20.0f : a + a;
	const float shifted = c * 1.44269504f + rounder, n = shifted - rounder;
	const float r = c - n * EVO_LN2_HIGH - n * EVO_LN2_LOW;
	const uint32_t whole = evo_float_bits(shifted) - evo_float_bits(rounder);
	const float power = evo_bits_float((whole + 127u) << 23);
	const float h = (power * evo_exp_near(r) + (power - 1.0f)) * 0.5f;
	const float far = h / (h + 1.0f), near = h - h * far;
	const float y = h < 0.5f ? near : far;

	return evo_bits_float(evo_float_bits(y) | sign);
}

#endif
