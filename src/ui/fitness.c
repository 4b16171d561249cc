/*
 * The fitness pane: best, mean and median by generation, or each benchmark's tau on train and
 * validation.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evolve.h"
#include "plot.h"

#define SERIES_MAX   (2 * EVO_CASES_MAX)
#define WINDOW_LEAST 5

#define LEGEND_BESIDE 7 /* columns of a name's two marks, and between it and the next */
#define LEGEND_LEAST  6

/* The generations in view. */
struct window {
	size_t first, count; /* in snapshot->history */
	double low, high;    /* of the axis, in generations */
};

static size_t last_generation(const struct evo_snapshot *snapshot)
{
	size_t count = snapshot->history_count;

	return count > 0 ? snapshot->history[count - 1].generation : 0;
}

static struct window window_of(const struct ui_fitness *fitness,
                               const struct evo_snapshot *snapshot)
{
	size_t last = last_generation(snapshot);
	size_t high = fitness->frozen && fitness->end < last ? fitness->end : last;
	size_t low = fitness->window > 0 && high > fitness->window ? high - fitness->window : 0;
	struct window window = {0};

	if (fitness->log_x && low == 0)
		low = 1; /* generation 0 has no place on a logarithmic axis */
	for (size_t i = 0; i < snapshot->history_count; i++) {
		size_t generation = snapshot->history[i].generation;
		if (generation < low || generation > high)
			continue;
		if (window.count++ == 0)
			window.first = i;
	}
	/* Room for what is wanted at least, and for the generation that is being computed. */
	size_t least = low + WINDOW_LEAST;
	bool live = !fitness->frozen && isfinite(snapshot->live_best) &&
	            ui_when(snapshot->state) == UI_WHEN_GOING && snapshot->history_count > 0;
	window.low = (double) low;
	window.high = (double) (high + live > least ? high + live : least);
	return window;
}

/* ---- Series -------------------------------------------------------------------------------- */

struct chart {
	struct ui_series series[SERIES_MAX];
	size_t count;
	char names[SERIES_MAX][40];
	double *x, *y; /* x of all, y series by series; one more than the window for what is live */
	size_t stride;
};

static double *add_series(struct chart *chart, size_t points, enum ui_role role, char mark,
                          enum ui_line line, const char *name)
{
	double *y = chart->y + chart->count * chart->stride;

	snprintf(chart->names[chart->count], sizeof(chart->names[0]), "%s", name);
	chart->series[chart->count] = (struct ui_series){
	        chart->names[chart->count], role, mark, line, points, chart->x, y};
	chart->count++;
	return y;
}

static void add_fitness(struct chart *chart, const struct evo_generation *history, size_t points)
{
	double *best = add_series(chart, points, UI_ROLE_SERIES_1, '*', UI_LINE_SOLID, "best");
	double *validation =
	        add_series(chart, points, UI_ROLE_SERIES_2, '+', UI_LINE_DASHED, "validation");
	double *mean = add_series(chart, points, UI_ROLE_SERIES_3, 'x', UI_LINE_DASH_DOT, "mean");
	double *median = add_series(chart, points, UI_ROLE_SERIES_4, '.', UI_LINE_DOTTED, "median");

	for (size_t i = 0; i < points; i++) {
		best[i] = history[i].best;
		validation[i] = history[i].best_validation;
		mean[i] = history[i].mean;
		median[i] = history[i].median;
	}
}

/* Two series for a benchmark, told apart from other benchmarks by their marks: digits on train,
   letters on validation. heading: its own beside others, NULL where it is alone. */
static void add_case(struct chart *chart, const struct evo_generation *history, size_t points,
                     size_t which, const char *heading)
{
	bool alone = heading == NULL;
	enum ui_role role = alone ? UI_ROLE_SERIES_1 : (enum ui_role)(UI_ROLE_SERIES_1 + which % 6);

	for (unsigned side = 0; side < 2; side++) {
		const char *word = side == EVO_SIDE_TRAIN ? "train" : "validation";
		char mark = (char) ((side == EVO_SIDE_TRAIN ? '1' : 'a') + (int) (which % 9));
		if (alone)
			mark = side == EVO_SIDE_TRAIN ? '*' : '+';
		/* Of all benchmarks together the legend names each once, after both of its
		   marks. */
		const char *name = alone ? word : side == EVO_SIDE_TRAIN ? "" : heading;
		double *y = add_series(
		        chart, points, alone && side == 1 ? UI_ROLE_SERIES_2 : role, mark,
		        side == EVO_SIDE_TRAIN ? UI_LINE_SOLID : UI_LINE_DASHED, name);
		for (size_t i = 0; i < points; i++)
			y[i] = history[i].tau[side][which];
	}
}

