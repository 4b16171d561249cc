/*
 * Classic proxies of made-up weights and images: synflow and zen.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- synflow --------------------------------------------------------------------------------- */

size_t evo_classic_synflow_plan(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	unsigned char *keep = evo_classic_keep(graph, true);

	classic->synflow = evo_session_plan(graph, EVO_F64, 1, keep, true);
	evo_session_set_norm(classic->synflow, EVO_NORM_IDENTITY, NULL);
	free(keep);
	return evo_classic_aligned(graph->parameter_total * sizeof(double)) +
	       evo_classic_aligned(evo_classic_numbers(graph, 0) * sizeof(double)) +
	       evo_classic_aligned(evo_session_kept_bytes(classic->synflow)) +
	       evo_session_work_bytes(classic->synflow);
}

void evo_classic_synflow_run(struct evo_classic *classic, const struct evo_classic_network *network,
                             char *work, double *values)
{
	const struct evo_graph *graph = classic->graph;
	const size_t pixels = evo_classic_numbers(graph, 0);
	const float *from = network->parameters->values;
	double *weights = evo_classic_carve(&work, graph->parameter_total * sizeof(double));
	double *image = evo_classic_carve(&work, pixels * sizeof(double)), sum = 0;
	char *kept = evo_classic_carve(&work, evo_session_kept_bytes(classic->synflow));
	const struct evo_parameters parameters = {EVO_F64, graph->parameter_total, weights};

	for (size_t i = 0; i < graph->parameter_total; i++)
		weights[i] = fabs((double) from[i]);
	for (size_t i = 0; i < pixels; i++)
		image[i] = 1;
	evo_session_place(classic->synflow, kept, work);
	evo_session_forward(classic->synflow, &parameters, image);
	evo_session_backward(classic->synflow, &parameters, NULL);
	for (size_t n = 0; n < graph->node_count; n++) {
		if (!evo_classic_is_weighted(&graph->nodes[n]))
			continue;
		const struct evo_parameter *weight = &graph->parameters[graph->nodes[n].parameter];
		const double *gradient = evo_session_parameter_gradient(classic->synflow, weight);
		for (size_t i = 0; i < weight->count; i++)
			sum += fabs(weights[weight->offset + i] * gradient[i]);
	}
	evo_classic_set(classic, values, EVO_CLASSIC_SYNFLOW, sum);
}

/* ---- zen ------------------------------------------------------------------------------------- */

#define PERTURBATION 0.01
#define MOMENTUM     0.1

static size_t feature_count(const struct evo_classic *classic)
{
	return classic->batch * evo_classic_numbers(classic->graph, classic->graph->features);
}

static size_t pixel_count(const struct evo_classic *classic)
{
	return classic->batch * evo_classic_numbers(classic->graph, 0);
}

size_t evo_classic_zen_plan(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	unsigned char *keep = evo_classic_keep(graph, false);

	keep[graph->features] |= EVO_KEEP_VALUE;
	classic->zen = evo_session_plan(graph, EVO_F32, classic->batch, keep, false);
	free(keep);
	return evo_classic_aligned(graph->parameter_total * sizeof(float)) +
	       evo_classic_aligned(pixel_count(classic) * sizeof(float)) +
	       evo_classic_aligned(feature_count(classic) * sizeof(float)) +
	       evo_classic_aligned(evo_graph_norm_channels(graph) * sizeof(double)) +
	       evo_classic_aligned(evo_session_kept_bytes(classic->zen)) +
	       evo_session_work_bytes(classic->zen);
}

static void draw_weights(const struct evo_graph *graph, const struct evo_classic_network *network,
                         float *weights)
{
	for (size_t p = 0; p < graph->parameter_count; p++) {
		const struct evo_parameter *parameter = &graph->parameters[p];
		float *out = weights + parameter->offset;

		if (parameter->kind == EVO_CONV_WEIGHT || parameter->kind == EVO_FC_WEIGHT) {
			char *purpose =
			        evo_format("zen weights %s %s", network->name, parameter->name);
			struct evo_rng rng = evo_rng_stream(network->seed, purpose, 0);
			evo_rng_normals(&rng, out, parameter->count, 1);
			free(purpose);
			continue;
		}
		for (size_t i = 0; i < parameter->count; i++)
			out[i] = parameter->kind == EVO_BN_SCALE ? 1 : 0;
	}
}

