/*
 * Random trees.
 *
 * A tree is grown from the root. At every place the codes that fit there (by level, by what is left
 * of depth and size) are drawn from by weight, so no tree is ever made and thrown away for its
 * type.
 */
#include "config.h"
#include "primitives.h"

#include <math.h>
#include <string.h>

#define NONE    ((size_t) -1)
#define RETRIES 32

struct maker {
	const struct evo_grammar *grammar;
	struct evo_rng *rng;
	struct evo_tree *tree;
	bool full;
	/* The smallest subtree of each level: nodes and edges; NONE where there is none. */
	size_t least_size[3], least_depth[3];
};

static void grammar_default(struct evo_grammar *grammar)
{
	memset(grammar, 0, sizeof(*grammar));
	grammar->number_low = 0.01;
	grammar->number_high = 100;
	grammar->max_size = 25;
	grammar->max_depth = 8;
}

void evo_grammar_all(struct evo_grammar *grammar)
{
	grammar_default(grammar);
	grammar->network = true;
	for (unsigned code = 0; code < EVO_OPERATIONS_END; code++)
		grammar->weight[code] = 1;
	/* Few numbers for the many places that admit one; enough aggregates that a tree does not
	   stay above them. */
	grammar->weight[0] = 2;
	for (unsigned code = EVO_LAYER_MEAN; code < EVO_OPERATIONS_END; code++)
		grammar->weight[code] = 4;
	for (unsigned s = EVO_CLASSIC_FIRST; s < EVO_STATISTICS; s++)
		grammar->weight[1 + s] = 0;
}

void evo_grammar_classic(struct evo_grammar *grammar)
{
	for (unsigned s = EVO_CLASSIC_FIRST; s < EVO_STATISTICS; s++)
		grammar->weight[1 + s] = 1;
}

void evo_grammar_paper(struct evo_grammar *grammar)
{
	grammar_default(grammar);
	for (unsigned code = 0; code < EVO_OPERATIONS_END; code++)
		grammar->weight[code] = evo_primitive(code)->paper ? 1 : 0;
}

/* ---- What fits where ------------------------------------------------------------------------- */

static bool is_leaf(unsigned code, enum evo_level level)
{
	switch (evo_primitive(code)->kind) {
	case EVO_NUMBER:
		return true;
	case EVO_UNIT_TERMINAL:
		return level == EVO_LEVEL_UNIT;
	case EVO_NETWORK_TERMINAL:
		return level == EVO_LEVEL_NETWORK;
	default:
		return false;
	}
}

static void find_least(struct maker *maker)
{
	const struct evo_grammar *grammar = maker->grammar;
	const enum evo_level levels[] = {EVO_LEVEL_UNIT, EVO_LEVEL_NETWORK};

	for (size_t i = 0; i < EVO_COUNT(levels); i++) {
		const enum evo_level level = levels[i];
		const bool leaves = level == EVO_LEVEL_UNIT || grammar->network;

		maker->least_size[level] = maker->least_depth[level] = NONE;
		for (unsigned code = 0; code < EVO_OPERATIONS_END; code++) {
			if (!(grammar->weight[code] > 0))
				continue;
			if (leaves && is_leaf(code, level)) {
				maker->least_size[level] = 1;
				maker->least_depth[level] = 0;
				break;
			}
			if (level == EVO_LEVEL_NETWORK && evo_is_aggregate(code) &&
			    maker->least_size[EVO_LEVEL_UNIT] != NONE) {
				maker->least_size[level] = 2;
				maker->least_depth[level] = 1;
			}
		}
	}
}

/* Does a node of this code fit, with `depth` edges and `size` nodes left for its subtree? */
static bool fits(const struct maker *maker, unsigned code, enum evo_level level, size_t depth,
                 size_t size)
{
	const struct evo_primitive *row = evo_primitive(code);
	enum evo_level below = level;
	size_t nodes, edges;

	if (!(maker->grammar->weight[code] > 0))
		return false;
	if (row->arity == 0)
		return is_leaf(code, level) && (level == EVO_LEVEL_UNIT || maker->grammar->network);
	if (row->kind == EVO_AGGREGATE) {
		if (level != EVO_LEVEL_NETWORK)
			return false;
		below = EVO_LEVEL_UNIT;
	} else if (level == EVO_LEVEL_NETWORK && !maker->grammar->network) {
		return false;
	}
	nodes = maker->least_size[below];
	edges = maker->least_depth[below];
	return nodes != NONE && depth >= 1 + edges && size >= 1 + row->arity * nodes;
}

/* A code that fits, by weight; false when none does. Leaves wait, in a full tree, until nothing
   else fits. */
