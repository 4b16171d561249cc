/* proxies.ini: those that are read can be used, and changing one leaves the others as they were. */
#include "config.h"

#include "evoscope/proxy.h"
#include "fuzz.h"

static void check_usable(const struct evo_library *library)
{
	for (size_t i = library->count - library->own; i < library->count; i++) {
		struct evo_error err = {0};
		struct evo_tree tree;
		FUZZ_CHECK(evo_library_find(library, library->items[i].name) != NULL);
		FUZZ_CHECK(library->items[i].source != NULL);
		fuzz_told(evo_proxy_parse(library->items[i].name, &tree, &err), &err);
	}
}

/* A name of its own comes, gets another, and goes. */
static void check_changes(const struct evo_library *before)
{
	struct evo_library after;
	struct evo_error err = {0};

	if (evo_library_find(before, "fuzz-a") != NULL ||
	    evo_library_find(before, "fuzz-b") != NULL)
		return;
	if (!fuzz_told(evo_proxy_add("fuzz-a", "mul(units, 2)", "a = b ; [c]", &err), &err))
		return;
	FUZZ_CHECK(evo_library_load(&after, NULL) && after.own == before->own + 1);
	FUZZ_CHECK(strcmp(evo_library_find(&after, "fuzz-a")->expression, "mul(units, 2)") == 0);
	evo_library_clear(&after);
	FUZZ_CHECK(fuzz_told(evo_proxy_rename("fuzz-a", "fuzz-b", &err), &err));
	FUZZ_CHECK(fuzz_told(evo_proxy_remove("fuzz-b", &err), &err));
	FUZZ_CHECK(evo_library_load(&after, NULL) && after.count == before->count);
	for (size_t i = 0; i < after.count; i++) {
		FUZZ_CHECK(strcmp(after.items[i].name, before->items[i].name) == 0);
		FUZZ_CHECK(strcmp(after.items[i].expression, before->items[i].expression) == 0);
	}
	evo_library_clear(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_library library;
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	free(fuzz_file("proxies.ini", data, size));
	if (fuzz_told(evo_library_load(&library, &err), &err)) {
		check_usable(&library);
		check_changes(&library);
	} else {
		FUZZ_CHECK(library.own == 0 && library.count == evo_proxy_count());
	}
	evo_library_clear(&library);
	return 0;
}
