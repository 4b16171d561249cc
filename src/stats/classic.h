/*
 * The classic zero-cost proxies: those that need passes of their own. What each one is stands with
 * its name in evoscope/stats.h.
 *
 * A plan is made first, without memory; then a run works in one block. What else is wanted never
 * changes a value.
 */
#ifndef EVO_STATS_CLASSIC_H
#define EVO_STATS_CLASSIC_H

#include "evoscope/stats.h"

/* The network and the batch, all borrowed. */
struct evo_classic_network {
	const struct evo_parameters *parameters; /* single precision */
	const float *input;                      /* B,C,H,W */
	const unsigned short *labels;            /* B, below the graph's classes */
	const char *name;                        /* of the streams that zen draws from */
	uint64_t seed;
};

struct evo_classic;

/* needs: the wanted ones are among EVO_NEEDS_CLASSIC. graph is borrowed. */
struct evo_classic *evo_classic_plan(const struct evo_graph *graph, size_t batch, evo_needs needs);
void evo_classic_destroy(struct evo_classic *classic);
size_t evo_classic_bytes(const struct evo_classic *classic);

/* work: evo_classic_bytes, 64-byte aligned. values: by statistic from EVO_CLASSIC_FIRST on; what is
   not wanted is left as it is. */
void evo_classic_run(struct evo_classic *classic, const struct evo_classic_network *network,
                     void *work, double values[EVO_CLASSICS]);

/* ---- Within the classic proxies -------------------------------------------------------------- */

struct evo_classic {
	const struct evo_graph *graph;
	size_t batch;
	evo_needs needs;
	struct evo_session *loss;      /* one backward pass of the cross-entropy */
	struct evo_session *halves[2]; /* the same of each half of the batch; may be the same one */
	struct evo_session *patterns;  /* one backward pass of the sum of the logits */
	struct evo_session *synflow, *zen;
	size_t *relu_uses; /* by node: how many ReLUs read it */
	size_t bytes;
};

/* A group of proxies that share passes: each plans its sessions and says how much work it wants. */
size_t evo_classic_weights_plan(struct evo_classic *classic);
void evo_classic_weights_run(struct evo_classic *classic, const struct evo_classic_network *network,
                             char *work, double *values);
size_t evo_classic_loss_plan(struct evo_classic *classic);
void evo_classic_loss_run(struct evo_classic *classic, const struct evo_classic_network *network,
                          char *work, double *values);
size_t evo_classic_halves_plan(struct evo_classic *classic);
void evo_classic_halves_run(struct evo_classic *classic, const struct evo_classic_network *network,
                            char *work, double *values);
size_t evo_classic_patterns_plan(struct evo_classic *classic);
void evo_classic_patterns_run(struct evo_classic *classic,
                              const struct evo_classic_network *network, char *work,
                              double *values);
/* Of the gradients that the patterns' session has left at the input. */
size_t evo_classic_jacobian_bytes(const struct evo_classic *classic);
void evo_classic_jacobian_set(const struct evo_classic *classic, const unsigned short *labels,
                              char *work, double *values);
size_t evo_classic_synflow_plan(struct evo_classic *classic);
void evo_classic_synflow_run(struct evo_classic *classic, const struct evo_classic_network *network,
                             char *work, double *values);
size_t evo_classic_zen_plan(struct evo_classic *classic);
void evo_classic_zen_run(struct evo_classic *classic, const struct evo_classic_network *network,
                         char *work, double *values);

static inline bool evo_classic_wants(const struct evo_classic *classic, evo_needs any)
{
	return (classic->needs & any) != 0;
}

static inline void evo_classic_set(const struct evo_classic *classic, double *values,
                                   enum evo_statistic statistic, double value)
{
	if (classic->needs & EVO_NEED(statistic))
		values[statistic - EVO_CLASSIC_FIRST] = value;
}

static inline size_t evo_classic_aligned(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

/* The next bytes of a work block. */
static inline void *evo_classic_carve(char **work, size_t bytes)
{
	char *begin = *work;

	*work += evo_classic_aligned(bytes);
	return begin;
}

/* Numbers of an image, and of a node's value for one image. */
static inline size_t evo_classic_numbers(const struct evo_graph *graph, size_t node)
{
	const struct evo_shape shape = graph->nodes[node].shape;

	return shape.channels * shape.height * shape.width;
}

static inline bool evo_classic_is_weighted(const struct evo_graph_node *node)
{
	return node->op == EVO_OP_CONV || node->op == EVO_OP_LINEAR;
}

/* One byte a node for a session that is to leave the gradients of weights (or, without weights, no
   parameters) and nothing else. Caller frees. */
unsigned char *evo_classic_keep(const struct evo_graph *graph, bool weights);

#endif
