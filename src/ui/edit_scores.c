/* What an edited tree is worth: asked in the background, told as it comes. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "heading.h"

#define NAME_WIDTH 12
#define BAR_WIDTH  12

/* ---- Asking ---------------------------------------------------------------------------------- */

static void drop_question(struct ui_edit *edit, struct ui_asked *asked)
{
	if (asked->question != 0)
		evo_study_drop(edit->scorer->study, asked->question);
	asked->question = 0;
}

void ui_edit_forget(struct ui_edit *edit)
{
	ui_weights_drop(&edit->weights);
	drop_question(edit, &edit->original);
	drop_question(edit, &edit->now);
}

/* False when it had been asked about this tree already. */
static bool ask_about(struct ui_edit *edit, struct ui_asked *asked, const struct evo_tree *tree)
{
	const struct evo_tree *trees[1] = {tree};
	struct evo_request question = {
	        .trees = trees, .tree_count = 1, .flags = EVO_STUDY_URGENT | EVO_STUDY_ROWS};

	if (asked->question != 0 && evo_tree_equal(&asked->tree, tree))
		return false;
	drop_question(edit, asked);
	evo_tree_copy(&asked->tree, tree);
	asked->question = evo_study_ask(edit->scorer->study, &question, NULL);
	return true;
}

void ui_edit_ask(struct ui_edit *edit)
{
	if (edit->document == NULL || edit->scorer->study == NULL)
		return;
	ask_about(edit, &edit->original, ui_document_original(edit->document));
	if (ask_about(edit, &edit->now, ui_document_tree(edit->document)))
		ui_weights_ask(&edit->weights, edit->scorer, &edit->now.tree);
}

void ui_edit_hear(struct ui_edit *edit)
{
	ui_weights_hear(&edit->weights, edit->scorer);
}

/* ---- Telling --------------------------------------------------------------------------------- */

/* What is told of a benchmark about a tree; NULL when nothing is yet. */
static const struct evo_answer_case *told(const struct ui_edit *edit, const struct ui_asked *asked,
                                          size_t benchmark)
{
	const struct evo_answer *answer = evo_study_answer(edit->scorer->answers, asked->question);

	return answer != NULL && benchmark < answer->case_count ? &answer->cases[benchmark] : NULL;
}

static double tau_of(const struct ui_edit *edit, const struct ui_asked *asked, size_t benchmark,
                     enum evo_side side)
{
	const struct evo_answer_case *one = told(edit, asked, benchmark);

	return one != NULL ? evo_answer_tau(edit->scorer->answers, one, side, 0) : (double) NAN;
}

static bool complete(const struct ui_edit *edit, const struct ui_asked *asked)
{
	const struct evo_answer *answer = evo_study_answer(edit->scorer->answers, asked->question);

	return answer != NULL && answer->done == answer->total;
}

bool ui_edit_busy(const struct ui_edit *edit)
{
	if (edit->scorer->study == NULL || edit->document == NULL)
		return false;
	return !ui_is_answered(edit->scorer->answers, edit->original.question) ||
	       !ui_is_answered(edit->scorer->answers, edit->now.question) ||
	       (edit->weights.impact != NULL && edit->weights.share < 1);
}

/* Half the width of the interval over all networks; NaN while it is not known. */
static double margin(const struct ui_edit *edit, const struct ui_asked *asked, size_t benchmark)
{
	const struct evo_answer *answer = evo_study_answer(edit->scorer->answers, asked->question);

	if (answer == NULL || benchmark >= answer->row_count)
		return (double) NAN;
	return (answer->rows[benchmark].high - answer->rows[benchmark].low) / 2;
}

static void draw_tau(struct ui_area area, int right, int y, double tau)
{
	char text[24];

	ui_tau_text(tau, text, sizeof(text));
	ui_text_right(area, right, y, UI_ROLE_TEXT, text);
}

