/*
 * Reductions of whole tensors.
 */
#include "config.h"
#include "kernels.h"

#include <math.h>

/* ---- Sums in 16 lanes ------------------------------------------------------------------------ */

typedef double lanes __attribute__((vector_size(64)));
typedef int64_t bit_lanes __attribute__((vector_size(64)));
typedef float singles __attribute__((vector_size(32), aligned(4), may_alias));
typedef double doubles __attribute__((vector_size(64), aligned(8), may_alias));

#define LANES 16

#define LOAD_SINGLE(p) __builtin_convertvector(*(const singles *) (p), lanes)
#define LOAD_DOUBLE(p) (lanes)(*(const doubles *) (p))

#define MAGNITUDE(v) ((lanes) ((bit_lanes) (v) &INT64_MAX))

/*
 * The sum of TERM over count numbers of a; a shorter last group is filled up with `neutral`, of
 * which TERM is 0.
 */
#define SUM(type, LOAD, TERM, neutral)                                                             \
	lanes low = {0}, high = {0}, v;                                                            \
	double last[LANES];                                                                        \
	size_t i = 0;                                                                              \
                                                                                                   \
	for (; i + LANES <= count; i += LANES) {                                                   \
		v = LOAD(a + i);                                                                   \
		low += TERM(v);                                                                    \
		v = LOAD(a + i + LANES / 2);                                                       \
		high += TERM(v);                                                                   \
	}                                                                                          \
	if (i < count) {                                                                           \
		for (size_t k = 0; k < LANES; k++)                                                 \
			last[k] = i + k < count ? (double) a[i + k] : (neutral);                   \
		v = LOAD_DOUBLE(last);                                                             \
		low += TERM(v);                                                                    \
		v = LOAD_DOUBLE(last + LANES / 2);                                                 \
		high += TERM(v);                                                                   \
	}                                                                                          \
	low += high;                                                                               \
	return ((low[0] + low[4]) + (low[2] + low[6])) + ((low[1] + low[5]) + (low[3] + low[7]))

#define ITSELF(v)    (v)
#define SQUARED(v)   ((v) * (v))
#define DEVIATING(v) (((v) -middle) * ((v) -middle))

EVO_CLONES static double sum_single(const float *a, size_t count)
{
	SUM(float, LOAD_SINGLE, ITSELF, 0);
}

EVO_CLONES static double sum_double(const double *a, size_t count)
{
	SUM(double, LOAD_DOUBLE, ITSELF, 0);
}

EVO_CLONES static double magnitudes_single(const float *a, size_t count)
{
	SUM(float, LOAD_SINGLE, MAGNITUDE, 0);
}

EVO_CLONES static double magnitudes_double(const double *a, size_t count)
{
	SUM(double, LOAD_DOUBLE, MAGNITUDE, 0);
}

EVO_CLONES static double squares_single(const float *a, size_t count)
{
	SUM(float, LOAD_SINGLE, SQUARED, 0);
}

EVO_CLONES static double squares_double(const double *a, size_t count)
{
	SUM(double, LOAD_DOUBLE, SQUARED, 0);
}

EVO_CLONES static double deviations_single(const float *a, size_t count, double middle)
{
	SUM(float, LOAD_SINGLE, DEVIATING, middle);
}

EVO_CLONES static double deviations_double(const double *a, size_t count, double middle)
{
	SUM(double, LOAD_DOUBLE, DEVIATING, middle);
}

EVO_CLONES static double dot_double(const double *a, const double *b, size_t count)
{
	lanes low = {0}, high = {0};
	double rest[LANES / 2] = {0}, others[LANES / 2] = {0};
	size_t i = 0;

	for (; i + LANES <= count; i += LANES) {
		low += LOAD_DOUBLE(a + i) * LOAD_DOUBLE(b + i);
		high += LOAD_DOUBLE(a + i + LANES / 2) * LOAD_DOUBLE(b + i + LANES / 2);
	}
	for (; i < count; i += LANES / 2) {
		for (size_t k = 0; k < LANES / 2; k++) {
			rest[k] = i + k < count ? a[i + k] : 0;
			others[k] = i + k < count ? b[i + k] : 0;
		}
		low += LOAD_DOUBLE(rest) * LOAD_DOUBLE(others);
	}
	low += high;
	return ((low[0] + low[4]) + (low[2] + low[6])) + ((low[1] + low[5]) + (low[3] + low[7]));
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

double evo_sum(const struct evo_value *a)
{
	switch (a->extent.rank) {
	case 4:
		return sum_single(a->single, a->extent.count);
	case 2:
		return sum_double(a->twice, a->extent.count);
	default:
		return a->scalar;
	}
}

double evo_mean(const struct evo_value *a)
{
	return evo_sum(a) / (double) a->extent.count;
}

double evo_sum_magnitudes(const struct evo_value *a)
{
	switch (a->extent.rank) {
	case 4:
		return magnitudes_single(a->single, a->extent.count);
	case 2:
		return magnitudes_double(a->twice, a->extent.count);
	default:
		return fabs(a->scalar);
	}
}

double evo_sum_squares(const struct evo_value *a)
{
	switch (a->extent.rank) {
	case 4:
		return squares_single(a->single, a->extent.count);
	case 2:
		return squares_double(a->twice, a->extent.count);
	default:
		return a->scalar * a->scalar;
	}
}

static bool constant(const double *a, size_t count)
{
	size_t i = 1;

	while (i < count && a[i] == a[0])
		i++;
	return i == count;
}

/*
 * The mean of a constant tensor has to be that constant, or its deviation would be rounding noise
 * and not 0. Sums of equal floats are exact in double; those of equal doubles are not.
 */
void evo_moments(const struct evo_value *a, double *mean, double *deviation)
{
	const size_t count = a->extent.count;
	double squares;

	*mean = evo_mean(a);
	*deviation = 0;
	if (count < 2)
		return;
	if (a->extent.rank == 4) {
		squares = deviations_single(a->single, count, *mean);
	} else {
		if (isfinite(a->twice[0]) && constant(a->twice, count))
			*mean = a->twice[0];
		squares = deviations_double(a->twice, count, *mean);
	}
	*deviation = sqrt(squares / (double) (count - 1));
}

bool evo_all_finite(const struct evo_value *a)
{
	switch (a->extent.rank) {
	case 4:
		for (size_t i = 0; i < a->extent.count; i++) {
			if (!isfinite(a->single[i]))
				return false;
		}
		return true;
	case 2:
		for (size_t i = 0; i < a->extent.count; i++) {
			if (!isfinite(a->twice[i]))
				return false;
		}
		return true;
	default:
		return isfinite(a->scalar);
	}
}
