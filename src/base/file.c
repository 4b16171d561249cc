/*
 * Files that are there whole or not at all, and reading a whole file.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evoscope/base.h"

#define BUFFER ((size_t) 64 << 10)

/*
 * The stream writes through write_bytes, which remembers why it failed: stdio only remembers that
 * it did, and "no space left" is what a person needs to hear.
 */
struct evo_file {
	FILE *stream;
	int descriptor;
	int why;         /* errno of the first write that failed */
	char *target;    /* with symbolic links followed */
	char *temporary; /* NULL when the target is written in place (a device, a pipe) */
};

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return evo_strdup(".");
	return evo_strndup(path, slash == path ? 1 : (size_t) (slash - path));
}

/* What rename() is to replace: the file behind a symbolic link, not the link. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : evo_strdup(path);
}

/* Opens a new file beside the target, with the target's permissions where it exists. */
static int open_temporary(struct evo_file *file, const struct stat *old)
{
	char *directory = directory_of(file->target);
	int descriptor;

	file->temporary = evo_temporary_file(directory, &descriptor);
	int why = errno;
	if (descriptor >= 0 && old != NULL)
		(void) !fchmod(descriptor, old->st_mode & 0777);
	free(directory);
	errno = why;
	return descriptor;
}

/* Standard output or error where the path (/dev/stdout) is the file that it goes to; else -1.
   Replacing that file would take it away from what is printed. */
