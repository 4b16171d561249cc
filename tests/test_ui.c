/*
 * The parts of the explorer, without a terminal: layout, ticks, cells, trees, themes, keys,
 * completion, the edited line, scripts.
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
#include "bindings.h"
#include "complete.h"
#include "editline.h"
#include "evolve.h"
#include "plot.h"
#include "script.h"
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

	snprintf(text, sizeof text, "%.6f", mantissa);
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
		ui_tick_text(&ticks, i, text, sizeof text);
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
		ui_tick_text(&ticks, i, text, sizeof text);
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
	ui_tick_text(&ticks, 6, text, sizeof text);
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

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* What a theme file of this text is refused for, with its line. */
static void check_refused(const char *text, const char *part, size_t line)
{
	char path[] = "/tmp/evoscope-theme-XXXXXX";
	struct evo_error err = {0};
	struct ui_theme theme, before;
	int descriptor = mkstemp(path);

	assert_true(descriptor >= 0);
	close(descriptor);
	write_file(path, text);
	ui_theme_builtin(&theme);
	before = theme;
	assert_false(ui_theme_read(path, &theme, &err));
	assert_memory_equal(&theme, &before, sizeof theme);
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
	check_refused("[colours]\ndim = red on\n", "follow 'on'", 2);
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
			assert_memory_equal(theme.styles, dark.styles, sizeof dark.styles);
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

/* ---- Actions and keys ------------------------------------------------------------------------ */

static bool bindings(const char *text, struct evo_error *err)
{
	char *folder = folder_make(), *path = evo_path_join(folder, "keys.ini");
	bool good;

	*err = (struct evo_error){0};
	assert_true(file_put(path, text, strlen(text)));
	good = ui_bindings_read(path, err);
	assert_int_equal(folder_close(folder, path), 0);
	return good;
}

static void keys_can_be_changed(void **state)
{
	struct evo_error err;

	(void) state;
	assert_true(bindings("[keys]\npause = w C-p\nstep = none\n", &err));
	assert_int_equal(ui_action_of_key('w', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	assert_int_equal(ui_action_of_key('p' & 0x1f, UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_COUNT);
	assert_int_equal(ui_action_of_key('n', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_COUNT);
	/* What a file does not name has its own keys again. */
	assert_true(bindings("[keys]\n", &err));
	assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
}

static void wrong_keys_change_nothing(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *says;
	} cases[] = {
	        {"[keys]\npause = w\n\nstep = w\n", 2, "w is a key of 'step' already"},
	        {"[keys]\npause = i\n", 2, "i is a key of 'inject' already"},
	        {"[keys]\npauze = w\n", 2, "did you mean 'pause'?"},
	        {"[keys]\npau = w\n", 2, "cut short"},
	        {"[keys]\nstop = Strg\n", 2, "'Strg' is not a key"},
	        {"[knobs]\npause = w\n", 2, "not [knobs]"},
	};
	struct evo_error err;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		assert_false(bindings(cases[i].text, &err));
		assert_int_equal(err.line, cases[i].line);
		if (strstr(err.message, cases[i].says) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, cases[i].says);
		assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	}
}

static void no_key_means_two_things(void **state)
{
	uint32_t one, two;

	(void) state;
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		for (unsigned j = 0; j < i; j++) {
			if ((ui_actions[i].where & ui_actions[j].where) == 0 ||
			    (ui_actions[i].when & ui_actions[j].when) == 0)
				continue;
			for (size_t k = 0; (one = ui_action_key(i, k)) != UI_KEY_NONE; k++) {
				for (size_t l = 0; (two = ui_action_key(j, l)) != UI_KEY_NONE; l++)
					assert_int_not_equal(one, two);
			}
		}
	}
}

static void every_action_can_be_reached_and_is_explained(void **state)
{
	(void) state;
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		const struct ui_action_row *row = &ui_actions[i];
		enum ui_action found;
		assert_true(strlen(row->help) > 5);
		assert_true(row->where != 0 && row->when != 0);
		assert_true(ui_action_find(row->name, strlen(row->name), &found, NULL));
		assert_int_equal(found, i);
		/* Every word of its keys is the name of a key. */
		size_t words = *row->keys != '\0', keys = 0;
		for (const char *c = row->keys; *c != '\0'; c++)
			words += *c == ' ';
		while (ui_action_key(i, keys) != UI_KEY_NONE)
			keys++;
		assert_int_equal(keys, words);
	}
}

static void names_of_commands_may_be_cut_short(void **state)
{
	struct evo_error err = {0};
	enum ui_action action;

	(void) state;
	assert_true(ui_action_find("inj", 3, &action, &err));
	assert_int_equal(action, UI_ACTION_INJECT);
	assert_false(ui_action_find("s", 1, &action, &err));
	evo_error_clear(&err);
	assert_false(ui_action_find("injcet", 6, &action, &err));
	assert_non_null(strstr(err.message, "did you mean 'inject'"));
}

static void keys_have_names_both_ways(void **state)
{
	static const uint32_t keys[] = {'a',
	                                'G',
	                                '?',
	                                ':',
	                                1,
	                                12,
	                                UI_KEY_ENTER,
	                                UI_KEY_TAB,
	                                UI_KEY_ESCAPE,
	                                UI_KEY_UP,
	                                UI_KEY_PAGE_DOWN,
	                                UI_KEY_BACK_TAB,
	                                UI_KEY_BACKSPACE,
	                                UI_KEY_DELETE,
	                                0xe9,
	                                UI_KEY_SPACE};
	char name[UI_KEY_NAME_SIZE];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(keys); i++) {
		ui_key_name(keys[i], name);
		assert_int_equal(ui_key_find(name, strlen(name)), keys[i]);
	}
	assert_int_equal(ui_key_find("Entre", 5), UI_KEY_NONE);
}

