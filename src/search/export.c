/*
 * The CSV files of a search: its generations, its population and its front. Each is written from
 * one snapshot, whole or not at all.
 */
#include "config.h"

#include <stdlib.h>

#include "evoscope/snapshot.h"

/* ---- Rows ------------------------------------------------------------------------------------ */

static void write_header(struct evo_csv *csv, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		evo_csv_text(csv, names[i]);
}

static void write_tree(struct evo_csv *csv, const struct evo_tree *tree)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	evo_csv_text(csv, text.data);
	evo_text_clear(&text);
}

static void write_generations(const struct evo_snapshot *snapshot, struct evo_csv *csv)
{
	static const char *const names[] = {"run",
	                                    "generation",
	                                    "best",
	                                    "mean",
	                                    "median",
	                                    "min",
	                                    "best_validation",
	                                    "evaluations",
	                                    "cache_hits",
	                                    "seconds",
	                                    "best_expression"};
	write_header(csv, names, EVO_COUNT(names));
	evo_csv_end_row(csv);
	for (size_t i = 0; i < snapshot->history_count; i++) {
		const struct evo_generation *generation = &snapshot->history[i];
		evo_csv_text(csv, snapshot->run);
		evo_csv_integer(csv, (int64_t) generation->generation);
		evo_csv_number(csv, generation->best);
		evo_csv_number(csv, generation->mean);
		evo_csv_number(csv, generation->median);
		evo_csv_number(csv, generation->min);
		evo_csv_number(csv, generation->best_validation);
		evo_csv_integer(csv, (int64_t) generation->evaluations);
		evo_csv_integer(csv, (int64_t) generation->cache_hits);
		evo_csv_number(csv, generation->seconds);
		write_tree(csv, &generation->champion->tree);
		evo_csv_end_row(csv);
	}
}

static void write_individual(const struct evo_snapshot *snapshot, size_t rank,
                             const struct evo_individual *individual, struct evo_csv *csv)
{
	/* Both files are of the generation that was complete last. */
	evo_csv_text(csv, snapshot->run);
	evo_csv_integer(csv, (int64_t) snapshot->generation - 1);
	evo_csv_integer(csv, (int64_t) rank);
	evo_csv_integer(csv, (int64_t) individual->id);
	evo_csv_integer(csv, (int64_t) individual->parents[0]);
	evo_csv_integer(csv, (int64_t) individual->parents[1]);
	evo_csv_text(csv, evo_origin_name(individual->origin));
	evo_csv_integer(csv, individual->direction);
	evo_csv_integer(csv, (int64_t) individual->tree.size);
	evo_csv_integer(csv, (int64_t) individual->depth);
	evo_csv_number(csv, individual->fitness);
	for (size_t c = 0; c < snapshot->case_count; c++) {
		for (int side = 0; side < 2; side++)
			evo_csv_number(csv, individual->tau[side][c]);
	}
	write_tree(csv, &individual->tree);
	evo_csv_end_row(csv);
}

static void write_individuals(const struct evo_snapshot *snapshot,
                              const struct evo_individual *const *individuals, size_t count,
                              struct evo_csv *csv)
{
	static const char *const names[] = {"run",     "generation", "rank",   "id",
	                                    "parent1", "parent2",    "origin", "direction",
	                                    "size",    "depth",      "fitness"};
	static const char *const sides[] = {"train", "validation"};
	write_header(csv, names, EVO_COUNT(names));
	for (size_t c = 0; c < snapshot->case_count; c++) {
		for (int side = 0; side < 2; side++) {
			char name[96];
			snprintf(name, sizeof(name), "%s_%s", snapshot->cases[c].name, sides[side]);
			evo_csv_text(csv, name);
		}
	}
	evo_csv_text(csv, "expression");
	evo_csv_end_row(csv);
	for (size_t i = 0; i < count; i++)
		write_individual(snapshot, i + 1, individuals[i], csv);
}

static void write_population(const struct evo_snapshot *snapshot, struct evo_csv *csv)
{
	write_individuals(snapshot, snapshot->population, snapshot->population_count, csv);
}

static void write_front(const struct evo_snapshot *snapshot, struct evo_csv *csv)
{
	write_individuals(snapshot, snapshot->front, snapshot->front_count, csv);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*write)(const struct evo_snapshot *snapshot, struct evo_csv *csv);
} files[] = {
        {"generations.csv", write_generations},
        {"population.csv", write_population},
        {"front.csv", write_front},
};

bool evo_run_export(const struct evo_snapshot *snapshot, const char *folder, struct evo_error *err)
{
	if (snapshot->generation == 0)
		return evo_fail(
		        err, EVO_E_USAGE,
		        "there is nothing to export before the first generation is complete");
	if (!evo_make_directories(folder, err))
		return false;
	bool good = true;
	for (size_t i = 0; good && i < EVO_COUNT(files); i++) {
		char *path = evo_path_join(folder, files[i].name);
		struct evo_file *file = evo_file_create(path, err);
		struct evo_csv csv;
		free(path);
		if (file == NULL)
			return false;
		evo_csv_begin(&csv, evo_file_stream(file));
		files[i].write(snapshot, &csv);
		good = evo_file_commit(file, err);
	}
	return good;
}
