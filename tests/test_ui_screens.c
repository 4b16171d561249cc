/*
 * Whole Evolve screens of hand-made snapshots, without a terminal.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "action.h"
#include "compare.h"
#include "complete.h"
#include "edit.h"
#include "editline.h"
#include "evolve.h"
#include "explorer.h"
#include "plot.h"
#include "script.h"
#include "theme.h"
#include "tree_lines.h"
/* ---- Evolve screens of hand-made snapshots -------------------------------------------------- */

#define POPULATION  30
#define GENERATIONS 12

struct world {
	struct evo_individual individuals[POPULATION];
	const struct evo_individual *population[POPULATION];
	struct evo_generation history[GENERATIONS];
	struct evo_snapshot snapshot;
	struct ui_model model;
	struct ui_evolve evolve;
	struct ui_surface surface;
};

static void make_individual(struct evo_individual *individual, size_t rank)
{
	static const char *const expressions[] = {
	        "layer_mean(frob(sigmoid(logdet(sign(gx.d)))))", "flops",
	        "mul(layer_sum(frob(add(w, x.d))), inv(layer_max(l1(y.n))))"};

	*individual = (struct evo_individual){.id = 100 + rank,
	                                      .parents = {7, 8},
	                                      .origin = EVO_ORIGIN_CROSSOVER,
	                                      .born = rank % GENERATIONS,
	                                      .direction = rank % 2 == 0 ? 1 : -1,
	                                      .fitness = 0.7 - 0.01 * (double) rank};
	if (rank == 2) {
		individual->origin = EVO_ORIGIN_INJECTED;
		individual->injected = individual->descends = true;
	}
	individual->descends = individual->descends || rank == 4;
	for (size_t i = 0; i < EVO_CASES_MAX; i++) {
		individual->tau[0][i] = individual->direction * individual->fitness;
		individual->tau[1][i] = individual->tau[0][i] - 0.03;
	}
	assert_true(evo_tree_parse(expressions[rank % 3], &individual->tree, NULL));
}

static void make_history(struct evo_generation *history)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		double best = 0.7 - 0.3 / (double) (i + 1);
		history[i] = (struct evo_generation){.generation = i,
		                                     .best = best,
		                                     .mean = best - 0.2,
		                                     .median = best - 0.15,
		                                     .min = i == 3 ? NAN : -0.1,
		                                     .best_validation = best - 0.05};
		for (size_t j = 0; j < EVO_CASES_MAX; j++) {
			history[i].tau[0][j] = best + 0.01 * (double) j;
			history[i].tau[1][j] = best - 0.04;
		}
	}
}

static struct world *make_world(size_t cases, const struct ui_glyphs *glyphs)
{
	static const char *const names[] = {"nb201-cifar10", "nb201-cifar100",
	                                    "nb201-imagenet16-120"};
	static const char *const references[] = {"units", "params", "eznas-a"};
	struct world *world = calloc(1, sizeof(*world));
	struct evo_snapshot *snapshot = &world->snapshot;

	for (size_t i = 0; i < POPULATION; i++) {
		make_individual(&world->individuals[i], i);
		world->population[i] = &world->individuals[i];
	}
	make_history(world->history);
	*snapshot = (struct evo_snapshot){.serial = 1,
	                                  .state = EVO_RUN_RUNNING,
	                                  .preset = "eznas",
	                                  .seed = 7,
	                                  .generation = GENERATIONS,
	                                  .generations = 15,
	                                  .phase = "joining trees, generation 13",
	                                  .phase_done = 61,
	                                  .phase_total = 100,
	                                  .live_best = 0.69,
	                                  .remaining = 38,
	                                  .evaluations_per_second = 1940,
	                                  .case_count = cases,
	                                  .reference_count = 3,
	                                  .population = world->population,
	                                  .population_count = POPULATION,
	                                  .history = world->history,
	                                  .history_count = GENERATIONS};
	for (size_t i = 0; i < cases; i++) {
		struct evo_run_case *one = &snapshot->cases[i];
		snprintf(one->name, sizeof(one->name), "%s", names[i % 3]);
		snprintf(one->images, sizeof(one->images), "noise, no images given");
		one->train = 300;
		one->validation = 100;
	}
	for (size_t i = 0; i < 3; i++)
		snprintf(snapshot->references[i].name, sizeof(snapshot->references[i].name), "%s",
		         references[i]);
	world->model.snapshot = snapshot;
	ui_evolve_init(&world->evolve);
	ui_evolve_update(&world->evolve, &world->model);
	ui_surface_init(&world->surface, glyphs);
	return world;
}

