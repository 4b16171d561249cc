/* CSV: records that were read, and written out again, are read as the same ones. */
#include "config.h"

#include "fuzz.h"

struct reading {
	struct evo_text fields; /* each with its end, then one byte more a record */
	struct evo_csv csv;     /* to write to; stream NULL: only read */
	size_t line;
};

static bool take(void *context, size_t line, size_t count, char *const *fields,
                 struct evo_error *err)
{
	struct reading *reading = context;

	(void) err;
	FUZZ_CHECK(count > 0);
	FUZZ_CHECK(line > reading->line);
	reading->line = line;
	for (size_t i = 0; i < count; i++) {
		evo_text_append_n(&reading->fields, fields[i], strlen(fields[i]) + 1);
		if (reading->csv.stream != NULL)
			evo_csv_text(&reading->csv, fields[i]);
	}
	evo_text_append(&reading->fields, "\n");
	if (reading->csv.stream != NULL)
		evo_csv_end_row(&reading->csv);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading first = {0}, second = {0};
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("in.csv", data, size), *written = fuzz_file("out.csv", "", 0);
	FILE *stream = fopen(written, "w");
	FUZZ_CHECK(stream != NULL);
	evo_text_init(&first.fields);
	evo_text_init(&second.fields);
	evo_csv_begin(&first.csv, stream);
	bool good = fuzz_told(evo_csv_read(path, take, &first, &err), &err);
	fclose(stream);
	if (good) {
		FUZZ_CHECK(evo_csv_read(written, take, &second, NULL));
		FUZZ_CHECK(first.fields.length == second.fields.length);
		FUZZ_CHECK(memcmp(first.fields.data, second.fields.data, first.fields.length) == 0);
	} else {
		FUZZ_CHECK(err.line > 0);
	}
	evo_text_clear(&first.fields);
	evo_text_clear(&second.fields);
	free(path);
	free(written);
	return 0;
}
