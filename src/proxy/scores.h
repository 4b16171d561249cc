/*
 * Imported scores from within: what the import fills in, and the file that it writes.
 */
#ifndef EVO_PROXY_SCORES_H
#define EVO_PROXY_SCORES_H

#include "evoscope/scores.h"

/* What the first record of the file begins with. */
#define EVO_SCORES_FORMAT "evoscope scores 1"

bool evo_scores_name_check(const char *name, struct evo_error *err);
/* Where all of them are, and where NAME is or would be. Caller frees. */
char *evo_scores_folder(void);
char *evo_scores_path(const char *name);

/* Empty ones: space, source and columns are to be set before the first row is added. */
struct evo_scores *evo_scores_create(const char *name);
/* A row in which all scores are missing. */
void evo_scores_add_row(struct evo_scores *scores, const char *architecture);
void evo_scores_set(struct evo_scores *scores, size_t row, size_t column, bool there, double value);

/* file: what it is imported from; date: when. The folder must be there. */
bool evo_scores_write(const struct evo_scores *scores, const char *file, const char *date,
                      struct evo_error *err);

#endif
