/*
 * The Runs screen: searches that are stored, generation by generation.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explorer.h"
#include "list.h"
#include "plot.h"

#define WIDE        100 /* from here on list and search lie side by side */
#define NAME_WIDTH  16
#define STATE_WIDTH 11

#define BENCHMARKS_LEAST 12 /* in fewer columns they say nothing */

struct ui_runs {
	char *file;
	struct evo_stored_run *stored;
	size_t count;
	char error[600];
	struct ui_list list;
	struct ui_rect list_rect; /* as drawn last */
	/* The run under the cursor. */
	const struct evo_snapshot *shown; /* NULL: none */
	char name[32];
	size_t complete; /* generations that were complete when it was read */
};

/* ---- Reading --------------------------------------------------------------------------------- */

static const struct evo_stored_run *under_cursor(const struct ui_runs *runs)
{
	return runs->list.cursor < runs->count ? &runs->stored[runs->list.cursor] : NULL;
}

static void drop_shown(struct ui_runs *runs)
{
	if (runs->shown != NULL)
		evo_snapshot_release(runs->shown);
	runs->shown = NULL;
	*runs->name = '\0';
}

/* The run under the cursor after so many generations. */
static void show(struct ui_runs *runs, size_t generation)
{
	const struct evo_stored_run *run = under_cursor(runs);
	struct evo_error err = {0};

	drop_shown(runs);
	if (run == NULL)
		return;
	snprintf(runs->name, sizeof runs->name, "%s", run->name);
	runs->complete = run->generation;
	runs->shown = evo_runs_snapshot(runs->file, run->name, generation, &err);
	if (runs->shown == NULL)
		evo_error_text(&err, runs->error, sizeof runs->error);
}

/* Another run under the cursor, or the same with more generations, is read anew. */
static void follow_cursor(struct ui_runs *runs)
{
	const struct evo_stored_run *run = under_cursor(runs);
	bool same = run != NULL && strcmp(run->name, runs->name) == 0;
	bool at_end = runs->shown == NULL || runs->shown->generation == runs->complete;

	if (!same || (at_end && run->generation != runs->complete))
		show(runs, SIZE_MAX);
}

/* The cursor stays on its run. */
static void reload(struct ui_runs *runs)
{
	struct evo_error err = {0};
	size_t count;
	struct evo_stored_run *stored = evo_runs_list(runs->file, &count, &err);

	*runs->error = '\0';
	if (stored == NULL)
		evo_error_text(&err, runs->error, sizeof runs->error);
	evo_runs_list_free(runs->stored, runs->count);
	runs->stored = stored;
	runs->count = stored != NULL ? count : 0;
	for (size_t i = 0; i < runs->count; i++)
		if (strcmp(stored[i].name, runs->name) == 0)
			runs->list.cursor = i;
	ui_list_fit(&runs->list, runs->count, (int) runs->list.page);
	follow_cursor(runs);
}

static void open_view(struct ui_explorer *explorer)
{
	const char *file = explorer->run_config.runs_file;

	explorer->runs = evo_calloc(1, sizeof *explorer->runs);
	explorer->runs->file = file != NULL ? evo_strdup(file) : evo_runs_file();
}

static void enter(struct ui_explorer *explorer)
{
	reload(explorer->runs);
}

/* The present search has stored a generation, or has come to an end. */
static void update(struct ui_explorer *explorer)
{
	struct ui_runs *runs = explorer->runs;
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	bool news = false;

	if (!snapshot->kept)
		return;
	for (size_t i = 0; i < runs->count; i++)
		if (strcmp(runs->stored[i].name, snapshot->run) == 0)
			news = runs->stored[i].generation + snapshot->unsaved !=
			       snapshot->generation;
	if (news)
		reload(runs);
}

static void close_view(struct ui_explorer *explorer)
{
	struct ui_runs *runs = explorer->runs;

	drop_shown(runs);
	evo_runs_list_free(runs->stored, runs->count);
	free(runs->file);
	free(runs);
}

/* ---- The list -------------------------------------------------------------------------------- */

static enum ui_role state_role(const char *state)
{
	return strcmp(state, "failed") == 0        ? UI_ROLE_BAD
	       : strcmp(state, "running") == 0     ? UI_ROLE_GOOD
	       : strcmp(state, "interrupted") == 0 ? UI_ROLE_SERIES_2
	                                           : UI_ROLE_DIM;
}

