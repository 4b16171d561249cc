/*
 * Completion: words that begin as what is before the cursor does.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evoscope/proxy.h"
#include "complete.h"
#include "theme.h"

static void offer(struct ui_candidates *candidates, const char *word, const char *typed)
{
	if (strncmp(word, typed, strlen(typed)) != 0)
		return;
	candidates->words =
	        evo_realloc(candidates->words, candidates->count + 1, sizeof(*candidates->words));
	candidates->words[candidates->count++] = evo_strdup(word);
}

static void commands(struct ui_candidates *candidates, const char *typed)
{
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		offer(candidates, ui_actions[i].name, typed);
}

static void primitives(struct ui_candidates *candidates, const char *typed)
{
	for (unsigned i = 1; i < evo_primitive_count(); i++)
		offer(candidates, evo_primitive(i)->name, typed);
}

/* Words of an expression: primitives, terminals and named proxies. */
static void expressions(struct ui_candidates *candidates, const char *typed)
{
	struct evo_library library;

	primitives(candidates, typed);
	evo_library_load(&library, NULL);
	for (size_t i = 0; i < library.count; i++)
		offer(candidates, library.items[i].name, typed);
	evo_library_clear(&library);
}

/* "min|mean" and the like. */
static void choices(struct ui_candidates *candidates, const char *list, const char *typed)
{
	char *copy = evo_strdup(list), *rest = copy;

	for (char *word; (word = strtok_r(rest, "|", &rest)) != NULL;)
		offer(candidates, word, typed);
	free(copy);
}

/* What a setting may be; of numbers the present one, to be changed. */
static void values(struct ui_candidates *candidates, const struct evo_setting *setting,
                   const char *typed, const struct evo_gp_config *config)
{
	char now[sizeof(config->exclude)], range[EVO_SETTING_RANGE];

	evo_gp_config_get(config, setting, now, sizeof(now));
	evo_setting_range(setting, range);
	candidates->hint =
	        evo_format("now %s (%s): %s", *now != '\0' ? now : "none", range, setting->help);
	switch (setting->type) {
	case EVO_SET_BOOL:
		choices(candidates, "no|yes", typed);
		break;
	case EVO_SET_CHOICE:
		choices(candidates, setting->choices, typed);
		break;
	case EVO_SET_WORDS:
		primitives(candidates, typed);
		break;
	case EVO_SET_NETWORKS:
		offer(candidates, "all", typed);
		offer(candidates, now, typed);
		break;
	case EVO_SET_SIZE:
	case EVO_SET_REAL:
		offer(candidates, now, typed);
		break;
	}
}

static void settings(struct ui_candidates *candidates, const char *argument, const char *typed,
                     const struct evo_gp_config *config)
{
	size_t length = strcspn(argument, " ");

	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		if (argument[length] == '\0')
			offer(candidates, setting->name, typed);
		else if (strlen(setting->name) == length &&
		         strncmp(setting->name, argument, length) == 0)
			values(candidates, setting, typed, config);
	}
	candidates->more = argument[length] == '\0';
}

/* Words that rows of the population are found by. */
static void filters(struct ui_candidates *candidates, const char *typed)
{
	for (int i = EVO_ORIGIN_RANDOM; i <= EVO_ORIGIN_CARRIED; i++)
		offer(candidates, evo_origin_name((enum evo_origin) i), typed);
	offer(candidates, "descends", typed);
}

static void themes(struct ui_candidates *candidates, const char *typed)
{
	size_t count;
	struct evo_error unread = {0};
	char **names = ui_theme_names(&count, &unread);

	for (size_t i = 0; i < count; i++) {
		offer(candidates, names[i], typed);
		free(names[i]);
	}
	free(names);
	if (unread.code != EVO_OK)
		candidates->hint = evo_strdup(unread.message);
}

