/*
 * The explorer's life: open, wait for keys, news and signals, draw what changed, close.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bindings.h"
#include "compare.h"
#include "explorer.h"
#include "signals.h"

#define FRAME_SECONDS (1.0 / 30)
#define LOG_BATCH     16
/* Between two looks at whether a paste has broken off. */
#define PASTE_MILLISECONDS 100

struct evo_explorer_config evo_explorer_config_default(void)
{
	return (struct evo_explorer_config){.run = evo_run_config_default()};
}

void ui_explorer_say(struct ui_explorer *explorer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(explorer->message, sizeof(explorer->message), format, arguments);
	va_end(arguments);
	explorer->message_bad = explorer->message_waits = false;
	explorer->changed = true;
}

void ui_explorer_complain(struct ui_explorer *explorer, const struct evo_error *err)
{
	evo_error_text(err, explorer->message, sizeof(explorer->message));
	explorer->message_bad = true;
	explorer->message_waits = false;
	explorer->changed = true;
}

const struct ui_view *const ui_screens[UI_SCREENS] = {
        &ui_evolve_view, &ui_edit_view, &ui_compare_view, &ui_benchmarks_view, &ui_runs_view};

void ui_explorer_go(struct ui_explorer *explorer, const struct ui_view *view)
{
	for (size_t i = 0; i < UI_SCREENS; i++) {
		if (ui_screens[i] != view || explorer->opened[i])
			continue;
		explorer->opened[i] = true;
		view->open(explorer);
	}
	explorer->view = view;
	explorer->over = NULL;
	if (view->enter != NULL)
		view->enter(explorer);
	view->update(explorer);
	explorer->changed = true;
}

static void ask_nothing(struct ui_explorer *explorer)
{
	ui_evolve_forget(explorer);
	ui_edit_forget_all(explorer);
}

void ui_explorer_scorer(struct ui_explorer *explorer)
{
	struct ui_scorer *scorer = &explorer->scorer;
	struct evo_error err = {0};

	if (scorer->study != NULL && scorer->renewals == explorer->renewals)
		return;
	ask_nothing(explorer);
	if (ui_scorer_open(scorer, &explorer->run_config, &explorer->model.snapshot->config, &err))
		scorer->renewals = explorer->renewals;
	else
		ui_explorer_complain(explorer, &err);
}

/* The number of a screen, with its name when that is in front. */
static int screen_text(const struct ui_explorer *explorer, size_t screen, char *out, size_t size)
{
	const struct ui_view *view = ui_screens[screen];
	char key[UI_KEY_NAME_SIZE];
	bool front = view == explorer->view;

	ui_key_name(ui_action_key(view->action, 0), key);
	snprintf(out, size, "%s%s%s", key, front ? " " : "", front ? view->name : "");
	return ui_text_width(out);
}

/* The screens at the right end. Returns the column where they begin. */
static int draw_screens(const struct ui_explorer *explorer, struct ui_area area)
{
	char text[80];
	int begin = area.rect.width - UI_SCREENS;

	for (size_t i = 0; i < UI_SCREENS; i++)
		begin -= screen_text(explorer, i, text, sizeof(text));
	if (begin <= area.rect.width / 2)
		return area.rect.width;
	int x = begin;
	for (size_t i = 0; i < UI_SCREENS; i++) {
		int width = screen_text(explorer, i, text, sizeof(text));
		ui_mark(area, x, 0, width, ui_screens[i]->action);
		x = ui_text(area, x, 0, UI_ROLE_DIM, text) + 1;
	}
	return begin;
}

unsigned ui_explorer_when(const struct ui_explorer *explorer)
{
	return explorer->run_config.watch ? UI_WHEN_WATCHED
	                                  : ui_when(explorer->model.snapshot->state);
}

void ui_explorer_edges(struct ui_explorer *explorer, struct ui_surface *surface,
                       const struct ui_layout *layout, const char *what)
{
	struct ui_area keys = ui_area_of(surface, layout->keys);
	int width = draw_screens(explorer, keys);

	ui_status_draw(&explorer->model, ui_area_of(surface, layout->status), what);
	ui_key_line(ui_area_sub(keys, 0, 0, width, 1), explorer->view->where(explorer),
	            ui_explorer_when(explorer));
}

