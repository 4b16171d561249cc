/*
 * Trees as values: nodes in prefix order with the sizes of their subtrees.
 */
#include "config.h"
#include "tree.h"
#include "primitives.h"

#include <math.h>
#include <string.h>

void evo_tree_copy(struct evo_tree *to, const struct evo_tree *from)
{
	to->size = from->size;
	memcpy(to->nodes, from->nodes, from->size * sizeof(*from->nodes));
}

/* Numbers are compared as they are stored: 0 and -0 are two (inv tells them apart). */
static bool node_equal(const struct evo_tree_node *a, const struct evo_tree_node *b)
{
	return a->code == b->code && a->span == b->span &&
	       memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
}

bool evo_tree_equal(const struct evo_tree *a, const struct evo_tree *b)
{
	if (a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++) {
		if (!node_equal(&a->nodes[i], &b->nodes[i]))
			return false;
	}
	return true;
}

size_t evo_tree_depth(const struct evo_tree *tree)
{
	size_t ends[EVO_TREE_MAX]; /* where the subtrees that are open end */
	size_t open = 0, deepest = 0;

	for (size_t i = 0; i < tree->size; i++) {
		while (open && ends[open - 1] <= i)
			open--;
		if (open > deepest)
			deepest = open;
		ends[open++] = i + tree->nodes[i].span;
	}
	return deepest;
}

size_t evo_tree_argument(const struct evo_tree *tree, size_t at, size_t which)
{
	size_t child = at + 1;

	while (which--)
		child += tree->nodes[child].span;
	return child;
}

size_t evo_tree_parent(const struct evo_tree *tree, size_t at)
{
	for (size_t i = at; i-- > 0;) {
		if (i + tree->nodes[i].span > at)
			return i;
	}
	return EVO_TREE_MAX;
}

enum evo_level evo_tree_level(const struct evo_tree *tree, size_t at)
{
	const size_t end = at + tree->nodes[at].span;

	for (size_t i = at; i < end; i++) {
		switch (evo_primitive(tree->nodes[i].code)->kind) {
		case EVO_UNIT_TERMINAL:
			return EVO_LEVEL_UNIT;
		case EVO_NETWORK_TERMINAL:
		case EVO_AGGREGATE:
			return EVO_LEVEL_NETWORK;
		default:
			break;
		}
	}
	return EVO_LEVEL_ANY;
}

enum evo_level evo_tree_place(const struct evo_tree *tree, size_t at)
{
	for (;;) {
		const size_t parent = evo_tree_parent(tree, at);
		const struct evo_primitive *row;

		if (parent == EVO_TREE_MAX)
			return EVO_LEVEL_ANY;
		row = evo_primitive(tree->nodes[parent].code);
		if (row->kind == EVO_AGGREGATE)
			return EVO_LEVEL_UNIT;
		for (size_t i = 0; i < row->arity; i++) {
			const size_t other = evo_tree_argument(tree, parent, i);
			const enum evo_level level =
			        other == at ? EVO_LEVEL_ANY : evo_tree_level(tree, other);

			if (level != EVO_LEVEL_ANY)
				return level;
		}
		at = parent;
	}
}

bool evo_tree_replace(const struct evo_tree *tree, size_t at, const struct evo_tree *donor,
                      size_t from, struct evo_tree *out)
{
	const size_t removed = tree->nodes[at].span, added = donor->nodes[from].span;
	const size_t after = at + removed;

	if (tree->size - removed + added > EVO_TREE_MAX)
		return false;
	out->size = tree->size - removed + added;
	memcpy(out->nodes, tree->nodes, at * sizeof(*out->nodes));
	memcpy(out->nodes + at, donor->nodes + from, added * sizeof(*out->nodes));
	memcpy(out->nodes + at + added, tree->nodes + after,
	       (tree->size - after) * sizeof(*out->nodes));
	for (size_t i = 0; i < at; i++) {
		if (i + out->nodes[i].span > at)
			out->nodes[i].span = (uint16_t) (out->nodes[i].span - removed + added);
	}
	return true;
}

void evo_tree_subtree(const struct evo_tree *tree, size_t at, struct evo_tree *out)
{
	out->size = tree->nodes[at].span;
	memcpy(out->nodes, tree->nodes + at, out->size * sizeof(*out->nodes));
}

uint64_t evo_tree_hash(const struct evo_tree *tree)
{
	unsigned char bytes[EVO_TREE_MAX * (sizeof(uint16_t) + sizeof(double))];
	size_t length = 0;

	for (size_t i = 0; i < tree->size; i++) {
		const struct evo_tree_node *node = &tree->nodes[i];
		const uint16_t id = evo_primitive(node->code)->id;

		memcpy(bytes + length, &id, sizeof(id));
		length += sizeof(id);
		memcpy(bytes + length, &node->number, sizeof(node->number));
		length += sizeof(node->number);
	}
	return evo_hash(bytes, length, 0);
}

evo_needs evo_tree_needs(const struct evo_tree *tree)
{
	evo_needs needs = 0;

	for (size_t i = 0; i < tree->size; i++) {
		if (evo_is_statistic(tree->nodes[i].code))
			needs |= EVO_NEED(evo_statistic_of(tree->nodes[i].code));
	}
	return needs;
}

/* ---- Checking -------------------------------------------------------------------------------- */

