/*
 * Whatever files, stores, names and arguments hold, no byte of it steers a terminal: every command
 * is given hostile text where text can be, and its output is looked through.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"
#include "program.h"

/* A title for the terminal, an erased screen (as a byte and as a character), a line that is forged,
   text that runs backwards, a separator, a zero-width space, and what is no UTF-8. */
#define EVIL                                                                                       \
	"x\x1b]0;OWNED\x07\x9b"                                                                    \
	"2J\xc2\x9b"                                                                               \
	"2J\x08\x7f\xe2\x80\xae"                                                                   \
	"esrever\xe2\x81\xa6\xd8\x9c\xe2\x80\xa8\xe2\x80\x8b\xc0\xaf\xed\xa0\x80\xff"
#define EVIL_LINES EVIL "\nFORGED\r" EVIL /* where a line may end within the text */

static void check_text(const char *text, size_t length, const char *command)
{
	bool good = strlen(text) == length && !has(text, "\nFORGED");
	for (const char *at = text; good && *at != '\0';) {
		const char *begin = at;
		uint32_t code = evo_utf8_next(&at);
		bool whole = code != EVO_NO_CHARACTER || at - begin > 1;
		good = code == '\n' || (whole && evo_harmless(code));
	}
	if (!good)
		print_error("%s:\n%s\n", command, text);
	assert_true(good);
}

/* Runs it, and looks through what it says; says: whether the text is told of, made visible. */
static void expect_harmless(bool says, const char *const *arguments)
{
	struct outcome outcome;
	run_program(&box, &outcome, arguments);
	assert_true(exit_status(&outcome) >= 0);
	check_text(outcome.out, outcome.out_length, arguments[0]);
	check_text(outcome.err, outcome.err_length, arguments[0]);
	if (says && !has(outcome.out, "\\x1b]0;OWNED\\x07") &&
	    !has(outcome.err, "\\x1b]0;OWNED\\x07")) {
		print_error("%s %s: %s%s\n", arguments[0], arguments[1], outcome.out, outcome.err);
		fail();
	}
	outcome_clear(&outcome);
}
#define HARMLESS(says, ...) expect_harmless(says, (const char *const[]){__VA_ARGS__, NULL})

static void arguments(void **state)
{
	(void) state;
	HARMLESS(true, EVIL_LINES);
	HARMLESS(false, "score", EVIL_LINES);
	HARMLESS(true, "score", "params", "--benchmark", EVIL_LINES);
	HARMLESS(false, "show", EVIL_LINES);
	HARMLESS(true, "evolve", "--preset", EVIL);
	HARMLESS(true, "evolve", "--set", EVIL_LINES "=1");
	HARMLESS(true, "evolve", "--seed", EVIL);
	HARMLESS(true, "evolve", "--store", "/dev/null/" EVIL "/runs.db");
	HARMLESS(true, "evolve", "--resume", EVIL_LINES);
	HARMLESS(true, "runs", "show", EVIL_LINES);
	HARMLESS(true, "runs", "delete", EVIL_LINES);
	HARMLESS(true, "benchmarks", "show", EVIL);
	HARMLESS(true, "benchmarks", "import", EVIL, "x");
	HARMLESS(true, "benchmarks", "import", "nats-bench", EVIL);
	HARMLESS(true, "benchmarks", "import", "nats-bench", "x", "--name", EVIL);
	HARMLESS(true, "benchmarks", "build", "--train-images", EVIL, "--test-images", EVIL,
	         "--name", "b");
	HARMLESS(true, "benchmarks", "import", "nats-bench", sandbox_path(&box, "made.csv"),
	         "--images", "cifar10:" EVIL);
	HARMLESS(true, "benchmarks", "build", "--images", EVIL ".npy", "--labels", EVIL, "--test",
	         EVIL, "--name", "b");
	HARMLESS(false, "--theme", EVIL);
	HARMLESS(false, "--script", EVIL);
	HARMLESS(false, "--theme", EVIL, "--plain", "--no-store");
	HARMLESS(true, "proxies", "add", EVIL, "params");
	HARMLESS(true, "proxies", "remove", EVIL);
	HARMLESS(true, "help", EVIL);
}

static void tables(void **state)
{
	(void) state;
	sandbox_write(&box, "cells.csv",
	              "ArchitectureString,Cifar10Accuracy,score\n\"" EVIL_LINES "\"," EVIL
	              ",3\n" EVIL "," EVIL "," EVIL "\n");
	sandbox_write(&box, "head.csv", "\"" EVIL_LINES "\"," EVIL "\n1,2\n");
	const char *cells = sandbox_path(&box, "cells.csv");
	const char *head = sandbox_path(&box, "head.csv");
	HARMLESS(false, "benchmarks", "import", "nats-bench", cells);
	HARMLESS(false, "benchmarks", "import", "nats-bench", head);
	HARMLESS(false, "benchmarks", "import", "scores", cells, "--name", "cells");
	HARMLESS(false, "benchmarks", "import", "scores", head, "--name", "head");
	HARMLESS(false, "proxies");
	HARMLESS(false, "show", head);
}

