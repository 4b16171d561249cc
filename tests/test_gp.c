/*
 * The search, with scores made up from the trees: what matters here is how trees are varied, kept
 * and told apart, not what they compute.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "evoscope/gp.h"
#include "../src/gp/fitness.h"
#include "../src/gp/front.h"
#include "../src/gp/individual.h"
#include "../src/gp/known.h"
#include "../src/gp/variation.h"

#define TRAIN      30
#define VALIDATION 12
#define NETWORKS   (TRAIN + VALIDATION)

/* ---- Scores that are a function of the tree's words and the network -------------------------- */

/* What a word is worth on a network: a fixed number in [-1, 1). */
static double worth(unsigned code, size_t network)
{
	uint64_t name[2] = {code, network};
	return (double) (evo_hash(name, sizeof(name), 7) >> 11) * 0x1p-52 - 1;
}

static double toy_score(const struct evo_tree *tree, size_t network)
{
	unsigned det, zeros;
	assert_true(evo_primitive_find("det", &det) && evo_primitive_find("zeros", &zeros));
	double score = 0;
	for (size_t i = 0; i < tree->size; i++) {
		if (tree->nodes[i].code == det)
			return (double) NAN;
		if (tree->nodes[i].code == zeros)
			return 1;
		score += tree->nodes[i].code == 0 ? tree->nodes[i].number * worth(0, network)
		                                  : worth(tree->nodes[i].code, network);
	}
	return score;
}

/* An accuracy that a few words make up. */
static void toy_accuracy(double *accuracy, double sign, size_t shift)
{
	static const char *const words[] = {"add", "mul", "gx.d", "y.n", "layer_sum", "sigmoid"};
	for (size_t i = 0; i < NETWORKS; i++) {
		accuracy[i] = 0;
		for (size_t k = 0; k < EVO_COUNT(words); k++) {
			unsigned code;
			assert_true(evo_primitive_find(words[k], &code));
			accuracy[i] += sign * worth(code, i);
		}
		accuracy[i] += sign * 0.1 * worth(1000, i + shift);
	}
}

static struct evo_gp_config small_config(void)
{
	struct evo_gp_config config;
	assert_true(evo_gp_preset("default", &config, NULL));
	config.population = config.offspring = 30;
	config.max_size = 15;
	config.max_depth = 6;
	config.init_depth_max = 4;
	return config;
}

static struct evo_gp *toy_search(const struct evo_gp_config *config, uint64_t seed, double sign)
{
	double one[NETWORKS], two[NETWORKS];
	toy_accuracy(one, sign, 0);
	toy_accuracy(two, sign, 500);
	const struct evo_group groups[] = {{TRAIN, VALIDATION}, {TRAIN, VALIDATION}};
	const struct evo_case cases[] = {{0, one}, {1, two}};
	struct evo_error err = {0};
	struct evo_gp *gp = evo_gp_create(config, groups, 2, cases, 2, seed, &err);
	assert_string_equal(err.message, "");
	assert_non_null(gp);
	return gp;
}

/* One generation; the second group's scores are the first's, as far as ranks go. */
static void toy_generation(struct evo_gp *gp)
{
	const struct evo_tree *const *trees;
	size_t count, rounds = 0;
	while ((count = evo_gp_ask(gp, &trees)) > 0) {
		double *scores[2];
		for (size_t g = 0; g < 2; g++) {
			scores[g] = evo_calloc(count * NETWORKS, sizeof(double));
			for (size_t i = 0; i < count * NETWORKS; i++)
				scores[g][i] = toy_score(trees[i / NETWORKS], i % NETWORKS) *
				               (double) (g + 1);
		}
		evo_gp_tell(gp, scores);
		free(scores[0]);
		free(scores[1]);
		assert_true(++rounds < 20);
	}
}

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

	/* Without aggregates no tree has a network-level root but for the network's own terminals. */
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
	char **names = evo_gp_preset_names(&count);
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
		struct evo_tree *mother = &trees[evo_rng_below(&rng, EVO_COUNT(trees))];
		const struct evo_tree *father = &trees[evo_rng_below(&rng, EVO_COUNT(trees))];
		struct evo_error err = {0};
		enum evo_origin by = evo_vary(&variation, &rng, how, mother, father, &child);
		made[by]++;
		assert_true(evo_tree_check(&child, &err));
		assert_true(child.size <= config->max_size);
		assert_true(evo_tree_depth(&child) <= config->max_depth);
		assert_int_equal(evo_tree_level(&child, 0), EVO_LEVEL_NETWORK);
		if (!network_allowed)
			assert_int_equal(evo_primitive(child.nodes[0].code)->kind, EVO_AGGREGATE);
		if (by == EVO_ORIGIN_COPY)
			continue;
		assert_false(evo_tree_equal(&child, mother));
		if (by == EVO_ORIGIN_HOIST)
			assert_true(child.size < mother->size);
		if (by == EVO_ORIGIN_POINT || by == EVO_ORIGIN_NUMBER)
			assert_int_equal(child.size, mother->size);
		if (by == EVO_ORIGIN_INSERTION)
			assert_true(child.size > mother->size);
		evo_tree_copy(mother, &child);
	}
	assert_true(made[EVO_ORIGIN_COPY] < 70);
	for (int by = EVO_ORIGIN_CROSSOVER; by < EVO_ORIGIN_COPY; by++)
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

