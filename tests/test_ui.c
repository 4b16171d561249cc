/*
 * The explorer without a terminal: layout, ticks, cells, trees, themes, keys, completion, the
 * edited line, and whole Evolve screens of hand-made snapshots.
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
	struct ui_axis axis = {1, 100, true};
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
	static const char *const names[] = {"dark", "light", "mono", "high-contrast"};
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
	assert_false(ui_wait_over(&wait, &snapshot));
	snapshot.generation = 3;
	assert_true(ui_wait_over(&wait, &snapshot));
	assert_true(ui_wait_parse("idle", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot));
	snapshot.state = EVO_RUN_PAUSED;
	assert_true(ui_wait_over(&wait, &snapshot));
	assert_true(ui_wait_parse("generation 9", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot));
	snapshot.state = EVO_RUN_FAILED;
	assert_true(ui_wait_over(&wait, &snapshot));
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

/* ---- Evolve screens of hand-made snapshots -------------------------------------------------- */

#define POPULATION  30
#define GENERATIONS 12

struct world {
	struct evo_individual individuals[POPULATION];
	const struct evo_individual *population[POPULATION];
	struct evo_generation history[GENERATIONS];
	struct evo_snapshot snapshot;
	struct ui_model model;
	struct ui_evolve evolve;
	struct ui_surface surface;
};

static void make_individual(struct evo_individual *individual, size_t rank)
{
	static const char *const expressions[] = {
	        "layer_mean(frob(sigmoid(logdet(sign(gx.d)))))", "flops",
	        "mul(layer_sum(frob(add(w, x.d))), inv(layer_max(l1(y.n))))"};

	*individual = (struct evo_individual){.id = 100 + rank,
	                                      .parents = {7, 8},
	                                      .origin = EVO_ORIGIN_CROSSOVER,
	                                      .born = rank % GENERATIONS,
	                                      .direction = rank % 2 == 0 ? 1 : -1,
	                                      .fitness = 0.7 - 0.01 * (double) rank};
	if (rank == 2) {
		individual->origin = EVO_ORIGIN_INJECTED;
		individual->injected = true;
	}
	for (size_t i = 0; i < EVO_CASES_MAX; i++) {
		individual->tau[0][i] = individual->direction * individual->fitness;
		individual->tau[1][i] = individual->tau[0][i] - 0.03;
	}
	assert_true(evo_tree_parse(expressions[rank % 3], &individual->tree, NULL));
}

static void make_history(struct evo_generation *history)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		double best = 0.7 - 0.3 / (double) (i + 1);
		history[i] = (struct evo_generation){.generation = i,
		                                     .best = best,
		                                     .mean = best - 0.2,
		                                     .median = best - 0.15,
		                                     .min = i == 3 ? NAN : -0.1,
		                                     .best_validation = best - 0.05};
		for (size_t j = 0; j < EVO_CASES_MAX; j++) {
			history[i].tau[0][j] = best + 0.01 * (double) j;
			history[i].tau[1][j] = best - 0.04;
		}
	}
}

static struct world *make_world(size_t cases, const struct ui_glyphs *glyphs)
{
	static const char *const names[] = {"nb201-cifar10", "nb201-cifar100",
	                                    "nb201-imagenet16-120"};
	static const char *const references[] = {"units", "params", "eznas-a"};
	struct world *world = calloc(1, sizeof *world);
	struct evo_snapshot *snapshot = &world->snapshot;

