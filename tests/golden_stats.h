/*
 * The statistics of a golden network as an independent implementation computed them, so that
 * expressions are tested without the graph engine.
 */
#ifndef EVO_TESTS_GOLDEN_STATS_H
#define EVO_TESTS_GOLDEN_STATS_H

#include "golden.h"

#include "evoscope/stats.h"

struct golden_stats {
	struct golden *golden;
	struct evo_unit_stats *units;
	struct evo_stats stats; /* all of them, of all three passes */
};

/* Aborts with a message on files that are not as they should be. */
struct golden_stats *golden_stats_read(size_t index);
void golden_stats_destroy(struct golden_stats *golden);

/* One line of expressions.txt. Returns false at the end. text lives until the lines are freed. */
struct golden_lines {
	char *contents, *rest;
};
struct golden_lines golden_lines_read(size_t index);
bool golden_lines_next(struct golden_lines *lines, double *value, const char **text);
void golden_lines_free(struct golden_lines *lines);

#endif