/* By how much the tree is further from 0 than the original, on a side. */
static void draw_difference(const struct ui_edit *edit, struct ui_area area, int x, int y,
                            size_t benchmark, enum evo_side side)
{
	double before = tau_of(edit, &edit->original, benchmark, side);
	double now = tau_of(edit, &edit->now, benchmark, side);
	double by = fabs(now) - fabs(before);

	if (isnan(by) || !complete(edit, &edit->now) || !complete(edit, &edit->original))
		return;
	if (fabs(by) < 0.0005)
		ui_text(area, x, y, UI_ROLE_DIM, "same");
	else {
		ui_put(area, x, y, by > 0 ? UI_ROLE_GOOD : UI_ROLE_BAD,
		       by > 0 ? area.surface->glyphs->up : area.surface->glyphs->down);
		ui_textf(area, x + 1, y, by > 0 ? UI_ROLE_GOOD : UI_ROLE_BAD, "%+.3f", by);
	}
}

static void draw_case(const struct ui_edit *edit, struct ui_area area, int y, size_t benchmark,
                      const char *heading)
{
	int x = area.rect.width >= 76 ? 20 : NAME_WIDTH;
	double half = margin(edit, &edit->now, benchmark);

	ui_text_fit(area, 1, y, x - 2, UI_ROLE_TEXT, heading);
	for (unsigned side = EVO_SIDE_TRAIN; side <= EVO_SIDE_VALIDATION; side++) {
		draw_tau(area, x + 8, y, tau_of(edit, &edit->original, benchmark, side));
		draw_tau(area, x + 16, y, tau_of(edit, &edit->now, benchmark, side));
		draw_difference(edit, area, x + 17, y, benchmark, side);
		x += 25;
	}
	if (!isnan(half))
		ui_textf(area, x + 1, y, UI_ROLE_DIM, "+-%.3f", half);
}

int ui_edit_scores_lines(const struct ui_edit *edit)
{
	return 2 + (edit->scorer->answers != NULL ? (int) edit->scorer->answers->case_count : 1);
}

static void draw_cases(const struct ui_edit *edit, struct ui_area area, int width)
{
	const struct evo_study_snapshot *answers = edit->scorer->answers;
	char(*headings)[UI_HEADING_SIZE] = evo_calloc(answers->case_count, sizeof(*headings));

	ui_headings(&answers->cases->about, sizeof(*answers->cases), answers->case_count, width,
	            area.surface->glyphs, headings);
	for (size_t i = 0; i < answers->case_count && (int) i + 1 < area.rect.height; i++)
		draw_case(edit, area, (int) i + 1, i, headings[i]);
	free(headings);
}

void ui_edit_scores_draw(const struct ui_edit *edit, struct ui_area area)
{
	const struct evo_study_snapshot *answers = edit->scorer->answers;
	int x = area.rect.width >= 76 ? 20 : NAME_WIDTH;

	if (answers == NULL || answers->state == EVO_STUDY_FAILED) {
		ui_text_fit(area, 1, 0, area.rect.width - 1, UI_ROLE_BAD,
		            answers != NULL ? answers->error : "nothing can be scored here");
		return;
	}
	if (answers->case_count == 0) {
		ui_text(area, 1, 0, UI_ROLE_DIM, "loading benchmarks");
		return;
	}
	ui_text(area, 1, 0, UI_ROLE_DIM, "Kendall tau");
	ui_text(area, x, 0, UI_ROLE_DIM, "  train      now          valid.     now");
	draw_cases(edit, area, x - 2);
	const struct evo_answer *answer = evo_study_answer(answers, edit->now.question);
	int last = area.rect.height - 1;
	if (answer != NULL && *answer->error != '\0') {
		ui_text_fit(area, 1, last, area.rect.width - 1, UI_ROLE_BAD, answer->error);
	} else if (answer != NULL && answer->done < answer->total) {
		ui_bar(area, 1, last, BAR_WIDTH, (double) answer->done / (double) answer->total,
		       UI_ROLE_ACCENT);
		ui_textf(area, BAR_WIDTH + 2, last, UI_ROLE_DIM, "%zu of %zu networks",
		         answer->done, answer->total);
	} else if (edit->weights.impact != NULL && edit->weights.share < 1) {
		ui_bar(area, 1, last, BAR_WIDTH, edit->weights.share, UI_ROLE_ACCENT);
		ui_text(area, BAR_WIDTH + 2, last, UI_ROLE_DIM, "impact of every node");
	}
}
