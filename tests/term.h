/*
 * term: a program on a terminal of its own, for tests.
 *
 * The program runs in the foreground of a pseudo-terminal under a small supervisor that does what
 * a shell with job control does: it starts it as a job, notices when it stops, and puts it back
 * into the foreground. What it writes goes through libvterm, so that a test reads the screen as a
 * person would see it, and is kept byte by byte as well.
 *
 * Time limits are generous and only say when to give up; nothing is concluded from how long
 * something took.
 */
#ifndef EVO_TESTS_TERM_H
#define EVO_TESTS_TERM_H

#include <stdbool.h>
#include <stddef.h>

#define TERM_PATIENCE 120.0 /* seconds, on a loaded machine, with sanitizers */

struct term;

struct term_start {
	const char *const *argv; /* argv[0]: the path; NULL-terminated */
	const char *const *env;  /* the whole environment, "NAME=VALUE"; NULL-terminated */
	const char *folder;      /* to start in; NULL: where the test is */
	int rows, columns;
	int ignored; /* a signal that the program finds ignored, as nohup does; 0: none */
};
/* Aborts the test when there is no pseudo-terminal. */
struct term *term_open(const struct term_start *start);
/* Kills what still runs and frees. */
void term_close(struct term *term);

/* ---- Screen ---------------------------------------------------------------------------------- */

/* Row `row` (from 0) as UTF-8 without trailing blanks; the whole screen, rows ended by '\n'. Both
   live until the next call. */
const char *term_row(struct term *term, int row);
const char *term_screen(struct term *term);
int term_rows(const struct term *term);
/* The first row that shows the text, or -1. */
int term_find(struct term *term, const char *text);

/* Where the cursor is, from 0. */
void term_cursor_at(const struct term *term, int *row, int *column);

bool term_alternate(const struct term *term); /* is the alternate screen shown? */
bool term_cursor(const struct term *term);    /* is the cursor visible? */
/* Is the private mode set (ESC [ ? mode h), by what the program wrote last about it? 1000, 1002 and
   1003 are the mouse, 1006 its encoding, 2004 bracketed paste. */
bool term_mode(const struct term *term, int mode);

/* Everything written since the start. */
const char *term_bytes(const struct term *term, size_t *count);
/* How many sequences among them choose a colour (SGR 30-38, 40-48, 90-97, 100-107). */
size_t term_colours(const struct term *term);

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Reads what comes until the test holds; false after `seconds`, or when the program has ended
   without it. */
typedef bool (*term_test)(struct term *term, const void *context);
bool term_wait(struct term *term, term_test test, const void *context, double seconds);
bool term_wait_text(struct term *term, const char *text);
bool term_wait_gone(struct term *term, const char *text);
/* Until nothing has been written for `quiet` seconds; false when that does not happen in time. */
bool term_settle(struct term *term, double quiet);
/* Reads for so many seconds; returns how many bytes came. */
size_t term_listen(struct term *term, double seconds);

/* ---- Acting ---------------------------------------------------------------------------------- */

void term_keys(struct term *term, const char *bytes);
void term_send(struct term *term, const void *bytes, size_t count); /* any, also NUL */
/* A press of the left button on a cell, from 0. */
void term_click(struct term *term, int row, int column);
void term_click_right(struct term *term, int row, int column);
void term_resize(struct term *term, int rows, int columns);
void term_signal(struct term *term, int signal); /* to the program alone */
void term_hang_up(struct term *term);            /* closes the terminal under it */
/* As `fg` does: foreground, SIGCONT. The program must be stopped. */
void term_continue(struct term *term);

/* Has it ended, as far as has been read? */
bool term_ended(const struct term *term);
/* Waits until the program has ended or stopped; *status as by waitpid. */
bool term_wait_status(struct term *term, int *status);
/* Are the terminal's modes what they were before the start? */
bool term_restored(const struct term *term);

/* Prints the screen to standard error, for a test that fails. */
void term_show(struct term *term);
/* Fails the test, with the screen, unless the text appears. */
#define term_expect(term, text) term_expect_at(term, text, __FILE__, __LINE__)
void term_expect_at(struct term *term, const char *text, const char *file, int line);

/* Fails unless modes, alternate screen, cursor and mouse are as a program found them. */
void term_expect_back(struct term *term);

#endif
