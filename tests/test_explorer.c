/* The explorer on a terminal: what a person sees, does, and finds when it is over. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

/* ---- Opening and quitting -------------------------------------------------------------------- */

static void opens_idle_and_quits(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--theme", "dark");
	struct term *term = session.term;
	term_expect(term, "IDLE");
	term_expect(term, "s start");
	assert_true(term_alternate(term));
	assert_false(term_restored(term));
	assert_true(term_settle(term, 0.5));
	term_keys(term, "q");
	expect_exit(term, 0);
	term_expect_back(term);
	session_finish(&session);
}

static void idle_writes_nothing(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	term_expect(session.term, "IDLE");
	assert_true(term_settle(session.term, 0.5));
	assert_int_equal(term_listen(session.term, 1.5), 0);
	/* And a paused search is as calm, once the impacts of the best are there. */
	term_keys(session.term, "n");
	expect_generation(session.term, 1);
	term_expect(session.term, "PAUSED");
	assert_true(term_settle(session.term, 2));
	assert_int_equal(term_listen(session.term, 1.5), 0);
	session_finish(&session);
}

/* Slowed down, a generation takes more frames. */
#ifdef __SANITIZE_THREAD__
#define GENERATION_BYTES 4500
#else
#define GENERATION_BYTES 3000
#endif

/* What a generation costs a slow line: a screen of 80x24, from the key to the calm after it. */
static void a_generation_writes_little(void **state)
{
	(void) state;
	struct session session;
	size_t before, after;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	struct term *term = session.term;
	term_keys(term, "n");
	expect_generation(term, 1);
	term_expect(term, "PAUSED");
	assert_true(term_settle(term, 0.5));
	for (long at = 2; at < 8; at++) {
		term_bytes(term, &before);
		term_keys(term, "n");
		expect_generation(term, at);
		term_expect(term, "PAUSED");
		assert_true(term_settle(term, 0.5));
		term_bytes(term, &after);
		assert_true(after - before < GENERATION_BYTES);
	}
	session_finish(&session);
}

static void every_terminal(void **state)
{
	(void) state;
	static const char *const terminals[] = {"xterm-256color", "linux", "vt100", "screen",
	                                        "xterm-mono"};
	static const char *const locales[] = {"C.UTF-8", "C"};
	for (size_t i = 0; i < EVO_COUNT(terminals) * EVO_COUNT(locales); i++) {
		struct session session;
		session_prepare(&session);
		sandbox_set(&session.box, "TERM", terminals[i / 2]);
		sandbox_set(&session.box, "LC_ALL", locales[i % 2]);
		/* There curses loads a library for the mouse, which loses some bytes. */
		if (!strcmp(terminals[i / 2], "linux"))
			sandbox_set(&session.box, "ASAN_OPTIONS", "detect_leaks=0");
		BEGIN(&session, 30, 100, "--start");
		expect_generation(session.term, 1);
		term_expect(session.term, "Population");
		quit(session.term);
		term_expect_back(session.term);
		size_t count;
		const char *bytes = term_bytes(session.term, &count);
		for (size_t j = 0; i % 2 == 1 && j < count; j++)
			assert_true((unsigned char) bytes[j] < 128);
		session_finish(&session);
	}
}

static void ascii_on_request(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 30, 100, "--start", "--ascii");
	expect_generation(session.term, 2);
	for (const char *c = term_screen(session.term); *c; c++)
		assert_true((unsigned char) *c < 128);
	session_finish(&session);
}

static void unknown_terminal(void **state)
{
	(void) state;
	static const char *const names[] = {"no-such-terminal", "", NULL, "dumb"};
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		struct session session;
		size_t count;
		session_prepare(&session);
		sandbox_set(&session.box, "TERM", names[i]);
		BEGIN(&session, 24, 80, "--start");
		expect_exit(session.term, 1);
		assert_int_equal(strncmp(term_row(session.term, 0), "evoscope: ", 10), 0);
		assert_true(term_restored(session.term));
		const char *bytes = term_bytes(session.term, &count);
		assert_null(memchr(bytes, '\033', count));
		/* One line. */
		assert_ptr_equal(memchr(bytes, '\n', count), bytes + count - 1);
		session_finish(&session);
	}
}

