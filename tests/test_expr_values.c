/*
 * What every primitive computes, on values small enough to work out by hand.
 */
#include "config.h"

#include "expr_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Elementwise, on single numbers at every rank -------------------------------------------- */

/* f(A) for A a tensor of one number of rank 4, of rank 2, and a scalar. */
static void assert_unary(const char *name, double a, double expected)
{
	static const char *const arguments[] = {"gin.d", "logits.d", "params"};
	char text[64];

	clear();
	set_dims(stats.gin_dims, 1, 1, 1, 1);
	stats.logits_dims[0] = stats.logits_dims[1] = 1;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(1, &a);
	stats.params = (double) *stats.pass[EVO_DATA].gin;
	for (size_t i = 0; i < EVO_COUNT(arguments); i++) {
		snprintf(text, sizeof(text), "%s(%s)", name, arguments[i]);
		assert_score(text, expected);
	}
}

static void elementwise_with_one_argument(void **state)
{
	static const struct {
		const char *name;
		double a, expected;
	} cases[] = {
	        {"abs", -2, 2},
	        {"abs", NAN_, NAN_},
	        {"abs", -INF, INF},
	        {"neg", 2, -2},
	        {"neg", INF, -INF},
	        {"square", -3, 9},
	        {"square", -INF, INF},
	        {"sqrt", 4, 2},
	        {"sqrt", -4, 2},
	        {"sqrt", NAN_, NAN_},
	        {"exp", 0, 1},
	        {"exp", 1, M_E},
	        {"exp", -2.5, 0.0820849986},
	        {"exp", -INF, 0},
	        {"exp", INF, INF},
	        {"exp", NAN_, NAN_},
	        {"log", M_E, 1},
	        {"log", 1, 0},
	        {"log", 0, 0},
	        {"log", -1, 0},
	        {"log", -INF, 0},
	        {"log", INF, INF},
	        {"log", NAN_, NAN_},
	        {"abslog", 0.5, 0.6931471805599453},
	        {"abslog", -2, 0.6931471805599453},
	        {"abslog", 0, 0},
	        {"abslog", -INF, INF},
	        {"abslog", NAN_, NAN_},
	        {"inv", 4, 0.25},
	        {"inv", 0, INF},
	        {"inv", -0.0, -INF},
	        {"inv", -INF, 0},
	        {"inv", NAN_, NAN_},
	        {"relu", 3, 3},
	        {"relu", -3, 0},
	        {"relu", INF, INF},
	        {"relu", NAN_, NAN_},
	        {"sigmoid", 0, 0.5},
	        {"sigmoid", 2, 0.8807970779778823},
	        {"sigmoid", -2, 0.11920292202211755},
	        {"sigmoid", INF, 1},
	        {"sigmoid", -INF, 0},
	        {"sigmoid", NAN_, NAN_},
	        {"tanh", 0.1, 0.09966799462495582},
	        {"tanh", -2, -0.9640275800758169},
	        {"tanh", INF, 1},
	        {"tanh", -INF, -1},
	        {"tanh", NAN_, NAN_},
	        {"sign", 7, 1},
	        {"sign", -7, -1},
	        {"sign", 0, 0},
	        {"sign", NAN_, 0},
	        {"sign", -INF, -1},
	        {"gt0", 2, 1},
	        {"gt0", 0, 0},
	        {"gt0", NAN_, 0},
	        {"lt0", -2, 1},
	        {"lt0", 0, 0},
	        {"lt0", NAN_, 0},
	        {"ones", NAN_, 1},
	        {"zeros", NAN_, 0},
	        {"normalize", 5, 0},
	        {"normalize", NAN_, 0},
	        {"softmax", 5, 1},
	        {"sum", -2, -2},
	        {"mean", -2, -2},
	        {"l1", -2, 2},
	        {"frob", -2, 2},
	        {"frob", INF, INF},
	        {"std", 5, 0},
	        {"std", NAN_, 0},
	        {"numel", NAN_, 1},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++)
		assert_unary(cases[i].name, cases[i].a, cases[i].expected);
}

