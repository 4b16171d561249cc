/*
 * All of the smallest trees of a search's language, for a first generation that is exhaustive: an
 * aggregate over a unit terminal, or over a primitive of one, and a network terminal, or a
 * primitive of one. They are numbered; a number whose tree the search does not allow has none.
 */
#include "config.h"

#include <string.h>

#include "variation.h"

/* Codes of one kind (and one argument) that the grammar uses. */
static size_t list(const struct evo_grammar *grammar, enum evo_kind kind, size_t arity,
                   unsigned codes[EVO_CODES])
{
	size_t count = 0;
	for (unsigned i = 1; i < evo_primitive_count() && i < EVO_CODES; i++) {
		const struct evo_primitive *primitive = evo_primitive(i);
		if (grammar->weight[i] > 0 && primitive->kind == kind && primitive->arity == arity)
			codes[count++] = i;
	}
	return count;
}

void evo_small_trees(const struct evo_variation *variation, struct evo_small_trees *out)
{
	const struct evo_grammar *grammar = &variation->grammar;
	out->aggregate_count = list(grammar, EVO_AGGREGATE, 1, out->aggregates);
	out->primitive_count = list(grammar, EVO_PRIMITIVE, 1, out->primitives);
	out->unit_count = list(grammar, EVO_UNIT_TERMINAL, 0, out->units);
	out->network_count =
	        grammar->network ? list(grammar, EVO_NETWORK_TERMINAL, 0, out->networks) : 0;
	out->count = (out->aggregate_count * out->unit_count + out->network_count) *
	             (1 + out->primitive_count);
}

bool evo_small_tree(const struct evo_variation *variation, const struct evo_small_trees *small,
                    size_t index, struct evo_tree *out)
{
	unsigned codes[3];
	size_t size = 0, primitive = index % (1 + small->primitive_count);
	bool network = index / (1 + small->primitive_count) < small->network_count;
	index /= 1 + small->primitive_count;
	if (!network) {
		index -= small->network_count;
		codes[size++] = small->aggregates[index % small->aggregate_count];
		index /= small->aggregate_count;
	}
	if (primitive > 0)
		codes[size++] = small->primitives[primitive - 1];
	codes[size++] = network ? small->networks[index] : small->units[index];
	out->size = size;
	for (size_t i = 0; i < size; i++)
		out->nodes[i] =
		        (struct evo_tree_node){(uint16_t) codes[i], (uint16_t) (size - i), 0};
	return evo_variation_allows(variation, out);
}
