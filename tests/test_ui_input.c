/*
 * The parts of the explorer, without a terminal: what is asked of it. Actions and keys, completion,
 * the edited line, scripts.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

#include "action.h"
#include "bindings.h"
#include "complete.h"
#include "editline.h"
#include "evolve.h"
#include "script.h"
/* ---- Actions and keys ------------------------------------------------------------------------ */

static bool bindings(const char *text, struct evo_error *err)
{
	char *folder = folder_make(), *path = evo_path_join(folder, "keys.ini");
	bool good;

	*err = (struct evo_error){0};
	assert_true(file_put(path, text, strlen(text)));
	good = ui_bindings_read(path, err);
	assert_int_equal(folder_close(folder, path), 0);
	return good;
}

static void keys_can_be_changed(void **state)
{
	struct evo_error err;

	(void) state;
	assert_true(bindings("[keys]\npause = w C-p\nstep = none\n", &err));
	assert_int_equal(ui_action_of_key('w', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	assert_int_equal(ui_action_of_key('p' & 0x1f, UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_COUNT);
	assert_int_equal(ui_action_of_key('n', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_COUNT);
	/* What a file does not name has its own keys again. */
	assert_true(bindings("[keys]\n", &err));
	assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
}

static void wrong_keys_change_nothing(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *says;
	} cases[] = {
	        {"[keys]\npause = w\n\nstep = w\n", 2, "w is a key of 'step' already"},
	        {"[keys]\npause = i\n", 2, "i is a key of 'inject' already"},
	        {"[keys]\npauze = w\n", 2, "did you mean 'pause'?"},
	        {"[keys]\npau = w\n", 2, "cut short"},
	        {"[keys]\nstop = Strg\n", 2, "'Strg' is not a key"},
	        {"[knobs]\npause = w\n", 2, "not [knobs]"},
	};
	struct evo_error err;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		assert_false(bindings(cases[i].text, &err));
		assert_int_equal(err.line, cases[i].line);
		if (strstr(err.message, cases[i].says) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, cases[i].says);
		assert_int_equal(ui_action_of_key('p', UI_IN_TREE, UI_WHEN_GOING), UI_ACTION_PAUSE);
	}
}

static void no_key_means_two_things(void **state)
{
	uint32_t one, two;

	(void) state;
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		for (unsigned j = 0; j < i; j++) {
			if ((ui_actions[i].where & ui_actions[j].where) == 0 ||
			    (ui_actions[i].when & ui_actions[j].when) == 0)
				continue;
			for (size_t k = 0; (one = ui_action_key(i, k)) != UI_KEY_NONE; k++) {
				for (size_t l = 0; (two = ui_action_key(j, l)) != UI_KEY_NONE; l++)
					assert_int_not_equal(one, two);
			}
		}
	}
}

static void every_action_can_be_reached_and_is_explained(void **state)
{
	(void) state;
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		const struct ui_action_row *row = &ui_actions[i];
		enum ui_action found;
		assert_true(strlen(row->help) > 5);
		assert_true(row->where != 0 && row->when != 0);
		assert_true(ui_action_find(row->name, strlen(row->name), &found, NULL));
		assert_int_equal(found, i);
		/* Every word of its keys is the name of a key. */
		size_t words = *row->keys != '\0', keys = 0;
		for (const char *c = row->keys; *c != '\0'; c++)
			words += *c == ' ';
		while (ui_action_key(i, keys) != UI_KEY_NONE)
			keys++;
		assert_int_equal(keys, words);
	}
}

static void names_of_commands_may_be_cut_short(void **state)
{
	struct evo_error err = {0};
	enum ui_action action;

	(void) state;
	assert_true(ui_action_find("inj", 3, &action, &err));
	assert_int_equal(action, UI_ACTION_INJECT);
	assert_false(ui_action_find("s", 1, &action, &err));
	evo_error_clear(&err);
	assert_false(ui_action_find("injcet", 6, &action, &err));
	assert_non_null(strstr(err.message, "did you mean 'inject'"));
}

