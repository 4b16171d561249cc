/* The forward and the backward pass over a planned graph, node by node. */
#include "config.h"

#include "session.h"

#include <string.h>

/* ---- Forward ---- */

static struct evo_affine affine_of(const struct evo_session *session, size_t node)
{
	size_t step = session->graph->nodes[node].shape.channels * session->size;
	char *from = session->affine + session->plan[node].norm * 6 * session->size;
	return (struct evo_affine){
	        from,           from + step, from + 2 * step, from + 3 * step, from + 4 * step,
	        from + 5 * step};
}

static void forward_conv(struct evo_session *session, size_t node,
                         const struct evo_parameters *parameters)
{
	size_t input = input_of(session, node, 0);
	bool relu = session->plan[input].virtual_relu;
	struct evo_geometry geometry = evo_node_geometry(session->graph, node, session->batch);
	struct evo_conv_forward job = {
	        .geometry = &geometry,
	        .x = value_at(session, relu ? input_of(session, input, 0) : input),
	        .relu = relu,
	        .weight = weight_at(session, parameters, node, 0),
	        .z = value_at(session, node),
	        .scratch = session->work + session->scratch_offset};
	if (job.z)
		session->kernels->conv(&job);
}

static void forward_norm(struct evo_session *session, size_t node,
                         const struct evo_parameters *parameters)
{
	const struct evo_kernels *k = session->kernels;
	struct evo_shape shape = session->graph->nodes[node].shape;
	struct evo_affine affine = affine_of(session, node);
	const void *z = value_at(session, input_of(session, node, 0));
	double *mean = session->mean + session->plan[node].norm;
	double *variance = session->variance + session->plan[node].norm;
	if (session->norm_mode == EVO_NORM_IDENTITY)
		k->norm_identity(&affine, shape.channels);
	else {
		if (session->norm_mode == EVO_NORM_BATCH)
			k->moments(z, session->batch, shape, mean, variance);
		else {
			size_t all = evo_graph_norm_channels(session->graph);
			const double *from = session->running + session->plan[node].norm;
			memcpy(mean, from, shape.channels * sizeof(double));
			memcpy(variance, from + all, shape.channels * sizeof(double));
		}
		k->norm_prepare(&affine, shape.channels, mean, variance,
		                weight_at(session, parameters, node, 0),
		                weight_at(session, parameters, node, 1));
	}
	if (value_at(session, node))
		k->norm(z, value_at(session, node), session->batch, shape, &affine);
}

static void forward_concat(struct evo_session *session, size_t node)
{
	const struct evo_graph_node *n = &session->graph->nodes[node];
	size_t plane = plane_of(n->shape), whole = n->shape.channels * plane;
	char *to = value_at(session, node);
	for (size_t i = 0; i < n->inputs; i++) {
		size_t input = input_of(session, node, i);
		size_t part = session->graph->nodes[input].shape.channels * plane;
		session->kernels->pass_rows(value_at(session, input), part, to, whole,
		                            session->batch, part, false);
		to += part * session->size;
	}
}

static void forward_sum(struct evo_session *session, size_t node)
{
	size_t count = session->graph->nodes[node].inputs;
	for (size_t i = 0; i < count; i++)
		session->sum_inputs[i] = value_at(session, input_of(session, node, i));
	session->kernels->sum(session->sum_inputs, count, value_at(session, node),
	                      numbers_of(session, node));
}

/* One node's value from its inputs' values. */
static void forward_node(struct evo_session *session, size_t node,
                         const struct evo_parameters *parameters, const void *images)
{
	const struct evo_kernels *k = session->kernels;
	const struct evo_graph_node *n = &session->graph->nodes[node];
	void *y = value_at(session, node);
	const void *x = NULL;
	struct evo_shape in = {0};
	struct evo_geometry geometry = {0};
	if (n->inputs) {
		size_t input = input_of(session, node, 0);
		in = session->graph->nodes[input].shape;
		x = value_at(session, input);
		geometry = evo_node_geometry(session->graph, node, session->batch);
	}
	if (n->op == EVO_OP_BATCHNORM)
		forward_norm(session, node, parameters);
	if (!y)
		return;
	switch (n->op) {
	case EVO_OP_INPUT:
		memcpy(y, images, numbers_of(session, node) * session->size);
		break;
	case EVO_OP_RELU:
		k->relu(x, y, numbers_of(session, node));
		break;
	case EVO_OP_CONV:
		forward_conv(session, node, parameters);
		break;
	case EVO_OP_ADD:
		forward_sum(session, node);
		break;
	case EVO_OP_AVGPOOL:
		k->avgpool(&geometry, x, y);
		break;
	case EVO_OP_MAXPOOL:
		k->maxpool(&geometry, x, y);
		break;
	case EVO_OP_GLOBAL_POOL:
		k->global_pool(x, y, session->batch * in.channels, plane_of(in));
		break;
	case EVO_OP_LINEAR:
		k->linear(x, weight_at(session, parameters, node, 0),
		          weight_at(session, parameters, node, 1), y, session->batch, in.channels,
		          n->shape.channels);
		break;
	case EVO_OP_CONCAT:
		forward_concat(session, node);
		break;
	case EVO_OP_SHIFT:
		k->shift(x, y, session->batch * in.channels, in.height, in.width);
		break;
	case EVO_OP_ZERO: /* cleared when the session was placed */
	case EVO_OP_BATCHNORM:
	case EVO_OPS:
		break;
	}
}

