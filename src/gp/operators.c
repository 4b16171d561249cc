/*
 * The operators that make a tree into another: crossover and the mutations. Every one of them draws
 * a place, tries to change what stands there, and tells whether the result may be an individual.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "variation.h"

/* An operator tries so many places before it gives up. */
#define TRIES 12

struct work {
	const struct evo_variation *v;
	struct evo_rng *rng;
	const struct evo_tree *tree, *second;
	struct evo_tree *out;
};

/* ---- Places ---------------------------------------------------------------------------------- */

static bool is_leaf(const struct evo_tree *tree, size_t at)
{
	return tree->nodes[at].span == 1;
}

/* Nine times in ten a node with arguments, as Koza has it: leaves are half of all nodes, and
   swapping them changes little. */
static size_t pick_place(struct evo_rng *rng, const struct evo_tree *tree)
{
	size_t candidates[EVO_TREE_MAX], count = 0;
	bool leaf = evo_rng_below(rng, 10) == 0;
	for (size_t i = 0; i < tree->size; i++) {
		if (is_leaf(tree, i) == leaf)
			candidates[count++] = i;
	}
	return count > 0 ? candidates[evo_rng_below(rng, count)] : evo_rng_below(rng, tree->size);
}

static size_t depth_of(const struct evo_tree *tree, size_t at)
{
	size_t depth = 0;
	for (size_t i = 0; i < at; i++)
		depth += i + tree->nodes[i].span > at;
	return depth;
}

/* The level of what may stand at a place: its own, and for numbers the one that is asked there. */
static enum evo_level level_at(const struct evo_tree *tree, size_t at)
{
	enum evo_level level = evo_tree_level(tree, at);
	if (level == EVO_LEVEL_ANY)
		level = evo_tree_place(tree, at);
	return level == EVO_LEVEL_ANY ? EVO_LEVEL_NETWORK : level;
}

static bool fits_level(const struct evo_tree *donor, size_t from, enum evo_level level)
{
	enum evo_level own = evo_tree_level(donor, from);
	return own == level || own == EVO_LEVEL_ANY;
}

static bool sound(const struct work *w)
{
	return !evo_tree_equal(w->out, w->tree) && evo_variation_allows(w->v, w->out);
}

/* out = tree with a fresh random subtree at `at`, at most `depth` deep. */
static bool plant(const struct work *w, size_t at, size_t depth)
{
	struct evo_grammar grammar = w->v->grammar;
	struct evo_tree fresh;
	size_t above = depth_of(w->tree, at), rest = w->tree->size - w->tree->nodes[at].span;
	if (rest >= w->v->max_size || above > w->v->max_depth)
		return false;
	grammar.max_size = w->v->max_size - rest;
	grammar.max_depth = w->v->max_depth - above;
	if (depth > grammar.max_depth)
		depth = grammar.max_depth;
	return evo_tree_random(&grammar, w->rng, level_at(w->tree, at), depth, false, &fresh) &&
	       evo_tree_replace(w->tree, at, &fresh, 0, w->out) && sound(w);
}

/* ---- Operators ------------------------------------------------------------------------------- */

/* Koza's subtree crossover, between subtrees of one level. */
static bool crossover(const struct work *w)
{
	size_t at = pick_place(w->rng, w->tree);
	enum evo_level level = level_at(w->tree, at);
	size_t rest = w->tree->size - w->tree->nodes[at].span;
	size_t candidates[EVO_TREE_MAX], count = 0;
	bool leaf = evo_rng_below(w->rng, 10) == 0;
	for (int any = 0; any < 2 && count == 0; any++) {
		for (size_t i = 0; i < w->second->size; i++) {
			if ((any == 1 || is_leaf(w->second, i) == leaf) &&
			    fits_level(w->second, i, level) &&
			    rest + w->second->nodes[i].span <= w->v->max_size)
				candidates[count++] = i;
		}
	}
	if (count == 0)
		return false;
	size_t from = candidates[evo_rng_below(w->rng, count)];
	return evo_tree_replace(w->tree, at, w->second, from, w->out) && sound(w) &&
	       !evo_tree_equal(w->out, w->second);
}

static bool subtree(const struct work *w)
{
	return plant(w, pick_place(w->rng, w->tree), 1 + evo_rng_below(w->rng, 4));
}

static bool shrink(const struct work *w)
{
	size_t at = pick_place(w->rng, w->tree);
	return !is_leaf(w->tree, at) && plant(w, at, 0);
}

/* A step by a factor; now and then the other sign. Four digits are as many as anyone reads. */
static double stepped(struct evo_rng *rng, double number)
{
	double value = number * exp(0.3 * evo_rng_normal(rng));
	if (evo_rng_below(rng, 10) == 0)
		value = -value;
	if (value == 0 || !isfinite(value))
		value = evo_rng_normal(rng);
	double scale = pow(10, 3 - floor(log10(fabs(value))));
	double rounded = scale > 0 && isfinite(scale) ? round(value * scale) / scale : value;
	return isfinite(rounded) ? rounded : value;
}

