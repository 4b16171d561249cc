/*
 * A tree as lines: node i of the tree, which is in prefix order, is line i.
 */
#ifndef EVOSCOPE_UI_TREE_LINES_H
#define EVOSCOPE_UI_TREE_LINES_H

#include "evoscope/expr.h"

#include "glyph.h"

/* Appends what stands before node `at` (three columns a level), then its word. */
void ui_tree_line(const struct evo_tree *tree, size_t at, const struct ui_glyphs *glyphs,
                  struct evo_text *out);

#endif
