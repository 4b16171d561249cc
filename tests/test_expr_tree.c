/*
 * Trees and their text: reading, printing, errors, levels, canonical form, random trees.
 */
#include "config.h"

#include "evoscope/expr.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct evo_tree tree, other, third;

static void read_tree(const char *text, struct evo_tree *out)
{
	struct evo_error err = {0};

	if (!evo_tree_parse(text, out, &err))
		fail_msg("%s: %zu: %s", text, err.column, err.message);
}

static void assert_prints(const struct evo_tree *printed, const char *text)
{
	struct evo_text out;

	evo_text_init(&out);
	evo_tree_print(printed, &out);
	assert_string_equal(out.data, text);
	evo_text_clear(&out);
}

/* ---- The table ------------------------------------------------------------------------------- */

static void every_row_of_the_table_is_whole(void **state)
{
	size_t kinds[5] = {0}, paper_terminals = 0;

	(void) state;
	for (unsigned code = 0; code < evo_primitive_count(); code++) {
		const struct evo_primitive *row = evo_primitive(code);
		unsigned found;

		kinds[row->kind]++;
		assert_true(strlen(row->name) > 0 && strlen(row->help) > 0);
		assert_int_equal(strncmp(evo_primitive_shapes(code), "takes ", 6) == 0,
		                 row->arity > 0);
		assert_true(row->arity <= 2);
		assert_true((row->kind >= EVO_PRIMITIVE) == (row->arity > 0));
		assert_true(!row->commutative || row->arity == 2);
		if (code == 0)
			continue;
		assert_true(row->arity > 0 ? evo_primitive_find(row->name, &found)
		                           : evo_terminal_find(row->name, &found));
		assert_int_equal(found, code);
		paper_terminals += row->arity == 0 && row->paper;
	}
	assert_int_equal(kinds[EVO_NUMBER], 1);
	assert_int_equal(kinds[EVO_UNIT_TERMINAL], 22);
	assert_int_equal(kinds[EVO_NETWORK_TERMINAL], 22);
	assert_int_equal(kinds[EVO_AGGREGATE], 9);
	assert_int_equal(paper_terminals, 22);
	unsigned primitive = 0, terminal = 0;
	assert_true(evo_primitive_find("jacov", &primitive));
	assert_true(evo_terminal_find("jacov", &terminal));
	assert_int_equal(evo_primitive(primitive)->arity, 1);
	assert_int_equal(evo_primitive(terminal)->arity, 0);
	assert_false(evo_terminal_find("layer_mean", &terminal));
	assert_true(evo_primitive_find("zico", &primitive)); /* a terminal where it is alone */
	assert_null(evo_primitive((unsigned) evo_primitive_count()));
	assert_true(evo_primitive_count() <= EVO_COUNT(((struct evo_grammar *) NULL)->weight));
}

/* Statistics come right after the number, in their own order. */
static void codes_of_statistics_follow_their_numbers(void **state)
{
	(void) state;
	for (unsigned s = 0; s < EVO_STATISTICS; s++)
		assert_string_equal(evo_primitive(1 + s)->name,
		                    evo_statistic_name((enum evo_statistic) s));
}

/* What is stored hangs on them: these were written by evoscope 0.1.0. */
static void ids_are_for_ever(void **state)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} stored[] = {
	        {"snip", UINT64_C(4748088909074737754)},
	        {"layer_sum(mul(gr.n, -70.3))", UINT64_C(5050158676058707799)},
	        {"kldiv(layer_total(x.n), l1(gin.n))", UINT64_C(5591406568750019428)},
	        {"layer_sum(sign(abslog(gy.d)))", UINT64_C(1655844347194925452)},
	};
	struct evo_tree read, canonical;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(stored); i++) {
		assert_true(evo_tree_parse(stored[i].text, &read, NULL));
		evo_tree_canonical(&read, &canonical);
		assert_int_equal(evo_tree_hash(&canonical), stored[i].hash);
	}
	for (unsigned i = 0; i < evo_primitive_count(); i++)
		assert_true(evo_primitive(i)->id <= evo_primitive_newest_id());
}

