/*
 * base: files, directories, paths, and what control groups allow.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evoscope/base.h"
#include "../src/base/cgroup.h"
#include "folder.h"

static char *folder;

static int make_folder(void **state)
{
	(void) state;
	folder = folder_make();
	return folder == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
	(void) state;
	bool removed = evo_remove_tree(folder, NULL);
	free(folder);
	return removed ? 0 : -1;
}

static char *in_folder(const char *name)
{
	return evo_path_join(folder, name);
}

static size_t entries(void)
{
	DIR *directory = opendir(folder);
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count - 2;
}

static void expect_content(const char *path, const char *content)
{
	size_t length = 0;
	char *bytes = evo_file_read(path, 1000, &length, NULL);

	assert_non_null(bytes);
	assert_string_equal(bytes, content);
	assert_int_equal(length, strlen(content));
	free(bytes);
}

static void put(const char *path, const char *content)
{
	assert_true(file_put(path, content, strlen(content)));
}

static void test_file_is_whole_or_not_at_all(void **state)
{
	char *path = in_folder("out.csv");
	struct evo_error err = {0};

	(void) state;
	struct evo_file *file = evo_file_create(path, &err);
	assert_non_null(file);
	fputs("one", evo_file_stream(file));
	assert_false(evo_path_exists(path));
	assert_true(evo_file_commit(file, &err));
	expect_content(path, "one");

	file = evo_file_create(path, &err);
	fputs("two", evo_file_stream(file));
	fflush(evo_file_stream(file));
	expect_content(path, "one");
	evo_file_abort(file);
	expect_content(path, "one");

	assert_int_equal(chmod(path, 0640), 0);
	file = evo_file_create(path, &err);
	fputs("three", evo_file_stream(file));
	assert_true(evo_file_commit(file, &err));
	expect_content(path, "three");
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0640);
	assert_int_equal(entries(), 1);
	evo_file_abort(NULL);
	free(path);
}

static void test_file_behind_a_link_is_replaced(void **state)
{
	char *path = in_folder("real"), *link = in_folder("link");

	(void) state;
	put(path, "old");
	assert_int_equal(symlink("real", link), 0);
	struct evo_file *file = evo_file_create(link, NULL);
	fputs("new", evo_file_stream(file));
	assert_true(evo_file_commit(file, NULL));
	expect_content(path, "new");
	struct stat found;
	assert_int_equal(lstat(link, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	free(path);
	free(link);
}

static void test_file_create_faults(void **state)
{
	char *plain = in_folder("plain"), *through = in_folder("plain/x"),
	     *missing = in_folder("no/x");
	struct evo_error err = {0};

	(void) state;
	put(plain, "");
	assert_null(evo_file_create(through, &err));
	assert_int_equal(err.code, EVO_E_IO);
	assert_string_equal(err.file, through);
	assert_string_equal(err.message, "cannot write: Not a directory");
	evo_error_clear(&err);
	assert_null(evo_file_create(missing, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_non_null(strstr(err.message, "there is no directory"));
	evo_error_clear(&err);
	assert_null(evo_file_create(folder, &err));
	assert_string_equal(err.message, "cannot write: Is a directory");
	assert_int_equal(entries(), 1);
	free(plain);
	free(through);
	free(missing);
}

static void test_full_disk(void **state)
{
	struct evo_error err = {0};

	(void) state;
	if (!evo_path_exists("/dev/full"))
		skip();
	struct evo_file *file = evo_file_create("/dev/full", &err);
	assert_non_null(file);
	fputs("some bytes", evo_file_stream(file));
	assert_false(evo_file_commit(file, &err));
	assert_int_equal(err.code, EVO_E_IO);
	assert_string_equal(err.message, "cannot write: No space left on device");
	struct stat found;
	assert_int_equal(stat("/dev/full", &found), 0);
	assert_true(S_ISCHR(found.st_mode));
}

/* Where standard output goes to a file, /dev/stdout is what goes there too, not in its place. */
static void test_standard_output(void **state)
{
	char *path = in_folder("out");
	struct evo_error err = {0};
	size_t length;

	(void) state;
	if (!evo_path_exists("/dev/stdout"))
		skip();
	put(path, "");
	fflush(stdout);
	int before = dup(STDOUT_FILENO), out = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(before >= 0 && out >= 0);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	ssize_t first = write(STDOUT_FILENO, "one ", 4);
	struct evo_file *file = evo_file_create("/dev/stdout", &err);
	bool committed = file != NULL && fputs("two ", evo_file_stream(file)) >= 0 &&
	                 evo_file_commit(file, &err);
	ssize_t last = write(STDOUT_FILENO, "three", 5);
	dup2(before, STDOUT_FILENO);
	close(before);
	close(out);
	assert_true(committed && first == 4 && last == 5);
	char *text = evo_file_read(path, 100, &length, &err);
	assert_non_null(text);
	assert_string_equal(text, "one two three");
	assert_int_equal(entries(), 1);
	free(text);
	unlink(path);
	free(path);
}

