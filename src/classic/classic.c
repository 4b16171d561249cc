/*
 * The table of classic proxies, and how those that are wanted are planned and run: one after the
 * other in one block of memory, those that read the same passes together.
 */
#include "config.h"
#include "classic.h"

#include <stdlib.h>

static const struct {
	uint16_t id;
	const char *name;
	const struct classic_row *row;
} table[] = {
#define ENTRY(enumerator, name, id) {id, #name, &evo_classic_##name},
        EVO_CLASSIC_LIST(ENTRY)
#undef ENTRY
};
_Static_assert(EVO_COUNT(table) == EVO_CLASSICS, "every classic proxy has its row");

uint16_t evo_classic_id(size_t index)
{
	return table[index].id;
}

const char *evo_classic_name(size_t index)
{
	return table[index].name;
}

const char *evo_classic_help(size_t index)
{
	return table[index].row->help;
}

const char *evo_classic_source(size_t index)
{
	return table[index].row->source;
}

/* ---- Stages: shared passes, and the proxies that read of them -------------------------------- */

static const struct stage {
	unsigned serves; /* bits 1 << classic_reads */
	size_t (*plan)(struct evo_classic *classic, size_t spare);
	char *(*run)(struct evo_classic *classic, char *work);
} stages[] = {
        {1U << CLASSIC_NOTHING, NULL, NULL},
        {1U << CLASSIC_WEIGHT_GRADIENTS | 1U << CLASSIC_OUTPUTS, classic_loss_plan_shared,
         classic_loss_run_shared},
        {1U << CLASSIC_RELUS | 1U << CLASSIC_CORRELATIONS, classic_logits_plan_shared,
         classic_logits_run_shared},
};

static bool is_in(const struct evo_classic *classic, const struct stage *stage, size_t index)
{
	return (classic->wanted >> index & 1) != 0 &&
	       (stage->serves >> table[index].row->reads & 1) != 0;
}

static void plan_stage(struct evo_classic *classic, const struct stage *stage)
{
	size_t bytes = 0;

	for (size_t i = 0; i < EVO_CLASSICS; i++) {
		const struct classic_row *row = table[i].row;
		if (!is_in(classic, stage, i) || row->plan == NULL)
			continue;
		classic->own = classic->sessions[i];
		const size_t own = row->plan(classic);
		bytes = own > bytes ? own : bytes;
	}
	if (stage->plan != NULL && (classic->reads & stage->serves) != 0)
		bytes = stage->plan(classic, bytes);
	classic->bytes = bytes > classic->bytes ? bytes : classic->bytes;
}

static void run_stage(struct evo_classic *classic, const struct stage *stage, char *work,
                      double *values)
{
	if ((classic->reads & stage->serves) == 0)
		return;
	if (stage->run != NULL)
		work = stage->run(classic, work);
	for (size_t i = 0; i < EVO_CLASSICS; i++) {
		if (!is_in(classic, stage, i))
			continue;
		classic->own = classic->sessions[i];
		values[i] = table[i].row->run(classic, work);
	}
}

/* ---- A plan ---------------------------------------------------------------------------------- */

static void count_relus(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;

	classic->relu_uses = evo_calloc(graph->node_count, sizeof(*classic->relu_uses));
	for (size_t n = 0; n < graph->node_count; n++) {
		if (graph->nodes[n].op == EVO_OP_RELU)
			classic->relu_uses[graph->inputs[graph->nodes[n].first_input]]++;
	}
}

struct evo_classic *evo_classic_plan(const struct evo_graph *graph, size_t batch, uint64_t wanted)
{
	struct evo_classic *classic = evo_calloc(1, sizeof(*classic));

	classic->graph = graph;
	classic->batch = batch;
	classic->wanted = wanted;
	for (size_t i = 0; i < EVO_CLASSICS; i++)
		classic->reads |= (unsigned) (wanted >> i & 1) << table[i].row->reads;
	if (classic_reads(classic, CLASSIC_RELUS))
		count_relus(classic);
	for (size_t i = 0; i < EVO_COUNT(stages); i++)
		plan_stage(classic, &stages[i]);
	return classic;
}

void evo_classic_destroy(struct evo_classic *classic)
{
	if (classic == NULL)
		return;
	for (size_t i = 0; i < EVO_CLASSICS; i++) {
		if (classic->sessions[i][1] != classic->sessions[i][0])
			evo_session_destroy(classic->sessions[i][1]);
		evo_session_destroy(classic->sessions[i][0]);
	}
	evo_session_destroy(classic->loss);
	evo_session_destroy(classic->logits);
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
	classic->network = *network;
	for (size_t i = 0; i < EVO_COUNT(stages); i++)
		run_stage(classic, &stages[i], work, values);
}
