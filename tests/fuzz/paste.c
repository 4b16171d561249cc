/* Pastes: the mark ends one wherever it comes, and what was pasted is one line without controls. */
#include "config.h"

#include "../../src/ui/paste.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ui_paste paste;
	static const char mark[] = UI_PASTE_ENDS;
	struct evo_text line;
	size_t at = 0;

	ui_paste_begin(&paste);
	while (at < size && paste.open)
		ui_paste_add(&paste, (char) data[at++]);
	for (size_t i = 0; paste.open && i + 1 < sizeof(mark); i++)
		ui_paste_add(&paste, mark[i]);
	FUZZ_CHECK(!paste.open);
	evo_text_init(&line);
	ui_paste_line(&paste, &line);
	FUZZ_CHECK(line.length <= UI_PASTE_MAX && strlen(line.data) == line.length);
	for (const char *text = line.data; *text != '\0';) {
		FUZZ_CHECK((unsigned char) *text >= 0x20 && *text != 0x7f);
		evo_utf8_next(&text);
	}
	evo_text_clear(&line);
	return 0;
}
