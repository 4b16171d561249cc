/*
 * session: the explorer in a sandbox with a small benchmark, on a terminal of its own.
 */
#ifndef EVO_TESTS_SESSION_H
#define EVO_TESTS_SESSION_H

#include "program.h"
#include "term.h"

#define ENTER  "\r"
#define ESCAPE "\033"
#define CANCEL "\007" /* Ctrl-G, which cannot be the beginning of a longer key */

struct session {
	struct sandbox box;
	struct term *term;
};

/* A sandbox with a benchmark of 60 networks. */
void session_prepare(struct session *session);
/* The same without the benchmarks that come with the program. */
void session_prepare_alone(struct session *session);
/* The explorer in it, with a search that would take hours; further options end with NULL. ignored:
   a signal, as for term_open. */
void session_begin(struct session *session, int rows, int columns, int ignored,
                   const char *const *options);
#define BEGIN(session, rows, columns, ...)                                                         \
	session_begin(session, rows, columns, 0, (const char *const[]){__VA_ARGS__, NULL})
/* Ends the explorer, however it is, and keeps the sandbox. */
void session_end(struct session *session);
void session_finish(struct session *session);

/* Types a command line. */
void type_command(struct term *term, const char *text);

/* The number of complete generations that the status line shows, or -1. */
long generation(struct term *term);
void expect_generation(struct term *term, long least);

void expect_exit(struct term *term, int code);
/* Quits, answering the question that comes while a search is going. */
void quit(struct term *term);

#endif
