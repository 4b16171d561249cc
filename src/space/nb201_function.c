/*
 * The function of a NAS-Bench-201 cell, as a canonical text.
 *
 * A value is a sum of terms: the cell's input x, or an operation on a value. A skip hands its
 * value's terms on; what has no terms is zero, and an operation on it is dropped. Terms are written
 * in alphabetical order, a repeated term as often as it occurs.
 *
 * Pooling the same value twice is the same value, but every convolution edge has weights of its
 * own. Two convolutions in equal places can trade places, so they need no names; what has to be
 * told apart is one convolution that occurs twice from two convolutions. Only an edge into node 1
 * can occur twice, since what leads to the output goes through node 1 at most twice (over node 2
 * and directly) and through nodes 2 and 3 at most once: one mark, '*', is enough.
 */
#include "config.h"

#include "nb201.h"

#include <stdlib.h>
#include <string.h>

/* Four paths lead from the input to the output, so no sum has more terms. */
#define TERMS_MAX 4

struct value {
	size_t count;
	char *terms[TERMS_MAX];
};

static void clear(struct value *value)
{
	for (size_t i = 0; i < value->count; i++)
		free(value->terms[i]);
	value->count = 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_term(struct value *value, char *term)
{
	value->terms[value->count++] = term;
	qsort(value->terms, value->count, sizeof(value->terms[0]), by_text);
}

static char *text_of(const struct value *value)
{
	struct evo_text text;
	evo_text_init(&text);
	for (size_t i = 0; i < value->count; i++)
		evo_text_printf(&text, "%s%s", i ? "+" : "", value->terms[i]);
	if (value->count == 0)
		evo_text_append(&text, "0");
	char *copy = evo_strdup(text.data);
	evo_text_clear(&text);
	return copy;
}

static void add_edge(struct value *to, const struct value *from, enum evo_nb201_op op,
                     const char *mark)
{
	if (op == EVO_NB201_NONE || from->count == 0)
		return;
	if (op == EVO_NB201_SKIP) {
		for (size_t i = 0; i < from->count; i++)
			add_term(to, evo_strdup(from->terms[i]));
		return;
	}
	char *inner = text_of(from);
	bool convolution = op == EVO_NB201_CONV_1X1 || op == EVO_NB201_CONV_3X3;
	add_term(to,
	         evo_format("%s%s(%s)", evo_nb201_op_names[op], convolution ? mark : "", inner));
	free(inner);
}

/* How many ways lead from node 1 to the output. */
static size_t uses_of_node_1(const struct evo_nb201_cell *cell)
{
	bool direct = cell->edge[evo_nb201_edge(1, 3)] != EVO_NB201_NONE;
	bool over_2 = cell->edge[evo_nb201_edge(1, 2)] != EVO_NB201_NONE &&
	              cell->edge[evo_nb201_edge(2, 3)] != EVO_NB201_NONE;
	return (size_t) direct + (size_t) over_2;
}

char *evo_nb201_function(const char *text, struct evo_error *err)
{
	struct evo_nb201_cell cell;
	if (!evo_nb201_parse(text, &cell, err))
		return NULL;
	const char *mark = uses_of_node_1(&cell) > 1 ? "*" : "";
	struct value node[4] = {{0}};
	add_term(&node[0], evo_strdup("x"));
	for (size_t to = 1; to <= 3; to++)
		for (size_t from = 0; from < to; from++)
			add_edge(&node[to], &node[from], cell.edge[evo_nb201_edge(from, to)],
			         to == 1 ? mark : "");
	char *function = text_of(&node[3]);
	for (size_t i = 0; i < 4; i++)
		clear(&node[i]);
	return function;
}
