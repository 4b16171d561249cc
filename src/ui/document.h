/*
 * A tree that is being edited: tree, cursor, clipboard, undo and redo. It knows no screen.
 *
 * Node i of the tree is line i, in prefix order (tree_lines.h). After every edit the tree passes
 * evo_tree_check, so it can be scored, injected and saved at any time. Its root is network-level,
 * or unit-level, which means layer_mean of it; or it is of numbers alone, the same for all.
 *
 * An edit is one step back for undo. One that cannot be is refused: false, one line in err that
 * says why, and nothing has changed. One that would leave the tree as it is succeeds and is no
 * step. How arguments are kept and made up is in tree_edit.h.
 */
#ifndef EVOSCOPE_UI_DOCUMENT_H
#define EVOSCOPE_UI_DOCUMENT_H

#include "evoscope/expr.h"

#define UI_DOCUMENT_STEPS 1024 /* that can be undone; the oldest are forgotten */

struct ui_document;

/* The tree passed evo_tree_check; it is copied. */
struct ui_document *ui_document_create(const struct evo_tree *tree);
void ui_document_destroy(struct ui_document *document); /* NULL is nothing */
/* Begins anew with another original. The clipboard stays, to paste from one tree into another. */
void ui_document_open(struct ui_document *document, const struct evo_tree *tree);

/* ---- What there is --------------------------------------------------------------------------- */

/* Valid until the document changes in any way. */
const struct evo_tree *ui_document_tree(const struct ui_document *document);
const struct evo_tree *ui_document_original(const struct ui_document *document);
/* NULL while empty. */
const struct evo_tree *ui_document_clipboard(const struct ui_document *document);
size_t ui_document_cursor(const struct ui_document *document);

/* Is the tree another one than the original? */
bool ui_document_changed(const struct ui_document *document);
/* Steps since the original, those that are forgotten for undo among them. */
size_t ui_document_changes(const struct ui_document *document);
bool ui_document_can_undo(const struct ui_document *document);
bool ui_document_can_redo(const struct ui_document *document);

/* Appends the line about the node under the cursor: what it is, its level, its shapes. */
void ui_document_describe(const struct ui_document *document, struct evo_text *out);

/* ---- The cursor ------------------------------------------------------------------------------ */

enum ui_move {
	UI_MOVE_NEXT, /* the line below */
	UI_MOVE_PREVIOUS,
	UI_MOVE_FIRST, /* the root */
	UI_MOVE_LAST,
	UI_MOVE_PARENT,
	UI_MOVE_CHILD, /* the first one */
	UI_MOVE_NEXT_SIBLING,
	UI_MOVE_PREVIOUS_SIBLING
};
/* False where there is nothing that way; the cursor stays. */
bool ui_document_move(struct ui_document *document, enum ui_move move);
/* To a node, or the last one where there are fewer. */
void ui_document_go(struct ui_document *document, size_t node);

/* ---- Edits ----------------------------------------------------------------------------------- */

/* The cursor stays on its line, which the new node, the one inserted, or the subtree has. */
bool ui_document_replace(struct ui_document *document, unsigned code, double number,
                         struct evo_error *err);
bool ui_document_insert(struct ui_document *document, unsigned code, struct evo_error *err);
bool ui_document_delete(struct ui_document *document, struct evo_error *err);
bool ui_document_swap(struct ui_document *document, struct evo_error *err);
/* The number under the cursor, to the next one of two digits. */
bool ui_document_step(struct ui_document *document, bool up, struct evo_error *err);

/* Cut leaves the least terminal that fits. */
bool ui_document_cut(struct ui_document *document, struct evo_error *err);
void ui_document_copy(struct ui_document *document);
/* In the place of the subtree under the cursor. What is unit-level is put under layer_mean where
   the rest of the tree is network-level, as is meant at the root; what is network-level is refused
   where the rest is unit-level. */
bool ui_document_paste(struct ui_document *document, struct evo_error *err);

enum ui_part {
	UI_PART_SUBTREE, /* under the cursor */
	UI_PART_WHOLE
};
/* Appends its text, to be edited. */
void ui_document_text(const struct ui_document *document, enum ui_part part, struct evo_text *out);
/* The part becomes what the text says; names of the proxy library stand for their trees. Levels are
   as for paste. err->column is the column of the text, 0 where the error has none. */
bool ui_document_set_text(struct ui_document *document, enum ui_part part, const char *text,
                          struct evo_error *err);
/* The whole tree as one step. */
bool ui_document_set_tree(struct ui_document *document, const struct evo_tree *tree,
                          struct evo_error *err);

/* The tree as it was, and the cursor where the edit was made; or as it became. */
bool ui_document_undo(struct ui_document *document, struct evo_error *err);
bool ui_document_redo(struct ui_document *document, struct evo_error *err);

/* ---- The menu -------------------------------------------------------------------------------- */

enum ui_purpose {
	UI_TO_REPLACE, /* the node under the cursor */
	UI_TO_INSERT   /* above it */
};
struct ui_menu_item {
	unsigned code; /* of the table; 0 is the number */
	double number;
	char name[EVO_NUMBER_SIZE];
	const struct evo_primitive *row; /* kind, arity and help */
};
#define UI_MENU_MAX 256
struct ui_menu {
	size_t count;
	struct ui_menu_item items[UI_MENU_MAX];
};

/*
 * What can be applied at the cursor and changes the tree. Of a filter that is not empty, in either
 * case: first the number that it is, then names that begin with it, names that have it in them, and
 * rows whose help has. Within these, to replace, what is of the node's kind and arity comes first.
 */
void ui_menu_fill(struct ui_menu *menu, const struct ui_document *document, enum ui_purpose purpose,
                  const char *filter);
/* An item of a menu that was filled since the last edit or move. */
bool ui_menu_apply(struct ui_document *document, enum ui_purpose purpose,
                   const struct ui_menu_item *item, struct evo_error *err);

#endif
