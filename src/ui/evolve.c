/*
 * The Evolve screen: its panes together.
 */
#include "config.h"

#include <string.h>

#include "evolve.h"

void ui_evolve_init(struct ui_evolve *evolve)
{
	*evolve = (struct ui_evolve){.split = UI_SPLIT_DEFAULT, .focus = UI_PANE_POPULATION};
	evolve->population.list.above = 1;
}

void ui_evolve_free(struct ui_evolve *evolve)
{
	ui_population_free(&evolve->population);
}

void ui_evolve_renew(struct ui_evolve *evolve)
{
	struct ui_population *population = &evolve->population;
	struct ui_fitness *fitness = &evolve->fitness;
	struct ui_tree_pane *tree = &evolve->tree;

	*population->filter = '\0';
	population->list.cursor = population->list.top = 0;
	population->held = 0;
	fitness->shown = fitness->window = fitness->end = 0;
	fitness->frozen = false;
	tree->top = tree->left = 0;
	tree->of = 0;
	ui_weights_drop(&tree->weights);
	evolve->log.back = 0;
}

void ui_evolve_update(struct ui_evolve *evolve, const struct ui_model *model)
{
	ui_population_update(&evolve->population, model->snapshot);
	if (evolve->fitness.shown > model->snapshot->case_count + 1)
		evolve->fitness.shown = 0;
}

const struct evo_individual *ui_evolve_selected(const struct ui_evolve *evolve,
                                                const struct ui_model *model)
{
	return ui_population_selected(&evolve->population, model->snapshot, NULL);
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* The benchmark that is shown where there is room for one. */
static size_t shown_case(const struct ui_evolve *evolve, const struct evo_snapshot *snapshot)
{
	size_t shown = evolve->fitness.shown;

	return shown > 0 && shown <= snapshot->case_count ? shown - 1 : 0;
}

static void draw_pane(struct ui_evolve *evolve, const struct ui_model *model, struct ui_area area,
                      enum ui_pane pane)
{
	const struct evo_individual *individual;
	bool focused = pane == evolve->focus;
	size_t rank = 0;

	switch (pane) {
	case UI_PANE_FITNESS:
		ui_fitness_draw(&evolve->fitness, model, area, focused);
		break;
	case UI_PANE_POPULATION:
		ui_population_draw(&evolve->population, model->snapshot, area, focused);
		break;
	case UI_PANE_TREE:
		individual = ui_population_selected(&evolve->population, model->snapshot, &rank);
		ui_tree_draw(&evolve->tree, model, individual, rank,
		             shown_case(evolve, model->snapshot), area, focused);
		break;
	case UI_PANE_LOG:
		ui_log_draw(&evolve->log, model, area, focused);
		break;
	}
}

/* What the message line says when there is no message. */
static void draw_facts(struct ui_evolve *evolve, const struct ui_model *model, struct ui_area area)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	const struct evo_run_case *cases;
	struct evo_text text;
	size_t count;

	evo_text_init(&text);
	cases = ui_model_cases(model, &count);
	if (evolve->layout.kind == UI_LAYOUT_SINGLE)
		evo_text_printf(&text, "%dx%d is small: one pane at a time, Tab for the next",
		                area.surface->columns, area.surface->rows);
	else if (snapshot->state == EVO_RUN_FAILED)
		evo_text_append(&text, snapshot->error);
	else if (count > 0)
		ui_case_facts(&cases[shown_case(evolve, snapshot)], area.surface->glyphs, &text);
	ui_text_fit(area, 1, 0, area.rect.width - 2,
	            snapshot->state == EVO_RUN_FAILED ? UI_ROLE_BAD : UI_ROLE_DIM, text.data);
	evo_text_clear(&text);
}

void ui_evolve_draw(struct ui_evolve *evolve, const struct ui_model *model,
                    struct ui_surface *surface)
{
	struct ui_layout *layout = &evolve->layout;

