/*
 * Signals: handlers only write to a pipe, and a crash puts the terminal back first.
 *
 * A library may have threads before main begins, so signals cannot be blocked and waited for: any
 * thread may get them.
 */
#ifndef EVOSCOPE_UI_SIGNALS_H
#define EVOSCOPE_UI_SIGNALS_H

#include <termios.h>

#include "evoscope/base.h"

/* What a crash handler needs to put the terminal back without calling anything but what signal
   handlers may call. */
struct ui_rescue {
	char bytes[512]; /* leave the alternate screen, show the cursor, ... */
	size_t length;
	int terminal;         /* descriptor that the bytes go to */
	int saved_errors;     /* what standard error was, -1: not moved */
	int caught_errors;    /* a file that it goes to meanwhile, -1: none */
	struct termios modes; /* of before */
};

/*
 * Until ui_signals_remove the terminal is also put back when memory is at an end: evo_malloc ends
 * the program, and so does curses, by exit().
 *
 * Takes over INT, QUIT, TERM, HUP (unless ignored), TSTP (unless ignored), CONT, WINCH and the
 * signals of a crash. rescue is copied.
 */
bool ui_signals_install(const struct ui_rescue *rescue, struct evo_error *err);
/* A new way to put the terminal back; copied. */
void ui_signals_rescue(const struct ui_rescue *rescue);
/* Puts back what was there. */
void ui_signals_remove(void);

int ui_signals_descriptor(void); /* readable when a signal has come */
int ui_signals_next(void);       /* its number; 0 when there is none */

/* Stops the process as Ctrl-Z would have; returns when it goes on. */
void ui_signals_stop(void);
/* Dies of a signal, so that a parent sees which. */
_Noreturn void ui_signals_die(int number);

#endif