static void the_commutative_ones_are_those_of_the_language(void **state)
{
	static const char *const names[] = {"add", "mul",     "min2",  "max2",
	                                    "eq",  "hamming", "cosine"};
	size_t count = 0;

	(void) state;
	for (unsigned code = 0; code < evo_primitive_count(); code++)
		count += evo_primitive(code)->commutative;
	assert_int_equal(count, EVO_COUNT(names));
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		unsigned code;

		assert_true(evo_primitive_find(names[i], &code));
		assert_true(evo_primitive(code)->commutative);
	}
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void text_is_read_and_printed(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
	        {"layer_sum(frob(sigmoid(logdet(sign(gx.d)))))", NULL},
	        {"sub(log(params), mul(0.5, log(sub(jacov(gin.d), 3.9))))", NULL},
	        {" layer_mean\t(\n kldiv ( gy.p,gt0(gy.d) ) )\r\n",
	         "layer_mean(kldiv(gy.p, gt0(gy.d)))"},
	        {"-3", NULL},
	        {"+3", "3"},
	        {".5", "0.5"},
	        {"5.", "5"},
	        {"1e-2", "0.01"},
	        {"1E+2", "100"},
	        {"-0", NULL},
	        {"0.1", NULL},
	        {"1e-400", "0"},
	        {"add(1,2)", "add(1, 2)"},
	        {"add(-1,-.5e1)", "add(-1, -5)"},
	        {"layer_mean(0.5)", NULL},
	        {"x.d", NULL},
	        {"synflow", NULL},
	        {"add(jacov, jacov(gin.d))", NULL},
	        {"neg ( jacov )", "neg(jacov)"},
	        {"jacov (gin.d)", "jacov(gin.d)"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		read_tree(cases[i].text, &tree);
		assert_prints(&tree, cases[i].printed != NULL ? cases[i].printed : cases[i].text);
	}
}

static void prefix_order_spans_and_depth(void **state)
{
	static const size_t spans[] = {6, 5, 2, 1, 2, 1};
	static const size_t parents[] = {EVO_TREE_MAX, 0, 1, 2, 1, 4};

	(void) state;
	read_tree("layer_sum(add(abs(x.d), neg(y.d)))", &tree);
	assert_int_equal(tree.size, 6);
	assert_int_equal(evo_tree_depth(&tree), 3);
	for (size_t i = 0; i < tree.size; i++) {
		assert_int_equal(tree.nodes[i].span, spans[i]);
		assert_int_equal(evo_tree_parent(&tree, i), parents[i]);
	}
	assert_int_equal(evo_tree_argument(&tree, 1, 0), 2);
	assert_int_equal(evo_tree_argument(&tree, 1, 1), 4);
	read_tree("params", &tree);
	assert_int_equal(evo_tree_depth(&tree), 0);
}

