/*
 * What a search is made of: settings and presets, variation, what is known, the Pareto front.
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
#include "../src/gp/front.h"
#include "../src/gp/individual.h"
#include "../src/gp/known.h"
#include "../src/gp/variation.h"

/* ---- Settings -------------------------------------------------------------------------------- */

static void refused(const char *name, const char *value, const char *message)
{
	struct evo_gp_config config = small_config();
	struct evo_error err = {0};
	assert_false(evo_gp_config_set(&config, name, value, &err));
	assert_non_null(strstr(err.message, message));
}

static void test_settings(void **state)
{
	(void) state;
	refused("populaton", "10", "did you mean 'population'");
	refused("population", "1", "from 2 to 100000");
	refused("population", "many", "not 'many'");
	refused("crossover", "1.5", "from 0 to 1");
	refused("crossover", "nan", "from 0 to 1");
	refused("fitness", "max", "min or mean");
	refused("network_level", "maybe", "yes or no");
	/* A number of networks may be all; one of generations, with the same limit, may not. */
	refused("generations", "all", "a whole number from 1 to 1000000, not 'all'");
	refused("stall", "all", "a whole number from 0 to 1000000, not 'all'");
	refused("exclude", "sigmoit", "did you mean 'sigmoid'");

	/* Every setting reads back what it prints. */
	struct evo_gp_config config = small_config(), copy = config;
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		char text[300], again[300];
		evo_gp_config_get(&config, setting, text, sizeof(text));
		assert_true(evo_gp_config_set(&copy, setting->name, text, NULL));
		evo_gp_config_get(&copy, setting, again, sizeof(again));
		assert_string_equal(text, again);
	}
	assert_true(evo_gp_config_set(&config, "train", "all", NULL));
	assert_int_equal(config.train, EVO_ALL_NETWORKS);
	assert_true(evo_gp_config_set(&config, "exclude", " det,  sigmoid ", NULL));
	assert_string_equal(config.exclude, "det sigmoid");
	assert_true(evo_gp_config_set(&config, "fitness", "mean", NULL));
	assert_true(config.fitness_mean);
}

static void refused_together(const char *name, const char *value, const char *message)
{
	struct evo_gp_config config = small_config();
	struct evo_error err = {0};
	assert_true(evo_gp_config_check(&config, NULL));
	assert_true(evo_gp_config_set(&config, name, value, NULL));
	assert_false(evo_gp_config_check(&config, &err));
	assert_non_null(strstr(err.message, message));
}

static void test_settings_together(void **state)
{
	(void) state;
	refused_together("crossover", "0.9", "sum to");
	refused_together("init_depth_min", "5", "init_depth_min");
	refused_together("max_depth", "3", "max_depth");
	refused_together("elite", "31", "elite");
	refused_together("survivors", "61", "survivors");

	/* Without aggregates no tree has a network-level root but for the network's own
	   terminals. */
	struct evo_gp_config config = small_config();
	struct evo_error err = {0};
	config.network_level = false;
	assert_true(evo_gp_config_set(&config, "exclude",
	                              "layer_mean layer_sum layer_max layer_min layer_std "
	                              "layer_first layer_last layer_count layer_total",
	                              &err));
	assert_false(evo_gp_config_check(&config, &err));
	assert_non_null(strstr(err.message, "exclude"));
}

static void test_presets(void **state)
{
	(void) state;
	struct evo_gp_config config;
	struct evo_error err = {0};
	size_t count;
	char **names = evo_gp_preset_names(&count, NULL);
	assert_true(count >= 3);
	for (size_t i = 0; i < count; i++) {
		assert_true(evo_gp_preset(names[i], &config, &err));
		assert_true(evo_gp_config_check(&config, &err));
		assert_string_equal(config.preset, names[i]);
		free(names[i]);
	}
	free(names);

	assert_true(evo_gp_preset("eznas", &config, NULL));
	assert_int_equal(config.population, 50);
	assert_int_equal(config.survivors, 25);
	assert_int_equal(config.generations, 15);
	assert_int_equal(config.survival, 4);
	assert_int_equal(config.draws, 4);
	assert_int_equal(config.draw_size, 20);
	assert_true(config.paper_primitives && !config.network_level && !config.fitness_mean);

	assert_false(evo_gp_preset("eznass", &config, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "did you mean 'eznas'"));
	assert_false(evo_gp_preset("../secret", &config, NULL));
}