const struct ui_view *ui_explorer_front(const struct ui_explorer *explorer)
{
	return explorer->over != NULL ? explorer->over : explorer->view;
}

/* ---- News of the search ---------------------------------------------------------------------- */

/* The log soon goes on, and a warning is to be seen; but not in the place of what went wrong with
   the last key or command. */
static void warn(struct ui_explorer *explorer, const struct evo_log_line *line)
{
	if (line->kind != EVO_LOG_WARNING || (explorer->message_bad && *explorer->message != 0))
		return;
	ui_explorer_say(explorer, "%s", line->text);
	explorer->message_bad = true;
}

void ui_explorer_refresh(struct ui_explorer *explorer)
{
	struct evo_log_line lines[LOG_BATCH];
	size_t got, dropped = 0;

	evo_snapshot_release(explorer->model.snapshot);
	explorer->model.snapshot = evo_run_snapshot(explorer->run);
	if (explorer->message_waits && !explorer->model.snapshot->waits)
		*explorer->message = '\0';
	do {
		got = evo_run_log(explorer->run, &explorer->next_log, lines, LOG_BATCH, &dropped);
		for (size_t i = 0; i < got; i++) {
			ui_log_add(&explorer->model.log, &lines[i]);
			warn(explorer, &lines[i]);
		}
		explorer->model.log.dropped += dropped;
	} while (got == LOG_BATCH);
	explorer->view->update(explorer);
	explorer->changed = true;
}

/* ---- Frames ---------------------------------------------------------------------------------- */

void ui_explorer_compose(struct ui_explorer *explorer)
{
	int columns, rows;

	ui_terminal_size(&columns, &rows);
	if (columns != explorer->surface.columns || rows != explorer->surface.rows)
		ui_surface_resize(&explorer->surface, columns, rows);
	else
		ui_surface_clear(&explorer->surface);
	ui_explorer_front(explorer)->draw(explorer, &explorer->surface);
	ui_input_draw(explorer, &explorer->surface);
}

static void draw_frame(struct ui_explorer *explorer)
{
	ui_explorer_compose(explorer);
	ui_terminal_show(&explorer->surface);
	explorer->changed = false;
}

/* ---- Scripts --------------------------------------------------------------------------------- */

static bool script_keys(struct ui_explorer *explorer, const char *text, struct evo_error *err)
{
	uint32_t key;

	while (*text != '\0' && !explorer->ended) {
		if (!ui_script_key(&text, &key, err))
			return false;
		ui_input_key(explorer, key);
	}
	return true;
}

static bool script_line(struct ui_explorer *explorer, const char *line, struct evo_error *err)
{
	struct evo_error wrong = {0};
	bool good;

	if (*line == ':') {
		explorer->scripted = true;
		good = ui_perform_line(explorer, line + 1, &wrong);
		explorer->scripted = false;
		explorer->changed = true;
	} else if (strncmp(line, "keys ", 5) == 0) {
		good = script_keys(explorer, line + 5, &wrong);
	} else {
		good = evo_fail(&wrong, EVO_E_INPUT, "a line is 'keys TEXT' or ':COMMAND'");
	}
	return good || evo_fail_at(err, EVO_E_INPUT, explorer->script.path, explorer->script.line,
	                           0, "%s", wrong.message);
}

static bool is_busy(const struct ui_explorer *explorer)
{
	for (size_t i = 0; i < UI_SCREENS; i++)
		if (explorer->opened[i] && ui_screens[i]->busy != NULL &&
		    ui_screens[i]->busy(explorer))
			return true;
	return false;
}

/* A wait sees no state from before the last command was heeded. */
static bool may_go_on(const struct ui_explorer *explorer)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	const struct ui_wait *wait = &explorer->script.wait;

	return wait->kind == UI_WAIT_NOTHING || (snapshot->heeded >= evo_run_sent(explorer->run) &&
	                                         ui_wait_over(wait, snapshot, is_busy(explorer)));
}

/* Performs what can be performed now. False when the script failed. */
static bool go_on_with_script(struct ui_explorer *explorer, struct evo_error *err)
{
	struct ui_script *script = &explorer->script;
	bool good = true;

	while (good && script->text != NULL && !explorer->ended && may_go_on(explorer)) {
		script->wait.kind = UI_WAIT_NOTHING;
		char *line = ui_script_line(script);
		if (line == NULL) {
			ui_script_close(script);
			break;
		}
		good = script_line(explorer, line, err);
		free(line);
		/* What a command has led to is seen by the next one. */
		ui_explorer_refresh(explorer);
	}
	return good;
}

