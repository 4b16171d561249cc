/* The harness that the tests of the explorer stand on, tried with programs of the system. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "term.h"

static const char *const environment[] = {"PATH=/usr/bin:/bin", "TERM=xterm-256color",
                                          "LC_ALL=C.UTF-8", NULL};

static struct term *shell(const char *script)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	return term_open(
	        &(struct term_start){.argv = argv, .env = environment, .rows = 10, .columns = 40});
}

static void shows_a_screen(void **state)
{
	(void) state;
	struct term *term = shell("printf 'one\\n\\033[3;5Hfünf ⣿│'; read x; printf \"got $x\"");
	term_expect(term, "fünf ⣿│");
	assert_string_equal(term_row(term, 0), "one");
	assert_string_equal(term_row(term, 2), "    fünf ⣿│");
	assert_int_equal(term_find(term, "fünf"), 2);
	assert_int_equal(term_find(term, "sechs"), -1);
	term_keys(term, "key\n");
	term_expect(term, "got key");
	int status;
	assert_true(term_wait_status(term, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(term_restored(term));
	term_close(term);
}

static void follows_modes(void **state)
{
	(void) state;
	struct term *term = shell("printf '\\033[?1049h\\033[?25l\\033[?1000;1006hon'; read x;"
	                          "printf '\\033[?1049l\\033[?25h\\033[?1006l\\033[?1000loff';"
	                          "stty -icanon; exit 7");
	term_expect(term, "on");
	assert_true(term_alternate(term));
	assert_false(term_cursor(term));
	assert_true(term_mode(term, 1000) && term_mode(term, 1006));
	assert_true(term_restored(term));
	term_keys(term, "\n");
	int status;
	assert_true(term_wait_status(term, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_false(term_alternate(term));
	assert_true(term_cursor(term));
	assert_false(term_mode(term, 1000) || term_mode(term, 1006));
	assert_false(term_restored(term));
	term_close(term);
}

static void counts_colours(void **state)
{
	(void) state;
	struct term *term = shell("printf 'a\\033[1mb\\033[0;7mc\\033[39;49md'; read x;"
	                          "printf '\\033[38;5;1me\\033[1;44mf\\033[95mg'");
	term_expect(term, "abcd");
	assert_int_equal(term_colours(term), 0);
	term_keys(term, "\n");
	term_expect(term, "efg");
	assert_int_equal(term_colours(term), 3);
	term_close(term);
}

static void stops_and_continues(void **state)
{
	(void) state;
	struct term *term = shell("echo ready; read x; echo \"back $x\"; kill -TERM $$");
	term_expect(term, "ready");
	term_keys(term, "\032"); /* Ctrl-Z: the terminal stops the job in its foreground */
	int status;
	assert_true(term_wait_status(term, &status));
	assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
	term_continue(term);
	term_keys(term, "again\n");
	term_expect(term, "back again");
	assert_true(term_wait_status(term, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	term_close(term);
}

static void hangs_up(void **state)
{
	(void) state;
	struct term *term = shell("echo ready; while :; do sleep 1; done");
	term_expect(term, "ready");
	term_hang_up(term);
	int status;
	assert_true(term_wait_status(term, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	term_close(term);
}

static void resizes(void **state)
{
	(void) state;
	struct term *term =
	        shell("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done");
	term_expect(term, "ready");
	term_resize(term, 1, 1);
	term_resize(term, 60, 200);
	term_resize(term, 7, 33);
	term_expect(term, "7 33");
	assert_true(term_settle(term, 0.3));
	assert_int_equal(term_listen(term, 0.3), 0);
	term_close(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(shows_a_screen), cmocka_unit_test(follows_modes),
	        cmocka_unit_test(counts_colours), cmocka_unit_test(stops_and_continues),
	        cmocka_unit_test(hangs_up),       cmocka_unit_test(resizes),
	};
	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
