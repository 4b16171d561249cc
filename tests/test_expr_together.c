/* Trees evaluated together have the scores that they have alone, to the last bit. */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/evaluator.h"
#include "evoscope/store.h"

#include "plain_evaluator.h"

#define NETWORKS 3
#define TREES    2000
#define ALIKE    500 /* trees made of parts of others */

static const char *const architectures[NETWORKS] = {
        "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|",
        "|nor_conv_1x1~0|+|none~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_1x1~2|",
        "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|skip_connect~0|avg_pool_3x3~1|none~2|",
};

static struct evo_error err;
static struct evo_store *store;
static const struct evo_stats *networks[NETWORKS];
static struct plain_evaluator *plain;
static struct evo_evaluator *together;
static struct evo_tree *trees;
static const struct evo_tree **all;

/* ---- Counting allocations (the linker puts these in the place of the library's) -------------- */

static atomic_size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	allocations++;
	return __real_realloc(memory, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	allocations++;
	return __real_posix_memalign(memory, alignment, size);
}

/* ---- Networks and trees ---------------------------------------------------------------------- */

static int set_up(void **state)
{
	struct evo_probe probe = {.space = evo_space_find("nb201", &err), .batch = 5, .seed = 3};
	size_t number, larger, network;
	evo_needs needs = EVO_NEED(EVO_CLASSIC_FIRST) - 1;

	(void) state;
	probe.macro = (struct evo_macro){.channels = 4, .cells = 1, .side = 8, .classes = 5};
	store = evo_store_create((size_t) 1 << 30, 1, &err);
	assert_non_null(store);
	assert_true(evo_store_probe(store, &probe, NULL, NULL, &number, &err));
	/* Rows that are longer than a block. */
	probe.macro.channels = 5;
	probe.macro.side = 16;
	assert_true(evo_store_probe(store, &probe, NULL, NULL, &larger, &err));
	for (size_t i = 0; i < NETWORKS; i++) {
		assert_true(evo_store_network(store, i == 1 ? larger : number, architectures[i],
		                              &network, &err));
		networks[i] = evo_store_acquire(store, network, needs, 0, &err);
		assert_non_null(networks[i]);
	}
	plain = plain_create();
	together = evo_evaluator_create(EVO_KEPT_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	(void) state;
	plain_destroy(plain);
	evo_evaluator_destroy(together);
	for (size_t i = 0; i < NETWORKS; i++)
		evo_store_release(store, i, networks[i]);
	evo_store_destroy(store);
	free(trees);
	free(all);
	return 0;
}

static void expect_equal(const struct evo_tree *tree, double value, double expected)
{
	struct evo_text text;

	if (value == expected || (isnan(value) && isnan(expected)))
		return;
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	fail_msg("%s: %.17g together, %.17g alone", text.data, value, expected);
}

/* Every primitive; `often`: some of them by far the most. */
static void set_grammar(struct evo_grammar *grammar, const char *const *often, size_t count)
{
	unsigned code;

	evo_grammar_all(grammar);
	grammar->max_size = 25;
	grammar->max_depth = 8;
	for (size_t i = 0; i < count; i++) {
		assert_true(evo_primitive_find(often[i], &code));
		grammar->weight[code] *= 20;
	}
}

/* Random trees, every other one of what is computed in blocks; and trees with a part of another in
   the place of one of theirs. */
static void draw_trees(void)
{
	static const char *const in_blocks[] = {"hamming", "kldiv", "cosine", "normalize",
	                                        "softmax", "std",   "log",    "abs"};
	struct evo_grammar grammars[2];
	struct evo_rng rng = evo_rng_stream(5, "trees", 0);
	size_t count = 0;

	set_grammar(&grammars[0], NULL, 0);
	set_grammar(&grammars[1], in_blocks, EVO_COUNT(in_blocks));
	trees = evo_calloc(TREES, sizeof(*trees));
	all = evo_calloc(TREES, sizeof(*all));
	while (count < TREES - ALIKE)
		if (evo_tree_random(&grammars[count % 2], &rng, EVO_LEVEL_NETWORK,
		                    2 + evo_rng_below(&rng, 6), evo_rng_below(&rng, 2),
		                    &trees[count]))
			count++;
	while (count < TREES) {
		const struct evo_tree *tree = &trees[evo_rng_below(&rng, count)];
		const struct evo_tree *donor = &trees[evo_rng_below(&rng, count)];

		if (evo_tree_replace(tree, evo_rng_below(&rng, tree->size), donor,
		                     evo_rng_below(&rng, donor->size), &trees[count]) &&
		    evo_tree_check(&trees[count], NULL))
			count++;
	}
	for (size_t i = 0; i < TREES; i++)
		all[i] = &trees[i];
}

static double *scores_together(const struct evo_tree *const *some, size_t count,
                               const struct evo_stats *stats)
{
	struct evo_dag *dag = evo_dag_create(some, count);
	double *scores = evo_calloc(count, sizeof(*scores));

	assert_true(evo_evaluate(together, dag, stats, NULL, scores, &err));
	evo_dag_destroy(dag);
	return scores;
}

static void random_trees_score_as_alone(void **state)
{
	double *alone = evo_calloc(TREES, sizeof(*alone));
	size_t finite = 0;

	(void) state;
	draw_trees();
	for (size_t i = 0; i < NETWORKS; i++) {
		double *scores = scores_together(all, TREES, networks[i]);

		assert_true(plain_evaluate(plain, networks[i], all, TREES, alone, &err));
		for (size_t k = 0; k < TREES; k++) {
			expect_equal(all[k], scores[k], alone[k]);
			finite += isfinite(scores[k]) != 0;
		}
		free(scores);
	}
	printf("%zu of %d scores are finite\n", finite, NETWORKS * TREES);
	assert_true(finite > NETWORKS * TREES / 4);
	free(alone);
}

/* Rows that are no multiple of a block, chains that are made again and chains that are not, scalars
   in the place of tensors, one within another. */
static void what_is_computed_in_blocks_scores_as_whole(void **state)
{
	static const char *const texts[] = {
	        "layer_sum(hamming(neg(x.d), log(gr.n)))",
	        "layer_sum(hamming(mul(x.d, 2), frob(gr.n)))",
	        "layer_sum(hamming(-1, gx.p))",
	        "layer_sum(kldiv(tanh(gx.d), square(r.n)))",
	        "layer_sum(kldiv(abs(gw.p), square(w)))",
	        "layer_sum(kldiv(0.3, sigmoid(x.p)))",
	        "layer_sum(kldiv(neg(gx.d), 0.5))",
	        "layer_sum(cosine(exp(x.d), gx.d))",
	        "layer_sum(cosine(abs(w), neg(gw.n)))",
	        "layer_sum(cosine(abs(gx.d), 3))",
	        "layer_sum(cosine(std(w), square(gw.n)))",
	        "cosine(neg(gin.d), abs(gin.p))",
	        "kldiv(normalize(logits.d), softmax(logits.n))",
	        "layer_sum(cosine(corr(abs(x.d)), agree(gx.n)))",
	        "layer_sum(l1(normalize(abs(x.d))))",
	        "layer_sum(l1(normalize(gx.p)))",
	        "layer_sum(l1(normalize(neg(exp(x.d)))))",
	        "layer_sum(std(normalize(normalize(normalize(gy.p)))))",
	        "layer_sum(kldiv(normalize(normalize(gy.p)), gt0(normalize(gy.d))))",
	        "layer_sum(sum(normalize(normalize(log(ones(x.d))))))",
	        "layer_sum(det(normalize(neg(gr.d))))",
	        "layer_sum(add(normalize(abs(w)), mul(normalize(w), normalize(gw.d))))",
	        "layer_sum(l1(softmax(normalize(neg(x.d)))))",
	        "layer_sum(frob(sub(softmax(x.d), softmax(mul(x.d, 2)))))",
	        "layer_sum(std(log(abs(add(x.d, gx.d)))))",
	        "layer_sum(mean(abs(neg(abs(x.d)))))",
	        "layer_sum(frob(neg(abs(neg(r.p)))))",
	        "layer_sum(sum(neg(x.d)))",
	        "normalize(layer_total(mul(x.d, x.d)))",
	        "std(normalize(abs(layer_total(neg(gx.d)))))",
	        "hamming(layer_total(gx.d), add(layer_total(y.d), 0))",
	};
	struct evo_tree parsed[EVO_COUNT(texts)];
	const struct evo_tree *some[EVO_COUNT(texts)];
	double alone[EVO_COUNT(texts)];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(texts); i++) {
		if (!evo_tree_parse(texts[i], &parsed[i], &err))
			fail_msg("%s: %s", texts[i], err.message);
		some[i] = &parsed[i];
	}
	for (size_t i = 0; i < NETWORKS; i++) {
		double *scores = scores_together(some, EVO_COUNT(texts), networks[i]);

		assert_true(
		        plain_evaluate(plain, networks[i], some, EVO_COUNT(texts), alone, &err));
		for (size_t k = 0; k < EVO_COUNT(texts); k++)
			expect_equal(some[k], scores[k], alone[k]);
		free(scores);
		for (size_t k = 0; k < EVO_COUNT(texts); k++) {
			scores = scores_together(&some[k], 1, networks[i]);
			expect_equal(some[k], scores[0], alone[k]);
			free(scores);
		}
	}
}

