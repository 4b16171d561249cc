/*
 * What the terminal is, from terminfo.
 */
#ifndef EVOSCOPE_UI_TERMINFO_H
#define EVOSCOPE_UI_TERMINFO_H

#include "signals.h"

/* Are standard input and output a terminal that is known and can place its cursor? */
bool ui_terminfo_check(struct evo_error *err);

/* The bytes that put the terminal back, made while there is time for it. */
void ui_terminfo_rescue(struct ui_rescue *rescue, bool colour, bool mouse, bool pastes);

#endif
