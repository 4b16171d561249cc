/*
 * What a scoring tells whoever asked for it: notes, and how far it is.
 */
#include "config.h"

#include <stdio.h>

#include "score.h"

void score_note(const struct scored *s, const char *format, ...)
{
	char text[512];
	va_list arguments;
	if (s->config->note == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	s->config->note(s->context, text);
}

bool score_tell(const struct scored *s, const struct score_phase *phase, size_t done, size_t kept,
                size_t total, double begin)
{
	struct evo_score_status status = {.phase = phase->name,
	                                  .unit = phase->unit,
	                                  .done = done,
	                                  .kept = kept,
	                                  .total = total,
	                                  .seconds = evo_now() - begin};
	return s->progress == NULL || s->progress(s->context, &status);
}
