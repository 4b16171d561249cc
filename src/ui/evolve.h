/*
 * The Evolve screen: the search as it goes. Its panes, and what the user did to them.
 */
#ifndef EVOSCOPE_UI_EVOLVE_H
#define EVOSCOPE_UI_EVOLVE_H

#include "action.h"
#include "heading.h"
#include "list.h"
#include "model.h"
#include "weigh.h"

/* ---- Population ------------------------------------------------------------------------------ */

/* Columns that rows can be sorted by; the benchmarks' taus come after UI_SORT_TAU. */
enum ui_sort {
	UI_SORT_RANK,
	UI_SORT_FITNESS,
	UI_SORT_TAU,
	UI_SORT_SIZE = UI_SORT_TAU + EVO_CASES_MAX,
	UI_SORT_ORIGIN,
	UI_SORT_AGE,
	UI_SORT_EXPRESSION,
	UI_SORT_COUNT
};

struct ui_population {
	unsigned sort; /* enum ui_sort */
	bool reversed;
	char filter[64];
	size_t *rows; /* indices into the snapshot's population, as shown */
	size_t count;
	struct ui_list list; /* of rows */
	uint64_t held;       /* id under the cursor; 0: whoever is first */
};
/* Filters and sorts anew; the cursor stays on its individual as long as that is there. */
void ui_population_update(struct ui_population *population, const struct evo_snapshot *snapshot);
void ui_population_free(struct ui_population *population);
void ui_population_draw(struct ui_population *population, const struct evo_snapshot *snapshot,
                        struct ui_area area, bool focused);
/* The individual under the cursor and its rank from 1; NULL when there is none. */
const struct evo_individual *ui_population_selected(const struct ui_population *population,
                                                    const struct evo_snapshot *snapshot,
                                                    size_t *rank);
void ui_population_move(struct ui_population *population, const struct evo_snapshot *snapshot,
                        long rows);
/* To the column at the right (1) or left (-1) among those that the snapshot has. */
void ui_population_sort(struct ui_population *population, const struct evo_snapshot *snapshot,
                        int step);

/* ---- Fitness --------------------------------------------------------------------------------- */

struct ui_fitness {
	size_t shown;  /* 0: fitness; i: benchmark i - 1; one more than there are: all */
	size_t window; /* generations in view; 0: all there are */
	bool frozen;   /* the view stays where it is */
	size_t end;    /* of a frozen view: the last generation in it */
	bool log_x, log_y;
};
void ui_fitness_draw(const struct ui_fitness *fitness, const struct ui_model *model,
                     struct ui_area area, bool focused);
void ui_fitness_zoom(struct ui_fitness *fitness, const struct evo_snapshot *snapshot, bool in);
void ui_fitness_pan(struct ui_fitness *fitness, const struct evo_snapshot *snapshot, int direction);
void ui_fitness_follow(struct ui_fitness *fitness, const struct evo_snapshot *snapshot);

/* ---- Tree, log, status ----------------------------------------------------------------------- */

struct ui_tree_pane {
	size_t top, left;          /* lines and columns scrolled away */
	size_t page, lines;        /* as drawn last */
	uint64_t of;               /* scrolling belongs to this individual */
	struct ui_weights weights; /* of the tree that was weighed last */
};
void ui_tree_draw(struct ui_tree_pane *pane, const struct ui_model *model,
                  const struct evo_individual *individual, size_t rank, size_t shown_case,
                  struct ui_area area, bool focused);

struct ui_log_pane {
	size_t back; /* entries scrolled back from the newest */
	size_t page; /* entries that were drawn last */
};
void ui_log_draw(struct ui_log_pane *pane, const struct ui_model *model, struct ui_area area,
                 bool focused);

/* what: what the left side says; NULL: benchmarks, preset and seed. */
void ui_status_draw(const struct ui_model *model, struct ui_area area, const char *what);

/* ---- The screen ------------------------------------------------------------------------------ */

struct ui_evolve {
	struct ui_split split;
	enum ui_pane focus;
	bool zoomed;
	struct ui_layout layout; /* as drawn last */
	struct ui_fitness fitness;
	struct ui_population population;
	struct ui_tree_pane tree;
	struct ui_log_pane log;
};
void ui_evolve_init(struct ui_evolve *evolve);
void ui_evolve_free(struct ui_evolve *evolve);
/* Another search takes the place of the one that is shown. How one looks at searches stays: panes,
   borders, full size, axes, the order of rows unless it is by a benchmark. What is about that
   search alone is dropped: filter, cursor, the part of the plot and its benchmark, scrolling. */
void ui_evolve_renew(struct ui_evolve *evolve);
void ui_evolve_update(struct ui_evolve *evolve, const struct ui_model *model);
void ui_evolve_draw(struct ui_evolve *evolve, const struct ui_model *model,
                    struct ui_surface *surface);
enum ui_result ui_evolve_request(struct ui_evolve *evolve, const struct ui_model *model,
                                 enum ui_action action, const char *argument,
                                 struct evo_error *err);
/* A click (wheel 0) or a turn of the wheel (-1 up, 1 down) at a place of the screen. */
void ui_evolve_mouse(struct ui_evolve *evolve, const struct ui_model *model, int x, int y,
                     int wheel);
const struct evo_individual *ui_evolve_selected(const struct ui_evolve *evolve,
                                                const struct ui_model *model);

#endif