static void errors_name_column_found_and_expected(void **state)
{
	static const struct {
		const char *text;
		size_t column;
		const char *words; /* all of them have to be in the message */
	} cases[] = {
	        {"", 1, "the end|expected a primitive"},
	        {"   ", 4, "the end"},
	        {"add(x.d", 8, "the end|second argument of add"},
	        {"add(x.d)", 8, "')'|second argument of add"},
	        {"add(x.d, y.d, w)", 13, "','|after the arguments of add"},
	        {"neg(x.d, y.d)", 8, "','|after the argument of neg"},
	        {"frob", 5, "the end|'('|frob"},
	        {"frob x.d", 6, "x.d|'('"},
	        {"frob()", 6, "')'|expected a primitive"},
	        {"x.d(3)", 4, "'('|x.d takes no arguments"},
	        {"synflow(w)", 8, "'('|synflow takes no arguments"},
	        {"jacov(", 7, "the end|expected a primitive"},
	        {"jacov jacov", 7, "expected the end"},
	        {"layer_mean(jacov)", 1, "layer_mean takes one value a unit|jacov"},
	        {"layer_mean(synflo)", 12, "synflo|did you mean 'synflow"},
	        {"x.d y.d", 5, "expected the end|y.d"},
	        {"abs(x.d))", 9, "expected the end|')'"},
	        {"lay_mean(x.d)", 1, "lay_mean|did you mean 'layer_mean"},
	        {"layer_mean(forb(x.d))", 12, "forb|did you mean 'frob"},
	        {"layer_mean(gx.q)", 12, "gx.q|did you mean 'gx."},
	        {"add(x.d, parms)", 10, "parms|did you mean 'params"},
	        {"zzzzzzzzzzzz(x.d)", 1, "zzzzzzzzzzzz|primitive or an aggregate"},
	        {"zzzzzzzzzzzz", 1, "zzzzzzzzzzzz|statistic or a number"},
	        {"1e999", 1, "1e999|out of range"},
	        {"add(1, -1e999)", 8, "-1e999|out of range"},
	        {"nan", 1, "unknown name 'nan'"},
	        {"inf", 1, "unknown name 'inf'"},
	        {"-inf", 1, "-inf|expected a primitive"},
	        {"1.2.3", 4, "expected the end|.3"},
	        {"- 3", 1, "expected a primitive"},
	        {"0x10", 2, "expected the end|x10"},
	        {"add(1, \xc3\xa9)", 8, "byte 0xc3"},
	        {"add(1; 2)", 6, "';'|','"},
	        {"(x.d)", 1, "'('"},
	        {"mul(x.d, params)", 1,
	         "mul|one value a unit (x.d)|one a network (params)|layer_mean"},
	        {"layer_sum(add(x.d, mul(2, gin.d)))", 11, "add|(x.d)|(gin.d)"},
	        {"sub(layer_sum(x.d), y.d)", 1, "sub|(y.d)|(layer_sum)"},
	        {"layer_mean(units)", 1, "layer_mean takes one value a unit|units"},
	        {"abs(layer_max(abs(layer_min(x.d))))", 5,
	         "layer_max|layer_min has one value a network"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_error err = {0};
		char words[200], *rest = NULL;

		if (evo_tree_parse(cases[i].text, &tree, &err))
			fail_msg("%s was read", cases[i].text);
		assert_int_equal(err.code, EVO_E_INPUT);
		if (err.column != cases[i].column)
			fail_msg("%s: column %zu: %s", cases[i].text, err.column, err.message);
		snprintf(words, sizeof(words), "%s", cases[i].words);
		for (char *word = strtok_r(words, "|", &rest); word != NULL;
		     word = strtok_r(NULL, "|", &rest)) {
			if (strstr(err.message, word) == NULL)
				fail_msg("%s: \"%s\" is not in: %s", cases[i].text, word,
				         err.message);
		}
	}
}

static void the_largest_tree_is_read_and_one_more_is_not(void **state)
{
	struct evo_text text;
	struct evo_error err = {0};

	(void) state;
	evo_text_init(&text);
	for (size_t i = 0; i < EVO_TREE_MAX - 1; i++)
		evo_text_append(&text, "abs(");
	evo_text_append(&text, "x.d");
	for (size_t i = 0; i < EVO_TREE_MAX - 1; i++)
		evo_text_append(&text, ")");
	read_tree(text.data, &tree);
	assert_int_equal(tree.size, EVO_TREE_MAX);
	assert_int_equal(evo_tree_depth(&tree), EVO_TREE_MAX - 1);
	evo_tree_canonical(&tree, &other); /* no room for a root, so it stays */
	assert_true(evo_tree_equal(&tree, &other));
	evo_text_reset(&text);
	for (size_t i = 0; i < EVO_TREE_MAX; i++)
		evo_text_append(&text, "abs(");
	evo_text_append(&text, "x.d");
	assert_false(evo_tree_parse(text.data, &tree, &err));
	assert_int_equal(err.column, 4 * EVO_TREE_MAX + 1);
	assert_non_null(strstr(err.message, "too long"));
	evo_text_clear(&text);
}

static void hostile_text_is_refused(void **state)
{
	static const char *const units[] = {"(", "abs(", "add(", "add(x.d,", ")",    ",", "-",
	                                    ".", "1",    "x",    "\x01",     "\xff", " "};
	const size_t count = 100000;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(units); i++) {
		const size_t length = strlen(units[i]);
		char *text = evo_malloc(count * length + 1);
		struct evo_error err = {0};

		for (size_t k = 0; k < count; k++)
			memcpy(text + k * length, units[i], length);
		text[count * length] = '\0';
		assert_false(evo_tree_parse(text, &tree, &err));
		assert_true(strlen(err.message) > 0 && strlen(err.message) < 300);
		free(text);
	}
}

/* Whatever text comes, it is refused with a column within it, or read as a tree that checks and
   prints as itself. */
