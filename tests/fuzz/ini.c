/* INI: entries that were read, and written plainly, are read as the same ones. */
#include "config.h"

#include "fuzz.h"

struct reading {
	struct evo_text told;
	FILE *out;  /* NULL: only read */
	bool plain; /* can be written again as one short line each */
};

static bool take(void *context, const char *section, const char *key, const char *value,
                 size_t line, struct evo_error *err)
{
	struct reading *reading = context;

	(void) err;
	FUZZ_CHECK(line > 0 && *key != '\0');
	evo_text_printf(&reading->told, "%s\t%s\t%s\n", section, key, value);
	reading->plain = reading->plain && *section != '\0' && strlen(key) + strlen(value) < 150 &&
	                 strchr(section, ']') == NULL && strlen(section) < 49 &&
	                 strpbrk(key, "[;#=: ") == NULL && strchr(value, ';') == NULL &&
	                 strchr(section, ';') == NULL;
	if (reading->out != NULL)
		fprintf(reading->out, "[%s]\n%s = %s\n", section, key, value);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading first = {.plain = true}, second = {.plain = true};
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("in.ini", data, size), *written = fuzz_file("out.ini", "", 0);
	evo_text_init(&first.told);
	evo_text_init(&second.told);
	first.out = fopen(written, "w");
	FUZZ_CHECK(first.out != NULL);
	bool good = fuzz_told(evo_ini_read(path, take, &first, &err), &err);
	fclose(first.out);
	if (good && first.plain) {
		FUZZ_CHECK(evo_ini_read(written, take, &second, NULL));
		FUZZ_CHECK(strcmp(first.told.data, second.told.data) == 0);
	}
	evo_text_clear(&first.told);
	evo_text_clear(&second.told);
	free(path);
	free(written);
	return 0;
}
