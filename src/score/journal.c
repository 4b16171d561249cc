/*
 * What is kept of a scoring, network by network, so that one that was stopped goes on from there.
 *
 * A line of the journal: seed, column, milliseconds, the score of every tree, and a hash of all
 * that. Numbers are written so that they read back the same.
 */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "score.h"

#define SYNC_SECONDS 2.0
#define FIELDS       3 /* before the scores */

#define FORGET_SECONDS (60.0 * 24 * 60 * 60)

struct score_journal {
	struct evo_journal *file;
	struct evo_text line;
	double synced; /* when */
	bool dirty;
	bool full;   /* it could not be written: what is there stays, and nothing is added */
	size_t kept; /* networks in it */
};

/* ---- The key --------------------------------------------------------------------------------- */

struct evo_score_key score_journal_key(const struct scored *s)
{
	struct evo_score_key key = evo_score_key_machine();
	for (size_t i = 0; i < s->tree_count; i++)
		evo_score_key_tree(&key, &s->trees[i]);
	evo_score_key_number(&key, s->config->seed);
	evo_score_key_number(&key, s->config->repeats > 0 ? s->config->repeats : 1);
	for (size_t g = 0; g < s->cases.group_count; g++) {
		const struct evo_case_group *group = &s->cases.groups[g];
		evo_score_key_probe(&key, &s->cases.items[group->first_case].probe);
		evo_score_key_number(&key, group->count);
		for (size_t i = 0; i < group->count; i++)
			evo_score_key_text(&key, evo_cases_architecture(&s->cases, g, i));
	}
	return key;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Cuts the hash off the end of a line, and checks it. */
static bool check_hash(char *line)
{
	char *last = strrchr(line, ' ');
	char hash[24];
	if (last == NULL)
		return false;
	*last = '\0';
	snprintf(hash, sizeof(hash), "%016" PRIx64, evo_hash_text(line));
	return strcmp(hash, last + 1) == 0;
}

static struct score_pass *pass_of(const struct scored *s, int64_t seed)
{
	for (size_t i = 0; i < s->pass_count; i++)
		if (s->passes[i].seed == (uint64_t) seed)
			return &s->passes[i];
	return NULL;
}

/* Splits at blanks, in place. Returns how many fields there are, at most `most` + 1. */
static size_t split(char *line, char **fields, size_t most)
{
	size_t count = 0;
	char *rest = NULL;
	for (char *word = strtok_r(line, " ", &rest); word != NULL && count <= most;
	     word = strtok_r(NULL, " ", &rest)) {
		if (count < most)
			fields[count] = word;
		count++;
	}
	return count;
}

static bool take_fields(struct scored *s, char **fields)
{
	int64_t seed, column;
	double milliseconds, score;
	size_t n = s->cases.network_count;
	if (!evo_integer_parse(fields[0], INT64_MIN, INT64_MAX, &seed, NULL) ||
	    !evo_integer_parse(fields[1], 0, (int64_t) n - 1, &column, NULL) ||
	    !evo_number_parse(fields[2], &milliseconds, NULL) || isnan(milliseconds))
		return false;
	struct score_pass *pass = pass_of(s, seed);
	if (pass == NULL)
		return false;
	for (size_t t = 0; t < s->tree_count; t++) {
		if (!evo_number_parse(fields[FIELDS + t], &score, NULL))
			return false;
		pass->scores[t * n + (size_t) column] = score;
	}
	if (isnan(pass->milliseconds[column]))
		pass->done++;
	pass->milliseconds[column] = milliseconds;
	return true;
}

static bool take_line(void *context, char *line)
{
	struct scored *s = context;
	size_t wanted = FIELDS + s->tree_count;
	if (!check_hash(line))
		return false;
	char **fields = evo_calloc(wanted, sizeof(*fields));
	bool good = split(line, fields, wanted) == wanted && take_fields(s, fields);
	free(fields);
	return good;
}

/* ---- Opening and closing --------------------------------------------------------------------- */

static void tell_opened(const struct scored *s, const struct evo_journal_opening *opening)
{
	size_t done = s->journal->kept, total = s->pass_count * s->cases.network_count;
	if (opening->lost > 0)
		score_note(s,
		           "what was kept of this scoring is damaged: %zu line%s left out, and "
		           "scored again",
		           opening->lost, opening->lost == 1 ? " is" : "s are");
	if (done > 0)
		score_note(s, "going on: %zu of %zu networks were scored before", done, total);
}

static void tell_unopened(const struct scored *s, const struct evo_journal_opening *opening,
                          const struct evo_error *why)
{
	char text[sizeof(why->message) + sizeof(why->file) + 64];
	evo_error_text(why, text, sizeof(text));
	if (opening->busy)
		score_note(s, "another process is scoring the same; what this one scores is not "
		              "kept if it is stopped");
	else
		score_note(s, "what is scored is not kept if it is stopped: %s", text);
}

static bool is_journal(const char *name)
{
	const size_t digits = strspn(name, "0123456789abcdef");
	return digits == 16 && strcmp(name + digits, ".partial") == 0;
}

/* Whoever stopped a scoring and did not go on for so long will not: another version of the program,
   or another table, would not even find it. */
static void forget_old(const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (!is_journal(entry->d_name))
			continue;
		char *path = evo_path_join(folder, entry->d_name);
		evo_journal_forget(path, FORGET_SECONDS);
		free(path);
	}
	if (directory != NULL)
		closedir(directory);
}