/* A limit on the size of files is a full disk for one process, root or not. */
static void test_failed_commit_keeps_what_was_there(void **state)
{
	char *path = in_folder("kept"), bytes[5000];
	struct evo_error err = {0};
	struct rlimit before, small;

	(void) state;
	put(path, "kept");
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	small = before;
	small.rlim_cur = 1000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	struct evo_file *file = evo_file_create(path, &err);
	bool created = file != NULL, committed = true;
	if (created) {
		fwrite(bytes, 1, sizeof(bytes), evo_file_stream(file));
		committed = evo_file_commit(file, &err);
	}
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, handler);
	assert_true(created);
	assert_false(committed);
	assert_int_equal(err.code, EVO_E_IO);
	assert_string_equal(
	        err.message,
	        "cannot write: File too large; raise the limit on files' sizes (ulimit -f)");
	expect_content(path, "kept");
	assert_int_equal(entries(), 1);
	free(path);
}

/* The target became a directory meanwhile, so that only the rename fails. */
static void test_failed_rename_leaves_nothing(void **state)
{
	char *path = in_folder("target");
	struct evo_error err = {0};

	(void) state;
	struct evo_file *file = evo_file_create(path, &err);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_false(evo_file_commit(file, &err));
	assert_string_equal(err.message, "cannot write: Is a directory");
	assert_int_equal(entries(), 1);
	free(path);
}

/* What a program that was killed was writing goes with the next file that is made there; what a
   living one writes does not, nor what is not of that kind. */