static bool choose(struct maker *maker, enum evo_level level, size_t depth, size_t size,
                   unsigned *code)
{
	unsigned codes[EVO_OPERATIONS_END];
	size_t count = 0;
	double total = 0, at;
	bool inner = false;

	for (unsigned i = 0; i < EVO_OPERATIONS_END; i++) {
		if (fits(maker, i, level, depth, size)) {
			codes[count++] = i;
			inner = inner || evo_primitive(i)->arity > 0;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (maker->full && inner && evo_primitive(codes[i])->arity == 0)
			codes[i--] = codes[--count];
	}
	if (count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		total += (double) maker->grammar->weight[codes[i]];
	at = evo_rng_uniform(maker->rng) * total;
	*code = codes[count - 1];
	for (size_t i = 0; i < count; i++) {
		at -= (double) maker->grammar->weight[codes[i]];
		if (at < 0) {
			*code = codes[i];
			break;
		}
	}
	return true;
}

/* Three significant digits: enough to search with, short enough to read. */
static double random_number(struct maker *maker)
{
	const struct evo_grammar *grammar = maker->grammar;
	const double low = log(grammar->number_low), high = log(grammar->number_high);
	double number = exp(low + evo_rng_uniform(maker->rng) * (high - low));
	char text[EVO_NUMBER_SIZE];

	snprintf(text, sizeof(text), "%.3g", number);
	evo_number_parse(text, &number, NULL);
	return evo_rng_below(maker->rng, 2) ? -number : number;
}

/* ---- Growing --------------------------------------------------------------------------------- */

static bool grow(struct maker *maker, enum evo_level level, size_t depth, size_t size);

/*
 * A subtree that has a statistic in it, so that its level is the one asked for and not ANY. Chance
 * finds one soon; where it does not, a number gives way to a terminal.
 */
static bool grow_leveled(struct maker *maker, enum evo_level level, size_t depth, size_t size)
{
	struct evo_tree *tree = maker->tree;
	const size_t first = tree->size;
	double total = 0, at;
	unsigned chosen = 0;

	for (size_t i = 0; i < RETRIES; i++) {
		tree->size = first;
		if (!grow(maker, level, depth, size))
			return false;
		if (evo_tree_level(tree, first) == level)
			return true;
	}
	for (unsigned code = 1; code < EVO_FIRST_OPERATION; code++) {
		if (is_leaf(code, level))
			total += (double) maker->grammar->weight[code];
	}
	at = evo_rng_uniform(maker->rng) * total;
	for (unsigned code = 1; code < EVO_FIRST_OPERATION && at >= 0; code++) {
		if (is_leaf(code, level) && maker->grammar->weight[code] > 0) {
			chosen = code;
			at -= (double) maker->grammar->weight[code];
		}
	}
	for (size_t i = first; chosen && i < tree->size; i++) {
		if (evo_is_number(tree->nodes[i].code)) {
			tree->nodes[i].code = (uint16_t) chosen;
			tree->nodes[i].number = 0;
			return true;
		}
	}
	return false;
}

static bool grow(struct maker *maker, enum evo_level level, size_t depth, size_t size)
{
	struct evo_tree *tree = maker->tree;
	const size_t node = tree->size;
	const struct evo_primitive *row;
	unsigned code;

	if (!choose(maker, level, depth, size, &code))
		return false;
	row = evo_primitive(code);
	tree->nodes[tree->size++] = (struct evo_tree_node){.code = (uint16_t) code, .span = 1};
	if (evo_is_number(code))
		tree->nodes[node].number = random_number(maker);
	for (unsigned k = 0; k < row->arity; k++) {
		/* What is left of the size is shared by the arguments that are left. */
		const size_t left = size - (tree->size - node), others = row->arity - 1 - k;
		size_t share = left / (others + 1);

		if (row->kind == EVO_AGGREGATE) {
			if (!grow_leveled(maker, EVO_LEVEL_UNIT, depth - 1, left))
				return false;
			continue;
		}
		if (share < maker->least_size[level])
			share = maker->least_size[level];
		if (!grow(maker, level, depth - 1, share))
			return false;
	}
	tree->nodes[node].span = (uint16_t) (tree->size - node);
	return true;
}

bool evo_tree_random(const struct evo_grammar *grammar, struct evo_rng *rng, enum evo_level level,
                     size_t depth, bool full, struct evo_tree *tree)
{
	struct maker maker = {.grammar = grammar, .rng = rng, .tree = tree, .full = full};
	size_t size = grammar->max_size < EVO_TREE_MAX ? grammar->max_size : EVO_TREE_MAX;

	find_least(&maker);
	tree->size = 0;
	if (level == EVO_LEVEL_ANY)
		level = EVO_LEVEL_NETWORK;
	if (maker.least_size[level] == NONE)
		return false;
	if (depth < maker.least_depth[level])
		depth = maker.least_depth[level];
	if (depth > grammar->max_depth)
		depth = grammar->max_depth;
	return grow_leveled(&maker, level, depth, size);
}
