/*
 * grad_norm: the sum over weighted layers of |dL/dw|.
 *
 * Abdelfattah, Mehrotra, Dudziak and Lane, "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

static double run(const struct evo_classic *classic, char *work)
{
	double sum = 0;

	(void) work;
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const struct evo_parameter *weight = classic_weight(classic->graph, n);
		if (weight != NULL)
			sum += classic_norm(classic->gradients + weight->offset, weight->count);
	}
	return sum;
}

const struct classic_row evo_classic_grad_norm = {
        .help = "sum of the norms of the loss's weight gradients by layer",
        .source = "Abdelfattah et al., Zero-Cost Proxies, ICLR 2021",
        .reads = CLASSIC_WEIGHT_GRADIENTS,
        .run = run,
};
