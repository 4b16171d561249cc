/* The NAS-Bench-201 space: reading, building, and which cells are the same function. */
#include "config.h"

#include "evoscope/graph.h"
#include "evoscope/space.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct evo_space *nb201(void)
{
	return evo_space_find("nb201", NULL);
}

static const char good[] =
        "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|avg_pool_3x3~1|none~2|";

/* ---- Text ---- */

#define OPERATIONS "one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3"

static const struct {
	const char *text;
	size_t column;
	const char *message;
} bad[] = {
        {"", 1, "expected '|', found the end"},
        {"none~0", 1, "expected '|', found 'none'"},
        {"|", 2, "expected " OPERATIONS ", found the end"},
        {"|conv~0|", 2, "expected " OPERATIONS ", found 'conv'"},
        {"|~0|", 2, "expected " OPERATIONS ", found '~'"},
        {"|non~0|", 2, "expected " OPERATIONS ", found 'non'"},
        {"|nonesuch~0|", 2, "expected " OPERATIONS ", found 'nonesuch'"},
        {"| none~0|", 2, "expected " OPERATIONS ", found ' none'"},
        {"|none", 6, "expected '~', found the end"},
        {"|none|", 6, "expected '~', found '|'"},
        {"|none~", 7, "expected '0', found the end"},
        {"|none~1|", 7, "expected '0', found '1'"},
        {"|none~0", 8, "expected '|', found the end"},
        {"|none~0|", 9, "expected '+', found the end"},
        {"|none~0||none~0|none~1|", 9, "expected '+', found '|'"},
        {"|none~0|+none~0|", 10, "expected '|', found 'none'"},
        {"|none~0|+|none~0|+|none~0|none~1|none~2|", 18, "expected " OPERATIONS ", found '+'"},
        {"|none~0|+|none~0|none~2|+|none~0|none~1|none~2|", 23, "expected '1', found '2'"},
        {"|none~0|+|none~0|none~1|+|none~0|none~1|none~2| ", 48, "expected the end, found ' '"},
        {"|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+|", 48, "expected the end, found '+'"},
        {"|none~0|+|none~0|none~1|+|none~0|none~1|none~2|none~3|", 48,
         "expected the end, found 'none'"},
};

static void test_bad_texts(void **state)
{
	(void) state;
	struct evo_macro macro = nb201()->paper;
	for (size_t i = 0; i < EVO_COUNT(bad); i++) {
		struct evo_error err = {0};
		assert_false(nb201()->check(bad[i].text, &err));
		assert_int_equal(err.code, EVO_E_INPUT);
		assert_string_equal(err.message, bad[i].message);
		assert_int_equal(err.column, bad[i].column);
		assert_null(nb201()->build(bad[i].text, &macro, NULL));
		assert_null(nb201()->function(bad[i].text, NULL));
	}
}

static void test_long_words_are_cut(void **state)
{
	(void) state;
	char text[3000] = "|";
	struct evo_error err = {0};
	memset(text + 1, 'x', sizeof(text) - 2);
	assert_false(nb201()->check(text, &err));
	assert_true(strlen(err.message) < 200);
	assert_non_null(strstr(err.message, "x...'"));
}

static void test_all_texts_are_different_and_good(void **state)
{
	(void) state;
	char *last = NULL;
	for (size_t i = 0; i < nb201()->count; i++) {
		char *text = nb201()->at(i);
		assert_true(nb201()->check(text, NULL));
		if (last != NULL)
			assert_string_not_equal(last, text);
		free(last);
		last = text;
	}
	assert_string_equal(last,
	                    "|avg_pool_3x3~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|"
	                    "avg_pool_3x3~1|avg_pool_3x3~2|");
	free(last);
}

/* ---- Size ---- */