/* What is small in single precision keeps its logarithm. */
static void single_precision_has_its_range(void **state)
{
	(void) state;
	clear();
	set_dims(stats.gin_dims, 1, 1, 1, 2);
	stats.pass[EVO_DATA].gin = tensor(2, (const double[]){-90, -90});
	assert_score("mean(log(exp(gin.d)))", -90);
	assert_score("mean(log(sigmoid(gin.d)))", -90);
	assert_score("mean(exp(neg(gin.d)))", INF); /* e^90 is beyond a float */
	assert_score("mean(exp(mean(neg(gin.d))))", exp(90));
	assert_score("mean(square(square(square(square(square(gin.d))))))", INF);
	assert_score("mean(mul(gin.d, 1e300))", -INF);
	assert_score("mean(mul(sub(gin.d, gin.d), 1e300))", 0); /* computed in double */
	assert_score("mean(gt(gin.d, -90.000000001))", 1);      /* a scalar is not rounded */
	assert_score("mean(exp(plane_mean(neg(gin.d))))", exp(90));
}

static void assert_binary(const char *name, double a, double b, double expected)
{
	static const char *const firsts[] = {"gin.d", "logits.d", "params"};
	static const char *const seconds[] = {"gin.n", "logits.n", "flops"};
	char text[64];

	clear();
	set_dims(stats.gin_dims, 1, 1, 1, 1);
	stats.logits_dims[0] = stats.logits_dims[1] = 1;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(1, &a);
	stats.pass[EVO_NOISE].gin = stats.pass[EVO_NOISE].logits = tensor(1, &b);
	stats.params = a;
	stats.flops = b;
	for (size_t i = 0; i < EVO_COUNT(firsts); i++) {
		for (size_t k = 0; k < EVO_COUNT(seconds); k++) {
			snprintf(text, sizeof(text), "%s(%s, %s)", name, firsts[i], seconds[k]);
			/* Equal shapes, or one a scalar. */
			assert_score(text, i == k || i == 2 || k == 2 ? expected : NAN_);
		}
	}
}

static void elementwise_with_two_arguments(void **state)
{
	static const struct {
		const char *name;
		double a, b, expected;
	} cases[] = {
	        {"add", 1, 2, 3},         {"add", INF, -INF, NAN_},
	        {"sub", 1, 2, -1},        {"mul", 3, 2, 6},
	        {"mul", INF, 0, NAN_},    {"div", 1, 4, 0.25},
	        {"div", 1, 0, INF},       {"div", 0, 0, NAN_},
	        {"min2", 1, 2, 1},        {"min2", 2, 1, 1},
	        {"min2", NAN_, 1, NAN_},  {"min2", 1, NAN_, NAN_},
	        {"max2", 1, 2, 2},        {"max2", 2, 1, 2},
	        {"max2", NAN_, 1, NAN_},  {"max2", 1, NAN_, NAN_},
	        {"max2", -INF, 3, 3},     {"lt", 1, 2, 1},
	        {"lt", 2, 1, 0},          {"lt", 1, 1, 0},
	        {"lt", NAN_, 1, 0},       {"lt", 1, NAN_, 0},
	        {"gt", 2, 1, 1},          {"gt", 1, 2, 0},
	        {"gt", 1, NAN_, 0},       {"eq", 2, 2, 1},
	        {"eq", 2, 1, 0},          {"eq", NAN_, NAN_, 0},
	        {"eq", INF, INF, 1},      {"hamming", 1, 2, 0},
	        {"hamming", 1, -2, 1},    {"hamming", NAN_, 2, 1},
	        {"hamming", NAN_, -2, 0}, {"kldiv", 1, 2, 2 * (M_LN2 - 1)},
	        {"kldiv", NAN_, 0, 0},    {"kldiv", 1, -1, NAN_},
	        {"kldiv", 1, NAN_, NAN_}, {"kldiv", -INF, 1, INF},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++)
		assert_binary(cases[i].name, cases[i].a, cases[i].b, cases[i].expected);
}

/* ---- Tensors --------------------------------------------------------------------------------- */

static void reductions_of_tensors(void **state)
{
	static const double values[] = {1, -2, 3, 4, -5, 6};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 1, 2, 3, 1);
	stats.logits_dims[0] = 2;
	stats.logits_dims[1] = 3;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(6, values);
	static const struct {
		const char *name;
		double expected;
	} cases[] = {
	        {"sum", 7},         {"mean", 7.0 / 6}, {"l1", 21.0 / 6},
	        {"frob", 9.539392}, {"numel", 6},      {"std", 4.0702170294},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s(gin.d)", cases[i].name);
		assert_score(text, cases[i].expected);
		snprintf(text, sizeof(text), "%s(logits.d)", cases[i].name);
		assert_score(text, cases[i].expected);
	}
	/* A root that is a tensor counts by its mean. */
	assert_score("gin.d", 7.0 / 6);
	assert_score("mul(2, logits.d)", 7.0 / 3);
}

