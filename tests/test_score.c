/* score: several seeds, JSON, and what is kept of a scoring that was stopped. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "program.h"
#include "slow_kendall.h"

#define NETWORKS 100
#define SEEDS    6
#define PROXIES  "eznas-a", "layer_sum(l1(gw.d))"
/* Long enough to be stopped in the middle. */
#define LONG       "score", PROXIES, SMALL_PROBE, "--threads", "1", "-n", "100", "--repeats", "6"
#define LONG_TOTAL (NETWORKS * SEEDS)
#define OF_ALL     " of 600 networks"

/* ---- Files that are the same ----------------------------------------------------------------- */

/* Two tables, but for the time that networks took. */
static void expect_same_table(const char *one, const char *other)
{
	struct csv_table a, b;
	csv_load(sandbox_path(&box, one), &a);
	csv_load(sandbox_path(&box, other), &b);
	assert_int_equal(a.rows, b.rows);
	assert_int_equal(a.columns, b.columns);
	for (size_t i = 0; i < (a.rows + 1) * a.columns; i++)
		if (strcmp(a.cells[i % a.columns], "milliseconds") || i < a.columns)
			assert_string_equal(a.cells[i], b.cells[i]);
	csv_clear(&a);
	csv_clear(&b);
}

static void expect_same_bytes(const char *one, const char *other)
{
	char *a = sandbox_read(&box, one), *b = sandbox_read(&box, other);
	assert_non_null(a);
	assert_non_null(b);
	assert_string_equal(a, b);
	free(a);
	free(b);
}

/* ---- Seeds ----------------------------------------------------------------------------------- */

/* The taus of each seed by the scores. */
static void taus_of(const struct csv_table *scores, const char *proxy, size_t seeds, double *taus)
{
	size_t count = scores->rows / seeds;
	double *x = evo_calloc(2 * count, sizeof(*x)), *y = x + count;
	for (size_t seed = 0; seed < seeds; seed++) {
		for (size_t i = 0; i < count; i++) {
			size_t row = seed * count + i;
			assert_true(csv_value(scores, row, "seed") == 7.0 + (double) seed);
			assert_string_equal(csv_cell(scores, row, "architecture"),
			                    csv_cell(scores, i, "architecture"));
			x[i] = csv_value(scores, row, proxy);
			y[i] = csv_value(scores, row, "accuracy");
		}
		taus[seed] = slow_kendall(count, x, y);
	}
	free(x);
}

static void means_and_deviations(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table table, scores;
	RUN(&box, &outcome, "score", "eznas-a", "depth", SMALL_PROBE, "--seed", "7", "--repeats",
	    "4", "-n", "60", "--csv", sandbox_path(&box, "table.csv"), "--scores",
	    sandbox_path(&box, "scores.csv"));
	expect_status(&outcome, 0);
	csv_load(sandbox_path(&box, "table.csv"), &table);
	csv_load(sandbox_path(&box, "scores.csv"), &scores);
	assert_int_equal(scores.rows, 240);
	double taus[4], mean = 0, squares = 0;
	taus_of(&scores, "eznas-a", 4, taus);
	for (size_t i = 0; i < 4; i++)
		mean += taus[i] / 4;
	for (size_t i = 0; i < 4; i++)
		squares += (taus[i] - mean) * (taus[i] - mean);
	assert_true(taus[0] != taus[1]);
	assert_float_equal(csv_value(&table, 0, "kendall"), mean, 1e-9);
	assert_float_equal(csv_value(&table, 0, "kendall_sd"), sqrt(squares / 3), 1e-9);
	assert_true(csv_value(&table, 0, "seeds") == 4);
	assert_true(csv_value(&table, 0, "networks") == 60);
	/* What depends on no weights is the same for every seed. */
	assert_string_equal(csv_cell(&table, 1, "kendall_sd"), "0");
	char *shown = evo_format("%.3f", sqrt(squares / 3));
	assert_true(has(outcome.out, shown) && has(outcome.out, "  sd  "));
	free(shown);
	csv_clear(&table);
	csv_clear(&scores);
	outcome_clear(&outcome);

	/* With one seed there is none, and the first seed decides which networks there are. */
	struct csv_table one;
	RUN(&box, &outcome, "score", "eznas-a", "depth", SMALL_PROBE, "--seed", "7", "-n", "60",
	    "--csv", sandbox_path(&box, "table.csv"), "--scores", sandbox_path(&box, "one.csv"));
	expect_status(&outcome, 0);
	csv_load(sandbox_path(&box, "table.csv"), &table);
	csv_load(sandbox_path(&box, "scores.csv"), &scores);
	csv_load(sandbox_path(&box, "one.csv"), &one);
	assert_string_equal(csv_cell(&table, 0, "kendall_sd"), "");
	assert_float_equal(csv_value(&table, 0, "kendall"), taus[0], 1e-9);
	assert_false(has(outcome.out, "  sd  "));
	assert_int_equal(one.rows, 60);
	assert_int_equal(one.columns, scores.columns - 1);
	for (size_t i = 0; i < 60; i++)
		assert_string_equal(csv_cell(&one, i, "eznas-a"), csv_cell(&scores, i, "eznas-a"));
	csv_clear(&one);
	csv_clear(&table);
	csv_clear(&scores);
	outcome_clear(&outcome);
}

