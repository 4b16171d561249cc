/*
 * classic: zero-cost proxies of the literature that need passes of their own.
 *
 * Each is one number of a network, made from a batch of images, their labels and the initial
 * weights. It is one file src/classic/NAME.c, which says what the proxy is and where it is from,
 * and one entry in the list below. Weighted layers are convolutions and linear layers, their
 * weights w without biases; L is the mean cross-entropy of the batch; BatchNorm is in training
 * mode.
 */
#ifndef EVOSCOPE_CLASSIC_H
#define EVOSCOPE_CLASSIC_H

#include "evoscope/base.h"

struct evo_graph;
struct evo_parameters;

/* All of them, as X(ENUMERATOR, name, id); people see them in this order. The id is its number for
   ever: see struct evo_primitive of evoscope/expr.h, which says how a new one is chosen. */
#define EVO_CLASSIC_LIST(X)                                                                        \
	X(L2_NORM, l2_norm, 32)                                                                    \
	X(GRAD_NORM, grad_norm, 33)                                                                \
	X(SNIP, snip, 34)                                                                          \
	EVO_CLASSIC_OF_A_TEST(X)                                                                   \
	X(PLAIN, plain, 35)                                                                        \
	X(FISHER, fisher, 36)                                                                      \
	X(GRASP, grasp, 37)                                                                        \
	X(JACOV, jacov, 38)                                                                        \
	X(NWOT, nwot, 39)                                                                          \
	X(SYNFLOW, synflow, 40)                                                                    \
	X(ZEN, zen, 41)                                                                            \
	X(EPE_NAS, epe_nas, 42)                                                                    \
	X(ZICO, zico, 43)                                                                          \
	X(SWAP, swap, 44)

/* A test compiles this with one more in the middle. */
#ifdef EVO_TEST_EXTRA_ROWS
#define EVO_CLASSIC_OF_A_TEST(X) X(TEST, of_a_test, 902)
#else
#define EVO_CLASSIC_OF_A_TEST(X)
#endif

#define EVO_CLASSIC_ONE(enumerator, name, id) +1
enum {
	EVO_CLASSICS = EVO_CLASSIC_LIST(EVO_CLASSIC_ONE) /* how many there are */
};
#undef EVO_CLASSIC_ONE

/* index: the place in the list. */
uint16_t evo_classic_id(size_t index);
const char *evo_classic_name(size_t index);   /* "snip" */
const char *evo_classic_help(size_t index);   /* one line */
const char *evo_classic_source(size_t index); /* the paper, shortly */

/* The network and the batch, all borrowed. */
struct evo_classic_network {
	const struct evo_parameters *parameters; /* single precision */
	const float *input;                      /* B,C,H,W */
	const unsigned short *labels;            /* B, below the graph's classes */
	const char *name;                        /* of the streams that zen draws from */
	uint64_t seed;
};

/* What a run will do; it is planned before any memory is taken. */
struct evo_classic;

/* wanted: bit 1 << index of each proxy that is wanted. graph is borrowed. Caller destroys. */
struct evo_classic *evo_classic_plan(const struct evo_graph *graph, size_t batch, uint64_t wanted);
void evo_classic_destroy(struct evo_classic *classic);
size_t evo_classic_bytes(const struct evo_classic *classic);

/*
 * work: evo_classic_bytes of memory, 64-byte aligned, with anything in it. values: by index; what
 * is not wanted is left as it is. What else is wanted never changes a value.
 */
void evo_classic_run(struct evo_classic *classic, const struct evo_classic_network *network,
                     void *work, double values[EVO_CLASSICS]);

#endif