/* ---- Runs ------------------------------------------------------------------------------------ */

static void print_population(const struct evo_gp *gp, struct evo_text *text)
{
	const struct evo_individual *const *population;
	size_t count = evo_gp_population(gp, &population);
	for (size_t i = 0; i < count; i++) {
		evo_text_printf(text, "%llu %llu %llu %d ", (unsigned long long) population[i]->id,
		                (unsigned long long) population[i]->parents[0],
		                (unsigned long long) population[i]->parents[1],
		                (int) population[i]->origin);
		evo_text_number(text, population[i]->fitness);
		evo_text_append(text, " ");
		evo_tree_print(&population[i]->tree, text);
		evo_text_append(text, "\n");
	}
}

static char *whole_run(uint64_t seed)
{
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, seed, 1);
	struct evo_text text;
	evo_text_init(&text);
	for (int i = 0; i < 6; i++) {
		toy_generation(gp);
		print_population(gp, &text);
	}
	evo_gp_destroy(gp);
	return text.data;
}

static void test_same_seed_same_run(void **state)
{
	(void) state;
	char *a = whole_run(11), *b = whole_run(11), *c = whole_run(12);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

static uint64_t canonical_hash(const struct evo_tree *tree)
{
	struct evo_tree canonical;
	evo_tree_canonical(tree, &canonical);
	return evo_tree_hash(&canonical);
}

static void check_individual(const struct evo_individual *one)
{
	double worst = 2;
	for (size_t c = 0; c < 2; c++) {
		double accuracy[NETWORKS];
		toy_accuracy(accuracy, 1, c * 500);
		double tau = evo_kendall(TRAIN, one->scores + c * NETWORKS, accuracy);
		assert_true(tau == one->tau[EVO_SIDE_TRAIN][c]);
		tau = evo_kendall(VALIDATION, one->scores + c * NETWORKS + TRAIN, accuracy + TRAIN);
		assert_true(tau == one->tau[EVO_SIDE_VALIDATION][c]);
		double aligned = one->direction * one->tau[EVO_SIDE_TRAIN][c];
		worst = aligned < worst ? aligned : worst;
	}
	assert_true(one->fitness == worst);
	assert_true(one->direction * (one->tau[EVO_SIDE_TRAIN][0] + one->tau[EVO_SIDE_TRAIN][1]) >=
	            0);
	for (size_t i = 0; i < NETWORKS; i++) {
		double score = toy_score(&one->tree, i);
		assert_true(one->scores[i] == score || (isnan(one->scores[i]) && isnan(score)));
	}
	assert_true(evo_tree_check(&one->tree, NULL));
	assert_int_equal(one->depth, evo_tree_depth(&one->tree));
}

static void test_population(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 21, 1);
	double best = -2;
	size_t failed = 0;
	for (int i = 0; i < 8; i++) {
		const struct evo_individual *const *p;
		toy_generation(gp);
		size_t count = evo_gp_population(gp, &p);
		assert_int_equal(evo_gp_generation(gp), i + 1);
		assert_int_equal(count, 30);
		assert_true(p[0]->fitness >= best);
		best = p[0]->fitness;
		for (size_t k = 0; k < count; k++) {
			check_individual(p[k]);
			assert_true(p[k]->tree.size <= 15 && p[k]->depth <= 6);
			assert_true(k == 0 || p[k - 1]->fitness >= p[k]->fitness);
			for (size_t m = 0; m < k; m++) {
				assert_true(p[k]->id != p[m]->id);
				assert_true(canonical_hash(&p[k]->tree) !=
				            canonical_hash(&p[m]->tree));
				assert_false(
				        evo_same_order(TRAIN, p[k]->scores, p[m]->scores, true));
			}
		}
		failed = evo_gp_counts(gp).failed;
	}
	assert_true(best > 0.5); /* it searches */
	assert_true(failed > 0);
	assert_true(evo_gp_counts(gp).cache_hits > 0);
	const struct evo_individual *const *front;
	size_t count = evo_gp_front(gp, &front);
	assert_true(front[count - 1]->fitness >= best);
	assert_ptr_equal(evo_gp_live_best(gp)->scores != NULL, true);
	evo_gp_destroy(gp);
}