/* All benchmarks, with names that a legend of so many columns has room for. */
static void add_cases(struct chart *chart, const struct evo_snapshot *snapshot,
                      const struct evo_generation *history, size_t points, struct ui_area area)
{
	char headings[EVO_CASES_MAX][UI_HEADING_SIZE];
	size_t cases = snapshot->case_count;
	int room = cases > 0 ? area.rect.width / (int) cases - LEGEND_BESIDE : 0;

	ui_headings(snapshot->cases, sizeof(*snapshot->cases), cases,
	            room > LEGEND_LEAST ? room : LEGEND_LEAST, area.surface->glyphs, headings);
	for (size_t i = 0; i < cases; i++)
		add_case(chart, history, points, i, headings[i]);
}

static void add_live(struct chart *chart, const struct evo_snapshot *snapshot, size_t points,
                     bool shown)
{
	if (!shown || !isfinite(snapshot->live_best))
		return;
	chart->x[points] = (double) last_generation(snapshot) + 1;
	double *y = add_series(chart, 0, UI_ROLE_SERIES_1, 'o', UI_LINE_NONE, "so far");
	struct ui_series *series = &chart->series[chart->count - 1];
	y[0] = snapshot->live_best;
	series->x = chart->x + points;
	series->count = 1;
}

static void make_chart(struct chart *chart, const struct ui_fitness *fitness,
                       const struct evo_snapshot *snapshot, const struct window *window,
                       struct ui_area area)
{
	const struct evo_generation *history = snapshot->history + window->first;
	size_t points = window->count;

	chart->count = 0;
	chart->stride = points + 1;
	chart->x = evo_calloc(chart->stride, sizeof(*chart->x));
	chart->y = evo_calloc((SERIES_MAX + 1) * chart->stride, sizeof(*chart->y));
	for (size_t i = 0; i < points; i++)
		chart->x[i] = (double) history[i].generation;
	if (fitness->shown == 0) {
		add_fitness(chart, history, points);
		add_live(chart, snapshot, points,
		         !fitness->frozen && ui_when(snapshot->state) == UI_WHEN_GOING);
	} else if (fitness->shown <= snapshot->case_count) {
		add_case(chart, history, points, fitness->shown - 1, NULL);
	} else {
		add_cases(chart, snapshot, history, points, area);
	}
}

/* The range of what is shown, with a little air. What is not above 0 has no logarithm, and no place
   on such an axis. */
static struct ui_axis y_axis(const struct chart *chart, bool logarithmic)
{
	struct ui_axis axis = {.low = INFINITY, .high = -INFINITY, .logarithmic = logarithmic};

	for (size_t i = 0; i < chart->count; i++) {
		for (size_t j = 0; j < chart->series[i].count; j++) {
			double y = chart->series[i].y[j];
			if (!isfinite(y) || (logarithmic && y <= 0))
				continue;
			axis.low = fmin(axis.low, y);
			axis.high = fmax(axis.high, y);
		}
	}
	if (axis.low > axis.high)
		return (struct ui_axis){.high = 1};
	if (logarithmic) {
		axis.low /= 1.05;
		axis.high *= 1.05;
		return axis;
	}
	ui_range_widen(&axis.low, &axis.high);
	double air = (axis.high - axis.low) * 0.04;
	axis.low -= air;
	axis.high += air;
	return axis;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

/* Marks and names of the series in one line, those that fit; several marks may share a name. */
static void draw_legend(struct ui_area area, int y, const struct chart *chart, const char *note)
{
	int x = 1;

	for (size_t i = 0; i < chart->count; i++) {
		const struct ui_series *series = &chart->series[i];
		if (x + 2 + ui_text_width(series->name) > area.rect.width)
			return;
		ui_put(area, x, y, series->role, (uint32_t) series->mark);
		x += 2;
		if (*series->name != '\0')
			x = ui_text(area, x, y, series->role, series->name) + 3;
	}
	if (x + ui_text_width(note) <= area.rect.width)
		ui_text(area, x, y, UI_ROLE_DIM, note);
}

/* Words broken at spaces into the width; returns the row after the last. */
static int draw_wrapped(struct ui_area area, int x, int y, enum ui_role role, const char *text)
{
	int width = area.rect.width - x - 1;
	char line[512];

	while (*text != '\0' && width > 8) {
		size_t end = 0, space = 0;
		for (int used = 0; text[end] != '\0' && used < width && end < sizeof(line) - 8;
		     used++) {
			const char *next = text + end;
			evo_utf8_next(&next);
			if (text[end] == ' ')
				space = end;
			end = (size_t) (next - text);
		}
		if (text[end] != '\0' && text[end] != ' ' && space > 0)
			end = space;
		memcpy(line, text, end);
		line[end] = '\0';
		ui_text(area, x, y++, role, line);
		text += end;
		text += strspn(text, " ");
	}
	return y;
}

/* A search that another program drives does not tell its phase. */
static const char *phase_of(const struct evo_snapshot *snapshot)
{
	return *snapshot->phase == '\0' && snapshot->state == EVO_RUN_RUNNING
	               ? "The first generation is being scored."
	               : snapshot->phase;
}

/* Before there is anything to plot: how to start, and what would be searched. */
static void draw_empty(struct ui_area area, const struct ui_model *model)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	const struct evo_run_case *cases;
	size_t count;
	struct evo_text text;
	int y = area.rect.height > 6 ? 1 : 0;

