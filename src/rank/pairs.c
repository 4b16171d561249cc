/*
 * Sorting pairs, and Knight's count on sorted ones.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "pairs.h"

#define RUN 8 /* runs of this length are sorted by insertion */

double evo_rankable(double value)
{
	return isfinite(value) ? value : -(double) INFINITY;
}

static inline bool before(const struct evo_pair *a, const struct evo_pair *b)
{
	return a->x < b->x || (a->x == b->x && a->y < b->y);
}

static void sort_run(struct evo_pair *pairs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct evo_pair pair = pairs[i];
		size_t j = i;
		for (; j > 0 && before(&pair, &pairs[j - 1]); j--)
			pairs[j] = pairs[j - 1];
		pairs[j] = pair;
	}
}

static void merge(const struct evo_pair *a, size_t n_a, const struct evo_pair *b, size_t n_b,
                  struct evo_pair *out)
{
	while (n_a > 0 && n_b > 0) {
		if (before(b, a)) {
			*out++ = *b++;
			n_b--;
		} else {
			*out++ = *a++;
			n_a--;
		}
	}
	memcpy(out, a, n_a * sizeof(*a));
	memcpy(out + n_a, b, n_b * sizeof(*b));
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void evo_pairs_sorted(size_t n, const double *x, const double *y, struct evo_pair *pairs,
                      struct evo_pair *scratch)
{
	struct evo_pair *from = pairs, *to = scratch;

	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct evo_pair){evo_rankable(x[i]), evo_rankable(y[i])};
	for (size_t i = 0; i < n; i += RUN)
		sort_run(pairs + i, least(RUN, n - i));
	for (size_t width = RUN; width < n; width *= 2) {
		for (size_t i = 0; i < n; i += 2 * width) {
			size_t n_a = least(width, n - i), n_b = least(width, n - i - n_a);
			merge(from + i, n_a, from + i + n_a, n_b, to + i);
		}
		struct evo_pair *swap = from;
		from = to;
		to = swap;
	}
	if (from != pairs)
		memcpy(pairs, from, n * sizeof(*pairs));
}

/* Insertion by y; returns how many pairs were out of order. */
static uint64_t exchange_run(double *y, size_t n)
{
	uint64_t exchanges = 0;

	for (size_t i = 1; i < n; i++) {
		double value = y[i];
		size_t j = i;
		for (; j > 0 && value < y[j - 1]; j--)
			y[j] = y[j - 1];
		y[j] = value;
		exchanges += i - j;
	}
	return exchanges;
}

static uint64_t exchange_merge(const double *a, size_t n_a, const double *b, size_t n_b,
                               double *out)
{
	uint64_t exchanges = 0;

	while (n_a > 0 && n_b > 0) {
		if (*b < *a) {
			*out++ = *b++;
			n_b--;
			exchanges += n_a;
		} else {
			*out++ = *a++;
			n_a--;
		}
	}
	memcpy(out, a, n_a * sizeof(*a));
	memcpy(out + n_a, b, n_b * sizeof(*b));
	return exchanges;
}

/* Sorts y (n values; scratch as many) and counts the exchanges of neighbours that a bubble sort
   would need: the discordant pairs. *sorted is where the result is. */
static uint64_t exchanges(size_t n, double *y, double *scratch, const double **sorted)
{
	double *from = y, *to = scratch;
	uint64_t count = 0;

	for (size_t i = 0; i < n; i += RUN)
		count += exchange_run(y + i, least(RUN, n - i));
	for (size_t width = RUN; width < n; width *= 2) {
		for (size_t i = 0; i < n; i += 2 * width) {
			size_t n_a = least(width, n - i), n_b = least(width, n - i - n_a);
			count += exchange_merge(from + i, n_a, from + i + n_a, n_b, to + i);
		}
		double *swap = from;
		from = to;
		to = swap;
	}
	*sorted = from;
	return count;
}

static uint64_t pairs_of(uint64_t n)
{
	return n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
}

/* Tied pairs among sorted pairs: equal in x, and equal in both. */
static void count_ties(size_t n, const struct evo_pair *pairs, uint64_t *in_x, uint64_t *in_both)
{
	uint64_t same_x = 1, same_both = 1;

	*in_x = *in_both = 0;
	for (size_t i = 1; i < n; i++) {
		bool x = pairs[i].x == pairs[i - 1].x, both = x && pairs[i].y == pairs[i - 1].y;
		*in_x += x ? same_x : 0;
		*in_both += both ? same_both : 0;
		same_x = x ? same_x + 1 : 1;
		same_both = both ? same_both + 1 : 1;
	}
}

static uint64_t count_equal(size_t n, const double *sorted)
{
	uint64_t same = 1, ties = 0;

	for (size_t i = 1; i < n; i++) {
		bool equal = sorted[i] == sorted[i - 1];
		ties += equal ? same : 0;
		same = equal ? same + 1 : 1;
	}
	return ties;
}

double evo_pairs_kendall(size_t n, const struct evo_pair *pairs, struct evo_pair *scratch)
{
	uint64_t in_x, in_y, in_both;
	double *y = (double *) scratch;
	const double *sorted;

	if (n < 2)
		return (double) NAN;
	count_ties(n, pairs, &in_x, &in_both);
	for (size_t i = 0; i < n; i++)
		y[i] = pairs[i].y;
	uint64_t discordant = exchanges(n, y, y + n, &sorted);
	in_y = count_equal(n, sorted);

	uint64_t all = pairs_of(n), different_x = all - in_x, different_y = all - in_y;
	if (different_x == 0 || different_y == 0)
		return (double) NAN;
	/* Pairs tied in neither are all - in_x - in_y + in_both; what is not discordant of them
	   agrees. Everything is exact up to the division. */
	int64_t balance = (int64_t) (different_x - (in_y - in_both)) - 2 * (int64_t) discordant;
	double tau = (double) balance / sqrt((double) different_x * (double) different_y);
	return tau > 1 ? 1 : tau < -1 ? -1 : tau;
}
