/* The Compare screen's matrix and panes. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "heading.h"
#include "plot.h"
#include "table.h"

#define NAME_WIDTH 18
#define CELL_WIDTH 12

/* ---- The matrix ------------------------------------------------------------------------------ */

static enum ui_role heat(double tau)
{
	double size = fabs(tau);

	return size > 0.7   ? UI_ROLE_IMPACT_5
	       : size > 0.6 ? UI_ROLE_IMPACT_4
	       : size > 0.4 ? UI_ROLE_IMPACT_3
	       : size > 0.2 ? UI_ROLE_IMPACT_2
	                    : UI_ROLE_IMPACT_1;
}

/* Columns of the table: what is tagged, names, then the numbers and their bars, by the number of
   the column that they are of. */
enum {
	TAG = 1,
	NAME,
	TAU,
	BAR = TAU + EVO_CASES_MAX + UI_SUMMARIES
};

static bool is_partial(const struct ui_compare *compare, size_t contender, size_t column)
{
	const size_t last = ui_compare_columns(compare) - UI_SUMMARIES;

	return compare->contenders[contender].question == 0 ||
	       ui_compare_row(compare, contender, column < last ? column : 0) == NULL;
}

struct matrix {
	const struct ui_compare *compare;
	const struct ui_glyphs *glyphs;
};

/* A bar under the number's own text would be too much: five steps of a block beside it. */
static void cell(const struct ui_table *table, size_t row, unsigned column, struct evo_text *out,
                 enum ui_role *role)
{
	const struct matrix *of = table->of;
	const size_t at = of->compare->order[row];
	const struct ui_contender *one = &of->compare->contenders[at];

	if (column == TAG || column == NAME) {
		evo_text_append(out, column == NAME ? one->name : one->tagged ? "*" : "");
		return;
	}
	const size_t number = column >= BAR ? column - BAR : column - TAU;
	const double tau = ui_compare_tau(of->compare, at, number);
	const bool partial = is_partial(of->compare, at, number);

	if (column >= BAR && !isnan(tau))
		ui_glyph_append(out, of->glyphs->eighths[(int) fmin(8, floor(fabs(tau) * 9))]);
	else if (column < BAR && isnan(tau))
		evo_text_append(out, partial ? "..." : "-");
	else if (column < BAR)
		evo_text_printf(out, "%+.3f", tau);
	*role = isnan(tau) || (partial && column < BAR) ? UI_ROLE_DIM : heat(tau);
}

/* So many columns of numbers, from the first that is seen on. */
static void draw_table(const struct ui_compare *compare, struct ui_area area, size_t first,
                       size_t count)
{
	const struct evo_study_snapshot *answers = compare->answers;
	const struct matrix of = {compare, area.surface->glyphs};
	char(*headings)[UI_HEADING_SIZE] = evo_calloc(answers->case_count, sizeof(*headings));
	struct ui_table table = {.columns = {{TAG, NULL, 1, 1, UI_ROLE_ACCENT, .left = true},
	                                     {NAME, "proxy", 0, NAME_WIDTH, .left = true}},
	                         .count = 2,
	                         .sorted = compare->sorted ? TAU + (unsigned) compare->sort : 0,
	                         .rises = compare->reversed,
	                         .lit = TAU + (unsigned) compare->column,
	                         .by_cell = true,
	                         .bar = NAME_WIDTH + 2,
	                         .cell = cell,
	                         .of = &of};

	ui_headings(&answers->cases->about, sizeof(*answers->cases), answers->case_count,
	            CELL_WIDTH - 3, area.surface->glyphs, headings);
	for (size_t i = first; i < first + count; i++) {
		const char *title =
		        i < answers->case_count ? headings[i] : ui_compare_title(compare, i);
		ui_table_add(&table, (struct ui_column){.id = TAU + (unsigned) i,
		                                        .title = title,
		                                        .gap = i > first,
		                                        .width = CELL_WIDTH - 2});
		ui_table_add(&table, (struct ui_column){.id = BAR + (unsigned) i, .width = 1});
	}
	ui_table_draw(&table, area, &compare->list, compare->count);
	free(headings);
}

/* How far the scoring is, over all contenders, and how long it will take. */
static void progress(const struct ui_compare *compare, char *out, size_t size)
{
	char left[24];

	*out = '\0';
	if (!ui_compare_busy(compare) || compare->answers->state == EVO_STUDY_FAILED)
		return;
	snprintf(out, size, "scoring, %.0f %%", floor(100 * compare->share));
	if (isnan(compare->left) || compare->fixed_clock)
		return;
	ui_duration(compare->left, left, sizeof(left));
	snprintf(out + strlen(out), size - strlen(out), ", %s left", left);
}

