/* Architecture strings: what is checked can be built, and is a function. */
#include "config.h"

#include "evoscope/graph.h"
#include "evoscope/space.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct evo_macro macro = {.channels = 2, .cells = 1, .side = 8, .classes = 3};
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *text = fuzz_text(data, size);
	for (size_t i = 0; i < evo_space_total(); i++) {
		const struct evo_space *space = evo_space_at(i);
		bool good = fuzz_told(space->check(text, &err), &err);
		FUZZ_CHECK(good || err.column <= strlen(text) + 1);
		evo_error_clear(&err);
		struct evo_graph *graph = space->build(text, &macro, &err);
		FUZZ_CHECK(fuzz_told(graph != NULL, &err) == good);
		evo_error_clear(&err);
		char *function = space->function(text, &err);
		FUZZ_CHECK(fuzz_told(function != NULL, &err) == good);
		evo_error_clear(&err);
		if (graph != NULL)
			evo_graph_destroy(graph);
		free(function);
	}
	free(text);
	return 0;
}