/* Turned accuracies turn every direction and change nothing else. */
static void test_direction(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *up = toy_search(&config, 31, 1), *down = toy_search(&config, 31, -1);
	bool both[2] = {false, false};
	toy_generation(up);
	toy_generation(down);
	const struct evo_individual *const *a, *const *b;
	size_t count = evo_gp_population(up, &a);
	assert_int_equal(evo_gp_population(down, &b), count);
	for (size_t i = 0; i < count; i++) {
		assert_true(a[i]->fitness == b[i]->fitness);
		if (a[i]->tau[EVO_SIDE_TRAIN][0] + a[i]->tau[EVO_SIDE_TRAIN][1] != 0)
			assert_int_equal(a[i]->direction, -b[i]->direction);
		both[a[i]->direction > 0] = true;
	}
	assert_true(both[0] && both[1]);
	evo_gp_destroy(up);
	evo_gp_destroy(down);
}

/* Two groups, of TRAIN and of 10 train networks, with draws of 10: three of the large group, which
   do not overlap, and three times all of the small one. */
static void check_draws(bool mean)
{
	struct evo_gp_config config = small_config();
	config.draws = 3;
	config.draw_size = 10;
	config.fitness_mean = mean;
	double accuracy[NETWORKS], x[NETWORKS], y[NETWORKS], score[NETWORKS];
	toy_accuracy(accuracy, 1, 0);
	const struct evo_group groups[] = {{TRAIN, VALIDATION}, {10, 0}};
	const struct evo_case cases[] = {{0, accuracy}, {1, accuracy}};
	struct evo_fitness fitness;
	struct evo_individual judged = {0};
	assert_true(evo_fitness_init(&fitness, &config, groups, 2, cases, 2, 41, NULL));
	for (size_t i = 0; i < NETWORKS; i++)
		score[i] = worth(2000, i) - accuracy[i];
	evo_fitness_judge(&fitness, (const double *const[]){score, score}, &judged);

	double small = evo_kendall(10, score, accuracy), sum = 3 * small, high = small;
	bool seen[TRAIN] = {false};
	for (size_t d = 0; d < 3; d++) {
		for (size_t i = 0; i < 10; i++) {
			size_t at = fitness.groups[0].draws[d * 10 + i];
			assert_true(at < TRAIN && !seen[at]);
			seen[at] = true;
			x[i] = score[at];
			y[i] = accuracy[at];
		}
		double tau = evo_kendall(10, x, y);
		sum += tau;
		high = tau > high ? tau : high;
	}
	assert_int_equal(judged.direction, -1);
	assert_true(high > small || high < 0); /* the draws differ from the whole */
	if (mean)
		assert_true(fabs(judged.fitness + sum / 6) < 1e-12);
	else
		assert_true(judged.fitness == -high);
	evo_fitness_clear(&fitness);
}

static void test_draws(void **state)
{
	(void) state;
	check_draws(false);
	check_draws(true);
}

static const struct evo_individual *find(const struct evo_gp *gp, const char *text)
{
	const struct evo_individual *const *p;
	struct evo_tree tree;
	assert_true(evo_tree_parse(text, &tree, NULL));
	size_t count = evo_gp_population(gp, &p);
	for (size_t i = 0; i < count; i++) {
		if (canonical_hash(&p[i]->tree) == canonical_hash(&tree))
			return p[i];
	}
	return NULL;
}

static void inject(struct evo_gp *gp, const char *text)
{
	struct evo_tree tree;
	struct evo_error err = {0};
	assert_true(evo_tree_parse(text, &tree, &err));
	assert_true(evo_gp_inject(gp, &tree, &err));
}

