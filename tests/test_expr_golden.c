/*
 * Every golden expression on every golden network against the values of an independent
 * interpreter. Statistics that are thresholded may fall on the other side in single precision:
 * 98 % of the finite values have to agree, the published programs among them, and all values in
 * being finite, NaN or an infinity.
 */
#include "config.h"

#include "golden_stats.h"
#include "plain_evaluator.h"

#include "evoscope/evaluator.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EXPRESSIONS 600 /* of a network, at most */
#define PUBLISHED   5   /* the first lines of the list are the programs that EZNAS published */

static bool same_kind(double a, double b)
{
	return isfinite(a) ? isfinite(b) : isnan(a) ? isnan(b) : a == b;
}

static bool near(double value, double expected)
{
	return fabs(value - expected) <= fmax(1e-6, 1e-4 * fabs(expected));
}

struct tally {
	size_t finite, near, wrong_kind, published_off, lines;
};

static void compare(struct tally *tally, const char *net, const char *text, double value,
                    double expected)
{
	const size_t line = tally->lines++;
	bool good;

	if (!same_kind(value, expected)) {
		tally->wrong_kind++;
		printf("%s: %.9g, expected %.9g: %s\n", net, value, expected, text);
		return;
	}
	if (!isfinite(expected))
		return;
	good = near(value, expected);
	tally->finite++;
	tally->near += good;
	tally->published_off += !good && line < PUBLISHED;
	if (!good)
		printf("%s: %.9g, not near %.9g: %s\n", net, value, expected, text);
}

static void values_agree_with_the_reference(void **state)
{
	struct plain_evaluator *evaluator = plain_create();
	static struct evo_tree tree;
	const size_t count = golden_total();

	(void) state;
	if (count == 0) {
		plain_destroy(evaluator);
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		struct golden_stats *golden = golden_stats_read(i);
		struct golden_lines lines = golden_lines_read(i);
		const struct evo_tree *trees[] = {&tree};
		struct tally tally = {0};
		double expected, value;
		const char *text;

		while (golden_lines_next(&lines, &expected, &text)) {
			struct evo_error err = {0};

			if (!evo_tree_parse(text, &tree, &err) ||
			    !plain_evaluate(evaluator, &golden->stats, trees, 1, &value, &err))
				fail_msg("%s: %s", text, err.message);
			compare(&tally, golden->golden->name, text, value, expected);
		}
		printf("%s: %zu expressions, %zu of %zu finite ones near (%.2f %%)\n",
		       golden->golden->name, tally.lines, tally.near, tally.finite,
		       100 * (double) tally.near / (double) tally.finite);
		assert_true(tally.lines > 400);
		assert_int_equal(tally.wrong_kind, 0);
		assert_int_equal(tally.published_off, 0);
		assert_true((double) tally.near >= 0.98 * (double) tally.finite);
		golden_lines_free(&lines);
		golden_stats_destroy(golden);
	}
	plain_destroy(evaluator);
}

/* All of a network's expressions together have the values that they have one by one. */
static void values_together_are_the_same(void **state)
{
	struct plain_evaluator *evaluator;
	struct evo_evaluator *shared;
	size_t count = golden_total();

	(void) state;
	if (count == 0)
		skip();
	shared = evo_evaluator_create(EVO_KEPT_BYTES);
	evaluator = plain_create();
	for (size_t i = 0; i < count; i++) {
		struct golden_stats *golden = golden_stats_read(i);
		struct golden_lines lines = golden_lines_read(i);
		struct evo_tree *all = evo_calloc(EXPRESSIONS, sizeof(*all));
		const struct evo_tree *trees[EXPRESSIONS];
		double alone[EXPRESSIONS], together[EXPRESSIONS], expected;
		struct evo_error err = {0};
		struct evo_dag *dag;
		const char *text;
		size_t trees_count = 0;

		while (trees_count < EXPRESSIONS && golden_lines_next(&lines, &expected, &text)) {
			if (!evo_tree_parse(text, &all[trees_count], &err))
				fail_msg("%s: %s", text, err.message);
			trees[trees_count] = &all[trees_count];
			trees_count++;
		}
		dag = evo_dag_create(trees, trees_count);
		assert_true(
		        plain_evaluate(evaluator, &golden->stats, trees, trees_count, alone, &err));
		assert_true(evo_evaluate(shared, dag, &golden->stats, NULL, together, &err));
		for (size_t t = 0; t < trees_count; t++)
			assert_true(alone[t] == together[t] ||
			            (isnan(alone[t]) && isnan(together[t])));
		evo_dag_destroy(dag);
		free(all);
		golden_lines_free(&lines);
		golden_stats_destroy(golden);
	}
	evo_evaluator_destroy(shared);
	plain_destroy(evaluator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_agree_with_the_reference),
	        cmocka_unit_test(values_together_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
