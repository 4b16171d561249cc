/* Text of a NAS-Bench-201 cell: |op~0|+|op~0|op~1|+|op~0|op~1|op~2| */
#include "config.h"

#include "nb201.h"

#include <stdlib.h>
#include <string.h>

const char *const evo_nb201_op_names[EVO_NB201_OPS] = {"none", "skip_connect", "nor_conv_1x1",
                                                       "nor_conv_3x3", "avg_pool_3x3"};

size_t evo_nb201_edge(size_t from, size_t to)
{
	return to * (to - 1) / 2 + from;
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

static bool operation(struct reader *reader, enum evo_nb201_op *op)
{
	size_t length = strcspn(reader->at, "|~+");
	for (size_t i = 0; i < EVO_NB201_OPS; i++)
		if (strlen(evo_nb201_op_names[i]) == length &&
		    memcmp(evo_nb201_op_names[i], reader->at, length) == 0) {
			*op = (enum evo_nb201_op) i;
			reader->at += length;
			return true;
		}
	return refuse(reader,
	              "one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3");
}

bool evo_nb201_parse(const char *text, struct evo_nb201_cell *cell, struct evo_error *err)
{
	struct reader reader = {text, text, err};
	for (size_t to = 1; to <= 3; to++) {
		if ((to > 1 && !literal(&reader, '+')) || !literal(&reader, '|'))
			return false;
		for (size_t from = 0; from < to; from++)
			if (!operation(&reader, &cell->edge[evo_nb201_edge(from, to)]) ||
			    !literal(&reader, '~') || !literal(&reader, (char) ('0' + from)) ||
			    !literal(&reader, '|'))
				return false;
	}
	return *reader.at ? refuse(&reader, "the end") : true;
}

bool evo_nb201_check(const char *text, struct evo_error *err)
{
	struct evo_nb201_cell cell;
	return evo_nb201_parse(text, &cell, err);
}

/* ---- Writing ---- */

char *evo_nb201_text(const struct evo_nb201_cell *cell)
{
	const char *op[EVO_NB201_EDGES];
	for (size_t i = 0; i < EVO_NB201_EDGES; i++)
		op[i] = evo_nb201_op_names[cell->edge[i]];
	return evo_format("|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", op[0], op[1], op[2], op[3], op[4],
	                  op[5]);
}

/* The last edge is the fastest digit. */
char *evo_nb201_at(size_t index)
{
	struct evo_nb201_cell cell;
	for (size_t i = EVO_NB201_EDGES; i-- > 0; index /= EVO_NB201_OPS)
		cell.edge[i] = (enum evo_nb201_op)(index % EVO_NB201_OPS);
	return evo_nb201_text(&cell);
}
