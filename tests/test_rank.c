/*
 * rank: every measure against its slow definition.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/rank.h"
#include "slow_kendall.h"

#define MOST 60

static void slow_ranks(size_t n, const double *x, double *rank)
{
	for (size_t i = 0; i < n; i++) {
		double below = 0, same = 0;
		for (size_t j = 0; j < n; j++) {
			below += slow_order(x[j], x[i]) < 0;
			same += slow_order(x[j], x[i]) == 0;
		}
		rank[i] = below + (same + 1) / 2;
	}
}

static double slow_pearson(size_t n, const double *x, const double *y)
{
	long double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

	for (size_t i = 0; i < n; i++) {
		mean_x += x[i] / (long double) n;
		mean_y += y[i] / (long double) n;
	}
	for (size_t i = 0; i < n; i++) {
		xx += (x[i] - mean_x) * (x[i] - mean_x);
		yy += (y[i] - mean_y) * (y[i] - mean_y);
		xy += (x[i] - mean_x) * (y[i] - mean_y);
	}
	return xx > 1e-25L && yy > 1e-25L ? (double) (xy / sqrtl(xx * yy)) : (double) NAN;
}

/* Lists with more or fewer ties, half of them with scores that failed. */
static void fill(struct evo_rng *rng, size_t n, double *x, double *y)
{
	static const double odd[] = {(double) NAN, (double) INFINITY, -(double) INFINITY,
	                             -0.0,         DBL_MAX,           -DBL_MAX,
	                             DBL_MIN};
	size_t values = 1 + evo_rng_below(rng, 1 + evo_rng_below(rng, 2 * MOST));
	bool failures = evo_rng_below(rng, 2) == 0;
	double together = evo_rng_uniform(rng);

	for (size_t i = 0; i < n; i++) {
		y[i] = (double) evo_rng_below(rng, values) / 7;
		x[i] = evo_rng_uniform(rng) < together ? y[i]
		                                       : (double) evo_rng_below(rng, values) / 7;
		if (failures && evo_rng_below(rng, 5) == 0)
			x[i] = odd[evo_rng_below(rng, EVO_COUNT(odd))];
	}
}

