/*
 * The cells of NAS-Bench-201 (Dong and Yang, "NAS-Bench-201: extending the scope of reproducible
 * neural architecture search", ICLR 2020): four nodes, an operation on each of six edges.
 *
 * A cell's text is |op~0|+|op~0|op~1|+|op~0|op~1|op~2|. Its network is a stem, three stages of N
 * cells with a residual block of stride 2 before the second and the third, BatchNorm, ReLU, pool,
 * and classifier.
 */
#include "config.h"

#include "evoscope/graph.h"
#include "evoscope/space.h"

#include <stdlib.h>
#include <string.h>

enum op {
	NONE,
	SKIP,
	CONV_1X1,
	CONV_3X3,
	AVGPOOL,
};
#define OPS   5
#define EDGES 6

/* Operations of the edges e10, e20, e21, e30, e31, e32, as the text has them. */
struct cell {
	enum op edge[EDGES];
};

static const char *const op_names[OPS] = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
                                          "avg_pool_3x3"};

static size_t edge_of(size_t from, size_t to)
{
	return to * (to - 1) / 2 + from;
}

static bool is_convolution(enum op op)
{
	return op == CONV_1X1 || op == CONV_3X3;
}

/* ---- Reading ---- */

struct reader {
	const char *text, *at;
	struct evo_error *err;
};

/* What stands at this place, for a message: a word, a character, or the end. */
static char *found(const char *at)
{
	size_t length = strcspn(at, "|~+");
	if (!*at)
		return evo_strdup("the end");
	if (length == 0)
		length = 1;
	/* Long enough for any operation that a person may have meant. */
	return evo_format("'%.*s%s'", (int) (length > 40 ? 40 : length), at,
	                  length > 40 ? "..." : "");
}

static bool refuse(struct reader *reader, const char *expected)
{
	char *what = found(reader->at);
	size_t column = (size_t) (reader->at - reader->text) + 1;
	evo_fail_at(reader->err, EVO_E_INPUT, NULL, 0, column, "expected %s, found %s", expected,
	            what);
	free(what);
	return false;
}

static bool literal(struct reader *reader, char c)
{
	char expected[] = {'\'', c, '\'', 0};
	if (*reader->at != c)
		return refuse(reader, expected);
	reader->at++;
	return true;
}

static bool operation(struct reader *reader, enum op *op)
{
	size_t length = strcspn(reader->at, "|~+");
	for (size_t i = 0; i < OPS; i++)
		if (strlen(op_names[i]) == length && memcmp(op_names[i], reader->at, length) == 0) {
			*op = (enum op) i;
			reader->at += length;
			return true;
		}
	return refuse(reader,
	              "one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3");
}

static bool parse(const char *text, struct cell *cell, struct evo_error *err)
{
	struct reader reader = {text, text, err};
	for (size_t to = 1; to <= 3; to++) {
		if ((to > 1 && !literal(&reader, '+')) || !literal(&reader, '|'))
			return false;
		for (size_t from = 0; from < to; from++)
			if (!operation(&reader, &cell->edge[edge_of(from, to)]) ||
			    !literal(&reader, '~') || !literal(&reader, (char) ('0' + from)) ||
			    !literal(&reader, '|'))
				return false;
	}
	return *reader.at ? refuse(&reader, "the end") : true;
}

static bool check(const char *text, struct evo_error *err)
{
	struct cell cell;
	return parse(text, &cell, err);
}

/* ---- Writing ---- */

static char *text_of_cell(const struct cell *cell)
{
	const char *op[EDGES];
	for (size_t i = 0; i < EDGES; i++)
		op[i] = op_names[cell->edge[i]];
	return evo_format("|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", op[0], op[1], op[2], op[3], op[4],
	                  op[5]);
}

/* The last edge is the fastest digit. */
static char *at(size_t index)
{
	struct cell cell;
	for (size_t i = EDGES; i-- > 0; index /= OPS)
		cell.edge[i] = (enum op)(index % OPS);
	return text_of_cell(&cell);
}

