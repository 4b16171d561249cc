/*
 * A document: every edit makes a new tree of the present one and puts it into the history.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"

#include "document.h"
#include "tree_edit.h"

/* A tree, and where the cursor was last while it was there. */
struct state {
	struct evo_tree tree;
	size_t cursor;
};
#define STATES (UI_DOCUMENT_STEPS + 1)

struct ui_document {
	struct evo_tree original;
	struct evo_tree clipboard; /* of size 0 while empty */
	struct state *states;      /* a ring */
	size_t first, count;       /* where the oldest state is, and how many there are */
	size_t now;                /* which one is the present one; 0 is the oldest */
	size_t forgotten;          /* steps before the oldest */
};

static struct state *state_at(const struct ui_document *document, size_t index)
{
	return &document->states[(document->first + index) % STATES];
}

static struct state *present(const struct ui_document *document)
{
	return state_at(document, document->now);
}

struct ui_document *ui_document_create(const struct evo_tree *tree)
{
	struct ui_document *document = evo_calloc(1, sizeof(*document));

	document->states = evo_calloc(STATES, sizeof(*document->states));
	ui_document_open(document, tree);
	return document;
}

void ui_document_destroy(struct ui_document *document)
{
	if (document == NULL)
		return;
	free(document->states);
	free(document);
}

void ui_document_open(struct ui_document *document, const struct evo_tree *tree)
{
	evo_tree_copy(&document->original, tree);
	document->first = document->now = document->forgotten = 0;
	document->count = 1;
	evo_tree_copy(&present(document)->tree, &document->original);
	present(document)->cursor = 0;
}

/* ---- What there is --------------------------------------------------------------------------- */

const struct evo_tree *ui_document_tree(const struct ui_document *document)
{
	return &present(document)->tree;
}

const struct evo_tree *ui_document_original(const struct ui_document *document)
{
	return &document->original;
}

const struct evo_tree *ui_document_clipboard(const struct ui_document *document)
{
	return document->clipboard.size > 0 ? &document->clipboard : NULL;
}

size_t ui_document_cursor(const struct ui_document *document)
{
	return present(document)->cursor;
}

bool ui_document_changed(const struct ui_document *document)
{
	return !evo_tree_equal(ui_document_tree(document), &document->original);
}

size_t ui_document_changes(const struct ui_document *document)
{
	return document->forgotten + document->now;
}

bool ui_document_can_undo(const struct ui_document *document)
{
	return document->now > 0;
}

bool ui_document_can_redo(const struct ui_document *document)
{
	return document->now + 1 < document->count;
}

void ui_document_describe(const struct ui_document *document, struct evo_text *out)
{
	static const char *const levels[] = {[EVO_LEVEL_ANY] = "fits either level",
	                                     [EVO_LEVEL_UNIT] = "unit level",
	                                     [EVO_LEVEL_NETWORK] = "network level"};
	const struct evo_tree *tree = ui_document_tree(document);
	const size_t at = ui_document_cursor(document);
	const unsigned code = tree->nodes[at].code;
	const enum evo_level level = evo_tree_level(tree, at);

	evo_tree_print_node(&tree->nodes[at], out);
	evo_text_printf(out, ": %s; %s%s; %s", evo_primitive(code)->help, levels[level],
	                at == 0 && level == EVO_LEVEL_UNIT ? ", scored under layer_mean" : "",
	                evo_primitive_shapes(code));
}

/* ---- The cursor ------------------------------------------------------------------------------ */

/* The argument of the parent that comes right before the node; EVO_TREE_MAX for the first. */
static size_t sibling_before(const struct evo_tree *tree, size_t parent, size_t at)
{
	size_t before = EVO_TREE_MAX;

	for (size_t i = parent + 1; i < at; i += tree->nodes[i].span)
		before = i;
	return before;
}

/* Where a move goes; EVO_TREE_MAX when there is nothing that way. */
static size_t target(const struct evo_tree *tree, size_t at, enum ui_move move)
{
	const size_t parent = evo_tree_parent(tree, at), after = at + tree->nodes[at].span;

	switch (move) {
	case UI_MOVE_NEXT:
		return at + 1 < tree->size ? at + 1 : EVO_TREE_MAX;
	case UI_MOVE_PREVIOUS:
		return at > 0 ? at - 1 : EVO_TREE_MAX;
	case UI_MOVE_FIRST:
		return 0;
	case UI_MOVE_LAST:
		return tree->size - 1;
	case UI_MOVE_PARENT:
		return parent;
	case UI_MOVE_CHILD:
		return tree->nodes[at].span > 1 ? at + 1 : EVO_TREE_MAX;
	case UI_MOVE_NEXT_SIBLING:
		if (parent == EVO_TREE_MAX || after == parent + tree->nodes[parent].span)
			return EVO_TREE_MAX;
		return after;
	case UI_MOVE_PREVIOUS_SIBLING:
		return parent == EVO_TREE_MAX ? EVO_TREE_MAX : sibling_before(tree, parent, at);
	}
	return EVO_TREE_MAX;
}

