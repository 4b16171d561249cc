/*
 * A benchmark as a whole: the manifest, a line `%`, the table. One that loads has rows within the
 * limits that the headers promise, and finds each by its architecture.
 */
#include "config.h"

#include <math.h>

#include "evoscope/bench.h"
#include "fuzz.h"

static void check(const struct evo_benchmark *benchmark)
{
	struct evo_benchmark_facts facts;
	struct evo_images images = {0};
	struct evo_error err = {0};
	size_t got;

	FUZZ_CHECK(benchmark->row_count > 0 && benchmark->function_count > 0);
	for (size_t i = 0; i < benchmark->row_count; i++) {
		const struct evo_row *row = &benchmark->rows[i];
		FUZZ_CHECK(row->accuracy >= 0 && row->accuracy <= 100);
		FUZZ_CHECK(row->function_id < benchmark->function_count);
		FUZZ_CHECK(evo_benchmark_row(benchmark, row->architecture) == i);
	}
	evo_benchmark_facts(benchmark, &facts);
	FUZZ_CHECK(facts.bin_count <= EVO_BINS_MOST);
	free(evo_benchmark_sample(benchmark, EVO_ALL, 0, 1, "fuzz", &got));
	FUZZ_CHECK(got == benchmark->function_count);
	if (fuzz_told(evo_benchmark_images(benchmark, 2, 8, &images, &err), &err))
		FUZZ_CHECK(images.count == 0 || images.count == 2);
	evo_images_clear(&images);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *folder = evo_path_join(fuzz_folder(), "benchmarks/fuzzed");
	if (!evo_path_exists(folder))
		FUZZ_CHECK(evo_make_directories(folder, NULL));
	size_t length = fuzz_find(data, size, '%'), rest = length + (length < size);
	if (rest < size && data[rest] == '\n')
		rest++;
	free(fuzz_file("benchmarks/fuzzed/manifest.ini", data, length));
	free(fuzz_file("benchmarks/fuzzed/table.csv", data + rest, size - rest));
	struct evo_benchmark *benchmark = evo_benchmark_load("fuzzed", &err);
	if (fuzz_told(benchmark != NULL, &err)) {
		check(benchmark);
		evo_benchmark_destroy(benchmark);
	}
	free(folder);
	return 0;
}