/* The built-in default is what the shipped file says, so that a missing file changes nothing. */
static void test_default_needs_no_file(void **state)
{
	(void) state;
	struct evo_gp_config with, without;
	assert_true(evo_gp_preset("default", &with, NULL));
	const char *was = getenv("EVOSCOPE_SHARED");
	char *shared = was != NULL ? evo_strdup(was) : NULL;
	assert_int_equal(setenv("EVOSCOPE_SHARED", "/nonexistent", 1), 0);
	assert_true(evo_gp_preset("default", &without, NULL));
	assert_false(evo_gp_preset("quick", &without, NULL));
	assert_true(evo_gp_preset("default", &without, NULL));
	unsetenv("EVOSCOPE_SHARED");
	if (shared != NULL)
		setenv("EVOSCOPE_SHARED", shared, 1);
	free(shared);
	assert_memory_equal(&with, &without, sizeof(with));
}

static void write_preset(const char *folder, const char *text)
{
	char *path = evo_path_join(folder, "evoscope/presets/mine.ini");
	struct evo_file *file = evo_file_create(path, NULL);
	assert_non_null(file);
	fputs(text, evo_file_stream(file));
	assert_true(evo_file_commit(file, NULL));
	free(path);
}

static void test_own_preset(void **state)
{
	(void) state;
	char folder[] = "/tmp/evo_gp_XXXXXX";
	assert_non_null(mkdtemp(folder));
	char *presets = evo_path_join(folder, "evoscope/presets");
	assert_true(evo_make_directories(presets, NULL));
	assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
	struct evo_gp_config config;
	struct evo_error err = {0};

	write_preset(folder, "[search]\npopulation = 77\n");
	assert_true(evo_gp_preset("mine", &config, &err));
	assert_int_equal(config.population, 77);
	assert_int_equal(config.offspring, 100);

	write_preset(folder, "[search]\npopulation = 77\npoplation = 3\n");
	assert_false(evo_gp_preset("mine", &config, &err));
	assert_int_equal(err.line, 3);
	evo_error_clear(&err);

	write_preset(folder, "[search]\nelite = 500\n");
	assert_false(evo_gp_preset("mine", &config, &err));
	assert_non_null(strstr(err.file, "mine.ini"));

	unsetenv("XDG_CONFIG_HOME");
	assert_true(evo_remove_tree(folder, NULL));
	free(presets);
}

/* ---- Variation ------------------------------------------------------------------------------- */

/* Thousands of results of every operator, from trees that were themselves varied. */
static void vary_much(const struct evo_gp_config *config, bool network_allowed)
{
	struct evo_variation variation;
	struct evo_rng rng = evo_rng_stream(3, "test", 0);
	struct evo_tree trees[40], child;
	size_t made[EVO_ORIGIN_COPY + 1] = {0};
	evo_variation_init(&variation, config);
	for (size_t i = 0; i < EVO_COUNT(trees); i++)
		assert_true(
		        evo_variation_random(&variation, &rng, 1 + i % 4, i % 2 == 0, &trees[i]));
	for (size_t i = 0; i < 7000; i++) {
		enum evo_origin how = (enum evo_origin)(EVO_ORIGIN_CROSSOVER + i % 7);
		struct evo_tree *first = &trees[evo_rng_below(&rng, EVO_COUNT(trees))];
		const struct evo_tree *second = &trees[evo_rng_below(&rng, EVO_COUNT(trees))];
		struct evo_error err = {0};
		enum evo_origin by = evo_vary(&variation, &rng, how, first, second, &child);
		made[by]++;
		assert_true(evo_tree_check(&child, &err));
		assert_true(child.size <= config->max_size);
		assert_true(evo_tree_depth(&child) <= config->max_depth);
		assert_int_equal(evo_tree_level(&child, 0), EVO_LEVEL_NETWORK);
		if (!network_allowed)
			assert_int_equal(evo_primitive(child.nodes[0].code)->kind, EVO_AGGREGATE);
		if (by == EVO_ORIGIN_COPY)
			continue;
		assert_false(evo_tree_equal(&child, first));
		if (by == EVO_ORIGIN_HOIST)
			assert_true(child.size < first->size);
		if (by == EVO_ORIGIN_POINT || by == EVO_ORIGIN_NUMBER)
			assert_int_equal(child.size, first->size);
		if (by == EVO_ORIGIN_INSERTION)
			assert_true(child.size > first->size);
		evo_tree_copy(first, &child);
	}
	assert_true(made[EVO_ORIGIN_COPY] < 70);
	/* Trees are joined with a whole population at hand (test_gp_join.c). */
	for (int by = EVO_ORIGIN_CROSSOVER; by < EVO_ORIGIN_JOIN; by++)
		assert_true(made[by] > 30 || (by == EVO_ORIGIN_NUMBER && !network_allowed));
}