static int open_standard(const struct stat *there)
{
	for (int number = STDOUT_FILENO; number <= STDERR_FILENO; number++) {
		struct stat about;
		if (fstat(number, &about) == 0 && about.st_dev == there->st_dev &&
		    about.st_ino == there->st_ino)
			return fcntl(number, F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

static void file_free(struct evo_file *file)
{
	free(file->target);
	free(file->temporary);
	free(file);
}

/* Closes what is open and removes the temporary file. */
static void discard(struct evo_file *file)
{
	if (file->stream != NULL)
		fclose(file->stream);
	if (file->descriptor >= 0) {
		close(file->descriptor);
		if (file->temporary != NULL)
			unlink(file->temporary);
	}
	file_free(file);
}

/* "No such file" would puzzle who wants it made: it is the directory that is missing. */
static void fail_to_create(struct evo_error *err, const char *path, int why)
{
	char *directory = directory_of(path);

	if (why == ENOENT)
		evo_fail_at(err, EVO_E_NOT_FOUND, path, 0, 0,
		            "cannot write: there is no directory %s; make it first", directory);
	else
		evo_fail_file(err, path, "write", why);
	free(directory);
}

static ssize_t write_bytes(void *cookie, const char *bytes, size_t length)
{
	struct evo_file *file = cookie;
	size_t written = 0;

	while (written < length) {
		ssize_t count = write(file->descriptor, bytes + written, length - written);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			if (file->why == 0)
				file->why = errno;
			return 0;
		}
		written += (size_t) count;
	}
	return (ssize_t) length;
}

static FILE *open_stream(struct evo_file *file)
{
	const cookie_io_functions_t functions = {.write = write_bytes};
	FILE *stream = fopencookie(file, "w", functions);

	if (stream != NULL)
		setvbuf(stream, NULL, _IOFBF, BUFFER);
	return stream;
}

struct evo_file *evo_file_create(const char *path, struct evo_error *err)
{
	struct stat old;
	bool exists = stat(path, &old) == 0;

	if (exists && S_ISDIR(old.st_mode)) {
		evo_fail_file(err, path, "write", EISDIR);
		return NULL;
	}
	struct evo_file *file = evo_calloc(1, sizeof(*file));
	file->target = resolve(path);
	file->descriptor = exists ? open_standard(&old) : -1;
	/* A device or a pipe must be written to, never replaced by a file. */
	if (file->descriptor < 0 && exists && !S_ISREG(old.st_mode))
		file->descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	else if (file->descriptor < 0)
		file->descriptor = open_temporary(file, exists ? &old : NULL);
	if (file->descriptor >= 0)
		file->stream = open_stream(file);
	if (file->stream == NULL) {
		fail_to_create(err, path, errno);
		discard(file);
		return NULL;
	}
	return file;
}

FILE *evo_file_stream(struct evo_file *file)
{
	return file->stream;
}

/* A rename is only safe from a power failure once its directory is on the disk. Best effort: some
   file systems refuse it. */
static void sync_directory(const char *path)
{
	char *directory = directory_of(path);
	int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (descriptor >= 0) {
		(void) !fsync(descriptor);
		close(descriptor);
	}
	free(directory);
}

/* 0, or the errno of what kept the bytes from the disk. */
static int flush(struct evo_file *file)
{
	if (fflush(file->stream) != 0 || ferror(file->stream))
		return file->why != 0 ? file->why : EIO;
	if (file->temporary == NULL)
		return 0;
	/* Some file systems cannot, and say so; a network's tells here that it could not write. */
	if (fsync(file->descriptor) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return errno;
	return 0;
}

bool evo_file_commit(struct evo_file *file, struct evo_error *err)
{
	int why = flush(file);

	if (why == 0 && file->temporary != NULL) {
		if (rename(file->temporary, file->target) == 0)
			sync_directory(file->target);
		else
			why = errno;
	}
	if (why != 0) {
		evo_fail_file(err, file->target, "write", why);
	} else {
		/* Nothing is there to be removed any more. */
		free(file->temporary);
		file->temporary = NULL;
	}
	discard(file);
	return why == 0;
}

void evo_file_abort(struct evo_file *file)
{
	if (file != NULL)
		discard(file);
}

/* Reads to the end; NULL with errno set, EFBIG when there is more than limit. */
static char *read_stream(FILE *stream, size_t limit, size_t *length)
{
	size_t capacity = 4096, used = 0;
	char *bytes = evo_malloc(capacity + 1);

	for (;;) {
		size_t want =
		        capacity - used < limit - used + 1 ? capacity - used : limit - used + 1;
		errno = 0;
		size_t got = fread(bytes + used, 1, want, stream);
		used += got;
		if (ferror(stream) || used > limit) {
			int why = ferror(stream) ? errno : EFBIG;
			free(bytes);
			errno = why;
			return NULL;
		}
		if (got < want)
			break;
		if (used == capacity) {
			capacity *= 2;
			bytes = evo_realloc(bytes, capacity + 1, 1);
		}
	}
	bytes[used] = '\0';
	*length = used;
	return bytes;
}

bool evo_file_size(FILE *stream, const char *path, size_t *size, struct evo_error *err)
{
	struct stat about;

	if (fstat(fileno(stream), &about) != 0)
		return evo_fail_file(err, path, "read", errno);
	if (!S_ISREG(about.st_mode))
		return evo_fail_at(err, EVO_E_INPUT, path, 0, 0, "%s; expected a file",
		                   S_ISDIR(about.st_mode) ? "this is a folder"
		                                          : "this is no plain file");
	*size = (size_t) about.st_size;
	return true;
}

char *evo_file_read(const char *path, size_t limit, size_t *length, struct evo_error *err)
{
	FILE *stream = fopen(path, "re");
	size_t read = 0;

	if (limit > (size_t) PTRDIFF_MAX / 2)
		limit = (size_t) PTRDIFF_MAX / 2;
	if (stream == NULL) {
		evo_fail_file(err, path, "read", errno);
		return NULL;
	}
	char *bytes = read_stream(stream, limit, &read);
	int why = errno;
	fclose(stream);
	if (bytes == NULL && why == EFBIG)
		evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		            "is larger than %zu bytes; is it the right file?", limit);
	else if (bytes == NULL)
		evo_fail_file(err, path, "read", why);
	else if (length != NULL)
		*length = read;
	return bytes;
}
