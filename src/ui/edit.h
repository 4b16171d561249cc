/*
 * The Edit screen: a tree that is changed by hand, what it is worth, and what its nodes are.
 */
#ifndef EVOSCOPE_UI_EDIT_H
#define EVOSCOPE_UI_EDIT_H

#include "document.h"
#include "editline.h"
#include "list.h"
#include "model.h"
#include "weigh.h"

/* What is asked about a tree: its taus, and the impact of its nodes. */
struct ui_asked {
	struct evo_tree tree;
	uint64_t question; /* 0: none */
};

struct ui_edit {
	struct ui_document *document; /* NULL: nothing is open */
	char name[64];                /* of what is open: "#417", or a proxy's */

	const struct ui_scorer *scorer; /* the explorer's */
	struct ui_asked original, now;
	struct ui_weights weights; /* of now */

	bool choosing; /* the menu is open */
	enum ui_purpose purpose;
	struct ui_editline filter;
	struct ui_menu menu;
	struct ui_list items, lines; /* of the menu; of the tree */
};

/* ---- edit_scores.c --------------------------------------------------------------------------- */

/* Asks nothing any more: the scorer is about to close. */
void ui_edit_forget(struct ui_edit *edit);
/* Asks about the tree that is open, unless that has been done. */
void ui_edit_ask(struct ui_edit *edit);
/* Takes what has been answered. */
void ui_edit_hear(struct ui_edit *edit);
/* Is there something that has been asked and not been told? */
bool ui_edit_busy(const struct ui_edit *edit);
void ui_edit_scores_draw(const struct ui_edit *edit, struct ui_area area);
/* Lines that the scores need inside their frame. */
int ui_edit_scores_lines(const struct ui_edit *edit);

/* ---- edit_draw.c ----------------------------------------------------------------------------- */

void ui_edit_draw(struct ui_edit *edit, struct ui_area body);

/* ---- simplify.c ------------------------------------------------------------------------------ */

/* The tree without arguments whose impact is less than `least`, those that do harm among them,
   where the other argument can stand alone. False: there is nothing to drop. */
bool ui_simplify(const struct evo_tree *tree, const double *impacts, double least,
                 struct evo_tree *out);

#endif