/* Neither the other trees nor their order nor what was evaluated before are of matter. */
static void company_is_of_no_matter(void **state)
{
	struct evo_rng rng = evo_rng_stream(6, "company", 0);
	double *expected = scores_together(all, TREES, networks[0]);
	size_t order[TREES];
	const struct evo_tree *some[64];

	(void) state;
	for (size_t i = 0; i < TREES; i++)
		order[i] = i;
	evo_rng_shuffle(&rng, order, TREES);
	for (size_t from = 0; from < TREES; from += EVO_COUNT(some)) {
		size_t count = TREES - from < EVO_COUNT(some) ? TREES - from : EVO_COUNT(some);
		double *scores;

		for (size_t i = 0; i < count; i++)
			some[i] = all[order[from + i]];
		scores = scores_together(some, count, networks[0]);
		for (size_t i = 0; i < count; i++)
			expect_equal(some[i], scores[i], expected[order[from + i]]);
		free(scores);
	}
	free(expected);
}

/* Nor is it of matter whether what has several readers is kept for them. */
static void what_is_not_kept_is_made_again(void **state)
{
	struct evo_evaluator *forgetful = evo_evaluator_create(0);
	struct evo_dag *dag = evo_dag_create(all, TREES);
	double *expected = scores_together(all, TREES, networks[1]);
	double *scores = evo_calloc(TREES, sizeof(*scores));

	(void) state;
	assert_true(evo_evaluate(forgetful, dag, networks[1], NULL, scores, &err));
	for (size_t i = 0; i < TREES; i++)
		expect_equal(all[i], scores[i], expected[i]);
	assert_true(evo_evaluator_bytes(forgetful) < evo_evaluator_bytes(together));
	evo_evaluator_destroy(forgetful);
	evo_dag_destroy(dag);
	free(expected);
	free(scores);
}

