/*
 * Keys: to the action that they stand for, to the line that is edited, or as an answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "explorer.h"

static void forget_hints(struct ui_explorer *explorer)
{
	ui_candidates_free(&explorer->candidates);
	*explorer->wrong = '\0';
}

void ui_input_open(struct ui_explorer *explorer, enum ui_mode mode, const char *text)
{
	explorer->mode = mode;
	explorer->line.history = mode == UI_MODE_COMMAND ? &explorer->history : NULL;
	ui_editline_set(&explorer->line, text);
	forget_hints(explorer);
}

void ui_input_ask(struct ui_explorer *explorer, enum ui_action action, const char *subject,
                  const char *otherwise, const char *question, ...)
{
	struct ui_question *asked = &explorer->question;
	va_list arguments;

	explorer->mode = UI_MODE_ASK;
	asked->action = action;
	asked->otherwise = otherwise;
	snprintf(asked->subject, sizeof(asked->subject), "%s", subject);
	va_start(arguments, question);
	vsnprintf(asked->text, sizeof(asked->text), question, arguments);
	va_end(arguments);
	ui_explorer_say(explorer, "%s y/n", asked->text);
}

/* ---- Completion ------------------------------------------------------------------------------ */

static void put_candidate(struct ui_explorer *explorer, const char *word)
{
	ui_editline_replace(&explorer->line, explorer->candidates.from, word);
}

/* The first Tab completes as far as is clear and lists what is left; further ones go through it. */
static void complete(struct ui_explorer *explorer, int step)
{
	struct ui_candidates *candidates = &explorer->candidates;
	char before[UI_LINE_MAX];

	if (candidates->count > 0) {
		size_t count = candidates->count;
		explorer->candidate =
		        explorer->candidate == count
		                ? (step > 0 ? 0 : count - 1)
		                : (explorer->candidate + count + (size_t) step) % count;
		put_candidate(explorer, candidates->words[explorer->candidate]);
		return;
	}
	memcpy(before, explorer->line.text, explorer->line.cursor);
	before[explorer->line.cursor] = '\0';
	ui_candidates_free(candidates);
	ui_complete(before, &explorer->model.snapshot->config, candidates);
	explorer->candidate = candidates->count;
	if (candidates->count == 0)
		return;
	char *common = evo_strndup(candidates->words[0], ui_candidates_common(candidates));
	if (strlen(common) >= explorer->line.cursor - candidates->from)
		put_candidate(explorer, common);
	free(common);
	if (candidates->count > 1)
		return;
	if (candidates->more)
		ui_editline_key(&explorer->line, ' ');
	ui_candidates_drop(candidates);
}

/* ---- The command line ------------------------------------------------------------------------ */

static void run_line(struct ui_explorer *explorer)
{
	struct evo_error err = {0};
	char text[UI_LINE_MAX];

	memcpy(text, explorer->line.text, explorer->line.length + 1);
	ui_history_add(&explorer->history, text);
	explorer->mode = UI_MODE_KEYS;
	if (ui_perform_line(explorer, text, &err))
		return;
	if (err.column == 0) {
		ui_explorer_complain(explorer, &err);
		return;
	}
	/* The place is known: back to the line, with the cursor there. */
	ui_input_open(explorer, UI_MODE_COMMAND, text);
	explorer->line.cursor =
	        err.column - 1 < explorer->line.length ? err.column - 1 : explorer->line.length;
	explorer->wrong_at = explorer->line.cursor;
	snprintf(explorer->wrong, sizeof(explorer->wrong), "%s", err.message);
}

static void command_key(struct ui_explorer *explorer, uint32_t key)
{
	if (key == UI_KEY_TAB || key == UI_KEY_BACK_TAB) {
		complete(explorer, key == UI_KEY_TAB ? 1 : -1);
		return;
	}
	forget_hints(explorer);
	if (key == UI_KEY_ENTER)
		run_line(explorer);
	else if (key == UI_KEY_ESCAPE || key == ('g' & 0x1f) ||
	         (key == UI_KEY_BACKSPACE && explorer->line.length == 0))
		explorer->mode = UI_MODE_KEYS;
	else
		ui_editline_key(&explorer->line, key);
}

