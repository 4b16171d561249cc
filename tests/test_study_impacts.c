/*
 * Impacts: how much of a tree's fitness hangs on each of its nodes.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "study_fixture.h"

/* The impacts of a tree, by evo_calloc. */
static double *impacts_of(struct evo_study *study, const char *text, bool mean)
{
	struct evo_error err = {0};
	struct evo_tree tree;
	double progress = 0, end = evo_now() + 280;
	assert_true(evo_proxy_parse(text, &tree, &err));
	struct evo_impact *impact = evo_impact_begin(study, &tree, mean, EVO_STUDY_URGENT, &err);
	assert_string_equal(err.message, "");
	assert_true(isnan(evo_impact_values(impact)[0]));
	while (progress < 1) {
		assert_true(evo_now() < end);
		evo_study_wait(study, 1);
		const struct evo_study_snapshot *s = evo_study_snapshot(study);
		double now = evo_impact_poll(impact, s);
		assert_true(now >= progress && now <= 1);
		progress = now;
		evo_study_snapshot_release(s);
	}
	double *values = evo_calloc(tree.size, sizeof(*values));
	memcpy(values, evo_impact_values(impact), tree.size * sizeof(*values));
	evo_impact_end(impact);
	return values;
}

/* The least tau in a direction, or the mean; direction 0: the tree's own, which is set. */
static double fitness_of(struct evo_study *study, const char *text, bool mean, int *direction)
{
	uint64_t id = ask_text(study, text, (struct evo_request){.most = EVO_IMPACT_NETWORKS});
	const struct evo_study_snapshot *s = wait_for(study, is_whole, id, 0);
	const struct evo_answer *answer = evo_study_answer(s, id);
	double a = evo_answer_tau(s, &answer->cases[0], EVO_SIDE_TRAIN, 0);
	double b = evo_answer_tau(s, &answer->cases[1], EVO_SIDE_TRAIN, 0);
	evo_study_snapshot_release(s);
	evo_study_drop(study, id);
	if (*direction == 0)
		*direction = a + b < 0 ? -1 : 1;
	return mean ? *direction * (a + b) / 2 : fmin(*direction * a, *direction * b);
}

static void test_impacts(void **state)
{
	(void) state;
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	for (int mean = 0; mean < 2; mean++) {
		int direction = 0;
		double fitness = fitness_of(study, "layer_sum(frob(gw.d))", mean, &direction);
		double units = fitness_of(study, "units", mean, &direction);
		double *impacts = impacts_of(study, "layer_sum(frob(gw.d))", mean);
		double *turned = impacts_of(study, "neg(layer_sum(frob(gw.d)))", mean);
		assert_true(fitness > 0.1);
		assert_true(impacts[0] == fitness);
		/* With one value for all, the sum over units counts them; a constant for the sum
		   says nothing, which is more than to say the opposite. */
		assert_true(units < 0 && impacts[1] == fitness && impacts[2] == fitness);
		/* A tree's own direction is that in which it is good. */
		assert_true(turned[0] == fitness);
		assert_true(turned[2] == impacts[1] && turned[3] == impacts[2]);
		free(impacts);
		free(turned);
	}
	/* All questions have been dropped. */
	evo_study_snapshot_release(wait_for(study, is_empty, 0, 0));
	evo_study_destroy(study);
}

static void test_dead_branch(void **state)
{
	(void) state;
	int direction = 0;
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	double *impacts = impacts_of(study, "add(layer_sum(frob(gw.d)), mul(params, 0))", false);
	double alone = fitness_of(study, "layer_sum(frob(gw.d))", false, &direction);
	assert_true(impacts[0] == alone);
	/* A constant orders nothing. */
	assert_true(impacts[1] == impacts[0]);
	for (size_t i = 4; i < 7; i++)
		assert_true(impacts[i] == 0);
	free(impacts);
	evo_study_destroy(study);
}

