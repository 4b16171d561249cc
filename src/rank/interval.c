/*
 * The interval of Kendall's tau: the jackknife's standard error on Fisher's scale.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "pairs.h"

#define NORMAL_95 1.959963984540054 /* the normal distribution's 97.5 % quantile */

/* How often each code was added, as a binary indexed tree (Fenwick 1994). Codes count from 1. */
struct tally {
	size_t room;
	size_t *counts;
};

static void add(struct tally *tally, size_t code)
{
	for (; code <= tally->room; code += code & (~code + 1))
		tally->counts[code]++;
}

/* How many that were added are at most the code. */
static size_t at_most(const struct tally *tally, size_t code)
{
	size_t count = 0;

	for (; code > 0; code -= code & (~code + 1))
		count += tally->counts[code];
	return count;
}

/* What every network takes part in, all of it counted exactly. */
struct parts {
	size_t n;
	int64_t *balance;          /* pairs with it that agree, less those that do not */
	size_t *apart_x, *apart_y; /* pairs with it that are not tied in x, in y */
	double *rank_x, *rank_y;
	size_t *order; /* positions by x */
	struct tally tally;
};

/* Twice a mean rank is whole. */
static size_t code_of(const struct parts *parts, size_t i)
{
	return (size_t) (2 * parts->rank_y[i]);
}

static void sort_positions(struct parts *parts, const double *x)
{
	struct evo_pair *pairs = evo_calloc(2 * parts->n, sizeof(*pairs));
	double *position = evo_calloc(parts->n, sizeof(*position));

	for (size_t i = 0; i < parts->n; i++)
		position[i] = (double) i;
	evo_pairs_sorted(parts->n, x, position, pairs, pairs + parts->n);
	for (size_t i = 0; i < parts->n; i++)
		parts->order[i] = (size_t) pairs[i].y;
	free(position);
	free(pairs);
}

/* Meets the networks by x, upwards or downwards, and those that are tied together: each is compared
   with all that were met before. */
static void sweep(struct parts *parts, bool upwards)
{
	size_t n = parts->n;

	for (size_t i = 0; i <= parts->tally.room; i++)
		parts->tally.counts[i] = 0;
	for (size_t begin = 0, end; begin < n; begin = end) {
		const size_t *order = parts->order;
		size_t first = order[upwards ? begin : n - 1 - begin];
		for (end = begin; end < n; end++) {
			size_t i = order[upwards ? end : n - 1 - end];
			if (parts->rank_x[i] != parts->rank_x[first])
				break;
			size_t below = at_most(&parts->tally, code_of(parts, i) - 1);
			size_t above = begin - at_most(&parts->tally, code_of(parts, i));
			int64_t more = (int64_t) below - (int64_t) above;
			parts->balance[i] += upwards ? more : -more;
			parts->apart_x[i] += begin;
		}
		for (size_t k = begin; k < end; k++)
			add(&parts->tally, code_of(parts, order[upwards ? k : n - 1 - k]));
	}
}

static void count_parts(struct parts *parts, const double *x, const double *y)
{
	size_t n = parts->n;

	evo_ranks(n, x, parts->rank_x);
	evo_ranks(n, y, parts->rank_y);
	sort_positions(parts, x);
	sweep(parts, true);
	sweep(parts, false);
	/* All have been met. */
	for (size_t i = 0; i < n; i++)
		parts->apart_y[i] = n + at_most(&parts->tally, code_of(parts, i) - 1) -
		                    at_most(&parts->tally, code_of(parts, i));
}

/* Tau without each network in turn; NaN in `without` where one of them is undefined. */
static void leave_out_each(const struct parts *parts, double *without)
{
	int64_t balance = 0;
	size_t apart_x = 0, apart_y = 0;

	for (size_t i = 0; i < parts->n; i++) {
		balance += parts->balance[i];
		apart_x += parts->apart_x[i];
		apart_y += parts->apart_y[i];
	}
	/* Every pair was counted with both of its networks. */
	for (size_t i = 0; i < parts->n; i++) {
		double x = (double) (apart_x / 2 - parts->apart_x[i]);
		double y = (double) (apart_y / 2 - parts->apart_y[i]);
		without[i] = (double) (balance / 2 - parts->balance[i]) / sqrt(x * y);
	}
}

/* Values from the first one on, so that equal ones deviate by nothing at all. */
static double jackknife_error(size_t n, const double *without)
{
	double sum = 0, squares = 0;

	for (size_t i = 1; i < n; i++)
		sum += without[i] - without[0];
	double mean = sum / (double) n;
	for (size_t i = 0; i < n; i++) {
		double deviation = without[i] - without[0] - mean;
		squares += deviation * deviation;
	}
	return sqrt(squares * (double) (n - 1) / (double) n);
}

static double standard_error(size_t n, const double *x, const double *y)
{
	struct parts parts = {.n = n, .tally.room = 2 * n};
	double *numbers = evo_calloc(3 * n, sizeof(*numbers));
	size_t *counts = evo_calloc(3 * n + parts.tally.room + 1, sizeof(*counts));

	parts.balance = evo_calloc(n, sizeof(*parts.balance));
	parts.apart_x = counts;
	parts.apart_y = counts + n;
	parts.order = counts + 2 * n;
	parts.tally.counts = counts + 3 * n;
	parts.rank_x = numbers;
	parts.rank_y = numbers + n;
	count_parts(&parts, x, y);
	leave_out_each(&parts, numbers + 2 * n);
	double error = jackknife_error(n, numbers + 2 * n);
	free(parts.balance);
	free(counts);
	free(numbers);
	return error;
}

void evo_kendall_interval(size_t n, const double *x, const double *y, double *low, double *high)
{
	double tau = evo_kendall(n, x, y), size = fabs(tau);

	*low = *high = (double) NAN;
	if (n < EVO_INTERVAL_LEAST || isnan(tau))
		return;
	double error = standard_error(n, x, y);
	if (isnan(error))
		return;
	/* On the magnitude, so that the opposite score has the opposite interval. */
	double width = size < 1 ? NORMAL_95 * error / (1 - size * size) : 0;
	double near = size < 1 ? tanh(atanh(size) - width) : size;
	double far = size < 1 ? tanh(atanh(size) + width) : size;
	*low = tau < 0 ? -far : near;
	*high = tau < 0 ? -near : far;
}
