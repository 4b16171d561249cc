/*
 * Classic proxies where they are used: through the store, with its budget and its threads, as
 * terminals of expressions, and by name.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/proxy.h"
#include "evoscope/scoring.h"

static const char *const ARCHITECTURES[] = {
        "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|",
        "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
        "|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_3x3~1|skip_connect~2|",
        "|avg_pool_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|",
};
#define NETWORKS EVO_COUNT(ARCHITECTURES)
#define PLENTY   ((size_t) 1 << 30)

static struct evo_probe small_probe(void)
{
	struct evo_probe probe = {.macro = {.channels = 4, .cells = 1, .side = 8, .classes = 5},
	                          .batch = 6,
	                          .seed = 11};

	probe.space = evo_space_find("nb201", NULL);
	assert_non_null(probe.space);
	return probe;
}

struct setup {
	struct evo_store *store;
	size_t networks[NETWORKS];
};

static struct setup setup_of(size_t memory, unsigned workers, const unsigned short *labels)
{
	const struct evo_probe probe = small_probe();
	struct evo_error err = {0};
	struct setup setup;
	size_t number;

	setup.store = evo_store_create(memory, workers, &err);
	assert_non_null(setup.store);
	assert_true(evo_store_probe(setup.store, &probe, NULL, labels, &number, &err));
	for (size_t i = 0; i < NETWORKS; i++)
		assert_true(evo_store_network(setup.store, number, ARCHITECTURES[i],
		                              &setup.networks[i], &err));
	return setup;
}

/* One scalar of network i. */
static double scalar(const struct setup *setup, size_t i, enum evo_statistic statistic)
{
	struct evo_error err = {0};
	const struct evo_stats *stats =
	        evo_store_acquire(setup->store, setup->networks[i], EVO_NEED(statistic), 0, &err);
	double value;

	assert_non_null(stats);
	value = evo_stats_scalar(stats, statistic);
	evo_store_release(setup->store, setup->networks[i], stats);
	return value;
}

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static void labels_are_those_of_the_images_or_drawn(void **state)
{
	const unsigned short given[6] = {0, 4, 1, 3, 4, 2};
	struct evo_probe probe = small_probe();
	unsigned short *labels = evo_probe_labels(&probe, given);
	size_t count[5] = {0};

	(void) state;
	assert_memory_equal(labels, given, sizeof(given));
	free(labels);
	probe.batch = 1000;
	labels = evo_probe_labels(&probe, NULL);
	for (size_t i = 0; i < 1000; i++) {
		assert_true(labels[i] < 5);
		count[labels[i]]++;
	}
	for (size_t c = 0; c < 5; c++)
		assert_in_range(count[c], 150, 250);
	free(labels);
}

/* A label beyond the outputs is never folded into them. */
static void refuses_labels_beyond_the_outputs(void **state)
{
	const unsigned short given[6] = {0, 4, 1, 3, 5, 2};
	const struct evo_probe probe = small_probe();
	struct evo_error err = {0};
	struct evo_store *store = evo_store_create(PLENTY, 1, &err);
	size_t number;

	(void) state;
	assert_false(evo_store_probe(store, &probe, NULL, given, &number, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "image 4 has label 5, and the network has 5 outputs"));
	evo_store_destroy(store);
}

static void the_store_hands_labels_on(void **state)
{
	const unsigned short one[6] = {0}, other[6] = {1, 2, 3, 4, 0, 1};
	struct setup a = setup_of(PLENTY, 1, one), b = setup_of(PLENTY, 1, other);

	(void) state;
	assert_false(same_bits(scalar(&a, 0, EVO_CLASSIC_SNIP), scalar(&b, 0, EVO_CLASSIC_SNIP)));
	assert_true(same_bits(scalar(&a, 0, EVO_CLASSIC_NWOT), scalar(&b, 0, EVO_CLASSIC_NWOT)));
	evo_store_destroy(a.store);
	evo_store_destroy(b.store);
}

/* ---- The store ------------------------------------------------------------------------------- */

static void they_take_none_of_the_three_passes(void **state)
{
	(void) state;
	assert_int_equal(evo_needs_passes(EVO_NEEDS_CLASSIC), 0);
	assert_false(evo_needs_backward(EVO_NEEDS_CLASSIC));
	assert_int_equal(EVO_CLASSICS, 13);
	assert_true(EVO_NEEDS_CLASSIC & EVO_NEED(EVO_CLASSIC_SWAP));
	assert_false(EVO_NEEDS_CLASSIC & EVO_NEED(EVO_UNITS));
	assert_string_equal(evo_statistic_name(EVO_CLASSIC_EPE_NAS), "epe_nas");
}

