/*
 * Drawing a table: its columns are fitted into the area, then titles and rows are drawn, cell by
 * cell.
 */
#include "config.h"

#include "table.h"

void ui_table_add(struct ui_table *table, struct ui_column column)
{
	if (table->count < UI_COLUMNS_MAX)
		table->columns[table->count++] = column;
}

bool ui_table_shows(const struct ui_table *table, unsigned id)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->columns[i].id == id)
			return true;
	return false;
}

/* Takes out what has no room, and sets the widths of the others. */
static void fit(struct ui_table *table, int room)
{
	struct evo_column columns[UI_COLUMNS_MAX];
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct ui_column *from = &table->columns[i];
		const size_t width = (size_t) from->width;
		const bool grows = from->grows && room > from->width;

		columns[i] = (struct evo_column){.gap = (size_t) from->gap,
		                                 .width = grows ? (size_t) room : width,
		                                 .least = width,
		                                 .priority = from->priority};
	}
	evo_columns_fit(columns, table->count, room > 0 ? (size_t) room : 0);
	for (size_t i = 0; i < table->count; i++) {
		if (columns[i].left_out)
			continue;
		table->columns[kept] = table->columns[i];
		table->columns[kept++].width = (int) columns[i].width;
	}
	table->count = kept;
}

static void draw_cell(struct ui_area area, int x, int y, const struct ui_column *column,
                      enum ui_role role, const char *text)
{
	int room = area.rect.width - x;
	int width = column->spills || column->width > room ? room : column->width;

	if (column->left)
		ui_text_fit(area, x, y, width, role, text);
	else
		ui_text_right(area, x + column->width, y, role, text);
}

static void draw_titles(const struct ui_table *table, struct ui_area area)
{
	const struct ui_glyphs *glyphs = area.surface->glyphs;
	int x = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct ui_column *column = &table->columns[i];
		x += column->gap;
		if (column->title != NULL)
			draw_cell(area, x, 0, column,
			          column->id == table->lit ? UI_ROLE_ACCENT : UI_ROLE_DIM,
			          column->title);
		/* The arrow stands beside the title, in a column that nothing else uses. */
		if (column->title != NULL && column->id == table->sorted)
			ui_put(area,
			       x + (column->left ? ui_text_width(column->title) : column->width), 0,
			       UI_ROLE_ACCENT, table->rises ? glyphs->up : glyphs->down);
		x += column->width;
	}
}

static void draw_row(const struct ui_table *table, struct ui_area area, int y, size_t row,
                     bool under, struct evo_text *text)
{
	const bool chosen = under && !table->elsewhere;
	const int bar = table->by_cell ? table->bar : area.rect.width;
	int x = 0;

	if (chosen)
		ui_fill(area, 0, y, bar, UI_ROLE_SELECTION);
	if (under)
		ui_put(area, 0, y, chosen ? UI_ROLE_SELECTION : UI_ROLE_TEXT,
		       area.surface->glyphs->cursor);
	for (size_t i = 0; i < table->count; i++) {
		const struct ui_column *column = &table->columns[i];
		bool marked;

		x += column->gap;
		marked = chosen && (x < bar || (table->by_cell && column->id == table->lit));
		evo_text_reset(text);
		enum ui_role role = column->role;
		table->cell(table, row, column->id, text, &role);
		draw_cell(area, x, y, column, marked ? UI_ROLE_SELECTION : role, text->data);
		x += column->width;
	}
}

void ui_table_draw(struct ui_table *table, struct ui_area area, const struct ui_list *list,
                   size_t rows)
{
	struct evo_text text;

	fit(table, area.rect.width);
	draw_titles(table, area);
	evo_text_init(&text);
	for (size_t i = 0; i < list->page && list->top + i < rows; i++)
		draw_row(table, area, list->above + (int) i, list->top + i,
		         list->top + i == list->cursor, &text);
	evo_text_clear(&text);
}
