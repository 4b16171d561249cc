/* The Edit screen's panes. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "edit.h"
#include "table.h"
#include "tree_lines.h"

/* ---- The tree -------------------------------------------------------------------------------- */

static void draw_node(const struct ui_edit *edit, struct ui_area area, int y, size_t node)
{
	const struct evo_tree *tree = ui_document_tree(edit->document);
	int room = area.rect.width - UI_WEIGHT_WIDTH - 1;
	struct evo_text line;

	evo_text_init(&line);
	ui_tree_line(tree, node, area.surface->glyphs, &line);
	if (node == ui_document_cursor(edit->document)) {
		ui_fill(area, 0, y, room, UI_ROLE_SELECTION);
		ui_put(area, 0, y, UI_ROLE_SELECTION, area.surface->glyphs->cursor);
		ui_text_fit(area, 1, y, room - 1, UI_ROLE_SELECTION, line.data);
	} else {
		ui_text_fit(area, 1, y, room - 1, UI_ROLE_TEXT, line.data);
	}
	evo_text_clear(&line);
	ui_weights_draw(&edit->weights, area, room + 1, y, node);
}

static void draw_tree(struct ui_edit *edit, struct ui_area area)
{
	const struct evo_tree *tree = ui_document_tree(edit->document);
	const size_t changes = ui_document_changes(edit->document);
	char title[160], changed[32] = "";

	edit->lines.cursor = ui_document_cursor(edit->document);
	if (changes > 0)
		snprintf(changed, sizeof(changed), ", %zu change%s", changes,
		         changes == 1 ? "" : "s");
	snprintf(title, sizeof(title), "%s%s%ssize %zu, depth %zu", edit->name, changed,
	         area.surface->glyphs->dot, tree->size, evo_tree_depth(tree));
	struct ui_area inside =
	        ui_list_frame(&edit->lines, tree->size, area, !edit->choosing, title, NULL);
	for (size_t i = 0; i < edit->lines.page && edit->lines.top + i < tree->size; i++)
		draw_node(edit, inside, (int) i, edit->lines.top + i);
}

/* ---- The menu -------------------------------------------------------------------------------- */

enum {
	NAME = 1,
	HELP
};

static void item_cell(const struct ui_table *table, size_t row, unsigned column,
                      struct evo_text *out, enum ui_role *role)
{
	const struct ui_menu_item *item = &((const struct ui_menu *) table->of)->items[row];

	(void) role;
	evo_text_append(out, column == NAME ? item->name : item->row->help);
}

static void draw_menu(struct ui_edit *edit, struct ui_area area)
{
	const struct evo_tree *tree = ui_document_tree(edit->document);
	struct ui_table table = {
	        .columns = {{NAME, NULL, 1, 12, .left = true},
	                    {HELP, NULL, 1, 1, UI_ROLE_DIM, .left = true, .grows = true}},
	        .count = 2,
	        .cell = item_cell,
	        .of = &edit->menu};
	char title[120];
	struct evo_text word;

	evo_text_init(&word);
	evo_tree_print_node(&tree->nodes[ui_document_cursor(edit->document)], &word);
	snprintf(title, sizeof(title), "%s %s",
	         edit->purpose == UI_TO_REPLACE ? "Replace" : "Above", word.data);
	evo_text_clear(&word);
	struct ui_area inside =
	        ui_list_frame(&edit->items, edit->menu.count, area, true, title, NULL);
	ui_editline_draw(&edit->filter, ui_area_sub(inside, 0, 0, inside.rect.width, 1), "> ", 0);
	if (edit->menu.count == 0)
		ui_text_fit(inside, 1, 1, inside.rect.width - 1, UI_ROLE_DIM,
		            "nothing fits here by that name");
	ui_table_draw(&table, inside, &edit->items, edit->menu.count);
}

/* ---- What is under the cursor ---------------------------------------------------------------- */

static void draw_node_facts(const struct ui_edit *edit, struct ui_area area)
{
	const struct evo_tree *clipboard = ui_document_clipboard(edit->document);
	struct ui_area inside = ui_frame(area, false, "Under the cursor", NULL);
	struct evo_text text;
	int y;

	evo_text_init(&text);
	ui_document_describe(edit->document, &text);
	y = ui_text_wrap(inside, 1, 0, 6, UI_ROLE_TEXT, text.data);
	if (clipboard != NULL) {
		evo_text_reset(&text);
		evo_text_append(&text, "cut or copied: ");
		evo_tree_print(clipboard, &text);
		y = ui_text_wrap(inside, 1, y + 1, 4, UI_ROLE_DIM, text.data);
	}
	evo_text_clear(&text);
	ui_key_table(
	        ui_area_sub(inside, 1, y + 1, inside.rect.width - 1, inside.rect.height - y - 1),
	        UI_IN_EDIT);
}

/* ---- Together -------------------------------------------------------------------------------- */

void ui_edit_draw(struct ui_edit *edit, struct ui_area body)
{
	int width = body.rect.width, height = body.rect.height;
	int scores = ui_edit_scores_lines(edit) + 2, left = width * 11 / 20;

	if (edit->document == NULL) {
		struct ui_area inside = ui_frame(body, true, "Edit", NULL);
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            "nothing is open: e on a row of the population, or :open EXPRESSION");
		return;
	}
	if (scores > height / 2)
		scores = height / 2;
	if (width < UI_FULL_COLUMNS) { /* small: the menu takes the tree's place */
		left = edit->choosing ? 0 : width;
	}
	struct ui_area upper = ui_area_sub(body, 0, 0, width, height - scores);
	if (left > 0)
		draw_tree(edit, ui_area_sub(upper, 0, 0, left, upper.rect.height));
	struct ui_area right = ui_area_sub(upper, left, 0, width - left, upper.rect.height);
	if (right.rect.width > 0 && edit->choosing)
		draw_menu(edit, right);
	else if (right.rect.width > 0)
		draw_node_facts(edit, right);
	struct ui_area below = ui_area_sub(body, 0, height - scores, width, scores);
	ui_edit_scores_draw(edit, ui_frame(below, false, "Scores on the search's networks", NULL));
}