static void expect_near(double value, double expected)
{
	/* What is undefined is so in both. */
	if (!(fabs(value - expected) < 1e-12) && !(isnan(value) && isnan(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void test_kendall_against_definition(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "kendall", 0);
	double x[MOST + 1], y[MOST + 1];

	(void) state;
	for (int round = 0; round < 3000; round++) {
		size_t n = (size_t) round % (MOST + 1);
		fill(&rng, n, x, y);
		double tau = evo_kendall(n, x, y);
		expect_near(tau, slow_kendall(n, x, y));
		/* y may not be failed scores, but tau is the same both ways round where it is
		   finite. */
		if (evo_non_finite(n, x) == 0)
			expect_near(evo_kendall(n, y, x), tau);
	}
}

static void test_kendall_of_long_lists(void **state)
{
	static double x[2000], y[2000];
	struct evo_rng rng = evo_rng_stream(1, "kendall", 1);

	(void) state;
	for (size_t n = 250; n <= 2000; n += 875) {
		for (size_t i = 0; i < n; i++) {
			y[i] = floor(evo_rng_normal(&rng) * 100);
			x[i] = y[i] + floor(evo_rng_normal(&rng) * 50);
		}
		expect_near(evo_kendall(n, x, y), slow_kendall(n, x, y));
		for (size_t i = 0; i < n; i++)
			x[i] = -y[i];
		assert_true(evo_kendall(n, x, y) == -1);
		assert_true(evo_kendall(n, y, y) == 1);
	}
}

static void test_kendall_by_hand(void **state)
{
	const double one[] = {1, 2, 3, 4}, swapped[] = {1, 3, 2, 4}, tied[] = {1, 1, 2, 2};
	const double constant[] = {5, 5, 5, 5};
	const double failed[] = {(double) NAN, -1e300, (double) INFINITY, 1};

	(void) state;
	expect_near(evo_kendall(4, one, swapped), 4.0 / 6);
	expect_near(evo_kendall(4, one, tied), 4 / sqrt(6 * 4.0));
	/* Undefined is not 0. */
	assert_true(isnan(evo_kendall(4, one, constant)));
	assert_true(isnan(evo_kendall(4, constant, one)));
	assert_true(isnan(evo_kendall(1, one, one)));
	assert_true(isnan(evo_kendall(0, NULL, NULL)));
	assert_true(isnan(evo_spearman(4, one, constant)));
	assert_true(isnan(evo_kendall_partial(4, one, swapped, constant)));
	assert_true(evo_kendall(4, tied, swapped) != 0 && evo_kendall(4, one, swapped) > 0);
	/* Places 1 and 3 are tied below the others: 3 pairs agree, 2 do not, 1 is tied. */
	expect_near(evo_kendall(4, failed, one), (4.0 - 1) / sqrt(5 * 6.0));
	assert_int_equal(evo_non_finite(4, failed), 2);
}

static void test_ranks_against_definition(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "ranks", 0);
	double x[MOST], y[MOST], ranks[MOST], expected[2][MOST];

	(void) state;
	for (int round = 0; round < 600; round++) {
		size_t n = (size_t) round % MOST;
		fill(&rng, n, x, y);
		evo_ranks(n, x, ranks);
		slow_ranks(n, x, expected[0]);
		slow_ranks(n, y, expected[1]);
		assert_memory_equal(ranks, expected[0], n * sizeof(*ranks));
		expect_near(evo_spearman(n, x, y), slow_pearson(n, expected[0], expected[1]));
	}
}

static void test_pearson(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "pearson", 0);
	double x[MOST], y[MOST], finite_x[MOST], finite_y[MOST];

	(void) state;
	for (int round = 0; round < 600; round++) {
		size_t n = (size_t) round % MOST, finite = 0;
		fill(&rng, n, x, y);
		for (size_t i = 0; i < n; i++) {
			if (fabs(x[i]) == DBL_MAX)
				x[i] = (double) NAN;
			if (isfinite(x[i])) {
				finite_x[finite] = x[i];
				finite_y[finite++] = y[i];
			}
		}
		expect_near(evo_pearson(n, x, y), slow_pearson(finite, finite_x, finite_y));
	}
	/* Neither huge nor tiny scores overflow. */
	const double line[] = {1, 2, 3, 4};
	double huge[4], tiny[4];
	for (size_t i = 0; i < 4; i++) {
		huge[i] = line[i] / 4 * DBL_MAX;
		tiny[i] = -line[i] * 1e-310;
	}
	expect_near(evo_pearson(4, huge, line), 1);
	expect_near(evo_pearson(4, tiny, line), -1);
	huge[0] = -DBL_MAX;
	assert_true(isfinite(evo_pearson(4, huge, line)));
	const double tenths[] = {0.1, 0.1, 0.1};
	assert_true(isnan(evo_pearson(3, tenths, line)));
}

static void test_partial(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "partial", 0);
	double x[MOST], y[MOST], z[MOST], unused[MOST];

	(void) state;
	for (int round = 0; round < 600; round++) {
		size_t n = (size_t) round % MOST;
		fill(&rng, n, x, y);
		fill(&rng, n, z, unused);
		double xy = slow_kendall(n, x, y), xz = slow_kendall(n, x, z),
		       yz = slow_kendall(n, y, z);
		double rest = (1 - xz * xz) * (1 - yz * yz);
		double tau = evo_kendall_partial(n, x, y, z);
		assert_true(isnan(tau) || (tau >= -1 && tau <= 1));
		if (!(rest < 1e-9))
			expect_near(tau, (xy - xz * yz) / sqrt(rest));
		/* What z orders alike leaves nothing to tell. */
		assert_true(isnan(evo_kendall_partial(n, x, y, y)));
	}
}

