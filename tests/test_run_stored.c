/* Searches that are stored and taken up again: what was done by hand, and who may go on. */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "evoscope/database.h"
#include "run_fixture.h"

#define GENERATIONS 9

static char *file; /* of stored runs */

static int open_file(void **state)
{
	if (set_up(state) != 0)
		return -1;
	file = evo_path_join(folder, "stored.db");
	return 0;
}

static int close_file(void **state)
{
	free(file);
	return tear_down(state);
}

static struct evo_run_config kept_config(const char *name)
{
	struct evo_run_config config = small_config();
	config.gp.generations = GENERATIONS;
	config.gp.validated = 5; /* so that some are validated after they were stored */
	config.name = name;
	config.runs_file = file;
	return config;
}

static struct evo_run *resumed(const char *name)
{
	struct evo_run_config config;
	struct evo_error err = {0};
	evo_run_config_stored(&config, file, name, &err);
	assert_string_equal(err.message, "");
	struct evo_run *run = created(&config);
	evo_run_config_clear(&config);
	return run;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void expect_same_individual(const struct evo_individual *a, const struct evo_individual *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->hash, b->hash);
	assert_int_equal(a->parents[0], b->parents[0]);
	assert_int_equal(a->parents[1], b->parents[1]);
	assert_int_equal(a->origin, b->origin);
	assert_int_equal(a->born, b->born);
	assert_int_equal(a->injected, b->injected);
	assert_int_equal(a->descends, b->descends);
	assert_int_equal(a->direction, b->direction);
	assert_int_equal(a->non_finite, b->non_finite);
	assert_memory_equal(&a->fitness, &b->fitness, sizeof(double));
	for (int side = 0; side < 2; side++)
		assert_memory_equal(a->tau[side], b->tau[side], 2 * sizeof(double));
}

static void expect_same_snapshots(const struct evo_snapshot *a, const struct evo_snapshot *b)
{
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->population_count, b->population_count);
	assert_int_equal(a->front_count, b->front_count);
	assert_int_equal(a->history_count, b->history_count);
	assert_int_equal(a->evaluations, b->evaluations);
	assert_int_equal(a->cache_hits, b->cache_hits);
	for (size_t i = 0; i < a->population_count; i++)
		expect_same_individual(a->population[i], b->population[i]);
	for (size_t i = 0; i < a->front_count; i++)
		expect_same_individual(a->front[i], b->front[i]);
	for (size_t i = 0; i < a->history_count; i++) {
		assert_int_equal(a->history[i].evaluations, b->history[i].evaluations);
		assert_int_equal(a->history[i].cache_hits, b->history[i].cache_hits);
		assert_memory_equal(&a->history[i].best_validation, &b->history[i].best_validation,
		                    sizeof(double));
		expect_same_individual(a->history[i].champion, b->history[i].champion);
	}
	assert_int_equal(a->intervention_count, b->intervention_count);
	for (size_t i = 0; i < a->intervention_count; i++) {
		assert_int_equal(a->interventions[i].generation, b->interventions[i].generation);
		assert_int_equal(a->interventions[i].kind, b->interventions[i].kind);
		assert_string_equal(a->interventions[i].text, b->interventions[i].text);
	}
	assert_memory_equal(a->partial_units, b->partial_units, 2 * sizeof(double));
	for (size_t i = 0; i < EVO_REFERENCES; i++)
		assert_memory_equal(&a->references[i].fitness, &b->references[i].fitness,
		                    sizeof(double));
}

/* ---- By hand --------------------------------------------------------------------------------- */

static void change_before_start(struct evo_run *run)
{
	tell(run, EVO_COMMAND_SET, "max_size 11");
	tell(run, EVO_COMMAND_INJECT, "layer_sum(l1(gw.d))");
	tell(run, EVO_COMMAND_INJECT, "synflow");
}

static void change(struct evo_run *run)
{
	tell(run, EVO_COMMAND_INJECT, "sub(log(params), layer_mean(frob(x.d)))");
	tell(run, EVO_COMMAND_SET, "crossover 0.2");
	tell(run, EVO_COMMAND_SET, "subtree 0.3");
}

static void step_to(struct evo_run *run, size_t generation)
{
	for (size_t next = 1; next <= generation; next++) {
		tell(run, EVO_COMMAND_STEP, NULL);
		evo_snapshot_release(wait_until(run, IN(PAUSED), next));
	}
}