static void keys_have_names_both_ways(void **state)
{
	static const uint32_t keys[] = {'a',
	                                'G',
	                                '?',
	                                ':',
	                                1,
	                                12,
	                                UI_KEY_ENTER,
	                                UI_KEY_TAB,
	                                UI_KEY_ESCAPE,
	                                UI_KEY_UP,
	                                UI_KEY_PAGE_DOWN,
	                                UI_KEY_BACK_TAB,
	                                UI_KEY_BACKSPACE,
	                                UI_KEY_DELETE,
	                                0xe9,
	                                UI_KEY_SPACE};
	char name[UI_KEY_NAME_SIZE];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(keys); i++) {
		ui_key_name(keys[i], name);
		assert_int_equal(ui_key_find(name, strlen(name)), keys[i]);
	}
	assert_int_equal(ui_key_find("Entre", 5), UI_KEY_NONE);
}

static void the_key_line_names_what_can_be_done_now(void **state)
{
	struct ui_surface surface;
	struct evo_text line;

	(void) state;
	ui_surface_init(&surface, &ui_glyphs_utf8);
	evo_text_init(&line);
	ui_surface_resize(&surface, 80, 1);
	ui_key_line(ui_surface_area(&surface), UI_IN_POPULATION, UI_WHEN_IDLE);
	ui_surface_row(&surface, 0, &line);
	assert_non_null(strstr(line.data, "s start"));
	assert_null(strstr(line.data, "pause"));
	assert_non_null(strstr(line.data, "? help  q quit"));
	evo_text_reset(&line);
	ui_surface_clear(&surface);
	ui_key_line(ui_surface_area(&surface), UI_IN_TREE, UI_WHEN_GOING);
	ui_surface_row(&surface, 0, &line);
	assert_non_null(strstr(line.data, "p pause"));
	assert_null(strstr(line.data, "start"));
	evo_text_reset(&line);
	ui_surface_clear(&surface);
	ui_key_line(ui_surface_area(&surface), UI_IN_POPULATION, UI_WHEN_WATCHED);
	ui_surface_row(&surface, 0, &line);
	assert_null(strstr(line.data, "pause"));
	assert_null(strstr(line.data, "inject"));
	assert_non_null(strstr(line.data, "e edit"));
	evo_text_clear(&line);
	ui_surface_free(&surface);
}

/* ---- Completion ------------------------------------------------------------------------------ */

static struct evo_gp_config settings;

static void check_completion(const char *line, size_t from, const char *first, size_t at_least)
{
	struct ui_candidates candidates;

	ui_complete(line, &settings, &candidates);
	assert_true(candidates.count >= at_least);
	assert_int_equal(candidates.from, from);
	if (first != NULL)
		assert_string_equal(candidates.words[0], first);
	ui_candidates_free(&candidates);
}

static void commands_and_arguments_are_completed(void **state)
{
	struct ui_candidates candidates;

	(void) state;
	check_completion("", 0, NULL, UI_ACTION_COUNT);
	check_completion("inj", 0, "inject", 1);
	check_completion("inject layer_me", 7, "layer_mean", 1);
	check_completion("inject add(layer_sum(fr", 21, "frob", 1);
	check_completion("inject ezna", 7, "eznas-a", 3);
	check_completion("export ", 7, "csv", 1);
	check_completion("wait i", 5, "idle", 1);
	check_completion("theme d", 6, "dark", 1);
	check_completion("filter desc", 7, "descends", 1);
	check_completion("filter inj", 7, "injected", 1);
	check_completion("set crosso", 4, "crossover", 1);
	ui_complete("inject layer_", &settings, &candidates);
	assert_true(candidates.count > 3);
	assert_true(ui_candidates_common(&candidates) >= 6);
	ui_candidates_free(&candidates);
	/* A primitive, a terminal and a proxy: still one word. */
	ui_complete("inject jacov", &settings, &candidates);
	assert_int_equal(candidates.count, 2);
	assert_string_equal(candidates.words[0], "jacov");
	assert_string_equal(candidates.words[1], "jacov-tree");
	ui_candidates_free(&candidates);
	ui_complete("nonsense x", &settings, &candidates);
	assert_int_equal(candidates.count, 0);
}

static void check_hint(const char *line, size_t words, const char *hint)
{
	struct ui_candidates candidates;

	ui_complete(line, &settings, &candidates);
	assert_int_equal(candidates.count, words);
	assert_non_null(candidates.hint);
	if (strncmp(candidates.hint, hint, strlen(hint)) != 0)
		fail_msg("'%s' does not begin with '%s'", candidates.hint, hint);
	ui_candidates_free(&candidates);
}