static void free_world(struct world *world)
{
	ui_evolve_free(&world->evolve);
	ui_surface_free(&world->surface);
	ui_log_free(&world->model.log);
	free(world);
}

/* The screen as text; caller frees. */
static char *screen(struct world *world, int columns, int rows)
{
	struct evo_text text;

	evo_text_init(&text);
	ui_surface_resize(&world->surface, columns, rows);
	ui_evolve_draw(&world->evolve, &world->model, &world->surface);
	/* The edges are the explorer's. */
	if (world->evolve.layout.kind != UI_LAYOUT_LINE) {
		const struct ui_layout *layout = &world->evolve.layout;
		ui_status_draw(&world->model, ui_area_of(&world->surface, layout->status), NULL);
		ui_key_line(ui_area_of(&world->surface, layout->keys), 1u << world->evolve.focus,
		            ui_when(world->model.snapshot->state));
	}
	for (int y = 0; y < rows; y++) {
		ui_surface_row(&world->surface, y, &text);
		evo_text_append(&text, "\n");
	}
	char *copy = evo_strdup(text.data);
	evo_text_clear(&text);
	return copy;
}

static void check_shows(struct world *world, int columns, int rows, const char *part)
{
	char *text = screen(world, columns, rows);

	if (strstr(text, part) == NULL)
		print_error("no '%s' in\n%s", part, text);
	assert_non_null(strstr(text, part));
	free(text);
}

static void act(struct world *world, enum ui_action action)
{
	assert_int_equal(ui_evolve_request(&world->evolve, &world->model, action, NULL, NULL),
	                 UI_DONE);
}

static void the_evolve_screen_tells_the_search(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	check_shows(world, 120, 40, "nb201-cifar10");
	check_shows(world, 120, 40, "RUNNING gen 12/15");
	check_shows(world, 130, 40, "RUNNING gen 12/15 joining    ");
	check_shows(world, 120, 40, "61 %");
	check_shows(world, 120, 40, "1 940 ev/s");
	check_shows(world, 120, 40, "0:38 left");
	check_shows(world, 120, 40, "noise, no images given");
	check_shows(world, 120, 40, "300 train + 100 validation networks");
	check_shows(world, 120, 40, "Best #100");
	check_shows(world, 120, 40, "└─ gx.d");
	check_shows(world, 120, 40, "crossover of #7 and #8");
	check_shows(world, 120, 40, "given units");
	check_shows(world, 120, 40, "eznas-a");
	check_shows(world, 120, 40, "◆");
	check_shows(world, 80, 24, "injected");
	check_shows(world, 80, 24, "* best");
	check_shows(world, 80, 24, "+ validation");
	check_shows(world, 60, 20, "one pane at a time");
	check_shows(world, 39, 20, "needs 40x12");
	world->model.fixed_clock = true;
	char *text = screen(world, 120, 40);
	assert_null(strstr(text, "ev/s"));
	free(text);
	free_world(world);
}

static void ascii_screens_are_ascii(void **state)
{
	struct world *world = make_world(3, &ui_glyphs_ascii);

	(void) state;
	for (int columns = 40; columns < 200; columns += 31) {
		char *text = screen(world, columns, 40);
		for (const char *c = text; *c != '\0'; c++)
			assert_true((unsigned char) *c < 0x80);
		free(text);
	}
	free_world(world);
}

/* Whatever the size, the focus and the number of benchmarks: nothing is drawn outside (the
   sanitizers would tell), and borders stay whole. */
static void screens_of_every_size_are_drawn(void **state)
{
	static const size_t cases[] = {0, 1, 3, 16};

	(void) state;
	for (size_t c = 0; c < EVO_COUNT(cases); c++) {
		struct world *world = make_world(cases[c], &ui_glyphs_utf8);
		for (int columns = 0; columns <= 200; columns += columns < 90 ? 9 : 37) {
			for (int rows = 0; rows <= 60; rows += rows < 26 ? 3 : 11) {
				free(screen(world, columns, rows));
				act(world, UI_ACTION_FOCUS_NEXT);
				act(world, UI_ACTION_PAGE_DOWN);
				act(world, UI_ACTION_BENCHMARK);
				act(world, rows % 2 == 0 ? UI_ACTION_WIDER : UI_ACTION_HIGHER);
				act(world, UI_ACTION_LEFT);
			}
		}
		free_world(world);
	}
}

