/*
 * The tables of the language: rows of primitives and aggregates from primitives.def, and of these,
 * numbers and statistics one table for other rooms.
 */
#include "config.h"
#include "primitives.h"
#include "aggregate.h"
#include "kernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Words of primitives.def. */
#define OPEN       EVO_HOLD_OPEN
#define SUM        EVO_HOLD_SUM
#define PRODUCT    EVO_HOLD_PRODUCT
#define POWER      EVO_HOLD_POWER
#define ATOM       EVO_HOLD_ATOM
#define CALL(name) name "\\left(#1\\right)"
#define WORD(name) CALL("\\mathrm{" name "}")
/* Of what has a tensor in a unit, an aggregate takes the mean. */
#define OF_MEANS(fold) fold "\\,\\mathrm{mean}\\left(#1\\right)"

const struct evo_operation evo_operations[EVO_OPERATIONS_END - EVO_FIRST_OPERATION] = {
#define OTHER(code, number, word, ...) {.id = (number), .name = (word), __VA_ARGS__},
#include "primitives.def"
};

_Static_assert(EVO_OPERATIONS_END <= EVO_COUNT(((struct evo_grammar *) NULL)->weight),
               "every code has its weight in a grammar");

static struct evo_primitive table[EVO_OPERATIONS_END];
static unsigned newest_id;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Two rows of one id would be one and the same in all that is stored. */
static void check_ids(void)
{
	for (unsigned i = 0; i < EVO_OPERATIONS_END; i++) {
		if (table[i].id > newest_id)
			newest_id = table[i].id;
		for (unsigned k = 0; k < i; k++)
			if (table[k].id == table[i].id) {
				fprintf(stderr, "the words %s and %s have one id, %u\n",
				        table[k].name, table[i].name, table[i].id);
				abort();
			}
	}
}

/* The names and help of statistics belong to the stats room, so the whole is put together once. */
static void build(void)
{
	table[0] = (struct evo_primitive){
	        "number", 0, EVO_NUMBER, 0, false, false, "a constant, such as 0.5, -3 or 1e-2"};
	for (unsigned s = 0; s < EVO_STATISTICS; s++) {
		const bool unit = s < EVO_UNIT_STATISTICS;

		table[1 + s] =
		        (struct evo_primitive){evo_statistic_name((enum evo_statistic) s),
		                               evo_statistic_id((enum evo_statistic) s),
		                               unit ? EVO_UNIT_TERMINAL : EVO_NETWORK_TERMINAL,
		                               0,
		                               false,
		                               unit,
		                               evo_statistic_help((enum evo_statistic) s)};
	}
	for (unsigned i = EVO_FIRST_OPERATION; i < EVO_OPERATIONS_END; i++) {
		const struct evo_operation *row = evo_operation(i);

		table[i] =
		        (struct evo_primitive){row->name,
		                               row->id,
		                               evo_is_aggregate(i) ? EVO_AGGREGATE : EVO_PRIMITIVE,
		                               evo_operation_arity(row),
		                               row->commutative,
		                               row->paper,
		                               row->help};
	}
	check_ids();
}

unsigned evo_primitive_newest_id(void)
{
	pthread_once(&once, build);
	return newest_id;
}

size_t evo_primitive_count(void)
{
	return EVO_OPERATIONS_END;
}

const struct evo_primitive *evo_primitive(unsigned code)
{
	pthread_once(&once, build);
	return code < EVO_OPERATIONS_END ? &table[code] : NULL;
}

bool evo_primitive_find(const char *name, unsigned *code)
{
	pthread_once(&once, build);
	for (unsigned i = EVO_FIRST_OPERATION; i < EVO_OPERATIONS_END; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*code = i;
			return true;
		}
	}
	return evo_terminal_find(name, code);
}

bool evo_terminal_find(const char *name, unsigned *code)
{
	pthread_once(&once, build);
	for (unsigned i = 1; i < EVO_FIRST_OPERATION; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*code = i;
			return true;
		}
	}
	return false;
}

const char *evo_primitive_shapes(unsigned code)
{
	static const char *const words[] = {
	        [EVO_SHAPE_SAME] = "takes a tensor, gives one of the same shape",
	        [EVO_SHAPE_PAIR] = "takes two tensors of one shape, or one and a scalar, gives "
	                           "one of that shape",
	        [EVO_SHAPE_PAIR_SCALAR] = "takes two tensors of one shape, or one and a scalar, "
	                                  "gives a scalar",
	        [EVO_SHAPE_PAIR_ROWS] = "takes two tensors of one shape, or one and a scalar, but "
	                                "not two scalars, gives a scalar",
	        [EVO_SHAPE_SCALAR] = "takes a tensor, gives a scalar",
	        [EVO_SHAPE_ROWS_SCALAR] = "takes the rows of a tensor, gives a scalar",
	        [EVO_SHAPE_ROWS_MATRIX] = "takes the rows of a tensor, gives a matrix, rows by "
	                                  "rows",
	        [EVO_SHAPE_PLANES] = "takes square matrices, the last two dimensions, gives a "
	                             "number for each",
	        [EVO_SHAPE_SQUARE] = "takes a square matrix, gives a scalar",
	        [EVO_SHAPE_PLANE_MEAN] = "takes a tensor of rank 4, gives a matrix",
	        [EVO_SHAPE_SWAP] = "takes a tensor, gives it with its first two dimensions "
	                           "swapped",
	        [EVO_SHAPE_MATMUL] = "takes two tensors of matrices whose inner sizes agree, gives "
	                             "their products",
	        [EVO_SHAPE_UNITS] = "takes one value a unit, gives one a network",
	};

	_Static_assert(EVO_COUNT(words) == EVO_SHAPE_UNITS + 1, "every rule has its words");
	if (evo_is_number(code))
		return "a scalar";
	if (evo_is_statistic(code))
		return evo_statistic_of(code) < EVO_PARAMS ? "a tensor" : "a scalar";
	return words[evo_operation(code)->shape];
}
