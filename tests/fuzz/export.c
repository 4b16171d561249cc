/* Random trees in every form that they can be exported to. The input is what is drawn from. */
#include "config.h"

#include "evoscope/expr.h"
#include "fuzz.h"

#define PYTHON_EVERY 16 /* the module is long: of some trees only */

static void check_text(struct evo_text *text, const char *begins)
{
	FUZZ_CHECK(text->length > 0 && text->data[text->length - 1] == '\n');
	FUZZ_CHECK(strlen(text->data) == text->length);
	FUZZ_CHECK(strncmp(text->data, begins, strlen(begins)) == 0);
	evo_text_reset(text);
}

static void check_braces(const char *latex)
{
	long depth = 0;

	for (const char *at = latex; *at != '\0' && *at != '\n'; at++) {
		depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
		FUZZ_CHECK(depth >= 0);
	}
	FUZZ_CHECK(depth == 0);
}

static void check_exports(const struct evo_tree *tree, bool python)
{
	struct evo_error err = {0};
	struct evo_text text;

	evo_text_init(&text);
	evo_tree_dot(tree, &text);
	check_text(&text, "digraph");
	evo_tree_latex(tree, &text);
	check_braces(text.data);
	check_text(&text, "");
	if (python) {
		FUZZ_CHECK(fuzz_told(evo_tree_pytorch(tree, &text, &err), &err));
		FUZZ_CHECK(strstr(text.data, "def score(") != NULL);
		check_text(&text, "");
	}
	evo_text_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_grammar grammar;
	struct evo_tree tree, again;
	struct evo_text text;

	if (size < 4)
		return -1;
	evo_grammar_all(&grammar);
	if (data[0] & 1)
		evo_grammar_paper(&grammar);
	if (data[0] & 2)
		evo_grammar_classic(&grammar);
	grammar.max_size = 2 + data[1];
	grammar.max_depth = 1 + data[2] % 60;
	struct evo_rng rng = evo_rng_stream(evo_hash(data, size, 0), "export", 0);
	enum evo_level level = data[0] & 4 ? EVO_LEVEL_UNIT : EVO_LEVEL_NETWORK;
	if (!evo_tree_random(&grammar, &rng, level, data[3] % 30, data[0] & 8, &tree))
		return 0;
	FUZZ_CHECK(evo_tree_check(&tree, NULL));
	FUZZ_CHECK(tree.size <= grammar.max_size && evo_tree_depth(&tree) <= grammar.max_depth);
	evo_text_init(&text);
	evo_tree_print(&tree, &text);
	FUZZ_CHECK(evo_tree_parse(text.data, &again, NULL) && evo_tree_equal(&tree, &again));
	evo_text_clear(&text);
	check_exports(&tree, data[3] % PYTHON_EVERY == 0);
	return 0;
}
