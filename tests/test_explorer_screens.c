/* Whole screens of the explorer, as scripts save them: what must be there, at every size. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

/* ---- Saved screens --------------------------------------------------------------------------- */

struct screen {
	const char *name;
	const char *parts[16]; /* that it shows at any size from 80x24 on */
	const char *wide[6];   /* and from 120x40 on */
};

static const struct screen screens[] = {
        {"evolve",
         {"PAUSED gen 1/", "Fitness (Kendall tau)", "Population 10 by rank", "Tree|Best #", "Log",
          "rank", "fitness", "size", "expression", "train", "valid.", "given units", "1 Evolve"},
         {"evoscope", "origin", "age", "Tab pane", ": command"}},
        {"edit",
         {"PAUSED gen 1/", "size ", "depth ", "Under the cursor", "Scores on the search's networks",
          "Kendall tau", "train", "valid.", "same", "+-0.", "r replace", "d delete", "2 Edit"},
         {"i inject", "w save", "u undo"}},
        {"menu",
         {"Replace ", "> ", "Enter choose", "Esc close", "letters filter"},
         {"number of trainable parameters|units"}},
        {"compare",
         {"Kendall tau of ", " on 100 networks of each", "proxy", "cifar10", "mean", "worst",
          "eznas-a", "meco-tree", "evoscope-a", "Space tag", "v panes", "3 Compare"},
         {"nwot", "zico", "x export", "N networks"}},
        {"panes",
         {"eznas-a", MADE, "tau ", "rho ", "top 10 %", "given units ", "O accuracy ", "v matrix",
          "Tab pane", "3 Compare"},
         {"60 networks", "0 not finite", "b benchmark"}},
        {"benchmarks",
         {"Benchmarks 1", "name", "networks", "accuracy", MADE, "used", "title", "dataset",
          "20 train and 8 validation networks", "statistics of 28 of 28 networks", "60 in nb201",
          "probe", "pools", "origin", "imported from made.csv", "4 Benchmarks"},
         {"68..70", ":set validation N before it begins"}},
        {"runs",
         {"Runs 1", "run ", "state", "generation", "best", "default-3", "paused", "1/100000",
          "generation 0 of 0", "front", "validation", "default-3 of " MADE, "Enter resume it",
          "x export", "f front", "5 Runs"},
         {"Pareto front: fitness by size"}},
        {"help",
         {"Keys and commands", "forget this stored search", "write this stored search", "q close"},
         {":resume-run", ":export-run DIR"}},
};

#define SCRIPT                                                                                     \
	":step\n:wait generation 1\n:wait idle\n:save-screen evolve\n"                             \
	":editor\n:wait idle\n:save-screen edit\n"                                                 \
	"keys r\n:save-screen menu\nkeys <Esc>\n"                                                  \
	":comparison\n:wait idle\n:save-screen compare\n"                                          \
	":add eznas-a\nkeys <Space><Space>v<Right>\n:save-screen panes\nkeys <Esc>\n"              \
	":benchmarks\n:wait idle\n:save-screen benchmarks\n"                                       \
	":runs\n:save-screen runs\nkeys ?\n:save-screen help\n:quit\n"

static size_t width_of(const char *line, size_t length)
{
	size_t width = 0;
	for (size_t i = 0; i < length; i++)
		width += ((unsigned char) line[i] & 0xc0) != 0x80;
	return width;
}

/* As many lines as rows, none wider than the screen, framed ones exactly as wide. */
static void check_shape(const char *text, size_t rows, size_t columns)
{
	size_t lines = 0;
	for (const char *line = text; *line; lines++) {
		size_t length = strcspn(line, "\n"), width = width_of(line, length);
		bool framed = !strncmp(line, "│", strlen("│")) ||
		              !strncmp(line, "╭", strlen("╭")) || !strncmp(line, "╰", strlen("╰"));
		assert_in_range(width, 0, columns);
		if (framed && lines + 2 < rows)
			assert_int_equal(width, columns);
		line += length + (line[length] == '\n');
	}
	assert_int_equal(lines, rows);
}

/* part: several, any of which will do, with a bar between. */
static bool has_any(const char *text, const char *part)
{
	for (size_t length; *part; part += length + (part[length] == '|')) {
		length = strcspn(part, "|");
		char *one = evo_strndup(part, length);
		bool found = has(text, one);
		free(one);
		if (found)
			return true;
	}
	return false;
}

