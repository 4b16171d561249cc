/* The table of search spaces. */
#include "config.h"

#include "nb201.h"

#include <string.h>

static const struct evo_space spaces[] = {
        {
                .name = "nb201",
                .title = "NAS-Bench-201 (Dong and Yang, ICLR 2020)",
                .paper = {.channels = 16, .cells = 5, .side = 32, .classes = 10},
                .count = 15625,
                .check = evo_nb201_check,
                .check_macro = evo_nb201_check_macro,
                .build = evo_nb201_build,
                .function = evo_nb201_function,
                .at = evo_nb201_at,
        },
};

size_t evo_space_total(void)
{
	return EVO_COUNT(spaces);
}

const struct evo_space *evo_space_at(size_t index)
{
	return index < EVO_COUNT(spaces) ? &spaces[index] : NULL;
}

const struct evo_space *evo_space_find(const char *name, struct evo_error *err)
{
	struct evo_text known;
	for (size_t i = 0; i < EVO_COUNT(spaces); i++)
		if (strcmp(spaces[i].name, name) == 0)
			return &spaces[i];
	evo_text_init(&known);
	for (size_t i = 0; i < EVO_COUNT(spaces); i++)
		evo_text_printf(&known, "%s%s", i ? ", " : "", spaces[i].name);
	evo_fail(err, EVO_E_NOT_FOUND, "no search space is called '%s'; there is %s", name,
	         known.data);
	evo_text_clear(&known);
	return NULL;
}