/* A matrix whose places are all the same has no smallest eigenvalue, no correlations and no
   deviation worth the name. What lies below such a node has no more impact than the node, whatever
   a constant in every place would make of it. */
static void test_degenerate_impacts(void **state)
{
	static const struct {
		const char *text;
		size_t node, below; /* the node, and how many of those below it are in a row */
	} cases[] = {
	        {"add(layer_sum(eigmin(corr(gw.n))), layer_sum(frob(gw.d)))", 2, 2},
	        {"add(layer_sum(std(w)), layer_sum(frob(gw.d)))", 2, 1},
	        {"add(layer_sum(std(add(x.d, 1))), layer_sum(frob(gw.d)))", 2, 2},
	        {"add(layer_sum(eigentropy(gram(x.n))), layer_sum(frob(gw.d)))", 2, 2},
	        {"add(mul(layer_std(frob(w)), 2), params)", 2, 1},
	        {"add(logdet1p(corr(layer_total(gw.n))), layer_sum(frob(gw.d)))", 1, 3},
	};
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		double *impacts = impacts_of(study, cases[i].text, false);
		double top = impacts[cases[i].node];
		assert_true(isfinite(top) && top != impacts[0]);
		for (size_t below = 1; below <= cases[i].below; below++)
			assert_true(impacts[cases[i].node + below] <= top);
		free(impacts);
	}
	evo_study_destroy(study);
}

/* A tree that is better without an argument says so by its sign. */
static void test_harmful_impacts(void **state)
{
	int direction = 0;
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	(void) state;
	double alone = fitness_of(study, "neg(units)", true, &direction);
	double *impacts = impacts_of(study, "sub(params, mul(units, 1e3))", true);
	assert_true(alone > impacts[0] + 0.1 && impacts[2] > 0);
	assert_true(fabs(impacts[1] - (impacts[0] - alone)) < 1e-12);
	free(impacts);
	evo_study_destroy(study);
}

static void test_unknown_impacts(void **state)
{
	(void) state;
	struct evo_text text;
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	/* What is nowhere finite has no mean, but what it alone decides may have. */
	double *impacts = impacts_of(study, "add(params, log(neg(inv(zeros(params)))))", true);
	assert_true(impacts[0] > 0 && impacts[1] == impacts[0]);
	for (size_t i = 2; i < 7; i++)
		assert_true(impacts[i] == 0);
	free(impacts);
	impacts = impacts_of(study, "add(params, min2(inv(zeros(params)), units))", true);
	assert_true(isnan(impacts[3]) && impacts[4] == 0 && impacts[5] == 0);
	free(impacts);
	/* A tree that is full has no room for a constant of a shape. */
	evo_text_init(&text);
	evo_text_append(&text, "add(units, ");
	for (size_t i = 0; i < EVO_TREE_MAX - 4; i++)
		evo_text_append(&text, "abs(");
	evo_text_append(&text, "params");
	for (size_t i = 0; i < EVO_TREE_MAX - 4; i++)
		evo_text_append(&text, ")");
	evo_text_append(&text, ")");
	impacts = impacts_of(study, text.data, false);
	assert_true(impacts[0] > 0 && isnan(impacts[1]) && isnan(impacts[2]));
	free(impacts);
	evo_text_clear(&text);
	evo_study_destroy(study);
}

static void test_impact_of_a_failed_study(void **state)
{
	(void) state;
	static const char *const names[] = {"nowhere"};
	struct evo_study_config config = small_study();
	config.benchmarks = names;
	config.benchmark_count = 1;
	struct evo_study *study = open_study(&config);
	double *impacts = impacts_of(study, "params", false);
	assert_true(isnan(impacts[0]));
	free(impacts);
	evo_study_destroy(study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_impacts),
	        cmocka_unit_test(test_dead_branch),
	        cmocka_unit_test(test_degenerate_impacts),
	        cmocka_unit_test(test_harmful_impacts),
	        cmocka_unit_test(test_unknown_impacts),
	        cmocka_unit_test(test_impact_of_a_failed_study),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
