/*
 * Statistics of golden networks, for tests that hold ours against them.
 */
#include "config.h"

#include "golden_stats.h"

#include <stdlib.h>
#include <string.h>

static const char *const passes[EVO_PASSES] = {
        [EVO_DATA] = "data", [EVO_NOISE] = "noise", [EVO_PERTURBED] = "perturbed"};

/* "NAME" when the tensor is data.NAME.gw, by which units are found; else false. */
static bool unit_name(const struct golden_tensor *tensor, char name[64])
{
	const size_t length = strlen(tensor->name);
	const char prefix[] = "data.", suffix[] = ".gw";
	const size_t before = sizeof(prefix) - 1, after = sizeof(suffix) - 1;

	if (length <= before + after || strncmp(tensor->name, prefix, before) != 0 ||
	    strcmp(tensor->name + length - after, suffix) != 0)
		return false;
	snprintf(name, 64, "%.*s", (int) (length - before - after), tensor->name + before);
	return true;
}

static void fill_unit(const struct golden *golden, struct evo_unit_stats *unit, const char *name)
{
	const struct golden_tensor *weight = golden_tensor(golden, "%s.weight", name);

	unit->name = evo_strdup(name);
	unit->w = weight->values;
	memcpy(unit->w_dims, weight->dims, sizeof(unit->w_dims));
	for (size_t p = 0; p < EVO_PASSES; p++) {
		const struct golden_tensor *x = golden_tensor(golden, "%s.%s.x", passes[p], name);
		const struct golden_tensor *y = golden_tensor(golden, "%s.%s.y", passes[p], name);

		memcpy(unit->x_dims, x->dims, sizeof(unit->x_dims));
		memcpy(unit->y_dims, y->dims, sizeof(unit->y_dims));
		unit->pass[p].x = x->values;
		unit->pass[p].y = y->values;
		unit->pass[p].gr = golden_tensor(golden, "%s.%s.gr", passes[p], name)->values;
		unit->pass[p].gy = golden_tensor(golden, "%s.%s.gy", passes[p], name)->values;
		unit->pass[p].gw = golden_tensor(golden, "%s.%s.gw", passes[p], name)->values;
	}
}

struct golden_stats *golden_stats_read(size_t index)
{
	struct golden_stats *read = evo_calloc(1, sizeof(*read));
	struct golden *golden = golden_read(index);
	struct evo_stats *stats = &read->stats;
	char name[64];

	read->golden = golden;
	read->units = evo_calloc(golden->units + 1, sizeof(*read->units));
	for (size_t i = 0; i < golden->tensor_count; i++) {
		if (unit_name(&golden->tensors[i], name) && stats->unit_count < golden->units)
			fill_unit(golden, &read->units[stats->unit_count++], name);
	}
	for (size_t p = 0; p < EVO_PASSES; p++) {
		const struct golden_tensor *gin = golden_tensor(golden, "%s.grad_input", passes[p]);
		const struct golden_tensor *logits = golden_tensor(golden, "%s.logits", passes[p]);

		memcpy(stats->gin_dims, gin->dims, sizeof(stats->gin_dims));
		memcpy(stats->logits_dims, logits->dims, sizeof(stats->logits_dims));
		stats->pass[p].gin = gin->values;
		stats->pass[p].logits = logits->values;
	}
	stats->units = read->units;
	stats->has = EVO_NEED(EVO_STATISTICS) - 1;
	stats->params = (double) golden->parameters;
	stats->flops = golden_proxy(index, "flops");
	return read;
}

void golden_stats_destroy(struct golden_stats *golden)
{
	for (size_t i = 0; i < golden->stats.unit_count; i++)
		free((char *) (uintptr_t) golden->units[i].name);
	free(golden->units);
	golden_destroy(golden->golden);
	free(golden);
}

struct golden_lines golden_lines_read(size_t index)
{
	struct golden_lines lines = {0};
	char *path = golden_path(index, "expressions.txt");
	struct evo_error err = {0};
	size_t length;

	lines.contents = lines.rest = evo_file_read(path, (size_t) 64 << 20, &length, &err);
	if (lines.contents == NULL) {
		fprintf(stderr, "golden network: %s: %s\n", path, err.message);
		abort();
	}
	free(path);
	return lines;
}

bool golden_lines_next(struct golden_lines *lines, double *value, const char **text)
{
	char *line = lines->rest, *end, *tab;

	if (line == NULL || *line == '\0')
		return false;
	end = strchr(line, '\n');
	lines->rest = end != NULL ? end + 1 : NULL;
	if (end != NULL)
		*end = '\0';
	tab = strchr(line, '\t');
	if (tab == NULL) {
		fprintf(stderr, "golden network: expressions.txt: no tab in %s\n", line);
		abort();
	}
	*value = strtod(line, NULL);
	*text = tab + 1;
	return true;
}

void golden_lines_free(struct golden_lines *lines)
{
	free(lines->contents);
}
