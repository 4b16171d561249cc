/*
 * Random keys, commands, pastes and clicks in every state of the explorer: it lives, answers, and
 * quits as ever.
 *
 * EVOSCOPE_FUZZ_KEYS=N takes N keys in all in place of some thousands, EVOSCOPE_FUZZ_SEED=N others
 * than usual, EVOSCOPE_FUZZ_STATE=NAME those of one state. Each state begins a sequence of its own,
 * so that one that fails is repeated by the seed and the state that are printed; what the search
 * makes of the keys depends on the time, too.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"
#include "evoscope/ui.h"

#include "session.h"

#define KEYS  6000 /* in all */
#define BURST 40
#define SHOWN 4000 /* of the last keys, when it fails */

/* ---- Keys ------------------------------------------------------------------------------------ */

/* What terminals send for keys that have a name, and what they should not. */
static const char *const sequences[] = {
        "\033OA",    "\033OB",     "\033OC",    "\033OD",
        "\033OH",    "\033OF",     "\033[5~",   "\033[6~",
        "\033[3~",   "\033[Z",     "\033OP",    "\033[15~",
        "\033",      "é",          "漢",        "\xff\xfe",
        "\xc3",      "\033[200~x", "\033[201~", "\033[<0;9;M",
        "\033[1;5C", "\t",         "\r",        "y",
        "\177",      "\033[I",     "\007",      "n",
        "s",         "p",          "\033[20",   "\033[200~\033[201~",
};

/* Arguments that are good for something, and such as are not. */
static const char *const arguments[] = {
        "",
        "5",
        "0",
        "-1",
        "99999999999999999999",
        "nan",
        "units",
        "flops",
        "mul(units, 2)",
        "layer_sum(l1(gw.d))",
        "add(",
        "x.d",
        "eznas-a",
        "generations 3",
        "generations 100000",
        "train 20",
        "train 0",
        "population 8",
        "mutation 2",
        "xyzzy 1",
        "fitness mean",
        "csv out",
        "csv",
        "out",
        "screen.txt",
        "screen.svg",
        "dark",
        "mono",
        "nowhere",
        "made",
        "descends",
        "#3",
        "scores",
        "idle",
        "generation 2",
        "\xc3\xa9\xff",
        "/dev/null/x",
        "3",
        "20",
        "                    ",
};

static const char *any(struct evo_rng *rng, const char *const *list, size_t count)
{
	return list[evo_rng_below(rng, count)];
}

static void put_mouse(struct evo_text *out, struct evo_rng *rng, int rows, int columns)
{
	static const int buttons[] = {0, 0, 1, 2, 64, 65};
	evo_text_printf(out, "\033[<%d;%d;%d%c", buttons[evo_rng_below(rng, EVO_COUNT(buttons))],
	                1 + (int) evo_rng_below(rng, (size_t) columns),
	                1 + (int) evo_rng_below(rng, (size_t) rows),
	                evo_rng_below(rng, 4) == 0 ? 'm' : 'M');
}

/* Any byte but those by which the terminal itself ends or stops a program. */
static void put_byte(struct evo_text *out, struct evo_rng *rng, size_t first, size_t count)
{
	char c;
	do
		c = (char) (first + evo_rng_below(rng, count));
	while (c == ('c' & 31) || c == ('z' & 31) || c == ('\\' & 31) || c == 0);
	evo_text_append_n(out, &c, 1);
}

/* A command of the table, or the beginning of one, with an argument; most are carried out. */
static void put_command(struct evo_text *out, struct evo_rng *rng)
{
	struct evo_explorer_action action;
	size_t count = 0;
	while (evo_explorer_action(count, &action))
		count++;
	evo_explorer_action(evo_rng_below(rng, count), &action);
	/* Few sessions would be long where every tenth command left. */
	if (strcmp(action.name, "quit") == 0 && evo_rng_below(rng, 8) != 0)
		return;
	size_t length = evo_rng_below(rng, 6) == 0 ? evo_rng_below(rng, strlen(action.name))
	                                           : strlen(action.name);
	evo_text_append(out, "\007:");
	evo_text_append_n(out, action.name, length);
	if (*action.argument != '\0' || evo_rng_below(rng, 8) == 0)
		evo_text_printf(out, " %s", any(rng, arguments, EVO_COUNT(arguments)));
	if (evo_rng_below(rng, 10) != 0)
		evo_text_append(out, "\r");
}

