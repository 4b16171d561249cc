/*
 * The tree editor's document: edits and refusals, clipboard, cursor, history, menu.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"
#include "tree_edit.h"

static struct evo_tree read_tree(const char *text)
{
	struct evo_error err = {0};
	struct evo_tree tree;

	if (!evo_tree_parse(text, &tree, &err))
		fail_msg("%s: %zu: %s", text, err.column, err.message);
	return tree;
}

static struct ui_document *open_text(const char *text)
{
	const struct evo_tree tree = read_tree(text);

	return ui_document_create(&tree);
}

static unsigned code_of(const char *name)
{
	unsigned code = 0;

	if (!evo_terminal_find(name, &code) && !evo_primitive_find(name, &code))
		fail_msg("no primitive %s", name);
	return code;
}

static void assert_tree(const struct evo_tree *tree, const char *text)
{
	struct evo_text out;

	evo_text_init(&out);
	evo_tree_print(tree, &out);
	assert_string_equal(out.data, text);
	evo_text_clear(&out);
}

static void assert_text(const struct ui_document *document, const char *text)
{
	assert_true(evo_tree_check(ui_document_tree(document), NULL));
	assert_tree(ui_document_tree(document), text);
}

/* ---- One edit at a time ---------------------------------------------------------------------- */

enum edit {
	REPLACE,
	INSERT,
	DELETE,
	SWAP,
	CUT,
	UP,
	DOWN,
	SUBTREE,
	WHOLE
};

static bool apply(struct ui_document *document, enum edit edit, const char *what,
                  struct evo_error *err)
{
	double number = 0;
	const bool is_number = what != NULL && evo_number_parse(what, &number, NULL);

	switch (edit) {
	case REPLACE:
		return ui_document_replace(document, is_number ? 0 : code_of(what), number, err);
	case INSERT:
		return ui_document_insert(document, is_number ? 0 : code_of(what), err);
	case DELETE:
		return ui_document_delete(document, err);
	case SWAP:
		return ui_document_swap(document, err);
	case CUT:
		return ui_document_cut(document, err);
	case UP:
	case DOWN:
		return ui_document_step(document, edit == UP, err);
	case SUBTREE:
	case WHOLE:
		return ui_document_set_text(
		        document, edit == WHOLE ? UI_PART_WHOLE : UI_PART_SUBTREE, what, err);
	}
	return false;
}

struct edit_case {
	const char *before;
	size_t at;
	enum edit edit;
	const char *what, *after;
};

static void check_edits(const struct edit_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct edit_case *c = &cases[i];
		struct ui_document *document = open_text(c->before);
		struct evo_error err = {0};

		ui_document_go(document, c->at);
		if (!apply(document, c->edit, c->what, &err))
			fail_msg("%s, node %zu: %s", c->before, c->at, err.message);
		assert_text(document, c->after);
		assert_int_equal(ui_document_changes(document), 1);
		assert_true(ui_document_changed(document));
		assert_int_equal(ui_document_cursor(document), c->at);
		assert_true(ui_document_undo(document, NULL));
		assert_text(document, c->before);
		assert_false(ui_document_changed(document));
		ui_document_destroy(document);
	}
}