static void the_key_line_names_what_can_be_done_now(void **state)
{
	struct ui_surface surface;
	struct evo_text line;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_utf8);
	evo_text_init(&line);
	ui_surface_resize(&surface, 80, 1);
	ui_key_line(ui_surface_area(&surface), UI_IN_POPULATION, UI_WHEN_IDLE);
	ui_surface_row(&surface, 0, &line);
	assert_non_null(strstr(line.data, "s start"));
	assert_null(strstr(line.data, "pause"));
	assert_non_null(strstr(line.data, "? help  q quit"));
	evo_text_reset(&line);
	ui_surface_clear(&surface);
	ui_key_line(ui_surface_area(&surface), UI_IN_TREE, UI_WHEN_GOING);
	ui_surface_row(&surface, 0, &line);
	assert_non_null(strstr(line.data, "p pause"));
	assert_null(strstr(line.data, "start"));
	evo_text_clear(&line);
	ui_surface_free(&surface);
}

/* ---- Completion ------------------------------------------------------------------------------ */

static void check_completion(const char *line, size_t from, const char *first, size_t at_least)
{
	struct ui_candidates candidates;

	ui_complete(line, &candidates);
	assert_true(candidates.count >= at_least);
	assert_int_equal(candidates.from, from);
	if (first != NULL)
		assert_string_equal(candidates.words[0], first);
	ui_candidates_free(&candidates);
}

static void commands_and_arguments_are_completed(void **state)
{
	struct ui_candidates candidates;

	(void) state;
	check_completion("", 0, NULL, UI_ACTION_COUNT);
	check_completion("inj", 0, "inject", 1);
	check_completion("inject layer_me", 7, "layer_mean", 1);
	check_completion("inject add(layer_sum(fr", 21, "frob", 1);
	check_completion("inject ezna", 7, "eznas-a", 3);
	check_completion("export ", 7, "csv", 1);
	check_completion("wait i", 5, "idle", 1);
	check_completion("theme d", 6, "dark", 1);
	check_completion("set crosso", 4, "crossover", 1);
	ui_complete("inject layer_", &candidates);
	assert_true(candidates.count > 3);
	assert_true(ui_candidates_common(&candidates) >= 6);
	ui_candidates_free(&candidates);
	/* A primitive, a terminal and a proxy: still one word. */
	ui_complete("inject jacov", &candidates);
	assert_int_equal(candidates.count, 2);
	assert_string_equal(candidates.words[0], "jacov");
	assert_string_equal(candidates.words[1], "jacov-tree");
	ui_candidates_free(&candidates);
	ui_complete("nonsense x", &candidates);
	assert_int_equal(candidates.count, 0);
}

/* ---- The edited line ------------------------------------------------------------------------- */

static void type(struct ui_editline *line, const char *keys)
{
	uint32_t key;

	while (*keys != '\0') {
		assert_true(ui_script_key(&keys, &key, NULL));
		ui_editline_key(line, key);
	}
}

static void check_line(const char *keys, const char *want, size_t cursor)
{
	struct ui_editline line = {0};

	type(&line, keys);
	assert_string_equal(line.text, want);
	assert_int_equal(line.length, strlen(want));
	assert_int_equal(line.cursor, cursor);
}

static void lines_are_edited(void **state)
{
	(void) state;
	check_line("abc", "abc", 3);
	check_line("abc<Left><Left>x", "axbc", 2);
	check_line("abc<C-a>x<C-e>y", "xabcy", 5);
	check_line("abc<BS><BS>", "a", 1);
	check_line("abc<Home><Del>", "bc", 0);
	check_line("one two three<C-w>", "one two ", 8);
	check_line("one two<C-u>x", "x", 1);
	check_line("one two<Left><Left><C-k>", "one t", 5);
	/* Whole characters, not bytes. */
	check_line("h\xc3\xa9y<Left><BS>", "hy", 1);
	check_line("<BS><Del><Left><C-w>", "", 0);
	check_line("a<lt>b", "a<b", 3);
}

