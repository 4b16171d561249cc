/*
 * Searches that begin with a list: the smallest trees of their language, the best of which grow, or
 * the trees of another search.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gp_fixture.h"
#include "../src/gp/search.h"

static struct evo_gp_config small_start(void)
{
	struct evo_gp_config config = small_config();
	assert_true(evo_gp_config_set(&config, "init", "small", NULL));
	config.population = 100000;
	config.survivors = 400;
	config.offspring = 40;
	config.exclude[0] = '\0';
	return config;
}

/* The numbers give each tree once, all that are allowed. */
static void test_numbers(void **state)
{
	(void) state;
	struct evo_gp_config config = small_start();
	struct evo_variation variation;
	struct evo_small_trees small;
	size_t sizes[4] = {0}, made = 0;
	evo_variation_init(&variation, &config);
	evo_small_trees(&variation, &small);
	assert_int_equal(small.unit_count, 22);
	uint64_t *hashes = evo_calloc(small.count, sizeof(*hashes));
	for (size_t i = 0; i < small.count; i++) {
		struct evo_tree tree;
		if (!evo_small_tree(&variation, &small, i, &tree))
			continue;
		assert_true(evo_tree_check(&tree, NULL));
		assert_int_equal(evo_tree_level(&tree, 0), EVO_LEVEL_NETWORK);
		assert_in_range(tree.size, 1, 3);
		sizes[tree.size]++;
		hashes[made] = evo_tree_hash(&tree);
		for (size_t j = 0; j < made; j++)
			assert_true(hashes[j] != hashes[made]);
		made++;
	}
	assert_int_equal(sizes[1], small.network_count);
	assert_int_equal(sizes[2], small.network_count * small.primitive_count +
	                                   small.aggregate_count * small.unit_count);
	assert_int_equal(sizes[3],
	                 small.aggregate_count * small.unit_count * small.primitive_count);
	free(hashes);
}

/* What a search leaves out, its smallest trees leave out, too. */
static void test_numbers_of_a_smaller_language(void **state)
{
	(void) state;
	struct evo_gp_config config = small_start();
	struct evo_variation variation;
	struct evo_small_trees small;
	unsigned params, gx;
	assert_true(evo_gp_config_set(&config, "exclude", "params gx.d layer_sum log", NULL));
	assert_true(evo_terminal_find("params", &params) && evo_terminal_find("gx.d", &gx));
	evo_variation_init(&variation, &config);
	evo_small_trees(&variation, &small);
	assert_int_equal(small.unit_count, 21);
	for (size_t i = 0; i < small.network_count; i++)
		assert_true(small.networks[i] != params);
	for (size_t i = 0; i < small.unit_count; i++)
		assert_true(small.units[i] != gx);
	config.network_level = false;
	evo_variation_init(&variation, &config);
	evo_small_trees(&variation, &small);
	assert_int_equal(small.network_count, 0);
}

/* All of them are scored, and those that survive are left; a small population takes a part. */
static void test_first_generation(void **state)
{
	(void) state;
	struct evo_gp_config config = small_start();
	const struct evo_individual *const *all;
	struct evo_gp *gp = toy_search(&config, 3, 1);
	toy_generation(gp);
	size_t count = evo_gp_population(gp, &all);
	struct evo_gp_counts counts = evo_gp_counts(gp);
	assert_int_equal(count, 400);
	assert_true(counts.evaluations > 3000);
	for (size_t i = 0; i < count; i++)
		assert_in_range(all[i]->tree.size, 1, 3);
	evo_gp_destroy(gp);

	config.population = 50;
	config.survivors = 0;
	gp = toy_search(&config, 3, 1);
	toy_generation(gp);
	assert_in_range(evo_gp_population(gp, &all), 2, 50);
	assert_in_range(evo_gp_counts(gp).evaluations, 2, 50);
	evo_gp_destroy(gp);
}

static size_t born_in(const struct evo_gp *gp, size_t generation, enum evo_origin origin)
{
	const struct evo_individual *const *all;
	size_t count = evo_gp_population(gp, &all), found = 0;
	for (size_t i = 0; i < count; i++)
		found += all[i]->born == generation && all[i]->origin == origin;
	return found;
}

