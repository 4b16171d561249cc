/*
 * What a network's operation is: one row of one table.
 *
 * The row says how a node of the operation runs forward and backward, and what the plan of a
 * session, the curvature and a profile have to know of it. An operation has one file for its
 * builder and its steps, which call kernels (kernels.h) for the arithmetic.
 */
#ifndef EVO_NET_OPERATION_H
#define EVO_NET_OPERATION_H

#include "evoscope/profile.h"
#include "kernels.h"

/* One node at work. A tensor that is not stored is NULL. */
struct evo_node_call {
	const struct evo_kernels *kernels;
	const struct evo_graph *graph;
	size_t node;
	struct evo_geometry geometry; /* of the first input and the value */
	const void *const *x;         /* the inputs' values; of an input node, the images */
	bool relu;                    /* what is read is max(x[0], 0) */
	void *y;                      /* the node's value */
	const void *weight, *bias;    /* its parameters, or a BatchNorm's scale and shift */
	void *scratch;
	struct evo_session *session;  /* whose passes these are; NULL for curvature */
	struct evo_conv_clock *clock; /* backward, when somebody asks where the time goes */
};

/* What the backward step reads beside the gradient at the node. */
enum evo_op_reads {
	EVO_READS_NOTHING,
	EVO_READS_INPUT,        /* the input's value */
	EVO_READS_FOR_GRADIENT, /* the input's value, if the parameters' gradients are wanted */
};

struct evo_curvature_pass;

struct evo_op_row {
	/* The value from the inputs' values. NULL: it is zero, for ever. */
	void (*forward)(const struct evo_node_call *call);
	/* What the gradient at the node gives to inputs and parameters. NULL: nothing. */
	void (*backward)(const struct evo_node_call *call);
	/* The value's four hyper-dual parts, see curvature.c. NULL: each is made as the value is,
	   or by the kernels' tangent. */
	void (*curvature)(const struct evo_curvature_pass *pass, size_t node);
	/* Bytes of scratch memory for a step; NULL: none. */
	size_t (*scratch)(const struct evo_kernels *kernels, const struct evo_geometry *geometry,
	                  bool backward);
	enum evo_op_reads reads;
	enum evo_work work;  /* what its time is counted as; of convolutions, forward */
	unsigned parameters; /* how many it can have, one after the other */
	bool multiplies;     /* by its weight: the flops that are counted */
};
const struct evo_op_row *evo_op_row(enum evo_op op);

/* conv.c */
void evo_forward_conv(const struct evo_node_call *call);
void evo_backward_conv(const struct evo_node_call *call);
size_t evo_scratch_conv(const struct evo_kernels *kernels, const struct evo_geometry *geometry,
                        bool backward);
/* norm.c; forward also computes the moments when its value is not stored */
void evo_forward_norm(const struct evo_node_call *call);
void evo_backward_norm(const struct evo_node_call *call);
/* linear.c */
void evo_forward_linear(const struct evo_node_call *call);
void evo_backward_linear(const struct evo_node_call *call);
/* sum.c */
void evo_forward_sum(const struct evo_node_call *call);
void evo_backward_sum(const struct evo_node_call *call);
void evo_forward_concat(const struct evo_node_call *call);
void evo_backward_concat(const struct evo_node_call *call);
/* plain.c: operations of one input without parameters, each a row of kernels->plain */
void evo_forward_input(const struct evo_node_call *call);
void evo_forward_plain(const struct evo_node_call *call);
void evo_backward_plain(const struct evo_node_call *call);
/* curvature.c */
void evo_curvature_norm(const struct evo_curvature_pass *pass, size_t node);
void evo_curvature_product(const struct evo_curvature_pass *pass, size_t node);

#endif
