/*
 * A temporary folder for a test, removed by whoever made it.
 */
#ifndef EVOSCOPE_TESTS_FOLDER_H
#define EVOSCOPE_TESTS_FOLDER_H

#include <stdio.h>
#include <stdlib.h>

#include "evoscope/base.h"

/* Caller frees the name and removes the folder (evo_remove_tree). NULL when it cannot be made. */
static inline char *folder_make(void)
{
	const char *where = getenv("TMPDIR");
	char *name = evo_format("%s/evoscope-test-XXXXXX", where != NULL ? where : "/tmp");

	if (mkdtemp(name) == NULL) {
		free(name);
		return NULL;
	}
	return name;
}

/* The same as cmocka's set-up, with the path of a file in it; and what removes it again. */
static inline int folder_open(char **folder, char **path)
{
	*folder = folder_make();
	*path = *folder == NULL ? NULL : evo_path_join(*folder, "file");
	return *folder == NULL ? -1 : 0;
}

static inline int folder_close(char *folder, char *path)
{
	bool removed = evo_remove_tree(folder, NULL);

	free(folder);
	free(path);
	return removed ? 0 : -1;
}

/* Writes length bytes to a file, plainly. */
static inline bool file_put(const char *path, const void *bytes, size_t length)
{
	FILE *stream = fopen(path, "w");

	if (stream == NULL)
		return false;
	bool written = fwrite(bytes, 1, length, stream) == length;
	return fclose(stream) == 0 && written;
}

#endif
