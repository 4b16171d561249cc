/*
 * The table of search spaces.
 *
 * A space is one file, which ends with its row, and one line here.
 */
#include "config.h"

#include "evoscope/space.h"

#include <string.h>

extern const struct evo_space evo_space_nb201;

/* The first is the default. */
static const struct evo_space *const spaces[] = {&evo_space_nb201};

size_t evo_space_total(void)
{
	return EVO_COUNT(spaces);
}

const struct evo_space *evo_space_at(size_t index)
{
	return index < EVO_COUNT(spaces) ? spaces[index] : NULL;
}

const struct evo_space *evo_space_find(const char *name, struct evo_error *err)
{
	struct evo_text known;
	for (size_t i = 0; i < EVO_COUNT(spaces); i++)
		if (strcmp(spaces[i]->name, name) == 0)
			return spaces[i];
	evo_text_init(&known);
	for (size_t i = 0; i < EVO_COUNT(spaces); i++)
		evo_text_printf(&known, "%s%s", i ? ", " : "", spaces[i]->name);
	evo_fail(err, EVO_E_NOT_FOUND, "no search space is called '%s'; there is %s", name,
	         known.data);
	evo_text_clear(&known);
	return NULL;
}
