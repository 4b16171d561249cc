/*
 * Operations of many inputs, sums and concatenations: the builders, and the two steps.
 *
 * What only a sum uses shares the sum's gradient, so that nothing is copied to it.
 */
#include "config.h"

#include "builder.h"
#include "session.h"

/* ---- Sums ---- */

static bool same_shape(struct evo_shape a, struct evo_shape b)
{
	return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

size_t evo_graph_add(struct evo_graph *graph, const size_t *inputs, size_t count)
{
	evo_graph_require(count > 0, "a sum of nothing");
	struct evo_shape shape = evo_graph_shape(graph, inputs[0]);
	for (size_t i = 1; i < count; i++)
		evo_graph_require(same_shape(shape, evo_graph_shape(graph, inputs[i])),
		                  "a sum of unequal shapes");
	return evo_graph_append(graph, EVO_OP_ADD, shape, inputs, count);
}

void evo_forward_sum(const struct evo_node_call *call)
{
	call->kernels->sum(call->x, call->graph->nodes[call->node].inputs, call->y,
	                   evo_geometry_numbers(&call->geometry));
}

void evo_backward_sum(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	for (size_t i = 0; i < call->graph->nodes[call->node].inputs; i++) {
		size_t input = input_of(session, call->node, i);
		if (session->plan[input].live && session->plan[input].gradient_root == input)
			call->kernels->pass(gradient_at(session, call->node),
			                    gradient_at(session, input),
			                    evo_geometry_numbers(&call->geometry),
			                    adds(session, call->node, i));
	}
}

/* ---- Concatenations ---- */

size_t evo_graph_concat(struct evo_graph *graph, const size_t *inputs, size_t count)
{
	evo_graph_require(count > 0, "a concatenation of nothing");
	struct evo_shape shape = evo_graph_shape(graph, inputs[0]);
	for (size_t i = 1; i < count; i++) {
		struct evo_shape next = evo_graph_shape(graph, inputs[i]);
		evo_graph_require(next.height == shape.height && next.width == shape.width,
		                  "a concatenation of unequal planes");
		shape.channels += next.channels;
	}
	return evo_graph_append(graph, EVO_OP_CONCAT, shape, inputs, count);
}

/* Numbers that input i has in one image of the concatenation. */
static size_t part_of(const struct evo_node_call *call, size_t i)
{
	size_t input = call->graph->inputs[call->graph->nodes[call->node].first_input + i];
	return call->graph->nodes[input].shape.channels * plane_of(call->geometry.out);
}

void evo_forward_concat(const struct evo_node_call *call)
{
	size_t whole = call->geometry.out.channels * plane_of(call->geometry.out);
	char *to = call->y;
	for (size_t i = 0; i < call->graph->nodes[call->node].inputs; i++) {
		size_t part = part_of(call, i);
		call->kernels->pass_rows(call->x[i], part, to, whole, call->geometry.batch, part,
		                         false);
		to += part * call->kernels->size;
	}
}

void evo_backward_concat(const struct evo_node_call *call)
{
	const struct evo_session *session = call->session;
	size_t whole = call->geometry.out.channels * plane_of(call->geometry.out);
	const char *from = gradient_at(session, call->node);
	for (size_t i = 0; i < call->graph->nodes[call->node].inputs; i++) {
		size_t input = input_of(session, call->node, i), part = part_of(call, i);
		if (session->plan[input].live)
			call->kernels->pass_rows(from, whole, gradient_at(session, input), part,
			                         session->batch, part,
			                         adds(session, call->node, i));
		from += part * call->kernels->size;
	}
}
