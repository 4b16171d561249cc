/*
 * Directories made and removed with all that is above or below them.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evoscope/base.h"

static bool make_one(const char *path)
{
	struct stat found;

	if (mkdir(path, 0777) == 0)
		return true;
	/* mkdir may refuse what is there already with something else than EEXIST (read-only). */
	int why = errno;
	if (stat(path, &found) == 0) {
		if (S_ISDIR(found.st_mode))
			return true;
		why = ENOTDIR;
	}
	errno = why;
	return false;
}

bool evo_make_directories(const char *path, struct evo_error *err)
{
	char *partial = evo_strdup(path);
	bool made = *path != '\0';
	int why = ENOENT;

	for (char *c = partial + 1; made && *path != '\0'; c++) {
		char end = *c;
		if (end != '/' && end != '\0')
			continue;
		*c = '\0';
		made = make_one(partial);
		why = errno;
		*c = end;
		if (end == '\0')
			break;
	}
	free(partial);
	if (!made)
		return evo_fail_file(err, path, "make the directory", why);
	return true;
}

int evo_lock_folder(const char *folder)
{
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed;

	if (lock < 0)
		return -1;
	do
		failed = flock(lock, LOCK_EX);
	while (failed != 0 && errno == EINTR);
	if (failed == 0)
		return lock;
	close(lock);
	return -1;
}

void evo_unlock_folder(int lock)
{
	if (lock >= 0)
		close(lock);
}

static bool remove_at(int parent, const char *name, const char *shown, struct evo_error *err);

/* Takes over the descriptor. */
static bool empty_directory(int descriptor, const char *shown, struct evo_error *err)
{
	DIR *directory = fdopendir(descriptor);
	bool removed = directory != NULL;
	struct dirent *entry;

	if (directory == NULL) {
		evo_fail_file(err, shown, "remove", errno);
		close(descriptor);
		return false;
	}
	while (removed && (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		char *below = evo_path_join(shown, entry->d_name);
		removed = remove_at(dirfd(directory), entry->d_name, below, err);
		free(below);
	}
	closedir(directory);
	return removed;
}

/* Works from open directories, so that a link put in its place meanwhile is not followed. */
static bool remove_at(int parent, const char *name, const char *shown, struct evo_error *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int descriptor = openat(parent, name, flags);
	int how = 0;

	if (descriptor >= 0) {
		if (!empty_directory(descriptor, shown, err))
			return false;
		how = AT_REMOVEDIR;
	} else if (errno != ENOTDIR && errno != ELOOP && errno != ENOENT && errno != EACCES) {
		return evo_fail_file(err, shown, "remove", errno);
	} else if (errno == EACCES) {
		/* An unreadable directory can be removed when it is empty. */
		struct stat found;
		if (fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(found.st_mode))
			how = AT_REMOVEDIR;
	}
	if (unlinkat(parent, name, how) == 0)
		return true;
	return evo_fail_file(err, shown, "remove", errno);
}

bool evo_remove_tree(const char *path, struct evo_error *err)
{
	/* A slash at the end would follow a link. */
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	char *name = evo_strndup(path, length);
	bool removed = remove_at(AT_FDCWD, name, name, err);
	free(name);
	return removed;
}