static void check_parts(const char *name, const char *text, const char *const *parts, size_t most)
{
	for (size_t i = 0; i < most && parts[i] != NULL; i++) {
		if (has_any(text, parts[i]))
			continue;
		fprintf(stderr, "%s\n", text);
		fail_msg("%s has no '%s'", name, parts[i]);
	}
}

static void check_screen(const struct session *session, const struct screen *screen, size_t rows,
                         size_t columns, bool ascii)
{
	char *text = sandbox_read(&session->box, screen->name);
	assert_non_null(text);
	check_shape(text, rows, columns);
	check_parts(screen->name, text, screen->parts, EVO_COUNT(screen->parts));
	if (columns >= 120)
		check_parts(screen->name, text, screen->wide, EVO_COUNT(screen->wide));
	for (const char *c = text; ascii && *c; c++)
		assert_in_range((unsigned char) *c, '\n', 126);
	free(text);
}

static void save_screens(struct session *session, int rows, int columns, bool ascii)
{
	sandbox_write(&session->box, "script", SCRIPT);
	BEGIN(session, rows, columns, "--script", "script", "--fixed-clock", "--memory", "1G",
	      ascii ? "--ascii" : NULL);
	expect_exit(session->term, 0);
	term_expect_back(session->term);
	session_end(session);
}

static void show_what_must_be_there(int rows, int columns)
{
	for (int ascii = 0; ascii < 2; ascii++) {
		struct session session;
		session_prepare_alone(&session);
		save_screens(&session, rows, columns, ascii);
		for (size_t i = 0; i < EVO_COUNT(screens); i++)
			check_screen(&session, &screens[i], (size_t) rows, (size_t) columns, ascii);
		session_finish(&session);
	}
}

static void at_80x24(void **state)
{
	(void) state;
	show_what_must_be_there(24, 80);
}

static void at_120x40(void **state)
{
	(void) state;
	show_what_must_be_there(40, 120);
}

static void at_200x60(void **state)
{
	(void) state;
	show_what_must_be_there(60, 200);
}

static void expect_same_lines(const char *one, const char *other)
{
	while (*one && *other) {
		size_t left = strcspn(one, "\n"), right = strcspn(other, "\n");
		if (left != right || memcmp(one, other, left))
			fail_msg("%.*s\n%.*s", (int) left, one, (int) right, other);
		one += left + (one[left] == '\n');
		other += right + (other[right] == '\n');
	}
	assert_int_equal(*one, *other);
}

/* Scores come from threads, in any order: the saved screens are the same. */
static void saved_screens_repeat(void **state)
{
	(void) state;
	struct session session[2];
	for (int i = 0; i < 2; i++) {
		session_prepare_alone(&session[i]);
		save_screens(&session[i], 40, 120, false);
	}
	for (size_t i = 0; i < EVO_COUNT(screens); i++) {
		/* The file of stored searches is another one. */
		if (!strcmp(screens[i].name, "runs"))
			continue;
		char *one = sandbox_read(&session[0].box, screens[i].name);
		char *other = sandbox_read(&session[1].box, screens[i].name);
		expect_same_lines(one, other);
		free(one);
		free(other);
	}
	sandbox_close(&session[0].box);
	sandbox_close(&session[1].box);
}

/* ---- Nothing there --------------------------------------------------------------------------- */

static void empty_screens_say_what_to_do(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	struct term *term = session.term;
	term_expect(term, "Press s or Enter to start");
	term_keys(term, "2");
	term_expect(term, "nothing is open: e on a row of the population, or :open EXPRESSION");
	/* Keys that need a tree are not named, and do nothing. */
	term_expect(term, "? help");
	assert_null(strstr(term_screen(term), "replace"));
	term_keys(term, "r");
	type_command(term, "replace");
	term_expect(term, "nothing is open: :open EXPRESSION");
	term_keys(term, "5");
	term_expect(term, "no search is stored yet: start one with s, it will be");
	term_keys(term, ENTER);
	term_expect(term, "there is no run under the cursor");
	term_keys(term, "x");
	term_keys(term, "folder" ENTER);
	term_expect(term, "there is no generation to export");
	term_keys(term, "e");
	term_expect(term, "there is no tree under the cursor");
	/* A command of another screen. */
	type_command(term, "tag");
	term_expect(term, "'tag' does nothing on this screen");
	/* And one from the help page shows what it opens. */
	term_keys(term, "?");
	term_expect(term, "Keys and commands");
	type_command(term, "open mul(units, params)");
	term_expect(term, "Under the cursor");
	term_keys(term, "q");
	expect_exit(term, 0);
	session_finish(&session);
}