void evo_session_forward(struct evo_session *session, const struct evo_parameters *parameters,
                         const void *input)
{
	for (size_t n = 0; n < session->graph->node_count; n++) {
		double since = session->profile ? evo_now() : 0;
		if (!session->plan[n].computed)
			continue;
		forward_node(session, n, parameters, input);
		if (session->profile)
			evo_profile_add(session, n, since, NULL);
	}
}

/* ---- Backward ---- */

static void backward_conv(struct evo_session *session, size_t node,
                          const struct evo_parameters *parameters, struct evo_conv_clock *clock)
{
	const struct evo_plan *plan = &session->plan[node];
	size_t input = input_of(session, node, 0);
	bool relu = session->plan[input].virtual_relu;
	size_t x = relu ? input_of(session, input, 0) : input;
	struct evo_geometry geometry = evo_node_geometry(session->graph, node, session->batch);
	struct evo_affine affine;
	struct evo_conv_backward job = {.geometry = &geometry,
	                                .x = value_at(session, x),
	                                .relu = relu,
	                                .weight = weight_at(session, parameters, node, 0),
	                                .z = value_at(session, node),
	                                .weight_gradient = weight_gradient_at(session, node, 0),
	                                .scratch = session->work + session->scratch_offset,
	                                .clock = session->profile ? clock : NULL};
	if (plan->lazy_norm) {
		affine = affine_of(session, plan->sole_user);
		job.affine = &affine;
		job.dy = gradient_at(session, plan->sole_user);
	} else
		job.dy = gradient_at(session, node);
	if (session->plan[input].live) {
		job.input_gradient = gradient_at(session, input);
		job.input_add = adds(session, node, 0);
	}
	if (session->plan[input].fused_relu && session->plan[x].live) {
		job.relu_gradient = gradient_at(session, x);
		job.relu_add = adds(session, input, 0);
	}
	if (job.weight_gradient || job.input_gradient || job.relu_gradient)
		session->kernels->conv_backward(&job);
}

static void backward_norm(struct evo_session *session, size_t node,
                          const struct evo_parameters *parameters)
{
	const struct evo_kernels *k = session->kernels;
	struct evo_shape shape = session->graph->nodes[node].shape;
	struct evo_affine affine = affine_of(session, node);
	size_t input = input_of(session, node, 0);
	const void *z = value_at(session, input), *dy = gradient_at(session, node);
	void *scale_gradient = weight_gradient_at(session, node, 0);
	void *shift_gradient = weight_gradient_at(session, node, 1);
	if (session->norm_mode != EVO_NORM_IDENTITY)
		k->norm_reduce(dy, z, session->batch, shape, &affine,
		               session->variance + session->plan[node].norm,
		               weight_at(session, parameters, node, 0),
		               session->norm_mode == EVO_NORM_RUNNING, scale_gradient,
		               shift_gradient);
	else if (scale_gradient) {
		k->fill(scale_gradient, shape.channels, 0);
		k->fill(shift_gradient, shape.channels, 0);
	}
	if (session->plan[input].live && gradient_at(session, input))
		k->norm_backward(dy, z, gradient_at(session, input), session->batch, shape, &affine,
		                 adds(session, node, 0));
}

