/* Random keys on every screen: the explorer lives, answers, and quits as ever. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

#define KEYS  1000 /* on a screen */
#define BURST 50

/* What terminals send for keys that have a name, and what they should not. */
static const char *const sequences[] = {"\033OA",
                                        "\033OB",
                                        "\033OC",
                                        "\033OD",
                                        "\033OH",
                                        "\033OF",
                                        "\033[5~",
                                        "\033[6~",
                                        "\033[3~",
                                        "\033[Z",
                                        "\033OP",
                                        "\033[15~",
                                        "\033",
                                        "é",
                                        "漢",
                                        "\xff\xfe",
                                        "\xc3",
                                        "\033[200~x",
                                        "\033[<0;9;M",
                                        "\033[1;5C",
                                        "\t",
                                        "\r",
                                        "y",
                                        "\177",
                                        "\033[I",
                                        "set train ",
                                        "add units",
                                        "open flops",
                                        "mul(units, 2)\r"};

static void put_mouse(struct evo_text *out, struct evo_rng *rng, int rows, int columns)
{
	static const int buttons[] = {0, 0, 1, 2, 64, 65};
	evo_text_printf(out, "\033[<%d;%d;%d%c", buttons[evo_rng_below(rng, EVO_COUNT(buttons))],
	                1 + (int) evo_rng_below(rng, (size_t) columns),
	                1 + (int) evo_rng_below(rng, (size_t) rows),
	                evo_rng_below(rng, 4) == 0 ? 'm' : 'M');
}

/* Any key but those by which the terminal itself ends or stops a program. */
static void put_key(struct evo_text *out, struct evo_rng *rng, int rows, int columns)
{
	size_t kind = evo_rng_below(rng, 10);
	char c;
	if (kind == 0) {
		put_mouse(out, rng, rows, columns);
	} else if (kind < 4) {
		evo_text_append(out, sequences[evo_rng_below(rng, EVO_COUNT(sequences))]);
	} else if (kind == 4) {
		do
			c = (char) evo_rng_below(rng, 32);
		while (c == ('c' & 31) || c == ('z' & 31) || c == ('\\' & 31));
		evo_text_append_n(out, &c, 1);
	} else {
		c = (char) (' ' + (int) evo_rng_below(rng, 95));
		evo_text_append_n(out, &c, 1);
	}
}

struct fuzz {
	struct session session;
	struct evo_rng rng;
	const char *screen;
	int rows, columns;
	size_t ends; /* keys that quit */
};

static void begin_on_screen(struct fuzz *fuzz)
{
	fuzz->rows = 24;
	fuzz->columns = 80;
	BEGIN(&fuzz->session, fuzz->rows, fuzz->columns, "--theme", "dark");
	term_expect(fuzz->session.term, "IDLE");
	/* Something to look at on every screen. */
	term_keys(fuzz->session.term, "n");
	term_expect(fuzz->session.term, "PAUSED");
	term_keys(fuzz->session.term, fuzz->screen);
}

/* Random keys may well quit; then it is begun anew. */
static void expect_alive_or_quit(struct fuzz *fuzz)
{
	int status;
	if (!term_ended(fuzz->session.term))
		return;
	assert_true(term_wait_status(fuzz->session.term, &status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		term_show(fuzz->session.term);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	term_expect_back(fuzz->session.term);
	session_end(&fuzz->session);
	fuzz->ends++;
	begin_on_screen(fuzz);
}

static bool is_cleared(struct term *term, const void *from)
{
	size_t count;
	const char *bytes = term_bytes(term, &count), *clear = "\033[2J";
	for (size_t at = *(const size_t *) from; at + 4 <= count; at++)
		if (!memcmp(bytes + at, clear, 4))
			return true;
	return term_ended(term);
}

/* Out of whatever is open, to the screen, and one key that must be answered: draw all anew. */
static void expect_answer(struct fuzz *fuzz)
{
	struct term *term = fuzz->session.term;
	size_t before;
	/* C-q lets the terminal write again, also where C-v takes the first one; M ends what may look
	   like a mouse; the menu, the line, a question and help are closed. */
	term_keys(term, "\021\021M" CANCEL ESCAPE);
	term_listen(term, 0.03); /* an escape is alone when nothing follows it */
	term_keys(term, CANCEL ESCAPE);
	term_listen(term, 0.03);
	term_bytes(term, &before);
	term_keys(term, "\014");
	if (!term_wait(term, is_cleared, &before, TERM_PATIENCE)) {
		term_show(term);
		fail_msg("no answer on screen %s", fuzz->screen);
	}
	expect_alive_or_quit(fuzz);
	term_keys(fuzz->session.term, fuzz->screen);
}

static void resize_at_random(struct fuzz *fuzz)
{
	if (evo_rng_below(&fuzz->rng, 3) != 0)
		return;
	fuzz->rows = 1 + (int) evo_rng_below(&fuzz->rng, 60);
	fuzz->columns = 1 + (int) evo_rng_below(&fuzz->rng, 200);
	term_resize(fuzz->session.term, fuzz->rows, fuzz->columns);
}

static void fuzz_screen(const char *screen)
{
	struct fuzz fuzz = {.screen = screen, .rng = evo_rng_stream(7, screen, 0)};
	session_prepare_alone(&fuzz.session);
	begin_on_screen(&fuzz);
	for (size_t i = 0; i < KEYS; i += BURST) {
		struct evo_text keys;
		evo_text_init(&keys);
		for (size_t j = 0; j < BURST; j++)
			put_key(&keys, &fuzz.rng, fuzz.rows, fuzz.columns);
		term_send(fuzz.session.term, keys.data, keys.length);
		evo_text_clear(&keys);
		resize_at_random(&fuzz);
		expect_answer(&fuzz);
	}
	term_resize(fuzz.session.term, 24, 80);
	term_expect(fuzz.session.term, "? help");
	quit(fuzz.session.term);
	term_expect_back(fuzz.session.term);
	print_message("screen %s: quit %zu times\n", screen, fuzz.ends);
	session_finish(&fuzz.session);
}

#define SCREEN(name, key)                                                                          \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void) state;                                                                      \
		fuzz_screen(key);                                                                  \
	}
SCREEN(evolve, "1")
SCREEN(edit, "2")
SCREEN(compare, "3")
SCREEN(benchmarks, "4")
SCREEN(runs, "5")

/* What is no character, and what the mouse does that nobody asked for, is no end of input. */
static void useless_keys_do_nothing(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 80, "--ascii");
	term_expect(session.term, "IDLE");
	for (int i = 0; i < 5; i++) {
		term_send(session.term, i % 2 ? "\033[<2;5;5M" : "\0", i % 2 ? 9 : 1);
		term_listen(session.term, 0.1);
	}
	assert_false(term_ended(session.term));
	term_keys(session.term, "?");
	term_expect(session.term, "put an expression");
	term_keys(session.term, "qq");
	expect_exit(session.term, 0);
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(useless_keys_do_nothing),
	        cmocka_unit_test(evolve),
	        cmocka_unit_test(edit),
	        cmocka_unit_test(compare),
	        cmocka_unit_test(benchmarks),
	        cmocka_unit_test(runs),
	};
	return cmocka_run_group_tests_name("explorer fuzz", tests, NULL, NULL);
}