	for (size_t i = 0; i < POPULATION; i++) {
		make_individual(&world->individuals[i], i);
		world->population[i] = &world->individuals[i];
	}
	make_history(world->history);
	*snapshot = (struct evo_snapshot){.serial = 1,
	                                  .state = EVO_RUN_RUNNING,
	                                  .preset = "eznas",
	                                  .seed = 7,
	                                  .generation = GENERATIONS,
	                                  .generations = 15,
	                                  .phase_done = 61,
	                                  .phase_total = 100,
	                                  .live_best = 0.69,
	                                  .remaining = 38,
	                                  .evaluations_per_second = 1940,
	                                  .case_count = cases,
	                                  .reference_count = 3,
	                                  .population = world->population,
	                                  .population_count = POPULATION,
	                                  .history = world->history,
	                                  .history_count = GENERATIONS};
	for (size_t i = 0; i < cases; i++) {
		struct evo_run_case *one = &snapshot->cases[i];
		snprintf(one->name, sizeof one->name, "%s", names[i % 3]);
		snprintf(one->images, sizeof one->images, "noise, no images given");
		one->train = 300;
		one->validation = 100;
	}
	for (size_t i = 0; i < 3; i++)
		snprintf(snapshot->references[i].name, sizeof snapshot->references[i].name, "%s",
		         references[i]);
	world->model.snapshot = snapshot;
	ui_evolve_init(&world->evolve);
	ui_evolve_update(&world->evolve, &world->model);
	ui_surface_init(&world->surface, glyphs);
	return world;
}

static void free_world(struct world *world)
{
	ui_evolve_free(&world->evolve);
	ui_surface_free(&world->surface);
	ui_log_free(&world->model.log);
	free(world);
}

/* The screen as text; caller frees. */
static char *screen(struct world *world, int columns, int rows)
{
	struct evo_text text;

	evo_text_init(&text);
	ui_surface_resize(&world->surface, columns, rows);
	ui_evolve_draw(&world->evolve, &world->model, &world->surface);
	for (int y = 0; y < rows; y++) {
		ui_surface_row(&world->surface, y, &text);
		evo_text_append(&text, "\n");
	}
	char *copy = evo_strdup(text.data);
	evo_text_clear(&text);
	return copy;
}

static void check_shows(struct world *world, int columns, int rows, const char *part)
{
	char *text = screen(world, columns, rows);

	if (strstr(text, part) == NULL)
		print_error("no '%s' in\n%s", part, text);
	assert_non_null(strstr(text, part));
	free(text);
}

static void act(struct world *world, enum ui_action action)
{
	assert_int_equal(ui_evolve_request(&world->evolve, &world->model, action, NULL, NULL),
	                 UI_DONE);
}

static void the_evolve_screen_tells_the_search(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	check_shows(world, 120, 40, "nb201-cifar10");
	check_shows(world, 120, 40, "RUNNING gen 12/15");
	check_shows(world, 120, 40, "61 %");
	check_shows(world, 120, 40, "1 940 ev/s");
	check_shows(world, 120, 40, "0:38 left");
	check_shows(world, 120, 40, "noise, no images given");
	check_shows(world, 120, 40, "300 train + 100 validation networks");
	check_shows(world, 120, 40, "Best #100");
	check_shows(world, 120, 40, "└─ gx.d");
	check_shows(world, 120, 40, "crossover of #7 and #8");
	check_shows(world, 120, 40, "given units");
	check_shows(world, 120, 40, "eznas-a");
	check_shows(world, 120, 40, "◆");
	check_shows(world, 80, 24, "injected");
	check_shows(world, 80, 24, "* best");
	check_shows(world, 80, 24, "+ validation");
	check_shows(world, 60, 20, "one pane at a time");
	check_shows(world, 39, 20, "needs 40x12");
	world->model.fixed_clock = true;
	char *text = screen(world, 120, 40);
	assert_null(strstr(text, "ev/s"));
	free(text);
	free_world(world);
}

static void ascii_screens_are_ascii(void **state)
{
	struct world *world = make_world(3, &ui_glyphs_ascii);

	(void) state;
	for (int columns = 40; columns < 200; columns += 31) {
		char *text = screen(world, columns, 40);
		for (const char *c = text; *c != '\0'; c++)
			assert_true((unsigned char) *c < 0x80);
		free(text);
	}
	free_world(world);
}

/* Whatever the size, the focus and the number of benchmarks: nothing is drawn outside (the
   sanitizers would tell), and borders stay whole. */