static void draw_matrix(struct ui_compare *compare, struct ui_area area)
{
	const int width = area.rect.width - 2;
	size_t columns = ui_compare_columns(compare), first = 0;
	size_t room = width > NAME_WIDTH + CELL_WIDTH
	                      ? (size_t) (width - NAME_WIDTH - 2) / CELL_WIDTH
	                      : 1;
	static const char *const titles[] = {
	        "Kendall tau of %zu proxies on %zu networks of each%s%s%s",
	        "%zu proxies, %zu networks of each%s%s%s",
	};
	char title[200], how[48], left_out[48] = "";

	if (compare->column >= room)
		first = compare->column - room + 1;
	if (room > columns - first)
		room = columns - first;
	progress(compare, how, sizeof(how));
	if (compare->answers->left_out > 0)
		snprintf(left_out, sizeof(left_out), " (%zu benchmark%s left out)",
		         compare->answers->left_out, compare->answers->left_out == 1 ? "" : "s");
	/* How far it is has to be seen: where the whole title has no room it is said in fewer
	   words. */
	for (size_t i = 0; i < EVO_COUNT(titles); i++) {
		snprintf(title, sizeof(title), titles[i], compare->count, compare->networks,
		         left_out, *how != '\0' ? area.surface->glyphs->dot : "", how);
		if (ui_text_width(title) <= area.rect.width - 6)
			break;
	}
	struct ui_area inside =
	        ui_list_frame(&compare->list, compare->count, area, true, title, NULL);
	draw_table(compare, inside, first, room);
}

/* ---- Panes ----------------------------------------------------------------------------------- */

static void draw_plot(const struct ui_compare *compare, const struct ui_split_pane *pane,
                      struct ui_area area)
{
	const struct evo_study_case *of = &compare->answers->cases[pane->benchmark];
	struct ui_points points;
	double low = INFINITY, high = -INFINITY, at_x = NAN, at_y = NAN;

	ui_compare_points(compare, pane, &points);
	for (size_t i = 0; i < points.count; i++) {
		low = fmin(low, points.y[i]);
		high = fmax(high, points.y[i]);
		if (ui_compare_is_picked(compare, of->architectures[points.number[i]])) {
			at_x = points.x[i];
			at_y = points.y[i];
		}
	}
	struct ui_series series[] = {
	        {"picked", UI_ROLE_SERIES_2, 'O', UI_LINE_NONE, 1, &at_x, &at_y},
	        {"", UI_ROLE_SERIES_1, 0, UI_LINE_POINTS, points.count, points.x, points.y}};
	struct ui_plot plot = {.x = {.low = 1, .high = (double) points.count, .whole = true},
	                       .y = {.low = low, .high = high},
	                       .series = series,
	                       .count = 2};
	if (points.count > 2) {
		ui_range_widen(&plot.y.low, &plot.y.high);
		ui_plot_draw(area, &plot);
	} else {
		ui_text_fit(area, 1, 0, area.rect.width - 1, UI_ROLE_DIM, "scoring");
	}
	ui_points_free(&points);
}

/* What is told of a row, one beside the other. */
#define FACTS 8
struct facts {
	char texts[FACTS][48];
	size_t count;
};

static void add_fact(struct facts *facts, const char *format, ...) EVO_PRINTF(2, 3);
static void add_fact(struct facts *facts, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(facts->texts[facts->count], sizeof(facts->texts[0]), format, arguments);
	va_end(arguments);
	facts->count++;
}

static void find_facts(const struct ui_compare *compare, const struct ui_split_pane *pane,
                       struct facts *facts)
{
	const struct evo_score_row *row = ui_compare_row(compare, pane->contender, pane->benchmark);
	const struct evo_answer_case *told =
	        ui_compare_told(compare, pane->contender, pane->benchmark);
	double tau = ui_compare_tau(compare, pane->contender, pane->benchmark);
	char text[24], low[24], high[24];

	facts->count = 0;
	ui_tau_text(row != NULL ? row->kendall : tau, text, sizeof(text));
	if (row == NULL && (told == NULL || told->done == 0)) {
		add_fact(facts, "waiting");
	} else if (row == NULL) {
		add_fact(facts, "tau %s so far", text);
		add_fact(facts, "%zu of %zu networks", told->done, told->train);
	} else {
		ui_tau_text(row->low, low, sizeof(low));
		ui_tau_text(row->high, high, sizeof(high));
		add_fact(facts, "tau %s [%s, %s]", text, low, high);
		ui_tau_text(row->spearman, text, sizeof(text));
		add_fact(facts, "rho %s", text);
		ui_tau_short(row->kendall_top10, text, sizeof(text));
		add_fact(facts, "top 10 %% %s", text);
		ui_tau_short(row->partial_units, text, sizeof(text));
		add_fact(facts, "given units %s", text);
		ui_tau_short(row->partial_params, text, sizeof(text));
		add_fact(facts, "given params %s", text);
		add_fact(facts, "%zu networks", row->networks);
		add_fact(facts, "%.0f not finite", row->non_finite);
		if (!compare->fixed_clock && !isnan(row->milliseconds))
			add_fact(facts, "%.1f ms a network for all together", row->milliseconds);
	}
}