static void a_node_is_replaced(void **state)
{
	static const struct edit_case cases[] = {
	        /* As many arguments, more, fewer. */
	        {"layer_sum(sign(x.d))", 1, REPLACE, "log", "layer_sum(log(x.d))"},
	        {"layer_sum(sign(x.d))", 1, REPLACE, "add", "layer_sum(add(x.d, w))"},
	        {"log(params)", 0, REPLACE, "sub", "sub(params, 1)"},
	        {"layer_sum(sub(y.d, x.d))", 1, REPLACE, "log", "layer_sum(log(y.d))"},
	        {"layer_sum(mul(2, x.d))", 1, REPLACE, "log", "layer_sum(log(x.d))"},
	        {"layer_sum(mul(2, 3))", 1, REPLACE, "log", "layer_sum(log(2))"},
	        {"layer_sum(sub(y.d, x.d))", 1, REPLACE, "div", "layer_sum(div(y.d, x.d))"},
	        {"layer_sum(sub(y.d, x.d))", 1, REPLACE, "gx.n", "layer_sum(gx.n)"},
	        {"layer_sum(sub(y.d, x.d))", 3, REPLACE, "0.5", "layer_sum(sub(y.d, 0.5))"},
	        /* Leaves. */
	        {"layer_sum(x.d)", 1, REPLACE, "frob", "layer_sum(frob(w))"},
	        {"layer_sum(x.d)", 1, REPLACE, "add", "layer_sum(add(w, w))"},
	        {"log(params)", 1, REPLACE, "add", "log(add(params, 1))"},
	        {"mul(2, params)", 1, REPLACE, "log", "mul(log(params), params)"},
	        {"layer_sum(mul(2, x.d))", 2, REPLACE, "log", "layer_sum(mul(log(w), x.d))"},
	        {"x.d", 0, REPLACE, "params", "params"},
	        {"params", 0, REPLACE, "x.d", "x.d"},
	        {"x.d", 0, REPLACE, "frob", "frob(w)"},
	        {"2", 0, REPLACE, "log", "log(params)"},
	        {"params", 0, REPLACE, "jacov", "jacov"},
	        {"params", 0, REPLACE, "layer_max", "layer_max(w)"},
	        /* Across levels. */
	        {"layer_sum(x.d)", 0, REPLACE, "layer_max", "layer_max(x.d)"},
	        {"layer_sum(x.d)", 0, REPLACE, "log", "log(x.d)"},
	        {"log(layer_sum(x.d))", 1, REPLACE, "neg", "log(neg(x.d))"},
	        {"sub(params, layer_sum(x.d))", 2, REPLACE, "neg",
	         "sub(params, neg(layer_mean(x.d)))"},
	        {"sub(params, layer_sum(x.d))", 2, REPLACE, "add",
	         "sub(params, add(layer_mean(x.d), 1))"},
	        {"log(params)", 1, REPLACE, "x.d", "log(x.d)"},
	        {"log(layer_sum(x.d))", 1, REPLACE, "synflow", "log(synflow)"},
	        {"log(layer_sum(x.d))", 0, REPLACE, "layer_max", "layer_max(x.d)"},
	        {"add(params, layer_sum(x.d))", 0, REPLACE, "layer_max", "layer_max(x.d)"},
	        {"log(2)", 0, REPLACE, "layer_max", "layer_max(2)"},
	        {"log(x.d)", 0, REPLACE, "layer_max", "layer_max(x.d)"},
	};

	(void) state;
	check_edits(cases, EVO_COUNT(cases));
}

static void something_is_inserted_above(void **state)
{
	static const struct edit_case cases[] = {
	        {"layer_sum(x.d)", 1, INSERT, "frob", "layer_sum(frob(x.d))"},
	        {"layer_sum(x.d)", 1, INSERT, "add", "layer_sum(add(x.d, w))"},
	        {"layer_sum(x.d)", 0, INSERT, "div", "div(layer_sum(x.d), 1)"},
	        {"x.d", 0, INSERT, "layer_max", "layer_max(x.d)"},
	        {"x.d", 0, INSERT, "add", "add(x.d, w)"},
	        {"mul(2, params)", 1, INSERT, "add", "mul(add(2, 1), params)"},
	        {"mul(2, params)", 1, INSERT, "layer_max", "mul(layer_max(2), params)"},
	        {"layer_sum(mul(2, x.d))", 2, INSERT, "add", "layer_sum(mul(add(2, w), x.d))"},
	};

	(void) state;
	check_edits(cases, EVO_COUNT(cases));
}

