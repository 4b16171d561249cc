/*
 * Kernels: the arithmetic of every operation, one table a precision made from one source
 * (kernels_template.h). Tensors are dense B,C,H,W; nothing here allocates or knows a graph.
 *
 * A kernel that writes a gradient takes `add`: false overwrites, true adds to what is there.
 */
#ifndef EVO_NET_KERNELS_H
#define EVO_NET_KERNELS_H

#include "evoscope/graph.h"

/* A convolution or pooling of a whole batch. */
struct evo_geometry {
	size_t batch, groups;
	struct evo_shape in, out;
	struct evo_window window;
};

/* Of a node's value and its first input, where it has one. */
static inline struct evo_geometry evo_node_geometry(const struct evo_graph *graph, size_t node,
                                                    size_t batch)
{
	const struct evo_graph_node *n = &graph->nodes[node];
	return (struct evo_geometry){
	        .batch = batch,
	        .groups = n->groups,
	        .in = n->inputs > 0 ? graph->nodes[graph->inputs[n->first_input]].shape : n->shape,
	        .out = n->shape,
	        .window = n->window};
}

static inline size_t plane_of(struct evo_shape shape)
{
	return shape.height * shape.width;
}

/* Numbers in a node's value. */
static inline size_t evo_geometry_numbers(const struct evo_geometry *g)
{
	return g->batch * g->out.channels * plane_of(g->out);
}

/* What BatchNorm adds to the variance. */
#define EVO_NORM_EPSILON 1e-5

/*
 * The coefficients of a BatchNorm's passes, `channels` of each in the kernel's precision. Forward,
 * y = (z - mean) * gain + shift. Backward, the gradient loses its own mean and its projection on
 * the centred input: dz = (dy - grad_mean - (z - mean) * grad_projection) * grad_gain.
 */
struct evo_affine {
	void *mean, *gain, *shift, *grad_gain, *grad_projection, *grad_mean;
};

/* One form, wherever it is computed, so that it is the same number. */
#define EVO_NORM_GRADIENT(dy, z, mean, grad_gain, grad_projection, grad_mean)                      \
	(((dy) - (grad_mean) - ((z) - (mean)) * (grad_projection)) * (grad_gain))

/* Seconds that the two halves of a convolution's backward step took; added to. */
struct evo_conv_clock {
	double weight, data;
};

/* The time since *since goes to *seconds, and *since is now. */
static inline void evo_lap(double *seconds, double *since)
{
	double now = evo_now();
	*seconds += now - *since;
	*since = now;
}

struct evo_conv_forward {
	const struct evo_geometry *geometry;
	const void *x;
	bool relu; /* of max(x, 0) instead of x */
	const void *weight;
	void *z;
	void *scratch;
};

struct evo_conv_backward {
	const struct evo_geometry *geometry;
	const void *x;
	bool relu;
	const void *weight;

	/* The gradient at z: dy itself, or, with affine, what the BatchNorm after it makes of
	   dy. */
	const void *dy, *z;
	const struct evo_affine *affine;

	void *weight_gradient; /* NULL: not wanted */
	/* The gradient at the convolution's own input (at max(x, 0) with relu); NULL: not
	   wanted. */
	void *input_gradient;
	bool input_add;
	/* With relu: the gradient at x through it; NULL: not wanted. Excludes input_add. */
	void *relu_gradient;
	bool relu_add;
	void *scratch;
	struct evo_conv_clock *clock; /* NULL: nobody asks */
};

/* An operation of one input x without parameters. */
struct evo_plain_kernels {
	void (*forward)(const struct evo_geometry *geometry, const void *x, void *y);
	void (*backward)(const struct evo_geometry *geometry, const void *x, const void *dy,
	                 void *dx, bool add);
	/* What a change t of x makes of y; t may be x. NULL: y is linear in x, and forward does
	   it. */
	void (*tangent)(const struct evo_geometry *geometry, const void *x, const void *t, void *y);
};

struct evo_kernels {
	size_t size; /* bytes of a number */
	struct evo_plain_kernels plain[EVO_OPS];

	/* sum of `inputs` tensors from left to right */
	void (*sum)(const void *const *inputs, size_t count_inputs, void *out, size_t count);
	void (*pass)(const void *from, void *to, size_t count, bool add);
	/* rows of `count` numbers, from and to each their own distance apart */
	void (*pass_rows)(const void *from, size_t from_step, void *to, size_t to_step, size_t rows,
	                  size_t count, bool add);
	void (*fill)(void *out, size_t count, double value);

	size_t (*conv_scratch)(const struct evo_geometry *geometry, bool backward); /* bytes */
	void (*conv)(const struct evo_conv_forward *job);
	void (*conv_backward)(const struct evo_conv_backward *job);

	/* mean and biased variance of each channel */
	void (*moments)(const void *z, size_t batch, struct evo_shape shape, double *mean,
	                double *variance);
	/* gain, shift (scale and bias may be NULL: 1 and 0) from mean and variance */
	void (*norm_prepare)(const struct evo_affine *affine, size_t channels, const double *mean,
	                     const double *variance, const void *scale, const void *shift);
	void (*norm)(const void *z, void *y, size_t batch, struct evo_shape shape,
	             const struct evo_affine *affine);
	/* The backward coefficients from dy; the parameters' gradients where not NULL. */
	void (*norm_reduce)(const void *dy, const void *z, size_t batch, struct evo_shape shape,
	                    const struct evo_affine *affine, const double *variance,
	                    const void *scale, bool fixed, void *scale_gradient,
	                    void *shift_gradient);
	void (*norm_backward)(const void *dy, const void *z, void *dz, size_t batch,
	                      struct evo_shape shape, const struct evo_affine *affine, bool add);
	void (*norm_identity)(const struct evo_affine *affine, size_t channels);

	/* bias may be NULL: 0 */
	void (*linear)(const void *x, const void *weight, const void *bias, void *y, size_t batch,
	               size_t features, size_t classes);
	/* dx, dw and db may be NULL */
	void (*linear_backward)(const void *x, const void *weight, const void *dy, void *dx,
	                        bool add, void *dw, void *db, size_t batch, size_t features,
	                        size_t classes);
};

extern const struct evo_kernels evo_kernels_f32, evo_kernels_f64;

#endif
