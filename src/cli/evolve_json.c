/* A search as JSON, an object a line. */
#include "config.h"

#include "evoscope/snapshot.h"
#include "cli.h"

static void add_expression(struct evo_json *json, const char *key,
                           const struct evo_individual *individual)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(&individual->tree, &text);
	evo_json_key(json, key);
	evo_json_text(json, text.data);
	evo_text_clear(&text);
}

static void add_number(struct evo_json *json, const char *key, double value)
{
	evo_json_key(json, key);
	evo_json_number(json, value);
}

static void add_integer(struct evo_json *json, const char *key, size_t value)
{
	evo_json_key(json, key);
	evo_json_integer(json, (int64_t) value);
}

static void add_text(struct evo_json *json, const char *key, const char *value)
{
	evo_json_key(json, key);
	evo_json_text(json, value);
}

void cli_generation_line(const struct evo_snapshot *snapshot, size_t index, struct evo_text *out)
{
	const struct evo_generation *one = &snapshot->history[index];
	struct evo_json json;
	evo_json_begin(&json, out);
	evo_json_open(&json, '{');
	add_text(&json, "run", snapshot->run);
	add_integer(&json, "generation", one->generation);
	add_number(&json, "best", one->best);
	add_number(&json, "mean", one->mean);
	add_number(&json, "median", one->median);
	add_number(&json, "min", one->min);
	add_number(&json, "best_validation", one->best_validation);
	add_integer(&json, "evaluations", one->evaluations);
	add_integer(&json, "cache_hits", one->cache_hits);
	add_number(&json, "seconds", one->seconds);
	add_expression(&json, "best_expression", one->champion);
	evo_json_close(&json, '}');
	evo_text_append(out, "\n");
}

static void add_case(struct evo_json *json, const struct evo_snapshot *snapshot, size_t at)
{
	static const char *const sides[] = {"train", "validation"};
	const struct evo_run_case *one = &snapshot->cases[at];
	evo_json_open(json, '{');
	add_text(json, "benchmark", one->name);
	for (size_t side = 0; side < 2; side++) {
		evo_json_key(json, sides[side]);
		evo_json_open(json, '{');
		add_integer(json, "networks", side ? one->validation : one->train);
		add_number(json, "kendall", snapshot->population[0]->tau[side][at]);
		for (size_t i = 0; i < snapshot->reference_count; i++)
			add_number(json, snapshot->references[i].name,
			           snapshot->references[i].tau[side][at]);
		evo_json_close(json, '}');
	}
	add_number(json, "partial_units", snapshot->partial_units[at]);
	add_number(json, "partial_params", snapshot->partial_params[at]);
	evo_json_close(json, '}');
}

void cli_result_line(const struct evo_snapshot *snapshot, struct evo_text *out)
{
	const struct evo_individual *best = snapshot->population[0];
	const size_t pick = evo_snapshot_pick(snapshot);
	struct evo_json json;
	evo_json_begin(&json, out);
	evo_json_open(&json, '{');
	add_text(&json, "run", snapshot->run);
	add_text(&json, "state", evo_run_state_name(snapshot->state));
	add_text(&json, "preset", snapshot->preset);
	add_integer(&json, "seed", (size_t) snapshot->seed);
	add_integer(&json, "generations", snapshot->generation);
	add_integer(&json, "evaluations", snapshot->evaluations);
	add_expression(&json, "expression", best);
	add_integer(&json, "size", best->tree.size);
	add_integer(&json, "depth", best->depth);
	add_number(&json, "fitness", best->fitness);
	evo_json_key(&json, "direction");
	evo_json_integer(&json, best->direction);
	if (pick < snapshot->front_count)
		add_expression(&json, "pick", snapshot->front[pick]);
	evo_json_key(&json, "benchmarks");
	evo_json_open(&json, '[');
	for (size_t i = 0; i < snapshot->case_count; i++)
		add_case(&json, snapshot, i);
	evo_json_close(&json, ']');
	evo_json_close(&json, '}');
	evo_text_append(out, "\n");
}
