/*
 * The table of actions, and what is made from it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "evoscope/ui.h"

#include "action.h"

const struct ui_action_row ui_actions[UI_ACTION_COUNT] = {
#define UI_ACTION_ROW(id, name, argument, kind, keys, where, when, label, help)                    \
	{name, argument, kind, keys, where, when, label, help},
        UI_ACTIONS(UI_ACTION_ROW)
#undef UI_ACTION_ROW
};

enum ui_when ui_when(enum evo_run_state state)
{
	switch (state) {
	case EVO_RUN_IDLE:
		return UI_WHEN_IDLE;
	case EVO_RUN_STARTING:
	case EVO_RUN_RUNNING:
	case EVO_RUN_STEPPING:
	case EVO_RUN_PAUSING:
		return UI_WHEN_GOING;
	case EVO_RUN_PAUSED:
		return UI_WHEN_PAUSED;
	default:
		return UI_WHEN_ENDED;
	}
}

bool ui_action_find(const char *name, size_t length, enum ui_action *action, struct evo_error *err)
{
	const char *names[UI_ACTION_COUNT];
	char word[64];
	size_t matches = 0;

	snprintf(word, sizeof(word), "%.*s", (int) (length < 63 ? length : 63), name);
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		names[i] = ui_actions[i].name;
		if (strcmp(names[i], word) == 0) {
			*action = i;
			return true;
		}
		if (length > 0 && strncmp(names[i], word, length) == 0) {
			*action = i;
			matches++;
		}
	}
	if (matches == 1)
		return true;
	if (matches > 1)
		return evo_fail(err, EVO_E_USAGE, "'%s' is short for %zu commands: Tab lists them",
		                word, matches);
	char advice[EVO_ADVICE_SIZE];
	return evo_fail(err, EVO_E_USAGE, "there is no command '%s'; %s", word,
	                evo_did_you_mean(word, names, UI_ACTION_COUNT, "? lists them", advice));
}

/* Of the user; "" where there are none. */
static char bound[UI_ACTION_COUNT][UI_ACTION_KEYS_SIZE];
static bool is_bound[UI_ACTION_COUNT];

void ui_action_bind(enum ui_action action, const char *keys)
{
	is_bound[action] = keys != NULL;
	snprintf(bound[action], sizeof(bound[action]), "%s", keys != NULL ? keys : "");
}

static const char *keys_of(enum ui_action action)
{
	return is_bound[action] ? bound[action] : ui_actions[action].keys;
}

static bool has_key(enum ui_action action, uint32_t key)
{
	uint32_t own;

	for (size_t i = 0; (own = ui_action_key(action, i)) != UI_KEY_NONE; i++)
		if (own == key)
			return true;
	return false;
}

bool ui_action_conflict(enum ui_action action, uint32_t key, enum ui_action *other)
{
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		*other = i;
		if (i != action && (ui_actions[i].where & ui_actions[action].where) != 0 &&
		    (ui_actions[i].when & ui_actions[action].when) != 0 && has_key(i, key))
			return true;
	}
	return false;
}

uint32_t ui_action_key(enum ui_action action, size_t index)
{
	const char *at = keys_of(action);

	while (*at != '\0') {
		size_t length = strcspn(at, " ");
		if (index-- == 0)
			return ui_key_find(at, length);
		at += length + strspn(at + length, " ");
	}
	return UI_KEY_NONE;
}

enum ui_action ui_action_of_key(uint32_t key, unsigned where, unsigned when)
{
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		if ((ui_actions[i].where & where) != 0 && (ui_actions[i].when & when) != 0 &&
		    has_key(i, key))
			return i;
	return UI_ACTION_COUNT;
}

void ui_action_keys_text(enum ui_action action, char *out, size_t size)
{
	char name[UI_KEY_NAME_SIZE];
	size_t used = 0;
	uint32_t key;

	*out = '\0';
	for (size_t i = 0; (key = ui_action_key(action, i)) != UI_KEY_NONE && used < size; i++) {
		ui_key_name(key, name);
		used += (size_t) snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", name);
	}
}

bool evo_explorer_action(size_t index, struct evo_explorer_action *action)
{
	if (index >= UI_ACTION_COUNT)
		return false;
	*action = (struct evo_explorer_action){.name = ui_actions[index].name,
	                                       .argument = ui_actions[index].argument,
	                                       .help = ui_actions[index].help};
	ui_action_keys_text((enum ui_action) index, action->keys, sizeof(action->keys));
	return true;
}

/* Columns of one entry, two spaces after it included. */
static int entry_width(enum ui_action action)
{
	char name[UI_KEY_NAME_SIZE];

	ui_key_name(ui_action_key(action, 0), name);
	return ui_text_width(name) + 1 + ui_text_width(ui_actions[action].label) + 2;
}

static int draw_entry(struct ui_area area, int x, enum ui_action action)
{
	char name[UI_KEY_NAME_SIZE];

	ui_mark(area, x, 0, entry_width(action) - 2, action);
	ui_key_name(ui_action_key(action, 0), name);
	x = ui_text(area, x, 0, UI_ROLE_ACCENT, name) + 1;
	return ui_text(area, x, 0, UI_ROLE_DIM, ui_actions[action].label) + 2;
}

static bool always_shown(enum ui_action action)
{
	return action == UI_ACTION_HELP || action == UI_ACTION_CLOSE || action == UI_ACTION_QUIT;
}

bool ui_action_applies(enum ui_action action, unsigned where, unsigned when)
{
	const struct ui_action_row *row = &ui_actions[action];

	return *row->label != '\0' && *keys_of(action) != '\0' && (row->where & where) != 0 &&
	       (row->when & when) != 0;
}

void ui_key_line(struct ui_area area, unsigned where, unsigned when)
{
	int x = 1, kept = 0;

	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		kept += always_shown(i) && ui_action_applies(i, where, when) ? entry_width(i) : 0;
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		if (!ui_action_applies(i, where, when))
			continue;
		if (always_shown(i))
			x = draw_entry(area, x, i);
		else if (x + entry_width(i) + kept <= area.rect.width)
			x = draw_entry(area, x, i);
	}
}

void ui_hint_line(struct ui_area area, const struct ui_hint *hints, size_t count)
{
	int x = 1;

	ui_mark(area, 0, 0, area.rect.width, UI_NO_MARK);
	ui_blank(area, 0, UI_ROLE_TEXT);
	for (size_t i = 0; i < count; i++) {
		x = ui_text(area, x, 0, UI_ROLE_ACCENT, hints[i].key) + 1;
		x = ui_text(area, x, 0, UI_ROLE_DIM, hints[i].what) + 2;
	}
}

void ui_key_table(struct ui_area area, unsigned where)
{
	int x = 0, y = 0;

	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		if (ui_actions[i].where != where || !ui_action_applies(i, where, UI_ALWAYS))
			continue;
		if (x > 0 && x + entry_width(i) > area.rect.width) {
			x = 0;
			y++;
		}
		x = draw_entry(ui_area_sub(area, 0, y, area.rect.width, 1), x, i);
	}
}
