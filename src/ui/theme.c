/*
 * Themes: reading them, and what is left of a style on a terminal of fewer colours.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "theme.h"

static const char *const role_names[UI_ROLE_COUNT] = {
#define UI_ROLE_NAME(id, name, help) name,
        UI_ROLES(UI_ROLE_NAME)
#undef UI_ROLE_NAME
};

static const char *const colour_names[] = {
        "black",        "red",           "green",       "yellow",         "blue",
        "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
        "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
        "bright-white",
};

static const struct {
	const char *name;
	unsigned bit;
} attribute_names[] = {
        {"bold", UI_BOLD},           {"dim", UI_FAINT},       {"italic", UI_ITALIC},
        {"underline", UI_UNDERLINE}, {"reverse", UI_REVERSE},
};

const char *ui_role_name(enum ui_role role)
{
	return role_names[role];
}

void ui_theme_builtin(struct ui_theme *theme)
{
	static const struct ui_theme dark = {
	        .name = "dark",
	        .styles =
	                {
	                        [UI_ROLE_TEXT] = {-1, -1, 0},
	                        [UI_ROLE_DIM] = {245, -1, 0},
	                        [UI_ROLE_ACCENT] = {110, -1, 0},
	                        [UI_ROLE_GOOD] = {114, -1, 0},
	                        [UI_ROLE_BAD] = {203, -1, 0},
	                        [UI_ROLE_BORDER] = {240, -1, 0},
	                        [UI_ROLE_FOCUS] = {117, -1, UI_BOLD},
	                        [UI_ROLE_SELECTION] = {255, 238, UI_BOLD},
	                        [UI_ROLE_SERIES_1] = {117, -1, UI_BOLD},
	                        [UI_ROLE_SERIES_2] = {215, -1, 0},
	                        [UI_ROLE_SERIES_3] = {146, -1, 0},
	                        [UI_ROLE_SERIES_4] = {244, -1, 0},
	                        [UI_ROLE_SERIES_5] = {114, -1, 0},
	                        [UI_ROLE_SERIES_6] = {175, -1, 0},
	                        [UI_ROLE_IMPACT_1] = {242, -1, 0},
	                        [UI_ROLE_IMPACT_2] = {109, -1, 0},
	                        [UI_ROLE_IMPACT_3] = {114, -1, 0},
	                        [UI_ROLE_IMPACT_4] = {221, -1, 0},
	                        [UI_ROLE_IMPACT_5] = {209, -1, UI_BOLD},
	                },
	};

	*theme = dark;
}

static bool colour_parse(const char *word, short *colour)
{
	int64_t number;

	if (strcmp(word, "default") == 0) {
		*colour = UI_COLOUR_DEFAULT;
		return true;
	}
	for (size_t i = 0; i < EVO_COUNT(colour_names); i++) {
		if (strcmp(word, colour_names[i]) == 0) {
			*colour = (short) i;
			return true;
		}
	}
	if (!evo_integer_parse(word, 0, 255, &number, NULL))
		return false;
	*colour = (short) number;
	return true;
}

static bool attribute_parse(const char *word, unsigned *bit)
{
	for (size_t i = 0; i < EVO_COUNT(attribute_names); i++) {
		if (strcmp(word, attribute_names[i].name) == 0) {
			*bit = attribute_names[i].bit;
			return true;
		}
	}
	return false;
}

bool ui_style_parse(const char *text, struct ui_style *style, struct evo_error *err)
{
	struct ui_style parsed = {UI_COLOUR_DEFAULT, UI_COLOUR_DEFAULT, 0};
	char copy[128], *rest = copy;
	bool foreground = false, on = false;
	unsigned bit;

	if (strlen(text) >= sizeof(copy))
		return evo_fail(err, EVO_E_INPUT,
		                "the style has %zu bytes, and at most %zu are allowed",
		                strlen(text), sizeof(copy) - 1);
	strcpy(copy, text);
	for (char *word; (word = strtok_r(rest, " \t", &rest)) != NULL;) {
		if (!on && attribute_parse(word, &bit)) {
			parsed.attributes |= bit;
		} else if (!on && strcmp(word, "on") == 0) {
			on = true;
		} else if (on && colour_parse(word, &parsed.background)) {
			on = false;
		} else if (!on && !foreground && colour_parse(word, &parsed.foreground)) {
			foreground = true;
		} else {
			return evo_fail(err, EVO_E_INPUT,
			                "'%s' is not a colour (a name or 0 to 255) or one of bold, "
			                "dim, italic, underline, reverse",
			                word);
		}
	}
	if (on)
		return evo_fail(err, EVO_E_INPUT,
		                "nothing follows 'on'; write a colour (a name or 0 to 255) there");
	*style = parsed;
	return true;
}

struct reading {
	struct ui_theme *theme;
	const char *path;
};

static bool theme_entry(void *context, const char *section, const char *key, const char *value,
                        size_t line, struct evo_error *err)
{
	const struct reading *reading = context;
	struct evo_error wrong = {0};

	if (strcmp(section, "colours") != 0)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "a theme has one section, [colours], not [%s]", section);
	for (size_t i = 0; i < UI_ROLE_COUNT; i++) {
		if (strcmp(key, role_names[i]) != 0)
			continue;
		if (ui_style_parse(value, &reading->theme->styles[i], &wrong))
			return true;
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0, "%s: %s", key,
		                   wrong.message);
	}
	char advice[EVO_ADVICE_SIZE];
	return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0, "there is no role '%s'; %s",
	                   key,
	                   evo_did_you_mean(key, role_names, UI_ROLE_COUNT,
	                                    "themes/dark.ini has them all", advice));
}

bool ui_theme_read(const char *path, struct ui_theme *theme, struct evo_error *err)
{
	struct ui_theme fresh;
	struct reading reading = {&fresh, path};

	ui_theme_builtin(&fresh);
	if (!evo_ini_read(path, theme_entry, &reading, err))
		return false;
	memcpy(theme->styles, fresh.styles, sizeof(fresh.styles));
	return true;
}

/* The folders that themes lie in, the user's first. Caller frees both. */
static void theme_folders(char *folders[2])
{
	folders[0] = evo_path_config("themes");
	folders[1] = evo_path_shared("themes");
}

