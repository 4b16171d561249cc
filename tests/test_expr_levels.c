/*
 * What stands above the units: aggregates, units that are left out, the network; and that a value
 * depends on nothing but the network.
 */
#include "config.h"

#include "expr_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Aggregates ------------------------------------------------------------------------------ */

/* Units whose x.d is one number each. */
static void set_units(size_t count, const double *values)
{
	clear();
	stats.unit_count = count;
	for (size_t i = 0; i < count; i++) {
		set_dims(units[i].x_dims, 1, 1, 1, 1);
		set_dims(units[i].y_dims, 1, 1, 1, 1);
		set_dims(units[i].w_dims, 1, 1, 1, 1);
		units[i].pass[EVO_DATA].x = units[i].w = tensor(1, values + i);
	}
}

static void assert_aggregates(const double expected[8])
{
	static const char *const names[8] = {"mean", "sum",   "max",  "min",
	                                     "std",  "first", "last", "count"};

	for (size_t i = 0; i < 8; i++) {
		char text[64];

		snprintf(text, sizeof(text), "layer_%s(x.d)", names[i]);
		assert_score(text, expected[i]);
	}
}

static void aggregates_fold_the_units_left_in(void **state)
{
	static const double none[8] = {NAN_, NAN_, NAN_, NAN_, NAN_, NAN_, NAN_, NAN_};

	(void) state;
	set_units(3, (const double[]){1, 2, 6});
	assert_aggregates((const double[]){3, 9, 6, 1, sqrt(7), 1, 6, 3});
	assert_score("x.d", 3); /* a unit-level root is a layer_mean */
	assert_score("add(x.d, 1)", 4);
	set_units(4, (const double[]){INF, 2, NAN_, 6});
	assert_aggregates((const double[]){4, 8, 6, 2, sqrt(8), 2, 6, 2});
	assert_score("layer_sum(gt0(x.d))", 3); /* infinities further down are values */
	assert_score("layer_sum(inv(x.d))", 0.5 + 1.0 / 6);
	set_units(2, (const double[]){NAN_, 5});
	assert_aggregates((const double[]){5, 5, 5, 5, 0, 5, 5, 1});
	set_units(2, (const double[]){NAN_, -INF});
	assert_aggregates(none);
	set_units(0, NULL);
	assert_aggregates(none);
	assert_score("layer_total(x.d)", NAN_);
	assert_score("units", 0);
}

static void numbers_alone_have_a_value_in_every_unit(void **state)
{
	(void) state;
	set_units(3, (const double[]){1, 2, 6});
	assert_score("layer_mean(0.5)", 0.5);
	assert_score("layer_sum(add(1, 1))", 6);
	assert_score("layer_total(2)", 6);
	assert_score("0.5", 0.5);
	assert_score("add(1, mul(2, 3))", 7);
	assert_score("units", 3);
	assert_score("layer_count(det(0.5))", NAN_);
}

static void a_tensor_counts_by_its_mean(void **state)
{
	(void) state;
	clear();
	stats.unit_count = 2;
	set_dims(units[0].x_dims, 1, 1, 1, 2);
	set_dims(units[1].x_dims, 1, 1, 1, 4);
	units[0].pass[EVO_DATA].x = tensor(2, (const double[]){1, 3});
	units[1].pass[EVO_DATA].x = tensor(4, (const double[]){1, 2, 3, -6});
	assert_score("layer_sum(x.d)", 2);
	assert_score("layer_max(x.d)", 2);
	assert_score("layer_sum(sum(x.d))", 4);
	assert_score("layer_sum(log(x.d))", log(3) / 2 + log(6) / 4);
}