static void an_empty_search_says_how_to_start(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	world->snapshot.state = EVO_RUN_IDLE;
	world->snapshot.population_count = world->snapshot.history_count = 0;
	world->snapshot.generation = 0;
	ui_evolve_update(&world->evolve, &world->model);
	check_shows(world, 80, 24, "Press s or Enter to start");
	check_shows(world, 80, 24, "noise, no images given");
	check_shows(world, 80, 24, "s start");
	world->snapshot.state = EVO_RUN_FAILED;
	snprintf(world->snapshot.error, sizeof(world->snapshot.error), "the disk is full");
	check_shows(world, 80, 24, "FAILED");
	check_shows(world, 80, 24, "the disk is full");
	free_world(world);
}

/* ---- The population table -------------------------------------------------------------------- */

static uint64_t selected_id(const struct world *world)
{
	return ui_evolve_selected(&world->evolve, &world->model)->id;
}

static void the_table_sorts_both_ways(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	while (population->sort != UI_SORT_SIZE)
		ui_population_sort(population, &world->snapshot, 1);
	for (size_t i = 1; i < population->count; i++)
		assert_true(world->population[population->rows[i - 1]]->tree.size <=
		            world->population[population->rows[i]]->tree.size);
	act(world, UI_ACTION_REVERSE);
	for (size_t i = 1; i < population->count; i++)
		assert_true(world->population[population->rows[i - 1]]->tree.size >=
		            world->population[population->rows[i]]->tree.size);
	/* Going round comes back, over columns that there are only. */
	for (unsigned i = 0; i < 7; i++)
		ui_population_sort(population, &world->snapshot, 1);
	assert_int_equal(population->sort, UI_SORT_SIZE);
	free_world(world);
}

/* A tau that is undefined is no number to sort by. */
static void what_is_undefined_is_sorted_last(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	world->individuals[3].tau[0][0] = world->individuals[7].tau[0][0] = NAN;
	while (population->sort != UI_SORT_TAU)
		ui_population_sort(population, &world->snapshot, 1);
	for (int round = 0; round < 2; round++) {
		size_t last = population->rows[POPULATION - 1],
		       before = population->rows[POPULATION - 2];
		assert_int_equal(last + before, 3 + 7);
		assert_true(last == 3 || last == 7);
		act(world, UI_ACTION_REVERSE);
	}
	act(world, UI_ACTION_LAST);
	check_shows(world, 130, 40, "       -  ");
	free_world(world);
}

static void the_filter_keeps_matching_rows(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "FLOPS", NULL);
	assert_int_equal(population->count, POPULATION / 3);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "injected", NULL);
	assert_int_equal(population->count, 1);
	assert_int_equal(selected_id(world), 102);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "#117", NULL);
	assert_int_equal(population->count, 1);
	/* Children are found by a parent, or by what they are to an injected one. */
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "of #8", NULL);
	assert_int_equal(population->count, POPULATION);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "descends", NULL);
	assert_int_equal(population->count, 1);
	assert_int_equal(selected_id(world), 104);
	ui_evolve_request(&world->evolve, &world->model, UI_ACTION_FILTER, "nothing", NULL);
	assert_int_equal(population->count, 0);
	assert_null(ui_evolve_selected(&world->evolve, &world->model));
	check_shows(world, 120, 40, "No row contains the filter");
	act(world, UI_ACTION_BACK);
	assert_int_equal(population->count, POPULATION);
	free_world(world);
}

/* How one looks at searches outlives one of them; what is about it does not. */
static void another_search_is_looked_at_in_the_same_way(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_evolve *evolve = &world->evolve;

	(void) state;
	while (evolve->population.sort != UI_SORT_SIZE)
		ui_population_sort(&evolve->population, &world->snapshot, 1);
	act(world, UI_ACTION_REVERSE);
	ui_evolve_request(evolve, &world->model, UI_ACTION_FILTER, "flops", NULL);
	act(world, UI_ACTION_DOWN);
	act(world, UI_ACTION_ZOOM);
	act(world, UI_ACTION_BENCHMARK);
	act(world, UI_ACTION_NARROW);
	act(world, UI_ACTION_FOLLOW);
	act(world, UI_ACTION_LOG_X);
	evolve->focus = UI_PANE_TREE;
	free(screen(world, 80, 24));
	act(world, UI_ACTION_DOWN);
	act(world, UI_ACTION_RIGHT);

	ui_evolve_renew(evolve);
	ui_evolve_update(evolve, &world->model);
	assert_int_equal(evolve->population.count, POPULATION);
	assert_int_equal(evolve->population.list.cursor, 0);
	assert_int_equal(evolve->tree.top + evolve->tree.left, 0);
	assert_int_equal(evolve->focus, UI_PANE_TREE);
	assert_true(evolve->zoomed);
	assert_true(evolve->fitness.log_x);
	evolve->zoomed = false;
	check_shows(world, 120, 40, "Population 30 by size reversed");
	check_shows(world, 120, 40, "Fitness (Kendall tau) · all, live");
	free_world(world);
}