static bool name_is_plain(const char *name)
{
	return *name != '\0' && *name != '.' && strchr(name, '/') == NULL && strlen(name) < 56;
}

bool ui_theme_load(const char *name, struct ui_theme *theme, struct evo_error *err)
{
	char *folders[2], *file = evo_format("%s.ini", name);
	bool found = false, good = false;

	theme_folders(folders);
	for (size_t i = 0; i < 2 && !found && name_is_plain(name); i++) {
		char *path = evo_path_join(folders[i], file);
		found = evo_path_exists(path);
		good = found && ui_theme_read(path, theme, err);
		free(path);
	}
	/* The built-in look needs no file. */
	if (!found && strcmp(name, "dark") == 0) {
		ui_theme_builtin(theme);
		found = good = true;
	}
	if (!found)
		evo_fail(err, EVO_E_NOT_FOUND, "there is no theme '%s' in %s or %s", name,
		         folders[0], folders[1]);
	if (good)
		snprintf(theme->name, sizeof(theme->name), "%s", name);
	free(file);
	free(folders[0]);
	free(folders[1]);
	return good;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool has_name(char **names, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	}
	return false;
}

static void add_names(const char *folder, char ***names, size_t *count, struct evo_error *err)
{
	DIR *directory = opendir(folder);

	if (directory == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			evo_fail(err, EVO_E_IO, "cannot read the folder %s: %s", folder,
			         strerror(errno));
		return;
	}
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length <= 4 || strcmp(entry->d_name + length - 4, ".ini") != 0 ||
		    has_name(*names, *count, entry->d_name, length - 4))
			continue;
		*names = evo_realloc(*names, *count + 1, sizeof(**names));
		(*names)[(*count)++] = evo_strndup(entry->d_name, length - 4);
	}
	closedir(directory);
}

char **ui_theme_names(size_t *count, struct evo_error *err)
{
	char *folders[2], **names = evo_malloc(sizeof(*names));

	*count = 0;
	theme_folders(folders);
	for (size_t i = 0; i < 2; i++) {
		add_names(folders[i], &names, count, err);
		free(folders[i]);
	}
	qsort(names, *count, sizeof(*names), compare_names);
	return names;
}

/* ---- Colours as they are seen ---------------------------------------------------------------- */

void ui_colour_rgb(int colour, int rgb[3])
{
	static const unsigned char named[16][3] = {
	        {0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
	        {0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
	        {127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
	        {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};
	static const unsigned char level[6] = {0, 95, 135, 175, 215, 255};

	/* 16 that have names, a cube of 6 x 6 x 6, 24 greys. */
	for (int i = 0; i < 3; i++) {
		if (colour < 16)
			rgb[i] = named[colour][i];
		else if (colour < 232)
			rgb[i] = level[(colour - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6];
		else
			rgb[i] = 8 + 10 * (colour - 232);
	}
}

bool ui_theme_is_light(const struct ui_theme *theme)
{
	long sum = 0, count = 0;
	int rgb[3];

	for (size_t i = 0; i < UI_ROLE_COUNT; i++) {
		const struct ui_style *style = &theme->styles[i];
		/* Terminals set the named ones themselves, to what can be read on their ground. */
		if (style->foreground < 16 || style->background != UI_COLOUR_DEFAULT)
			continue;
		ui_colour_rgb(style->foreground, rgb);
		sum += 3 * rgb[0] + 6 * rgb[1] + rgb[2];
		count += 10;
	}
	return count > 0 && sum / count < 128;
}

/* ---- Fewer colours ------------------------------------------------------------------------ */

static short nearest_colour(int colour, int colours)
{
	int want[3], have[3];
	long best = -1;
	short found = 0;

	ui_colour_rgb(colour, want);
	for (int i = 0; i < colours; i++) {
		ui_colour_rgb(i, have);
		long distance = 0;
		for (int j = 0; j < 3; j++)
			distance += (long) (want[j] - have[j]) * (want[j] - have[j]);
		if (best < 0 || distance < best) {
			best = distance;
			found = (short) i;
		}
	}
	return found;
}

struct ui_style ui_style_degrade(struct ui_style style, int colours)
{
	bool marked = style.background != UI_COLOUR_DEFAULT;

	if (colours >= 256)
		return style;
	if (colours < 8) {
		if (marked)
			style.attributes |= UI_REVERSE;
		style.foreground = style.background = UI_COLOUR_DEFAULT;
		return style;
	}
	colours = colours >= 16 ? 16 : 8;
	if (style.foreground >= colours) {
		short near = nearest_colour(style.foreground, colours);
		/* Black would vanish on a dark ground: a grey that comes out so is faint text. */
		if (near == 0)
			style.attributes |= UI_FAINT;
		style.foreground = near == 0 ? UI_COLOUR_DEFAULT : near;
	}
	if (style.background >= colours)
		style.background = nearest_colour(style.background, colours);
	if (marked && (style.background == 0 || style.background == style.foreground)) {
		style.attributes |= UI_REVERSE;
		style.foreground = style.background = UI_COLOUR_DEFAULT;
	}
	return style;
}
