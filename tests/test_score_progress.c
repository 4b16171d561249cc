/* score on a terminal: a bar while it scores, and nothing of it afterwards. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "program.h"
#include "term.h"

static struct term *start(const char *repeats, int columns)
{
	const char *const argv[] = {PROGRAM,     "score", "eznas-a", SMALL_PROBE,
	                            "--repeats", repeats, "-n",      "100",
	                            "--threads", "1",     NULL};
	return term_open(&(struct term_start){.argv = argv,
	                                      .env = (const char *const *) box.env,
	                                      .folder = box.folder,
	                                      .rows = 10,
	                                      .columns = columns});
}

static void expect_end(struct term *term, int number)
{
	int status;
	assert_true(term_wait_status(term, &status));
	if (number)
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
	else
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	term_settle(term, 0.1);
	assert_int_equal(term_find(term, "scoring: "), -1);
	assert_int_equal(term_find(term, "[#"), -1);
}

static void a_bar_fills_the_line(void **state)
{
	(void) state;
	struct term *term = start("8", 100);
	term_expect(term, "[#");
	int row = term_find(term, "[#");
	const char *line = term_row(term, row);
	/* Three columns are left: the last one would wrap on some terminals, and Ctrl-C may be
	   echoed in the others. */
	assert_int_equal(strlen(line), 97);
	assert_int_equal(line[0], '[');
	assert_true(has(line, "] scoring: ") && has(line, " of 800 networks, "));
	assert_string_equal(line + 97 - 5, " left");
	expect_end(term, 0);
	assert_int_equal(term_find(term, "proxy "), row);
	term_close(term);
}

static void narrow_terminals_get_the_words(void **state)
{
	(void) state;
	struct term *term = start("8", 50);
	term_expect(term, "scoring: ");
	assert_int_equal(term_find(term, "["), -1);
	expect_end(term, 0);
	term_close(term);
}

static void what_does_not_fit_is_left_out_and_named(void **state)
{
	(void) state;
	struct term *term = start("1", 80);
	expect_end(term, 0);
	int row = term_find(term, "proxy ");
	assert_true(has(term_row(term, row), "  spearman"));
	assert_false(has(term_row(term, row), "pearson  "));
	assert_int_equal(strncmp(term_row(term, row + 1), "eznas-a  ", 9), 0);
	assert_string_equal(term_row(term, row + 2),
	                    "left out, as the terminal is narrow: pearson, top 10 %, given units, "
	                    "given");
	assert_string_equal(term_row(term, row + 3), "params, not finite, ms together");
	term_close(term);
}

static void an_interruption_is_told_below(void **state)
{
	(void) state;
	struct term *term = start("50", 100);
	term_expect(term, "[#");
	term_keys(term, "\003");
	expect_end(term, SIGINT);
	assert_int_equal(term_find(term, "^C"), -1);
	term_expect(term, "of 5000 networks are kept; the same command goes on from there");
	term_expect_back(term);
	term_close(term);
	term = start("50", 100);
	term_expect(term, "evoscope: going on: ");
	term_expect(term, "scoring: ");
	term_keys(term, "\003");
	expect_end(term, SIGINT);
	term_close(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_bar_fills_the_line),
	        cmocka_unit_test(narrow_terminals_get_the_words),
	        cmocka_unit_test(what_does_not_fit_is_left_out_and_named),
	        cmocka_unit_test(an_interruption_is_told_below),
	};
	return cmocka_run_group_tests_name("score on a terminal", tests, open_box, close_box);
}
