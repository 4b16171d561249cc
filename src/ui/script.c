/*
 * Scripts.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "script.h"
#include "surface.h"

#define SCRIPT_MAX ((size_t) 1 << 20)

bool ui_wait_parse(const char *text, struct ui_wait *wait, struct evo_error *err)
{
	int64_t number = 0;
	enum ui_wait_kind kind = strcmp(text, "idle") == 0     ? UI_WAIT_IDLE
	                         : strcmp(text, "scores") == 0 ? UI_WAIT_SCORES
	                                                       : UI_WAIT_GENERATION;

	if (kind == UI_WAIT_GENERATION && strncmp(text, "generation ", 11) != 0)
		return evo_fail(err, EVO_E_USAGE,
		                "wait for 'idle', 'scores' or 'generation N', not '%s'", text);
	if (kind == UI_WAIT_GENERATION &&
	    !evo_integer_parse(text + 11, 0, 1000000000, &number, err))
		return false;
	*wait = (struct ui_wait){.kind = kind, .generation = (size_t) number};
	return true;
}

bool ui_wait_over(const struct ui_wait *wait, const struct evo_snapshot *snapshot, bool busy)
{
	enum ui_when when = ui_when(snapshot->state);

	switch (wait->kind) {
	case UI_WAIT_SCORES:
		return !busy;
	case UI_WAIT_IDLE:
		return when != UI_WHEN_GOING && !busy;
	case UI_WAIT_GENERATION:
		/* A search that has ended will not get further. */
		return when == UI_WHEN_ENDED || snapshot->generation >= wait->generation;
	default:
		return true;
	}
}

bool ui_script_open(struct ui_script *script, const char *path, struct evo_error *err)
{
	*script = (struct ui_script){.path = path};
	script->text = evo_file_read(path, SCRIPT_MAX, NULL, err);
	script->next = script->text;
	return script->text != NULL;
}

void ui_script_close(struct ui_script *script)
{
	free(script->text);
	script->text = NULL;
}

char *ui_script_line(struct ui_script *script)
{
	while (*script->next != '\0') {
		const char *line = script->next;
		size_t length = strcspn(line, "\n");
		script->next = line + length + (line[length] == '\n');
		script->line++;
		if (length > 0 && line[length - 1] == '\r')
			length--;
		if (length > 0 && *line != '#')
			return evo_strndup(line, length);
	}
	return NULL;
}

bool ui_script_key(const char **text, uint32_t *key, struct evo_error *err)
{
	if (**text != '<') {
		*key = evo_utf8_next(text);
		return true;
	}
	size_t length = strcspn(*text, ">");
	*key = (*text)[length] == '>' ? ui_key_find(*text + 1, length - 1) : UI_KEY_NONE;
	if (*key == UI_KEY_NONE)
		return evo_fail(err, EVO_E_INPUT,
		                "'%.20s' is not the name of a key (a bare '<' is <lt>)", *text);
	*text += length + 1;
	return true;
}
