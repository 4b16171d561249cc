/*
 * Second derivatives of the loss by hyper-dual numbers.
 *
 * The weights are W = w + a w + b d, with a a = b b = 0 and a b kept. Every tensor is then four:
 * its value and its parts in a, in b and in a b; what is left of the loss in a b is w' H d. Only a
 * forward pass is needed, so a tensor lives until its last reader and memory is small.
 */
#include "config.h"

#include "evoscope/blas.h"
#include "evoscope/loss.h"
#include "memory.h"
#include "operation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum part {
	VALUE,
	ALONG_A,
	ALONG_B,
	MIXED,
	PARTS
};

#define LANES 16 /* sums have a fixed order, whatever the instruction set */

typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

struct layout {
	size_t *offset; /* of each node's four tensors in work */
	size_t spare;   /* of one more tensor */
	size_t scratch; /* of the convolutions */
	size_t bytes;
};

struct evo_curvature_pass {
	const struct evo_graph *graph;
	const struct evo_parameters *parameters;
	const float *direction;
	size_t batch;
	struct layout layout;
	char *work;
	const void **inputs; /* of the node at work: room for the widest */
};

/* ---- Memory ---------------------------------------------------------------------------------- */

static size_t numbers_of(const struct evo_graph *graph, size_t node, size_t batch)
{
	struct evo_shape shape = graph->nodes[node].shape;
	return batch * shape.channels * shape.height * shape.width;
}

/* Rounded, so that each of the four begins on a boundary of its own. */
static size_t tensor_bytes(const struct evo_graph *graph, size_t node, size_t batch)
{
	return (numbers_of(graph, node, batch) * sizeof(float) + 63) / 64 * 64;
}

static struct layout plan(const struct evo_graph *graph, size_t batch)
{
	struct evo_lifetime *tensors = evo_calloc(graph->node_count, sizeof(*tensors));
	struct layout layout = {.offset = evo_calloc(graph->node_count, sizeof(size_t))};
	size_t spare = 0, scratch = 0;
	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_graph_node *node = &graph->nodes[n];
		size_t bytes = tensor_bytes(graph, n, batch);
		tensors[n] = (struct evo_lifetime){.bytes = PARTS * bytes, .first = n, .last = n};
		for (size_t i = 0; i < node->inputs; i++)
			tensors[graph->inputs[node->first_input + i]].last = n;
		const struct evo_op_row *row = evo_op_row(node->op);
		struct evo_geometry geometry = evo_node_geometry(graph, n, batch);
		size_t need =
		        row->scratch != NULL ? row->scratch(&evo_kernels_f32, &geometry, false) : 0;
		spare = row->multiplies && bytes > spare ? bytes : spare;
		scratch = need > scratch ? need : scratch;
	}
	tensors[graph->output].last = graph->node_count;
	layout.spare = evo_memory_plan(tensors, graph->node_count);
	layout.scratch = layout.spare + spare;
	layout.bytes = layout.scratch + (scratch + 63) / 64 * 64;
	for (size_t n = 0; n < graph->node_count; n++)
		layout.offset[n] = tensors[n].offset;
	free(tensors);
	return layout;
}

size_t evo_curvature_bytes(const struct evo_graph *graph, size_t batch)
{
	struct layout layout = plan(graph, batch);
	free(layout.offset);
	return layout.bytes;
}

/* ---- Tensors --------------------------------------------------------------------------------- */

static float *tensor(const struct evo_curvature_pass *pass, size_t node, enum part part)
{
	size_t bytes = tensor_bytes(pass->graph, node, pass->batch);
	return (float *) (void *) (pass->work + pass->layout.offset[node] + (size_t) part * bytes);
}

static size_t input_of(const struct evo_curvature_pass *pass, size_t node, size_t slot)
{
	return pass->graph->inputs[pass->graph->nodes[node].first_input + slot];
}