/* Into the middle of the generation after `complete` ones; less deep when it was faster. */
static void go_into(struct evo_run *run, size_t complete)
{
	step_to(run, complete);
	tell(run, complete > 0 ? EVO_COMMAND_RESUME : EVO_COMMAND_START, NULL);
	for (;;) {
		const struct evo_snapshot *s = wait_until(run, ~0U, 0);
		bool in = s->phase_done > 0 || s->generation > complete;
		evo_snapshot_release(s);
		if (in)
			break;
		evo_run_wait(run, 1);
	}
	tell(run, EVO_COMMAND_PAUSE, NULL);
	settle(run, IN(PAUSED));
}

/* That of a run that was changed before the same generation, and never interrupted. */
static void expect_as_uninterrupted(const struct evo_snapshot *after, bool before_start,
                                    size_t when)
{
	struct evo_run_config config = kept_config(NULL);
	struct evo_run *run = created(&config);
	if (before_start)
		change_before_start(run);
	step_to(run, when);
	change(run);
	tell(run, EVO_COMMAND_RESUME, NULL);
	const struct evo_snapshot *whole = wait_until(run, IN(DONE), GENERATIONS);
	expect_same_snapshots(after, whole);
	evo_snapshot_release(whole);
	evo_run_destroy(run);
}

static size_t run_generations(struct evo_run *run)
{
	const struct evo_snapshot *s = evo_run_snapshot(run);
	size_t count = s->generation;
	evo_snapshot_release(s);
	return count;
}

static void test_by_hand(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("by-hand");
	struct evo_run *run = created(&config);
	change_before_start(run);
	go_into(run, 3);
	change(run);
	const struct evo_snapshot *s = wait_until(run, IN(PAUSED), 0);
	while (s->intervention_count < 6) {
		evo_snapshot_release(s);
		evo_run_wait(run, 1);
		s = wait_until(run, IN(PAUSED), 0);
	}
	size_t when = s->interventions[5].generation;
	assert_true(when > 3 && when < GENERATIONS);
	evo_snapshot_release(s);
	evo_run_destroy(run); /* what is half done is lost */

	run = resumed("by-hand");
	/* Its log begins with what had happened: every generation, new bests, what was done. */
	assert_int_equal(log_count(run, "generation "), run_generations(run) + 6);
	assert_true(logged(run, "generation 0: best"));
	assert_true(logged(run, "new best"));
	assert_true(logged(run, "set max_size 11: from generation 0 on"));
	assert_true(logged(run, "inject synflow: from generation 0 on"));
	assert_true(logged(run, "set crossover 0.2: from generation"));
	assert_true(logged(run, "by-hand as it is stored: "));
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *after = wait_until(run, IN(DONE), GENERATIONS);

	expect_as_uninterrupted(after, true, when);
	evo_snapshot_release(after);
	evo_run_destroy(run);
}

/* What is sent to a run that is resumed, before it is started, counts from the next generation. */
static void test_changed_at_once(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("at-once");
	struct evo_run *run = created(&config);
	step_to(run, 2);
	evo_run_destroy(run);
	run = resumed("at-once");
	change(run);
	refused(run, EVO_COMMAND_SET, "draws 3", "cannot change while a search runs");
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *after = wait_until(run, IN(DONE), GENERATIONS);
	assert_int_equal(after->intervention_count, 3);
	assert_int_equal(after->interventions[0].generation, 2);
	expect_as_uninterrupted(after, false, 2);
	evo_snapshot_release(after);
	evo_run_destroy(run);
}

static struct evo_run_config carrying_config(const char *name)
{
	static const char *const trees[] = {"mul(layer_sum(log(gx.d)), sqrt(layer_mean(l1(w))))",
	                                    "div(layer_total(corr(x.d)), layer_max(frob(gw.d)))",
	                                    "sub(layer_sum(std(y.n)), log(params))"};
	struct evo_run_config config = kept_config(name);
	config.carried = trees;
	config.carried_count = EVO_COUNT(trees);
	config.gp.exchange = true;
	return config;
}

/* Interrupted before what was carried over is joined, or later, a search goes on as it would
   have. */
