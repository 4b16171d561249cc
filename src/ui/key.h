/*
 * Keys: what the terminal sends, as one number, and their names in tables, scripts and help.
 */
#ifndef EVOSCOPE_UI_KEY_H
#define EVOSCOPE_UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character is itself (Ctrl-A is 1); what is no character follows the last one of Unicode. */
enum ui_key {
	UI_KEY_NONE = 0,
	UI_KEY_TAB = 9,
	UI_KEY_ENTER = 13,
	UI_KEY_ESCAPE = 27,
	UI_KEY_SPACE = 32,
	UI_KEY_BACKSPACE = 127,
	UI_KEY_UP = 0x110000,
	UI_KEY_DOWN,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_PAGE_UP,
	UI_KEY_PAGE_DOWN,
	UI_KEY_DELETE,
	UI_KEY_BACK_TAB,
	UI_KEY_MOUSE,  /* the event is fetched apart */
	UI_KEY_PASTE,  /* and so is the text */
	UI_KEY_USELESS /* one that means nothing here, but not that there are no more */
};

#define UI_KEY_NAME_SIZE 16
/* "Enter", "C-x", "p". */
void ui_key_name(uint32_t key, char out[UI_KEY_NAME_SIZE]);
/* UI_KEY_NONE when it names none. */
uint32_t ui_key_find(const char *name, size_t length);

#endif
