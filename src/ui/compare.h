/*
 * The Compare screen: proxies against benchmarks. A matrix of all of them, and up to four panes
 * with a proxy on a benchmark each.
 */
#ifndef EVOSCOPE_UI_COMPARE_H
#define EVOSCOPE_UI_COMPARE_H

#include "evoscope/study.h"
#include "list.h"
#include "model.h"

#define UI_SPLITS_MAX       4
#define UI_COMPARE_NETWORKS 100 /* of each benchmark, at first */

struct ui_contender {
	char name[48]; /* "#417", "eznas-a", or the expression */
	struct evo_tree tree;
	uint64_t question; /* 0: not asked yet */
	bool tagged;
	bool found; /* by the search, and not asked for by hand */
	bool slow;  /* has a classic proxy, with passes of its own: asked when others are done */
};

/* Columns that rows can be sorted by come after the benchmarks'. */
enum ui_summary {
	UI_SUMMARY_MEAN,
	UI_SUMMARY_WORST,
	UI_SUMMARIES
};

struct ui_split_pane {
	size_t contender, benchmark;
};

struct ui_compare {
	struct evo_study *study; /* NULL: there is none yet */
	const struct evo_study_snapshot *answers;
	size_t renewals;  /* of the explorer when the study was made */
	size_t networks;  /* of each benchmark */
	bool fixed_clock; /* show nothing that depends on the time */

	/* How far the scoring of all contenders is, which never goes back while they are the same,
	   and what it took from when it was begun_share. */
	double share, begun_share, begun, left; /* seconds; NaN: not known */

	struct ui_contender *contenders;
	size_t count;
	size_t *order; /* contenders as they are shown */
	struct ui_list list;
	size_t column; /* under the cursor */
	bool sorted, reversed;
	size_t sort; /* column that rows are sorted by */

	bool splitting; /* panes are shown */
	struct ui_split_pane panes[UI_SPLITS_MAX];
	size_t pane_count, focus;
	char *picked;                        /* an architecture; NULL: none */
	struct ui_rect rects[UI_SPLITS_MAX]; /* of panes, as drawn last */
};

/* ---- compare.c ------------------------------------------------------------------------------- */

/* Adds a tree unless it is there, and puts the cursor on it. */
void ui_compare_add(struct ui_compare *compare, const char *name, const struct evo_tree *tree);
/* The same of a tree that the search has found: the cursor stays. */
void ui_compare_add_found(struct ui_compare *compare, const char *name,
                          const struct evo_tree *tree);
/* Drops what was found and is not among these trees any more, unless it is tagged. */
void ui_compare_keep_found(struct ui_compare *compare, const struct evo_individual *const *trees,
                           size_t count);
/* The proxies that have a name, and the scalars of the language. */
void ui_compare_add_known(struct ui_compare *compare);
/* Numbers are of the search that gave them: trees that have one are called by their expressions. */
void ui_compare_rename(struct ui_compare *compare);
bool ui_compare_study(struct ui_compare *compare, const struct evo_run_config *config,
                      struct evo_error *err);
void ui_compare_free(struct ui_compare *compare);
/* Is there something that has been asked and not been told? */
bool ui_compare_busy(const struct ui_compare *compare);
/* Asks what has not been asked. */
void ui_compare_ask(struct ui_compare *compare);
/* Takes what has been answered. */
void ui_compare_hear(struct ui_compare *compare);
void ui_compare_sort(struct ui_compare *compare);

/* How many columns there are: benchmarks and summaries. */
size_t ui_compare_columns(const struct ui_compare *compare);
const char *ui_compare_title(const struct ui_compare *compare, size_t column);
/* What is told of a contender on a benchmark so far; NULL: nothing. */
const struct evo_answer_case *ui_compare_told(const struct ui_compare *compare, size_t contender,
                                              size_t benchmark);
/* Of all its networks; NULL until they are done. */
const struct evo_score_row *ui_compare_row(const struct ui_compare *compare, size_t contender,
                                           size_t benchmark);
/* Kendall's tau in a column, on what is done so far; NaN. The summaries are of magnitudes, since a
   proxy may point down. */
double ui_compare_tau(const struct ui_compare *compare, size_t contender, size_t column);

/* Networks of a pane's benchmark that are done, by the rank of their scores; caller frees x. */
struct ui_points {
	size_t count;
	double *x, *y;  /* rank of score, from 1, ties in the middle; accuracy */
	size_t *number; /* of the network among the benchmark's */
};
void ui_compare_points(const struct ui_compare *compare, const struct ui_split_pane *pane,
                       struct ui_points *points);
void ui_points_free(struct ui_points *points);
bool ui_compare_is_picked(const struct ui_compare *compare, const char *architecture);
/* Picks the network next to the picked one in the focused pane, by rank. */
void ui_compare_pick(struct ui_compare *compare, int step);
/* Writes the complete rows of the tagged contenders, or of all where none is tagged. */
bool ui_compare_export(const struct ui_compare *compare, const char *path, size_t *count,
                       struct evo_error *err);

/* ---- compare_draw.c -------------------------------------------------------------------------- */

void ui_compare_draw(struct ui_compare *compare, struct ui_area body);
/* What the message line says: the picked architecture, or what is shown. */
void ui_compare_facts(const struct ui_compare *compare, const struct ui_glyphs *glyphs,
                      struct evo_text *out);

#endif