static void a_node_is_deleted_swapped_cut(void **state)
{
	static const struct edit_case cases[] = {
	        {"layer_sum(sign(x.d))", 1, DELETE, NULL, "layer_sum(x.d)"},
	        {"layer_sum(x.d)", 0, DELETE, NULL, "x.d"},
	        {"add(1, layer_sum(x.d))", 2, DELETE, NULL, "add(1, x.d)"},
	        {"sub(params, flops)", 0, DELETE, NULL, "params"},
	        {"mul(0.5, log(params))", 0, DELETE, NULL, "log(params)"},
	        {"log(layer_mean(0.5))", 1, DELETE, NULL, "log(0.5)"},
	        {"sub(log(params), flops)", 0, SWAP, NULL, "sub(flops, log(params))"},
	        {"log(sub(1, params))", 1, SWAP, NULL, "log(sub(params, 1))"},
	        {"layer_sum(frob(x.d))", 1, CUT, NULL, "layer_sum(w)"},
	        {"layer_sum(mul(2, x.d))", 2, CUT, NULL, "layer_sum(mul(w, x.d))"},
	        {"log(layer_sum(frob(x.d)))", 1, CUT, NULL, "log(params)"},
	        {"frob(x.d)", 0, CUT, NULL, "w"},
	        {"0.5", 0, CUT, NULL, "params"},
	};

	(void) state;
	check_edits(cases, EVO_COUNT(cases));
}

static void a_number_goes_up_and_down(void **state)
{
	static const struct edit_case cases[] = {
	        {"0.5", 0, UP, NULL, "0.51"},
	        {"0.5", 0, DOWN, NULL, "0.49"},
	        {"3", 0, UP, NULL, "3.1"},
	        {"100", 0, UP, NULL, "110"},
	        {"100", 0, DOWN, NULL, "99"},
	        {"9.9", 0, UP, NULL, "10"},
	        {"0.123", 0, UP, NULL, "0.13"},
	        {"0.123", 0, DOWN, NULL, "0.12"},
	        {"-2", 0, UP, NULL, "-1.9"},
	        {"-2", 0, DOWN, NULL, "-2.1"},
	        {"0", 0, UP, NULL, "0.1"},
	        {"-0", 0, DOWN, NULL, "-0.1"},
	        {"1e-300", 0, DOWN, NULL, "9.9e-301"},
	};

	(void) state;
	check_edits(cases, EVO_COUNT(cases));
	for (int exponent = -300; exponent <= 300; exponent += 7) {
		const struct evo_tree ten = {1, {{0, 1, pow(10, exponent)}}};
		struct evo_tree out, back;

		assert_true(ui_tree_step(&ten, 0, true, &out, NULL));
		assert_true(out.nodes[0].number > ten.nodes[0].number * 1.09 &&
		            out.nodes[0].number < ten.nodes[0].number * 1.11);
		assert_true(ui_tree_step(&out, 0, false, &back, NULL));
		assert_true(fabs(back.nodes[0].number / ten.nodes[0].number - 1) < 1e-12);
	}
}

static void text_is_set(void **state)
{
	static const struct edit_case cases[] = {
	        {"layer_sum(frob(x.d))", 1, SUBTREE, "log(abs(y.d))", "layer_sum(log(abs(y.d)))"},
	        {"layer_sum(frob(x.d))", 0, WHOLE, "eznas-a",
	         "layer_mean(frob(sigmoid(logdet(sign(gx.d)))))"},
	        {"sub(params, 1)", 2, SUBTREE, "swap-tree",
	         "sub(params, layer_sum(distinct(x.d)))"},
	        {"sub(params, 1)", 2, SUBTREE, "frob(x.d)", "sub(params, layer_mean(frob(x.d)))"},
	        {"sub(params, 1)", 0, SUBTREE, "frob(x.d)", "frob(x.d)"},
	        {"sub(params, 1)", 0, WHOLE, "synflow", "synflow"},
	};

	(void) state;
	check_edits(cases, EVO_COUNT(cases));
}

