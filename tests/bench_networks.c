/* The networks and expressions that benchmarks run on. */
#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>

struct list {
	char **items;
	size_t count, wanted, column;
};

static bool add_row(void *context, size_t line, size_t count, char *const *fields,
                    struct evo_error *err)
{
	struct list *list = context;
	(void) err;
	if (line == 1)
		while (list->column < count &&
		       strcmp(fields[list->column], "ArchitectureString") != 0)
			list->column++;
	else if (list->count < list->wanted && list->column < count &&
	         strstr(fields[list->column], "conv") != NULL)
		list->items[list->count++] = evo_strdup(fields[list->column]);
	return true;
}

static void draw(struct list *list)
{
	struct evo_error err = {0};
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct evo_rng rng = evo_rng_stream(1, "benchmark networks", 0);
	while (list->count < list->wanted) {
		char *text = space->at(evo_rng_below(&rng, space->count));
		if (strstr(text, "conv") != NULL)
			list->items[list->count++] = text;
		else
			free(text);
	}
}

char **bench_architectures(size_t count)
{
	struct list list = {.items = evo_calloc(count, sizeof(char *)), .wanted = count};
	struct evo_error err = {0};
	char *table = bench_peer_path("../data/nb201/nats_bench.csv");
	if (evo_path_exists(table) && !evo_csv_read(table, add_row, &list, &err))
		bench_die(&err);
	draw(&list);
	free(table);
	return list.items;
}

void bench_architectures_free(char **architectures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(architectures[i]);
	free(architectures);
}

struct evo_store *bench_store(const struct bench_size *size, char **architectures, unsigned workers,
                              size_t memory, size_t *numbers)
{
	struct evo_error err = {0};
	struct evo_probe probe = {.space = evo_space_find("nb201", &err),
	                          .macro = {size->channels, size->cells, size->side, 10},
	                          .batch = size->batch,
	                          .seed = 1};
	size_t number;
	struct evo_store *store = evo_store_create(memory, workers, &err);
	if (store == NULL || !evo_store_probe(store, &probe, NULL, NULL, &number, &err))
		bench_die(&err);
	for (size_t i = 0; i < size->networks; i++)
		if (!evo_store_network(store, number, architectures[i], &numbers[i], &err))
			bench_die(&err);
	return store;
}

#define TREES 100

static size_t read_trees(const char *path, struct evo_tree **trees)
{
	struct evo_error err = {0};
	char line[4096];
	size_t count = 0;
	FILE *file = fopen(path, "r");
	while (file != NULL && count < TREES && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		trees[count] = evo_calloc(1, sizeof(struct evo_tree));
		if (!evo_tree_parse(line, trees[count++], &err))
			bench_die(&err);
	}
	if (file != NULL)
		fclose(file);
	return count;
}

struct evo_tree **bench_trees(size_t *count)
{
	struct evo_tree **trees = evo_calloc(TREES, sizeof(*trees));
	struct evo_rng rng = evo_rng_stream(1, "benchmark expressions", 0);
	struct evo_grammar grammar;
	char *path = bench_peer_path("individuals.txt");
	evo_grammar_paper(&grammar);
	grammar.max_size = 40;
	grammar.max_depth = 8;
	*count = read_trees(path, trees);
	for (size_t drawn = 0; *count == 0 && drawn < TREES; drawn++) {
		trees[drawn] = evo_calloc(1, sizeof(struct evo_tree));
		if (!evo_tree_random(&grammar, &rng, EVO_LEVEL_NETWORK, 2 + drawn % 6, drawn % 2,
		                     trees[drawn])) {
			struct evo_error err = {0};
			evo_fail(&err, EVO_E_INPUT, "the grammar has no tree");
			bench_die(&err);
		}
		*count += drawn + 1 == TREES ? TREES : 0;
	}
	free(path);
	return trees;
}
