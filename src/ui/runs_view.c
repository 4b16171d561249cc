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
#include "plot.h"
#include "table.h"

#define WIDE       100 /* from here on list and search lie side by side */
#define FIGURES    45  /* columns of the list with them, */
#define LIST_LEAST 47  /* and with its frame */

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
	bool in_trees; /* they have the keys, not the list */
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
	snprintf(runs->name, sizeof(runs->name), "%s", run->name);
	runs->complete = run->generation;
	runs->shown = evo_runs_snapshot(runs->file, run->name, generation, &err);
	if (runs->shown == NULL)
		evo_error_text(&err, runs->error, sizeof(runs->error));
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
		evo_error_text(&err, runs->error, sizeof(runs->error));
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

	explorer->runs = evo_calloc(1, sizeof(*explorer->runs));
	explorer->runs->list.above = explorer->runs->trees.above = 1;
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

static void append_time(int64_t seconds, struct evo_text *out)
{
	time_t when = (time_t) seconds;
	char text[24] = "";
	struct tm local;

	if (localtime_r(&when, &local) != NULL)
		strftime(text, sizeof(text), "%m-%d %H:%M", &local);
	evo_text_append(out, text);
}

enum {
	NAME = 1,
	STATE,
	GENERATION,
	BEST,
	WHEN,
	RUN_BENCHMARKS
};

static void run_cell(const struct ui_table *table, size_t row, unsigned column,
                     struct evo_text *out, enum ui_role *role)
{
	const struct ui_runs *runs = table->of;
	const struct evo_stored_run *run = &runs->stored[row];

	if (column == NAME) {
		evo_text_append(out, run->name);
	} else if (column == STATE) {
		evo_text_append(out, run->state);
		*role = state_role(run->state);
	} else if (column == GENERATION) {
		evo_text_printf(out, "%zu/%zu", run->generation, run->generations);
	} else if (column == BEST && !isnan(run->best)) {
		evo_text_printf(out, "%.3f", run->best);
	} else if (column == WHEN) {
		append_time(run->updated, out);
	} else if (column == RUN_BENCHMARKS) {
		evo_text_append(out, run->benchmarks);
	}
}

static void draw_list(struct ui_runs *runs, const struct ui_model *model, struct ui_area area)
{
	/* Where the hour would be cut, it is the day. */
	const int when = area.rect.width - 2 >= FIGURES + 13 ? 11 : 5;
	struct ui_table table = {
	        .columns = {{NAME, "run", 1, 15, .left = true},
	                    {STATE, "state", 1, 11, .left = true},
	                    {GENERATION, "generation", 0, .width = 9},
	                    {BEST, "best", 2, .width = 6},
	                    {WHEN, NULL, 2, when, UI_ROLE_DIM, 2, .left = true}},
	        .count = model->fixed_clock ? 4 : 5, /* what lies beside depends on the time */
	        .cell = run_cell,
	        .of = runs};
	char title[64];

	snprintf(title, sizeof(title), "Runs %zu", runs->count);
	struct ui_area inside =
	        ui_list_frame(&runs->list, runs->count, area, !runs->in_trees, title, NULL);
	if (runs->count == 0) {
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            *runs->error != '\0'
		                    ? runs->error
		                    : "no search is stored yet: start one with s, it will be");
		return;
	}
	ui_table_add(&table, (struct ui_column){RUN_BENCHMARKS, NULL, 2, BENCHMARKS_LEAST,
	                                        UI_ROLE_DIM, 1, .left = true, .grows = true});
	ui_table_draw(&table, inside, &runs->list, runs->count);
}

/* ---- The run under the cursor ---------------------------------------------------------------- */

