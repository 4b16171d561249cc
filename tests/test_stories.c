/* The explorer from end to end, as a person would use it. */
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

#define HOME  "\001"
#define LEFT  "\033OD"
#define RIGHT "\033OC"

static void type_words(struct term *term, const char *command, const char *path)
{
	char *text = evo_format("%s %s", command, path);
	type_command(term, text);
	free(text);
}

/* ---- Editing the best tree ------------------------------------------------------------------- */

/* From the population into the editor: menu, undo, redo, cut, paste, and text with a mistake. */
static void edit_the_best(struct term *term)
{
	int row, column;
	term_keys(term, "ge");
	term_expect(term, "Under the cursor");
	term_keys(term, "gologdet1p");
	term_expect(term, "log|det(I + a)|");
	term_keys(term, ESCAPE);
	assert_true(term_wait_gone(term, "log|det"));
	/* The root may be of any kind: it is put under neg, which takes all. */
	term_keys(term, "oneg" ENTER);
	term_expect(term, ", 1 change");
	term_keys(term, "u");
	assert_true(term_wait_gone(term, ", 1 change"));
	term_keys(term, "U");
	term_expect(term, ", 1 change");

	/* The cursor comes back to where the mistake is. */
	/* The best may be too long for the line, whose end is shown then. */
	term_keys(term, "T" HOME);
	term_expect(term, ":whole-text neg(");
	term_keys(term, "\025whole-text mul(units, parms)" ENTER);
	term_expect(term, "parms");
	term_expect(term, "params");
	term_settle(term, 0.2);
	term_cursor_at(term, &row, &column);
	assert_int_equal(row, term_rows(term) - 2);
	assert_int_equal(column, strlen(":whole-text mul(units, "));
	term_keys(term, "\013params)" ENTER);
	term_expect(term, ", 2 changes");

	/* Cut leaves the least that fits, here what was there; paste puts it elsewhere. */
	term_keys(term, "jx");
	term_expect(term, "cut or copied: units");
	term_expect(term, "mul(params, params)");
	term_keys(term, "\tp");
	term_expect(term, "mul(params, units)");
	term_keys(term, "gradd" ENTER);
	term_expect(term, "add(params, units)");
	term_expect(term, ", 5 changes");
}

/* The row of the population with so much in a column, or SIZE_MAX. */
static size_t row_with(const struct csv_table *table, const char *column, const char *value)
{
	for (size_t i = 0; i < table->rows; i++)
		if (!strcmp(csv_cell(table, i, column), value))
			return i;
	return SIZE_MAX;
}

static bool is_there(struct term *term, const void *path)
{
	(void) term;
	return access(path, F_OK) == 0;
}

/* Exports into a folder that is not there yet, and loads a table. */
static void export_table(struct session *session, const char *folder, struct csv_table *table)
{
	char *name = evo_format("%s/population.csv", folder);
	const char *path = sandbox_path(&session->box, name);
	type_words(session->term, "export csv", sandbox_path(&session->box, folder));
	if (!term_wait(session->term, is_there, path, TERM_PATIENCE))
		term_show(session->term);
	csv_load(path, table);
	free(name);
}

/* Steps on until some tree says that it is a child; fails the test when none does. */
static void expect_child(struct session *session, const char *id)
{
	bool found = false;
	for (long i = 0; !found && i < 30; i++) {
		struct csv_table table;
		char *folder = evo_format("later%ld", i);
		long at = generation(session->term);
		term_keys(session->term, "n");
		expect_generation(session->term, at + 1);
		term_expect(session->term, "PAUSED");
		export_table(session, folder, &table);
		found = row_with(&table, "parent1", id) != SIZE_MAX ||
		        row_with(&table, "parent2", id) != SIZE_MAX;
		csv_clear(&table);
		free(folder);
	}
	assert_true(found);
}

