/*
 * The table of statistics, and how the derived ones are made from those that are kept.
 */
#include "config.h"
#include "evoscope/stats.h"

#include <string.h>

#include "extract.h"

enum family {
	WEIGHT,
	WEIGHT_GRADIENT,
	X,
	GX,
	R,
	GR,
	Y,
	GY,
	INPUT_GRADIENT,
	LOGITS,
	SCALAR
};
enum variant {
	AT_DATA,
	AT_NOISE,
	DIFFERENCE,
	NO_INPUT
};

static const struct {
	uint16_t id;
	const char *name;
	enum family family;
	enum variant variant;
	const char *help;
} table[] = {
        [EVO_W] = {1, "w", WEIGHT, NO_INPUT, "convolution weight"},
        [EVO_GW_D] = {2, "gw.d", WEIGHT_GRADIENT, AT_DATA, "weight gradient, data"},
        [EVO_GW_N] = {3, "gw.n", WEIGHT_GRADIENT, AT_NOISE, "weight gradient, noise"},
        [EVO_GW_P] = {4, "gw.p", WEIGHT_GRADIENT, DIFFERENCE, "weight gradient, perturbed - data"},
#ifdef EVO_TEST_EXTRA_ROWS
        [EVO_TEST_STATISTIC] = {901, "test_statistic", WEIGHT, NO_INPUT, "of a test"},
#endif
        [EVO_X_D] = {5, "x.d", X, AT_DATA, "unit input before ReLU, data"},
        [EVO_X_N] = {6, "x.n", X, AT_NOISE, "unit input before ReLU, noise"},
        [EVO_X_P] = {7, "x.p", X, DIFFERENCE, "unit input before ReLU, perturbed - data"},
        [EVO_GX_D] = {8, "gx.d", GX, AT_DATA, "gradient at the unit's input, data"},
        [EVO_GX_N] = {9, "gx.n", GX, AT_NOISE, "gradient at the unit's input, noise"},
        [EVO_GX_P] = {10, "gx.p", GX, DIFFERENCE, "gradient at the unit's input, perturbed - data"},
        [EVO_R_D] = {11, "r.d", R, AT_DATA, "ReLU output, data"},
        [EVO_R_N] = {12, "r.n", R, AT_NOISE, "ReLU output, noise"},
        [EVO_R_P] = {13, "r.p", R, DIFFERENCE, "ReLU output, perturbed - data"},
        [EVO_GR_D] = {14, "gr.d", GR, AT_DATA, "gradient at the ReLU output, data"},
        [EVO_GR_N] = {15, "gr.n", GR, AT_NOISE, "gradient at the ReLU output, noise"},
        [EVO_GR_P] = {16, "gr.p", GR, DIFFERENCE, "gradient at the ReLU output, perturbed - data"},
        [EVO_Y_D] = {17, "y.d", Y, AT_DATA, "BatchNorm output, data"},
        [EVO_Y_N] = {18, "y.n", Y, AT_NOISE, "BatchNorm output, noise"},
        [EVO_Y_P] = {19, "y.p", Y, DIFFERENCE, "BatchNorm output, perturbed - data"},
        [EVO_GY_D] = {20, "gy.d", GY, AT_DATA, "gradient at the BatchNorm output, data"},
        [EVO_GY_N] = {21, "gy.n", GY, AT_NOISE, "gradient at the BatchNorm output, noise"},
        [EVO_GY_P] = {22, "gy.p", GY, DIFFERENCE,
                      "gradient at the BatchNorm output, perturbed - data"},
        [EVO_GIN_D] = {23, "gin.d", INPUT_GRADIENT, AT_DATA, "gradient at the image, data"},
        [EVO_GIN_N] = {24, "gin.n", INPUT_GRADIENT, AT_NOISE, "gradient at the image, noise"},
        [EVO_GIN_P] = {25, "gin.p", INPUT_GRADIENT, DIFFERENCE,
                       "gradient at the image, perturbed - data"},
        [EVO_LOGITS_D] = {26, "logits.d", LOGITS, AT_DATA, "logits, data"},
        [EVO_LOGITS_N] = {27, "logits.n", LOGITS, AT_NOISE, "logits, noise"},
        [EVO_LOGITS_P] = {28, "logits.p", LOGITS, DIFFERENCE, "logits, perturbed - data"},
        [EVO_PARAMS] = {29, "params", SCALAR, NO_INPUT, "number of trainable parameters"},
        [EVO_FLOPS] = {30, "flops", SCALAR, NO_INPUT, "multiply-adds for one image"},
        [EVO_UNITS] = {31, "units", SCALAR, NO_INPUT, "number of ReLU-conv-BatchNorm units"},
};

