/*
 * zen: weights standard normal, inputs u and u + 0.01 v, u and v standard normal: the log of the
 * batch's mean of the summed magnitudes of the difference before the global pool, plus for every
 * BatchNorm the log of the square root of its channels' mean running variance (from 1, momentum
 * 0.1, unbiased) after the two passes. Streams (seed, "zen weights NAME PARAMETER", 0), (seed, "zen
 * input", 0) and (seed, "zen perturbation", 0).
 *
 * Lin, Wang, Sun, Chen, Sun, Qian, Li and Jin, "Zen-NAS: A Zero-Shot NAS for High-Performance Image
 * Recognition", ICCV 2021.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PERTURBATION 0.01
#define MOMENTUM     0.1

static size_t feature_count(const struct evo_classic *classic)
{
	return classic->batch * classic_numbers(classic->graph, classic->graph->features);
}

static size_t pixel_count(const struct evo_classic *classic)
{
	return classic->batch * classic_numbers(classic->graph, 0);
}

static size_t plan(const struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	unsigned char *keep = classic_keep(graph, false);
	struct evo_session *session;

	keep[graph->features] |= EVO_KEEP_VALUE;
	session = evo_session_plan(graph, EVO_F32, classic->batch, keep, false);
	free(keep);
	classic->own[0] = session;
	return classic_aligned(graph->parameter_total * sizeof(float)) +
	       classic_aligned(pixel_count(classic) * sizeof(float)) +
	       classic_aligned(feature_count(classic) * sizeof(float)) +
	       classic_aligned(evo_graph_norm_channels(graph) * sizeof(double)) +
	       classic_aligned(evo_session_kept_bytes(session)) + evo_session_work_bytes(session);
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
		const double *variance = evo_session_batch_variance(classic->own[0], n);
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

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_classic_network *network = &classic->network;
	struct evo_session *session = classic->own[0];
	const struct evo_graph *graph = classic->graph;
	const size_t channels = evo_graph_norm_channels(graph), count = feature_count(classic);
	float *weights = classic_carve(&work, graph->parameter_total * sizeof(float));
	float *image = classic_carve(&work, pixel_count(classic) * sizeof(float));
	float *before = classic_carve(&work, count * sizeof(float));
	double *running = classic_carve(&work, channels * sizeof(double)), sum = 0;
	char *kept = classic_carve(&work, evo_session_kept_bytes(session));
	const struct evo_parameters parameters = {EVO_F32, graph->parameter_total, weights};
	struct evo_rng rng = evo_rng_stream(network->seed, "zen input", 0);
	const float *after;

	draw_weights(graph, network, weights);
	evo_rng_normals(&rng, image, pixel_count(classic), 1);
	for (size_t c = 0; c < channels; c++)
		running[c] = 1;
	evo_session_place(session, kept, work);
	evo_session_forward(session, &parameters, image);
	update_running(classic, running);
	memcpy(before, evo_session_value(session, graph->features), count * sizeof(float));
	perturb(image, pixel_count(classic), network->seed);
	evo_session_forward(session, &parameters, image);
	update_running(classic, running);
	after = evo_session_value(session, graph->features);
	for (size_t i = 0; i < count; i++)
		sum += fabs((double) before[i] - (double) after[i]);
	return log(sum / (double) classic->batch) + log_deviations(graph, running);
}

const struct classic_row evo_classic_zen = {
        .help = "log change of the features under small noise, random weights",
        .source = "Lin et al., Zen-NAS, ICCV 2021",
        .reads = CLASSIC_NOTHING,
        .plan = plan,
        .run = run,
};
