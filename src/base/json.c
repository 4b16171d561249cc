/*
 * JSON out (RFC 8259).
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "evoscope/base.h"

void evo_json_begin(struct evo_json *json, struct evo_text *text)
{
	*json = (struct evo_json){.text = text};
}

/* What stands before a value, a key or a bracket that opens. */
static void separate(struct evo_json *json)
{
	if (json->comma)
		evo_text_append(json->text, ",");
	json->comma = true;
}

/* Length of the well-formed UTF-8 character that text begins with; 0: there is none. */
static size_t character_length(const unsigned char *text)
{
	size_t length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	unsigned low = 0x80, high = 0xbf; /* of the second byte */

	if (length == 1)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	/* Overlong forms, surrogates, and what is beyond Unicode. */
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < length; i++) {
		if (text[i] < low || text[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return length;
}

static void quote(struct evo_text *out, const char *string)
{
	const unsigned char *at = (const unsigned char *) string;

	evo_text_append(out, "\"");
	while (*at != '\0') {
		size_t length = character_length(at);
		if (length == 0)
			evo_text_append(out, "\\ufffd");
		else if (*at == '"' || *at == '\\')
			evo_text_printf(out, "\\%c", *at);
		else if (*at < ' ' || *at == 127)
			evo_text_printf(out, "\\u%04x", *at);
		else
			evo_text_append_n(out, (const char *) at, length);
		at += length > 0 ? length : 1;
	}
	evo_text_append(out, "\"");
}

void evo_json_open(struct evo_json *json, char bracket)
{
	separate(json);
	evo_text_append_n(json->text, &bracket, 1);
	json->comma = false;
}

void evo_json_close(struct evo_json *json, char bracket)
{
	evo_text_append_n(json->text, &bracket, 1);
	json->comma = true;
}

void evo_json_key(struct evo_json *json, const char *key)
{
	separate(json);
	quote(json->text, key);
	evo_text_append(json->text, ":");
	json->comma = false;
}

void evo_json_text(struct evo_json *json, const char *value)
{
	separate(json);
	quote(json->text, value);
}

void evo_json_number(struct evo_json *json, double value)
{
	separate(json);
	if (isfinite(value))
		evo_text_number(json->text, value);
	else
		evo_text_append(json->text, "null");
}

void evo_json_integer(struct evo_json *json, int64_t value)
{
	separate(json);
	evo_text_printf(json->text, "%" PRId64, value);
}
