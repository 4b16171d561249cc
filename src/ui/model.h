/*
 * What the screens draw: the newest snapshot, and the log lines that have come so far.
 */
#ifndef EVOSCOPE_UI_MODEL_H
#define EVOSCOPE_UI_MODEL_H

#include "evoscope/search.h"
#include "evoscope/study.h"

#include "glyph.h"

#define UI_LOG_MAX 500

struct ui_log {
	struct evo_log_line *lines; /* a ring */
	size_t count, next;         /* lines in it; where the next one goes */
	size_t dropped;             /* lost before they were read */
};
void ui_log_add(struct ui_log *log, const struct evo_log_line *line);
/* 0 is the newest. */
const struct evo_log_line *ui_log_at(const struct ui_log *log, size_t index);
void ui_log_free(struct ui_log *log);

struct ui_model {
	const struct evo_snapshot *snapshot;
	struct ui_log log;
	bool fixed_clock; /* show nothing that depends on the time */
	/* What a search would be about, until it has loaded its benchmarks itself. */
	struct evo_run_case announced[EVO_CASES_MAX];
	size_t announced_count;
	char announced_error[480]; /* why it could not be */
};
/* Loads the benchmarks for what is announced. */
void ui_model_announce(struct ui_model *model, const struct evo_run_config *config);
/* The benchmarks of the search, or those that are announced. */
const struct evo_run_case *ui_model_cases(const struct ui_model *model, size_t *count);

/* What an action came to. */
enum ui_result {
	UI_DONE,
	UI_FAILED,   /* the error says why */
	UI_NOT_MINE, /* somebody else's action */
};

/* Has a question been told all that it will be, its rows included? */
bool ui_is_answered(const struct evo_study_snapshot *answers, uint64_t question);

/* "1 940", digits grouped by spaces. */
void ui_grouped(double number, char *out, size_t size);
/* "0:38", "1:02:03"; "-" when not known. */
void ui_duration(double seconds, char *out, size_t size);
/* "+0.694"; "-" where it is undefined or not known. */
void ui_tau_text(double tau, char *out, size_t size);
void ui_tau_short(double tau, char *out, size_t size); /* "+0.69" */
/* "300 train and 100 validation networks ..., images ..., probe ...": how scores come about. */
void ui_case_facts(const struct evo_run_case *of, const struct ui_glyphs *glyphs,
                   struct evo_text *out);

#endif
