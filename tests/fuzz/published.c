/* A published table of accuracies: every row is counted once, and the benchmarks made of it
   load. */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/import.h"
#include "evoscope/bench.h"
#include "fuzz.h"

static size_t told;

static void problem(void *context, size_t line, const char *what)
{
	(void) context;
	FUZZ_CHECK(line > 0 && *what != '\0' && strchr(what, '\n') == NULL);
	told++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	struct evo_import_report report = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("published.csv", data, size);
	struct evo_import import = {.importer = evo_importer_find("nats-bench"),
	                            .file = path,
	                            .name = "fuzzed",
	                            .replace = true,
	                            .report_limit = 5};
	told = 0;
	bool good = fuzz_told(evo_import_accuracies(&import, problem, NULL, &report, &err), &err);
	FUZZ_CHECK(report.used + report.duplicates + report.unknown + report.malformed +
	                   report.out_of_range - report.partial ==
	           report.rows);
	FUZZ_CHECK(!good || (report.used > 0 && report.benchmark_count > 0));
	for (size_t i = 0; good && i < report.benchmark_count; i++) {
		struct evo_benchmark *benchmark = evo_benchmark_load(report.benchmarks[i], &err);
		FUZZ_CHECK(fuzz_told(benchmark != NULL, &err));
		FUZZ_CHECK(benchmark->row_count > 0 && benchmark->row_count <= report.used);
		evo_benchmark_destroy(benchmark);
	}
	evo_import_report_clear(&report);
	free(path);
	return 0;
}