static void the_cursor_stays_on_its_individual(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	free(screen(world, 80, 24));
	assert_int_equal(selected_id(world), 100);
	for (int i = 0; i < 5; i++)
		act(world, UI_ACTION_DOWN);
	assert_int_equal(selected_id(world), 105);
	/* The next generation has a new best: everybody moves down a row. */
	const struct evo_individual *last = world->population[POPULATION - 1];
	memmove(world->population + 1, world->population,
	        (POPULATION - 1) * sizeof(*world->population));
	world->population[0] = last;
	ui_evolve_update(&world->evolve, &world->model);
	assert_int_equal(selected_id(world), 105);
	/* At the top it follows whoever is the best. */
	act(world, UI_ACTION_FIRST);
	assert_int_equal(selected_id(world), last->id);
	world->population[0] = world->population[1];
	ui_evolve_update(&world->evolve, &world->model);
	assert_int_equal(selected_id(world), 100);
	free_world(world);
}

static void a_click_selects_the_row_that_is_drawn_there(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_ascii);

	(void) state;
	free(screen(world, 100, 30));
	const struct ui_rect *pane = &world->evolve.layout.panes[UI_PANE_POPULATION];
	ui_evolve_mouse(&world->evolve, &world->model, pane->x + 5, pane->y + 2 + 3, 0);
	assert_int_equal(selected_id(world), 103);
	free(screen(world, 100, 30));
	assert_int_equal(world->surface.cells[(pane->y + 2 + 3) * 100 + pane->x + 1].code, '>');
	const struct ui_rect *log = &world->evolve.layout.panes[UI_PANE_LOG];
	ui_evolve_mouse(&world->evolve, &world->model, log->x, log->y, 0);
	assert_int_equal(world->evolve.focus, UI_PANE_LOG);
	assert_int_equal(selected_id(world), 103);
	ui_evolve_mouse(&world->evolve, &world->model, pane->x + 5, pane->y + 5, 1);
	assert_int_equal(selected_id(world), 106);
	free_world(world);
}

/* ---- The plot -------------------------------------------------------------------------------- */

static void zooming_and_following_are_said(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);

	(void) state;
	check_shows(world, 120, 40, "all, live");
	act(world, UI_ACTION_NARROW);
	check_shows(world, 120, 40, "· live");
	world->evolve.focus = UI_PANE_FITNESS;
	act(world, UI_ACTION_LEFT);
	check_shows(world, 120, 40, "· frozen");
	act(world, UI_ACTION_FOLLOW);
	check_shows(world, 120, 40, "· live");
	act(world, UI_ACTION_WIDEN);
	act(world, UI_ACTION_WIDEN);
	check_shows(world, 120, 40, "all, live");
	act(world, UI_ACTION_LOG_X);
	check_shows(world, 120, 40, "log x");
	act(world, UI_ACTION_BENCHMARK);
	check_shows(world, 120, 40, "Best on nb201-cifar10");
	free_world(world);
}

/* ---- The tree and help ----------------------------------------------------------------------- */

/* Branches scroll sideways, as far as is needed; words stay. */
static void words_of_a_tree_are_not_scrolled_away(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct evo_tree *tree = &world->individuals[0].tree;

	(void) state;
	assert_true(evo_tree_parse(
	        "layer_mean(abs(abs(abs(abs(abs(abs(abs(abs(abs(logdet(gx.d)))))))))))", tree,
	        NULL));
	world->evolve.focus = UI_PANE_TREE;
	char *text = screen(world, 80, 40);
	assert_null(strstr(text, "└─ gx.d"));
	free(text);
	for (int i = 0; i < 20; i++)
		act(world, UI_ACTION_RIGHT);
	check_shows(world, 80, 40, "└─ logdet");
	check_shows(world, 80, 40, "└─ gx.d");
	check_shows(world, 80, 40, "││ layer_mean");
	/* One key back is seen at once. */
	size_t left = world->evolve.tree.left;
	act(world, UI_ACTION_LEFT);
	free(screen(world, 80, 40));
	assert_int_equal(world->evolve.tree.left, left > 6 ? left - 6 : 0);
	free_world(world);
}