static void a_full_line_takes_no_more(void **state)
{
	struct ui_editline line = {0};

	(void) state;
	for (int i = 0; i < UI_LINE_MAX + 50; i++)
		ui_editline_key(&line, 'x');
	assert_int_equal(line.length, UI_LINE_MAX - 1);
	assert_int_equal(strlen(line.text), UI_LINE_MAX - 1);
}

static void history_is_recalled_and_kept(void **state)
{
	char path[] = "/tmp/evoscope-history-XXXXXX";
	struct ui_history history = {0}, again = {0};
	struct ui_editline line = {.history = &history};
	int descriptor = mkstemp(path);

	(void) state;
	close(descriptor);
	ui_history_add(&history, "first");
	ui_history_add(&history, "second");
	ui_history_add(&history, "second");
	assert_int_equal(history.count, 2);
	ui_editline_set(&line, "");
	type(&line, "new<Up>");
	assert_string_equal(line.text, "second");
	type(&line, "<Up><Up>");
	assert_string_equal(line.text, "first");
	type(&line, "<Down><Down><Down>");
	assert_string_equal(line.text, "new");
	assert_true(ui_history_write(&history, path, NULL));
	ui_history_read(&again, path);
	assert_int_equal(again.count, 2);
	assert_string_equal(again.lines[1], "second");
	ui_history_free(&history);
	ui_history_free(&again);
	unlink(path);
}

/* ---- Scripts --------------------------------------------------------------------------------- */

static void scripts_are_read_line_by_line(void **state)
{
	char path[] = "/tmp/evoscope-script-XXXXXX";
	struct ui_script script;
	struct evo_error err = {0};
	int descriptor = mkstemp(path);

	(void) state;
	close(descriptor);
	write_file(path, "# a comment\n\nkeys s<Tab>\r\n:wait idle");
	assert_true(ui_script_open(&script, path, &err));
	char *line = ui_script_line(&script);
	assert_string_equal(line, "keys s<Tab>");
	assert_int_equal(script.line, 3);
	free(line);
	line = ui_script_line(&script);
	assert_string_equal(line, ":wait idle");
	free(line);
	assert_null(ui_script_line(&script));
	ui_script_close(&script);
	unlink(path);
	const char *keys = "<Nope>";
	uint32_t key;
	assert_false(ui_script_key(&keys, &key, &err));
}

static void waits_end_when_their_time_has_come(void **state)
{
	struct evo_snapshot snapshot = {.state = EVO_RUN_RUNNING, .generation = 2};
	struct ui_wait wait = {0};

	(void) state;
	assert_true(ui_wait_parse("generation 3", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.generation = 3;
	assert_true(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_parse("idle", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.state = EVO_RUN_PAUSED;
	/* Screens rest, too. */
	assert_false(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_over(&wait, &snapshot, false));
	assert_true(ui_wait_parse("generation 9", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.state = EVO_RUN_FAILED;
	assert_true(ui_wait_over(&wait, &snapshot, true));
	/* Scores come whether or not the search goes on. */
	assert_true(ui_wait_parse("scores", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_over(&wait, &snapshot, false));
	assert_false(ui_wait_parse("generation x", &wait, NULL));
	assert_false(ui_wait_parse("forever", &wait, NULL));
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
	ui_text(area, 0, 2, UI_ROLE_TEXT, "a\x1b[1\x7f\xff");
	check_row(&surface, 2, "  a?[1??");
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
	        cmocka_unit_test(no_key_means_two_things),
	        cmocka_unit_test(keys_can_be_changed),
	        cmocka_unit_test(wrong_keys_change_nothing),
	        cmocka_unit_test(every_action_can_be_reached_and_is_explained),
	        cmocka_unit_test(names_of_commands_may_be_cut_short),
	        cmocka_unit_test(keys_have_names_both_ways),
	        cmocka_unit_test(the_key_line_names_what_can_be_done_now),
	        cmocka_unit_test(commands_and_arguments_are_completed),
	        cmocka_unit_test(lines_are_edited),
	        cmocka_unit_test(a_full_line_takes_no_more),
	        cmocka_unit_test(history_is_recalled_and_kept),
	        cmocka_unit_test(scripts_are_read_line_by_line),
	        cmocka_unit_test(waits_end_when_their_time_has_come),
	        cmocka_unit_test(text_is_clipped_cut_and_made_printable),
	        cmocka_unit_test(bars_fill_by_eighths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