/* First the best grow by one primitive, so often as was asked, then trees are joined, and from
   then on everything is varied. */
static void test_growing(void **state)
{
	(void) state;
	struct evo_gp_config config = small_start();
	config.grow = 2;
	struct evo_gp *gp = toy_search(&config, 4, 1);
	for (size_t generation = 0; generation < 4; generation++) {
		const struct evo_individual *const *all;
		size_t before = evo_gp_counts(gp).evaluations;
		toy_generation(gp);
		size_t scored = evo_gp_counts(gp).evaluations - before;
		size_t count = evo_gp_population(gp, &all);
		if (generation == 1 || generation == 2) {
			/* More than a generation has otherwise, and none that is more than one
			   node larger. */
			assert_true(scored > config.offspring);
			assert_true(born_in(gp, generation, EVO_ORIGIN_INSERTION) > 0);
			for (size_t i = 0; i < count; i++)
				assert_in_range(all[i]->tree.size, 1, 3 + generation);
		}
		if (generation == 3)
			assert_true(born_in(gp, generation, EVO_ORIGIN_JOIN) > 0);
	}
	evo_gp_destroy(gp);
}

/* Of the population the best alone have validation scores, and the front. */
static void test_validated(void **state)
{
	(void) state;
	struct evo_gp_config config = small_start();
	config.validated = 25;
	struct evo_gp *gp = toy_search(&config, 5, 1);
	for (size_t generation = 0; generation < 3; generation++) {
		const struct evo_individual *const *all, *const *front;
		toy_open_generation(gp);
		assert_true(toy_close(gp) >= 1);
		size_t count = evo_gp_population(gp, &all);
		size_t front_count = evo_gp_front(gp, &front), open = 0;
		for (size_t i = 0; i < count; i++) {
			assert_false(i < 25 && all[i]->pending);
			assert_true(all[i]->pending || all[i]->closed <= generation);
			open += all[i]->pending;
		}
		assert_true(open > count / 2);
		for (size_t i = 0; i < front_count; i++)
			assert_false(front[i]->pending);
	}
	evo_gp_destroy(gp);
}

static void read_trees(const char *const *texts, size_t count, struct evo_tree *trees)
{
	for (size_t i = 0; i < count; i++)
		assert_true(evo_tree_parse(texts[i], &trees[i], NULL));
}

/* The index of a text in the population; its count when there is none. */
static size_t find_text(struct evo_gp *gp, const char *text)
{
	const struct evo_individual *const *all;
	struct evo_tree tree;
	size_t count = evo_gp_population(gp, &all), i = 0;
	assert_true(evo_tree_parse(text, &tree, NULL));
	while (i < count && !evo_tree_equal(&all[i]->tree, &tree))
		i++;
	return i;
}

/* Trees carried over bring their parts of the network level; what the settings leave out stays out,
   and the parts of it come. Then each is joined. */
