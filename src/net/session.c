/* Sessions: memory, and the two passes over a planned graph. */
#include "config.h"

#include "session.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One network is one thread's work: BLAS threads would only be in the way of each other. */
static void hold_blas(void)
{
	openblas_set_num_threads(1);
}

static void hold_blas_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, hold_blas);
}

const char *evo_blas_name(void)
{
	hold_blas_once();
	return openblas_get_corename();
}

/* ---- Memory ---- */

static size_t widest_sum(const struct evo_graph *graph)
{
	size_t widest = 1;
	for (size_t n = 0; n < graph->node_count; n++)
		if (graph->nodes[n].inputs > widest)
			widest = graph->nodes[n].inputs;
	return widest;
}

struct evo_session *evo_session_plan(const struct evo_graph *graph, enum evo_precision precision,
                                     size_t batch, const unsigned char *keep, bool backward)
{
	hold_blas_once();
	struct evo_session *session = evo_calloc(1, sizeof(*session));
	size_t channels = evo_graph_norm_channels(graph) + 1;
	session->graph = graph;
	session->precision = precision;
	session->kernels = precision == EVO_F64 ? &evo_kernels_f64 : &evo_kernels_f32;
	session->size = evo_precision_size(precision);
	session->batch = batch;
	session->backward = backward;
	session->plan = evo_calloc(graph->node_count, sizeof(*session->plan));
	session->first = evo_calloc(graph->input_count + 1, sizeof(*session->first));
	session->mean = evo_calloc(channels, sizeof(double));
	session->variance = evo_calloc(channels, sizeof(double));
	session->affine = evo_calloc(channels, 6 * session->size);
	session->sum_inputs = evo_calloc(widest_sum(graph), sizeof(*session->sum_inputs));
	evo_plan_session(session, keep);
	return session;
}

size_t evo_session_kept_bytes(const struct evo_session *session)
{
	return session->kept_bytes;
}

size_t evo_session_work_bytes(const struct evo_session *session)
{
	return session->work_bytes;
}

size_t evo_session_bytes(const struct evo_session *session)
{
	return session->kept_bytes + session->work_bytes;
}

/* The gradients of parameters that the backward pass never writes. */
static void clear_gradients(struct evo_session *session)
{
	const struct evo_graph *graph = session->graph;
	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_graph_node *node = &graph->nodes[n];
		if (node->parameter < 0 || (session->plan[n].live && session->plan[n].parameters))
			continue;
		const struct evo_parameter *p = &graph->parameters[node->parameter];
		size_t count = p->count + (node->op == EVO_OP_CONV ? 0 : p[1].count);
		memset(session->kept + p->offset * session->size, 0, count * session->size);
	}
}

void evo_session_place(struct evo_session *session, void *kept, void *work)
{
	session->kept = kept;
	session->work = work;
	memset(session->kept + session->zeros_offset, 0, session->zeros_bytes);
	if (session->backward)
		clear_gradients(session);
}

struct evo_session *evo_session_create(const struct evo_graph *graph, enum evo_precision precision,
                                       size_t batch, const unsigned char *keep, bool backward,
                                       struct evo_error *err)
{
	struct evo_session *s = evo_session_plan(graph, precision, batch, keep, backward);
	s->own_kept = evo_big_alloc(s->kept_bytes + 64, "kept tensors of a network", err);
	if (s->own_kept)
		s->own_work = evo_big_alloc(s->work_bytes + 64, "tensors of a network", err);
	if (!s->own_work) {
		evo_session_destroy(s);
		return NULL;
	}
	evo_session_place(s, s->own_kept, s->own_work);
	return s;
}

void evo_session_destroy(struct evo_session *session)
{
	if (!session)
		return;
	free(session->plan);
	free(session->first);
	free(session->mean);
	free(session->variance);
	free(session->affine);
	free(session->sum_inputs);
	free(session->own_kept);
	free(session->own_work);
	free(session);
}

size_t evo_session_size(const struct evo_graph *graph, enum evo_precision precision, size_t batch,
                        const unsigned char *keep, bool backward)
{
	struct evo_session *session = evo_session_plan(graph, precision, batch, keep, backward);
	size_t bytes = evo_session_bytes(session);
	evo_session_destroy(session);
	return bytes;
}

void evo_session_set_norm(struct evo_session *session, enum evo_norm_mode mode,
                          const double *running)
{
	session->norm_mode = mode;
	session->running = running;
}

/* ---- Where things are ---- */