static unsigned in_the_tree(const struct ui_explorer *explorer)
{
	(void) explorer;
	return UI_IN_TREE;
}

/* All words of a text that is broken into lines, from a row on. */
static void check_words(const char *const *rows, size_t count, const char *text)
{
	char *copy = evo_strdup(text), *rest = copy;

	for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
		bool found = false;
		for (size_t i = 0; i < count && i < 8; i++)
			found = found || strstr(rows[i], word) != NULL;
		if (!found)
			fail_msg("no '%s' beside or below '%s'", word, rows[0]);
	}
	free(copy);
}

static void help_tells_every_action_at_every_width(void **state)
{
	static const struct ui_view view = {.where = in_the_tree};
	static const int widths[] = {40, 60, 79, 80, 109, 120, 200};
	struct ui_explorer *explorer = calloc(1, sizeof(*explorer));
	struct ui_surface surface;
	enum {
		ROWS = 500
	};
	const char *rows[ROWS];

	(void) state;
	explorer->view = &view;
	ui_surface_init(&surface, &ui_glyphs_utf8);
	for (size_t w = 0; w < EVO_COUNT(widths); w++) {
		ui_surface_resize(&surface, widths[w], ROWS);
		ui_help_view.draw(explorer, &surface);
		for (int y = 0; y < ROWS; y++) {
			struct evo_text text;
			evo_text_init(&text);
			ui_surface_row(&surface, y, &text);
			rows[y] = text.data;
		}
		for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
			char *name = evo_format(":%s ", ui_actions[i].name), keys[128];
			size_t y = 0;
			while (y < ROWS && strstr(rows[y], name) == NULL)
				y++;
			if (y == ROWS)
				fail_msg("no '%s' at %d columns", name, widths[w]);
			ui_action_keys_text(i, keys, sizeof(keys));
			check_words(rows + y, ROWS - y, keys);
			check_words(rows + y, ROWS - y, ui_actions[i].argument);
			check_words(rows + y, ROWS - y, ui_actions[i].help);
			free(name);
		}
		for (int y = 0; y < ROWS; y++)
			free((char *) (uintptr_t) rows[y]);
	}
	/* Line by line to the end, nothing is skipped. */
	ui_surface_resize(&surface, 80, 24);
	explorer->help_top = 0;
	ui_help_view.draw(explorer, &surface);
	for (size_t i = 0; i < explorer->help_lines; i++)
		ui_help_view.request(explorer, UI_ACTION_DOWN, NULL, NULL);
	assert_int_equal(explorer->help_top, explorer->help_lines - explorer->help_page);
	ui_surface_free(&surface);
	free(explorer);
}

/* ---- Headings -------------------------------------------------------------------------------- */

static void benchmarks_of_one_dataset_are_told_apart(void **state)
{
	struct world *world = make_world(3, &ui_glyphs_utf8);

	(void) state;
	for (size_t i = 0; i < 3; i++)
		snprintf(world->snapshot.cases[i].name, sizeof(world->snapshot.cases[i].name),
		         "import%zu-cifar10", i + 1);
	/* In the population, the status line, and the tree's table or its single line. */
	check_shows(world, 160, 40, "import1… import2… import3…");
	check_shows(world, 160, 40, "import1-cifar10 import2-cifar10 import3-cifar10");
	check_shows(world, 80, 30, "on import1-cifar10");
	act(world, UI_ACTION_BENCHMARK);
	act(world, UI_ACTION_BENCHMARK);
	check_shows(world, 80, 30, "on import2-cifar10");
	act(world, UI_ACTION_BENCHMARK);
	act(world, UI_ACTION_BENCHMARK);
	check_shows(world, 160, 40,
	            "1 a import1-cifar10   2 b import2-cifar10   3 c import3-cifar10");
	check_shows(world, 80, 30, "1 a 1:impo…   2 b 2:impo…");
	free_world(world);
}