static void an_edit_is_refused(void **state)
{
	static const struct {
		const char *tree;
		size_t at;
		enum edit edit;
		const char *what, *message;
		size_t column;
	} cases[] = {
	        {"layer_sum(x.d)", 1, REPLACE, "params", "params has one value a network", 0},
	        {"layer_sum(x.d)", 1, REPLACE, "layer_max", "one a unit is wanted", 0},
	        {"sub(flops, params)", 2, REPLACE, "x.d", "one a network is wanted", 0},
	        {"log(neg(params))", 0, REPLACE, "layer_max", "what is below log", 0},
	        {"log(params)", 1, REPLACE, "inf", "finite", 0},
	        {"log(params)", 1, INSERT, "synflow", "takes no argument", 0},
	        {"log(params)", 1, INSERT, "3", "takes no argument", 0},
	        {"log(params)", 1, INSERT, "layer_sum", "but params has one a network", 0},
	        {"layer_sum(x.d)", 1, INSERT, "layer_sum", "one a unit is wanted", 0},
	        {"log(params)", 1, DELETE, NULL, "replace it", 0},
	        {"sub(flops, layer_sum(x.d))", 2, DELETE, NULL, "by another aggregate", 0},
	        {"log(params)", 0, SWAP, NULL, "nothing to swap", 0},
	        {"log(params)", 1, SWAP, NULL, "nothing to swap", 0},
	        {"log(params)", 1, UP, NULL, "params is no number", 0},
	        {"log(params)", 1, SUBTREE, "add(flops, parms)", "did you mean 'params'?", 12},
	        {"log(params)", 1, WHOLE, "log(params", "')'", 11},
	        {"log(params)", 1, WHOLE, "", "expected", 1},
	        {"log(params)", 1, WHOLE, "add(x.d, params)", "mixes", 1},
	        {"layer_sum(x.d)", 1, SUBTREE, "eznas-a", "one a unit is wanted", 0},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct ui_document *document = open_text(cases[i].tree);
		struct evo_error err = {0};

		ui_document_go(document, cases[i].at);
		if (apply(document, cases[i].edit, cases[i].what, &err))
			fail_msg("%s: %s was not refused", cases[i].tree, cases[i].message);
		if (strstr(err.message, cases[i].message) == NULL)
			fail_msg("'%s' is not in: %s", cases[i].message, err.message);
		assert_int_equal(err.column, cases[i].column);
		assert_text(document, cases[i].tree);
		assert_int_equal(ui_document_cursor(document), cases[i].at);
		assert_false(ui_document_can_undo(document));
		ui_document_destroy(document);
	}
}

/* add(add(... , w), w) of so many nodes, an odd number. */
static struct evo_tree comb(size_t size)
{
	struct evo_tree tree = read_tree("w"), larger;

	while (tree.size < size) {
		assert_true(ui_tree_insert(&tree, 0, code_of("add"), &larger, NULL));
		evo_tree_copy(&tree, &larger);
	}
	return tree;
}

static void no_edit_makes_a_tree_too_large(void **state)
{
	const struct evo_tree full = comb(EVO_TREE_MAX - 1);
	struct ui_document *document = ui_document_create(&full);
	struct evo_error err = {0};

	(void) state;
	ui_document_move(document, UI_MOVE_LAST);
	assert_false(ui_document_insert(document, code_of("add"), &err));
	assert_non_null(strstr(err.message, "more than 256 nodes"));
	assert_false(ui_document_replace(document, code_of("add"), 0, NULL));
	assert_true(ui_document_insert(document, code_of("abs"), NULL));
	assert_int_equal(ui_document_tree(document)->size, EVO_TREE_MAX);
	ui_document_copy(document);
	ui_document_move(document, UI_MOVE_LAST);
	assert_false(ui_document_paste(document, NULL));
	assert_false(ui_document_set_text(document, UI_PART_SUBTREE, "abs(x.d)", NULL));
	assert_true(ui_document_set_text(document, UI_PART_SUBTREE, "x.d", NULL));
	ui_document_move(document, UI_MOVE_FIRST);
	assert_false(ui_document_insert(document, code_of("layer_sum"), NULL));
	assert_true(ui_document_replace(document, code_of("mul"), 0, NULL));

	/* layer_mean above what is pasted counts too. */
	ui_document_copy(document);
	struct evo_tree small = read_tree("log(params)");
	ui_document_open(document, &small);
	ui_document_go(document, 1);
	assert_false(ui_document_paste(document, NULL));
	assert_text(document, "log(params)");
	ui_document_destroy(document);
}

