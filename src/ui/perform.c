/*
 * Doing actions: what is about the search or the explorer itself; the rest is the view's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "explorer.h"
#include "svg.h"

/* ---- The search ------------------------------------------------------------------------------ */

static bool send(struct ui_explorer *explorer, enum evo_command_kind kind, const char *text,
                 struct evo_error *err)
{
	return evo_run_send(explorer->run, kind, text, err);
}

/* What was injected into a new search that has not begun goes into the one that takes its place. */
static void inject_again(const struct ui_explorer *explorer, struct evo_run *run)
{
	const struct evo_snapshot *from = explorer->model.snapshot;

	if (from->state != EVO_RUN_IDLE || explorer->run_config.resume != NULL)
		return;
	for (size_t i = 0; i < from->intervention_count; i++) {
		if (from->interventions[i].kind == EVO_COMMAND_INJECT)
			evo_run_send(run, EVO_COMMAND_INJECT, from->interventions[i].text, NULL);
	}
}

bool ui_explorer_renew(struct ui_explorer *explorer, const struct evo_run_config *config,
                       struct evo_error *err)
{
	struct evo_run *run;

	run = evo_run_replace(explorer->run, config, err);
	if (run == NULL)
		return false;
	if (config->resume == NULL)
		inject_again(explorer, run);
	evo_snapshot_release(explorer->model.snapshot);
	evo_run_config_clear(&explorer->run_config);
	evo_run_config_copy(&explorer->run_config, config);
	explorer->run = run;
	explorer->renewals++;
	explorer->next_seed = explorer->run_config.seed + 1;
	explorer->next_log = 0;
	explorer->model.snapshot = evo_run_snapshot(run);
	ui_log_free(&explorer->model.log);
	ui_model_announce(&explorer->model, &explorer->run_config);
	ui_evolve_renew(&explorer->evolve);
	ui_explorer_refresh(explorer);
	return true;
}

/* A new search in place of the present one, with its settings and another seed. */
static bool renew(struct ui_explorer *explorer, uint64_t seed, struct evo_error *err)
{
	struct evo_run_config config;

	evo_run_config_next(&config, &explorer->run_config);
	config.gp = explorer->model.snapshot->config;
	config.seed = seed;
	bool good = ui_explorer_renew(explorer, &config, err);
	evo_run_config_clear(&config);
	return good;
}

static bool start(struct ui_explorer *explorer, const char *argument, struct evo_error *err)
{
	enum ui_when when = ui_when(explorer->model.snapshot->state);

	if (when == UI_WHEN_ENDED) {
		unsigned long long seed = (unsigned long long) explorer->next_seed;
		if (argument == NULL) {
			ui_input_ask(explorer, UI_ACTION_START, "", "No new search was started.",
			             "Start a new search with seed %llu and drop this one?", seed);
			return true;
		}
		if (!renew(explorer, explorer->next_seed, err))
			return false;
	}
	if (!send(explorer, EVO_COMMAND_START, NULL, err))
		return false;
	if (explorer->model.snapshot->waits) {
		ui_explorer_say(explorer, "It starts when the search before it has ended the "
		                          "networks at work.");
		explorer->message_waits = true;
	}
	return true;
}

static bool seed(struct ui_explorer *explorer, const char *argument, struct evo_error *err)
{
	int64_t number;

	if (!evo_integer_parse(argument, 0, INT64_MAX, &number, err))
		return false;
	if (explorer->model.snapshot->state == EVO_RUN_IDLE && !explorer->run_config.watch)
		return renew(explorer, (uint64_t) number, err);
	explorer->next_seed = (uint64_t) number;
	ui_explorer_say(explorer, "The next search will have seed %lld.", (long long) number);
	return true;
}

/* What a setting is, and may be. */
static void say_setting(struct ui_explorer *explorer, const struct evo_setting *setting)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	char value[sizeof(snapshot->config.exclude)], range[EVO_SETTING_RANGE];
	bool fixed = !setting->live && ui_when(snapshot->state) != UI_WHEN_IDLE;

	evo_gp_config_get(&snapshot->config, setting, value, sizeof(value));
	evo_setting_range(setting, range);
	ui_explorer_say(explorer, "%s is %s (%s): %s%s", setting->name,
	                *value != '\0' ? value : "none", range, setting->help,
	                fixed ? "; it cannot change while a search runs" : "");
}

static bool set(struct ui_explorer *explorer, const char *argument, struct evo_error *err)
{
	if (strpbrk(argument, " =") == NULL) {
		const struct evo_setting *setting = evo_setting_find(argument, err);
		if (setting != NULL)
			say_setting(explorer, setting);
		return setting != NULL;
	}
	if (!send(explorer, EVO_COMMAND_SET, argument, err))
		return false;
	ui_explorer_say(explorer, "Asked for: %s", argument);
	return true;
}

