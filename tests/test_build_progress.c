/* benchmarks build on a terminal: a bar while it trains, and word of what is kept when it ends. */
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

static struct term *start(int columns)
{
	static const char *const argv[] = {
	        PROGRAM, "benchmarks", "build", "--networks",     "200",  "--epochs",
	        "1",     "--channels", "4",     "--train-images", "200",  "--test-images",
	        "50",    "--threads",  "1",     "--name",         "many", NULL};
	return term_open(&(struct term_start){.argv = argv,
	                                      .env = (const char *const *) box.env,
	                                      .folder = box.folder,
	                                      .rows = 10,
	                                      .columns = columns});
}

static void interrupt(struct term *term)
{
	int status;
	term_keys(term, "\003");
	assert_true(term_wait_status(term, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	term_settle(term, 0.1);
	assert_int_equal(term_find(term, "trained "), -1);
	assert_int_equal(term_find(term, "^C"), -1);
	term_expect(term, "of 400 trainings are kept");
	term_expect_back(term);
	term_close(term);
}

static void a_bar_tells_how_far_it_is(void **state)
{
	(void) state;
	struct term *term = start(130);
	term_expect(term, "[#");
	term_expect(term, ", tau ");
	const char *line = term_row(term, term_find(term, ", tau "));
	assert_true(has(line, "] trained ") && has(line, " of 400, "));
	assert_true(has(line, " left; last ") && has(line, ", all "));
	interrupt(term);
}

/* What was kept took no time, so that there is none left before the next is done. */
static void narrow_terminals_get_all_the_words(void **state)
{
	(void) state;
	struct term *term = start(80);
	term_expect(term, " left; last ");
	int row = term_find(term, " left; last ");
	const char *line = term_row(term, row);
	assert_int_equal(strncmp(line, "trained ", 8), 0);
	assert_true(has(line, " %, tau "));
	interrupt(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_bar_tells_how_far_it_is),
	        cmocka_unit_test(narrow_terminals_get_all_the_words),
	};
	return cmocka_run_group_tests_name("build on a terminal", tests, open_box, close_box);
}