/* ---- Clipboard, cursor, description ---------------------------------------------------------- */

static void subtrees_are_cut_copied_pasted(void **state)
{
	struct ui_document *document = open_text("sub(layer_sum(frob(x.d)), params)");
	struct evo_error err = {0};

	(void) state;
	assert_null(ui_document_clipboard(document));
	assert_false(ui_document_paste(document, &err));
	assert_non_null(strstr(err.message, "clipboard is empty"));
	ui_document_go(document, 2);
	assert_true(ui_document_cut(document, NULL));
	assert_text(document, "sub(layer_sum(w), params)");
	assert_tree(ui_document_clipboard(document), "frob(x.d)");

	/* At unit level as it is, at network level under layer_mean. */
	assert_true(ui_document_paste(document, NULL));
	assert_text(document, "sub(layer_sum(frob(x.d)), params)");
	ui_document_go(document, 4);
	assert_true(ui_document_paste(document, NULL));
	assert_text(document, "sub(layer_sum(frob(x.d)), layer_mean(frob(x.d)))");

	/* What is network-level is refused at unit level. */
	ui_document_go(document, 1);
	ui_document_copy(document);
	ui_document_go(document, 3);
	evo_error_clear(&err);
	assert_false(ui_document_paste(document, &err));
	assert_string_equal(err.message,
	                    "layer_sum has one value a network, but here one a unit is wanted");
	assert_int_equal(ui_document_changes(document), 3);

	/* From one tree into another; undo leaves the clipboard alone. */
	const struct evo_tree other = read_tree("log(params)");
	ui_document_open(document, &other);
	assert_false(ui_document_can_undo(document));
	ui_document_go(document, 1);
	assert_true(ui_document_paste(document, NULL));
	assert_text(document, "log(layer_sum(frob(x.d)))");
	assert_true(ui_document_undo(document, NULL));
	assert_tree(ui_document_clipboard(document), "layer_sum(frob(x.d))");
	assert_tree(ui_document_original(document), "log(params)");
	ui_document_destroy(document);
}

