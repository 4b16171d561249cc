/*
 * snip: the sum of |w dL/dw|.
 *
 * Lee, Ajanthan and Torr, "SNIP: Single-shot Network Pruning based on Connection Sensitivity", ICLR
 * 2019; as a proxy: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

#include <math.h>

static double run(const struct evo_classic *classic, char *work)
{
	const float *values = classic->network.parameters->values;
	double sum = 0;

	(void) work;
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(classic->graph, n);
		if (weight == NULL)
			continue;
		const float *w = values + weight->offset, *g = classic->gradients + weight->offset;
		for (size_t i = 0; i < weight->count; i++)
			sum += fabs((double) w[i] * (double) g[i]);
	}
	return sum;
}

const struct classic_row evo_classic_snip = {
        .help = "sum of |weight x its gradient|",
        .source = "Lee et al., SNIP, ICLR 2019; as a proxy Abdelfattah et al., ICLR 2021",
        .reads = CLASSIC_WEIGHT_GRADIENTS,
        .run = run,
};
