/*
 * Parts of screens, each drawn or written alone: bars of impact, plots, headings and figures.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "action.h"
#include "compare.h"
#include "complete.h"
#include "edit.h"
#include "editline.h"
#include "evolve.h"
#include "explorer.h"
#include "plot.h"
#include "script.h"
#include "theme.h"
#include "tree_lines.h"

/* ---- Impacts --------------------------------------------------------------------------------- */

static void bar_text(const struct ui_glyphs *glyphs, double impact, struct evo_text *text)
{
	struct ui_surface surface;

	ui_surface_init(&surface, glyphs);
	ui_surface_resize(&surface, UI_WEIGHT_WIDTH, 1);
	ui_weight_bar(ui_surface_area(&surface), 0, 0, impact, 0.4);
	ui_surface_row(&surface, 0, text);
	ui_surface_free(&surface);
}

/* What a node does harm by is told apart from its use without colour. */
static void harm_looks_different(void **state)
{
	static const struct {
		double impact;
		const char *ascii, *utf8;
	} cases[] = {{0.4, "####### +0.400", "███████ +0.400"},
	             {-0.4, "------- -0.400", "▒▒▒▒▒▒▒ -0.400"},
	             {-0.1, "     -- -0.100", "     ▒▒ -0.100"},
	             {-0.0004, "        +0.000", "        +0.000"},
	             {NAN, "        unknown", "        unknown"}};
	struct evo_text text;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		evo_text_init(&text);
		bar_text(&ui_glyphs_ascii, cases[i].impact, &text);
		assert_string_equal(text.data, cases[i].ascii);
		evo_text_reset(&text);
		bar_text(&ui_glyphs_utf8, cases[i].impact, &text);
		assert_string_equal(text.data, cases[i].utf8);
		evo_text_clear(&text);
	}
}

static void expect_simple(const char *from, const double *impacts, const char *to)
{
	struct evo_tree tree, simple;
	struct evo_text text;

	evo_text_init(&text);
	assert_true(evo_tree_parse(from, &tree, NULL));
	assert_int_equal(ui_simplify(&tree, impacts, UI_NO_IMPACT, &simple), strcmp(from, to) != 0);
	evo_tree_print(&simple, &text);
	assert_string_equal(text.data, to);
	evo_text_clear(&text);
}

static void what_harms_is_dropped_as_what_is_idle(void **state)
{
	static const double of_use[] = {0.5, 0.3, 0.2}, idle[] = {0.5, 0.0001, 0.2},
	                    harm[] = {0.5, 0.3, -0.2}, both[] = {0.5, -0.1, -0.2},
	                    same[] = {0.5, 0, 0}, unknown[] = {0.5, NAN, 0.2};

	(void) state;
	expect_simple("add(params, units)", of_use, "add(params, units)");
	expect_simple("add(params, units)", idle, "units");
	expect_simple("add(params, units)", harm, "params");
	expect_simple("add(params, units)", both, "params");
	expect_simple("add(params, units)", same, "add(params, units)");
	expect_simple("add(params, units)", unknown, "add(params, units)");
}

/* ---- The plot ------------------------------------------------------------------------------- */

static void plots_have_marks_where_values_are(void **state)
{
	static const double x[] = {0, 5, 10}, up[] = {0, 0.5, 1}, down[] = {1, NAN, 0};
	struct ui_series series[] = {{"up", UI_ROLE_SERIES_1, '*', UI_LINE_SOLID, 3, x, up},
	                             {"down", UI_ROLE_SERIES_2, '+', UI_LINE_DASHED, 3, x, down}};
	struct ui_plot plot = {{.high = 10}, {.high = 1}, series, 2};
	struct ui_surface surface;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_ascii);
	ui_surface_resize(&surface, 60, 14);
	ui_plot_draw(ui_surface_area(&surface), &plot);
	/* The last points are at the right edge: the rising one at the top. */
	assert_int_equal(surface.cells[59].code, '*');
	assert_int_equal(surface.cells[11 * 60 + 59].code, '+');
	struct evo_text text;
	evo_text_init(&text);
	ui_surface_row(&surface, 0, &text);
	assert_true(strncmp(text.data, "1.0+", 4) == 0);
	evo_text_clear(&text);
	ui_surface_free(&surface);
}

