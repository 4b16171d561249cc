/*
 * plain: the sum of w dL/dw.
 *
 * Mozer and Smolensky, "Skeletonization", NIPS 1988; as a proxy: Abdelfattah et al., "Zero-Cost
 * Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

static double add(double sum, const float *weight, const float *gradient, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum += (double) weight[i] * (double) gradient[i];
	return sum;
}

static double run(const struct evo_classic *classic, char *work)
{
	(void) work;
	return classic_over_weights(classic, add);
}

const struct classic_row evo_classic_plain = {
        .help = "sum of weight x its gradient",
        .source = "Mozer and Smolensky, NIPS 1988; as a proxy Abdelfattah et al., ICLR 2021",
        .reads = CLASSIC_WEIGHT_GRADIENTS,
        .run = run,
};
