/*
 * Convolutions: the builder, and the two steps.
 *
 * The ReLU before a convolution and the BatchNorm gradient after it are done on the way, where the
 * session's plan says so; the kernels choose how the product is computed.
 */
#include "config.h"

#include "builder.h"
#include "session.h"

size_t evo_graph_conv(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window, size_t groups)
{
	struct evo_shape in = evo_graph_shape(graph, input);
	evo_graph_require(groups && in.channels % groups == 0 && channels % groups == 0,
	                  "uneven groups");
	size_t node = evo_graph_append(graph, EVO_OP_CONV, evo_graph_windowed(in, channels, window),
	                               &input, 1);
	size_t dims[4] = {channels, in.channels / groups, window.kernel_h, window.kernel_w};
	graph->nodes[node].window = window;
	graph->nodes[node].groups = groups;
	graph->nodes[node].parameter =
	        evo_graph_append_parameter(graph, name, "weight", EVO_CONV_WEIGHT, dims);
	return node;
}

size_t evo_scratch_conv(const struct evo_kernels *kernels, const struct evo_geometry *geometry,
                        bool backward)
{
	return kernels->conv_scratch(geometry, backward);
}

void evo_forward_conv(const struct evo_node_call *call)
{
	struct evo_conv_forward job = {.geometry = &call->geometry,
	                               .x = call->x[0],
	                               .relu = call->relu,
	                               .weight = call->weight,
	                               .z = call->y,
	                               .scratch = call->scratch};
	call->kernels->conv(&job);
}

void evo_backward_conv(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	const struct evo_node_plan *plan = &session->plan[call->node];
	size_t input = input_of(session, call->node, 0);
	size_t x = call->relu ? input_of(session, input, 0) : input;
	struct evo_affine affine;
	struct evo_conv_backward job = {.geometry = &call->geometry,
	                                .x = call->x[0],
	                                .relu = call->relu,
	                                .weight = call->weight,
	                                .z = call->y,
	                                .weight_gradient =
	                                        weight_gradient_at(session, call->node, 0),
	                                .scratch = call->scratch,
	                                .clock = call->clock};
	if (plan->lazy_norm) {
		affine = affine_of(session, plan->sole_user);
		job.affine = &affine;
		job.dy = gradient_at(session, plan->sole_user);
	} else
		job.dy = gradient_at(session, call->node);
	if (session->plan[input].live) {
		job.input_gradient = gradient_at(session, input);
		job.input_add = adds(session, call->node, 0);
	}
	if (session->plan[input].fused_relu && session->plan[x].live) {
		job.relu_gradient = gradient_at(session, x);
		job.relu_add = adds(session, input, 0);
	}
	if (job.weight_gradient != NULL || job.input_gradient != NULL || job.relu_gradient != NULL)
		call->kernels->conv_backward(&job);
}
