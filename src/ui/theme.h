/*
 * Themes: how each role looks.
 *
 * A theme is an INI file with one section, [colours], and a line a role:
 *     role = COLOUR [on COLOUR] [bold] [dim] [italic] [underline] [reverse]
 * A colour is a name (default, black ... white, bright-black ... bright-white) or a number of the
 * 256-colour palette. Roles left out keep the built-in look, which is that of themes/dark.ini.
 */
#ifndef EVOSCOPE_UI_THEME_H
#define EVOSCOPE_UI_THEME_H

#include "surface.h"

enum ui_attribute {
	UI_BOLD = 1,
	UI_FAINT = 2,
	UI_ITALIC = 4,
	UI_UNDERLINE = 8,
	UI_REVERSE = 16
};

#define UI_COLOUR_DEFAULT (-1)
struct ui_style {
	short foreground, background; /* 0 to 255, or UI_COLOUR_DEFAULT */
	unsigned attributes;
};

struct ui_theme {
	char name[64];
	struct ui_style styles[UI_ROLE_COUNT];
};

/* As theme files have it. */
const char *ui_role_name(enum ui_role role);

void ui_theme_builtin(struct ui_theme *theme);
/* The value of a line. The message says which word is wrong. */
bool ui_style_parse(const char *text, struct ui_style *style, struct evo_error *err);
/* Reads a file; on failure, which names file and line, the theme is as it was. */
bool ui_theme_read(const char *path, struct ui_theme *theme, struct evo_error *err);
/* By name: NAME.ini in the user's themes/, then in the shared one. Likewise. */
bool ui_theme_load(const char *name, struct ui_theme *theme, struct evo_error *err);
/* Names of all themes, sorted; caller frees each and the list. err: set when a folder is there and
   cannot be read; what the other has is listed. */
char **ui_theme_names(size_t *count, struct evo_error *err);

/* Red, green and blue, 0 to 255, of a colour of the 256-colour palette. */
void ui_colour_rgb(int colour, int rgb[3]);
/* Is it made for a light ground? Told from its colours, which are dark then. */
bool ui_theme_is_light(const struct ui_theme *theme);

/*
 * What a terminal of so many colours makes of a style: 256 as it is; 16 or 8 the nearest of those;
 * fewer none. A background that is lost becomes reverse, so that what it marked stays marked.
 */
struct ui_style ui_style_degrade(struct ui_style style, int colours);

#endif
