/*
 * What a search and a scoring leave behind: CSV files and score tables.
 */
#include "config.h"

#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_fixture.h"

/* ---- Files ----------------------------------------------------------------------------------- */

static char *read_file(const char *in, const char *name)
{
	size_t length;
	char *path = evo_path_join(in, name);
	char *text = evo_file_read(path, 1 << 24, &length, NULL);
	assert_non_null(text);
	free(path);
	return text;
}

struct table {
	struct evo_text text; /* without the column `seconds` */
	size_t rows, columns, seconds;
};

static bool take_row(void *context, size_t line, size_t count, char *const *fields,
                     struct evo_error *err)
{
	struct table *table = context;
	(void) err;
	if (line == 1) {
		table->columns = count;
		table->seconds = count;
		for (size_t i = 0; i < count; i++) {
			if (strcmp(fields[i], "seconds") == 0)
				table->seconds = i;
		}
	}
	assert_int_equal(count, table->columns);
	table->rows++;
	for (size_t i = 0; i < count; i++)
		evo_text_printf(&table->text, "%s,", i == table->seconds ? "" : fields[i]);
	evo_text_append(&table->text, "\n");
	return true;
}

static struct table read_table(const char *in, const char *name)
{
	struct table table = {0};
	char *path = evo_path_join(in, name);
	evo_text_init(&table.text);
	assert_true(evo_csv_read(path, take_row, &table, NULL));
	free(path);
	return table;
}

static char *run_to_files(unsigned threads, const char *name, bool pauses)
{
	struct evo_run_config config = small_config();
	char *out = evo_path_join(folder, name);
	config.threads = threads;
	config.csv_folder = out;
	struct evo_run *run = created(&config);
	tell(run, EVO_COMMAND_START, NULL);
	if (pauses) {
		/* Wherever these fall, the run ends the same. */
		for (int i = 0; i < 4; i++) {
			evo_run_wait(run, 1);
			if (!evo_run_send(run, EVO_COMMAND_PAUSE, NULL, NULL))
				break;
			settle(run, IN(PAUSED) | IN(DONE));
			evo_run_send(run, EVO_COMMAND_RESUME, NULL, NULL);
		}
	}
	settle(run, IN(DONE));
	evo_run_destroy(run);
	return out;
}

static void test_threads_and_pauses_change_nothing(void **state)
{
	(void) state;
	static const char *const files[] = {"generations.csv", "population.csv", "front.csv"};
	char *one = run_to_files(1, "csv-one", false);
	char *two = run_to_files(2, "csv-two", true);
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		struct table a = read_table(one, files[i]), b = read_table(two, files[i]);
		assert_string_equal(a.text.data, b.text.data);
		assert_true(a.rows > 1);
		evo_text_clear(&a.text);
		evo_text_clear(&b.text);
	}
	char *population = read_file(one, "population.csv");
	static const char header[] =
	        "run,generation,rank,id,parent1,parent2,origin,direction,size,depth,fitness,"
	        "nb201-cifar10_train,nb201-cifar10_validation,nb201-cifar100_train,"
	        "nb201-cifar100_validation,expression\n";
	assert_int_equal(strncmp(population, header, strlen(header)), 0);
	char *generations = read_file(one, "generations.csv");
	static const char other[] = "run,generation,best,mean,median,min,best_validation,"
	                            "evaluations,cache_hits,seconds,best_expression\n";
	assert_int_equal(strncmp(generations, other, strlen(other)), 0);
	free(population);
	free(generations);
	free(one);
	free(two);
}

static void test_export(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.csv_folder = "/proc/nowhere/csv"; /* warns, and the run goes on */
	config.gp.generations = 2;
	struct evo_run *run = created(&config);
	refused(run, EVO_COMMAND_EXPORT, "/tmp", "cannot export");
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 2);
	assert_true(logged(run, "the CSV files are not written"));
	struct evo_error err = {0};
	assert_false(evo_run_export(s, "/proc/nowhere", &err));
	assert_true(strlen(err.message) > 0);

	char *out = evo_path_join(folder, "deep/er");
	tell(run, EVO_COMMAND_EXPORT, out);
	while (!logged(run, "exported to"))
		evo_run_wait(run, 0.05);
	struct table table = read_table(out, "population.csv");
	assert_int_equal(table.rows, s->population_count + 1);
	evo_text_clear(&table.text);
	table = read_table(out, "front.csv");
	assert_int_equal(table.rows, s->front_count + 1);
	evo_text_clear(&table.text);
	free(out);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* ---- Scoring --------------------------------------------------------------------------------- */