static void the_cursor_moves(void **state)
{
	/* 0 add, 1 layer_sum, 2 sub, 3 x.d, 4 y.d, 5 log, 6 params */
	static const struct {
		size_t from;
		enum ui_move move;
		size_t to;
	} moves[] = {
	        {0, UI_MOVE_NEXT, 1},
	        {6, UI_MOVE_NEXT, EVO_TREE_MAX},
	        {5, UI_MOVE_PREVIOUS, 4},
	        {0, UI_MOVE_PREVIOUS, EVO_TREE_MAX},
	        {4, UI_MOVE_FIRST, 0},
	        {4, UI_MOVE_LAST, 6},
	        {4, UI_MOVE_PARENT, 2},
	        {5, UI_MOVE_PARENT, 0},
	        {0, UI_MOVE_PARENT, EVO_TREE_MAX},
	        {2, UI_MOVE_CHILD, 3},
	        {3, UI_MOVE_CHILD, EVO_TREE_MAX},
	        {1, UI_MOVE_NEXT_SIBLING, 5},
	        {3, UI_MOVE_NEXT_SIBLING, 4},
	        {4, UI_MOVE_NEXT_SIBLING, EVO_TREE_MAX},
	        {2, UI_MOVE_NEXT_SIBLING, EVO_TREE_MAX},
	        {0, UI_MOVE_NEXT_SIBLING, EVO_TREE_MAX},
	        {5, UI_MOVE_PREVIOUS_SIBLING, 1},
	        {4, UI_MOVE_PREVIOUS_SIBLING, 3},
	        {1, UI_MOVE_PREVIOUS_SIBLING, EVO_TREE_MAX},
	        {0, UI_MOVE_PREVIOUS_SIBLING, EVO_TREE_MAX},
	};
	struct ui_document *document = open_text("add(layer_sum(sub(x.d, y.d)), log(params))");

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(moves); i++) {
		const bool moves_on = moves[i].to != EVO_TREE_MAX;

		ui_document_go(document, moves[i].from);
		assert_int_equal(ui_document_move(document, moves[i].move), moves_on);
		assert_int_equal(ui_document_cursor(document),
		                 moves_on ? moves[i].to : moves[i].from);
	}
	ui_document_go(document, 100);
	assert_int_equal(ui_document_cursor(document), 6);
	assert_false(ui_document_can_undo(document));
	ui_document_destroy(document);
}

static void a_node_is_described(void **state)
{
	static const struct {
		const char *tree;
		size_t at;
		const char *line;
	} cases[] = {
	        {"layer_sum(sign(x.d))", 1,
	         "sign: -1, 0 or 1; unit level; takes a tensor, gives one of the same shape"},
	        {"layer_sum(sign(x.d))", 0,
	         "layer_sum: sum over the units; network level; takes one value a unit, gives one "
	         "a "
	         "network"},
	        {"frob(x.d)", 0,
	         "frob: Frobenius norm: square root of the sum of squares; unit level, scored "
	         "under "
	         "layer_mean; takes a tensor, gives a scalar"},
	        {"frob(x.d)", 1, "x.d: unit input before ReLU, data; unit level; a tensor"},
	        {"log(0.5)", 1,
	         "0.5: a constant, such as 0.5, -3 or 1e-2; fits either level; a scalar"},
	};
	struct evo_text line;

	(void) state;
	evo_text_init(&line);
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct ui_document *document = open_text(cases[i].tree);

		ui_document_go(document, cases[i].at);
		evo_text_reset(&line);
		ui_document_describe(document, &line);
		assert_string_equal(line.data, cases[i].line);
		ui_document_destroy(document);
	}
	evo_text_clear(&line);
}

static void text_is_given_to_be_edited(void **state)
{
	struct ui_document *document = open_text("sub(layer_sum(frob(x.d)), params)");
	struct evo_text text;

	(void) state;
	ui_document_go(document, 2);
	evo_text_init(&text);
	ui_document_text(document, UI_PART_SUBTREE, &text);
	evo_text_append(&text, " of ");
	ui_document_text(document, UI_PART_WHOLE, &text);
	assert_string_equal(text.data, "frob(x.d) of sub(layer_sum(frob(x.d)), params)");
	evo_text_clear(&text);
	ui_document_destroy(document);
}

/* ---- History --------------------------------------------------------------------------------- */