static bool export_csv(struct ui_explorer *explorer, const char *argument, struct evo_error *err)
{
	if (strncmp(argument, "csv ", 4) != 0 || argument[4] == '\0')
		return evo_fail(err, EVO_E_USAGE,
		                "export needs 'csv' and a folder: export csv DIR");
	const char *folder = argument + 4;
	if (!evo_make_directories(folder, err) ||
	    !evo_run_export(explorer->model.snapshot, folder, err))
		return false;
	ui_explorer_say(explorer, "Wrote generations.csv, population.csv and front.csv to %s",
	                folder);
	return true;
}

static bool inject(struct ui_explorer *explorer, const char *text, struct evo_error *err)
{
	if (!send(explorer, EVO_COMMAND_INJECT, text, err))
		return false;
	ui_explorer_say(explorer, "Enters the next generation that begins: %s", text);
	return true;
}

/* ---- The explorer ---------------------------------------------------------------------------- */

static bool copy(struct ui_explorer *explorer, struct evo_error *err)
{
	const struct evo_individual *individual =
	        explorer->view->selected != NULL ? explorer->view->selected(explorer) : NULL;
	struct evo_text text;

	if (individual == NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "there is no expression under the cursor yet; s begins a search");
	evo_text_init(&text);
	evo_tree_print(&individual->tree, &text);
	bool copied = ui_terminal_copy(text.data);
	if (copied)
		ui_explorer_say(explorer, "Copied: %s", text.data);
	evo_text_clear(&text);
	return copied ||
	       evo_fail(err, EVO_E_USAGE, "this terminal has no clipboard that programs can reach");
}

static bool is_picture(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && strcmp(path + length - 4, ".svg") == 0;
}

static void write_rows(const struct ui_surface *surface, struct evo_text *out)
{
	for (int y = 0; y < surface->rows; y++) {
		ui_surface_row(surface, y, out);
		evo_text_append(out, "\n");
	}
}

static bool save_screen(struct ui_explorer *explorer, const char *path, struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);
	struct evo_text text;

	if (file == NULL)
		return false;
	ui_explorer_compose(explorer);
	evo_text_init(&text);
	if (is_picture(path))
		ui_svg(&explorer->surface, &explorer->theme, &text);
	else
		write_rows(&explorer->surface, &text);
	fputs(text.data, evo_file_stream(file));
	evo_text_clear(&text);
	if (!evo_file_commit(file, err))
		return false;
	if (!explorer->scripted)
		ui_explorer_say(explorer, "Wrote the screen to %s", path);
	return true;
}

static bool theme(struct ui_explorer *explorer, const char *name, struct evo_error *err)
{
	if (!ui_theme_load(name, &explorer->theme, err))
		return false;
	ui_terminal_theme(&explorer->theme);
	return true;
}

static bool quit(struct ui_explorer *explorer, const char *argument)
{
	const struct evo_snapshot *snapshot = explorer->model.snapshot;
	enum ui_when when = ui_when(snapshot->state);
	bool own = !explorer->run_config.watch;
	char question[96];

	if (!own || argument != NULL || (when != UI_WHEN_GOING && when != UI_WHEN_PAUSED)) {
		explorer->ended = true;
		return true;
	}
	if (snapshot->unsaved > 0)
		snprintf(question, sizeof(question),
		         "Quit? The last %zu generation%s could not be stored and would be lost.",
		         snapshot->unsaved, snapshot->unsaved == 1 ? "" : "s");
	else
		snprintf(question, sizeof(question), "%s",
		         snapshot->kept ? "Quit? The search is stored, Runs goes on with it."
		                        : "End the search and quit?");
	ui_input_ask(explorer, UI_ACTION_QUIT, "", "Nothing was ended.", "%s", question);
	return true;
}

/* ---- Screens --------------------------------------------------------------------------------- */

static bool go_to(struct ui_explorer *explorer, enum ui_action action)
{
	for (size_t i = 0; i < UI_SCREENS; i++) {
		if (ui_screens[i]->action != action)
			continue;
		ui_explorer_go(explorer, ui_screens[i]);
		return true;
	}
	return false;
}

static void go_to_next(struct ui_explorer *explorer)
{
	size_t i = 0;

	while (ui_screens[i] != explorer->view)
		i++;
	ui_explorer_go(explorer, ui_screens[(i + 1) % UI_SCREENS]);
}

/* ---- All together ---------------------------------------------------------------------------- */

