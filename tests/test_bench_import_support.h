/*
 * What the tests of imports share: a table that is imported, and what is told of it.
 */
#ifndef TEST_BENCH_IMPORT_SUPPORT_H
#define TEST_BENCH_IMPORT_SUPPORT_H

#include <dirent.h>

#include "test_bench_support.h"

#define HEADER                                                                                     \
	"CIFAR10TestAccuracy200Epochs,CIFAR100TestAccuracy200Epochs,"                              \
	"ImageNetTestAccuracy200Epochs,ArchitectureString,UniqueString\n"

/* ---- Problems as they are told --------------------------------------------------------------- */

struct heard {
	size_t count, lines[32];
	char what[32][512];
};

static inline void hear(void *context, size_t line, const char *what)
{
	struct heard *heard = context;

	assert_true(heard->count < 32);
	heard->lines[heard->count] = line;
	snprintf(heard->what[heard->count++], sizeof(heard->what[0]), "%s", what);
}

static struct heard heard;
static struct evo_import_report report;
static struct evo_error err;

static inline bool import_with(struct evo_import import, const char *text)
{
	char *path = put_text("table.csv", text);
	bool done;

	memset(&heard, 0, sizeof(heard));
	evo_import_report_clear(&report);
	evo_error_clear(&err);
	import.importer = evo_importer_find("nats-bench");
	import.file = path;
	done = evo_import_accuracies(&import, hear, &heard, &report, &err);
	free(path);
	return done;
}

static inline size_t entries(void)
{
	char *path = evo_path_data("benchmarks");
	DIR *directory = opendir(path);
	size_t count = 0;

	free(path);
	if (directory == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			count++;
	closedir(directory);
	return count;
}

static inline int begin(void **state)
{
	return empty_data_folder(state);
}

static inline int end(void **state)
{
	(void) state;
	evo_import_report_clear(&report);
	return 0;
}

#endif
