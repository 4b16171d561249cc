/*
 * The Compare screen as a view of the explorer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "compare.h"
#include "explorer.h"

/* ---- Coming and going ------------------------------------------------------------------------ */

/* The best of every size that the present search has found so far, in place of those before. */
static void add_front(struct ui_explorer *explorer)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	char name[32];

	/* Panes name rows by their numbers. */
	if (!explorer->compare->splitting)
		ui_compare_keep_found(explorer->compare, snapshot->front, snapshot->front_count);

	for (size_t i = 0; i < snapshot->front_count; i++) {
		snprintf(name, sizeof(name), "#%llu", (unsigned long long) snapshot->front[i]->id);
		ui_compare_add_found(explorer->compare, name, &snapshot->front[i]->tree);
	}
}

static void open_view(struct ui_explorer *explorer)
{
	struct ui_compare *compare = evo_calloc(1, sizeof(*compare));

	explorer->compare = compare;
	compare->list.above = 1;
	compare->networks = UI_COMPARE_NETWORKS;
	compare->fixed_clock = explorer->model.fixed_clock;
	add_front(explorer);
	ui_compare_add_known(compare);
}

static bool renew_study(struct ui_explorer *explorer, struct evo_error *err)
{
	struct ui_compare *compare = explorer->compare;

	if (compare->study != NULL && compare->renewals != explorer->renewals)
		ui_compare_rename(compare);
	compare->renewals = explorer->renewals;
	compare->splitting = false;
	if (!ui_compare_study(compare, &explorer->run_config, err))
		return false;
	ui_compare_ask(compare);
	return true;
}

/* Another search may have another probe, or another seed. */
static void enter(struct ui_explorer *explorer)
{
	struct ui_compare *compare = explorer->compare;
	struct evo_error err = {0};

	bool same = compare->study != NULL && compare->renewals == explorer->renewals;
	compare->splitting = compare->splitting && same;
	add_front(explorer);
	if (same)
		ui_compare_ask(compare);
	else if (!renew_study(explorer, &err))
		ui_explorer_complain(explorer, &err);
}

static void update(struct ui_explorer *explorer)
{
	(void) explorer;
}

static int descriptor(const struct ui_explorer *explorer)
{
	return explorer->compare->study != NULL ? evo_study_descriptor(explorer->compare->study)
	                                        : -1;
}

static void news(struct ui_explorer *explorer)
{
	ui_compare_hear(explorer->compare);
}

static bool busy(const struct ui_explorer *explorer)
{
	return ui_compare_busy(explorer->compare);
}

static void close_view(struct ui_explorer *explorer)
{
	ui_compare_free(explorer->compare);
	free(explorer->compare);
}

bool ui_compare_selected(struct ui_explorer *explorer, struct evo_error *err)
{
	const struct evo_individual *one =
	        explorer->view->selected != NULL ? explorer->view->selected(explorer) : NULL;
	char name[32];

	if (one == NULL)
		return evo_fail(err, EVO_E_USAGE, "there is no tree under the cursor");
	ui_explorer_go(explorer, &ui_compare_view);
	snprintf(name, sizeof(name), "#%llu", (unsigned long long) one->id);
	ui_compare_add(explorer->compare, name, &one->tree);
	ui_compare_ask(explorer->compare);
	return true;
}

/* ---- Requests -------------------------------------------------------------------------------- */

static bool add(struct ui_explorer *explorer, const char *text, struct evo_error *err)
{
	struct evo_tree tree;

	if (!evo_proxy_parse(text, &tree, err))
		return false;
	ui_compare_add(explorer->compare, text, &tree);
	ui_compare_ask(explorer->compare);
	return true;
}

/* Panes of the tagged rows, or of the one under the cursor and the next: on the benchmark under the
   cursor, or where there is one row alone on one benchmark after the other. */
static bool split(struct ui_compare *compare, struct evo_error *err)
{
	size_t benchmarks = ui_compare_columns(compare) - UI_SUMMARIES, rows = 0;
	size_t chosen[UI_SPLITS_MAX];

	if (benchmarks == 0 || compare->count == 0)
		return evo_fail(err, EVO_E_USAGE, "there is nothing to compare yet");
	for (size_t i = 0; i < compare->count && rows < UI_SPLITS_MAX; i++)
		if (compare->contenders[compare->order[i]].tagged)
			chosen[rows++] = compare->order[i];
	if (rows == 0)
		chosen[rows++] = compare->order[compare->list.cursor];
	size_t column = compare->column < benchmarks ? compare->column : 0;
	compare->pane_count = rows > 1 ? rows : benchmarks > 1 ? benchmarks : 1;
	if (compare->pane_count > UI_SPLITS_MAX)
		compare->pane_count = UI_SPLITS_MAX;
	for (size_t i = 0; i < compare->pane_count; i++)
		compare->panes[i] =
		        (struct ui_split_pane){rows > 1 ? chosen[i] : chosen[0],
		                               rows > 1 ? column : (column + i) % benchmarks};
	compare->focus = 0;
	compare->splitting = true;
	return true;
}