/* A node's forward step on one part of its inputs, into y. */
static struct evo_node_call call_of(const struct evo_curvature_pass *pass, size_t node,
                                    enum part part, float *y)
{
	for (size_t i = 0; i < pass->graph->nodes[node].inputs; i++)
		pass->inputs[i] = tensor(pass, input_of(pass, node, i), part);
	return (struct evo_node_call){.kernels = &evo_kernels_f32,
	                              .graph = pass->graph,
	                              .node = node,
	                              .geometry = evo_node_geometry(pass->graph, node, pass->batch),
	                              .x = pass->inputs,
	                              .y = y,
	                              .scratch = pass->work + pass->layout.scratch};
}

static void add(const struct evo_curvature_pass *pass, size_t node, enum part part,
                const float *terms)
{
	evo_kernels_f32.pass(terms, tensor(pass, node, part),
	                     numbers_of(pass->graph, node, pass->batch), true);
}

/* ---- Layers with weights --------------------------------------------------------------------- */

/* x times the layer's weights, or times the direction's part at their place; into out. */
static void product(const struct evo_curvature_pass *pass, size_t node, enum part part,
                    bool direction, bool bias, float *out)
{
	const struct evo_graph_node *n = &pass->graph->nodes[node];
	const struct evo_parameter *parameter = &pass->graph->parameters[n->parameter];
	struct evo_node_call call = call_of(pass, node, part, out);
	call.weight = direction ? pass->direction + parameter->offset
	                        : evo_parameter_values(pass->parameters, parameter);
	call.bias = bias ? evo_parameter_values(pass->parameters, parameter + 1) : NULL;
	evo_op_row(n->op)->forward(&call);
}

/*
 * With x w for the product of x and w, and W as above:
 *   z = x w,   z_a = x_a w + x w,   z_b = x_b w + x d,   z_ab = x_ab w + x_b w + x_a d
 */
void evo_curvature_product(const struct evo_curvature_pass *pass, size_t node)
{
	float *spare = (float *) (void *) (pass->work + pass->layout.spare);
	bool biased = evo_op_row(pass->graph->nodes[node].op)->parameters > 1;
	product(pass, node, VALUE, false, false, tensor(pass, node, VALUE));
	product(pass, node, ALONG_A, false, false, tensor(pass, node, ALONG_A));
	add(pass, node, ALONG_A, tensor(pass, node, VALUE));
	if (biased)
		product(pass, node, VALUE, false, true, tensor(pass, node, VALUE));
	product(pass, node, ALONG_B, false, false, tensor(pass, node, ALONG_B));
	product(pass, node, MIXED, false, false, tensor(pass, node, MIXED));
	add(pass, node, MIXED, tensor(pass, node, ALONG_B));
	product(pass, node, ALONG_A, true, false, spare);
	add(pass, node, MIXED, spare);
	product(pass, node, VALUE, true, false, spare);
	add(pass, node, ALONG_B, spare);
}

/* ---- BatchNorm ------------------------------------------------------------------------------- */

