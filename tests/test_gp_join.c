/*
 * Joins: what is promised of a join before it is evaluated is what it is worth, and no second
 * parent of the population does better.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gp_fixture.h"
#include "../src/gp/search.h"

static double *score_all(const struct evo_tree *const *trees, size_t count)
{
	double *scores = evo_calloc(count * NETWORKS, sizeof(*scores));
	for (size_t i = 0; i < count * NETWORKS; i++)
		scores[i] = toy_score(trees[i / NETWORKS], i % NETWORKS);
	return scores;
}

static void one_generation(struct evo_gp *gp)
{
	const struct evo_tree *const *trees;
	size_t count;
	while ((count = evo_gp_ask(gp, &trees)) > 0) {
		double *scores = score_all(trees, count);
		evo_gp_tell(gp, (double *[]){scores, scores});
		free(scores);
	}
}

static double fitness_of(const struct evo_gp *gp, const struct evo_tree *tree)
{
	struct evo_individual judged = {0};
	double *scores = score_all(&tree, 1);
	evo_gp_judge(gp, (double *[]){scores, scores}, &judged);
	free(scores);
	return judged.fitness;
}

/* As an argument of a join: a tensor by its mean. */
static void write_argument(const struct evo_tree *tree, struct evo_text *out)
{
	bool scalar = evo_tree_is_scalar(tree);
	evo_text_append(out, scalar ? "" : "mean(");
	evo_tree_print(tree, out);
	evo_text_append(out, scalar ? "" : ")");
}

/* outer(a, inner(b)) through its text. */
static void written(const struct evo_tree *a, const struct evo_tree *b, const char *form,
                    struct evo_tree *out)
{
	struct evo_text first, second;
	evo_text_init(&first);
	evo_text_init(&second);
	write_argument(a, &first);
	write_argument(b, &second);
	char *text = evo_format(form, first.data, second.data);
	assert_true(evo_tree_parse(text, out, NULL));
	free(text);
	evo_text_clear(&first);
	evo_text_clear(&second);
}

/* The best that any second parent gives, found by evaluating every tree. */
static double best_by_hand(const struct evo_gp *gp, size_t first, double parsimony)
{
	static const char *const forms[] = {"add(%s, %s)",         "sub(%s, %s)",
	                                    "mul(%s, %s)",         "div(%s, %s)",
	                                    "mul(%s, sqrt(%s))",   "div(%s, sqrt(%s))",
	                                    "mul(%s, square(%s))", "div(%s, square(%s))"};
	const struct evo_individual *const *all;
	size_t count = evo_gp_population(gp, &all);
	double best = -2;
	for (size_t second = 0; second < count; second++)
		for (size_t f = 0; f < EVO_COUNT(forms) && second != first; f++) {
			struct evo_tree tree;
			written(&all[first]->tree, &all[second]->tree, forms[f], &tree);
			double worth = fitness_of(gp, &tree) - parsimony * (double) tree.size;
			if (tree.size <= evo_gp_config(gp)->max_size &&
			    evo_tree_depth(&tree) <= evo_gp_config(gp)->max_depth && worth > best)
				best = worth;
		}
	return best;
}

static void check_worth(struct evo_gp *gp, size_t first)
{
	double parsimony = evo_gp_config(gp)->parsimony;
	const struct evo_combinations *list = evo_gp_combinations(gp, first);
	const struct evo_combination *joins = list->items;
	for (size_t i = 0; i < list->count; i++) {
		struct evo_tree tree;
		assert_int_not_equal(joins[i].second, first);
		assert_true(i == 0 || joins[i].worth <= joins[i - 1].worth);
		assert_true(evo_gp_combine(gp, first, &joins[i], &tree));
		assert_true(evo_tree_check(&tree, NULL));
		assert_true(joins[i].worth ==
		            fitness_of(gp, &tree) - parsimony * (double) tree.size);
	}
}

static void check_joins(struct evo_gp *gp, size_t first)
{
	double parsimony = evo_gp_config(gp)->parsimony;
	const struct evo_combinations *list = evo_gp_combinations(gp, first);
	const struct evo_combination *joins = list->items;
	check_worth(gp, first);
	assert_in_range(list->count, 1, EVO_GP_COMBINATIONS);
	/* One that orders the networks as a parent does is no join, but it is no better than that
	   parent either. */
	double best = best_by_hand(gp, first, parsimony);
	if (best > gp->population.items[0]->fitness)
		assert_true(joins[0].worth == best);
	else
		assert_true(joins[0].worth <= best);
}

