/*
 * The population pane: a table that is sorted, filtered and scrolled.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evolve.h"

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

/* ---- Sorting and filtering ----------------------------------------------------------------- */

/* What a row is sorted by, larger first; of text columns only the expression has no number. */
struct sort_key {
	size_t row;
	double number; /* NaN: undefined, which comes last either way round */
	char *text;    /* owned */
	bool reversed;
};

static struct sort_key key_of(const struct evo_snapshot *snapshot, unsigned sort, bool reversed,
                              size_t row)
{
	const struct evo_individual *individual = snapshot->population[row];
	struct sort_key key = {.row = row, .reversed = reversed};
	struct evo_text text;

	switch (sort) {
	case UI_SORT_RANK:
		key.number = -(double) row;
		break;
	case UI_SORT_FITNESS:
		key.number = individual->fitness;
		break;
	case UI_SORT_SIZE:
		key.number = -(double) individual->tree.size;
		break;
	case UI_SORT_ORIGIN:
		key.text = evo_strdup(evo_origin_name(individual->origin));
		break;
	case UI_SORT_AGE:
		key.number = -(double) age_of(snapshot, individual);
		break;
	case UI_SORT_EXPRESSION:
		evo_text_init(&text);
		evo_tree_print(&individual->tree, &text);
		key.text = evo_strdup(text.data);
		evo_text_clear(&text);
		break;
	default:
		key.number = individual->tau[EVO_SIDE_TRAIN][sort - UI_SORT_TAU];
		break;
	}
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
	struct sort_key *keys = evo_malloc((count + 1) * sizeof *keys);

	population->rows = evo_realloc(population->rows, count + 1, sizeof *population->rows);
	population->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (passes(population, snapshot->population[i]))
			keys[population->count++] =
			        key_of(snapshot, population->sort, population->reversed, i);
	}
	if (population->count > 1)
		qsort(keys, population->count, sizeof *keys, compare_keys);
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
	if (population->cursor >= population->count)
		population->cursor = population->count > 0 ? population->count - 1 : 0;
	if (population->held == 0) {
		population->cursor = 0;
		return;
	}
	for (size_t i = 0; i < population->count; i++) {
		if (snapshot->population[population->rows[i]]->id == population->held)
			population->cursor = i;
	}
	if (population->count > 0)
		population->held = snapshot->population[population->rows[population->cursor]]->id;
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
	size_t row = population->rows[population->cursor];
	if (rank != NULL)
		*rank = row + 1;
	return snapshot->population[row];
}

