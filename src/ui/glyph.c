/*
 * Glyph sets, and cells of dots.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "glyph.h"

#define BLOCKS                                                                                     \
	{                                                                                          \
		' ', 0x258f, 0x258e, 0x258d, 0x258c, 0x258b, 0x258a, 0x2589, 0x2588                \
	}

const struct ui_glyphs ui_glyphs_utf8 = {
        .name = "utf8",
        .utf8 = true,
        .braille = true,
        .horizontal = 0x2500,
        .vertical = 0x2502,
        .top_left = 0x256d,
        .top_right = 0x256e,
        .bottom_left = 0x2570,
        .bottom_right = 0x256f,
        .branch = "├─ ",
        .last = "└─ ",
        .pipe = "│  ",
        .gap = "   ",
        .tick_left = 0x2524,
        .corner = 0x2514,
        .tick_below = 0x252c,
        .axis = 0x2500,
        .cut = 0x2026,
        .cursor = 0x258c,
        .injected = 0x25c6,
        .up = 0x25b2,
        .down = 0x25bc,
        .left_edge = 0x2595,
        .right_edge = 0x258f,
        .eighths = BLOCKS,
        .harm = 0x2592,
        .dot = " · ",
};

/* What the fonts of a Linux console have: single lines and whole blocks. */
const struct ui_glyphs ui_glyphs_console = {
        .name = "console",
        .utf8 = true,
        .braille = false,
        .horizontal = 0x2500,
        .vertical = 0x2502,
        .top_left = 0x250c,
        .top_right = 0x2510,
        .bottom_left = 0x2514,
        .bottom_right = 0x2518,
        .branch = "├─ ",
        .last = "└─ ",
        .pipe = "│  ",
        .gap = "   ",
        .tick_left = 0x2524,
        .corner = 0x2514,
        .tick_below = 0x252c,
        .axis = 0x2500,
        .cut = '~',
        .cursor = '>',
        .injected = 0x25c6,
        .up = '^',
        .down = 'v',
        .left_edge = '[',
        .right_edge = ']',
        .eighths = {' ', ' ', ' ', ' ', 0x2588, 0x2588, 0x2588, 0x2588, 0x2588},
        .harm = 0x2592,
        .dot = " · ",
};

const struct ui_glyphs ui_glyphs_ascii = {
        .name = "ascii",
        .utf8 = false,
        .braille = false,
        .horizontal = '-',
        .vertical = '|',
        .top_left = '+',
        .top_right = '+',
        .bottom_left = '+',
        .bottom_right = '+',
        .branch = "|- ",
        .last = "`- ",
        .pipe = "|  ",
        .gap = "   ",
        .tick_left = '+',
        .corner = '+',
        .tick_below = '+',
        .axis = '-',
        .cut = '~',
        .cursor = '>',
        .injected = '@',
        .up = '^',
        .down = 'v',
        .left_edge = '[',
        .right_edge = ']',
        .eighths = {' ', ' ', ' ', ' ', '#', '#', '#', '#', '#'},
        .harm = '-',
        .dot = " - ",
};

const struct ui_glyphs *ui_glyphs_pick(bool utf8, bool ascii, const char *term)
{
	if (ascii || !utf8)
		return &ui_glyphs_ascii;
	if (term != NULL && strncmp(term, "linux", 5) == 0)
		return &ui_glyphs_console;
	return &ui_glyphs_utf8;
}

uint32_t ui_cell_braille(unsigned dots)
{
	/* Unicode numbers the dots down the left column, then down the right, the bottom row
	   last. */
	static const unsigned char bit[8] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
	uint32_t pattern = 0;

	for (unsigned i = 0; i < 8; i++) {
		if ((dots >> i & 1) != 0)
			pattern |= bit[i];
	}
	return pattern == 0 ? ' ' : 0x2800 + pattern;
}

uint32_t ui_cell_ascii(unsigned dots)
{
	/* By which rows have a dot, row 0 (the top) is bit 0. */
	static const char by_rows[17] = " '-'-:-|.:.:.:.|";
	unsigned rows = 0, count = 0;

	for (unsigned i = 0; i < 8; i++) {
		if ((dots >> i & 1) == 0)
			continue;
		rows |= 1u << i / 2;
		count++;
	}
	return count >= 6 ? '#' : (uint32_t) by_rows[rows];
}

uint32_t ui_cell(const struct ui_glyphs *glyphs, unsigned dots)
{
	return glyphs->braille ? ui_cell_braille(dots) : ui_cell_ascii(dots);
}

void ui_glyph_append(struct evo_text *out, uint32_t glyph)
{
	char bytes[5];

	evo_text_append_n(out, bytes, evo_utf8_put(glyph, bytes));
}
