/*
 * Operations without parameters that read one value, or none: the builders, and the two steps.
 *
 * The steps are the same for all of them; what differs is their kernels.
 */
#include "config.h"

#include "builder.h"
#include "session.h"

size_t evo_graph_input(struct evo_graph *graph, struct evo_shape shape)
{
	evo_graph_require(graph->node_count == 0, "the input is the first node");
	return evo_graph_append(graph, EVO_OP_INPUT, shape, NULL, 0);
}

size_t evo_graph_zero(struct evo_graph *graph, struct evo_shape shape)
{
	return evo_graph_append(graph, EVO_OP_ZERO, shape, NULL, 0);
}

size_t evo_graph_relu(struct evo_graph *graph, size_t input)
{
	return evo_graph_append(graph, EVO_OP_RELU, evo_graph_shape(graph, input), &input, 1);
}

static size_t append_pool(struct evo_graph *graph, enum evo_op op, size_t input,
                          struct evo_window window)
{
	struct evo_shape in = evo_graph_shape(graph, input);
	evo_graph_require(window.pad_h * 2 <= (window.kernel_h - 1) * window.dilation_h + 1 &&
	                          window.pad_w * 2 <= (window.kernel_w - 1) * window.dilation_w + 1,
	                  "pooling windows that see only padding");
	size_t node =
	        evo_graph_append(graph, op, evo_graph_windowed(in, in.channels, window), &input, 1);
	graph->nodes[node].window = window;
	return node;
}

size_t evo_graph_avgpool(struct evo_graph *graph, size_t input, struct evo_window window)
{
	return append_pool(graph, EVO_OP_AVGPOOL, input, window);
}

size_t evo_graph_maxpool(struct evo_graph *graph, size_t input, struct evo_window window)
{
	return append_pool(graph, EVO_OP_MAXPOOL, input, window);
}

size_t evo_graph_global_pool(struct evo_graph *graph, size_t input)
{
	struct evo_shape shape = {evo_graph_shape(graph, input).channels, 1, 1};
	graph->features = input;
	return evo_graph_append(graph, EVO_OP_GLOBAL_POOL, shape, &input, 1);
}

size_t evo_graph_shift(struct evo_graph *graph, size_t input)
{
	return evo_graph_append(graph, EVO_OP_SHIFT, evo_graph_shape(graph, input), &input, 1);
}

void evo_forward_input(const struct evo_node_call *call)
{
	call->kernels->pass(call->x[0], call->y, evo_geometry_numbers(&call->geometry), false);
}

static const struct evo_plain_kernels *kernels_of(const struct evo_node_call *call)
{
	return &call->kernels->plain[call->graph->nodes[call->node].op];
}

void evo_forward_plain(const struct evo_node_call *call)
{
	kernels_of(call)->forward(&call->geometry, call->x[0], call->y);
}

void evo_backward_plain(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	size_t input = input_of(session, call->node, 0);
	if (session->plan[input].live && !session->plan[call->node].fused_relu)
		kernels_of(call)->backward(
		        &call->geometry, call->x[0], gradient_at(session, call->node),
		        gradient_at(session, input), adds(session, call->node, 0));
}
