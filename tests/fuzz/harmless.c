/* Text that is made harmless: nothing that a terminal obeys is left, it stays as it is the second
   time, and what fits into a width is no wider. */
#include "config.h"

#include "fuzz.h"

static void check_harmless(const char *text, bool utf8)
{
	struct evo_text once, twice;

	evo_text_init(&once);
	evo_text_init(&twice);
	evo_text_harmless(&once, text, utf8);
	for (const char *at = once.data; *at != '\0';) {
		const unsigned char *byte = (const unsigned char *) at;
		FUZZ_CHECK(*byte >= 0x20 && *byte != 0x7f);
		FUZZ_CHECK(utf8 || *byte < 0x80);
		FUZZ_CHECK(evo_harmless(evo_utf8_next(&at)));
	}
	evo_text_harmless(&twice, once.data, utf8);
	FUZZ_CHECK(strcmp(once.data, twice.data) == 0);
	for (size_t room = 0; room < 10; room++) {
		size_t used;
		FUZZ_CHECK(evo_text_fit(once.data, room, &used) <= once.length);
		FUZZ_CHECK(used <= room && used <= evo_text_columns(once.data));
	}
	evo_text_clear(&once);
	evo_text_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *text = fuzz_text(data, size);
	check_harmless(text, true);
	check_harmless(text, false);
	free(text);
	return 0;
}
