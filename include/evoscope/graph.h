/*
 * graph: a network as a list of operations on tensors.
 *
 * A graph says what is computed; it knows no weights, no batch size and no precision. A builder
 * appends its nodes one by one, and a session (session.h) runs them. Once it is built, a graph may
 * be read by any number of threads.
 *
 * Tensors are dense, row-major: B,C,H,W for images, O,I/groups,Kh,Kw for convolution weights, B,F
 * for logits.
 */
#ifndef EVOSCOPE_GRAPH_H
#define EVOSCOPE_GRAPH_H

#include "evoscope/base.h"

enum evo_op {
	EVO_OP_INPUT,     /* the images */
	EVO_OP_ZERO,      /* zeros of a shape; no gradient goes through it */
	EVO_OP_RELU,      /* max(a, 0) */
	EVO_OP_CONV,      /* convolution without bias */
	EVO_OP_BATCHNORM, /* over batch and plane of each channel; epsilon 1e-5, biased variance */
	EVO_OP_ADD,       /* sum of any number of equal shapes, from left to right */
	EVO_OP_AVGPOOL,   /* mean over a window; padding is not counted */
	EVO_OP_MAXPOOL,   /* maximum over a window; the first of equals gets the gradient */
	EVO_OP_GLOBAL_POOL, /* mean over the plane: C,H,W -> C,1,1 */
	EVO_OP_LINEAR,      /* C -> classes, with bias */
	EVO_OP_CONCAT,      /* along channels */
	EVO_OP_SHIFT,       /* one pixel up and left; zeros enter at the bottom and right */
	EVO_OPS
};

/* A tensor's shape for one image. */
struct evo_shape {
	size_t channels, height, width;
};

/* Geometry of a convolution or pooling window; evo_window(k, s) is square and padded by k / 2. */
struct evo_window {
	size_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
};
struct evo_window evo_window(size_t kernel, size_t stride);

enum evo_parameter_kind {
	EVO_CONV_WEIGHT,
	EVO_BN_SCALE,
	EVO_BN_SHIFT,
	EVO_FC_WEIGHT,
	EVO_FC_BIAS
};

struct evo_parameter {
	char name[48]; /* "stem.weight", "cell3.e31.weight", "cell3.e31.bn.scale", "fc.bias" */
	enum evo_parameter_kind kind;
	size_t dims[4]; /* unused trailing dimensions are 1 */
	size_t count;   /* numbers in it */
	size_t offset;  /* where it begins among all parameters */
};

struct evo_graph_node {
	enum evo_op op;
	struct evo_shape shape;     /* of its value */
	size_t first_input, inputs; /* a range of graph->inputs */
	struct evo_window window;   /* convolutions and pooling */
	size_t groups;              /* convolutions */
	int parameter; /* index of its weight or scale; -1 without. Bias or shift follows it */
};

/*
 * A unit: one ReLU - convolution - BatchNorm triple, the place where statistics are read. The
 * ReLU belongs to this unit alone, so that its input's gradient is the one through this branch.
 */
struct evo_unit {
	char name[32];           /* "cell3.e31", "cell5.a" */
	size_t relu, conv, norm; /* node indices; the unit's input is the ReLU's input node */
};

struct evo_graph {
	struct evo_graph_node *nodes;
	size_t node_count;
	size_t *inputs; /* node indices, all nodes' inputs one after the other */
	size_t input_count;
	struct evo_parameter *parameters;
	size_t parameter_count;
	size_t parameter_total; /* numbers in all parameters: `params` */
	struct evo_unit *units;
	size_t unit_count;
	size_t output;   /* the node of the logits; set by evo_graph_linear */
	size_t features; /* the node before the global pool */
};

/*
 * Building. Every function appends a node and returns its index; inputs are indices of earlier
 * nodes. Names become parameter names. They abort on shapes that cannot be (a builder's mistake,
 * never input): a space validates the text before it builds.
 */
struct evo_graph *evo_graph_create(void);
void evo_graph_destroy(struct evo_graph *graph);
size_t evo_graph_input(struct evo_graph *graph, struct evo_shape shape);
size_t evo_graph_zero(struct evo_graph *graph, struct evo_shape shape);
size_t evo_graph_relu(struct evo_graph *graph, size_t input);
size_t evo_graph_conv(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window, size_t groups);
/* affine: with a trainable scale and shift. */
size_t evo_graph_norm(struct evo_graph *graph, const char *name, size_t input, bool affine);
size_t evo_graph_add(struct evo_graph *graph, const size_t *inputs, size_t count);
size_t evo_graph_avgpool(struct evo_graph *graph, size_t input, struct evo_window window);
size_t evo_graph_maxpool(struct evo_graph *graph, size_t input, struct evo_window window);
size_t evo_graph_global_pool(struct evo_graph *graph, size_t input);
size_t evo_graph_linear(struct evo_graph *graph, const char *name, size_t input, size_t classes);
size_t evo_graph_concat(struct evo_graph *graph, const size_t *inputs, size_t count);
size_t evo_graph_shift(struct evo_graph *graph, size_t input);
/* ReLU, convolution, BatchNorm, and the unit that they are. Returns the BatchNorm's node. */
size_t evo_graph_unit(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window);

/* Multiply-adds of convolutions and linear layers for one image: `flops`. */
double evo_graph_flops(const struct evo_graph *graph);

/* Channels of all BatchNorms together. */
size_t evo_graph_norm_channels(const struct evo_graph *graph);

#endif