static void test_top(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "top", 0);
	double x[MOST], y[MOST], top_x[MOST], top_y[MOST];
	size_t few = 0;

	(void) state;
	for (int round = 0; round < 1000; round++) {
		size_t n = (size_t) round % MOST, chosen = 0;
		double fraction = (double) (1 + evo_rng_below(&rng, 20)) / 20;
		fill(&rng, n, x, y);
		size_t wanted = (size_t) floor(fraction * (double) n + 0.5);
		for (size_t i = 0; i < n; i++) {
			size_t better = 0;
			for (size_t j = 0; j < n; j++)
				better += y[j] > y[i] || (y[j] == y[i] && j < i);
			if (better < wanted) {
				top_x[chosen] = x[i];
				top_y[chosen++] = y[i];
			}
		}
		double tau = evo_kendall_top(n, x, y, fraction);
		if (chosen < EVO_TOP_LEAST)
			assert_true(isnan(tau));
		else
			expect_near(tau, slow_kendall(chosen, top_x, top_y));
		few += chosen < EVO_TOP_LEAST;
	}
	assert_in_range(few, 100, 900);
	assert_true(evo_kendall_top(MOST, x, y, 1) == evo_kendall(MOST, x, y));
}

/* By its definition: tau of what is left when each network is left out in turn. */
static bool slow_interval(size_t n, const double *x, const double *y, double *low, double *high)
{
	double without[MOST], left_x[MOST], left_y[MOST], mean = 0, squares = 0;
	double tau = slow_kendall(n, x, y);

	for (size_t out = 0; out < n; out++) {
		for (size_t i = 0, left = 0; i < n; i++) {
			if (i == out)
				continue;
			left_x[left] = x[i];
			left_y[left++] = y[i];
		}
		without[out] = slow_kendall(n - 1, left_x, left_y);
		mean += without[out] / (double) n;
	}
	for (size_t i = 0; i < n; i++)
		squares += (without[i] - mean) * (without[i] - mean);
	double error = sqrt(squares * (double) (n - 1) / (double) n);
	*low = tanh(atanh(tau) - 1.959963984540054 * error / (1 - tau * tau));
	*high = tanh(atanh(tau) + 1.959963984540054 * error / (1 - tau * tau));
	return n >= EVO_INTERVAL_LEAST && fabs(tau) < 1 && !isnan(error);
}

static void test_interval_against_definition(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "interval", 0);
	double x[MOST], y[MOST], low, high, slow_low, slow_high;
	size_t defined = 0;

	(void) state;
	for (int round = 0; round < 1000; round++) {
		size_t n = (size_t) round % MOST;
		fill(&rng, n, x, y);
		evo_kendall_interval(n, x, y, &low, &high);
		if (slow_interval(n, x, y, &slow_low, &slow_high)) {
			assert_true(fabs(low - slow_low) < 1e-9 && fabs(high - slow_high) < 1e-9);
			assert_true(low <= high && low >= -1 && high <= 1);
			defined++;
		} else if (!isnan(low)) {
			assert_true(low == high && fabs(low) == 1 && low == evo_kendall(n, x, y));
		}
	}
	assert_in_range(defined, 400, 990);
}

static void normal_lists(struct evo_rng *rng, size_t n, double r, double *x, double *y)
{
	for (size_t i = 0; i < n; i++) {
		x[i] = evo_rng_normal(rng);
		y[i] = r * x[i] + sqrt(1 - r * r) * evo_rng_normal(rng);
	}
}

/* Two normal lists of correlation r have tau = 2/pi asin(r). */
static void test_interval_covers(void **state)
{
	enum {
		N = 80,
		ROUNDS = 1000
	};
	const double tau = 2 / 3.14159265358979323846 * asin(0.6);
	double x[N], y[N], low, high;
	int covered = 0;

	(void) state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct evo_rng rng = evo_rng_stream(7, "interval", round);
		normal_lists(&rng, N, 0.6, x, y);
		evo_kendall_interval(N, x, y, &low, &high);
		double estimate = evo_kendall(N, x, y);
		covered += low <= tau && tau <= high;
		assert_true(low < estimate && estimate < high && high < 1 && low > -1);
	}
	assert_in_range(covered, ROUNDS * 93 / 100, ROUNDS * 97 / 100);
}