/* A line between two points of a front would promise what no tree of the sizes between has. */
static void steps_hold_and_mark_every_point(void **state)
{
	static const double x[] = {1, 2, 3, 10}, y[] = {0.1, 0.2, 0.3, 1};
	struct ui_series series[] = {{"front", UI_ROLE_SERIES_1, '*', UI_LINE_STEPS, 4, x, y}};
	struct ui_plot plot = {{.high = 10}, {.high = 1}, series, 1};
	struct ui_surface surface;
	size_t marks = 0, left = 0;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_ascii);
	ui_surface_resize(&surface, 60, 14);
	ui_plot_draw(ui_surface_area(&surface), &plot);
	for (int at = 0; at < 60 * 11; at++)
		marks += surface.cells[at].code == '*';
	assert_int_equal(marks, 4);
	/* Between the third point and the last the line is where the third one is. */
	for (int row = 0; row < 8; row++)
		for (int column = 25; column < 58; column++)
			left += surface.cells[row * 60 + column].code != ' ';
	assert_int_equal(left, 0);
	assert_int_equal(surface.cells[59].code, '*');
	ui_surface_free(&surface);
}

/* ---- Headings -------------------------------------------------------------------------------- */

static void check_headings(const char *const *names, size_t count, int width,
                           const char *const *want)
{
	struct evo_run_case cases[8] = {0};
	char got[8][UI_HEADING_SIZE];

	for (size_t i = 0; i < count; i++)
		snprintf(cases[i].name, sizeof(cases[i].name), "%s", names[i]);
	ui_headings(cases, sizeof(*cases), count, width, &ui_glyphs_ascii, got);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(got[i], want[i]);
}

static void headings_are_short_and_differ(void **state)
{
	(void) state;
#define CHECK(width, ...)                                                                          \
	check_headings(names, EVO_COUNT(names), width, (const char *const[]){__VA_ARGS__})
	{
		static const char *const names[] = {"nb201-cifar10", "nb201-cifar100", "plain"};
		CHECK(20, "cifar10", "cifar100", "plain");
		CHECK(8, "cifar10", "cifar100", "plain");
		CHECK(6, "cif~10", "cif~00", "plain");
	}
	{
		/* Of one dataset, and one whose name is the dataset's. */
		static const char *const names[] = {"a-cifar10", "b-cifar10", "cifar10", "a-svhn"};
		CHECK(20, "a-cifar10", "b-cifar10", "cifar10", "svhn");
		CHECK(6, "a-cif~", "b-cif~", "cifar~", "svhn");
	}
	{
		/* One is the end of another's end. */
		static const char *const names[] = {"a-b", "c-b", "x-a-b"};
		CHECK(20, "a-b", "c-b", "x-a-b");
	}
	{
		static const char *const names[] = {"my-long-one", "my-long-two", "my-lone-one"};
		CHECK(20, "long-one", "long-two", "lone-one");
		CHECK(7, "long-o~", "long-t~", "lone-o~");
		CHECK(3, "1:~", "2:~", "3:~");
	}
#undef CHECK
}

/* ---- Figures -------------------------------------------------------------------------------- */

static void figures_read_well(void **state)
{
	char text[40];

	(void) state;
	ui_grouped(1940, text, sizeof(text));
	assert_string_equal(text, "1 940");
	ui_grouped(1234567.4, text, sizeof(text));
	assert_string_equal(text, "1 234 567");
	ui_grouped(12, text, sizeof(text));
	assert_string_equal(text, "12");
	ui_grouped(NAN, text, sizeof(text));
	assert_string_equal(text, "-");
	ui_duration(38, text, sizeof(text));
	assert_string_equal(text, "0:38");
	ui_duration(3723, text, sizeof(text));
	assert_string_equal(text, "1:02:03");
	ui_duration(NAN, text, sizeof(text));
	assert_string_equal(text, "-");
	ui_tau_text(-0.0312, text, sizeof(text));
	assert_string_equal(text, "-0.031");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(harm_looks_different),
	        cmocka_unit_test(what_harms_is_dropped_as_what_is_idle),
	        cmocka_unit_test(plots_have_marks_where_values_are),
	        cmocka_unit_test(steps_hold_and_mark_every_point),
	        cmocka_unit_test(headings_are_short_and_differ),
	        cmocka_unit_test(figures_read_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
