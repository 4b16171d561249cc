/*
 * Searches in their thread, on a small benchmark that is made here: forty-odd NAS-Bench-201 strings
 * with accuracies of our own, networks of a few channels.
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

#include "evoscope/run.h"

#define STRINGS 60

static char folder[] = "/tmp/evo_run_XXXXXX";
static const char *const both[] = {"nb201-cifar10", "nb201-cifar100"};

/* ---- The benchmark --------------------------------------------------------------------------- */

static void write_architecture(FILE *stream, struct evo_rng *rng, double *accuracy)
{
	static const char *const words[] = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
	                                    "avg_pool_3x3"};
	static const double gain[] = {0, 3, 4, 6, 1};
	static const char *const layout = "|0~0|+|1~0|2~1|+|3~0|4~1|5~2|";
	*accuracy = 50 + 4 * evo_rng_normal(rng);
	for (const char *c = layout; *c != '\0'; c++) {
		if (c[0] >= '0' && c[0] <= '9' && c[1] == '~') {
			size_t op = evo_rng_below(rng, EVO_COUNT(words));
			fprintf(stream, "%s~", words[op]);
			*accuracy += gain[op];
			c++;
		} else {
			fputc(*c, stream);
		}
	}
}

/* Benchmarks of so many rows, NAME-cifar10 and NAME-cifar100; flat: of one accuracy. */
static bool import(const char *name, size_t strings, bool flat)
{
	struct evo_error err = {0};
	struct evo_rng rng = evo_rng_stream(1, "test benchmark", 0);
	struct evo_import_report report;
	char *table = evo_path_join(folder, "table.csv");
	FILE *stream = fopen(table, "w");
	fprintf(stream, "ArchitectureString,CIFAR10TestAccuracy200Epochs,"
	                "CIFAR100TestAccuracy200Epochs\n");
	for (size_t i = 0; i < strings; i++) {
		double accuracy;
		write_architecture(stream, &rng, &accuracy);
		if (flat)
			fprintf(stream, ",10,10\n");
		else
			fprintf(stream, ",%.3f,%.3f\n", accuracy,
			        accuracy - 20 + evo_rng_normal(&rng));
	}
	fclose(stream);
	struct evo_import how = {.file = table, .name = name, .format = EVO_IMAGES_NONE};
	bool good = evo_import_nats_bench(&how, NULL, NULL, &report, &err);
	evo_import_report_clear(&report);
	if (!good)
		fprintf(stderr, "%s\n", err.message);
	free(table);
	return good;
}