/* ---- The network ---- */

static bool check_range(size_t value, size_t max, const char *what, struct evo_error *err)
{
	if (value >= 1 && value <= max)
		return true;
	return evo_fail(err, EVO_E_USAGE, "%s must be 1 to %zu, not %zu", what, max, value);
}

static bool check_macro(const struct evo_macro *macro, struct evo_error *err)
{
	if (!check_range(macro->channels, EVO_CHANNELS_MAX, "the width C", err) ||
	    !check_range(macro->cells, EVO_CELLS_MAX, "the cells a stage N", err) ||
	    !check_range(macro->side, EVO_SIDE_MAX, "the image side", err) ||
	    !check_range(macro->classes, EVO_CLASSES_MAX, "the number of classes", err))
		return false;
	if (macro->side % 4 != 0)
		return evo_fail(err, EVO_E_USAGE,
		                "the image side must be a multiple of 4, not %zu: two blocks "
		                "halve it",
		                macro->side);
	return true;
}

struct builder {
	struct evo_graph *graph;
	const struct cell *cell;
	size_t channels, side; /* of the stage */
	size_t cells;          /* cells and residual blocks so far */
};

static size_t build_zero(struct builder *b)
{
	return evo_graph_zero(b->graph, (struct evo_shape){b->channels, b->side, b->side});
}

/* The edge from one node to another. `none` is added by nobody: false. */
static bool build_edge(struct builder *b, size_t from, size_t to, size_t input, size_t *output)
{
	char name[32];
	snprintf(name, sizeof(name), "cell%zu.e%zu%zu", b->cells, to, from);
	switch (b->cell->edge[edge_of(from, to)]) {
	case NONE:
		return false;
	case SKIP:
		*output = input;
		break;
	case CONV_1X1:
		*output = evo_graph_unit(b->graph, name, input, b->channels, evo_window(1, 1));
		break;
	case CONV_3X3:
		*output = evo_graph_unit(b->graph, name, input, b->channels, evo_window(3, 1));
		break;
	case AVGPOOL:
		*output = evo_graph_avgpool(b->graph, input, evo_window(3, 1));
		break;
	}
	return true;
}

static size_t build_cell(struct builder *b, size_t input)
{
	size_t node[4] = {input}, terms[3];
	for (size_t to = 1; to <= 3; to++) {
		size_t count = 0;
		for (size_t from = 0; from < to; from++)
			count += build_edge(b, from, to, node[from], &terms[count]);
		node[to] = count == 0   ? build_zero(b)
		           : count == 1 ? terms[0]
		                        : evo_graph_add(b->graph, terms, count);
	}
	b->cells++;
	return node[3];
}

/* A residual block to twice the width at half the size. */
static size_t build_reduction(struct builder *b, size_t input)
{
	char name[32];
	size_t terms[2];
	b->channels *= 2;
	b->side /= 2;
	snprintf(name, sizeof(name), "cell%zu.a", b->cells);
	size_t a = evo_graph_unit(b->graph, name, input, b->channels, evo_window(3, 2));
	snprintf(name, sizeof(name), "cell%zu.b", b->cells);
	terms[1] = evo_graph_unit(b->graph, name, a, b->channels, evo_window(3, 1));
	struct evo_window half = {2, 2, 2, 2, 0, 0, 1, 1};
	size_t pool = evo_graph_avgpool(b->graph, input, half);
	snprintf(name, sizeof(name), "cell%zu.down", b->cells);
	terms[0] = evo_graph_conv(b->graph, name, pool, b->channels, evo_window(1, 1), 1);
	b->cells++;
	return evo_graph_add(b->graph, terms, 2);
}

