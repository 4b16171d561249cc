/*
 * What the tests of benchmarks share: a folder of their own for the user's data, and files in it.
 */
#ifndef TEST_BENCH_SUPPORT_H
#define TEST_BENCH_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "evoscope/bench.h"
#include "evoscope/import.h"
#include "evoscope/scores.h"

static char data_folder[] = "/tmp/evoscope-bench-XXXXXX";

static inline int make_data_folder(void **state)
{
	(void) state;
	if (!mkdtemp(data_folder))
		return -1;
	setenv("EVOSCOPE_SHARED", EVO_SOURCE_DIR "/data", 1);
	return setenv("EVOSCOPE_DATA", data_folder, 1);
}

static inline int remove_data_folder(void **state)
{
	(void) state;
	return evo_remove_tree(data_folder, NULL) ? 0 : -1;
}

/* No benchmark is there when a test begins. */
static inline int empty_data_folder(void **state)
{
	char *benchmarks = evo_path_data("benchmarks");

	(void) state;
	if (evo_path_exists(benchmarks))
		assert_true(evo_remove_tree(benchmarks, NULL));
	free(benchmarks);
	return 0;
}

/* The path of a file of these bytes; caller frees. */
static inline char *put_bytes(const char *name, const void *bytes, size_t length)
{
	char *path = evo_path_join(data_folder, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline char *put_text(const char *name, const char *text)
{
	return put_bytes(name, text, strlen(text));
}

/* The public table, or NULL when it is not on this machine; caller frees. */
static inline char *published_table(void)
{
	const char *moved = getenv("EVOSCOPE_SHARED_DATA");
	char *path = moved ? evo_path_join(moved, "nb201/nats_bench.csv")
	                   : evo_strdup(EVO_SOURCE_DIR "/../shared/data/nb201/nats_bench.csv");

	if (evo_path_exists(path))
		return path;
	free(path);
	return NULL;
}

/* Cells for tables: different functions, unless said otherwise. */
#define CELL_A                                                                                     \
	"|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_"    \
	"connect~2|"
#define CELL_B                                                                                     \
	"|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_"     \
	"pool_3x3~2|"
#define CELL_C                                                                                     \
	"|nor_conv_1x1~0|+|skip_connect~0|nor_conv_1x1~1|+|nor_conv_3x3~0|none~1|avg_pool_3x3~2|"
#define CELL_ZERO    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
#define CELL_ZERO_AS "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|none~1|none~2|"

#endif
