/* The explorer over a whole life: one search after the other in one session. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

/* ---- One search after the other -------------------------------------------------------------- */

static void a_seed_makes_a_new_search(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse");
	struct term *term = session.term;
	term_expect(term, "seed 3");
	for (int i = 5; i < 8; i++) {
		char *command = evo_format("seed %d", i), *says = evo_format("seed %d ", i);
		type_command(term, command);
		term_expect(term, says);
		term_expect(term, "IDLE");
		/* It is about what the one before was about. */
		assert_non_null(strstr(term_row(term, 0), MADE));
		free(command);
		free(says);
	}
	term_keys(term, "n");
	term_expect(term, "PAUSED");
	expect_generation(term, 1);
	quit(term);
	session_finish(&session);
}

/* By the key that is named once a search has ended, with the next seed. */
static void begin_another(struct term *term, int seed)
{
	char *question = evo_format("with seed %d and", seed), *name = evo_format("seed %d ", seed);
	term_expect(term, "s start");
	term_keys(term, "s");
	term_expect(term, question);
	term_keys(term, "y");
	term_expect(term, name);
	term_listen(term, 0.3); /* nothing of the one before is left on the screen */
	assert_non_null(strstr(term_row(term, 0), MADE));
	free(question);
	free(name);
}

static void a_search_follows_one_that_was_stopped(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--start");
	struct term *term = session.term;
	for (int seed = 4; seed < 7; seed++) {
		expect_generation(term, 1);
		type_command(term, "stop");
		term_expect(term, "STOPPED");
		begin_another(term, seed);
	}
	expect_generation(term, 1);
	quit(term);
	session_finish(&session);
}

static void a_search_follows_one_that_is_done(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--start", "--generations", "1");
	struct term *term = session.term;
	for (int seed = 4; seed < 7; seed++) {
		term_expect(term, "DONE");
		begin_another(term, seed);
	}
	term_expect(term, "DONE");
	term_keys(term, "q");
	expect_exit(term, 0);
	session_finish(&session);
}

/* One whose benchmark is not there. */
static void a_search_follows_one_that_has_failed(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse");
	struct term *term = session.term;
	const char *folder = sandbox_path(&session.box, "data/benchmarks/" MADE);
	char *away = evo_format("%s.away", folder);
	term_expect(term, "IDLE");
	for (int seed = 4; seed <= 6; seed += 2) {
		assert_int_equal(rename(folder, away), 0);
		type_command(term, "start");
		term_expect(term, "FAILED");
		assert_int_equal(rename(away, folder), 0);
		begin_another(term, seed);
		expect_generation(term, 1);
		type_command(term, "stop");
		term_expect(term, "STOPPED");
	}
	term_keys(term, "q");
	expect_exit(term, 0);
	free(away);
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_seed_makes_a_new_search),
	        cmocka_unit_test(a_search_follows_one_that_was_stopped),
	        cmocka_unit_test(a_search_follows_one_that_is_done),
	        cmocka_unit_test(a_search_follows_one_that_has_failed),
	};
	return cmocka_run_group_tests_name("explorer life", tests, NULL, NULL);
}