static void shapes_that_do_not_fit_leave_the_unit_out(void **state)
{
	(void) state;
	set_units(3, (const double[]){1, 2, 6});
	set_dims(units[1].x_dims, 1, 1, 1, 2); /* unlike w */
	units[1].pass[EVO_DATA].x = tensor(2, (const double[]){1, 1});
	assert_score("layer_sum(add(x.d, w))", 14);
	assert_score("layer_count(ones(add(x.d, w)))", 2);
	assert_score("layer_count(numel(add(x.d, w)))", 2);
	assert_score("layer_sum(numel(zeros(add(x.d, w))))", 2);
	assert_score("layer_last(matmul(x.d, w))", 36);
	assert_score("layer_sum(add(x.d, frob(w)))", 2 + 3 + 12);
	assert_score("layer_count(eigmax(x.d))", NAN_);
	/* At network level there is nothing to leave out. */
	set_dims(stats.gin_dims, 1, 1, 1, 1);
	stats.logits_dims[0] = stats.logits_dims[1] = 1;
	stats.pass[EVO_DATA].gin = stats.pass[EVO_DATA].logits = tensor(1, (const double[]){1});
	assert_score("add(layer_sum(w), numel(sub(gin.d, logits.d)))", NAN_);
	assert_score("ones(sub(gin.d, logits.d))", NAN_);
}

static void layer_total_adds_tensors(void **state)
{
	(void) state;
	clear();
	stats.unit_count = 4;
	for (size_t i = 0; i < 4; i++)
		set_dims(units[i].x_dims, 2, 1, 1, 2);
	set_dims(units[2].x_dims, 1, 1, 1, 2);
	units[0].pass[EVO_DATA].x = tensor(4, (const double[]){NAN_, 1, 1, 1});
	units[1].pass[EVO_DATA].x = tensor(4, (const double[]){1, 2, 3, 4});
	units[2].pass[EVO_DATA].x = tensor(2, (const double[]){100, 100});
	units[3].pass[EVO_DATA].x = tensor(4, (const double[]){10, 20, 30, 40});
	/* The first has a NaN, the third another shape than the first left in. */
	assert_score("sum(layer_total(x.d))", 110);
	assert_score("frob(layer_total(x.d))", 11 * sqrt(30));
	assert_score("numel(layer_total(x.d))", 4);
	assert_score("cosine(layer_total(x.d), layer_total(neg(x.d)))", -2);
	assert_score("add(layer_total(x.d), layer_sum(sum(x.d)))", 27.5 + 310);
	/* A matrix and a scalar: the NaN is above no 0, so the first has its say. */
	assert_score("sum(layer_total(agree(x.d)))", (2 + 1 + 1 + 2) + 8 + 8);
	assert_score("layer_total(frob(x.d))", sqrt(30) + 100 * sqrt(2) + 10 * sqrt(30));
	assert_score("layer_total(add(x.d, det(x.d)))", NAN_);
	assert_score("numel(layer_total(add(x.d, det(x.d))))", 1);
}

/* A sum of floats that no float holds is infinite, as every rank-4 value. */
static void layer_total_of_rank_four_is_single(void **state)
{
	(void) state;
	set_units(2, (const double[]){3e38, 3e38});
	assert_score("layer_total(x.d)", INF);
	assert_score("layer_sum(x.d)", 6e38);
	assert_score("sub(layer_total(x.d), layer_total(x.d))", NAN_);
	set_units(3, (const double[]){16777216, 1, -16777216});
	assert_score("layer_total(x.d)", 1); /* added in double */
}

static void derived_statistics_are_made_from_what_is_kept(void **state)
{
	static const double x[] = {1, -2, 3, -4}, xp[] = {2, 2, -1, -5};
	static const double g[] = {10, 20, 30, 40}, gp[] = {11, 22, 33, 44};

	(void) state;
	clear();
	stats.unit_count = 1;
	set_dims(units[0].x_dims, 1, 1, 2, 2);
	units[0].pass[EVO_DATA].x = tensor(4, x);
	units[0].pass[EVO_DATA].gr = tensor(4, g);
	units[0].pass[EVO_PERTURBED].x = tensor(4, xp);
	units[0].pass[EVO_PERTURBED].gr = tensor(4, gp);
	assert_score("layer_sum(sum(r.d))", 4);
	assert_score("layer_sum(sum(gx.d))", 40);
	assert_score("layer_sum(sum(x.p))", -2 + 2);
	assert_score("layer_sum(l1(x.p))", (1 + 4 + 4 + 1) / 4.0);
	assert_score("layer_sum(sum(r.p))", 1 + 2 - 3);
	assert_score("layer_sum(sum(gx.p))", 1 + 22 - 30);
	assert_score("layer_sum(sum(gr.p))", 10);
	assert_score("layer_sum(sum(add(x.d, add(r.d, mul(gx.d, gr.p)))))",
	             -2 + 4 + 10 * 1 + 30 * 3);
}

