#include "config.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define JOURNAL_MAX ((size_t) 256 << 20)

static bool write_all(struct bench_journal *journal, const char *bytes, size_t length,
                      struct evo_error *err)
{
	while (length > 0) {
		ssize_t written = write(journal->descriptor, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return evo_fail_at(err, EVO_E_IO, journal->path, 0, 0, "cannot write: %s",
			                   strerror(errno));
		bytes += written;
		length -= (size_t) written;
	}
	if (fsync(journal->descriptor) != 0 && errno != EINVAL)
		return evo_fail_at(err, EVO_E_IO, journal->path, 0, 0, "cannot write: %s",
		                   strerror(errno));
	return true;
}

/* ARCHITECTURE,SEED,ACCURACY,SECONDS; a line that is not so is passed over, and trained again. */
static void take_line(struct bench_journal *journal, char *line)
{
	struct bench_training training = {.architecture = line};
	char *field[3], *at = line;
	int64_t seed;

	for (size_t i = 0; i < 3; i++) {
		at = strchr(at, ',');
		if (!at)
			return;
		*at++ = '\0';
		field[i] = at;
	}
	if (!evo_integer_parse(field[0], 0, INT64_MAX, &seed, NULL) ||
	    !evo_number_parse(field[1], &training.accuracy, NULL) ||
	    !evo_number_parse(field[2], &training.seconds, NULL) ||
	    !(training.accuracy >= 0 && training.accuracy <= 100))
		return;
	training.seed = (size_t) seed;
	training.architecture = evo_strdup(line);
	journal->trainings = evo_realloc(journal->trainings, journal->count + 1, sizeof(training));
	journal->trainings[journal->count++] = training;
}

static bool begin(struct bench_journal *journal, const char *settings, struct evo_error *err)
{
	char *line = evo_format("# %s\n", settings);
	bool done = write_all(journal, line, strlen(line), err);

	free(line);
	return done;
}

/* Takes what is there. *end: where the last whole line ends. */
static bool take_text(struct bench_journal *journal, char *text, const char *settings, size_t *end,
                      struct evo_error *err)
{
	char *last = strrchr(text, '\n');
	char *line = text, *next;

	*end = last ? (size_t) (last - text) + 1 : 0;
	for (; (next = strchr(line, '\n')); line = next + 1) {
		*next = '\0';
		if (line != text)
			take_line(journal, line);
		else if (line[0] != '#' || line[1] != ' ' || strcmp(line + 2, settings) != 0)
			return evo_fail_at(err, EVO_E_INPUT, journal->path, 1, 0,
			                   "a build with other settings was begun here (%.200s); "
			                   "repeat it, remove it, or choose another name",
			                   *line ? line + 1 : "");
	}
	return true;
}

static bool read_and_mend(struct bench_journal *journal, const char *settings,
                          struct evo_error *err)
{
	size_t end, length;
	char *text = evo_file_read(journal->path, JOURNAL_MAX, &length, err);
	bool done = text && take_text(journal, text, settings, &end, err);

	free(text);
	if (!done)
		return false;
	if (ftruncate(journal->descriptor, (off_t) end) != 0)
		return evo_fail_at(err, EVO_E_IO, journal->path, 0, 0, "cannot write: %s",
		                   strerror(errno));
	return end > 0 || begin(journal, settings, err);
}

bool bench_journal_open(struct bench_journal *journal, const char *path, const char *settings,
                        struct evo_error *err)
{
	*journal = (struct bench_journal){.path = evo_strdup(path)};
	journal->descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (journal->descriptor < 0)
		return evo_fail_at(err, EVO_E_IO, path, 0, 0, "cannot open: %s", strerror(errno));
	if (flock(journal->descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "another process is building this benchmark");
	return read_and_mend(journal, settings, err);
}

bool bench_journal_append(struct bench_journal *journal, const struct bench_training *training,
                          struct evo_error *err)
{
	char accuracy[EVO_NUMBER_SIZE], seconds[EVO_NUMBER_SIZE], *line;
	bool done;

	evo_number_format(training->accuracy, accuracy);
	evo_number_format(training->seconds, seconds);
	line = evo_format("%s,%zu,%s,%s\n", training->architecture, training->seed, accuracy,
	                  seconds);
	done = write_all(journal, line, strlen(line), err);
	free(line);
	return done;
}

void bench_journal_close(struct bench_journal *journal)
{
	if (!journal->path)
		return;
	if (journal->descriptor >= 0)
		close(journal->descriptor);
	for (size_t i = 0; i < journal->count; i++)
		free(journal->trainings[i].architecture);
	free(journal->trainings);
	free(journal->path);
	*journal = (struct bench_journal){.descriptor = -1};
}