static void test_joins_are_worth_what_is_said(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	config.max_size = 25;
	config.max_depth = 8;
	struct evo_gp *gp = toy_search(&config, 5, 1);
	for (int generation = 0; generation < 3; generation++) {
		one_generation(gp);
		const struct evo_individual *const *all;
		size_t count = evo_gp_population(gp, &all);
		for (size_t first = 0; first < count; first += 3)
			check_joins(gp, first);
	}
	evo_gp_destroy(gp);
}

/* Joined individuals have two parents, whose trees they hold; no other share makes any. */
static void test_joins_are_bred(void **state)
{
	(void) state;
	for (int wanted = 0; wanted < 2; wanted++) {
		struct evo_gp_config config = small_config();
		size_t joined = 0;
		config.max_size = 25;
		config.join = wanted ? 0.3 : 0;
		config.crossover = 0.1;
		struct evo_gp *gp = toy_search(&config, 6, 1);
		for (int generation = 0; generation < 4; generation++) {
			const struct evo_individual *const *all;
			one_generation(gp);
			size_t count = evo_gp_population(gp, &all);
			for (size_t i = 0; i < count; i++) {
				if (all[i]->origin != EVO_ORIGIN_JOIN)
					continue;
				joined++;
				assert_true(all[i]->parents[0] > 0 && all[i]->parents[1] > 0);
				assert_true(all[i]->parents[0] != all[i]->parents[1]);
				assert_int_equal(evo_primitive(all[i]->tree.nodes[0].code)->arity,
				                 2);
				/* Nobody was asked for its scores: they follow. */
				for (size_t n = 0; n < NETWORKS; n++)
					assert_true(all[i]->scores[n] ==
					            toy_score(&all[i]->tree, n));
			}
		}
		assert_true(wanted ? joined > 0 : joined == 0);
		evo_gp_destroy(gp);
	}
}

/* A context of a parent is a smaller tree, whose scores are what it would be given. */
static size_t check_contexts(struct evo_gp *gp, size_t first)
{
	const struct evo_combinations *list = evo_gp_combinations(gp, first);
	const struct evo_tree *whole = &gp->population.items[first]->tree;
	size_t exchanged = 0;
	assert_true(evo_tree_equal(&list->contexts.items[0].tree, whole));
	for (size_t i = 0; i < list->contexts.count; i++) {
		const struct evo_context *context = &list->contexts.items[i];
		assert_true(evo_tree_check(&context->tree, NULL));
		assert_true(i == 0 || context->tree.size < whole->size);
		for (size_t n = 0; n < NETWORKS; n++)
			assert_true(context->scores[n] == toy_score(&context->tree, n));
	}
	for (size_t i = 0; i < list->count; i++)
		exchanged += list->items[i].context > 0;
	return exchanged;
}

/* Of a part that the population does not have, such as a terminal alone, nothing follows. */
static void check_stranger(struct evo_gp *gp, const char *alive)
{
	struct evo_contexts contexts = {0};
	struct evo_tree tree;
	char *text = evo_format("mul(flops, %s)", alive);
	assert_true(evo_tree_parse(text, &tree, NULL));
	struct evo_individual *stranger = evo_individual_create(&tree, gp->fitness.total);
	evo_gp_contexts(gp, stranger, &contexts);
	assert_int_equal(contexts.count, gp->now.exchange ? 2 : 1);
	evo_gp_contexts_clear(&contexts);
	evo_individual_release(stranger);
	free(text);
}

static size_t count_first(const struct evo_gp *gp)
{
	size_t count = 0;
	for (size_t i = 0; i < gp->population.count; i++)
		count += gp->population.items[i]->born == 0;
	return count;
}

