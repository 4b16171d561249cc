/*
 * The Edit screen: a tree that is changed by hand, what it is worth, and what its nodes are.
 */
#ifndef EVOSCOPE_UI_EDIT_H
#define EVOSCOPE_UI_EDIT_H

#include "document.h"
#include "editline.h"
#include "list.h"
#include "model.h"

/* What is asked about a tree: its taus, and the impact of its nodes. */
struct ui_asked {
	struct evo_tree tree;
	uint64_t question; /* 0: none */
};

struct ui_edit {
	struct ui_document *document; /* NULL: nothing is open */
	char name[64];                /* of what is open: "#417", or a proxy's */
	size_t renewals;              /* of the explorer when the study was made */

	struct evo_study *study; /* NULL: there is none yet */
	const struct evo_study_snapshot *answers;
	struct ui_asked original, now;
	struct evo_impact *impact; /* of now */
	double impact_share;       /* how far it is; 1: values are there */
	bool mean;                 /* fitness is the mean over benchmarks */

	bool choosing; /* the menu is open */
	enum ui_purpose purpose;
	struct ui_editline filter;
	struct ui_menu menu;
	struct ui_list items, lines; /* of the menu; of the tree */
	struct ui_rect tree_rect;    /* as drawn last */
};

/* ---- edit_scores.c --------------------------------------------------------------------------- */

/* Makes a study of the networks that a search of this config would have. */
bool ui_edit_study(struct ui_edit *edit, const struct evo_run_config *config,
                   struct evo_error *err);
void ui_edit_drop_study(struct ui_edit *edit);
/* Asks about the tree that is open, unless that has been done. */
void ui_edit_ask(struct ui_edit *edit);
/* Takes what has been answered. */
void ui_edit_hear(struct ui_edit *edit);
/* Is there something that has been asked and not answered? */
bool ui_edit_scoring(const struct ui_edit *edit);
/* The impact of a node; NaN while it is not known. */
double ui_edit_impact(const struct ui_edit *edit, size_t node);
/* Fitness of a tree's answer so far, in the direction of its own; NaN. */
void ui_edit_scores_draw(const struct ui_edit *edit, struct ui_area area);
/* Lines that the scores need inside their frame. */
int ui_edit_scores_lines(const struct ui_edit *edit);

/* ---- edit_draw.c ----------------------------------------------------------------------------- */

void ui_edit_draw(struct ui_edit *edit, struct ui_area body);

/* ---- simplify.c ------------------------------------------------------------------------------ */

/* The tree without arguments whose impact is less than `least` either way, where the other argument
   can stand alone. False: there is nothing to drop. */
bool ui_simplify(const struct evo_tree *tree, const double *impacts, double least,
                 struct evo_tree *out);

#endif
