/*
 * Keys of scores: hashes of what they depend on.
 */
#include "config.h"

#include <string.h>

#include "evoscope/blas.h"
#include "evoscope/score_key.h"

static void add(struct evo_score_key *key, const void *bytes, size_t length)
{
	for (size_t i = 0; i < EVO_COUNT(key->hash); i++)
		key->hash[i] = evo_hash(bytes, length, key->hash[i]);
}

void evo_score_key_text(struct evo_score_key *key, const char *text)
{
	add(key, text, strlen(text) + 1);
}

void evo_score_key_number(struct evo_score_key *key, uint64_t number)
{
	add(key, &number, sizeof(number));
}

void evo_score_key_tree(struct evo_score_key *key, const struct evo_tree *tree)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	evo_score_key_text(key, text.data);
	evo_text_clear(&text);
}

struct evo_score_key evo_score_key_machine(void)
{
	struct evo_score_key key = {{1, 2}};
	evo_score_key_text(&key, PACKAGE_VERSION);
	evo_score_key_text(&key, evo_processor());
	evo_score_key_text(&key, evo_blas_name());
	evo_score_key_text(&key, evo_kernel_name());
	return key;
}

void evo_score_key_probe(struct evo_score_key *key, const struct evo_probe *probe)
{
	const struct evo_macro *macro = &probe->macro;
	const uint64_t numbers[] = {macro->channels, macro->cells, macro->side,
	                            macro->classes,  probe->batch, probe->drawn_labels};
	evo_score_key_text(key, probe->space->name);
	add(key, numbers, sizeof(numbers));
	evo_score_key_text(key, probe->source);
}
