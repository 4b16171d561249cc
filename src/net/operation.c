/*
 * The table of a network's operations.
 *
 * To add one: its enumerator and builder in evoscope/graph.h, its file, and its row here. A row of
 * one input without parameters needs kernels only (kernels_template.h).
 */
#include "config.h"

#include "operation.h"

static const struct evo_op_row rows[] = {
        [EVO_OP_INPUT] = {.forward = evo_forward_input, .work = EVO_WORK_OTHER},
        [EVO_OP_ZERO] = {.work = EVO_WORK_OTHER},
        [EVO_OP_RELU] = {.forward = evo_forward_plain,
                         .backward = evo_backward_plain,
                         .reads = EVO_READS_INPUT,
                         .work = EVO_WORK_OTHER},
        [EVO_OP_CONV] = {.forward = evo_forward_conv,
                         .backward = evo_backward_conv,
                         .curvature = evo_curvature_product,
                         .scratch = evo_scratch_conv,
                         .reads = EVO_READS_FOR_GRADIENT,
                         .work = EVO_WORK_CONV_FORWARD,
                         .parameters = 1,
                         .multiplies = true},
        [EVO_OP_BATCHNORM] = {.forward = evo_forward_norm,
                              .backward = evo_backward_norm,
                              .curvature = evo_curvature_norm,
                              .reads = EVO_READS_INPUT,
                              .work = EVO_WORK_NORM,
                              .parameters = 2},
        [EVO_OP_ADD] = {.forward = evo_forward_sum,
                        .backward = evo_backward_sum,
                        .work = EVO_WORK_ADD},
        [EVO_OP_AVGPOOL] = {.forward = evo_forward_plain,
                            .backward = evo_backward_plain,
                            .work = EVO_WORK_POOL},
        [EVO_OP_MAXPOOL] = {.forward = evo_forward_plain,
                            .backward = evo_backward_plain,
                            .reads = EVO_READS_INPUT,
                            .work = EVO_WORK_POOL},
        [EVO_OP_GLOBAL_POOL] = {.forward = evo_forward_plain,
                                .backward = evo_backward_plain,
                                .work = EVO_WORK_POOL},
        [EVO_OP_LINEAR] = {.forward = evo_forward_linear,
                           .backward = evo_backward_linear,
                           .curvature = evo_curvature_product,
                           .reads = EVO_READS_FOR_GRADIENT,
                           .work = EVO_WORK_OTHER,
                           .parameters = 2,
                           .multiplies = true},
        [EVO_OP_CONCAT] = {.forward = evo_forward_concat,
                           .backward = evo_backward_concat,
                           .work = EVO_WORK_ADD},
        [EVO_OP_SHIFT] = {.forward = evo_forward_plain,
                          .backward = evo_backward_plain,
                          .work = EVO_WORK_OTHER},
};
_Static_assert(EVO_COUNT(rows) == EVO_OPS, "an operation has no row");

const struct evo_op_row *evo_op_row(enum evo_op op)
{
	return &rows[op];
}

double evo_graph_flops(const struct evo_graph *graph)
{
	double flops = 0;
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct evo_graph_node *node = &graph->nodes[i];
		if (!rows[node->op].multiplies)
			continue;
		const struct evo_parameter *weight = &graph->parameters[node->parameter];
		flops += (double) weight->count * (double) (node->shape.height * node->shape.width);
	}
	return flops;
}