static enum ui_result perform_search(struct ui_explorer *explorer, enum ui_action action,
                                     const char *argument, struct evo_error *err)
{
	switch (action) {
	case UI_ACTION_GO:
		if (explorer->model.snapshot->state == EVO_RUN_PAUSED)
			return send(explorer, EVO_COMMAND_RESUME, NULL, err) ? UI_DONE : UI_FAILED;
		return start(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_START:
		return start(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_PAUSE:
		return send(explorer, EVO_COMMAND_PAUSE, NULL, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_RESUME:
		return send(explorer, EVO_COMMAND_RESUME, NULL, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_STEP:
		return send(explorer, EVO_COMMAND_STEP, NULL, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_STOP:
		return send(explorer, EVO_COMMAND_STOP, NULL, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_INJECT:
		return inject(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_SET:
		return set(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_SEED:
		return seed(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_EXPORT:
		return export_csv(explorer, argument, err) ? UI_DONE : UI_FAILED;
	default:
		return UI_NOT_MINE;
	}
}

static enum ui_result perform_own(struct ui_explorer *explorer, enum ui_action action,
                                  const char *argument, struct evo_error *err)
{
	switch (action) {
	case UI_ACTION_COPY:
		return copy(explorer, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_THEME:
		return theme(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_SAVE_SCREEN:
		return save_screen(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_WAIT:
		if (explorer->scripted)
			return ui_wait_parse(argument, &explorer->script.wait, err) ? UI_DONE
			                                                            : UI_FAILED;
		evo_fail(err, EVO_E_USAGE, "wait is for scripts (--script FILE)");
		return UI_FAILED;
	case UI_ACTION_REDRAW:
		ui_terminal_redraw();
		return UI_DONE;
	case UI_ACTION_EDIT:
		return ui_edit_selected(explorer, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_COMPARE:
		return ui_compare_selected(explorer, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_OPEN:
		return ui_edit_open(explorer, argument, err) ? UI_DONE : UI_FAILED;
	case UI_ACTION_NEXT_SCREEN:
		go_to_next(explorer);
		return UI_DONE;
	case UI_ACTION_COMMAND:
		ui_input_open(explorer, UI_MODE_COMMAND, "");
		return UI_DONE;
	case UI_ACTION_MENU:
		ui_input_menu(explorer, 2, 1);
		return UI_DONE;
	case UI_ACTION_HELP:
		explorer->over = &ui_help_view;
		explorer->over->open(explorer);
		return UI_DONE;
	case UI_ACTION_QUIT:
		return quit(explorer, argument) ? UI_DONE : UI_FAILED;
	default:
		return UI_NOT_MINE;
	}
}

bool ui_perform(struct ui_explorer *explorer, enum ui_action action, const char *argument,
                struct evo_error *err)
{
	const struct ui_action_row *row = &ui_actions[action];
	struct evo_text text;

	/* What needs an argument and came by a key is typed to its end on the command line. */
	if (row->kind != UI_NO_ARGUMENT && (argument == NULL || *argument == '\0')) {
		if (argument != NULL)
			return evo_fail(err, EVO_E_USAGE, "%s needs %s", row->name, row->argument);
		evo_text_init(&text);
		evo_text_printf(&text, "%s ", row->name);
		ui_edit_line(explorer, action, &text);
		ui_input_open(explorer, UI_MODE_COMMAND, text.data);
		evo_text_clear(&text);
		return true;
	}
	if (go_to(explorer, action))
		return true;
	enum ui_result result = perform_search(explorer, action, argument, err);
	if (result == UI_NOT_MINE)
		result = perform_own(explorer, action, argument, err);
	if (result == UI_NOT_MINE)
		result = ui_explorer_front(explorer)->request(explorer, action, argument, err);
	/* A key may do nothing; whoever types a command waits for something. */
	if (result == UI_NOT_MINE && argument != NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "'%s' does nothing on this screen: ? says where it does",
		                row->name);
	return result != UI_FAILED;
}

bool ui_perform_line(struct ui_explorer *explorer, const char *line, struct evo_error *err)
{
	size_t skipped = strspn(line, " "), name = strcspn(line + skipped, " ");
	const char *argument = line + skipped + name + strspn(line + skipped + name, " ");
	enum ui_action action;

	if (name == 0)
		return true;
	if (!ui_action_find(line + skipped, name, &action, err))
		return false;
	/* What is not heeded is not what was meant. */
	if (*argument != '\0' && *ui_actions[action].argument == '\0')
		return evo_fail_at(err, EVO_E_USAGE, NULL, 0, (size_t) (argument - line) + 1,
		                   "%s takes nothing behind it", ui_actions[action].name);
	char *trimmed = evo_strdup(argument);
	for (size_t i = strlen(trimmed); i > 0 && trimmed[i - 1] == ' '; i--)
		trimmed[i - 1] = '\0';
	bool done = ui_perform(explorer, action, trimmed, err);
	free(trimmed);
	if (!done && err->column > 0)
		err->column += (size_t) (argument - line);
	return done;
}