static bool request_panes(struct ui_compare *compare, enum ui_action action)
{
	struct ui_split_pane *pane = &compare->panes[compare->focus];
	size_t benchmarks = ui_compare_columns(compare) - UI_SUMMARIES;

	switch (action) {
	case UI_ACTION_NEXT_PANE:
		compare->focus = (compare->focus + 1) % compare->pane_count;
		return true;
	case UI_ACTION_NEXT_BENCHMARK:
		pane->benchmark = (pane->benchmark + 1) % benchmarks;
		return true;
	case UI_ACTION_UP:
	case UI_ACTION_DOWN:
		pane->contender = (pane->contender + compare->count +
		                   (action == UI_ACTION_UP ? compare->count - 1 : 1)) %
		                  compare->count;
		return true;
	case UI_ACTION_LEFT:
	case UI_ACTION_RIGHT:
		ui_compare_pick(compare, action == UI_ACTION_LEFT ? -1 : 1);
		return true;
	case UI_ACTION_FIRST:
	case UI_ACTION_LAST:
		free(compare->picked);
		compare->picked = NULL;
		ui_compare_pick(compare, action == UI_ACTION_FIRST ? 1 : -1);
		return true;
	case UI_ACTION_MATRIX:
		compare->splitting = false;
		return true;
	default:
		return false;
	}
}

static void sort_by(struct ui_compare *compare)
{
	if (compare->sorted && compare->sort == compare->column)
		compare->reversed = !compare->reversed;
	else
		compare->reversed = false;
	compare->sorted = true;
	compare->sort = compare->column;
	ui_compare_sort(compare);
}

static bool request_matrix(struct ui_compare *compare, enum ui_action action)
{
	size_t columns = ui_compare_columns(compare);

	if (ui_list_request(&compare->list, compare->count, action))
		return true;
	switch (action) {
	case UI_ACTION_LEFT:
	case UI_ACTION_RIGHT:
		compare->column =
		        (compare->column + (action == UI_ACTION_LEFT ? columns - 1 : 1)) % columns;
		return true;
	case UI_ACTION_SORT_HERE:
		sort_by(compare);
		return true;
	case UI_ACTION_TAG:
		if (compare->count > 0) {
			bool *tag =
			        &compare->contenders[compare->order[compare->list.cursor]].tagged;
			*tag = !*tag;
			ui_list_move(&compare->list, compare->count, 1);
		}
		return true;
	default:
		return false;
	}
}

static bool export_table(struct ui_explorer *explorer, const char *path, struct evo_error *err)
{
	size_t count;

	if (!ui_compare_export(explorer->compare, path, &count, err))
		return false;
	ui_explorer_say(explorer, "Wrote %zu rows to %s", count, path);
	return true;
}

static bool set_networks(struct ui_explorer *explorer, const char *text, struct evo_error *err)
{
	int64_t number;

	if (!evo_integer_parse(text, 3, EVO_ALL_NETWORKS, &number, err))
		return false;
	explorer->compare->networks = (size_t) number;
	return renew_study(explorer, err);
}

static bool edit(struct ui_explorer *explorer)
{
	struct ui_compare *compare = explorer->compare;
	size_t at = compare->splitting ? compare->panes[compare->focus].contender
	                               : compare->order[compare->list.cursor];

	ui_edit_tree(explorer, &compare->contenders[at].tree, compare->contenders[at].name);
	return true;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	struct ui_compare *compare = explorer->compare;
	bool good;

	if (compare->splitting ? request_panes(compare, action) : request_matrix(compare, action))
		return UI_DONE;
	switch (action) {
	case UI_ACTION_SPLIT:
		good = split(compare, err);
		break;
	case UI_ACTION_ADD:
		good = add(explorer, argument, err);
		break;
	case UI_ACTION_EXPORT_TABLE:
		good = export_table(explorer, argument, err);
		break;
	case UI_ACTION_NETWORKS:
		good = set_networks(explorer, argument, err);
		break;
	case UI_ACTION_EDIT_ROW:
		good = compare->count > 0 && edit(explorer);
		break;
	default:
		return UI_NOT_MINE;
	}
	return good ? UI_DONE : UI_FAILED;
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	struct ui_compare *compare = explorer->compare;

	if (!compare->splitting) {
		ui_list_mouse(&compare->list, compare->count, event);
		return;
	}
	for (size_t i = 0; i < compare->pane_count; i++)
		if (ui_rect_has(&compare->rects[i], event->x, event->y))
			compare->focus = i;
	if (event->wheel != 0)
		ui_compare_pick(compare, event->wheel);
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_layout layout = ui_layout_body(surface->columns, surface->rows);
	struct evo_text text;

	if (ui_too_small(surface, &layout))
		return;
	ui_compare_draw(explorer->compare, ui_area_of(surface, layout.panes[0]));
	evo_text_init(&text);
	ui_compare_facts(explorer->compare, surface->glyphs, &text);
	ui_text_fit(ui_area_of(surface, layout.message), 1, 0, surface->columns - 2, UI_ROLE_TEXT,
	            text.data);
	evo_text_clear(&text);
	ui_explorer_edges(explorer, surface, &layout, "Compare");
}

static unsigned where(const struct ui_explorer *explorer)
{
	return explorer->compare->splitting ? UI_IN_SPLITS : UI_IN_MATRIX;
}

const struct ui_view ui_compare_view = {
        .name = "Compare",
        .action = UI_ACTION_COMPARISON,
        .open = open_view,
        .enter = enter,
        .update = update,
        .draw = draw,
        .request = request,
        .mouse = mouse,
        .where = where,
        .descriptor = descriptor,
        .news = news,
        .busy = busy,
        .close = close_view,
};
