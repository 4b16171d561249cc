/*
 * What the terminal is, from terminfo. Apart from the rest, since term.h makes macros of words such
 * as `lines` and `columns`.
 */
#include "config.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminfo.h"

bool ui_terminfo_check(struct evo_error *err)
{
	const char *name = getenv("TERM");
	int found;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return evo_fail(
		        err, EVO_E_IO,
		        "the explorer needs a terminal; evoscope --plain and evoscope evolve "
		        "do without");
	if (name == NULL || *name == '\0')
		return evo_fail(err, EVO_E_IO,
		                "TERM is not set; set it to the kind of your terminal, such as "
		                "TERM=xterm, or use evoscope --plain, which needs none");
	if (setupterm(name, STDOUT_FILENO, &found) != OK)
		return evo_fail(err, EVO_E_IO,
		                "unknown terminal type '%s' (TERM); try TERM=xterm, or use "
		                "evoscope --plain, which needs none",
		                name);
	const char *move = tigetstr("cup");
	bool moves = move != NULL && move != (char *) -1;
	del_curterm(cur_term);
	if (!moves)
		return evo_fail(err, EVO_E_IO,
		                "a terminal of type '%s' (TERM) cannot place its cursor; "
		                "evoscope --plain and evoscope evolve do without",
		                name);
	return true;
}

/* Appends a capability without its padding ("$<5>"). */
static void add_capability(struct ui_rescue *rescue, const char *text)
{
	if (text == NULL || text == (char *) -1)
		return;
	while (*text != '\0' && rescue->length < sizeof(rescue->bytes)) {
		const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
		if (end != NULL)
			text = end + 1;
		else
			rescue->bytes[rescue->length++] = *text++;
	}
}

void ui_terminfo_rescue(struct ui_rescue *rescue, bool colour, bool mouse, bool pastes)
{
	rescue->length = 0;
	add_capability(rescue, tigetstr("sgr0"));
	if (colour)
		add_capability(rescue, tigetstr("op"));
	add_capability(rescue, tigetstr("rmkx"));
	if (mouse)
		add_capability(rescue, "\033[?1006l\033[?1000l");
	if (pastes)
		add_capability(rescue, "\033[?2004l");
	add_capability(rescue, tigetstr("cnorm"));
	add_capability(rescue, tigetstr("rmcup"));
	add_capability(rescue, "\r\n");
	rescue->terminal = STDOUT_FILENO;
	rescue->saved_errors = rescue->caught_errors = -1;
}