/* A search of joins alone, after a first generation that is carried over. */
static const char *const texts[] = {
        "mul(layer_sum(sigmoid(gx.d)), sqrt(layer_max(y.n)))",
        "div(layer_mean(x.d), mul(layer_sum(add(gx.d, gw.d)), layer_min(r.n)))",
        "add(layer_sum(abs(y.n)), layer_total(gx.d))",
        "mul(square(layer_mean(relu(gy.p))), layer_sum(tanh(w)))"};

static struct evo_gp_config joining_config(void)
{
	struct evo_gp_config config = small_config();
	config.max_size = 25;
	config.max_depth = 12;
	config.crossover = config.subtree = config.point = config.number = 0;
	config.hoist = config.insertion = config.shrink = 0;
	config.join = 1;
	return config;
}

static struct evo_gp *joining_search(const struct evo_gp_config *config)
{
	struct evo_tree trees[EVO_COUNT(texts)];
	struct evo_gp *gp = toy_search(config, 8, 1);
	for (size_t i = 0; i < EVO_COUNT(texts); i++)
		assert_true(evo_tree_parse(texts[i], &trees[i], NULL));
	evo_gp_carry(gp, trees, EVO_COUNT(texts));
	one_generation(gp);
	return gp;
}

/* Second parents also take the place of parts, whose scores follow; what was carried over stays for
   it. */
static void test_exchanges(void **state)
{
	(void) state;
	struct evo_gp_config config = joining_config();
	for (int wanted = 0; wanted < 2; wanted++) {
		size_t exchanged = 0;
		config.exchange = wanted;
		struct evo_gp *gp = joining_search(&config);
		size_t first = count_first(gp);
		check_stranger(gp, texts[0]);
		assert_true(first > EVO_COUNT(texts));
		for (int generation = 0; generation < 3; generation++) {
			for (size_t parent = 0; parent < gp->population.count; parent++) {
				exchanged += check_contexts(gp, parent);
				check_worth(gp, parent);
			}
			one_generation(gp);
		}
		assert_true(wanted ? exchanged > 0 : exchanged == 0);
		assert_true(wanted ? count_first(gp) == first : count_first(gp) < first);
		evo_gp_destroy(gp);
	}
}

static void prepare_one(void *context, size_t index, unsigned worker)
{
	(void) worker;
	evo_gp_prepare_one(context, index);
}

static size_t count_looked_for(const struct evo_gp *gp)
{
	size_t count = 0;
	for (size_t i = 0; gp->combinations != NULL && i < gp->population.count; i++)
		count += gp->combinations[i].looked_for;
	return count;
}

static void check_same(struct evo_gp *gp, struct evo_gp *other)
{
	assert_int_equal(gp->population.count, other->population.count);
	for (size_t i = 0; i < gp->population.count; i++) {
		const struct evo_individual *a = gp->population.items[i];
		const struct evo_individual *b = other->population.items[i];
		assert_true(evo_tree_equal(&a->tree, &b->tree));
		assert_true(a->id == b->id && a->fitness == b->fitness);
		assert_memory_equal(a->scores, b->scores, gp->fitness.total * sizeof(*a->scores));
	}
}

/* Joins may be looked for ahead, on threads: all, some, or none. The search goes the same way. */
static void test_preparing_changes_nothing(void **state)
{
	(void) state;
	struct evo_gp_config joining = joining_config(), mixed = small_config();
	joining.exchange = true;
	mixed.max_size = 25;
	mixed.crossover = 0.1;
	mixed.join = 0.3;
	struct evo_pool *pool = evo_pool_create(3, NULL);
	for (int kind = 0; kind < 2; kind++) {
		struct evo_gp *plain =
		        kind == 0 ? joining_search(&joining) : toy_search(&mixed, 9, 1);
		struct evo_gp *ahead =
		        kind == 0 ? joining_search(&joining) : toy_search(&mixed, 9, 1);
		size_t tasks = 0;
		for (size_t generation = 0; generation < 6; generation++) {
			size_t done, count = evo_gp_prepare(ahead, &done);
			size_t half = generation % 2 + 1, before = done;
			tasks += count;
			evo_pool_run(pool, EVO_PRIORITY_SEARCH, count / half, prepare_one, ahead);
			evo_gp_prepare(ahead, &done);
			assert_true(done >= before + count / half);
			one_generation(ahead);
			one_generation(plain);
			check_same(plain, ahead);
		}
		assert_true(tasks > 20);
		evo_gp_destroy(plain);
		evo_gp_destroy(ahead);
	}
	evo_pool_destroy(pool);
}