/* An arrow down says that values fall from row to row, whatever the column. */
static void an_arrow_says_which_way_values_go(void **state)
{
	struct world *world = make_world(1, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	check_shows(world, 120, 40, "rank▲");
	act(world, UI_ACTION_REVERSE);
	check_shows(world, 120, 40, "rank▼");
	ui_population_sort(population, &world->snapshot, 1);
	check_shows(world, 120, 40, "fitness▼");
	act(world, UI_ACTION_REVERSE);
	check_shows(world, 120, 40, "fitness▲");
	ui_population_sort(population, &world->snapshot, 1);
	check_shows(world, 120, 40, "cifar10▼");
	ui_population_sort(population, &world->snapshot, 1);
	check_shows(world, 120, 40, "size▲");
	free_world(world);
}

/* ---- What is compared ------------------------------------------------------------------------ */

static void check_contenders(const struct ui_compare *compare, const char *const *names,
                             size_t count)
{
	assert_int_equal(compare->count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(compare->contenders[compare->order[i]].name, names[i]);
}

/* What a search has found makes way for what it, or another one, finds later; what a person asked
   for stays. */
static void found_trees_make_way(void **state)
{
	static const char *const texts[] = {"mul(units, params)", "log(params)", "flops",
	                                    "sub(units, flops)"};
	struct evo_individual ones[4] = {0};
	const struct evo_individual *front[4];
	struct ui_compare compare = {0};

	(void) state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(evo_tree_parse(texts[i], &ones[i].tree, NULL));
		front[i] = &ones[i];
	}
#define CHECK(...)                                                                                 \
	check_contenders(&compare, (const char *const[]){__VA_ARGS__},                             \
	                 EVO_COUNT(((const char *const[]){__VA_ARGS__})))
	ui_compare_add(&compare, "flops", &ones[2].tree);
	ui_compare_add_found(&compare, "#1", &ones[0].tree);
	ui_compare_add_found(&compare, "#2", &ones[1].tree);
	ui_compare_add_found(&compare, "#3", &ones[2].tree);
	CHECK("#1", "#2", "flops");
	assert_string_equal(compare.contenders[compare.order[compare.list.cursor]].name, "flops");
	/* The next front has the second still, another search under another number. */
	ui_compare_keep_found(&compare, front + 1, 1);
	ui_compare_add_found(&compare, "#7", &ones[1].tree);
	CHECK("#7", "flops");
	/* The cursor stays on its row while that is there, and is on the first one then. */
	assert_int_equal(compare.list.cursor, 1);
	compare.list.cursor = 0;
	ui_compare_add_found(&compare, "#8", &ones[3].tree);
	compare.contenders[compare.order[1]].tagged = true;
	ui_compare_keep_found(&compare, NULL, 0);
	CHECK("#8", "flops");
	assert_int_equal(compare.list.cursor, 0);
	/* By hand it is no longer the search's. */
	ui_compare_add(&compare, "#8", &ones[3].tree);
	compare.contenders[1].tagged = false;
	ui_compare_keep_found(&compare, NULL, 0);
	assert_int_equal(compare.count, 2);
#undef CHECK
	ui_compare_free(&compare);
}

/* Where columns are left out, that by which rows are sorted is not. */
static void the_sorted_column_is_seen(void **state)
{
	struct world *world = make_world(16, &ui_glyphs_utf8);
	struct ui_population *population = &world->evolve.population;

	(void) state;
	for (unsigned sort = UI_SORT_TAU + 1; sort < UI_SORT_TAU + 16; sort++) {
		population->sort = sort;
		ui_population_update(population, &world->snapshot);
		check_shows(world, 80, 24, "▼");
	}
	population->sort = UI_SORT_AGE;
	ui_population_update(population, &world->snapshot);
	check_shows(world, 80, 24, "age▲");
	free_world(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_evolve_screen_tells_the_search),
	        cmocka_unit_test(ascii_screens_are_ascii),
	        cmocka_unit_test(screens_of_every_size_are_drawn),
	        cmocka_unit_test(an_empty_search_says_how_to_start),
	        cmocka_unit_test(the_table_sorts_both_ways),
	        cmocka_unit_test(what_is_undefined_is_sorted_last),
	        cmocka_unit_test(the_filter_keeps_matching_rows),
	        cmocka_unit_test(another_search_is_looked_at_in_the_same_way),
	        cmocka_unit_test(the_cursor_stays_on_its_individual),
	        cmocka_unit_test(a_click_selects_the_row_that_is_drawn_there),
	        cmocka_unit_test(zooming_and_following_are_said),
	        cmocka_unit_test(words_of_a_tree_are_not_scrolled_away),
	        cmocka_unit_test(help_tells_every_action_at_every_width),
	        cmocka_unit_test(found_trees_make_way),
	        cmocka_unit_test(the_sorted_column_is_seen),
	        cmocka_unit_test(benchmarks_of_one_dataset_are_told_apart),
	        cmocka_unit_test(an_arrow_says_which_way_values_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
