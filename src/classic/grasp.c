/*
 * grasp: -w' H g, g = dL/dw and H the Hessian of L.
 *
 * Wang, Zhang and Grosse, "Picking Winning Tickets Before Training by Preserving Gradient Flow",
 * ICLR 2020; as a proxy: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
#include "config.h"
#include "evoscope/loss.h"
#include "classic.h"

static size_t plan(const struct evo_classic *classic)
{
	return evo_curvature_bytes(classic->graph, classic->batch);
}

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_classic_network *network = &classic->network;

	return 0 - evo_curvature(classic->graph, network->parameters, classic->gradients,
	                         network->input, network->labels, classic->batch, work);
}

const struct classic_row evo_classic_grasp = {
        .help = "-weights x Hessian x gradient: what keeps gradients flowing",
        .source = "Wang et al., GraSP, ICLR 2020; as a proxy Abdelfattah et al., ICLR 2021",
        .reads = CLASSIC_WEIGHT_GRADIENTS,
        .plan = plan,
        .run = run,
};