static void time_text(int64_t seconds, char *out, size_t size)
{
	time_t when = (time_t) seconds;
	struct tm local;

	*out = '\0';
	if (localtime_r(&when, &local) != NULL)
		strftime(out, size, "%m-%d %H:%M", &local);
}

static void draw_run(const struct ui_model *model, struct ui_area area, int y,
                     const struct evo_stored_run *run, bool chosen)
{
	enum ui_role role = chosen ? UI_ROLE_SELECTION : UI_ROLE_TEXT;
	char text[32], when[24];
	int x = 1;

	if (chosen) {
		ui_fill(area, 0, y, area.rect.width, UI_ROLE_SELECTION);
		ui_put(area, 0, y, UI_ROLE_SELECTION, area.surface->glyphs->cursor);
	}
	ui_text_fit(area, x, y, NAME_WIDTH - 1, role, run->name);
	x += NAME_WIDTH;
	ui_text_fit(area, x, y, STATE_WIDTH, chosen ? role : state_role(run->state), run->state);
	x += STATE_WIDTH + 9;
	snprintf(text, sizeof text, "%zu/%zu", run->generation, run->generations);
	ui_text_right(area, x, y, role, text);
	x += 8;
	if (!isnan(run->best)) {
		snprintf(text, sizeof text, "%.3f", run->best);
		ui_text_right(area, x, y, role, text);
	}
	time_text(run->updated, when, sizeof when);
	/* What lies beside depends on the time. */
	if (!model->fixed_clock)
		x = ui_text(area, x + 2, y, chosen ? role : UI_ROLE_DIM, when);
	if (area.rect.width - x - 2 >= BENCHMARKS_LEAST)
		ui_text_fit(area, x + 2, y, area.rect.width - x - 2, chosen ? role : UI_ROLE_DIM,
		            run->benchmarks);
}

static void draw_list(struct ui_runs *runs, const struct ui_model *model, struct ui_area area)
{
	char note[48], title[64];
	struct ui_area inside = ui_area_sub(area, 1, 1, area.rect.width - 2, area.rect.height - 2);

	runs->list_rect = area.rect;
	ui_list_fit(&runs->list, runs->count, inside.rect.height - 1);
	ui_list_note(&runs->list, runs->count, note, sizeof note);
	snprintf(title, sizeof title, "Runs %zu", runs->count);
	ui_frame(area, true, title, *note != '\0' ? note : NULL);
	if (runs->count == 0) {
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            *runs->error != '\0'
		                    ? runs->error
		                    : "no search is stored yet: start one with s, it will be");
		return;
	}
	ui_text(inside, 1, 0, UI_ROLE_DIM, "run             state       generation    best");
	for (size_t i = 0; i < runs->list.page && runs->list.top + i < runs->count; i++)
		draw_run(model, inside, (int) i + 1, &runs->stored[runs->list.top + i],
		         runs->list.top + i == runs->list.cursor);
}

/* ---- The run under the cursor ---------------------------------------------------------------- */

static void draw_front(const struct evo_snapshot *shown, struct ui_area area)
{
	struct ui_area inside = ui_frame(area, false, "Pareto front: fitness by size", NULL);
	size_t fronts = shown->front_count, all = shown->population_count;
	double *x = evo_calloc(2 * (fronts + all) + 1, sizeof *x), *y = x + fronts + all;
	struct ui_axis across = {.high = 1, .whole = true},
	               up = {.low = INFINITY, .high = -INFINITY};

	for (size_t i = 0; i < fronts + all; i++) {
		const struct evo_individual *one =
		        i < fronts ? shown->front[i] : shown->population[i - fronts];
		x[i] = (double) one->tree.size;
		y[i] = one->fitness;
		across.high = fmax(across.high, x[i] + 1);
		up.low = fmin(up.low, y[i]);
		up.high = fmax(up.high, y[i]);
	}
	struct ui_series series[] = {
	        {"front", UI_ROLE_SERIES_1, '*', UI_LINE_SOLID, fronts, x, y},
	        {"population", UI_ROLE_SERIES_4, '.', UI_LINE_POINTS, all, x + fronts, y + fronts}};
	struct ui_plot plot = {.x = across, .y = up, .series = series, .count = 2};
	ui_range_widen(&plot.y.low, &plot.y.high);
	if (fronts > 0)
		ui_plot_draw(inside, &plot);
	free(x);
}

