/*
 * l2_norm: the sum over weighted layers of |w|.
 *
 * Abdelfattah, Mehrotra, Dudziak and Lane, "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

static double run(const struct evo_classic *classic, char *work)
{
	const float *values = classic->network.parameters->values;
	double sum = 0;

	(void) work;
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(classic->graph, n);
		if (weight != NULL)
			sum += classic_norm(values + weight->offset, weight->count);
	}
	return sum;
}

const struct classic_row evo_classic_l2_norm = {
        .help = "sum of the weights' norms by layer",
        .source = "Abdelfattah et al., Zero-Cost Proxies, ICLR 2021",
        .reads = CLASSIC_NOTHING,
        .run = run,
};