static void backward_linear(struct evo_session *session, size_t node,
                            const struct evo_parameters *parameters)
{
	size_t input = input_of(session, node, 0);
	void *dx = session->plan[input].live ? gradient_at(session, input) : NULL;
	session->kernels->linear_backward(
	        value_at(session, input), weight_at(session, parameters, node, 0),
	        gradient_at(session, node), dx, adds(session, node, 0),
	        weight_gradient_at(session, node, 0), weight_gradient_at(session, node, 1),
	        session->batch, session->graph->nodes[input].shape.channels,
	        session->graph->nodes[node].shape.channels);
}

static void backward_sum(struct evo_session *session, size_t node)
{
	for (size_t i = 0; i < session->graph->nodes[node].inputs; i++) {
		size_t input = input_of(session, node, i);
		if (session->plan[input].live && session->plan[input].gradient_root == input)
			session->kernels->pass(gradient_at(session, node),
			                       gradient_at(session, input),
			                       numbers_of(session, node), adds(session, node, i));
	}
}

static void backward_concat(struct evo_session *session, size_t node)
{
	const struct evo_graph_node *n = &session->graph->nodes[node];
	size_t plane = plane_of(n->shape), whole = n->shape.channels * plane;
	const char *from = gradient_at(session, node);
	for (size_t i = 0; i < n->inputs; i++) {
		size_t input = input_of(session, node, i);
		size_t part = session->graph->nodes[input].shape.channels * plane;
		if (session->plan[input].live)
			session->kernels->pass_rows(from, whole, gradient_at(session, input), part,
			                            session->batch, part, adds(session, node, i));
		from += part * session->size;
	}
}

/* Operations of one input that read at most its value. */
static void backward_plain(struct evo_session *session, size_t node)
{
	const struct evo_kernels *k = session->kernels;
	size_t input = input_of(session, node, 0);
	struct evo_shape in = session->graph->nodes[input].shape;
	struct evo_geometry geometry = evo_node_geometry(session->graph, node, session->batch);
	const void *dy = gradient_at(session, node), *x = value_at(session, input);
	void *dx = gradient_at(session, input);
	bool add = adds(session, node, 0);
	if (!session->plan[input].live)
		return;
	switch (session->graph->nodes[node].op) {
	case EVO_OP_RELU:
		k->relu_backward(x, dy, dx, numbers_of(session, node), add);
		break;
	case EVO_OP_AVGPOOL:
		k->avgpool_backward(&geometry, dy, dx, add);
		break;
	case EVO_OP_MAXPOOL:
		k->maxpool_backward(&geometry, x, dy, dx, add);
		break;
	case EVO_OP_GLOBAL_POOL:
		k->global_pool_backward(dy, dx, session->batch * in.channels, plane_of(in), add);
		break;
	case EVO_OP_SHIFT:
		k->shift_backward(dy, dx, session->batch * in.channels, in.height, in.width, add);
		break;
	default:
		break;
	}
}

/* What one node's gradient gives to its inputs and parameters. */
static void backward_node(struct evo_session *session, size_t node,
                          const struct evo_parameters *parameters, struct evo_conv_clock *clock)
{
	switch (session->graph->nodes[node].op) {
	case EVO_OP_INPUT:
	case EVO_OP_ZERO:
		break;
	case EVO_OP_CONV:
		backward_conv(session, node, parameters, clock);
		break;
	case EVO_OP_BATCHNORM:
		backward_norm(session, node, parameters);
		break;
	case EVO_OP_ADD:
		backward_sum(session, node);
		break;
	case EVO_OP_LINEAR:
		backward_linear(session, node, parameters);
		break;
	case EVO_OP_CONCAT:
		backward_concat(session, node);
		break;
	case EVO_OP_RELU:
		if (session->plan[node].fused_relu)
			break;
		backward_plain(session, node);
		break;
	default:
		backward_plain(session, node);
		break;
	}
}

void evo_session_backward(struct evo_session *session, const struct evo_parameters *parameters,
                          const void *seed)
{
	size_t output = session->graph->output, count = numbers_of(session, output);
	if (!session->backward || !session->plan[output].live)
		return;
	if (seed)
		memcpy(gradient_at(session, output), seed, count * session->size);
	else
		session->kernels->fill(gradient_at(session, output), count, 1);
	for (size_t n = session->graph->node_count; n-- > 0;) {
		struct evo_conv_clock clock = {0, 0};
		double since = session->profile ? evo_now() : 0;
		if (!session->plan[n].live)
			continue;
		backward_node(session, n, parameters, &clock);
		if (session->profile)
			evo_profile_add(session, n, since, &clock);
	}
}
