/*
 * The log pane: newest first, so that what has just happened is where the eye begins.
 */
#include "config.h"

#include <math.h>

#include "evolve.h"

#define LINES_MOST 4 /* of an entry */

/* Returns the line after it. */
static int draw_entry(const struct ui_model *model, struct ui_area area, int y,
                      const struct evo_log_line *line)
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

	snprintf(generation, sizeof(generation), "%zu", line->generation);
	ui_text_right(area, 4, y, UI_ROLE_DIM, generation);
	evo_text_init(&text);
	evo_text_printf(&text, "%s%s", words[line->kind], line->text);
	if (!isnan(line->seconds) && !model->fixed_clock)
		evo_text_printf(&text, ", %.1f s", line->seconds);
	y = ui_text_wrap(area, 5, y, LINES_MOST, roles[line->kind], text.data);
	evo_text_clear(&text);
	return y;
}

void ui_log_draw(struct ui_log_pane *pane, const struct ui_model *model, struct ui_area area,
                 bool focused)
{
	const struct ui_log *log = &model->log;
	char title[64] = "Log", note[64] = "";

	int height = area.rect.height > 2 ? area.rect.height - 2 : 0;
	if (log->dropped > 0)
		snprintf(title, sizeof(title), "Log (%zu lines lost)", log->dropped);
	if (pane->back >= log->count)
		pane->back = log->count > 0 ? log->count - 1 : 0;
	struct ui_area inside = ui_frame(area, focused, title, NULL);
	size_t shown = 0;
	for (int y = 0; y < height && pane->back + shown < log->count; shown++)
		y = draw_entry(model, inside, y, ui_log_at(log, pane->back + shown));
	pane->page = shown;
	if (pane->back > 0 || shown < log->count) {
		snprintf(note, sizeof(note), "%zu-%zu/%zu", pane->back + 1, pane->back + shown,
		         log->count);
		ui_frame(area, focused, title, note);
	}
}
