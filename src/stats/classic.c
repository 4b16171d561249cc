/*
 * The groups of classic proxies, each with its passes. They run one after the other in one block.
 */
#include "config.h"
#include "classic.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	evo_needs serves;
	size_t (*plan)(struct evo_classic *classic);
	void (*run)(struct evo_classic *classic, const struct evo_classic_network *network,
	            char *work, double *values);
} groups[] = {
        {EVO_NEED(EVO_CLASSIC_L2_NORM), evo_classic_weights_plan, evo_classic_weights_run},
        {EVO_NEED(EVO_CLASSIC_GRAD_NORM) | EVO_NEED(EVO_CLASSIC_SNIP) |
                 EVO_NEED(EVO_CLASSIC_PLAIN) | EVO_NEED(EVO_CLASSIC_FISHER) |
                 EVO_NEED(EVO_CLASSIC_GRASP),
         evo_classic_loss_plan, evo_classic_loss_run},
        {EVO_NEED(EVO_CLASSIC_ZICO), evo_classic_halves_plan, evo_classic_halves_run},
        {EVO_NEED(EVO_CLASSIC_JACOV) | EVO_NEED(EVO_CLASSIC_EPE_NAS) | EVO_NEED(EVO_CLASSIC_NWOT) |
                 EVO_NEED(EVO_CLASSIC_SWAP),
         evo_classic_patterns_plan, evo_classic_patterns_run},
        {EVO_NEED(EVO_CLASSIC_SYNFLOW), evo_classic_synflow_plan, evo_classic_synflow_run},
        {EVO_NEED(EVO_CLASSIC_ZEN), evo_classic_zen_plan, evo_classic_zen_run},
};

struct evo_classic *evo_classic_plan(const struct evo_graph *graph, size_t batch, evo_needs needs)
{
	struct evo_classic *classic = evo_calloc(1, sizeof *classic);

	classic->graph = graph;
	classic->batch = batch;
	classic->needs = needs & EVO_NEEDS_CLASSIC;
	for (size_t i = 0; i < EVO_COUNT(groups); i++) {
		if (!evo_classic_wants(classic, groups[i].serves))
			continue;
		const size_t bytes = groups[i].plan(classic);
		if (bytes > classic->bytes)
			classic->bytes = bytes;
	}
	return classic;
}

void evo_classic_destroy(struct evo_classic *classic)
{
	if (!classic)
		return;
	evo_session_destroy(classic->loss);
	if (classic->halves[1] != classic->halves[0])
		evo_session_destroy(classic->halves[1]);
	evo_session_destroy(classic->halves[0]);
	evo_session_destroy(classic->patterns);
	evo_session_destroy(classic->synflow);
	evo_session_destroy(classic->zen);
	free(classic->relu_uses);
	free(classic);
}

size_t evo_classic_bytes(const struct evo_classic *classic)
{
	return classic->bytes;
}

void evo_classic_run(struct evo_classic *classic, const struct evo_classic_network *network,
                     void *work, double values[EVO_CLASSICS])
{
	for (size_t i = 0; i < EVO_COUNT(groups); i++) {
		if (evo_classic_wants(classic, groups[i].serves))
			groups[i].run(classic, network, work, values);
	}
}

unsigned char *evo_classic_keep(const struct evo_graph *graph, bool weights)
{
	unsigned char *keep = evo_calloc(graph->node_count, 1);

	for (size_t n = 0; n < graph->node_count; n++)
		keep[n] = weights && evo_classic_is_weighted(&graph->nodes[n])
		                  ? 0
		                  : EVO_SKIP_PARAMETERS;
	return keep;
}
