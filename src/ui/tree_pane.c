/*
 * The tree pane: one individual as a tree, and below it where it came from, its text, its Kendall
 * tau on train and validation, and what simple counters reach on the same networks.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "evolve.h"
#include "tree_lines.h"

/* What is told of one individual. */
struct telling {
	const struct evo_snapshot *snapshot;
	const struct evo_individual *individual;
	size_t shown; /* the benchmark that is told where there is room for one only */
	bool best;
};

/* A column of the table of taus. */
struct tau_column {
	size_t at; /* the case */
	enum evo_side side;
	int right, width;
};

#define LABEL_WIDTH 12
#define ORIGIN_MOST 2 /* lines of where it came from, and which way it points */
#define TAU_WIDTH   8
#define TAU_MOST    11 /* where there is room */

/* ---- The table of taus ----------------------------------------------------------------------- */

/* Every benchmark on both sides if there is room, else validation alone. */
static size_t make_columns(const struct telling *telling, int width, struct tau_column *columns)
{
	size_t cases = telling->snapshot->case_count, count = 0;
	size_t room = width > LABEL_WIDTH ? (size_t) (width - LABEL_WIDTH) / TAU_WIDTH : 0;

	if (cases * 2 <= room) {
		for (size_t i = 0; i < cases; i++) {
			columns[count++] = (struct tau_column){.at = i, .side = EVO_SIDE_TRAIN};
			columns[count++] =
			        (struct tau_column){.at = i, .side = EVO_SIDE_VALIDATION};
		}
	} else {
		for (size_t i = 0; i < cases && i < room; i++)
			columns[count++] =
			        (struct tau_column){.at = i, .side = EVO_SIDE_VALIDATION};
	}
	int each = count > 0 ? (width - LABEL_WIDTH) / (int) count : 0;
	for (size_t i = 0; i < count; i++) {
		columns[i].width = each < TAU_MOST ? each : TAU_MOST;
		columns[i].right = LABEL_WIDTH + (int) (i + 1) * columns[i].width;
	}
	return count;
}

static bool both_sides(const struct tau_column *columns, size_t count)
{
	return count > 0 && columns[0].side == EVO_SIDE_TRAIN;
}

static void draw_taus(struct ui_area area, int y, const char *label, enum ui_role role,
                      const struct tau_column *columns, size_t count, const double *values)
{
	char text[24];

	ui_text_fit(area, 0, y, LABEL_WIDTH, UI_ROLE_DIM, label);
	for (size_t i = 0; i < count; i++) {
		ui_tau_text(values[columns[i].at], text, sizeof(text));
		ui_text_right(area, columns[i].right, y, role, text);
	}
}

static void draw_sided(struct ui_area area, int y, const char *label, enum ui_role role,
                       const struct tau_column *columns, size_t count,
                       const double tau[2][EVO_CASES_MAX], const enum evo_side *forced)
{
	char text[24];

	ui_text_fit(area, 0, y, LABEL_WIDTH, UI_ROLE_DIM, label);
	for (size_t i = 0; i < count; i++) {
		enum evo_side side = forced != NULL ? *forced : columns[i].side;
		ui_tau_text(tau[side][columns[i].at], text, sizeof(text));
		ui_text_right(area, columns[i].right, y, role, text);
	}
}

/* Names of the columns: one line for a single benchmark, else its name above each. */
static int draw_column_names(struct ui_area area, int y, const struct telling *telling,
                             const struct tau_column *columns, size_t count)
{
	const struct evo_snapshot *snapshot = telling->snapshot;
	bool both = both_sides(columns, count), single = snapshot->case_count == 1;
	int room = count > 0 ? columns[0].width - 1 : 0;
	char headings[EVO_CASES_MAX][UI_HEADING_SIZE];

	ui_headings(snapshot->cases, sizeof(*snapshot->cases), snapshot->case_count,
	            both && !single ? 2 * room + 1 : room, area.surface->glyphs, headings);
	ui_text(area, 0, y, UI_ROLE_DIM, "Kendall tau");
	for (size_t i = 0; i < count; i++) {
		const char *side = columns[i].side == EVO_SIDE_TRAIN ? "train" : "valid.";
		const char *name = headings[columns[i].at];
		if (!single && both && columns[i].side == EVO_SIDE_VALIDATION)
			continue;
		if (!single && both)
			ui_text(area, columns[i].right - room, y, UI_ROLE_DIM, name);
		else
			ui_text_right(area, columns[i].right, y, UI_ROLE_DIM, both ? side : name);
	}
	for (size_t i = 0; !single && both && i < count; i++)
		ui_text_right(area, columns[i].right, y + 1, UI_ROLE_DIM,
		              columns[i].side == EVO_SIDE_TRAIN ? "train" : "valid.");
	return !single && both ? y + 2 : y + 1;
}