void score_journal_open(struct scored *s)
{
	struct evo_score_key key = score_journal_key(s);
	char *name = evo_format("%016" PRIx64 ".partial", key.hash[0]);
	char *heading = evo_format("evoscope scoring 1 %016" PRIx64 "%016" PRIx64, key.hash[0],
	                           key.hash[1]);
	char *folder = evo_path_data("scores"), *path = evo_path_join(folder, name);
	struct evo_journal_opening opening = {
	        .path = path, .heading = heading, .renew = true, .take = take_line, .context = s};
	struct evo_error why = {0};
	struct evo_journal *file = NULL;
	if (evo_make_directories(folder, &why))
		file = evo_journal_open(&opening, &why);
	if (file != NULL) {
		s->journal = evo_calloc(1, sizeof(*s->journal));
		s->journal->file = file;
		s->journal->synced = evo_now();
		for (size_t i = 0; i < s->pass_count; i++)
			s->journal->kept += s->passes[i].done;
		evo_text_init(&s->journal->line);
		tell_opened(s, &opening);
	} else {
		tell_unopened(s, &opening, &why);
	}
	forget_old(folder);
	free(name);
	free(heading);
	free(folder);
	free(path);
}

size_t score_journal_kept(const struct scored *s)
{
	return s->journal != NULL ? s->journal->kept : 0;
}

void score_journal_close(struct scored *s, bool finished)
{
	if (s->journal == NULL)
		return;
	if (finished || s->journal->kept == 0) {
		evo_journal_remove(s->journal->file);
	} else {
		evo_journal_sync(s->journal->file, NULL);
		evo_journal_close(s->journal->file);
	}
	evo_text_clear(&s->journal->line);
	free(s->journal);
	s->journal = NULL;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void give_up(struct scored *s, const struct evo_error *why)
{
	score_note(s, "no more of what is scored is kept: %s", why->message);
	s->journal->full = true;
}

void score_journal_append(struct scored *s, const struct score_pass *pass, size_t column)
{
	struct evo_error why = {0};
	if (s->journal == NULL || s->journal->full)
		return;
	struct evo_text *line = &s->journal->line;
	evo_text_reset(line);
	evo_text_printf(line, "%" PRId64 " %zu ", (int64_t) pass->seed, column);
	evo_text_number(line, pass->milliseconds[column]);
	for (size_t t = 0; t < s->tree_count; t++) {
		evo_text_append(line, " ");
		evo_text_number(line, pass->scores[t * s->cases.network_count + column]);
	}
	evo_text_printf(line, " %016" PRIx64, evo_hash_text(line->data));
	s->journal->dirty = true;
	if (evo_journal_append(s->journal->file, line->data, &why))
		s->journal->kept++;
	else
		give_up(s, &why);
}

void score_journal_sync(struct scored *s)
{
	struct evo_error why = {0};
	if (s->journal == NULL || s->journal->full || !s->journal->dirty ||
	    evo_now() - s->journal->synced < SYNC_SECONDS)
		return;
	s->journal->dirty = false;
	s->journal->synced = evo_now();
	if (!evo_journal_sync(s->journal->file, &why))
		give_up(s, &why);
}