static void folder_that_cannot_be_read_is_told(void **state)
{
	struct session session;

	(void) state;
	session_prepare(&session);
	BEGIN(&session, 24, 80, NULL);
	term_expect(session.term, "1 Evolve");
	const char *folder = sandbox_path(&session.box, "data/benchmarks");
	assert_int_equal(rename(folder, sandbox_path(&session.box, "data/away")), 0);
	assert_int_equal(symlink(folder, folder), 0);
	term_keys(session.term, "4");
	term_expect(session.term, "cannot read the folder");
	term_expect(session.term, "tiny201-glyphs");
	quit(session.term);
	session_finish(&session);
}

static void no_benchmark_at_all(void **state)
{
	(void) state;
	struct sandbox sandbox;
	sandbox_open(&sandbox);
	sandbox_set(&sandbox, "EVOSCOPE_SHARED", sandbox.folder);
	struct term *term = term_open(&(struct term_start){
	        .argv = (const char *const[]){PROGRAM, NULL},
	        .env = (const char *const *) sandbox.env,
	        .folder = sandbox.folder,
	        .rows = 24,
	        .columns = 80,
	});
	expect_exit(term, 1);
	assert_true(has(term_row(term, 0), "no benchmark is called"));
	assert_true(has(term_row(term, 0), "evoscope benchmarks list"));
	term_expect_back(term);
	term_close(term);
	sandbox_close(&sandbox);
}

/* ---- Compare --------------------------------------------------------------------------------- */

/* Is all scored? Until then the progress goes forward only. */
static bool is_compared(struct term *term, const void *context)
{
	long *highest = (long *) (uintptr_t) context;
	int row = term_find(term, " on 100 networks of each");
	const char *progress = row >= 0 ? strstr(term_row(term, row), "scoring, ") : NULL;
	if (progress == NULL)
		return row >= 0 && term_find(term, "...") < 0 && term_find(term, "evoscope-a") >= 0;
	long share = strtol(progress + strlen("scoring, "), NULL, 10);
	if (share < *highest)
		print_error("%ld %% after %ld %%\n", share, *highest);
	assert_true(share >= *highest && share <= 100);
	*highest = share;
	return false;
}

static void scores_are_kept_for_the_next_session(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	for (int round = 0; round < 2; round++) {
		long highest = 0;
		BEGIN(&session, 60, 200, "--no-mouse");
		term_keys(session.term, "3");
		assert_true(term_wait(session.term, is_compared, &highest, 280));
		term_keys(session.term, "v");
		term_expect(session.term, "60 networks");
		/* What was kept took no time here. */
		assert_int_equal(term_find(session.term, "ms a network for all together") >= 0,
		                 round == 0);
		quit(session.term);
		session_end(&session);
	}
	session_finish(&session);
}

/* ---- Sizes ----------------------------------------------------------------------------------- */

/* With a search, a tree, a matrix and panes: something to draw everywhere. */
static void open_all(struct term *term)
{
	term_keys(term, "n");
	expect_generation(term, 1);
	term_expect(term, "PAUSED");
	term_keys(term, "2");
	term_expect(term, "Under the cursor");
	term_keys(term, "3");
	term_expect(term, " on 100 networks of each");
	term_keys(term, "  v");
	term_expect(term, "v matrix");
}

static void small_screens(void **state)
{
	(void) state;
	static const int sizes[][2] = {{12, 40}, {16, 60}, {23, 79}, {24, 79}, {23, 80}};
	static const char *const titles[] = {"Population", "Scores", "tau ", MADE, "default-3"};
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	open_all(session.term);
	for (size_t i = 0; i < EVO_COUNT(sizes); i++) {
		term_resize(session.term, sizes[i][0], sizes[i][1]);
		for (size_t j = 0; j < EVO_COUNT(titles); j++) {
			term_keys(session.term, (char[]){(char) ('1' + j), 0});
			term_expect(session.term, titles[j]);
			term_expect(session.term, "? help");
		}
	}
	term_resize(session.term, 11, 40);
	term_expect(session.term, "evoscope needs 40x12, this is 40x11");
	quit(session.term);
	session_finish(&session);
}

