/* Themes: colours are of the palette, and a file that is refused leaves the theme as it was. */
#include "config.h"

#include "../../src/ui/theme.h"
#include "fuzz.h"

static void check_style(struct ui_style style)
{
	static const int colours[] = {256, 16, 8, 2};
	int rgb[3];

	FUZZ_CHECK(style.foreground >= UI_COLOUR_DEFAULT && style.foreground <= 255);
	FUZZ_CHECK(style.background >= UI_COLOUR_DEFAULT && style.background <= 255);
	for (size_t i = 0; i < EVO_COUNT(colours); i++) {
		struct ui_style less = ui_style_degrade(style, colours[i]);
		FUZZ_CHECK(less.foreground < colours[i] && less.background < colours[i]);
	}
	if (style.foreground >= 0)
		ui_colour_rgb(style.foreground, rgb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ui_theme theme, before;
	struct ui_style style;
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("theme.ini", data, size), *text = fuzz_text(data, size);
	memset(&theme, 0, sizeof(theme));
	ui_theme_builtin(&theme);
	before = theme;
	if (fuzz_told(ui_theme_read(path, &theme, &err), &err)) {
		for (size_t i = 0; i < UI_ROLE_COUNT; i++)
			check_style(theme.styles[i]);
		ui_theme_is_light(&theme);
	} else {
		FUZZ_CHECK(memcmp(&theme.styles, &before.styles, sizeof(theme.styles)) == 0);
	}
	evo_error_clear(&err);
	if (fuzz_told(ui_style_parse(text, &style, &err), &err))
		check_style(style);
	free(path);
	free(text);
	return 0;
}