static void watch_pause_edit_inject(void **state)
{
	(void) state;
	struct session session;
	struct csv_table table;
	session_prepare_alone(&session);
	BEGIN(&session, 40, 140, "--start");
	struct term *term = session.term;
	expect_generation(term, 2);
	term_keys(term, "p");
	term_expect(term, "PAUSED");
	/* From now on nobody dies and parents are drawn evenly: a poor tree has children, too. */
	type_command(term, "set population 500");
	type_command(term, "set tournament 1");
	/* To the end of the generation: what is injected amid one waits for the next. */
	long at = generation(term) + 1;
	term_keys(term, "n");
	expect_generation(term, at);
	term_expect(term, "PAUSED");
	edit_the_best(term);
	term_keys(term, "i");
	term_expect(term,
	            "Enters the next generation that begins, marked for life: add(params, units)");

	/* Not that it ran on behind the editor. */
	term_keys(term, "1");
	term_expect(term, "Population");
	assert_int_equal(generation(term), at);
	term_keys(term, "n");
	expect_generation(term, at + 1);
	term_expect(term, "PAUSED");
	term_keys(term, "/injected" ENTER);
	term_expect(term, "/injected: 1");
	term_expect(term, "◆");
	term_expect(term, "add(params, units)");
	term_keys(term, ESCAPE);

	export_table(&session, "now", &table);
	size_t row = row_with(&table, "origin", "injected");
	assert_int_not_equal(row, SIZE_MAX);
	assert_string_equal(csv_cell(&table, row, "expression"), "add(params, units)");
	assert_string_equal(csv_cell(&table, row, "parent1"), "0");
	char *id = evo_strdup(csv_cell(&table, row, "id"));
	csv_clear(&table);
	expect_child(&session, id);
	term_keys(term, "p");
	term_expect(term, "RUNNING");
	quit(term);
	free(id);
	session_finish(&session);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* In how many panes of three side by side is the architecture marked? Frames meet between them. */
static int marks(struct term *term)
{
	bool seen[3] = {false};
	for (int y = 2; y < term_rows(term) - 3; y++) {
		const char *at = term_row(term, y);
		for (int pane = -1; *at; at++) {
			if (!strncmp(at, "││", strlen("││")) || pane < 0)
				pane++;
			if (*at == 'O' && pane < 3)
				seen[pane] = true;
		}
	}
	return seen[0] + seen[1] + seen[2];
}

static bool all_marked(struct term *term, const void *unused)
{
	(void) unused;
	return marks(term) == 3;
}

static void expect_same_scores(struct session *session)
{
	struct outcome outcome;
	struct csv_table seen, scored;
	RUN(&session->box, &outcome, "score", "--quiet", "--benchmark", MADE, SMALL_PROBE,
	    "--networks", "100", "--split", "all", "--seed", "3", "--csv", "scored.csv", "eznas-a",
	    "eznas-r", "mul(units, params)");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	csv_load(sandbox_path(&session->box, "seen.csv"), &seen);
	csv_load(sandbox_path(&session->box, "scored.csv"), &scored);
	assert_int_equal(seen.rows, 3);
	assert_int_equal(scored.rows, 3);
	assert_int_equal(seen.columns, scored.columns);
	for (size_t i = 0; i < 4 * seen.columns; i++)
		if (strcmp(seen.cells[i % seen.columns], "milliseconds") || i < seen.columns)
			assert_string_equal(seen.cells[i], scored.cells[i]);
	csv_clear(&seen);
	csv_clear(&scored);
}

static void compare_three(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 40, 160, "--no-mouse");
	struct term *term = session.term;
	term_keys(term, "3");
	term_expect(term, "eznas-a");
	term_keys(term, "g  ");
	type_command(term, "add mul(units, params)");
	term_expect(term, "mul(units, params)");
	term_keys(term, " ");
	term_expect(term, "*mul(units, params)");
	term_expect(term, "*eznas-a");
	term_expect(term, "*eznas-r");
	assert_true(term_wait_gone(term, "scoring"));

	term_keys(term, "v");
	term_expect(term, "mul(units, params) · " MADE);
	term_expect(term, "given units");
	term_expect(term, "rho");
	assert_int_equal(marks(term), 0);
	term_keys(term, "\t" RIGHT RIGHT RIGHT);
	term_expect(term, "O accuracy ");
	assert_true(term_wait(term, all_marked, NULL, TERM_PATIENCE));
	char *picked = evo_strdup(term_row(term, term_rows(term) - 2));
	term_keys(term, LEFT);
	assert_true(term_wait_gone(term, picked));
	assert_true(term_wait(term, all_marked, NULL, TERM_PATIENCE));
	free(picked);

	term_keys(term, "x");
	term_expect(term, ":export-table");
	term_keys(term, "seen.csv" ENTER);
	term_expect(term, "Wrote 3 rows to seen.csv");
	term_keys(term, "q");
	expect_exit(term, 0);
	expect_same_scores(&session);
	session_finish(&session);
}

/* ---- Killed and resumed ---------------------------------------------------------------------- */

#define LONG_ENOUGH "--generations", "12", "--population", "60", "--networks", "40", "--seed", "5"

static void kill_amid(struct session *session, long generation, long milliseconds)
{
	int status;
	expect_generation(session->term, generation);
	nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
	term_signal(session->term, SIGKILL);
	assert_true(term_wait_status(session->term, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	session_end(session);
}

/* From the Runs screen, where the run is the first one. */
static void resume_stored(struct session *session)
{
	BEGIN(session, 40, 140, LONG_ENOUGH);
	term_expect(session->term, "IDLE");
	term_keys(session->term, "5");
	term_expect(session->term, "default-5");
	term_expect(session->term, "interrupted");
	term_keys(session->term, ENTER);
	term_expect(session->term, "goes on with default-5");
	term_keys(session->term, "s");
	term_expect(session->term, "RUNNING");
}

static void killed_and_resumed(void **state)
{
	(void) state;
	struct session session;
	struct outcome outcome;
	session_prepare_alone(&session);
	RUN(&session.box, &outcome, "evolve", "--quiet", "--benchmark", MADE, SMALL_PROBE,
	    "--validation", "8", LONG_ENOUGH, "--no-store", "--csv-dir", "whole");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);

	BEGIN(&session, 40, 140, LONG_ENOUGH, "--start");
	kill_amid(&session, 2, 20);
	resume_stored(&session);
	kill_amid(&session, 5, 35);
	resume_stored(&session);
	term_expect(session.term, "DONE");
	type_words(session.term, "export csv", "resumed");
	term_expect(session.term, "Wrote generations.csv");
	term_keys(session.term, "q");
	expect_exit(session.term, 0);
	expect_same_run(&session.box, "whole", "resumed");
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(watch_pause_edit_inject),
	        cmocka_unit_test(compare_three),
	        cmocka_unit_test(killed_and_resumed),
	};
	return cmocka_run_group_tests_name("stories", tests, NULL, NULL);
}