static void changed_text_is_read_or_refused(void **state)
{
	static const char *const seeds[] = {
	        "layer_sum(frob(sigmoid(logdet(sign(gx.d)))))",
	        "sub(log(params), mul(0.5, log(sub(jacov(gin.d), 3.9e-2))))",
	        "layer_mean(kldiv(normalize(normalize(gy.p)), gt0(gy.d)))",
	};
	static const char alphabet[] = "(),.-+eE0159 \txgdnpayl_\x80~";
	struct evo_rng rng = evo_rng_stream(7, "test expr text", 0);
	size_t read = 0;

	(void) state;
	for (size_t i = 0; i < 30000; i++) {
		char text[128];
		struct evo_error err = {0};
		size_t length;

		snprintf(text, sizeof(text), "%s", seeds[i % EVO_COUNT(seeds)]);
		length = strlen(text);
		for (size_t edits = 1 + evo_rng_below(&rng, 3); edits > 0; edits--) {
			const size_t at = evo_rng_below(&rng, length);
			const char c = alphabet[evo_rng_below(&rng, sizeof(alphabet) - 1)];

			switch (evo_rng_below(&rng, 3)) {
			case 0:
				text[at] = c;
				break;
			case 1:
				memmove(text + at, text + at + 1, length - at);
				length--;
				break;
			default:
				memmove(text + at + 1, text + at, length - at + 1);
				text[at] = c;
				length++;
				break;
			}
		}
		if (!evo_tree_parse(text, &tree, &err)) {
			assert_true(err.column >= 1 && err.column <= length + 1);
			continue;
		}
		read++;
		assert_true(evo_tree_check(&tree, &err));
		struct evo_text printed;
		evo_text_init(&printed);
		evo_tree_print(&tree, &printed);
		read_tree(printed.data, &other);
		assert_true(evo_tree_equal(&tree, &other));
		evo_text_clear(&printed);
	}
	assert_true(read > 100 && read < 15000);
}

/* ---- Named expressions ----------------------------------------------------------------------- */

static const char *lookup(void *context, const char *name)
{
	static const char *const names[][2] = {
	        {"eznas-r", "layer_mean(square(abs(frob(r.n))))"},
	        {"twice", "mul(2, eznas-r)"},
	        {"unit", "abs(x.d)"},
	        {"bad", "abs(x.d"},
	        {"more", "abs(x.d) 1"},
	        {"self", "neg(self)"},
	        {"same", "same"},
	        {"wrong", "add(1, unknwon)"},
	        {"params", "0"},
	};

	(*(size_t *) context)++;
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		if (strcmp(names[i][0], name) == 0)
			return names[i][1];
	}
	return NULL;
}

static void names_stand_for_their_expressions(void **state)
{
	static const struct {
		const char *text, *printed;
	} good[] = {
	        {"eznas-r", "layer_mean(square(abs(frob(r.n))))"},
	        {"add( eznas-r , 1)", "add(layer_mean(square(abs(frob(r.n)))), 1)"},
	        {"twice", "mul(2, layer_mean(square(abs(frob(r.n)))))"},
	        {"layer_sum(neg(unit))", "layer_sum(neg(abs(x.d)))"},
	        {"neg(params)", "neg(params)"}, /* a statistic is never looked up */
	};
	static const struct {
		const char *text;
		size_t column;
		const char *words;
	} bad[] = {
	        {"add(1, bad)", 8, "in the expression named bad, column 8"},
	        {"more", 1, "in the expression named more, column 10"},
	        {"add(1, self)", 8, "within itself"},
	        {"same", 1, "within itself"},
	        {"neg(wrong)", 5,
	         "in the expression named wrong, column 8: unknown name 'unknwon'"},
	        {"layer_sum(eznas-r)", 1, "one value a network"},
	        {"add(1, add(x.d, twice))", 8, "mixes"},
	        {"eznas-r(1)", 8, "takes no arguments"},
	        {"eznas-q", 1, "unknown name 'eznas-q'"},
	};
	size_t asked = 0;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(good); i++) {
		struct evo_error err = {0};

		if (!evo_tree_parse_named(good[i].text, lookup, &asked, &tree, &err))
			fail_msg("%s: %s", good[i].text, err.message);
		assert_prints(&tree, good[i].printed);
	}
	assert_true(asked > 0);
	for (size_t i = 0; i < EVO_COUNT(bad); i++) {
		struct evo_error err = {0};

		assert_false(evo_tree_parse_named(bad[i].text, lookup, &asked, &tree, &err));
		if (err.column != bad[i].column || strstr(err.message, bad[i].words) == NULL)
			fail_msg("%s: %zu: %s", bad[i].text, err.column, err.message);
	}
	assert_false(evo_tree_parse("eznas-r", &tree, NULL));
}

