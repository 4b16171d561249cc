/*
 * Reductions of whole tensors.
 */
#include "config.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

/* ---- Sums in 16 lanes ------------------------------------------------------------------------ */

/* A quarter of the lanes: vectors wider than the processor's go through memory. */
typedef double lanes __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t bit_lanes __attribute__((vector_size(32)));

#define LANES   16
#define QUARTER (LANES / 4)

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void add_term(enum evo_term term, lanes *sum, const lanes *number, double middle)
{
	const lanes v = *number;

	switch (term) {
	case EVO_ITSELF:
		*sum += v;
		break;
	case EVO_MAGNITUDE:
		*sum += (lanes) ((bit_lanes) v & INT64_MAX);
		break;
	case EVO_SQUARED:
		*sum += v * v;
		break;
	case EVO_DEVIATION:
		*sum += (v - middle) * (v - middle);
		break;
	}
}

ALWAYS_INLINE double fold(const lanes sums[4])
{
	const lanes t = (sums[0] + sums[2]) + (sums[1] + sums[3]);

	return (t[0] + t[2]) + (t[1] + t[3]);
}

/* Adds the terms of the last, shorter group, filled up with what gives none. */
ALWAYS_INLINE void add_rest(enum evo_term term, lanes sums[4], const double *rest, size_t count,
                            double middle)
{
	double last[LANES];

	for (size_t k = 0; k < LANES; k++)
		last[k] = k < count ? rest[k] : term == EVO_DEVIATION ? middle : 0;
	for (size_t q = 0; q < 4; q++)
		add_term(term, &sums[q], (const lanes *) (last + q * QUARTER), middle);
}

/* Sums that are in memory, as what a may be, too, are added to in registers. */
ALWAYS_INLINE void add_single(enum evo_term term, lanes sums[4], const float *a, size_t count,
                              double middle)
{
	lanes kept[4] = {sums[0], sums[1], sums[2], sums[3]};
	double rest[LANES];
	size_t i = 0;

	for (; i + LANES <= count; i += LANES)
		for (size_t q = 0; q < 4; q++) {
			const float *four = a + i + q * QUARTER;
			/* One instruction to gcc, where __builtin_convertvector makes three. */
			const lanes number = {(double) four[0], (double) four[1], (double) four[2],
			                      (double) four[3]};

			add_term(term, &kept[q], &number, middle);
		}
	if (i < count) {
		for (size_t k = 0; i + k < count; k++)
			rest[k] = (double) a[i + k];
		add_rest(term, kept, rest, count - i, middle);
	}
	for (size_t q = 0; q < 4; q++)
		sums[q] = kept[q];
}

ALWAYS_INLINE double total_single(enum evo_term term, const float *a, size_t count, double middle)
{
	lanes sums[4] = {{0}, {0}, {0}, {0}};

	add_single(term, sums, a, count, middle);
	return fold(sums);
}

ALWAYS_INLINE double total_double(enum evo_term term, const double *a, size_t count, double middle)
{
	lanes sums[4] = {{0}, {0}, {0}, {0}};
	size_t i = 0;

	for (; i + LANES <= count; i += LANES)
		for (size_t q = 0; q < 4; q++)
			add_term(term, &sums[q], (const lanes *) (a + i + q * QUARTER), middle);
	if (i < count)
		add_rest(term, sums, a + i, count - i, middle);
	return fold(sums);
}

EVO_CLONES static double sum_single(const float *a, size_t count)
{
	return total_single(EVO_ITSELF, a, count, 0);
}

EVO_CLONES static double sum_double(const double *a, size_t count)
{
	return total_double(EVO_ITSELF, a, count, 0);
}

EVO_CLONES static double magnitudes_single(const float *a, size_t count)
{
	return total_single(EVO_MAGNITUDE, a, count, 0);
}

EVO_CLONES static double magnitudes_double(const double *a, size_t count)
{
	return total_double(EVO_MAGNITUDE, a, count, 0);
}

EVO_CLONES static double squares_single(const float *a, size_t count)
{
	return total_single(EVO_SQUARED, a, count, 0);
}

EVO_CLONES static double squares_double(const double *a, size_t count)
{
	return total_double(EVO_SQUARED, a, count, 0);
}

EVO_CLONES static double deviations_single(const float *a, size_t count, double middle)
{
	return total_single(EVO_DEVIATION, a, count, middle);
}

EVO_CLONES static double deviations_double(const double *a, size_t count, double middle)
{
	return total_double(EVO_DEVIATION, a, count, middle);
}

EVO_CLONES static double dot_double(const double *a, const double *b, size_t count)
{
	lanes sums[4] = {{0}, {0}, {0}, {0}};
	double rest[LANES / 2] = {0}, others[LANES / 2] = {0};
	size_t i = 0;

	for (; i + LANES <= count; i += LANES)
		for (size_t q = 0; q < LANES; q += QUARTER)
			sums[q / QUARTER] +=
			        *(const lanes *) (a + i + q) * *(const lanes *) (b + i + q);
	for (; i < count; i += LANES / 2) {
		for (size_t k = 0; k < LANES / 2; k++) {
			rest[k] = i + k < count ? a[i + k] : 0;
			others[k] = i + k < count ? b[i + k] : 0;
		}
		for (size_t q = 0; q < LANES / 2; q += QUARTER)
			sums[q / QUARTER] +=
			        *(const lanes *) (rest + q) * *(const lanes *) (others + q);
	}
	return fold(sums);
}