void ui_population_move(struct ui_population *population, const struct evo_snapshot *snapshot,
                        long rows)
{
	long last = (long) population->count - 1;
	long to = rows < -last ? 0 : rows > last ? last : (long) population->cursor + rows;

	if (last < 0)
		return;
	population->cursor = (size_t) (to < 0 ? 0 : to > last ? last : to);
	/* On the first row the cursor follows whoever comes to be first. */
	population->held = population->cursor == 0
	                           ? 0
	                           : snapshot->population[population->rows[population->cursor]]->id;
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

struct column {
	unsigned sort;
	char title[UI_HEADING_SIZE];
	int width;
	bool left;    /* aligned left, else right */
	int priority; /* columns with the lowest go first when there is no room */
};
#define COLUMNS_MAX (UI_SORT_COUNT)

#define EXPRESSION_LEAST 16

#define TAU_WIDTH 8

/* Those that there is room for; sort: the one that rows are sorted by, which is seen in any
   case. */
static size_t make_columns(const struct evo_snapshot *snapshot, unsigned sort, int width,
                           const struct ui_glyphs *glyphs, struct column *columns)
{
	char headings[EVO_CASES_MAX][UI_HEADING_SIZE];
	size_t count = 0;
	int used = 2; /* cursor and mark of the injected */

	columns[count++] = (struct column){UI_SORT_RANK, "rank", 4, false, 100};
	columns[count++] = (struct column){UI_SORT_FITNESS, "fitness", 8, false, 90};
	ui_headings(snapshot->cases, sizeof *snapshot->cases, snapshot->case_count, TAU_WIDTH,
	            glyphs, headings);
	for (unsigned i = 0; i < snapshot->case_count; i++) {
		columns[count] =
		        (struct column){UI_SORT_TAU + i, "", TAU_WIDTH, false, 70 - (int) i};
		memcpy(columns[count++].title, headings[i], sizeof headings[i]);
	}
	columns[count++] = (struct column){UI_SORT_SIZE, "size", 5, false, 80};
	columns[count++] = (struct column){UI_SORT_ORIGIN, "origin", 9, true, 20};
	columns[count++] = (struct column){UI_SORT_AGE, "age", 4, false, 10};
	for (size_t i = 0; i < count; i++) {
		used += columns[i].width + 1;
		if (columns[i].sort == sort)
			columns[i].priority = 95;
	}
	while (used + EXPRESSION_LEAST > width && count > 2) {
		size_t least = 0;
		for (size_t i = 1; i < count; i++)
			least = columns[i].priority < columns[least].priority ? i : least;
		used -= columns[least].width + 1;
		memmove(columns + least, columns + least + 1,
		        (count - least - 1) * sizeof *columns);
		count--;
	}
	columns[count++] = (struct column){UI_SORT_EXPRESSION, "expression",
	                                   width > used ? width - used : 0, true, 100};
	return count;
}

static bool shows(const struct column *columns, size_t count, unsigned sort)
{
	for (size_t i = 0; i < count; i++) {
		if (columns[i].sort == sort)
			return true;
	}
	return false;
}

static void cell_text(const struct evo_snapshot *snapshot, size_t row, unsigned sort,
                      bool say_injected, struct evo_text *out)
{
	const struct evo_individual *individual = snapshot->population[row];
	char number[32];

	switch (sort) {
	case UI_SORT_RANK:
		evo_text_printf(out, "%zu", row + 1);
		break;
	case UI_SORT_FITNESS:
		evo_text_printf(out, "%.3f", individual->fitness);
		break;
	case UI_SORT_SIZE:
		evo_text_printf(out, "%zu", individual->tree.size);
		break;
	case UI_SORT_ORIGIN:
		evo_text_append(out, evo_origin_name(individual->origin));
		break;
	case UI_SORT_AGE:
		evo_text_printf(out, "%zu", age_of(snapshot, individual));
		break;
	case UI_SORT_EXPRESSION:
		if (individual->injected && say_injected)
			evo_text_append(out, "injected ");
		evo_tree_print(&individual->tree, out);
		break;
	default:
		ui_tau_text(individual->tau[EVO_SIDE_TRAIN][sort - UI_SORT_TAU], number,
		            sizeof number);
		evo_text_append(out, number);
		break;
	}
}

/* One cell of a row or of the heading; returns the column after it. */
static int draw_cell(struct ui_area area, int x, int y, const struct column *column,
                     enum ui_role role, const char *text)
{
	int width = ui_text_width(text);

	if (column->left || width > column->width)
		ui_text_fit(area, x, y, column->width, role, text);
	else
		ui_text_right(area, x + column->width, y, role, text);
	return x + column->width + 1;
}

/* Do the values of the column that rows are sorted by grow from row to row? */
static bool rises(const struct ui_population *population)
{
	bool falls = population->sort == UI_SORT_FITNESS || is_tau(population->sort);

	return falls == population->reversed;
}

static void draw_heading(const struct ui_population *population, struct ui_area area,
                         const struct column *columns, size_t count)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	int x = 2;

	for (size_t i = 0; i < count; i++) {
		bool sorted = columns[i].sort == population->sort;
		int start = x, width = ui_text_width(columns[i].title);
		x = draw_cell(area, x, 0, &columns[i], sorted ? UI_ROLE_ACCENT : UI_ROLE_DIM,
		              columns[i].title);
		if (!sorted)
			continue;
		/* The arrow stands beside the title, in a column that nothing else uses. */
		int at = columns[i].left ? start + width : x - 1;
		ui_put(area, at, 0, UI_ROLE_ACCENT, rises(population) ? glyphs->up : glyphs->down);
	}
}