/* In as many lines as they take, which it returns; an area without lines only counts them. */
static int draw_facts(const struct facts *facts, struct ui_area area)
{
	int x = 1, y = 0;

	for (size_t i = 0; i < facts->count; i++) {
		int width = ui_text_width(facts->texts[i]);
		if (x > 1 && x + width > area.rect.width) {
			x = 1;
			y++;
		}
		ui_text_fit(area, x, y, area.rect.width - x, i == 0 ? UI_ROLE_TEXT : UI_ROLE_DIM,
		            facts->texts[i]);
		x += width + 2;
	}
	return y + 1;
}

/* alone: it is the only one that there is room for. */
static void draw_pane(struct ui_compare *compare, struct ui_area area, size_t index, bool alone)
{
	const struct ui_split_pane *pane = &compare->panes[index];
	const char *benchmark = ui_compare_title(compare, pane->benchmark);
	const char *name = compare->contenders[pane->contender].name;
	const char *dot = area.surface->glyphs->dot;
	int room = area.rect.width - 5 - ui_text_width(dot) - ui_text_width(benchmark);
	char title[160], note[48] = "", cut[UI_HEADING_SIZE];

	compare->rects[index] = area.rect;
	if (alone)
		snprintf(note, sizeof(note), "pane %zu of %zu", index + 1, compare->pane_count);
	ui_heading_cut(name, room > 8 ? room : 8, area.surface->glyphs, cut);
	snprintf(title, sizeof(title), "%s%s%s", cut, dot, benchmark);
	struct ui_area inside = ui_frame(area, index == compare->focus, title, note);
	int width = inside.rect.width, height = inside.rect.height;
	struct facts facts;
	find_facts(compare, pane, &facts);
	int lines = draw_facts(&facts, ui_area_sub(inside, 0, 0, width, 0));
	if (lines > height / 3)
		lines = height >= 3 ? height / 3 : 1;
	draw_plot(compare, pane, ui_area_sub(inside, 0, 0, width, height - lines));
	draw_facts(&facts, ui_area_sub(inside, 0, height - lines, width, lines));
}

#define LEAST_HEIGHT 9

/* Side by side where there is room, else one above the other; four make a square. */
static void draw_panes(struct ui_compare *compare, struct ui_area body)
{
	size_t count = compare->pane_count, across = count;
	int width = body.rect.width, height = body.rect.height;

	if (count == 4 && width / 4 < 36)
		across = 2;
	else if (width / (int) count < 36)
		across = width >= 72 && count > 1 && height / (int) count < 10 ? 2 : 1;
	size_t down = (count + across - 1) / across;
	/* Where a plot would have no room, there is one pane at a time. */
	if (height / (int) down < LEAST_HEIGHT) {
		memset(compare->rects, 0, sizeof(compare->rects));
		draw_pane(compare, body, compare->focus, count > 1);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t column = i % across, line = i / across;
		size_t in_line = line + 1 == down ? count - line * across : across;
		int x = (int) column * width / (int) in_line;
		int y = (int) line * height / (int) down;
		draw_pane(compare,
		          ui_area_sub(body, x, y, ((int) column + 1) * width / (int) in_line - x,
		                      ((int) line + 1) * height / (int) down - y),
		          i, false);
	}
}

/* ---- Together -------------------------------------------------------------------------------- */

void ui_compare_facts(const struct ui_compare *compare, const struct ui_glyphs *glyphs,
                      struct evo_text *out)
{
	if (compare->splitting && compare->picked != NULL) {
		const struct ui_split_pane *pane = &compare->panes[compare->focus];
		const struct evo_study_case *of = &compare->answers->cases[pane->benchmark];
		size_t count = of->about.train;
		evo_text_append(out, "O ");
		for (size_t i = 0; i < count; i++)
			if (ui_compare_is_picked(compare, of->architectures[i]))
				evo_text_printf(out, "accuracy %.2f %%%s", of->accuracy[i],
				                glyphs->dot);
		evo_text_append(out, compare->picked);
	} else if (compare->list.cursor < compare->count) {
		const struct ui_contender *one =
		        &compare->contenders[compare->order[compare->list.cursor]];
		evo_tree_print(&one->tree, out);
	}
}

void ui_compare_draw(struct ui_compare *compare, struct ui_area body)
{
	const struct evo_study_snapshot *answers = compare->answers;

	if (answers != NULL && answers->case_count > 0) {
		if (compare->splitting)
			draw_panes(compare, body);
		else
			draw_matrix(compare, body);
		return;
	}
	struct ui_area inside = ui_frame(body, true, "Compare", NULL);
	bool failed = answers != NULL && answers->state == EVO_STUDY_FAILED;
	ui_text_fit(inside, 1, 0, inside.rect.width - 1, failed ? UI_ROLE_BAD : UI_ROLE_DIM,
	            failed ? answers->error : "loading benchmarks");
}