static void undo_and_redo_go_step_by_step(void **state)
{
	struct ui_document *document = open_text("layer_sum(frob(x.d))");
	struct evo_error err = {0};

	(void) state;
	assert_false(ui_document_undo(document, &err));
	assert_non_null(strstr(err.message, "nothing to undo"));
	ui_document_go(document, 1);
	assert_true(ui_document_replace(document, code_of("l1"), 0, NULL));
	ui_document_go(document, 2);
	assert_true(ui_document_replace(document, code_of("y.d"), 0, NULL));
	ui_document_go(document, 0);

	/* The cursor is where the edit was made. */
	assert_true(ui_document_undo(document, NULL));
	assert_text(document, "layer_sum(l1(x.d))");
	assert_int_equal(ui_document_cursor(document), 2);
	assert_true(ui_document_undo(document, NULL));
	assert_int_equal(ui_document_cursor(document), 1);
	assert_int_equal(ui_document_changes(document), 0);
	assert_true(ui_document_redo(document, NULL));
	assert_text(document, "layer_sum(l1(x.d))");
	assert_true(ui_document_can_redo(document));

	/* What leaves the tree as it is keeps what can be redone; another edit does not. */
	assert_true(
	        ui_document_replace(document, ui_document_tree(document)->nodes[2].code, 0, NULL));
	assert_true(ui_document_can_redo(document));
	ui_document_go(document, 1);
	assert_true(ui_document_delete(document, NULL));
	assert_false(ui_document_can_redo(document));
	evo_error_clear(&err);
	assert_false(ui_document_redo(document, &err));
	assert_non_null(strstr(err.message, "nothing to redo"));

	/* Back by hand: two changes, none in effect. */
	assert_true(ui_document_insert(document, code_of("frob"), NULL));
	assert_int_equal(ui_document_changes(document), 3);
	assert_false(ui_document_changed(document));
	ui_document_destroy(document);
}

static void a_whole_tree_is_one_step(void **state)
{
	struct ui_document *document = open_text("layer_sum(frob(add(x.d, 0)))");
	const struct evo_tree simple = read_tree("layer_sum(frob(x.d))");
	struct evo_tree wrong = simple;

	(void) state;
	ui_document_move(document, UI_MOVE_LAST);
	assert_true(ui_document_set_tree(document, &simple, NULL));
	assert_text(document, "layer_sum(frob(x.d))");
	assert_int_equal(ui_document_cursor(document), 2);
	assert_int_equal(ui_document_changes(document), 1);
	wrong.nodes[2].code = (uint16_t) code_of("params");
	assert_false(ui_document_set_tree(document, &wrong, NULL));
	assert_text(document, "layer_sum(frob(x.d))");
	assert_true(ui_document_undo(document, NULL));
	assert_int_equal(ui_document_cursor(document), 4);
	ui_document_destroy(document);
}

static void the_oldest_steps_are_forgotten(void **state)
{
	const size_t edits = 2 * UI_DOCUMENT_STEPS + 77;
	struct ui_document *document = open_text("0");
	struct evo_error err = {0};
	size_t undone = 0;

	(void) state;
	assert_true(UI_DOCUMENT_STEPS >= 1000);
	for (size_t i = 1; i <= edits; i++) {
		assert_true(ui_document_replace(document, 0, (double) i, NULL));
		assert_int_equal(ui_document_changes(document), i);
	}
	while (ui_document_undo(document, &err)) {
		undone++;
		assert_true(ui_document_tree(document)->nodes[0].number ==
		            (double) (edits - undone));
		assert_int_equal(ui_document_changes(document), edits - undone);
	}
	assert_int_equal(undone, UI_DOCUMENT_STEPS);
	assert_non_null(strstr(err.message, "forgotten"));
	assert_true(ui_document_changed(document));
	while (ui_document_redo(document, NULL))
		undone--;
	assert_int_equal(undone, 0);
	assert_true(ui_document_tree(document)->nodes[0].number == (double) edits);
	ui_document_destroy(document);
}

/* ---- The menu -------------------------------------------------------------------------------- */

static struct ui_menu menu;

static bool has(const char *name, enum evo_kind kind)
{
	for (size_t i = 0; i < menu.count; i++) {
		if (strcmp(menu.items[i].name, name) == 0 && menu.items[i].row->kind == kind)
			return true;
	}
	return false;
}

