/*
 * Extraction: a forward and, where gradients are asked for, a backward pass for each input that
 * the statistics need, with the kept tensors placed where they are to stay.
 */
#include "config.h"
#include "extract.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t) 64)

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void evo_block_destroy(struct evo_block *block)
{
	if (block == NULL)
		return;
	free(block->memory);
	free(block->names);
	free(block->units);
	free(block);
}

void evo_workspace_clear(struct evo_workspace *workspace)
{
	free(workspace->work);
	workspace->work = NULL;
	workspace->work_bytes = 0;
}

static size_t unit_input(const struct evo_graph *graph, const struct evo_unit *unit)
{
	return graph->inputs[graph->nodes[unit->relu].first_input];
}

/* One byte a node: what the session of this pass has to leave readable. */
static unsigned char *keep_of(const struct evo_graph *graph, struct evo_stored store)
{
	unsigned char *keep = evo_calloc(graph->node_count, 1);

	for (size_t n = 0; n < graph->node_count; n++)
		keep[n] = EVO_SKIP_PARAMETERS;
	for (size_t u = 0; u < graph->unit_count; u++) {
		const struct evo_unit *unit = &graph->units[u];
		if (store.x)
			keep[unit_input(graph, unit)] |= EVO_KEEP_VALUE;
		if (store.gr)
			keep[unit->relu] |= EVO_KEEP_GRADIENT;
		if (store.y)
			keep[unit->norm] |= EVO_KEEP_VALUE;
		if (store.gy)
			keep[unit->norm] |= EVO_KEEP_GRADIENT;
		if (store.gw)
			keep[unit->conv] &= (unsigned char) ~EVO_SKIP_PARAMETERS;
	}
	if (store.gin)
		keep[0] |= EVO_KEEP_GRADIENT;
	if (store.logits)
		keep[graph->output] |= EVO_KEEP_VALUE;
	return keep;
}

/* Passes that keep the same tensors share one plan. */
static void plan_passes(struct evo_extraction *extraction)
{
	unsigned char *keeps[EVO_PASSES] = {NULL};
	const size_t nodes = extraction->graph->node_count;

	for (int pass = 0; pass < EVO_PASSES; pass++) {
		if (!(extraction->passes & 1u << pass))
			continue;
		const struct evo_stored store =
		        evo_needs_stored(extraction->needs, (enum evo_pass) pass);
		const bool backward = store.gr || store.gy || store.gw || store.gin;
		keeps[pass] = keep_of(extraction->graph, store);
		for (int other = 0; other < pass; other++) {
			if (keeps[other] != NULL && memcmp(keeps[other], keeps[pass], nodes) == 0)
				extraction->sessions[pass] = extraction->sessions[other];
		}
		if (extraction->sessions[pass] == NULL)
			extraction->sessions[pass] =
			        evo_session_plan(extraction->graph, EVO_F32,
			                         extraction->probe->batch, keeps[pass], backward);
	}
	for (int pass = 0; pass < EVO_PASSES; pass++)
		free(keeps[pass]);
}

/* The weights come last where they lie. */
static void place_weights(struct evo_extraction *extraction)
{
	extraction->weights_stay = (extraction->needs & EVO_NEED(EVO_W)) != 0;
	if (!extraction->weights_stay && extraction->passes == 0 && extraction->classic == NULL)
		return;
	size_t *bytes =
	        extraction->weights_stay ? &extraction->block_bytes : &extraction->work_bytes;
	extraction->weights_offset = aligned(*bytes);
	*bytes = extraction->weights_offset +
	         aligned(extraction->graph->parameter_total * sizeof(float));
}

struct evo_extraction *evo_extraction_plan(const struct evo_probe *probe, const char *architecture,
                                           evo_needs needs, struct evo_error *err)
{
	struct evo_graph *graph = probe->space->build(architecture, &probe->macro, err);
	if (graph == NULL)
		return NULL;

	struct evo_extraction *extraction = evo_calloc(1, sizeof(*extraction));
	extraction->probe = probe;
	extraction->architecture = architecture;
	extraction->needs = needs;
	extraction->passes = evo_needs_passes(needs);
	extraction->graph = graph;
	plan_passes(extraction);
	for (int pass = 0; pass < EVO_PASSES; pass++) {
		struct evo_session *session = extraction->sessions[pass];
		if (session == NULL)
			continue;
		extraction->offsets[pass] = extraction->block_bytes;
		extraction->block_bytes += aligned(evo_session_kept_bytes(session));
		if (evo_session_work_bytes(session) > extraction->work_bytes)
			extraction->work_bytes = evo_session_work_bytes(session);
	}
	if (needs & EVO_NEEDS_CLASSIC) {
		extraction->classic =
		        evo_classic_plan(graph, probe->batch, needs >> EVO_CLASSIC_FIRST);
		if (evo_classic_bytes(extraction->classic) > extraction->work_bytes)
			extraction->work_bytes = evo_classic_bytes(extraction->classic);
	}
	place_weights(extraction);
	return extraction;
}

void evo_extraction_destroy(struct evo_extraction *extraction)
{
	if (extraction == NULL)
		return;
	for (int pass = 0; pass < EVO_PASSES; pass++) {
		bool shared = false;
		for (int other = 0; other < pass; other++)
			shared |= extraction->sessions[other] == extraction->sessions[pass];
		if (!shared)
			evo_session_destroy(extraction->sessions[pass]);
	}
	evo_classic_destroy(extraction->classic);
	evo_graph_destroy(extraction->graph);
	free(extraction);
}

static void set_dims(size_t dims[4], size_t batch, struct evo_shape shape)
{
	dims[0] = batch;
	dims[1] = shape.channels;
	dims[2] = shape.height;
	dims[3] = shape.width;
}