static void *at(const struct evo_session *session, struct evo_place place)
{
	switch (place.region) {
	case EVO_KEPT:
	case EVO_ZEROS:
		return session->kept + place.offset;
	case EVO_WORK:
		return session->work + place.offset;
	case EVO_NOWHERE:
		break;
	}
	return NULL;
}

static void *value_at(const struct evo_session *session, size_t node)
{
	return at(session, session->plan[node].value);
}

static void *gradient_at(const struct evo_session *session, size_t node)
{
	return at(session, session->plan[node].gradient);
}

static const void *weight_at(const struct evo_session *session, const struct evo_parameters *from,
                             size_t node, int which)
{
	int parameter = session->graph->nodes[node].parameter;
	if (parameter < 0)
		return NULL;
	return evo_parameter_values(from, &session->graph->parameters[parameter + which]);
}

/* The gradient of a node's parameter; NULL when it is not wanted. */
static void *weight_gradient_at(const struct evo_session *session, size_t node, int which)
{
	int parameter = session->graph->nodes[node].parameter;
	if (parameter < 0 || !session->plan[node].parameters)
		return NULL;
	return session->kept + session->graph->parameters[parameter + which].offset * session->size;
}

static size_t input_of(const struct evo_session *session, size_t node, size_t slot)
{
	return session->graph->inputs[session->graph->nodes[node].first_input + slot];
}

static bool adds(const struct evo_session *session, size_t node, size_t slot)
{
	return !session->first[session->graph->nodes[node].first_input + slot];
}

static size_t plane_of(struct evo_shape shape)
{
	return shape.height * shape.width;
}

static size_t numbers_of(const struct evo_session *session, size_t node)
{
	struct evo_shape shape = session->graph->nodes[node].shape;
	return session->batch * shape.channels * plane_of(shape);
}

const void *evo_session_value(const struct evo_session *session, size_t node)
{
	return session->plan[node].wanted_value ? value_at(session, node) : NULL;
}

const void *evo_session_gradient(const struct evo_session *session, size_t node)
{
	return session->plan[node].wanted_gradient ? gradient_at(session, node) : NULL;
}

bool evo_session_gradient_reaches(const struct evo_session *session, size_t node)
{
	return session->plan[node].live;
}

const void *evo_session_parameter_gradient(const struct evo_session *session,
                                           const struct evo_parameter *parameter)
{
	return session->backward ? session->kept + parameter->offset * session->size : NULL;
}

static const double *moments_of(const struct evo_session *session, const double *all, size_t node)
{
	bool norm = session->graph->nodes[node].op == EVO_OP_BATCHNORM;
	return norm && session->norm_mode == EVO_NORM_BATCH ? all + session->plan[node].norm : NULL;
}

const double *evo_session_batch_mean(const struct evo_session *session, size_t node)
{
	return moments_of(session, session->mean, node);
}

const double *evo_session_batch_variance(const struct evo_session *session, size_t node)
{
	return moments_of(session, session->variance, node);
}

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
	struct evo_geometry geometry = evo_node_geometry(session, node);
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
		geometry = evo_node_geometry(session, node);
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
		break;
	}
}

void evo_session_forward(struct evo_session *session, const struct evo_parameters *parameters,
                         const void *input)
{
	for (size_t n = 0; n < session->graph->node_count; n++)
		if (session->plan[n].computed)
			forward_node(session, n, parameters, input);
}

/* ---- Backward ---- */

static void backward_conv(struct evo_session *session, size_t node,
                          const struct evo_parameters *parameters)
{
	const struct evo_plan *plan = &session->plan[node];
	size_t input = input_of(session, node, 0);
	bool relu = session->plan[input].virtual_relu;
	size_t x = relu ? input_of(session, input, 0) : input;
	struct evo_geometry geometry = evo_node_geometry(session, node);
	struct evo_affine affine;
	struct evo_conv_backward job = {.geometry = &geometry,
	                                .x = value_at(session, x),
	                                .relu = relu,
	                                .weight = weight_at(session, parameters, node, 0),
	                                .z = value_at(session, node),
	                                .weight_gradient = weight_gradient_at(session, node, 0),
	                                .scratch = session->work + session->scratch_offset};
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
	struct evo_geometry geometry = evo_node_geometry(session, node);
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
                          const struct evo_parameters *parameters)
{
	switch (session->graph->nodes[node].op) {
	case EVO_OP_INPUT:
	case EVO_OP_ZERO:
		break;
	case EVO_OP_CONV:
		backward_conv(session, node, parameters);
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
	for (size_t n = session->graph->node_count; n-- > 0;)
		if (session->plan[n].live)
			backward_node(session, n, parameters);
}
