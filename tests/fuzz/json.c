/* JSON that is written: whatever the text was, what comes out is a string of valid UTF-8 without
   control characters. */
#include "config.h"

#include "fuzz.h"

static bool is_utf8(const unsigned char *at)
{
	while (*at != '\0') {
		size_t more = *at < 0x80 ? 0 : *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
		uint32_t code = more == 0 ? *at : *at & (0x3fu >> more);
		if ((*at >= 0x80 && *at < 0xc2) || *at > 0xf4)
			return false;
		for (at++; more > 0; more--, at++) {
			if ((*at & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*at & 0x3fu);
		}
		if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_text out;
	struct evo_json json;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *text = fuzz_text(data, size);
	evo_text_init(&out);
	evo_json_begin(&json, &out);
	evo_json_text(&json, text);
	FUZZ_CHECK(out.length >= 2 && out.data[0] == '"' && out.data[out.length - 1] == '"');
	FUZZ_CHECK(is_utf8((const unsigned char *) out.data));
	for (size_t i = 1; i + 1 < out.length; i++) {
		FUZZ_CHECK((unsigned char) out.data[i] >= 0x20);
		FUZZ_CHECK(out.data[i] != '"');
		if (out.data[i] == '\\')
			FUZZ_CHECK(++i + 1 < out.length);
	}
	evo_text_clear(&out);
	free(text);
	return 0;
}
