/* Scripts of the explorer: lines, keys by name, what is waited for. */
#include "config.h"

#include "../../src/ui/script.h"
#include "../../src/ui/surface.h"
#include "fuzz.h"

static void check_keys(const char *text)
{
	struct evo_error err = {0};
	uint32_t key;

	while (*text != '\0') {
		const char *before = text;
		if (!fuzz_told(ui_script_key(&text, &key, &err), &err))
			return;
		FUZZ_CHECK(text > before && key != UI_KEY_NONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ui_script script = {0};
	struct ui_wait wait;
	struct evo_error err = {0};
	char *line;
	size_t at = 0;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("script", data, size);
	if (fuzz_told(ui_script_open(&script, path, &err), &err)) {
		while ((line = ui_script_line(&script)) != NULL) {
			FUZZ_CHECK(script.line > at && *line != '\0' && *line != '#');
			at = script.line;
			check_keys(strncmp(line, "keys ", 5) == 0 ? line + 5 : line);
			const char *word = strncmp(line, ":wait ", 6) == 0 ? line + 6 : line;
			struct evo_error why = {0};
			fuzz_told(ui_wait_parse(word, &wait, &why), &why);
			free(line);
		}
	}
	ui_script_close(&script);
	free(path);
	return 0;
}