/* Adds normal numbers; by the piece, which gives the same ones as all at once would. */
static void perturb(float *image, size_t count, uint64_t seed)
{
	struct evo_rng rng = evo_rng_stream(seed, "zen perturbation", 0);
	float piece[256];

	for (size_t i = 0; i < count; i += EVO_COUNT(piece)) {
		const size_t left = count - i;
		const size_t some = left < EVO_COUNT(piece) ? left : EVO_COUNT(piece);
		evo_rng_normals(&rng, piece, some, PERTURBATION);
		for (size_t k = 0; k < some; k++)
			image[i + k] += piece[k];
	}
}

static void update_running(const struct evo_classic *classic, double *running)
{
	const struct evo_graph *graph = classic->graph;

	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_shape shape = graph->nodes[n].shape;
		if (graph->nodes[n].op != EVO_OP_BATCHNORM)
			continue;
		const double *variance = evo_session_batch_variance(classic->zen, n);
		const double count = (double) (classic->batch * shape.height * shape.width);
		for (size_t c = 0; c < shape.channels; c++, running++)
			*running = (1 - MOMENTUM) * *running +
			           MOMENTUM * (variance[c] * count / (count - 1));
	}
}

/* Log of the square root of each BatchNorm's mean running variance, summed. */
static double log_deviations(const struct evo_graph *graph, const double *running)
{
	double sum = 0;

	for (size_t n = 0; n < graph->node_count; n++) {
		const size_t channels = graph->nodes[n].shape.channels;
		double total = 0;
		if (graph->nodes[n].op != EVO_OP_BATCHNORM)
			continue;
		for (size_t c = 0; c < channels; c++)
			total += running[c];
		sum += 0.5 * log(total / (double) channels);
		running += channels;
	}
	return sum;
}

void evo_classic_zen_run(struct evo_classic *classic, const struct evo_classic_network *network,
                         char *work, double *values)
{
	const struct evo_graph *graph = classic->graph;
	const size_t channels = evo_graph_norm_channels(graph), count = feature_count(classic);
	float *weights = evo_classic_carve(&work, graph->parameter_total * sizeof(float));
	float *image = evo_classic_carve(&work, pixel_count(classic) * sizeof(float));
	float *before = evo_classic_carve(&work, count * sizeof(float));
	double *running = evo_classic_carve(&work, channels * sizeof(double)), sum = 0;
	char *kept = evo_classic_carve(&work, evo_session_kept_bytes(classic->zen));
	const struct evo_parameters parameters = {EVO_F32, graph->parameter_total, weights};
	struct evo_rng rng = evo_rng_stream(network->seed, "zen input", 0);
	const float *after;

	draw_weights(graph, network, weights);
	evo_rng_normals(&rng, image, pixel_count(classic), 1);
	for (size_t c = 0; c < channels; c++)
		running[c] = 1;
	evo_session_place(classic->zen, kept, work);
	evo_session_forward(classic->zen, &parameters, image);
	update_running(classic, running);
	memcpy(before, evo_session_value(classic->zen, graph->features), count * sizeof(float));
	perturb(image, pixel_count(classic), network->seed);
	evo_session_forward(classic->zen, &parameters, image);
	update_running(classic, running);
	after = evo_session_value(classic->zen, graph->features);
	for (size_t i = 0; i < count; i++)
		sum += fabs((double) before[i] - (double) after[i]);
	evo_classic_set(classic, values, EVO_CLASSIC_ZEN,
	                log(sum / (double) classic->batch) + log_deviations(graph, running));
}
