/*
 * A tree as lines, drawn from the root down to the node of the line.
 */
#include "config.h"

#include "tree_lines.h"

void ui_tree_line(const struct evo_tree *tree, size_t at, const struct ui_glyphs *glyphs,
                  struct evo_text *out)
{
	size_t node = 0;

	while (node != at) {
		size_t end = node + tree->nodes[node].span, child = node + 1;
		while (at >= child + tree->nodes[child].span)
			child += tree->nodes[child].span;
		bool last = child + tree->nodes[child].span == end;
		if (child == at)
			evo_text_append(out, last ? glyphs->last : glyphs->branch);
		else
			evo_text_append(out, last ? glyphs->gap : glyphs->pipe);
		node = child;
	}
	evo_tree_print_node(&tree->nodes[at], out);
}
