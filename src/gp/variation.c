/*
 * What a search may make trees of: the language that its settings leave, the bounds of trees, and
 * how often each operator is drawn.
 */
#include "config.h"

#include <string.h>

#include "variation.h"

static void exclude(struct evo_variation *variation, unsigned code)
{
	if (code >= EVO_CODES)
		return;
	variation->excluded[code] = true;
	variation->grammar.weight[code] = 0;
}

/* A word that is the name of a primitive and of a terminal excludes both. */
static void exclude_words(struct evo_variation *variation, const char *words)
{
	while (*words != '\0') {
		char word[64];
		size_t length = strcspn(words, " ");
		unsigned code;
		if (length > 0 && length < sizeof(word)) {
			memcpy(word, words, length);
			word[length] = '\0';
			if (evo_primitive_find(word, &code))
				exclude(variation, code);
			if (evo_terminal_find(word, &code))
				exclude(variation, code);
		}
		words += length + (words[length] != '\0');
	}
}

/* What came into the language after the search began. */
static void leave_out_newer(struct evo_grammar *grammar, unsigned newest_id)
{
	for (unsigned code = 0; code < evo_primitive_count() && code < EVO_CODES; code++) {
		if (newest_id > 0 && evo_primitive(code)->id > newest_id)
			grammar->weight[code] = 0;
	}
}

/* Without the network level no terminal of it can stand anywhere. */
static void leave_out_network(struct evo_grammar *grammar)
{
	grammar->network = false;
	for (size_t code = 0; code < evo_primitive_count() && code < EVO_CODES; code++) {
		if (evo_primitive((unsigned) code)->kind == EVO_NETWORK_TERMINAL)
			grammar->weight[code] = 0;
	}
}

void evo_variation_init(struct evo_variation *variation, const struct evo_gp_config *config)
{
	memset(variation, 0, sizeof(*variation));
	if (config->paper_primitives)
		evo_grammar_paper(&variation->grammar);
	else
		evo_grammar_all(&variation->grammar);
	if (config->classic)
		evo_grammar_classic(&variation->grammar);
	if (!config->network_level)
		leave_out_network(&variation->grammar);
	leave_out_newer(&variation->grammar, config->newest_id);
	exclude_words(variation, config->exclude);
	variation->max_depth = variation->grammar.max_depth = config->max_depth;
	variation->max_size = variation->grammar.max_size = config->max_size;
	variation->shares[EVO_ORIGIN_CROSSOVER] = config->crossover;
	variation->shares[EVO_ORIGIN_SUBTREE] = config->subtree;
	variation->shares[EVO_ORIGIN_POINT] = config->point;
	variation->shares[EVO_ORIGIN_NUMBER] = config->number;
	variation->shares[EVO_ORIGIN_HOIST] = config->hoist;
	variation->shares[EVO_ORIGIN_INSERTION] = config->insertion;
	variation->shares[EVO_ORIGIN_SHRINK] = config->shrink;
	variation->shares[EVO_ORIGIN_JOIN] = config->join;
}

evo_needs evo_gp_needs(const struct evo_gp_config *config)
{
	struct evo_variation variation;
	evo_needs needs = 0;
	evo_variation_init(&variation, config);
	for (size_t i = 0; i < EVO_CLASSIC_FIRST; i++) {
		unsigned code;
		if (evo_terminal_find(evo_statistic_name((enum evo_statistic) i), &code) &&
		    variation.grammar.weight[code] > 0)
			needs |= EVO_NEED(i);
	}
	return needs;
}

bool evo_variation_allows(const struct evo_variation *variation, const struct evo_tree *tree)
{
	if (tree->size > variation->max_size || evo_tree_depth(tree) > variation->max_depth)
		return false;
	bool terminal = false;
	for (size_t i = 0; i < tree->size; i++) {
		unsigned code = tree->nodes[i].code;
		enum evo_kind kind = evo_primitive(code)->kind;
		if (code < EVO_CODES && variation->excluded[code])
			return false;
		terminal = terminal || kind == EVO_UNIT_TERMINAL || kind == EVO_NETWORK_TERMINAL;
	}
	return terminal && evo_tree_check(tree, NULL);
}

bool evo_variation_random(const struct evo_variation *variation, struct evo_rng *rng, size_t depth,
                          bool full, struct evo_tree *out)
{
	for (int tries = 0; tries < 16; tries++) {
		if (evo_tree_random(&variation->grammar, rng, EVO_LEVEL_NETWORK, depth, full,
		                    out) &&
		    evo_variation_allows(variation, out))
			return true;
	}
	return false;
}

enum evo_origin evo_variation_choose(const struct evo_variation *variation, struct evo_rng *rng)
{
	double at = evo_rng_uniform(rng);
	for (int origin = 0; origin < EVO_ORIGIN_COPY; origin++) {
		if (at < variation->shares[origin])
			return (enum evo_origin) origin;
		at -= variation->shares[origin];
	}
	/* Shares that sum to 1 leave nothing for copies but what rounding did. */
	double sum = 0;
	for (int origin = 0; origin < EVO_ORIGIN_COPY; origin++)
		sum += variation->shares[origin];
	return sum > 1 - 1e-9 ? EVO_ORIGIN_SUBTREE : EVO_ORIGIN_COPY;
}
