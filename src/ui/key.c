/*
 * Names of keys.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "evoscope/base.h"

#include "key.h"
#include "surface.h"

/* The first name of a key is the one that is shown. */
static const struct {
	const char *name;
	uint32_t key;
} names[] = {
        {"Enter", UI_KEY_ENTER},
        {"Tab", UI_KEY_TAB},
        {"Esc", UI_KEY_ESCAPE},
        {"Space", UI_KEY_SPACE},
        {"BS", UI_KEY_BACKSPACE},
        {"Up", UI_KEY_UP},
        {"Down", UI_KEY_DOWN},
        {"Left", UI_KEY_LEFT},
        {"Right", UI_KEY_RIGHT},
        {"Home", UI_KEY_HOME},
        {"End", UI_KEY_END},
        {"PgUp", UI_KEY_PAGE_UP},
        {"PgDn", UI_KEY_PAGE_DOWN},
        {"Del", UI_KEY_DELETE},
        {"S-Tab", UI_KEY_BACK_TAB},
        {"lt", '<'},
        {"gt", '>'},
};

void ui_key_name(uint32_t key, char out[UI_KEY_NAME_SIZE])
{
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		if (names[i].key == key && key != '<' && key != '>') {
			snprintf(out, UI_KEY_NAME_SIZE, "%s", names[i].name);
			return;
		}
	}
	if (key < 32)
		snprintf(out, UI_KEY_NAME_SIZE, "C-%c", (char) (key | 0x60));
	else
		evo_utf8_put(key, out);
}

uint32_t ui_key_find(const char *name, size_t length)
{
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		if (strlen(names[i].name) == length &&
		    strncasecmp(names[i].name, name, length) == 0)
			return names[i].key;
	}
	if (length == 3 && (name[0] == 'C' || name[0] == 'c') && name[1] == '-')
		return (uint32_t) name[2] & 0x1f;
	const char *rest = name;
	uint32_t code = length > 0 ? evo_utf8_next(&rest) : UI_KEY_NONE;
	return rest == name + length ? code : UI_KEY_NONE;
}
