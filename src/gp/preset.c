/*
 * Presets are files of settings. They are looked for among the user's and then among those that are
 * installed.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/gp.h"

#define DEFAULT_PRESET "default"

static void built_in(struct evo_gp_config *config)
{
	memset(config, 0, sizeof(*config));
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		evo_gp_config_set(config, setting->name, setting->value, NULL);
	}
}

struct reading {
	struct evo_gp_config *config;
	const char *path;
};

static bool read_entry(void *context, const char *section, const char *key, const char *value,
                       size_t line, struct evo_error *err)
{
	const struct reading *reading = context;
	struct evo_error inner = {0};
	if (strcmp(section, "search") != 0)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "unknown section [%s]; settings belong under [search]", section);
	return evo_gp_config_set(reading->config, key, value, &inner) ||
	       evo_fail_at(err, inner.code, reading->path, line, 0, "%s", inner.message);
}

/* ---- Which there are ------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_name(char ***names, size_t *count, const char *name, size_t length)
{
	for (size_t i = 0; i < *count; i++) {
		if (strlen((*names)[i]) == length && strncmp((*names)[i], name, length) == 0)
			return;
	}
	*names = evo_realloc(*names, *count + 1, sizeof(**names));
	(*names)[(*count)++] = evo_strndup(name, length);
}

/* Takes the path over. */
static void add_folder(char ***names, size_t *count, char *path, struct evo_error *err)
{
	DIR *folder = opendir(path);
	if (folder == NULL && errno != ENOENT && errno != ENOTDIR)
		evo_fail_file(err, path, "read the folder", errno);
	free(path);
	if (folder == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL) {
		size_t length = strlen(entry->d_name);
		if (length > 4 && strcmp(entry->d_name + length - 4, ".ini") == 0)
			add_name(names, count, entry->d_name, length - 4);
	}
	closedir(folder);
}

char **evo_gp_preset_names(size_t *count, struct evo_error *err)
{
	char **names = NULL;
	*count = 0;
	add_name(&names, count, DEFAULT_PRESET, strlen(DEFAULT_PRESET));
	add_folder(&names, count, evo_path_shared("presets"), err);
	add_folder(&names, count, evo_path_config("presets"), err);
	qsort(names, *count, sizeof(*names), by_name);
	return names;
}

static bool unknown_preset(const char *name, struct evo_error *err)
{
	size_t count;
	struct evo_error unread = {0};
	char **names = evo_gp_preset_names(&count, &unread);
	struct evo_text all;
	char advice[EVO_ADVICE_SIZE];
	evo_text_init(&all);
	for (size_t i = 0; i < count; i++)
		evo_text_printf(&all, "%s%s", i > 0 ? ", " : "there are ", names[i]);
	if (unread.code != EVO_OK)
		evo_fail(err, unread.code, "no preset is called '%s' in what can be read; %s", name,
		         unread.message);
	else
		evo_fail(err, EVO_E_NOT_FOUND, "no preset is called '%s'; %s", name,
		         evo_did_you_mean(name, (const char *const *) names, count, all.data,
		                          advice));
	evo_text_clear(&all);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return false;
}

/* ---- Reading one ----------------------------------------------------------------------------- */

/* Its file, or NULL. Caller frees. */
static char *preset_path(const char *name)
{
	char *file = evo_format("presets/%s.ini", name);
	char *path = evo_path_config(file);
	if (!evo_path_exists(path)) {
		free(path);
		path = evo_path_shared(file);
		if (!evo_path_exists(path)) {
			free(path);
			path = NULL;
		}
	}
	free(file);
	return path;
}

bool evo_gp_preset(const char *name, struct evo_gp_config *config, struct evo_error *err)
{
	built_in(config);
	if (strlen(name) >= sizeof(config->preset) || strchr(name, '/') != NULL || name[0] == '\0')
		return unknown_preset(name, err);
	memcpy(config->preset, name, strlen(name) + 1);
	char *path = preset_path(name);
	if (path == NULL)
		return strcmp(name, DEFAULT_PRESET) == 0 || unknown_preset(name, err);
	struct reading reading = {config, path};
	bool good = evo_ini_read(path, read_entry, &reading, err);
	if (good) {
		struct evo_error inner = {0};
		good = evo_gp_config_check(config, &inner) ||
		       evo_fail_at(err, inner.code, path, 0, 0, "%s", inner.message);
	}
	free(path);
	return good;
}
