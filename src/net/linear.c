/*
 * The linear layer that tells classes apart: the builder, and the two steps.
 *
 * Its node is the graph's output, the logits.
 */
#include "config.h"

#include "builder.h"
#include "session.h"

size_t evo_graph_linear(struct evo_graph *graph, const char *name, size_t input, size_t classes)
{
	struct evo_shape in = evo_graph_shape(graph, input);
	evo_graph_require(in.height == 1 && in.width == 1, "a linear layer on a plane");
	size_t node = evo_graph_append(graph, EVO_OP_LINEAR, (struct evo_shape){classes, 1, 1},
	                               &input, 1);
	size_t weight[4] = {classes, in.channels, 1, 1}, bias[4] = {classes, 1, 1, 1};
	graph->nodes[node].parameter =
	        evo_graph_append_parameter(graph, name, "weight", EVO_FC_WEIGHT, weight);
	evo_graph_append_parameter(graph, name, "bias", EVO_FC_BIAS, bias);
	graph->output = node;
	return node;
}

void evo_forward_linear(const struct evo_node_call *call)
{
	call->kernels->linear(call->x[0], call->weight, call->bias, call->y, call->geometry.batch,
	                      call->geometry.in.channels, call->geometry.out.channels);
}

void evo_backward_linear(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	size_t input = input_of(session, call->node, 0);
	void *dx = session->plan[input].live ? gradient_at(session, input) : NULL;
	call->kernels->linear_backward(call->x[0], call->weight, gradient_at(session, call->node),
	                               dx, adds(session, call->node, 0),
	                               weight_gradient_at(session, call->node, 0),
	                               weight_gradient_at(session, call->node, 1), session->batch,
	                               call->geometry.in.channels, call->geometry.out.channels);
}
