/*
 * Scripts: keys and commands from a file, as if a person typed them.
 */
#ifndef EVOSCOPE_UI_SCRIPT_H
#define EVOSCOPE_UI_SCRIPT_H

#include "key.h"

#include "evoscope/search.h"

/* What `:wait` waits for. */
enum ui_wait_kind {
	UI_WAIT_NOTHING,
	UI_WAIT_GENERATION,
	UI_WAIT_IDLE,  /* the search rests, and so do the screens */
	UI_WAIT_SCORES /* all that screens asked for is there */
};
struct ui_wait {
	enum ui_wait_kind kind;
	size_t generation;
};
/* "idle", "generation N", "scores". */
bool ui_wait_parse(const char *text, struct ui_wait *wait, struct evo_error *err);
/* busy: a screen has asked for something that is not there yet. */
bool ui_wait_over(const struct ui_wait *wait, const struct evo_snapshot *snapshot, bool busy);

struct ui_script {
	char *text; /* NULL: there is none, or it has ended */
	const char *path, *next;
	size_t line;
	struct ui_wait wait;
};
bool ui_script_open(struct ui_script *script, const char *path, struct evo_error *err);
void ui_script_close(struct ui_script *script);
/* The next line that is no comment, without its end; NULL at the end. Caller frees. */
char *ui_script_line(struct ui_script *script);

/* The next key of a `keys` line's text; advances it. An unknown <name> is an error. */
bool ui_script_key(const char **text, uint32_t *key, struct evo_error *err);

#endif
