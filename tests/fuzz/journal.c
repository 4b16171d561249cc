/* Journals: what is appended to one is there when it is opened again, and what was there, too. */
#include "config.h"

#include "../../src/build/journal.h"
#include "fuzz.h"

#define HEADING "fuzz 1"
#define LINE    "a line that is whole"

struct taken {
	size_t lines, lost;
	bool last; /* the last one was LINE */
};

static bool take(void *context, char *line)
{
	struct taken *taken = context;

	FUZZ_CHECK(strchr(line, '\n') == NULL);
	taken->last = strcmp(line, LINE) == 0;
	taken->lines++;
	return line[0] != '!';
}

static struct evo_journal *open_journal(const char *path, bool renew, struct taken *taken)
{
	struct evo_error err = {0};
	struct evo_journal_opening opening = {
	        .path = path, .heading = HEADING, .renew = renew, .take = take, .context = taken};
	struct evo_journal *journal = evo_journal_open(&opening, &err);

	fuzz_told(journal != NULL, &err);
	taken->lost = opening.lost;
	return journal;
}

static void check_plain(const char *path, bool renew)
{
	struct taken before = {0}, after = {0};
	struct evo_journal *journal = open_journal(path, renew, &before);

	if (journal == NULL)
		return;
	FUZZ_CHECK(evo_journal_append(journal, LINE, NULL));
	evo_journal_close(journal);
	journal = open_journal(path, false, &after);
	FUZZ_CHECK(journal != NULL && after.lines == before.lines + 1 && after.last);
	/* What was torn is cut off for good. */
	FUZZ_CHECK(after.lost <= before.lost);
	evo_journal_close(journal);
}

/* That of a build: what was read of it is accuracies. */
static void check_build(const char *path)
{
	struct build_journal journal;
	struct evo_error err = {0};
	struct build_training one = {(char *) (uintptr_t) "arch", 3, 50.5, 1};

	if (fuzz_told(build_journal_open(&journal, path, HEADING, &err), &err)) {
		size_t count = journal.count;
		for (size_t i = 0; i < count; i++)
			FUZZ_CHECK(journal.trainings[i].accuracy >= 0 &&
			           journal.trainings[i].accuracy <= 100);
		FUZZ_CHECK(build_journal_append(&journal, &one, NULL));
		build_journal_close(&journal);
		FUZZ_CHECK(build_journal_open(&journal, path, HEADING, NULL));
		FUZZ_CHECK(journal.count == count + 1 && journal.trainings[count].seed == 3);
	}
	build_journal_close(&journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("journal", data + 1, size - 1);
	if (data[0] & 1)
		check_build(path);
	else
		check_plain(path, data[0] & 2);
	free(path);
	return 0;
}
