/*
 * Determinants by LU with partial pivoting, in double.
 *
 * The planes of a rank-4 tensor are many small matrices, so they are factorised side by side, one a
 * vector lane. Each lane does what the plain loop does to one matrix, to the last bit.
 */
#include "config.h"
#include "kernels.h"
#include "turn.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Four matrices of 32 x 32 fit into the first-level cache. */
#define LANES EVO_FOUR

/* Steps of elimination that most of a matrix goes through at once. */
#define PANEL 4

typedef evo_four lanes;
typedef int64_t bit_lanes __attribute__((vector_size(8 * LANES)));

#define MAGNITUDE(v)       ((lanes) ((bit_lanes) (v) &INT64_MAX))
#define CHOOSE(mask, a, b) (((a) & (mask)) | ((b) & ~(mask)))

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t evo_determinant_work(const struct evo_extent *a)
{
	const size_t n = a->dims[a->rank - 1];

	return n * n * (a->rank == 4 ? LANES : 1) * sizeof(double);
}

/* ---- A matrix a lane ------------------------------------------------------------------------- */

/* The rows of the largest magnitudes in column k, from row k on; the first of equals. */
EVO_CLONES
static void largest_rows(const double *matrices, size_t n, size_t k, int64_t rows[LANES])
{
	const lanes *column = (const lanes *) matrices + k;
	lanes best = MAGNITUDE(column[k * n]);
	bit_lanes row = {0};

	for (size_t i = k + 1; i < n; i++) {
		const lanes magnitude = MAGNITUDE(column[i * n]);
		const bit_lanes larger = magnitude > best;

		best = (lanes) CHOOSE(larger, (bit_lanes) magnitude, (bit_lanes) best);
		row = CHOOSE(larger, (bit_lanes){0} + (int64_t) (i - k), row);
	}
	row += (int64_t) k;
	memcpy(rows, &row, sizeof(row));
}

/*
 * Column k's factors take the place of what they eliminate: divisions do not wait for rows then.
 * Columns k + 1 to `end` go through this step; the others wait for those of the whole panel.
 */
EVO_CLONES
static void eliminate_column(double *matrices, size_t n, size_t k, size_t end)
{
	lanes *rows = (lanes *) matrices;
	const lanes *pivot = rows + k * n;

	for (size_t i = k + 1; i < n; i++)
		rows[i * n + k] /= pivot[k];
	for (size_t i = k + 1; i < n; i++) {
		lanes *row = rows + i * n;
		const lanes factor = row[k];

		for (size_t j = k + 1; j < end; j++)
			row[j] -= factor * pivot[j];
	}
}

/* A row goes through `steps` steps from that of row `first` on, behind column `end`. */
static inline __attribute__((always_inline)) void catch_up(lanes *rows, size_t n, size_t first,
                                                           size_t end, size_t row, size_t steps)
{
	const lanes *pivots = rows + first * n;
	lanes *numbers = rows + row * n, factors[PANEL];

	for (size_t s = 0; s < steps; s++)
		factors[s] = numbers[first + s];
	for (size_t j = end; j < n; j++) {
		lanes number = numbers[j];

		for (size_t s = 0; s < steps; s++)
			number -= factors[s] * pivots[s * n + j];
		numbers[j] = number;
	}
}

/* What is behind a panel goes through all its steps at once: it is read and written once. */
EVO_CLONES
static void eliminate_rest(double *matrices, size_t n, size_t first)
{
	lanes *rows = (lanes *) matrices;

	for (size_t s = 1; s < PANEL; s++)
		catch_up(rows, n, first, first + PANEL, first + s, s);
	for (size_t i = first + PANEL; i < n; i++)
		catch_up(rows, n, first, first + PANEL, i, PANEL);
}

/* From column `first` on row k changes places with another in every lane, which may be itself. */
EVO_CLONES
static void swap_rows(double *matrices, size_t n, size_t first, size_t k, const int64_t rows[LANES])
{
	double *others[LANES];

	for (size_t lane = 0; lane < LANES; lane++)
		others[lane] = matrices + (size_t) rows[lane] * n * LANES + lane;
	for (size_t j = first; j < n; j++) {
		lanes *place = (lanes *) matrices + k * n + j, held = *place, found;

		for (size_t lane = 0; lane < LANES; lane++)
			found[lane] = others[lane][j * LANES];
		*place = found;
		for (size_t lane = 0; lane < LANES; lane++)
			others[lane][j * LANES] = held[lane];
	}
}

/* Is there a lane that has something to factorise, and whose pivot k does not count as zero? */
EVO_CLONES
static bool any_pivot(const double *matrices, size_t n, size_t k, const double zeros[LANES])
{
	const lanes *pivot = (const lanes *) matrices + k * n + k;
	bool any = false;

	for (size_t lane = 0; lane < LANES; lane++)
		any = any || (!isnan(zeros[lane]) && !(fabs((*pivot)[lane]) <= zeros[lane]));
	return any;
}

/* zeros[lane] is NaN where the lane has nothing to factorise. */
static void factorise_lanes(double *matrices, size_t n, const double zeros[LANES],
                            struct evo_determinant found[LANES])
{
	int64_t exchanges[LANES] = {0};