/* Memory is had once; from then on nothing is allocated, however many networks there are. */
static void nothing_is_allocated_in_the_loop(void **state)
{
	struct evo_dag *dag = evo_dag_create(all, TREES);
	double *scores = evo_calloc(TREES, sizeof(*scores));
	size_t before = allocations;

	(void) state;
	assert_true(before > 0);
	for (int run = 0; run < 2; run++) {
		before = allocations;
		for (size_t i = 0; i < NETWORKS; i++)
			assert_true(evo_evaluate(together, dag, networks[i], NULL, scores, &err));
	}
	assert_int_equal(allocations - before, 0);
	evo_dag_destroy(dag);
	free(scores);
}

/* Whatever is remembered of the trees before, all of them or few, scores are the same. */
static void what_is_remembered_is_what_would_be_computed(void **state)
{
	static const size_t bytes[] = {(size_t) 1 << 26, (size_t) 1 << 20, (size_t) 1 << 18, 0};

	(void) state;
	for (size_t b = 0; b < EVO_COUNT(bytes); b++) {
		struct evo_memo *memo = evo_memo_create(bytes[b]);
		struct evo_rng rng = evo_rng_stream(7, "remembering", b);

		for (size_t i = 0; i < NETWORKS; i++) {
			double *expected = scores_together(all, TREES, networks[i]);

			for (int run = 0; run < 12; run++) {
				size_t count = 1 + evo_rng_below(&rng, TREES / 4);
				size_t from = evo_rng_below(&rng, TREES - count);
				struct evo_dag *dag = evo_dag_create(all + from, count);
				double *scores = evo_calloc(count, sizeof(*scores));
				struct evo_memo_table *table =
				        evo_memo_open(memo, i, NETWORKS, networks[i]->unit_count);

				assert_true(evo_evaluate(together, dag, networks[i], table, scores,
				                         &err));
				evo_memo_close(table);
				for (size_t k = 0; k < count; k++)
					expect_equal(all[from + k], scores[k], expected[from + k]);
				free(scores);
				evo_dag_destroy(dag);
			}
			free(expected);
		}
		/* A table has room for a few, however little there is. */
		assert_true(evo_memo_bytes(memo) <= (bytes[b] > 65536 ? bytes[b] : 65536));
		evo_memo_destroy(memo);
	}
}