/* ---- The loop -------------------------------------------------------------------------------- */

static void take_signals(struct ui_explorer *explorer)
{
	int number;

	while ((number = ui_signals_next()) != 0) {
		explorer->changed = true;
		if (number == SIGWINCH)
			ui_terminal_resized();
		else if (number == SIGTSTP)
			ui_terminal_stop();
		else if (number == SIGCONT)
			ui_terminal_continue();
		else
			explorer->signal = number;
	}
}

static void take_keys(struct ui_explorer *explorer)
{
	struct ui_mouse mouse;
	uint32_t key;

	double until = evo_now() + FRAME_SECONDS;

	explorer->keys_left = false;
	while (!explorer->ended && (key = ui_terminal_key(&mouse)) != UI_KEY_NONE) {
		if (key == UI_KEY_MOUSE)
			ui_input_mouse(explorer, &mouse);
		else if (key == UI_KEY_PASTE)
			ui_input_paste(explorer, ui_terminal_paste());
		else if (key != UI_KEY_USELESS)
			ui_input_key(explorer, key);
		/* However many come, they are seen to do something. */
		explorer->keys_left = evo_now() >= until;
		if (explorer->keys_left)
			return;
	}
}

static int wait_milliseconds(const struct ui_explorer *explorer, double last_frame)
{
	if (explorer->keys_left)
		return 0;
	if (!explorer->changed)
		return ui_terminal_is_pasting() ? PASTE_MILLISECONDS : -1;
	double left = FRAME_SECONDS - (evo_now() - last_frame);
	return left > 0 ? (int) ceil(left * 1000) : 0;
}

/* What is waited for: keys, signals, the search, and the work of screens. Returns how many. */
static size_t watched(const struct ui_explorer *explorer, struct pollfd *list)
{
	size_t count = 0;

	list[count++] = (struct pollfd){.fd = 0, .events = POLLIN};
	list[count++] = (struct pollfd){.fd = ui_signals_descriptor(), .events = POLLIN};
	list[count++] = (struct pollfd){.fd = evo_run_descriptor(explorer->run), .events = POLLIN};
	list[count++] = (struct pollfd){.fd = explorer->scorer.study != NULL
	                                              ? evo_study_descriptor(explorer->scorer.study)
	                                              : -1,
	                                .events = POLLIN};
	for (size_t i = 0; i < UI_SCREENS; i++) {
		const struct ui_view *view = ui_screens[i];
		bool has = explorer->opened[i] && view->descriptor != NULL;
		list[count++] = (struct pollfd){.fd = has ? view->descriptor(explorer) : -1,
		                                .events = POLLIN};
	}
	return count;
}

static void hear_scorer(struct ui_explorer *explorer)
{
	ui_scorer_hear(&explorer->scorer);
	for (size_t i = 0; i < UI_SCREENS; i++)
		if (explorer->opened[i] && ui_screens[i]->weighed != NULL)
			ui_screens[i]->weighed(explorer);
	explorer->changed = true;
}

static void take_news(struct ui_explorer *explorer, const struct pollfd *list)
{
	if (list[2].revents != 0)
		ui_explorer_refresh(explorer);
	if (list[3].revents != 0 && explorer->scorer.study != NULL)
		hear_scorer(explorer);
	for (size_t i = 0; i < UI_SCREENS; i++) {
		if (list[4 + i].revents == 0 || !explorer->opened[i])
			continue;
		ui_screens[i]->news(explorer);
		explorer->changed = explorer->changed || ui_screens[i] == explorer->view;
	}
}

static bool loop(struct ui_explorer *explorer, struct evo_error *err)
{
	double last_frame = -1;

	while (!explorer->ended && explorer->signal == 0) {
		struct pollfd list[4 + UI_SCREENS];
		int ready = poll(list, (nfds_t) watched(explorer, list),
		                 wait_milliseconds(explorer, last_frame));
		if (ready < 0 && errno != EINTR)
			return evo_fail(err, EVO_E_IO, "cannot wait for keys: %s", strerror(errno));
		take_signals(explorer);
		if (ready > 0)
			take_news(explorer, list);
		bool input = ready > 0 && list[0].revents != 0;
		if (input && ui_terminal_ended())
			explorer->signal = SIGHUP; /* the terminal is gone */
		if (input || explorer->keys_left || ui_terminal_is_pasting())
			take_keys(explorer);
		if (!go_on_with_script(explorer, err))
			return false;
		if (explorer->changed && evo_now() - last_frame >= FRAME_SECONDS) {
			draw_frame(explorer);
			last_frame = evo_now();
		}
	}
	return true;
}