static void no_colour_is_honoured(void **state)
{
	(void) state;
	for (int honoured = 0; honoured < 2; honoured++) {
		struct session session;
		session_prepare(&session);
		sandbox_set(&session.box, "NO_COLOR", honoured ? "1" : NULL);
		BEGIN(&session, 30, 100, "--start");
		expect_generation(session.term, 2);
		if (honoured)
			assert_int_equal(term_colours(session.term), 0);
		else
			assert_true(term_colours(session.term) > 0);
		session_finish(&session);
	}
}

/* ---- A search -------------------------------------------------------------------------------- */

static bool exported(struct term *term, const void *path)
{
	(void) term;
	return access(path, F_OK) == 0;
}

static void check_export(struct session *session)
{
	struct csv_table table;
	const char *front = sandbox_path(&session->box, "out/front.csv");
	const char *population = sandbox_path(&session->box, "out/population.csv");
	assert_true(term_wait(session->term, exported, front, TERM_PATIENCE));
	assert_true(term_wait(session->term, exported, population, TERM_PATIENCE));
	csv_load(sandbox_path(&session->box, "out/generations.csv"), &table);
	assert_true(table.rows >= 3);
	csv_clear(&table);
	csv_load(population, &table);
	assert_in_range(table.rows, 1, 10);
	csv_clear(&table);
}

static void watch_and_steer(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 40, 140, "--start");
	struct term *term = session.term;
	term_expect(term, "Fitness");
	term_expect(term, "Log");
	expect_generation(term, 2);
	term_keys(term, "p");
	term_expect(term, "PAUSED");
	long at = generation(term);
	term_keys(term, "n");
	expect_generation(term, at + 1);
	term_expect(term, "PAUSED");
	assert_int_equal(generation(term), at + 1);

	/* Injected by hand, it enters the next generation and is marked. */
	type_command(term, "inject layer_sum(l1(gw.d))");
	term_keys(term, "n");
	expect_generation(term, at + 2);
	term_expect(term, "PAUSED");
	term_keys(term, "/injected" ENTER);
	term_expect(term, "layer_sum(l1(gw.d))");
	term_expect(term, "◆");
	term_keys(term, ESCAPE);

	term_expect(term, "by rank");
	term_keys(term, ">>r");
	assert_true(term_wait_gone(term, "by rank"));
	term_keys(term, "?");
	term_expect(term, "inject");
	term_expect(term, "put an expression into the next generation");
	term_keys(term, "q");
	term_expect(term, "Population");

	char *text = evo_format("export csv %s", sandbox_path(&session.box, "out"));
	type_command(term, text);
	free(text);
	check_export(&session);
	quit(term);
	term_expect_back(term);
	session_finish(&session);
}

/* "#12 ", with which the message line of 40 rows begins. Caller frees. */
static char *number_below(struct term *term)
{
	term_expect(term, "\n #");
	term_settle(term, 0.1);
	const char *line = term_row(term, 38);
	assert_int_equal(line[1], '#');
	return evo_format("%.*s ", (int) strcspn(line + 1, " "), line + 1);
}

/* What a stored search found is picked from: from its front, or from all its population. */
static void pick_from_a_stored_front(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 40, 140, "--start");
	struct term *term = session.term;
	expect_generation(term, 20);
	term_keys(term, "p");
	term_expect(term, "PAUSED");
	term_keys(term, "5");
	term_expect(term, "Pareto front: fitness by size");
	term_expect(term, " · front ");
	term_expect(term, "fitness size validation expression");

	/* The message line names the tree under the cursor. The best is the best of both tables. */
	term_keys(term, "\t");
	char *best = number_below(term);
	term_keys(term, "f");
	term_expect(term, " · population ");
	term_expect(term, "rank  fitness size origin");
	term_expect(term, best);

	term_keys(term, "j");
	assert_true(term_wait_gone(term, best));
	char *second = number_below(term);
	term_keys(term, "e");
	term_expect(term, "2 Edit");
	term_expect(term, second);
	free(second);
	free(best);
	quit(term);
	term_expect_back(term);
	session_finish(&session);
}

