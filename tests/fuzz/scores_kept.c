/* The file in which imported scores are kept. */
#include "config.h"

#include "evoscope/scores.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	size_t count, column;
	char *name = NULL;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *folder = evo_path_join(fuzz_folder(), "scores");
	if (!evo_path_exists(folder))
		FUZZ_CHECK(evo_make_directories(folder, NULL));
	free(fuzz_file("scores/fuzzed.csv", data, size));
	struct evo_scores *head = evo_scores_head("fuzzed", &err);
	fuzz_told(head != NULL, &err);
	evo_error_clear(&err);
	struct evo_scores *all = evo_scores_load("fuzzed", &err);
	if (fuzz_told(all != NULL, &err)) {
		FUZZ_CHECK(head != NULL && head->column_count == all->column_count);
		for (size_t row = 0; row < all->row_count; row++)
			FUZZ_CHECK(evo_scores_row(all, all->architectures[row]) == row);
		evo_scores_destroy(all);
	}
	if (head != NULL)
		evo_scores_destroy(head);
	char **columns = evo_scores_columns(&count);
	for (size_t i = 0; i < count; i++)
		free(columns[i]);
	free(columns);
	evo_error_clear(&err);
	if (fuzz_told(evo_scores_find("fuzzed/a", &name, &column, &err), &err))
		free(name);
	free(folder);
	return 0;
}