/* A kept block that lacks what is asked for is computed again, with what it had. */
static void what_is_lacking_is_computed_later(void **state)
{
	struct setup setup = setup_of(PLENTY, 1, NULL);
	struct evo_error err = {0};
	const double nwot = scalar(&setup, 0, EVO_CLASSIC_NWOT);
	const double swap = scalar(&setup, 0, EVO_CLASSIC_SWAP);
	const evo_needs both = EVO_NEED(EVO_CLASSIC_NWOT) | EVO_NEED(EVO_CLASSIC_SWAP);

	(void) state;
	assert_int_equal(evo_store_report(setup.store).extractions, 2);
	const struct evo_stats *stats =
	        evo_store_acquire(setup.store, setup.networks[0], both, 0, &err);
	assert_int_equal(evo_store_report(setup.store).extractions, 2);
	assert_true(same_bits(evo_stats_scalar(stats, EVO_CLASSIC_NWOT), nwot));
	assert_true(same_bits(evo_stats_scalar(stats, EVO_CLASSIC_SWAP), swap));
	evo_store_release(setup.store, setup.networks[0], stats);
	stats = evo_store_acquire(setup.store, setup.networks[0], EVO_NEED(EVO_X_D), 0, &err);
	assert_int_equal(evo_store_report(setup.store).extractions, 3);
	assert_true(stats->has == (both | EVO_NEED(EVO_X_D)));
	assert_true(same_bits(evo_stats_scalar(stats, EVO_CLASSIC_NWOT), nwot));
	assert_true(same_bits(evo_stats_scalar(stats, EVO_CLASSIC_SWAP), swap));
	evo_store_release(setup.store, setup.networks[0], stats);
	evo_store_destroy(setup.store);
}

/* A value that was had costs no passes again. */
static void what_was_had_is_taken_over(void **state)
{
	const evo_needs grasp = EVO_NEED(EVO_CLASSIC_GRASP), few = EVO_NEED(EVO_LOGITS_D);
	struct setup setup = setup_of(PLENTY, 2, NULL);
	struct evo_error err = {0};
	const double value = scalar(&setup, 0, EVO_CLASSIC_GRASP);
	const size_t before = evo_store_report(setup.store).bytes;

	(void) state;
	/* By another worker, whose workspace grows by what is computed now. */
	const struct evo_stats *stats =
	        evo_store_acquire(setup.store, setup.networks[0], few | grasp, 1, &err);
	const size_t grown = evo_store_report(setup.store).bytes - before;
	assert_true(same_bits(evo_stats_scalar(stats, EVO_CLASSIC_GRASP), value));
	assert_true(evo_stats_scalar(stats, EVO_PARAMS) > 0);
	assert_true(grown < before / 2);
	evo_store_release(setup.store, setup.networks[0], stats);
	evo_store_destroy(setup.store);
}

/* Their passes' memory is within the budget, and a budget below it is refused. */
static void memory_is_planned(void **state)
{
	struct setup plenty = setup_of(PLENTY, 1, NULL);
	const size_t inputs = evo_store_report(plenty.store).bytes;
	const double value = scalar(&plenty, 0, EVO_CLASSIC_GRASP);
	const size_t bytes = evo_store_report(plenty.store).bytes;
	struct evo_error err = {0};

	(void) state;
	/* At least the gradients of all parameters and the parameters themselves. */
	assert_true(bytes - inputs > 2 * sizeof(float) * (size_t) scalar(&plenty, 0, EVO_PARAMS));
	struct setup enough = setup_of(bytes, 1, NULL), less = setup_of(bytes - 64, 1, NULL);
	assert_true(same_bits(scalar(&enough, 0, EVO_CLASSIC_GRASP), value));
	assert_null(evo_store_acquire(less.store, less.networks[0], EVO_NEED(EVO_CLASSIC_GRASP), 0,
	                              &err));
	assert_int_equal(err.code, EVO_E_MEMORY);
	evo_store_destroy(plenty.store);
	evo_store_destroy(enough.store);
	evo_store_destroy(less.store);
}

/* Values without tensors take no memory: they stay, however little of it there is. */
static void values_stay_where_memory_is_short(void **state)
{
	struct setup plenty = setup_of(PLENTY, 1, NULL);
	const double value = scalar(&plenty, 0, EVO_CLASSIC_GRASP);
	struct setup tight = setup_of(evo_store_report(plenty.store).bytes, 4, NULL);

	(void) state;
	assert_true(same_bits(scalar(&tight, 0, EVO_CLASSIC_GRASP), value));
	assert_true(same_bits(scalar(&tight, 0, EVO_CLASSIC_GRASP), value));
	assert_int_equal(evo_store_report(tight.store).extractions, 1);
	evo_store_destroy(plenty.store);
	evo_store_destroy(tight.store);
}

