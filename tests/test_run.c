/*
 * Searches in their thread: control, limits, failures, snapshots and the log.
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

/* ---- A whole run ----------------------------------------------------------------------------- */

/* None is better on both sides of it together. */
static void check_pick(const struct evo_snapshot *s)
{
	const double train = (double) s->cases[0].train;
	const double validation = (double) s->cases[0].validation;
	const size_t pick = evo_snapshot_pick(s);

	assert_true(pick < s->front_count);
	for (size_t i = 0; i < s->front_count; i++) {
		const struct evo_individual *one = s->front[i], *taken = s->front[pick];
		assert_true(train * (taken->fitness - one->fitness) +
		                    validation * (evo_snapshot_validation(s, taken) -
		                                  evo_snapshot_validation(s, one)) >=
		            -1e-9);
	}
}

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
	tell(run, EVO_COMMAND_START, NULL);
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
	check_pick(s);
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
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_STEP, NULL);
	refused(run, EVO_COMMAND_START, NULL, "cannot start");
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 1);
	assert_int_equal(s->generation, 1);
	evo_snapshot_release(s);

	/* Paused is paused. */
	assert_false(evo_run_wait(run, 0.3));
	tell(run, EVO_COMMAND_STEP, NULL);
	s = wait_until(run, IN(PAUSED), 2);
	assert_int_equal(s->generation, 2);
	evo_snapshot_release(s);

	tell(run, EVO_COMMAND_RESUME, NULL);
	evo_snapshot_release(wait_until(run, IN(RUNNING), 3));
	tell(run, EVO_COMMAND_PAUSE, NULL);
	tell(run, EVO_COMMAND_RESUME, NULL); /* both are heeded, in order */
	tell(run, EVO_COMMAND_PAUSE, NULL);
	s = wait_until(run, IN(PAUSED), 3);
	size_t at = s->generation;
	evo_snapshot_release(s);
	assert_false(evo_run_wait(run, 0.2));
	tell(run, EVO_COMMAND_STOP, NULL);
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
	tell(run, EVO_COMMAND_STEP, NULL);
	settle(run, IN(PAUSED));
	for (size_t round = 2; round < 6; round++) {
		tell(run, EVO_COMMAND_INJECT, "layer_sum(l1(gw.d))");
		tell(run, EVO_COMMAND_STEP, NULL);
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

static const struct evo_snapshot *wait_for_phase(struct evo_run *run, const char *phase)
{
	double end = evo_now() + 280;
	for (;;) {
		const struct evo_snapshot *s = evo_run_snapshot(run);
		if (strncmp(s->phase, phase, strlen(phase)) == 0 && s->phase_done > 0 &&
		    s->phase_done < s->phase_total)
			return s;
		evo_snapshot_release(s);
		assert_true(evo_now() < end);
		evo_run_wait(run, 1);
	}
}

/* Looking for the joins of a large population takes its time, and shows it: a person who pauses
   does not wait for the end, nor one who leaves. */
static void test_paused_while_joining(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.population = config.gp.offspring = 600;
	config.gp.train = 40;
	config.gp.init_small = true;
	config.gp.exchange = true;
	config.gp.max_size = 25;
	config.gp.crossover = 0;
	config.gp.join = 0.4;
	config.gp.generations = 100;
	struct evo_run *run = created(&config);
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_for_phase(run, "joining");
	tell(run, EVO_COMMAND_PAUSE, NULL);
	const struct evo_snapshot *paused = wait_until(run, IN(PAUSED), 1);
	assert_int_equal(paused->generation, s->generation);
	assert_string_equal(paused->phase, s->phase);
	assert_int_equal(paused->phase_total, s->phase_total);
	assert_in_range(paused->phase_done, s->phase_done, s->phase_total - 1);
	tell(run, EVO_COMMAND_RESUME, NULL);
	/* It goes on where it was, and in the next generation a person leaves. */
	const struct evo_snapshot *after = wait_for_phase(run, paused->phase);
	assert_int_equal(after->phase_total, s->phase_total);
	assert_in_range(after->phase_done, paused->phase_done, s->phase_total - 1);
	evo_snapshot_release(wait_until(run, IN(RUNNING), s->generation + 1));
	evo_snapshot_release(wait_for_phase(run, "joining"));
	evo_snapshot_release(after);
	evo_snapshot_release(paused);
	evo_snapshot_release(s);
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
			tell(run, EVO_COMMAND_START, NULL);
		if (i > 1)
			evo_run_wait(run, 0.02 * i);
		if (i > 2)
			tell(run, EVO_COMMAND_INJECT, "eznas-a");
		if (i > 3)
			tell(run, EVO_COMMAND_STOP, NULL);
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
	tell(run, EVO_COMMAND_SET, "train 18"); /* nothing runs yet */
	tell(run, EVO_COMMAND_STEP, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 1);
	assert_int_equal(s->cases[0].train, 18);
	bool found = false;
	for (size_t i = 0; i < s->population_count; i++)
		found = found || s->population[i]->origin == EVO_ORIGIN_INJECTED;
	assert_true(found);
	evo_snapshot_release(s);

	refused(run, EVO_COMMAND_SET, "train 20", "cannot change while a search runs");
	tell(run, EVO_COMMAND_SET, "exclude = sigmoid");
	tell(run, EVO_COMMAND_INJECT, "layer_sum(abs(gx.n))");
	tell(run, EVO_COMMAND_RESUME, NULL);
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
	tell(run, EVO_COMMAND_RESUME, NULL);
	while (log_count(run, "done: 2 generations") < 2)
		evo_run_wait(run, 0.05);
	settle(run, IN(DONE)); /* which follows the line */
	tell(run, EVO_COMMAND_SET, "crossover 0.2");
	settle(run, IN(DONE));
	tell(run, EVO_COMMAND_SET, "generations 3");
	evo_snapshot_release(wait_until(run, IN(PAUSED), 2));
	tell(run, EVO_COMMAND_RESUME, NULL);
	s = wait_until(run, IN(DONE), 3);
	assert_int_equal(s->generation, 3);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

/* What is left is by the limits as they are, not as they were when a generation ended. */
static void test_time_left(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 2;
	struct evo_run *run = created(&config);
	tell(run, EVO_COMMAND_STEP, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 1);
	double each = s->history[0].seconds;
	assert_true(each > 0);
	assert_true(fabs(s->remaining - each) < 1e-9);
	evo_snapshot_release(s);
	tell(run, EVO_COMMAND_SET, "generations 11");
	for (s = evo_run_snapshot(run); s->generations != 11; s = evo_run_snapshot(run))
		evo_snapshot_release(s);
	assert_true(fabs(s->remaining - 10 * each) < 1e-9);
	evo_snapshot_release(s);

	/* At the end nothing is left, and something again where the limit is raised. */
	tell(run, EVO_COMMAND_SET, "generations 2");
	tell(run, EVO_COMMAND_RESUME, NULL);
	s = wait_until(run, IN(DONE), 2);
	assert_true(s->remaining == 0);
	evo_snapshot_release(s);
	tell(run, EVO_COMMAND_SET, "generations 3");
	s = wait_until(run, IN(PAUSED), 2);
	assert_true(s->remaining > 0);
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
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 1);
	assert_int_equal(s->generation, 1);
	assert_true(logged(run, "reached the target"));
	evo_snapshot_release(s);
	evo_run_destroy(run);

	config.target = (double) NAN;
	config.seconds = 1e-3; /* the first generation is finished all the same */
	run = created(&config);
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *s = wait_until(run, IN(DONE), 1);
	assert_true(s->cases[0].train > 20 && s->cases[0].train < STRINGS);
	assert_true(logged(run, "not 5000"));
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
	tell(run, EVO_COMMAND_START, NULL);
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
	tell(run, EVO_COMMAND_SET, "crossover 0.3");
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
static void a_config_is_owned_once(void **state)
{
	(void) state;
	struct evo_run_config config = small_config(), copy, next;
	config.name = "first";
	config.resume = "stored";
	config.watch = true;
	evo_run_config_copy(&copy, &config);
	evo_run_config_next(&next, &copy);
	evo_run_config_clear(&copy);
	evo_run_config_clear(&copy); /* nothing is left to free */
	assert_null(copy.benchmarks);
	assert_int_equal(next.benchmark_count, config.benchmark_count);
	assert_string_equal(next.benchmarks[0], config.benchmarks[0]);
	assert_null(next.name);
	assert_null(next.resume);
	assert_false(next.watch);
	/* Also by names that are its own. */
	evo_run_config_benchmarks(&next, next.benchmarks, next.benchmark_count);
	assert_string_equal(next.benchmarks[0], config.benchmarks[0]);
	evo_run_config_clear(&next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_config_is_owned_once),
	        cmocka_unit_test(test_whole_run),
	        cmocka_unit_test(test_new_bests),
	        cmocka_unit_test(test_tau_is_what_scoring_says),
	        cmocka_unit_test(test_control),
	        cmocka_unit_test(test_heeded),
	        cmocka_unit_test(test_paused_while_joining),
	        cmocka_unit_test(test_destroy_at_any_time),
	        cmocka_unit_test(test_interventions),
	        cmocka_unit_test(test_time_left),
	        cmocka_unit_test(test_limits),
	        cmocka_unit_test(test_failures),
	        cmocka_unit_test(test_different_sizes),
	        cmocka_unit_test(test_large_sample),
	        cmocka_unit_test(test_held_snapshots),
	        cmocka_unit_test(test_descriptor),
	        cmocka_unit_test(test_log_overflow),
	};
	return cmocka_run_group_tests_name("run", tests, set_up, tear_down);
}
