/*
 * A surface of cells, and the few ways to draw on it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "surface.h"

static uint32_t drawable(const struct ui_surface *surface, uint32_t code)
{
	return evo_harmless(code) && (code < 0x80 || surface->glyphs->utf8) ? code : '?';
}

void ui_surface_init(struct ui_surface *surface, const struct ui_glyphs *glyphs)
{
	*surface = (struct ui_surface){.glyphs = glyphs, .cursor_x = -1, .cursor_y = -1};
}

void ui_surface_free(struct ui_surface *surface)
{
	free(surface->cells);
	surface->cells = NULL;
	surface->columns = surface->rows = 0;
}

void ui_surface_resize(struct ui_surface *surface, int columns, int rows)
{
	surface->columns = columns < 0 ? 0 : columns;
	surface->rows = rows < 0 ? 0 : rows;
	size_t cells = (size_t) surface->columns * (size_t) surface->rows;
	surface->cells =
	        evo_realloc(surface->cells, cells > 0 ? cells : 1, sizeof(*surface->cells));
	ui_surface_clear(surface);
}

void ui_surface_clear(struct ui_surface *surface)
{
	size_t cells = (size_t) surface->columns * (size_t) surface->rows;

	memset(surface->cells, 0, cells * sizeof(*surface->cells));
	for (size_t i = 0; i < cells; i++)
		surface->cells[i] = (struct ui_cell){.code = ' ', .role = UI_ROLE_TEXT};
	surface->cursor_x = surface->cursor_y = -1;
	surface->mark_count = 0;
}

struct ui_area ui_surface_area(struct ui_surface *surface)
{
	return (struct ui_area){surface, {0, 0, surface->columns, surface->rows}};
}

void ui_surface_row(const struct ui_surface *surface, int row, struct evo_text *out)
{
	const struct ui_cell *cells = surface->cells + (size_t) row * (size_t) surface->columns;
	int end = surface->columns;

	while (end > 0 && cells[end - 1].code == ' ')
		end--;
	for (int x = 0; x < end; x++) {
		if (cells[x].code != 0)
			ui_glyph_append(out, cells[x].code);
	}
}

bool ui_rect_has(const struct ui_rect *rect, int x, int y)
{
	return x >= rect->x && x < rect->x + rect->width && y >= rect->y &&
	       y < rect->y + rect->height;
}

void ui_mark(struct ui_area area, int x, int y, int width, unsigned what)
{
	struct ui_surface *surface = area.surface;

	if (surface->mark_count < UI_MARKS_MAX)
		surface->marks[surface->mark_count++] =
		        (struct ui_mark){ui_area_sub(area, x, y, width, 1).rect, what};
}

unsigned ui_marked(const struct ui_surface *surface, int x, int y)
{
	for (size_t i = surface->mark_count; i-- > 0;)
		if (ui_rect_has(&surface->marks[i].rect, x, y))
			return surface->marks[i].what;
	return UI_NO_MARK;
}

struct ui_area ui_area_of(struct ui_surface *surface, struct ui_rect rect)
{
	return ui_area_sub(ui_surface_area(surface), rect.x, rect.y, rect.width, rect.height);
}

struct ui_area ui_area_sub(struct ui_area area, int x, int y, int width, int height)
{
	int left = x < 0 ? 0 : x, top = y < 0 ? 0 : y;
	int right = x + width < area.rect.width ? x + width : area.rect.width;
	int bottom = y + height < area.rect.height ? y + height : area.rect.height;

	area.rect.x += left;
	area.rect.y += top;
	area.rect.width = right > left ? right - left : 0;
	area.rect.height = bottom > top ? bottom - top : 0;
	return area;
}

static struct ui_cell *cell_at(struct ui_area area, int x, int y)
{
	if (x < 0 || y < 0 || x >= area.rect.width || y >= area.rect.height)
		return NULL;
	x += area.rect.x;
	y += area.rect.y;
	if (x >= area.surface->columns || y >= area.surface->rows)
		return NULL;
	return area.surface->cells + (size_t) y * (size_t) area.surface->columns + x;
}

void ui_put(struct ui_area area, int x, int y, enum ui_role role, uint32_t code)
{
	struct ui_cell *cell = cell_at(area, x, y);

	if (cell != NULL)
		*cell = (struct ui_cell){.code = drawable(area.surface, code),
		                         .role = (unsigned char) role};
}

/* Columns of the next character made harmless, which is then in `shown`; advances text. */
static int next_width(const char **text, char shown[EVO_HARMLESS_SIZE])
{
	size_t length = evo_harmless_next(text, true, shown);
	const char *first = shown;
	uint32_t code = evo_utf8_next(&first);

	return *first == '\0' ? evo_character_columns(code) : (int) length;
}

/* Draws what next_width left, whole where it is one wide character. Returns the column after it. */
static int put_shown(struct ui_area area, int x, int y, enum ui_role role, const char *shown,
                     int width)
{
	uint32_t code = evo_utf8_next(&shown);
	struct ui_cell *half;

	if (width == 0)
		return x;
	if (width != 2 || *shown != '\0' || drawable(area.surface, code) == '?') {
		ui_put(area, x, y, role, code);
		for (x++; *shown != '\0'; shown++)
			ui_put(area, x++, y, role, (unsigned char) *shown);
		return x;
	}
	half = cell_at(area, x + 1, y);
	ui_put(area, x, y, role, half != NULL ? code : ' ');
	if (half != NULL)
		*half = (struct ui_cell){.code = 0, .role = (unsigned char) role};
	return x + 2;
}