static int set_up(void **state)
{
	(void) state;
	if (mkdtemp(folder) == NULL)
		return -1;
	setenv("EVOSCOPE_DATA", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	return import("nb201", STRINGS, false) && import("few", 25, false) &&
	                       import("flat", STRINGS, true)
	               ? 0
	               : -1;
}

static int tear_down(void **state)
{
	(void) state;
	return evo_remove_tree(folder, NULL) ? 0 : -1;
}

static struct evo_run_config small_config(void)
{
	struct evo_run_config config = evo_run_config_default();
	config.benchmarks = both;
	config.benchmark_count = 2;
	config.probe = (struct evo_probe_options){.channels = 4, .cells = 1, .batch = 4, .side = 8};
	config.gp.population = config.gp.offspring = 12;
	config.gp.generations = 4;
	config.gp.max_size = 12;
	config.gp.init_depth_max = 4;
	config.gp.max_depth = 6;
	config.gp.train = 20;
	config.gp.validation = 10;
	config.gp.elite = 1;
	config.seed = 5;
	config.threads = 1;
	return config;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static const struct evo_snapshot *wait_until(struct evo_run *run, unsigned states,
                                             size_t generation)
{
	double end = evo_now() + 55;
	for (;;) {
		const struct evo_snapshot *snapshot = evo_run_snapshot(run);
		if (states >> snapshot->state & 1 && snapshot->generation >= generation)
			return snapshot;
		if (snapshot->state == EVO_RUN_FAILED)
			fail_msg("the run failed: %s", snapshot->error);
		evo_snapshot_release(snapshot);
		assert_true(evo_now() < end);
		evo_run_wait(run, 1);
	}
}

#define IN(state) (1U << EVO_RUN_##state)

static void settle(struct evo_run *run, unsigned states)
{
	evo_snapshot_release(wait_until(run, states, 0));
}

static struct evo_run *created(const struct evo_run_config *config)
{
	struct evo_error err = {0};
	struct evo_run *run = evo_run_create(config, &err);
	assert_string_equal(err.message, "");
	assert_non_null(run);
	return run;
}

static void send(struct evo_run *run, enum evo_command_kind kind, const char *text)
{
	struct evo_error err = {0};
	bool sent = evo_run_send(run, kind, text, &err);
	assert_string_equal(err.message, "");
	assert_true(sent);
}

static void refused(struct evo_run *run, enum evo_command_kind kind, const char *text,
                    const char *message)
{
	struct evo_error err = {0};
	assert_false(evo_run_send(run, kind, text, &err));
	assert_non_null(strstr(err.message, message));
}

static size_t log_count(struct evo_run *run, const char *part)
{
	size_t found = 0;
	struct evo_log_line lines[64];
	uint64_t next = 0;
	size_t count, dropped;
	while ((count = evo_run_log(run, &next, lines, EVO_COUNT(lines), &dropped)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (strstr(lines[i].text, part) != NULL)
				found++;
		}
	}
	return found;
}

static bool logged(struct evo_run *run, const char *part)
{
	return log_count(run, part) > 0;
}

/* ---- A whole run ----------------------------------------------------------------------------- */

static void check_case(const struct evo_snapshot *s, size_t c)
{
	assert_string_equal(s->cases[c].name, both[c]);
	assert_int_equal(s->cases[c].train, 20);
	assert_true(s->cases[c].validation >= 2);
	assert_non_null(strstr(s->cases[c].probe, "C 4 N 1, batch 4 of 3x8x8"));
	assert_true(fabs(s->partial_units[c]) <= 1 && fabs(s->partial_params[c]) <= 1);
}

static void test_whole_run(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	struct evo_run *run = created(&config);
	settle(run, IN(IDLE));
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 4);
	assert_int_equal(s->generation, 4);
	assert_int_equal(s->history_count, 4);
	assert_int_equal(s->case_count, 2);
	assert_int_equal(s->reference_count, 3);
	assert_string_equal(s->references[0].name, "units");
	assert_string_equal(s->run, "default-5");
	assert_true(s->population_count > 5);
	assert_true(s->front_count > 0);
	assert_true(s->elapsed > 0);
	double best = -2;
	for (size_t i = 0; i < s->history_count; i++) {
		const struct evo_generation *g = &s->history[i];
		assert_int_equal(g->generation, i);
		assert_true(g->best >= best && g->best >= g->median && g->median >= g->min);
		assert_int_equal(g->champion->id, g->best_id);
		best = g->best;
	}
	assert_true(s->population[0]->fitness == best);
	check_case(s, 0);
	check_case(s, 1);
	/* Units and params order these accuracies, which count convolutions. */
	assert_true(s->references[0].fitness > 0.2);
	assert_true(logged(run, "done: 4 generations"));
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* Runs without an elite, in which the best may be lost; *returns counts how often it rose to what
   had been reached before. A new best is one that is better than all before. */
static void check_new_bests(uint64_t seed, size_t *returns)
{
	struct evo_run_config config = small_config();
	config.gp.elite = 0;
	config.gp.survival = 1;
	config.gp.generations = 8;
	config.seed = seed;
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 8);
	double best = -2;
	size_t rises = 0;
	for (size_t i = 0; i < s->history_count; i++) {
		double now = s->history[i].best;
		*returns += i > 0 && now > s->history[i - 1].best && now <= best;
		rises += now > best;
		best = now > best ? now : best;
	}
	assert_int_equal(log_count(run, "new best"), rises);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

static void test_new_bests(void **state)
{
	(void) state;
	size_t returns = 0;
	for (uint64_t seed = 6; seed < 10; seed++)
		check_new_bests(seed, &returns);
	assert_true(returns > 0); /* else nothing was tested */
}

/* Scores of one proxy on those networks of a benchmark that a run samples. */
struct sampled {
	const struct evo_benchmark *benchmark;
	const size_t *rows;
	size_t row_count, count;
	double x[STRINGS], y[STRINGS];
};

static bool take_sampled(void *context, size_t line, size_t count, char *const *fields,
                         struct evo_error *err)
{
	struct sampled *sampled = context;
	assert_int_equal(count, 4);
	if (line == 1 || strcmp(fields[0], sampled->benchmark->name) != 0)
		return true;
	size_t row = evo_benchmark_row(sampled->benchmark, fields[1]);
	for (size_t i = 0; i < sampled->row_count; i++) {
		if (sampled->rows[i] == row)
			return evo_number_parse(fields[2], &sampled->y[sampled->count], err) &&
			       evo_number_parse(fields[3], &sampled->x[sampled->count++], err);
	}
	return true;
}

static void check_reference(const struct evo_snapshot *s, const char *scores, size_t c)
{
	struct sampled sampled = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load(both[c], NULL);
	assert_non_null(benchmark);
	size_t *rows =
	        evo_benchmark_sample(benchmark, EVO_VALIDATION, 0, s->seed, "", &sampled.row_count);
	sampled.benchmark = benchmark;
	sampled.rows = rows;
	assert_true(evo_csv_read(scores, take_sampled, &sampled, NULL));
	assert_int_equal(sampled.count, s->cases[c].validation);
	assert_true(s->references[2].tau[EVO_SIDE_VALIDATION][c] ==
	            evo_kendall(sampled.count, sampled.x, sampled.y));
	evo_benchmark_destroy(benchmark);
	free(rows);
}

/* A tau that the run shows, computed again from a scoring of its own. */
static void test_tau_is_what_scoring_says(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 1;
	config.gp.validation = EVO_ALL_NETWORKS;
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 1);
	struct evo_error err = {0};
	const char *const proxies[] = {"eznas-a"};
	char *scores = evo_path_join(folder, "sampled.csv");
	struct evo_score_config score = {.benchmarks = both,
	                                 .benchmark_count = 2,
	                                 .proxies = proxies,
	                                 .proxy_count = 1,
	                                 .split = EVO_VALIDATION,
	                                 .probe = config.probe,
	                                 .seed = config.seed,
	                                 .threads = 1,
	                                 .scores_file = scores};
	size_t count;
	struct evo_score_row *rows = evo_run_score(&score, NULL, NULL, &count, &err);
	assert_string_equal(err.message, "");
	for (size_t c = 0; c < 2; c++)
		check_reference(s, scores, c);
	free(scores);
	free(rows);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* ---- Control --------------------------------------------------------------------------------- */

static void test_control(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 100;
	struct evo_run *run = created(&config);
	refused(run, EVO_COMMAND_PAUSE, NULL, "cannot pause: the search is idle");
	refused(run, EVO_COMMAND_RESUME, NULL, "cannot resume");
	send(run, EVO_COMMAND_STEP, NULL);
	refused(run, EVO_COMMAND_START, NULL, "cannot start");
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 1);
	assert_int_equal(s->generation, 1);
	evo_snapshot_release(s);

	/* Paused is paused. */
	assert_false(evo_run_wait(run, 0.3));
	send(run, EVO_COMMAND_STEP, NULL);
	s = wait_until(run, IN(PAUSED), 2);
	assert_int_equal(s->generation, 2);
	evo_snapshot_release(s);

	send(run, EVO_COMMAND_RESUME, NULL);
	evo_snapshot_release(wait_until(run, IN(RUNNING), 3));
	send(run, EVO_COMMAND_PAUSE, NULL);
	send(run, EVO_COMMAND_RESUME, NULL); /* both are heeded, in order */
	send(run, EVO_COMMAND_PAUSE, NULL);
	s = wait_until(run, IN(PAUSED), 3);
	size_t at = s->generation;
	evo_snapshot_release(s);
	assert_false(evo_run_wait(run, 0.2));
	send(run, EVO_COMMAND_STOP, NULL);
	refused(run, EVO_COMMAND_RESUME, NULL, "the search is stopped");
	s = wait_until(run, IN(STOPPED), at);
	assert_int_equal(s->generation, at);
	assert_true(s->population_count > 0); /* what is complete is kept */
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* A snapshot that has heeded all that was sent shows its effect: never the pause from before. */
static void test_heeded(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 100;
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_STEP, NULL);
	settle(run, IN(PAUSED));
	for (size_t round = 2; round < 6; round++) {
		send(run, EVO_COMMAND_INJECT, "layer_sum(l1(gw.d))");
		send(run, EVO_COMMAND_STEP, NULL);
		assert_int_equal(evo_run_sent(run), 1 + 2 * (round - 1));
		const struct evo_snapshot *s = evo_run_snapshot(run);
		while (s->heeded < evo_run_sent(run)) {
			evo_snapshot_release(s);
			evo_run_wait(run, 1);
			s = evo_run_snapshot(run);
		}
		assert_true(s->state == EVO_RUN_STEPPING || s->generation == round);
		evo_snapshot_release(s);
		evo_snapshot_release(wait_until(run, IN(PAUSED), round));
	}
	evo_run_destroy(run);
}

/* Destroyed at any moment, nothing hangs and nothing leaks. */
static void test_destroy_at_any_time(void **state)
{
	(void) state;
	for (int i = 0; i < 5; i++) {
		struct evo_run_config config = small_config();
		struct evo_run *run = created(&config);
		if (i > 0)
			send(run, EVO_COMMAND_START, NULL);
		if (i > 1)
			evo_run_wait(run, 0.02 * i);
		if (i > 2)
			send(run, EVO_COMMAND_INJECT, "eznas-a");
		if (i > 3)
			send(run, EVO_COMMAND_STOP, NULL);
		evo_run_destroy(run);
	}
}

static void test_interventions(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	static const char *const injected[] = {"nwot-tree"};
	config.injected = injected;
	config.injected_count = 1;
	config.gp.generations = 2;
	struct evo_run *run = created(&config);
	refused(run, EVO_COMMAND_INJECT, "layer_sum(nonsense)", "nonsense");
	refused(run, EVO_COMMAND_INJECT, NULL, "inject needs an expression");
	refused(run, EVO_COMMAND_INJECT,
	        "layer_sum(add(add(x.d,x.d),add(add(x.d,x.d),add(add(x.d,x.d),x.d))))", "max_size");
	refused(run, EVO_COMMAND_SET, "crossover 7", "from 0 to 1");
	refused(run, EVO_COMMAND_SET, "crosover 0.1", "did you mean 'crossover'");
	send(run, EVO_COMMAND_SET, "train 18"); /* nothing runs yet */
	send(run, EVO_COMMAND_STEP, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 1);
	assert_int_equal(s->cases[0].train, 18);
	bool found = false;
	for (size_t i = 0; i < s->population_count; i++)
		found = found || s->population[i]->origin == EVO_ORIGIN_INJECTED;
	assert_true(found);
	evo_snapshot_release(s);

	refused(run, EVO_COMMAND_SET, "train 20", "cannot change while a search runs");
	send(run, EVO_COMMAND_SET, "exclude = sigmoid");
	send(run, EVO_COMMAND_INJECT, "layer_sum(abs(gx.n))");
	send(run, EVO_COMMAND_RESUME, NULL);
	s = wait_until(run, IN(DONE), 2);
	assert_string_equal(s->config.exclude, "sigmoid");
	assert_int_equal(s->intervention_count, 3);
	assert_string_equal(s->interventions[2].text, "layer_sum(abs(gx.n))");
	assert_int_equal(s->interventions[2].generation, 1);
	assert_int_equal(s->interventions[2].kind, EVO_COMMAND_INJECT);
	found = false;
	for (size_t i = 0; i < s->population_count; i++)
		found = found || (s->population[i]->injected && s->population[i]->born == 1);
	assert_true(found || logged(run, "not added"));
	evo_snapshot_release(s);

	/* Done is not the end when a limit is raised. */
	send(run, EVO_COMMAND_RESUME, NULL);
	while (log_count(run, "done: 2 generations") < 2)
		evo_run_wait(run, 0.05);
	settle(run, IN(DONE)); /* which follows the line */
	send(run, EVO_COMMAND_SET, "generations 3");
	send(run, EVO_COMMAND_RESUME, NULL);
	s = wait_until(run, IN(DONE), 3);
	assert_int_equal(s->generation, 3);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

static void test_limits(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 1000;
	config.target = -1;
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 1);
	assert_int_equal(s->generation, 1);
	assert_true(logged(run, "reached the target"));
	evo_snapshot_release(s);
	evo_run_destroy(run);

	config.target = (double) NAN;
	config.seconds = 1e-3; /* the first generation is finished all the same */
	run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	s = wait_until(run, IN(DONE), 1);
	assert_int_equal(s->generation, 1);
	assert_true(logged(run, "time is up"));
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* The run fails once it is started, and says why. */
static void fails(const struct evo_run_config *config, const char *message)
{
	const struct evo_snapshot *s;
	struct evo_run *run = created(config);
	send(run, EVO_COMMAND_START, NULL);
	while ((s = evo_run_snapshot(run))->state != EVO_RUN_FAILED) {
		assert_int_not_equal(s->state, EVO_RUN_DONE);
		evo_snapshot_release(s);
		evo_run_wait(run, 1);
	}
	assert_non_null(strstr(s->error, message));
	assert_string_equal(s->phase, "");
	evo_snapshot_release(s);
	refused(run, EVO_COMMAND_RESUME, NULL, "failed");
	evo_run_destroy(run);
}

static void test_failures(void **state)
{
	(void) state;
	static const char *const unknown[] = {"nb201-cifar11"}, *const flat[] = {"flat-cifar10"};
	static const char *const twice[] = {"nb201-cifar10", "nb201-cifar10"};
	struct evo_run_config config = small_config();
	struct evo_error err = {0};
	config.benchmarks = unknown;
	config.benchmark_count = 1;
	fails(&config, "nb201-cifar1");
	config.benchmarks = flat;
	fails(&config, "flat-cifar10 all have the same accuracy");
	config.benchmarks = twice;
	config.benchmark_count = 2;
	fails(&config, "given twice");
	config = small_config(); /* one network needs more than this */
	config.memory = 1000;
	fails(&config, "--memory");

	config = small_config();
	config.gp.crossover = 3;
	assert_null(evo_run_create(&config, &err));
	assert_non_null(strstr(err.message, "sum to"));
	evo_error_clear(&err);
	config = small_config();
	config.benchmark_count = 0;
	assert_null(evo_run_create(&config, &err));
	assert_non_null(strstr(err.message, "needs a benchmark"));
}

/* Benchmarks of different sizes together: groups of their own, each with the networks it has. */
static void test_different_sizes(void **state)
{
	(void) state;
	static const char *const names[] = {"nb201-cifar10", "few-cifar100"};
	struct evo_run_config config = small_config();
	config.benchmarks = names;
	config.gp.generations = 2;
	config.gp.draws = 2;
	config.gp.draw_size = 15; /* all of the smaller one's */
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 2);
	assert_int_equal(s->cases[0].train, 20);
	assert_true(s->cases[1].train >= 2 && s->cases[1].train < 20);
	for (size_t i = 0; i < s->population_count; i++) {
		const struct evo_individual *one = s->population[i];
		assert_true(one->fitness <= one->direction * one->tau[EVO_SIDE_TRAIN][1]);
		assert_true(fabs(one->tau[EVO_SIDE_TRAIN][0]) <= 1);
	}
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* A sample larger than the pool: all there are, and a line that says so. */
static void test_large_sample(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.train = 5000;
	config.gp.generations = 1;
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 1);
	assert_true(s->cases[0].train > 20 && s->cases[0].train < STRINGS);
	assert_true(logged(run, "not 5000"));
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

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
	send(run, EVO_COMMAND_START, NULL);
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
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 2);
	assert_true(logged(run, "the CSV files are not written"));
	struct evo_error err = {0};
	assert_false(evo_run_export(s, "/proc/nowhere", &err));
	assert_true(strlen(err.message) > 0);

	char *out = evo_path_join(folder, "deep/er");
	send(run, EVO_COMMAND_EXPORT, out);
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

/* ---- Snapshots and the log ------------------------------------------------------------------- */

/* A snapshot that is held stays what it was while the run goes on and after it is gone. */
static void test_held_snapshots(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	struct evo_run *run = created(&config);
	send(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *first = wait_until(run, IN(RUNNING) | IN(DONE), 1);
	size_t count = first->population_count;
	struct evo_text before, after;
	evo_text_init(&before);
	evo_text_init(&after);
	for (size_t i = 0; i < count; i++)
		evo_tree_print(&first->population[i]->tree, &before);
	settle(run, IN(DONE));
	evo_run_destroy(run);
	assert_int_equal(first->population_count, count);
	for (size_t i = 0; i < count; i++)
		evo_tree_print(&first->population[i]->tree, &after);
	assert_string_equal(before.data, after.data);
	evo_text_clear(&before);
	evo_text_clear(&after);
	evo_snapshot_release(first);
}

static void test_descriptor(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	struct evo_run *run = created(&config);
	struct pollfd news = {.fd = evo_run_descriptor(run), .events = POLLIN};
	evo_snapshot_release(evo_run_snapshot(run));
	assert_int_equal(poll(&news, 1, 50), 0);
	send(run, EVO_COMMAND_SET, "crossover 0.3");
	assert_int_equal(poll(&news, 1, 2000), 1);
	assert_true(evo_run_wait(run, 0));
	settle(run, IN(IDLE));
	evo_run_destroy(run);
}

static void test_log_overflow(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	struct evo_run *run = created(&config);
	for (int i = 0; i < 700; i++) {
		while (!evo_run_send(run, EVO_COMMAND_SET, i % 2 ? "stall 5" : "stall 6", NULL))
			evo_run_wait(run, 0.01);
	}
	/* A line a setting; the newest are kept, the lost ones counted. */
	struct evo_log_line lines[32];
	uint64_t next = 0, expected;
	size_t dropped, lost = 0, read = 0, count;
	while (lost + read < 700) {
		expected = next;
		count = evo_run_log(run, &next, lines, EVO_COUNT(lines), &dropped);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(lines[i].number, expected + dropped + i);
		lost += dropped;
		read += count;
		if (count == 0)
			evo_run_wait(run, 0.01);
	}
	assert_int_equal(next, 700);
	next = 0;
	evo_run_log(run, &next, lines, 1, &dropped);
	assert_true(dropped > 100);
	assert_int_equal(lines[0].number, dropped);
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

static bool count_calls(void *context, size_t done, size_t total, double seconds)
{
	assert_true(done <= total && seconds >= 0);
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
	assert_true(rows[3].kendall == 0);
	struct table read = read_table(folder, "scored.csv");
	assert_int_equal(read.rows, 5);
	assert_int_equal(read.columns, 13);
	evo_text_clear(&read.text);
	free(rows);
	free(scores);
	free(table);
}

static bool cancel(void *context, size_t done, size_t total, double seconds)
{
	(void) context, (void) done, (void) total, (void) seconds;
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
	        cmocka_unit_test(test_whole_run),
	        cmocka_unit_test(test_new_bests),
	        cmocka_unit_test(test_tau_is_what_scoring_says),
	        cmocka_unit_test(test_control),
	        cmocka_unit_test(test_heeded),
	        cmocka_unit_test(test_destroy_at_any_time),
	        cmocka_unit_test(test_interventions),
	        cmocka_unit_test(test_limits),
	        cmocka_unit_test(test_failures),
	        cmocka_unit_test(test_different_sizes),
	        cmocka_unit_test(test_large_sample),
	        cmocka_unit_test(test_threads_and_pauses_change_nothing),
	        cmocka_unit_test(test_export),
	        cmocka_unit_test(test_held_snapshots),
	        cmocka_unit_test(test_descriptor),
	        cmocka_unit_test(test_log_overflow),
	        cmocka_unit_test(test_score),
	        cmocka_unit_test(test_score_cancelled),
	        cmocka_unit_test(test_score_refused),
	};
	return cmocka_run_group_tests_name("run", tests, set_up, tear_down);
}
