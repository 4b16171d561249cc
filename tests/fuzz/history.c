/* The history of the command line: what is read, and written, is read as the same. */
#include "config.h"

#include "../../src/ui/editline.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ui_history once = {0}, twice = {0};
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("history", data, size);
	ui_history_read(&once, path);
	FUZZ_CHECK(once.count <= UI_HISTORY_MAX);
	FUZZ_CHECK(fuzz_told(ui_history_write(&once, path, &err), &err));
	ui_history_read(&twice, path);
	FUZZ_CHECK(once.count == twice.count);
	for (size_t i = 0; i < once.count; i++)
		FUZZ_CHECK(strcmp(once.lines[i], twice.lines[i]) == 0);
	ui_history_free(&once);
	ui_history_free(&twice);
	free(path);
	return 0;
}
