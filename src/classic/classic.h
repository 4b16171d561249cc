/*
 * What a classic proxy is made of: its row, and what it finds when it is computed.
 *
 * Proxies that read the same thing share the passes that leave it; a proxy with passes that no
 * other one needs plans and runs them itself.
 */
#ifndef EVO_CLASSIC_CLASSIC_H
#define EVO_CLASSIC_CLASSIC_H

#include "evoscope/classic.h"
#include "evoscope/session.h"

#include <math.h>

/* What a proxy reads of the shared passes. */
enum classic_reads {
	CLASSIC_NOTHING,          /* it has passes of its own, or none */
	CLASSIC_WEIGHT_GRADIENTS, /* dL/dw: classic->gradients */
	CLASSIC_OUTPUTS,          /* weighted layers' outputs, and dL there: classic->loss */
	CLASSIC_RELUS,            /* what ReLUs read: classic->logits and relu_uses */
	CLASSIC_CORRELATIONS      /* of the images' input gradients: classic->correlations */
};

/* One classic proxy; src/classic/NAME.c defines evo_classic_NAME. */
struct classic_row {
	const char *help;   /* one line for people */
	const char *source; /* the paper, shortly */
	enum classic_reads reads;
	/* Plans its own passes, if any, in classic->own, and returns how much memory it works in.
	   NULL: it needs neither. */
	size_t (*plan)(const struct evo_classic *classic);
	/* The value. work: memory as planned, 64-byte aligned. */
	double (*run)(const struct evo_classic *classic, char *work);
};

#define CLASSIC_DECLARE(enumerator, name, id) extern const struct classic_row evo_classic_##name;
EVO_CLASSIC_LIST(CLASSIC_DECLARE)
#undef CLASSIC_DECLARE

struct evo_classic {
	const struct evo_graph *graph;
	size_t batch;
	uint64_t wanted; /* bits 1 << index */
	unsigned reads;  /* bits 1 << classic_reads of all that are wanted */
	size_t bytes;
	struct evo_classic_network network; /* of the run */

	struct evo_session *sessions[EVO_CLASSICS][2]; /* each proxy's own; both may be one */
	struct evo_session **own;                      /* those of the proxy at hand */

	struct evo_session *loss; /* forward, and backward from the cross-entropy */
	const float *gradients;   /* of all parameters, as the graph lists them */

	struct evo_session *logits; /* forward, and for correlations backward from their sum */
	size_t *relu_uses;          /* by node: how many ReLUs read it; NULL when nobody asks */
	/* B,B: how alike the images' gradients at the input are; NULL when one is constant. */
	const double *correlations;
};

static inline bool classic_reads(const struct evo_classic *classic, enum classic_reads what)
{
	return (classic->reads >> what & 1) != 0;
}

/* ---- passes.c -------------------------------------------------------------------------------- */

/* One byte a node for a session that is to leave the gradients of weights (or, without weights, no
   parameters) and nothing else. Caller frees. */
unsigned char *classic_keep(const struct evo_graph *graph, bool weights);

/* A session that leaves the gradients of weights, or the values and gradients at the outputs of
   weighted layers, or both. Caller destroys. */
struct evo_session *classic_loss_session(const struct evo_graph *graph, size_t batch, bool weights,
                                         bool outputs);
/* Runs it forward, and backward from the cross-entropy of the batch's images from..from + count.
   seed: room for the gradient of their logits. Returns the gradients of all parameters. */
const float *classic_loss_run(struct evo_session *session, const struct evo_classic *classic,
                              size_t from, size_t count, float *seed);

/*
 * The passes that proxies share: of the loss, and of the logits. spare: how much memory the proxies
 * work in that read what is left; plan returns how much all take together, and run what is theirs
 * of the work block.
 */
size_t classic_loss_plan_shared(struct evo_classic *classic, size_t spare);
char *classic_loss_run_shared(struct evo_classic *classic, char *work);
size_t classic_logits_plan_shared(struct evo_classic *classic, size_t spare);
char *classic_logits_run_shared(struct evo_classic *classic, char *work);

/* Adds up over weighted layers, in the graph's order. add: the sum so far with that of a layer,
   whose gradient dL/dw is NULL for a proxy that does not read it. */
typedef double (*classic_add)(double sum, const float *weight, const float *gradient, size_t count);
double classic_over_weights(const struct evo_classic *classic, classic_add add);

/* ---- correlations.c -------------------------------------------------------------------------- */

/* How alike the gradients are that the logits' passes have left at the input: out is B,B; rows has
   room for B rows of as many doubles as an image has numbers. False when one is constant or not
   finite. */
bool classic_correlate(const struct evo_classic *classic, double *rows, double *out);

/* ---- Helpers --------------------------------------------------------------------------------- */

static inline size_t classic_aligned(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

/* The next bytes of a work block. */
static inline void *classic_carve(char **work, size_t bytes)
{
	char *begin = *work;

	*work += classic_aligned(bytes);
	return begin;
}

/* Numbers of a node's value for one image; node 0 is the image. */
static inline size_t classic_numbers(const struct evo_graph *graph, size_t node)
{
	const struct evo_shape shape = graph->nodes[node].shape;

	return shape.channels * shape.height * shape.width;
}

static inline size_t classic_classes(const struct evo_graph *graph)
{
	return graph->nodes[graph->output].shape.channels;
}

/* The weight of the layer at a node; NULL where there is none. */
static inline const struct evo_parameter *classic_weight(const struct evo_graph *graph, size_t node)
{
	const struct evo_graph_node *at = &graph->nodes[node];

	return at->op == EVO_OP_CONV || at->op == EVO_OP_LINEAR ? &graph->parameters[at->parameter]
	                                                        : NULL;
}

/* The largest value that a ReLU reads, and how many places there are in all, of one image. */
static inline size_t classic_places(const struct evo_classic *classic, size_t *largest)
{
	size_t sum = 0;

	*largest = 0;
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const size_t numbers = classic_numbers(classic->graph, n);
		if (classic->relu_uses[n] == 0)
			continue;
		sum += numbers;
		*largest = numbers > *largest ? numbers : *largest;
	}
	return sum;
}

static inline double classic_norm(const float *x, size_t count)
{
	double squares = 0;

	for (size_t i = 0; i < count; i++)
		squares += (double) x[i] * (double) x[i];
	return sqrt(squares);
}

/* Long sums go in so many partial sums side by side, which are added in this order. */
#define CLASSIC_LANES 8

static inline double classic_lanes(const double lanes[CLASSIC_LANES])
{
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
	       ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

#endif
