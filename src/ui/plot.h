/*
 * Plots: axes with round numbers, and lines in cells of 2 x 4 dots.
 *
 * Series are told apart by colour, by the style of their line and by a mark at their points, so
 * that any one of these may be missing.
 */
#ifndef EVOSCOPE_UI_PLOT_H
#define EVOSCOPE_UI_PLOT_H

#include "surface.h"

#define UI_TICKS_MAX 64
struct ui_ticks {
	size_t count;
	double at[UI_TICKS_MAX];
	int decimals; /* that tell them apart; negative: print with %g */
};

/*
 * At most `most` round numbers (1, 2 or 5 times a power of ten apart) within [low, high], at least
 * two of them when most >= 2 and the range is not empty. low < high, both finite.
 */
void ui_ticks_linear(double low, double high, size_t most, struct ui_ticks *ticks);
/* The same for a logarithmic axis: 1, 2 and 5 times powers of ten, or every few powers of ten.
   0 < low < high. */
void ui_ticks_log(double low, double high, size_t most, struct ui_ticks *ticks);
void ui_tick_text(const struct ui_ticks *ticks, size_t index, char *out, size_t size);

/* Widens a range that is empty or too narrow to have distinct ticks, keeping its middle. */
void ui_range_widen(double *low, double *high);

enum ui_line {
	UI_LINE_SOLID,
	UI_LINE_DASHED,
	UI_LINE_DASH_DOT,
	UI_LINE_DOTTED,
	UI_LINE_STEPS,  /* holds a value until the next point, at which a mark stands in any case */
	UI_LINE_NONE,   /* marks only */
	UI_LINE_POINTS, /* a dot a point */
};

struct ui_series {
	const char *name;
	enum ui_role role;
	char mark; /* 0: none */
	enum ui_line line;
	size_t count;
	const double *x, *y; /* points that are not finite are left out */
};

struct ui_axis {
	double low, high;
	bool logarithmic;
	bool whole; /* only whole numbers are marked */
};

struct ui_plot {
	struct ui_axis x, y;
	const struct ui_series *series; /* the first lies on top */
	size_t count;
};

/* Draws axes and series over the whole area; the y labels take what columns they need. */
void ui_plot_draw(struct ui_area area, const struct ui_plot *plot);

/* Where a value lies on an axis, 0 to 1 within it. */
double ui_axis_share(const struct ui_axis *axis, double value);

#endif
