/* A session's inside: what is planned for every node, and where its tensors lie. */
#ifndef EVO_NET_SESSION_H
#define EVO_NET_SESSION_H

#include "kernels.h"

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
struct evo_plan {
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
	struct evo_plan *plan;
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
	const void **sum_inputs; /* room for the widest sum */
};

/* plan.c: fills plan, first and the sizes; keep as in evo_session_create. */
void evo_plan_session(struct evo_session *session, const unsigned char *keep);

struct evo_geometry evo_node_geometry(const struct evo_session *session, size_t node);

#endif
