/* The folder of a harness. */
#include "config.h"

#include "fuzz.h"

static char *folder;

const char *fuzz_folder(void)
{
	static const char *const places[] = {"EVOSCOPE_DATA", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
	                                     "XDG_STATE_HOME", "XDG_CACHE_HOME"};
	const char *where = getenv("TMPDIR");

	/* In memory where that can be: thousands of inputs are written and flushed. */
	if (where == NULL)
		where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	if (folder != NULL)
		return folder;
	folder = evo_format("%s/evoscope-fuzz-XXXXXX", where);
	FUZZ_CHECK(mkdtemp(folder) != NULL);
	for (size_t i = 0; i < EVO_COUNT(places); i++)
		setenv(places[i], folder, 1);
	return folder;
}

void fuzz_folder_remove(void)
{
	if (folder != NULL)
		evo_remove_tree(folder, NULL);
	free(folder);
	folder = NULL;
}