/* Long tensors: every length around the lanes of a sum. */
static void sums_of_every_length(void **state)
{
	double values[100];

	(void) state;
	for (size_t count = 1; count <= 100; count++) {
		double sum = 0, squares = 0, deviations = 0;

		for (size_t i = 0; i < count; i++) {
			values[i] = (double) ((i * 7) % 13) - 5;
			sum += values[i];
			squares += values[i] * values[i];
		}
		for (size_t i = 0; i < count; i++)
			deviations += pow(values[i] - sum / (double) count, 2);
		clear();
		set_dims(stats.gin_dims, 1, 1, 1, count);
		stats.logits_dims[0] = 1;
		stats.logits_dims[1] = count;
		stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(count, values);
		assert_score("sum(gin.d)", sum);
		assert_score("sum(logits.d)", sum);
		assert_score("frob(gin.d)", sqrt(squares));
		assert_score("frob(logits.d)", sqrt(squares));
		if (count > 1) {
			assert_score("std(gin.d)", sqrt(deviations / (double) (count - 1)));
			assert_score("std(logits.d)", sqrt(deviations / (double) (count - 1)));
		}
		assert_score("sum(ones(gin.d))", (double) count);
		assert_score("cosine(gin.d, gin.d)", squares > 0 ? 1 : 0);
		assert_score("sum(gram(logits.d))", squares);
		assert_score("sum(agree(gin.d))", (double) count);
	}
}

/* Primitives that go through their arguments in blocks do not see where one ends. */
static void blocks_join_without_a_seam(void **state)
{
	static const size_t counts[] = {255, 256, 257, 511, 512, 513, 1000};
	static double a[1000], b[1000];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(counts); i++) {
		const size_t count = counts[i];
		double product = 0, first = 0, second = 0, divergence = 0, differ = 0, sum = 0;

		for (size_t k = 0; k < count; k++) {
			a[k] = (double) ((k * 7) % 13) - 5;
			b[k] = (double) ((k * 5) % 11) / 8;
			product += a[k] * b[k];
			first += a[k] * a[k];
			second += b[k] * b[k];
			divergence += b[k] > 0 ? b[k] * (log(b[k]) - a[k]) : 0;
			differ += (a[k] > 0) != (b[k] > 0);
			sum += a[k];
		}
		clear();
		set_dims(stats.gin_dims, 1, 1, 1, count);
		stats.logits_dims[0] = 1;
		stats.logits_dims[1] = count;
		stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(count, a);
		stats.pass[EVO_NOISE].gin = stats.pass[EVO_NOISE].logits = tensor(count, b);
		assert_score("cosine(gin.d, gin.n)", product / sqrt(first * second));
		assert_score("cosine(logits.d, logits.n)", product / sqrt(first * second));
		assert_score("kldiv(gin.d, gin.n)", divergence);
		assert_score("kldiv(logits.d, logits.n)", divergence);
		assert_score("hamming(gin.d, gin.n)", differ);
		assert_score("sum(gram(gin.d))", first);
		assert_score("sum(matmul(by_channel(logits.d), logits.n))",
		             sum * score("sum(logits.n)"));
		assert_score("sum(softmax(gin.d))", (double) count);
		assert_score("sum(softmax(logits.d))", 1);
	}
}

static void normalize_standardises_and_has_no_nan(void **state)
{
	static const double values[] = {1, 2, 3, 6};
	static const double same[] = {0.1, 0.1, 0.1, 0.1};
	static const double broken[] = {1, NAN_, 2, 3};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 1, 2, 2, 1);
	stats.logits_dims[0] = stats.logits_dims[1] = 2;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(4, values);
	stats.pass[EVO_NOISE].gin = stats.pass[EVO_NOISE].logits = tensor(4, same);
	assert_score("sum(normalize(gin.d))", 0);
	assert_score("std(normalize(gin.d))", 1);
	assert_score("sum(gt(normalize(gin.d), 1.38))", 1); /* (6 - 3) / 2.1602 */
	assert_score("std(normalize(logits.d))", 1);
	/* A constant tensor has no deviation: 0 / 0. */
	assert_score("l1(normalize(gin.n))", 0);
	assert_score("l1(normalize(logits.n))", 0);
	assert_score("l1(normalize(mul(logits.n, 0.7)))", 0);
	stats.pass[EVO_DATA].gin = tensor(4, broken);
	assert_score("l1(normalize(gin.d))", 0);
}

