/*
 * Completion: words that begin as what is before the cursor does.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "theme.h"

static void offer(struct ui_candidates *candidates, const char *word, const char *typed)
{
	if (strncmp(word, typed, strlen(typed)) != 0)
		return;
	candidates->words =
	        evo_realloc(candidates->words, candidates->count + 1, sizeof *candidates->words);
	candidates->words[candidates->count++] = evo_strdup(word);
}

static void commands(struct ui_candidates *candidates, const char *typed)
{
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++)
		offer(candidates, ui_actions[i].name, typed);
}

/* Words of an expression: primitives, terminals and named proxies. */
static void expressions(struct ui_candidates *candidates, const char *typed)
{
	struct evo_library library;

	for (unsigned i = 1; i < evo_primitive_count(); i++)
		offer(candidates, evo_primitive(i)->name, typed);
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

static void settings(struct ui_candidates *candidates, const char *argument, const char *typed)
{
	size_t length = strcspn(argument, " ");
	bool value = argument[length] == ' ';

	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		if (!value) {
			offer(candidates, setting->name, typed);
		} else if (strlen(setting->name) == length &&
		           strncmp(setting->name, argument, length) == 0) {
			if (setting->type == EVO_SET_BOOL)
				choices(candidates, "false|true", typed);
			else if (setting->choices != NULL)
				choices(candidates, setting->choices, typed);
		}
	}
}

static void themes(struct ui_candidates *candidates, const char *typed)
{
	size_t count;
	char **names = ui_theme_names(&count);

	for (size_t i = 0; i < count; i++) {
		offer(candidates, names[i], typed);
		free(names[i]);
	}
	free(names);
}

static void files(struct ui_candidates *candidates, const char *typed, bool folders)
{
	const char *slash = strrchr(typed, '/');
	char *folder = slash != NULL ? evo_strndup(typed, (size_t) (slash - typed) + 1) : NULL;
	DIR *directory = opendir(folder != NULL ? folder : ".");

	for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		bool is_folder = entry->d_type == DT_DIR;
		if (entry->d_name[0] == '.' || (folders && !is_folder))
			continue;
		char *path = evo_format("%s%s%s", folder != NULL ? folder : "", entry->d_name,
		                        is_folder ? "/" : "");
		offer(candidates, path, typed);
		free(path);
	}
	if (directory != NULL)
		closedir(directory);
	free(folder);
}

/* The rest of the line by the kind of argument; typed is its last word. */
static void arguments(struct ui_candidates *candidates, enum ui_argument kind, const char *argument,
                      const char *typed)
{
	bool first = typed == argument;

	switch (kind) {
	case UI_EXPRESSION:
		expressions(candidates, typed);
		break;
	case UI_SETTING:
		settings(candidates, argument, typed);
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
		files(candidates, typed, false);
		break;
	case UI_CONDITION:
		if (first)
			choices(candidates, "generation|idle|scores", typed);
		break;
	default:
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

void ui_complete(const char *line, struct ui_candidates *candidates)
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
		arguments(candidates, kind, argument, typed);
	}
	if (candidates->count > 1)
		qsort(candidates->words, candidates->count, sizeof *candidates->words,
		      compare_words);
	drop_repeated(candidates);
}

void ui_candidates_free(struct ui_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		free(candidates->words[i]);
	free(candidates->words);
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
