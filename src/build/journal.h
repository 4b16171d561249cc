/*
 * The journal of a build: every finished training is a line, on disk before the next begins, so
 * that a build which was stopped, or died, goes on where it was.
 */
#ifndef BUILD_JOURNAL_H
#define BUILD_JOURNAL_H

#include "evoscope/base.h"
#include "evoscope/bench_folder.h"

struct build_training {
	char *architecture;
	size_t seed;
	double accuracy, seconds;
};

struct build_journal {
	struct evo_journal *file;         /* NULL: not open */
	struct build_training *trainings; /* those that were there when it was opened */
	size_t count;
	const char *heading; /* while it is opened */
	bool foreign;        /* a line in it begins a journal of other settings */
};

/*
 * Opens or makes the journal of these settings, for this process alone. A last line that was torn
 * is cut off. Several journals of the same settings may be put together into one file. Errors: it
 * is another process's now, or has other settings, or a part of it has.
 */
bool build_journal_open(struct build_journal *journal, const char *path, const char *settings,
                        struct evo_error *err);
bool build_journal_append(struct build_journal *journal, const struct build_training *training,
                          struct evo_error *err);
/* Both forget what was read; remove also removes the file. */
void build_journal_remove(struct build_journal *journal);
void build_journal_close(struct build_journal *journal);

#endif
