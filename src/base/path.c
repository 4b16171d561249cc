/*
 * Where things live.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evoscope/base.h"

#define PROGRAM "evoscope"

char *evo_path_join(const char *directory, const char *name)
{
	size_t length = strlen(directory);

	if (name == NULL || *name == '\0')
		return evo_strdup(directory);
	const char *slash = length == 0 || directory[length - 1] == '/' ? "" : "/";
	return evo_format("%s%s%s", directory, slash, name);
}

bool evo_path_exists(const char *path)
{
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static const char *non_empty(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* $HOME, else the user's entry in the password file, else the working directory. */
static char *home(void)
{
	const char *value = non_empty("HOME");
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (value != NULL)
		return evo_strdup(value);
	if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found) == 0 && found != NULL &&
	    found->pw_dir != NULL && found->pw_dir[0] != '\0')
		return evo_strdup(found->pw_dir);
	return evo_strdup(".");
}

/* The specification says that a relative path in one of its variables is to be ignored. */
static char *xdg_path(const char *variable, const char *below_home, const char *name)
{
	const char *value = non_empty(variable);
	char *base, *directory, *path;

	if (value != NULL && *value == '/') {
		base = evo_strdup(value);
	} else {
		char *at = home();
		base = evo_path_join(at, below_home);
		free(at);
	}
	directory = evo_path_join(base, PROGRAM);
	path = evo_path_join(directory, name);
	free(base);
	free(directory);
	return path;
}

char *evo_path_config(const char *name)
{
	return xdg_path("XDG_CONFIG_HOME", ".config", name);
}

char *evo_path_data(const char *name)
{
	const char *moved = non_empty("EVOSCOPE_DATA");

	if (moved != NULL)
		return evo_path_join(moved, name);
	return xdg_path("XDG_DATA_HOME", ".local/share", name);
}

char *evo_path_state(const char *name)
{
	return xdg_path("XDG_STATE_HOME", ".local/state", name);
}

bool evo_name_is_plain(const char *name)
{
	static const char allowed[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const size_t length = strlen(name);

	return length > 0 && length <= EVO_NAME_MAX && strspn(name, allowed) == length &&
	       name[0] != '-' && name[0] != '_';
}

/* ---- What is installed beside the program ---------------------------------------------------- */

/* True when the running program lies in the tree where it was built. */
static bool is_uninstalled(void)
{
	char *program = realpath("/proc/self/exe", NULL);
	char *build = realpath(EVO_BUILD_DIR, NULL);
	size_t length = build == NULL ? 0 : strlen(build);
	bool inside = program != NULL && length > 0 && strncmp(program, build, length) == 0 &&
	              program[length] == '/';

	free(program);
	free(build);
	return inside;
}

/* The folder of the running program, or so many above it; NULL when that is not known. */
static char *program_folder(size_t above)
{
	char *path = realpath("/proc/self/exe", NULL);

	for (size_t i = 0; path != NULL && i <= above; i++) {
		char *slash = strrchr(path, '/');
		if (slash == NULL) {
			free(path);
			return NULL;
		}
		*slash = '\0';
	}
	return path;
}

static bool holds(const char *folder, const char *name)
{
	char *path = evo_path_join(folder, name);
	bool there = evo_path_exists(path);

	free(path);
	return there;
}

/* As in a source tree: themes/ at its top, the rest in data/. */
static char *in_tree(const char *top, const char *name)
{
	char *path = evo_path_join(top, name), *data;

	if (name != NULL && *name != '\0' && evo_path_exists(path))
		return path;
	free(path);
	data = evo_path_join(top, "data");
	path = evo_path_join(data, name);
	free(data);
	return path;
}

/* Where an installation may lie, by the program's own place; NULL when that is not known. */
static char *installed_beside(void)
{
	char *prefix = program_folder(1), *beside = NULL;

	if (prefix != NULL)
		beside = evo_path_join(prefix, "share/" PROGRAM);
	free(prefix);
	return beside;
}

char *evo_path_shared(const char *name)
{
	const char *moved = non_empty("EVOSCOPE_SHARED");
	char *folder, *path;

	if (moved != NULL)
		return evo_path_join(moved, name);
	if (is_uninstalled())
		return in_tree(EVO_SOURCE_DIR, name);
	folder = program_folder(0);
	if (folder != NULL && holds(folder, "data/presets")) {
		path = in_tree(folder, name);
	} else {
		free(folder);
		folder = installed_beside();
		path = evo_path_join(
		        folder != NULL && holds(folder, "presets") ? folder : EVO_SHARED_DIR, name);
	}
	free(folder);
	return path;
}

char *evo_path_shared_places(void)
{
	char *found = evo_path_shared(NULL), *folder = program_folder(0);
	char *beside = installed_beside(), *places;

	if (folder == NULL || beside == NULL || strcmp(found, EVO_SHARED_DIR) != 0 ||
	    holds(found, "presets"))
		places = evo_strdup(found);
	else if (strcmp(beside, EVO_SHARED_DIR) == 0)
		places = evo_format("%s/data or %s", folder, beside);
	else
		places = evo_format("%s/data, %s or %s", folder, beside, EVO_SHARED_DIR);
	free(found);
	free(folder);
	free(beside);
	return places;
}