static void draw_individual(struct ui_area area, int y, size_t rank,
                            const struct evo_individual *one)
{
	struct evo_text text;
	char number[32];

	snprintf(number, sizeof number, "%zu", rank);
	ui_text_right(area, 4, y, UI_ROLE_DIM, number);
	if (one->injected)
		ui_put(area, 5, y, UI_ROLE_ACCENT, area.surface->glyphs->injected);
	snprintf(number, sizeof number, "%.3f", one->fitness);
	ui_text_right(area, 13, y, UI_ROLE_TEXT, number);
	snprintf(number, sizeof number, "%zu", one->tree.size);
	ui_text_right(area, 18, y, UI_ROLE_TEXT, number);
	ui_text_fit(area, 20, y, 10, UI_ROLE_DIM, evo_origin_name(one->origin));
	evo_text_init(&text);
	evo_tree_print(&one->tree, &text);
	ui_text_fit(area, 31, y, area.rect.width - 31, UI_ROLE_TEXT, text.data);
	evo_text_clear(&text);
}

static void draw_generation(const struct ui_runs *runs, struct ui_area area)
{
	const struct evo_snapshot *shown = runs->shown;
	const char *dot = area.surface->glyphs->dot;
	char title[160], note[80];
	size_t last = shown->history_count;

	snprintf(title, sizeof title, "%s%sgeneration %zu of %zu%s", shown->run, dot,
	         shown->generation > 0 ? shown->generation - 1 : 0,
	         runs->complete > 0 ? runs->complete - 1 : 0,
	         shown->generation < runs->complete ? ", looked back at" : "");
	*note = '\0';
	if (last > 0)
		snprintf(note, sizeof note, "best %.3f%smean %.3f%s%zu scored",
		         shown->history[last - 1].best, dot, shown->history[last - 1].mean, dot,
		         shown->evaluations);
	struct ui_area inside = ui_frame(area, false, title, *note != '\0' ? note : NULL);
	ui_text(inside, 1, 0, UI_ROLE_DIM, "rank  fitness size origin     expression");
	for (size_t i = 0; i < shown->population_count && (int) i + 1 < inside.rect.height; i++)
		draw_individual(inside, (int) i + 1, i + 1, shown->population[i]);
}

static void draw_shown(const struct ui_runs *runs, struct ui_area area)
{
	int plot = area.rect.height * 2 / 5;

	if (runs->shown == NULL) {
		struct ui_area inside = ui_frame(area, false, "Search", NULL);
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            *runs->error != '\0' ? runs->error : "the run under the cursor");
		return;
	}
	if (area.rect.height >= 18)
		draw_front(runs->shown, ui_area_sub(area, 0, 0, area.rect.width, plot));
	else
		plot = 0;
	draw_generation(runs, ui_area_sub(area, 0, plot, area.rect.width, area.rect.height - plot));
}

/* What the message line says: what the run under the cursor is about, and the file. */
static void draw_facts(const struct ui_runs *runs, struct ui_area area)
{
	const struct evo_stored_run *run = under_cursor(runs);
	struct evo_text text;

	evo_text_init(&text);
	if (run != NULL)
		evo_text_printf(&text, "%s of %s%s", run->name, run->benchmarks,
		                area.surface->glyphs->dot);
	evo_text_append(&text, runs->file);
	ui_text_fit(area, 1, 0, area.rect.width - 2, UI_ROLE_DIM, text.data);
	evo_text_clear(&text);
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_runs *runs = explorer->runs;
	struct ui_layout layout = ui_layout_body(surface->columns, surface->rows);

	if (ui_too_small(surface, &layout))
		return;
	struct ui_area body = ui_area_of(surface, layout.panes[0]);
	int width = body.rect.width, height = body.rect.height;
	if (width >= WIDE) {
		draw_list(runs, &explorer->model, ui_area_sub(body, 0, 0, width * 9 / 20, height));
		draw_shown(runs,
		           ui_area_sub(body, width * 9 / 20, 0, width - width * 9 / 20, height));
	} else {
		draw_list(runs, &explorer->model, ui_area_sub(body, 0, 0, width, height / 2));
		draw_shown(runs, ui_area_sub(body, 0, height / 2, width, height - height / 2));
	}
	draw_facts(runs, ui_area_of(surface, layout.message));
	ui_explorer_edges(explorer, surface, &layout, "Runs");
}

/* ---- Requests -------------------------------------------------------------------------------- */

