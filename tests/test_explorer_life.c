/* The explorer over a whole life: one search after the other in one session, questions, pastes,
   what is cancelled, and the end of memory. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* A number is of one search: in another it would be another tree's. */
static void numbers_stay_with_their_search(void **state)
{
	(void) state;
	struct session session;
	session_prepare_alone(&session);
	BEGIN(&session, 24, 100, "--no-mouse");
	struct term *term = session.term;
	term_keys(term, "n");
	term_expect(term, "PAUSED");
	term_keys(term, "c");
	term_expect(term, "3 Compare");
	term_expect(term, " #");
	type_command(term, "stop");
	term_expect(term, "STOPPED");
	term_keys(term, "1");
	begin_another(term, 4);
	term_keys(term, "3");
	term_expect(term, "3 Compare");
	assert_true(term_wait_gone(term, " #"));
	quit(term);
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

/* ---- Questions and pastes -------------------------------------------------------------------- */

static void only_y_is_a_yes(void **state)
{
	(void) state;
	static const char *const others[] = {"q", ENTER, "n", "Y", " ", "s", CANCEL, "\033OA"};
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--start");
	struct term *term = session.term;
	expect_generation(term, 1);
	for (size_t i = 0; i < EVO_COUNT(others); i++) {
		term_keys(term, "q");
		term_expect(term, "y/n");
		term_keys(term, others[i]);
		term_expect(term, "Nothing was ended.");
		term_keys(term, "\014");
	}
	quit(term);
	session_finish(&session);
}

#define PASTED(text) "\033[200~" text "\033[201~"

static void pasted_text_is_no_keys(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--start");
	struct term *term = session.term;
	expect_generation(term, 1);
	assert_true(term_mode(term, 2004));
	term_keys(term, PASTED("q\ry\r:quit\r"));
	term_expect(term, "Pasted text was ignored");
	/* It answers no question. */
	term_keys(term, "q");
	term_expect(term, "y/n");
	term_keys(term, PASTED("y"));
	term_expect(term, "no answer");
	term_keys(term, "n");
	term_expect(term, "Nothing was ended.");
	/* Of a menu that filters as one types it is the filter. */
	type_command(term, "open layer_sum(l1(gw.d))");
	term_expect(term, "2 Edit");
	term_keys(term, "r");
	term_expect(term, "letters filter");
	term_keys(term, PASTED("layer_m"));
	term_expect(term, "layer_max");
	assert_true(term_wait_gone(term, "layer_count"));
	term_keys(term, ESCAPE "1");
	quit(term);
	session_finish(&session);
}

static void pasted_text_goes_into_a_line(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse");
	struct term *term = session.term;
	term_expect(term, "IDLE");
	term_keys(term, ":open " PASTED("layer_sum(\r\n\tl1(\033OAgw.d)\001)"));
	term_expect(term, ":open layer_sum(  l1(OAgw.d))");
	term_keys(term, "\025open " PASTED("layer_sum(\rl1(gw.d))") ENTER);
	term_expect(term, "2 Edit");
	/* What is too long is not taken in part. */
	struct evo_text keys;
	evo_text_init(&keys);
	evo_text_append(&keys, ":abc\033[200~");
	for (int i = 0; i < 30000; i++)
		evo_text_append(&keys, "q\ry\r");
	evo_text_append(&keys, "\033[201~d");
	term_send(term, keys.data, keys.length);
	evo_text_clear(&keys);
	term_expect(term, ":abcd");
	/* One that never ends is not waited for. */
	term_keys(term, "\033[200~ efg");
	term_expect(term, "the paste broke off");
	term_keys(term, "\025theme mono" ENTER "1");
	term_expect(term, "1 Evolve");
	term_keys(term, "\033[200~qqq");
	term_expect(term, "Pasted text was ignored");
	term_keys(term, "q");
	expect_exit(term, 0);
	term_expect_back(term);
	session_finish(&session);
}

/* The explorer as a shell's command; what follows it there, and where its process is kept. */
static void begin_in_shell(struct session *session, int rows, int columns, const char *then)
{
	char *line =
	        evo_format("sh -c 'echo $$ > pid; exec \"$0\" \"$@\"' \"$0\" \"$@\"; %s", then);
	const char *argv[] = {"/bin/sh", "-c",           line,         PROGRAM,      "--benchmark",
	                      MADE,      SMALL_PROBE,    "--networks", "20",         "--validation",
	                      "8",       "--population", "10",         "--no-mouse", NULL};
	session->term = term_open(&(struct term_start){
	        .argv = argv,
	        .env = (const char *const *) session->box.env,
	        .folder = session->box.folder,
	        .rows = rows,
	        .columns = columns,
	});
	free(line);
}

static void what_follows_a_quit_is_dropped(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	begin_in_shell(&session, 24, 80, "echo over; read -r line; echo \"got <$line>\"");
	struct term *term = session.term;
	term_expect(term, "IDLE");
	term_keys(term, "quit" ENTER "echo mine" ENTER "\n");
	term_expect(term, "over");
	term_keys(term, "yours\n");
	term_expect(term, "got <yours>");
	session_finish(&session);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

#ifndef EVO_SANITIZED /* sanitizers have their own ways with memory */
/* The program gets no more memory than it has, but for some. */
static void take_memory(const struct session *session, size_t more)
{
	char *pid = sandbox_read(&session->box, "pid");
	char *path = evo_format("/proc/%ld/statm", strtol(pid, NULL, 10));
	FILE *file = fopen(path, "r");
	unsigned long pages = 0;
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	size_t most = pages * (size_t) sysconf(_SC_PAGESIZE) + more;
	struct rlimit limit = {most, most};
	assert_int_equal(prlimit((pid_t) strtol(pid, NULL, 10), RLIMIT_AS, &limit, NULL), 0);
	free(path);
	free(pid);
}

static void without_memory_it_says_so(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	begin_in_shell(&session, 24, 80, "echo status $?");
	struct term *term = session.term;
	term_expect(term, "IDLE");
	term_settle(term, 0.3);
	take_memory(&session, 2000000);
	/* A screen this large takes more than that. */
	term_resize(term, 500, 1000);
	term_expect(term, "status 1");
	assert_int_not_equal(term_find(term, "evoscope: out of memory"), -1);
	assert_int_equal(term_find(term, "fault"), -1);
	assert_false(term_alternate(term));
	assert_true(term_cursor(term));
	assert_false(term_mode(term, 2004));
	session_finish(&session);
}
#endif

/* ---- Nothing is waited for ------------------------------------------------------------------- */

/* Networks that take seconds each: what has been cancelled goes on for as long. */
#define LARGE_PROBE "--channels", "16", "--cells", "5", "--batch", "64", "--image", "32"

/* Sends keys and waits for what they show; keeps the longest time that this took. */
static void answered(struct term *term, const char *keys, const char *shows, double *longest)
{
	double begin = evo_now();
	term_keys(term, keys);
	term_expect(term, shows);
	double took = evo_now() - begin;
	*longest = took > *longest ? took : *longest;
}

static void begin_large(struct session *session)
{
	session_prepare_alone(session);
	BEGIN(session, 30, 120, "--no-mouse", "--start", LARGE_PROBE, "--threads", "1");
	term_expect(session->term, "collecting statistics"); /* networks are at work */
}

/* Keys are answered while what has been cancelled goes on still. */
static void another_search_is_not_waited_for(void **state)
{
	(void) state;
	struct session session;
	double longest = 0;
	begin_large(&session);
	struct term *term = session.term;
	answered(term, "4", "4 Benchmarks", &longest);
	answered(term, ENTER, "y/n", &longest);
	answered(term, "y", "WAITING", &longest);
	answered(term, "?", "Keys and commands", &longest);
	answered(term, "q5", "5 Runs", &longest);
	answered(term, "4", "4 Benchmarks", &longest);
	assert_non_null(strstr(term_row(term, 0), "WAITING"));
	print_message("the longest time from a key to what it shows was %.2f s\n", longest);
	/* What it is sent meanwhile is done when its turn comes; and so may others follow. */
	answered(term, "1s", "It starts when", &longest);
	term_keys(term, "4" ENTER);
	term_listen(term, 0.2);
	term_keys(term, "y1s");
	assert_true(term_wait_gone(term, "WAITING"));
	/* Nor is what was said of it there any longer than it is so. */
	assert_true(term_wait_gone(term, "It starts when"));
	type_command(term, "quit");
	expect_exit(term, 0);
	term_expect_back(term);
	session_finish(&session);
}

/* Compare's scores of the search before are cancelled where it has another one. */
static void compare_is_not_waited_for(void **state)
{
	(void) state;
	struct session session;
	double longest = 0;
	begin_large(&session);
	struct term *term = session.term;
	answered(term, "3", "3 Compare", &longest);
	term_listen(term, 1);
	for (int i = 5; i < 8; i++) {
		type_command(term, "stop");
		answered(term, "4", "4 Benchmarks", &longest);
		term_keys(term, ENTER);
		term_listen(term, 0.2);
		answered(term, "y", "1 Evolve", &longest);
		answered(term, "3", "3 Compare", &longest);
		answered(term, "?", "Keys and commands", &longest);
		answered(term, "q", "3 Compare", &longest);
	}
	print_message("the longest time from a key to what it shows was %.2f s\n", longest);
	/* The terminal is given back before the networks at work have ended. */
	term_keys(term, ":quit" ENTER);
	expect_exit(term, 0);
	term_expect_back(term);
	session_finish(&session);
}

/* A run that another program drives cannot be gone on with: nothing is ended for it. */
static void nothing_is_left_for_a_run_of_another_program(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--name", "theirs", "--start");
	expect_generation(session.term, 1);
	struct term *other = term_open(&(struct term_start){
	        .argv = (const char *const[]){PROGRAM, "--watch", "theirs", NULL},
	        .env = (const char *const *) session.box.env,
	        .folder = session.box.folder,
	        .rows = 24,
	        .columns = 100,
	});
	term_expect(other, "watching theirs");
	term_keys(other, "5");
	term_expect(other, "Enter resume it");
	term_keys(other, ENTER);
	term_expect(other, "in another program");
	/* Once it has ended there it can. */
	quit(session.term);
	term_keys(other, ENTER);
	term_expect(other, "y/n");
	term_keys(other, "y");
	term_expect(other, "goes on with theirs");
	term_keys(other, "q");
	expect_exit(other, 0);
	term_close(other);
	session_finish(&session);
}

/* ---- Stores that go away --------------------------------------------------------------------- */

/* In a folder that is replaced by a file nothing can be stored: the log says so, and the end. */
static void what_could_not_be_stored_is_told_at_the_end(void **state)
{
	(void) state;
	for (int another = 0; another < 2; another++) {
		struct session session;
		session_prepare(&session);
		BEGIN(&session, 24, 100, "--no-mouse", "--start", "--name", "barred", "--store",
		      "barred/runs.db");
		struct term *term = session.term;
		expect_generation(term, 2);
		type_command(term, "pause");
		term_expect(term, "PAUSED");
		assert_true(evo_remove_tree(sandbox_path(&session.box, "barred"), NULL));
		sandbox_write(&session.box, "barred", "a file where the folder was\n");
		term_keys(term, "n");
		term_expect(term, "not stored");
		/* Nor is it forgotten when another search takes its place. */
		if (another) {
			type_command(term, "stop");
			term_expect(term, "STOPPED");
			begin_another(term, 4);
			term_expect(term, "of barred could not");
			term_keys(term, "q");
			term_settle(term, 0.3);
			term_keys(term, "y");
		} else {
			term_keys(term, "q");
			term_expect(term, "could not be stored and would be lost.");
			term_keys(term, "y");
		}
		expect_exit(term, 3);
		term_expect(term, "evoscope: the last ");
		term_expect(term, "of barred could not be stored");
		session_finish(&session);
	}
}

static void a_store_elsewhere_is_told_at_the_end(void **state)
{
	(void) state;
	struct session session;
	session_prepare(&session);
	BEGIN(&session, 24, 100, "--no-mouse", "--start", "--name", "moved", "--store", "moved.db");
	struct term *term = session.term;
	expect_generation(term, 2);
	type_command(term, "pause");
	term_expect(term, "PAUSED");
	assert_true(evo_remove_tree(sandbox_path(&session.box, "moved.db"), NULL));
	term_keys(term, "n");
	term_expect(term, "removed, renamed or replaced");
	term_keys(term, "qy");
	expect_exit(term, 3);
	term_expect(term, "evoscope: the file of runs went away meanwhile: moved is in the one");
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_seed_makes_a_new_search),
	        cmocka_unit_test(a_search_follows_one_that_was_stopped),
	        cmocka_unit_test(a_search_follows_one_that_is_done),
	        cmocka_unit_test(numbers_stay_with_their_search),
	        cmocka_unit_test(a_search_follows_one_that_has_failed),
	        cmocka_unit_test(only_y_is_a_yes),
	        cmocka_unit_test(pasted_text_is_no_keys),
	        cmocka_unit_test(pasted_text_goes_into_a_line),
	        cmocka_unit_test(what_follows_a_quit_is_dropped),
#ifndef EVO_SANITIZED
	        cmocka_unit_test(without_memory_it_says_so),
#endif
	        cmocka_unit_test(another_search_is_not_waited_for),
	        cmocka_unit_test(compare_is_not_waited_for),
	        cmocka_unit_test(nothing_is_left_for_a_run_of_another_program),
	        cmocka_unit_test(what_could_not_be_stored_is_told_at_the_end),
	        cmocka_unit_test(a_store_elsewhere_is_told_at_the_end),
	};
	return cmocka_run_group_tests_name("explorer life", tests, NULL, NULL);
}