static bool number(const struct work *w)
{
	evo_tree_copy(w->out, w->tree);
	bool any = false;
	for (size_t i = 0; i < w->out->size; i++) {
		struct evo_tree_node *node = &w->out->nodes[i];
		if (node->code == 0) {
			node->number = stepped(w->rng, node->number);
			any = true;
		}
	}
	return any && sound(w);
}

/* A code of the same kind and arity, by weight; the same code when there is no other. */
static unsigned another_code(const struct work *w, unsigned code)
{
	const struct evo_primitive *own = evo_primitive(code);
	const float *weight = w->v->grammar.weight;
	double total = 0;
	for (int pass = 0; pass < 2; pass++) {
		double at = pass == 1 ? evo_rng_uniform(w->rng) * total : 0;
		for (unsigned i = 1; i < evo_primitive_count() && i < EVO_CODES; i++) {
			const struct evo_primitive *other = evo_primitive(i);
			if (i == code || !(weight[i] > 0) || other->kind != own->kind ||
			    other->arity != own->arity)
				continue;
			if (pass == 0)
				total += (double) weight[i];
			else if ((at -= (double) weight[i]) < 0)
				return i;
		}
		if (!(total > 0))
			break;
	}
	return code;
}

static bool point(const struct work *w)
{
	evo_tree_copy(w->out, w->tree);
	struct evo_tree_node *node = &w->out->nodes[evo_rng_below(w->rng, w->out->size)];
	if (node->code == 0)
		node->number = stepped(w->rng, node->number);
	else
		node->code = (uint16_t) another_code(w, node->code);
	return sound(w);
}

/* A part of a subtree takes its place: the tree becomes smaller. */
static bool hoist(const struct work *w)
{
	size_t at = pick_place(w->rng, w->tree), span = w->tree->nodes[at].span;
	if (span < 2)
		return false;
	size_t from = at + 1 + evo_rng_below(w->rng, span - 1);
	return fits_level(w->tree, from, level_at(w->tree, at)) &&
	       evo_tree_replace(w->tree, at, w->tree, from, w->out) && sound(w);
}

/* The tree of a primitive over the subtree at `at` and, for two arguments, a new terminal. */
static bool wrapped(const struct work *w, size_t at, unsigned code, struct evo_tree *above)
{
	struct evo_tree parts[2];
	size_t arity = evo_primitive(code)->arity, own = evo_rng_below(w->rng, arity);
	above->size = 1;
	for (size_t i = 0; i < arity; i++) {
		if (i == own)
			evo_tree_subtree(w->tree, at, &parts[i]);
		else if (!evo_tree_random(&w->v->grammar, w->rng, level_at(w->tree, at), 0, false,
		                          &parts[i]))
			return false;
		if (above->size + parts[i].size > EVO_TREE_MAX)
			return false;
		memcpy(above->nodes + above->size, parts[i].nodes,
		       parts[i].size * sizeof(parts[i].nodes[0]));
		above->size += parts[i].size;
	}
	above->nodes[0] = (struct evo_tree_node){(uint16_t) code, (uint16_t) above->size, 0};
	return true;
}

static bool insertion(const struct work *w)
{
	size_t at = evo_rng_below(w->rng, w->tree->size);
	const float *weight = w->v->grammar.weight;
	double total = 0, where;
	if (at == 0 && !w->v->grammar.network)
		return false;
	for (unsigned i = 1; i < evo_primitive_count() && i < EVO_CODES; i++)
		total += evo_primitive(i)->kind == EVO_PRIMITIVE ? (double) weight[i] : 0;
	where = evo_rng_uniform(w->rng) * total;
	for (unsigned i = 1; i < evo_primitive_count() && i < EVO_CODES; i++) {
		struct evo_tree above;
		if (evo_primitive(i)->kind != EVO_PRIMITIVE || !(weight[i] > 0) ||
		    (where -= (double) weight[i]) >= 0)
			continue;
		return wrapped(w, at, i, &above) &&
		       evo_tree_replace(w->tree, at, &above, 0, w->out) && sound(w);
	}
	return false;
}

/* ---- The table ------------------------------------------------------------------------------- */

static bool (*const operators[EVO_ORIGIN_COPY])(const struct work *) = {
        [EVO_ORIGIN_CROSSOVER] = crossover, [EVO_ORIGIN_SUBTREE] = subtree,
        [EVO_ORIGIN_POINT] = point,         [EVO_ORIGIN_NUMBER] = number,
        [EVO_ORIGIN_HOIST] = hoist,         [EVO_ORIGIN_INSERTION] = insertion,
        [EVO_ORIGIN_SHRINK] = shrink,
};

enum evo_origin evo_vary(const struct evo_variation *variation, struct evo_rng *rng,
                         enum evo_origin how, const struct evo_tree *tree,
                         const struct evo_tree *second, struct evo_tree *out)
{
	const struct work w = {variation, rng, tree, second, out};
	const enum evo_origin order[] = {how, EVO_ORIGIN_SUBTREE, EVO_ORIGIN_POINT};
	for (size_t i = 0; i < EVO_COUNT(order) && how != EVO_ORIGIN_COPY; i++) {
		for (int tries = 0; tries < TRIES; tries++) {
			if (operators[order[i]] != NULL && operators[order[i]](&w))
				return order[i];
		}
	}
	evo_tree_copy(out, tree);
	return EVO_ORIGIN_COPY;
}
