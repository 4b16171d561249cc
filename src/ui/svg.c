/*
 * Pictures of screens: layers of shapes, each a path for every role, and text over them.
 */
#include "config.h"

#include <string.h>

#include "svg.h"

#define CELL_WIDTH  8
#define CELL_HEIGHT 16
#define BASELINE    12
#define MARGIN      10

/* Most monospace fonts are 0.6 as wide as high: one column at this size. */
#define FONTS                                                                                      \
	"font-family=\"'DejaVu Sans Mono',Menlo,'Liberation Mono',Consolas,monospace\" "           \
	"font-size=\"13.3\""

/* ---- Styles ---------------------------------------------------------------------------------- */

/* What the style of a role comes to on paper. */
struct look {
	char ink[8], ground[8]; /* "#rrggbb"; ground "" where there is none */
	unsigned attributes;
};

struct picture {
	const struct ui_surface *surface;
	struct evo_text *out;
	struct look looks[UI_ROLE_COUNT];
	char paper[8];
};

static void hex(int colour, int otherwise, char out[8])
{
	int rgb[3];

	ui_colour_rgb(colour != UI_COLOUR_DEFAULT ? colour : otherwise, rgb);
	snprintf(out, 8, "#%02x%02x%02x", rgb[0] & 255, rgb[1] & 255, rgb[2] & 255);
}

static void find_looks(struct picture *picture, const struct ui_theme *theme)
{
	bool light = ui_theme_is_light(theme);
	int ink = light ? 235 : 252, paper = light ? 231 : 234;

	hex(paper, 0, picture->paper);
	for (unsigned i = 0; i < UI_ROLE_COUNT; i++) {
		const struct ui_style *style = &theme->styles[i];
		struct look *look = &picture->looks[i];
		bool reverse = (style->attributes & UI_REVERSE) != 0;
		look->attributes = style->attributes;
		if (reverse) {
			hex(style->background, paper, look->ink);
			hex(style->foreground, ink, look->ground);
			continue;
		}
		hex(style->foreground, ink, look->ink);
		if (style->background != UI_COLOUR_DEFAULT)
			hex(style->background, paper, look->ground);
	}
}

static void define_styles(const struct picture *picture)
{
	static const struct {
		unsigned bit;
		const char *rule;
	} rules[] = {{UI_BOLD, ";font-weight:bold"},
	             {UI_FAINT, ";opacity:.6"},
	             {UI_ITALIC, ";font-style:italic"},
	             {UI_UNDERLINE, ";text-decoration:underline"}};

	evo_text_append(picture->out, "<style>\n");
	for (unsigned i = 0; i < UI_ROLE_COUNT; i++) {
		const struct look *look = &picture->looks[i];
		evo_text_printf(picture->out, ".%s{fill:%s", ui_role_name((enum ui_role) i),
		                look->ink);
		for (size_t j = 0; j < EVO_COUNT(rules); j++)
			if ((look->attributes & rules[j].bit) != 0)
				evo_text_append(picture->out, rules[j].rule);
		evo_text_append(picture->out, "}\n");
	}
	evo_text_append(picture->out, "</style>\n");
}

/* ---- Shapes of characters -------------------------------------------------------------------- */

/* The path of a character in a cell whose corner is the origin; NULL: not this kind of shape. */
typedef const char *(*shape_of)(uint32_t code, char room[128]);

struct drawn {
	uint32_t code;
	const char *path;
};

static const char *look_up(const struct drawn *list, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].code == code)
			return list[i].path;
	return NULL;
}

/* Boxes and axes, to be stroked. */
static const char *line_shape(uint32_t code, char room[128])
{
	static const struct drawn lines[] = {
	        {0x2500, "m0 8h8"},         {0x2502, "m4 0v16"},        {0x250c, "m8 8h-4v8"},
	        {0x2510, "m0 8h4v8"},       {0x2514, "m4 0v8h4"},       {0x2518, "m4 0v8h-4"},
	        {0x251c, "m4 0v16m0-8h4"},  {0x2524, "m4 0v16m0-8h-4"}, {0x252c, "m0 8h8m-4 0v8"},
	        {0x2534, "m0 8h8m-4 0v-8"}, {0x253c, "m0 8h8m-4-8v16"}, {0x256d, "m8 8q-4 0-4 4v4"},
	        {0x256e, "m0 8q4 0 4 4v4"}, {0x256f, "m4 0v4q0 4-4 4"}, {0x2570, "m4 0v4q0 4 4 4"},
	};

	(void) room;
	return look_up(lines, EVO_COUNT(lines), code);
}

