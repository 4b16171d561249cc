/*
 * stats: the statistics of untrained networks, kept or recomputed under a memory budget.
 *
 * For every unit (ReLU - convolution - BatchNorm) one forward and one backward pass leave seven
 * tensors, for three inputs: a data mini-batch, normal noise, and the data perturbed by normal
 * noise of variance 0.01. The loss is the sum of the logits, BatchNorm is in training mode
 * (Akhauri et al., "EZNAS", NeurIPS 2022). What no gradient reaches is zero.
 */
#ifndef EVOSCOPE_STATS_H
#define EVOSCOPE_STATS_H

#include "evoscope/classic.h"
#include "evoscope/profile.h"
#include "evoscope/space.h"

/* A statistic's bit in evo_needs is 1 << its place here. Places change when a statistic is added, so
   nothing that is stored may hang on them. */
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

/* ---- Probes ---------------------------------------------------------------------------------- */

/* The network and the batch that are scored. Equal probes share statistics and scores. */
struct evo_probe {
	const struct evo_space *space;
	struct evo_macro macro;
	size_t batch;
	uint64_t seed;    /* of weights, noise and perturbation */
	char source[192]; /* where the data batch comes from; "" is standard normal noise */
	char images[96];  /* the same for people, "CIFAR-10 images"; no part of what is equal */
	/* There are images, but no labels of theirs: these are of more classes than the network. */
	bool drawn_labels;
};
bool evo_probe_equal(const struct evo_probe *a, const struct evo_probe *b);
/* "C 16 N 5, batch 16 of 3x32x32, 10 classes, images" (or "images, drawn labels", or "noise") */
void evo_probe_text(const struct evo_probe *probe, char *out, size_t size);

/*
 * The three inputs of a probe, B,3,side,side each, by malloc; caller frees. images: normalised
 * floats of the first `batch` images at the probe's side, NULL for noise. Streams: (seed,
 * "probe data"), (seed, "probe noise"), (seed, "probe perturbation").
 */
bool evo_probe_inputs(const struct evo_probe *probe, const float *images, float *inputs[EVO_PASSES],
                      struct evo_error *err);

/*
 * The labels of the data batch, each below the probe's classes; caller frees. labels: those of the
 * images, which have to be below the classes; NULL: drawn evenly from the stream (seed, "probe
 * labels").
 */
unsigned short *evo_probe_labels(const struct evo_probe *probe, const unsigned short *labels);

/* ---- The store ------------------------------------------------------------------------------- */

/*
 * Statistics of the networks of any number of probes. What fits the budget is kept, the rest is
 * computed again when it is asked for, with the same results. Safe for any number of threads.
 * Networks first come are kept first: a cycle through more networks than fit keeps its first part
 * instead of throwing away each just before its turn.
 */
struct evo_store;

/* memory: bytes for statistics, workspaces and probes' inputs included. workers: how many threads
   will acquire. */
struct evo_store *evo_store_create(size_t memory, unsigned workers, struct evo_error *err);
void evo_store_destroy(struct evo_store *store);
/* Every network will be asked for once: nothing is kept, its memory serves the next. To be said
   before the first network is acquired. */
void evo_store_once(struct evo_store *store);

/*
 * What will be asked for sooner or later: a network whose statistics are computed has these taken
 * along, while there is memory for all networks to keep them. That saves computing it again when
 * something else is read. The results are the same.
 */
void evo_store_expect(struct evo_store *store, evo_needs needs);

/* The number of the probe in the store; images as in evo_probe_inputs, labels as in
   evo_probe_labels. Asking twice gives the same number. EVO_E_MEMORY when its inputs are more than
   the budget; EVO_E_INPUT when a label is not below the classes. */
bool evo_store_probe(struct evo_store *store, const struct evo_probe *probe, const float *images,
                     const unsigned short *labels, size_t *number, struct evo_error *err);

/* The number of a network (an architecture at a probe). Asking twice gives the same number. */
bool evo_store_network(struct evo_store *store, size_t probe, const char *architecture,
                       size_t *number, struct evo_error *err);

/*
 * A network's statistics, at least those asked for. worker is below `workers` and used by one
 * thread at a time. The result is held until released; whoever holds one asks for no other: there
 * may be no room for both. NULL with err set: EVO_E_MEMORY when one network is more than the budget
 * (the message says how much is needed).
 */
const struct evo_stats *evo_store_acquire(struct evo_store *store, size_t network, evo_needs needs,
                                          unsigned worker, struct evo_error *err);
void evo_store_release(struct evo_store *store, size_t network, const struct evo_stats *stats);

/*
 * From now on extractions add what they spend where: the store's workers must be one. seconds: of
 * whole extractions, of which weights is drawing the initial weights. profile is the caller's.
 */
struct evo_extract_profile {
	struct evo_profile engine;
	double seconds, weights;
};
void evo_store_profile(struct evo_store *store, struct evo_extract_profile *profile);

struct evo_store_report {
	size_t networks, kept;     /* registered; with statistics in memory */
	size_t bytes, peak, limit; /* of memory, workspaces and inputs included */
	size_t hits, extractions;
	double extract_seconds; /* summed over threads */
};
struct evo_store_report evo_store_report(struct evo_store *store);

#endif
