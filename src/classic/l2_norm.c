/*
 * l2_norm: the sum over weighted layers of |w|.
 *
 * Abdelfattah, Mehrotra, Dudziak and Lane, "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "classic.h"

static double add(double sum, const float *weight, const float *gradient, size_t count)
{
	(void) gradient;
	return sum + classic_norm(weight, count);
}

static double run(const struct evo_classic *classic, char *work)
{
	(void) work;
	return classic_over_weights(classic, add);
}

const struct classic_row evo_classic_l2_norm = {
        .help = "sum of the weights' norms by layer",
        .source = "Abdelfattah et al., Zero-Cost Proxies, ICLR 2021",
        .reads = CLASSIC_NOTHING,
        .run = run,
};