/* ---- Several threads on one network ---------------------------------------------------------- */

#define HELPERS 3

struct helping {
	struct evo_evaluator *evaluation, *helpers[HELPERS];
	bool own; /* does the evaluation's thread take units, too? */
	atomic_int failures;
};

static void take_units(void *context, size_t index, unsigned worker)
{
	struct helping *helping = context;
	struct evo_error failure = {0};

	(void) worker;
	if (index < HELPERS)
		evo_evaluator_help(helping->helpers[index], helping->evaluation, &failure);
	else if (helping->own)
		evo_evaluator_units(helping->evaluation, &failure);
	helping->failures += failure.code != EVO_OK;
}

/* Of the trees, those without layer_total. */
static size_t divisible_trees(const struct evo_tree **some)
{
	size_t count = 0;

	for (size_t i = 0; i < TREES; i++) {
		struct evo_dag *dag = evo_dag_create(all + i, 1);

		if (evo_dag_divisible(dag))
			some[count++] = all[i];
		evo_dag_destroy(dag);
	}
	return count;
}

/* Whoever takes which units, the helpers alone or all: scores are those of one thread, to the bit,
   and so is what is remembered. */
static void helpers_change_nothing(void **state)
{
	const struct evo_tree **some = evo_calloc(TREES, sizeof(*some));
	const size_t count = divisible_trees(some);
	struct evo_dag *dag = evo_dag_create(some, count);
	struct evo_pool *pool = evo_pool_create(HELPERS + 1, &err);
	struct helping helping = {.evaluation = together};
	double *scores = evo_calloc(count, sizeof(*scores));

	(void) state;
	assert_in_range(count, TREES / 2, TREES - 1);
	for (size_t i = 0; i < HELPERS; i++)
		helping.helpers[i] = evo_evaluator_create((size_t) 1 << 20);
	for (size_t run = 0; run < 3 * NETWORKS; run++) {
		const struct evo_stats *stats = networks[run % NETWORKS];
		double *expected = scores_together(some, count, stats);
		struct evo_memo *memo = evo_memo_create((size_t) 1 << 26);

		for (int remembered = 0; remembered < 2; remembered++) {
			struct evo_memo_table *table = evo_memo_open(memo, 0, 1, stats->unit_count);

			helping.own = run >= NETWORKS;
			evo_evaluator_begin(helping.evaluation, dag, stats, table);
			assert_int_equal(evo_evaluator_left(helping.evaluation), stats->unit_count);
			evo_pool_run(pool, EVO_PRIORITY_SEARCH, HELPERS + 1, take_units, &helping);
			assert_int_equal(helping.failures, 0);
			assert_int_equal(evo_evaluator_left(helping.evaluation), 0);
			assert_true(evo_evaluator_end(helping.evaluation, table, scores, &err));
			evo_memo_close(table);
			for (size_t k = 0; k < count; k++)
				expect_equal(some[k], scores[k], expected[k]);
		}
		evo_memo_destroy(memo);
		free(expected);
	}
	for (size_t i = 0; i < HELPERS; i++)
		evo_evaluator_destroy(helping.helpers[i]);
	evo_pool_destroy(pool);
	evo_dag_destroy(dag);
	free(scores);
	free(some);
}

