/*
 * A paste: what a terminal sends between the two marks of bracketed paste. It is text, never keys.
 */
#ifndef EVOSCOPE_UI_PASTE_H
#define EVOSCOPE_UI_PASTE_H

#include "evoscope/base.h"

#define UI_PASTE_BEGINS "\033[200~"
#define UI_PASTE_ENDS   "\033[201~"
#define UI_PASTE_MAX    65536 /* bytes that are kept */

struct ui_paste {
	bool open;   /* the mark that ends it has not come */
	bool broken; /* and will not come */
	size_t size; /* bytes that came, kept or not */
	char bytes[UI_PASTE_MAX];
	size_t matched; /* bytes of the mark that have come */
};
void ui_paste_begin(struct ui_paste *paste);
/* The next byte. */
void ui_paste_add(struct ui_paste *paste, char byte);
/* Appends what was pasted as one line: a line's end or a tab is a blank, other controls and bytes
   that are no UTF-8 are left out. */
void ui_paste_line(const struct ui_paste *paste, struct evo_text *out);

#endif
