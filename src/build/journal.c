/*
 * The journal of a build: every training that ended is a line, and is read back by a later build.
 */
#include "config.h"

#include "journal.h"

#include <stdlib.h>
#include <string.h>

/* ARCHITECTURE,SEED,ACCURACY,SECONDS; a line that is not so is passed over, and trained again. */
static bool take_line(void *context, char *line)
{
	struct build_journal *journal = context;
	struct build_training training = {.architecture = line};
	char *field[3], *at = line;
	int64_t seed;

	/* Where a journal was put behind another, its heading is in the middle. */
	if (*line == '#') {
		journal->foreign = journal->foreign || strcmp(line, journal->heading) != 0;
		return true;
	}
	for (size_t i = 0; i < 3; i++) {
		at = strchr(at, ',');
		if (at == NULL)
			return false;
		*at++ = '\0';
		field[i] = at;
	}
	if (!evo_integer_parse(field[0], 0, INT64_MAX, &seed, NULL) ||
	    !evo_number_parse(field[1], &training.accuracy, NULL) ||
	    !evo_number_parse(field[2], &training.seconds, NULL) ||
	    !(training.accuracy >= 0 && training.accuracy <= 100))
		return false;
	training.seed = (size_t) seed;
	training.architecture = evo_strdup(line);
	journal->trainings = evo_realloc(journal->trainings, journal->count + 1, sizeof(training));
	journal->trainings[journal->count++] = training;
	return true;
}

/* Why it could not be opened, in the words of a build. */
static bool tell(const struct evo_journal_opening *opening, const struct evo_error *why,
                 struct evo_error *err)
{
	const char *other = opening->other;

	if (opening->busy)
		return evo_fail_at(err, EVO_E_INPUT, opening->path, 0, 0,
		                   "another process is building this benchmark");
	if (why->code == EVO_E_INPUT)
		return evo_fail_at(err, EVO_E_INPUT, opening->path, 1, 0,
		                   "a build with other settings was begun here (%.200s); "
		                   "repeat it, remove it, or choose another name",
		                   strncmp(other, "# ", 2) == 0 ? other + 2 : other);
	return evo_fail_at(err, why->code, opening->path, 0, 0, "%s", why->message);
}

bool build_journal_open(struct build_journal *journal, const char *path, const char *settings,
                        struct evo_error *err)
{
	char *heading = evo_format("# %s", settings);
	struct evo_journal_opening opening = {
	        .path = path, .heading = heading, .take = take_line, .context = journal};
	struct evo_error why = {0};

	*journal = (struct build_journal){.heading = heading};
	journal->file = evo_journal_open(&opening, &why);
	journal->heading = NULL;
	free(heading);
	if (journal->file != NULL && journal->foreign)
		return evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "trainings with different settings were put together here; take "
		                   "out those that do not belong");
	return journal->file != NULL || tell(&opening, &why, err);
}

bool build_journal_append(struct build_journal *journal, const struct build_training *training,
                          struct evo_error *err)
{
	char accuracy[EVO_NUMBER_SIZE], seconds[EVO_NUMBER_SIZE], *line;
	bool done;

	evo_number_format(training->accuracy, accuracy);
	evo_number_format(training->seconds, seconds);
	line = evo_format("%s,%zu,%s,%s", training->architecture, training->seed, accuracy,
	                  seconds);
	done = evo_journal_append(journal->file, line, err) && evo_journal_sync(journal->file, err);
	free(line);
	return done;
}

static void clear(struct build_journal *journal)
{
	for (size_t i = 0; i < journal->count; i++)
		free(journal->trainings[i].architecture);
	free(journal->trainings);
	*journal = (struct build_journal){0};
}

void build_journal_remove(struct build_journal *journal)
{
	evo_journal_remove(journal->file);
	clear(journal);
}

void build_journal_close(struct build_journal *journal)
{
	evo_journal_close(journal->file);
	clear(journal);
}