/* The partial taus are of validation: blank under train. */
static int draw_partial(struct ui_area area, int y, const char *label,
                        const struct tau_column *columns, size_t count, const double *partial)
{
	char text[24];

	ui_text_fit(area, 0, y, LABEL_WIDTH, UI_ROLE_DIM, label);
	for (size_t i = 0; i < count; i++) {
		if (columns[i].side == EVO_SIDE_TRAIN)
			continue;
		ui_tau_text(partial[columns[i].at], text, sizeof(text));
		ui_text_right(area, columns[i].right, y, UI_ROLE_TEXT, text);
	}
	return y + 1;
}

static int draw_own(struct ui_area area, int y, const struct telling *telling,
                    const struct tau_column *columns, size_t count)
{
	const struct evo_individual *individual = telling->individual;

	if (both_sides(columns, count)) {
		draw_sided(area, y, "this", UI_ROLE_ACCENT, columns, count, individual->tau, NULL);
		return y + 1;
	}
	draw_taus(area, y, "train", UI_ROLE_ACCENT, columns, count,
	          individual->tau[EVO_SIDE_TRAIN]);
	draw_taus(area, y + 1, "validation", UI_ROLE_ACCENT, columns, count,
	          individual->tau[EVO_SIDE_VALIDATION]);
	return y + 2;
}

static int draw_table(struct ui_area area, int y, const struct telling *telling)
{
	const struct evo_snapshot *snapshot = telling->snapshot;
	struct tau_column columns[2 * EVO_CASES_MAX];
	size_t count = make_columns(telling, area.rect.width, columns);

	y = draw_column_names(area, y, telling, columns, count);
	y = draw_own(area, y, telling, columns, count);
	if (telling->best) {
		y = draw_partial(area, y, "given units", columns, count, snapshot->partial_units);
		y = draw_partial(area, y, "given params", columns, count, snapshot->partial_params);
	}
	for (size_t i = 0; i < snapshot->reference_count; i++)
		draw_sided(area, y++, snapshot->references[i].name, UI_ROLE_TEXT, columns, count,
		           snapshot->references[i].tau, NULL);
	return y;
}

static int table_height(const struct telling *telling, int width)
{
	struct tau_column columns[2 * EVO_CASES_MAX];
	size_t count = make_columns(telling, width, columns);
	int two = !both_sides(columns, count) || telling->snapshot->case_count > 1 ? 1 : 0;

	return 2 + two + (telling->best ? 2 : 0) + (int) telling->snapshot->reference_count;
}

/* ---- The same in few lines, for small panes ------------------------------------------------- */

static size_t told_case(const struct telling *telling)
{
	return telling->shown < telling->snapshot->case_count ? telling->shown : 0;
}

/* The references one after the other, in as many rows as they need; drawn or only counted. */
static int flow_references(struct ui_area area, int y, const struct telling *telling, bool draw)
{
	const struct evo_snapshot *snapshot = telling->snapshot;
	char text[48], tau[16];
	int x = 0;

	for (size_t i = 0; i < snapshot->reference_count; i++) {
		const struct evo_reference *reference = &snapshot->references[i];
		ui_tau_short(reference->tau[EVO_SIDE_VALIDATION][told_case(telling)], tau,
		             sizeof(tau));
		snprintf(text, sizeof(text), "%s %s", reference->name, tau);
		if (x > 0 && x + 1 + ui_text_width(text) > area.rect.width) {
			x = 0;
			y++;
		}
		x += x > 0;
		if (draw)
			ui_text(area, x, y, UI_ROLE_DIM, text);
		x += ui_text_width(text);
	}
	return snapshot->reference_count > 0 ? y + 1 : y;
}

/* The taus on one benchmark, and on which; that has a line of its own where it is narrow. Drawn or
   only counted, as above. */
static int draw_pair(struct ui_area area, int y, const struct telling *telling, bool draw)
{
	const struct evo_snapshot *snapshot = telling->snapshot;
	size_t at = told_case(telling);
	const struct {
		const char *before;
		double tau;
	} parts[] = {{"train ", telling->individual->tau[EVO_SIDE_TRAIN][at]},
	             {" validation ", telling->individual->tau[EVO_SIDE_VALIDATION][at]}};
	char text[24], on[96] = "";
	int x = 0;

	if (snapshot->case_count > 1)
		snprintf(on, sizeof(on), " on %s",
		         ui_case_title(snapshot->cases, snapshot->case_count, at));
	for (size_t i = 0; i < EVO_COUNT(parts); i++) {
		ui_tau_text(parts[i].tau, text, sizeof(text));
		if (draw) {
			int end = ui_text(area, x, y, UI_ROLE_DIM, parts[i].before);
			ui_text(area, end, y, UI_ROLE_ACCENT, text);
		}
		x += ui_text_width(parts[i].before) + ui_text_width(text);
	}
	if (x + ui_text_width(on) > area.rect.width) {
		x = 0;
		y++;
	}
	if (draw)
		ui_text_fit(area, x, y, area.rect.width - x, UI_ROLE_DIM,
		            x > 0 || *on == '\0' ? on : on + 1);
	return y + 1;
}