static void threads_change_nothing(void **state)
{
	(void) state;
	static const char *const threads[] = {"1", "3"};
	for (size_t i = 0; i < EVO_COUNT(threads); i++) {
		struct outcome outcome;
		char *table = evo_format("table%s.csv", threads[i]);
		char *scores = evo_format("scores%s.csv", threads[i]);
		RUN(&box, &outcome, "score", PROXIES, "depth", SMALL_PROBE, "-r", "2", "-j",
		    threads[i], "--csv", table, "--scores", scores);
		expect_status(&outcome, 0);
		outcome_clear(&outcome);
		free(table);
		free(scores);
	}
	expect_same_table("table1.csv", "table3.csv");
	expect_same_bytes("scores1.csv", "scores3.csv");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static const char *json_string(const char *at, char *out)
{
	assert_int_equal(*at++, '"');
	for (; *at != '"'; at++) {
		assert_true((unsigned char) *at >= ' ');
		if (*at == '\\')
			at++;
		*out++ = *at;
	}
	*out = '\0';
	return at + 1;
}

/* One flat object a line; calls back for every pair. Values are texts, numbers and null. */
static const char *json_line(const char *at, struct csv_table *table, size_t row)
{
	char key[256], value[256];
	size_t column = 0;
	assert_int_equal(*at++, '{');
	do {
		at = json_string(at, key);
		assert_int_equal(*at++, ':');
		if (*at == '"') {
			at = json_string(at, value);
		} else {
			size_t length = strcspn(at, ",}");
			assert_in_range(length, 1, 100);
			memcpy(value, at, length);
			value[length] = '\0';
			at += length;
			double number;
			assert_true(!strcmp(value, "null") ||
			            evo_number_parse(value, &number, NULL));
		}
		assert_string_equal(table->cells[column], key);
		const char *cell = table->cells[(row + 1) * table->columns + column++];
		if (strcmp(key, "milliseconds"))
			assert_string_equal(!strcmp(value, "null") ? "" : value, cell);
	} while (*at++ == ',');
	assert_int_equal(at[-1], '}');
	assert_int_equal(*at++, '\n');
	assert_int_equal(column, table->columns);
	return at;
}

static void json_says_what_csv_says(void **state)
{
	(void) state;
	struct outcome outcome;
	struct csv_table table;
	RUN(&box, &outcome, "score", "eznas-a", "layer_mean(add(x.d, w))", " layer_sum( l1(gw.d)) ",
	    SMALL_PROBE, "--json", "-n", "30", "--csv", sandbox_path(&box, "table.csv"));
	expect_status(&outcome, 3); /* the second has no finite score */
	csv_load(sandbox_path(&box, "table.csv"), &table);
	assert_int_equal(table.rows, 3);
	const char *at = outcome.out;
	for (size_t i = 0; i < table.rows; i++)
		at = json_line(at, &table, i);
	assert_int_equal(*at, '\0');
	assert_true(has(outcome.out, "\"kendall_sd\":null,"));
	csv_clear(&table);
	outcome_clear(&outcome);
}

/* A score that is the same for all networks orders none of them: its measures are undefined, which
   is not 0. The top tenth of 50 networks is too small to say. */
static void what_is_undefined_is_no_number(void **state)
{
	static const char *const undefined[] = {"kendall",       "kendall_low",   "kendall_high",
	                                        "spearman",      "pearson",       "kendall_top10",
	                                        "partial_units", "partial_params"};
	(void) state;
	struct outcome outcome;
	struct csv_table table;
	RUN(&box, &outcome, "score", "mul(units, 0)", "params", "neg(params)", "units", SMALL_PROBE,
	    "-n", "50", "--csv", sandbox_path(&box, "table.csv"));
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "mul(units, 0)  -  "));
	assert_false(has(outcome.out, "nan"));
	outcome_clear(&outcome);
	csv_load(sandbox_path(&box, "table.csv"), &table);
	for (size_t i = 0; i < EVO_COUNT(undefined); i++)
		assert_string_equal(csv_cell(&table, 0, undefined[i]), "");
	for (size_t i = 1; i < 4; i++) {
		assert_string_equal(csv_cell(&table, i, "kendall_top10"), "");
		assert_string_not_equal(csv_cell(&table, i, "spearman"), "");
	}
	assert_string_equal(csv_cell(&table, 1, "partial_params"), "");
	assert_string_equal(csv_cell(&table, 3, "partial_units"), "");
	assert_string_not_equal(csv_cell(&table, 1, "partial_units"), "");
	/* The opposite score has the opposite interval, to the last digit. */
	assert_true(csv_value(&table, 1, "kendall_low") == -csv_value(&table, 2, "kendall_high"));
	assert_true(csv_value(&table, 1, "kendall_high") == -csv_value(&table, 2, "kendall_low"));
	csv_clear(&table);
	RUN(&box, &outcome, "score", "mul(units, 0)", SMALL_PROBE, "-n", "50", "--json");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "\"kendall\":null,"));
	assert_true(has(outcome.out, "\"kendall_low\":null,\"kendall_high\":null,"));
	outcome_clear(&outcome);
}