	*layout = ui_layout(surface->columns, surface->rows, evolve->split, evolve->focus,
	                    evolve->zoomed);
	if (ui_too_small(surface, layout))
		return;
	for (unsigned i = 0; i < UI_PANES; i++) {
		if (layout->panes[i].width > 0)
			draw_pane(evolve, model, ui_area_of(surface, layout->panes[i]), i);
	}
	draw_facts(evolve, model, ui_area_of(surface, layout->message));
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* Up and down in the pane that has the keyboard. */
static void move(struct ui_evolve *evolve, const struct ui_model *model, enum ui_pane pane,
                 long rows)
{
	size_t *top, most;

	switch (pane) {
	case UI_PANE_POPULATION:
		ui_population_move(&evolve->population, model->snapshot, rows);
		return;
	case UI_PANE_TREE:
		top = &evolve->tree.top;
		most = evolve->tree.lines > evolve->tree.page
		               ? evolve->tree.lines - evolve->tree.page
		               : 0;
		break;
	case UI_PANE_LOG:
		top = &evolve->log.back;
		most = model->log.count;
		break;
	default:
		ui_fitness_zoom(&evolve->fitness, model->snapshot, rows < 0);
		return;
	}
	if (rows < 0)
		*top = (size_t) -rows > *top ? 0 : *top - (size_t) -rows;
	else
		*top = *top + (size_t) rows > most ? most : *top + (size_t) rows;
}

static void move_sideways(struct ui_evolve *evolve, const struct ui_model *model, int direction)
{
	size_t *left = &evolve->tree.left;

	if (evolve->focus == UI_PANE_FITNESS)
		ui_fitness_pan(&evolve->fitness, model->snapshot, direction);
	else if (evolve->focus == UI_PANE_TREE)
		*left = direction > 0 ? *left + 6 : *left > 6 ? *left - 6 : 0;
}

static size_t page_of(const struct ui_evolve *evolve)
{
	size_t page = evolve->focus == UI_PANE_POPULATION ? evolve->population.list.page
	              : evolve->focus == UI_PANE_TREE     ? evolve->tree.page
	              : evolve->focus == UI_PANE_LOG      ? evolve->log.page
	                                                  : 1;
	return page > 1 ? page - 1 : 1;
}

static void to_end(struct ui_evolve *evolve, const struct ui_model *model, bool last)
{
	struct ui_fitness *fitness = &evolve->fitness;

	if (evolve->focus != UI_PANE_FITNESS) {
		move(evolve, model, evolve->focus, last ? UI_LOG_MAX * 1000L : -UI_LOG_MAX * 1000L);
		return;
	}
	fitness->frozen = !last && fitness->window > 0;
	fitness->end = fitness->window;
}

static void move_border(struct ui_evolve *evolve, enum ui_action action)
{
	bool left = evolve->focus == UI_PANE_FITNESS || evolve->focus == UI_PANE_POPULATION;
	bool sideways = action == UI_ACTION_WIDER || action == UI_ACTION_NARROWER;
	int *border = sideways ? &evolve->split.column
	              : left   ? &evolve->split.left
	                       : &evolve->split.right;
	int to = *border + (action == UI_ACTION_WIDER || action == UI_ACTION_LOWER ? 4 : -4);

	*border = to < 5 ? 5 : to > 95 ? 95 : to;
}

static bool request_moves(struct ui_evolve *evolve, const struct ui_model *model,
                          enum ui_action action)
{
	switch (action) {
	case UI_ACTION_UP:
	case UI_ACTION_DOWN:
		move(evolve, model, evolve->focus, action == UI_ACTION_UP ? -1 : 1);
		return true;
	case UI_ACTION_PAGE_UP:
	case UI_ACTION_PAGE_DOWN:
		move(evolve, model, evolve->focus,
		     (action == UI_ACTION_PAGE_UP ? -1 : 1) * (long) page_of(evolve));
		return true;
	case UI_ACTION_LEFT:
	case UI_ACTION_RIGHT:
		move_sideways(evolve, model, action == UI_ACTION_LEFT ? -1 : 1);
		return true;
	case UI_ACTION_FIRST:
	case UI_ACTION_LAST:
		to_end(evolve, model, action == UI_ACTION_LAST);
		return true;
	case UI_ACTION_WIDER:
	case UI_ACTION_NARROWER:
	case UI_ACTION_LOWER:
	case UI_ACTION_HIGHER:
		move_border(evolve, action);
		return true;
	default:
		return false;
	}
}

static bool request_looks(struct ui_evolve *evolve, const struct ui_model *model,
                          enum ui_action action)
{
	size_t cases = model->snapshot->case_count;