/* The joins that a round needs, and no others; those of a list that other slots of the same round
   have used up may be missed. A search of joins alone is through all rounds when it is prepared. */
static void test_preparing_foresees(void **state)
{
	(void) state;
	struct evo_gp_config config = joining_config();
	config.exchange = true;
	struct evo_gp *gp = joining_search(&config);
	size_t foreseen = 0, needed = 0, later = 0;
	for (int generation = 0; generation < 8; generation++) {
		size_t done, count, rounds = 0;
		while ((count = evo_gp_prepare(gp, &done)) > 0) {
			assert_int_equal(done, count_looked_for(gp));
			for (size_t i = 0; i < count; i++)
				evo_gp_prepare_one(gp, i);
			foreseen += count;
			later += rounds++ > 0 ? count : 0;
		}
		assert_true(done >= 5);
		needed += done;
		one_generation(gp);
	}
	assert_true(later > 0);
	assert_in_range(needed - foreseen, 0, needed / 10);
	evo_gp_destroy(gp);
}

/* What is put in by hand once a generation has begun enters the next one. */
static void test_injected_while_preparing(void **state)
{
	(void) state;
	struct evo_gp_config config = joining_config();
	struct evo_gp *gp = joining_search(&config);
	struct evo_tree early, late;
	assert_true(evo_tree_parse("layer_sum(abs(gy.d))", &early, NULL));
	assert_true(evo_tree_parse("layer_sum(abs(gy.n))", &late, NULL));
	assert_true(evo_gp_inject(gp, &early, NULL));
	assert_int_equal(evo_gp_next_generation(gp), 1);
	for (size_t i = 1; i < EVO_GP_INJECTIONS; i++)
		assert_true(evo_gp_inject(gp, &early, NULL));
	assert_false(evo_gp_inject(gp, &early, NULL));
	size_t done;
	evo_gp_prepare(gp, &done);
	assert_int_equal(evo_gp_next_generation(gp), 2);
	for (size_t i = 0; i < EVO_GP_INJECTIONS; i++)
		assert_true(evo_gp_inject(gp, &late, NULL));
	assert_false(evo_gp_inject(gp, &late, NULL));
	for (size_t generation = 1; generation < 3; generation++) {
		size_t born = 0;
		one_generation(gp);
		for (size_t i = 0; i < gp->population.count; i++) {
			const struct evo_individual *alive = gp->population.items[i];
			born += alive->injected && alive->born == generation &&
			        evo_tree_equal(&alive->tree, generation == 1 ? &early : &late);
		}
		assert_int_equal(born, 1);
	}
	evo_gp_destroy(gp);
}

/* Where the language has no arithmetic above aggregates, nothing is joined; what is excluded is
   not used. */
static void test_joins_keep_to_the_language(void **state)
{
	(void) state;
	struct evo_gp_config config = small_config();
	unsigned mul;
	config.network_level = false;
	struct evo_gp *gp = toy_search(&config, 7, 1);
	one_generation(gp);
	one_generation(gp);
	assert_int_equal(evo_gp_combinations(gp, 0)->count, 0);
	evo_gp_destroy(gp);

	config = small_config();
	config.max_size = 25;
	assert_true(evo_gp_config_set(&config, "exclude", "mul square", NULL));
	gp = toy_search(&config, 7, 1);
	one_generation(gp);
	one_generation(gp);
	assert_true(evo_primitive_find("mul", &mul));
	for (size_t first = 0; first < 10; first++) {
		const struct evo_combinations *list = evo_gp_combinations(gp, first);
		for (size_t i = 0; i < list->count; i++)
			assert_true(list->items[i].outer != mul);
	}
	evo_gp_destroy(gp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_joins_are_worth_what_is_said),
	        cmocka_unit_test(test_joins_are_bred),
	        cmocka_unit_test(test_exchanges),
	        cmocka_unit_test(test_preparing_changes_nothing),
	        cmocka_unit_test(test_preparing_foresees),
	        cmocka_unit_test(test_injected_while_preparing),
	        cmocka_unit_test(test_joins_keep_to_the_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
