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

static void quote(struct evo_text *out, const char *string)
{
	evo_text_append(out, "\"");
	while (*string != '\0') {
		const char *next = string;
		uint32_t code = evo_utf8_next(&next);
		if (code == EVO_NO_CHARACTER && next - string == 1)
			evo_text_append(out, "\\ufffd");
		else if (code == '"' || code == '\\')
			evo_text_printf(out, "\\%c", (int) code);
		else if (code < ' ' || code == 127)
			evo_text_printf(out, "\\u%04x", (unsigned) code);
		else
			evo_text_append_n(out, string, (size_t) (next - string));
		string = next;
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
