/*
 * Key bindings of the user: keys.ini in the configuration folder.
 *
 * One section, [keys], and a line an action, by the name of its command:
 *     pause = p C-p
 * Keys are separated by spaces and named as the help page does; `none` takes all keys away. What is
 * not named keeps its keys. A file in which anything is wrong changes nothing.
 */
#ifndef EVOSCOPE_UI_BINDINGS_H
#define EVOSCOPE_UI_BINDINGS_H

#include "action.h"

/* EVO_E_INPUT with file and line: no such action, no such key, or a key that means two things in
   one place. */
bool ui_bindings_read(const char *path, struct evo_error *err);
/* That of the user, where there is one. */
bool ui_bindings_load(struct evo_error *err);

#endif
