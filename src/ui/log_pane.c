/*
 * The log pane: newest first, so that what has just happened is where the eye begins.
 */
#include "config.h"

#include "evolve.h"

static void draw_line(struct ui_area area, int y, size_t left, const struct evo_log_line *line)
{
	static const enum ui_role roles[] = {[EVO_LOG_NOTE] = UI_ROLE_TEXT,
	                                     [EVO_LOG_BEST] = UI_ROLE_GOOD,
	                                     [EVO_LOG_WARNING] = UI_ROLE_SERIES_2,
	                                     [EVO_LOG_ERROR] = UI_ROLE_BAD};
	/* A word for what is colour on a screen that has it. */
	static const char *const words[] = {[EVO_LOG_NOTE] = "",
	                                    [EVO_LOG_BEST] = "",
	                                    [EVO_LOG_WARNING] = "warning: ",
	                                    [EVO_LOG_ERROR] = "error: "};
	char generation[24];
	struct evo_text text;

	snprintf(generation, sizeof generation, "%zu", line->generation);
	ui_text_right(area, 4, y, UI_ROLE_DIM, generation);
	evo_text_init(&text);
	evo_text_printf(&text, "%s%s", words[line->kind], line->text);
	const char *shown = text.data;
	for (size_t i = 0; i < left && *shown != '\0'; i++)
		ui_utf8_next(&shown);
	ui_text_fit(area, 5, y, area.rect.width - 5, roles[line->kind], shown);
	evo_text_clear(&text);
}

void ui_log_draw(struct ui_log_pane *pane, const struct ui_model *model, struct ui_area area,
                 bool focused)
{
	const struct ui_log *log = &model->log;
	char title[64] = "Log", note[64] = "";

	pane->page = area.rect.height > 2 ? (size_t) area.rect.height - 2 : 0;
	size_t most = log->count > pane->page ? log->count - pane->page : 0;
	if (pane->back > most)
		pane->back = most;
	if (log->dropped > 0)
		snprintf(title, sizeof title, "Log (%zu lines lost)", log->dropped);
	if (log->count > pane->page)
		snprintf(note, sizeof note, "%zu-%zu/%zu", pane->back + 1, pane->back + pane->page,
		         log->count);
	struct ui_area inside = ui_frame(area, focused, title, note);
	for (size_t i = 0; i < pane->page && pane->back + i < log->count; i++)
		draw_line(inside, (int) i, pane->left, ui_log_at(log, pane->back + i));
}
