/* The explorer and signals: it dies of what killed it, and leaves the terminal as it was. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

/* Opens the explorer with a search going, or idle, and waits until it shows so. */
static void begin(struct session *session, bool start, int ignored)
{
	session_prepare(session);
	session_begin(session, 24, 80, ignored,
	              (const char *const[]){start ? "--start" : NULL, NULL});
	term_expect(session->term, start ? "RUNNING" : "IDLE");
}

static void expect_death(struct term *term, int number)
{
	int status;
	bool over = term_wait_status(term, &status);
	if (over && WIFSIGNALED(status) && WTERMSIG(status) == number)
		return;
	term_show(term);
	fail_msg("%s, status %x, instead of signal %d", over ? "over" : "still there",
	         (unsigned) status, number);
}

static void dies_of_what_killed_it(void **state)
{
	(void) state;
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	for (size_t i = 0; i < 2 * EVO_COUNT(signals); i++) {
		struct session session;
		begin(&session, i % 2 == 1, 0);
		term_signal(session.term, signals[i / 2]);
		expect_death(session.term, signals[i / 2]);
		term_expect_back(session.term);
		session_finish(&session);
	}
}

static void crash_gives_the_terminal_back(void **state)
{
	(void) state;
	static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE};
	for (size_t i = 0; i < EVO_COUNT(signals); i++) {
		struct session session;
		begin(&session, i % 2 == 0, 0);
		term_signal(session.term, signals[i]);
#ifdef EVO_SANITIZED /* a sanitizer reports and exits in its own way */
		int status;
		assert_true(term_wait_status(session.term, &status));
		assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#else
		expect_death(session.term, signals[i]);
#endif
		term_expect_back(session.term);
		session_finish(&session);
	}
}

static void stops_and_comes_back(void **state)
{
	(void) state;
	for (int by_key = 0; by_key < 2; by_key++) {
		struct session session;
		int status;
		begin(&session, by_key, 0);
		for (int time = 0; time < 2; time++) {
			if (by_key)
				term_keys(session.term, "\032");
			else
				term_signal(session.term, SIGTSTP);
			assert_true(term_wait_status(session.term, &status));
			assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
			term_expect_back(session.term);
			term_continue(session.term);
			term_expect(session.term, "Population");
			assert_true(term_alternate(session.term));
			assert_false(term_restored(session.term));
		}
		term_keys(session.term, "qy");
		assert_true(term_wait_status(session.term, &status));
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		term_expect_back(session.term);
		session_finish(&session);
	}
}

static void hang_up_ends_it(void **state)
{
	(void) state;
	struct session session;
	begin(&session, true, 0);
	term_hang_up(session.term);
	expect_death(session.term, SIGHUP);
	session_finish(&session);
}

static void nohup_is_respected(void **state)
{
	(void) state;
	struct session session;
	int status;
	begin(&session, false, SIGHUP);
	term_signal(session.term, SIGHUP);
	term_keys(session.term, "?");
	term_expect(session.term, "put an expression");
	term_keys(session.term, "qq");
	assert_true(term_wait_status(session.term, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dies_of_what_killed_it),
	        cmocka_unit_test(crash_gives_the_terminal_back),
	        cmocka_unit_test(stops_and_comes_back),
	        cmocka_unit_test(hang_up_ends_it),
	        cmocka_unit_test(nohup_is_respected),
	};
	/* Deaths on purpose leave no core files. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	return cmocka_run_group_tests_name("explorer signals", tests, NULL, NULL);
}