static void draw_front(const struct evo_snapshot *shown, struct ui_area area)
{
	struct ui_area inside = ui_frame(area, false, "Pareto front: fitness by size", NULL);
	size_t fronts = shown->front_count, all = shown->population_count;
	double *x = evo_calloc(2 * (fronts + all) + 1, sizeof(*x)), *y = x + fronts + all;
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

enum {
	RANK = 1,
	MARK,
	FITNESS,
	SIZE,
	NEXT, /* the origin, or the validation of those of the front */
	EXPRESSION
};

struct trees {
	const struct ui_runs *runs;
	const struct evo_individual *const *list;
	size_t count, pick; /* the one to take, which has a mark; SIZE_MAX: none */
	const struct ui_glyphs *glyphs;
};

static void append_figure(double figure, struct evo_text *out)
{
	if (isnan(figure))
		evo_text_append(out, "-");
	else
		evo_text_printf(out, "%.3f", figure);
}

static void tree_cell(const struct ui_table *table, size_t row, unsigned column,
                      struct evo_text *out, enum ui_role *role)
{
	const struct trees *of = table->of;
	const struct evo_individual *one = of->list[row];
	const bool population = of->runs->population;

	if (column == RANK && population) {
		evo_text_printf(out, "%zu", row + 1);
		*role = UI_ROLE_DIM;
	} else if (column == RANK) {
		evo_text_append(out, row == of->pick ? "take" : "");
	} else if (column == MARK && one->injected) {
		ui_glyph_append(out, of->glyphs->injected);
	} else if (column == FITNESS) {
		append_figure(one->fitness, out);
	} else if (column == SIZE) {
		evo_text_printf(out, "%zu", one->tree.size);
	} else if (column == NEXT && population) {
		evo_text_append(out, evo_origin_name(one->origin));
		*role = UI_ROLE_DIM;
	} else if (column == NEXT) {
		append_figure(evo_snapshot_validation(of->runs->shown, one), out);
	} else if (column == EXPRESSION) {
		evo_tree_print(&one->tree, out);
	}
}

static void draw_tree_rows(const struct ui_runs *runs, const struct trees *trees,
                           struct ui_area area)
{
	const bool population = runs->population;
	struct ui_table table = {
	        .columns = {{RANK, population ? "rank" : NULL, 1, 4, .role = UI_ROLE_GOOD},
	                    {MARK, NULL, 0, 1, UI_ROLE_ACCENT, .left = true},
	                    {FITNESS, "fitness", 1, .width = 7},
	                    {SIZE, "size", 1, .width = 4},
	                    {NEXT, population ? "origin" : "validation", 1, 10, .left = population},
	                    {EXPRESSION, "expression", 1, 1, .left = true, .grows = true}},
	        .count = 6,
	        .elsewhere = !runs->in_trees,
	        .cell = tree_cell,
	        .of = trees};

	ui_table_draw(&table, area, &runs->trees, trees->count);
}

static void draw_trees(struct ui_runs *runs, struct ui_area area)
{
	const struct evo_snapshot *shown = runs->shown;
	const char *dot = area.surface->glyphs->dot;
	struct trees trees = {.runs = runs,
	                      .pick = runs->population ? SIZE_MAX : evo_snapshot_pick(shown),
	                      .glyphs = area.surface->glyphs};
	char title[EVO_RUN_NAME_SIZE + 120], note[80];
	const size_t last = shown->history_count;

	trees.list = trees_of(runs, &trees.count);
	if (last == 0) {
		struct ui_area inside = ui_list_frame(&runs->trees, trees.count, area,
		                                      runs->in_trees, shown->run, "");
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            "no generation is complete yet");
		return;
	}
	snprintf(title, sizeof(title), "%s%sgeneration %zu of %zu%s%s%s", shown->run, dot,
	         shown->generation > 0 ? shown->generation - 1 : 0,
	         runs->complete > 0 ? runs->complete - 1 : 0,
	         shown->generation < runs->complete ? ", looked back at" : "", dot,
	         runs->population ? "population" : "front");
	snprintf(note, sizeof(note), "best %.3f%smean %.3f%s%zu scored",
	         shown->history[last - 1].best, dot, shown->history[last - 1].mean, dot,
	         shown->evaluations);
	draw_tree_rows(runs, &trees,
	               ui_list_frame(&runs->trees, trees.count, area, runs->in_trees, title, note));
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
	runs->in_trees = count > 0 && ui_rect_has(&runs->trees.rect, event->x, event->y);
	if (runs->in_trees) {
		ui_list_mouse(&runs->trees, count, event);
	} else {
		ui_list_mouse(&runs->list, runs->count, event);
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