/* The block without its tensors: shapes, names and scalars. */
static struct evo_block *block_create(const struct evo_extraction *extraction)
{
	const struct evo_graph *graph = extraction->graph;
	const size_t batch = extraction->probe->batch;
	struct evo_block *block = evo_calloc(1, sizeof(*block));
	struct evo_stats *stats = &block->stats;

	block->units = evo_calloc(graph->unit_count + 1, sizeof(*block->units));
	block->names = evo_calloc(graph->unit_count + 1, sizeof(graph->units->name));
	for (size_t u = 0; u < graph->unit_count; u++) {
		const struct evo_unit *unit = &graph->units[u];
		const struct evo_graph_node *conv = &graph->nodes[unit->conv];
		char *name = block->names + u * sizeof(unit->name);
		memcpy(name, unit->name, sizeof(unit->name));
		block->units[u].name = name;
		memcpy(block->units[u].w_dims, graph->parameters[conv->parameter].dims,
		       sizeof(block->units[u].w_dims));
		set_dims(block->units[u].x_dims, batch, graph->nodes[unit->relu].shape);
		set_dims(block->units[u].y_dims, batch, graph->nodes[unit->norm].shape);
	}
	stats->has = extraction->needs;
	stats->units = block->units;
	stats->unit_count = graph->unit_count;
	set_dims(stats->gin_dims, batch, graph->nodes[0].shape);
	stats->logits_dims[0] = batch;
	stats->logits_dims[1] = graph->nodes[graph->output].shape.channels;
	stats->params = (double) graph->parameter_total;
	stats->flops = evo_graph_flops(graph);
	return block;
}

/* Points the block at what the session of this pass has left. */
static void point_at(struct evo_block *block, const struct evo_extraction *extraction,
                     enum evo_pass pass)
{
	const struct evo_graph *graph = extraction->graph;
	const struct evo_session *session = extraction->sessions[pass];
	const struct evo_stored store = evo_needs_stored(extraction->needs, pass);

	for (size_t u = 0; u < graph->unit_count; u++) {
		const struct evo_unit *unit = &graph->units[u];
		struct evo_unit_stats *to = &block->units[u];
		if (store.x)
			to->pass[pass].x = evo_session_value(session, unit_input(graph, unit));
		if (store.gr)
			to->pass[pass].gr = evo_session_gradient(session, unit->relu);
		if (store.y)
			to->pass[pass].y = evo_session_value(session, unit->norm);
		if (store.gy)
			to->pass[pass].gy = evo_session_gradient(session, unit->norm);
		if (store.gw)
			to->pass[pass].gw = evo_session_parameter_gradient(
			        session, &graph->parameters[graph->nodes[unit->conv].parameter]);
	}
	if (store.gin)
		block->stats.pass[pass].gin = evo_session_gradient(session, 0);
	if (store.logits)
		block->stats.pass[pass].logits = evo_session_value(session, graph->output);
}

static bool workspace_fit(struct evo_workspace *workspace, const struct evo_extraction *extraction,
                          struct evo_error *err)
{
	if (workspace->work_bytes >= extraction->work_bytes)
		return true;
	free(workspace->work);
	workspace->work_bytes = 0;
	workspace->work = evo_big_alloc(extraction->work_bytes, "a network's passes", err);
	if (workspace->work == NULL)
		return false;
	workspace->work_bytes = extraction->work_bytes;
	return true;
}

struct evo_block *evo_extraction_run(struct evo_extraction *extraction,
                                     float *const inputs[EVO_PASSES], const unsigned short *labels,
                                     struct evo_workspace *workspace, void *memory,
                                     struct evo_error *err)
{
	const struct evo_graph *graph = extraction->graph;
	struct evo_parameters parameters = {EVO_F32, graph->parameter_total, NULL};

	if (!workspace_fit(workspace, extraction, err)) {
		free(memory);
		return NULL;
	}
	struct evo_block *block = block_create(extraction);
	block->memory = memory;
	if (extraction->weights_stay || extraction->passes != 0 || extraction->classic != NULL) {
		char *from = extraction->weights_stay ? block->memory : workspace->work;
		const double begin = evo_now();
		parameters.values = from + extraction->weights_offset;
		evo_parameters_random(&parameters, graph, extraction->architecture,
		                      extraction->probe->seed);
		if (workspace->profile != NULL)
			workspace->profile->weights += evo_now() - begin;
	}
	for (size_t u = 0; u < graph->unit_count && extraction->weights_stay; u++)
		block->units[u].w = evo_parameter_values(
		        &parameters,
		        &graph->parameters[graph->nodes[graph->units[u].conv].parameter]);
	for (int pass = 0; pass < EVO_PASSES; pass++) {
		struct evo_session *session = extraction->sessions[pass];
		if (session == NULL)
			continue;
		evo_session_place(session, (char *) block->memory + extraction->offsets[pass],
		                  workspace->work);
		evo_session_profile(
		        session, workspace->profile != NULL ? &workspace->profile->engine : NULL);
		evo_session_forward(session, &parameters, inputs[pass]);
		const struct evo_stored store =
		        evo_needs_stored(extraction->needs, (enum evo_pass) pass);
		if (store.gr || store.gy || store.gw || store.gin)
			evo_session_backward(session, &parameters, NULL);
		point_at(block, extraction, (enum evo_pass) pass);
	}
	if (extraction->classic != NULL) {
		const struct evo_classic_network network = {
		        .parameters = &parameters,
		        .input = inputs[EVO_DATA],
		        .labels = labels,
		        .name = extraction->architecture,
		        .seed = extraction->probe->seed,
		};
		evo_classic_run(extraction->classic, &network, workspace->work,
		                block->stats.classic);
	}
	return block;
}
