/*
 * What the fuzz harnesses share.
 *
 * A harness is one file with one function, LLVMFuzzerTestOneInput, which gives bytes to a reader
 * and holds what comes of it against what must be so. Built by clang with --enable-fuzzers it is a
 * libFuzzer program; `make check` builds the same file with driver.c, which feeds it the inputs in
 * corpus/ and small changes of them.
 */
#ifndef EVOSCOPE_FUZZ_H
#define EVOSCOPE_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evoscope/base.h"

#define FUZZ_INPUT_MAX ((size_t) 64 << 10) /* bytes of an input that a harness looks at */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, whatever NDEBUG says, when something is not as it must be. */
#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* What failed says so in one line; what succeeded says nothing. */
static inline bool fuzz_told(bool good, const struct evo_error *err)
{
	FUZZ_CHECK(good == (err->code == EVO_OK));
	FUZZ_CHECK(good || err->message[0] != '\0');
	FUZZ_CHECK(strchr(err->message, '\n') == NULL);
	return good;
}

/* The input as text, up to the first NUL. Caller frees. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	return evo_strndup(size > 0 ? (const char *) data : "", size);
}

/* The place of the first byte of this value, or size. */
static inline size_t fuzz_find(const uint8_t *data, size_t size, int byte)
{
	const uint8_t *at = size > 0 ? memchr(data, byte, size) : NULL;
	return at == NULL ? size : (size_t) (at - data);
}

/* A folder of this process, made when it is first asked for: the user's data and configuration are
   in it from then on. The driver removes it; `make fuzz` removes all of them. */
const char *fuzz_folder(void);
void fuzz_folder_remove(void);

/* Writes bytes to a file of that folder. Its path, which the caller frees. */
static inline char *fuzz_file(const char *name, const void *bytes, size_t size)
{
	char *path = evo_path_join(fuzz_folder(), name);
	FILE *stream = fopen(path, "w");
	FUZZ_CHECK(stream != NULL);
	FUZZ_CHECK(size == 0 || fwrite(bytes, 1, size, stream) == size);
	FUZZ_CHECK(fclose(stream) == 0);
	return path;
}

/* All that is in a file. Caller frees. */
static inline char *fuzz_contents(const char *path)
{
	size_t length;
	char *text = evo_file_read(path, (size_t) 64 << 20, &length, NULL);
	FUZZ_CHECK(text != NULL);
	return text;
}

#endif
