/*
 * From scores to fitness: Kendall's tau of each benchmark and draw, and what becomes of them. Here
 * is also told when two trees say the same, which is when they order all train networks alike.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fitness.h"

/* ---- Cases and draws ------------------------------------------------------------------------- */

/*
 * Draws are parts of one shuffle while the networks suffice, so they do not overlap; else each
 * draw is a shuffle of its own. Groups with as many train networks share their draws.
 */
static void make_draws(struct evo_fitness_group *group, size_t count, size_t size, uint64_t seed)
{
	size_t n = group->train;
	group->draw_size = size == 0 || size > n ? n : size;
	group->draws = evo_calloc(count * group->draw_size, sizeof(size_t));
	size_t *order = evo_calloc(n, sizeof(*order));
	bool apart = count * group->draw_size <= n;
	for (size_t d = 0; d < count; d++) {
		if (d == 0 || !apart) {
			struct evo_rng rng = evo_rng_stream(seed, "fitness draws", d);
			for (size_t i = 0; i < n; i++)
				order[i] = i;
			evo_rng_shuffle(&rng, order, n);
		}
		memcpy(group->draws + d * group->draw_size,
		       order + (apart ? d * group->draw_size : 0),
		       group->draw_size * sizeof(*order));
	}
	free(order);
}

static bool check_cases(const struct evo_group *groups, size_t group_count,
                        const struct evo_case *cases, size_t case_count, struct evo_error *err)
{
	if (case_count == 0 || case_count > EVO_CASES_MAX || group_count == 0)
		return evo_fail(err, EVO_E_USAGE, "a search takes 1 to %d benchmarks, not %zu",
		                EVO_CASES_MAX, case_count);
	for (size_t g = 0; g < group_count; g++) {
		if (groups[g].train < 2)
			return evo_fail(err, EVO_E_INPUT,
			                "a search needs 2 train networks of every benchmark at "
			                "least; there are %zu",
			                groups[g].train);
	}
	for (size_t c = 0; c < case_count; c++) {
		if (cases[c].group >= group_count)
			return evo_fail(err, EVO_E_USAGE, "benchmark %zu is of no group", c + 1);
		const struct evo_group *group = &groups[cases[c].group];
		if (evo_non_finite(group->train + group->validation, cases[c].accuracy) > 0)
			return evo_fail(err, EVO_E_INPUT,
			                "benchmark %zu has an accuracy that is not finite", c + 1);
	}
	return true;
}

bool evo_fitness_init(struct evo_fitness *fitness, const struct evo_gp_config *config,
                      const struct evo_group *groups, size_t group_count,
                      const struct evo_case *cases, size_t case_count, uint64_t seed,
                      struct evo_error *err)
{
	memset(fitness, 0, sizeof(*fitness));
	if (!check_cases(groups, group_count, cases, case_count, err))
		return false;
	fitness->group_count = group_count;
	fitness->case_count = case_count;
	fitness->draw_count = config->draw_size == 0 ? 1 : config->draws;
	fitness->mean = config->fitness_mean;
	fitness->groups = evo_calloc(group_count, sizeof(*fitness->groups));
	fitness->cases = evo_calloc(case_count, sizeof(*fitness->cases));
	for (size_t g = 0; g < group_count; g++) {
		struct evo_fitness_group *group = &fitness->groups[g];
		group->train = groups[g].train;
		group->validation = groups[g].validation;
		group->offset = fitness->total;
		size_t n = group->train + group->validation;
		fitness->total += n;
		if (n > fitness->largest)
			fitness->largest = n;
		make_draws(group, fitness->draw_count, config->draw_size, seed);
	}
	for (size_t c = 0; c < case_count; c++) {
		const struct evo_group *group = &groups[cases[c].group];
		size_t n = group->train + group->validation;
		double *accuracy = evo_calloc(n, sizeof(*accuracy));
		memcpy(accuracy, cases[c].accuracy, n * sizeof(*accuracy));
		fitness->cases[c] = (struct evo_case){cases[c].group, accuracy};
	}
	return true;
}

void evo_fitness_clear(struct evo_fitness *fitness)
{
	for (size_t g = 0; g < fitness->group_count; g++)
		free(fitness->groups[g].draws);
	for (size_t c = 0; c < fitness->case_count; c++)
		free((void *) (uintptr_t) fitness->cases[c].accuracy);
	free(fitness->groups);
	free(fitness->cases);
	memset(fitness, 0, sizeof(*fitness));
}

/* ---- Fitness --------------------------------------------------------------------------------- */

double evo_gp_worth(double tau)
{
	return isnan(tau) ? 0 : tau;
}

struct tally {
	double sum, low, high;
	size_t count;
};

static void add_tau(struct tally *tally, double measured)
{
	const double tau = evo_gp_worth(measured);
	tally->sum += tau;
	tally->low = tally->count == 0 || tau < tally->low ? tau : tally->low;
	tally->high = tally->count == 0 || tau > tally->high ? tau : tally->high;
	tally->count++;
}