/* The table follows every letter. */
static void follow_filter(struct ui_explorer *explorer)
{
	struct evo_error err = {0};

	ui_perform(explorer, UI_ACTION_FILTER, explorer->line.text, &err);
}

static void filter_key(struct ui_explorer *explorer, uint32_t key)
{
	forget_hints(explorer);
	if (key == UI_KEY_ENTER) {
		explorer->mode = UI_MODE_KEYS;
		return;
	}
	if (key == UI_KEY_ESCAPE || key == ('g' & 0x1f)) {
		explorer->mode = UI_MODE_KEYS;
		ui_editline_set(&explorer->line, "");
	} else {
		ui_editline_key(&explorer->line, key);
	}
	follow_filter(explorer);
}

static void answer_key(struct ui_explorer *explorer, uint32_t key)
{
	const struct ui_question *asked = &explorer->question;
	struct evo_error err = {0};

	explorer->mode = UI_MODE_KEYS;
	*explorer->message = '\0';
	if (key != 'y')
		ui_explorer_say(explorer, "%s", asked->otherwise);
	else if (!ui_perform(explorer, asked->action, asked->subject, &err))
		ui_explorer_complain(explorer, &err);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void perform(struct ui_explorer *explorer, enum ui_action action)
{
	struct evo_error err = {0};

	*explorer->message = '\0';
	if (!ui_perform(explorer, action, NULL, &err))
		ui_explorer_complain(explorer, &err);
}

static void action_key(struct ui_explorer *explorer, uint32_t key)
{
	const struct ui_view *front = ui_explorer_front(explorer);

	*explorer->message = '\0';
	if (front->key != NULL && front->key(explorer, key))
		return;
	enum ui_action action = ui_action_of_key(key, front->where(explorer),
	                                         ui_when(explorer->model.snapshot->state));
	if (action != UI_ACTION_COUNT)
		perform(explorer, action);
}

void ui_input_menu(struct ui_explorer *explorer, int x, int y)
{
	explorer->mode = UI_MODE_MENU;
	ui_popup_fill(&explorer->popup, ui_explorer_front(explorer)->where(explorer),
	              ui_explorer_when(explorer), x, y);
}

/* Returns whether what came was for the menu. */
static bool heed_popup(struct ui_explorer *explorer, enum ui_popup_answer answer)
{
	if (answer != UI_POPUP_STAYS)
		explorer->mode = UI_MODE_KEYS;
	if (answer == UI_POPUP_CHOSEN)
		perform(explorer, ui_popup_chosen(&explorer->popup));
	return answer != UI_POPUP_NOT_MINE;
}

void ui_input_key(struct ui_explorer *explorer, uint32_t key)
{
	explorer->changed = true;
	switch (explorer->mode) {
	case UI_MODE_COMMAND:
		command_key(explorer, key);
		break;
	case UI_MODE_FILTER:
		filter_key(explorer, key);
		break;
	case UI_MODE_ASK:
		answer_key(explorer, key);
		break;
	case UI_MODE_MENU:
		/* A key that it does not know does what it does without a menu. */
		if (!heed_popup(explorer, ui_popup_key(&explorer->popup, key)))
			action_key(explorer, key);
		break;
	case UI_MODE_KEYS:
		action_key(explorer, key);
		break;
	}
}

/* ---- Pastes ---------------------------------------------------------------------------------- */

/* The line that is being typed; NULL where there is none. */
static struct ui_editline *open_line(struct ui_explorer *explorer)
{
	const struct ui_view *front = ui_explorer_front(explorer);

	if (explorer->mode == UI_MODE_COMMAND || explorer->mode == UI_MODE_FILTER)
		return &explorer->line;
	return explorer->mode == UI_MODE_KEYS && front->line != NULL ? front->line(explorer) : NULL;
}

/* Why nothing was taken: above the line where that is where people look. */
static void refuse_paste(struct ui_explorer *explorer, const char *why)
{
	if (explorer->mode == UI_MODE_COMMAND || explorer->mode == UI_MODE_FILTER) {
		snprintf(explorer->wrong, sizeof(explorer->wrong), "%s", why);
		explorer->wrong_at = explorer->line.cursor;
	} else if (explorer->mode == UI_MODE_ASK) {
		ui_explorer_say(explorer, "Pasted text is no answer. %s y/n",
		                explorer->question.text);
	} else {
		ui_explorer_say(explorer, "%s", why);
	}
}

static void typed(struct ui_explorer *explorer)
{
	if (explorer->mode == UI_MODE_FILTER)
		follow_filter(explorer);
	else if (explorer->mode == UI_MODE_KEYS)
		ui_explorer_front(explorer)->typed(explorer);
}

void ui_input_paste(struct ui_explorer *explorer, const struct ui_paste *paste)
{
	struct ui_editline *line = open_line(explorer);
	struct evo_text text;

	explorer->changed = true;
	forget_hints(explorer);
	evo_text_init(&text);
	if (line == NULL)
		refuse_paste(explorer, "Pasted text was ignored: it goes into a line that is "
		                       "typed, such as that of :");
	else if (paste->broken)
		refuse_paste(explorer, "the paste broke off: nothing of it was taken");
	else
		ui_paste_line(paste, &text);
	if (line != NULL && !paste->broken) {
		if (paste->size > UI_PASTE_MAX || !ui_editline_paste(line, text.data))
			refuse_paste(explorer, "that is more than the line has room for: nothing "
			                       "of it was taken");
		else
			typed(explorer);
	}
	evo_text_clear(&text);
}

/* ---- Mouse ----------------------------------------------------------------------------------- */

/* A click on what the key line names does it; the right button goes to a row as the left one does,
   and opens the menu there. */
static void mouse_on_screen(struct ui_explorer *explorer, const struct ui_mouse *mouse)
{
	const struct ui_view *front = ui_explorer_front(explorer);
	unsigned action =
	        mouse->wheel == 0 ? ui_marked(&explorer->surface, mouse->x, mouse->y) : UI_NO_MARK;

	if (action != UI_NO_MARK) {
		perform(explorer, action);
		return;
	}
	if (front->mouse != NULL)
		front->mouse(explorer, mouse);
	if (mouse->right)
		ui_input_menu(explorer, mouse->x, mouse->y);
}

void ui_input_mouse(struct ui_explorer *explorer, const struct ui_mouse *mouse)
{
	explorer->changed = true;
	if (explorer->mode == UI_MODE_MENU)
		heed_popup(explorer, ui_popup_mouse(&explorer->popup, mouse));
	else if (explorer->mode == UI_MODE_KEYS)
		mouse_on_screen(explorer, mouse);
}

/* ---- Drawing --------------------------------------------------------------------------------- */

#define LINES_MOST 5

/* In whole words, in as many lines as it takes, of which the last is the line `bottom` of the
   screen. */
static void draw_upwards(struct ui_area all, int bottom, enum ui_role role, const char *text)
{
	int most = bottom + 1 < LINES_MOST ? bottom + 1 : LINES_MOST, width = all.rect.width - 1;
	/* In an area without lines, nothing is drawn. */
	int lines = ui_text_wrap(ui_area_sub(all, 0, 0, width, 0), 1, 0, most, role, text);
	int top = bottom + 1 - lines;

	for (int y = 0; y < lines; y++)
		ui_blank(ui_area_sub(all, 0, top + y, all.rect.width, 1), 0, UI_ROLE_TEXT);
	ui_text_wrap(ui_area_sub(all, 0, top, width, lines), 1, 0, most, role, text);
}

/* What may come next, in a line above the command line; the one in the line stands out. */
static void draw_candidates(const struct ui_explorer *explorer, struct ui_area area)
{
	const struct ui_candidates *candidates = &explorer->candidates;
	size_t first = 0;
	int x = 1;

	/* Whole screenfuls are skipped until the chosen one is seen. */
	for (size_t i = 0, begin = 1;
	     explorer->candidate < candidates->count && i <= explorer->candidate; i++) {
		size_t width = (size_t) ui_text_width(candidates->words[i]) + 2;
		if (begin + width + 8 > (size_t) area.rect.width) {
			first = i;
			begin = 1;
		}
		begin += width;
	}
	ui_blank(area, 0, UI_ROLE_TEXT);
	for (size_t i = first; i < candidates->count; i++) {
		const char *word = candidates->words[i];
		enum ui_role role = i == explorer->candidate ? UI_ROLE_SELECTION : UI_ROLE_DIM;
		bool fits = x + ui_text_width(word) + 8 <= area.rect.width;
		/* One that is too long for any line is cut. */
		if (fits || x == 1)
			x = ui_text_fit(area, x, 0, area.rect.width - 8, role, word) + 2;
		if (!fits) {
			size_t left = candidates->count - i - (x > 1 && i == first ? 1 : 0);
			if (left > 0)
				ui_textf(area, x, 0, UI_ROLE_DIM, "+%zu", left);
			return;
		}
	}
}

/* What may come next, and above it in words what is wanted. */
static void draw_hints(const struct ui_explorer *explorer, struct ui_area all)
{
	const struct ui_candidates *candidates = &explorer->candidates;
	int bottom = all.rect.height - 3;

	if (candidates->count > 0)
		draw_candidates(explorer, ui_area_sub(all, 0, bottom--, all.rect.width, 1));
	if (candidates->hint != NULL && bottom >= 0)
		draw_upwards(all, bottom, UI_ROLE_DIM, candidates->hint);
}

/* What is wrong, with a mark over the column where it is: beside it or, where it is long, above. */
static void draw_wrong(const struct ui_explorer *explorer, struct ui_area all, int column)
{
	int y = all.rect.height - 3, width = ui_text_width(explorer->wrong);
	struct ui_area line = ui_area_sub(all, 0, y, all.rect.width, 1);

	ui_blank(line, 0, UI_ROLE_TEXT);
	ui_put(line, column, 0, UI_ROLE_BAD, all.surface->glyphs->down);
	if (column + 3 + width <= all.rect.width)
		ui_text(line, column + 2, 0, UI_ROLE_BAD, explorer->wrong);
	else if (column - 1 - width >= 0)
		ui_text(line, column - 1 - width, 0, UI_ROLE_BAD, explorer->wrong);
	else if (y > 0)
		draw_upwards(all, y - 1, UI_ROLE_BAD, explorer->wrong);
}

static void draw_keys(struct ui_area area, enum ui_mode mode)
{
	static const struct ui_hint command[] = {
	        {"Enter", "run"}, {"Tab", "complete"}, {"Up", "earlier"}, {"Esc", "cancel"}};
	static const struct ui_hint filter[] = {{"Enter", "keep"}, {"Esc", "drop"}};

	if (mode == UI_MODE_COMMAND)
		ui_hint_line(area, command, EVO_COUNT(command));
	else
		ui_hint_line(area, filter, EVO_COUNT(filter));
}

void ui_input_draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_area all = ui_surface_area(surface);
	int rows = surface->rows;
	struct ui_area line = ui_area_sub(all, 0, rows - 2, surface->columns, 1);
	struct ui_area keys = ui_area_sub(all, 0, rows - 1, surface->columns, 1);
	if (explorer->mode == UI_MODE_MENU)
		ui_popup_draw(&explorer->popup, surface);
	bool editing = explorer->mode == UI_MODE_COMMAND || explorer->mode == UI_MODE_FILTER;

	if (rows < 3) /* there is one line: what is typed, or what is said */
		line = ui_area_sub(all, 0, 0, surface->columns, 1);
	if (editing) {
		const char *prompt = explorer->mode == UI_MODE_COMMAND ? ":" : "/";
		ui_blank(line, 0, UI_ROLE_TEXT);
		int column = ui_editline_draw(&explorer->line, line, prompt, explorer->wrong_at);
		if (rows < 3)
			return;
		draw_keys(keys, explorer->mode);
		if (*explorer->wrong != '\0')
			draw_wrong(explorer, all, column);
		else
			draw_hints(explorer, all);
	} else if (*explorer->message != '\0') {
		draw_upwards(all, rows < 3 ? 0 : rows - 2,
		             explorer->message_bad           ? UI_ROLE_BAD
		             : explorer->mode == UI_MODE_ASK ? UI_ROLE_ACCENT
		                                             : UI_ROLE_TEXT,
		             explorer->message);
	}
}