static void screens_of_every_size_are_drawn(void **state)
{
	static const size_t cases[] = {0, 1, 3, 16};

	(void) state;
	for (size_t c = 0; c < EVO_COUNT(cases); c++) {
		struct world *world = make_world(cases[c], &ui_glyphs_utf8);
		for (int columns = 0; columns <= 200; columns += columns < 90 ? 9 : 37) {
			for (int rows = 0; rows <= 60; rows += rows < 26 ? 3 : 11) {
				free(screen(world, columns, rows));
				act(world, UI_ACTION_FOCUS_NEXT);
				act(world, UI_ACTION_PAGE_DOWN);
				act(world, UI_ACTION_BENCHMARK);
				act(world, rows % 2 == 0 ? UI_ACTION_WIDER : UI_ACTION_HIGHER);
				act(world, UI_ACTION_LEFT);
			}
		}
		free_world(world);
	}
}

static void an_empty_search_says_how_to_start(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	world->snapshot.state = EVO_RUN_IDLE;
	world->snapshot.population_count = world->snapshot.history_count = 0;
	world->snapshot.generation = 0;
	ui_evolve_update(&world->evolve, &world->model);
	check_shows(world, 80, 24, "Press s or Enter to start");
	check_shows(world, 80, 24, "noise, no images given");
	check_shows(world, 80, 24, "s start");
	world->snapshot.state = EVO_RUN_FAILED;
	snprintf(world->snapshot.error, sizeof world->snapshot.error, "the disk is full");
	check_shows(world, 80, 24, "FAILED");
	check_shows(world, 80, 24, "the disk is full");
	free_world(world);
}

/* ---- The population table -------------------------------------------------------------------- */

static uint64_t selected_id(const struct world *world)
{
	return ui_evolve_selected(&world->evolve, &world->model)->id;
}

static void the_table_sorts_both_ways(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	while (population->sort != UI_SORT_SIZE)
		ui_population_sort(population, &world->snapshot, 1);
	for (size_t i = 1; i < population->count; i++)
		assert_true(world->population[population->rows[i - 1]]->tree.size <=
		            world->population[population->rows[i]]->tree.size);
	act(world, UI_ACTION_REVERSE);
	for (size_t i = 1; i < population->count; i++)
		assert_true(world->population[population->rows[i - 1]]->tree.size >=
		            world->population[population->rows[i]]->tree.size);
	/* Going round comes back, over columns that there are only. */
	for (unsigned i = 0; i < 7; i++)
		ui_population_sort(population, &world->snapshot, 1);
	assert_int_equal(population->sort, UI_SORT_SIZE);
	free_world(world);
}

static void the_filter_keeps_matching_rows(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "FLOPS", NULL);
	assert_int_equal(population->count, POPULATION / 3);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "injected", NULL);
	assert_int_equal(population->count, 1);
	assert_int_equal(selected_id(world), 102);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "#117", NULL);
	assert_int_equal(population->count, 1);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "nothing", NULL);
	assert_int_equal(population->count, 0);
	assert_null(ui_evolve_selected(&world->evolve, &world->model));
	check_shows(world, 120, 40, "No row contains the filter");
	act(world, UI_ACTION_BACK);
	assert_int_equal(population->count, POPULATION);
	free_world(world);
}

static void the_cursor_stays_on_its_individual(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	free(screen(world, 80, 24));
	assert_int_equal(selected_id(world), 100);
	for (int i = 0; i < 5; i++)
		act(world, UI_ACTION_DOWN);
	assert_int_equal(selected_id(world), 105);
	/* The next generation has a new best: everybody moves down a row. */
	const struct evo_individual *last = world->population[POPULATION - 1];
	memmove(world->population + 1, world->population,
	        (POPULATION - 1) * sizeof *world->population);
	world->population[0] = last;
	ui_evolve_update(&world->evolve, &world->model);
	assert_int_equal(selected_id(world), 105);
	/* At the top it follows whoever is the best. */
	act(world, UI_ACTION_FIRST);
	assert_int_equal(selected_id(world), last->id);
	world->population[0] = world->population[1];
	ui_evolve_update(&world->evolve, &world->model);
	assert_int_equal(selected_id(world), 100);
	free_world(world);
}