/* Bars and marks, to be filled. */
static const char *solid_shape(uint32_t code, char room[128])
{
	static const struct drawn marks[] = {
	        {0x2595, "m7 0h1v16h-1z"},             /* an edge on the right */
	        {0x25b2, "m4 3l4 9h-8z"},              /* a triangle up */
	        {0x25bc, "m0 4h8l-4 9z"},              /* and down */
	        {0x25c6, "m4 3.5l4 4.5-4 4.5-4-4.5z"}, /* a diamond */
	};

	if (code < 0x2588 || code > 0x258f)
		return look_up(marks, EVO_COUNT(marks), code);
	/* From a full block down to an eighth of it, at the left. */
	int width = CELL_WIDTH * (int) (0x2590 - code) / 8;
	snprintf(room, 128, "h%dv16h-%dz", width, width);
	return room;
}

/* Braille, to be stroked with round ends: a line of no length is a dot. */
static const char *dot_shape(uint32_t code, char room[128])
{
	static const int across[8] = {2, 2, 2, 6, 6, 6, 2, 6},
	                 down[8] = {2, 6, 10, 2, 6, 10, 14, 14};
	size_t used = 0;
	int x = 0, y = 0;

	if (code <= 0x2800 || code > 0x28ff)
		return NULL;
	for (unsigned i = 0; i < 8; i++) {
		if ((code >> i & 1) == 0)
			continue;
		used += (size_t) snprintf(room + used, 128 - used, "m%d %dh0", across[i] - x,
		                          down[i] - y);
		x = across[i];
		y = down[i];
	}
	return room;
}

static bool is_text(uint32_t code)
{
	char room[128];

	return code != 0 && code != ' ' && line_shape(code, room) == NULL &&
	       solid_shape(code, room) == NULL && dot_shape(code, room) == NULL;
}

/* ---- Layers ---------------------------------------------------------------------------------- */

static const struct ui_cell *cell_at(const struct picture *picture, int x, int y)
{
	return picture->surface->cells + (size_t) y * (size_t) picture->surface->columns + x;
}

/* What follows the colour where a role is dim. */
static const char *opacity(const struct look *look)
{
	return (look->attributes & UI_FAINT) != 0 ? " opacity=\".6\"" : "";
}

static void rectangle(struct picture *picture, int x, int y, int columns, const char *fill)
{
	evo_text_printf(picture->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" %s/>\n",
	                x * CELL_WIDTH, y * CELL_HEIGHT, columns * CELL_WIDTH, CELL_HEIGHT, fill);
}

/* What lies under the characters of a row: a rectangle for each run of one role. */
static void draw_grounds(struct picture *picture, int y)
{
	int columns = picture->surface->columns;
	char fill[32];

	for (int x = 0, end; x < columns; x = end) {
		unsigned role = cell_at(picture, x, y)->role;
		for (end = x + 1; end < columns && cell_at(picture, end, y)->role == role; end++)
			;
		if (*picture->looks[role].ground == '\0')
			continue;
		snprintf(fill, sizeof(fill), "fill=\"%s\"", picture->looks[role].ground);
		rectangle(picture, x, y, end - x, fill);
	}
}

/* One path of all shapes of a kind in a role. */
static void draw_shapes(struct picture *picture, unsigned role, shape_of shape, const char *paint)
{
	const struct look *look = &picture->looks[role];
	const struct ui_surface *surface = picture->surface;
	bool any = false;
	char room[128];

	for (int i = 0; i < surface->columns * surface->rows; i++) {
		const char *path =
		        surface->cells[i].role == role ? shape(surface->cells[i].code, room) : NULL;
		if (path == NULL)
			continue;
		if (!any)
			evo_text_printf(picture->out, "<path %s=\"%s\"%s d=\"", paint, look->ink,
			                opacity(look));
		any = true;
		evo_text_printf(picture->out, "M%d %d%s", i % surface->columns * CELL_WIDTH,
		                i / surface->columns * CELL_HEIGHT, path);
	}
	if (any)
		evo_text_append(picture->out, "\"/>\n");
}

