/*
 * BatchNorm: the builder, and the two steps in each of a session's modes.
 *
 * A step computes a few coefficients a channel first; a convolution before it can take its gradient
 * from these coefficients, without a tensor between the two.
 */
#include "config.h"

#include "builder.h"
#include "session.h"

#include <string.h>

size_t evo_graph_norm(struct evo_graph *graph, const char *name, size_t input, bool affine)
{
	struct evo_shape shape = evo_graph_shape(graph, input);
	size_t node = evo_graph_append(graph, EVO_OP_BATCHNORM, shape, &input, 1);
	if (affine) {
		size_t dims[4] = {shape.channels, 1, 1, 1};
		graph->nodes[node].parameter =
		        evo_graph_append_parameter(graph, name, "scale", EVO_BN_SCALE, dims);
		evo_graph_append_parameter(graph, name, "shift", EVO_BN_SHIFT, dims);
	}
	return node;
}

size_t evo_graph_norm_channels(const struct evo_graph *graph)
{
	size_t channels = 0;
	for (size_t i = 0; i < graph->node_count; i++)
		if (graph->nodes[i].op == EVO_OP_BATCHNORM)
			channels += graph->nodes[i].shape.channels;
	return channels;
}

/* Mean and variance of each channel: the batch's own, or those that were given. */
static void find_moments(const struct evo_node_call *call, double *mean, double *variance)
{
	const struct evo_session *session = call->session;
	size_t channels = call->geometry.out.channels;
	if (session->norm_mode == EVO_NORM_BATCH) {
		call->kernels->moments(call->x[0], session->batch, call->geometry.out, mean,
		                       variance);
		return;
	}
	const double *from = session->running + session->plan[call->node].norm;
	memcpy(mean, from, channels * sizeof(double));
	memcpy(variance, from + evo_graph_norm_channels(session->graph), channels * sizeof(double));
}

void evo_forward_norm(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	struct evo_shape shape = call->geometry.out;
	struct evo_affine affine = affine_of(session, call->node);
	double *mean = session->mean + session->plan[call->node].norm;
	double *variance = session->variance + session->plan[call->node].norm;
	if (session->norm_mode == EVO_NORM_IDENTITY)
		call->kernels->norm_identity(&affine, shape.channels);
	else {
		find_moments(call, mean, variance);
		call->kernels->norm_prepare(&affine, shape.channels, mean, variance, call->weight,
		                            call->bias);
	}
	if (call->y != NULL)
		call->kernels->norm(call->x[0], call->y, session->batch, shape, &affine);
}

void evo_backward_norm(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	const struct evo_kernels *k = call->kernels;
	struct evo_shape shape = call->geometry.out;
	struct evo_affine affine = affine_of(session, call->node);
	size_t input = input_of(session, call->node, 0);
	const void *z = call->x[0], *dy = gradient_at(session, call->node);
	void *scale_gradient = weight_gradient_at(session, call->node, 0);
	void *shift_gradient = weight_gradient_at(session, call->node, 1);
	if (session->norm_mode != EVO_NORM_IDENTITY)
		k->norm_reduce(dy, z, session->batch, shape, &affine,
		               session->variance + session->plan[call->node].norm, call->weight,
		               session->norm_mode == EVO_NORM_RUNNING, scale_gradient,
		               shift_gradient);
	else if (scale_gradient != NULL) {
		k->fill(scale_gradient, shape.channels, 0);
		k->fill(shift_gradient, shape.channels, 0);
	}
	if (session->plan[input].live && gradient_at(session, input) != NULL)
		k->norm_backward(dy, z, gradient_at(session, input), session->batch, shape, &affine,
		                 adds(session, call->node, 0));
}