static void softmax_goes_over_dimension_one(void **state)
{
	/* 1 x 2 x 1 x 3: two channels of three places. */
	static const double values[] = {0, M_LN2, -100, 0, 0, 100};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 1, 2, 1, 3);
	stats.logits_dims[0] = 3;
	stats.logits_dims[1] = 2;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(6, values);
	assert_score("sum(softmax(gin.d))", 3);
	assert_score("frob(softmax(gin.d))",
	             sqrt(0.25 + 0.25 + 4.0 / 9 + 1.0 / 9 + 1)); /* 1/2 1/2, 2/3 1/3, 0 1 */
	/* Rows 0 log 2, -100 0, 0 100. */
	assert_score("frob(softmax(logits.d))", sqrt(1.0 / 9 + 4.0 / 9 + 1 + 1));
	stats.pass[EVO_DATA].gin = tensor(6, (const double[]){INF, 0, 0, 0, 0, 0});
	assert_score("sum(softmax(gin.d))", NAN_);
	assert_score("sum(gt0(softmax(gin.d)))", 4); /* the other places are as they were */
}

static void pairs_of_tensors(void **state)
{
	static const double a[] = {1, -2, 3, 0}, b[] = {2, 2, -3, 1};
	static const double p[] = {0.5, 0.25, 0.125, 0.125}, q[] = {-1, -2, -3, 4};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 2, 1, 1, 2);
	stats.logits_dims[0] = stats.logits_dims[1] = 2;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(4, a);
	stats.pass[EVO_NOISE].gin = stats.pass[EVO_NOISE].logits = tensor(4, b);
	assert_score("hamming(gin.d, gin.n)", 3);
	assert_score("hamming(logits.d, logits.n)", 3);
	assert_score("hamming(gin.d, 1)", 2);
	assert_score("hamming(-1, logits.d)", 2);
	assert_score("hamming(gin.d, logits.d)", NAN_);
	/* Rows (1, -2) with (2, 2) and (3, 0) with (-3, 1). */
	const double cosine = -2 / (sqrt(5) * sqrt(8)) - 9 / (3 * sqrt(10));
	assert_score("cosine(gin.d, gin.n)", cosine);
	assert_score("cosine(logits.d, logits.n)", cosine);
	/* The scalar stands for (2, 2) twice. */
	assert_score("cosine(gin.d, 2)", -1 / sqrt(10) + 1 / sqrt(2));
	assert_score("cosine(2, logits.d)", -1 / sqrt(10) + 1 / sqrt(2));
	assert_score("cosine(1, 2)", NAN_); /* scalars have no rows */
	assert_score("cosine(zeros(gin.d), gin.n)", 0);
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(4, q);
	stats.pass[EVO_NOISE].gin = stats.pass[EVO_NOISE].logits = tensor(4, p);
	const double kldiv = (0.5 * (log(0.5) + 1) + 0.25 * (log(0.25) + 2) +
	                      0.125 * (log(0.125) + 3) + 0.125 * (log(0.125) - 4)) /
	                     2;
	assert_score("kldiv(gin.d, gin.n)", kldiv);
	assert_score("kldiv(logits.d, logits.n)", kldiv);
	assert_score("kldiv(3, gin.n)",
	             (0.5 * log(0.5) + 0.25 * log(0.25) + 0.25 * log(0.125) - 3) / 2);
	assert_score("kldiv(gin.d, 2)", (4 * 2 * M_LN2 - 2 * -2) / 2);
	assert_score("kldiv(gin.n, gin.d)", NAN_); /* negative weights */
	assert_score("kldiv(gin.d, logits.n)", NAN_);
}

/* ---- Rearranging and products ---------------------------------------------------------------- */

