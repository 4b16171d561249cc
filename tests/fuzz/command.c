/* The explorer's command line: completion of whatever stands there, and editing it. The input is
   what is typed; bytes from 0xf0 on are keys that have names. */
#include "config.h"

#include "../../src/ui/complete.h"
#include "../../src/ui/editline.h"
#include "fuzz.h"

/* Whatever is offered begins as what is typed, and candidates are sorted, none twice. */
static void check_completion(const char *line)
{
	struct ui_candidates candidates;
	struct evo_gp_config config;

	FUZZ_CHECK(evo_gp_preset("default", &config, NULL));
	ui_complete(line, &config, &candidates);
	FUZZ_CHECK(candidates.from <= strlen(line));
	FUZZ_CHECK(candidates.count == 0 ||
	           ui_candidates_common(&candidates) <= strlen(candidates.words[0]));
	for (size_t i = 0; i < candidates.count; i++) {
		const char *word = candidates.words[i];
		FUZZ_CHECK(strncmp(word, line + candidates.from, strlen(line + candidates.from)) ==
		           0);
		FUZZ_CHECK(i == 0 || strcmp(candidates.words[i - 1], word) < 0);
	}
	ui_candidates_free(&candidates);
}

static void check_line(const struct ui_editline *line)
{
	FUZZ_CHECK(line->length < UI_LINE_MAX && line->cursor <= line->length);
	FUZZ_CHECK(strlen(line->text) == line->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ui_history history = {0};
	struct ui_editline line = {.history = &history};
	struct evo_error err = {0};
	enum ui_action action;

	if (size > 4096)
		return -1;
	fuzz_folder();
	ui_history_add(&history, "set population 20");
	ui_history_add(&history, "seed 5");
	ui_editline_set(&line, "");
	for (size_t i = 0; i < size; i++) {
		ui_editline_key(&line, data[i] >= 0xf0 ? UI_KEY_UP + (data[i] & 15u) : data[i]);
		check_line(&line);
	}
	ui_history_add(&history, line.text);
	check_completion(line.text);
	size_t name = strcspn(line.text, " ");
	fuzz_told(ui_action_find(line.text, name, &action, &err), &err);
	ui_editline_replace(&line, 0, "x");
	check_line(&line);
	ui_history_free(&history);
	return 0;
}
