/* Drops what has no impact, or does harm. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "edit.h"

/* A tree, and the impact of each of its nodes. */
struct weighed {
	struct evo_tree tree;
	double impacts[EVO_TREE_MAX];
};

/* Puts an argument of a node in its place. */
static bool lift(const struct weighed *from, size_t node, size_t argument, struct weighed *out)
{
	const struct evo_tree *tree = &from->tree;
	size_t kept = tree->nodes[argument].span, gone = tree->nodes[node].span;

	if (!evo_tree_replace(tree, node, tree, argument, &out->tree) ||
	    !evo_tree_check(&out->tree, NULL))
		return false;
	memcpy(out->impacts, from->impacts, node * sizeof(*out->impacts));
	memcpy(out->impacts + node, from->impacts + argument, kept * sizeof(*out->impacts));
	memcpy(out->impacts + node + kept, from->impacts + node + gone,
	       (tree->size - node - gone) * sizeof(*out->impacts));
	return true;
}

/* Of a node of two arguments of which one alone is of no use: the other one; 0: there is none.
   Where neither is, each may be so for the other's sake: the one goes that does more harm. */
static size_t argument_that_matters(const struct weighed *from, double least, size_t node)
{
	const struct evo_tree *tree = &from->tree;
	size_t argument[2];
	double impact[2];
	bool idle[2];

	if (evo_primitive(tree->nodes[node].code)->arity != 2)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		argument[i] = evo_tree_argument(tree, node, i);
		impact[i] = from->impacts[argument[i]];
		idle[i] = impact[i] < least;
	}
	if (idle[0] && idle[1])
		return fabs(impact[0] - impact[1]) < least ? 0 : argument[impact[0] < impact[1]];
	return idle[0] == idle[1] ? 0 : argument[idle[0] ? 1 : 0];
}

bool ui_simplify(const struct evo_tree *tree, const double *impacts, double least,
                 struct evo_tree *out)
{
	struct weighed now, then;

	evo_tree_copy(&now.tree, tree);
	memcpy(now.impacts, impacts, tree->size * sizeof(*impacts));
	for (size_t node = 0; node < now.tree.size;) {
		size_t kept = argument_that_matters(&now, least, node);

		if (kept == 0 || !lift(&now, node, kept, &then)) {
			node++;
			continue;
		}
		/* What stands here now may itself have an idle argument. */
		evo_tree_copy(&now.tree, &then.tree);
		memcpy(now.impacts, then.impacts, then.tree.size * sizeof(*now.impacts));
	}
	evo_tree_copy(out, &now.tree);
	return out->size < tree->size;
}
