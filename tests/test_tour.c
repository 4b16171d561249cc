/*
 * The tour in data/guide.md, step by step, with smaller networks: what it tells of the explorer is
 * there, and what it promises happens, on any processor.
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

#include "evoscope/base.h"

#include "session.h"

#define DOWN  "\033OB"
#define LEFT  "\033OD"
#define RIGHT "\033OC"

static char *tour; /* with single spaces between words */

/* A step that is taken here is in the tour, in these words. */
static void told(const char *words)
{
	if (strstr(tour, words) == NULL)
		fail_msg("the tour does not say '%s'", words);
}

static void read_tour(void)
{
	char *text = evo_file_read(EVO_SOURCE_DIR "/data/guide.md", 1 << 20, NULL, NULL);
	struct evo_text words;

	assert_non_null(text);
	evo_text_init(&words);
	for (char *rest = text, *word; (word = strtok_r(rest, " \n", &rest)) != NULL;)
		evo_text_printf(&words, "%s ", word);
	free(text);
	tour = words.data;
}

/* A command of the tour, typed. */
static void follow(struct term *term, const char *command)
{
	char *line = evo_format(":%s", command);

	told(line);
	term_keys(term, line);
	term_keys(term, ENTER);
	free(line);
}

/* How many rows of the population have the mark of the injected, and an expression that begins
   so. */
static int marked_rows(struct term *term, const char *expression)
{
	int rows = 0;

	for (int y = 0; y < term_rows(term); y++) {
		const char *mark = strstr(term_row(term, y), "◆ ");
		rows += mark != NULL && strstr(mark, expression) != NULL;
	}
	return rows;
}

static void step(struct term *term)
{
	long at = generation(term);

	term_keys(term, "n");
	expect_generation(term, at + 1);
	term_expect(term, "PAUSED");
}

static bool has_one(struct term *term, const void *expression)
{
	return marked_rows(term, expression) == 1;
}

static void expect_row(struct term *term, const char *expression)
{
	if (!term_wait(term, has_one, expression, TERM_PATIENCE))
		term_show(term);
	assert_int_equal(marked_rows(term, expression), 1);
}

/* ---- 1 Evolve -------------------------------------------------------------------------------- */

static void watch_a_search(struct term *term)
{
	told("`s` starts it (`--start` does at once), `p` pauses and resumes, `n` computes one "
	     "generation and pauses.");
	for (int i = 0; i < 3; i++)
		step(term);
	told("train and validation of every benchmark with `b`");
	term_keys(term, "b");
	term_expect(term, "Best on " MADE);
	term_keys(term, "bbb");
	term_expect(term, "Best on all benchmarks");
	term_keys(term, "b");
	term_expect(term, "Fitness (Kendall tau)");
	told("`<` `>` sort by a column, `r` turns the order round, `/` filters.");
	term_keys(term, ">");
	term_expect(term, "by fitness");
	term_keys(term, "r");
	term_expect(term, "by fitness reversed");
	term_keys(term, "<");
	term_expect(term, "by rank");
	told("its tau beside those of `units`, `params` and `eznas-a` on the same networks");
	term_expect(term, "given units");
	term_expect(term, "eznas-a");

	follow(term, "inject meco-tree");
	term_expect(term, "Enters the next generation that begins: meco-tree");
	step(term);
	told("the tree is in the generation that follows, whatever its rank. `/injected` shows its "
	     "row alone");
	term_keys(term, "/injected" ENTER);
	term_expect(term, "/injected: 1");
	expect_row(term, "layer_sum(eigmin(");
	term_expect(term, "layer_sum(eigmin(corr(by_channel(r.n))))"); /* of the tree */
	told("`/descends` what descends from it, `Esc` all rows again");
	term_keys(term, ESCAPE);
	assert_true(term_wait_gone(term, "/injected: 1"));
	follow(term, "set max_size 15");
	term_expect(term, "set max_size 15: from generation");
	follow(term, "set crossover");
	term_expect(term, "crossover is 0.3 (a number from 0 to 1): share of offspring");
	follow(term, "export csv results/");
	term_expect(term, "Wrote generations.csv, population.csv and front.csv to results/");
}

/* ---- 2 Edit ---------------------------------------------------------------------------------- */

static int words_on(struct term *term, const char *word)
{
	int count = 0;

	for (const char *at = term_screen(term); (at = strstr(at, word)) != NULL; at++)
		count++;
	return count;
}

