/*
 * Reductions of two tensors, piece by piece in double.
 */
#include "config.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

/* A multiple of the lanes of a sum, so that a piece's sum does not depend on where it lies. */
#define PIECE 512

EVO_CLONES
static void load_singles(const float *from, size_t count, double *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (double) from[i];
}

/* Numbers from..from + count of a value in double; a scalar is that number everywhere. */
static void load(const struct evo_tensor *a, size_t from, size_t count, double *out)
{
	switch (a->extent.rank) {
	case 4:
		load_singles(a->single + from, count, out);
		break;
	case 2:
		memcpy(out, a->twice + from, count * sizeof(*out));
		break;
	default:
		for (size_t i = 0; i < count; i++)
			out[i] = a->scalar;
		break;
	}
}

/* ---- hamming --------------------------------------------------------------------------------- */

EVO_CLONES
static size_t differing(const double *a, const double *b, size_t count)
{
	size_t differ = 0;

	for (size_t i = 0; i < count; i++)
		differ += (a[i] > 0) != (b[i] > 0);
	return differ;
}

static void add_differing(struct evo_pair_sums *sums, const struct evo_tensor *b, size_t from,
                          const double *x, const double *y, size_t count)
{
	(void) b;
	(void) from;
	sums->sum += (double) differing(x, y, count);
}

const struct evo_pair evo_hamming = {.add = add_differing};

/* ---- kldiv ----------------------------------------------------------------------------------- */

/* log b of a piece, where b > 0: single precision has no more to lose. */
static void load_log(const struct evo_tensor *b, size_t from, size_t count, const double *values,
                     double *out)
{
	float singles[PIECE];

	if (b->extent.rank != 4) {
		for (size_t i = 0; i < count; i++)
			out[i] = values[i] > 0 ? log(values[i]) : 0;
		return;
	}
	evo_unary_single(EVO_LOG, singles, b->single + from, count);
	load_singles(singles, count, out);
}

EVO_CLONES
static void divergence(const double *a, const double *b, double *logs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const double term = b[i] * (logs[i] - a[i]);

		logs[i] = b[i] > 0 ? term : b[i] == 0 ? 0 : (double) NAN;
	}
}

static void add_divergence(struct evo_pair_sums *sums, const struct evo_tensor *b, size_t from,
                           const double *x, const double *y, size_t count)
{
	double terms[PIECE];

	load_log(b, from, count, y, terms);
	divergence(x, y, terms, count);
	sums->sum += evo_sum_double(terms, count);
}

const struct evo_pair evo_kldiv = {.add = add_divergence, .per_row = true};

/* ---- cosine ---------------------------------------------------------------------------------- */

/* The larger of a norm and 1e-8; NaN stays. */
static double clamped(double squares)
{
	const double norm = sqrt(squares);

	return norm < 1e-8 ? 1e-8 : norm;
}

static void end_row(struct evo_pair_sums *sums)
{
	sums->sum += sums->products / (clamped(sums->first) * clamped(sums->second));
	sums->products = sums->first = sums->second = 0;
}

static void add_products(struct evo_pair_sums *sums, const struct evo_tensor *b, size_t from,
                         const double *x, const double *y, size_t count)
{
	(void) b;
	(void) from;
	sums->products += evo_dot_double(x, y, count);
	sums->first += evo_dot_double(x, x, count);
	sums->second += evo_dot_double(y, y, count);
}

const struct evo_pair evo_cosine = {.add = add_products, .end_row = end_row};

/* ---- In pieces ------------------------------------------------------------------------------- */

size_t evo_pair_rows(const struct evo_pair *pair, const struct evo_extent *extent)
{
	return pair->end_row != NULL ? evo_rows(extent) : 1;
}

void evo_pair_add(const struct evo_pair *pair, struct evo_pair_sums *sums,
                  const struct evo_tensor *a, const struct evo_tensor *b, size_t from, size_t count,
                  bool ends_row)
{
	const size_t end = from + count;
	double x[PIECE], y[PIECE];

	for (; from < end; from += PIECE) {
		const size_t some = end - from < PIECE ? end - from : PIECE;

		load(a, from, some, x);
		load(b, from, some, y);
		pair->add(sums, b, from, x, y, some);
	}
	if (ends_row && pair->end_row != NULL)
		pair->end_row(sums);
}

double evo_pair_total(const struct evo_pair *pair, const struct evo_pair_sums *sums,
                      const struct evo_extent *extent)
{
	if (pair->per_row && extent->rank)
		return sums->sum / (double) extent->dims[0];
	return sums->sum;
}

double evo_pair_value(const struct evo_pair *pair, const struct evo_tensor *a,
                      const struct evo_tensor *b)
{
	const struct evo_extent *extent = a->extent.rank ? &a->extent : &b->extent;
	const size_t rows = evo_pair_rows(pair, extent), columns = extent->count / rows;
	struct evo_pair_sums sums = {0};

	for (size_t row = 0; row < rows; row++)
		evo_pair_add(pair, &sums, a, b, row * columns, columns, true);
	return evo_pair_total(pair, &sums, extent);
}
