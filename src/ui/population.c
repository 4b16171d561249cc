/*
 * The population pane: a table that is sorted, filtered and scrolled.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evolve.h"
#include "table.h"

static bool is_tau(unsigned sort)
{
	return sort >= UI_SORT_TAU && sort < UI_SORT_TAU + EVO_CASES_MAX;
}

static size_t age_of(const struct evo_snapshot *snapshot, const struct evo_individual *individual)
{
	size_t now = snapshot->history_count == 0
	                     ? 0
	                     : snapshot->history[snapshot->history_count - 1].generation;

	return now > individual->born ? now - individual->born : 0;
}

/* ---- Columns --------------------------------------------------------------------------------- */

/* What a column of numbers shows of a row; NaN: undefined. */
static double number_of(const struct evo_snapshot *snapshot, size_t row, unsigned sort)
{
	const struct evo_individual *individual = snapshot->population[row];

	switch (sort) {
	case UI_SORT_RANK:
		return (double) row + 1;
	case UI_SORT_FITNESS:
		return individual->fitness;
	case UI_SORT_SIZE:
		return (double) individual->tree.size;
	case UI_SORT_AGE:
		return (double) age_of(snapshot, individual);
	default:
		return is_tau(sort) ? individual->tau[EVO_SIDE_TRAIN][sort - UI_SORT_TAU]
		                    : (double) NAN;
	}
}

static bool is_words(unsigned sort)
{
	return sort == UI_SORT_ORIGIN || sort == UI_SORT_EXPRESSION;
}

/* And a column of words. */
static void append_words(const struct evo_individual *individual, unsigned sort,
                         struct evo_text *out)
{
	if (sort == UI_SORT_ORIGIN)
		evo_text_append(out, evo_origin_name(individual->origin));
	else
		evo_tree_print(&individual->tree, out);
}

/* Do the values of a column fall from row to row while it is not reversed? */
static bool falls(unsigned sort)
{
	return sort == UI_SORT_FITNESS || is_tau(sort);
}

/* ---- Sorting and filtering ----------------------------------------------------------------- */

/* What a row is sorted by, larger first. */
struct sort_key {
	size_t row;
	double number; /* NaN: undefined, which comes last either way round */
	char *text;    /* owned; NULL: the column is one of numbers */
	bool reversed;
};

static struct sort_key key_of(const struct evo_snapshot *snapshot, unsigned sort, bool reversed,
                              size_t row)
{
	struct sort_key key = {.row = row, .reversed = reversed};
	struct evo_text text;

	if (!is_words(sort)) {
		key.number = number_of(snapshot, row, sort) * (falls(sort) ? 1 : -1);
		return key;
	}
	evo_text_init(&text);
	append_words(snapshot->population[row], sort, &text);
	key.text = evo_strdup(text.data);
	evo_text_clear(&text);
	return key;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *one = a, *two = b;
	int order = one->text != NULL ? strcmp(one->text, two->text)
	                              : (one->number < two->number) - (one->number > two->number);

	if (isnan(one->number) != isnan(two->number))
		return isnan(one->number) ? 1 : -1;
	if (order == 0)
		order = one->row < two->row ? -1 : 1;
	return one->reversed ? -order : order;
}

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text != '\0'; text++) {
		if (strncasecmp(text, part, length) == 0)
			return true;
	}
	return length == 0;
}

static bool passes(const struct ui_population *population, const struct evo_individual *individual)
{
	struct evo_text text;

	if (*population->filter == '\0')
		return true;
	evo_text_init(&text);
	evo_text_printf(&text, "#%llu %s %s ", (unsigned long long) individual->id,
	                evo_origin_name(individual->origin),
	                individual->injected   ? "injected"
	                : individual->descends ? "descends"
	                                       : "");
	for (size_t i = 0; i < EVO_COUNT(individual->parents); i++)
		evo_text_printf(&text, "of #%llu ", (unsigned long long) individual->parents[i]);
	evo_tree_print(&individual->tree, &text);
	bool found = contains(text.data, population->filter);
	evo_text_clear(&text);
	return found;
}

