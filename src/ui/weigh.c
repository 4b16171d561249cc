/*
 * How the scores of trees and the impacts of their nodes are asked for and kept.
 */
#include "config.h"

#include <math.h>

#include "weigh.h"

#define BAR_WIDTH 7

/* ---- The study ------------------------------------------------------------------------------- */

bool ui_scorer_open(struct ui_scorer *scorer, const struct evo_run_config *config,
                    const struct evo_gp_config *gp, struct evo_error *err)
{
	struct evo_study_config study = evo_study_config_default();
	size_t memory = config->memory > 0 ? config->memory : evo_memory() / 2;

	study.benchmarks = config->benchmarks;
	study.benchmark_count = config->benchmark_count;
	study.probe = config->probe;
	study.seed = config->seed;
	study.train = gp->train;
	study.validation = gp->validation;
	study.sampling = gp->sampling;
	study.memory = memory / 4; /* the search has its own */
	study.keep = true;
	study.expected = evo_gp_needs(gp);
	struct evo_study *made = evo_study_replace(scorer->study, &study, err);
	if (made == NULL)
		return false;
	if (scorer->answers != NULL)
		evo_study_snapshot_release(scorer->answers);
	scorer->mean = gp->fitness_mean;
	scorer->study = made;
	scorer->answers = evo_study_snapshot(scorer->study);
	return true;
}

void ui_scorer_close(struct ui_scorer *scorer)
{
	if (scorer->study == NULL)
		return;
	evo_study_snapshot_release(scorer->answers);
	evo_study_destroy(scorer->study);
	scorer->study = NULL;
	scorer->answers = NULL;
}

void ui_scorer_hear(struct ui_scorer *scorer)
{
	evo_study_snapshot_release(scorer->answers);
	scorer->answers = evo_study_snapshot(scorer->study);
}

/* ---- Impacts --------------------------------------------------------------------------------- */

void ui_weights_ask(struct ui_weights *weights, const struct ui_scorer *scorer,
                    const struct evo_tree *tree)
{
	ui_weights_drop(weights);
	evo_tree_copy(&weights->tree, tree);
	weights->impact = evo_impact_begin(scorer->study, tree, scorer->mean, 0, NULL);
}

void ui_weights_hear(struct ui_weights *weights, const struct ui_scorer *scorer)
{
	if (weights->impact != NULL)
		weights->share = evo_impact_poll(weights->impact, scorer->answers);
}

void ui_weights_drop(struct ui_weights *weights)
{
	if (weights->impact != NULL)
		evo_impact_end(weights->impact);
	weights->impact = NULL;
	weights->share = 0;
}

double ui_weights_at(const struct ui_weights *weights, size_t node)
{
	if (weights->impact == NULL || weights->share < 1 || node >= weights->tree.size)
		return (double) NAN;
	return evo_impact_values(weights->impact)[node];
}

static enum ui_role role_of(double share)
{
	return share > 0.8    ? UI_ROLE_IMPACT_5
	       : share > 0.5  ? UI_ROLE_IMPACT_4
	       : share > 0.2  ? UI_ROLE_IMPACT_3
	       : share > 0.02 ? UI_ROLE_IMPACT_2
	                      : UI_ROLE_IMPACT_1;
}

static void draw_use(struct ui_area area, int x, int y, double share)
{
	int eighths = (int) lround(share * 8 * BAR_WIDTH);

	for (int i = 0; i < BAR_WIDTH && eighths > 8 * i; i++) {
		int part = eighths - 8 * i;
		ui_put(area, x + i, y, role_of(share),
		       area.surface->glyphs->eighths[part >= 8 ? 8 : part]);
	}
}

/* The other way, from the right, and of another stuff: it is told apart without colour, too. */
static void draw_harm(struct ui_area area, int x, int y, double share)
{
	int cells = (int) ceil(share * BAR_WIDTH);

	for (int i = 1; i <= cells && i <= BAR_WIDTH; i++)
		ui_put(area, x + BAR_WIDTH - i, y, UI_ROLE_BAD, area.surface->glyphs->harm);
}

void ui_weight_bar(struct ui_area area, int x, int y, double impact, double greatest)
{
	double share = greatest > 0 ? fabs(impact) / greatest : 0;
	bool harms = impact <= -UI_NO_IMPACT;
	enum ui_role role = harms ? UI_ROLE_BAD : role_of(share);

	/* Where a subtree has no finite mean there is nothing to put in its place. */
	if (isnan(impact)) {
		ui_text(area, x + BAR_WIDTH + 1, y, UI_ROLE_DIM, "unknown");
		return;
	}
	if (harms)
		draw_harm(area, x, y, share);
	else
		draw_use(area, x, y, share);
	if (fabs(impact) < UI_NO_IMPACT)
		impact = 0; /* has no sign but this */
	ui_textf(area, x + BAR_WIDTH + 1, y, role, "%+.3f", impact);
}

void ui_weights_draw(const struct ui_weights *weights, struct ui_area area, int x, int y,
                     size_t node)
{
	double greatest = 0;

	if (weights->impact == NULL || weights->share < 1)
		return;
	for (size_t i = 0; i < weights->tree.size; i++)
		if (fabs(ui_weights_at(weights, i)) > greatest)
			greatest = fabs(ui_weights_at(weights, i));
	ui_weight_bar(area, x, y, ui_weights_at(weights, node), greatest);
}