/* ---- Checks and levels ----------------------------------------------------------------------- */

static void broken_trees_are_refused(void **state)
{
	static struct evo_tree broken;
	struct evo_error err = {0};

	(void) state;
	read_tree("layer_sum(add(x.d, 2))", &tree);
	assert_true(evo_tree_check(&tree, NULL));

	evo_tree_copy(&broken, &tree);
	broken.size = 0;
	assert_false(evo_tree_check(&broken, NULL));
	broken.size = EVO_TREE_MAX + 1;
	assert_false(evo_tree_check(&broken, NULL));
	broken.size = 3; /* an argument short */
	assert_false(evo_tree_check(&broken, &err));
	assert_non_null(strstr(err.message, "add"));

	evo_tree_copy(&broken, &tree);
	broken.nodes[1].span = 2;
	assert_false(evo_tree_check(&broken, NULL));
	evo_tree_copy(&broken, &tree);
	broken.nodes[1].code = (uint16_t) evo_primitive_count();
	assert_false(evo_tree_check(&broken, NULL));
	evo_tree_copy(&broken, &tree);
	broken.nodes[3].number = (double) INFINITY;
	assert_false(evo_tree_check(&broken, NULL));
	broken.nodes[3].number = (double) NAN;
	assert_false(evo_tree_check(&broken, NULL));
	evo_tree_copy(&broken, &tree);
	broken.nodes[2].number = 1; /* a statistic with a number */
	assert_false(evo_tree_check(&broken, NULL));
	evo_tree_copy(&broken, &tree);
	broken.nodes[4] = broken.nodes[3]; /* something after the end */
	broken.size = 5;
	assert_false(evo_tree_check(&broken, NULL));
}

static void levels_and_places(void **state)
{
	(void) state;
	read_tree("add(layer_sum(mul(x.d, 2)), neg(3))", &tree);
	/*        0   1         2   3    4    5   6 */
	assert_int_equal(evo_tree_level(&tree, 0), EVO_LEVEL_NETWORK);
	assert_int_equal(evo_tree_level(&tree, 2), EVO_LEVEL_UNIT);
	assert_int_equal(evo_tree_level(&tree, 4), EVO_LEVEL_ANY);
	assert_int_equal(evo_tree_level(&tree, 5), EVO_LEVEL_ANY);
	assert_int_equal(evo_tree_place(&tree, 0), EVO_LEVEL_ANY);
	assert_int_equal(evo_tree_place(&tree, 1), EVO_LEVEL_ANY); /* add(x.d, neg(3)) would do */
	assert_int_equal(evo_tree_place(&tree, 2), EVO_LEVEL_UNIT);
	assert_int_equal(evo_tree_place(&tree, 3), EVO_LEVEL_UNIT);
	assert_int_equal(evo_tree_place(&tree, 4), EVO_LEVEL_UNIT);
	assert_int_equal(evo_tree_place(&tree, 5), EVO_LEVEL_NETWORK);
	assert_int_equal(evo_tree_place(&tree, 6), EVO_LEVEL_NETWORK);
	read_tree("add(mul(x.d, 2), neg(3))", &tree);
	assert_int_equal(evo_tree_place(&tree, 5), EVO_LEVEL_UNIT);
	assert_int_equal(evo_tree_place(&tree, 1), EVO_LEVEL_ANY);
}