static void arrange(struct ui_population *population, const struct evo_snapshot *snapshot)
{
	size_t count = snapshot->population_count;
	struct sort_key *keys = evo_malloc((count + 1) * sizeof(*keys));

	population->rows = evo_realloc(population->rows, count + 1, sizeof(*population->rows));
	population->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (passes(population, snapshot->population[i]))
			keys[population->count++] =
			        key_of(snapshot, population->sort, population->reversed, i);
	}
	if (population->count > 1)
		qsort(keys, population->count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < population->count; i++) {
		population->rows[i] = keys[i].row;
		free(keys[i].text);
	}
	free(keys);
}

void ui_population_update(struct ui_population *population, const struct evo_snapshot *snapshot)
{
	if (is_tau(population->sort) && population->sort - UI_SORT_TAU >= snapshot->case_count)
		population->sort = UI_SORT_RANK;
	arrange(population, snapshot);
	if (population->list.cursor >= population->count)
		population->list.cursor = population->count > 0 ? population->count - 1 : 0;
	if (population->held == 0) {
		population->list.cursor = 0;
		return;
	}
	for (size_t i = 0; i < population->count; i++) {
		if (snapshot->population[population->rows[i]]->id == population->held)
			population->list.cursor = i;
	}
	if (population->count > 0)
		population->held =
		        snapshot->population[population->rows[population->list.cursor]]->id;
}

void ui_population_free(struct ui_population *population)
{
	free(population->rows);
	population->rows = NULL;
	population->count = 0;
}

const struct evo_individual *ui_population_selected(const struct ui_population *population,
                                                    const struct evo_snapshot *snapshot,
                                                    size_t *rank)
{
	if (population->count == 0)
		return NULL;
	size_t row = population->rows[population->list.cursor];
	if (rank != NULL)
		*rank = row + 1;
	return snapshot->population[row];
}

void ui_population_move(struct ui_population *population, const struct evo_snapshot *snapshot,
                        long rows)
{
	long last = (long) population->count - 1;
	long to = rows < -last ? 0 : rows > last ? last : (long) population->list.cursor + rows;

	if (last < 0)
		return;
	population->list.cursor = (size_t) (to < 0 ? 0 : to > last ? last : to);
	/* On the first row the cursor follows whoever comes to be first. */
	population->held =
	        population->list.cursor == 0
	                ? 0
	                : snapshot->population[population->rows[population->list.cursor]]->id;
}

void ui_population_sort(struct ui_population *population, const struct evo_snapshot *snapshot,
                        int step)
{
	unsigned sort = population->sort;

	do {
		sort = (sort + (unsigned) (UI_SORT_COUNT + step)) % UI_SORT_COUNT;
	} while (is_tau(sort) && sort - UI_SORT_TAU >= snapshot->case_count);
	population->sort = sort;
	population->reversed = false;
	ui_population_update(population, snapshot);
}

/* ---- Drawing -------------------------------------------------------------------------------- */

/* Columns are what rows can be sorted by, from 1, and the mark of the injected. */
#define COLUMN(sort)     ((sort) + 1)
#define MARK             COLUMN(UI_SORT_COUNT)
#define EXPRESSION_LEAST 16
#define TAU_WIDTH        8

struct shown {
	const struct ui_population *population;
	const struct evo_snapshot *snapshot;
	const struct ui_glyphs *glyphs;
};

static void cell(const struct ui_table *table, size_t at, unsigned column, struct evo_text *out,
                 enum ui_role *role)
{
	const struct shown *of = table->of;
	const size_t row = of->population->rows[at];
	const struct evo_individual *individual = of->snapshot->population[row];
	const unsigned sort = column - 1;
	char number[32];

	(void) role;
	if (column == MARK) {
		if (individual->injected)
			ui_glyph_append(out, of->glyphs->injected);
	} else if (is_words(sort)) {
		if (sort == UI_SORT_EXPRESSION && individual->injected &&
		    (individual->origin != EVO_ORIGIN_INJECTED ||
		     !ui_table_shows(table, COLUMN(UI_SORT_ORIGIN))))
			evo_text_append(out, "injected ");
		append_words(individual, sort, out);
	} else if (is_tau(sort)) {
		ui_tau_text(number_of(of->snapshot, row, sort), number, sizeof(number));
		evo_text_append(out, number);
	} else {
		evo_text_printf(out, sort == UI_SORT_FITNESS ? "%.3f" : "%.0f",
		                number_of(of->snapshot, row, sort));
	}
}