/* Series have glyphs of their own, scales are named, and so is a plot that no longer follows. */
/* The list of stored searches tells of the present one what the status line does. */
static void the_list_of_runs_follows_the_search(void **state)
{
	struct session session;
	(void) state;
	session_prepare_alone(&session);
	BEGIN(&session, 24, 100, "--generations", "3");
	term_keys(session.term, "s5");
	term_expect(session.term, "DONE gen 3/3");
	term_expect(session.term, "done             3/3");
	term_keys(session.term, "q");
	expect_exit(session.term, 0);
	session_finish(&session);
}

static void the_plot_says_what_it_shows(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 40, 120, "--no-mouse", "--start");
	struct term *term = session.term;
	expect_generation(term, 30);
	term_keys(term, "p");
	term_expect(term, "PAUSED");
	long at = generation(term);
	term_expect(term, "* best   + validation   x mean   . median");
	for (int i = 0; i < 4 && term_find(term, "+ zoom") < 0; i++) {
		term_keys(term, "\t");
		assert_true(term_settle(term, 0.3));
	}
	term_expect(term, "all, live");
	term_keys(term, "++");
	term_expect(term, "\u00b7 live");
	term_keys(term, "h");
	term_expect(term, "\u00b7 frozen");
	/* It stays where it is when the search goes on. */
	term_keys(term, "n");
	expect_generation(term, at + 1);
	term_expect(term, "\u00b7 frozen");
	term_keys(term, "f");
	term_expect(term, "\u00b7 live");
	term_keys(term, "xX");
	term_expect(term, "log x, log y");
	term_keys(term, "xX");
	assert_true(term_wait_gone(term, "log x, log y"));
	session_finish(&session);
}

static void asks_before_it_ends_a_search(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--start");
	expect_generation(session.term, 1);
	term_keys(session.term, "q");
	term_expect(session.term, "y/n");
	term_keys(session.term, "n");
	assert_true(term_wait_gone(session.term, "y/n"));
	long at = generation(session.term);
	expect_generation(session.term, at + 1);
	quit(session.term);
	session_finish(&session);
}

static void wrong_commands_are_told(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--no-mouse");
	term_expect(session.term, "IDLE");
	type_command(session.term, "inject laier_sum(x.d)");
	term_expect(session.term, "layer_sum");
	term_keys(session.term, CANCEL); /* the line is open still, to be mended */
	type_command(session.term, "xport");
	term_expect(session.term, "export");
	term_keys(session.term, CANCEL);
	type_command(session.term, "set crossover 7");
	term_expect(session.term, "crossover is");
	term_keys(session.term, CANCEL);
	term_keys(session.term, "q");
	expect_exit(session.term, 0);
	session_finish(&session);
}

/* ---- Sizes ----------------------------------------------------------------------------------- */

static void resizes(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--start");
	expect_generation(session.term, 1);
	for (int i = 0; i < 32; i++) {
		/* All of 1x1 to 60x200, jumping about. */
		int step = i * 19 % 32;
		term_resize(session.term, 1 + step * 59 / 31, 1 + (i * 13 % 32) * 199 / 31);
		term_listen(session.term, 0.05);
	}
	term_resize(session.term, 1, 1);
	term_listen(session.term, 0.2);
	term_resize(session.term, 24, 80);
	term_expect(session.term, "Population");
	long at = generation(session.term);
	expect_generation(session.term, at + 1);
	quit(session.term);
	term_expect_back(session.term);
	session_finish(&session);
}

/* A button that is let go later than it was pressed, or a report that does not end, is no reason to
   wait for another key. */
static void the_mouse_holds_nothing_up(void **state)
{
	static const char *const parts[] = {"\033[<0;5;5M", "\033[<0;5;5m", "\033[<35;6;5M",
	                                    "\033[<0;5", "\033[<"};
	struct session session;

	(void) state;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--start");
	expect_generation(session.term, 1);
	for (size_t i = 0; i < EVO_COUNT(parts); i++) {
		term_keys(session.term, parts[i]);
		term_listen(session.term, 0.2);
		expect_generation(session.term, generation(session.term) + 1);
	}
	quit(session.term);
	term_expect_back(session.term);
	session_finish(&session);
}

