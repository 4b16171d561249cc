/* table.csv: rows that were read, and written, are read as the same ones. */
#include "config.h"

#include "evoscope/bench_table.h"
#include "fuzz.h"

static void check_seeds(const struct evo_bench_seed_table *table)
{
	struct evo_bench_seed_table again = {0};
	struct evo_error err = {0};
	double *means = evo_calloc(table->count + 1, sizeof(*means));
	size_t *names = evo_calloc(table->seed_count + 1, sizeof(*names));
	char *path = evo_path_join(fuzz_folder(), "again.csv");

	for (size_t i = 0; i < table->seed_count; i++)
		names[i] = i;
	struct evo_bench_table out = {table->count, table->seed_count, table->architectures,
	                              means,        table->seeds,      names};
	FUZZ_CHECK(evo_bench_table_write(&out, path, &err));
	FUZZ_CHECK(fuzz_told(evo_bench_table_read_seeds(&again, path, &err), &err));
	FUZZ_CHECK(again.count == table->count && again.seed_count == table->seed_count);
	for (size_t i = 0; i < again.count; i++)
		FUZZ_CHECK(strcmp(again.architectures[i], table->architectures[i]) == 0);
	evo_bench_table_clear_seeds(&again);
	free(means);
	free(names);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	struct evo_bench_seed_table seeds = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("table.csv", data, size);
	struct evo_benchmark *benchmark = evo_calloc(1, sizeof(*benchmark));
	benchmark->space = evo_space_find("nb201", NULL);
	if (!fuzz_told(evo_bench_table_read(benchmark, path, &err), &err))
		FUZZ_CHECK(strcmp(err.file, path) == 0);
	else
		FUZZ_CHECK(benchmark->row_count > 0);
	evo_benchmark_destroy(benchmark);
	evo_error_clear(&err);
	if (fuzz_told(evo_bench_table_read_seeds(&seeds, path, &err), &err))
		check_seeds(&seeds);
	evo_bench_table_clear_seeds(&seeds);
	free(path);
	return 0;
}