static void the_menu_has_what_fits(void **state)
{
	struct ui_document *document = open_text("sub(layer_sum(sign(x.d)), params)");

	(void) state;
	ui_document_go(document, 2);
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "");
	assert_string_equal(menu.items[0].name, "abs"); /* of the kind and arity of sign */
	assert_true(has("add", EVO_PRIMITIVE) && has("gx.p", EVO_UNIT_TERMINAL));
	assert_false(has("sign", EVO_PRIMITIVE) || has("params", EVO_NETWORK_TERMINAL) ||
	             has("layer_max", EVO_AGGREGATE));
	ui_document_go(document, 4);
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "");
	assert_true(has("synflow", EVO_NETWORK_TERMINAL) && has("units", EVO_NETWORK_TERMINAL));
	assert_true(has("jacov", EVO_NETWORK_TERMINAL) && has("jacov", EVO_PRIMITIVE));
	assert_true(has("layer_max", EVO_AGGREGATE));
	assert_false(has("x.d", EVO_UNIT_TERMINAL) || has("params", EVO_NETWORK_TERMINAL));
	ui_menu_fill(&menu, document, UI_TO_INSERT, "");
	assert_true(has("log", EVO_PRIMITIVE) && has("add", EVO_PRIMITIVE));
	assert_false(has("layer_max", EVO_AGGREGATE) || has("synflow", EVO_NETWORK_TERMINAL));
	ui_document_destroy(document);
}

static void the_menu_is_filtered(void **state)
{
	static const char *const expected[] = {
	        "log",      "logdet",   "logabsdet", "logdet1p",
	        "logits.d", "logits.n", "logits.p",  "abslog",
	};
	struct ui_document *document = open_text("log(neg(params))");

	(void) state;
	ui_document_go(document, 1);
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "LOG");
	assert_true(menu.count > EVO_COUNT(expected));
	for (size_t i = 0; i < EVO_COUNT(expected); i++)
		assert_string_equal(menu.items[i].name, expected[i]);
	for (size_t i = EVO_COUNT(expected); i < menu.count; i++) {
		assert_null(strstr(menu.items[i].name, "log"));
		assert_non_null(strcasestr(menu.items[i].row->help, "log"));
	}

	ui_menu_fill(&menu, document, UI_TO_REPLACE, "-0.5");
	assert_int_equal(menu.count, 1);
	assert_string_equal(menu.items[0].name, "-0.5");
	assert_int_equal(menu.items[0].row->kind, EVO_NUMBER);
	assert_true(ui_menu_apply(document, UI_TO_REPLACE, &menu.items[0], NULL));
	assert_text(document, "log(-0.5)");
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "-0.5");
	assert_int_equal(menu.count, 0); /* it is there already */
	ui_menu_fill(&menu, document, UI_TO_INSERT, "-0.5");
	assert_int_equal(menu.count, 0);
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "inf");
	assert_false(has("inf", EVO_NUMBER));
	ui_menu_fill(&menu, document, UI_TO_REPLACE, "no such thing");
	assert_int_equal(menu.count, 0);
	ui_document_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_node_is_replaced),
	        cmocka_unit_test(something_is_inserted_above),
	        cmocka_unit_test(a_node_is_deleted_swapped_cut),
	        cmocka_unit_test(a_number_goes_up_and_down),
	        cmocka_unit_test(text_is_set),
	        cmocka_unit_test(an_edit_is_refused),
	        cmocka_unit_test(no_edit_makes_a_tree_too_large),
	        cmocka_unit_test(subtrees_are_cut_copied_pasted),
	        cmocka_unit_test(the_cursor_moves),
	        cmocka_unit_test(a_node_is_described),
	        cmocka_unit_test(text_is_given_to_be_edited),
	        cmocka_unit_test(undo_and_redo_go_step_by_step),
	        cmocka_unit_test(a_whole_tree_is_one_step),
	        cmocka_unit_test(the_oldest_steps_are_forgotten),
	        cmocka_unit_test(the_menu_has_what_fits),
	        cmocka_unit_test(the_menu_is_filtered),
	};

	/* No names but the program's. */
	setenv("EVOSCOPE_DATA", "/nonexistent", 1);
	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