static void test_macro(void **state)
{
	(void) state;
	static const struct {
		struct evo_macro macro;
		const char *part; /* NULL: good */
	} table[] = {
	        {{16, 5, 32, 10}, NULL},
	        {{1, 1, 4, 1}, NULL},
	        {{0, 5, 32, 10}, "width C"},
	        {{16, 0, 32, 10}, "cells a stage N"},
	        {{16, 5, 0, 10}, "image side"},
	        {{16, 5, 32, 0}, "number of classes"},
	        {{16, 5, 30, 10}, "multiple of 4, not 30"},
	        {{16, 5, (size_t) 1 << 40, 10}, "image side"},
	        {{(size_t) -1, 5, 32, 10}, "width C"},
	};
	for (size_t i = 0; i < EVO_COUNT(table); i++) {
		struct evo_error err = {0};
		assert_int_equal(nb201()->check_macro(&table[i].macro, &err),
		                 table[i].part == NULL);
		if (table[i].part != NULL)
			assert_non_null(strstr(err.message, table[i].part));
		struct evo_graph *graph = nb201()->build(good, &table[i].macro, NULL);
		assert_int_equal(graph != NULL, table[i].part == NULL);
		evo_graph_destroy(graph);
	}
}

/* ---- Graph ---- */

static void test_units_and_parameters(void **state)
{
	(void) state;
	struct evo_macro macro = {4, 1, 8, 10};
	struct evo_graph *g = nb201()->build(good, &macro, NULL);
	static const char *const units[] = {"cell0.e21", "cell0.e30", "cell1.a", "cell1.b",
	                                    "cell2.e21", "cell2.e30", "cell3.a", "cell3.b",
	                                    "cell4.e21", "cell4.e30"};
	assert_int_equal(g->unit_count, EVO_COUNT(units));
	for (size_t i = 0; i < g->unit_count; i++) {
		const struct evo_unit *unit = &g->units[i];
		assert_string_equal(unit->name, units[i]);
		assert_int_equal(g->nodes[unit->relu].op, EVO_OP_RELU);
		assert_int_equal(g->nodes[unit->conv].op, EVO_OP_CONV);
		assert_int_equal(g->nodes[unit->norm].op, EVO_OP_BATCHNORM);
		char *name = evo_format("%s.weight", units[i]);
		assert_string_equal(g->parameters[g->nodes[unit->conv].parameter].name, name);
		free(name);
	}
	assert_string_equal(g->parameters[0].name, "stem.weight");
	assert_string_equal(g->parameters[1].name, "stem.bn.scale");
	assert_string_equal(g->parameters[2].name, "stem.bn.shift");
	assert_string_equal(g->parameters[g->parameter_count - 1].name, "fc.bias");
	assert_int_equal(g->nodes[g->output].shape.channels, 10);
	assert_int_equal(g->nodes[g->features].shape.channels, 16);
	assert_int_equal(g->nodes[g->features].shape.height, 2);
	evo_graph_destroy(g);
}

/* Published counts of the smallest and the largest network at the paper's size. */
static void test_paper_parameters(void **state)
{
	(void) state;
	static const struct {
		const char *op;
		size_t parameters;
	} table[] = {{"none", 73306}, {"nor_conv_3x3", 1531546}};
	for (size_t i = 0; i < EVO_COUNT(table); i++) {
		const char *op = table[i].op;
		char *text =
		        evo_format("|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", op, op, op, op, op, op);
		struct evo_graph *g = nb201()->build(text, &nb201()->paper, NULL);
		assert_int_equal(g->parameter_total, table[i].parameters);
		evo_graph_destroy(g);
		free(text);
	}
}

/* ---- Functions ---- */

static char *function_of(const char *ops)
{
	static const char *const names[] = {['n'] = "none",
	                                    ['s'] = "skip_connect",
	                                    ['1'] = "nor_conv_1x1",
	                                    ['3'] = "nor_conv_3x3",
	                                    ['a'] = "avg_pool_3x3"};
	const char *op[6];
	for (size_t i = 0; i < 6; i++)
		op[i] = names[(unsigned char) ops[i]];
	char *text = evo_format("|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", op[0], op[1], op[2], op[3],
	                        op[4], op[5]);
	char *function = nb201()->function(text, NULL);
	free(text);
	return function;
}

