/*
 * Trees to text.
 */
#include "config.h"
#include "primitives.h"

void evo_tree_print_node(const struct evo_tree_node *node, struct evo_text *out)
{
	if (evo_is_number(node->code))
		evo_text_number(out, node->number);
	else
		evo_text_append(out, evo_primitive(node->code)->name);
}

void evo_tree_print(const struct evo_tree *tree, struct evo_text *out)
{
	unsigned char wanted[EVO_TREE_MAX]; /* arguments that the open calls still want */
	size_t open = 0;

	for (size_t i = 0; i < tree->size; i++) {
		const unsigned char arity = evo_primitive(tree->nodes[i].code)->arity;

		evo_tree_print_node(&tree->nodes[i], out);
		if (arity > 0) {
			evo_text_append(out, "(");
			wanted[open++] = arity;
			continue;
		}
		while (open > 0 && --wanted[open - 1] == 0) {
			evo_text_append(out, ")");
			open--;
		}
		if (open > 0)
			evo_text_append(out, ", ");
	}
}