static void subtrees_are_replaced(void **state)
{
	(void) state;
	read_tree("layer_sum(add(abs(x.d), y.d))", &tree);
	read_tree("layer_max(mul(2, neg(w)))", &other);
	assert_true(evo_tree_replace(&tree, 2, &other, 1, &third));
	assert_prints(&third, "layer_sum(add(mul(2, neg(w)), y.d))");
	assert_true(evo_tree_check(&third, NULL));
	assert_true(evo_tree_replace(&tree, 4, &other, 2, &third));
	assert_prints(&third, "layer_sum(add(abs(x.d), 2))");
	assert_true(evo_tree_replace(&tree, 0, &other, 0, &third));
	assert_true(evo_tree_equal(&third, &other));
	evo_tree_subtree(&tree, 1, &third);
	assert_prints(&third, "add(abs(x.d), y.d)");
	/* Too large. */
	tree.size = 0;
	read_tree("neg(x.d)", &other);
	for (size_t i = 0; i < EVO_TREE_MAX; i++)
		tree.nodes[i] = (struct evo_tree_node){other.nodes[0].code,
		                                       (uint16_t) (EVO_TREE_MAX - i), 0};
	tree.nodes[EVO_TREE_MAX - 1] = other.nodes[1];
	tree.size = EVO_TREE_MAX;
	assert_true(evo_tree_check(&tree, NULL));
	assert_false(evo_tree_replace(&tree, EVO_TREE_MAX - 1, &other, 0, &third));
}

static void needs_are_the_statistics_named(void **state)
{
	(void) state;
	read_tree("add(layer_sum(mul(gx.d, w)), div(params, 2))", &tree);
	assert_true(evo_tree_needs(&tree) ==
	            (EVO_NEED(EVO_GX_D) | EVO_NEED(EVO_W) | EVO_NEED(EVO_PARAMS)));
	read_tree("0.5", &tree);
	assert_true(evo_tree_needs(&tree) == 0);
}

/* ---- Canonical form -------------------------------------------------------------------------- */

static void canonical_form_finds_duplicates(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
	        {"add(x.d, y.d)", "add(y.d, x.d)", true},
	        {"add(x.d, y.d)", "layer_mean(add(y.d, x.d))", true},
	        {"mul(add(x.d, y.d), w)", "mul(w, add(y.d, x.d))", true},
	        {"max2(min2(x.d, 1), min2(1, y.d))", "max2(min2(y.d, 1), min2(x.d, 1))", true},
	        {"eq(x.d, y.d)", "eq(y.d, x.d)", true},
	        {"hamming(x.d, y.d)", "hamming(y.d, x.d)", true},
	        {"cosine(x.d, y.d)", "cosine(y.d, x.d)", true},
	        {"add(layer_sum(mul(x.d, w)), 1)", "add(1, layer_sum(mul(w, x.d)))", true},
	        {"sub(x.d, y.d)", "sub(y.d, x.d)", false},
	        {"div(x.d, y.d)", "div(y.d, x.d)", false},
	        {"lt(x.d, y.d)", "lt(y.d, x.d)", false},
	        {"matmul(x.d, y.d)", "matmul(y.d, x.d)", false},
	        {"kldiv(x.d, y.d)", "kldiv(y.d, x.d)", false},
	        {"add(x.d, 1)", "add(x.d, 2)", false},
	        {"add(x.d, 0)", "add(x.d, -0)", false},
	        {"x.d", "layer_sum(x.d)", false},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		static struct evo_tree a, b;

		read_tree(cases[i].a, &tree);
		evo_tree_canonical(&tree, &a);
		read_tree(cases[i].b, &tree);
		evo_tree_canonical(&tree, &b);
		assert_true(evo_tree_check(&a, NULL));
		if (evo_tree_equal(&a, &b) != cases[i].same)
			fail_msg("%s against %s", cases[i].a, cases[i].b);
		assert_true((evo_tree_hash(&a) == evo_tree_hash(&b)) == cases[i].same);
	}
}

/* Swaps the arguments of every commutative primitive, each with probability 1/2. */
static void shuffle_arguments(struct evo_tree *shuffled, struct evo_rng *rng)
{
	static struct evo_tree left, right, half;

	for (size_t i = 0; i < shuffled->size; i++) {
		size_t first = i + 1, second;

		if (!evo_primitive(shuffled->nodes[i].code)->commutative || evo_rng_below(rng, 2))
			continue;
		second = evo_tree_argument(shuffled, i, 1);
		evo_tree_subtree(shuffled, first, &left);
		evo_tree_subtree(shuffled, second, &right);
		assert_true(evo_tree_replace(shuffled, second, &left, 0, &half) ||
		            shuffled->size > EVO_TREE_MAX / 2);
		assert_true(evo_tree_replace(&half, first, &right, 0, shuffled));
	}
}