static int compact_height(const struct telling *telling, struct ui_area area)
{
	int y = draw_pair(area, 0, telling, false);

	return flow_references(area, telling->best ? y + 1 : y, telling, false);
}

static void draw_compact(struct ui_area area, int y, const struct telling *telling)
{
	const struct evo_snapshot *snapshot = telling->snapshot;
	size_t at = told_case(telling);

	y = draw_pair(area, y, telling, true);
	if (telling->best) {
		char units[24], params[24];
		ui_tau_short(snapshot->partial_units[at], units, sizeof(units));
		ui_tau_short(snapshot->partial_params[at], params, sizeof(params));
		ui_textf(area, 0, y++, UI_ROLE_TEXT, "given units %s params %s", units, params);
	}
	flow_references(area, y, telling, true);
}

/* ---- Origin and text ------------------------------------------------------------------------- */

static void origin_text(const struct telling *telling, struct evo_text *out)
{
	const struct evo_individual *individual = telling->individual;
	unsigned long long first = (unsigned long long) individual->parents[0];
	unsigned long long second = (unsigned long long) individual->parents[1];

	evo_text_append(out, evo_origin_name(individual->origin));
	if (first != 0)
		evo_text_printf(out, " of #%llu", first);
	if (second != 0)
		evo_text_printf(out, " and #%llu", second);
	evo_text_printf(out, ", gen %zu, a %s score is better", individual->born,
	                individual->direction < 0 ? "lower" : "higher");
	if (individual->non_finite > 0)
		evo_text_printf(out, ", %zu not finite", individual->non_finite);
	if (individual->descends && !individual->injected)
		evo_text_append(out, ", descends from an injected one");
}

/* Text in pieces of the width, at most `most` lines; returns the row after them. */
static int draw_pieces(struct ui_area area, int y, int most, enum ui_role role, const char *text)
{
	size_t width = area.rect.width > 0 ? (size_t) area.rect.width : 1;

	for (int i = 0; i < most && *text != '\0'; i++) {
		if (i + 1 == most || strlen(text) <= width) {
			ui_text_fit(area, 0, y++, (int) width, role, text);
			return y;
		}
		char piece[512];
		size_t length = width < sizeof(piece) - 1 ? width : sizeof(piece) - 1;
		memcpy(piece, text, length);
		piece[length] = '\0';
		ui_text(area, 0, y++, role, piece);
		text += length;
	}
	return y;
}

static int pieces(const char *text, int width, int most)
{
	int lines = width > 0 ? ((int) strlen(text) + width - 1) / width : 1;

	return lines > most ? most : lines;
}

/* ---- The pane -------------------------------------------------------------------------------- */

/* A line of the tree, and how many of its columns are branches before the word. */
static int make_line(const struct evo_tree *tree, size_t at, const struct ui_glyphs *glyphs,
                     struct evo_text *line)
{
	struct evo_text word;

	evo_text_init(&word);
	evo_tree_print_node(&tree->nodes[at], &word);
	int width = ui_text_width(word.data);
	evo_text_clear(&word);
	evo_text_reset(line);
	ui_tree_line(tree, at, glyphs, line);
	return ui_text_width(line->data) - width;
}

/* So far that the end of every word is seen in so many columns, and no further. Branches scroll,
   words do not. */
static void bound_left(struct ui_tree_pane *pane, const struct evo_tree *tree,
                       const struct ui_glyphs *glyphs, int room)
{
	struct evo_text line;
	size_t most = 0;

	evo_text_init(&line);
	for (size_t i = 0; i < tree->size; i++) {
		int indent = make_line(tree, i, glyphs, &line);
		int over = ui_text_width(line.data) - room;
		over = over > indent ? indent : over;
		most = over > (int) most ? (size_t) over : most;
	}
	evo_text_clear(&line);
	if (pane->left > most)
		pane->left = most;
}

