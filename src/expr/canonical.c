/*
 * The canonical form, which finds duplicates.
 */
#include "config.h"
#include "primitives.h"

#include <string.h>

/* Negative, 0 or positive: an order of subtrees, by size and then node by node, by ids. */
static int compare(const struct evo_tree_node *a, const struct evo_tree_node *b)
{
	const size_t size = a->span;

	if (a->span != b->span)
		return a->span < b->span ? -1 : 1;
	for (size_t i = 0; i < size; i++) {
		int bits;

		if (a[i].code != b[i].code)
			return evo_primitive(a[i].code)->id < evo_primitive(b[i].code)->id ? -1 : 1;
		if (a[i].number < b[i].number || a[i].number > b[i].number)
			return a[i].number < b[i].number ? -1 : 1;
		bits = memcmp(&a[i].number, &b[i].number, sizeof(a[i].number));
		if (bits != 0) /* 0 and -0 */
			return bits;
	}
	return 0;
}

/* Two neighbouring subtrees change places. */
static void swap_neighbours(struct evo_tree_node *first)
{
	struct evo_tree_node held[EVO_TREE_MAX];
	const size_t left = first->span, right = first[left].span;

	memcpy(held, first, left * sizeof(*first));
	memmove(first, first + left, right * sizeof(*first));
	memcpy(first + right, held, left * sizeof(*first));
}

void evo_tree_canonical(const struct evo_tree *tree, struct evo_tree *out)
{
	evo_tree_copy(out, tree);
	/* What is further back lies deeper, so arguments are in order before they are compared. */
	for (size_t i = out->size; i-- > 0;) {
		struct evo_tree_node *first = &out->nodes[i + 1];

		if (evo_primitive(out->nodes[i].code)->commutative &&
		    compare(first, first + first->span) > 0)
			swap_neighbours(first);
	}
	/* A tree of EVO_TREE_MAX nodes has no room for the root; there is no other form of it. */
	if (evo_tree_level(out, 0) == EVO_LEVEL_UNIT && out->size < EVO_TREE_MAX) {
		memmove(out->nodes + 1, out->nodes, out->size * sizeof(*out->nodes));
		out->size++;
		out->nodes[0] = (struct evo_tree_node){.code = EVO_LAYER_MEAN,
		                                       .span = (uint16_t) out->size};
	}
}