static void test_carried(void **state)
{
	(void) state;
	static const char *const texts[] = {
	        "mul(layer_sum(log(gx.d)), sqrt(layer_mean(w)))",
	        "sub(layer_max(abs(x.n)), layer_sum(log(gx.d)))",
	        "layer_std(exp(y.d))",
	};
	static const char *const parts[] = {"layer_sum(log(gx.d))", "sqrt(layer_mean(w))",
	                                    "layer_mean(w)", "layer_max(abs(x.n))",
	                                    "layer_std(exp(y.d))"};
	struct evo_gp_config config = small_config();
	const struct evo_individual *const *all;
	struct evo_tree trees[EVO_COUNT(texts)];
	assert_true(evo_gp_config_set(&config, "exclude", "sub", NULL));
	config.join = 1;
	config.crossover = config.subtree = config.point = config.number = config.hoist =
	        config.insertion = config.shrink = 0;
	read_trees(texts, EVO_COUNT(texts), trees);
	struct evo_gp *gp = toy_search(&config, 7, 1);
	evo_gp_carry(gp, trees, EVO_COUNT(texts));
	toy_generation(gp);
	size_t count = evo_gp_population(gp, &all);
	assert_in_range(count, 3, 6);
	assert_int_equal(evo_gp_counts(gp).evaluations, 6);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(all[i]->origin, EVO_ORIGIN_CARRIED);
	assert_true(find_text(gp, texts[0]) < count);
	assert_true(find_text(gp, texts[1]) == count);
	size_t found = 0;
	for (size_t i = 0; i < EVO_COUNT(parts); i++)
		found += find_text(gp, parts[i]) < count;
	assert_int_equal(found + 1, count); /* the rest are rank duplicates */
	toy_generation(gp);
	assert_true(born_in(gp, 1, EVO_ORIGIN_JOIN) > 0);
	evo_gp_destroy(gp);

	/* As many as the population takes, the best first. */
	config.population = 2;
	config.offspring = 2;
	config.elite = 1;
	gp = toy_search(&config, 7, 1);
	evo_gp_carry(gp, trees, EVO_COUNT(texts));
	toy_generation(gp);
	assert_int_equal(evo_gp_counts(gp).evaluations, 2);
	assert_true(find_text(gp, texts[0]) < evo_gp_population(gp, &all));
	evo_gp_destroy(gp);
}

/* Classic proxies of the language come before them, but for those that are left out. */
static void test_carried_with_classic(void **state)
{
	(void) state;
	static const char *const texts[] = {"layer_std(exp(y.d))"};
	struct evo_gp_config config = small_config();
	struct evo_tree trees[1];
	read_trees(texts, 1, trees);
	for (int classic = 0; classic < 2; classic++) {
		config.classic = classic;
		assert_true(evo_gp_config_set(&config, "exclude", "grasp plain", NULL));
		struct evo_gp *gp = toy_search(&config, 7, 1);
		const struct evo_individual *const *all;
		evo_gp_carry(gp, trees, 1);
		toy_generation(gp);
		size_t count = evo_gp_population(gp, &all);
		assert_int_equal(count, classic ? EVO_CLASSICS - 2 + 1 : 1);
		assert_true(find_text(gp, texts[0]) < count);
		assert_int_equal(find_text(gp, "synflow") < count, classic);
		assert_int_equal(find_text(gp, "swap") < count, classic);
		assert_true(find_text(gp, "grasp") == count);
		assert_int_equal(find_text(gp, "params") < count, false);
		evo_gp_destroy(gp);
	}
}

/* A guess is the mean tau on the networks that it looks at, near enough. */
static void test_guesses(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 6, 1);
	struct evo_rng rng = evo_rng_stream(6, "guesses", 0);
	double scores[NETWORKS];
	for (int kind = 0; kind < 200; kind++) {
		struct evo_individual judged = {0};
		for (size_t i = 0; i < NETWORKS; i++) {
			double value = evo_rng_normal(&rng);
			scores[i] = kind % 4 == 1   ? floor(value)
			            : kind % 4 == 2 ? value * pow(10, floor(40 * value))
			                            : value;
			if (kind % 4 == 3 && i % 5 == 0)
				scores[i] = i % 2 == 0 ? (double) NAN : (double) INFINITY;
		}
		const double *rows[] = {scores, scores};
		evo_gp_judge(gp, (double *[]){scores, scores}, &judged);
		double mean = (judged.tau[EVO_SIDE_TRAIN][0] + judged.tau[EVO_SIDE_TRAIN][1]) / 2;
		assert_true(fabs(evo_prescreen_guess(&gp->prescreen, rows) - fabs(mean)) < 2e-3);
	}
	evo_gp_destroy(gp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_numbers),
	        cmocka_unit_test(test_numbers_of_a_smaller_language),
	        cmocka_unit_test(test_first_generation),
	        cmocka_unit_test(test_growing),
	        cmocka_unit_test(test_validated),
	        cmocka_unit_test(test_carried),
	        cmocka_unit_test(test_carried_with_classic),
	        cmocka_unit_test(test_guesses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