/* Scoring takes any number of benchmarks; a search says how many it takes. */
static void any_number_of_benchmarks(void **state)
{
	enum {
		COPIES = 70
	};
	(void) state;
	struct outcome outcome;
	struct csv_table table;
	sandbox_import(&box, 40);
	for (int i = 0; i < COPIES; i++) {
		char *copy = evo_format("cp -r '%s' '%s-%02d'",
		                        sandbox_path(&box, "data/benchmarks/" MADE),
		                        sandbox_path(&box, "data/benchmarks/copy"), i);
		assert_int_equal(system(copy), 0);
		free(copy);
	}
	RUN(&box, &outcome, "score", "params", SMALL_PROBE, "-b", "all", "-n", "5", "--csv",
	    sandbox_path(&box, "table.csv"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	csv_load(sandbox_path(&box, "table.csv"), &table);
	assert_true(table.rows > COPIES);
	csv_clear(&table);
	RUN(&box, &outcome, "evolve", SMALL_PROBE, "-b", "all", "--no-store");
	expect_complaint(&outcome, 2, "a search takes at most 64 benchmarks, not 7");
	outcome_clear(&outcome);
	for (int i = 0; i < COPIES; i++) {
		char *name = evo_format("data/benchmarks/copy-%02d", i);
		assert_true(evo_remove_tree(sandbox_path(&box, name), NULL));
		free(name);
	}
	assert_true(evo_remove_tree(sandbox_path(&box, "data/benchmarks/" MADE), NULL));
}

/* ---- Journals -------------------------------------------------------------------------------- */

/* The path of the only journal; NULL: there is none. Caller frees. */
static char *journal_path(void)
{
	glob_t found;
	char *path = NULL;
	int result = glob(sandbox_path(&box, "data/scores/*.partial"), 0, NULL, &found);
	if (!result) {
		assert_int_equal(found.gl_pathc, 1);
		path = evo_strdup(found.gl_pathv[0]);
	}
	globfree(&found);
	return path;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; (text = strchr(text, '\n')) != NULL; text++)
		count++;
	return count;
}

/* Networks in the journal. */
static size_t journal_networks(void)
{
	char *path = journal_path();
	char *text = path != NULL ? evo_file_read(path, 1 << 24, NULL, NULL) : NULL;
	size_t lines = text != NULL ? count_lines(text) : 0;
	free(text);
	free(path);
	return lines > 0 ? lines - 1 : 0;
}

/* Until some networks are kept; fails when it is over before. */
static void wait_for_some(const struct running *running)
{
	while (journal_networks() < 10) {
		siginfo_t about = {0};
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		if (!waitid(P_PID, (id_t) running->process, &about, WEXITED | WNOHANG | WNOWAIT) &&
		    about.si_pid)
			fail_msg("the scoring was over before it could be stopped");
	}
}

static void run_long(struct outcome *outcome, const char *table, const char *scores)
{
	RUN(&box, outcome, LONG, "--csv", sandbox_path(&box, table), "--scores",
	    sandbox_path(&box, scores));
}

/* The whole of it at once, to compare with. */
static int score_whole(void **state)
{
	struct outcome outcome;
	open_box(state);
	run_long(&outcome, "whole.csv", "whole-scores.csv");
	expect_status(&outcome, 0);
	assert_false(has(outcome.err, "evoscope:"));
	outcome_clear(&outcome);
	char *path = journal_path();
	assert_null(path);
	return 0;
}

/* Goes on and ends, after saying so. Returns how many networks were scored before. */
static size_t go_on(const char *also_says)
{
	struct outcome outcome;
	size_t before;
	run_long(&outcome, "rest.csv", "rest-scores.csv");
	expect_status(&outcome, 0);
	const char *says = strstr(outcome.err, "evoscope: going on: ");
	assert_non_null(says);
	assert_int_equal(
	        sscanf(says, "evoscope: going on: %zu" OF_ALL " were scored before\n", &before), 1);
	if (also_says != NULL && !has(outcome.err, also_says))
		fail_msg("\"%s\" does not say \"%s\"", outcome.err, also_says);
	if (also_says == NULL)
		assert_false(has(outcome.err, "damaged"));
	outcome_clear(&outcome);
	expect_same_table("rest.csv", "whole.csv");
	expect_same_bytes("rest-scores.csv", "whole-scores.csv");
	char *path = journal_path();
	assert_null(path);
	return before;
}

static void stop_by(int number, struct outcome *outcome)
{
	const char *const arguments[] = {
	        LONG, "--csv", "stopped.csv", "--scores", "stopped-scores.csv", NULL};
	struct running running;
	start_program(&box, &running, OUT_KEPT, arguments);
	wait_for_some(&running);
	kill(running.process, number);
	finish_program(&running, outcome);
	assert_true(WIFSIGNALED(outcome->status));
	assert_int_equal(WTERMSIG(outcome->status), number);
	assert_int_equal(outcome->out_length, 0);
	assert_false(evo_path_exists(sandbox_path(&box, "stopped.csv")));
	assert_false(evo_path_exists(sandbox_path(&box, "stopped-scores.csv")));
}

static void signals_keep_what_is_done(void **state)
{
	(void) state;
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	for (size_t i = 0; i < EVO_COUNT(signals); i++) {
		struct outcome outcome;
		stop_by(signals[i], &outcome);
		size_t kept = journal_networks();
		assert_in_range(kept, 10, LONG_TOTAL - 1);
		char *line = evo_format("evoscope: stopped: %zu" OF_ALL " are kept; the same "
		                        "command goes on from there\n",
		                        kept);
		assert_true(has(outcome.err, line));
		free(line);
		outcome_clear(&outcome);
		assert_int_equal(go_on(NULL), kept);
	}
}

static void stopped_twice(void **state)
{
	(void) state;
	struct outcome outcome;
	stop_by(SIGINT, &outcome);
	outcome_clear(&outcome);
	size_t first = journal_networks();
	/* The journal has what is waited for, so this one is stopped as soon as it can be. */
	stop_by(SIGINT, &outcome);
	outcome_clear(&outcome);
	size_t second = journal_networks();
	assert_in_range(second, first, LONG_TOTAL - 1);
	assert_int_equal(go_on(NULL), second);
}

static void death_loses_little(void **state)
{
	(void) state;
	struct outcome outcome;
	stop_by(SIGKILL, &outcome);
	outcome_clear(&outcome);
	size_t kept = journal_networks();
	assert_in_range(kept, 10, LONG_TOTAL - 1);
	assert_int_equal(go_on(NULL), kept);
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static void damages_are_scored_again(void **state)
{
	(void) state;
	static const struct {
		const char *tail;
		size_t lost;
	} cases[] = {
	        {"1 5 3.5 7", 1},
	        {"1 5 3.5 7 100 2 0123456789abcdef\n", 1},
	        {"garbage\n\n9 9 9\n", 3},
	        {"\xff\xfe\x80\n1", 2},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct outcome outcome;
		stop_by(SIGKILL, &outcome);
		outcome_clear(&outcome);
		size_t kept = journal_networks();
		char *path = journal_path();
		FILE *file = fopen(path, "a");
		assert_non_null(file);
		fputs(cases[i].tail, file);
		fclose(file);
		free(path);
		char *says = evo_format("is damaged: %zu line%s left out", cases[i].lost,
		                        cases[i].lost == 1 ? " is" : "s are");
		assert_int_equal(go_on(says), kept);
		free(says);
	}
}

/* Rewrites the journal's line number `at` (from 1, the heading) by `edit`. */
static void edit_line(size_t at, char *(*edit)(const char *line))
{
	char *path = journal_path();
	char *text = evo_file_read(path, 1 << 24, NULL, NULL), *line = text;
	while (--at)
		line = strchr(line, '\n') + 1;
	char *end = strchr(line, '\n');
	*end = '\0';
	char *changed = edit(line);
	*line = '\0';
	char *whole = evo_format("%s%s\n%s", text, changed, end + 1);
	assert_non_null(strchr(path, '/'));
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(whole, file);
	fclose(file);
	free(whole);
	free(changed);
	free(text);
	free(path);
}

static char *flip(const char *line)
{
	char *changed = evo_strdup(line);
	changed[strlen(changed) / 2] ^= 1;
	return changed;
}

/* Another score of the first proxy, with the hash that makes the line good. */
static char *plant(const char *line)
{
	int at = 0;
	char rest[256], hash[32];
	/* Seed, column, milliseconds, units, params; then the first proxy's score. */
	sscanf(line, "%*s %*s %*s %*s %*s%n %*s %255s %31s", &at, rest, hash);
	assert_true(at > 0);
	char *text = evo_format("%.*s 12345.5 %s", at, line, rest);
	char *changed = evo_format("%s %016" PRIx64, text, evo_hash_text(text));
	free(text);
	return changed;
}

static void what_is_kept_is_used(void **state)
{
	(void) state;
	struct outcome outcome;
	stop_by(SIGKILL, &outcome);
	outcome_clear(&outcome);
	size_t kept = journal_networks();
	edit_line(4, flip);
	assert_int_equal(go_on("is damaged: 1 line is left out"), kept - 1);

	/* A good line is believed, which shows that its network is not scored again. */
	stop_by(SIGKILL, &outcome);
	outcome_clear(&outcome);
	edit_line(4, plant);
	run_long(&outcome, "rest.csv", "rest-scores.csv");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	struct csv_table planted;
	size_t count = 0;
	csv_load(sandbox_path(&box, "rest-scores.csv"), &planted);
	for (size_t i = 0; i < planted.rows; i++)
		count += csv_value(&planted, i, "eznas-a") == 12345.5;
	assert_int_equal(count, 1);
	csv_clear(&planted);
}

static char *another_heading(const char *line)
{
	size_t kept = strlen(line) - 1;
	return evo_format("%.*s%c", (int) kept, line, line[kept] == '0' ? '1' : '0');
}

static void another_journal_is_not_taken(void **state)
{
	(void) state;
	struct outcome outcome;
	stop_by(SIGKILL, &outcome);
	outcome_clear(&outcome);
	edit_line(1, another_heading);
	run_long(&outcome, "rest.csv", "rest-scores.csv");
	expect_status(&outcome, 0);
	assert_false(has(outcome.err, "going on"));
	outcome_clear(&outcome);
	expect_same_bytes("rest-scores.csv", "whole-scores.csv");
}

/* ---- Other commands, other processes --------------------------------------------------------- */

static void other_commands_do_not_share(void **state)
{
	(void) state;
	struct outcome outcome;
	stop_by(SIGINT, &outcome);
	outcome_clear(&outcome);
	size_t kept = journal_networks();
	static const char *const others[][20] = {
	        {"score", "eznas-a", "layer_sum(l1(gw.n))", SMALL_PROBE, "-n", "10", "-r", "6"},
	        {"score", PROXIES, SMALL_PROBE, "-n", "10", "-r", "6"},
	        {"score", PROXIES, SMALL_PROBE, "--seed", "2", "-n", "10"},
	        {"score", PROXIES, "--channels", "4", "--cells", "1", "--batch", "5", "--image",
	         "8", "-n", "10"},
	};
	for (size_t i = 0; i < EVO_COUNT(others); i++) {
		run_program(&box, &outcome, others[i]);
		expect_status(&outcome, 0);
		assert_false(has(outcome.err, "going on"));
		outcome_clear(&outcome);
		assert_int_equal(journal_networks(), kept);
	}
	/* Any number of threads will do, and any way to write the same. */
	RUN(&box, &outcome, "score", "layer_mean(frob(sigmoid(logdet(sign( gx.d )))))",
	    "layer_sum(l1(gw.d))", SMALL_PROBE, "-r", "6", "-j", "2", "-n", "100");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "going on"));
	outcome_clear(&outcome);
	assert_int_equal(journal_networks(), 0);
}

