/*
 * exp, log, sigmoid and tanh of floats without branches, so that loops over them vectorise.
 *
 * The polynomials and the splitting of ln 2 are those of Cephes (S. L. Moshier, 1989, public
 * domain). Errors stay below 2 units in the last place, denormal results included; infinities and
 * NaN are as in libm. No operation depends on the instruction set.
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

	memcpy(&x, &bits, sizeof x);
	return x;
}

static inline uint32_t evo_float_bits(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline float evo_exp(float x)
{
	/* Adding and taking away 1.5 * 2^23 rounds to a whole number, which the sum's last bits hold. */
	const float rounder = 12582912.0f;
	float c, shifted, n, r, y;
	int32_t whole, half;

	c = x < -104.0f ? -104.0f : x;
	c = c > 89.0f ? 89.0f : c;
	shifted = c * 1.44269504f + rounder;
	n = shifted - rounder;
	r = c - n * EVO_LN2_HIGH - n * EVO_LN2_LOW;
	y = 1.9875691500e-4f;
	y = y * r + 1.3981999507e-3f;
	y = y * r + 8.3334519073e-3f;
	y = y * r + 4.1665795894e-2f;
	y = y * r + 1.6666665459e-1f;
	y = y * r + 5.0000001201e-1f;
	y = y * (r * r) + r + 1.0f;
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

static inline float evo_tanh(float x)
{
	const float a = x < 0 ? -x : x, s = x * x;
	float near, far;

	near = -5.70498872745e-3f;
	near = near * s + 2.06390887954e-2f;
	near = near * s - 5.37397155531e-2f;
	near = near * s + 1.33314422036e-1f;
	near = near * s - 3.33332819422e-1f;
	near = near * s * x + x;
	far = 1.0f - 2.0f / (evo_exp(a + a) + 1.0f);
	far = x < 0 ? -far : far;
	return a < 0.625f ? near : far;
}

#endif