static void every_screen_is_resized(void **state)
{
	(void) state;
	static const char *const keys[] = {"1", "2", "2r", ESCAPE "3", "4", "5", "?"};
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	open_all(session.term);
	for (size_t i = 0; i < EVO_COUNT(keys); i++) {
		term_keys(session.term, keys[i]);
		for (int step = 0; step < 12; step++) {
			int at = step * 7 % 12;
			term_resize(session.term, 1 + at * 59 / 11,
			            1 + (int) (i + (size_t) step * 5) % 12 * 199 / 11);
			term_listen(session.term, 0.04);
		}
	}
	term_resize(session.term, 24, 80);
	term_expect(session.term, "Keys and commands");
	term_keys(session.term, "q");
	quit(session.term);
	term_expect_back(session.term);
	session_finish(&session);
}

/* ---- Mouse ----------------------------------------------------------------------------------- */

/* Where a text is once the whole frame has been read. */
static int row_of(struct term *term, const char *text)
{
	term_expect(term, text);
	assert_true(term_settle(term, 0.2));
	return term_find(term, text);
}

static bool is_on(struct term *term, const void *row)
{
	return term_find(term, "│▌") == *(const int *) row;
}

static void click_and_expect(struct term *term, int row, int column)
{
	term_click(term, row, column);
	if (term_wait(term, is_on, &row, TERM_PATIENCE))
		return;
	term_show(term);
	fail_msg("a click on row %d does not go there", row);
}

static void clicks_go_to_rows(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 44, 120, "--theme", "dark");
	struct term *term = session.term;
	open_all(term);
	/* The focus goes to a pane, and back to the matrix. */
	term_keys(term, ESCAPE);
	click_and_expect(term, row_of(term, "eznas-nasnet"), 30);
	term_expect(term, "Space tag");
	/* Below the last row there is none. */
	term_click(term, 40, 30);
	term_keys(term, " ");
	term_expect(term, "*eznas-nasnet");

	term_keys(term, "1");
	click_and_expect(term, row_of(term, "Population") + 4, 10);

	type_command(term, "open mul(units, params)");
	click_and_expect(term, row_of(term, "─ params"), 10);
	/* In the menu one click goes there, another one takes it. */
	term_keys(term, "rflop");
	term_expect(term, "> flop");
	int row = row_of(term, "▌flops ");
	click_and_expect(term, row_of(term, "─ params"), 5);
	assert_true(term_wait_gone(term, "> flop"));
	term_keys(term, "rflop");
	term_expect(term, "> flop");
	term_click(term, row, 80);
	term_expect(term, "mul(units, flops)");

	term_keys(term, "4");
	click_and_expect(term, row_of(term, " used "), 10);
	term_keys(term, "5");
	click_and_expect(term, row_of(term, "paused"), 10);
	quit(term);
	session_finish(&session);
}

/* On the last line, which has no wide characters. */
static void click_on_word(struct term *term, const char *word)
{
	term_expect(term, word);
	term_settle(term, 0.1);
	const char *line = term_row(term, term_rows(term) - 1);
	const char *at = strstr(line, word);
	assert_non_null(at);
	term_click(term, term_rows(term) - 1, (int) (at - line));
}

static void clicks_do_what_the_last_line_names(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 30, 120, "--theme", "dark");
	struct term *term = session.term;
	click_on_word(term, "start");
	term_expect(term, "gen 1");
	click_on_word(term, "pause");
	term_expect(term, "PAUSED");
	click_on_word(term, "4 5");
	term_expect(term, "4 Benchmarks");
	click_on_word(term, "5");
	term_expect(term, "5 Runs");
	click_on_word(term, "1 2");
	term_expect(term, "1 Evolve");
	click_on_word(term, "inject");
	term_expect(term, ":inject");
	/* While a line is typed, others have the last line. */
	term_click(term, 29, 2);
	term_keys(term, ESCAPE);
	term_expect(term, "inject");
	click_on_word(term, "quit");
	term_expect(term, "y/n");
	term_keys(term, "y");
	expect_exit(term, 0);
	session_finish(&session);
}