static struct evo_score_config score_config(const char *const *proxies, size_t count)
{
	return (struct evo_score_config){
	        .benchmarks = both,
	        .benchmark_count = 2,
	        .proxies = proxies,
	        .proxy_count = count,
	        .split = EVO_ALL,
	        .probe = {.channels = 4, .cells = 1, .batch = 4, .side = 8},
	        .seed = 3,
	        .threads = 2};
}

struct column {
	double *x, *y;
	size_t count;
	const char *benchmark;
};

static bool take_score(void *context, size_t line, size_t count, char *const *fields,
                       struct evo_error *err)
{
	struct column *column = context;
	assert_int_equal(count, 5);
	if (line == 1) {
		assert_string_equal(fields[3], "params");
		return true;
	}
	if (strcmp(fields[0], column->benchmark) != 0)
		return true;
	return evo_number_parse(fields[2], &column->y[column->count], err) &&
	       evo_number_parse(fields[3], &column->x[column->count++], err);
}

static bool count_calls(void *context, const struct evo_score_status *status)
{
	assert_true(status->done <= status->total && status->seconds >= 0);
	assert_int_equal(status->kept, 0);
	++*(size_t *) context;
	return true;
}

static void test_score(void **state)
{
	(void) state;
	static const char *const proxies[] = {"params", "layer_mean(log(zeros(x.d)))"};
	struct evo_score_config config = score_config(proxies, 2);
	struct evo_error err = {0};
	char *scores = evo_path_join(folder, "scores.csv");
	char *table = evo_path_join(folder, "scored.csv");
	config.scores_file = scores;
	config.table_file = table;
	size_t count, calls = 0;
	struct evo_score_row *rows = evo_run_score(&config, count_calls, &calls, &count, &err);
	assert_string_equal(err.message, "");
	assert_int_equal(count, 4);
	assert_true(calls > 0);
	/* What the file says gives what the table says. */
	double x[STRINGS], y[STRINGS];
	struct column column = {x, y, 0, both[1]};
	assert_true(evo_csv_read(scores, take_score, &column, &err));
	assert_int_equal(column.count, rows[2].networks);
	assert_string_equal(rows[2].benchmark, both[1]);
	assert_string_equal(rows[2].proxy, "params");
	assert_true(rows[2].kendall == evo_kendall(column.count, x, y));
	assert_true(rows[2].spearman == evo_spearman(column.count, x, y));
	assert_true(rows[2].low <= rows[2].kendall && rows[2].kendall <= rows[2].high);
	assert_true(rows[2].milliseconds > 0);
	assert_int_equal(rows[2].non_finite, 0);
	assert_true(isnan(rows[3].kendall) && isnan(rows[3].low) && isnan(rows[3].spearman));
	struct table read = read_table(folder, "scored.csv");
	assert_int_equal(read.rows, 5);
	assert_int_equal(read.columns, 15);
	evo_text_clear(&read.text);
	free(rows);
	free(scores);
	free(table);
}

static bool cancel(void *context, const struct evo_score_status *status)
{
	(void) context, (void) status;
	return false;
}

static void test_score_cancelled(void **state)
{
	(void) state;
	static const char *const proxies[] = {"eznas-a"};
	struct evo_score_config config = score_config(proxies, 1);
	struct evo_error err = {0};
	char *scores = evo_path_join(folder, "cancelled.csv");
	config.scores_file = scores;
	size_t count;
	assert_null(evo_run_score(&config, cancel, NULL, &count, &err));
	assert_int_equal(err.code, EVO_E_CANCELLED);
	assert_int_equal(count, 0);
	assert_false(evo_path_exists(scores));
	free(scores);
}

static void test_score_refused(void **state)
{
	(void) state;
	static const char *const bad[] = {"eznas-b"};
	static const char *const good[] = {"eznas-a"};
	struct evo_score_config config = score_config(bad, 1);
	struct evo_error err = {0};
	size_t count;
	assert_null(evo_run_score(&config, NULL, NULL, &count, &err));
	assert_non_null(strstr(err.message, "eznas-"));
	evo_error_clear(&err);
	config = score_config(good, 1);
	config.scores_file = "/proc/nowhere/scores.csv";
	assert_null(evo_run_score(&config, NULL, NULL, &count, &err));
	assert_true(strlen(err.message) > 0);
	evo_error_clear(&err);
	config = score_config(good, 1);
	config.probe.side = 7;
	assert_null(evo_run_score(&config, NULL, NULL, &count, &err));
	assert_true(strlen(err.message) > 0);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_threads_and_pauses_change_nothing),
	        cmocka_unit_test(test_export),
	        cmocka_unit_test(test_score),
	        cmocka_unit_test(test_score_cancelled),
	        cmocka_unit_test(test_score_refused),
	};
	return cmocka_run_group_tests_name("run files", tests, set_up, tear_down);
}