/* Arity and span of node i, whose arguments' spans are known to be right. */
static bool span_fault(const struct evo_tree *tree, size_t i, char what[EVO_FAULT_SIZE])
{
	const struct evo_tree_node *node = &tree->nodes[i];
	const struct evo_primitive *row = evo_primitive(node->code);
	size_t end = i + 1;

	for (size_t k = 0; k < row->arity; k++) {
		if (end >= tree->size) {
			snprintf(what, EVO_FAULT_SIZE,
			         "%s takes %d argument%s, but only %zu follow%s", row->name,
			         row->arity, row->arity == 1 ? "" : "s", k, k == 1 ? "s" : "");
			return true;
		}
		end += tree->nodes[end].span;
	}
	if (end - i != node->span) {
		snprintf(what, EVO_FAULT_SIZE, "%s says that it has %d nodes, but it has %zu",
		         row->name, node->span, end - i);
		return true;
	}
	return false;
}

static bool number_fault(const struct evo_tree_node *node, char what[EVO_FAULT_SIZE])
{
	if (evo_is_number(node->code) ? isfinite(node->number) : node->number == 0)
		return false;
	snprintf(what, EVO_FAULT_SIZE,
	         evo_is_number(node->code) ? "a number has to be finite"
	                                   : "%s has a number, which only numbers have",
	         evo_primitive(node->code)->name);
	return true;
}

/* The word of the first terminal or aggregate in a subtree, to name what gives it its level. */
static const char *level_word(const struct evo_tree *tree, size_t at)
{
	while (evo_primitive(tree->nodes[at].code)->kind == EVO_PRIMITIVE ||
	       evo_is_number(tree->nodes[at].code))
		at++;
	return evo_primitive(tree->nodes[at].code)->name;
}

static bool level_fault(const struct evo_tree *tree, const enum evo_level *levels, size_t i,
                        char what[EVO_FAULT_SIZE])
{
	const struct evo_primitive *row = evo_primitive(tree->nodes[i].code);
	const size_t first = i + 1;
	size_t unit, network;

	if (row->kind == EVO_AGGREGATE) {
		if (levels[first] != EVO_LEVEL_NETWORK)
			return false;
		snprintf(what, EVO_FAULT_SIZE,
		         "%s takes one value a unit, but %s has one value a network", row->name,
		         level_word(tree, first));
		return true;
	}
	if (row->arity < 2)
		return false;
	unit = first;
	network = first + tree->nodes[first].span;
	if (levels[unit] == levels[network] || levels[unit] == EVO_LEVEL_ANY ||
	    levels[network] == EVO_LEVEL_ANY)
		return false;
	if (levels[unit] == EVO_LEVEL_NETWORK) {
		const size_t swap = unit;

		unit = network;
		network = swap;
	}
	snprintf(what, EVO_FAULT_SIZE,
	         "%s mixes one value a unit (%s) with one a network (%s); "
	         "put layer_mean or another aggregate around the first",
	         row->name, level_word(tree, unit), level_word(tree, network));
	return true;
}

static enum evo_level level_of(const struct evo_tree *tree, const enum evo_level *levels, size_t i)
{
	const struct evo_primitive *row = evo_primitive(tree->nodes[i].code);
	enum evo_level level = EVO_LEVEL_ANY;

	switch (row->kind) {
	case EVO_NUMBER:
		return EVO_LEVEL_ANY;
	case EVO_UNIT_TERMINAL:
		return EVO_LEVEL_UNIT;
	case EVO_NETWORK_TERMINAL:
	case EVO_AGGREGATE:
		return EVO_LEVEL_NETWORK;
	case EVO_PRIMITIVE:
		break;
	}
	for (size_t k = 0; k < row->arity && level == EVO_LEVEL_ANY; k++)
		level = levels[evo_tree_argument(tree, i, k)];
	return level;
}

bool evo_tree_fault(const struct evo_tree *tree, size_t *at, char what[EVO_FAULT_SIZE])
{
	enum evo_level levels[EVO_TREE_MAX];

	*at = 0;
	if (tree->size < 1 || tree->size > EVO_TREE_MAX) {
		snprintf(what, EVO_FAULT_SIZE, "a tree has 1 to %d nodes, not %zu", EVO_TREE_MAX,
		         tree->size);
		return true;
	}
	/* From the last node to the first, so that arguments come before what they belong to. */
	for (size_t i = tree->size; i-- > 0;) {
		*at = i;
		if (tree->nodes[i].code >= evo_primitive_count()) {
			snprintf(what, EVO_FAULT_SIZE, "there is no primitive with the code %d",
			         tree->nodes[i].code);
			return true;
		}
		if (span_fault(tree, i, what) || number_fault(&tree->nodes[i], what) ||
		    level_fault(tree, levels, i, what))
			return true;
		levels[i] = level_of(tree, levels, i);
	}
	if (tree->nodes[0].span != tree->size) {
		*at = tree->nodes[0].span;
		snprintf(what, EVO_FAULT_SIZE, "%s comes after the end of the tree",
		         evo_primitive(tree->nodes[*at].code)->name);
		return true;
	}
	return false;
}

bool evo_tree_check(const struct evo_tree *tree, struct evo_error *err)
{
	char what[EVO_FAULT_SIZE];
	size_t at;

	if (!evo_tree_fault(tree, &at, what))
		return true;
	return evo_fail(err, EVO_E_INPUT, "node %zu: %s", at + 1, what);
}
