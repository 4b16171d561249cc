/*
 * A graph's arrays, and appending to them.
 *
 * The functions that build nodes of each operation are in the operations' files.
 */
#include "config.h"

#include "builder.h"

#include <stdlib.h>
#include <string.h>

struct evo_window evo_window(size_t kernel, size_t stride)
{
	return (struct evo_window){kernel, kernel, stride, stride, kernel / 2, kernel / 2, 1, 1};
}

struct evo_graph *evo_graph_create(void)
{
	return evo_calloc(1, sizeof(struct evo_graph));
}

void evo_graph_destroy(struct evo_graph *graph)
{
	if (graph == NULL)
		return;
	free(graph->nodes);
	free(graph->inputs);
	free(graph->parameters);
	free(graph->units);
	free(graph);
}

/* A shape that cannot be is a mistake in a space's builder, which has validated the text. */
void evo_graph_require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "evoscope: graph builder: %s\n", what);
	abort();
}

/* The array with room for one more: capacities are powers of two, so that the count tells them. */
static void *grown(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return evo_realloc(array, count ? count * 2 : 1, size);
}

size_t evo_graph_append(struct evo_graph *graph, enum evo_op op, struct evo_shape shape,
                        const size_t *inputs, size_t count)
{
	evo_graph_require(shape.channels && shape.height && shape.width, "empty shape");
	struct evo_graph_node node = {.op = op,
	                              .shape = shape,
	                              .first_input = graph->input_count,
	                              .inputs = count,
	                              .groups = 1,
	                              .parameter = -1};
	for (size_t i = 0; i < count; i++) {
		evo_graph_require(inputs[i] < graph->node_count, "an input that is not there yet");
		graph->inputs = grown(graph->inputs, graph->input_count, sizeof(*graph->inputs));
		graph->inputs[graph->input_count++] = inputs[i];
	}
	graph->nodes = grown(graph->nodes, graph->node_count, sizeof(*graph->nodes));
	graph->nodes[graph->node_count] = node;
	return graph->node_count++;
}

int evo_graph_append_parameter(struct evo_graph *graph, const char *name, const char *suffix,
                               enum evo_parameter_kind kind, const size_t dims[4])
{
	struct evo_parameter parameter = {.kind = kind, .offset = graph->parameter_total};
	int length = snprintf(parameter.name, sizeof(parameter.name), "%s.%s", name, suffix);
	evo_graph_require(length > 0 && (size_t) length < sizeof(parameter.name),
	                  "parameter name too long");
	memcpy(parameter.dims, dims, sizeof(parameter.dims));
	parameter.count = dims[0] * dims[1] * dims[2] * dims[3];
	graph->parameters =
	        grown(graph->parameters, graph->parameter_count, sizeof(*graph->parameters));
	graph->parameters[graph->parameter_count] = parameter;
	graph->parameter_total += parameter.count;
	return (int) graph->parameter_count++;
}

struct evo_shape evo_graph_shape(const struct evo_graph *graph, size_t node)
{
	evo_graph_require(node < graph->node_count, "an input that is not there yet");
	return graph->nodes[node].shape;
}

/* Output size along one side. */
static size_t windows(size_t size, size_t kernel, size_t stride, size_t pad, size_t dilation)
{
	evo_graph_require(kernel && stride && dilation, "empty window");
	size_t reach = (kernel - 1) * dilation + 1;
	evo_graph_require(size + 2 * pad >= reach, "window larger than the image");
	return (size + 2 * pad - reach) / stride + 1;
}

struct evo_shape evo_graph_windowed(struct evo_shape shape, size_t channels, struct evo_window w)
{
	return (struct evo_shape){
	        channels, windows(shape.height, w.kernel_h, w.stride_h, w.pad_h, w.dilation_h),
	        windows(shape.width, w.kernel_w, w.stride_w, w.pad_w, w.dilation_w)};
}

void evo_graph_append_unit(struct evo_graph *graph, struct evo_unit unit)
{
	graph->units = grown(graph->units, graph->unit_count, sizeof(*graph->units));
	graph->units[graph->unit_count++] = unit;
}