	if (snapshot->state == EVO_RUN_FAILED) {
		draw_wrapped(area, 2, y, UI_ROLE_BAD, snapshot->error);
		return;
	}
	if (snapshot->state == EVO_RUN_IDLE)
		ui_text(area, 2, y, UI_ROLE_ACCENT, "Press s or Enter to start the search.");
	else
		y = draw_wrapped(area, 2, y, UI_ROLE_ACCENT, phase_of(snapshot)) - 1;
	y += 2;
	evo_text_init(&text);
	cases = ui_model_cases(model, &count);
	for (size_t i = 0; i < count; i++) {
		evo_text_reset(&text);
		if (*cases[i].title != '\0')
			y = draw_wrapped(area, 2, y, UI_ROLE_TEXT, cases[i].title);
		if (*cases[i].origin != '\0')
			y = draw_wrapped(area, 2, y, UI_ROLE_TEXT, cases[i].origin);
		ui_case_facts(&cases[i], area.surface->glyphs, &text);
		y = draw_wrapped(area, 2, y, UI_ROLE_DIM, text.data) + 1;
	}
	evo_text_clear(&text);
	if (*model->announced_error != '\0' && snapshot->state == EVO_RUN_IDLE)
		draw_wrapped(area, 2, y, UI_ROLE_BAD, model->announced_error);
}

static void title_of(const struct ui_fitness *fitness, const struct evo_snapshot *snapshot,
                     const struct ui_glyphs *glyphs, char *out, size_t size)
{
	const char *what = fitness->shown == 0 ? "fitness"
	                   : fitness->shown <= snapshot->case_count
	                           ? snapshot->cases[fitness->shown - 1].name
	                           : "all benchmarks";
	const char *how = snapshot->history_count == 0 ? ""
	                  : fitness->frozen            ? "frozen"
	                  : fitness->window > 0        ? "live"
	                                               : "all, live";

	if (fitness->shown == 0)
		snprintf(out, size, "Fitness (Kendall tau)%s%s", *how != '\0' ? glyphs->dot : "",
		         how);
	else
		snprintf(out, size, "Best on %s%s%s", what, *how != '\0' ? glyphs->dot : "", how);
}

static const char *scale_words(const struct ui_fitness *fitness)
{
	return fitness->log_x && fitness->log_y ? "log x, log y"
	       : fitness->log_x                 ? "log x"
	       : fitness->log_y                 ? "log y"
	                                        : NULL;
}

void ui_fitness_draw(const struct ui_fitness *fitness, const struct ui_model *model,
                     struct ui_area area, bool focused)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	struct chart chart;
	char title[200];

	title_of(fitness, snapshot, area.surface->glyphs, title, sizeof(title));
	struct ui_area inside = ui_frame(area, focused, title, scale_words(fitness));
	struct window window = window_of(fitness, snapshot);
	if (snapshot->history_count == 0) {
		draw_empty(inside, model);
		return;
	}
	make_chart(&chart, fitness, snapshot, &window, inside);
	struct ui_plot plot = {.x = {window.low, window.high, fitness->log_x, true},
	                       .y = y_axis(&chart, fitness->log_y),
	                       .series = chart.series,
	                       .count = chart.count};
	bool all = fitness->shown > snapshot->case_count;
	draw_legend(inside, 0, &chart, all ? "digits train, letters validation" : "");
	ui_plot_draw(ui_area_sub(inside, 0, 1, inside.rect.width, inside.rect.height - 1), &plot);
	free(chart.x);
	free(chart.y);
}

/* ---- Moving about ---------------------------------------------------------------------------- */

void ui_fitness_zoom(struct ui_fitness *fitness, const struct evo_snapshot *snapshot, bool in)
{
	size_t last = last_generation(snapshot);
	size_t window = fitness->window > 0 ? fitness->window : last;

	window = in ? window / 2 : window * 2;
	if (window < WINDOW_LEAST)
		window = WINDOW_LEAST;
	fitness->window = window < last ? window : 0;
	if (fitness->window == 0)
		fitness->frozen = false;
}

void ui_fitness_pan(struct ui_fitness *fitness, const struct evo_snapshot *snapshot, int direction)
{
	size_t last = last_generation(snapshot);
	size_t window = fitness->window > 0 ? fitness->window : last;
	size_t step = window / 4 > 0 ? window / 4 : 1;
	size_t end = fitness->frozen ? fitness->end : last;

	if (fitness->window == 0)
		return; /* all of it is in view */
	if (direction < 0)
		end = end > window + step ? end - step : window;
	else
		end += step;
	fitness->frozen = end < last;
	fitness->end = end < last ? end : last;
}

void ui_fitness_follow(struct ui_fitness *fitness, const struct evo_snapshot *snapshot)
{
	fitness->frozen = !fitness->frozen;
	fitness->end = last_generation(snapshot);
}
