/*
 * The parts of the explorer, without a terminal: how it draws. Layout, ticks, cells,
 * trees, themes, surfaces.
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

#include "folder.h"

#include "action.h"
#include "evolve.h"
#include "plot.h"
#include "theme.h"
#include "tree_lines.h"
/* ---- Layout ---------------------------------------------------------------------------------- */

static void check_within(const struct ui_rect *rect, int columns, int rows)
{
	assert_true(rect->x >= 0 && rect->y >= 0 && rect->width >= 0 && rect->height >= 0);
	assert_true(rect->x + rect->width <= columns);
	assert_true(rect->y + rect->height <= rows);
}

static bool overlap(const struct ui_rect *a, const struct ui_rect *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
	       b->y < a->y + a->height;
}

static void check_layout(int columns, int rows, struct ui_split split, enum ui_pane focus,
                         bool zoomed)
{
	struct ui_layout layout = ui_layout(columns, rows, split, focus, zoomed);
	const struct ui_rect *rects[UI_PANES + 3] = {&layout.status, &layout.message, &layout.keys};
	long covered = 0;

	for (unsigned i = 0; i < UI_PANES; i++)
		rects[3 + i] = &layout.panes[i];
	for (size_t i = 0; i < EVO_COUNT(rects); i++) {
		check_within(rects[i], columns, rows);
		covered += (long) rects[i]->width * rects[i]->height;
		for (size_t j = 0; j < i; j++)
			assert_false(overlap(rects[i], rects[j]));
	}
	if (columns < 40 || rows < 12) {
		assert_int_equal(layout.kind, UI_LAYOUT_LINE);
		return;
	}
	assert_int_equal(covered, (long) columns * rows);
	bool small = columns < 80 || rows < 24;
	assert_int_equal(layout.kind, small    ? UI_LAYOUT_SINGLE
	                              : zoomed ? UI_LAYOUT_ZOOM
	                                       : UI_LAYOUT_FULL);
	for (unsigned i = 0; i < UI_PANES; i++) {
		bool shown = layout.panes[i].width > 0;
		assert_int_equal(shown, layout.kind == UI_LAYOUT_FULL || i == focus);
	}
}

static void layout_covers_the_screen_without_overlap(void **state)
{
	static const int extremes[] = {5, 57, 95};

	(void) state;
	for (int columns = 0; columns <= 210; columns += 7) {
		for (int rows = 0; rows <= 63; rows += 3) {
			for (int i = 0; i < 3; i++) {
				struct ui_split split = {extremes[i], extremes[2 - i], extremes[i]};
				check_layout(columns, rows, split, (enum ui_pane)(rows % 4),
				             columns % 2 == 0);
			}
		}
	}
	check_layout(80, 24, UI_SPLIT_DEFAULT, UI_PANE_LOG, false);
	check_layout(79, 24, UI_SPLIT_DEFAULT, UI_PANE_LOG, true);
	check_layout(40, 12, UI_SPLIT_DEFAULT, UI_PANE_TREE, false);
	check_layout(39, 12, UI_SPLIT_DEFAULT, UI_PANE_TREE, false);
}

static void a_place_belongs_to_the_pane_drawn_there(void **state)
{
	struct ui_layout layout = ui_layout(100, 30, UI_SPLIT_DEFAULT, UI_PANE_FITNESS, false);

	(void) state;
	for (unsigned i = 0; i < UI_PANES; i++) {
		const struct ui_rect *pane = &layout.panes[i];
		assert_int_equal(ui_layout_pane(&layout, pane->x, pane->y), i);
		assert_int_equal(ui_layout_pane(&layout, pane->x + pane->width - 1,
		                                pane->y + pane->height - 1),
		                 i);
	}
	assert_int_equal(ui_layout_pane(&layout, 5, 0), UI_PANES);
	assert_int_equal(ui_layout_pane(&layout, 5, 29), UI_PANES);
}

/* ---- Ticks ----------------------------------------------------------------------------------- */

/* Is it 1, 2 or 5 times a power of ten? Told from its shortest text. */
static bool is_round(double step)
{
	char text[EVO_NUMBER_SIZE];
	double mantissa = step / pow(10, floor(log10(step) + 1e-9));

	snprintf(text, sizeof(text), "%.6f", mantissa);
	return strcmp(text, "1.000000") == 0 || strcmp(text, "2.000000") == 0 ||
	       strcmp(text, "5.000000") == 0;
}

