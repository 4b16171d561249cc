/* Sessions: their memory, and what their callers may read. */
#include "config.h"

#include "evoscope/blas.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

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
	evo_blas_name(); /* which holds OpenBLAS to one thread */
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
	session->inputs = evo_calloc(widest_sum(graph), sizeof(*session->inputs));
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
		for (unsigned i = 0; i < evo_op_row(node->op)->parameters; i++)
			memset(session->kept + p[i].offset * session->size, 0,
			       p[i].count * session->size);
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
	if (s->own_kept != NULL)
		s->own_work = evo_big_alloc(s->work_bytes + 64, "tensors of a network", err);
	if (s->own_work == NULL) {
		evo_session_destroy(s);
		return NULL;
	}
	evo_session_place(s, s->own_kept, s->own_work);
	return s;
}

void evo_session_destroy(struct evo_session *session)
{
	if (session == NULL)
		return;
	free(session->plan);
	free(session->first);
	free(session->mean);
	free(session->variance);
	free(session->affine);
	free(session->inputs);
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

/* ---- What is kept ---- */

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