static void by_channel_and_plane_mean(void **state)
{
	/* 2 x 3 x 1 x 2. */
	static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 2, 3, 1, 2);
	stats.logits_dims[0] = 2;
	stats.logits_dims[1] = 3;
	stats.pass[EVO_DATA].gin = tensor(12, values);
	stats.pass[EVO_DATA].logits = tensor(6, values);
	/* Channels are (0 1 6 7), (2 3 8 9), (4 5 10 11): their sums are 6 9 24 27. */
	assert_score("sum(gram(by_channel(gin.d)))", 6 * 6 + 9 * 9 + 24 * 24 + 27 * 27);
	assert_score("sum(gram(gin.d))", 6 * 6 + 8 * 8 + 10 * 10 + 12 * 12 + 14 * 14 + 16 * 16);
	assert_score("numel(gram(by_channel(gin.d)))", 9);
	assert_score("numel(gram(by_channel(logits.d)))", 9);
	assert_score("sum(gram(by_channel(logits.d)))", 3 * 3 + 12 * 12);
	assert_score("frob(sub(by_channel(by_channel(gin.d)), gin.d))", 0);
	assert_score("frob(sub(by_channel(by_channel(logits.d)), logits.d))", 0);
	assert_score("numel(plane_mean(gin.d))", 6);
	assert_score("sum(plane_mean(gin.d))", 33);
	assert_score("frob(sub(plane_mean(gin.d), add(mul(2, logits.d), 0.5)))", 0);
	assert_score("by_channel(3)", NAN_);
	assert_score("plane_mean(logits.d)", NAN_);
	assert_score("plane_mean(3)", NAN_);
}

static void matrix_products(void **state)
{
	static const double a[] = {1, 2, 3, 4, 5, 6, 7, 8};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 1, 2, 2, 2);
	stats.logits_dims[0] = stats.logits_dims[1] = 2;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(8, a);
	/* [1 2; 3 4]^2 = [7 10; 15 22], [5 6; 7 8]^2 = [67 78; 91 106]. */
	assert_score("sum(matmul(logits.d, logits.d))", 54);
	assert_score("sum(matmul(gin.d, gin.d))", 54 + 342);
	assert_score("sum(det(matmul(gin.d, gin.d)))", 4 + 4);
	assert_score("matmul(gin.d, logits.d)", NAN_);
	assert_score("matmul(2, logits.d)", NAN_);
	stats.logits_dims[0] = 1;
	stats.logits_dims[1] = 3;
	assert_score("sum(matmul(by_channel(logits.d), logits.d))", 36);
	assert_score("sum(matmul(logits.d, by_channel(logits.d)))", 14);
	assert_score("matmul(logits.d, logits.d)", NAN_);
}

static void rows_to_matrices(void **state)
{
	/* Rows (1 2 3), (2 4 6), (3 1 -1). */
	static const double rows[] = {1, 2, 3, 2, 4, 6, 3, 1, -1};
	static const char *const arguments[] = {"logits.d", "gin.d"};

	(void) state;
	clear();
	set_dims(stats.gin_dims, 3, 1, 3, 1);
	stats.logits_dims[0] = stats.logits_dims[1] = 3;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(9, rows);
	for (size_t i = 0; i < EVO_COUNT(arguments); i++) {
		static const struct {
			const char *text;
			double expected;
		} cases[] = {
		        {"sum(gram(%s))", 6 * 6 + 7 * 7 + 8 * 8},
		        {"frob(gram(%s))", 71.14070565}, /* 14 28 2, 28 56 4, 2 4 11 */
		        {"sum(corr(%s))", 1}, /* ones, but -1 of the last with the others */
		        {"frob(corr(%s))", 3},
		        {"sum(agree(%s))", 3 * 3 + 2 * (3 + 2 + 2)},
		        {"distinct(%s)", 2},
		        {"eigratio(%s)", INF},        /* two rows are parallel */
		        {"jacov(%s)", 199978.406097}, /* eigenvalues 0 0 3 */
		};

		for (size_t k = 0; k < EVO_COUNT(cases); k++) {
			char text[64];

			snprintf(text, sizeof(text), cases[k].text, arguments[i]);
			assert_score(text, cases[k].expected);
		}
	}
	assert_score("gram(1)", NAN_);
	assert_score("corr(1)", NAN_);
	assert_score("agree(1)", NAN_);
	assert_score("distinct(1)", NAN_);
	assert_score("jacov(1)", NAN_);
	assert_score("eigratio(1)", NAN_);
	assert_score("frob(corr(ones(logits.d)))", 0); /* rows without deviation: 0 over 1e-8 */
	stats.pass[EVO_DATA].logits = tensor(9, (const double[]){1, 0, 0, 0, 2, 0, 0, 0, 3});
	assert_score("eigratio(logits.d)", 9);
	assert_score("distinct(logits.d)", 3);
	stats.pass[EVO_DATA].logits = tensor(9, (const double[]){1, 0, 0, 0, NAN_, 0, 0, 0, 3});
	assert_score("eigratio(logits.d)", NAN_);
	assert_score("jacov(logits.d)", NAN_);
	assert_score("distinct(logits.d)", 3); /* NaN is not above 0: 100, 000, 001 */
}

