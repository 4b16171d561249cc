/*
 * The command `show` draws an expression as a tree, says what it needs, and writes it in other
 * formats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "cli.h"

struct drawing {
	const struct evo_tree *tree;
	bool utf8;
	struct evo_text prefix; /* what the rows of a subtree begin with */
	struct cli_table table;
};

/* ---- Tree ------------------------------------------------------------------------------------ */

static void draw(struct drawing *drawing, size_t at, const char *branch)
{
	const struct evo_tree_node *node = &drawing->tree->nodes[at];
	const struct evo_primitive *primitive = evo_primitive(node->code);
	struct evo_text text;
	evo_text_init(&text);
	evo_text_printf(&text, "%s%s", drawing->prefix.data, branch);
	evo_tree_print_node(node, &text);
	cli_table_add(&drawing->table, text.data);
	cli_table_add(&drawing->table, node->code ? primitive->help : "");
	evo_text_clear(&text);

	size_t length = drawing->prefix.length;
	if (*branch) {
		bool more = !strcmp(branch, drawing->utf8 ? "├─ " : "|- ");
		evo_text_append(&drawing->prefix, !more ? "   " : drawing->utf8 ? "│  " : "|  ");
	}
	for (size_t i = 0; i < primitive->arity; i++) {
		bool last = i + 1 == primitive->arity;
		draw(drawing, evo_tree_argument(drawing->tree, at, i),
		     drawing->utf8 ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- "));
	}
	drawing->prefix.length = length;
	drawing->prefix.data[length] = '\0';
}

static void draw_tree(const struct evo_tree *tree, struct evo_text *out)
{
	struct drawing drawing = {.tree = tree, .utf8 = cli_utf8()};
	evo_text_init(&drawing.prefix);
	cli_table_init(&drawing.table, 2, 3);
	draw(&drawing, 0, "");
	cli_table_print(&drawing.table, cli_width(), 1, out);
	cli_table_clear(&drawing.table);
	evo_text_clear(&drawing.prefix);
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static void tell_level(const struct evo_tree *tree, struct evo_text *out)
{
	enum evo_level level = evo_tree_level(tree, 0);
	evo_text_printf(out, "level       %s\n",
	                level == EVO_LEVEL_UNIT  ? "unit; layer_mean is put above it"
	                : level == EVO_LEVEL_ANY ? "number; the same for every network"
	                                         : "network");
}

static void tell_needs(const struct evo_tree *tree, struct evo_text *out)
{
	static const char *const passes[EVO_PASSES] = {"data", "noise", "perturbed data"};
	evo_needs needs = evo_tree_needs(tree);
	evo_text_append(out, "statistics ");
	for (int i = 0; i < EVO_STATISTICS; i++)
		if (needs & EVO_NEED(i))
			evo_text_printf(out, " %s", evo_statistic_name((enum evo_statistic) i));
	evo_text_append(out, needs ? "\npasses      " : " none\npasses      ");
	unsigned wanted = evo_needs_passes(needs);
	const char *between = "";
	for (unsigned i = 0; i < EVO_PASSES; i++) {
		if (!(wanted >> i & 1))
			continue;
		evo_text_printf(out, "%s%s", between, passes[i]);
		between = ", ";
	}
	if (wanted)
		evo_text_append(out, evo_needs_backward(needs) ? "; forward and backward"
		                                               : "; forward only");
	if (needs & EVO_NEEDS_CLASSIC)
		evo_text_printf(out, "%sthose of the classic proxies", wanted ? "; and " : "");
	else if (!wanted)
		evo_text_append(out, "none");
	evo_text_append(out, "\n");
}

static void describe(const struct evo_tree *tree, const struct evo_proxy *proxy,
                     struct evo_text *out)
{
	struct evo_tree *canonical = evo_malloc(sizeof(*canonical));

	draw_tree(tree, out);
	evo_text_append(out, "\nexpression  ");
	evo_tree_print(tree, out);
	evo_text_append(out, "\ncanonical   ");
	evo_tree_canonical(tree, canonical);
	evo_tree_print(canonical, out);
	evo_text_append(out, "\n");
	tell_level(tree, out);
	evo_text_printf(out, "size        %zu node%s\ndepth       %zu\n", tree->size,
	                tree->size == 1 ? "" : "s", evo_tree_depth(tree));
	tell_needs(tree, out);
	if (proxy != NULL)
		evo_text_printf(out, "source      %s\n", proxy->source);
	free(canonical);
}

/* ---- Formats --------------------------------------------------------------------------------- */

/* With its source, where it has a name. The user's own were read just now. */
static void describe_named(const struct evo_tree *tree, const char *asked, struct evo_text *out)
{
	struct evo_library library;

	evo_library_load(&library, NULL);
	describe(tree, evo_library_find(&library, asked), out);
	evo_library_clear(&library);
}

static bool write_format(enum cli_format format, const struct evo_tree *tree, const char *asked,
                         struct evo_text *out, struct evo_error *err)
{
	switch (format) {
	case CLI_FORMAT_TREE:
		describe_named(tree, asked, out);
		return true;
	case CLI_FORMAT_TEXT:
		evo_tree_print(tree, out);
		evo_text_append(out, "\n");
		return true;
	case CLI_FORMAT_DOT:
		evo_tree_dot(tree, out);
		return true;
	case CLI_FORMAT_LATEX:
		evo_tree_latex(tree, out);
		return true;
	case CLI_FORMAT_PYTORCH:
		return evo_tree_pytorch(tree, out, err);
	}
	return true;
}

int cli_show(struct cli_options *options)
{
	const char *asked = options->arguments.items[0];
	struct evo_tree *tree = evo_malloc(sizeof(*tree));
	struct evo_error err = {0};
	struct evo_text out;
	evo_text_init(&out);
	bool good = evo_proxy_parse(asked, tree, &err) &&
	            write_format((enum cli_format) options->format, tree, asked, &out, &err);
	if (good)
		cli_print(&out);
	evo_text_clear(&out);
	free(tree);
	return good ? CLI_DONE : cli_report(&err);
}
