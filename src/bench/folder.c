/*
 * The folders of benchmarks: which there are and what they may be called, and how a new one takes
 * its place in one step, so that nobody ever sees it half written.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/bench_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool evo_bench_name_check(const char *name, struct evo_error *err)
{
	if (*name == '\0')
		return evo_fail(err, EVO_E_USAGE, "a benchmark's name is empty");
	if (strlen(name) > EVO_NAME_MAX)
		return evo_fail(err, EVO_E_USAGE,
		                "the benchmark name \"%.20s...\" has more than %d characters", name,
		                EVO_NAME_MAX);
	if (!evo_name_is_plain(name))
		return evo_fail(err, EVO_E_USAGE,
		                "\"%s\" cannot name a benchmark; use letters, digits, - and _, "
		                "beginning with a letter or digit",
		                name);
	return true;
}

char *evo_bench_user_folder(const char *name)
{
	char *parent = evo_path_data("benchmarks");
	char *folder = evo_path_join(parent, name);

	free(parent);
	return folder;
}

bool evo_bench_is_embedded(const char *name)
{
	char *folder = evo_path_shared(name);
	bool there = evo_bench_folder_holds(folder);

	free(folder);
	return there;
}

bool evo_bench_new_name_check(const char *name, struct evo_error *err)
{
	char *folder;
	bool there;

	if (!evo_bench_name_check(name, err))
		return false;
	if (strcmp(name, "all") == 0)
		return evo_fail(err, EVO_E_USAGE,
		                "\"all\" stands for every benchmark; choose another name");
	folder = evo_bench_user_folder(name);
	there = evo_path_exists(folder);
	free(folder);
	return there || !evo_bench_is_embedded(name) ||
	       evo_fail(err, EVO_E_USAGE,
	                "a benchmark %s comes with the program, and this one would hide it; "
	                "choose another name by --name",
	                name);
}

bool evo_bench_folder_holds(const char *folder)
{
	char *manifest = evo_path_join(folder, EVO_BENCH_MANIFEST);
	bool there = evo_path_exists(manifest);

	free(manifest);
	return there;
}

/* ---- What there is --------------------------------------------------------------------------- */

struct names {
	char **list;
	size_t count;
};

static int by_text(const void *left, const void *right)
{
	return strcmp(*(char *const *) left, *(char *const *) right);
}

static void collect(struct names *names, const char *parent, struct evo_error *err)
{
	DIR *directory = opendir(parent);
	const struct dirent *entry;

	if (directory == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			evo_fail_file(err, parent, "read the folder", errno);
		return;
	}
	while ((entry = readdir(directory)) != NULL) {
		char *folder = evo_path_join(parent, entry->d_name);

		if (evo_bench_name_check(entry->d_name, NULL) && evo_bench_folder_holds(folder)) {
			names->list = evo_realloc(names->list, names->count + 1, sizeof(char *));
			names->list[names->count++] = evo_strdup(entry->d_name);
		}
		free(folder);
	}
	closedir(directory);
}

char **evo_benchmark_names(size_t *count, struct evo_error *err)
{
	struct names names = {.list = evo_calloc(1, sizeof(char *))};
	char *user = evo_path_data("benchmarks"), *embedded = evo_path_shared("");
	size_t kept = 0;

	collect(&names, user, err);
	collect(&names, embedded, err);
	free(user);
	free(embedded);
	qsort(names.list, names.count, sizeof(char *), by_text);
	for (size_t i = 0; i < names.count; i++) {
		if (kept > 0 && strcmp(names.list[kept - 1], names.list[i]) == 0)
			free(names.list[i]); /* the user's own stands before an embedded one */
		else
			names.list[kept++] = names.list[i];
	}
	*count = kept;
	return names.list;
}

static void not_found(const char *name, struct evo_error *err)
{
	size_t count;
	/* A folder that cannot be read may hold it. */
	char **names = evo_benchmark_names(&count, err);
	char *user = evo_path_data("benchmarks"), *shared = evo_path_shared_places();
	char *searched =
	        evo_format("see evoscope benchmarks list (searched: %s, %s)", user, shared);
	char advice[EVO_ADVICE_SIZE];

	evo_fail(err, EVO_E_NOT_FOUND, "no benchmark is called '%s'; %s", name,
	         evo_did_you_mean(name, (const char *const *) names, count, searched, advice));
	free(searched);
	free(user);
	free(shared);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

char *evo_bench_folder_find(const char *name, bool *embedded, struct evo_error *err)
{
	if (evo_bench_name_check(name, NULL)) {
		char *folder = evo_bench_user_folder(name);

		*embedded = false;
		if (evo_bench_folder_holds(folder))
			return folder;
		free(folder);
		*embedded = true;
		folder = evo_path_shared(name);
		if (evo_bench_folder_holds(folder))
			return folder;
		free(folder);
	}
	not_found(name, err);
	return NULL;
}

bool evo_benchmark_known(const char *name, struct evo_error *err)
{
	bool embedded;
	char *folder = evo_bench_folder_find(name, &embedded, err);

	free(folder);
	return folder != NULL;
}

/* ---- How one appears ------------------------------------------------------------------------- */

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return evo_strdup(".");
	return slash == path ? evo_strdup("/") : evo_strndup(path, (size_t) (slash - path));
}

