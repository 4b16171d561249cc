/*
 * The passes that classic proxies share: one of the cross-entropy, which leaves gradients of
 * weights or what weighted layers give out, and one of the logits, which leaves what ReLUs read and
 * how the images' gradients at the input correlate.
 */
#include "config.h"
#include "evoscope/loss.h"
#include "classic.h"

#include <stdlib.h>

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

unsigned char *classic_keep(const struct evo_graph *graph, bool weights)
{
	unsigned char *keep = evo_calloc(graph->node_count, 1);

	for (size_t n = 0; n < graph->node_count; n++)
		keep[n] = weights && classic_weight(graph, n) != NULL ? 0 : EVO_SKIP_PARAMETERS;
	return keep;
}

/* ---- The loss -------------------------------------------------------------------------------- */

struct evo_session *classic_loss_session(const struct evo_graph *graph, size_t batch, bool weights,
                                         bool outputs)
{
	unsigned char *keep = classic_keep(graph, weights);
	struct evo_session *session;

	for (size_t n = 0; n < graph->node_count && outputs; n++) {
		if (classic_weight(graph, n) != NULL)
			keep[n] |= EVO_KEEP_VALUE | EVO_KEEP_GRADIENT;
	}
	keep[graph->output] |= EVO_KEEP_VALUE;
	session = evo_session_plan(graph, EVO_F32, batch, keep, true);
	free(keep);
	return session;
}

const float *classic_loss_run(struct evo_session *session, const struct evo_classic *classic,
                              size_t from, size_t count, float *seed)
{
	const struct evo_graph *graph = classic->graph;
	const struct evo_classic_network *network = &classic->network;

	evo_session_forward(session, network->parameters,
	                    network->input + from * classic_numbers(graph, 0));
	evo_cross_entropy(EVO_F32, evo_session_value(session, graph->output),
	                  network->labels + from, count, classic_classes(graph), seed, NULL);
	evo_session_backward(session, network->parameters, seed);
	/* They lie as the graph lists them: the first one's place is that of all. */
	return evo_session_parameter_gradient(session, graph->parameters);
}

static size_t seed_bytes(const struct evo_classic *classic)
{
	return classic->batch * classic_classes(classic->graph) * sizeof(float);
}

/* What proxies work in comes where the session has worked before: all that they read of it is
   among what it keeps. */
size_t classic_loss_plan_shared(struct evo_classic *classic, size_t spare)
{
	classic->loss = classic_loss_session(classic->graph, classic->batch,
	                                     classic_reads(classic, CLASSIC_WEIGHT_GRADIENTS),
	                                     classic_reads(classic, CLASSIC_OUTPUTS));
	return classic_aligned(seed_bytes(classic)) +
	       classic_aligned(evo_session_kept_bytes(classic->loss)) +
	       larger(evo_session_work_bytes(classic->loss), spare);
}

char *classic_loss_run_shared(struct evo_classic *classic, char *work)
{
	float *seed = classic_carve(&work, seed_bytes(classic));
	char *kept = classic_carve(&work, evo_session_kept_bytes(classic->loss));

	evo_session_place(classic->loss, kept, work);
	classic->gradients = classic_loss_run(classic->loss, classic, 0, classic->batch, seed);
	return work;
}

/* ---- The logits ------------------------------------------------------------------------------ */

static size_t matrix_bytes(const struct evo_classic *classic)
{
	return classic->batch * classic->batch * sizeof(double);
}

static size_t rows_bytes(const struct evo_classic *classic)
{
	return classic->batch * classic_numbers(classic->graph, 0) * sizeof(double);
}

size_t classic_logits_plan_shared(struct evo_classic *classic, size_t spare)
{
	const struct evo_graph *graph = classic->graph;
	const bool gradient = classic_reads(classic, CLASSIC_CORRELATIONS);
	unsigned char *keep = classic_keep(graph, false);

	for (size_t n = 0; n < graph->node_count && classic->relu_uses != NULL; n++) {
		if (classic->relu_uses[n] > 0)
			keep[n] |= EVO_KEEP_VALUE;
	}
	if (gradient) {
		keep[0] |= EVO_KEEP_GRADIENT;
		spare = classic_aligned(matrix_bytes(classic)) + larger(rows_bytes(classic), spare);
	}
	classic->logits = evo_session_plan(graph, EVO_F32, classic->batch, keep, gradient);
	free(keep);
	return classic_aligned(evo_session_kept_bytes(classic->logits)) +
	       larger(evo_session_work_bytes(classic->logits), spare);
}

char *classic_logits_run_shared(struct evo_classic *classic, char *work)
{
	const struct evo_parameters *parameters = classic->network.parameters;
	char *kept = classic_carve(&work, evo_session_kept_bytes(classic->logits));

	evo_session_place(classic->logits, kept, work);
	evo_session_forward(classic->logits, parameters, classic->network.input);
	if (classic_reads(classic, CLASSIC_CORRELATIONS)) {
		evo_session_backward(classic->logits, parameters, NULL);
		double *matrix = classic_carve(&work, matrix_bytes(classic));
		double *rows = (double *) (void *) work;
		classic->correlations = classic_correlate(classic, rows, matrix) ? matrix : NULL;
	}
	return work;
}

double classic_over_weights(const struct evo_classic *classic, classic_add add)
{
	const float *values = classic->network.parameters->values, *gradients = classic->gradients;
	double sum = 0;

	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(classic->graph, n);
		if (weight != NULL)
			sum = add(sum, values + weight->offset,
			          gradients == NULL ? NULL : gradients + weight->offset,
			          weight->count);
	}
	return sum;
}