/* What nobody went on with for two months is removed by the next scoring, and nothing else. */
static void old_ones_are_forgotten(void **state)
{
	static const struct {
		const char *name;
		int days;
		bool stays;
	} files[] = {{"data/scores/0123456789abcdef.partial", 61, false},
	             {"data/scores/fedcba9876543210.partial", 59, true},
	             {"data/scores/0123456789abcdef.partial.txt", 61, true},
	             {"data/scores/mine.partial", 61, true}};
	struct outcome outcome;

	(void) state;
	assert_true(evo_make_directories(sandbox_path(&box, "data/scores"), NULL));
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		const time_t then = time(NULL) - (time_t) files[i].days * 24 * 60 * 60;
		sandbox_write(&box, files[i].name, "evoscope scoring\n");
		assert_int_equal(utime(sandbox_path(&box, files[i].name),
		                       &(struct utimbuf){.actime = then, .modtime = then}),
		                 0);
	}
	RUN(&box, &outcome, "score", "params", SMALL_PROBE, "-n", "10");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		assert_int_equal(evo_path_exists(sandbox_path(&box, files[i].name)),
		                 files[i].stays);
		evo_remove_tree(sandbox_path(&box, files[i].name), NULL);
	}
}

static void a_second_process_keeps_nothing(void **state)
{
	(void) state;
	const char *const arguments[] = {LONG, "--scores", "first-scores.csv", NULL};
	struct running first;
	struct outcome outcome;
	start_program(&box, &first, OUT_KEPT, arguments);
	wait_for_some(&first);
	kill(first.process, SIGSTOP);
	run_long(&outcome, "rest.csv", "rest-scores.csv");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "evoscope: another process is scoring the same"));
	outcome_clear(&outcome);
	char *path = journal_path();
	assert_non_null(path);
	free(path);
	kill(first.process, SIGCONT);
	finish_program(&first, &outcome);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	expect_same_bytes("rest-scores.csv", "whole-scores.csv");
	expect_same_bytes("first-scores.csv", "whole-scores.csv");
	path = journal_path();
	assert_null(path);
}