static void canonical_form_of_random_trees(void **state)
{
	struct evo_rng rng = evo_rng_stream(3, "test canonical", 0);
	struct evo_grammar grammar;
	static struct evo_tree a, b, again;

	(void) state;
	evo_grammar_all(&grammar);
	for (size_t i = 0; i < 2000; i++) {
		assert_true(evo_tree_random(&grammar, &rng,
		                            i % 2 ? EVO_LEVEL_UNIT : EVO_LEVEL_NETWORK, 2 + i % 6,
		                            i % 3 == 0, &tree));
		evo_tree_copy(&other, &tree);
		shuffle_arguments(&other, &rng);
		evo_tree_canonical(&tree, &a);
		evo_tree_canonical(&other, &b);
		assert_true(evo_tree_equal(&a, &b));
		assert_true(evo_tree_hash(&a) == evo_tree_hash(&b));
		evo_tree_canonical(&a, &again);
		assert_true(evo_tree_equal(&a, &again));
		assert_true(evo_tree_check(&a, NULL));
	}
}

/* ---- Random trees ---------------------------------------------------------------------------- */

static void random_trees_print_and_read_back(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "test random trees", 0);
	struct evo_grammar grammar;
	struct evo_text text;
	size_t done = 0, sizes[64] = {0}, distinct_sizes = 0;

	(void) state;
	evo_grammar_all(&grammar);
	evo_grammar_classic(&grammar);
	grammar.max_size = 40;
	grammar.max_depth = 12;
	grammar.weight[0] = 10; /* many numbers */
	grammar.number_low = 1e-300;
	grammar.number_high = 1e300;
	evo_text_init(&text);
	for (size_t i = 0; done < 10000; i++) {
		const enum evo_level level = i % 2 ? EVO_LEVEL_UNIT : EVO_LEVEL_NETWORK;
		struct evo_error err = {0};

		assert_true(evo_tree_random(&grammar, &rng, level, 2 + i % 10, i % 3 == 0, &tree));
		if (!evo_tree_check(&tree, &err))
			fail_msg("%s", err.message);
		assert_int_equal(evo_tree_level(&tree, 0), level);
		assert_in_range(tree.size, 1, grammar.max_size);
		assert_true(evo_tree_depth(&tree) <= 2 + i % 10);
		if (tree.size < 5)
			continue;
		done++;
		sizes[tree.size]++;
		evo_text_reset(&text);
		evo_tree_print(&tree, &text);
		read_tree(text.data, &other);
		if (!evo_tree_equal(&tree, &other))
			fail_msg("%s", text.data);
	}
	for (size_t i = 5; i <= 40; i++)
		distinct_sizes += sizes[i] > 0;
	assert_int_equal(distinct_sizes, 36);
	evo_text_clear(&text);
}

static void full_trees_have_their_leaves_at_the_depth(void **state)
{
	struct evo_rng rng = evo_rng_stream(2, "test full trees", 0);
	struct evo_grammar grammar;

	(void) state;
	evo_grammar_all(&grammar);
	grammar.max_size = EVO_TREE_MAX;
	for (size_t depth = 1; depth <= 6; depth++) {
		for (size_t i = 0; i < 200; i++) {
			size_t depths[EVO_TREE_MAX] = {0};

			assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_UNIT, depth, true,
			                            &tree));
			for (size_t k = 1; k < tree.size; k++) {
				depths[k] = depths[evo_tree_parent(&tree, k)] + 1;
				if (tree.nodes[k].span == 1)
					assert_int_equal(depths[k], depth);
			}
		}
	}
}

static void the_paper_grammar_keeps_to_the_paper(void **state)
{
	struct evo_rng rng = evo_rng_stream(4, "test paper", 0);
	struct evo_grammar grammar;
	unsigned layer_mean;

	(void) state;
	evo_grammar_paper(&grammar);
	assert_true(evo_primitive_find("layer_mean", &layer_mean));
	for (size_t i = 0; i < 2000; i++) {
		assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 2 + i % 5,
		                            i % 2 == 0, &tree));
		assert_int_equal(tree.nodes[0].code, layer_mean);
		assert_in_range(tree.size, 2, grammar.max_size);
		for (size_t k = 1; k < tree.size; k++) {
			const struct evo_primitive *row = evo_primitive(tree.nodes[k].code);

			assert_true(row->paper);
			assert_true(row->kind == EVO_PRIMITIVE || row->kind == EVO_UNIT_TERMINAL);
		}
	}
}