static void fits_every_size(void **state)
{
	(void) state;
	static const struct {
		int rows, columns;
		bool keys; /* is there room to name a key? */
	} sizes[] = {
	        {24, 80, true}, {60, 200, true}, {12, 40, true}, {5, 20, false}, {1, 1, false}};
	for (size_t i = 0; i < EVO_COUNT(sizes); i++) {
		struct session session;
		session_prepare(&session);
		BEGIN(&session, sizes[i].rows, sizes[i].columns, "--no-mouse");
		if (sizes[i].keys) {
			term_expect(session.term, "? help");
			assert_non_null(
			        strstr(term_row(session.term, sizes[i].rows - 1), "? help"));
		}
		assert_true(term_settle(session.term, 1));
		term_keys(session.term, "q");
		expect_exit(session.term, 0);
		term_expect_back(session.term);
		session_finish(&session);
	}
}

/* ---- Scripts --------------------------------------------------------------------------------- */

static char *saved_screen(void)
{
	struct session session;
	session_prepare(&session);
	sandbox_write(&session.box, "script",
	              "# two generations, one way\n"
	              ":step\n:wait generation 1\n:wait idle\n"
	              "keys n\n:wait generation 2\n:wait idle\n"
	              ":save-screen screen.txt\n:quit\n");
	BEGIN(&session, 30, 100, "--script", "script", "--fixed-clock");
	expect_exit(session.term, 0);
	term_expect_back(session.term);
	char *screen = sandbox_read(&session.box, "screen.txt");
	assert_non_null(screen);
	session_finish(&session);
	return screen;
}

static void scripts_repeat(void **state)
{
	(void) state;
	char *one = saved_screen(), *other = saved_screen();
	assert_non_null(strstr(one, "gen 2/"));
	assert_string_equal(one, other);
	free(one);
	free(other);
}

static void scripts_wait_for_scores(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	sandbox_write(&session.box, "script",
	              ":open layer_sum(l1(gw.d))\n:wait scores\n"
	              ":save-screen edit.txt\n:save-screen edit.svg\n:quit\n");
	BEGIN(&session, 30, 100, "--script", "script", "--fixed-clock");
	expect_exit(session.term, 0);
	/* Nothing is under way. */
	char *text = sandbox_read(&session.box, "edit.txt");
	assert_non_null(strstr(text, "same"));
	assert_null(strstr(text, "impact of every node"));
	assert_null(strstr(text, " of 28 networks"));
	char *picture = sandbox_read(&session.box, "edit.svg");
	assert_int_equal(strncmp(picture, "<svg ", 5), 0);
	assert_non_null(strstr(picture, ">layer_sum</text>"));
	free(text);
	free(picture);
	session_finish(&session);
}

static void wrong_scripts_fail(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	sandbox_write(&session.box, "script", "# nothing\n:xyzzy\n");
	BEGIN(&session, 24, 80, "--script", "script");
	expect_exit(session.term, 1);
	term_expect_back(session.term);
	term_expect(session.term, "script:2");
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(opens_idle_and_quits),
	        cmocka_unit_test(idle_writes_nothing),
	        cmocka_unit_test(a_generation_writes_little),
	        cmocka_unit_test(every_terminal),
	        cmocka_unit_test(ascii_on_request),
	        cmocka_unit_test(unknown_terminal),
	        cmocka_unit_test(no_colour_is_honoured),
	        cmocka_unit_test(watch_and_steer),
	        cmocka_unit_test(pick_from_a_stored_front),
	        cmocka_unit_test(the_list_of_runs_follows_the_search),
	        cmocka_unit_test(the_plot_says_what_it_shows),
	        cmocka_unit_test(asks_before_it_ends_a_search),
	        cmocka_unit_test(wrong_commands_are_told),
	        cmocka_unit_test(resizes),
	        cmocka_unit_test(the_mouse_holds_nothing_up),
	        cmocka_unit_test(fits_every_size),
	        cmocka_unit_test(scripts_repeat),
	        cmocka_unit_test(scripts_wait_for_scores),
	        cmocka_unit_test(wrong_scripts_fail),
	};
	return cmocka_run_group_tests_name("explorer", tests, NULL, NULL);
}
