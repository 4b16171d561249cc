/*
 * Whatever stores, benchmarks, files of the user and typed text hold, no byte of it steers the
 * terminal that the explorer is on: all that it wrote there is looked through.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "evoscope/base.h"

#include "session.h"

/* A title for the terminal, an erased screen (as a byte and as a character), text that runs
   backwards, a separator, a zero-width space, and what is no UTF-8. */
#define EVIL                                                                                       \
	"x\x1b]0;OWNED\x07\x9b"                                                                    \
	"2J\xc2\x9b"                                                                               \
	"2J\x08\x7f\xe2\x80\xae"                                                                   \
	"esrever\xe2\x81\xa6\xd8\x9c\xe2\x80\xa8\xe2\x80\x8b\xc0\xaf\xed\xa0\x80\xff"

static struct session session;

/* Curses writes escape sequences, but none for a title, and characters of its own. */
static void check_bytes(void)
{
	size_t count;
	const char *bytes = term_bytes(session.term, &count);
	char *text = evo_strndup(bytes, count);
	bool good = !has(text, "\x1b]0;") && !has(text, "OWNED\x07") && !has(text, "\x7f");
	for (const char *at = text; good && *at != '\0';) {
		const char *begin = at;
		uint32_t code = evo_utf8_next(&at);
		good = code != EVO_NO_CHARACTER && (code < 0x80 || evo_harmless(code));
		if (!good)
			print_error("after %.40s\n", begin > text + 40 ? begin - 40 : text);
	}
	assert_true(good);
	free(text);
}

/* In its store: name and preset of its runs, and all expressions. */
static void spoil_store(const char *file)
{
	static const char *const changes[] = {
	        "UPDATE runs SET name = ?1, preset = ?1, expression = ?1",
	        "UPDATE individuals SET expression = ?1",
	        "UPDATE benchmarks SET title = ?1, origin = ?1"};
	sqlite3 *database;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open(file, &database), SQLITE_OK);
	for (size_t i = 0; i < EVO_COUNT(changes); i++) {
		assert_int_equal(sqlite3_prepare_v2(database, changes[i], -1, &statement, NULL),
		                 SQLITE_OK);
		sqlite3_bind_text(statement, 1, EVIL, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
		sqlite3_finalize(statement);
	}
	sqlite3_close(database);
}

static void spoil_manifest(void)
{
	char *path = evo_format("data/benchmarks/%s/manifest.ini", MADE);
	char *text = sandbox_read(&session.box, path), *rest = text;
	struct evo_text out;

	evo_text_init(&out);
	for (char *line; (line = strtok_r(rest, "\n", &rest)) != NULL;) {
		bool own = !strncmp(line, "title", 5) || !strncmp(line, "origin", 6) ||
		           !strncmp(line, "dataset", 7);
		evo_text_append_n(&out, line, own ? strcspn(line, "=") : strlen(line));
		evo_text_append(&out, own ? "= " EVIL "\n" : "\n");
	}
	sandbox_write(&session.box, path, out.data);
	evo_text_clear(&out);
	free(text);
	free(path);
}

static void prepare(void)
{
	struct outcome outcome;
	const char *file;

	session_prepare(&session);
	file = sandbox_path(&session.box, "evil.db");
	RUN(&session.box, &outcome, "evolve", "--quiet", "--benchmark", MADE, SMALL_PROBE,
	    "--networks", "20", "--validation", "8", "--population", "10", "--generations", "1",
	    "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	spoil_store(file);
	spoil_manifest();
	sandbox_write(&session.box, "data/proxies.ini",
	              "[mine]\nexpression = params\nsource = " EVIL "\n");
	assert_true(
	        evo_make_directories(sandbox_path(&session.box, "config/evoscope/themes"), NULL));
	sandbox_write(&session.box, "config/evoscope/themes/evil.ini",
	              "[colours]\n" EVIL " = " EVIL "\n");
	sandbox_write(&session.box,
	              "config/evoscope/themes/"
	              "x\x1b]0;OWNED\x07\xff.ini",
	              "");
	sandbox_write(&session.box, "config/evoscope/keys.ini", "[keys]\nquit = " EVIL "\n");
}

static void all_screens(void **state)
{
	(void) state;
	prepare();
	BEGIN(&session, 36, 120, "--store", "evil.db");
	term_expect(session.term, "1 Evolve");
	for (const char *key = "54321?"; *key != '\0'; key++) {
		term_send(session.term, key, 1);
		if (*key == '5' || *key == '4') /* the run's name; the benchmark's title */
			term_expect(session.term, "x\\x1b");
		term_settle(session.term, 0.3);
	}
	term_keys(session.term, CANCEL "q");
	term_expect(session.term, "1 Evolve");
	/* The run that is not what it was: its front, resuming and exporting it. */
	term_keys(session.term, "5f");
	term_settle(session.term, 0.3);
	term_keys(session.term, "\r");
	term_settle(session.term, 0.3);
	term_keys(session.term, CANCEL);
	check_bytes();
	session_finish(&session);
}

static void lines_and_messages(void **state)
{
	(void) state;
	prepare();
	BEGIN(&session, 36, 120, NULL);
	term_expect(session.term, "1 Evolve");
	type_command(session.term, "theme evil");
	term_expect(session.term, "evil.ini");
	term_keys(session.term, ":theme \t\t");
	term_expect(session.term, "x\\x1b]0;OWNED");
	/* What a paste brings reaches the line, what is typed cannot. */
	term_keys(session.term, CANCEL ":inject \x1b[200~"
	                               "x\x9b"
	                               "2J\xc2\x9b\xe2\x80\xae\xff\x1b[201~");
	term_settle(session.term, 0.3);
	term_keys(session.term, "\r");
	term_settle(session.term, 0.3);
	check_bytes();
	session_finish(&session);
}

/* A script that cannot be read is told when the screen is the shell's again. */
static void scripts(void **state)
{
	(void) state;
	prepare();
	sandbox_write(&session.box, "script", ":" EVIL "\n");
	BEGIN(&session, 24, 80, "--script", "script");
	expect_exit(session.term, 1);
	check_bytes();
	session_end(&session);
	BEGIN(&session, 24, 80, "--script", "x\x1b]0;OWNED\x07\xff");
	expect_exit(session.term, 1);
	check_bytes();
	session_finish(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_screens),
	        cmocka_unit_test(lines_and_messages),
	        cmocka_unit_test(scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