/* The column that rows are sorted by is seen in any case. */
static void add(struct ui_table *table, unsigned sort, const char *title, int width,
                unsigned priority, enum ui_role role)
{
	ui_table_add(table, (struct ui_column){
	                            .id = COLUMN(sort),
	                            .title = title,
	                            .gap = sort != UI_SORT_RANK,
	                            .width = width,
	                            .role = role,
	                            .priority = COLUMN(sort) == table->sorted ? 0 : priority,
	                            .left = is_words(sort),
	                            .grows = sort == UI_SORT_EXPRESSION,
	                    });
}

static void add_columns(struct ui_table *table, const struct ui_population *population,
                        const struct evo_snapshot *snapshot, char (*headings)[UI_HEADING_SIZE])
{
	/* Beside rank and expression one more column stays: that of fitness, or the sorted one. */
	const bool enough =
	        population->sort != UI_SORT_RANK && population->sort != UI_SORT_EXPRESSION;

	ui_table_add(table, (struct ui_column){MARK, NULL, 1, 1, UI_ROLE_ACCENT, .left = true});
	add(table, UI_SORT_RANK, "rank", 4, 0, UI_ROLE_DIM);
	add(table, UI_SORT_FITNESS, "fitness", 8, enough ? 90 : 0, UI_ROLE_TEXT);
	for (unsigned i = 0; i < snapshot->case_count; i++)
		add(table, UI_SORT_TAU + i, headings[i], TAU_WIDTH, 70 - i, UI_ROLE_TEXT);
	add(table, UI_SORT_SIZE, "size", 5, 80, UI_ROLE_TEXT);
	add(table, UI_SORT_ORIGIN, "origin", 9, 20, UI_ROLE_DIM);
	add(table, UI_SORT_AGE, "age", 4, 10, UI_ROLE_DIM);
	add(table, UI_SORT_EXPRESSION, "expression", EXPRESSION_LEAST, 0, UI_ROLE_TEXT);
}

static void draw_table(const struct ui_population *population, const struct evo_snapshot *snapshot,
                       struct ui_area area)
{
	char headings[EVO_CASES_MAX][UI_HEADING_SIZE];
	const struct shown of = {population, snapshot, area.surface->glyphs};
	struct ui_table table = {.sorted = COLUMN(population->sort),
	                         .lit = COLUMN(population->sort),
	                         .rises = falls(population->sort) == population->reversed,
	                         .cell = cell,
	                         .of = &of};

	ui_headings(snapshot->cases, sizeof(*snapshot->cases), snapshot->case_count, TAU_WIDTH,
	            area.surface->glyphs, headings);
	add_columns(&table, population, snapshot, headings);
	ui_table_draw(&table, area, &population->list, population->count);
}

static const char *sort_name(const struct ui_population *population,
                             const struct evo_snapshot *snapshot)
{
	static const char *const names[] = {
	        [UI_SORT_RANK] = "rank", [UI_SORT_FITNESS] = "fitness",
	        [UI_SORT_SIZE] = "size", [UI_SORT_ORIGIN] = "origin",
	        [UI_SORT_AGE] = "age",   [UI_SORT_EXPRESSION] = "expression",
	};

	if (is_tau(population->sort))
		return ui_case_title(snapshot->cases, snapshot->case_count,
		                     population->sort - UI_SORT_TAU);
	return names[population->sort];
}

void ui_population_draw(struct ui_population *population, const struct evo_snapshot *snapshot,
                        struct ui_area area, bool focused)
{
	char title[160];
	int used =
	        snprintf(title, sizeof(title), "Population %zu by %s%s", snapshot->population_count,
	                 sort_name(population, snapshot), population->reversed ? " reversed" : "");

	if (*population->filter != '\0')
		snprintf(title + used, sizeof(title) - (size_t) used, "%s/%s: %zu",
		         area.surface->glyphs->dot, population->filter, population->count);
	struct ui_area inside =
	        ui_list_frame(&population->list, population->count, area, focused, title, NULL);
	if (snapshot->population_count == 0) {
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            "its trees, once the first generation is scored");
		return;
	}
	draw_table(population, snapshot, inside);
	if (population->count == 0)
		ui_text(inside, 2, 1, UI_ROLE_DIM, "No row contains the filter; Esc drops it.");
}
