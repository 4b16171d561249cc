/*
 * zico: of dL/dw of the two halves of the batch, per weighted layer the log of the sum of mean
 * magnitude / standard deviation, weights without deviation left out; summed over the layers that
 * have any. NaN for one image.
 *
 * Li, Yang, Bhardwaj and Marculescu, "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on
 * Gradients", ICLR 2023.
 */
#include "config.h"
#include "classic.h"

#include <math.h>

/* The first half is the larger. */
static size_t half_of(const struct evo_classic *classic, int which)
{
	return which == 0 ? (classic->batch + 1) / 2 : classic->batch / 2;
}

static size_t plan(const struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	struct evo_session **halves = classic->own;
	size_t bytes, work = 0;

	if (classic->batch < 2)
		return 0;
	halves[0] = classic_loss_session(graph, half_of(classic, 0), true, false);
	halves[1] = half_of(classic, 1) == half_of(classic, 0)
	                    ? halves[0]
	                    : classic_loss_session(graph, half_of(classic, 1), true, false);
	bytes = classic_aligned(half_of(classic, 0) * classic_classes(graph) * sizeof(float));
	for (int i = 0; i < 2; i++) {
		bytes += classic_aligned(evo_session_kept_bytes(halves[i]));
		if (evo_session_work_bytes(halves[i]) > work)
			work = evo_session_work_bytes(halves[i]);
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

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_graph *graph = classic->graph;
	const size_t first = half_of(classic, 0);
	const float *gradients[2];
	char *kept[2];
	double sum = 0;

	if (classic->batch < 2)
		return (double) NAN;
	float *seed = classic_carve(&work, first * classic_classes(graph) * sizeof(float));
	for (int i = 0; i < 2; i++)
		kept[i] = classic_carve(&work, evo_session_kept_bytes(classic->own[i]));
	for (int i = 0; i < 2; i++) {
		evo_session_place(classic->own[i], kept[i], work);
		gradients[i] = classic_loss_run(classic->own[i], classic, i == 0 ? 0 : first,
		                                half_of(classic, i), seed);
	}
	for (size_t n = 0; n < graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(graph, n);
		if (weight == NULL)
			continue;
		const double layer =
		        inverse_variation(gradients[0] + weight->offset,
		                          gradients[1] + weight->offset, weight->count);
		sum += layer == 0 ? 0 : log(layer);
	}
	return sum;
}

const struct classic_row evo_classic_zico = {
        .help = "mean over deviation of gradients between halves of the batch",
        .source = "Li et al., ZiCo, ICLR 2023",
        .reads = CLASSIC_NOTHING,
        .plan = plan,
        .run = run,
};
