/*
 * The journal of a build: every finished training is a line, on disk before the next begins, so
 * that a build which was stopped, or died, goes on where it was.
 */
#ifndef BENCH_JOURNAL_H
#define BENCH_JOURNAL_H

#include "evoscope/base.h"

#define BENCH_JOURNAL "trainings.partial"

struct bench_training {
	char *architecture;
	size_t seed;
	double accuracy, seconds;
};

struct bench_journal {
	struct evo_journal *file;         /* NULL: not open */
	struct bench_training *trainings; /* those that were there when it was opened */
	size_t count;
	const char *heading; /* while it is opened */
	bool foreign;        /* a line in it begins a journal of other settings */
};

/*
 * Opens or makes the journal of these settings, for this process alone. A last line that was torn
 * is cut off. Several journals of the same settings may be put together into one file. Errors: it
 * is another process's now, or has other settings, or a part of it has.
 */
bool bench_journal_open(struct bench_journal *journal, const char *path, const char *settings,
                        struct evo_error *err);
bool bench_journal_append(struct bench_journal *journal, const struct bench_training *training,
                          struct evo_error *err);
/* Both forget what was read; remove also removes the file. */
void bench_journal_remove(struct bench_journal *journal);
void bench_journal_close(struct bench_journal *journal);

#endif