/* Whole, too long, or cut off; the next burst ends it. */
static void put_paste(struct evo_text *out, struct evo_rng *rng)
{
	size_t length = evo_rng_below(rng, 30) == 0 ? 70000 : evo_rng_below(rng, 60);
	if (evo_rng_below(rng, 2) == 0)
		evo_text_append(out, ":");
	evo_text_append(out, "\033[200~");
	for (size_t i = 0; i < length; i++)
		put_byte(out, rng, evo_rng_below(rng, 8) == 0 ? 1 : ' ',
		         evo_rng_below(rng, 8) ? 31 : 90);
	if (evo_rng_below(rng, 10) != 0)
		evo_text_append(out, "\033[201~");
}

static void put_key(struct evo_text *out, struct evo_rng *rng, int rows, int columns)
{
	size_t kind = evo_rng_below(rng, 100);
	if (kind < 8)
		put_mouse(out, rng, rows, columns);
	else if (kind < 30)
		evo_text_append(out, any(rng, sequences, EVO_COUNT(sequences)));
	else if (kind < 36)
		put_byte(out, rng, 1, 31);
	else if (kind < 48)
		put_command(out, rng);
	else if (kind < 51)
		put_paste(out, rng);
	else if (kind < 60)
		put_byte(out, rng, '1', 5); /* another screen */
	else
		put_byte(out, rng, ' ', 95);
}

/* ---- States ---------------------------------------------------------------------------------- */

/* How a session begins, up to what its first screen shows then. */
struct begun {
	const char *name;
	const char *options[6]; /* more than those of session.h, or "--resume" or "--watch" alone */
	const char *keys, *shows;
	const char *keys_then, *shows_then;
};
static const struct begun states[] = {
        {"idle", {0}, "", "IDLE", "", "IDLE"},
        {"going", {"--start"}, "", "RUNNING", "", "gen"},
        {"paused", {0}, "n", "PAUSED", "2", "2 Edit"},
        {"done", {"--start", "--generations", "1"}, "", "DONE", "3", "3 Compare"},
        {"stopped", {0}, "n", "PAUSED", ":stop\r", "STOPPED"},
        {"failed",
         {"--start", "--memory", "1048576", "--channels", "32"},
         "",
         "FAILED",
         "4",
         "4 Benchmarks"},
        {"watching", {"--watch", "stored"}, "", "watching", "5", "5 Runs"},
        {"resumed", {"--resume", "stored"}, ":set generations 9\r", "gen 2/9", "n", "PAUSED"},
        {"second", {0}, ":seed 5\r", "seed 5", "n", "PAUSED"},
        {"third", {0}, ":seed 5\r:seed 6\r", "seed 6", "n", "PAUSED"},
};

struct fuzz {
	struct session session;
	struct evo_rng rng;
	const struct begun *state;
	int rows, columns;
	size_t ends;          /* keys that quit */
	struct evo_text sent; /* since it was begun */
};

