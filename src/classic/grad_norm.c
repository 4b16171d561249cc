/*
 * grad_norm: the sum over weighted layers of |dL/dw|.
 *
 * Abdelfattah, Mehrotra, Dudziak and Lane, "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

static double add(double sum, const float *weight, const float *gradient, size_t count)
{
	(void) weight;
	return sum + classic_norm(gradient, count);
}

static double run(const struct evo_classic *classic, char *work)
{
	(void) work;
	return classic_over_weights(classic, add);
}

const struct classic_row evo_classic_grad_norm = {
        .help = "sum of the norms of the loss's weight gradients by layer",
        .source = "Abdelfattah et al., Zero-Cost Proxies, ICLR 2021",
        .reads = CLASSIC_WEIGHT_GRADIENTS,
        .run = run,
};