/* Against counting by comparison of all columns, with more rows than a machine word has bits. */
static void activation_patterns_are_counted(void **state)
{
	static double values[40 * 100];
	struct evo_rng rng = evo_rng_stream(1, "test patterns", 0);

	(void) state;
	for (size_t rows = 1; rows <= 100; rows += 11) {
		const size_t columns = 40;
		size_t distinct = 0;

		for (size_t k = 0; k < columns; k++) {
			const bool copy = k > 0 && evo_rng_below(&rng, 3) == 0;
			const size_t from = copy ? evo_rng_below(&rng, k) : 0;

			for (size_t r = 0; r < rows; r++)
				values[r * columns + k] = copy ? values[r * columns + from] * 2
				                               : evo_rng_normal(&rng);
			/* Often all but the last row are as in another column. */
			if (copy && evo_rng_below(&rng, 2))
				values[(rows - 1) * columns + k] *= -1;
		}
		for (size_t k = 0; k < columns; k++) {
			bool seen = false;

			for (size_t j = 0; j < k && !seen; j++) {
				size_t r = 0;

				while (r < rows && (values[r * columns + j] > 0) ==
				                           (values[r * columns + k] > 0))
					r++;
				seen = r == rows;
			}
			distinct += !seen;
		}
		clear();
		set_dims(stats.gin_dims, rows, 2, 4, 5);
		stats.pass[EVO_DATA].gin = tensor(rows * columns, values);
		assert_score("distinct(gin.d)", (double) distinct);
	}
}

/* ---- Determinants and eigenvalues ------------------------------------------------------------ */

static void set_matrix(size_t n, const double *values)
{
	clear();
	set_dims(stats.gin_dims, 1, 1, n, n);
	stats.logits_dims[0] = stats.logits_dims[1] = n;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(n * n, values);
}

static void determinants(void **state)
{
	static const struct {
		size_t n;
		double values[9];
		double det, logdet, logabsdet, logdet1p;
	} cases[] = {
	        {2, {1, 2, 3, 4}, -2, 0, M_LN2, 1.38629436112}, /* det(I + a) = 4 */
	        {2, {3, 4, 1, 2}, 2, M_LN2, M_LN2, 2.07944154168},
	        {2, {0, 1, 1, 0}, -1, 0, 0, -INF},
	        {2, {1, 2, 2, 4}, 0, -INF, -INF, 1.79175946923},
	        {2, {0, 0, 0, 0}, 0, -INF, -INF, 0},
	        {1, {-5}, -5, 0, 1.60943791243, 1.38629436112},
	        {1, {5}, 5, 1.60943791243, 1.60943791243, 1.79175946923},
	        {3,
	         {2, -1, 0, -1, 2, -1, 0, -1, 2},
	         4,
	         1.38629436112,
	         1.38629436112,
	         3.04452243772},
	        {3, {0, 2, 0, 0, 0, 3, 4, 0, 0}, 24, 3.17805383035, 3.17805383035, 3.21887582487},
	        {2, {1, NAN_, 3, 4}, NAN_, 0, NAN_, NAN_},
	        {2, {1, INF, 3, 4}, NAN_, 0, NAN_, NAN_},
	        /* Rows of thirds: elimination leaves rounding noise, which is no pivot. */
	        {3, {1, 1, -1, 1, -1, 1, 3, -1, 1}, 0, -INF, -INF, -INF},
	};
	static const char *const names[] = {"det", "logdet", "logabsdet", "logdet1p"};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		const double expected[] = {cases[i].det, cases[i].logdet, cases[i].logabsdet,
		                           cases[i].logdet1p};

		set_matrix(cases[i].n, cases[i].values);
		for (size_t k = 0; k < EVO_COUNT(names) - (i == EVO_COUNT(cases) - 1); k++) {
			char text[64];

			snprintf(text, sizeof(text), "%s(logits.d)", names[k]);
			assert_score(text, expected[k]);
			snprintf(text, sizeof(text), "%s(gin.d)", names[k]);
			assert_score(text, expected[k]);
		}
	}
	assert_score("det(1)", NAN_);
	stats.logits_dims[0] = 1;
	assert_score("det(logits.d)", NAN_);
	/* The leading dimensions stay. */
	clear();
	set_dims(stats.gin_dims, 2, 3, 2, 2);
	static const double planes[24] = {1, 0, 0, 1, 2, 0, 0, 1, 3, 0, 0, 1,
	                                  4, 0, 0, 1, 5, 0, 0, 1, 6, 0, 0, 1};
	stats.pass[EVO_DATA].gin = tensor(24, planes);
	assert_score("sum(det(gin.d))", 21);
	assert_score("numel(det(gin.d))", 6);
	assert_score("sum(det(gram(det(gin.d))))", 14 * 77 - 32 * 32);
}

