/*
 * The Runs screen: searches that are stored, generation by generation.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evoscope/archive.h"
#include "explorer.h"
#include "list.h"
#include "plot.h"

#define WIDE        100 /* from here on list and search lie side by side */
#define LIST_LEAST  47  /* columns, with the figures */
#define NAME_WIDTH  16
#define STATE_WIDTH 11

#define BENCHMARKS_LEAST 12 /* in fewer columns they say nothing */

struct ui_runs {
	char *file;
	struct evo_stored_run *stored;
	size_t count;
	char error[600];
	struct ui_list list;
	/* The run under the cursor. */
	const struct evo_snapshot *shown; /* NULL: none */
	char name[EVO_RUN_NAME_SIZE];
	size_t complete;          /* generations that were complete when it was read */
	enum evo_run_state state; /* of the present search when the list was read, */
	size_t generation;        /* and how many it had complete */
	/* Its trees: of the Pareto front, or of the population. */
	bool population;
	struct ui_list trees;
	bool in_trees;                        /* they have the keys, not the list */
	struct ui_rect list_rect, trees_rect; /* as drawn last */
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

static const struct evo_individual *const *trees_of(const struct ui_runs *runs, size_t *count)
{
	const struct evo_snapshot *shown = runs->shown;

	*count = shown == NULL      ? 0
	         : runs->population ? shown->population_count
	                            : shown->front_count;
	return shown == NULL ? NULL : runs->population ? shown->population : shown->front;
}

static const struct evo_individual *tree_under_cursor(const struct ui_runs *runs)
{
	size_t count;
	const struct evo_individual *const *trees = trees_of(runs, &count);

	return runs->trees.cursor < count ? trees[runs->trees.cursor] : NULL;
}

/* Puts the cursor on the tree of that number; where it is not there, on the best: the first of a
   population, the largest of a front. */
static void go_to_tree(struct ui_runs *runs, uint64_t id)
{
	size_t count;
	const struct evo_individual *const *trees = trees_of(runs, &count);

	runs->trees.cursor = runs->population || count == 0 ? 0 : count - 1;
	for (size_t i = 0; i < count; i++)
		if (trees[i]->id == id)
			runs->trees.cursor = i;
}

/* The run under the cursor after so many generations. */
static void show(struct ui_runs *runs, size_t generation)
{
	const struct evo_stored_run *run = under_cursor(runs);
	const struct evo_individual *one = tree_under_cursor(runs);
	const bool same = run != NULL && one != NULL && strcmp(run->name, runs->name) == 0;
	const uint64_t id = same ? one->id : UINT64_MAX;
	struct evo_error err = {0};

	drop_shown(runs);
	if (run == NULL)
		return;
	snprintf(runs->name, sizeof runs->name, "%s", run->name);
	runs->complete = run->generation;
	runs->shown = evo_runs_snapshot(runs->file, run->name, generation, &err);
	if (runs->shown == NULL)
		evo_error_text(&err, runs->error, sizeof runs->error);
	go_to_tree(runs, id);
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
	/* One that is not in the list yet has come into the file since it was read. */
	bool listed = false, stale = false;

	if (!snapshot->kept)
		return;
	for (size_t i = 0; i < runs->count; i++) {
		if (strcmp(runs->stored[i].name, snapshot->run) != 0)
			continue;
		listed = true;
		stale = runs->stored[i].generation + snapshot->unsaved != snapshot->generation;
	}
	if (stale || runs->state != snapshot->state ||
	    (!listed && runs->generation != snapshot->generation))
		reload(runs);
	runs->state = snapshot->state;
	runs->generation = snapshot->generation;
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
	if (x + 2 + ui_text_width(when) > area.rect.width)
		when[strcspn(when, " ")] = '\0'; /* the day, where the hour would be cut */
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
	ui_frame(area, !runs->in_trees, title, *note != '\0' ? note : NULL);
	if (runs->count == 0) {
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            *runs->error != '\0'
		                    ? runs->error
		                    : "no search is stored yet: start one with s, it will be");
		return;
	}
	ui_text(inside, 1, 0, UI_ROLE_DIM, "run             state     generation    best");
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
		/* What is far below the front would press it flat. */
		up.low = i < fronts ? fmin(up.low, y[i]) : up.low;
		up.high = fmax(up.high, y[i]);
	}
	struct ui_series series[] = {
	        {"front", UI_ROLE_SERIES_1, '*', UI_LINE_STEPS, fronts, x, y},
	        {"population", UI_ROLE_SERIES_4, 0, UI_LINE_POINTS, all, x + fronts, y + fronts}};
	struct ui_plot plot = {.x = across, .y = up, .series = series, .count = 2};
	ui_range_widen(&plot.y.low, &plot.y.high);
	if (fronts > 0)
		ui_plot_draw(inside, &plot);
	free(x);
}

