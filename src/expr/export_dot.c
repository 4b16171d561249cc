/*
 * Trees as Graphviz digraphs.
 */
#include "config.h"
#include "primitives.h"

static const char *const shapes[] = {
        [EVO_NUMBER] = "plaintext",         [EVO_UNIT_TERMINAL] = "ellipse",
        [EVO_NETWORK_TERMINAL] = "hexagon", [EVO_PRIMITIVE] = "box",
        [EVO_AGGREGATE] = "house",
};

/* A quoted string of DOT, in which labels also give the backslash a meaning. */
static void quote(struct evo_text *out, const char *string)
{
	evo_text_append(out, "\"");
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			evo_text_append(out, "\\");
		evo_text_append_n(out, string, 1);
	}
	evo_text_append(out, "\"");
}

static void put_node(const struct evo_tree *tree, size_t at, struct evo_text *out)
{
	const struct evo_tree_node *node = &tree->nodes[at];
	const struct evo_primitive *row = evo_primitive(node->code);
	struct evo_text word;

	evo_text_init(&word);
	evo_tree_print_node(node, &word);
	evo_text_printf(out, "\tn%zu [shape=%s, label=", at, shapes[row->kind]);
	quote(out, word.data);
	evo_text_append(out, ", tooltip=");
	quote(out, row->help);
	evo_text_append(out, "];\n");
	evo_text_clear(&word);
}

void evo_tree_dot(const struct evo_tree *tree, struct evo_text *out)
{
	struct evo_text text;

	evo_text_init(&text);
	evo_tree_print(tree, &text);
	evo_text_append(out, "digraph expression {\n\tgraph [ordering=out, tooltip=");
	quote(out, text.data);
	evo_text_append(out, "];\n\tnode [fontname=\"Courier\"];\n");
	for (size_t i = 0; i < tree->size; i++)
		put_node(tree, i, out);
	for (size_t i = 0; i < tree->size; i++) {
		const size_t arity = evo_primitive(tree->nodes[i].code)->arity;

		for (size_t k = 0; k < arity; k++)
			evo_text_printf(out, "\tn%zu -> n%zu;\n", i, evo_tree_argument(tree, i, k));
	}
	evo_text_append(out, "}\n");
	evo_text_clear(&text);
}