/* A run of two generations, to be watched and resumed, and nothing that keys have made of it. */
static void store_run(struct session *session)
{
	static const char *const files[] = {"data/runs.db", "data/runs.db-wal", "data/runs.db-shm"};
	struct outcome outcome;
	for (size_t i = 0; i < EVO_COUNT(files); i++)
		unlink(sandbox_path(&session->box, files[i]));
	RUN(&session->box, &outcome, "evolve", "--quiet", "--benchmark", MADE, SMALL_PROBE,
	    "--networks", "20", "--validation", "8", "--population", "10", "--generations", "2",
	    "--name", "stored");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

static void begin_stored(struct fuzz *fuzz)
{
	store_run(&fuzz->session);
	const char *argv[] = {PROGRAM, fuzz->state->options[0], fuzz->state->options[1], NULL};
	fuzz->session.term = term_open(&(struct term_start){
	        .argv = argv,
	        .env = (const char *const *) fuzz->session.box.env,
	        .folder = fuzz->session.box.folder,
	        .rows = fuzz->rows,
	        .columns = fuzz->columns,
	});
}

static void begin_in_state(struct fuzz *fuzz)
{
	const struct begun *state = fuzz->state;
	fuzz->rows = 24;
	fuzz->columns = 100;
	evo_text_reset(&fuzz->sent);
	if (state->options[0] != NULL && state->options[1] != NULL && state->options[2] == NULL)
		begin_stored(fuzz);
	else
		session_begin(&fuzz->session, fuzz->rows, fuzz->columns, 0, state->options);
	term_expect(fuzz->session.term, state->shows[0] == 'I' ? "Population" : "gen ");
	term_keys(fuzz->session.term, state->keys);
	term_expect(fuzz->session.term, state->shows);
	term_keys(fuzz->session.term, state->keys_then);
	term_expect(fuzz->session.term, state->shows_then);
}

/* What to repeat it by: the seed, the state and the last keys. */
static void tell(struct fuzz *fuzz)
{
	size_t from = fuzz->sent.length > SHOWN ? fuzz->sent.length - SHOWN : 0;
	term_show(fuzz->session.term);
	print_error("state %s, the last keys:\n", fuzz->state->name);
	for (size_t i = from; i < fuzz->sent.length; i++) {
		unsigned char c = (unsigned char) fuzz->sent.data[i];
		if (c >= ' ' && c < 127 && c != '\\')
			print_error("%c", c);
		else
			print_error("\\%03o", c);
	}
	print_error("\n");
}

/* Random keys may well quit; then it is begun anew. */
static void expect_alive_or_quit(struct fuzz *fuzz)
{
	int status;
	if (!term_ended(fuzz->session.term))
		return;
	assert_true(term_wait_status(fuzz->session.term, &status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		tell(fuzz);
		fail_msg("it ended with status %x", (unsigned) status);
	}
	term_expect_back(fuzz->session.term);
	session_end(&fuzz->session);
	fuzz->ends++;
	begin_in_state(fuzz);
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
	/* C-q lets the terminal write again, also where C-v takes the first one; M ends what may
	   look like a mouse; a paste, the menu, the line, a question and help are closed. */
	term_keys(term, "\021\021M\033[201~" CANCEL ESCAPE);
	term_listen(term, 0.03); /* an escape is alone when nothing follows it */
	term_keys(term, "\033[201~" CANCEL ESCAPE);
	term_listen(term, 0.03);
	term_bytes(term, &before);
	term_keys(term, "\014");
	if (!term_wait(term, is_cleared, &before, TERM_PATIENCE)) {
		tell(fuzz);
		fail_msg("no answer");
	}
	expect_alive_or_quit(fuzz);
}

static void resize_at_random(struct fuzz *fuzz)
{
	if (evo_rng_below(&fuzz->rng, 4) != 0)
		return;
	fuzz->rows = 1 + (int) evo_rng_below(&fuzz->rng, 60);
	fuzz->columns = 1 + (int) evo_rng_below(&fuzz->rng, 200);
	term_resize(fuzz->session.term, fuzz->rows, fuzz->columns);
}

static uint64_t number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	return text != NULL && *text != '\0' ? strtoull(text, NULL, 10) : usual;
}

static void fuzz_state(void **context)
{
	const struct begun *state = *context;
	uint64_t seed = number_of("EVOSCOPE_FUZZ_SEED", 7);
	size_t keys = (size_t) number_of("EVOSCOPE_FUZZ_KEYS", KEYS) / EVO_COUNT(states);
	struct fuzz fuzz = {.state = state, .rng = evo_rng_stream(seed, state->name, 0)};
	print_message("EVOSCOPE_FUZZ_SEED=%llu, %zu keys\n", (unsigned long long) seed, keys);
	session_prepare_alone(&fuzz.session);
	evo_text_init(&fuzz.sent);
	begin_in_state(&fuzz);
	for (size_t i = 0; i < keys; i += BURST) {
		struct evo_text burst;
		evo_text_init(&burst);
		for (size_t j = 0; j < BURST; j++)
			put_key(&burst, &fuzz.rng, fuzz.rows, fuzz.columns);
		evo_text_append_n(&fuzz.sent, burst.data, burst.length);
		term_send(fuzz.session.term, burst.data, burst.length);
		evo_text_clear(&burst);
		resize_at_random(&fuzz);
		expect_answer(&fuzz);
	}
	term_resize(fuzz.session.term, 24, 100);
	term_keys(fuzz.session.term, "1" CANCEL ":quit\r");
	expect_exit(fuzz.session.term, 0);
	term_expect_back(fuzz.session.term);
	print_message("quit %zu times\n", fuzz.ends);
	evo_text_clear(&fuzz.sent);
	session_finish(&fuzz.session);
}

/* ---- One by one ------------------------------------------------------------------------------ */

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
	struct CMUnitTest tests[1 + EVO_COUNT(states)] = {
	        cmocka_unit_test(useless_keys_do_nothing)};
	for (size_t i = 0; i < EVO_COUNT(states); i++)
		tests[i + 1] =
		        (struct CMUnitTest){.name = states[i].name,
		                            .test_func = fuzz_state,
		                            .initial_state = (void *) (uintptr_t) &states[i]};
	if (getenv("EVOSCOPE_FUZZ_STATE") != NULL)
		cmocka_set_test_filter(getenv("EVOSCOPE_FUZZ_STATE"));
	return cmocka_run_group_tests_name("explorer fuzz", tests, NULL, NULL);
}