static void check_ticks(double low, double high, size_t most)
{
	struct ui_ticks ticks;
	char text[32], last[32] = "";

	ui_ticks_linear(low, high, most, &ticks);
	assert_true(ticks.count >= 2);
	assert_true(ticks.count <= (most < 5 ? 5 : most));
	double step = ticks.at[1] - ticks.at[0];
	assert_true(is_round(step));
	for (size_t i = 0; i < ticks.count; i++) {
		assert_true(ticks.at[i] >= low - step * 1e-6 && ticks.at[i] <= high + step * 1e-6);
		/* A multiple of the step. */
		double times = ticks.at[i] / step;
		assert_true(fabs(times - round(times)) < 1e-6);
		ui_tick_text(&ticks, i, text, sizeof(text));
		assert_string_not_equal(text, last);
		strcpy(last, text);
	}
}

static void ticks_are_round_distinct_and_within(void **state)
{
	static const double ranges[][2] = {{0, 1},          {0.412, 0.731}, {-0.3, 0.65},
	                                   {-0.9, -0.1},    {0, 15},        {0, 1000},
	                                   {1e-7, 3e-7},    {-1e-5, 2e-5},  {12345, 12346},
	                                   {0.6919, 0.693}, {-1e9, 3e9},    {99.5, 100.5}};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(ranges); i++) {
		for (size_t most = 2; most <= 20; most++)
			check_ticks(ranges[i][0], ranges[i][1], most);
	}
}

static void ticks_of_zero_have_no_sign(void **state)
{
	struct ui_ticks ticks;
	char text[32];

	(void) state;
	ui_ticks_linear(-0.2, 0.3, 6, &ticks);
	for (size_t i = 0; i < ticks.count; i++) {
		ui_tick_text(&ticks, i, text, sizeof(text));
		if (fabs(ticks.at[i]) < 1e-12)
			assert_string_equal(text, "0.0");
	}
}

static void constant_ranges_are_widened(void **state)
{
	static const double constants[] = {0, 0.5, -0.5, 1e-9, -3, 1e6};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(constants); i++) {
		double low = constants[i], high = constants[i];
		ui_range_widen(&low, &high);
		assert_true(low < constants[i] && constants[i] < high);
		check_ticks(low, high, 5);
	}
	double low = 0.1, high = 0.7;
	ui_range_widen(&low, &high);
	assert_true(low == 0.1 && high == 0.7);
}