static void the_right_button_opens_a_menu(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 40, 120, "--theme", "dark");
	struct term *term = session.term;
	open_all(term);
	term_keys(term, ESCAPE);

	/* It goes to the row, and offers what can be done with it. */
	int row = row_of(term, "eznas-nasnet");
	term_click_right(term, row, 30);
	term_expect(term, "╭ Menu ─");
	term_expect(term, "edit this proxy");
	term_click(term, row_of(term, "edit this proxy"), 40);
	term_expect(term, "2 Edit");
	term_expect(term, "eznas-nasnet");

	/* Keys move in it, Enter does what is chosen, and a click elsewhere nothing. */
	term_keys(term, "5M");
	term_expect(term, "╭ Menu ─");
	term_keys(term, "jjk" ESCAPE);
	assert_true(term_wait_gone(term, "╭ Menu ─"));
	term_click_right(term, 20, 60);
	term_expect(term, "╭ Menu ─");
	term_click(term, 1, 1);
	assert_true(term_wait_gone(term, "╭ Menu ─"));
	term_keys(term, "M");
	term_expect(term, "all keys and commands");
	term_keys(term, "Gk" ENTER);
	term_expect(term, "Keys and commands");
	term_keys(term, "q");
	/* What it does not know is a key as without it. */
	term_keys(term, "M1");
	term_expect(term, "1 Evolve");
	assert_int_equal(term_find(term, "╭ Menu ─"), -1);
	quit(term);
	session_finish(&session);
}

/* ---- Keys of the user ------------------------------------------------------------------------ */

static void write_keys(struct session *session, const char *text)
{
	assert_int_equal(mkdir(sandbox_path(&session->box, "config/evoscope"), 0700), 0);
	sandbox_write(&session->box, "config/evoscope/keys.ini", text);
}

static void bound_keys_work_and_are_named(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	write_keys(&session, "[keys]\nstep = W\neditor = E F\nsort-here = none\n");
	BEGIN(&session, 24, 80, "--no-mouse");
	struct term *term = session.term;
	term_expect(term, "W step");
	term_expect(term, "1 Evolve E 3 4 5");
	term_keys(term, "n");
	term_settle(term, 0.3);
	assert_int_equal(generation(term), 0);
	term_keys(term, "W");
	expect_generation(term, 1);
	term_expect(term, "PAUSED");
	term_keys(term, "F");
	term_expect(term, "Under the cursor");
	term_keys(term, "3");
	term_expect(term, "v panes");
	assert_int_equal(term_find(term, "o sort"), -1);
	term_keys(term, "1?");
	term_expect(term, "W            :step              compute one generation, then pause");
	term_keys(term, "q");
	quit(term);
	session_finish(&session);
}

static void broken_keys_are_told(void **state)
{
	(void) state;
	static const struct {
		const char *text, *says;
	} cases[] = {
	        {"[keys]\npause = p\n\nstep = Hyper-x\n", "keys.ini:4: 'Hyper-x' is not a key"},
	        {"[keys]\nsteep = x\n", "keys.ini:2: there is no command 'steep'"},
	        {"[keys]\nstep = e\n", "keys.ini:2: e is a key of 'edit-row' already"},
	        {"[colours]\nstep = x\n", "keys.ini:2: there is one section, [keys]"},
	        {"[keys\n", "keys.ini:1: "},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct session session;
		session_prepare_alone(&session);
		write_keys(&session, cases[i].text);
		BEGIN(&session, 24, 160, "--no-mouse");
		term_expect(session.term, cases[i].says);
		/* And all keys are as they were. */
		term_expect(session.term, "n step");
		term_keys(session.term, "q");
		expect_exit(session.term, 0);
		session_finish(&session);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(at_80x24),
	        cmocka_unit_test(at_120x40),
	        cmocka_unit_test(at_200x60),
	        cmocka_unit_test(saved_screens_repeat),
	        cmocka_unit_test(empty_screens_say_what_to_do),
	        cmocka_unit_test(no_benchmark_at_all),
	        cmocka_unit_test(folder_that_cannot_be_read_is_told),
	        cmocka_unit_test(scores_are_kept_for_the_next_session),
	        cmocka_unit_test(small_screens),
	        cmocka_unit_test(every_screen_is_resized),
	        cmocka_unit_test(clicks_go_to_rows),
	        cmocka_unit_test(clicks_do_what_the_last_line_names),
	        cmocka_unit_test(the_right_button_opens_a_menu),
	        cmocka_unit_test(bound_keys_work_and_are_named),
	        cmocka_unit_test(broken_keys_are_told),
	};
	return cmocka_run_group_tests_name("explorer screens", tests, NULL, NULL);
}