static void test_variation(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	vary_much(&config, true);
}

static void test_variation_paper(void **state)
{
	(void) state;
	struct evo_gp_config config;
	assert_true(evo_gp_preset("eznas", &config, NULL));
	config.max_size = 20;
	config.max_depth = 7;
	vary_much(&config, false);
}

static void test_variation_of_the_smallest(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_variation variation;
	struct evo_rng rng = evo_rng_stream(4, "test", 0);
	struct evo_tree tree, child;
	evo_variation_init(&variation, &config);
	assert_true(evo_tree_parse("params", &tree, NULL));
	for (int i = 0; i < 500; i++) {
		evo_vary(&variation, &rng, (enum evo_origin)(EVO_ORIGIN_CROSSOVER + i % 7), &tree,
		         &tree, &child);
		assert_true(evo_tree_check(&child, NULL));
	}
}

static bool uses(const struct evo_tree *tree, const char *word)
{
	unsigned code;
	assert_true(evo_primitive_find(word, &code));
	for (size_t i = 0; i < tree->size; i++) {
		if (tree->nodes[i].code == code)
			return true;
	}
	return false;
}

static void test_exclusion(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 5, 1);
	toy_generation(gp);
	assert_true(evo_gp_set(gp, "exclude", "add x.d", NULL));
	for (int i = 0; i < 5; i++)
		toy_generation(gp);
	const struct evo_individual *const *population;
	size_t count = evo_gp_population(gp, &population);
	for (size_t i = 0; i < count; i++) {
		if (population[i]->born > 0)
			assert_false(uses(&population[i]->tree, "add") ||
			             uses(&population[i]->tree, "x.d"));
	}
	evo_gp_destroy(gp);
}

/* What a search may read is what its trees do read, sooner or later. */
static void test_needs(void **state)
{
	(void) state;
	static const char *const excluded[] = {"", "x.d gw.n params"};
	for (size_t with = 0; with < EVO_COUNT(excluded); with++) {
		struct evo_gp_config config = small_config();
		struct evo_variation variation;
		struct evo_rng rng = evo_rng_stream(1, "needs", 0);
		struct evo_tree tree;
		evo_needs needs = 0;
		assert_true(evo_gp_config_set(&config, "exclude", excluded[with], NULL));
		evo_variation_init(&variation, &config);
		for (int i = 0; i < 3000; i++) {
			assert_true(evo_variation_random(&variation, &rng, 4, false, &tree));
			needs |= evo_tree_needs(&tree);
		}
		assert_true(needs == evo_gp_needs(&config));
		assert_true(with == ((needs & EVO_NEED(EVO_X_D)) == 0));
		assert_true(with == ((needs & EVO_NEED(EVO_GW_N)) == 0));
	}
}