/* What adds a tensor up from unit to unit cannot be taken apart. */
static void a_total_is_not_divisible(void **state)
{
	static const char *const texts[] = {"add(layer_sum(x.d), layer_total(gw.d))",
	                                    "add(layer_sum(x.d), layer_max(gw.d))"};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(texts); i++) {
		struct evo_tree tree;
		const struct evo_tree *one = &tree;
		struct evo_dag *dag;

		assert_true(evo_tree_parse(texts[i], &tree, &err));
		dag = evo_dag_create(&one, 1);
		assert_int_equal(evo_dag_divisible(dag), i == 1);
		evo_dag_destroy(dag);
	}
}

static size_t distinct(size_t count, const char *const *texts)
{
	struct evo_tree parsed[8];
	const struct evo_tree *some[8];
	struct evo_dag *dag;
	size_t found;

	for (size_t i = 0; i < count; i++) {
		assert_true(evo_tree_parse(texts[i], &parsed[i], &err));
		some[i] = &parsed[i];
	}
	dag = evo_dag_create(some, count);
	found = evo_dag_distinct(dag);
	evo_dag_destroy(dag);
	return found;
}

#define DISTINCT(...)                                                                              \
	distinct(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                      \
	         (const char *const[]){__VA_ARGS__})

static void a_subexpression_is_there_once(void **state)
{
	(void) state;
	assert_int_equal(DISTINCT("layer_sum(abs(x.d))"), 3);
	assert_int_equal(DISTINCT("layer_sum(abs(x.d))", "layer_sum(abs(x.d))"), 3);
	assert_int_equal(DISTINCT("layer_sum(abs(x.d))", "layer_max(exp(abs(x.d)))"), 5);
	/* A unit-level root is a layer_mean. */
	assert_int_equal(DISTINCT("x.d", "layer_mean(x.d)"), 2);
	/* Arguments that may change places. */
	assert_int_equal(DISTINCT("mul(x.d, y.d)", "mul(y.d, x.d)"), 4);
	assert_int_equal(DISTINCT("sub(x.d, y.d)", "sub(y.d, x.d)"), 6);
	assert_int_equal(DISTINCT("add(mul(x.d, y.d), w)", "add(w, mul(y.d, x.d))"), 6);
	/* Numbers alone are a number (the numbers they are made of stay). */
	assert_int_equal(DISTINCT("mul(x.d, add(1, 2))", "mul(x.d, 3)"), 6);
}

/* Zeros have signs: 1 over the smaller of them tells which came first. */
static void numbers_are_folded_to_the_same_value(void **state)
{
	static const char *const texts[] = {
	        "layer_sum(inv(min2(mul(x.d, 0), neg(mul(x.d, 0)))))",
	        "layer_sum(inv(min2(neg(mul(x.d, 0)), mul(x.d, 0))))",
	        "add(params, log(sub(2, 0.5)))",
	        "add(params, det(3))",
	        "layer_sum(mul(w, softmax(2)))",
	        "mul(layer_sum(std(4)), kldiv(0.5, 2))",
	        "1",
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(texts); i++) {
		struct evo_tree tree;
		const struct evo_tree *one = &tree;
		double *scores, alone;

		if (!evo_tree_parse(texts[i], &tree, &err))
			fail_msg("%s: %s", texts[i], err.message);
		scores = scores_together(&one, 1, networks[0]);
		assert_true(plain_evaluate(plain, networks[0], &one, 1, &alone, &err));
		expect_equal(&tree, scores[0], alone);
		free(scores);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(random_trees_score_as_alone),
	        cmocka_unit_test(what_is_computed_in_blocks_scores_as_whole),
	        cmocka_unit_test(company_is_of_no_matter),
	        cmocka_unit_test(what_is_not_kept_is_made_again),
	        cmocka_unit_test(nothing_is_allocated_in_the_loop),
	        cmocka_unit_test(what_is_remembered_is_what_would_be_computed),
	        cmocka_unit_test(helpers_change_nothing),
	        cmocka_unit_test(a_total_is_not_divisible),
	        cmocka_unit_test(a_subexpression_is_there_once),
	        cmocka_unit_test(numbers_are_folded_to_the_same_value),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
