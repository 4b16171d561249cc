/*
 * The table of the language: numbers, statistics, primitives, aggregates.
 *
 * `paper` marks what EZNAS (Akhauri et al., NeurIPS 2022) searches with: its 22 tensors a layer,
 * the operations that it took over from AutoML-Zero and PyTorch, and the mean over layers.
 */
#include "config.h"
#include "primitives.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct row {
	uint16_t id;
	const char *name;
	unsigned char arity;
	bool commutative, paper;
	enum evo_shape_rule shape;
	const char *help;
};

#define OTHERS    false
#define PAPER     true
#define ORDERED   false
#define UNORDERED true

#define ROW(code) [(code) -EVO_FIRST_OPERATION]

static const struct row rows[EVO_OPERATIONS_END - EVO_FIRST_OPERATION] = {
        ROW(EVO_ADD) = {45, "add", 2, UNORDERED, PAPER, EVO_SHAPE_PAIR, "a + b"},
        ROW(EVO_SUB) = {46, "sub", 2, ORDERED, PAPER, EVO_SHAPE_PAIR, "a - b"},
#ifdef EVO_TEST_EXTRA_ROWS
        ROW(EVO_TEST) = {903, "test", 2, UNORDERED, OTHERS, EVO_SHAPE_PAIR, "of a test"},
#endif
        ROW(EVO_MUL) = {47, "mul", 2, UNORDERED, PAPER, EVO_SHAPE_PAIR, "a b, place by place"},
        ROW(EVO_DIV) = {48, "div", 2, ORDERED, OTHERS, EVO_SHAPE_PAIR, "a / b"},
        ROW(EVO_MIN2) = {49, "min2", 2, UNORDERED, OTHERS, EVO_SHAPE_PAIR,
                         "the smaller of a and b"},
        ROW(EVO_MAX2) = {50, "max2", 2, UNORDERED, OTHERS, EVO_SHAPE_PAIR, "the larger of a and b"},
        ROW(EVO_LT) = {51, "lt", 2, ORDERED, PAPER, EVO_SHAPE_PAIR, "1 where a < b, else 0"},
        ROW(EVO_GT) = {52, "gt", 2, ORDERED, PAPER, EVO_SHAPE_PAIR, "1 where a > b, else 0"},
        ROW(EVO_EQ) = {53, "eq", 2, UNORDERED, PAPER, EVO_SHAPE_PAIR, "1 where a = b, else 0"},
        ROW(EVO_ABS) = {54, "abs", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "magnitude"},
        ROW(EVO_NEG) = {55, "neg", 1, ORDERED, OTHERS, EVO_SHAPE_SAME, "-a"},
        ROW(EVO_SQUARE) = {56, "square", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "a^2"},
        ROW(EVO_SQRT) = {57, "sqrt", 1, ORDERED, OTHERS, EVO_SHAPE_SAME, "square root of |a|"},
        ROW(EVO_EXP) = {58, "exp", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "e^a"},
        ROW(EVO_LOG) = {59, "log", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "log a; 0 where a <= 0"},
        ROW(EVO_ABSLOG) = {60, "abslog", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "|log|a||; 0 at 0"},
        ROW(EVO_INV) = {61, "inv", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "1 / a"},
        ROW(EVO_RELU) = {62, "relu", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "a where positive, else 0"},
        ROW(EVO_SIGMOID) = {63, "sigmoid", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "1 / (1 + e^-a)"},
        ROW(EVO_TANH) = {64, "tanh", 1, ORDERED, OTHERS, EVO_SHAPE_SAME, "hyperbolic tangent"},
        ROW(EVO_SIGN) = {65, "sign", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "-1, 0 or 1"},
        ROW(EVO_GT0) = {66, "gt0", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "1 where a > 0, else 0"},
        ROW(EVO_LT0) = {67, "lt0", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "1 where a < 0, else 0"},
        ROW(EVO_ONES) = {68, "ones", 1, ORDERED, PAPER, EVO_SHAPE_SAME, "ones in the shape of a"},
        ROW(EVO_ZEROS) = {69, "zeros", 1, ORDERED, PAPER, EVO_SHAPE_SAME,
                          "zeros in the shape of a"},
        ROW(EVO_NORMALIZE) = {70, "normalize", 1, ORDERED, PAPER, EVO_SHAPE_SAME,
                              "(a - mean) / standard deviation; NaN becomes 0"},
        ROW(EVO_SOFTMAX) = {71, "softmax", 1, ORDERED, PAPER, EVO_SHAPE_SAME,
                            "softmax over dimension 1"},
        ROW(EVO_BY_CHANNEL) = {72, "by_channel", 1, ORDERED, OTHERS, EVO_SHAPE_SWAP,
                               "first two dimensions swapped: rows become channels"},
        ROW(EVO_SUM) = {73, "sum", 1, ORDERED, PAPER, EVO_SHAPE_SCALAR, "sum"},
        ROW(EVO_MEAN) = {74, "mean", 1, ORDERED, PAPER, EVO_SHAPE_SCALAR, "mean"},
        ROW(EVO_L1) = {75, "l1", 1, ORDERED, PAPER, EVO_SHAPE_SCALAR, "mean magnitude"},
        ROW(EVO_FROB) = {76, "frob", 1, ORDERED, PAPER, EVO_SHAPE_SCALAR,
                         "Frobenius norm: square root of the sum of squares"},
        ROW(EVO_STD) = {77, "std", 1, ORDERED, OTHERS, EVO_SHAPE_SCALAR,
                        "standard deviation (n - 1)"},
        ROW(EVO_NUMEL) = {78, "numel", 1, ORDERED, PAPER, EVO_SHAPE_SCALAR, "how many numbers"},
        ROW(EVO_HAMMING) = {79, "hamming", 2, UNORDERED, PAPER, EVO_SHAPE_PAIR_SCALAR,
                            "in how many places a > 0 and b > 0 differ"},
        ROW(EVO_KLDIV) = {80, "kldiv", 2, ORDERED, PAPER, EVO_SHAPE_PAIR_SCALAR,
                          "sum of b (log b - a) over the number of rows"},
        ROW(EVO_COSINE) = {81, "cosine", 2, UNORDERED, PAPER, EVO_SHAPE_PAIR_ROWS,
                           "cosine of each pair of rows, summed"},
        ROW(EVO_EIGRATIO) = {82, "eigratio", 1, ORDERED, PAPER, EVO_SHAPE_ROWS_SCALAR,
                             "largest over smallest eigenvalue of A A' of the rows"},
        ROW(EVO_DISTINCT) = {83, "distinct", 1, ORDERED, OTHERS, EVO_SHAPE_ROWS_SCALAR,
                             "how many different columns a > 0 has (activation patterns)"},
        ROW(EVO_JACOV) = {84, "jacov", 1, ORDERED, OTHERS, EVO_SHAPE_ROWS_SCALAR,
                          "sum of log(v + 1e-5) + 1 / (v + 1e-5), v the eigenvalues of corr"},
        ROW(EVO_GRAM) = {85, "gram", 1, ORDERED, OTHERS, EVO_SHAPE_ROWS_MATRIX, "A A' of the rows"},
        ROW(EVO_CORR) = {86, "corr", 1, ORDERED, OTHERS, EVO_SHAPE_ROWS_MATRIX,
                         "correlations of the rows"},
        ROW(EVO_AGREE) = {87, "agree", 1, ORDERED, OTHERS, EVO_SHAPE_ROWS_MATRIX,
                          "for each two rows, in how many places their a > 0 agree"},
        ROW(EVO_DET) = {88, "det", 1, ORDERED, PAPER, EVO_SHAPE_PLANES, "determinant"},
        ROW(EVO_LOGDET) = {89, "logdet", 1, ORDERED, PAPER, EVO_SHAPE_PLANES,
                           "log of the determinant; 0 where negative"},
        ROW(EVO_LOGABSDET) = {90, "logabsdet", 1, ORDERED, OTHERS, EVO_SHAPE_PLANES,
                              "log of the determinant's magnitude"},
        ROW(EVO_LOGDET1P) = {91, "logdet1p", 1, ORDERED, OTHERS, EVO_SHAPE_PLANES,
                             "log|det(I + a)|"},
        ROW(EVO_EIGMIN) = {92, "eigmin", 1, ORDERED, OTHERS, EVO_SHAPE_SQUARE,
                           "smallest eigenvalue of (a + a') / 2"},
        ROW(EVO_EIGMAX) = {93, "eigmax", 1, ORDERED, OTHERS, EVO_SHAPE_SQUARE,
                           "largest eigenvalue of (a + a') / 2"},
        ROW(EVO_EIGENTROPY) = {94, "eigentropy", 1, ORDERED, OTHERS, EVO_SHAPE_SQUARE,
                               "entropy of the eigenvalues scaled to sum 1"},
        ROW(EVO_MATMUL) = {95, "matmul", 2, ORDERED, PAPER, EVO_SHAPE_MATMUL,
                           "matrix product over the last two dimensions"},
        ROW(EVO_PLANE_MEAN) = {96, "plane_mean", 1, ORDERED, OTHERS, EVO_SHAPE_PLANE_MEAN,
                               "mean over the last two of four dimensions"},
        ROW(EVO_LAYER_MEAN) = {97, "layer_mean", 1, ORDERED, PAPER, EVO_SHAPE_UNITS,
                               "mean over the units"},
        ROW(EVO_LAYER_SUM) = {98, "layer_sum", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                              "sum over the units"},
        ROW(EVO_LAYER_MAX) = {99, "layer_max", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                              "largest of the units"},
        ROW(EVO_LAYER_MIN) = {100, "layer_min", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                              "smallest of the units"},
        ROW(EVO_LAYER_STD) = {101, "layer_std", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                              "standard deviation over the units (n - 1)"},
        ROW(EVO_LAYER_FIRST) = {102, "layer_first", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                                "the first unit that is left in"},
        ROW(EVO_LAYER_LAST) = {103, "layer_last", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                               "the last unit that is left in"},
        ROW(EVO_LAYER_COUNT) = {104, "layer_count", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                                "how many units are left in"},
        ROW(EVO_LAYER_TOTAL) = {105, "layer_total", 1, ORDERED, OTHERS, EVO_SHAPE_UNITS,
                                "sum of the units' tensors of one shape"},
};

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
	for (unsigned i = 0; i < EVO_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		const bool aggregate = row->shape == EVO_SHAPE_UNITS;

		table[EVO_FIRST_OPERATION + i] = (struct evo_primitive){
		        row->name,  row->id,          aggregate ? EVO_AGGREGATE : EVO_PRIMITIVE,
		        row->arity, row->commutative, row->paper,
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

enum evo_shape_rule evo_operation_shape(unsigned code)
{
	return rows[code - EVO_FIRST_OPERATION].shape;
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

	if (evo_is_number(code))
		return "a scalar";
	if (evo_is_statistic(code))
		return evo_statistic_of(code) < EVO_PARAMS ? "a tensor" : "a scalar";
	return words[evo_operation_shape(code)];
}

bool evo_operation_in_place(unsigned code)
{
	const enum evo_shape_rule shape = evo_operation_shape(code);

	return shape == EVO_SHAPE_SAME || shape == EVO_SHAPE_PAIR;
}
