/*
 * fisher: at each weighted layer's output a, per channel, half the batch's mean of (the sum over
 * the plane of a dL/da)^2, times how many weights the channel has; summed.
 *
 * Turner, Crowley, O'Boyle, Storkey and Gray, "BlockSwap: Fisher-guided Block Substitution for
 * Network Compression on a Budget", ICLR 2020; as a proxy: Abdelfattah et al., "Zero-Cost Proxies
 * for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

EVO_CLONES
static void saliency_lanes(const float *a, const float *g, size_t count,
                           double lanes[CLASSIC_LANES])
{
	size_t i = 0;

	for (; i + CLASSIC_LANES <= count; i += CLASSIC_LANES) {
		for (size_t k = 0; k < CLASSIC_LANES; k++)
			lanes[k] += (double) a[i + k] * (double) g[i + k];
	}
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += (double) a[i] * (double) g[i];
}

static double saliency(const float *a, const float *g, size_t count)
{
	double lanes[CLASSIC_LANES] = {0};

	saliency_lanes(a, g, count, lanes);
	return classic_lanes(lanes);
}

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_graph *graph = classic->graph;
	double sum = 0;

	(void) work;
	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(graph, n);
		if (weight == NULL)
			continue;
		const float *a = evo_session_value(classic->loss, n);
		const float *g = evo_session_gradient(classic->loss, n);
		const struct evo_shape shape = graph->nodes[n].shape;
		const size_t plane = shape.height * shape.width;
		double squares = 0;

		for (size_t i = 0; i < classic->batch * shape.channels; i++) {
			const double s = saliency(a + i * plane, g + i * plane, plane);
			squares += s * s;
		}
		sum += 0.5 * squares / (double) classic->batch *
		       (double) (weight->count / shape.channels);
	}
	return sum;
}

const struct classic_row evo_classic_fisher = {
        .help = "channels' squared output x gradient, by their weights",
        .source = "Turner et al., BlockSwap, ICLR 2020; as a proxy Abdelfattah et al., ICLR 2021",
        .reads = CLASSIC_OUTPUTS,
        .run = run,
};
