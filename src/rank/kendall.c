/*
 * Kendall's tau-b, among all and among the best, and the partial tau.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "pairs.h"

#define ON_STACK ((size_t) 256) /* shorter lists need no allocation */

double evo_kendall(size_t n, const double *x, const double *y)
{
	struct evo_pair buffer[2 * ON_STACK];
	struct evo_pair *pairs = buffer;

	if (n < 2)
		return (double) NAN;
	if (n > ON_STACK)
		pairs = evo_calloc(2 * n, sizeof(*pairs));
	evo_pairs_sorted(n, x, y, pairs, pairs + n);
	double tau = evo_pairs_kendall(n, pairs, pairs + n);
	if (pairs != buffer)
		free(pairs);
	return tau;
}

double evo_kendall_partial(size_t n, const double *x, const double *y, const double *z)
{
	double xy = evo_kendall(n, x, y), xz = evo_kendall(n, x, z), yz = evo_kendall(n, y, z);
	double rest = (1 - xz * xz) * (1 - yz * yz);

	if (!(rest > 0))
		return (double) NAN;
	double tau = (xy - xz * yz) / sqrt(rest);
	return tau > 1 ? 1 : tau < -1 ? -1 : tau;
}

struct place {
	double accuracy;
	size_t position;
};

/* Highest accuracy first, then by position. */
static int by_accuracy(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	if (p->accuracy != q->accuracy)
		return p->accuracy > q->accuracy ? -1 : 1;
	return p->position < q->position ? -1 : p->position > q->position;
}

double evo_kendall_top(size_t n, const double *x, const double *y, double fraction)
{
	double wanted = round(fraction * (double) n);
	size_t count = wanted >= (double) n ? n : wanted >= 0 ? (size_t) wanted : 0;
	if (count < EVO_TOP_LEAST)
		return (double) NAN;
	struct place *places = evo_calloc(n, sizeof(*places));
	double *values = evo_calloc(2 * count, sizeof(*values));

	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){evo_rankable(y[i]), i};
	qsort(places, n, sizeof(*places), by_accuracy);
	for (size_t i = 0; i < count; i++) {
		values[i] = x[places[i].position];
		values[count + i] = y[places[i].position];
	}
	double tau = evo_kendall(count, values, values + count);
	free(places);
	free(values);
	return tau;
}
