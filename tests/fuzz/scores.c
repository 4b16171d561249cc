/* Scores computed elsewhere: what was imported is what is loaded afterwards. */
#include "config.h"

#include <math.h>

#include "evoscope/scores.h"
#include "fuzz.h"

static void problem(void *context, size_t line, const char *what)
{
	(void) context;
	FUZZ_CHECK(line > 0 && *what != '\0' && strchr(what, '\n') == NULL);
}

static void check_same(const struct evo_scores *a, const struct evo_scores *b)
{
	FUZZ_CHECK(a->row_count == b->row_count && a->column_count == b->column_count);
	for (size_t column = 0; column < a->column_count; column++)
		FUZZ_CHECK(strcmp(a->columns[column], b->columns[column]) == 0);
	for (size_t row = 0; row < a->row_count; row++) {
		FUZZ_CHECK(evo_scores_row(b, a->architectures[row]) == row);
		for (size_t column = 0; column < a->column_count; column++) {
			double x = 0, y = 0;
			bool there = evo_scores_value(a, row, column, &x);
			FUZZ_CHECK(evo_scores_value(b, row, column, &y) == there);
			FUZZ_CHECK(!there || x == y || (isnan(x) && isnan(y)));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	struct evo_import_report report = {0};
	struct evo_scores *scores = NULL;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("elsewhere.csv", data, size);
	struct evo_scores_import import = {
	        .file = path, .name = "fuzzed", .replace = true, .report_limit = 5};
	bool good =
	        fuzz_told(evo_import_scores(&import, problem, NULL, &report, &scores, &err), &err);
	FUZZ_CHECK(good == (scores != NULL));
	if (good) {
		struct evo_scores *loaded = evo_scores_load("fuzzed", &err);
		FUZZ_CHECK(fuzz_told(loaded != NULL, &err));
		check_same(scores, loaded);
		evo_scores_destroy(loaded);
		evo_scores_destroy(scores);
	}
	evo_import_report_clear(&report);
	free(path);
	return 0;
}
