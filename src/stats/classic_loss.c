/*
 * Classic proxies of the weights and of the cross-entropy's gradients: l2_norm; grad_norm, snip,
 * plain, fisher and grasp from one backward pass; zico from one of each half of the batch.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <stdlib.h>

#define LANES 8

/* ---- Sums over weights ----------------------------------------------------------------------- */

struct layer {
	const float *w, *g; /* g NULL: without gradient */
	size_t count;
};

/* The weights of the layer at a node, and their gradient among all parameters' gradients. */
static struct layer layer_at(const struct evo_graph *graph, size_t node,
                             const struct evo_parameters *parameters, const float *gradients)
{
	const struct evo_parameter *weight = &graph->parameters[graph->nodes[node].parameter];

	return (struct layer){evo_parameter_values(parameters, weight),
	                      gradients ? gradients + weight->offset : NULL, weight->count};
}

static double norm(const float *x, size_t count)
{
	double squares = 0;

	for (size_t i = 0; i < count; i++)
		squares += (double) x[i] * (double) x[i];
	return sqrt(squares);
}

size_t evo_classic_weights_plan(struct evo_classic *classic)
{
	(void) classic;
	return 0;
}

void evo_classic_weights_run(struct evo_classic *classic, const struct evo_classic_network *network,
                             char *work, double *values)
{
	const struct evo_graph *graph = classic->graph;
	double sum = 0;

	(void) work;
	for (size_t n = 0; n < graph->node_count; n++) {
		if (!evo_classic_is_weighted(&graph->nodes[n]))
			continue;
		const struct layer layer = layer_at(graph, n, network->parameters, NULL);
		sum += norm(layer.w, layer.count);
	}
	evo_classic_set(classic, values, EVO_CLASSIC_L2_NORM, sum);
}

/* ---- The loss's backward pass ---------------------------------------------------------------- */

static size_t classes_of(const struct evo_graph *graph)
{
	return graph->nodes[graph->output].shape.channels;
}

static struct evo_session *plan_session(const struct evo_graph *graph, size_t batch, bool weights,
                                        bool outputs)
{
	unsigned char *keep = evo_classic_keep(graph, weights);
	struct evo_session *session;

	for (size_t n = 0; n < graph->node_count && outputs; n++) {
		if (evo_classic_is_weighted(&graph->nodes[n]))
			keep[n] |= EVO_KEEP_VALUE | EVO_KEEP_GRADIENT;
	}
	keep[graph->output] |= EVO_KEEP_VALUE;
	session = evo_session_plan(graph, EVO_F32, batch, keep, true);
	free(keep);
	return session;
}

/* Both passes. seed: room for the logits' gradient. Returns the gradients of all parameters. */
static const float *run_session(struct evo_session *session, const struct evo_graph *graph,
                                size_t batch, const struct evo_parameters *parameters,
                                const float *input, const unsigned short *labels, float *seed)
{
	evo_session_forward(session, parameters, input);
	evo_cross_entropy(EVO_F32, evo_session_value(session, graph->output), labels, batch,
	                  classes_of(graph), seed, NULL);
	evo_session_backward(session, parameters, seed);
	/* They lie as the graph lists them: the first one's place is that of all. */
	return evo_session_parameter_gradient(session, graph->parameters);
}

#define WEIGHT_SUMS                                                                                \
	(EVO_NEED(EVO_CLASSIC_GRAD_NORM) | EVO_NEED(EVO_CLASSIC_SNIP) | EVO_NEED(EVO_CLASSIC_PLAIN))

size_t evo_classic_loss_plan(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	const bool fisher = evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_FISHER));
	const bool weights = evo_classic_wants(classic, WEIGHT_SUMS | EVO_NEED(EVO_CLASSIC_GRASP));
	size_t work;

	classic->loss = plan_session(graph, classic->batch, weights, fisher);
	work = evo_session_work_bytes(classic->loss);
	if (evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_GRASP))) {
		const size_t curvature = evo_curvature_bytes(graph, classic->batch);
		work = curvature > work ? curvature : work;
	}
	return evo_classic_aligned(classic->batch * classes_of(graph) * sizeof(float)) +
	       evo_classic_aligned(evo_session_kept_bytes(classic->loss)) + work;
}

static void set_weight_sums(const struct evo_classic *classic,
                            const struct evo_parameters *parameters, const float *gradients,
                            double *values)
{
	const struct evo_graph *graph = classic->graph;
	double norms = 0, magnitudes = 0, products = 0;

	for (size_t n = 0; n < graph->node_count; n++) {
		if (!evo_classic_is_weighted(&graph->nodes[n]))
			continue;
		const struct layer layer = layer_at(graph, n, parameters, gradients);
		norms += norm(layer.g, layer.count);
		for (size_t i = 0; i < layer.count; i++) {
			const double product = (double) layer.w[i] * (double) layer.g[i];
			magnitudes += fabs(product);
			products += product;
		}
	}
	evo_classic_set(classic, values, EVO_CLASSIC_GRAD_NORM, norms);
	evo_classic_set(classic, values, EVO_CLASSIC_SNIP, magnitudes);
	evo_classic_set(classic, values, EVO_CLASSIC_PLAIN, products);
}