/* A folder that cannot be read is not an empty one. */
static void unread_folders_are_told(void **state)
{
	char folder[] = "/tmp/evoscope-complete-XXXXXX";
	const char *before = getenv("XDG_CONFIG_HOME");

	(void) state;
	before = before != NULL ? evo_strdup(before) : NULL;
	assert_non_null(mkdtemp(folder));
	char *loop = evo_format("%s/evoscope", folder), *line = evo_format("save-screen %s/", loop);
	assert_int_equal(symlink(loop, loop), 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	check_hint("theme nonsen", 0, "cannot read the folder");
	check_hint(line, 0, "cannot read the folder");
	check_hint("save-screen nowhere/", 0, "FILE: ");
	if (before != NULL)
		setenv("XDG_CONFIG_HOME", before, 1);
	else
		unsetenv("XDG_CONFIG_HOME");
	assert_true(evo_remove_tree(folder, NULL));
	free((char *) before);
	free(line);
	free(loop);
}

/* Every setting has values to choose from, or a present one to change, and says what it may be. */
static void settings_are_completed_with_their_values(void **state)
{
	(void) state;
	assert_true(evo_gp_preset("default", &settings, NULL));
	check_completion("set exchange ", 13, "no", 2);
	check_completion("set exchange y", 13, "yes", 1);
	check_completion("set fitness m", 12, "mean", 2);
	check_completion("set crossover ", 14, "0.3", 1);
	check_completion("set train ", 10, NULL, 2);
	check_completion("set exclude log", 12, "log", 2);
	check_completion("set exclude sum log", 16, "log", 2);
	check_hint("set crossover ", 1, "now 0.3 (a number from 0 to 1): share of offspring by");
	check_hint("set crossover 0.5", 0, "now 0.3 (a number from 0 to 1): share");
	check_hint("set init ", 2, "now random (random or small): the first generation");
	check_hint("set train 1", 0, "now 50 (a whole number from 2 to 1000000, or all): train");
	check_hint("seed ", 0, "N: the seed of the search to come");
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		struct ui_candidates candidates;
		char *line = evo_format("set %s ", setting->name);
		ui_complete(line, &settings, &candidates);
		assert_true(candidates.count > 0);
		assert_non_null(strstr(candidates.hint, setting->help));
		/* What is offered is taken. */
		for (size_t j = 0; j < candidates.count; j++) {
			struct evo_gp_config copy = settings;
			assert_true(
			        evo_gp_config_set(&copy, setting->name, candidates.words[j], NULL));
		}
		ui_candidates_free(&candidates);
		free(line);
	}
	/* After a name that is clear, its value is typed. */
	struct ui_candidates candidates;
	ui_complete("set crosso", &settings, &candidates);
	assert_true(candidates.count == 1 && candidates.more);
	ui_candidates_free(&candidates);
	ui_complete("inj", &settings, &candidates);
	assert_true(candidates.count == 1 && candidates.more);
	ui_candidates_free(&candidates);
	ui_complete("red", &settings, &candidates);
	assert_int_equal(candidates.count, 2); /* redo, redraw */
	ui_candidates_free(&candidates);
	ui_complete("redr", &settings, &candidates);
	assert_true(candidates.count == 1 && !candidates.more);
	ui_candidates_free(&candidates);
}

/* ---- The edited line ------------------------------------------------------------------------- */

static void type(struct ui_editline *line, const char *keys)
{
	uint32_t key;

	while (*keys != '\0') {
		assert_true(ui_script_key(&keys, &key, NULL));
		ui_editline_key(line, key);
	}
}

static void check_line(const char *keys, const char *want, size_t cursor)
{
	struct ui_editline line = {0};

	type(&line, keys);
	assert_string_equal(line.text, want);
	assert_int_equal(line.length, strlen(want));
	assert_int_equal(line.cursor, cursor);
}

static void lines_are_edited(void **state)
{
	(void) state;
	check_line("abc", "abc", 3);
	check_line("abc<Left><Left>x", "axbc", 2);
	check_line("abc<C-a>x<C-e>y", "xabcy", 5);
	check_line("abc<BS><BS>", "a", 1);
	check_line("abc<Home><Del>", "bc", 0);
	check_line("one two three<C-w>", "one two ", 8);
	check_line("one two<C-u>x", "x", 1);
	check_line("one two<Left><Left><C-k>", "one t", 5);
	/* Whole characters, not bytes. */
	check_line("h\xc3\xa9y<Left><BS>", "hy", 1);
	check_line("<BS><Del><Left><C-w>", "", 0);
	check_line("a<lt>b", "a<b", 3);
}