static void test_injection(void **state)
{
	(void) state;
	static const char good[] = "layer_sum(add(mul(gx.d, y.n), sigmoid(y.n)))";
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 51, 1);
	char note[300];
	toy_generation(gp);
	inject(gp, good);
	inject(gp,
	       "abs(w)"); /* unit level: goes under layer_mean, poor, and is kept all the same */
	inject(gp, "layer_sum(det(x.d))");
	toy_generation(gp);
	const struct evo_individual *one = find(gp, good), *poor = find(gp, "layer_mean(abs(w))");
	assert_non_null(one);
	assert_non_null(poor);
	assert_true(one->injected && one->descends && one->origin == EVO_ORIGIN_INJECTED);
	assert_int_equal(one->born, 1);
	assert_true(evo_gp_note(gp, note, sizeof(note)));
	assert_non_null(strstr(note, "det(x.d)"));
	assert_false(evo_gp_note(gp, note, sizeof(note)));

	size_t descendants = 0;
	for (int i = 0; i < 3; i++) {
		toy_generation(gp);
		const struct evo_individual *const *p;
		size_t count = evo_gp_population(gp, &p);
		for (size_t k = 0; k < count; k++)
			descendants += p[k]->descends && !p[k]->injected;
	}
	assert_true(descendants > 0);
	evo_gp_destroy(gp);
}

/* Room is made for what is put in by hand, also where the best take all there is; one generation
   later the population has its size again. */
static void test_injection_has_room(void **state)
{
	(void) state;
	static const char *const poor[] = {"layer_mean(abs(w))", "layer_max(w)", "flops"};
	struct evo_gp_config config = small_config();
	config.population = config.elite = 4;
	struct evo_gp *gp = toy_search(&config, 51, 1);
	const struct evo_individual *const *p;
	toy_generation(gp);
	evo_gp_population(gp, &p);
	double best = p[0]->fitness;
	for (size_t i = 0; i < EVO_COUNT(poor); i++)
		inject(gp, poor[i]);
	toy_generation(gp);
	for (size_t i = 0; i < EVO_COUNT(poor); i++)
		assert_non_null(find(gp, poor[i]));
	size_t count = evo_gp_population(gp, &p);
	assert_true(p[0]->fitness >= best);
	assert_true(count > 4 && count <= 7);
	toy_generation(gp);
	assert_int_equal(evo_gp_population(gp, &p), 4);
	evo_gp_destroy(gp);
}

/* One round in which a tree's last word alone makes its scores. */
static void last_word_round(struct evo_gp *gp)
{
	const struct evo_tree *const *trees;
	size_t count = evo_gp_ask(gp, &trees);
	double *row = evo_calloc(count * NETWORKS, sizeof(*row));
	for (size_t i = 0; i < count * NETWORKS; i++) {
		const struct evo_tree *tree = trees[i / NETWORKS];
		row[i] = worth(tree->nodes[tree->size - 1].code, i % NETWORKS);
	}
	double *scores[2] = {row, row};
	evo_gp_tell(gp, scores);
	free(row);
}

/* Of two that order the networks alike the smaller enters, and a note names the other. */
static void test_injected_twins(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 51, 1);
	char note[300];
	inject(gp, "abs(flops)");
	inject(gp, "flops");
	inject(gp, "abs(abs(flops))");
	last_word_round(gp);
	assert_true(evo_gp_note(gp, note, sizeof(note)));
	assert_non_null(strstr(note, "abs(flops) gives its place to a smaller"));
	assert_true(evo_gp_note(gp, note, sizeof(note)));
	assert_non_null(strstr(note, "abs(abs(flops)) orders the networks as"));
	assert_false(evo_gp_note(gp, note, sizeof(note)));
	evo_gp_destroy(gp);
}

/* What lives already and is put in by hand once more is marked, not doubled. */
static void test_injection_of_the_living(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 61, 1);
	toy_generation(gp);
	const struct evo_individual *const *p;
	struct evo_text text;
	evo_text_init(&text);
	evo_gp_population(gp, &p);
	evo_tree_print(&p[0]->tree, &text);
	double fitness = p[0]->fitness;
	uint64_t id = p[0]->id;
	inject(gp, text.data);
	toy_generation(gp);
	const struct evo_individual *one = find(gp, text.data);
	assert_non_null(one);
	assert_true(one->injected && one->id != id && one->fitness == fitness);
	evo_text_clear(&text);
	evo_gp_destroy(gp);
}

static void test_injection_refused(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 71, 1);
	struct evo_tree tree;
	struct evo_error err = {0};
	assert_true(evo_tree_parse("layer_sum(abs(abs(abs(abs(abs(abs(abs(w))))))))", &tree, NULL));
	assert_false(evo_gp_inject(gp, &tree, &err));
	assert_non_null(strstr(err.message, "set max_depth 8"));
	evo_error_clear(&err);
	assert_true(evo_gp_set(gp, "max_depth", "8", &err));
	assert_true(evo_gp_inject(gp, &tree, &err));
	assert_false(evo_gp_set(gp, "train", "20", &err));
	assert_non_null(strstr(err.message, "cannot change"));
	evo_error_clear(&err);
	assert_false(evo_gp_set(gp, "crossover", "0.9", &err));
	assert_non_null(strstr(err.message, "sum to"));
	assert_true(evo_gp_config(gp)->crossover < 0.5);
	evo_gp_destroy(gp);
}

