/*
 * Lines in dots: each series is rasterised into a mask of dots a cell, then all are laid over each
 * other, the first series on top.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"

double ui_axis_share(const struct ui_axis *axis, double value)
{
	if (axis->logarithmic)
		return log(value / axis->low) / log(axis->high / axis->low);
	return (value - axis->low) / (axis->high - axis->low);
}

/* Dots of one series over the inside of the plot. */
struct raster {
	int columns, rows; /* cells */
	unsigned char *dots;
	enum ui_line line;
	unsigned step; /* dots since the line began: what dashes are counted by */
};

static void dot(struct raster *raster, int x, int y)
{
	/* On and off by the run of dots, for each style. */
	static const unsigned char pattern[] = {
	        [UI_LINE_SOLID] = 0xff,  [UI_LINE_DASHED] = 0x1f, [UI_LINE_DASH_DOT] = 0x27,
	        [UI_LINE_DOTTED] = 0x11, [UI_LINE_STEPS] = 0xff,  [UI_LINE_POINTS] = 0xff};
	bool on = (pattern[raster->line] >> raster->step % 8 & 1) != 0;

	raster->step++;
	if (!on || x < 0 || y < 0 || x >= raster->columns * 2 || y >= raster->rows * 4)
		return;
	raster->dots[y / 4 * raster->columns + x / 2] |=
	        (unsigned char) (1u << (y % 4 * 2 + x % 2));
}

/* Bresenham's line, without its first dot, which the segment before has drawn. */
static void segment(struct raster *raster, int x0, int y0, int x1, int y1)
{
	int dx = abs(x1 - x0), dy = -abs(y1 - y0), error = dx + dy;
	int step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1;

	while (x0 != x1 || y0 != y1) {
		int twice = 2 * error;
		if (twice >= dy) {
			error += dy;
			x0 += step_x;
		}
		if (twice <= dx) {
			error += dx;
			y0 += step_y;
		}
		dot(raster, x0, y0);
	}
}

/* The dot of a point. Far outside values are held near the edge, so that lines leave the plot in
   about their direction and take no time. */
static bool place(const struct ui_plot *plot, const struct raster *raster, double x, double y,
                  int *column, int *row)
{
	double across = ui_axis_share(&plot->x, x), up = ui_axis_share(&plot->y, y);

	if (!isfinite(across) || !isfinite(up))
		return false;
	across = fmin(fmax(across, -2), 3);
	up = fmin(fmax(up, -2), 3);
	*column = (int) lround(across * (raster->columns * 2 - 1));
	*row = (int) lround((1 - up) * (raster->rows * 4 - 1));
	return true;
}

static void rasterise(const struct ui_plot *plot, const struct ui_series *series,
                      struct raster *raster)
{
	int last_x = 0, last_y = 0, x, y;
	bool joined = false;

	raster->step = 0;
	raster->line = series->line;
	for (size_t i = 0; i < series->count && series->line != UI_LINE_NONE; i++) {
		if (!place(plot, raster, series->x[i], series->y[i], &x, &y)) {
			joined = false;
			continue;
		}
		if (joined && series->line == UI_LINE_STEPS) {
			segment(raster, last_x, last_y, x, last_y);
			segment(raster, x, last_y, x, y);
		} else if (joined) {
			segment(raster, last_x, last_y, x, y);
		} else {
			dot(raster, x, y);
		}
		joined = series->line != UI_LINE_POINTS;
		last_x = x;
		last_y = y;
	}
}

/* Lays a raster over what is drawn: dots join dots, the colour is of what comes last. */
static void lay(struct ui_area area, const struct raster *raster, unsigned char *all,
                enum ui_role role)
{
	for (int y = 0; y < raster->rows; y++) {
		for (int x = 0; x < raster->columns; x++) {
			int cell = y * raster->columns + x;
			if (raster->dots[cell] == 0)
				continue;
			all[cell] |= raster->dots[cell];
			ui_put(area, x, y, role, ui_cell(area.surface->glyphs, all[cell]));
		}
	}
}

/*
 * A mark at the last point, and at earlier ones as far as they have room: series take turns, so
 * that lines which lie on each other show each other's marks. Points of steps are few, and each has
 * its mark.
 */
