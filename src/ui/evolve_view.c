/*
 * The Evolve screen as a view of the explorer.
 */
#include "config.h"

#include "explorer.h"

static void open_view(struct ui_explorer *explorer)
{
	ui_evolve_init(&explorer->evolve);
}

/* The impact of the nodes of the tree under the cursor, once the search has shown something. What
   comes when it comes has no place on saved screens. */
static void weigh(struct ui_explorer *explorer)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	struct ui_weights *weights = &explorer->evolve.tree.weights;
	const struct evo_individual *one = ui_evolve_selected(&explorer->evolve, &explorer->model);

	if (one == NULL || one->pending || snapshot->history_count == 0 ||
	    explorer->model.fixed_clock)
		return;
	ui_explorer_scorer(explorer);
	if (explorer->scorer.study != NULL &&
	    (weights->impact == NULL || !evo_tree_equal(&weights->tree, &one->tree)))
		ui_weights_ask(weights, &explorer->scorer, &one->tree);
}

static void update(struct ui_explorer *explorer)
{
	ui_evolve_update(&explorer->evolve, &explorer->model);
	weigh(explorer);
}

static void weighed(struct ui_explorer *explorer)
{
	ui_weights_hear(&explorer->evolve.tree.weights, &explorer->scorer);
}

void ui_evolve_forget(struct ui_explorer *explorer)
{
	ui_weights_drop(&explorer->evolve.tree.weights);
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	char what[EVO_RUN_NAME_SIZE + 16];

	ui_evolve_draw(&explorer->evolve, &explorer->model, surface);
	if (explorer->evolve.layout.kind == UI_LAYOUT_LINE)
		return;
	snprintf(what, sizeof(what), "watching %s", explorer->model.snapshot->run);
	ui_explorer_edges(explorer, surface, &explorer->evolve.layout,
	                  explorer->run_config.watch ? what : NULL);
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	/* By key the filter is typed; as a command it comes with its text. */
	if (action == UI_ACTION_FILTER && argument == NULL) {
		ui_input_open(explorer, UI_MODE_FILTER, explorer->evolve.population.filter);
		explorer->evolve.focus = UI_PANE_POPULATION;
		return UI_DONE;
	}
	enum ui_result result =
	        ui_evolve_request(&explorer->evolve, &explorer->model, action, argument, err);
	weigh(explorer); /* the cursor may be on another tree */
	return result;
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	ui_evolve_mouse(&explorer->evolve, &explorer->model, event->x, event->y, event->wheel);
	weigh(explorer);
}

static unsigned where(const struct ui_explorer *explorer)
{
	return 1u << explorer->evolve.focus;
}

static const struct evo_individual *selected(const struct ui_explorer *explorer)
{
	return ui_evolve_selected(&explorer->evolve, &explorer->model);
}

static void close_view(struct ui_explorer *explorer)
{
	ui_evolve_free(&explorer->evolve);
}

const struct ui_view ui_evolve_view = {
        .name = "Evolve",
        .action = UI_ACTION_EVOLVE,
        .open = open_view,
        .update = update,
        .draw = draw,
        .request = request,
        .mouse = mouse,
        .where = where,
        .selected = selected,
        .weighed = weighed,
        .close = close_view,
};