/* ---- Independence ---------------------------------------------------------------------------- */

#define RANDOM_UNITS 6

struct random_network {
	struct evo_stats stats;
	struct evo_unit_stats units[RANDOM_UNITS];
	float *memory;
	size_t used;
};

static const float *random_tensor(struct random_network *network, struct evo_rng *rng,
                                  const size_t *dims, size_t rank)
{
	float *out = network->memory + network->used;
	size_t count = 1;

	for (size_t d = 0; d < rank; d++)
		count *= dims[d];
	evo_rng_normals(rng, out, count, 1);
	network->used += count;
	return out;
}

/* shift: floats by which all memory is moved, so that alignment differs. */
static struct random_network *random_network(uint64_t seed, size_t batch, size_t side, size_t shift)
{
	struct random_network *network = evo_calloc(1, sizeof(*network));
	struct evo_rng rng = evo_rng_stream(seed, "test network", 0);

	network->memory = evo_calloc((size_t) 1 << 18, sizeof(float));
	network->used = shift;
	for (size_t i = 0; i < RANDOM_UNITS; i++) {
		struct evo_unit_stats *unit = &network->units[i];
		const size_t in = 2 + i % 3, out = 2 + (i + i / 2) % 3, kernel = i % 2 ? 3 : 1;

		set_dims(unit->w_dims, out, in, kernel, kernel);
		set_dims(unit->x_dims, batch, in, side, side);
		set_dims(unit->y_dims, batch, out, i == 3 ? side / 2 : side,
		         i == 3 ? side / 2 : side);
		unit->w = random_tensor(network, &rng, unit->w_dims, 4);
		for (size_t p = 0; p < EVO_PASSES; p++) {
			unit->pass[p].x = random_tensor(network, &rng, unit->x_dims, 4);
			unit->pass[p].gr = random_tensor(network, &rng, unit->x_dims, 4);
			unit->pass[p].y = random_tensor(network, &rng, unit->y_dims, 4);
			unit->pass[p].gy = random_tensor(network, &rng, unit->y_dims, 4);
			unit->pass[p].gw = random_tensor(network, &rng, unit->w_dims, 4);
		}
	}
	set_dims(network->stats.gin_dims, batch, 3, side, side);
	network->stats.logits_dims[0] = batch;
	network->stats.logits_dims[1] = 5;
	for (size_t p = 0; p < EVO_PASSES; p++) {
		network->stats.pass[p].gin =
		        random_tensor(network, &rng, network->stats.gin_dims, 4);
		network->stats.pass[p].logits =
		        random_tensor(network, &rng, network->stats.logits_dims, 2);
	}
	network->stats.units = network->units;
	network->stats.unit_count = RANDOM_UNITS;
	network->stats.has = EVO_NEED(EVO_STATISTICS) - 1;
	network->stats.params = 1234;
	network->stats.flops = 56789;
	return network;
}

static void destroy_network(struct random_network *network)
{
	free(network->memory);
	free(network);
}

#define TREES 1500

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static void values_depend_on_the_network_alone(void **state)
{
	static struct evo_tree trees[TREES];
	const struct evo_tree *forward[TREES], *backward[TREES];
	double together[TREES], reversed[TREES], moved[TREES], alone;
	struct random_network *network = random_network(1, 4, 6, 0);
	struct random_network *shifted = random_network(1, 4, 6, 1);
	struct random_network *larger = random_network(2, 7, 10, 0);
	struct evo_rng rng = evo_rng_stream(1, "test independence", 0);
	struct plain_evaluator *fresh = plain_create();
	struct evo_grammar grammar;
	size_t finite = 0, bytes;

	(void) state;
	evo_grammar_all(&grammar);
	for (size_t i = 0; i < TREES; i++) {
		assert_true(evo_tree_random(&grammar, &rng,
		                            i % 4 ? EVO_LEVEL_NETWORK : EVO_LEVEL_UNIT, 2 + i % 6,
		                            i % 2 == 0, &trees[i]));
		forward[i] = backward[TREES - 1 - i] = &trees[i];
	}
	assert_true(plain_evaluate(evaluator, &network->stats, forward, TREES, together, NULL));
	assert_true(plain_evaluate(fresh, &larger->stats, backward, TREES, reversed, NULL));
	assert_true(plain_evaluate(fresh, &network->stats, backward, TREES, reversed, NULL));
	assert_true(plain_evaluate(fresh, &shifted->stats, forward, TREES, moved, NULL));
	for (size_t i = 0; i < TREES; i++) {
		assert_true(
		        plain_evaluate(evaluator, &network->stats, &forward[i], 1, &alone, NULL));
		assert_true(same_bits(alone, together[i]));
		assert_true(same_bits(alone, reversed[TREES - 1 - i]));
		assert_true(same_bits(alone, moved[i]));
		finite += isfinite(alone) != 0;
	}
	assert_true(finite > TREES / 4);
	/* Memory stays what the largest took. */
	bytes = plain_bytes(fresh);
	assert_true(plain_evaluate(fresh, &larger->stats, forward, TREES, moved, NULL));
	assert_int_equal(plain_bytes(fresh), bytes);
	plain_destroy(fresh);
	destroy_network(network);
	destroy_network(shifted);
	destroy_network(larger);
}