static void draw_row(const struct ui_population *population, const struct evo_snapshot *snapshot,
                     struct ui_area area, int y, size_t at, const struct column *columns,
                     size_t count)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	const struct evo_individual *individual = snapshot->population[population->rows[at]];
	bool selected = at == population->cursor;
	bool say_injected =
	        !shows(columns, count, UI_SORT_ORIGIN) || individual->origin != EVO_ORIGIN_INJECTED;
	enum ui_role role = selected ? UI_ROLE_SELECTION : UI_ROLE_TEXT;
	struct evo_text text;
	int x = 2;

	if (selected) {
		ui_fill(area, 0, y, area.rect.width, role);
		ui_put(area, 0, y, role, glyphs->cursor);
	}
	if (individual->injected)
		ui_put(area, 1, y, selected ? role : UI_ROLE_ACCENT, glyphs->injected);
	evo_text_init(&text);
	for (size_t i = 0; i < count; i++) {
		bool quiet = columns[i].sort == UI_SORT_RANK || columns[i].sort == UI_SORT_ORIGIN ||
		             columns[i].sort == UI_SORT_AGE;
		evo_text_reset(&text);
		cell_text(snapshot, population->rows[at], columns[i].sort, say_injected, &text);
		x = draw_cell(area, x, y, &columns[i], quiet && !selected ? UI_ROLE_DIM : role,
		              text.data);
	}
	evo_text_clear(&text);
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

static struct ui_area draw_frame(const struct ui_population *population,
                                 const struct evo_snapshot *snapshot, struct ui_area area,
                                 bool focused)
{
	char title[160], note[64] = "";
	size_t page = area.rect.height > 3 ? (size_t) area.rect.height - 3 : 0;
	int used =
	        snprintf(title, sizeof title, "Population %zu by %s%s", snapshot->population_count,
	                 sort_name(population, snapshot), population->reversed ? " reversed" : "");

	if (*population->filter != '\0')
		snprintf(title + used, sizeof title - (size_t) used, "%s/%s: %zu",
		         area.surface->glyphs->dot, population->filter, population->count);
	if (population->count > page)
		snprintf(note, sizeof note, "%zu-%zu/%zu", population->top + 1,
		         population->top + page < population->count ? population->top + page
		                                                    : population->count,
		         population->count);
	return ui_frame(area, focused, title, note);
}

void ui_population_draw(struct ui_population *population, const struct evo_snapshot *snapshot,
                        struct ui_area area, bool focused)
{
	struct column columns[COLUMNS_MAX];
	size_t page = area.rect.height > 3 ? (size_t) area.rect.height - 3 : 0;

	population->page = page;
	if (population->top + page > population->count)
		population->top = population->count > page ? population->count - page : 0;
	if (population->cursor < population->top)
		population->top = population->cursor;
	if (page > 0 && population->cursor >= population->top + page)
		population->top = population->cursor + 1 - page;
	struct ui_area inside = draw_frame(population, snapshot, area, focused);
	if (snapshot->population_count == 0) {
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            "its trees, once the first generation is scored");
		return;
	}
	size_t count = make_columns(snapshot, population->sort, inside.rect.width,
	                            area.surface->glyphs, columns);
	draw_heading(population, inside, columns, count);
	if (population->count == 0)
		ui_text(inside, 2, 1, UI_ROLE_DIM, "No row contains the filter; Esc drops it.");
	for (size_t i = 0; i < page && population->top + i < population->count; i++)
		draw_row(population, snapshot, inside, (int) i + 1, population->top + i, columns,
		         count);
}