EVO_CLONES static void add_block(enum evo_term term, lanes sums[4], const float *a, size_t count)
{
	switch (term) {
	case EVO_ITSELF:
		add_single(EVO_ITSELF, sums, a, count, 0);
		break;
	case EVO_MAGNITUDE:
		add_single(EVO_MAGNITUDE, sums, a, count, 0);
		break;
	case EVO_SQUARED:
		add_single(EVO_SQUARED, sums, a, count, 0);
		break;
	case EVO_DEVIATION: /* needs the mean, which is not known on the way */
		break;
	}
}

void evo_lanes_add(struct evo_lanes *sums, enum evo_term term, const float *a, size_t count)
{
	add_block(term, (lanes *) (void *) sums->lane, a, count);
}

double evo_lanes_total(const struct evo_lanes *sums)
{
	return fold((const lanes *) (const void *) sums->lane);
}

double evo_sum_single(const float *a, size_t count)
{
	return sum_single(a, count);
}

double evo_sum_double(const double *a, size_t count)
{
	return sum_double(a, count);
}

double evo_dot_double(const double *a, const double *b, size_t count)
{
	return dot_double(a, b, count);
}

/* ---- Of values ------------------------------------------------------------------------------- */

double evo_total(enum evo_term term, const struct evo_tensor *a)
{
	const bool single = a->extent.rank == 4;
	const size_t count = a->extent.count;

	switch (term) {
	case EVO_MAGNITUDE:
		if (a->extent.rank == 0)
			return fabs(a->scalar);
		return single ? magnitudes_single(a->single, count)
		              : magnitudes_double(a->twice, count);
	case EVO_SQUARED:
		if (a->extent.rank == 0)
			return a->scalar * a->scalar;
		return single ? squares_single(a->single, count) : squares_double(a->twice, count);
	default:
		if (a->extent.rank == 0)
			return a->scalar;
		return single ? sum_single(a->single, count) : sum_double(a->twice, count);
	}
}

double evo_sum(const struct evo_tensor *a)
{
	return evo_total(EVO_ITSELF, a);
}

double evo_mean(const struct evo_tensor *a)
{
	return evo_end_mean(evo_sum(a), a->extent.count);
}

double evo_end_sum(double sum, size_t count)
{
	(void) count;
	return sum;
}

double evo_end_mean(double sum, size_t count)
{
	return sum / (double) count;
}

double evo_end_root(double sum, size_t count)
{
	(void) count;
	return sqrt(sum);
}

void evo_numel(const struct evo_call *call)
{
	call->result->scalar = (double) call->a->extent.count;
}

static bool constant(const double *a, size_t count)
{
	size_t i = 1;

	while (i < count && a[i] == a[0])
		i++;
	return i == count;
}

double evo_deviation(const struct evo_tensor *a, double mean)
{
	const size_t count = a->extent.count;
	double squares;

	if (count < 2)
		return 0;
	squares = a->extent.rank == 4 ? deviations_single(a->single, count, mean)
	                              : deviations_double(a->twice, count, mean);
	return sqrt(squares / (double) (count - 1));
}

/*
 * The mean of a constant tensor has to be that constant, or its deviation would be rounding noise
 * and not 0. Sums of equal floats are exact in double; those of equal doubles are not.
 */
void evo_moments(const struct evo_tensor *a, double *mean, double *deviation)
{
	const bool matrix = a->extent.rank == 2 && a->extent.count > 1;

	*mean = evo_mean(a);
	if (matrix && isfinite(a->twice[0]) && constant(a->twice, a->extent.count))
		*mean = a->twice[0];
	*deviation = evo_deviation(a, *mean);
}

void evo_std(const struct evo_call *call)
{
	double mean;

	evo_moments(call->a, &mean, &call->result->scalar);
}

/* Some numbers at a time: a first look at a few often is the last. */
#define SOME ((size_t) 256)

EVO_CLONES static bool finite_single(const float *a, size_t count)
{
	uint32_t bad = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, a + i, sizeof(bits));
		bad |= (bits & 0x7f800000u) == 0x7f800000u;
	}
	return !bad;
}

bool evo_all_finite(const struct evo_tensor *a)
{
	const size_t count = a->extent.count;
	bool finite = true;

	if (a->extent.rank == 0)
		return isfinite(a->scalar);
	for (size_t i = 0; a->extent.rank == 2 && i < count && finite; i++)
		finite = isfinite(a->twice[i]);
	for (size_t i = 0; a->extent.rank == 4 && i < count && finite; i += SOME)
		finite = finite_single(a->single + i, count - i < SOME ? count - i : SOME);
	return finite;
}