/* Classic proxies come into random trees only when the setting says so. */
static void test_classic_terminals(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	for (int with = 0; with < 2; with++) {
		struct evo_variation variation;
		struct evo_rng rng = evo_rng_stream(1, "classic terminals", 0);
		struct evo_tree tree;
		size_t classic = 0, jacov = 0;
		assert_true(evo_gp_config_set(&config, "classic", with ? "yes" : "no", NULL));
		assert_true(evo_gp_config_set(&config, "exclude", with ? "jacov" : "", NULL));
		evo_variation_init(&variation, &config);
		for (int i = 0; i < 3000; i++) {
			assert_true(evo_variation_random(&variation, &rng, 4, false, &tree));
			classic += (evo_tree_needs(&tree) & EVO_NEEDS_CLASSIC) != 0;
			jacov += (evo_tree_needs(&tree) & EVO_NEED(EVO_CLASSIC_JACOV)) != 0 ||
			         uses(&tree, "jacov");
		}
		assert_true(with ? classic > 100 : classic == 0);
		assert_true(with ? jacov == 0 : jacov > 0); /* both that have the name */
	}
	config.network_level = false;
	struct evo_variation variation;
	evo_variation_init(&variation, &config);
	for (unsigned s = EVO_CLASSIC_FIRST; s < EVO_STATISTICS; s++)
		assert_true(variation.grammar.weight[1 + s] == 0);
}

/* ---- The parts ------------------------------------------------------------------------------- */

static void test_known(void **state)
{
	(void) state;
	struct evo_known known;
	const double *found;
	evo_known_init(&known, 2, 300 * 2 * sizeof(double));
	for (uint64_t i = 0; i < 1000; i++) {
		double scores[2] = {(double) i, -1};
		evo_known_put(&known, i * 77, i % 10 == 3 ? NULL : scores);
	}
	size_t kept = 0;
	for (uint64_t i = 0; i < 1000; i++) {
		enum evo_known_state is = evo_known_find(&known, i * 77, &found);
		if (i % 10 == 3) {
			assert_int_equal(is, EVO_KNOWN_FAILED);
		} else if (is == EVO_KNOWN_SCORED) {
			assert_true(found[0] == (double) i);
			kept++;
		} else {
			assert_true(i < 700); /* the oldest are forgotten first */
		}
	}
	assert_int_equal(kept, 300);
	assert_int_equal(evo_known_find(&known, 5, &found), EVO_UNKNOWN);
	double again[2] = {42, 0};
	evo_known_put(&known, 77, again); /* forgotten above, may come back */
	assert_int_equal(evo_known_find(&known, 77, &found), EVO_KNOWN_SCORED);
	assert_true(found[0] == 42);
	evo_known_clear(&known);
}

/* Against the slow definition: nobody offered is smaller or as small and better or as good. */
static void test_front(void **state)
{
	(void) state;
	struct evo_front front = {0};
	struct evo_rng rng = evo_rng_stream(6, "test", 0);
	struct evo_individual *all[300];
	struct evo_tree tree;
	assert_true(evo_tree_parse("params", &tree, NULL));
	for (size_t i = 0; i < EVO_COUNT(all); i++) {
		all[i] = evo_individual_create(&tree, 1);
		all[i]->tree.size = 1 + evo_rng_below(&rng, 20);
		all[i]->fitness = (double) evo_rng_below(&rng, 40) / 40;
		evo_front_offer(&front, all[i]);
	}
	for (size_t i = 0; i < EVO_COUNT(all); i++) {
		bool covered = false;
		for (size_t k = 0; k < front.count; k++)
			covered = covered || (front.items[k]->tree.size <= all[i]->tree.size &&
			                      front.items[k]->fitness >= all[i]->fitness);
		assert_true(covered);
	}
	for (size_t k = 1; k < front.count; k++) {
		assert_true(front.items[k]->tree.size > front.items[k - 1]->tree.size);
		assert_true(front.items[k]->fitness > front.items[k - 1]->fitness);
	}
	evo_front_clear(&front);
	for (size_t i = 0; i < EVO_COUNT(all); i++) {
		assert_int_equal(all[i]->references, 1);
		evo_individual_release(all[i]);
	}
}
int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_settings),
	        cmocka_unit_test(test_settings_together),
	        cmocka_unit_test(test_presets),
	        cmocka_unit_test(test_default_needs_no_file),
	        cmocka_unit_test(test_own_preset),
	        cmocka_unit_test(test_variation),
	        cmocka_unit_test(test_variation_paper),
	        cmocka_unit_test(test_variation_of_the_smallest),
	        cmocka_unit_test(test_exclusion),
	        cmocka_unit_test(test_needs),
	        cmocka_unit_test(test_classic_terminals),
	        cmocka_unit_test(test_known),
	        cmocka_unit_test(test_front),
	};
	return cmocka_run_group_tests_name("gp parts", tests, NULL, NULL);
}
