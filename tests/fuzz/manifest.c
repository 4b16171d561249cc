/* Manifests: what was read, and written, is read as the same, and its settings can be had. */
#include "config.h"

#include "evoscope/bench_manifest.h"
#include "evoscope/build.h"
#include "fuzz.h"

/* Writes it, and reads what was written. Caller frees the text. */
static char *write_and_read(struct evo_bench_manifest *manifest)
{
	struct evo_error err = {0};
	char *path = evo_path_join(fuzz_folder(), "written.ini");

	FUZZ_CHECK(fuzz_told(evo_bench_manifest_write(manifest, path, &err), &err));
	evo_bench_manifest_clear(manifest);
	FUZZ_CHECK(fuzz_told(evo_bench_manifest_read(manifest, path, &err), &err));
	char *text = fuzz_contents(path);
	free(path);
	return text;
}

/* Control characters become blanks in the file, and blanks at an end are lost with the next. */
static void check_written(struct evo_bench_manifest *manifest)
{
	free(write_and_read(manifest));
	char *once = write_and_read(manifest), *twice = write_and_read(manifest);
	FUZZ_CHECK(strcmp(once, twice) == 0);
	free(once);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_bench_manifest manifest;
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("manifest.ini", data, size);
	evo_bench_manifest_init(&manifest);
	if (fuzz_told(evo_bench_manifest_read(&manifest, path, &err), &err))
		check_written(&manifest);
	evo_bench_manifest_clear(&manifest);
	evo_error_clear(&err);
	struct evo_built *built = evo_built_load("fuzzed", fuzz_folder(), &err);
	fuzz_told(built != NULL, &err);
	if (built != NULL)
		evo_built_destroy(built);
	free(path);
	return 0;
}