static void draw_layer(struct picture *picture, shape_of shape, const char *paint,
                       const char *attributes)
{
	evo_text_printf(picture->out, "<g %s>\n", attributes);
	for (unsigned role = 0; role < UI_ROLE_COUNT; role++)
		draw_shapes(picture, role, shape, paint);
	evo_text_append(picture->out, "</g>\n");
}

static void append_escaped(struct evo_text *out, uint32_t code)
{

	if (code == '&')
		evo_text_append(out, "&amp;");
	else if (code == '<')
		evo_text_append(out, "&lt;");
	else if (code == '>')
		evo_text_append(out, "&gt;");
	else
		ui_glyph_append(out, code);
}

/* Where the run that begins at x ends: at another role, a shape, or two spaces. */
static int run_end(const struct picture *picture, int x, int y)
{
	unsigned role = cell_at(picture, x, y)->role;
	int end = x + 1;

	for (int i = end; i < picture->surface->columns && i <= end + 1; i++) {
		const struct ui_cell *cell = cell_at(picture, i, y);
		if (cell->role != role ||
		    (cell->code != ' ' && cell->code != 0 && !is_text(cell->code)))
			break;
		if (cell->code != ' ')
			end = i + 1;
	}
	return end;
}

static void draw_text(struct picture *picture, int y)
{
	for (int x = 0, end; x < picture->surface->columns; x = end) {
		const struct ui_cell *cell = cell_at(picture, x, y);
		end = x + 1;
		if (!is_text(cell->code))
			continue;
		end = run_end(picture, x, y);
		evo_text_printf(picture->out,
		                "<text x=\"%d\" y=\"%d\" class=\"%s\" textLength=\"%d\">",
		                x * CELL_WIDTH, y * CELL_HEIGHT + BASELINE,
		                ui_role_name((enum ui_role) cell->role), (end - x) * CELL_WIDTH);
		for (int i = x; i < end; i++)
			if (cell_at(picture, i, y)->code != 0)
				append_escaped(picture->out, cell_at(picture, i, y)->code);
		evo_text_append(picture->out, "</text>\n");
	}
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void draw_head(struct picture *picture)
{
	int width = picture->surface->columns * CELL_WIDTH + 2 * MARGIN;
	int height = picture->surface->rows * CELL_HEIGHT + 2 * MARGIN;

	evo_text_printf(picture->out,
	                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	                "viewBox=\"0 0 %d %d\" " FONTS ">\n",
	                width, height, width, height);
	define_styles(picture);
	evo_text_printf(picture->out,
	                "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n"
	                "<g transform=\"translate(%d %d)\">\n",
	                width, height, picture->paper, MARGIN, MARGIN);
}

void ui_svg(const struct ui_surface *surface, const struct ui_theme *theme, struct evo_text *out)
{
	struct picture picture = {.surface = surface, .out = out};

	find_looks(&picture, theme);
	draw_head(&picture);
	for (int y = 0; y < surface->rows; y++)
		draw_grounds(&picture, y);
	/* Lines of one pixel are sharp between the edges of pixels. */
	draw_layer(&picture, line_shape, "stroke", "fill=\"none\" transform=\"translate(.5 .5)\"");
	draw_layer(&picture, solid_shape, "fill", "stroke=\"none\"");
	draw_layer(&picture, dot_shape, "stroke",
	           "fill=\"none\" stroke-width=\"2.6\" stroke-linecap=\"round\"");
	for (int y = 0; y < surface->rows; y++)
		draw_text(&picture, y);
	if (surface->cursor_x >= 0 && surface->cursor_y >= 0)
		rectangle(&picture, surface->cursor_x, surface->cursor_y, 1,
		          "fill=\"#888\" opacity=\".6\"");
	evo_text_append(out, "</g>\n</svg>\n");
}