static void test_carried(void **state)
{
	(void) state;
	struct evo_run_config config = carrying_config("whole");
	struct evo_run *run = created(&config);
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *whole = wait_until(run, IN(DONE), GENERATIONS);
	evo_run_destroy(run);
	for (size_t complete = 1; complete < 4; complete++) {
		char name[20];
		snprintf(name, sizeof(name), "carried-%zu", complete);
		config.name = name;
		run = created(&config);
		step_to(run, complete);
		evo_run_destroy(run);
		run = resumed(name);
		tell(run, EVO_COMMAND_START, NULL);
		const struct evo_snapshot *after = wait_until(run, IN(DONE), GENERATIONS);
		expect_same_snapshots(after, whole);
		evo_snapshot_release(after);
		evo_run_destroy(run);
	}
	evo_snapshot_release(whole);
}

/* A search of joins alone has every score: resumed, it still needs those of what it is held
   against. */
static void test_joins_alone(void **state)
{
	(void) state;
	struct evo_run_config config = carrying_config("joins");
	config.gp.validated = 0;
	config.gp.stall = 0;
	config.gp.crossover = config.gp.subtree = config.gp.point = config.gp.number = 0;
	config.gp.hoist = config.gp.insertion = config.gp.shrink = 0;
	config.gp.join = 1;
	struct evo_run *run = created(&config);
	step_to(run, 2);
	const struct evo_snapshot *before = wait_until(run, IN(PAUSED), 2);
	evo_run_destroy(run);
	run = resumed("joins");
	tell(run, EVO_COMMAND_STEP, NULL);
	const struct evo_snapshot *after = wait_until(run, IN(PAUSED), 3);
	assert_int_equal(after->reference_count, before->reference_count);
	for (size_t i = 0; i < after->reference_count; i++)
		assert_true(after->references[i].fitness == before->references[i].fitness);
	assert_true(after->partial_units[0] == after->partial_units[0]);
	evo_snapshot_release(after);
	evo_snapshot_release(before);
	evo_run_destroy(run);
}

/* Quit in the middle of a generation, also of the first one, it is there, and goes on as it would
   have. */
static void test_quit_within(void **state)
{
	(void) state;
	for (int validated = 0; validated < 2; validated++) {
		struct evo_run_config config = kept_config(NULL);
		config.gp.validation = validated ? config.gp.validation : 0;
		struct evo_run *run = created(&config);
		tell(run, EVO_COMMAND_START, NULL);
		const struct evo_snapshot *whole = wait_until(run, IN(DONE), GENERATIONS);
		evo_run_destroy(run);
		for (size_t complete = 0; complete < 6; complete += 2) {
			struct evo_error err = {0};
			char name[32];
			snprintf(name, sizeof(name), "quit-%d-%zu", validated, complete);
			config.name = name;
			run = created(&config);
			go_into(run, complete);
			evo_run_destroy(run);
			const struct evo_snapshot *shown =
			        evo_runs_snapshot(file, name, SIZE_MAX, &err);
			assert_string_equal(err.message, "");
			assert_true(shown->generation >= complete);
			evo_snapshot_release(shown);
			run = resumed(name);
			tell(run, EVO_COMMAND_START, NULL);
			const struct evo_snapshot *after = wait_until(run, IN(DONE), GENERATIONS);
			expect_same_snapshots(after, whole);
			evo_snapshot_release(after);
			evo_run_destroy(run);
		}
		evo_snapshot_release(whole);
	}
}

/* Validation that was open when a generation was stored is made up for when the run is resumed. */
static void test_open_validation(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("open");
	struct evo_error err = {0};
	config.gp.validated = 2;
	struct evo_run *run = created(&config);
	step_to(run, 2);
	evo_run_destroy(run);
	const struct evo_snapshot *shown = evo_runs_snapshot(file, "open", SIZE_MAX, &err);
	size_t open = 0;
	for (size_t i = 0; i < shown->population_count; i++)
		open += shown->population[i]->pending;
	assert_true(open > 0 && open < shown->population_count);
	evo_snapshot_release(shown);
}