static void mark(struct ui_area area, const struct ui_plot *plot, size_t index,
                 const struct raster *raster)
{
	const struct ui_series *series = &plot->series[index];
	int spacing = 6 * (int) plot->count, x, y;
	long last_slot = -1;

	for (size_t i = series->mark != 0 ? series->count : 0; i-- > 0;) {
		if (!place(plot, raster, series->x[i], series->y[i], &x, &y))
			continue;
		if (x < 0 || y < 0 || x >= raster->columns * 2 || y >= raster->rows * 4)
			continue;
		long slot = x / 2 / spacing;
		bool turn = x / 2 % spacing / 6 == (int) index && slot != last_slot;
		if (!turn && i + 1 != series->count && series->line != UI_LINE_STEPS)
			continue;
		if (turn)
			last_slot = slot;
		ui_put(area, x / 2, y / 4, series->role, (uint32_t) series->mark);
	}
}

static void draw_series(struct ui_area area, const struct ui_plot *plot)
{
	struct raster raster = {.columns = area.rect.width, .rows = area.rect.height};
	size_t cells = (size_t) raster.columns * (size_t) raster.rows;

	if (raster.columns <= 0 || raster.rows <= 0)
		return;
	unsigned char *all = evo_calloc(cells, 1);
	raster.dots = evo_malloc(cells);
	for (size_t i = plot->count; i-- > 0;) {
		memset(raster.dots, 0, cells);
		rasterise(plot, &plot->series[i], &raster);
		lay(area, &raster, all, plot->series[i].role);
	}
	for (size_t i = plot->count; i-- > 0;)
		mark(area, plot, i, &raster);
	free(raster.dots);
	free(all);
}

static void ticks_of(const struct ui_axis *axis, int room, struct ui_ticks *ticks)
{
	size_t most = room < 2 ? 2 : room > UI_TICKS_MAX ? UI_TICKS_MAX : (size_t) room;

	if (axis->logarithmic)
		ui_ticks_log(axis->low, axis->high, most, ticks);
	/* Less than a digit of a logarithmic axis has even steps, as far as the eye can tell. */
	if (!axis->logarithmic || ticks->count < 2)
		ui_ticks_linear(axis->low, axis->high, most, ticks);
	while (axis->whole && ticks->decimals > 0 && most > 2)
		ui_ticks_linear(axis->low, axis->high, --most, ticks);
}

/* Labels and axis at the left. */
static void draw_y(struct ui_area area, const struct ui_plot *plot, const struct ui_ticks *ticks,
                   int labels, int height)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	char text[32];

	for (int y = 0; y < height; y++)
		ui_put(area, labels, y, UI_ROLE_DIM, glyphs->vertical);
	ui_put(area, labels, height, UI_ROLE_DIM, glyphs->corner);
	for (size_t i = 0; i < ticks->count; i++) {
		double share = ui_axis_share(&plot->y, ticks->at[i]);
		int row = (int) lround((1 - share) * (height * 4 - 1)) / 4;
		ui_tick_text(ticks, i, text, sizeof(text));
		ui_text_right(area, labels, row, UI_ROLE_DIM, text);
		ui_put(area, labels, row, UI_ROLE_DIM, glyphs->tick_left);
	}
}

/* Axis and labels below. */
static void draw_x(struct ui_area area, const struct ui_plot *plot, int left, int bottom)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	int width = area.rect.width - left, free_from = left;
	struct ui_ticks ticks;
	char text[32];

	for (int x = left; x < area.rect.width; x++)
		ui_put(area, x, bottom, UI_ROLE_DIM, glyphs->axis);
	ticks_of(&plot->x, width / 6, &ticks);
	for (size_t i = 0; i < ticks.count; i++) {
		double share = ui_axis_share(&plot->x, ticks.at[i]);
		int x = left + (int) lround(share * (width * 2 - 1)) / 2;
		ui_tick_text(&ticks, i, text, sizeof(text));
		int from = x - ui_text_width(text) / 2, wide = ui_text_width(text);
		if (from + wide > area.rect.width)
			from = area.rect.width - wide;
		if (from < left)
			from = left;
		ui_put(area, x, bottom, UI_ROLE_DIM, glyphs->tick_below);
		if (from < free_from)
			continue;
		ui_text(area, from, bottom + 1, UI_ROLE_DIM, text);
		free_from = from + wide + 1;
	}
}

void ui_plot_draw(struct ui_area area, const struct ui_plot *plot)
{
	int height = area.rect.height - 2, labels = 0;
	struct ui_ticks ticks;
	char text[32];

	if (height < 1 || area.rect.width < 12)
		return;
	ticks_of(&plot->y, height / 2, &ticks);
	for (size_t i = 0; i < ticks.count; i++) {
		ui_tick_text(&ticks, i, text, sizeof(text));
		if (ui_text_width(text) > labels)
			labels = ui_text_width(text);
	}
	draw_y(area, plot, &ticks, labels, height);
	draw_x(area, plot, labels + 1, height);
	draw_series(ui_area_sub(area, labels + 1, 0, area.rect.width - labels - 1, height), plot);
}
