/* Screens as pictures: well-formed, true to the cells, and as large as they say. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "svg.h"

static struct ui_theme theme;

static char *picture_of(const struct ui_surface *surface)
{
	struct evo_text text;

	evo_text_init(&text);
	ui_svg(surface, &theme, &text);
	return text.data;
}

/* A surface of one line. */
static void open_line(struct ui_surface *surface, int columns, const char *text)
{
	ui_theme_builtin(&theme);
	ui_surface_init(surface, &ui_glyphs_utf8);
	ui_surface_resize(surface, columns, 1);
	ui_text(ui_surface_area(surface), 0, 0, UI_ROLE_TEXT, text);
}

static void expect_picture(struct ui_surface *surface, const char *const *parts)
{
	char *picture = picture_of(surface);

	for (; *parts != NULL; parts++)
		if (strstr(picture, *parts) == NULL)
			fail_msg("no %s in\n%s", *parts, picture);
	free(picture);
	ui_surface_free(surface);
}
#define EXPECT(surface, ...) expect_picture(surface, (const char *const[]){__VA_ARGS__, NULL})

/* Elements close in the order they were opened in, and nothing stands bare that must be escaped. */
static void check_well_formed(const char *text)
{
	const char *open[16];
	size_t depth = 0, lengths[16];

	while (*text != '\0') {
		const char *at = text + strcspn(text, "<&>");
		assert_true(*at != '>');
		if (*at == '\0')
			break;
		text = at + 1;
		if (*at == '&')
			assert_true(strcspn(text, ";") <= 3);
		if (*at != '<')
			continue;
		bool closes = *text == '/';
		size_t length = strcspn(text + closes, " />");
		const char *end = strchr(text, '>');
		assert_non_null(end);
		if (closes) {
			assert_true(depth > 0 && length == lengths[depth - 1]);
			assert_memory_equal(text + 1, open[--depth], length);
		} else if (end[-1] != '/') {
			assert_true(depth < EVO_COUNT(open));
			open[depth] = text;
			lengths[depth++] = length;
		}
		text = end + 1;
	}
	assert_int_equal(depth, 0);
}

static void pictures_are_well_formed_and_small(void **state)
{
	struct ui_surface surface;

	(void) state;
	ui_theme_builtin(&theme);
	ui_surface_init(&surface, &ui_glyphs_utf8);
	ui_surface_resize(&surface, 120, 40);
	struct ui_area inside = ui_frame(ui_surface_area(&surface), true, "a < b & c", "1 > 0");
	for (int y = 0; y < 38; y++) {
		for (int x = 0; x < 60; x++)
			ui_put(inside, x, y, UI_ROLE_SERIES_1 + (unsigned) x % 6,
			       0x2800 + (uint32_t) (x * 38 + y) % 256);
		ui_text(inside, 60, y, UI_ROLE_TEXT, "<&> words of a  line that \"goes\" on");
	}
	ui_fill(inside, 0, 3, 118, UI_ROLE_SELECTION);
	char *picture = picture_of(&surface);
	check_well_formed(picture);
	assert_true(strlen(picture) < 100000);
	free(picture);
	ui_surface_free(&surface);
}

static void its_size_is_that_of_the_cells(void **state)
{
	struct ui_surface surface;

	(void) state;
	open_line(&surface, 100, "");
	EXPECT(&surface, "width=\"820\" height=\"36\" viewBox=\"0 0 820 36\"");
	open_line(&surface, 0, "");
	EXPECT(&surface, "width=\"20\" height=\"36\"");
}

static void text_stands_at_its_column(void **state)
{
	struct ui_surface surface;

	(void) state;
	open_line(&surface, 40, "ab cd  <e> &│f 漢x");
	EXPECT(&surface, "<text x=\"0\" y=\"12\" class=\"text\" textLength=\"40\">ab cd</text>",
	       "x=\"56\" y=\"12\" class=\"text\" textLength=\"40\">&lt;e&gt; &amp;</text>",
	       "x=\"104\" y=\"12\" class=\"text\" textLength=\"40\">f 漢x</text>");
}

static void runs_end_where_the_role_changes(void **state)
{
	struct ui_surface surface;

	(void) state;
	open_line(&surface, 40, "one two");
	ui_fill(ui_surface_area(&surface), 4, 0, 10, UI_ROLE_SELECTION);
	EXPECT(&surface, "class=\"text\" textLength=\"24\">one</text>",
	       "x=\"32\" y=\"12\" class=\"selection\" textLength=\"24\">two</text>",
	       "<rect x=\"32\" y=\"0\" width=\"80\" height=\"16\" fill=\"#444444\"/>",
	       ".selection{fill:#eeeeee;font-weight:bold}");
}

static void lines_blocks_and_dots_are_shapes(void **state)
{
	struct ui_surface surface;

	(void) state;
	open_line(&surface, 10, "─╮▌⠃⡀◆");
	char *picture = picture_of(&surface);
	assert_null(strstr(picture, "<text"));
	free(picture);
	EXPECT(&surface, "stroke=\"#d0d0d0\" d=\"M0 0m0 8h8M8 0m0 8q4 0 4 4v4\"",
	       "fill=\"#d0d0d0\" d=\"M16 0h4v16h-4zM40 0m", "d=\"M24 0m2 2h0m0 4h0M32 0m2 14h0\"");
}

static void the_ground_suits_the_theme(void **state)
{
	static const struct {
		const char *name;
		bool light;
	} themes[] = {{"dark", false},
	              {"light", true},
	              {"mono", false},
	              {"high-contrast", false},
	              {"terminal", false}};
	struct evo_error err = {0};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(themes); i++) {
		assert_true(ui_theme_load(themes[i].name, &theme, &err));
		assert_int_equal(ui_theme_is_light(&theme), themes[i].light);
	}
}

static void reverse_changes_ink_and_ground(void **state)
{
	struct ui_surface surface;

	(void) state;
	open_line(&surface, 3, "abc");
	assert_true(ui_style_parse("196 on 21 reverse dim underline", &theme.styles[UI_ROLE_TEXT],
	                           NULL));
	EXPECT(&surface, ".text{fill:#0000ff;opacity:.6;text-decoration:underline}",
	       "width=\"24\" height=\"16\" fill=\"#ff0000\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pictures_are_well_formed_and_small),
	        cmocka_unit_test(its_size_is_that_of_the_cells),
	        cmocka_unit_test(text_stands_at_its_column),
	        cmocka_unit_test(runs_end_where_the_role_changes),
	        cmocka_unit_test(lines_blocks_and_dots_are_shapes),
	        cmocka_unit_test(the_ground_suits_the_theme),
	        cmocka_unit_test(reverse_changes_ink_and_ground),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
