/*
 * Builds expression DAGs: trees are taken in node by node, each distinct subexpression once, and it
 * is settled which nodes are evaluated in every unit and which once for the network.
 */
#include "config.h"
#include "evoscope/evaluator.h"
#include "dag.h"
#include "apply.h"
#include "shape.h"

#include <stdlib.h>
#include <string.h>

/* ---- Nodes, each once ------------------------------------------------------------------------ */

struct builder {
	struct evo_dag *dag;
	struct evo_map map; /* of its nodes */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	hash ^= hash >> 29;
	hash *= 0xbf58476d1ce4e5b9u;
	return hash ^ hash >> 32;
}

static uint64_t number_bits(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static uint64_t hash_of(const struct evo_dag *dag, const struct evo_dag_node *node)
{
	uint64_t hash = mix(evo_primitive(node->code)->id + 1u, number_bits(node->number));

	for (size_t i = 0; i < node->arity; i++)
		hash = mix(hash, dag->nodes[node->arguments[i]].hash);
	return hash;
}

struct wanted {
	const struct evo_dag *dag;
	const struct evo_dag_node *node;
};

static bool same(const void *context, size_t number)
{
	const struct wanted *wanted = context;
	const struct evo_dag_node *a = &wanted->dag->nodes[number], *b = wanted->node;
	bool equal = a->hash == b->hash && a->code == b->code &&
	             number_bits(a->number) == number_bits(b->number);

	for (size_t i = 0; i < a->arity && equal; i++)
		equal = a->arguments[i] == b->arguments[i];
	return equal;
}

static uint32_t intern(struct builder *builder, struct evo_dag_node node)
{
	struct evo_dag *dag = builder->dag;
	size_t number;

	node.hash = hash_of(dag, &node);
	number = evo_map_find(&builder->map, node.hash, same, &(struct wanted){dag, &node});
	if (number == dag->count) {
		dag->nodes[dag->count++] = node;
		evo_map_add(&builder->map, node.hash);
	}
	return (uint32_t) number;
}

/* A primitive of numbers alone, where it has a value. */
static bool fold_numbers(const struct evo_dag *dag, const struct evo_dag_node *node, double *number)
{
	struct evo_tensor arguments[2] = {{.extent.count = 1}, {.extent.count = 1}}, result = {0};
	const struct evo_tensor *second = node->arity == 2 ? &arguments[1] : NULL;

	for (size_t i = 0; i < node->arity; i++) {
		const struct evo_dag_node *argument = &dag->nodes[node->arguments[i]];

		if (argument->code != 0)
			return false;
		arguments[i].scalar = argument->number;
	}
	if (!evo_result_extent(node->code, &arguments[0].extent,
	                       second != NULL ? &second->extent : NULL, &result.extent))
		return false;
	evo_apply(node->code, &arguments[0], second, NULL, NULL, &result);
	*number = result.scalar;
	return true;
}

static bool may_swap(unsigned code)
{
	return evo_is_operation(code) && evo_operation(code)->commutative &&
	       !evo_operation(code)->zeros_differ;
}

static uint32_t add_node(struct builder *builder, unsigned code, double number, uint32_t first,
                         uint32_t second)
{
	const struct evo_primitive *row = evo_primitive(code);
	const struct evo_dag_node *nodes = builder->dag->nodes;
	struct evo_dag_node node = {
	        .code = code, .arity = row->arity, .arguments = {first, second}, .number = number};

	if (row->arity == 2 && may_swap(code) && nodes[first].hash > nodes[second].hash) {
		node.arguments[0] = second;
		node.arguments[1] = first;
	}
	if (row->kind == EVO_PRIMITIVE && fold_numbers(builder->dag, &node, &number))
		node = (struct evo_dag_node){.number = number};
	return intern(builder, node);
}

/* Prefix order from its end: arguments come first. */
static uint32_t add_tree(struct builder *builder, const struct evo_tree *tree)
{
	uint32_t nodes[EVO_TREE_MAX];

	for (size_t at = tree->size; at-- > 0;) {
		const struct evo_tree_node *node = &tree->nodes[at];
		const unsigned arity = evo_primitive(node->code)->arity;

		nodes[at] =
		        add_node(builder, node->code, node->number, arity > 0 ? nodes[at + 1] : 0,
		                 arity > 1 ? nodes[evo_tree_argument(tree, at, 1)] : 0);
	}
	if (evo_tree_level(tree, 0) == EVO_LEVEL_UNIT)
		return add_node(builder, EVO_LAYER_MEAN, 0, nodes[0], 0);
	return nodes[0];
}

/* ---- Where nodes are evaluated --------------------------------------------------------------- */

static void find_operands(struct evo_dag *dag)
{
	uint32_t *operand_of = evo_calloc(dag->count + 1, sizeof(*operand_of));

	for (size_t i = 0; i < dag->count; i++) {
		struct evo_dag_node *node = &dag->nodes[i];
		struct evo_dag_operand *operand;

		if (!evo_is_aggregate(node->code))
			continue;
		if (operand_of[node->arguments[0]] == 0) {
			dag->operands[dag->operand_count++].node = node->arguments[0];
			operand_of[node->arguments[0]] = (uint32_t) dag->operand_count;
		}
		node->operand = operand_of[node->arguments[0]] - 1;
		operand = &dag->operands[node->operand];
		operand->total = operand->total || node->code == EVO_LAYER_TOTAL;
		operand->mean = operand->mean || node->code != EVO_LAYER_TOTAL;
	}
	free(operand_of);
}

/* Lists the marked nodes and what is below them, down to aggregates. */
static size_t list(const struct evo_dag *dag, bool *marked, uint32_t *out)
{
	size_t count = 0;

	for (size_t i = dag->count; i-- > 0;) {
		const struct evo_dag_node *node = &dag->nodes[i];

		for (size_t k = 0; marked[i] && !evo_is_aggregate(node->code) && k < node->arity;
		     k++)
			marked[node->arguments[k]] = true;
	}
	for (size_t i = 0; i < dag->count; i++)
		if (marked[i])
			out[count++] = (uint32_t) i;
	return count;
}

static void find_levels(struct evo_dag *dag)
{
	bool *marked = evo_calloc(dag->count + 1, sizeof(*marked));

	for (size_t i = 0; i < dag->operand_count; i++)
		marked[dag->operands[i].node] = true;
	dag->below_count = list(dag, marked, dag->below);
	memset(marked, 0, dag->count * sizeof(*marked));
	for (size_t i = 0; i < dag->tree_count; i++)
		marked[dag->roots[i]] = true;
	dag->above_count = list(dag, marked, dag->above);
	free(marked);
}

/* May the value be a scalar though its arguments are tensors? */
static bool reduces(unsigned code)
{
	if (!evo_is_operation(code))
		return false;
	switch (evo_operation(code)->shape) {
	case EVO_SHAPE_SCALAR:
	case EVO_SHAPE_PAIR_SCALAR:
	case EVO_SHAPE_PAIR_ROWS:
	case EVO_SHAPE_ROWS_SCALAR:
	case EVO_SHAPE_PLANES:
	case EVO_SHAPE_SQUARE:
		return true;
	default:
		return false;
	}
}

static void find_numbers(struct evo_dag *dag)
{
	for (size_t i = 0; i < dag->count; i++)
		dag->nodes[i].slot = EVO_NO_NUMBER;
	for (size_t i = 0; i < dag->below_count; i++) {
		struct evo_dag_node *node = &dag->nodes[dag->below[i]];

		if (!reduces(node->code))
			continue;
		node->slot = (uint32_t) dag->number_count;
		dag->numbers[dag->number_count++] = node->hash;
	}
	for (size_t i = 0; i < dag->operand_count; i++) {
		struct evo_dag_operand *operand = &dag->operands[i];

		operand->slot = (uint32_t) dag->number_count;
		dag->numbers[dag->number_count++] =
		        mix(dag->nodes[operand->node].hash, evo_primitive(EVO_LAYER_MEAN)->id);
	}
}

/* ---- Whole ----------------------------------------------------------------------------------- */

struct evo_dag *evo_dag_create(const struct evo_tree *const *trees, size_t count)
{
	struct evo_dag *dag = evo_calloc(1, sizeof(*dag));
	struct builder builder = {.dag = dag};
	size_t most = count;

	for (size_t i = 0; i < count; i++)
		most += trees[i]->size;
	dag->nodes = evo_calloc(most + 1, sizeof(*dag->nodes));
	dag->roots = evo_calloc(count + 1, sizeof(*dag->roots));
	dag->tree_count = count;
	for (size_t i = 0; i < count; i++)
		dag->roots[i] = add_tree(&builder, trees[i]);
	evo_map_clear(&builder.map);
	dag->below = evo_calloc(dag->count + 1, sizeof(*dag->below));
	dag->above = evo_calloc(dag->count + 1, sizeof(*dag->above));
	dag->operands = evo_calloc(dag->count + 1, sizeof(*dag->operands));
	find_operands(dag);
	find_levels(dag);
	dag->numbers = evo_calloc(dag->below_count + dag->operand_count + 1, sizeof(*dag->numbers));
	find_numbers(dag);
	return dag;
}

void evo_dag_destroy(struct evo_dag *dag)
{
	if (dag == NULL)
		return;
	free(dag->nodes);
	free(dag->roots);
	free(dag->below);
	free(dag->above);
	free(dag->operands);
	free(dag->numbers);
	free(dag);
}

size_t evo_dag_distinct(const struct evo_dag *dag)
{
	return dag->count;
}
