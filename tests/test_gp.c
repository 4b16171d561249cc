/*
 * Searches, with scores made up from the trees.
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
#include "../src/gp/fitness.h"

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

/* ---- Validation of what survives ------------------------------------------------------------- */

static void check_same(const struct evo_individual *a, const struct evo_individual *b)
{
	assert_int_equal(a->id, b->id);
	assert_true(evo_tree_equal(&a->tree, &b->tree));
	assert_true(a->fitness == b->fitness);
	assert_false(b->pending);
	assert_int_equal(a->non_finite, b->non_finite);
	assert_memory_equal(a->tau, b->tau, sizeof(a->tau));
	assert_memory_equal(a->scores, b->scores, 2 * NETWORKS * sizeof(double));
}

/* What is scored late is the same in the end, and the way there is. */
static void test_open_validation(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, 21, 1), *late = toy_search(&config, 21, 1);
	const struct evo_individual *const *a, *const *b;
	for (int generation = 0; generation < 5; generation++) {
		toy_generation(gp);
		toy_open_generation(late);
		size_t count = evo_gp_population(late, &b), open = 0;
		for (size_t i = 0; i < count; i++) {
			open += b[i]->pending;
			assert_true(b[i]->pending ==
			            (isnan(b[i]->tau[EVO_SIDE_VALIDATION][0]) != 0));
		}
		/* Of the first all are, later those that are new. */
		assert_true(open > 0 && (generation > 0 ? open < count : open == count));
		struct evo_individual *before = evo_individual_hold(b[0]);
		bool was_open = before->pending;
		assert_true(toy_close(late) >= open);
		assert_int_equal(toy_close(late), 0);
		assert_true(before->pending == was_open); /* who reads it sees no change */
		evo_individual_release(before);
		assert_int_equal(evo_gp_population(gp, &a), evo_gp_population(late, &b));
		for (size_t i = 0; i < count; i++)
			check_same(a[i], b[i]);
		count = evo_gp_front(gp, &a);
		assert_int_equal(count, evo_gp_front(late, &b));
		for (size_t i = 0; i < count; i++)
			check_same(a[i], b[i]);
	}
	evo_gp_destroy(gp);
	evo_gp_destroy(late);
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

/* No two of a population are the same, or in the same order; the best comes first. */
static void check_population(const struct evo_gp *gp)
{
	const struct evo_individual *const *p;
	size_t count = evo_gp_population(gp, &p);
	assert_int_equal(count, 30);
	for (size_t k = 0; k < count; k++) {
		check_individual(p[k]);
		assert_true(p[k]->tree.size <= 15 && p[k]->depth <= 6);
		assert_true(k == 0 || p[k - 1]->fitness >= p[k]->fitness);
		for (size_t m = 0; m < k; m++) {
			assert_true(p[k]->id != p[m]->id);
			assert_true(canonical_hash(&p[k]->tree) != canonical_hash(&p[m]->tree));
			assert_false(evo_same_order(TRAIN, p[k]->scores, p[m]->scores, true));
		}
	}
}

/* A whole search; how much better its last generation is than its first. */
static double search(uint64_t seed, struct evo_gp_counts *counts)
{
	struct evo_gp_config config = small_config();
	struct evo_gp *gp = toy_search(&config, seed, 1);
	double first = 0, best = -2;
	for (size_t i = 0; i < 8; i++) {
		const struct evo_individual *const *p;
		toy_generation(gp);
		assert_int_equal(evo_gp_generation(gp), i + 1);
		check_population(gp);
		evo_gp_population(gp, &p);
		assert_true(p[0]->fitness >= best);
		best = p[0]->fitness;
		first = i == 0 ? best : first;
	}
	const struct evo_individual *const *front;
	size_t count = evo_gp_front(gp, &front);
	assert_true(front[count - 1]->fitness >= best);
	assert_non_null(evo_gp_live_best(gp)->scores);
	*counts = evo_gp_counts(gp);
	evo_gp_destroy(gp);
	return best - first;
}

/* What one search gains is luck, so that of several counts: each gains a quarter, more or less. */
static void test_population(void **state)
{
	(void) state;
	enum {
		SEARCHES = 10
	};
	struct evo_gp_counts counts;
	size_t failed = 0, hits = 0;
	double gain = 0;
	for (uint64_t seed = 1; seed <= SEARCHES; seed++) {
		gain += search(seed, &counts) / SEARCHES;
		failed += counts.failed;
		hits += counts.cache_hits;
	}
	assert_true(gain > 0.1); /* it searches */
	assert_true(failed > 0);
	assert_true(hits > 0);
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

/* A store gives -0 back as 0, and what is resumed has to be what was stored. */
static void test_no_negative_zero(void **state)
{
	(void) state;
	static const double down[] = {4, 3, 2, 1}, none[] = {2, 4, 1, 3}, score[] = {1, 2, 3, 4};
	const struct evo_group group = {4, 0};
	const struct evo_case cases[] = {{0, down}, {0, none}};
	struct evo_gp_config config = small_config();
	struct evo_fitness fitness;
	struct evo_individual judged = {0};
	assert_true(evo_fitness_init(&fitness, &config, &group, 1, cases, 2, 1, NULL));
	evo_fitness_judge(&fitness, (const double *const[]){score}, &judged);
	assert_int_equal(judged.direction, -1);
	assert_true(judged.fitness == 0 && !signbit(judged.fitness));
	evo_fitness_clear(&fitness);
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
	const struct evo_tree *const *asked;
	assert_true(evo_gp_ask(gp, &asked) > 3);
	assert_int_equal(evo_gp_asked_injected(gp), 3);
	assert_true(evo_tree_needs(asked[2]) == EVO_NEED(EVO_X_D));
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
	        cmocka_unit_test(test_same_seed_same_run),
	        cmocka_unit_test(test_open_validation),
	        cmocka_unit_test(test_population),
	        cmocka_unit_test(test_direction),
	        cmocka_unit_test(test_draws),
	        cmocka_unit_test(test_no_negative_zero),
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