/* Settings that change while a generation is computed wait for the next one. */
static void test_set_between(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 81, 1);
	toy_generation(gp);
	assert_true(evo_gp_set(gp, "population", "20", NULL));
	toy_generation(gp);
	const struct evo_individual *const *p;
	assert_int_equal(evo_gp_population(gp, &p), 20);
	evo_gp_destroy(gp);
}

/* The first round fails whole, so the second makes more than is missing: its last one is not needed
   to fill the population, and is the best. */
static void test_surplus_best_is_kept(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	config.population = 4;
	struct evo_gp *gp = toy_search(&config, 101, 1);
	double accuracy[NETWORKS];
	toy_accuracy(accuracy, 1, 0);
	const struct evo_tree *const *trees;
	size_t count, rounds = 0;
	while ((count = evo_gp_ask(gp, &trees)) > 0) {
		double *row = evo_calloc(count * NETWORKS, sizeof(*row));
		for (size_t i = 0; rounds == 1 && i < count * NETWORKS; i++)
			row[i] = i / NETWORKS < count - 1
			                 ? worth(2000 + (unsigned) (i / NETWORKS), i % NETWORKS)
			                 : accuracy[i % NETWORKS];
		double *scores[2] = {row, row};
		evo_gp_tell(gp, scores);
		free(row);
		assert_true(rounds != 1 || count > 5);
		rounds++;
	}
	const struct evo_individual *const *p;
	assert_int_equal(rounds, 2);
	assert_int_equal(evo_gp_population(gp, &p), 4);
	assert_true(p[0]->tau[EVO_SIDE_TRAIN][0] == 1);
	evo_gp_destroy(gp);
}

/* Nothing that can be evaluated: the generation ends, empty, and the search stays usable. */
static void test_nothing_finite(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 91, 1);
	const struct evo_tree *const *trees;
	size_t count;
	while ((count = evo_gp_ask(gp, &trees)) > 0) {
		double *nan = evo_calloc(count * NETWORKS, sizeof(double));
		for (size_t i = 0; i < count * NETWORKS; i++)
			nan[i] = i % 2 == 0 ? (double) NAN : (double) INFINITY;
		double *scores[2] = {nan, nan};
		evo_gp_tell(gp, scores);
		free(nan);
	}
	const struct evo_individual *const *p;
	assert_int_equal(evo_gp_population(gp, &p), 0);
	assert_null(evo_gp_live_best(gp));
	toy_generation(gp);
	assert_int_equal(evo_gp_generation(gp), 2);
	assert_true(evo_gp_population(gp, &p) > 0);
	evo_gp_destroy(gp);
}

static void test_bad_cases(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	double accuracy[4] = {1, 2, (double) NAN, 4};
	struct evo_group group = {3, 1};
	struct evo_case benchmark = {0, accuracy};
	struct evo_error err = {0};
	assert_null(evo_gp_create(&config, &group, 1, &benchmark, 1, 1, &err));
	assert_non_null(strstr(err.message, "not finite"));
	evo_error_clear(&err);
	group.train = 1;
	assert_null(evo_gp_create(&config, &group, 1, &benchmark, 1, 1, &err));
	assert_non_null(strstr(err.message, "2 train networks"));
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
	        cmocka_unit_test(test_known),
	        cmocka_unit_test(test_front),
	        cmocka_unit_test(test_same_seed_same_run),
	        cmocka_unit_test(test_population),
	        cmocka_unit_test(test_direction),
	        cmocka_unit_test(test_draws),
	        cmocka_unit_test(test_injection),
	        cmocka_unit_test(test_injection_has_room),
	        cmocka_unit_test(test_injected_twins),
	        cmocka_unit_test(test_injection_of_the_living),
	        cmocka_unit_test(test_injection_refused),
	        cmocka_unit_test(test_set_between),
	        cmocka_unit_test(test_surplus_best_is_kept),
	        cmocka_unit_test(test_nothing_finite),
	        cmocka_unit_test(test_bad_cases),
	};
	return cmocka_run_group_tests_name("gp", tests, NULL, NULL);
}
