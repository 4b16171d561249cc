/*
 * Searches on a target that needs no networks.
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

/* What a word is worth on a network: a fixed number in [-1, 1), by its name where it has one, so
   that new words leave it as it is. */
double worth(unsigned code, size_t network)
{
	const struct evo_primitive *word = evo_primitive(code);
	uint64_t name[2] = {word != NULL ? evo_hash_text(word->name) + word->arity : code, network};
	return (double) (evo_hash(name, sizeof(name), 7) >> 11) * 0x1p-52 - 1;
}

static double sum_of_words(const struct evo_tree *tree, size_t network)
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

/* Arithmetic of the network level is computed, as joins expect; all else is the sum of words. */
static double arithmetic_score(const struct evo_tree *tree, size_t at, size_t network)
{
	static const char *const words[] = {"add", "sub", "mul", "div", "sqrt", "square", "mean"};
	const struct evo_tree_node *node = &tree->nodes[at];
	struct evo_tree subtree;
	for (size_t i = 0; i < EVO_COUNT(words); i++) {
		unsigned code;
		assert_true(evo_primitive_find(words[i], &code));
		if (node->code != code || evo_tree_level(tree, at) != EVO_LEVEL_NETWORK)
			continue;
		double a = arithmetic_score(tree, at + 1, network), b = 0, out;
		if (evo_primitive(code)->arity == 2)
			b = arithmetic_score(tree, evo_tree_argument(tree, at, 1), network);
		if (strcmp(words[i], "mean") == 0)
			return a;
		evo_primitive_numbers(code, &a, &b, &out, 1);
		return out;
	}
	if (node->code == 0)
		return node->number;
	evo_tree_subtree(tree, at, &subtree);
	return sum_of_words(&subtree, network);
}

double toy_score(const struct evo_tree *tree, size_t network)
{
	return arithmetic_score(tree, 0, network);
}

/* An accuracy that a few words make up. */
void toy_accuracy(double *accuracy, double sign, size_t shift)
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

struct evo_gp_config small_config(void)
{
	struct evo_gp_config config;
	assert_true(evo_gp_preset("default", &config, NULL));
	config.population = config.offspring = 30;
	config.max_size = 15;
	config.max_depth = 6;
	config.init_depth_max = 4;
	return config;
}

struct evo_gp *toy_search(const struct evo_gp_config *config, uint64_t seed, double sign)
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

/* Matrices of scores of all networks, or, with open, of the train networks alone. */
static void toy_scores(const struct evo_tree *const *trees, size_t count, bool open,
                       double *scores[2])
{
	for (size_t g = 0; g < 2; g++) {
		scores[g] = evo_calloc(count * NETWORKS, sizeof(double));
		for (size_t i = 0; i < count * NETWORKS; i++) {
			double score = toy_score(trees[i / NETWORKS], i % NETWORKS);
			scores[g][i] = open && i % NETWORKS >= TRAIN ? evo_score_pending() : score;
		}
	}
}

static void breed(struct evo_gp *gp, bool open)
{
	const struct evo_tree *const *trees;
	size_t count, rounds = 0;
	while ((count = evo_gp_ask(gp, &trees)) > 0) {
		double *scores[2];
		toy_scores(trees, count, open, scores);
		evo_gp_tell(gp, scores);
		free(scores[0]);
		free(scores[1]);
		assert_true(++rounds < 20);
	}
}

void toy_generation(struct evo_gp *gp)
{
	breed(gp, false);
}

void toy_open_generation(struct evo_gp *gp)
{
	breed(gp, true);
}

size_t toy_close(struct evo_gp *gp)
{
	const struct evo_tree *const *trees;
	size_t count = evo_gp_ask_pending(gp, &trees);
	double *scores[2];
	toy_scores(trees, count, false, scores);
	for (size_t g = 0; g < 2; g++)
		for (size_t i = 0; i < count * NETWORKS; i++)
			if (i % NETWORKS < TRAIN)
				scores[g][i] = -1e9; /* not to be read */
	evo_gp_tell_pending(gp, scores);
	free(scores[0]);
	free(scores[1]);
	return count;
}
