/*
 * The bootstrap interval of Kendall's tau (Efron, "Bootstrap methods", Annals of Statistics 1979).
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pairs.h"

static int by_value(const void *a, const void *b)
{
	double p = *(const double *) a, q = *(const double *) b;

	return (p > q) - (p < q);
}

/* The quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan, 1996). */
static double quantile(size_t count, const double *sorted, double probability)
{
	double place = probability * (double) (count - 1);
	size_t below = (size_t) place;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (place - (double) below) * (sorted[below + 1] - sorted[below]);
}

struct resampler {
	size_t n;
	const struct evo_pair *sorted;
	size_t *times; /* how often each pair was drawn */
	struct evo_pair *pairs, *scratch;
};

/* Counting how often each pair of the sorted list is drawn makes the resample sorted too. */
static double resampled_tau(struct resampler *r, uint64_t seed, size_t draw)
{
	struct evo_rng rng = evo_rng_stream(seed, "bootstrap", draw);
	size_t filled = 0;

	memset(r->times, 0, r->n * sizeof(*r->times));
	for (size_t i = 0; i < r->n; i++)
		r->times[evo_rng_below(&rng, r->n)]++;
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->times[i]; k++)
			r->pairs[filled++] = r->sorted[i];
	return evo_pairs_kendall(r->n, r->pairs, r->scratch);
}

void evo_kendall_interval(size_t n, const double *x, const double *y, size_t draws, double level,
                          uint64_t seed, double *low, double *high)
{
	if (n < 3 || draws == 0) {
		*low = *high = evo_kendall(n, x, y);
		return;
	}
	struct evo_pair *memory = evo_calloc(3 * n, sizeof(*memory));
	double *taus = evo_calloc(draws, sizeof(*taus));
	struct resampler r = {
	        .n = n,
	        .sorted = memory,
	        .times = evo_calloc(n, sizeof(*r.times)),
	        .pairs = memory + n,
	        .scratch = memory + 2 * n,
	};

	evo_pairs_sorted(n, x, y, memory, r.scratch);
	for (size_t draw = 0; draw < draws; draw++)
		taus[draw] = resampled_tau(&r, seed, draw);
	qsort(taus, draws, sizeof(*taus), by_value);
	level = level > 0 ? fmin(level, 1) : 0;
	*low = quantile(draws, taus, (1 - level) / 2);
	*high = quantile(draws, taus, (1 + level) / 2);
	free(r.times);
	free(taus);
	free(memory);
}
