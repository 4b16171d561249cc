/*
 * base: random streams and hashes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

/* kat_vectors of the Random123 distribution, philox4x32 10. */
static void test_philox_known_answers(void **state)
{
	static const struct {
		uint64_t counter, stream;
		uint32_t key[2], block[4];
	} cases[] = {
	        {0, 0, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	        {UINT64_MAX,
	         UINT64_MAX,
	         {UINT32_MAX, UINT32_MAX},
	         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	        {UINT64_C(0x85a308d3243f6a88),
	         UINT64_C(0x0370734413198a2e),
	         {0xa4093822, 0x299f31d0},
	         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_rng rng = {.counter = cases[i].counter,
		                      .stream = cases[i].stream,
		                      .key = {cases[i].key[0], cases[i].key[1]},
		                      .used = 4};
		for (size_t half = 0; half < 2; half++) {
			uint64_t word = evo_rng_u64(&rng);
			assert_int_equal((uint32_t) word, cases[i].block[2 * half]);
			assert_int_equal((uint32_t) (word >> 32), cases[i].block[2 * half + 1]);
		}
	}
}

static void test_streams_are_independent_of_other_draws(void **state)
{
	struct evo_rng other = evo_rng_stream(5, "other", 0);
	struct evo_rng a = evo_rng_stream(5, "weights", 3);

	(void) state;
	uint64_t first = evo_rng_u64(&a), second = evo_rng_u64(&a);
	for (int i = 0; i < 100; i++)
		evo_rng_normal(&other);
	struct evo_rng b = evo_rng_stream(5, "weights", 3);
	assert_true(evo_rng_u64(&b) == first);
	evo_rng_u64(&other);
	assert_true(evo_rng_u64(&b) == second);

	/* Any other part of the name gives other numbers. */
	struct evo_rng others[] = {evo_rng_stream(6, "weights", 3), evo_rng_stream(5, "weight", 3),
	                           evo_rng_stream(5, "weights", 4)};
	for (size_t i = 0; i < EVO_COUNT(others); i++)
		assert_true(evo_rng_u64(&others[i]) != first);
}

struct moments {
	double mean, variance, skewness, kurtosis;
};

static struct moments moments_of(const double *values, size_t count)
{
	struct moments m = {0};

	for (size_t i = 0; i < count; i++)
		m.mean += values[i] / (double) count;
	for (size_t i = 0; i < count; i++) {
		double d = values[i] - m.mean;
		m.variance += d * d / (double) count;
		m.skewness += d * d * d / (double) count;
		m.kurtosis += d * d * d * d / (double) count;
	}
	m.skewness /= pow(m.variance, 1.5);
	m.kurtosis /= m.variance * m.variance;
	return m;
}

/* Bounds of five standard errors of each moment. */
static void check_normal(const double *values, size_t count)
{
	struct moments m = moments_of(values, count);
	double error = 5 / sqrt((double) count);

	assert_true(fabs(m.mean) < error);
	assert_true(fabs(m.variance - 1) < error * sqrt(2));
	assert_true(fabs(m.skewness) < error * sqrt(6));
	assert_true(fabs(m.kurtosis - 3) < error * sqrt(24));
	/* How many lie within one deviation: 68.27 %. */
	size_t within = 0;
	for (size_t i = 0; i < count; i++)
		within += fabs(values[i]) < 1;
	assert_true(fabs((double) within / (double) count - 0.682689) < error / 2);
}

static void test_normals_are_normal(void **state)
{
	const size_t count = 200000;
	double *values = evo_calloc(count, sizeof(*values));
	float *fast = evo_calloc(count, sizeof(*fast));
	struct evo_rng rng = evo_rng_stream(11, "test", 0);

	(void) state;
	for (size_t i = 0; i < count; i++)
		values[i] = evo_rng_normal(&rng);
	check_normal(values, count);
	evo_rng_normals(&rng, fast, count, 1);
	for (size_t i = 0; i < count; i++)
		values[i] = fast[i];
	check_normal(values, count);
	/* Neighbours are not correlated, which a mistake in the pairing would make them. */
	for (size_t lag = 1; lag <= 4; lag++) {
		double sum = 0;
		for (size_t i = 0; i + lag < count; i++)
			sum += values[i] * values[i + lag];
		assert_true(fabs(sum / (double) count) < 5 / sqrt((double) count));
	}
	free(values);
	free(fast);
}

/* The same formula from the same words, in double and with the library's functions. */
static void test_normals_against_the_formula(void **state)
{
	enum {
		COUNT = 40000
	};
	const double turn = 2 * 3.14159265358979323846;
	float *fast = evo_calloc(COUNT, sizeof(*fast));
	struct evo_rng rng = evo_rng_stream(3, "formula", 9), words = rng;

	(void) state;
	evo_rng_normals(&rng, fast, COUNT, 1);
	for (size_t i = 0; i < COUNT; i += 2) {
		uint64_t word = evo_rng_u64(&words);
		uint32_t a = (uint32_t) word, b = (uint32_t) (word >> 32);
		/* Quarter turns are counted from their middle. */
		double u = (double) (float) (a >> 1) * 0x1p-31 + 0x1p-32;
		double angle =
		        ((double) (b >> 30) + (double) (b & 0x3fffffff) * 0x1p-30 - 0.5) / 4 * turn;
		double radius = sqrt(-2 * log((double) (float) u));
		assert_true(fabs(fast[i] - radius * cos(angle)) < 2e-6);
		assert_true(fabs(fast[i + 1] - radius * sin(angle)) < 2e-6);
	}
	free(fast);
}

static void test_normals_do_not_depend_on_how_they_are_asked_for(void **state)
{
	float all[1000], part[1000];
	struct evo_rng a = evo_rng_stream(1, "weights", 0), b = a, c = a;

	(void) state;
	evo_rng_normals(&a, all, 1000, 0.5);
	/* A spare and a block begun are passed over. */
	evo_rng_normal(&b);
	b.counter = 0;
	evo_rng_normals(&b, part, 333, 0.5);
	assert_memory_equal(part, all, 333 * sizeof(*part));
	assert_true(b.has_spare);
	evo_rng_normals(&c, part, 128, 0.5);
	evo_rng_normals(&c, part + 128, 872, 0.5);
	assert_memory_equal(part, all, sizeof(all));
	/* What follows goes on where the last block ended. */
	assert_true(evo_rng_u64(&a) == evo_rng_u64(&c));
	evo_rng_normals(&c, part, 0, 0.5);
	struct evo_rng d = evo_rng_stream(1, "weights", 0);
	evo_rng_normals(&d, part, 1000, 1);
	for (size_t i = 0; i < 1000; i++)
		assert_true(fabsf(part[i] * 0.5f - all[i]) <= 1e-6f);
}

/* Compilers, optimisation and instruction sets must all give these bits. */
static void test_normals_have_fixed_bits(void **state)
{
	enum {
		COUNT = 100000
	};
	float *values = evo_calloc(COUNT, sizeof(*values));
	struct evo_rng rng = evo_rng_stream(42, "weights", 7);

	(void) state;
	evo_rng_normals(&rng, values, COUNT, 0.05);
	uint64_t digest = evo_hash(values, COUNT * sizeof(*values), 0);
	free(values);
	if (digest != UINT64_C(0x410d40c774d7489f))
		fail_msg("the digest is %016llx", (unsigned long long) digest);
}

static void test_uniform_and_below(void **state)
{
	struct evo_rng rng = evo_rng_stream(2, "test", 0);
	size_t seen[7] = {0};
	double sum = 0;

	(void) state;
	for (int i = 0; i < 70000; i++) {
		double u = evo_rng_uniform(&rng);
		assert_true(u >= 0 && u < 1);
		sum += u;
		seen[evo_rng_below(&rng, 7)]++;
	}
	assert_true(fabs(sum / 70000 - 0.5) < 5 * sqrt(1.0 / 12 / 70000));
	for (size_t i = 0; i < 7; i++)
		assert_true(fabs((double) seen[i] - 10000) < 500);
	for (int i = 0; i < 100; i++)
		assert_int_equal(evo_rng_below(&rng, 1), 0);
	/* Just over a half of all values: a plain remainder would double the odds of the low
	   half. */
	size_t large = SIZE_MAX / 2 + SIZE_MAX / 4, low = 0;
	for (int i = 0; i < 10000; i++)
		low += evo_rng_below(&rng, large) < large / 2;
	assert_true(fabs((double) low - 5000) < 250);
}

static void test_shuffle(void **state)
{
	struct evo_rng rng = evo_rng_stream(2, "shuffle", 0);
	size_t orders[6] = {0};

	(void) state;
	for (int i = 0; i < 60000; i++) {
		size_t items[3] = {0, 1, 2};
		evo_rng_shuffle(&rng, items, 3);
		assert_int_equal(1u << items[0] | 1u << items[1] | 1u << items[2], 7);
		orders[items[0] * 2 + (items[1] > items[2])]++;
	}
	for (size_t i = 0; i < 6; i++)
		assert_true(fabs((double) orders[i] - 10000) < 500);
	evo_rng_shuffle(&rng, NULL, 0);
}

static void test_hash(void **state)
{
	(void) state;
	assert_true(evo_hash_text("a") != evo_hash_text("b"));
	assert_true(evo_hash_text("") != evo_hash("", 1, 0));
	assert_true(evo_hash("abc", 3, 0) == evo_hash_text("abc"));
	assert_true(evo_hash("abc", 3, 1) != evo_hash("abc", 3, 2));
	/* One bit of the input changes about half of the output. */
	int changed = 0;
	for (int bit = 0; bit < 64; bit++) {
		uint64_t a = 0, b = UINT64_C(1) << bit;
		changed += __builtin_popcountll(evo_hash(&a, 8, 0) ^ evo_hash(&b, 8, 0));
	}
	assert_in_range(changed, 64 * 32 - 200, 64 * 32 + 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_philox_known_answers),
	        cmocka_unit_test(test_streams_are_independent_of_other_draws),
	        cmocka_unit_test(test_normals_are_normal),
	        cmocka_unit_test(test_normals_against_the_formula),
	        cmocka_unit_test(test_normals_do_not_depend_on_how_they_are_asked_for),
	        cmocka_unit_test(test_normals_have_fixed_bits),
	        cmocka_unit_test(test_uniform_and_below),
	        cmocka_unit_test(test_shuffle),
	        cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