/* ---- Open and close -------------------------------------------------------------------------- */

static bool open_explorer(struct ui_explorer *explorer, const struct evo_explorer_config *config,
                          struct evo_error *err)
{
	const char *theme = config->theme != NULL ? config->theme : "dark";
	struct evo_error wrong = {0};

	if (config->script != NULL && !ui_script_open(&explorer->script, config->script, err))
		return false;
	evo_run_config_copy(&explorer->run_config, &config->run);
	explorer->next_seed = config->run.seed + 1;
	explorer->model.fixed_clock = config->fixed_clock;
	explorer->run = evo_run_create(&config->run, err);
	if (explorer->run == NULL)
		return false;
	explorer->model.snapshot = evo_run_snapshot(explorer->run);
	ui_model_announce(&explorer->model, &config->run);
	if (!ui_terminal_open(config->ascii, !config->no_mouse, err))
		return false;
	ui_surface_init(&explorer->surface, ui_terminal_glyphs());
	ui_theme_builtin(&explorer->theme);
	/* A broken theme, or broken keys, are said, and the explorer opens as if there were
	   none. */
	ui_theme_load(theme, &explorer->theme, &wrong);
	ui_bindings_load(&wrong);
	ui_terminal_theme(&explorer->theme);
	ui_explorer_go(explorer, &ui_evolve_view);
	if (wrong.code != EVO_OK)
		ui_explorer_complain(explorer, &wrong);
	return true;
}

static void save_history(struct ui_explorer *explorer, const char *path)
{
	/* A folder that cannot be written to is no reason to say anything on the way out. */
	if (explorer->history.changed)
		ui_history_write(&explorer->history, path, NULL);
}

static void end_work(struct ui_explorer *explorer)
{
	if (explorer->run != NULL)
		evo_run_end(explorer->run);
	if (explorer->scorer.study != NULL)
		evo_study_end(explorer->scorer.study);
	if (explorer->compare != NULL && explorer->compare->study != NULL)
		evo_study_end(explorer->compare->study);
}

/* Returns what is not stored, as evo_run_finish does. */
static char *close_explorer(struct ui_explorer *explorer)
{
	char *unstored = NULL;

	/* The terminal is given back at once; what is at work ends meanwhile, all of it
	   together. */
	end_work(explorer);
	ui_terminal_close();
	ask_nothing(explorer);
	ui_scorer_close(&explorer->scorer);
	for (size_t i = 0; i < UI_SCREENS; i++)
		if (explorer->opened[i])
			ui_screens[i]->close(explorer);
	ui_script_close(&explorer->script);
	ui_candidates_free(&explorer->candidates);
	ui_history_free(&explorer->history);
	ui_surface_free(&explorer->surface);
	ui_log_free(&explorer->model.log);
	if (explorer->run != NULL) {
		evo_snapshot_release(explorer->model.snapshot);
		unstored = evo_run_finish(explorer->run);
	}
	evo_run_config_clear(&explorer->run_config);
	return unstored;
}

int evo_explorer(const struct evo_explorer_config *config, char **unstored, struct evo_error *err)
{
	struct ui_explorer *explorer = evo_calloc(1, sizeof(*explorer));
	char *history = evo_path_state("history");
	bool good = open_explorer(explorer, config, err);

	if (good) {
		/* Scripts neither see nor leave history, so that they always do the same. */
		if (config->script == NULL)
			ui_history_read(&explorer->history, history);
		if (config->start)
			good = ui_perform(explorer, UI_ACTION_START, "", err);
		good = good && loop(explorer, err);
		if (config->script == NULL)
			save_history(explorer, history);
	}
	int number = explorer->signal;
	*unstored = close_explorer(explorer);
	free(explorer);
	free(history);
	if (number != 0)
		ui_signals_die(number);
	return good ? 0 : 1;
}
