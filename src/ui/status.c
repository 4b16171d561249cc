/*
 * The status line: what is searched at the left, how it goes at the right.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evolve.h"

#define BAR_WIDTH 12

static enum ui_role state_role(enum evo_run_state state)
{
	switch (ui_when(state)) {
	case UI_WHEN_GOING:
		return UI_ROLE_GOOD;
	case UI_WHEN_PAUSED:
		return UI_ROLE_SERIES_2;
	default:
		return state == EVO_RUN_FAILED ? UI_ROLE_BAD : UI_ROLE_ACCENT;
	}
}

/* Speed and what is left, as far as known. */
static void pace_text(const struct ui_model *model, bool wide, char *out, size_t size)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	char number[32];
	size_t used = 0;

	*out = '\0';
	if (model->fixed_clock || ui_when(snapshot->state) == UI_WHEN_IDLE)
		return;
	if (snapshot->evaluations_per_second > 0 && wide) {
		ui_grouped(snapshot->evaluations_per_second, number, sizeof(number));
		used = (size_t) snprintf(out, size, "  %s ev/s", number);
	}
	bool going = ui_when(snapshot->state) == UI_WHEN_GOING;
	double seconds = going ? snapshot->remaining : snapshot->elapsed;
	if (going && seconds < 1)
		seconds = 1; /* what takes longer than was thought is not over */
	ui_duration(seconds, number, sizeof(number));
	if (*number != '-' && used < size)
		snprintf(out + used, size - used, "  %s %s", number, going ? "left" : "in all");
}

/* Draws the right part from `right` leftwards; returns the column where it begins. */
static int draw_progress(const struct ui_model *model, struct ui_area area, int right)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	char text[96], state[32];
	int x;

	/* Where it is narrow, preset and seed are worth more than the speed. */
	pace_text(model, area.rect.width >= 90, text, sizeof(text));
	x = ui_text_right(area, right, 0, UI_ROLE_DIM, text);
	if (ui_when(snapshot->state) == UI_WHEN_GOING && snapshot->phase_total > 0) {
		double share = (double) snapshot->phase_done / (double) snapshot->phase_total;
		snprintf(text, sizeof(text), " %3.0f %%", floor(100 * share));
		x = ui_text_right(area, x, 0, UI_ROLE_TEXT, text);
		x -= BAR_WIDTH;
		ui_bar(area, x, 0, BAR_WIDTH, share, UI_ROLE_ACCENT);
		if (area.rect.width >= 130) { /* of one width, so that nothing beside it jumps */
			snprintf(text, sizeof(text), "%-10.*s ",
			         (int) strcspn(snapshot->phase, " "), snapshot->phase);
			x = ui_text_right(area, x, 0, UI_ROLE_DIM, text);
		}
	}
	if (snapshot->generations > 0) {
		snprintf(text, sizeof(text), " gen %zu/%zu ", snapshot->generation,
		         snapshot->generations);
		x = ui_text_right(area, x, 0, UI_ROLE_TEXT, text);
	}
	snprintf(state, sizeof(state), "%s",
	         snapshot->waits ? "waiting" : evo_run_state_name(snapshot->state));
	for (char *c = state; *c != '\0'; c++)
		*c = (char) toupper((unsigned char) *c);
	return ui_text_right(area, x, 0, state_role(snapshot->state), state);
}

void ui_status_draw(const struct ui_model *model, struct ui_area area, const char *what)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	const struct evo_run_case *cases;
	struct evo_text text;
	size_t count;
	int end = draw_progress(model, area, area.rect.width - 1), x = 1;

	if (area.rect.width >= 100)
		x = ui_text(area, x, 0, UI_ROLE_ACCENT, "evoscope") + 2;
	if (what != NULL) {
		ui_text_fit(area, x, 0, end - 2 - x, UI_ROLE_TEXT, what);
		return;
	}
	evo_text_init(&text);
	cases = ui_model_cases(model, &count);
	for (size_t i = 0; i < count; i++)
		evo_text_printf(&text, "%s%s", i > 0 ? " " : "",
		                i > 0 ? ui_case_title(cases, count, i) : cases[i].name);
	char how[80];
	snprintf(how, sizeof(how), "%s%s seed %llu", area.surface->glyphs->dot, snapshot->preset,
	         (unsigned long long) snapshot->seed);
	int room = end - 2 - x, names = room - ui_text_width(how);
	x = ui_text_fit(area, x, 0, names < 8 ? room : names, UI_ROLE_TEXT, text.data);
	ui_text_fit(area, x, 0, end - 2 - x, UI_ROLE_DIM, how);
	evo_text_clear(&text);
}