static struct evo_graph *build_network(const struct cell *cell, const struct evo_macro *macro)
{
	struct builder b = {evo_graph_create(), cell, macro->channels, macro->side, 0};
	size_t node = evo_graph_input(b.graph, (struct evo_shape){3, macro->side, macro->side});
	node = evo_graph_conv(b.graph, "stem", node, b.channels, evo_window(3, 1), 1);
	node = evo_graph_norm(b.graph, "stem.bn", node, true);
	for (size_t stage = 0; stage < 3; stage++) {
		if (stage)
			node = build_reduction(&b, node);
		for (size_t i = 0; i < macro->cells; i++)
			node = build_cell(&b, node);
	}
	node = evo_graph_norm(b.graph, "last.bn", node, true);
	node = evo_graph_relu(b.graph, node);
	node = evo_graph_global_pool(b.graph, node);
	evo_graph_linear(b.graph, "fc", node, macro->classes);
	return b.graph;
}

static struct evo_graph *build(const char *text, const struct evo_macro *macro,
                               struct evo_error *err)
{
	struct cell cell;
	if (!parse(text, &cell, err) || !check_macro(macro, err))
		return NULL;
	return build_network(&cell, macro);
}

/* ---- The function ---- */

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

static void add_edge(struct value *to, const struct value *from, enum op op, const char *mark)
{
	if (op == NONE || from->count == 0)
		return;
	if (op == SKIP) {
		for (size_t i = 0; i < from->count; i++)
			add_term(to, evo_strdup(from->terms[i]));
		return;
	}
	char *inner = text_of(from);
	bool convolution = is_convolution(op);
	add_term(to, evo_format("%s%s(%s)", op_names[op], convolution ? mark : "", inner));
	free(inner);
}

/* How many ways lead from node 1 to the output. */
static size_t uses_of_node_1(const struct cell *cell)
{
	bool direct = cell->edge[edge_of(1, 3)] != NONE;
	bool over_2 = cell->edge[edge_of(1, 2)] != NONE && cell->edge[edge_of(2, 3)] != NONE;
	return (size_t) direct + (size_t) over_2;
}

static char *function(const char *text, struct evo_error *err)
{
	struct cell cell;
	if (!parse(text, &cell, err))
		return NULL;
	const char *mark = uses_of_node_1(&cell) > 1 ? "*" : "";
	struct value node[4] = {{0}};
	add_term(&node[0], evo_strdup("x"));
	for (size_t to = 1; to <= 3; to++)
		for (size_t from = 0; from < to; from++)
			add_edge(&node[to], &node[from], cell.edge[edge_of(from, to)],
			         to == 1 ? mark : "");
	char *canonical = text_of(&node[3]);
	for (size_t i = 0; i < 4; i++)
		clear(&node[i]);
	return canonical;
}

/* ---- Strata ---- */

#define NODES 4

/* How many convolutions lie on a path from the cell's input to its output. */
static size_t live_convolutions(const char *text)
{
	struct cell cell;
	bool reached[NODES] = {true}, wanted[NODES] = {false, false, false, true};
	size_t live = 0;

	if (!parse(text, &cell, NULL))
		return 0;
	for (size_t to = 1; to < NODES; to++)
		for (size_t from = 0; from < to; from++)
			reached[to] = reached[to] ||
			              (cell.edge[edge_of(from, to)] != NONE && reached[from]);
	for (size_t to = NODES - 1; to > 0; to--)
		for (size_t from = 0; from < to; from++)
			wanted[from] = wanted[from] ||
			               (wanted[to] && cell.edge[edge_of(from, to)] != NONE);
	for (size_t to = 1; to < NODES; to++)
		for (size_t from = 0; from < to; from++)
			if (is_convolution(cell.edge[edge_of(from, to)]) && reached[from] &&
			    wanted[to])
				live++;
	return live;
}

/* ---- The row ---- */

const struct evo_space evo_space_nb201 = {
        .name = "nb201",
        .title = "NAS-Bench-201 (Dong and Yang, ICLR 2020)",
        .architectures = "NAS-Bench-201 cells",
        .paper = {.channels = 16, .cells = 5, .side = 32, .classes = 10},
        .count = 15625,
        .strata = EDGES + 1,
        .check = check,
        .check_macro = check_macro,
        .build = build,
        .function = function,
        .stratum = live_convolutions,
        .at = at,
};