static bool all_same(struct term *term, const void *unused)
{
	(void) unused;
	return words_on(term, "same") == 6;
}

static void change_a_tree(struct term *term)
{
	follow(term, "open mul(layer_mean(frob(gx.d)), log(abs(params)))");
	term_expect(term, "log(abs(params))");
	told("Five times `Down` to it and `d`: the tree is a node smaller, and every tau, on train "
	     "and on validation networks, reads *same*.");
	term_keys(term, DOWN DOWN DOWN DOWN DOWN "d");
	term_expect(term, "expression, 1 change");
	term_expect(term, "mul(layer_mean(frob(gx.d)), log(params))");
	if (!term_wait(term, all_same, NULL, TERM_PATIENCE))
		term_show(term);
	assert_int_equal(words_on(term, "same"), 6);
	told("`u` takes a change back");
	term_keys(term, "u");
	term_expect(term, "log(abs(params))");
	term_keys(term, "U");
	assert_true(term_wait_gone(term, "abs(params)"));
	told("`i` injects it, `1` and `n` compute the next generation, and `/injected` finds it "
	     "there, with a ◆.");
	term_keys(term, "i");
	term_expect(term, "marked for life");
	term_keys(term, "1");
	term_expect(term, "Population");
	step(term);
	term_keys(term, "/injected" ENTER);
	expect_row(term, "mul(layer_mean(");
	told("`w NAME` keeps a tree in your library.");
	term_keys(term, ESCAPE);
	assert_true(term_wait_gone(term, "/injected"));
}

/* ---- 3 Compare ------------------------------------------------------------------------------- */

static void compare_proxies(struct term *term)
{
	told("`c` on another screen brings the tree under the cursor, `a` any expression.");
	term_keys(term, "c");
	term_expect(term, "Kendall tau of ");
	type_command(term, "add mul(units, params)");
	term_expect(term, "mul(units, params)");
	told("`Space` tags rows and `v` opens them in panes");
	term_keys(term, " g v");
	term_expect(term, "mul(units, params) · ");
	told("Left and right pick a network (`O`), which all panes mark");
	term_expect(term, "not finite");
	term_keys(term, RIGHT);
	term_expect(term, "O accuracy ");
	told("`Tab` goes from pane to pane, up and down change a pane's proxy, `b` its benchmark.");
	term_keys(term, "\tb");
	term_keys(term, ESCAPE);
	term_expect(term, "Kendall tau of ");
}

/* ---- 4 and 5 --------------------------------------------------------------------------------- */

static void look_at_what_there_is(struct term *term)
{
	term_keys(term, "4");
	term_expect(term, "tiny201-glyphs");
	told("their histogram, the *ceiling*");
	term_keys(term, DOWN);
	term_expect(term, "ceiling");
	term_keys(term, "5");
	term_expect(term, "Pareto front");
	told("Left and right look back at its generations");
	term_keys(term, LEFT);
	term_expect(term, "looked back at");
	term_keys(term, RIGHT);
	assert_true(term_wait_gone(term, "looked back at"));
	told("a mark at the one to take), or from the whole population (`f`)");
	term_expect(term, "take");
	term_keys(term, "f");
	term_expect(term, "population");
	told("`d` deletes the search and asks before");
	told("`?` lists every key and command");
	term_keys(term, "?");
	term_expect(term, ":resume-run");
	term_keys(term, "q");
	told("`:theme NAME` changes colours: `dark`, `light`, `high-contrast`, `mono` (none), "
	     "`terminal`");
	type_command(term, "theme high-contrast");
	told("as a picture where the name ends in `.svg`");
	type_command(term, "save-screen runs.svg");
	term_expect(term, "Wrote the screen to runs.svg");
}

static void the_tour(void **state)
{
	struct session session;

	(void) state;
	read_tour();
	session_prepare(&session);
	BEGIN(&session, 50, 160, "--benchmark", "tiny201-mosaics", "--benchmark", "tiny201-glyphs",
	      "--set", "population=40");
	struct term *term = session.term;
	term_expect(term, "IDLE");
	told("The line at the bottom names the keys that matter now");
	term_expect(term, "s start");
	watch_a_search(term);
	change_a_tree(term);
	compare_proxies(term);
	look_at_what_there_is(term);
	told("`q` quits");
	quit(term);
	assert_true(access(sandbox_path(&session.box, "results/front.csv"), F_OK) == 0);
	session_finish(&session);
	free(tour);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_tour)};

	return cmocka_run_group_tests_name("tour", tests, NULL, NULL);
}