/* A hidden folder beside `path`, never taken for a benchmark, and its lock. */
static char *make_beside(const char *path, int *lock, struct evo_error *err)
{
	char *parent = parent_of(path);
	char *made = evo_temporary_folder(parent, lock);

	if (made == NULL)
		evo_fail(err, EVO_E_IO, "cannot make a folder in %s: %s", parent, strerror(errno));
	free(parent);
	return made;
}

static void unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

static void sync_parent(const char *path)
{
	char *parent = parent_of(path);
	int descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (descriptor >= 0) {
		fsync(descriptor); /* some file systems refuse; the rename holds without a crash */
		close(descriptor);
	}
	free(parent);
}

bool evo_bench_staging_begin(struct evo_bench_staging *draft, const char *target,
                             struct evo_error *err)
{
	char *parent = parent_of(target);
	bool made = evo_make_directories(parent, err);

	free(parent);
	*draft = (struct evo_bench_staging){0};
	if (!made)
		return false;
	draft->path = make_beside(target, &draft->lock, err);
	if (draft->path == NULL)
		return false;
	draft->target = evo_strdup(target);
	return true;
}

/* Moves `path` out of the way and removes it: nobody sees it half removed. */
static bool retire(const char *path, struct evo_error *err)
{
	int lock, own = evo_temporary_lock(path);
	char *old = make_beside(path, &lock, err);
	bool done = false;

	if (old == NULL) {
		unlock(own);
		return false;
	}
	if (rename(path, old) != 0) /* onto an empty folder, as POSIX allows */
		evo_fail(err, EVO_E_IO, "cannot move %s: %s", path, strerror(errno));
	else
		done = true;
	if (done)
		done = evo_remove_tree(old, err);
	else
		rmdir(old);
	unlock(lock);
	unlock(own);
	free(old);
	return done;
}

/* Puts the new folder where another is. In one step where the system can swap two names. */
static bool take_place(const char *path, const char *target, struct evo_error *err)
{
#ifdef RENAME_EXCHANGE
	int lock = evo_temporary_lock(target);
	if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) == 0) {
		sync_parent(target);
		bool removed = evo_remove_tree(path, err);
		unlock(lock);
		return removed;
	}
	unlock(lock);
#endif
	if (!retire(target, err))
		return false;
	if (rename(path, target) != 0)
		return evo_fail(err, EVO_E_IO, "cannot rename %s to %s: %s", path, target,
		                strerror(errno));
	return true;
}

bool evo_bench_staging_publish(struct evo_bench_staging *draft, bool replace, struct evo_error *err)
{
	bool done;

	/* It was made for its owner alone; a benchmark is as readable as other files. */
	mode_t mask = umask(0);

	umask(mask);
	chmod(draft->path, 0777 & ~mask);
	if (rename(draft->path, draft->target) == 0)
		done = true;
	else if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
		done = evo_fail(err, EVO_E_IO, "cannot rename %s to %s: %s", draft->path,
		                draft->target, strerror(errno));
	else if (!replace)
		done = evo_fail(err, EVO_E_INPUT,
		                "%s is there already; remove it, or ask to replace it",
		                draft->target);
	else
		done = take_place(draft->path, draft->target, err);
	if (done) {
		sync_parent(draft->target);
		free(draft->path);
		draft->path = NULL;
	}
	evo_bench_staging_drop(draft);
	return done;
}

void evo_bench_staging_drop(struct evo_bench_staging *draft)
{
	if (draft->path != NULL)
		evo_remove_tree(draft->path, NULL);
	if (draft->target != NULL)
		unlock(draft->lock);
	free(draft->path);
	free(draft->target);
	*draft = (struct evo_bench_staging){0};
}

/* A build that was begun and never ended is no benchmark, but can be removed like one. */
static bool has_journal(const char *folder)
{
	char *journal = evo_path_join(folder, EVO_BENCH_JOURNAL);
	bool there = evo_path_exists(journal);

	free(journal);
	return there;
}

bool evo_benchmark_remove(const char *name, struct evo_error *err)
{
	char *folder;
	bool embedded, done;

	if (!evo_bench_name_check(name, err))
		return false;
	folder = evo_bench_user_folder(name);
	if (evo_bench_folder_holds(folder) || has_journal(folder)) {
		done = retire(folder, err);
	} else {
		free(folder);
		folder = evo_bench_folder_find(name, &embedded, err);
		done = folder != NULL &&
		       evo_fail(err, EVO_E_USAGE,
		                "\"%s\" comes with the program and cannot be removed", name);
	}
	free(folder);
	return done;
}