/* A score and its opposite, tied or not, have opposite intervals to the last bit. */
static void test_interval_of_opposite(void **state)
{
	double x[MOST], y[MOST], opposite[MOST], low, high, other_low, other_high;

	(void) state;
	for (uint64_t round = 0; round < 200; round++) {
		struct evo_rng rng = evo_rng_stream(8, "interval", round);
		size_t n = 10 + (size_t) round % (MOST - 10);
		normal_lists(&rng, n, 0.2 * (double) (round % 5), x, y);
		for (size_t i = 0; i < n; i++) {
			x[i] = round % 2 == 0 ? x[i] : floor(3 * x[i]);
			opposite[i] = -x[i];
		}
		evo_kendall_interval(n, x, y, &low, &high);
		evo_kendall_interval(n, opposite, y, &other_low, &other_high);
		assert_true(other_low == -high && other_high == -low);
	}
}

static void test_interval_undefined(void **state)
{
	double x[20], y[20], low = 0, high = 0;

	(void) state;
	for (size_t i = 0; i < 20; i++) {
		x[i] = 5;
		y[i] = (double) (i * 7 % 20);
	}
	evo_kendall_interval(20, x, y, &low, &high); /* nothing is ordered */
	assert_true(isnan(low) && isnan(high));
	x[3] = 6;
	low = high = 0;
	evo_kendall_interval(20, x, y, &low, &high); /* without one of them nothing would be */
	assert_true(isnan(low) && isnan(high));
	low = high = 0;
	evo_kendall_interval(EVO_INTERVAL_LEAST - 1, y, y, &low, &high);
	assert_true(isnan(low) && isnan(high));
	evo_kendall_interval(0, NULL, NULL, &low, &high);
	assert_true(isnan(low) && isnan(high));
	evo_kendall_interval(20, y, y, &low, &high);
	assert_true(low == 1 && high == 1);
}

static bool slow_same_order(size_t n, const double *x, const double *y, int sign)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (slow_order(x[i], x[j]) != sign * slow_order(y[i], y[j]))
				return false;
	return true;
}

static void test_same_order(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "order", 0);
	double x[MOST], y[MOST];
	size_t same = 0, opposite = 0;

	(void) state;
	for (int round = 0; round < 3000; round++) {
		size_t n = round % 2 == 0 ? evo_rng_below(&rng, 5) : (size_t) round % MOST;
		fill(&rng, n, x, y);
		size_t kind = evo_rng_below(&rng, 4);
		/* Monotone maps, and the same with one value moved. */
		for (size_t i = 0; kind > 0 && i < n; i++)
			y[i] = isfinite(x[i]) ? (kind == 2 ? -1 : 1) * cbrt(x[i]) : (double) NAN;
		if (kind == 3 && n > 0)
			y[evo_rng_below(&rng, n)] = 0.5;
		bool is_same = slow_same_order(n, x, y, 1),
		     is_opposite = slow_same_order(n, x, y, -1);
		assert_int_equal(evo_same_order(n, x, y, false), is_same);
		assert_int_equal(evo_same_order(n, x, y, true), is_same || is_opposite);
		same += is_same;
		opposite += is_opposite;
	}
	assert_in_range(same, 300, 2700);
	assert_in_range(opposite, 300, 2700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_kendall_against_definition),
	        cmocka_unit_test(test_kendall_of_long_lists),
	        cmocka_unit_test(test_kendall_by_hand),
	        cmocka_unit_test(test_ranks_against_definition),
	        cmocka_unit_test(test_pearson),
	        cmocka_unit_test(test_partial),
	        cmocka_unit_test(test_top),
	        cmocka_unit_test(test_interval_against_definition),
	        cmocka_unit_test(test_interval_covers),
	        cmocka_unit_test(test_interval_of_opposite),
	        cmocka_unit_test(test_interval_undefined),
	        cmocka_unit_test(test_same_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