/* The file alone, copied while the run is there, has all of its generations. */
static void test_copied_alone(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("copied");
	struct evo_error err = {0};
	char *copy = evo_path_join(folder, "copy.db");
	struct evo_run *run = created(&config);
	for (size_t g = 1; g <= 3; g++) {
		size_t length;
		tell(run, EVO_COMMAND_STEP, NULL);
		const struct evo_snapshot *own = wait_until(run, IN(PAUSED), g);
		char *bytes = evo_file_read(file, 64 << 20, &length, &err);
		assert_non_null(bytes);
		FILE *stream = fopen(copy, "w");
		assert_int_equal(fwrite(bytes, 1, length, stream), length);
		assert_int_equal(fclose(stream), 0);
		free(bytes);
		const struct evo_snapshot *seen = evo_runs_snapshot(copy, "copied", SIZE_MAX, &err);
		assert_string_equal(err.message, "");
		expect_same_snapshots(own, seen);
		evo_snapshot_release(own);
		evo_snapshot_release(seen);
	}
	evo_run_destroy(run);
	free(copy);
}

/* ---- On show --------------------------------------------------------------------------------- */

/* Every generation can be looked at again, as it was. */
static void test_replay(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("replay");
	struct evo_run *run = created(&config);
	struct evo_error err = {0};
	const struct evo_snapshot *seen[GENERATIONS + 1] = {NULL};
	for (size_t g = 1; g <= 4; g++) {
		tell(run, EVO_COMMAND_STEP, NULL);
		seen[g] = wait_until(run, IN(PAUSED), g);
	}
	for (size_t g = 1; g <= 4; g++) {
		const struct evo_snapshot *again = evo_runs_snapshot(file, "replay", g, &err);
		assert_string_equal(err.message, "");
		assert_string_equal(again->run, "replay");
		assert_true(again->kept);
		expect_same_snapshots(seen[g], again);
		evo_snapshot_release(again);
		evo_snapshot_release(seen[g]);
	}
	evo_run_destroy(run);
	/* At rest, before it is started, it shows what it had. */
	run = resumed("replay");
	const struct evo_snapshot *s = wait_until(run, IN(IDLE), 4);
	assert_true(s->population_count > 5);
	tell(run, EVO_COMMAND_SET, "crossover 0.1");
	evo_snapshot_release(s);
	s = wait_until(run, IN(IDLE), 4);
	assert_true(s->population_count > 5);
	evo_snapshot_release(s);
	evo_run_destroy(run);
}

static void test_list(void **state)
{
	(void) state;
	struct evo_error err = {0};
	size_t count;
	struct evo_run_config config = kept_config("listed");
	struct evo_run *run = created(&config);
	/* Nothing came of this one. */
	evo_run_destroy(run);
	run = created(&config);
	step_to(run, 1);
	struct evo_stored_run *list = evo_runs_list(file, &count, &err);
	assert_non_null(list);
	assert_string_equal(list[0].name, "listed");
	assert_string_equal(list[0].state, "paused");
	assert_string_equal(list[0].benchmarks, "nb201-cifar10 nb201-cifar100");
	assert_int_equal(list[0].generation, 1);
	assert_int_equal(list[0].generations, GENERATIONS);
	evo_runs_list_free(list, count);
	assert_false(evo_runs_delete(file, "listed", EVO_TAKE_NONE, &err));
	assert_non_null(strstr(err.message, "stop it there first"));
	evo_run_destroy(run);
	err = (struct evo_error){0};
	assert_true(evo_runs_delete(file, "listed", EVO_TAKE_NONE, &err));
	list = evo_runs_list(file, &count, &err);
	for (size_t i = 0; i < count; i++)
		assert_string_not_equal(list[i].name, "listed");
	evo_runs_list_free(list, count);
}

/* ---- Who goes on ----------------------------------------------------------------------------- */

/* A run at its end may be taken up by another program; the first one must not go on with its own
   idea of it then. Here both are this process. */