	switch (action) {
	case UI_ACTION_FOCUS_NEXT:
		evolve->focus = (evolve->focus + 1) % UI_PANES;
		return true;
	case UI_ACTION_FOCUS_PREVIOUS:
		evolve->focus = (evolve->focus + UI_PANES - 1) % UI_PANES;
		return true;
	case UI_ACTION_ZOOM:
		evolve->zoomed = !evolve->zoomed;
		return true;
	case UI_ACTION_NARROW:
	case UI_ACTION_WIDEN:
		ui_fitness_zoom(&evolve->fitness, model->snapshot, action == UI_ACTION_NARROW);
		return true;
	case UI_ACTION_FOLLOW:
		ui_fitness_follow(&evolve->fitness, model->snapshot);
		return true;
	case UI_ACTION_LOG_X:
		evolve->fitness.log_x = !evolve->fitness.log_x;
		return true;
	case UI_ACTION_LOG_Y:
		evolve->fitness.log_y = !evolve->fitness.log_y;
		return true;
	case UI_ACTION_BENCHMARK:
		/* With one benchmark, "all of them" would be the same picture again. */
		evolve->fitness.shown = (evolve->fitness.shown + 1) % (cases + (cases > 1 ? 2 : 1));
		return true;
	default:
		return false;
	}
}

static bool request_table(struct ui_evolve *evolve, const struct ui_model *model,
                          enum ui_action action, const char *argument)
{
	struct ui_population *population = &evolve->population;

	switch (action) {
	case UI_ACTION_SORT_NEXT:
	case UI_ACTION_SORT_PREVIOUS:
		ui_population_sort(population, model->snapshot,
		                   action == UI_ACTION_SORT_NEXT ? 1 : -1);
		return true;
	case UI_ACTION_REVERSE:
		population->reversed = !population->reversed;
		break;
	case UI_ACTION_FILTER:
		snprintf(population->filter, sizeof(population->filter), "%s",
		         argument != NULL ? argument : "");
		break;
	case UI_ACTION_BACK:
		if (*population->filter == '\0')
			evolve->zoomed = false;
		*population->filter = '\0';
		break;
	default:
		return false;
	}
	ui_population_update(population, model->snapshot);
	return true;
}

enum ui_result ui_evolve_request(struct ui_evolve *evolve, const struct ui_model *model,
                                 enum ui_action action, const char *argument, struct evo_error *err)
{
	(void) err;
	if (request_moves(evolve, model, action) || request_looks(evolve, model, action) ||
	    request_table(evolve, model, action, argument))
		return UI_DONE;
	return UI_NOT_MINE;
}

void ui_evolve_mouse(struct ui_evolve *evolve, const struct ui_model *model, int x, int y,
                     int wheel)
{
	unsigned pane = ui_layout_pane(&evolve->layout, x, y);
	struct ui_population *population = &evolve->population;

	if (pane == UI_PANES)
		return;
	if (wheel != 0) {
		move(evolve, model, pane, 3L * wheel);
		return;
	}
	evolve->focus = pane;
	struct ui_list at = population->list;
	const struct ui_mouse event = {.x = x, .y = y};
	if (pane == UI_PANE_POPULATION && ui_list_mouse(&at, population->count, &event))
		ui_population_move(population, model->snapshot,
		                   (long) at.cursor - (long) population->list.cursor);
}