static void draw_tree(struct ui_tree_pane *pane, struct ui_area area, const struct evo_tree *tree)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	struct evo_text line;

	pane->page = area.rect.height > 0 ? (size_t) area.rect.height : 0;
	pane->lines = tree->size;
	if (pane->top + pane->page > tree->size)
		pane->top = tree->size > pane->page ? tree->size - pane->page : 0;
	bool weighed = area.rect.width >= 2 * UI_WEIGHT_WIDTH && pane->weights.share >= 1 &&
	               evo_tree_equal(&pane->weights.tree, tree);
	int room = area.rect.width - (weighed ? UI_WEIGHT_WIDTH : 0);
	bound_left(pane, tree, glyphs, room);
	evo_text_init(&line);
	for (size_t i = 0; i < pane->page && pane->top + i < tree->size; i++) {
		int skip = make_line(tree, pane->top + i, glyphs, &line);
		const char *shown = line.data;
		for (skip = (int) pane->left < skip ? (int) pane->left : skip; skip > 0; skip--)
			evo_utf8_next(&shown);
		ui_text_fit(area, 0, (int) i, room, UI_ROLE_TEXT, shown);
		if (weighed)
			ui_weights_draw(&pane->weights, area, room, (int) i, pane->top + i);
	}
	evo_text_clear(&line);
}

/* Everything below the tree: origin, text and taus, in full or in few lines. */
static void draw_telling(struct ui_area area, const struct telling *telling, const char *expression,
                         int lines, bool full)
{
	struct evo_text origin;

	evo_text_init(&origin);
	origin_text(telling, &origin);
	int y = ui_text_wrap(area, 0, 0, ORIGIN_MOST, UI_ROLE_DIM, origin.data);
	y = draw_pieces(area, y, lines, UI_ROLE_TEXT, expression);
	if (full)
		draw_table(area, y, telling);
	else
		draw_compact(area, y, telling);
	evo_text_clear(&origin);
}

static int telling_height(const struct telling *telling, struct ui_area area, int lines, bool full)
{
	struct evo_text origin;

	evo_text_init(&origin);
	origin_text(telling, &origin);
	/* In an area without lines, nothing is drawn. */
	int height = lines + ui_text_wrap(ui_area_sub(area, 0, 0, area.rect.width, 0), 0, 0,
	                                  ORIGIN_MOST, UI_ROLE_DIM, origin.data);
	evo_text_clear(&origin);
	if (full)
		return height + table_height(telling, area.rect.width);
	return height + compact_height(telling, area);
}

static void draw_inside(struct ui_tree_pane *pane, struct ui_area inside,
                        const struct telling *telling)
{
	const struct evo_tree *tree = &telling->individual->tree;
	int width = inside.rect.width, height = inside.rect.height;
	int wanted = (int) tree->size < height / 2 ? (int) tree->size : height / 2;
	struct evo_text expression;

	evo_text_init(&expression);
	evo_tree_print(tree, &expression);
	int lines = pieces(expression.data, width, 4);
	bool full = telling_height(telling, inside, lines, true) + 1 + wanted <= height;
	if (!full)
		lines = pieces(expression.data, width, 2);
	int below = telling_height(telling, inside, lines, full);
	if (below > height - 2)
		below = height > 8 ? height - 2 : 0;
	int split = below > 0 ? height - below - 1 : height;
	draw_tree(pane, ui_area_sub(inside, 0, 0, width, split), tree);
	if (below > 0) {
		for (int x = 0; x + 1 < width; x++)
			ui_put(inside, x, split, UI_ROLE_BORDER,
			       inside.surface->glyphs->horizontal);
		draw_telling(ui_area_sub(inside, 0, split + 1, width, below), telling,
		             expression.data, lines, full);
	}
	evo_text_clear(&expression);
}

void ui_tree_draw(struct ui_tree_pane *pane, const struct ui_model *model,
                  const struct evo_individual *individual, size_t rank, size_t shown_case,
                  struct ui_area area, bool focused)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	const char *dot = area.surface->glyphs->dot;
	char title[120], note[48] = "";

	if (individual == NULL) {
		struct ui_area inside = ui_frame(area, focused, "Tree", NULL);
		ui_text_fit(inside, 1, 0, inside.rect.width - 1, UI_ROLE_DIM,
		            snapshot->population_count == 0 ? "the best, once there is one"
		                                            : "no row under the cursor");
		return;
	}
	if (pane->of != individual->id) {
		pane->top = pane->left = 0;
		pane->of = individual->id;
	}
	snprintf(title, sizeof(title), "%s #%llu%s%.3f%ssize %zu%s", rank == 1 ? "Best" : "Tree",
	         (unsigned long long) individual->id, dot, individual->fitness, dot,
	         individual->tree.size, individual->injected ? ", injected" : "");
	struct telling telling = {snapshot, individual, shown_case, rank == 1};
	struct ui_area box = ui_area_sub(area, 2, 1, area.rect.width - 3, area.rect.height - 2);
	ui_frame(area, focused, title, NULL);
	draw_inside(pane, box, &telling);
	if (pane->lines > pane->page && pane->page > 0) {
		snprintf(note, sizeof(note), "%zu-%zu/%zu", pane->top + 1, pane->top + pane->page,
		         pane->lines);
		ui_frame(area, focused, title, note);
	}
}