/* Of a format with one tree in it, on a network. */
static double score_of(const struct random_network *network, const char *format,
                       const struct evo_tree *tree)
{
	static struct evo_tree whole;
	const struct evo_tree *list[] = {&whole};
	struct evo_text text;
	double value = 0;

	evo_text_init(&text);
	evo_tree_print(tree, &text);
	char *written = evo_format(format, text.data);
	assert_true(evo_tree_parse(written, &whole, NULL));
	assert_true(plain_evaluate(evaluator, &network->stats, list, 1, &value, NULL));
	free(written);
	evo_text_clear(&text);
	return value;
}

/* What is called a scalar is one: its sum is its mean. What is not counts by its mean, to the bit;
   so arithmetic of scores is that of trees. */
static void scores_of_arithmetic_follow_from_scores(void **state)
{
	static struct evo_tree trees[TREES];
	const struct evo_tree *list[TREES];
	double scores[TREES];
	struct random_network *network = random_network(3, 4, 6, 0);
	struct evo_rng rng = evo_rng_stream(2, "test arithmetic", 0);
	struct evo_grammar grammar;
	size_t scalars = 0, tensors = 0;
	unsigned sqrt_code;

	(void) state;
	assert_true(evo_primitive_find("sqrt", &sqrt_code));
	evo_grammar_all(&grammar);
	for (size_t i = 0; i < TREES; i++) {
		assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 1 + i % 5,
		                            i % 2 == 0, &trees[i]));
		list[i] = &trees[i];
	}
	assert_true(plain_evaluate(evaluator, &network->stats, list, TREES, scores, NULL));
	for (size_t i = 0; i < TREES; i++) {
		bool scalar = evo_tree_is_scalar(&trees[i]);
		double root;

		evo_primitive_numbers(sqrt_code, &scores[i], NULL, &root, 1);
		assert_true(same_bits(score_of(network, "mean(%s)", &trees[i]), scores[i]));
		assert_true(same_bits(
		        score_of(network, scalar ? "sqrt(%s)" : "sqrt(mean(%s))", &trees[i]),
		        root));
		if (scalar)
			assert_true(same_bits(score_of(network, "sum(%s)", &trees[i]), scores[i]));
		scalars += scalar && isfinite(scores[i]);
		tensors += !scalar && isfinite(scores[i]);
	}
	assert_true(scalars > TREES / 10 && tensors > TREES / 100);
	destroy_network(network);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(aggregates_fold_the_units_left_in),
	        cmocka_unit_test(numbers_alone_have_a_value_in_every_unit),
	        cmocka_unit_test(a_tensor_counts_by_its_mean),
	        cmocka_unit_test(shapes_that_do_not_fit_leave_the_unit_out),
	        cmocka_unit_test(layer_total_adds_tensors),
	        cmocka_unit_test(layer_total_of_rank_four_is_single),
	        cmocka_unit_test(derived_statistics_are_made_from_what_is_kept),
	        cmocka_unit_test(values_depend_on_the_network_alone),
	        cmocka_unit_test(scores_of_arithmetic_follow_from_scores),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
