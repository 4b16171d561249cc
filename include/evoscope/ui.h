/*
 * ui: the explorer, an ncurses program that watches a search and takes part in it.
 *
 * It draws the snapshots of search.h and sends commands back; the search never waits for it.
 */
#ifndef EVOSCOPE_UI_H
#define EVOSCOPE_UI_H

#include "evoscope/search.h"

/* What is borrowed here stays until evo_explorer returns. */
struct evo_explorer_config {
	struct evo_run_config run;
	bool start;         /* begin the search at once */
	bool ascii;         /* plain ASCII even where the locale is UTF-8 */
	bool no_mouse;      /* leave the mouse to the terminal */
	bool fixed_clock;   /* nothing on screen depends on the time: for saved screens */
	const char *theme;  /* a name; NULL: "dark" */
	const char *script; /* a file of keys and commands to run first; NULL: none */
};
struct evo_explorer_config evo_explorer_config_default(void);

/*
 * Opens the explorer on standard input and output, which must be a terminal, and returns when the
 * user quits: 0, or 1 with err set (EVO_E_IO: the terminal cannot be used; EVO_E_INPUT: a script
 * failed, with its file and line). The terminal is as it was before in every case. unstored: what
 * evo_run_finish says of the searches, for the caller to free.
 *
 * After SIGTERM, SIGHUP, SIGINT or SIGQUIT the search is ended, the terminal restored, and the
 * process dies of the same signal: the call does not return. SIGHUP is left alone where it was
 * ignored.
 *
 * A script has one entry a line: `keys TEXT` (names in angle brackets: <Enter> <Tab> <Esc> <Up>
 * <Down> <Left> <Right> <Home> <End> <PgUp> <PgDn> <Space> <BS> <Del> <C-x>, <lt> is `<`), a
 * `:command` as on the command line, empty lines and `#` comments. A `:command` that fails ends
 * the explorer with status 1; a command typed by `keys` fails on screen as it would for a person.
 * At its end the keyboard takes over.
 */
int evo_explorer(const struct evo_explorer_config *config, char **unstored, struct evo_error *err);

/* What the explorer can do: the table that its keys, command line, menu and help page are made
   from. The texts live as long as the program. */
struct evo_explorer_action {
	const char *name, *argument; /* on its command line; "" for no argument */
	const char *help;
	char keys[64]; /* "p, C-p"; "" for none */
};
/* By number from 0; false beyond the last. */
bool evo_explorer_action(size_t index, struct evo_explorer_action *action);

#endif
