/*
 * What is written survives what goes wrong while something else is written in its place: every call
 * of the system that writes fails once, in turn, and what was there before is there still, or what
 * was to be there is, whole, with nothing beside it.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/bench.h"
#include "evoscope/import.h"
#include "evoscope/proxy.h"
#include "folder.h"

/* ---- Calls that fail ------------------------------------------------------------------------- */

static size_t calls, failing; /* calls so far; which of them fails, from 1; 0: none */

static bool fails(void)
{
	if (failing == 0 || ++calls != failing)
		return false;
	errno = ENOSPC;
	return true;
}

ssize_t __real_write(int descriptor, const void *bytes, size_t count);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t count);
int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_ftruncate(int descriptor, off_t length);
int __wrap_ftruncate(int descriptor, off_t length);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);

ssize_t __wrap_write(int descriptor, const void *bytes, size_t count)
{
	return fails() ? -1 : __real_write(descriptor, bytes, count);
}

int __wrap_fsync(int descriptor)
{
	return fails() ? -1 : __real_fsync(descriptor);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

int __wrap_ftruncate(int descriptor, off_t length)
{
	return fails() ? -1 : __real_ftruncate(descriptor, length);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : __real_mkdir(path, mode);
}

/* ---- What is tried --------------------------------------------------------------------------- */

static char *folder; /* the user's data */

struct trial {
	void (*before)(void); /* makes what is there before */
	bool (*change)(struct evo_error *err);
	/* Is it as it was before, or (changed) as it was to be? Fails the test when it is
	   neither. */
	void (*check)(bool changed);
	const char
	        *leaves; /* the folder, within the data, that may have `files` in it and no more */
	size_t files;
};

static char *path_of(const char *name)
{
	return evo_path_join(folder, name);
}

static void put(const char *name, const char *text)
{
	char *path = path_of(name);
	assert_true(file_put(path, text, strlen(text)));
	free(path);
}

/* Those that a listing shows. */
static size_t count_files(const char *name)
{
	char *path = path_of(name);
	DIR *stream = opendir(path);
	struct dirent *entry;
	size_t count = 0;
	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			count++;
	closedir(stream);
	free(path);
	return count;
}

/* True when a call failed, so that there may be a next one. */
static bool try_one(const struct trial *trial, size_t which)
{
	struct evo_error err = {0};
	folder = folder_make();
	assert_non_null(folder);
	setenv("EVOSCOPE_DATA", folder, 1);
	trial->before();
	calls = 0;
	failing = which;
	bool good = trial->change(&err);
	failing = 0;
	bool failed = calls >= which;
	/* What failed says so; some failures, such as to flush a folder, are none. */
	assert_int_equal(good, err.code == EVO_OK);
	assert_true(good || (failed && err.message[0] != '\0'));
	trial->check(good);
	assert_int_equal(count_files(trial->leaves), trial->files);
	assert_true(evo_remove_tree(folder, NULL));
	free(folder);
	return failed;
}

static void try_all(const struct trial *trial)
{
	size_t which = 1;
	while (try_one(trial, which))
		which++;
	assert_true(which > 3); /* it did write */
}

/* ---- A file ---------------------------------------------------------------------------------- */

static void file_before(void)
{
	put("file", "old\n");
}

static bool file_change(struct evo_error *err)
{
	char *path = path_of("file");
	struct evo_file *file = evo_file_create(path, err);
	free(path);
	for (int i = 0; file != NULL && i < 20000; i++)
		fputs("new\n", evo_file_stream(file));
	return file != NULL && evo_file_commit(file, err);
}

static void file_check(bool changed)
{
	char *path = path_of("file");
	size_t length;
	char *text = evo_file_read(path, 1 << 20, &length, NULL);
	assert_non_null(text);
	if (changed)
		assert_int_equal(length, 80000);
	else
		assert_string_equal(text, "old\n");
	free(text);
	free(path);
}

static void a_file_is_old_or_new(void **state)
{
	(void) state;
	try_all(&(struct trial){file_before, file_change, file_check, "", 1});
}

/* ---- A journal ------------------------------------------------------------------------------- */

static size_t lines;

static bool count_line(void *context, char *line)
{
	(void) context;
	lines++;
	return strncmp(line, "line", 4) == 0;
}

static struct evo_journal *open_journal(struct evo_error *err)
{
	char *path = path_of("journal");
	struct evo_journal_opening opening = {
	        .path = path, .heading = "heading", .take = count_line};
	lines = 0;
	struct evo_journal *journal = evo_journal_open(&opening, err);
	free(path);
	return journal;
}

static void journal_before(void)
{
	put("journal", "heading\nline 1\nline 2\ntorn");
}

static bool journal_change(struct evo_error *err)
{
	struct evo_journal *journal = open_journal(err);
	bool good = journal != NULL && evo_journal_append(journal, "line 3", err) &&
	            evo_journal_append(journal, "line 4", err) && evo_journal_sync(journal, err);
	if (journal != NULL)
		evo_journal_close(journal);
	return good;
}

static void journal_check(bool changed)
{
	struct evo_error err = {0};
	struct evo_journal *journal = open_journal(&err);
	assert_non_null(journal);
	assert_true(changed ? lines == 4 : lines >= 2);
	evo_journal_close(journal);
}

static void a_journal_keeps_its_lines(void **state)
{
	(void) state;
	try_all(&(struct trial){journal_before, journal_change, journal_check, "", 1});
}

/* ---- Proxies --------------------------------------------------------------------------------- */

static void proxies_before(void)
{
	assert_true(evo_proxy_add("first", "mul(units, 2)", "me", NULL));
}

static bool proxies_change(struct evo_error *err)
{
	return evo_proxy_add("second", "mul(units, 3)", "", err);
}

static void proxies_check(bool changed)
{
	struct evo_library library;
	struct evo_error err = {0};
	assert_true(evo_library_load(&library, &err));
	assert_int_equal(library.own, changed ? 2 : 1);
	assert_non_null(evo_library_find(&library, "first"));
	evo_library_clear(&library);
}

static void proxies_are_kept(void **state)
{
	(void) state;
	try_all(&(struct trial){proxies_before, proxies_change, proxies_check, "", 1});
}

/* ---- Benchmarks ------------------------------------------------------------------------------ */

#define ONE   "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"
#define OTHER "|nor_conv_1x1~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"

static bool import(const char *accuracy, struct evo_error *err)
{
	char *text = evo_format("ArchitectureString,CIFAR10TestAccuracy200Epochs\n" ONE
	                        ",%s\n" OTHER ",90\n",
	                        accuracy);
	/* Not in the data, and by no call that fails. */
	char *path = evo_format("%s.csv", folder);
	assert_true(file_put(path, text, strlen(text)));
	struct evo_import from = {.importer = evo_importer_find("nats-bench"),
	                          .file = path,
	                          .name = "kept",
	                          .replace = true};
	struct evo_import_report report = {0};
	bool good = evo_import_accuracies(&from, NULL, NULL, &report, err);
	evo_import_report_clear(&report);
	unlink(path);
	free(path);
	free(text);
	return good;
}

static void benchmark_before(void)
{
	assert_true(import("50", NULL));
}

static bool benchmark_change(struct evo_error *err)
{
	return import("60", err);
}

static void benchmark_check(bool changed)
{
	struct evo_error err = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load("kept-cifar10", &err);
	assert_string_equal(err.message, "");
	double accuracy = benchmark->rows[evo_benchmark_row(benchmark, ONE)].accuracy;
	assert_true(accuracy == (changed ? 60 : 50));
	evo_benchmark_destroy(benchmark);
}

static void a_benchmark_is_old_or_new(void **state)
{
	(void) state;
	try_all(&(struct trial){benchmark_before, benchmark_change, benchmark_check, "benchmarks",
	                        1});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_file_is_old_or_new),
	        cmocka_unit_test(a_journal_keeps_its_lines),
	        cmocka_unit_test(proxies_are_kept),
	        cmocka_unit_test(a_benchmark_is_old_or_new),
	};
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