/* The planes of a tensor are factorised side by side; each has the value that it has alone, and one
   that is singular or not finite is no matter to the others. */
static void planes_do_not_see_each_other(void **state)
{
	enum {
		PLANES = 19
	};
	struct evo_rng rng = evo_rng_stream(1, "test planes", 0);
	static double planes[PLANES * 36], pick[PLANES];

	(void) state;
	for (size_t n = 1; n <= 6; n++) {
		size_t singular = 0;

		for (size_t i = 0; i < PLANES * n * n; i++) /* a third of small whole numbers */
			planes[i] = i / (n * n) % 3 ? evo_rng_normal(&rng)
			                            : (double) evo_rng_below(&rng, 3) - 1;
		for (size_t i = 0; i < PLANES; i++) {
			double alone;

			clear();
			set_dims(stats.gin_dims, PLANES, 1, n, n);
			stats.pass[EVO_DATA].gin = tensor(PLANES * n * n, planes);
			stats.pass[EVO_DATA].logits = stats.pass[EVO_DATA].gin + i * n * n;
			stats.logits_dims[0] = stats.logits_dims[1] = n;
			alone = score("det(logits.d)");
			singular += alone == 0;
			memset(pick, 0, sizeof(pick));
			pick[i] = 1;
			stats.pass[EVO_NOISE].logits = tensor(PLANES, pick);
			stats.logits_dims[0] = PLANES;
			stats.logits_dims[1] = 1;
			assert_true(score("sum(mul(det(gin.d), logits.n))") == alone);
		}
		assert_score("sum(lt(logabsdet(gin.d), -1e300))", (double) singular);
		planes[5 * n * n] = NAN_;
		planes[9 * n * n + n * n - 1] = INF;
		stats.pass[EVO_DATA].gin = tensor(PLANES * n * n, planes);
		assert_score("sum(eq(det(gin.d), det(gin.d)))", PLANES - 2);
	}
}

/* A pivot of n 2^-52 times the largest entry is zero, one beyond is none. */
static void small_pivots_are_zero(void **state)
{
	(void) state;
	set_matrix(2, (const double[]){1, 0, 0, ldexp(1, -51)});
	assert_score("logabsdet(logits.d)", -INF);
	set_matrix(2, (const double[]){1, 0, 0, ldexp(1, -51) * (1 + 1e-6)});
	assert_score("logabsdet(logits.d)", -51 * M_LN2);
	set_matrix(2, (const double[]){8, 0, 0, ldexp(8, -51)});
	assert_score("det(gin.d)", 0);
}

