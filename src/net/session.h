/*
 * A session's inside: what is planned for every node, and where its tensors lie.
 *
 * The plan is made once (plan.c); the passes and the operations' steps read it.
 */
#ifndef EVO_NET_SESSION_H
#define EVO_NET_SESSION_H

#include "evoscope/profile.h"
#include "evoscope/session.h"
#include "operation.h"

enum evo_region {
	EVO_NOWHERE,
	EVO_KEPT,
	EVO_WORK,
	EVO_ZEROS, /* in the kept block: one tensor for all that is zero */
};

struct evo_place {
	enum evo_region region;
	size_t offset; /* bytes */
};

/* What one node does in the two passes. */
struct evo_node_plan {
	struct evo_place value, gradient;
	size_t gradient_root; /* the node whose gradient this node's is */
	bool wanted_value, wanted_gradient;
	bool computed;     /* in the forward pass */
	bool live;         /* a gradient reaches the node and something needs it */
	bool virtual_relu; /* no value of its own: convolutions apply it as they read */
	bool lazy_norm;    /* a convolution that takes its gradient from the BatchNorm after it */
	bool fused_relu;   /* a ReLU whose backward step is its only convolution's */
	bool parameters;   /* gradients of its own parameters are wanted */
	size_t norm;       /* a BatchNorm's first channel among all */
	size_t sole_user;  /* its only user, or node_count */
};

struct evo_session {
	const struct evo_graph *graph;
	const struct evo_kernels *kernels;
	enum evo_precision precision;
	size_t size; /* bytes of a number */
	size_t batch;
	bool backward;
	struct evo_node_plan *plan;
	bool *first; /* a graph input: the first that adds to its node's gradient overwrites */
	char *kept, *work;
	size_t kept_bytes, work_bytes;
	size_t zeros_offset, zeros_bytes; /* in kept */
	size_t gradients_bytes;           /* parameter gradients, at the beginning of kept */
	size_t scratch_offset;            /* in work */
	void *own_kept, *own_work;        /* NULL when the caller has placed the session */

	enum evo_norm_mode norm_mode;
	const double *running;
	double *mean, *variance; /* of every BatchNorm's channels */
	char *affine;            /* six numbers a channel, see evo_affine */
	const void **inputs;     /* of the node at work: room for the widest */

	struct evo_profile *profile; /* NULL: nobody asks */
};

/* profile.c: a node's step that began at `since` and has just ended. clock: how much of it were the
   halves of a convolution's backward step; NULL in the forward pass. */
void evo_profile_add(struct evo_session *session, size_t node, double since,
                     const struct evo_conv_clock *clock);

/* plan.c: fills plan, first and the sizes; keep as in evo_session_create. */
void evo_plan_session(struct evo_session *session, const unsigned char *keep);

/* ---- Where things are ---- */

static inline void *at(const struct evo_session *session, struct evo_place place)
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

static inline void *value_at(const struct evo_session *session, size_t node)
{
	return at(session, session->plan[node].value);
}

static inline void *gradient_at(const struct evo_session *session, size_t node)
{
	return at(session, session->plan[node].gradient);
}

static inline const void *weight_at(const struct evo_session *session,
                                    const struct evo_parameters *from, size_t node, int which)
{
	const struct evo_graph_node *n = &session->graph->nodes[node];
	int parameter = n->parameter;
	if (parameter < 0 || which >= (int) evo_op_row(n->op)->parameters)
		return NULL;
	return evo_parameter_values(from, &session->graph->parameters[parameter + which]);
}

/* The gradient of a node's parameter; NULL when it is not wanted. */
static inline void *weight_gradient_at(const struct evo_session *session, size_t node, int which)
{
	int parameter = session->graph->nodes[node].parameter;
	if (parameter < 0 || !session->plan[node].parameters)
		return NULL;
	return session->kept + session->graph->parameters[parameter + which].offset * session->size;
}

static inline size_t input_of(const struct evo_session *session, size_t node, size_t slot)
{
	return session->graph->inputs[session->graph->nodes[node].first_input + slot];
}

static inline bool adds(const struct evo_session *session, size_t node, size_t slot)
{
	return !session->first[session->graph->nodes[node].first_input + slot];
}

/* Where the coefficients of a BatchNorm's channels are. */
static inline struct evo_affine affine_of(const struct evo_session *session, size_t node)
{
	size_t step = session->graph->nodes[node].shape.channels * session->size;
	char *from = session->affine + session->plan[node].norm * 6 * session->size;
	return (struct evo_affine){
	        from,           from + step, from + 2 * step, from + 3 * step, from + 4 * step,
	        from + 5 * step};
}

static inline size_t numbers_of(const struct evo_session *session, size_t node)
{
	struct evo_shape shape = session->graph->nodes[node].shape;
	return session->batch * shape.channels * plane_of(shape);
}

#endif
