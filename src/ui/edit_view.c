/*
 * The Edit screen as a view of the explorer: from keys to edits.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "edit.h"
#include "explorer.h"

/* ---- Coming and going ------------------------------------------------------------------------ */

static void open_view(struct ui_explorer *explorer)
{
	explorer->edit = evo_calloc(1, sizeof(*explorer->edit));
	explorer->edit->scorer = &explorer->scorer;
}

static void show(struct ui_explorer *explorer, const struct evo_tree *tree, const char *name)
{
	struct ui_edit *edit = explorer->edit;

	if (edit->document == NULL)
		edit->document = ui_document_create(tree);
	else
		ui_document_open(edit->document, tree);
	snprintf(edit->name, sizeof(edit->name), "%s", name);
	edit->choosing = false;
	ui_explorer_scorer(explorer);
	ui_edit_ask(edit);
}

static void show_individual(struct ui_explorer *explorer, const struct evo_individual *one)
{
	char name[32];

	snprintf(name, sizeof(name), "#%llu", (unsigned long long) one->id);
	show(explorer, &one->tree, name);
}

/* What has no tree yet takes the best. */
static void enter(struct ui_explorer *explorer)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;

	if (explorer->edit->document == NULL && snapshot->population_count > 0)
		show_individual(explorer, snapshot->population[0]);
	else if (explorer->edit->document != NULL) {
		ui_explorer_scorer(explorer);
		ui_edit_ask(explorer->edit);
	}
}

static void update(struct ui_explorer *explorer)
{
	(void) explorer;
}

static void weighed(struct ui_explorer *explorer)
{
	ui_edit_hear(explorer->edit);
}

static bool busy(const struct ui_explorer *explorer)
{
	return ui_edit_busy(explorer->edit);
}

static void close_view(struct ui_explorer *explorer)
{
	ui_edit_forget(explorer->edit);
	ui_document_destroy(explorer->edit->document);
	free(explorer->edit);
}

void ui_edit_forget_all(struct ui_explorer *explorer)
{
	struct ui_edit *edit = explorer->edit;

	if (edit == NULL)
		return;
	ui_edit_forget(edit);
	/* A number is of the search that is left. */
	if (*edit->name == '#')
		snprintf(edit->name, sizeof(edit->name), "expression");
}

bool ui_edit_selected(struct ui_explorer *explorer, struct evo_error *err)
{
	const struct evo_individual *one =
	        explorer->view->selected != NULL ? explorer->view->selected(explorer) : NULL;

	if (one == NULL)
		return evo_fail(err, EVO_E_USAGE, "there is no tree under the cursor");
	ui_explorer_go(explorer, &ui_edit_view);
	show_individual(explorer, one);
	return true;
}

bool ui_edit_open(struct ui_explorer *explorer, const char *text, struct evo_error *err)
{
	struct evo_tree tree;

	if (!evo_proxy_parse(text, &tree, err))
		return false;
	ui_edit_tree(explorer, &tree, strpbrk(text, "( ") == NULL ? text : "expression");
	return true;
}

void ui_edit_tree(struct ui_explorer *explorer, const struct evo_tree *tree, const char *name)
{
	ui_explorer_go(explorer, &ui_edit_view);
	show(explorer, tree, name);
}

/* ---- The menu -------------------------------------------------------------------------------- */

static void fill_menu(struct ui_edit *edit)
{
	ui_menu_fill(&edit->menu, edit->document, edit->purpose, edit->filter.text);
	edit->items = (struct ui_list){.above = 1}; /* the filter */
}

static void open_menu(struct ui_edit *edit, enum ui_purpose purpose)
{
	edit->choosing = true;
	edit->purpose = purpose;
	ui_editline_set(&edit->filter, "");
	fill_menu(edit);
}

/* What has changed is scored anew. */
static void changed(struct ui_explorer *explorer, bool done, struct evo_error *err)
{
	if (!done)
		ui_explorer_complain(explorer, err);
	ui_edit_ask(explorer->edit);
}

static void choose(struct ui_explorer *explorer)
{
	struct ui_edit *edit = explorer->edit;
	struct evo_error err = {0};

	if (edit->items.cursor >= edit->menu.count)
		return;
	edit->choosing = false;
	changed(explorer,
	        ui_menu_apply(edit->document, edit->purpose, &edit->menu.items[edit->items.cursor],
	                      &err),
	        &err);
}

/* While the menu is open all keys are its own: letters filter. */
static const struct ui_hint menu_hints[] = {
        {"letters", "filter"}, {"Up Down", "move"}, {"Enter", "choose"}, {"Esc", "close"}};

