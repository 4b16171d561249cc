/*
 * Headings: names of benchmarks, shortened only so far that they can be told apart.
 */
#ifndef EVOSCOPE_UI_HEADING_H
#define EVOSCOPE_UI_HEADING_H

#include "evoscope/snapshot.h"

#include "glyph.h"

#define UI_HEADING_SIZE 80 /* bytes: a name, and what marks a cut */

/*
 * One for each of so many benchmarks, whose names differ; stride: bytes from one to the next. What
 * follows a name's first dash will do where no other name ends in it. What is wider than so many
 * columns is cut at its end, or in its middle where the ends are what differs; a number tells apart
 * what even that does not.
 */
void ui_headings(const struct evo_run_case *first, size_t stride, size_t count, int width,
                 const struct ui_glyphs *glyphs, char (*out)[UI_HEADING_SIZE]);
/* A short text in at most so many columns, cut at its end. */
void ui_heading_cut(const char *text, int width, const struct ui_glyphs *glyphs,
                    char out[UI_HEADING_SIZE]);
/* That of one of a search's benchmarks, not cut: a part of its name. */
const char *ui_case_title(const struct evo_run_case *cases, size_t count, size_t which);

#endif