static void logarithmic_ticks_are_one_two_five(void **state)
{
	struct ui_ticks ticks;
	char text[32];

	(void) state;
	ui_ticks_log(1, 100, 10, &ticks);
	static const double want[] = {1, 2, 5, 10, 20, 50, 100};
	assert_int_equal(ticks.count, EVO_COUNT(want));
	for (size_t i = 0; i < ticks.count; i++)
		assert_true(fabs(ticks.at[i] - want[i]) < 1e-9 * want[i]);
	ui_tick_text(&ticks, 6, text, sizeof(text));
	assert_string_equal(text, "100");
	ui_ticks_log(1e-12, 1e12, 6, &ticks);
	assert_true(ticks.count >= 2 && ticks.count <= 8);
	struct ui_axis axis = {.low = 1, .high = 100, .logarithmic = true};
	assert_true(fabs(ui_axis_share(&axis, 10) - 0.5) < 1e-12);
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static void braille_cells_have_their_dots(void **state)
{
	(void) state;
	assert_int_equal(ui_cell_braille(0), ' ');
	assert_int_equal(ui_cell_braille(0xff), 0x28ff);
	/* Top left is dot 1, top right dot 4, bottom left dot 7, bottom right dot 8. */
	assert_int_equal(ui_cell_braille(1u << 0), 0x2801);
	assert_int_equal(ui_cell_braille(1u << 1), 0x2808);
	assert_int_equal(ui_cell_braille(1u << 6), 0x2840);
	assert_int_equal(ui_cell_braille(1u << 7), 0x2880);
	bool seen[256] = {false};
	for (unsigned dots = 1; dots < 256; dots++) {
		uint32_t code = ui_cell_braille(dots);
		assert_true(code > 0x2800 && code <= 0x28ff && !seen[code - 0x2800]);
		seen[code - 0x2800] = true;
	}
}

static void ascii_cells_have_the_same_shape(void **state)
{
	(void) state;
	assert_int_equal(ui_cell_ascii(0), ' ');
	assert_int_equal(ui_cell_ascii(3u << 0), '\'');
	assert_int_equal(ui_cell_ascii(3u << 2), '-');
	assert_int_equal(ui_cell_ascii(3u << 4), '-');
	assert_int_equal(ui_cell_ascii(3u << 6), '.');
	assert_int_equal(ui_cell_ascii(0x55), '|');
	assert_int_equal(ui_cell_ascii(1u << 0 | 1u << 6), ':');
	assert_int_equal(ui_cell_ascii(0xff), '#');
	for (unsigned dots = 1; dots < 256; dots++)
		assert_true(ui_cell_ascii(dots) > ' ' && ui_cell_ascii(dots) < 0x7f);
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static char *tree_text(const char *expression, const struct ui_glyphs *glyphs)
{
	struct evo_tree tree;
	struct evo_error err = {0};
	struct evo_text text;

	evo_text_init(&text);
	assert_true(evo_tree_parse(expression, &tree, &err));
	for (size_t i = 0; i < tree.size; i++) {
		ui_tree_line(&tree, i, glyphs, &text);
		evo_text_append(&text, "\n");
	}
	char *copy = evo_strdup(text.data);
	evo_text_clear(&text);
	return copy;
}

static void check_tree(const char *expression, const struct ui_glyphs *glyphs, const char *want)
{
	char *text = tree_text(expression, glyphs);

	assert_string_equal(text, want);
	free(text);
}

static void trees_are_drawn_in_both_glyph_sets(void **state)
{
	(void) state;
	check_tree("flops", &ui_glyphs_utf8, "flops\n");
	check_tree("mul(layer_sum(frob(add(w, x.d))), inv(layer_max(l1(y.n))))", &ui_glyphs_utf8,
	           "mul\n"
	           "├─ layer_sum\n"
	           "│  └─ frob\n"
	           "│     └─ add\n"
	           "│        ├─ w\n"
	           "│        └─ x.d\n"
	           "└─ inv\n"
	           "   └─ layer_max\n"
	           "      └─ l1\n"
	           "         └─ y.n\n");
	check_tree("mul(layer_sum(frob(add(w, x.d))), 0.5)", &ui_glyphs_ascii,
	           "mul\n"
	           "|- layer_sum\n"
	           "|  `- frob\n"
	           "|     `- add\n"
	           "|        |- w\n"
	           "|        `- x.d\n"
	           "`- 0.5\n");
}

/* ---- Themes ---------------------------------------------------------------------------------- */

/* What a theme file of this text is refused for, with its line. */
static void check_refused(const char *text, const char *part, size_t line)
{
	char path[] = "/tmp/evoscope-theme-XXXXXX";
	struct evo_error err = {0};
	struct ui_theme theme, before;
	int descriptor = mkstemp(path);

	assert_true(descriptor >= 0);
	close(descriptor);
	assert_true(file_put(path, text, strlen(text)));
	ui_theme_builtin(&theme);
	before = theme;
	assert_false(ui_theme_read(path, &theme, &err));
	assert_memory_equal(&theme, &before, sizeof(theme));
	assert_non_null(strstr(err.message, part));
	assert_string_equal(err.file, path);
	assert_int_equal(err.line, line);
	unlink(path);
}

static void broken_themes_are_refused_with_their_line(void **state)
{
	(void) state;
	check_refused("[colours]\ntext = default\naccent = reddish\n", "'reddish'", 3);
	check_refused("[colours]\ndim = 256\n", "'256'", 2);
	check_refused("[colours]\ndim = red on\n", "nothing follows 'on'", 2);
	check_refused("[colours]\n\nborde = red\n", "did you mean 'border'", 3);
	check_refused("[colors]\ntext = red\n", "[colours]", 2);
	check_refused("[colours]\ntext = red blue\n", "'blue'", 2);
}

static void styles_are_read(void **state)
{
	struct ui_style style;

	(void) state;
	assert_true(ui_style_parse("bright-red on 17 bold underline", &style, NULL));
	assert_int_equal(style.foreground, 9);
	assert_int_equal(style.background, 17);
	assert_int_equal(style.attributes, UI_BOLD | UI_UNDERLINE);
	assert_true(ui_style_parse("reverse", &style, NULL));
	assert_int_equal(style.foreground, UI_COLOUR_DEFAULT);
}

static void every_shipped_theme_is_good(void **state)
{
	static const char *const names[] = {"dark", "light", "mono", "high-contrast", "terminal"};
	struct ui_theme theme, dark;
	struct evo_error err = {0};

	(void) state;
	ui_theme_builtin(&dark);
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		assert_true(ui_theme_load(names[i], &theme, &err));
		assert_string_equal(theme.name, names[i]);
		if (i == 0)
			assert_memory_equal(theme.styles, dark.styles, sizeof(dark.styles));
	}
	for (unsigned i = 0; i < UI_ROLE_COUNT; i++) {
		assert_true(theme.styles[i].foreground < 16);
		assert_true(theme.styles[i].background < 16);
	}
	for (unsigned i = 0; i < UI_ROLE_COUNT; i++) {
		assert_true(ui_theme_load("mono", &theme, &err));
		assert_int_equal(theme.styles[i].foreground, UI_COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].background, UI_COLOUR_DEFAULT);
	}
	assert_false(ui_theme_load("../dark", &theme, &err));
}

