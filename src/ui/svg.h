/*
 * A screen as a picture (SVG), for pages that show it.
 *
 * Lines, blocks and dots are drawn as shapes, so that they join whatever font the viewer has; runs
 * of text are placed at their column.
 */
#ifndef EVOSCOPE_UI_SVG_H
#define EVOSCOPE_UI_SVG_H

#include "theme.h"

/* Appends the picture of a surface in a theme, its default colours included. */
void ui_svg(const struct ui_surface *surface, const struct ui_theme *theme, struct evo_text *out);

#endif