	for (size_t k = 0; k < n; k++) {
		const size_t first = k - k % PANEL, end = least(first + PANEL, n);
		int64_t rows[LANES];

		largest_rows(matrices, n, k, rows);
		swap_rows(matrices, n, first, k, rows);
		for (size_t lane = 0; lane < LANES; lane++)
			exchanges[lane] += rows[lane] != (int64_t) k;
		if (!any_pivot(matrices, n, k, zeros))
			break;
		eliminate_column(matrices, n, k, end);
		if (k + 1 == end && end < n)
			eliminate_rest(matrices, n, first);
	}
	for (size_t lane = 0; lane < LANES; lane++)
		found[lane] = evo_determinant_of_pivots(matrices + lane, n, (n + 1) * LANES,
		                                        exchanges[lane] % 2 != 0, zeros[lane]);
}

/* ---- The primitives -------------------------------------------------------------------------- */

static double value_of(struct evo_determinant found)
{
	return found.sign == 0 ? 0 : found.sign * exp(found.magnitude);
}

static double log_of(struct evo_determinant found)
{
	return found.sign >= 0 ? found.magnitude : 0;
}

static double log_magnitude_of(struct evo_determinant found)
{
	return found.magnitude;
}

/* Puts `some` planes of n x n into lanes; those without one get NaN. */
EVO_CLONES
static void load_lanes(const float *planes, size_t n, size_t some, double *matrices)
{
	const size_t numbers = n * n;
	size_t i = 0;

	for (; some == LANES && i + 4 <= numbers; i += 4)
		evo_turn(planes + i, numbers, (evo_four *) matrices + i, 1);
	for (; i < numbers; i++)
		for (size_t lane = 0; lane < LANES; lane++)
			matrices[i * LANES + lane] =
			        lane < some ? (double) planes[lane * numbers + i] : (double) NAN;
}

#define CHAINS 4 /* that do not wait for each other */

/* The larger magnitude, and the sum: of floats, so it is too large only where one of them is. */
static inline void look_at(const lanes *number, lanes *largest, lanes *sum)
{
	const lanes magnitude = MAGNITUDE(*number);
	const bit_lanes larger = magnitude > *largest;

	*largest = (lanes) CHOOSE(larger, (bit_lanes) magnitude, (bit_lanes) *largest);
	*sum += magnitude;
}

/* zeros[lane]: what counts as zero; NaN where a number is not finite. */
EVO_CLONES
static void find_zeros(const double *matrices, size_t n, double zeros[LANES])
{
	const lanes *number = (const lanes *) matrices;
	lanes largest[CHAINS] = {{0}}, sum[CHAINS] = {{0}};
	size_t i = 0;

	for (; i + CHAINS <= n * n; i += CHAINS)
		for (size_t c = 0; c < CHAINS; c++)
			look_at(number + i + c, &largest[c], &sum[c]);
	for (; i < n * n; i++)
		look_at(number + i, &largest[0], &sum[0]);
	for (size_t c = 1; c < CHAINS; c++) {
		look_at(&largest[c], &largest[0], &sum[0]);
		sum[0] += sum[c];
	}
	/* NaN where the sum is infinite or NaN, else 0. */
	largest[0] = largest[0] * ((double) n * DBL_EPSILON) + (sum[0] - sum[0]);
	memcpy(zeros, &largest[0], sizeof(largest[0]));
}

static void add_identity(double *matrices, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t lane = 0; lane < LANES; lane++)
			matrices[(i * n + i) * LANES + lane] += 1;
}

/* What is made of a determinant; of the planes as they are, or with 1 added on the diagonal. */
struct way {
	double (*result)(struct evo_determinant found);
	bool with_identity;
};

static void planes(struct way way, const struct evo_tensor *a, double *out, double *work)
{
	const size_t n = a->extent.dims[3], count = a->extent.dims[0] * a->extent.dims[1];

	for (size_t from = 0; from < count; from += LANES) {
		const size_t some = least(LANES, count - from), after = from + some;
		struct evo_determinant found[LANES];
		double zeros[LANES];

		load_lanes(a->single + from * n * n, n, some, work);
		evo_fetch(a->single + after * n * n, least(LANES, count - after) * n * n);
		if (way.with_identity)
			add_identity(work, n);
		find_zeros(work, n, zeros);
		factorise_lanes(work, n, zeros, found);
		for (size_t lane = 0; lane < some; lane++)
			out[from + lane] = way.result(found[lane]);
	}
}

static void determinants(const struct evo_call *call, struct way way)
{
	const struct evo_tensor *a = call->a;
	const size_t n = a->extent.dims[0];
	double *matrix = call->work;

	if (a->extent.rank == 4) {
		planes(way, a, call->out, call->work);
		return;
	}
	memcpy(matrix, a->twice, n * n * sizeof(*matrix));
	for (size_t i = 0; way.with_identity && i < n; i++)
		matrix[i * n + i] += 1;
	call->result->scalar = way.result(evo_determinant_of(matrix, n));
}

void evo_det(const struct evo_call *call)
{
	determinants(call, (struct way){value_of, false});
}

void evo_logdet(const struct evo_call *call)
{
	determinants(call, (struct way){log_of, false});
}

void evo_logabsdet(const struct evo_call *call)
{
	determinants(call, (struct way){log_magnitude_of, false});
}

void evo_logdet1p(const struct evo_call *call)
{
	determinants(call, (struct way){log_magnitude_of, true});
}