static void test_left_by_the_killed(void **state)
{
	static const char *const others[] = {".evoscope-12345678-1", ".evoscope-x-1-1",
	                                     ".evoscope-1-1.csv", "evoscope-1-1",
	                                     ".evoscope-00000000-1-1"};
	char *kept = in_folder("kept"), *name = NULL;
	struct evo_error err = {0};
	int ready[2];

	(void) state;
	assert_int_equal(pipe(ready), 0);
	for (size_t i = 0; i < EVO_COUNT(others); i++) {
		name = in_folder(others[i]);
		put(name, "a person's");
		free(name);
	}
	pid_t child = fork();
	if (child == 0) {
		int lock;
		struct evo_file *file = evo_file_create(kept, NULL);
		char *left = evo_temporary_folder(folder, &lock);
		if (file == NULL || left == NULL || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	char byte;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(entries(), EVO_COUNT(others) + 2);
	for (int round = 0; round < 2; round++) {
		/* A process of its own looks through the folder as for the first time. */
		pid_t next = fork();
		if (next == 0) {
			struct evo_file *file = evo_file_create(kept, &err);
			_exit(file == NULL || !evo_file_commit(file, &err));
		}
		int status;
		assert_int_equal(waitpid(next, &status, 0), next);
		assert_int_equal(status, 0);
		assert_int_equal(entries(), EVO_COUNT(others) + 1 + (round == 0 ? 2 : 0));
		if (round == 0) {
			kill(child, SIGKILL);
			assert_int_equal(waitpid(child, &status, 0), child);
		}
	}
	close(ready[0]);
	close(ready[1]);
	free(kept);
}

static void test_file_read(void **state)
{
	char *path = in_folder("in"), *bytes, content[10000];
	struct evo_error err = {0};
	size_t length = 0;

	(void) state;
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (char) (i * 7);
	for (size_t size = 4095; size <= 4097; size++) {
		assert_true(file_put(path, content, size));
		bytes = evo_file_read(path, size, &length, &err);
		assert_non_null(bytes);
		assert_int_equal(length, size);
		assert_memory_equal(bytes, content, size);
		assert_int_equal(bytes[size], '\0');
		free(bytes);
		assert_null(evo_file_read(path, size - 1, &length, &err));
		assert_int_equal(err.code, EVO_E_INPUT);
		evo_error_clear(&err);
	}
	put(path, "");
	bytes = evo_file_read(path, 0, NULL, &err);
	assert_string_equal(bytes, "");
	free(bytes);
	assert_null(evo_file_read(folder, 100, NULL, &err));
	assert_string_equal(err.message, "cannot read: Is a directory");
	evo_error_clear(&err);
	unlink(path);
	assert_null(evo_file_read(path, 100, NULL, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	free(path);
}

static void test_make_directories(void **state)
{
	char *deep = in_folder("a//b/c/"), *plain = in_folder("a/plain"),
	     *below = in_folder("a/plain/x");
	struct evo_error err = {0};

	(void) state;
	assert_true(evo_make_directories(deep, &err));
	assert_true(evo_make_directories(deep, &err));
	assert_true(evo_path_exists(deep));
	assert_true(evo_make_directories("/", &err));
	put(plain, "");
	assert_false(evo_make_directories(below, &err));
	assert_int_equal(err.code, EVO_E_IO);
	evo_error_clear(&err);
	assert_false(evo_make_directories(plain, &err));
	assert_string_equal(err.message, "cannot make the directory: Not a directory");
	assert_false(evo_make_directories("", NULL));
	free(deep);
	free(plain);
	free(below);
}

static void test_remove_tree_follows_no_links(void **state)
{
	char *outside = in_folder("outside"), *kept = in_folder("outside/kept");
	char *tree = in_folder("tree"), *deep = in_folder("tree/x/y");
	char *link = in_folder("tree/x/link"), *top_link = in_folder("top/");
	struct evo_error err = {0};

	(void) state;
	assert_true(evo_make_directories(outside, NULL) && evo_make_directories(deep, NULL));
	put(kept, "kept");
	assert_int_equal(symlink(outside, link), 0);
	char *file = evo_path_join(deep, "file");
	put(file, "gone");
	assert_true(evo_remove_tree(tree, &err));
	assert_false(evo_path_exists(tree));
	expect_content(kept, "kept");

	/* A link itself goes, and with a slash behind it no more than the link. */
	char *bare = in_folder("top");
	assert_int_equal(symlink("outside", bare), 0);
	assert_true(evo_remove_tree(top_link, &err));
	expect_content(kept, "kept");
	struct stat found;
	assert_int_equal(lstat(bare, &found), -1);

	assert_false(evo_remove_tree(tree, &err));
	assert_int_equal(err.code, EVO_E_NOT_FOUND);
	assert_true(evo_remove_tree(kept, NULL));
	free(outside);
	free(kept);
	free(tree);
	free(deep);
	free(link);
	free(top_link);
	free(file);
	free(bare);
}

static void expect_path(char *path, const char *expected)
{
	assert_string_equal(path, expected);
	free(path);
}

static void test_paths(void **state)
{
	(void) state;
	expect_path(evo_path_join("a", "b"), "a/b");
	expect_path(evo_path_join("a/", "b"), "a/b");
	expect_path(evo_path_join("/", "b"), "/b");
	expect_path(evo_path_join("", "b"), "b");
	expect_path(evo_path_join("a", ""), "a");

	setenv("HOME", "/h", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("EVOSCOPE_DATA");
	setenv("XDG_STATE_HOME", "relative/is/ignored", 1);
	expect_path(evo_path_config("evoscope.ini"), "/h/.config/evoscope/evoscope.ini");
	expect_path(evo_path_data("runs"), "/h/.local/share/evoscope/runs");
	expect_path(evo_path_data(NULL), "/h/.local/share/evoscope");
	expect_path(evo_path_state("keys"), "/h/.local/state/evoscope/keys");
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_STATE_HOME", "", 1);
	expect_path(evo_path_config("x"), "/c/evoscope/x");
	expect_path(evo_path_data("x"), "/d/evoscope/x");
	expect_path(evo_path_state("x"), "/h/.local/state/evoscope/x");
	setenv("EVOSCOPE_DATA", "/mine", 1);
	expect_path(evo_path_data("runs"), "/mine/runs");
	unsetenv("EVOSCOPE_DATA");

	/* Without HOME there is still an answer. */
	unsetenv("HOME");
	char *path = evo_path_state("x");
	assert_non_null(strstr(path, "/.local/state/evoscope/x"));
	free(path);
}

/* This test runs from the build tree, so what is shared is looked for in the source tree. */
static void test_shared_paths(void **state)
{
	(void) state;
	setenv("EVOSCOPE_SHARED", "/s", 1);
	expect_path(evo_path_shared("themes"), "/s/themes");
	unsetenv("EVOSCOPE_SHARED");
	expect_path(evo_path_shared("include"), EVO_SOURCE_DIR "/include");
	expect_path(evo_path_shared("no-such-thing"), EVO_SOURCE_DIR "/data/no-such-thing");
}

static void put_below(const char *name, const char *content)
{
	char *path = in_folder(name), *directory = evo_strdup(path);

	*strrchr(directory, '/') = '\0';
	assert_true(evo_make_directories(directory, NULL));
	put(path, content);
	free(directory);
	free(path);
}

static void test_cgroup_v2(void **state)
{
	(void) state;
	put_below("proc/self/cgroup", "0::/user/job\n");
	put_below("proc/self/mountinfo", "22 1 0:2 / /proc rw - proc proc rw\n"
	                                 "30 22 0:27 / /sys/fs/cg\\040roup rw,nosuid shared:9 - "
	                                 "cgroup2 cgroup2 rw,nsdelegate\n");
	struct evo_cgroup_limits limits = evo_cgroup_limits(folder);
	assert_true(limits.cores == 0 && limits.memory == 0);
	put_below("sys/fs/cg roup/user/job/cpu.max", "max 100000\n");
	put_below("sys/fs/cg roup/user/job/memory.max", "max\n");
	limits = evo_cgroup_limits(folder);
	assert_true(limits.cores == 0 && limits.memory == 0);
	/* The group above is the tighter one. */
	put_below("sys/fs/cg roup/user/job/memory.max", "4000000000\n");
	put_below("sys/fs/cg roup/user/cpu.max", "150000 100000\n");
	put_below("sys/fs/cg roup/user/memory.max", "1000000000\n");
	limits = evo_cgroup_limits(folder);
	assert_true(limits.cores == 1.5);
	assert_true(limits.memory == 1000000000);
}

static void test_cgroup_v1_in_a_container(void **state)
{
	(void) state;
	put_below("proc/self/cgroup", "4:memory:/docker/abc/inner\n3:cpuset:/x\n"
	                              "1:cpu,cpuacct:/docker/abc\n0::/\n");
	put_below("proc/self/mountinfo",
	          "31 30 0:28 /docker/abc /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
	          "32 30 0:29 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n"
	          "33 30 0:30 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
	          "broken line\n");
	put_below("cg/cpu/cpu.cfs_quota_us", "-1\n");
	put_below("cg/cpu/cpu.cfs_period_us", "100000\n");
	put_below("cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
	struct evo_cgroup_limits limits = evo_cgroup_limits(folder);
	assert_true(limits.cores == 0 && limits.memory == 0);
	put_below("cg/cpu/cpu.cfs_quota_us", "250000\n");
	put_below("cg/memory/inner/memory.limit_in_bytes", "536870912\n");
	limits = evo_cgroup_limits(folder);
	assert_true(limits.cores == 2.5);
	assert_true(limits.memory == 536870912);
	/* Other groups' limits are not ours. */
	put_below("cg/memory/other/memory.limit_in_bytes", "1\n");
	assert_true(evo_cgroup_limits(folder).memory == 536870912);
}

static void test_machine(void **state)
{
	struct rlimit before, small;

	(void) state;
	assert_true(evo_cores() >= 1);
	assert_true(strlen(evo_processor()) > 0);
	assert_ptr_equal(evo_processor(), evo_processor());
	size_t memory = evo_memory();
	assert_true(memory > (size_t) 64 << 20);
#ifndef EVO_SANITIZED
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	small = before;
	small.rlim_cur = memory / 2;
	assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
	size_t limited = evo_memory();
	setrlimit(RLIMIT_AS, &before);
	/* What is left of it. */
	assert_in_range(limited, 1, memory / 2 - 1);
#else
	(void) before;
	(void) small;
#endif
}

#define in_own_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        in_own_folder(test_file_is_whole_or_not_at_all),
	        in_own_folder(test_file_behind_a_link_is_replaced),
	        in_own_folder(test_file_create_faults),
	        in_own_folder(test_full_disk),
	        in_own_folder(test_standard_output),
	        in_own_folder(test_failed_commit_keeps_what_was_there),
	        in_own_folder(test_failed_rename_leaves_nothing),
	        in_own_folder(test_left_by_the_killed),
	        in_own_folder(test_file_read),
	        in_own_folder(test_make_directories),
	        in_own_folder(test_remove_tree_follows_no_links),
	        cmocka_unit_test(test_paths),
	        cmocka_unit_test(test_shared_paths),
	        in_own_folder(test_cgroup_v2),
	        in_own_folder(test_cgroup_v1_in_a_container),
	        cmocka_unit_test(test_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
