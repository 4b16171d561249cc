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
static void load(const struct evo_value *a, size_t from, size_t count, double *out)
{
	switch (a->extent.rank) {
	case 4:
		load_singles(a->single + from, count, out);
		break;
	case 2:
		memcpy(out, a->twice + from, count * sizeof *out);
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

/* ---- kldiv ----------------------------------------------------------------------------------- */

/* log b of a piece, where b > 0: single precision has no more to lose. */
static void load_log(const struct evo_value *b, size_t from, size_t count, const double *values,
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

/* ---- In pieces ------------------------------------------------------------------------------- */

size_t evo_pair_rows(unsigned code, const struct evo_extent *extent)
{
	return code == EVO_COSINE ? evo_rows(extent) : 1;
}

static void add_piece(struct evo_pair_sums *sums, unsigned code, const struct evo_value *a,
                      const struct evo_value *b, size_t from, size_t count)
{
	double x[PIECE], y[PIECE], terms[PIECE];

	load(a, from, count, x);
	load(b, from, count, y);
	switch (code) {
	case EVO_HAMMING:
		sums->sum += (double) differing(x, y, count);
		break;
	case EVO_KLDIV:
		load_log(b, from, count, y, terms);
		divergence(x, y, terms, count);
		sums->sum += evo_sum_double(terms, count);
		break;
	default:
		sums->products += evo_dot_double(x, y, count);
		sums->first += evo_dot_double(x, x, count);
		sums->second += evo_dot_double(y, y, count);
		break;
	}
}

void evo_pair_add(struct evo_pair_sums *sums, unsigned code, const struct evo_value *a,
                  const struct evo_value *b, size_t from, size_t count, bool ends_row)
{
	const size_t end = from + count;

	for (; from < end; from += PIECE)
		add_piece(sums, code, a, b, from, end - from < PIECE ? end - from : PIECE);
	if (ends_row && code == EVO_COSINE)
		end_row(sums);
}

double evo_pair_total(const struct evo_pair_sums *sums, unsigned code,
                      const struct evo_extent *extent)
{
	if (code == EVO_KLDIV && extent->rank)
		return sums->sum / (double) extent->dims[0];
	return sums->sum;
}

double evo_pair(unsigned code, const struct evo_value *a, const struct evo_value *b)
{
	const struct evo_extent *extent = a->extent.rank ? &a->extent : &b->extent;
	const size_t rows = evo_pair_rows(code, extent), columns = extent->count / rows;
	struct evo_pair_sums sums = {0};

	for (size_t row = 0; row < rows; row++)
		evo_pair_add(&sums, code, a, b, row * columns, columns, true);
	return evo_pair_total(&sums, code, extent);
}