static double fold(const vector *v)
{
	float lanes[LANES];
	double t[LANES];
	memcpy(lanes, v, sizeof(lanes));
	for (size_t k = 0; k < LANES; k++)
		t[k] = (double) lanes[k];
	for (size_t half = LANES / 2; half > 0; half /= 2)
		for (size_t k = 0; k < half; k++)
			t[k] += t[k + half];
	return t[0];
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The LANES numbers from x + at less the mean; zeros from count on. */
ALWAYS_INLINE void centre(vector *u, const float *x, size_t at, size_t count, float mean)
{
	if (at + LANES <= count) {
		*u = *(const vector *) (x + at) - mean;
		return;
	}
	*u = (vector){0};
	for (size_t k = 0; at + k < count; k++)
		(*u)[k] = x[at + k] - mean;
}

EVO_CLONES static double curvature_sum(const float *x, size_t count)
{
	vector sum = {0}, u;
	for (size_t i = 0; i < count; i += LANES) {
		centre(&u, x, i, count, 0);
		sum += u;
	}
	return fold(&sum);
}

/* Adds the sums of u u, u u_a, u u_b and u_b u_a + u u_ab over a plane, u being centred. */
EVO_CLONES static void curvature_products(const float *const x[PARTS], const float mean[PARTS],
                                          size_t count, double sums[PARTS])
{
	vector value = {0}, a = {0}, b = {0}, mixed = {0}, u, ua, ub, uab;
	for (size_t i = 0; i < count; i += LANES) {
		centre(&u, x[VALUE], i, count, mean[VALUE]);
		centre(&ua, x[ALONG_A], i, count, mean[ALONG_A]);
		centre(&ub, x[ALONG_B], i, count, mean[ALONG_B]);
		centre(&uab, x[MIXED], i, count, mean[MIXED]);
		value += u * u;
		a += u * ua;
		b += u * ub;
		mixed += ub * ua + u * uab;
	}
	sums[VALUE] += fold(&value);
	sums[ALONG_A] += fold(&a);
	sums[ALONG_B] += fold(&b);
	sums[MIXED] += fold(&mixed);
}

/* y = u gain + shift, and its parts, the gain being (v + epsilon)^-1/2 times the scale. */
EVO_CLONES static void curvature_normalise(const float *const x[PARTS], float *const y[PARTS],
                                           const float mean[PARTS], const float gain[PARTS],
                                           float shift, size_t count)
{
	const float *x0 = x[VALUE], *x1 = x[ALONG_A], *x2 = x[ALONG_B], *x3 = x[MIXED];
	float *restrict y0 = y[VALUE], *restrict y1 = y[ALONG_A], *restrict y2 = y[ALONG_B],
	                *restrict y3 = y[MIXED];
	float g = gain[VALUE], ga = gain[ALONG_A], gb = gain[ALONG_B], gab = gain[MIXED];
	for (size_t i = 0; i < count; i++) {
		float u = x0[i] - mean[VALUE], ua = x1[i] - mean[ALONG_A];
		float ub = x2[i] - mean[ALONG_B], uab = x3[i] - mean[MIXED];
		y0[i] = u * g + shift;
		y1[i] = ua * g + u * ga;
		y2[i] = ub * g + u * gb;
		y3[i] = uab * g + ua * gb + ub * ga + u * gab;
	}
}

/* The gain's parts from the sums of curvature_products over `count` numbers. */
static void gains(const double sums[PARTS], double count, double scale, float gain[PARTS])
{
	double v = sums[VALUE] / count + EVO_NORM_EPSILON;
	double va = 2 * sums[ALONG_A] / count, vb = 2 * sums[ALONG_B] / count;
	double vab = 2 * sums[MIXED] / count, i = 1 / sqrt(v);
	gain[VALUE] = (float) (scale * i);
	gain[ALONG_A] = (float) (-0.5 * scale * i / v * va);
	gain[ALONG_B] = (float) (-0.5 * scale * i / v * vb);
	gain[MIXED] = (float) (scale * i / v * (0.75 / v * va * vb - 0.5 * vab));
}

static void planes_of(const struct evo_curvature_pass *pass, size_t node, size_t at,
                      const float *x[PARTS])
{
	for (int part = 0; part < PARTS; part++)
		x[part] = tensor(pass, node, (enum part) part) + at;
}

static void normalise_channel(const struct evo_curvature_pass *pass, size_t node, size_t channel)
{
	const struct evo_graph_node *n = &pass->graph->nodes[node];
	size_t plane = n->shape.height * n->shape.width, image = n->shape.channels * plane;
	size_t input = input_of(pass, node, 0);
	double count = (double) (pass->batch * plane), sums[PARTS] = {0};
	float mean[PARTS], gain[PARTS], scale = 1, shift = 0;
	const float *x[PARTS];
	for (size_t k = 0; k < pass->batch; k++) {
		planes_of(pass, input, k * image + channel * plane, x);
		for (int part = 0; part < PARTS; part++)
			sums[part] += curvature_sum(x[part], plane);
	}
	for (int part = 0; part < PARTS; part++) {
		mean[part] = (float) (sums[part] / count);
		sums[part] = 0;
	}
	for (size_t k = 0; k < pass->batch; k++) {
		planes_of(pass, input, k * image + channel * plane, x);
		curvature_products(x, mean, plane, sums);
	}
	if (n->parameter >= 0) {
		const struct evo_parameter *of = &pass->graph->parameters[n->parameter];
		scale = ((const float *) evo_parameter_values(pass->parameters, of))[channel];
		shift = ((const float *) evo_parameter_values(pass->parameters, of + 1))[channel];
	}
	gains(sums, count, (double) scale, gain);
	for (size_t k = 0; k < pass->batch; k++) {
		size_t at = k * image + channel * plane;
		float *const y[PARTS] = {
		        tensor(pass, node, VALUE) + at, tensor(pass, node, ALONG_A) + at,
		        tensor(pass, node, ALONG_B) + at, tensor(pass, node, MIXED) + at};
		planes_of(pass, input, at, x);
		curvature_normalise(x, y, mean, gain, shift, plane);
	}
}

void evo_curvature_norm(const struct evo_curvature_pass *pass, size_t node)
{
	for (size_t c = 0; c < pass->graph->nodes[node].shape.channels; c++)
		normalise_channel(pass, node, c);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* Operations that are linear, once it is settled which way a ReLU or maximum goes. */
static void one_part(const struct evo_curvature_pass *pass, size_t node, enum part part)
{
	enum evo_op op = pass->graph->nodes[node].op;
	struct evo_node_call call = call_of(pass, node, part, tensor(pass, node, part));
	if (evo_kernels_f32.plain[op].tangent != NULL)
		evo_kernels_f32.plain[op].tangent(&call.geometry,
		                                  tensor(pass, input_of(pass, node, 0), VALUE),
		                                  call.x[0], call.y);
	else
		evo_op_row(op)->forward(&call);
}

static void run_node(const struct evo_curvature_pass *pass, size_t node, const float *images)
{
	const struct evo_graph_node *n = &pass->graph->nodes[node];
	const struct evo_op_row *row = evo_op_row(n->op);
	if (n->inputs == 0) {
		memset(tensor(pass, node, VALUE), 0,
		       PARTS * tensor_bytes(pass->graph, node, pass->batch));
		if (row->forward != NULL)
			memcpy(tensor(pass, node, VALUE), images,
			       numbers_of(pass->graph, node, pass->batch) * sizeof(float));
	} else if (row->curvature != NULL)
		row->curvature(pass, node);
	else
		for (int part = 0; part < PARTS; part++)
			one_part(pass, node, (enum part) part);
}

/* ---- The loss -------------------------------------------------------------------------------- */

/*
 * Of one image, p being the softmax of its logits l:
 *   loss_ab = sum(p l_ab) + sum(p l_a l_b) - sum(p l_a) sum(p l_b) - l_ab at the label
 */
static double mixed_loss(const float *const l[PARTS], size_t classes, size_t label)
{
	double largest = (double) l[VALUE][0], total = 0, a = 0, b = 0, both = 0, mixed = 0;
	for (size_t k = 1; k < classes; k++)
		largest = fmax(largest, (double) l[VALUE][k]);
	for (size_t k = 0; k < classes; k++) {
		double p = exp((double) l[VALUE][k] - largest);
		double la = (double) l[ALONG_A][k], lb = (double) l[ALONG_B][k];
		total += p;
		a += p * la;
		b += p * lb;
		both += p * la * lb;
		mixed += p * (double) l[MIXED][k];
	}
	return (mixed + both - a * b / total) / total - (double) l[MIXED][label];
}

double evo_curvature(const struct evo_graph *graph, const struct evo_parameters *parameters,
                     const float *direction, const float *input, const unsigned short *labels,
                     size_t batch, void *work)
{
	size_t classes = graph->nodes[graph->output].shape.channels;
	struct evo_curvature_pass pass = {
	        .graph = graph,
	        .parameters = parameters,
	        .direction = direction,
	        .batch = batch,
	        .layout = plan(graph, batch),
	        .work = work,
	        .inputs = evo_calloc(graph->input_count + 1, sizeof(*pass.inputs))};
	double loss = 0;
	(void) evo_blas_name(); /* which holds OpenBLAS to one thread */
	for (size_t n = 0; n < graph->node_count; n++)
		run_node(&pass, n, input);
	for (size_t i = 0; i < batch; i++) {
		const float *logits[PARTS];
		planes_of(&pass, graph->output, i * classes, logits);
		loss += mixed_loss(logits, classes, labels[i]);
	}
	free(pass.layout.offset);
	free(pass.inputs);
	return loss / (double) batch;
}