/* Where the columns of trees end, and the expression begins. */
enum {
	RANK_END = 4,
	MARK_AT = 5,
	FITNESS_END = 13,
	SIZE_END = 18,
	NEXT_AT = 20,
	VALIDATION_END = 29,
	EXPRESSION_AT = 31
};

static void draw_figure(struct ui_area area, int end, int y, enum ui_role role, double figure)
{
	char text[32] = "-";

	if (!isnan(figure))
		snprintf(text, sizeof text, "%.3f", figure);
	ui_text_right(area, end, y, role, text);
}

static void draw_tree(const struct ui_runs *runs, struct ui_area area, int y, size_t row,
                      const struct evo_individual *one, bool pick)
{
	const bool chosen = row == runs->trees.cursor && runs->in_trees;
	const enum ui_role role = chosen ? UI_ROLE_SELECTION : UI_ROLE_TEXT;
	const enum ui_role dim = chosen ? UI_ROLE_SELECTION : UI_ROLE_DIM;
	struct evo_text text;
	char number[32];

	if (chosen)
		ui_fill(area, 0, y, area.rect.width, UI_ROLE_SELECTION);
	if (row == runs->trees.cursor)
		ui_put(area, 0, y, role, area.surface->glyphs->cursor);
	if (runs->population) {
		snprintf(number, sizeof number, "%zu", row + 1);
		ui_text_right(area, RANK_END, y, dim, number);
	}
	if (pick)
		ui_text_right(area, RANK_END, y, chosen ? role : UI_ROLE_GOOD, "take");
	if (one->injected)
		ui_put(area, MARK_AT, y, chosen ? role : UI_ROLE_ACCENT,
		       area.surface->glyphs->injected);
	draw_figure(area, FITNESS_END, y, role, one->fitness);
	snprintf(number, sizeof number, "%zu", one->tree.size);
	ui_text_right(area, SIZE_END, y, role, number);
	if (runs->population)
		ui_text_fit(area, NEXT_AT, y, EXPRESSION_AT - NEXT_AT - 1, dim,
		            evo_origin_name(one->origin));
	else
		draw_figure(area, VALIDATION_END, y, role,
		            evo_snapshot_validation(runs->shown, one));
	evo_text_init(&text);
	evo_tree_print(&one->tree, &text);
	ui_text_fit(area, EXPRESSION_AT, y, area.rect.width - EXPRESSION_AT, role, text.data);
	evo_text_clear(&text);
}

static void draw_trees(struct ui_runs *runs, struct ui_area area)
{
	const struct evo_snapshot *shown = runs->shown;
	const char *dot = area.surface->glyphs->dot;
	char title[EVO_RUN_NAME_SIZE + 120], note[80];
	size_t count, last = shown->history_count;
	const struct evo_individual *const *trees = trees_of(runs, &count);
	const size_t pick = runs->population ? SIZE_MAX : evo_snapshot_pick(shown);

	runs->trees_rect = area.rect;
	ui_list_fit(&runs->trees, count, area.rect.height - 3);
	if (last == 0) {
		ui_text_fit(ui_frame(area, runs->in_trees, shown->run, NULL), 1, 0,
		            area.rect.width - 3, UI_ROLE_DIM, "no generation is complete yet");
		return;
	}
	snprintf(title, sizeof title, "%s%sgeneration %zu of %zu%s%s%s", shown->run, dot,
	         shown->generation > 0 ? shown->generation - 1 : 0,
	         runs->complete > 0 ? runs->complete - 1 : 0,
	         shown->generation < runs->complete ? ", looked back at" : "", dot,
	         runs->population ? "population" : "front");
	snprintf(note, sizeof note, "best %.3f%smean %.3f%s%zu scored",
	         shown->history[last - 1].best, dot, shown->history[last - 1].mean, dot,
	         shown->evaluations);
	struct ui_area inside = ui_frame(area, runs->in_trees, title, note);
	ui_text(inside, 1, 0, UI_ROLE_DIM,
	        runs->population ? "rank  fitness size origin     expression"
	                         : "      fitness size validation expression");
	for (size_t i = 0; i < runs->trees.page && runs->trees.top + i < count; i++)
		draw_tree(runs, inside, (int) i + 1, runs->trees.top + i,
		          trees[runs->trees.top + i], runs->trees.top + i == pick);
}

static void draw_shown(struct ui_runs *runs, struct ui_area area)
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
	draw_trees(runs, ui_area_sub(area, 0, plot, area.rect.width, area.rect.height - plot));
}

/* What the message line says: the tree under the cursor, or what the run there is about, and the
   file. */
