/*
 * The menu of what can stand at the cursor, or above it: every row of the language is tried.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "document.h"
#include "tree_edit.h"

/* How a row answers a filter, best first. */
enum match {
	MATCH_BEGINNING,
	MATCH_NAME,
	MATCH_HELP,
	MATCH_NOT
};

static enum match match_of(const struct evo_primitive *row, const char *filter)
{
	if (strncasecmp(row->name, filter, strlen(filter)) == 0)
		return MATCH_BEGINNING;
	if (strcasestr(row->name, filter) != NULL)
		return MATCH_NAME;
	return strcasestr(row->help, filter) != NULL ? MATCH_HELP : MATCH_NOT;
}

static bool applies(const struct ui_document *document, enum ui_purpose purpose, unsigned code,
                    double number)
{
	const struct evo_tree *tree = ui_document_tree(document);
	const size_t at = ui_document_cursor(document);
	struct evo_tree out;

	if (purpose == UI_TO_INSERT)
		return ui_tree_insert(tree, at, code, &out, NULL);
	return ui_tree_replace(tree, at, code, number, &out, NULL) && !evo_tree_equal(&out, tree);
}

struct candidate {
	enum match match;
	bool unlike; /* of another kind or arity than what it would replace */
	unsigned code;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *one = a, *two = b;

	if (one->match != two->match)
		return one->match < two->match ? -1 : 1;
	if (one->unlike != two->unlike)
		return one->unlike ? 1 : -1;
	return one->code < two->code ? -1 : 1;
}

static void add(struct ui_menu *menu, unsigned code, double number)
{
	struct ui_menu_item *item = &menu->items[menu->count++];
	const struct evo_primitive *row = evo_primitive(code);

	*item = (struct ui_menu_item){.code = code, .number = number, .row = row};
	if (code == 0)
		evo_number_format(number, item->name);
	else
		snprintf(item->name, sizeof(item->name), "%s", row->name);
}

void ui_menu_fill(struct ui_menu *menu, const struct ui_document *document, enum ui_purpose purpose,
                  const char *filter)
{
	const struct evo_tree *tree = ui_document_tree(document);
	const struct evo_primitive *old =
	        evo_primitive(tree->nodes[ui_document_cursor(document)].code);
	struct candidate candidates[UI_MENU_MAX];
	size_t count = 0;
	double number;

	menu->count = 0;
	if (evo_number_parse(filter, &number, NULL) && applies(document, purpose, 0, number))
		add(menu, 0, number);
	/* Codes begin at 1 here: the number is there already. */
	for (unsigned code = 1; code < evo_primitive_count() && code < UI_MENU_MAX; code++) {
		const struct evo_primitive *row = evo_primitive(code);
		const enum match match = match_of(row, filter);

		if (match == MATCH_NOT || !applies(document, purpose, code, 0))
			continue;
		candidates[count++] =
		        (struct candidate){match,
		                           purpose == UI_TO_REPLACE && (row->kind != old->kind ||
		                                                        row->arity != old->arity),
		                           code};
	}
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	for (size_t i = 0; i < count; i++)
		add(menu, candidates[i].code, 0);
}

bool ui_menu_apply(struct ui_document *document, enum ui_purpose purpose,
                   const struct ui_menu_item *item, struct evo_error *err)
{
	if (purpose == UI_TO_INSERT)
		return ui_document_insert(document, item->code, err);
	return ui_document_replace(document, item->code, item->number, err);
}
