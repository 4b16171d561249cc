/* Expressions: what is printed of a tree that was read is read as the same tree. */
#include "config.h"

#include "evoscope/proxy.h"
#include "fuzz.h"

static void check_print(const struct evo_tree *tree)
{
	struct evo_error err = {0};
	struct evo_tree again;
	struct evo_text text;

	evo_text_init(&text);
	evo_tree_print(tree, &text);
	FUZZ_CHECK(fuzz_told(evo_tree_parse(text.data, &again, &err), &err));
	FUZZ_CHECK(evo_tree_equal(tree, &again));
	evo_text_clear(&text);
}

/* The canonical form of a canonical form is itself. */
static void check_canonical(const struct evo_tree *tree)
{
	struct evo_tree once, twice;

	evo_tree_canonical(tree, &once);
	FUZZ_CHECK(evo_tree_check(&once, NULL));
	evo_tree_canonical(&once, &twice);
	FUZZ_CHECK(evo_tree_equal(&once, &twice));
	FUZZ_CHECK(evo_tree_hash(&once) == evo_tree_hash(&twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	struct evo_tree tree;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	fuzz_folder();
	char *text = fuzz_text(data, size);
	if (fuzz_told(evo_tree_parse(text, &tree, &err), &err)) {
		FUZZ_CHECK(evo_tree_check(&tree, NULL));
		check_print(&tree);
		check_canonical(&tree);
		evo_tree_depth(&tree);
		evo_tree_needs(&tree);
	} else {
		/* The place is in the text, or just behind it. */
		FUZZ_CHECK(err.column <= strlen(text) + 1);
	}
	evo_error_clear(&err);
	if (fuzz_told(evo_proxy_parse(text, &tree, &err), &err))
		check_print(&tree);
	free(text);
	return 0;
}