static void test_went_on_elsewhere(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("shared");
	config.gp.generations = 2;
	struct evo_run *first = created(&config);
	tell(first, EVO_COMMAND_START, NULL);
	evo_snapshot_release(wait_until(first, IN(DONE), 2));
	struct evo_run *second = resumed("shared");
	tell(second, EVO_COMMAND_SET, "generations 4");
	tell(second, EVO_COMMAND_START, NULL);
	evo_snapshot_release(wait_until(second, IN(DONE), 4));
	tell(first, EVO_COMMAND_SET, "generations 6");
	tell(first, EVO_COMMAND_RESUME, NULL);
	for (;;) {
		const struct evo_snapshot *s = evo_run_snapshot(first);
		bool failed = s->state == EVO_RUN_FAILED;
		if (failed)
			assert_non_null(strstr(s->error, "went on elsewhere"));
		evo_snapshot_release(s);
		if (failed)
			break;
		evo_run_wait(first, 1);
	}
	evo_run_destroy(first);
	tell(second, EVO_COMMAND_SET, "generations 5");
	tell(second, EVO_COMMAND_RESUME, NULL);
	evo_snapshot_release(wait_until(second, IN(DONE), 5));
	evo_run_destroy(second);
}

/* What another program makes of a run is seen as it comes, and is not to be meddled with. */
static void test_watched(void **state)
{
	(void) state;
	struct evo_run_config config = kept_config("watched"), other;
	struct evo_error err = {0};
	struct evo_run *run = created(&config);
	step_to(run, 1);
	assert_true(evo_run_config_stored(&other, file, "watched", &err));
	other.watch = true;
	struct evo_run *watcher = created(&other);
	evo_run_config_clear(&other);
	refused(watcher, EVO_COMMAND_START, NULL, "only watched here");
	refused(watcher, EVO_COMMAND_INJECT, "units", "only watched here");
	for (size_t g = 2; g <= 3; g++) {
		tell(run, EVO_COMMAND_STEP, NULL);
		const struct evo_snapshot *own = wait_until(run, IN(PAUSED), g);
		const struct evo_snapshot *seen = wait_until(watcher, IN(PAUSED), g);
		expect_same_snapshots(own, seen);
		evo_snapshot_release(own);
		evo_snapshot_release(seen);
	}
	for (size_t g = 0; g < 3; g++) {
		char part[40];
		snprintf(part, sizeof(part), "generation %zu: best", g);
		assert_int_equal(log_count(watcher, part), 1);
	}
	evo_run_destroy(run);
	evo_snapshot_release(wait_until(watcher, IN(STOPPED), 3));
	evo_run_destroy(watcher);
}

/* A file that does not say what a run has to have is refused before anything is made of it. */
static void test_damaged(void **state)
{
	static const struct {
		const char *sql, *says;
	} cases[] = {
	        {"UPDATE individuals SET scores = zeroblob(16)", "has not a score for each of"},
	        {"UPDATE individuals SET scores = NULL WHERE id = 1",
	         "has not a score for each of"},
	        {"INSERT INTO benchmarks SELECT run, position + 100, name, title, images, origin,"
	         " probe, train, validation, digest FROM benchmarks",
	         "it has more than its"},
	};
	struct evo_run_config config = kept_config("damaged");

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_database database;
		struct evo_run *run = created(&config);
		step_to(run, 2);
		evo_run_destroy(run);
		assert_true(evo_database_open(&database, file, true, NULL));
		run = resumed("damaged");
		assert_true(evo_database_do(&database, cases[i].sql, NULL, 0, NULL));
		tell(run, EVO_COMMAND_START, NULL);
		const struct evo_snapshot *end = wait_until(run, IN(FAILED), 0);
		size_t count;
		struct evo_stored_run *list = evo_runs_list(file, &count, NULL);
		/* It is as it was, and nobody's. */
		assert_string_equal(list[0].state, "stopped");
		evo_runs_list_free(list, count);
		assert_non_null(strstr(end->error, cases[i].says));
		evo_snapshot_release(end);
		evo_run_destroy(run);
		evo_database_close(&database);
		struct evo_error err = {0};
		evo_runs_delete(file, "damaged", EVO_TAKE_NONE, &err);
		assert_string_equal(err.message, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_by_hand),      cmocka_unit_test(test_changed_at_once),
	        cmocka_unit_test(test_carried),      cmocka_unit_test(test_joins_alone),
	        cmocka_unit_test(test_quit_within),  cmocka_unit_test(test_open_validation),
	        cmocka_unit_test(test_copied_alone), cmocka_unit_test(test_replay),
	        cmocka_unit_test(test_list),         cmocka_unit_test(test_went_on_elsewhere),
	        cmocka_unit_test(test_watched),      cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests_name("run stored", tests, open_file, close_file);
}