_Static_assert(EVO_COUNT(table) == EVO_CLASSIC_FIRST, "every statistic has its row");

uint16_t evo_statistic_id(enum evo_statistic statistic)
{
	if (statistic >= EVO_CLASSIC_FIRST)
		return evo_classic_id(statistic - EVO_CLASSIC_FIRST);
	return table[statistic].id;
}

const char *evo_statistic_name(enum evo_statistic statistic)
{
	if (statistic >= EVO_CLASSIC_FIRST)
		return evo_classic_name(statistic - EVO_CLASSIC_FIRST);
	return table[statistic].name;
}

const char *evo_statistic_help(enum evo_statistic statistic)
{
	if (statistic >= EVO_CLASSIC_FIRST)
		return evo_classic_help(statistic - EVO_CLASSIC_FIRST);
	return table[statistic].help;
}

/* A classic proxy is a scalar, and takes none of the passes of statistics. */
static enum family family_of(enum evo_statistic statistic)
{
	return statistic < EVO_CLASSIC_FIRST ? table[statistic].family : SCALAR;
}

static enum variant variant_of(enum evo_statistic statistic)
{
	return statistic < EVO_CLASSIC_FIRST ? table[statistic].variant : NO_INPUT;
}

static const unsigned variant_passes[] = {
        [AT_DATA] = 1u << EVO_DATA,
        [AT_NOISE] = 1u << EVO_NOISE,
        [DIFFERENCE] = 1u << EVO_DATA | 1u << EVO_PERTURBED,
        [NO_INPUT] = 0,
};

unsigned evo_needs_passes(evo_needs needs)
{
	unsigned passes = 0;

	for (unsigned s = 0; s < EVO_CLASSIC_FIRST; s++) {
		if (needs & EVO_NEED(s))
			passes |= variant_passes[table[s].variant];
	}
	return passes;
}

struct evo_stored evo_needs_stored(evo_needs needs, enum evo_pass pass)
{
	struct evo_stored store = {0};

	for (unsigned s = 0; s < EVO_CLASSIC_FIRST; s++) {
		if (!(needs & EVO_NEED(s)) || !(variant_passes[table[s].variant] & 1u << pass))
			continue;
		const enum family family = table[s].family;
		store.x |= family == X || family == R || family == GX;
		store.gr |= family == GR || family == GX;
		store.y |= family == Y;
		store.gy |= family == GY;
		store.gw |= family == WEIGHT_GRADIENT;
		store.gin |= family == INPUT_GRADIENT;
		store.logits |= family == LOGITS;
	}
	return store;
}

bool evo_needs_backward(evo_needs needs)
{
	for (int pass = 0; pass < EVO_PASSES; pass++) {
		const struct evo_stored store = evo_needs_stored(needs, (enum evo_pass) pass);
		if (store.gr || store.gy || store.gw || store.gin)
			return true;
	}
	return false;
}

size_t evo_stats_dims(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                      enum evo_statistic statistic, size_t dims[4])
{
	const size_t *from;
	size_t rank = 4;

	switch (family_of(statistic)) {
	case WEIGHT:
	case WEIGHT_GRADIENT:
		from = unit->w_dims;
		break;
	case X:
	case GX:
	case R:
	case GR:
		from = unit->x_dims;
		break;
	case Y:
	case GY:
		from = unit->y_dims;
		break;
	case INPUT_GRADIENT:
		from = stats->gin_dims;
		break;
	case LOGITS:
		from = stats->logits_dims;
		rank = 2;
		break;
	default:
		return 0;
	}
	memcpy(dims, from, rank * sizeof(*dims));
	return rank;
}

