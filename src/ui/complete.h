/*
 * Completion of the command line, from the tables that commands are made from.
 */
#ifndef EVOSCOPE_UI_COMPLETE_H
#define EVOSCOPE_UI_COMPLETE_H

#include "action.h"

/* What may stand in place of a line's bytes from `from` on. */
struct ui_candidates {
	size_t from;
	size_t count;
	char **words; /* sorted */
	bool more;    /* something follows the word that is left alone */
	char *hint;   /* what may stand here, in words; NULL */
};

/* For a command line without its colon, up to the cursor; config: the settings as they are. */
void ui_complete(const char *line, const struct evo_gp_config *config,
                 struct ui_candidates *candidates);
void ui_candidates_free(struct ui_candidates *candidates);
/* Drops the words, and keeps the hint. */
void ui_candidates_drop(struct ui_candidates *candidates);
/* How many leading bytes all of them share. */
size_t ui_candidates_common(const struct ui_candidates *candidates);

#endif