static bool key(struct ui_explorer *explorer, uint32_t key)
{
	struct ui_edit *edit = explorer->edit;
	enum ui_action move = key == UI_KEY_UP          ? UI_ACTION_UP
	                      : key == UI_KEY_DOWN      ? UI_ACTION_DOWN
	                      : key == UI_KEY_PAGE_UP   ? UI_ACTION_PAGE_UP
	                      : key == UI_KEY_PAGE_DOWN ? UI_ACTION_PAGE_DOWN
	                                                : UI_ACTION_COUNT;

	if (!edit->choosing)
		return false;
	if (move != UI_ACTION_COUNT)
		ui_list_request(&edit->items, edit->menu.count, move);
	else if (key == UI_KEY_ENTER || key == UI_KEY_TAB)
		choose(explorer);
	else if (key == UI_KEY_ESCAPE || (key == UI_KEY_BACKSPACE && edit->filter.length == 0))
		edit->choosing = false;
	else if (ui_editline_key(&edit->filter, key))
		fill_menu(edit);
	return true;
}

static struct ui_editline *line(struct ui_explorer *explorer)
{
	return explorer->edit->choosing ? &explorer->edit->filter : NULL;
}

static void typed(struct ui_explorer *explorer)
{
	fill_menu(explorer->edit);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static bool request_move(struct ui_edit *edit, enum ui_action action)
{
	static const struct {
		enum ui_action action;
		enum ui_move move;
	} moves[] = {{UI_ACTION_UP, UI_MOVE_PREVIOUS},
	             {UI_ACTION_DOWN, UI_MOVE_NEXT},
	             {UI_ACTION_LEFT, UI_MOVE_PARENT},
	             {UI_ACTION_RIGHT, UI_MOVE_CHILD},
	             {UI_ACTION_FIRST, UI_MOVE_FIRST},
	             {UI_ACTION_LAST, UI_MOVE_LAST},
	             {UI_ACTION_NEXT_SIBLING, UI_MOVE_NEXT_SIBLING},
	             {UI_ACTION_PREVIOUS_SIBLING, UI_MOVE_PREVIOUS_SIBLING}};
	size_t page = edit->lines.page, cursor = ui_document_cursor(edit->document);

	for (size_t i = 0; i < EVO_COUNT(moves); i++)
		if (moves[i].action == action) {
			ui_document_move(edit->document, moves[i].move);
			return true;
		}
	if (action == UI_ACTION_PAGE_UP)
		ui_document_go(edit->document, cursor > page ? cursor - page : 0);
	else if (action == UI_ACTION_PAGE_DOWN)
		ui_document_go(edit->document, cursor + page);
	return action == UI_ACTION_PAGE_UP || action == UI_ACTION_PAGE_DOWN;
}

static bool simplify(struct ui_edit *edit, struct evo_error *err)
{
	const struct evo_tree *tree = ui_document_tree(edit->document);
	double impacts[EVO_TREE_MAX];
	struct evo_tree simple;

	if (edit->weights.share < 1)
		return evo_fail(err, EVO_E_USAGE,
		                "the impact of the nodes is not known yet; in a moment");
	for (size_t i = 0; i < tree->size; i++)
		impacts[i] = ui_weights_at(&edit->weights, i);
	if (!ui_simplify(tree, impacts, UI_NO_IMPACT, &simple))
		return evo_fail(err, EVO_E_USAGE,
		                "nothing can be dropped: no node has an argument that it can do "
		                "without (an impact below 0.0005, beside one that matters)");
	return ui_document_set_tree(edit->document, &simple, err);
}

/* One edit. *mine: it is one. */
static bool perform_edit(struct ui_edit *edit, enum ui_action action, const char *argument,
                         bool *mine, struct evo_error *err)
{
	struct ui_document *document = edit->document;

	*mine = true;
	switch (action) {
	case UI_ACTION_DELETE:
		return ui_document_delete(document, err);
	case UI_ACTION_SWAP:
		return ui_document_swap(document, err);
	case UI_ACTION_CUT:
		return ui_document_cut(document, err);
	case UI_ACTION_PASTE:
		return ui_document_paste(document, err);
	case UI_ACTION_MORE:
	case UI_ACTION_LESS:
		return ui_document_step(document, action == UI_ACTION_MORE, err);
	case UI_ACTION_TEXT:
		return ui_document_set_text(document, UI_PART_SUBTREE, argument, err);
	case UI_ACTION_WHOLE_TEXT:
		return ui_document_set_text(document, UI_PART_WHOLE, argument, err);
	case UI_ACTION_UNDO:
		return ui_document_undo(document, err);
	case UI_ACTION_REDO:
		return ui_document_redo(document, err);
	case UI_ACTION_SIMPLIFY:
		return simplify(edit, err);
	default:
		*mine = false;
		return true;
	}
}

static bool inject(struct ui_explorer *explorer, struct evo_error *err)
{
	struct evo_text text;

	evo_text_init(&text);
	ui_document_text(explorer->edit->document, UI_PART_WHOLE, &text);
	bool good = evo_run_send(explorer->run, EVO_COMMAND_INJECT, text.data, err);
	if (good)
		ui_explorer_say(explorer,
		                "Enters the next generation that begins, marked for life: %s",
		                text.data);
	evo_text_clear(&text);
	return good;
}

static bool save(struct ui_explorer *explorer, const char *name, struct evo_error *err)
{
	struct ui_edit *edit = explorer->edit;
	struct evo_text text;

	evo_text_init(&text);
	ui_document_text(edit->document, UI_PART_WHOLE, &text);
	bool good = evo_proxy_add(name, text.data, "", err);
	if (good) {
		snprintf(edit->name, sizeof(edit->name), "%s", name);
		ui_explorer_say(explorer, "Kept as %s: the name stands for it everywhere", name);
	}
	evo_text_clear(&text);
	return good;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	struct ui_edit *edit = explorer->edit;
	bool mine, good;

	if (edit->document == NULL) {
		if ((ui_actions[action].where & UI_IN_EDIT) == 0)
			return UI_NOT_MINE;
		evo_fail(err, EVO_E_USAGE, "nothing is open: :open EXPRESSION");
		return UI_FAILED;
	}
	edit->choosing = false; /* the menu is of the node and the tree as they were */
	if (request_move(edit, action))
		return UI_DONE;
	if (action == UI_ACTION_REPLACE || action == UI_ACTION_INSERT) {
		open_menu(edit, action == UI_ACTION_REPLACE ? UI_TO_REPLACE : UI_TO_INSERT);
		return UI_DONE;
	}
	if (action == UI_ACTION_COPY_TREE) {
		ui_document_copy(edit->document);
		return UI_DONE;
	}
	if (action == UI_ACTION_INJECT_TREE)
		return inject(explorer, err) ? UI_DONE : UI_FAILED;
	if (action == UI_ACTION_SAVE)
		return save(explorer, argument, err) ? UI_DONE : UI_FAILED;
	good = perform_edit(edit, action, argument, &mine, err);
	if (!mine)
		return UI_NOT_MINE;
	ui_edit_ask(edit);
	return good ? UI_DONE : UI_FAILED;
}

bool ui_edit_line(const struct ui_explorer *explorer, enum ui_action action, struct evo_text *out)
{
	const struct ui_edit *edit = explorer->edit;
	bool text = action == UI_ACTION_TEXT || action == UI_ACTION_WHOLE_TEXT;

	if (!text || edit == NULL || edit->document == NULL)
		return false;
	ui_document_text(edit->document, action == UI_ACTION_TEXT ? UI_PART_SUBTREE : UI_PART_WHOLE,
	                 out);
	return true;
}

/* A click on an item goes to it, another one chooses it; elsewhere it closes the menu. */
static void mouse_on_menu(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	struct ui_edit *edit = explorer->edit;
	size_t before = edit->items.cursor;

	if (event->right || !ui_list_mouse(&edit->items, edit->menu.count, event))
		edit->choosing = false;
	else if (event->wheel == 0 && edit->items.cursor == before)
		choose(explorer);
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	struct ui_edit *edit = explorer->edit;

	if (edit->document == NULL)
		return;
	if (edit->choosing) {
		mouse_on_menu(explorer, event);
		return;
	}
	edit->lines.cursor = ui_document_cursor(edit->document);
	if (ui_list_mouse(&edit->lines, ui_document_tree(edit->document)->size, event))
		ui_document_go(edit->document, edit->lines.cursor);
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_edit *edit = explorer->edit;
	struct ui_layout layout = ui_layout_body(surface->columns, surface->rows);
	struct evo_text text;

	if (ui_too_small(surface, &layout))
		return;
	ui_edit_draw(edit, ui_area_of(surface, layout.panes[0]));
	evo_text_init(&text);
	if (edit->document != NULL)
		ui_document_text(edit->document, UI_PART_WHOLE, &text);
	ui_text_fit(ui_area_of(surface, layout.message), 1, 0, surface->columns - 2, UI_ROLE_TEXT,
	            text.data);
	evo_text_clear(&text);
	ui_explorer_edges(explorer, surface, &layout, "Edit");
	if (edit->choosing)
		ui_hint_line(ui_area_of(surface, layout.keys), menu_hints, EVO_COUNT(menu_hints));
}

static unsigned where(const struct ui_explorer *explorer)
{
	return explorer->edit->document != NULL ? UI_IN_EDIT : UI_IN_NOTHING;
}

const struct ui_view ui_edit_view = {
        .name = "Edit",
        .action = UI_ACTION_EDITOR,
        .open = open_view,
        .enter = enter,
        .update = update,
        .draw = draw,
        .key = key,
        .line = line,
        .typed = typed,
        .request = request,
        .mouse = mouse,
        .where = where,
        .weighed = weighed,
        .busy = busy,
        .close = close_view,
};
