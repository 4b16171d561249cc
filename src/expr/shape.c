/*
 * How shapes follow from shapes.
 */
#include "config.h"
#include "shape.h"

#include <string.h>

bool evo_extent_equal(const struct evo_extent *a, const struct evo_extent *b)
{
	return a->rank == b->rank && memcmp(a->dims, b->dims, a->rank * sizeof(*a->dims)) == 0;
}

size_t evo_extent_bytes(const struct evo_extent *extent)
{
	switch (extent->rank) {
	case 4:
		return extent->count * sizeof(float);
	case 2:
		return extent->count * sizeof(double);
	default:
		return 0;
	}
}

struct evo_extent evo_statistic_extent(const struct evo_stats *stats,
                                       const struct evo_unit_stats *unit, unsigned code)
{
	struct evo_extent extent = {.count = 1};

	extent.rank = (unsigned) evo_stats_dims(stats, unit, evo_statistic_of(code), extent.dims);
	for (unsigned d = 0; d < extent.rank; d++)
		extent.count *= extent.dims[d];
	return extent;
}

static struct evo_extent matrix_extent(size_t rows, size_t columns)
{
	return (struct evo_extent){.rank = 2, .dims = {rows, columns}, .count = rows * columns};
}

static const struct evo_extent scalar_extent = {.rank = 0, .count = 1};

/* Are the last two dimensions equal? */
static bool square(const struct evo_extent *a)
{
	return a->rank >= 2 && a->dims[a->rank - 1] == a->dims[a->rank - 2];
}

static bool pair_fits(const struct evo_extent *a, const struct evo_extent *b)
{
	return a->rank == 0 || b->rank == 0 || evo_extent_equal(a, b);
}

static bool matmul_extent(const struct evo_extent *a, const struct evo_extent *b,
                          struct evo_extent *out)
{
	const unsigned rank = a->rank;

	if (rank < 2 || b->rank != rank || a->dims[rank - 1] != b->dims[rank - 2])
		return false;
	*out = *a;
	for (unsigned d = 0; d + 2 < rank; d++) {
		if (a->dims[d] != b->dims[d])
			return false;
	}
	out->dims[rank - 1] = b->dims[rank - 1];
	out->count = a->count / a->dims[rank - 1] * b->dims[rank - 1];
	return true;
}

bool evo_result_extent(unsigned code, const struct evo_extent *a, const struct evo_extent *b,
                       struct evo_extent *out)
{
	*out = scalar_extent;
	switch (evo_operation(code)->shape) {
	case EVO_SHAPE_SAME:
		*out = *a;
		return true;
	case EVO_SHAPE_PAIR:
		*out = a->rank ? *a : *b;
		return pair_fits(a, b);
	case EVO_SHAPE_PAIR_SCALAR:
		return pair_fits(a, b);
	case EVO_SHAPE_PAIR_ROWS:
		return pair_fits(a, b) && (a->rank || b->rank);
	case EVO_SHAPE_SCALAR:
		return true;
	case EVO_SHAPE_ROWS_SCALAR:
		return a->rank >= 2;
	case EVO_SHAPE_ROWS_MATRIX:
		*out = matrix_extent(a->dims[0], a->dims[0]);
		return a->rank >= 2;
	case EVO_SHAPE_PLANES:
		if (a->rank == 4)
			*out = matrix_extent(a->dims[0], a->dims[1]);
		return square(a);
	case EVO_SHAPE_SQUARE:
		return a->rank == 2 && square(a);
	case EVO_SHAPE_PLANE_MEAN:
		*out = matrix_extent(a->dims[0], a->dims[1]);
		return a->rank == 4;
	case EVO_SHAPE_SWAP:
		*out = *a;
		out->dims[0] = a->dims[1];
		out->dims[1] = a->dims[0];
		return a->rank >= 2;
	case EVO_SHAPE_MATMUL:
		return matmul_extent(a, b, out);
	case EVO_SHAPE_UNITS:
		break;
	}
	return false;
}

/* ---- Before there is a network --------------------------------------------------------------- */

/* What is certain of a subtree's rank: 0, 2, or TENSOR where it may be either of 2 and 4, or even
   less. */
#define TENSOR 4

static unsigned statistic_rank(enum evo_statistic statistic)
{
	bool number = statistic == EVO_PARAMS || statistic == EVO_FLOPS || statistic == EVO_UNITS ||
	              statistic >= EVO_CLASSIC_FIRST;

	return number ? 0 : TENSOR;
}

static unsigned certain_rank(const struct evo_tree *tree, size_t at)
{
	const unsigned code = tree->nodes[at].code;
	unsigned first, second;

	if (evo_is_number(code))
		return 0;
	if (evo_is_statistic(code))
		return statistic_rank(evo_statistic_of(code));
	if (evo_is_aggregate(code))
		return code == EVO_LAYER_TOTAL ? certain_rank(tree, at + 1) : 0;
	first = certain_rank(tree, at + 1);
	switch (evo_operation(code)->shape) {
	case EVO_SHAPE_SAME:
		return first;
	case EVO_SHAPE_PAIR:
		second = certain_rank(tree, evo_tree_argument(tree, at, 1));
		return first > second ? first : second;
	case EVO_SHAPE_ROWS_MATRIX:
	case EVO_SHAPE_PLANE_MEAN:
		return 2;
	case EVO_SHAPE_PLANES:
		return first == 2 ? 0 : TENSOR;
	case EVO_SHAPE_SWAP:
	case EVO_SHAPE_MATMUL:
	case EVO_SHAPE_UNITS:
		return TENSOR;
	default:
		return 0;
	}
}

bool evo_tree_is_scalar(const struct evo_tree *tree)
{
	return certain_rank(tree, 0) == 0;
}