/* ---- Where nothing can be kept --------------------------------------------------------------- */

/* The tests may run as root, who can write everywhere but below a file. */
static void scores_without_a_folder(void **state)
{
	(void) state;
	struct outcome outcome;
	sandbox_write(&box, "file", "");
	sandbox_set(&box, "EVOSCOPE_DATA", sandbox_path(&box, "file"));
	RUN(&box, &outcome, "score", "depth", SMALL_PROBE, "-n", "20");
	sandbox_set(&box, "EVOSCOPE_DATA", sandbox_path(&box, "data"));
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "evoscope: what is scored is not kept if it is stopped: "));
	assert_true(has(outcome.out, "depth"));
	outcome_clear(&outcome);
}

static void lost_output_is_kept(void **state)
{
	(void) state;
	const char *const arguments[] = {LONG, NULL};
	struct running running;
	struct outcome outcome;
	int full = open("/dev/full", O_WRONLY);
	if (full < 0)
		skip();
	start_program(&box, &running, full, arguments);
	finish_program(&running, &outcome);
	close(full);
	expect_status(&outcome, 1);
	outcome_clear(&outcome);
	assert_int_equal(go_on(NULL), LONG_TOTAL);
}

/* ---- Progress -------------------------------------------------------------------------------- */

static void progress_is_told_when_asked(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, LONG, "--progress", "always");
	expect_status(&outcome, 0);
	assert_true(has(outcome.err, "scoring: "));
	assert_true(has(outcome.err, OF_ALL ", ") && has(outcome.err, " left\n"));
	assert_null(strchr(outcome.err, '\r'));
	outcome_clear(&outcome);
	RUN(&box, &outcome, LONG, "--progress", "never");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.err, "");
	outcome_clear(&outcome);
}