static void fewer_colours_keep_what_is_marked(void **state)
{
	struct ui_style selection = {255, 238, UI_BOLD}, grey = {240, -1, 0}, sky = {117, -1, 0};

	(void) state;
	assert_int_equal(ui_style_degrade(selection, 256).background, 238);
	struct ui_style none = ui_style_degrade(selection, 0);
	assert_int_equal(none.background, UI_COLOUR_DEFAULT);
	assert_true((none.attributes & UI_REVERSE) != 0);
	struct ui_style eight = ui_style_degrade(selection, 8);
	assert_true(eight.background > 0 || (eight.attributes & UI_REVERSE) != 0);
	/* Grey text must not turn black. */
	assert_int_not_equal(ui_style_degrade(grey, 8).foreground, 0);
	assert_true(ui_style_degrade(sky, 8).foreground < 8);
	assert_true(ui_style_degrade(sky, 16).foreground < 16);
}

/* ---- Surfaces -------------------------------------------------------------------------------- */

static void check_row(const struct ui_surface *surface, int row, const char *want)
{
	struct evo_text text;

	evo_text_init(&text);
	ui_surface_row(surface, row, &text);
	assert_string_equal(text.data, want);
	evo_text_clear(&text);
}

static void text_is_clipped_cut_and_made_printable(void **state)
{
	struct ui_surface surface;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_utf8);
	ui_surface_resize(&surface, 10, 5);
	struct ui_area area = ui_area_sub(ui_surface_area(&surface), 2, 0, 6, 5);
	ui_text(area, -2, 0, UI_ROLE_TEXT, "abcdefghijkl");
	check_row(&surface, 0, "  cdefgh");
	ui_text_fit(area, 0, 1, 4, UI_ROLE_TEXT, "abcdef");
	check_row(&surface, 1, "  abc…");
	ui_text(area, 0, 2, UI_ROLE_TEXT, "\x1b[\xe9");
	check_row(&surface, 2, "  \\x1b[\\");
	ui_text_right(area, 6, 3, UI_ROLE_TEXT, "é1");
	check_row(&surface, 3, "      é1");
	ui_text(area, 0, 99, UI_ROLE_TEXT, "nowhere");
	ui_surface_free(&surface);

	ui_surface_init(&surface, &ui_glyphs_ascii);
	ui_surface_resize(&surface, 10, 1);
	ui_text_fit(ui_surface_area(&surface), 0, 0, 4, UI_ROLE_TEXT, "é23456");
	check_row(&surface, 0, "?23~");
	ui_surface_free(&surface);
}

static void bars_fill_by_eighths(void **state)
{
	struct ui_surface surface;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_utf8);
	ui_surface_resize(&surface, 6, 1);
	ui_bar(ui_surface_area(&surface), 0, 0, 6, 0.625, UI_ROLE_ACCENT);
	check_row(&surface, 0, "▕██▌ ▏");
	ui_bar(ui_surface_area(&surface), 0, 0, 6, NAN, UI_ROLE_ACCENT);
	check_row(&surface, 0, "▕    ▏");
	ui_bar(ui_surface_area(&surface), 0, 0, 6, 7, UI_ROLE_ACCENT);
	check_row(&surface, 0, "▕████▏");
	ui_surface_free(&surface);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(layout_covers_the_screen_without_overlap),
	        cmocka_unit_test(a_place_belongs_to_the_pane_drawn_there),
	        cmocka_unit_test(ticks_are_round_distinct_and_within),
	        cmocka_unit_test(ticks_of_zero_have_no_sign),
	        cmocka_unit_test(constant_ranges_are_widened),
	        cmocka_unit_test(logarithmic_ticks_are_one_two_five),
	        cmocka_unit_test(braille_cells_have_their_dots),
	        cmocka_unit_test(ascii_cells_have_the_same_shape),
	        cmocka_unit_test(trees_are_drawn_in_both_glyph_sets),
	        cmocka_unit_test(broken_themes_are_refused_with_their_line),
	        cmocka_unit_test(styles_are_read),
	        cmocka_unit_test(every_shipped_theme_is_good),
	        cmocka_unit_test(fewer_colours_keep_what_is_marked),
	        cmocka_unit_test(text_is_clipped_cut_and_made_printable),
	        cmocka_unit_test(bars_fill_by_eighths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
