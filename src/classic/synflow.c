/*
 * synflow: in double precision, weights by their magnitude, BatchNorm left out, one image of ones:
 * the sum of |w dR/dw|, R the sum of the logits.
 *
 * Tanaka, Kunin, Yamins and Ganguli, "Pruning neural networks without any data by iteratively
 * conserving synaptic flow", NeurIPS 2020; as a proxy: Abdelfattah et al., "Zero-Cost Proxies for
 * Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <stdlib.h>

static size_t plan(const struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	unsigned char *keep = classic_keep(graph, true);
	struct evo_session *session = evo_session_plan(graph, EVO_F64, 1, keep, true);

	evo_session_set_norm(session, EVO_NORM_IDENTITY, NULL);
	free(keep);
	classic->own[0] = session;
	return classic_aligned(graph->parameter_total * sizeof(double)) +
	       classic_aligned(classic_numbers(graph, 0) * sizeof(double)) +
	       classic_aligned(evo_session_kept_bytes(session)) + evo_session_work_bytes(session);
}

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_graph *graph = classic->graph;
	struct evo_session *session = classic->own[0];
	const size_t pixels = classic_numbers(graph, 0);
	const float *from = classic->network.parameters->values;
	double *weights = classic_carve(&work, graph->parameter_total * sizeof(double));
	double *image = classic_carve(&work, pixels * sizeof(double)), sum = 0;
	char *kept = classic_carve(&work, evo_session_kept_bytes(session));
	const struct evo_parameters parameters = {EVO_F64, graph->parameter_total, weights};

	for (size_t i = 0; i < graph->parameter_total; i++)
		weights[i] = fabs((double) from[i]);
	for (size_t i = 0; i < pixels; i++)
		image[i] = 1;
	evo_session_place(session, kept, work);
	evo_session_forward(session, &parameters, image);
	evo_session_backward(session, &parameters, NULL);
	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(graph, n);
		if (weight == NULL)
			continue;
		const double *gradient = evo_session_parameter_gradient(session, weight);
		for (size_t i = 0; i < weight->count; i++)
			sum += fabs(weights[weight->offset + i] * gradient[i]);
	}
	return sum;
}

const struct classic_row evo_classic_synflow = {
        .help = "flow of |weights| from an image of ones to the logits",
        .source = "Tanaka et al., SynFlow, NeurIPS 2020; as a proxy Abdelfattah et al., ICLR 2021",
        .reads = CLASSIC_NOTHING,
        .plan = plan,
        .run = run,
};
