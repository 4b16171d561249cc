/*
 * Where the time of a session's passes goes, and what this machine could do at most.
 *
 * A node's time, arithmetic and memory traffic are added to the kind of work that its operation's
 * row names; a convolution's backward step is two kinds.
 */
#include "config.h"

#include "evoscope/blas.h"
#include "session.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

const char *evo_work_name(enum evo_work work)
{
	static const char *const names[] = {
	        [EVO_WORK_CONV_FORWARD] = "convolution, forward",
	        [EVO_WORK_CONV_WEIGHT] = "convolution, by weight",
	        [EVO_WORK_CONV_DATA] = "convolution, by data",
	        [EVO_WORK_NORM] = "BatchNorm",
	        [EVO_WORK_POOL] = "pooling",
	        [EVO_WORK_ADD] = "adds",
	        [EVO_WORK_OTHER] = "other operations",
	};
	_Static_assert(EVO_COUNT(names) == EVO_WORKS, "a kind of work has no name");
	return names[work];
}

void evo_session_profile(struct evo_session *session, struct evo_profile *profile)
{
	session->profile = profile;
}

/* Numbers in those inputs of a node to which its backward step writes. */
static double given_to(const struct evo_session *session, size_t node)
{
	double count = 0;
	for (size_t i = 0; i < session->graph->nodes[node].inputs; i++) {
		size_t input = input_of(session, node, i);
		if (session->plan[input].live && session->plan[input].gradient_root == input)
			count += (double) numbers_of(session, input);
	}
	return count;
}

/* Numbers in all inputs of a node. */
static double inputs_of(const struct evo_session *session, size_t node)
{
	double count = 0;
	for (size_t i = 0; i < session->graph->nodes[node].inputs; i++)
		count += (double) numbers_of(session, input_of(session, node, i));
	return count;
}

/* Flops of one product with the weight: forward, and each half of the backward step. */
static double product_flops(const struct evo_session *session, size_t node)
{
	const struct evo_graph_node *n = &session->graph->nodes[node];
	if (!evo_op_row(n->op)->multiplies)
		return 0;
	const struct evo_parameter *weight = &session->graph->parameters[n->parameter];
	double taps = (double) weight->count / (double) weight->dims[0];
	return 2 * taps * (double) numbers_of(session, node);
}

static void add(struct evo_profile *profile, enum evo_work work, double seconds, double flops,
                double bytes)
{
	profile->work[work].seconds += seconds;
	profile->work[work].flops += flops;
	profile->work[work].bytes += bytes;
}

void evo_profile_add(struct evo_session *session, size_t node, double since,
                     const struct evo_conv_clock *clock)
{
	struct evo_profile *profile = session->profile;
	const struct evo_node_plan *plan = &session->plan[node];
	enum evo_op op = session->graph->nodes[node].op;
	double seconds = evo_now() - since, size = (double) session->size;
	double in = inputs_of(session, node) * size,
	       out = (double) numbers_of(session, node) * size;
	double flops = product_flops(session, node);
	if (clock == NULL) {
		/* A ReLU without a value and a sum of one do nothing. */
		bool idle = value_at(session, node) == NULL && op != EVO_OP_BATCHNORM;
		add(profile, evo_op_row(op)->work, seconds, idle ? 0 : flops, idle ? 0 : in + out);
		return;
	}
	if (op != EVO_OP_CONV) {
		/* BatchNorm also reads its input, or leaves its gradient to the convolution. */
		bool norm = op == EVO_OP_BATCHNORM;
		bool put_off = norm && gradient_at(session, input_of(session, node, 0)) == NULL;
		double bytes = given_to(session, node) * size;
		bytes = plan->fused_relu ? 0
		        : put_off        ? 2 * out
		        : norm           ? 4 * out
		        : bytes > 0      ? bytes + out
		                         : 0;
		add(profile, evo_op_row(op)->work, seconds, 2 * flops, bytes);
		return;
	}
	bool data = session->plan[input_of(session, node, 0)].live;
	double gradient = plan->lazy_norm ? 2 * out : out; /* dy and z, or dz */
	add(profile, EVO_WORK_CONV_WEIGHT, clock->weight, plan->parameters ? flops : 0,
	    plan->parameters ? in + gradient : 0);
	/* What is left of the step is finishing the gradient at the input. */
	add(profile, EVO_WORK_CONV_DATA, seconds - clock->weight, data ? flops : 0,
	    data ? in + gradient : 0);
}

/* ---- Peaks ---- */

#define SIDE       768
#define COPY_BYTES ((size_t) 64 << 20)

double evo_sgemm_peak(double seconds)
{
	struct evo_error ignored = {0};
	size_t count = (size_t) SIDE * SIDE;
	float *memory = evo_big_alloc(3 * count * sizeof(float), "matrices", &ignored);
	double best = 0;
	if (memory == NULL)
		return 0;
	evo_blas_name(); /* holds it to one thread */
	for (size_t i = 0; i < 3 * count; i++)
		memory[i] = (float) (i % 7) - 3;
	for (double first = evo_now(), begin = first; begin < first + seconds; begin = evo_now()) {
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, memory,
		            SIDE, memory + count, SIDE, 0, memory + 2 * count, SIDE);
		double rate = 2.0 * SIDE * SIDE * SIDE / (evo_now() - begin);
		if (rate > best)
			best = rate;
	}
	free(memory);
	return best;
}

double evo_copy_bandwidth(double seconds)
{
	struct evo_error ignored = {0};
	char *memory = evo_big_alloc(2 * COPY_BYTES, "blocks to copy", &ignored);
	double best = 0;
	if (memory == NULL)
		return 0;
	memset(memory, 1, 2 * COPY_BYTES);
	for (double first = evo_now(), begin = first; begin < first + seconds; begin = evo_now()) {
		memcpy(memory, memory + COPY_BYTES, COPY_BYTES);
		/* The copy's effect is looked at, so that it cannot be left out. */
		double rate = memory[COPY_BYTES - 1]
		                      ? 2.0 * (double) COPY_BYTES / (evo_now() - begin)
		                      : 0;
		if (rate > best)
			best = rate;
	}
	free(memory);
	return best;
}
