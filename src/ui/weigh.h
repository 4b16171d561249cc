/*
 * Weighing: what trees and their nodes are worth, asked behind the screen of a study of the
 * networks that the search has.
 */
#ifndef EVOSCOPE_UI_WEIGH_H
#define EVOSCOPE_UI_WEIGH_H

#include "evoscope/impact.h"
#include "evoscope/run_config.h"

#include "surface.h"

/* The study that screens share. */
struct ui_scorer {
	struct evo_study *study; /* NULL: there is none */
	const struct evo_study_snapshot *answers;
	size_t renewals; /* of the explorer when it was made */
	bool mean;       /* fitness is the mean over benchmarks */
};
/* In place of the study that there is, which nobody asks any more; on failure that one stays. gp:
   the settings of the search as they are now. */
bool ui_scorer_open(struct ui_scorer *scorer, const struct evo_run_config *config,
                    const struct evo_gp_config *gp, struct evo_error *err);
/* What asks it has stopped asking. */
void ui_scorer_close(struct ui_scorer *scorer);
void ui_scorer_hear(struct ui_scorer *scorer);

/* The impact of every node of a tree. */
struct ui_weights {
	struct evo_tree tree;
	struct evo_impact *impact; /* NULL: not asked */
	double share;              /* how far it is; 1: values are there */
};
/* Asks, in place of what was asked before. */
void ui_weights_ask(struct ui_weights *weights, const struct ui_scorer *scorer,
                    const struct evo_tree *tree);
void ui_weights_hear(struct ui_weights *weights, const struct ui_scorer *scorer);
void ui_weights_drop(struct ui_weights *weights);
/* NaN while it is not known, or cannot be. */
double ui_weights_at(const struct ui_weights *weights, size_t node);

#define UI_NO_IMPACT 0.0005 /* what is nearer to 0 is shown as 0.000 */

#define UI_WEIGHT_WIDTH 15 /* columns of bar and number */
/* A bar as long as the node's share of the greatest impact, and the number with its sign. That of a
   node that does harm comes from the right and looks different. */
void ui_weight_bar(struct ui_area area, int x, int y, double impact, double greatest);
/* The same of a node, once impacts are there. */
void ui_weights_draw(const struct ui_weights *weights, struct ui_area area, int x, int y,
                     size_t node);

#endif
