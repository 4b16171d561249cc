/*
 * Very many trees are ranked by a quick guess before any is judged in full. The guess is Kendall's
 * tau on a few networks, in whole numbers and with one pass over all pairs.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prescreen.h"

#define LANES  ((size_t) 8) /* rows are padded to so many */
#define SCALE  8192         /* of a pair's weight */
#define LOWEST INT32_MIN    /* the key of what is not finite */

typedef int32_t lanes __attribute__((vector_size(32), aligned(4), may_alias));

/* ---- What every pair weighs ------------------------------------------------------------------ */

static double sign(double value)
{
	return (value > 0) - (value < 0);
}

/* One accuracy list: each pair by the sign of its difference, scaled so that a perfect order of
   scores without ties sums to sqrt(pairs) / cases. */
static void add_case(const double *accuracy, size_t n, size_t stride, double share, double *sums)
{
	double different = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			different += accuracy[i] != accuracy[j];
	if (different == 0)
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			sums[i * stride + j] +=
			        share * sign(accuracy[j] - accuracy[i]) / sqrt(different);
}

static void init_group(struct evo_prescreen_group *out, const struct evo_fitness *fitness, size_t g)
{
	size_t n = fitness->groups[g].train;
	out->networks = n = n < EVO_PRESCREEN_NETWORKS ? n : EVO_PRESCREEN_NETWORKS;
	out->stride = (n + LANES - 1) / LANES * LANES;
	double *sums = evo_calloc(n * out->stride, sizeof(*sums)), scale = SCALE * (double) n;
	out->weights = evo_calloc(n * out->stride, sizeof(*out->weights));
	for (size_t c = 0; c < fitness->case_count; c++) {
		if (fitness->cases[c].group == g)
			add_case(fitness->cases[c].accuracy, n, out->stride,
			         1 / (double) fitness->case_count, sums);
	}
	for (size_t i = 0; i < n * out->stride; i++)
		out->weights[i] = (int32_t) lround(scale * sums[i]);
	free(sums);
}

void evo_prescreen_init(struct evo_prescreen *prescreen, const struct evo_fitness *fitness)
{
	prescreen->group_count = fitness->group_count;
	prescreen->groups = evo_calloc(fitness->group_count, sizeof(*prescreen->groups));
	for (size_t g = 0; g < fitness->group_count; g++)
		init_group(&prescreen->groups[g], fitness, g);
}

void evo_prescreen_clear(struct evo_prescreen *prescreen)
{
	for (size_t g = 0; g < prescreen->group_count; g++)
		free(prescreen->groups[g].weights);
	free(prescreen->groups);
	memset(prescreen, 0, sizeof(*prescreen));
}

/* ---- Guessing -------------------------------------------------------------------------------- */

/* Integers in the order of the scores, to 20 bits of their mantissa. */
static void make_keys(const double *scores, size_t n, size_t stride, int32_t *keys)
{
	for (size_t i = 0; i < n; i++) {
		int64_t bits;
		double score = scores[i] + 0; /* -0 is 0 */
		memcpy(&bits, &score, sizeof(bits));
		bits ^= bits < 0 ? INT64_MAX : 0;
		keys[i] = isfinite(score) ? (int32_t) (bits >> 32) : LOWEST;
	}
	for (size_t i = n; i < stride; i++)
		keys[i] = LOWEST;
}

/* Over all pairs that have a weight: the weights where the order is theirs less those where it is
   not, and how many differ. */
EVO_CLONES static void tally(const struct evo_prescreen_group *group, const int32_t *keys,
                             int64_t *balance, int64_t *different)
{
	*balance = *different = 0;
	for (size_t i = 0; i < group->networks; i++) {
		const int32_t *weights = group->weights + i * group->stride;
		lanes own = keys[i] - (lanes){0}, sum = {0}, same = {0};
		for (size_t j = i / LANES * LANES; j < group->stride; j += LANES) {
			lanes key = *(const lanes *) (keys + j);
			lanes weight = *(const lanes *) (weights + j);
			lanes above = weight & (key > own), below = weight & (key < own);
			sum += above - below;
			same += (above | below) == 0;
		}
		for (size_t l = 0; l < LANES; l++) {
			*balance += sum[l];
			*different += same[l];
		}
		*different += (int64_t) (group->stride - i / LANES * LANES);
	}
}

double evo_prescreen_guess(const struct evo_prescreen *prescreen, const double *const *rows)
{
	int32_t keys[EVO_PRESCREEN_NETWORKS];
	double sum = 0;
	for (size_t g = 0; g < prescreen->group_count; g++) {
		const struct evo_prescreen_group *group = &prescreen->groups[g];
		int64_t balance, different;
		make_keys(rows[g], group->networks, group->stride, keys);
		tally(group, keys, &balance, &different);
		if (different > 0)
			sum += (double) balance /
			       (SCALE * (double) group->networks * sqrt((double) different));
	}
	return fabs(sum);
}