static void files(struct ui_candidates *candidates, const char *typed, bool folders)
{
	const char *slash = strrchr(typed, '/');
	char *folder = slash != NULL ? evo_strndup(typed, (size_t) (slash - typed) + 1) : NULL;
	DIR *directory = opendir(folder != NULL ? folder : ".");
	int why = errno;

	for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		char *path = evo_format("%s%s", folder != NULL ? folder : "", entry->d_name);
		struct stat status;
		bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
		char *word = evo_format("%s%s", path, is_folder ? "/" : "");
		if (entry->d_name[0] != '.' && (is_folder || !folders))
			offer(candidates, word, typed);
		free(word);
		free(path);
	}
	if (directory != NULL)
		closedir(directory);
	else if (why != ENOENT && why != ENOTDIR)
		candidates->hint = evo_format("cannot read the folder %s: %s",
		                              folder != NULL ? folder : ".", strerror(why));
	free(folder);
}

/* The rest of the line by the kind of argument; typed is its last word. */
static void arguments(struct ui_candidates *candidates, enum ui_action action, const char *argument,
                      const char *typed, const struct evo_gp_config *config)
{
	bool first = typed == argument;

	switch (ui_actions[action].kind) {
	case UI_EXPRESSION:
		expressions(candidates, typed);
		break;
	case UI_SETTING:
		settings(candidates, argument, typed, config);
		break;
	case UI_EXPORT:
		if (first)
			offer(candidates, "csv", typed);
		else
			files(candidates, typed, true);
		break;
	case UI_THEME:
		themes(candidates, typed);
		break;
	case UI_FILE:
		files(candidates, typed, action == UI_ACTION_EXPORT_RUN);
		break;
	case UI_CONDITION:
		if (first)
			choices(candidates, "generation|idle|scores", typed);
		break;
	default:
		if (action == UI_ACTION_FILTER)
			filters(candidates, typed);
		break;
	}
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Where the last word begins; in expressions words also end at brackets and commas. */
static const char *last_word(const char *text, bool expression)
{
	const char *end = text + strlen(text), *stops = expression ? " (,)" : " ";

	while (end > text && strchr(stops, end[-1]) == NULL)
		end--;
	return end;
}

/* A name that is a primitive, a terminal and a proxy is one word. */
static void drop_repeated(struct ui_candidates *candidates)
{
	size_t kept = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		if (kept > 0 && strcmp(candidates->words[kept - 1], candidates->words[i]) == 0)
			free(candidates->words[i]);
		else
			candidates->words[kept++] = candidates->words[i];
	}
	candidates->count = kept;
}

void ui_complete(const char *line, const struct evo_gp_config *config,
                 struct ui_candidates *candidates)
{
	size_t name = strcspn(line, " ");
	enum ui_action action;

	*candidates = (struct ui_candidates){0};
	if (line[name] == '\0') {
		commands(candidates, line);
	} else if (ui_action_find(line, name, &action, NULL)) {
		enum ui_argument kind = ui_actions[action].kind;
		const char *argument = line + name + strspn(line + name, " ");
		const char *typed = last_word(argument, kind == UI_EXPRESSION);
		candidates->from = (size_t) (typed - line);
		arguments(candidates, action, argument, typed, config);
		/* Where there is nothing to choose from, what is wanted is said. */
		if (candidates->count == 0 && candidates->hint == NULL &&
		    *ui_actions[action].argument != '\0')
			candidates->hint = evo_format("%s: %s", ui_actions[action].argument,
			                              ui_actions[action].help);
	}
	if (candidates->count > 1)
		qsort(candidates->words, candidates->count, sizeof(*candidates->words),
		      compare_words);
	drop_repeated(candidates);
	if (line[name] == '\0' && candidates->count == 1 &&
	    ui_action_find(candidates->words[0], strlen(candidates->words[0]), &action, NULL))
		candidates->more = *ui_actions[action].argument != '\0';
}

void ui_candidates_drop(struct ui_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		free(candidates->words[i]);
	free(candidates->words);
	candidates->words = NULL;
	candidates->count = 0;
}

void ui_candidates_free(struct ui_candidates *candidates)
{
	ui_candidates_drop(candidates);
	free(candidates->hint);
	*candidates = (struct ui_candidates){0};
}

size_t ui_candidates_common(const struct ui_candidates *candidates)
{
	size_t common = candidates->count > 0 ? strlen(candidates->words[0]) : 0;

	for (size_t i = 1; i < candidates->count; i++) {
		size_t same = 0;
		while (same < common && candidates->words[i][same] == candidates->words[0][same])
			same++;
		common = same;
	}
	return common;
}