EVO_CLONES
static void difference(float *restrict out, const float *restrict perturbed,
                       const float *restrict data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = perturbed[i] - data[i];
}

/* A NaN stays NaN: the comparison is false for it. */
EVO_CLONES
static void rectify(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = x[i] < 0 ? 0 : x[i];
}

EVO_CLONES
static void rectify_difference(float *restrict out, const float *restrict perturbed,
                               const float *restrict data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (perturbed[i] < 0 ? 0 : perturbed[i]) - (data[i] < 0 ? 0 : data[i]);
}

EVO_CLONES
static void mask(float *restrict out, const float *restrict x, const float *restrict gr,
                 size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = x[i] > 0 ? gr[i] : 0;
}

EVO_CLONES
static void mask_difference(float *restrict out, const float *restrict xp,
                            const float *restrict grp, const float *restrict xd,
                            const float *restrict grd, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (xp[i] > 0 ? grp[i] : 0) - (xd[i] > 0 ? grd[i] : 0);
}

/* The stored tensor of a family in one pass; NULL for families that are derived. */
static const float *stored(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                           enum family family, enum evo_pass pass)
{
	switch (family) {
	case WEIGHT:
		return unit->w;
	case WEIGHT_GRADIENT:
		return unit->pass[pass].gw;
	case X:
		return unit->pass[pass].x;
	case GR:
		return unit->pass[pass].gr;
	case Y:
		return unit->pass[pass].y;
	case GY:
		return unit->pass[pass].gy;
	case INPUT_GRADIENT:
		return stats->pass[pass].gin;
	case LOGITS:
		return stats->pass[pass].logits;
	default:
		return NULL;
	}
}

bool evo_stats_stored(enum evo_statistic statistic)
{
	const enum family family = family_of(statistic);

	return family != R && family != GX && variant_of(statistic) != DIFFERENCE;
}

const float *evo_stats_read_part(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                                 enum evo_statistic statistic, size_t from, size_t count,
                                 float *scratch)
{
	const enum family family = family_of(statistic);
	const enum variant variant = variant_of(statistic);
	const enum evo_pass pass = variant == AT_NOISE ? EVO_NOISE : EVO_DATA;
	const bool differs = variant == DIFFERENCE;

	if (family == R) {
		if (differs)
			rectify_difference(scratch, unit->pass[EVO_PERTURBED].x + from,
			                   unit->pass[EVO_DATA].x + from, count);
		else
			rectify(scratch, unit->pass[pass].x + from, count);
		return scratch;
	}
	if (family == GX) {
		if (differs)
			mask_difference(scratch, unit->pass[EVO_PERTURBED].x + from,
			                unit->pass[EVO_PERTURBED].gr + from,
			                unit->pass[EVO_DATA].x + from,
			                unit->pass[EVO_DATA].gr + from, count);
		else
			mask(scratch, unit->pass[pass].x + from, unit->pass[pass].gr + from, count);
		return scratch;
	}
	if (!differs)
		return stored(stats, unit, family, pass) + from;
	difference(scratch, stored(stats, unit, family, EVO_PERTURBED) + from,
	           stored(stats, unit, family, EVO_DATA) + from, count);
	return scratch;
}

const float *evo_stats_read(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                            enum evo_statistic statistic, float *scratch)
{
	size_t dims[4], count = 1;
	const size_t rank = evo_stats_dims(stats, unit, statistic, dims);

	for (size_t d = 0; d < rank; d++)
		count *= dims[d];
	return evo_stats_read_part(stats, unit, statistic, 0, count, scratch);
}

double evo_stats_scalar(const struct evo_stats *stats, enum evo_statistic statistic)
{
	if (statistic >= EVO_CLASSIC_FIRST)
		return stats->classic[statistic - EVO_CLASSIC_FIRST];
	switch (statistic) {
	case EVO_PARAMS:
		return stats->params;
	case EVO_FLOPS:
		return stats->flops;
	default:
		return (double) stats->unit_count;
	}
}