/* Edges e10 e20 e21 e30 e31 e32. */
static void test_same_and_different_functions(void **state)
{
	(void) state;
	static const struct {
		const char *a, *b;
		bool same;
	} table[] = {
	        {"nnnnnn", "n3n1nn", false}, /* zero against a convolution */
	        {"nnnnnn", "333nnn", true},  /* nothing reaches the output */
	        {"nnn3nn", "3nnnsn", true},  /* one convolution, then a skip */
	        {"nnn3nn", "snnn3n", true},  /* a skip, then a convolution */
	        {"nnn3nn", "nnn1nn", false},
	        {"n3nsns", "nsns3n", false},
	        {"3snn1s", "s1nn3n", false}, /* order of two convolutions, and a skip more */
	        {"1n3nns", "1nnn3n", true},  /* 3x3 after 1x1, over node 2 or directly */
	        {"3n1nns", "1nnn3n", false},
	        {"3nsnss", "33nnss", false}, /* one convolution twice, two convolutions */
	        {"anansa", "aansna", false},
	        {"ansnss", "aannss", true}, /* pooling twice is the same value twice */
	        {"3n3n3s", "33nnss", false},
	        {"3n33ns", "3nn33n", true}, /* two convolutions in a row beside one */
	        {"nnsnn3", "nnnnnn", true}, /* a convolution of zero */
	};
	for (size_t i = 0; i < EVO_COUNT(table); i++) {
		char *a = function_of(table[i].a), *b = function_of(table[i].b);
		if ((strcmp(a, b) == 0) != table[i].same)
			fail_msg("%s is %s, %s is %s", table[i].a, a, table[i].b, b);
		free(a);
		free(b);
	}
}

static void test_function_text(void **state)
{
	(void) state;
	static const struct {
		const char *ops, *text;
	} table[] = {
	        {"nnnnnn", "0"},
	        {"nnnsnn", "x"},
	        {"sssnss", "x+x+x"},
	        {"nnnaas", "avg_pool_3x3(x)"},
	        {"3nsnss", "nor_conv_3x3*(x)+nor_conv_3x3*(x)"},
	        {"1s3an1", "avg_pool_3x3(x)+nor_conv_1x1(nor_conv_3x3(nor_conv_1x1(x))+x)"},
	};
	for (size_t i = 0; i < EVO_COUNT(table); i++) {
		char *text = function_of(table[i].ops);
		assert_string_equal(text, table[i].text);
		free(text);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void test_number_of_functions(void **state)
{
	(void) state;
	size_t count = nb201()->count, different = 0;
	char **functions = evo_calloc(count, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		char *text = nb201()->at(i);
		functions[i] = nb201()->function(text, NULL);
		free(text);
	}
	qsort(functions, count, sizeof(char *), by_text);
	for (size_t i = 0; i < count; i++)
		different += i == 0 || strcmp(functions[i - 1], functions[i]) != 0;
	assert_int_equal(different, 5260);
	for (size_t i = 0; i < count; i++)
		free(functions[i]);
	free(functions);
}

/* ---- Table ---- */

static void test_table(void **state)
{
	(void) state;
	struct evo_error err = {0};
	assert_null(evo_space_find("nb202", &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "nb201"));
	for (size_t i = 0; i < evo_space_total(); i++)
		assert_ptr_equal(evo_space_find(evo_space_at(i)->name, NULL), evo_space_at(i));
	assert_null(evo_space_at(evo_space_total()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_bad_texts),
	        cmocka_unit_test(test_long_words_are_cut),
	        cmocka_unit_test(test_all_texts_are_different_and_good),
	        cmocka_unit_test(test_macro),
	        cmocka_unit_test(test_units_and_parameters),
	        cmocka_unit_test(test_paper_parameters),
	        cmocka_unit_test(test_same_and_different_functions),
	        cmocka_unit_test(test_function_text),
	        cmocka_unit_test(test_number_of_functions),
	        cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