static void a_full_line_takes_no_more(void **state)
{
	struct ui_editline line = {0};

	(void) state;
	for (int i = 0; i < UI_LINE_MAX + 50; i++)
		ui_editline_key(&line, 'x');
	assert_int_equal(line.length, UI_LINE_MAX - 1);
	assert_int_equal(strlen(line.text), UI_LINE_MAX - 1);
}

static void history_is_recalled_and_kept(void **state)
{
	char path[] = "/tmp/evoscope-history-XXXXXX";
	struct ui_history history = {0}, again = {0};
	struct ui_editline line = {.history = &history};
	int descriptor = mkstemp(path);

	(void) state;
	close(descriptor);
	ui_history_add(&history, "first");
	ui_history_add(&history, "second");
	ui_history_add(&history, "second");
	assert_int_equal(history.count, 2);
	ui_editline_set(&line, "");
	type(&line, "new<Up>");
	assert_string_equal(line.text, "second");
	type(&line, "<Up><Up>");
	assert_string_equal(line.text, "first");
	type(&line, "<Down><Down><Down>");
	assert_string_equal(line.text, "new");
	assert_true(ui_history_write(&history, path, NULL));
	ui_history_read(&again, path);
	assert_int_equal(again.count, 2);
	assert_string_equal(again.lines[1], "second");
	ui_history_free(&history);
	ui_history_free(&again);
	unlink(path);
}

/* ---- Scripts --------------------------------------------------------------------------------- */

static void scripts_are_read_line_by_line(void **state)
{
	static const char text[] = "# a comment\n\nkeys s<Tab>\r\n:wait idle";
	char path[] = "/tmp/evoscope-script-XXXXXX";
	struct ui_script script;
	struct evo_error err = {0};
	int descriptor = mkstemp(path);

	(void) state;
	close(descriptor);
	assert_true(file_put(path, text, strlen(text)));
	assert_true(ui_script_open(&script, path, &err));
	char *line = ui_script_line(&script);
	assert_string_equal(line, "keys s<Tab>");
	assert_int_equal(script.line, 3);
	free(line);
	line = ui_script_line(&script);
	assert_string_equal(line, ":wait idle");
	free(line);
	assert_null(ui_script_line(&script));
	ui_script_close(&script);
	unlink(path);
	const char *keys = "<Nope>";
	uint32_t key;
	assert_false(ui_script_key(&keys, &key, &err));
}

static void waits_end_when_their_time_has_come(void **state)
{
	struct evo_snapshot snapshot = {.state = EVO_RUN_RUNNING, .generation = 2};
	struct ui_wait wait = {0};

	(void) state;
	assert_true(ui_wait_parse("generation 3", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.generation = 3;
	assert_true(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_parse("idle", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.state = EVO_RUN_PAUSED;
	/* Screens rest, too. */
	assert_false(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_over(&wait, &snapshot, false));
	assert_true(ui_wait_parse("generation 9", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	snapshot.state = EVO_RUN_FAILED;
	assert_true(ui_wait_over(&wait, &snapshot, true));
	/* Scores come whether or not the search goes on. */
	assert_true(ui_wait_parse("scores", &wait, NULL));
	assert_false(ui_wait_over(&wait, &snapshot, true));
	assert_true(ui_wait_over(&wait, &snapshot, false));
	assert_false(ui_wait_parse("generation x", &wait, NULL));
	assert_false(ui_wait_parse("forever", &wait, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_key_means_two_things),
	        cmocka_unit_test(keys_can_be_changed),
	        cmocka_unit_test(wrong_keys_change_nothing),
	        cmocka_unit_test(every_action_can_be_reached_and_is_explained),
	        cmocka_unit_test(names_of_commands_may_be_cut_short),
	        cmocka_unit_test(keys_have_names_both_ways),
	        cmocka_unit_test(the_key_line_names_what_can_be_done_now),
	        cmocka_unit_test(commands_and_arguments_are_completed),
	        cmocka_unit_test(settings_are_completed_with_their_values),
	        cmocka_unit_test(unread_folders_are_told),
	        cmocka_unit_test(lines_are_edited),
	        cmocka_unit_test(a_full_line_takes_no_more),
	        cmocka_unit_test(history_is_recalled_and_kept),
	        cmocka_unit_test(scripts_are_read_line_by_line),
	        cmocka_unit_test(waits_end_when_their_time_has_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
