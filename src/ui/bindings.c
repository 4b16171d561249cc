/*
 * The reader of keys.ini. It takes all lines or, where anything is wrong, none of them.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bindings.h"

struct reading {
	const char *path;
	char *keys[UI_ACTION_COUNT];   /* owned; NULL: as they were */
	size_t lines[UI_ACTION_COUNT]; /* where they stand */
};

/* Are all words names of keys? */
static bool check_keys(const char *value, const char **wrong, size_t *length)
{
	for (const char *at = value; *at != '\0'; at += *length + strspn(at + *length, " ")) {
		*length = strcspn(at, " ");
		*wrong = at;
		if (ui_key_find(at, *length) == UI_KEY_NONE)
			return false;
	}
	return true;
}

static bool take(void *context, const char *section, const char *key, const char *value,
                 size_t line, struct evo_error *err)
{
	struct reading *reading = context;
	struct evo_error why = {0};
	enum ui_action action;
	const char *wrong;
	size_t length;

	if (strcmp(section, "keys") != 0)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "there is one section, [keys], not [%s]", section);
	if (!ui_action_find(key, strlen(key), &action, &why) ||
	    strcmp(ui_actions[action].name, key) != 0)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0, "%s",
		                   why.code != EVO_OK ? why.message
		                                      : "the name of a command is cut short");
	if (strcmp(value, "none") == 0)
		value = "";
	if (strlen(value) >= UI_ACTION_KEYS_SIZE)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "%s has %zu bytes of keys, and %d are the most; give it fewer",
		                   key, strlen(value), UI_ACTION_KEYS_SIZE - 1);
	if (!check_keys(value, &wrong, &length))
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "'%.*s' is not a key; the help page (?) names keys",
		                   (int) length, wrong);
	free(reading->keys[action]);
	reading->keys[action] = evo_strdup(value);
	reading->lines[action] = line;
	return true;
}

/* The first line whose keys mean something else already. */
static bool check_conflicts(const struct reading *reading, struct evo_error *err)
{
	char name[UI_KEY_NAME_SIZE];
	enum ui_action other;
	uint32_t key;

	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		if (reading->keys[i] == NULL)
			continue;
		for (size_t j = 0; (key = ui_action_key(i, j)) != UI_KEY_NONE; j++) {
			if (!ui_action_conflict(i, key, &other))
				continue;
			ui_key_name(key, name);
			return evo_fail_at(err, EVO_E_INPUT, reading->path, reading->lines[i], 0,
			                   "%s is a key of '%s' already: give that another one",
			                   name, ui_actions[other].name);
		}
	}
	return true;
}

bool ui_bindings_read(const char *path, struct evo_error *err)
{
	struct reading reading = {.path = path};
	bool good = evo_ini_read(path, take, &reading, err);

	for (unsigned i = 0; good && i < UI_ACTION_COUNT; i++)
		ui_action_bind(i, reading.keys[i]);
	if (good && !check_conflicts(&reading, err)) {
		for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
			ui_action_bind(i, NULL);
		good = false;
	}
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		free(reading.keys[i]);
	return good;
}

bool ui_bindings_load(struct evo_error *err)
{
	char *path = evo_path_config("keys.ini");
	bool good = !evo_path_exists(path) || ui_bindings_read(path, err);

	free(path);
	return good;
}