/* ---- Expressions ----------------------------------------------------------------------------- */

/* One row a classic proxy, then one of two of them and one beside a program of units. */
#define TREES (EVO_CLASSICS + 2)

static void read_trees(struct evo_tree *trees)
{
	struct evo_error err = {0};

	for (size_t i = 0; i < EVO_CLASSICS; i++)
		assert_true(evo_proxy_parse(
		        evo_statistic_name((enum evo_statistic)(EVO_CLASSIC_FIRST + i)), &trees[i],
		        &err));
	assert_true(evo_proxy_parse("sub(log(synflow), log(params))", &trees[EVO_CLASSICS], &err));
	assert_true(evo_proxy_parse("add(jacov, jacov-tree)", &trees[EVO_CLASSICS + 1], &err));
}

static void score(unsigned threads, double scores[NETWORKS][TREES])
{
	struct setup setup = setup_of(PLENTY, threads, NULL);
	struct evo_error err = {0};
	struct evo_pool *pool = evo_pool_create(threads, &err);
	struct evo_scorer *scorer = evo_scorer_create(setup.store, pool);
	struct evo_tree *trees = evo_calloc(TREES, sizeof(*trees));
	const struct evo_tree *pointers[TREES];

	read_trees(trees);
	for (size_t i = 0; i < TREES; i++)
		pointers[i] = &trees[i];
	struct evo_scoring *scoring = evo_scoring_start(scorer, EVO_PRIORITY_SEARCH, pointers,
	                                                TREES, setup.networks, NETWORKS, scores[0]);
	assert_true(evo_scoring_finish(scoring, &err));
	evo_scorer_destroy(scorer);
	evo_pool_destroy(pool);
	evo_store_destroy(setup.store);
	free(trees);
}

static void expressions_score_them_on_any_number_of_threads(void **state)
{
	double one[NETWORKS][TREES], two[NETWORKS][TREES];
	struct setup setup = setup_of(PLENTY, 1, NULL);

	(void) state;
	score(1, one);
	score(2, two);
	for (size_t t = 0; t < TREES; t++) {
		for (size_t n = 0; n < NETWORKS; n++)
			assert_true(same_bits(one[n][t], two[n][t]) ||
			            (isnan(one[n][t]) && isnan(two[n][t])));
	}
	for (size_t n = 0; n < NETWORKS; n++) {
		const double flow = scalar(&setup, n, EVO_CLASSIC_SYNFLOW);
		assert_true(same_bits(one[n][EVO_CLASSIC_SYNFLOW - EVO_CLASSIC_FIRST], flow));
		/* log is 0 where its argument is. */
		assert_true(one[n][EVO_CLASSICS] ==
		            (flow > 0 ? log(flow) : 0) - log(scalar(&setup, n, EVO_PARAMS)));
	}
	/* The tree of the same proxy is the same up to the precision of the gradients' means. */
	const double jacov = one[0][EVO_CLASSIC_JACOV - EVO_CLASSIC_FIRST];
	assert_true(fabs(one[0][EVO_CLASSICS + 1] - 2 * jacov) < 1e-4 * fabs(jacov));
	evo_store_destroy(setup.store);
}

static void every_one_is_in_the_library(void **state)
{
	(void) state;
	for (unsigned s = EVO_PARAMS; s < EVO_STATISTICS; s++) {
		const char *name = evo_statistic_name((enum evo_statistic) s);
		const size_t index = evo_proxy_find(name);
		struct evo_tree tree;
		struct evo_error err = {0};
		if (s == EVO_UNITS) /* `depth` is that */
			continue;
		assert_true(index < evo_proxy_count());
		assert_string_equal(evo_proxy_at(index).expression, name);
		assert_true(strlen(evo_proxy_at(index).source) > 0);
		assert_true(evo_proxy_parse(name, &tree, &err));
		assert_int_equal(tree.size, 1);
		assert_true(evo_tree_needs(&tree) == EVO_NEED(s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(labels_are_those_of_the_images_or_drawn),
	        cmocka_unit_test(refuses_labels_beyond_the_outputs),
	        cmocka_unit_test(the_store_hands_labels_on),
	        cmocka_unit_test(they_take_none_of_the_three_passes),
	        cmocka_unit_test(what_is_lacking_is_computed_later),
	        cmocka_unit_test(what_was_had_is_taken_over),
	        cmocka_unit_test(memory_is_planned),
	        cmocka_unit_test(values_stay_where_memory_is_short),
	        cmocka_unit_test(expressions_score_them_on_any_number_of_threads),
	        cmocka_unit_test(every_one_is_in_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