int ui_text(struct ui_area area, int x, int y, enum ui_role role, const char *text)
{
	char shown[EVO_HARMLESS_SIZE];

	while (*text != '\0') {
		int width = next_width(&text, shown);
		x = put_shown(area, x, y, role, shown, width);
	}
	return x;
}

int ui_textf(struct ui_area area, int x, int y, enum ui_role role, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return ui_text(area, x, y, role, text);
}

int ui_text_width(const char *text)
{
	char shown[EVO_HARMLESS_SIZE];
	int width = 0;

	while (*text != '\0')
		width += next_width(&text, shown);
	return width;
}

int ui_text_fit(struct ui_area area, int x, int y, int width, enum ui_role role, const char *text)
{
	if (width <= 0)
		return x;
	if (ui_text_width(text) <= width)
		return ui_text(area, x, y, role, text);
	char shown[EVO_HARMLESS_SIZE];
	int end = x + width - 1;
	while (*text != '\0') {
		int columns = next_width(&text, shown);
		if (x + columns > end)
			break;
		x = put_shown(area, x, y, role, shown, columns);
	}
	ui_put(area, x, y, role, area.surface->glyphs->cut);
	return x + 1;
}

/* Bytes of the words that fit into a line; those of the characters that do where no word does. */
static size_t line_length(const char *text, int width)
{
	char shown[EVO_HARMLESS_SIZE];
	const char *at = text, *space = NULL;
	int used = 0;

	while (*at != '\0') {
		const char *next = at;
		if (*at == ' ')
			space = at;
		used += next_width(&next, shown);
		if (used > width)
			return (size_t) ((space != NULL && space > text ? space : at) - text);
		at = next;
	}
	return (size_t) (at - text);
}

int ui_text_wrap(struct ui_area area, int x, int y, int most, enum ui_role role, const char *text)
{
	int width = area.rect.width - x;

	for (int i = 0; i < most && *text != '\0' && width > 0; i++) {
		size_t length = line_length(text, width);
		if (length == 0 || i + 1 == most || text[length] == '\0') {
			ui_text_fit(area, x, y++, width, role, text);
			break;
		}
		char *line = evo_strndup(text, length);
		ui_text(area, x, y++, role, line);
		free(line);
		text += length + (text[length] == ' ');
	}
	return y;
}

int ui_text_right(struct ui_area area, int right, int y, enum ui_role role, const char *text)
{
	int x = right - ui_text_width(text);

	ui_text(area, x, y, role, text);
	return x;
}

void ui_fill(struct ui_area area, int x, int y, int width, enum ui_role role)
{
	for (int i = x; i < x + width; i++) {
		struct ui_cell *cell = cell_at(area, i, y);
		if (cell != NULL)
			cell->role = (unsigned char) role;
	}
}

void ui_blank(struct ui_area area, int y, enum ui_role role)
{
	for (int x = 0; x < area.rect.width; x++)
		ui_put(area, x, y, role, ' ');
}

/* The text set in a border between spaces, cut to what fits. */
static void border_text(struct ui_area area, int x, int y, int width, enum ui_role role,
                        const char *text)
{
	if (text == NULL || *text == '\0' || width < 4)
		return;
	ui_put(area, x, y, role, ' ');
	int end = ui_text_fit(area, x + 1, y, width - 2, role, text);
	ui_put(area, end, y, role, ' ');
}

struct ui_area ui_frame(struct ui_area area, bool focused, const char *title, const char *note)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	enum ui_role role = focused ? UI_ROLE_FOCUS : UI_ROLE_BORDER;
	int right = area.rect.width - 1, bottom = area.rect.height - 1;

	for (int x = 1; x < right; x++) {
		ui_put(area, x, 0, role, glyphs->horizontal);
		ui_put(area, x, bottom, role, glyphs->horizontal);
	}
	for (int y = 1; y < bottom; y++) {
		ui_put(area, 0, y, role, glyphs->vertical);
		ui_put(area, right, y, role, glyphs->vertical);
	}
	ui_put(area, 0, 0, role, glyphs->top_left);
	ui_put(area, right, 0, role, glyphs->top_right);
	ui_put(area, 0, bottom, role, glyphs->bottom_left);
	ui_put(area, right, bottom, role, glyphs->bottom_right);
	border_text(area, 1, 0, right - 2, focused ? UI_ROLE_FOCUS : UI_ROLE_ACCENT, title);
	if (note != NULL && *note != '\0') {
		int width = ui_text_width(note) + 2;
		int x = right - 1 - width > 1 ? right - 1 - width : 1;
		border_text(area, x, bottom, right - 1 - x, UI_ROLE_DIM, note);
	}
	return ui_area_sub(area, 1, 1, area.rect.width - 2, area.rect.height - 2);
}

void ui_bar(struct ui_area area, int x, int y, int width, double share, enum ui_role role)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	int cells = width - 2;
	double clamped = share > 1 ? 1 : share > 0 ? share : 0; /* NaN is 0 */
	int eighths = (int) (clamped * cells * 8 + 0.5);

	if (cells <= 0)
		return;
	ui_put(area, x, y, UI_ROLE_DIM, glyphs->left_edge);
	for (int i = 0; i < cells; i++) {
		int part = eighths - i * 8;
		ui_put(area, x + 1 + i, y, role,
		       glyphs->eighths[part > 8   ? 8
		                       : part < 0 ? 0
		                                  : part]);
	}
	ui_put(area, x + width - 1, y, UI_ROLE_DIM, glyphs->right_edge);
}