static void a_click_selects_the_row_that_is_drawn_there(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_ascii);

	(void) state;
	free(screen(world, 100, 30));
	const struct ui_rect *pane = &world->evolve.layout.panes[UI_PANE_POPULATION];
	ui_evolve_mouse(&world->evolve, &world->model, pane->x + 5, pane->y + 2 + 3, 0);
	assert_int_equal(selected_id(world), 103);
	free(screen(world, 100, 30));
	assert_int_equal(world->surface.cells[(pane->y + 2 + 3) * 100 + pane->x + 1].code, '>');
	const struct ui_rect *log = &world->evolve.layout.panes[UI_PANE_LOG];
	ui_evolve_mouse(&world->evolve, &world->model, log->x, log->y, 0);
	assert_int_equal(world->evolve.focus, UI_PANE_LOG);
	assert_int_equal(selected_id(world), 103);
	ui_evolve_mouse(&world->evolve, &world->model, pane->x + 5, pane->y + 5, 1);
	assert_int_equal(selected_id(world), 106);
	free_world(world);
}

/* ---- The plot ------------------------------------------------------------------------------- */

static void plots_have_marks_where_values_are(void **state)
{
	static const double x[] = {0, 5, 10}, up[] = {0, 0.5, 1}, down[] = {1, NAN, 0};
	struct ui_series series[] = {{"up", UI_ROLE_SERIES_1, '*', UI_LINE_SOLID, 3, x, up},
	                             {"down", UI_ROLE_SERIES_2, '+', UI_LINE_DASHED, 3, x, down}};
	struct ui_plot plot = {{0, 10, false}, {0, 1, false}, series, 2};
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

static void zooming_and_following_are_said(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	check_shows(world, 120, 40, "all, live");
	act(world, UI_ACTION_NARROW);
	check_shows(world, 120, 40, "· live");
	world->evolve.focus = UI_PANE_FITNESS;
	act(world, UI_ACTION_LEFT);
	check_shows(world, 120, 40, "· frozen");
	act(world, UI_ACTION_FOLLOW);
	check_shows(world, 120, 40, "· live");
	act(world, UI_ACTION_WIDEN);
	act(world, UI_ACTION_WIDEN);
	check_shows(world, 120, 40, "all, live");
	act(world, UI_ACTION_LOG_X);
	check_shows(world, 120, 40, "log x");
	act(world, UI_ACTION_BENCHMARK);
	check_shows(world, 120, 40, "Best on nb201-cifar10");
	free_world(world);
}

/* ---- Figures -------------------------------------------------------------------------------- */

static void figures_read_well(void **state)
{
	char text[40];

	(void) state;
	ui_grouped(1940, text, sizeof text);
	assert_string_equal(text, "1 940");
	ui_grouped(1234567.4, text, sizeof text);
	assert_string_equal(text, "1 234 567");
	ui_grouped(12, text, sizeof text);
	assert_string_equal(text, "12");
	ui_grouped(NAN, text, sizeof text);
	assert_string_equal(text, "-");
	ui_duration(38, text, sizeof text);
	assert_string_equal(text, "0:38");
	ui_duration(3723, text, sizeof text);
	assert_string_equal(text, "1:02:03");
	ui_duration(NAN, text, sizeof text);
	assert_string_equal(text, "-");
	ui_tau_text(-0.0312, text, sizeof text);
	assert_string_equal(text, "-0.031");
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
	        cmocka_unit_test(the_evolve_screen_tells_the_search),
	        cmocka_unit_test(ascii_screens_are_ascii),
	        cmocka_unit_test(screens_of_every_size_are_drawn),
	        cmocka_unit_test(an_empty_search_says_how_to_start),
	        cmocka_unit_test(the_table_sorts_both_ways),
	        cmocka_unit_test(the_filter_keeps_matching_rows),
	        cmocka_unit_test(the_cursor_stays_on_its_individual),
	        cmocka_unit_test(a_click_selects_the_row_that_is_drawn_there),
	        cmocka_unit_test(plots_have_marks_where_values_are),
	        cmocka_unit_test(zooming_and_following_are_said),
	        cmocka_unit_test(figures_read_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
