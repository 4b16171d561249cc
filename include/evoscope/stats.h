/*
 * stats: the statistics of untrained networks: which there are, and how one network's are read.
 *
 * For every unit (ReLU - convolution - BatchNorm) one forward and one backward pass leave seven
 * tensors, for three inputs: a data mini-batch, normal noise, and the data perturbed by normal
 * noise of variance 0.01. The loss is the sum of the logits, BatchNorm is in training mode
 * (Akhauri et al., "EZNAS", NeurIPS 2022). What no gradient reaches is zero.
 */
#ifndef EVOSCOPE_STATS_H
#define EVOSCOPE_STATS_H

#include "evoscope/classic.h"

/* A statistic's bit in evo_needs is 1 << its place here. Places change when a statistic is added,
   so nothing that is stored may hang on them. */
enum evo_statistic {
	EVO_W, /* O,I,k,k the weight */
	EVO_GW_D,
	EVO_GW_N,
	EVO_GW_P, /* O,I,k,k its gradient */
#ifdef EVO_TEST_EXTRA_ROWS
	EVO_TEST_STATISTIC,
#endif
	EVO_X_D,
	EVO_X_N,
	EVO_X_P, /* B,I,H,W the unit's input, before the ReLU */
	EVO_GX_D,
	EVO_GX_N,
	EVO_GX_P, /* B,I,H,W the gradient there, through this unit alone */
	EVO_R_D,
	EVO_R_N,
	EVO_R_P, /* B,I,H,W the ReLU's output */
	EVO_GR_D,
	EVO_GR_N,
	EVO_GR_P, /* B,I,H,W its gradient */
	EVO_Y_D,
	EVO_Y_N,
	EVO_Y_P, /* B,O,H',W' the BatchNorm's output */
	EVO_GY_D,
	EVO_GY_N,
	EVO_GY_P, /* B,O,H',W' its gradient */
	EVO_UNIT_STATISTICS,
	EVO_GIN_D = EVO_UNIT_STATISTICS,
	EVO_GIN_N,
	EVO_GIN_P, /* B,3,H,W gradient at the input */
	EVO_LOGITS_D,
	EVO_LOGITS_N,
	EVO_LOGITS_P, /* B,classes */
	EVO_PARAMS,   /* trainable numbers */
	EVO_FLOPS,    /* multiply-adds of convolutions and linear layers for one image */
	EVO_UNITS,    /* how many units */
	/* The classic proxies, one number a network each: EVO_CLASSIC_L2_NORM and so on. */
#define EVO_CLASSIC_ENUMERATOR(enumerator, name, id) EVO_CLASSIC_##enumerator,
	EVO_CLASSIC_LIST(EVO_CLASSIC_ENUMERATOR)
#undef EVO_CLASSIC_ENUMERATOR
	EVO_STATISTICS
};
#define EVO_CLASSIC_FIRST (EVO_UNITS + 1)
/* Its number for ever: see struct evo_primitive. */
uint16_t evo_statistic_id(enum evo_statistic statistic);
const char *evo_statistic_name(enum evo_statistic statistic); /* "gx.d" */
const char *evo_statistic_help(enum evo_statistic statistic); /* one line */

typedef uint64_t evo_needs;
#define EVO_NEED(statistic) ((evo_needs) 1 << (statistic))
_Static_assert(EVO_STATISTICS < 64, "every statistic has its bit");
#define EVO_NEEDS_CLASSIC (EVO_NEED(EVO_STATISTICS) - EVO_NEED(EVO_CLASSIC_FIRST))

enum evo_pass {
	EVO_DATA,
	EVO_NOISE,
	EVO_PERTURBED
};
#define EVO_PASSES 3
/* Which passes (bit 1 << evo_pass) these statistics take, and whether any runs backward. Classic
   proxies have passes of their own and take none of these. */
unsigned evo_needs_passes(evo_needs needs);
bool evo_needs_backward(evo_needs needs);

/*
 * One unit as it is kept: of each pass what cannot be derived, NULL where nobody asked for it.
 * r is max(x, 0), gx is gr where x > 0 and else 0, and `.p` is perturbed minus data; they are made
 * when read. A tensor that several units share is kept once.
 */
struct evo_unit_stats {
	const char *name;
	size_t w_dims[4], x_dims[4], y_dims[4];
	const float *w;
	struct {
		const float *x, *gr, *y, *gy, *gw;
	} pass[EVO_PASSES];
};

/* One network's statistics: a value that cannot change while it is held. */
struct evo_stats {
	evo_needs has;
	const struct evo_unit_stats *units;
	size_t unit_count;
	size_t gin_dims[4], logits_dims[2];
	struct {
		const float *gin, *logits;
	} pass[EVO_PASSES];
	double params, flops;
	double classic[EVO_CLASSICS]; /* those that were asked for */
};

/* Rank (4, 2 or 0) and dimensions of a statistic; unit is NULL for network statistics. */
size_t evo_stats_dims(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                      enum evo_statistic statistic, size_t dims[4]);

/*
 * The tensor: stored memory where it is kept as such, else made in scratch, which holds as many
 * floats as evo_stats_dims says. The statistic must be among stats->has, and not a scalar.
 */
const float *evo_stats_read(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                            enum evo_statistic statistic, float *scratch);
/* Numbers from..from + count of it; scratch holds `count`. */
const float *evo_stats_read_part(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                                 enum evo_statistic statistic, size_t from, size_t count,
                                 float *scratch);
/* Is the tensor stored as such, so that reading it costs nothing? */
bool evo_stats_stored(enum evo_statistic statistic);

/* params, flops, units, and the classic proxies that are among stats->has. */
double evo_stats_scalar(const struct evo_stats *stats, enum evo_statistic statistic);

#endif