static void look_at(struct ui_runs *runs, int step)
{
	size_t now = runs->shown != NULL ? runs->shown->generation : 0;

	if (step < 0 && now > 1)
		show(runs, now - 1);
	else if (step > 0 && now < runs->complete)
		show(runs, now + 1);
}

static enum ui_result resume(struct ui_explorer *explorer, const char *argument,
                             struct evo_error *err)
{
	const struct evo_stored_run *run = under_cursor(explorer->runs);
	enum ui_when when = ui_when(explorer->model.snapshot->state);
	struct evo_run_config config;
	char question[120];

	if (run == NULL) {
		evo_fail(err, EVO_E_USAGE, "there is no run under the cursor");
		return UI_FAILED;
	}
	if (argument == NULL && (when == UI_WHEN_GOING || when == UI_WHEN_PAUSED)) {
		snprintf(question, sizeof question, "End the present search and resume %s? y/n",
		         run->name);
		ui_input_ask(explorer, UI_ACTION_RESUME_RUN, question);
		return UI_DONE;
	}
	bool good = evo_run_config_stored(&config, explorer->runs->file, run->name, err);
	config.threads = explorer->run_config.threads;
	config.memory = explorer->run_config.memory;
	good = good && ui_explorer_renew(explorer, &config, err);
	evo_run_config_clear(&config);
	if (!good)
		return UI_FAILED;
	ui_explorer_go(explorer, &ui_evolve_view);
	ui_explorer_say(explorer, "s goes on with %s; for more generations, :set generations N",
	                explorer->model.snapshot->run);
	return UI_DONE;
}

static enum ui_result export_run(struct ui_explorer *explorer, const char *folder,
                                 struct evo_error *err)
{
	const struct evo_snapshot *shown = explorer->runs->shown;

	if (shown == NULL || shown->generation == 0) {
		evo_fail(err, EVO_E_USAGE, "there is no generation to export");
		return UI_FAILED;
	}
	if (!evo_run_export(shown, folder, err))
		return UI_FAILED;
	ui_explorer_say(explorer, "Wrote generations.csv, population.csv and front.csv to %s",
	                folder);
	return UI_DONE;
}

static enum ui_result delete_run(struct ui_explorer *explorer, const char *argument,
                                 struct evo_error *err)
{
	const struct evo_stored_run *run = under_cursor(explorer->runs);
	char question[120];

	if (run == NULL) {
		evo_fail(err, EVO_E_USAGE, "there is no run under the cursor");
		return UI_FAILED;
	}
	if (argument == NULL) {
		snprintf(question, sizeof question, "Forget %s and its %zu generations? y/n",
		         run->name, run->generation);
		ui_input_ask(explorer, UI_ACTION_DELETE_RUN, question);
		return UI_DONE;
	}
	if (!evo_runs_delete(explorer->runs->file, run->name, err))
		return UI_FAILED;
	reload(explorer->runs);
	return UI_DONE;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	struct ui_runs *runs = explorer->runs;

	if (ui_list_request(&runs->list, runs->count, action)) {
		follow_cursor(runs);
		return UI_DONE;
	}
	switch (action) {
	case UI_ACTION_LEFT:
	case UI_ACTION_RIGHT:
		look_at(runs, action == UI_ACTION_LEFT ? -1 : 1);
		return UI_DONE;
	case UI_ACTION_RESUME_RUN:
		return resume(explorer, argument, err);
	case UI_ACTION_EXPORT_RUN:
		return export_run(explorer, argument, err);
	case UI_ACTION_DELETE_RUN:
		return delete_run(explorer, argument, err);
	default:
		return UI_NOT_MINE;
	}
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	struct ui_runs *runs = explorer->runs;

	ui_list_mouse(&runs->list, runs->count, &runs->list_rect, runs->list_rect.y + 2, event);
	follow_cursor(runs);
}

static unsigned where(const struct ui_explorer *explorer)
{
	(void) explorer;
	return UI_IN_RUNS;
}

static const struct evo_individual *selected(const struct ui_explorer *explorer)
{
	const struct evo_snapshot *shown = explorer->runs->shown;

	return shown != NULL && shown->population_count > 0 ? shown->population[0] : NULL;
}

const struct ui_view ui_runs_view = {
        .name = "Runs",
        .action = UI_ACTION_RUNS,
        .open = open_view,
        .enter = enter,
        .update = update,
        .draw = draw,
        .request = request,
        .mouse = mouse,
        .where = where,
        .selected = selected,
        .close = close_view,
};
