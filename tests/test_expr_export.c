/* Expressions as DOT, LaTeX and PyTorch: every row of the table has a form, and whole text comes
   of any tree. Python itself is run elsewhere. */
#include "config.h"

#include "evoscope/expr.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"

#define RANDOM_TREES 300

static void parse(const char *text, struct evo_tree *tree)
{
	struct evo_error err = {0};

	if (!evo_tree_parse(text, tree, &err))
		fail_msg("%s: %s", text, err.message);
}

static void to_dot(const struct evo_tree *tree, struct evo_text *out)
{
	evo_text_init(out);
	evo_tree_dot(tree, out);
}

static void to_latex(const struct evo_tree *tree, struct evo_text *out)
{
	evo_text_init(out);
	evo_tree_latex(tree, out);
}

static void to_pytorch(const struct evo_tree *tree, struct evo_text *out)
{
	struct evo_error err = {0};

	evo_text_init(out);
	if (!evo_tree_pytorch(tree, out, &err))
		fail_msg("%s", err.message);
}

static void expect_part(const struct evo_text *text, const char *part)
{
	if (strstr(text->data, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text->data);
}

static void expect_none(const struct evo_text *text, const char *part)
{
	if (strstr(text->data, part) != NULL)
		fail_msg("\"%s\" in:\n%s", part, text->data);
}

/* ---- Every row, and random trees ------------------------------------------------------------- */

/* The least tree that uses a row of the table. */
static void least_tree(const struct evo_primitive *row, struct evo_tree *tree)
{
	char text[128];

	if (row->kind == EVO_NUMBER)
		snprintf(text, sizeof(text), "-2.5e-07");
	else if (row->arity == 0)
		snprintf(text, sizeof(text), "%s", row->name);
	else if (row->arity == 1)
		snprintf(text, sizeof(text), "%s(w)", row->name);
	else
		snprintf(text, sizeof(text), "%s(x.d, w)", row->name);
	parse(text, tree);
}

static void with_every_row(void (*check)(const struct evo_tree *tree))
{
	for (unsigned code = 0; code < evo_primitive_count(); code++) {
		static struct evo_tree tree;

		least_tree(evo_primitive(code), &tree);
		check(&tree);
	}
}

static void with_random_trees(void (*check)(const struct evo_tree *tree))
{
	struct evo_rng rng = evo_rng_stream(11, "trees to export", 0);
	struct evo_grammar grammar;
	static struct evo_tree tree;

	evo_grammar_all(&grammar);
	grammar.max_size = EVO_TREE_MAX;
	grammar.max_depth = 40;
	for (size_t i = 0; i < RANDOM_TREES; i++) {
		const enum evo_level level = i % 3 ? EVO_LEVEL_NETWORK : EVO_LEVEL_UNIT;

		assert_true(evo_tree_random(&grammar, &rng, level, 1 + i % 30, i % 2, &tree));
		check(&tree);
	}
}

static void deepest_tree(struct evo_tree *tree)
{
	struct evo_text text;

	evo_text_init(&text);
	for (size_t i = 0; i + 1 < EVO_TREE_MAX; i++)
		evo_text_append(&text, "neg(");
	evo_text_append(&text, "x.d");
	for (size_t i = 0; i + 1 < EVO_TREE_MAX; i++)
		evo_text_append(&text, ")");
	parse(text.data, tree);
	evo_text_clear(&text);
}

/* ---- DOT ------------------------------------------------------------------------------------- */

/* The end of a quoted string that begins at `at`. */
static const char *quoted_end(const char *at)
{
	for (at++; *at && *at != '"'; at++) {
		assert_int_not_equal(*at, '\n');
		if (*at == '\\')
			at++;
	}
	assert_int_equal(*at, '"');
	return at + 1;
}

/* Nodes are told before edges; every node but the root has one edge in, none comes from below. */
static void check_dot(const struct evo_tree *tree)
{
	size_t nodes = 0, edges = 0, depth = 0;
	struct evo_text text;

	to_dot(tree, &text);
	assert_int_equal(strncmp(text.data, "digraph expression {\n", 21), 0);
	for (const char *line = text.data; *line; line = strchr(line, '\n') + 1) {
		size_t from, to;

		if (sscanf(line, "\tn%zu -> n%zu;\n", &from, &to) == 2) {
			edges++;
			assert_int_equal(nodes, tree->size);
			assert_true(from < to && to < nodes);
			assert_int_equal(evo_tree_parent(tree, to), from);
		} else if (sscanf(line, "\tn%zu [", &from) == 1) {
			assert_int_equal(from, nodes++);
		}
	}
	for (const char *at = text.data; *at; at++) {
		if (*at == '"')
			at = quoted_end(at);
		depth += (size_t) (*at == '{' || *at == '[');
		depth -= (size_t) (*at == '}' || *at == ']');
	}
	assert_int_equal(edges + 1, tree->size);
	assert_int_equal(nodes, tree->size);
	assert_int_equal(depth, 0);
	evo_text_clear(&text);
}

static void dot_has_every_node_and_edge(void **state)
{
	static struct evo_tree tree;

	(void) state;
	with_every_row(check_dot);
	with_random_trees(check_dot);
	deepest_tree(&tree);
	check_dot(&tree);
}

static void dot_tells_kinds_and_order(void **state)
{
	static struct evo_tree tree;
	struct evo_text text;

	(void) state;
	parse("mul(layer_sum(div(x.d, -0.5)), l1(gin.n))", &tree);
	to_dot(&tree, &text);
	expect_part(&text, "ordering=out");
	expect_part(&text, "\tn0 [shape=box, label=\"mul\"");
	expect_part(&text, "\tn1 [shape=house, label=\"layer_sum\"");
	expect_part(&text, "\tn3 [shape=ellipse, label=\"x.d\"");
	expect_part(&text, "\tn4 [shape=plaintext, label=\"-0.5\"");
	expect_part(&text, "\tn6 [shape=hexagon, label=\"gin.n\"");
	expect_part(&text, "\tn2 -> n3;\n\tn2 -> n4;\n");
	evo_text_clear(&text);
}

/* ---- LaTeX ----------------------------------------------------------------------------------- */

static bool starts(const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0;
}

/* After an exponent or an index, TeX takes no further one of the same kind. */
static const char *group_end(const char *at)
{
	size_t depth = 0;

	for (; *at; at++) {
		depth += *at == '{';
		depth -= *at == '}';
		if (*at == '}' && depth == 0)
			return at + 1;
	}
	return at;
}

static void check_latex(const struct evo_tree *tree)
{
	char open[1024]; /* { for a group, ( for \left */
	size_t depth = 0;
	struct evo_text text;

	to_latex(tree, &text);
	for (const char *at = text.data; *at != '\n'; at++) {
		assert_true(*at && depth + 1 < sizeof(open));
		assert_int_not_equal(*at, '%');
		assert_int_not_equal(*at, '#');
		if (*at == '{')
			open[depth++] = '{';
		else if (starts(at, "\\left") && !isalpha((unsigned char) at[5]))
			open[depth++] = '(';
		if (*at == '}')
			assert_true(depth > 0 && open[--depth] == '{');
		else if (starts(at, "\\right") && !isalpha((unsigned char) at[6]))
			assert_true(depth > 0 && open[--depth] == '(');
		if (at[0] == '^' && (*group_end(at) == '^' || at[1] != '{'))
			fail_msg("two exponents: %s", text.data);
		if (at[0] == '_' && at > text.data && at[-1] != '\\')
			assert_int_equal(at[1], '{');
	}
	assert_int_equal(depth, 0);
	for (const char *line = strchr(text.data, '\n') + 1; *line; line = strchr(line, '\n') + 1)
		assert_int_equal(strncmp(line, "% ", 2), 0);
	evo_text_clear(&text);
}

static void latex_is_balanced(void **state)
{
	static struct evo_tree tree;

	(void) state;
	with_every_row(check_latex);
	with_random_trees(check_latex);
	deepest_tree(&tree);
	check_latex(&tree);
}

static void latex_of(const char *expression, const char *formula)
{
	static struct evo_tree tree;
	struct evo_text text;

	parse(expression, &tree);
	to_latex(&tree, &text);
	*strchr(text.data, '\n') = '\0';
	assert_string_equal(text.data, formula);
	evo_text_clear(&text);
}

static void latex_says_what_the_tree_does(void **state)
{
	(void) state;
	latex_of("layer_sum(frob(sigmoid(logdet(sign(gx.d)))))",
	         "\\sum_{u} \\left\\lVert \\sigma\\left(\\log\\det\\left(\\mathrm{sgn}\\left("
	         "g_{x}^{d}\\right)\\right)\\right)\\right\\rVert_{F}");
	/* A mean that nobody wrote is taken all the same. */
	latex_of("l1(w)", "\\frac{1}{U}\\sum_{u} \\mathrm{mean}\\left|w\\right|");
	latex_of("layer_mean(y.p)", "\\frac{1}{U}\\sum_{u}\\,\\mathrm{mean}\\left(y^{p}\\right)");
	latex_of("gin.d", "\\mathrm{mean}\\left(g_{\\mathrm{in}}^{d}\\right)");
	latex_of("params", "\\mathrm{params}");
	/* Parentheses where the tree needs them, and only there. */
	latex_of("sub(1, sub(2, 3))", "1 - \\left(2 - 3\\right)");
	latex_of("sub(sub(1, 2), 3)", "1 - 2 - 3");
	latex_of("mul(add(1, 2), -3)", "\\left(1 + 2\\right) \\cdot \\left(-3\\right)");
	latex_of("neg(neg(units))", "-\\left(-\\mathrm{units}\\right)");
	latex_of("square(square(units))", "\\left(\\mathrm{units}^{2}\\right)^{2}");
	latex_of("frob(square(logits.d))",
	         "\\left\\lVert \\left(\\mathrm{logits}^{d}\\right)^{\\odot 2}\\right\\rVert_{F}");
	latex_of("add(layer_sum(l1(w)), 2)",
	         "\\left(\\sum_{u} \\mathrm{mean}\\left|w\\right|\\right) + 2");
	latex_of("layer_sum(sub(l1(w), 2))",
	         "\\sum_{u} \\left(\\mathrm{mean}\\left|w\\right| - 2\\right)");
	latex_of("log(div(1e-07, -2.5e+30))",
	         "\\log\\left(\\frac{10^{-7}}{-2.5 \\cdot 10^{30}}\\right)");
	latex_of(
	        "frob(mul(gin.d, gin.n))",
	        "\\left\\lVert g_{\\mathrm{in}}^{d} \\odot g_{\\mathrm{in}}^{n}\\right\\rVert_{F}");
	latex_of("frob(mul(units, gin.n))",
	         "\\left\\lVert \\mathrm{units} \\cdot g_{\\mathrm{in}}^{n}\\right\\rVert_{F}");
}

static void latex_explains_its_symbols(void **state)
{
	static struct evo_tree tree;
	struct evo_text text;
	const char *again;

	(void) state;
	parse("layer_sum(add(logdet(gram(gx.d)), logdet(gram(gx.d))))", &tree);
	to_latex(&tree, &text);
	expect_part(&text, "\n% g_{x}^{d}: gradient at the unit's input");
	expect_part(&text, "\n% logdet: log of the determinant; 0 where negative\n");
	expect_part(&text, "\n% u = 1, ..., U: ");
	again = strstr(text.data, "\n% gram: ");
	assert_non_null(again);
	assert_null(strstr(again + 1, "\n% gram: "));
	evo_text_clear(&text);
	parse("add(params, jacov(gin.d))", &tree);
	to_latex(&tree, &text);
	expect_none(&text, "% u = ");
	evo_text_clear(&text);
}

/* ---- PyTorch --------------------------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* Is the name given a meaning at the left margin? */
static bool defines(const char *text, const char *name, size_t length)
{
	static const char *const forms[] = {"\ndef %.*s(", "\nclass %.*s(", "\n%.*s = "};

	for (size_t i = 0; i < EVO_COUNT(forms); i++) {
		char *wanted = evo_format(forms[i], (int) length, name);
		const bool found = strstr(text, wanted) != NULL;

		free(wanted);
		if (found)
			return true;
	}
	return false;
}

/* Words that begin with one underscore are the module's own; after a dot they belong to others. */
static void check_names(const struct evo_text *text)
{
	for (const char *at = text->data; *at; at++) {
		size_t length = 0;

		if (*at != '_' || at[1] == '_' || is_word(at[-1]) || at[-1] == '.' ||
		    !isalpha((unsigned char) at[1]))
			continue;
		while (is_word(at[length]))
			length++;
		if (!defines(text->data, at, length))
			fail_msg("%.*s is not defined", (int) length, at);
		at += length - 1;
	}
}

/* Python takes no more than 200 parentheses at a time; the text of the expression stands in one
   line of its own. */
static void check_lines(const struct evo_text *text)
{
	for (const char *line = text->data; *line; line = strchr(line, '\n') + 1) {
		const size_t length = strcspn(line, "\n");

		if (starts(line, "    v") || starts(line, "    return"))
			assert_true(length < 200);
	}
}

static void check_pytorch(const struct evo_tree *tree)
{
	struct evo_text text, expression;

	to_pytorch(tree, &text);
	check_names(&text);
	check_lines(&text);
	expect_part(&text, "\ndef score(model, batch");
	expect_none(&text, "EXPRESSION");
	expect_none(&text, "NotImplementedError");
	evo_text_init(&expression);
	evo_text_append(&expression, "\n");
	evo_tree_print(tree, &expression);
	evo_text_append(&expression, "\n");
	expect_part(&text, expression.data);
	evo_text_clear(&expression);
	evo_text_clear(&text);
}

static void pytorch_defines_all_that_it_names(void **state)
{
	static struct evo_tree tree;

	(void) state;
	with_every_row(check_pytorch);
	with_random_trees(check_pytorch);
	deepest_tree(&tree);
	check_pytorch(&tree);
}

static void pytorch_has_only_what_is_needed(void **state)
{
	static struct evo_tree tree;
	struct evo_text text;

	(void) state;
	parse("add(layer_sum(eigmin(corr(x.d))), layer_max(l1(gy.n)))", &tree);
	to_pytorch(&tree, &text);
	expect_part(&text, "\n_STATISTICS = (\"x.d\", \"gy.n\",)\n");
	expect_part(&text, "def _unit_1(unit):\n    return _eigmin(_corr(unit[\"x.d\"]))\n");
	expect_part(&text, "def _unit_2(unit):\n    return _l1(unit[\"gy.n\"])\n");
	expect_part(&text,
	            "    return _add(_layer_sum(units, _unit_1), _layer_max(units, _unit_2))\n");
	expect_part(&text, "def _eigenvalues(");
	expect_none(&text, "def _eigmax(");
	expect_none(&text, "def _factors(");
	expect_none(&text, "def _scalar_");
	expect_none(&text, "Scalars of the network");
	evo_text_clear(&text);
}

static void pytorch_says_what_its_parts_lack(void **state)
{
	static struct evo_tree tree;
	char *folder = folder_make(), *parts = evo_path_join(folder, "pytorch");
	char *path = evo_path_join(parts, "proxy.py");
	struct evo_error err = {0};
	struct evo_text text;
	struct evo_file *file;

	(void) state;
	assert_true(evo_make_directories(parts, NULL));
	file = evo_file_create(path, NULL);
	fputs("\"\"\"An older one.\"\"\"\n\ndef _scalar_units(net):\n    return 1\n",
	      evo_file_stream(file));
	assert_true(evo_file_commit(file, NULL));
	setenv("EVOSCOPE_SHARED", folder, 1);
	parse("add(units, swap)", &tree);
	evo_text_init(&text);
	assert_false(evo_tree_pytorch(&tree, &text, &err));
	unsetenv("EVOSCOPE_SHARED");
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.message, "add is not in pytorch/proxy.py"));
	assert_int_equal(text.length, 0);
	evo_text_clear(&text);
	evo_remove_tree(folder, NULL);
	free(path);
	free(parts);
	free(folder);
}

static void pytorch_says_which_file_is_missing(void **state)
{
	static struct evo_tree tree;
	struct evo_error err = {0};
	struct evo_text text;

	(void) state;
	parse("units", &tree);
	evo_text_init(&text);
	setenv("EVOSCOPE_SHARED", "/nonexistent", 1);
	assert_false(evo_tree_pytorch(&tree, &text, &err));
	unsetenv("EVOSCOPE_SHARED");
	assert_non_null(strstr(err.file[0] ? err.file : err.message, "/nonexistent"));
	evo_text_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dot_has_every_node_and_edge),
	        cmocka_unit_test(dot_tells_kinds_and_order),
	        cmocka_unit_test(latex_is_balanced),
	        cmocka_unit_test(latex_says_what_the_tree_does),
	        cmocka_unit_test(latex_explains_its_symbols),
	        cmocka_unit_test(pytorch_defines_all_that_it_names),
	        cmocka_unit_test(pytorch_has_only_what_is_needed),
	        cmocka_unit_test(pytorch_says_what_its_parts_lack),
	        cmocka_unit_test(pytorch_says_which_file_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