static void user_files(void **state)
{
	(void) state;
	/* A source that is kept, and shown by the table. */
	HARMLESS(false, "proxies", "add", "mine", "params", "--source",
	         "x\x1b]0;OWNED\x07\xe2\x80\xae");
	HARMLESS(false, "proxies");
	sandbox_write(&box, "data/proxies.ini",
	              "[mine]\nexpression = params\nsource = " EVIL "\n[other]\nexpression = " EVIL
	              "\n[" EVIL "]\n" EVIL " = 1\n");
	HARMLESS(true, "proxies");
	assert_true(evo_make_directories(sandbox_path(&box, "config/evoscope/presets"), NULL));
	sandbox_write(&box, "config/evoscope/presets/evil.ini", "[search]\n" EVIL " = " EVIL "\n");
	HARMLESS(false, "evolve", "--preset", "evil");
	sandbox_write(&box, "data/proxies.ini", "");
}

static void manifests(void **state)
{
	(void) state;
	char *path = evo_format("data/benchmarks/%s/manifest.ini", MADE);
	char *text = sandbox_read(&box, path);
	assert_non_null(text);
	char *more = evo_format("%s\n", text);
	/* Its title and origin are replaced, line by line. */
	struct evo_text out;
	evo_text_init(&out);
	for (char *line = strtok(more, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		bool own = !strncmp(line, "title", 5) || !strncmp(line, "origin", 6) ||
		           !strncmp(line, "dataset", 7);
		evo_text_printf(&out, "%.*s%s\n", own ? (int) strcspn(line, "=") : 10000, line,
		                own ? "= " EVIL : "");
	}
	sandbox_write(&box, path, out.data);
	HARMLESS(true, "benchmarks", "show", MADE);
	HARMLESS(false, "benchmarks", "list");
	HARMLESS(false, "evolve", "--benchmark", MADE, SMALL_PROBE, "--networks", "20",
	         "--validation", "8", "--population", "10", "--generations", "1");
	sandbox_write(&box, path, text);
	evo_text_clear(&out);
	free(more);
	free(text);
	free(path);
}

/* Changes a store as somebody else might, ?1 being what could steer a terminal, or forge a line. */
static void spoil(const char *file, const char *sql)
{
	sqlite3 *database;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open(file, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, EVIL_LINES, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

/* A store that somebody else wrote. */
static void stores(void **state)
{
	const char *file = sandbox_path(&box, "evil.db");

	(void) state;
	HARMLESS(false, "evolve", "--benchmark", MADE, SMALL_PROBE, "--networks", "20",
	         "--validation", "8", "--population", "10", "--generations", "1", "--store", file);
	spoil(file, "UPDATE benchmarks SET title = ?1, images = ?1");
	spoil(file, "UPDATE runs SET preset = char(10) || 'FORGED' || ?1");
	spoil(file, "INSERT INTO interventions VALUES (1, 0, 0, 'inject', ?1, 'units', 0)");
	HARMLESS(true, "runs", "show", "default-1", "--store", file);
	spoil(file, "UPDATE runs SET name = ?1");
	HARMLESS(true, "runs", "list", "--store", file);
	HARMLESS(false, "runs", "show", EVIL_LINES, "--store", file);
	HARMLESS(false, "evolve", "--resume", EVIL_LINES, "--store", file);
	HARMLESS(false, "evolve", "--resume", "other", "--store", file);
}

static void plain_lines(void **state)
{
	(void) state;
	sandbox_write(&box, "lines.txt", EVIL "\ninject " EVIL "\nset " EVIL " 1\nexport\n");
	box.input = sandbox_path(&box, "lines.txt");
	HARMLESS(true, "--plain", "--no-store");
	box.input = NULL;
}

/* In a locale of another encoding nothing beyond ASCII is sent. */
static void other_locales(void **state)
{
	struct outcome outcome;

	(void) state;
	sandbox_set(&box, "LC_ALL", "C");
	RUN(&box, &outcome, "benchmarks", "import", "nats-bench", "caf\xc3\xa9.csv");
	for (size_t i = 0; i < outcome.err_length; i++)
		assert_in_range((unsigned char) outcome.err[i], '\n', '~');
	assert_true(has(outcome.err, "\\u00e9"));
	outcome_clear(&outcome);
	sandbox_set(&box, "LC_ALL", "C.UTF-8");
}

static int open_box_with_rows(void **state)
{
	open_box(state);
	sandbox_import(&box, 60);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(arguments),     cmocka_unit_test(tables),
	        cmocka_unit_test(user_files),    cmocka_unit_test(manifests),
	        cmocka_unit_test(stores),        cmocka_unit_test(plain_lines),
	        cmocka_unit_test(other_locales),
	};

	return cmocka_run_group_tests(tests, open_box_with_rows, close_box);
}
