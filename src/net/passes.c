/*
 * The forward and the backward pass over a planned graph, node by node.
 *
 * What a node does is in its operation's row; here it is told where its tensors are.
 */
#include "config.h"

#include "session.h"

#include <string.h>

static struct evo_node_call call_of(const struct evo_session *session, size_t node,
                                    const struct evo_parameters *parameters, const void *images)
{
	const struct evo_graph_node *n = &session->graph->nodes[node];
	struct evo_node_call call = {
	        .kernels = session->kernels,
	        .graph = session->graph,
	        .node = node,
	        .geometry = evo_node_geometry(session->graph, node, session->batch),
	        .x = session->inputs,
	        .y = value_at(session, node),
	        .weight = weight_at(session, parameters, node, 0),
	        .bias = weight_at(session, parameters, node, 1),
	        .scratch = session->work + session->scratch_offset};
	session->inputs[0] = images;
	for (size_t i = 0; i < n->inputs; i++) {
		size_t input = input_of(session, node, i);
		bool relu = session->plan[input].virtual_relu;
		session->inputs[i] = value_at(session, relu ? input_of(session, input, 0) : input);
		call.relu = call.relu || relu;
	}
	return call;
}

/* A BatchNorm's moments may be asked for, though its value is not stored. */
static bool computes(const struct evo_session *session, size_t node)
{
	enum evo_op op = session->graph->nodes[node].op;
	return evo_op_row(op)->forward != NULL &&
	       (value_at(session, node) != NULL || op == EVO_OP_BATCHNORM);
}

void evo_session_forward(struct evo_session *session, const struct evo_parameters *parameters,
                         const void *input)
{
	for (size_t n = 0; n < session->graph->node_count; n++) {
		double since = session->profile != NULL ? evo_now() : 0;
		if (!session->plan[n].computed)
			continue;
		if (computes(session, n)) {
			struct evo_node_call call = call_of(session, n, parameters, input);
			call.session = session;
			evo_op_row(session->graph->nodes[n].op)->forward(&call);
		}
		if (session->profile != NULL)
			evo_profile_add(session, n, since, NULL);
	}
}

void evo_session_backward(struct evo_session *session, const struct evo_parameters *parameters,
                          const void *seed)
{
	size_t output = session->graph->output, count = numbers_of(session, output);
	if (!session->backward || !session->plan[output].live)
		return;
	if (seed != NULL)
		memcpy(gradient_at(session, output), seed, count * session->size);
	else
		session->kernels->fill(gradient_at(session, output), count, 1);
	for (size_t n = session->graph->node_count; n-- > 0;) {
		const struct evo_op_row *row = evo_op_row(session->graph->nodes[n].op);
		struct evo_conv_clock clock = {0, 0};
		double since = session->profile != NULL ? evo_now() : 0;
		if (!session->plan[n].live)
			continue;
		if (row->backward != NULL) {
			struct evo_node_call call = call_of(session, n, parameters, NULL);
			call.session = session;
			call.clock = session->profile != NULL ? &clock : NULL;
			row->backward(&call);
		}
		if (session->profile != NULL)
			evo_profile_add(session, n, since, &clock);
	}
}