static void draw_facts(const struct ui_runs *runs, struct ui_area area)
{
	const struct evo_stored_run *run = under_cursor(runs);
	const struct evo_individual *one = tree_under_cursor(runs);
	struct evo_text text;

	evo_text_init(&text);
	if (runs->in_trees && one != NULL)
		evo_text_printf(&text, "#%llu%s", (unsigned long long) one->id,
		                area.surface->glyphs->dot);
	if (runs->in_trees && one != NULL)
		evo_tree_print(&one->tree, &text);
	else if (run != NULL)
		evo_text_printf(&text, "%s of %s%s", run->name, run->benchmarks,
		                area.surface->glyphs->dot);
	if (!runs->in_trees)
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
		int list = width * 9 / 20 > LIST_LEAST ? width * 9 / 20 : LIST_LEAST;
		draw_list(runs, &explorer->model, ui_area_sub(body, 0, 0, list, height));
		draw_shown(runs, ui_area_sub(body, list, 0, width - list, height));
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

/* Is there a run, and the one that was asked about? The list may have changed since. */
static bool is_meant(const struct evo_stored_run *run, const char *asked, struct evo_error *err)
{
	if (run == NULL)
		return evo_fail(err, EVO_E_USAGE, "there is no run under the cursor");
	return asked == NULL || *asked == '\0' || strcmp(asked, run->name) == 0 ||
	       evo_fail(err, EVO_E_USAGE, "%s is not under the cursor any more: nothing was done",
	                asked);
}

/* Nothing is ended for a run that could not go on: another program has it. */
static bool can_go_on(const struct ui_explorer *explorer, const struct evo_stored_run *run,
                      struct evo_error *err)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	const bool own = !explorer->run_config.watch && snapshot->kept &&
	                 strcmp(snapshot->run, run->name) == 0;

	/* One of this program may be ending still: it is waited for. */
	if (own || snapshot->waits)
		return true;

	for (int state = EVO_RUN_STARTING; state <= EVO_RUN_PAUSED; state++)
		if (strcmp(run->state, evo_run_state_name((enum evo_run_state) state)) == 0)
			return evo_fail(err, EVO_E_USAGE,
			                "%s is %s in another program: end it there first, or look "
			                "at it by evoscope --watch %s",
			                run->name, run->state, run->name);
	return true;
}

static enum ui_result resume(struct ui_explorer *explorer, const char *argument,
                             struct evo_error *err)
{
	enum ui_when when = ui_when(explorer->model.snapshot->state);
	struct evo_run_config config;

	reload(explorer->runs); /* others may have begun or ended since */
	const struct evo_stored_run *run = under_cursor(explorer->runs);
	if (!is_meant(run, argument, err) || !can_go_on(explorer, run, err))
		return UI_FAILED;
	if (argument == NULL && (when == UI_WHEN_GOING || when == UI_WHEN_PAUSED)) {
		ui_input_ask(explorer, UI_ACTION_RESUME_RUN, run->name,
		             "The present search goes on; nothing was resumed.",
		             "%s and resume %s?",
		             explorer->run_config.watch ? "Leave the search that is watched"
		                                        : "End the present search",
		             run->name);
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

	if (!is_meant(run, argument, err))
		return UI_FAILED;
	if (argument == NULL) {
		ui_input_ask(explorer, UI_ACTION_DELETE_RUN, run->name, "Nothing was deleted.",
		             "Forget %s and its %zu generations?", run->name, run->generation);
		return UI_DONE;
	}
	if (!evo_runs_delete(explorer->runs->file, run->name, EVO_TAKE_NONE, err))
		return UI_FAILED;
	reload(explorer->runs);
	return UI_DONE;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	struct ui_runs *runs = explorer->runs;
	const struct evo_individual *one = tree_under_cursor(runs);
	size_t count;

	trees_of(runs, &count);
	if (runs->in_trees && ui_list_request(&runs->trees, count, action))
		return UI_DONE;
	if (ui_list_request(&runs->list, runs->count, action)) {
		follow_cursor(runs);
		return UI_DONE;
	}
	switch (action) {
	case UI_ACTION_FOCUS_NEXT:
	case UI_ACTION_FOCUS_PREVIOUS:
		runs->in_trees = !runs->in_trees && count > 0;
		return UI_DONE;
	case UI_ACTION_FRONT:
		runs->population = !runs->population;
		go_to_tree(runs, one != NULL ? one->id : UINT64_MAX);
		return UI_DONE;
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
	size_t count;

	trees_of(runs, &count);
	runs->in_trees = count > 0 && ui_rect_has(&runs->trees_rect, event->x, event->y);
	if (runs->in_trees) {
		ui_list_mouse(&runs->trees, count, &runs->trees_rect, runs->trees_rect.y + 2,
		              event);
	} else {
		ui_list_mouse(&runs->list, runs->count, &runs->list_rect, runs->list_rect.y + 2,
		              event);
		follow_cursor(runs);
	}
}

static unsigned where(const struct ui_explorer *explorer)
{
	(void) explorer;
	return UI_IN_RUNS;
}

static const struct evo_individual *selected(const struct ui_explorer *explorer)
{
	return tree_under_cursor(explorer->runs);
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