EVO_CLONES
static void saliency_lanes(const float *a, const float *g, size_t count, double lanes[LANES])
{
	size_t i = 0;

	for (; i + LANES <= count; i += LANES) {
		for (size_t k = 0; k < LANES; k++)
			lanes[k] += (double) a[i + k] * (double) g[i + k];
	}
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += (double) a[i] * (double) g[i];
}

static double saliency(const float *a, const float *g, size_t count)
{
	double lanes[LANES] = {0};

	saliency_lanes(a, g, count, lanes);
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
	       ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static double fisher(const struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	double sum = 0;

	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_graph_node *node = &graph->nodes[n];
		if (!evo_classic_is_weighted(node))
			continue;
		const float *a = evo_session_value(classic->loss, n);
		const float *g = evo_session_gradient(classic->loss, n);
		const size_t channels = node->shape.channels;
		const size_t plane = node->shape.height * node->shape.width;
		double squares = 0;

		for (size_t i = 0; i < classic->batch * channels; i++) {
			const double s = saliency(a + i * plane, g + i * plane, plane);
			squares += s * s;
		}
		sum += 0.5 * squares / (double) classic->batch *
		       (double) (graph->parameters[node->parameter].count / channels);
	}
	return sum;
}

void evo_classic_loss_run(struct evo_classic *classic, const struct evo_classic_network *network,
                          char *work, double *values)
{
	const struct evo_graph *graph = classic->graph;
	struct evo_session *session = classic->loss;
	float *seed = evo_classic_carve(&work, classic->batch * classes_of(graph) * sizeof(float));
	char *kept = evo_classic_carve(&work, evo_session_kept_bytes(session));
	const float *gradients;

	evo_session_place(session, kept, work);
	gradients = run_session(session, graph, classic->batch, network->parameters, network->input,
	                        network->labels, seed);
	if (evo_classic_wants(classic, WEIGHT_SUMS))
		set_weight_sums(classic, network->parameters, gradients, values);
	if (evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_FISHER)))
		evo_classic_set(classic, values, EVO_CLASSIC_FISHER, fisher(classic));
	/* What the session had in work is no longer read; its gradients are among what is kept. */
	if (evo_classic_wants(classic, EVO_NEED(EVO_CLASSIC_GRASP)))
		evo_classic_set(classic, values, EVO_CLASSIC_GRASP,
		                0 - evo_curvature(graph, network->parameters, gradients,
		                                  network->input, network->labels, classic->batch,
		                                  work));
}

/* ---- Two halves of the batch ----------------------------------------------------------------- */

static size_t half_of(const struct evo_classic *classic, int which)
{
	return which == 0 ? (classic->batch + 1) / 2 : classic->batch / 2;
}

size_t evo_classic_halves_plan(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	size_t bytes, work = 0;

	if (classic->batch < 2)
		return 0;
	classic->halves[0] = plan_session(graph, half_of(classic, 0), true, false);
	classic->halves[1] = half_of(classic, 1) == half_of(classic, 0)
	                             ? classic->halves[0]
	                             : plan_session(graph, half_of(classic, 1), true, false);
	bytes = evo_classic_aligned(half_of(classic, 0) * classes_of(graph) * sizeof(float));
	for (int i = 0; i < 2; i++) {
		bytes += evo_classic_aligned(evo_session_kept_bytes(classic->halves[i]));
		if (evo_session_work_bytes(classic->halves[i]) > work)
			work = evo_session_work_bytes(classic->halves[i]);
	}
	return bytes + work;
}

/* Of two numbers, mean magnitude over standard deviation is |a| + |b| over |a - b|. */
static double inverse_variation(const float *a, const float *b, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		const double apart = fabs((double) a[i] - (double) b[i]);
		if (apart != 0) /* or NaN, which shows */
			sum += (fabs((double) a[i]) + fabs((double) b[i])) / apart;
	}
	return sum;
}

void evo_classic_halves_run(struct evo_classic *classic, const struct evo_classic_network *network,
                            char *work, double *values)
{
	const struct evo_graph *graph = classic->graph;
	const size_t image = evo_classic_numbers(graph, 0), first = half_of(classic, 0);
	const float *gradients[2];
	char *kept[2];
	double sum = 0;

	if (classic->batch < 2) {
		evo_classic_set(classic, values, EVO_CLASSIC_ZICO, (double) NAN);
		return;
	}
	float *seed = evo_classic_carve(&work, first * classes_of(graph) * sizeof(float));
	for (int i = 0; i < 2; i++)
		kept[i] = evo_classic_carve(&work, evo_session_kept_bytes(classic->halves[i]));
	for (int i = 0; i < 2; i++) {
		const size_t from = i == 0 ? 0 : first;
		evo_session_place(classic->halves[i], kept[i], work);
		gradients[i] = run_session(classic->halves[i], graph, half_of(classic, i),
		                           network->parameters, network->input + from * image,
		                           network->labels + from, seed);
	}
	for (size_t n = 0; n < graph->node_count; n++) {
		if (!evo_classic_is_weighted(&graph->nodes[n]))
			continue;
		const struct evo_parameter *weight = &graph->parameters[graph->nodes[n].parameter];
		const double layer =
		        inverse_variation(gradients[0] + weight->offset,
		                          gradients[1] + weight->offset, weight->count);
		sum += layer == 0 ? 0 : log(layer);
	}
	evo_classic_set(classic, values, EVO_CLASSIC_ZICO, sum);
}