bool ui_document_move(struct ui_document *document, enum ui_move move)
{
	struct state *state = present(document);
	const size_t to = target(&state->tree, state->cursor, move);

	if (to == EVO_TREE_MAX)
		return false;
	state->cursor = to;
	return true;
}

void ui_document_go(struct ui_document *document, size_t node)
{
	struct state *state = present(document);

	state->cursor = node < state->tree.size ? node : state->tree.size - 1;
}

/* ---- History --------------------------------------------------------------------------------- */

/* The tree of an edit becomes the present one, and what was undone is forgotten. */
static bool commit(struct ui_document *document, const struct evo_tree *tree, size_t cursor,
                   struct evo_error *err)
{
	if (!evo_tree_check(tree, err))
		return false;
	if (!evo_tree_equal(tree, ui_document_tree(document))) {
		if (document->now + 1 == STATES) {
			document->first = (document->first + 1) % STATES;
			document->forgotten++;
		} else {
			document->now++;
		}
		document->count = document->now + 1;
		evo_tree_copy(&present(document)->tree, tree);
	}
	ui_document_go(document, cursor);
	return true;
}

bool ui_document_undo(struct ui_document *document, struct evo_error *err)
{
	if (!ui_document_can_undo(document))
		return evo_fail(err, EVO_E_INPUT,
		                document->forgotten > 0 ? "changes before this are forgotten"
		                                        : "nothing to undo: this is the original");
	document->now--;
	return true;
}

bool ui_document_redo(struct ui_document *document, struct evo_error *err)
{
	if (!ui_document_can_redo(document))
		return evo_fail(err, EVO_E_INPUT, "nothing to redo: this is the last change");
	document->now++;
	return true;
}

/* ---- Edits ----------------------------------------------------------------------------------- */

bool ui_document_replace(struct ui_document *document, unsigned code, double number,
                         struct evo_error *err)
{
	const size_t at = ui_document_cursor(document);
	struct evo_tree out;

	return ui_tree_replace(ui_document_tree(document), at, code, number, &out, err) &&
	       commit(document, &out, at, err);
}

bool ui_document_insert(struct ui_document *document, unsigned code, struct evo_error *err)
{
	const size_t at = ui_document_cursor(document);
	struct evo_tree out;

	return ui_tree_insert(ui_document_tree(document), at, code, &out, err) &&
	       commit(document, &out, at, err);
}

bool ui_document_step(struct ui_document *document, bool up, struct evo_error *err)
{
	const size_t at = ui_document_cursor(document);
	struct evo_tree out;

	return ui_tree_step(ui_document_tree(document), at, up, &out, err) &&
	       commit(document, &out, at, err);
}

/* The edits that need to know nothing but the node. */
typedef bool (*node_edit)(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                          struct evo_error *err);

static bool edit_node(struct ui_document *document, node_edit edit, struct evo_error *err)
{
	const size_t at = ui_document_cursor(document);
	struct evo_tree out;

	return edit(ui_document_tree(document), at, &out, err) && commit(document, &out, at, err);
}

bool ui_document_delete(struct ui_document *document, struct evo_error *err)
{
	return edit_node(document, ui_tree_delete, err);
}

bool ui_document_swap(struct ui_document *document, struct evo_error *err)
{
	return edit_node(document, ui_tree_swap, err);
}

void ui_document_copy(struct ui_document *document)
{
	evo_tree_subtree(ui_document_tree(document), ui_document_cursor(document),
	                 &document->clipboard);
}

bool ui_document_cut(struct ui_document *document, struct evo_error *err)
{
	ui_document_copy(document);
	return edit_node(document, ui_tree_clear, err);
}

static bool graft(struct ui_document *document, size_t at, const struct evo_tree *donor,
                  struct evo_error *err)
{
	struct evo_tree out;

	return ui_tree_graft(ui_document_tree(document), at, donor, &out, err) &&
	       commit(document, &out, at, err);
}

bool ui_document_paste(struct ui_document *document, struct evo_error *err)
{
	if (document->clipboard.size == 0)
		return evo_fail(err, EVO_E_INPUT,
		                "the clipboard is empty: cut or copy a subtree first");
	return graft(document, ui_document_cursor(document), &document->clipboard, err);
}

void ui_document_text(const struct ui_document *document, enum ui_part part, struct evo_text *out)
{
	struct evo_tree tree;

	evo_tree_subtree(ui_document_tree(document),
	                 part == UI_PART_WHOLE ? 0 : ui_document_cursor(document), &tree);
	evo_tree_print(&tree, out);
}

bool ui_document_set_text(struct ui_document *document, enum ui_part part, const char *text,
                          struct evo_error *err)
{
	struct evo_tree tree;

	if (!evo_proxy_parse(text, &tree, err))
		return false;
	if (part == UI_PART_WHOLE)
		return ui_document_set_tree(document, &tree, err);
	return graft(document, ui_document_cursor(document), &tree, err);
}

bool ui_document_set_tree(struct ui_document *document, const struct evo_tree *tree,
                          struct evo_error *err)
{
	return commit(document, tree, ui_document_cursor(document), err);
}
