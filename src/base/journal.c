/*
 * Journals: lines that are kept as they come, so that work which was stopped goes on from there.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evoscope/base.h"

/* How often a file is opened anew that was removed between its opening and its locking. */
#define ATTEMPTS 10

struct evo_journal {
	int descriptor;
	char *path;
};

static bool fail(const struct evo_journal *journal, struct evo_error *err, const char *doing)
{
	return evo_fail_file(err, journal->path, doing, errno);
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* Is the path still the file that was opened? Whoever had it may have removed it meanwhile. */
static bool is_current(const struct evo_journal *journal)
{
	struct stat opened, named;

	return fstat(journal->descriptor, &opened) == 0 && stat(journal->path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* A file system without locks is used without them. */
static bool open_and_lock(struct evo_journal *journal, struct evo_journal_opening *opening,
                          struct evo_error *err)
{
	struct stat about;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		journal->descriptor =
		        open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (journal->descriptor < 0)
			return fail(journal, err, "open");
		if (fstat(journal->descriptor, &about) != 0 || !S_ISREG(about.st_mode))
			return evo_fail_at(err, EVO_E_IO, journal->path, 0, 0,
			                   "is no plain file; move it away");
		if (flock(journal->descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
			break;
		if (is_current(journal))
			return true;
		close(journal->descriptor);
		journal->descriptor = -1;
	}
	opening->busy = true;
	return evo_fail_at(err, EVO_E_IO, journal->path, 0, 0,
	                   "another process is using it; wait for it");
}

/* Takes the whole lines. *end: where the last of them ends. False: its heading is another. */
static bool take_lines(struct evo_journal_opening *opening, FILE *stream, size_t *end)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;

	*end = 0;
	while (good && (length = getline(&line, &room, stream)) > 0 && line[length - 1] == '\n') {
		line[length - 1] = '\0';
		/* A machine that went down can leave zeros where something was to be written. */
		bool whole = strlen(line) == (size_t) length - 1;
		if (*end == 0)
			good = strcmp(line, opening->heading) == 0;
		else if (!whole || !opening->take(opening->context, line))
			opening->lost++;
		*end += (size_t) length;
	}
	if (!good)
		snprintf(opening->other, sizeof(opening->other), "%s", *line ? line : " ");
	free(line);
	return good;
}

static bool read_lines(struct evo_journal *journal, struct evo_journal_opening *opening,
                       size_t *end, struct evo_error *err)
{
	FILE *stream = fopen(journal->path, "re");

	if (stream == NULL)
		return fail(journal, err, "read");
	bool same = take_lines(opening, stream, end);
	bool read = !ferror(stream) || fail(journal, err, "read");
	fclose(stream);
	if (same || !read)
		return read;
	*end = 0;
	return opening->renew || evo_fail_at(err, EVO_E_INPUT, journal->path, 1, 0,
	                                     "is a journal of something else; move it away");
}

/* What follows the last whole line is cut off, so that the next line begins a line. */
static bool mend(struct evo_journal *journal, struct evo_journal_opening *opening, size_t end,
                 struct evo_error *err)
{
	struct stat about;

	if (fstat(journal->descriptor, &about) != 0)
		return fail(journal, err, "read");
	if ((size_t) about.st_size > end) {
		if (ftruncate(journal->descriptor, (off_t) end) != 0)
			return fail(journal, err, "write");
		opening->lost++;
	}
	return end > 0 || evo_journal_append(journal, opening->heading, err);
}

struct evo_journal *evo_journal_open(struct evo_journal_opening *opening, struct evo_error *err)
{
	struct evo_journal *journal = evo_calloc(1, sizeof(*journal));
	size_t end = 0;

	opening->busy = false;
	opening->lost = 0;
	opening->other[0] = '\0';
	journal->path = evo_strdup(opening->path);
	journal->descriptor = -1;
	if (open_and_lock(journal, opening, err) && read_lines(journal, opening, &end, err) &&
	    mend(journal, opening, end, err))
		return journal;
	evo_journal_close(journal);
	return NULL;
}

/* ---- Writing --------------------------------------------------------------------------------- */

bool evo_journal_append(struct evo_journal *journal, const char *line, struct evo_error *err)
{
	/* In one piece, line end included: a line is there whole or torn, never two mixed. */
	char *text = evo_format("%s\n", line);
	size_t length = strlen(text), written = 0;
	bool good = true;

	while (good && written < length) {
		ssize_t count = write(journal->descriptor, text + written, length - written);
		if (count >= 0)
			written += (size_t) count;
		else if (errno != EINTR)
			good = fail(journal, err, "write");
	}
	free(text);
	return good;
}

bool evo_journal_sync(struct evo_journal *journal, struct evo_error *err)
{
	/* Some file systems cannot, and say so. */
	if (fsync(journal->descriptor) != 0 && errno != EINVAL && errno != EROFS &&
	    errno != ENOTSUP)
		return fail(journal, err, "write");
	return true;
}

void evo_journal_close(struct evo_journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->descriptor >= 0)
		close(journal->descriptor);
	free(journal->path);
	free(journal);
}

void evo_journal_remove(struct evo_journal *journal)
{
	/* While it is locked: whoever waits for it sees that it is gone. Where somebody has removed
	   it before, what the path names by now is another process's. */
	if (journal != NULL && is_current(journal))
		unlink(journal->path);
	evo_journal_close(journal);
}

void evo_journal_forget(const char *path, double seconds)
{
	struct stat about;
	struct evo_journal journal = {.path = (char *) (uintptr_t) path};

	journal.descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (journal.descriptor < 0)
		return;
	if (fstat(journal.descriptor, &about) == 0 && S_ISREG(about.st_mode) &&
	    difftime(time(NULL), about.st_mtime) > seconds &&
	    flock(journal.descriptor, LOCK_EX | LOCK_NB) == 0 && is_current(&journal))
		unlink(path);
	close(journal.descriptor);
}