static void weights_decide_what_is_drawn(void **state)
{
	struct evo_rng rng = evo_rng_stream(5, "test weights", 0);
	struct evo_grammar grammar;
	unsigned abs_code = 0, x = 0, w = 0, sum = 0;
	size_t counts[2] = {0};

	(void) state;
	evo_grammar_all(&grammar);
	memset(grammar.weight, 0, sizeof(grammar.weight));
	assert_false(evo_tree_random(&grammar, &rng, EVO_LEVEL_UNIT, 3, false, &tree));
	assert_false(evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 3, false, &tree));
	grammar.weight[0] = 1; /* numbers alone are at no level */
	assert_false(evo_tree_random(&grammar, &rng, EVO_LEVEL_UNIT, 3, false, &tree));
	assert_true(evo_primitive_find("abs", &abs_code) && evo_primitive_find("x.d", &x) &&
	            evo_primitive_find("w", &w) && evo_primitive_find("layer_sum", &sum));
	grammar.weight[0] = 0;
	grammar.weight[abs_code] = 1;
	grammar.weight[x] = 3;
	grammar.weight[w] = 1;
	assert_false(evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 3, false, &tree));
	for (size_t i = 0; i < 4000; i++) {
		assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_UNIT, 2, true, &tree));
		assert_int_equal(tree.size, 3);
		counts[tree.nodes[2].code == w]++;
	}
	assert_in_range(counts[1], 850, 1150);
	grammar.weight[sum] = 1;
	grammar.network = false;
	assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 0, true, &tree));
	assert_int_equal(tree.size, 2);
	assert_int_equal(tree.nodes[0].code, sum);
	/* One number in a hundred leaves: the tree still has a statistic. */
	grammar.weight[0] = 1000;
	for (size_t i = 0; i < 200; i++) {
		assert_true(evo_tree_random(&grammar, &rng, EVO_LEVEL_UNIT, 3, false, &tree));
		assert_int_equal(evo_tree_level(&tree, 0), EVO_LEVEL_UNIT);
	}
}

static void the_same_stream_grows_the_same_tree(void **state)
{
	struct evo_grammar grammar;

	(void) state;
	evo_grammar_all(&grammar);
	for (uint64_t i = 0; i < 100; i++) {
		struct evo_rng a = evo_rng_stream(9, "test", i), b = evo_rng_stream(9, "test", i);

		assert_true(evo_tree_random(&grammar, &a, EVO_LEVEL_NETWORK, 6, false, &tree));
		assert_true(evo_tree_random(&grammar, &b, EVO_LEVEL_NETWORK, 6, false, &other));
		assert_true(evo_tree_equal(&tree, &other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_row_of_the_table_is_whole),
	        cmocka_unit_test(codes_of_statistics_follow_their_numbers),
	        cmocka_unit_test(ids_are_for_ever),
	        cmocka_unit_test(the_commutative_ones_are_those_of_the_language),
	        cmocka_unit_test(text_is_read_and_printed),
	        cmocka_unit_test(prefix_order_spans_and_depth),
	        cmocka_unit_test(errors_name_column_found_and_expected),
	        cmocka_unit_test(the_largest_tree_is_read_and_one_more_is_not),
	        cmocka_unit_test(hostile_text_is_refused),
	        cmocka_unit_test(changed_text_is_read_or_refused),
	        cmocka_unit_test(names_stand_for_their_expressions),
	        cmocka_unit_test(broken_trees_are_refused),
	        cmocka_unit_test(levels_and_places),
	        cmocka_unit_test(subtrees_are_replaced),
	        cmocka_unit_test(needs_are_the_statistics_named),
	        cmocka_unit_test(canonical_form_finds_duplicates),
	        cmocka_unit_test(canonical_form_of_random_trees),
	        cmocka_unit_test(random_trees_print_and_read_back),
	        cmocka_unit_test(full_trees_have_their_leaves_at_the_depth),
	        cmocka_unit_test(the_paper_grammar_keeps_to_the_paper),
	        cmocka_unit_test(weights_decide_what_is_drawn),
	        cmocka_unit_test(the_same_stream_grows_the_same_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
