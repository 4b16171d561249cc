/*
 * What is there only while a program writes it. It is locked, and the lock goes when the program
 * does, so that the next one that writes beside it can tell what was left behind, and removes it.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evoscope/base.h"

#define BEGINNING ".evoscope-"
#define ATTEMPTS  1000
#define FOLDERS   64             /* that are remembered as looked through */
#define PATIENCE  (24 * 60 * 60) /* seconds: locks may not reach from one host to another */

static uint32_t host_number(void)
{
	char host[72] = "";
	(void) !gethostname(host, sizeof(host) - 1);
	return (uint32_t) evo_hash_text(host);
}

/* ---- What was left --------------------------------------------------------------------------- */

static size_t count_of(const char *text, int (*is)(int))
{
	size_t count = 0;
	while (is((unsigned char) text[count]))
		count++;
	return count;
}

/* Is it a name that open_one gives? *host: the number in it; of earlier versions' names, which have
   none, that of nobody. */
static bool is_temporary(const char *name, uint32_t *host)
{
	if (strncmp(name, BEGINNING, strlen(BEGINNING)) != 0)
		return false;
	name += strlen(BEGINNING);
	*host = ~host_number();
	if (count_of(name, isxdigit) == 8 && name[8] == '-' && strchr(name + 9, '-') != NULL) {
		*host = (uint32_t) strtoul(name, NULL, 16);
		name += 9;
	}
	const size_t process = count_of(name, isdigit);
	if (process == 0 || name[process] != '-')
		return false;
	const size_t number = count_of(name + process + 1, isdigit);
	return number > 0 && name[process + 1 + number] == '\0';
}

static bool same_file(int descriptor, const char *path)
{
	struct stat opened, named;
	return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* Removes it where it is this user's, and nobody's who lives. */
static void remove_left(const char *path, bool own_host)
{
	struct stat about;
	if (lstat(path, &about) != 0 || about.st_uid != geteuid() ||
	    (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) ||
	    (!own_host && time(NULL) - about.st_mtime < PATIENCE))
		return;
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		return;
	if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && same_file(descriptor, path)) {
		if (S_ISDIR(about.st_mode))
			evo_remove_tree(path, NULL);
		else
			unlink(path);
	}
	close(descriptor);
}

/* Is this the first time that this process looks through a folder, as far as it remembers? */
static bool is_first(const char *folder)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct {
		dev_t device;
		ino_t inode;
	} seen[FOLDERS];
	static size_t count;
	static pid_t process;
	struct stat about;
	bool first = stat(folder, &about) == 0;
	pthread_mutex_lock(&lock);
	if (process != getpid())
		count = 0;
	process = getpid();
	for (size_t i = 0; i < count && i < FOLDERS; i++)
		first = first && (seen[i].device != about.st_dev || seen[i].inode != about.st_ino);
	if (first) {
		seen[count % FOLDERS].device = about.st_dev;
		seen[count++ % FOLDERS].inode = about.st_ino;
	}
	pthread_mutex_unlock(&lock);
	return first;
}

static void remove_all_left(const char *folder)
{
	DIR *directory = is_first(folder) ? opendir(folder) : NULL;
	const struct dirent *entry;
	uint32_t host;
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (!is_temporary(entry->d_name, &host))
			continue;
		char *path = evo_path_join(folder, entry->d_name);
		remove_left(path, host == host_number());
		free(path);
	}
	closedir(directory);
}

/* ---- Making one ------------------------------------------------------------------------------ */

/* Makes and locks it; -1 with errno set. Where there are no locks nobody has any. */
static int open_one(const char *path, bool folder)
{
	int descriptor;
	if (folder && mkdir(path, 0700) != 0)
		return -1;
	descriptor = folder ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
	                    : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (descriptor < 0)
		return -1;
	/* Somebody may have taken it for a thing left behind before it was locked. */
	if ((flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
	    !same_file(descriptor, path)) {
		close(descriptor);
		errno = EEXIST;
		return -1;
	}
	return descriptor;
}

static char *make(const char *directory, bool folder, int *lock)
{
	static unsigned counter;
	char *path = NULL;
	remove_all_left(directory);
	*lock = -1;
	for (int attempt = 0; attempt < ATTEMPTS && *lock < 0; attempt++) {
		unsigned number = __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
		free(path);
		path = evo_format("%s/" BEGINNING "%08x-%ld-%u", directory, host_number(),
		                  (long) getpid(), number);
		*lock = open_one(path, folder);
		if (*lock < 0 && errno != EEXIST)
			break;
	}
	if (*lock < 0) {
		int why = errno;
		free(path);
		errno = why;
		return NULL;
	}
	return path;
}

char *evo_temporary_file(const char *directory, int *descriptor)
{
	return make(directory, false, descriptor);
}

char *evo_temporary_folder(const char *directory, int *lock)
{
	return make(directory, true, lock);
}

int evo_temporary_lock(const char *folder)
{
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock >= 0)
		(void) !flock(lock, LOCK_EX | LOCK_NB);
	return lock;
}
