/* The Compare screen's matrix and panes. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "heading.h"
#include "plot.h"

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

/* A bar under the number's own text would be too much: five steps of a block beside it. */
static void draw_tau(struct ui_area area, int right, int y, double tau, bool partial,
                     enum ui_role base)
{
	char text[24];

	if (isnan(tau)) {
		ui_text_right(area, right, y, UI_ROLE_DIM, partial ? "..." : "-");
		return;
	}
	int step = (int) fmin(8, floor(fabs(tau) * 9));
	snprintf(text, sizeof text, "%+.3f", tau);
	ui_text_right(area, right, y,
	              base == UI_ROLE_SELECTION ? base
	              : partial                 ? UI_ROLE_DIM
	                                        : heat(tau),
	              text);
	ui_put(area, right, y, heat(tau), area.surface->glyphs->eighths[step]);
}

static void draw_row(const struct ui_compare *compare, struct ui_area area, int y, size_t at,
                     size_t first, size_t columns)
{
	const struct ui_contender *one = &compare->contenders[compare->order[at]];
	bool under = at == compare->list.cursor;
	enum ui_role role = under ? UI_ROLE_SELECTION : UI_ROLE_TEXT;

	if (under) {
		ui_fill(area, 0, y, NAME_WIDTH + 2, role);
		ui_put(area, 0, y, role, area.surface->glyphs->cursor);
	}
	ui_put(area, 1, y, under ? role : UI_ROLE_ACCENT, one->tagged ? '*' : ' ');
	ui_text_fit(area, 2, y, NAME_WIDTH, role, one->name);
	for (size_t i = 0; i < columns; i++) {
		size_t column = first + i;
		double tau = ui_compare_tau(compare, compare->order[at], column);
		size_t last = ui_compare_columns(compare) - UI_SUMMARIES;
		bool partial =
		        one->question == 0 || ui_compare_row(compare, compare->order[at],
		                                             column < last ? column : 0) == NULL;
		int right = NAME_WIDTH + 2 + (int) (i + 1) * CELL_WIDTH - 2;
		draw_tau(area, right, y, tau, partial,
		         under && column == compare->column ? UI_ROLE_SELECTION : UI_ROLE_TEXT);
	}
}

static void draw_head(const struct ui_compare *compare, struct ui_area area, size_t first,
                      size_t columns)
{
	const struct evo_study_snapshot *answers = compare->answers;
	char(*headings)[UI_HEADING_SIZE] = evo_calloc(answers->case_count, sizeof *headings);

	ui_headings(&answers->cases->about, sizeof *answers->cases, answers->case_count,
	            CELL_WIDTH - 3, area.surface->glyphs, headings);
	for (size_t i = 0; i < columns; i++) {
		const char *title = first + i < answers->case_count
		                            ? headings[first + i]
		                            : ui_compare_title(compare, first + i);
		int left = NAME_WIDTH + 2 + (int) i * CELL_WIDTH;
		bool sort = compare->sorted && compare->sort == first + i;
		ui_text_right(area, left + CELL_WIDTH - 2, 0,
		              first + i == compare->column ? UI_ROLE_ACCENT : UI_ROLE_DIM, title);
		if (sort)
			ui_put(area, left + CELL_WIDTH - 2, 0, UI_ROLE_ACCENT,
			       compare->reversed ? area.surface->glyphs->up
			                         : area.surface->glyphs->down);
	}
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
	ui_duration(compare->left, left, sizeof left);
	snprintf(out + strlen(out), size - strlen(out), ", %s left", left);
}

static void draw_matrix(struct ui_compare *compare, struct ui_area area)
{
	struct ui_area inside = ui_area_sub(area, 1, 1, area.rect.width - 2, area.rect.height - 2);
	size_t columns = ui_compare_columns(compare), first = 0;
	size_t room = inside.rect.width > NAME_WIDTH + CELL_WIDTH
	                      ? (size_t) (inside.rect.width - NAME_WIDTH - 2) / CELL_WIDTH
	                      : 1;
	static const char *const titles[] = {
	        "Kendall tau of %zu proxies on %zu networks of each%s%s%s",
	        "%zu proxies, %zu networks of each%s%s%s",
	};
	char title[200], note[48], how[48], left_out[48] = "";

	compare->list_rect = area.rect;
	if (compare->column >= room)
		first = compare->column - room + 1;
	if (room > columns - first)
		room = columns - first;
	ui_list_fit(&compare->list, compare->count, inside.rect.height - 1);
	ui_list_note(&compare->list, compare->count, note, sizeof note);
	progress(compare, how, sizeof how);
	if (compare->answers->left_out > 0)
		snprintf(left_out, sizeof left_out, " (%zu benchmark%s left out)",
		         compare->answers->left_out, compare->answers->left_out == 1 ? "" : "s");
	/* How far it is has to be seen: where the whole title has no room it is said in fewer words. */
	for (size_t i = 0; i < EVO_COUNT(titles); i++) {
		snprintf(title, sizeof title, titles[i], compare->count, compare->networks,
		         left_out, *how != '\0' ? area.surface->glyphs->dot : "", how);
		if (ui_text_width(title) <= area.rect.width - 6)
			break;
	}
	ui_frame(area, true, title, *note != '\0' ? note : NULL);
	ui_text(inside, 2, 0, UI_ROLE_DIM, "proxy");
	draw_head(compare, inside, first, room);
	for (size_t i = 0; i < compare->list.page && compare->list.top + i < compare->count; i++)
		draw_row(compare, inside, (int) i + 1, compare->list.top + i, first, room);
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
		if (strcmp(of->architectures[points.number[i]], compare->picked) == 0) {
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
	vsnprintf(facts->texts[facts->count], sizeof facts->texts[0], format, arguments);
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
	ui_tau_text(row != NULL ? row->kendall : tau, text, sizeof text);
	if (row == NULL && (told == NULL || told->done == 0)) {
		add_fact(facts, "waiting");
	} else if (row == NULL) {
		add_fact(facts, "tau %s so far", text);
		add_fact(facts, "%zu of %zu networks", told->done, told->train);
	} else {
		ui_tau_text(row->low, low, sizeof low);
		ui_tau_text(row->high, high, sizeof high);
		add_fact(facts, "tau %s [%s, %s]", text, low, high);
		ui_tau_text(row->spearman, text, sizeof text);
		add_fact(facts, "rho %s", text);
		ui_tau_short(row->kendall_top10, text, sizeof text);
		add_fact(facts, "top 10 %% %s", text);
		ui_tau_short(row->partial_units, text, sizeof text);
		add_fact(facts, "given units %s", text);
		ui_tau_short(row->partial_params, text, sizeof text);
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
		snprintf(note, sizeof note, "pane %zu of %zu", index + 1, compare->pane_count);
	ui_heading_cut(name, room > 8 ? room : 8, area.surface->glyphs, cut);
	snprintf(title, sizeof title, "%s%s%s", cut, dot, benchmark);
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
		memset(compare->rects, 0, sizeof compare->rects);
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
	if (compare->splitting && *compare->picked != '\0') {
		const struct ui_split_pane *pane = &compare->panes[compare->focus];
		const struct evo_study_case *of = &compare->answers->cases[pane->benchmark];
		size_t count = of->about.train;
		evo_text_append(out, "O ");
		for (size_t i = 0; i < count; i++)
			if (strcmp(of->architectures[i], compare->picked) == 0)
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