/* The taus of a case's draws; x and y have room for a draw. */
static void add_draws(const struct evo_fitness *fitness, const struct evo_case *benchmark,
                      const double *scores, double *x, double *y, struct tally *tally)
{
	const struct evo_fitness_group *group = &fitness->groups[benchmark->group];
	for (size_t d = 0; d < fitness->draw_count; d++) {
		const size_t *draw = group->draws + d * group->draw_size;
		for (size_t i = 0; i < group->draw_size; i++) {
			x[i] = scores[draw[i]];
			y[i] = benchmark->accuracy[draw[i]];
		}
		add_tau(tally, evo_kendall(group->draw_size, x, y));
	}
}

#define OPEN_BITS UINT64_C(0x7ff80000ba5eba11)

double evo_score_pending(void)
{
	const uint64_t bits = OPEN_BITS;
	double score;
	memcpy(&score, &bits, sizeof(score));
	return score;
}

bool evo_score_is_pending(double score)
{
	uint64_t bits;
	memcpy(&bits, &score, sizeof(bits));
	return bits == OPEN_BITS;
}

static bool is_pending(const struct evo_fitness *fitness, const double *const *scores)
{
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		if (group->validation > 0 && evo_score_is_pending(scores[g][group->train]))
			return true;
	}
	return false;
}

void evo_fitness_judge(const struct evo_fitness *fitness, const double *const *scores,
                       struct evo_individual *out)
{
	double *x = evo_calloc(2 * fitness->largest, sizeof(*x));
	struct tally tally = {0};
	double sum = 0;
	out->pending = is_pending(fitness, scores);
	for (size_t c = 0; c < fitness->case_count; c++) {
		const struct evo_case *benchmark = &fitness->cases[c];
		const struct evo_fitness_group *group = &fitness->groups[benchmark->group];
		const double *score = scores[benchmark->group];
		double tau = evo_kendall(group->train, score, benchmark->accuracy);
		out->tau[EVO_SIDE_TRAIN][c] = tau;
		out->tau[EVO_SIDE_VALIDATION][c] =
		        out->pending ? (double) NAN
		                     : evo_kendall(group->validation, score + group->train,
		                                   benchmark->accuracy + group->train);
		sum += evo_gp_worth(tau);
		/* Every benchmark has as many draws, so that a mean weighs them alike. */
		for (size_t d = 0; group->draw_size == group->train && d < fitness->draw_count; d++)
			add_tau(&tally, tau);
		if (group->draw_size < group->train)
			add_draws(fitness, benchmark, score, x, x + fitness->largest, &tally);
	}
	free(x);
	out->direction = sum < 0 ? -1 : 1;
	if (fitness->mean)
		out->fitness = out->direction * tally.sum / (double) tally.count;
	else
		out->fitness = out->direction > 0 ? tally.low : -tally.high;
	out->fitness += 0; /* -0 is 0, as it is in a store */
	out->non_finite = 0;
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		out->non_finite += evo_non_finite(
		        group->train + (out->pending ? 0 : group->validation), scores[g]);
	}
}

/* ---- What says nothing, and what says the same ----------------------------------------------- */

bool evo_fitness_orders(const struct evo_fitness *fitness, const double *const *scores)
{
	for (size_t g = 0; g < fitness->group_count; g++) {
		const double *score = scores[g];
		bool finite = false, differs = false;
		for (size_t i = 0; i < fitness->groups[g].train; i++) {
			finite = finite || isfinite(score[i]);
			differs = differs || (score[i] != score[0] &&
			                      (isfinite(score[i]) || isfinite(score[0])));
		}
		if (!finite || !differs)
			return false;
	}
	return true;
}

uint64_t evo_fitness_signature(const struct evo_fitness *fitness, const double *const *scores)
{
	/* Ranks forwards and backwards, each hashed over all groups; the lower of the two hashes
	   stands for both directions. */
	double *rank = evo_calloc(fitness->largest, sizeof(*rank));
	uint64_t forwards = 1, backwards = 1;
	for (size_t g = 0; g < fitness->group_count; g++) {
		size_t n = fitness->groups[g].train;
		evo_ranks(n, scores[g], rank);
		forwards = evo_hash(rank, n * sizeof(*rank), forwards);
		for (size_t i = 0; i < n; i++)
			rank[i] = (double) (n + 1) - rank[i];
		backwards = evo_hash(rank, n * sizeof(*rank), backwards);
	}
	free(rank);
	return forwards < backwards ? forwards : backwards;
}

bool evo_fitness_same_order(const struct evo_fitness *fitness, const double *a, const double *b)
{
	for (size_t g = 0; g < fitness->group_count; g++) {
		const struct evo_fitness_group *group = &fitness->groups[g];
		if (!evo_same_order(group->train, a + group->offset, b + group->offset, true))
			return false;
	}
	return true;
}