static void eigenvalues(void **state)
{
	(void) state;
	set_matrix(2, (const double[]){2, 1, 1, 2});
	assert_score("eigmin(logits.d)", 1);
	assert_score("eigmax(logits.d)", 3);
	assert_score("eigentropy(logits.d)", -0.25 * log(0.25) - 0.75 * log(0.75));
	assert_score("eigmax(gin.d)", NAN_); /* matrices only */
	assert_score("eigmax(1)", NAN_);
	set_matrix(2, (const double[]){2, 0, 2, 2}); /* the symmetric part is as above */
	assert_score("eigmin(logits.d)", 1);
	assert_score("eigmax(logits.d)", 3);
	set_matrix(2, (const double[]){0, 1, 1, 0});
	assert_score("eigmin(logits.d)", -1);
	assert_score("eigentropy(logits.d)", 0);
	set_matrix(2, (const double[]){1, 1, 1, 1});
	assert_score("eigmin(logits.d)", 0);
	assert_score("inv(eigmin(logits.d))", INF);
	set_matrix(2, (const double[]){0, 0, 0, 0});
	assert_score("eigmax(logits.d)", 0);
	assert_score("eigentropy(logits.d)", NAN_);
	set_matrix(2, (const double[]){1, INF, 1, 1});
	assert_score("eigmin(logits.d)", NAN_);
	assert_score("eigentropy(logits.d)", NAN_);
	set_matrix(3, (const double[]){4, 0, 0, 0, 2, 0, 0, 0, 2});
	assert_score("eigentropy(logits.d)", 0.5 * log(2) + 0.5 * log(4));
	stats.logits_dims[0] = 1;
	assert_score("eigmin(logits.d)", NAN_);
}

/* ---- Single precision functions -------------------------------------------------------------- */

static double reference(const char *name, double a)
{
	return strcmp(name, "exp") == 0       ? exp(a)
	       : strcmp(name, "log") == 0     ? log(a)
	       : strcmp(name, "tanh") == 0    ? tanh(a)
	       : strcmp(name, "sigmoid") == 0 ? 1 / (1 + exp(-a))
	                                      : NAN_;
}

/* Against libm in double on many floats, denormal ones and results included. */
static void single_precision_functions_are_accurate(void **state)
{
	static const struct {
		const char *name;
		double low, high;
	} ranges[] = {{"exp", -103, 88.7},  {"exp", -1e-3, 1e-3},  {"log", 1e-44, 1e-37},
	              {"log", 0.5, 2},      {"log", 0.999, 1.001}, {"log", 2, 3e38},
	              {"tanh", -9, 9},      {"tanh", 1e-30, 1e-3}, {"tanh", -0.7, 0.7},
	              {"sigmoid", -103, 20}};
	struct evo_rng rng = evo_rng_stream(1, "test floats", 0);

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(ranges); i++) {
		const bool wide = ranges[i].low > 0;
		char text[64];

		snprintf(text, sizeof(text), "sum(%s(gin.d))", ranges[i].name);
		for (size_t k = 0; k < 3000; k++) {
			const double u = evo_rng_uniform(&rng);
			const double a =
			        wide ? ranges[i].low * pow(ranges[i].high / ranges[i].low, u)
			             : ranges[i].low + (ranges[i].high - ranges[i].low) * u;
			double expected, ulp, value;

			clear();
			set_dims(stats.gin_dims, 1, 1, 1, 1);
			stats.pass[EVO_DATA].gin = tensor(1, &a);
			expected = reference(ranges[i].name, (double) *stats.pass[EVO_DATA].gin);
			ulp = fmax(ldexp(fabs(expected), -23), ldexp(1, -149));
			value = score(text);
			if (!(fabs(value - expected) <= 2 * ulp))
				fail_msg("%s(%.9g) is %.9g, expected %.9g", ranges[i].name, a,
				         value, expected);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(elementwise_with_one_argument),
	        cmocka_unit_test(single_precision_has_its_range),
	        cmocka_unit_test(elementwise_with_two_arguments),
	        cmocka_unit_test(reductions_of_tensors),
	        cmocka_unit_test(sums_of_every_length),
	        cmocka_unit_test(blocks_join_without_a_seam),
	        cmocka_unit_test(normalize_standardises_and_has_no_nan),
	        cmocka_unit_test(softmax_goes_over_dimension_one),
	        cmocka_unit_test(pairs_of_tensors),
	        cmocka_unit_test(by_channel_and_plane_mean),
	        cmocka_unit_test(matrix_products),
	        cmocka_unit_test(rows_to_matrices),
	        cmocka_unit_test(activation_patterns_are_counted),
	        cmocka_unit_test(determinants),
	        cmocka_unit_test(planes_do_not_see_each_other),
	        cmocka_unit_test(small_pivots_are_zero),
	        cmocka_unit_test(eigenvalues),
	        cmocka_unit_test(single_precision_functions_are_accurate),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