int main(void)
{
	signal(SIGHUP, SIG_DFL); /* the tests may run under nohup, or in the background */
	signal(SIGINT, SIG_DFL);
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(means_and_deviations),
	        cmocka_unit_test(threads_change_nothing),
	        cmocka_unit_test(json_says_what_csv_says),
	        cmocka_unit_test(what_is_undefined_is_no_number),
	        cmocka_unit_test(any_number_of_benchmarks),
	        cmocka_unit_test(scores_without_a_folder),
	        cmocka_unit_test(progress_is_told_when_asked),
	};
	const struct CMUnitTest kept[] = {
	        cmocka_unit_test(signals_keep_what_is_done),
	        cmocka_unit_test(stopped_twice),
	        cmocka_unit_test(death_loses_little),
	        cmocka_unit_test(damages_are_scored_again),
	        cmocka_unit_test(what_is_kept_is_used),
	        cmocka_unit_test(another_journal_is_not_taken),
	        cmocka_unit_test(other_commands_do_not_share),
	        cmocka_unit_test(old_ones_are_forgotten),
	        cmocka_unit_test(a_second_process_keeps_nothing),
	        cmocka_unit_test(lost_output_is_kept),
	};
	int failed = cmocka_run_group_tests_name("score", tests, open_box, close_box);
	return failed + cmocka_run_group_tests_name("kept", kept, score_whole, close_box);
}
