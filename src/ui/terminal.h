/*
 * The terminal: the only file that knows curses.
 */
#ifndef EVOSCOPE_UI_TERMINAL_H
#define EVOSCOPE_UI_TERMINAL_H

#include "key.h"
#include "paste.h"
#include "theme.h"

struct ui_mouse {
	int x, y;
	int wheel;  /* -1 up, 1 down, 0 a click */
	bool right; /* by the right button */
};

/*
 * Takes over standard input and output, and the signals. On failure, which one clear line tells,
 * the terminal is as it was.
 */
bool ui_terminal_open(bool ascii, bool mouse, struct evo_error *err);
/* Puts back what was there, drops input that was not read, and prints what was written to standard
   error meanwhile. */
void ui_terminal_close(void);

const struct ui_glyphs *ui_terminal_glyphs(void);
void ui_terminal_size(int *columns, int *rows);
void ui_terminal_theme(const struct ui_theme *theme);

/* Shows a surface: what differs from what is there. */
void ui_terminal_show(const struct ui_surface *surface);
/* The next frame is drawn whole. */
void ui_terminal_redraw(void);
/* After SIGWINCH. */
void ui_terminal_resized(void);
/* Ctrl-Z: gives the terminal back, stops, and takes it again. */
void ui_terminal_stop(void);
/* After SIGCONT: sets the modes again. */
void ui_terminal_continue(void);

/* The next key, UI_KEY_NONE when there is none. */
uint32_t ui_terminal_key(struct ui_mouse *mouse);
/* Has a paste begun whose end has not come? Then ui_terminal_key is to be asked now and then, for
   the end may never come. */
bool ui_terminal_is_pasting(void);
/* What UI_KEY_PASTE stands for. */
const struct ui_paste *ui_terminal_paste(void);
/* Is standard input at its end? Asked when it is readable, before keys are taken. */
bool ui_terminal_ended(void);

/* Puts text on the clipboard (OSC 52). False when this terminal is not one that can. */
bool ui_terminal_copy(const char *text);

#endif
