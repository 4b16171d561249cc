/*
 * Questions of a person: scores and rows as they come, and what is kept of them.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "study_fixture.h"

/* ---- Scores ---------------------------------------------------------------------------------- */

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static void check_individual(const struct evo_study_snapshot *s, const struct evo_answer *answer,
                             size_t tree, const struct evo_individual *individual)
{
	for (size_t c = 0; c < 2; c++) {
		const struct evo_answer_case *of = &answer->cases[c];
		size_t n = of->train + of->validation;
		assert_int_equal(of->benchmark, c);
		assert_int_equal(of->done, n);
		/* The two share their networks. */
		for (size_t i = 0; i < n; i++)
			assert_true(same_bits(of->scores[tree * n + i], individual->scores[i]));
		for (int side = 0; side < 2; side++)
			assert_true(same_bits(evo_answer_tau(s, of, (enum evo_side) side, tree),
			                      individual->tau[side][c]));
	}
}

/* Every individual of a search has the scores that a study of the same settings gives. */
static void test_scores_are_those_of_a_search(void **state)
{
	(void) state;
	struct evo_run_config config = small_config();
	config.gp.generations = 2;
	struct evo_run *run = created(&config);
	tell(run, EVO_COMMAND_START, NULL);
	const struct evo_snapshot *found = wait_until(run, IN(DONE), 2);
	struct evo_study_config wanted = small_study();
	struct evo_study *study = open_study(&wanted);
	const struct evo_tree *trees[64];
	assert_in_range(found->population_count, 5, 64);
	for (size_t i = 0; i < found->population_count; i++)
		trees[i] = &found->population[i]->tree;
	uint64_t id = evo_study_ask(
	        study, &(struct evo_request){.trees = trees, .tree_count = found->population_count},
	        NULL);
	const struct evo_study_snapshot *s = wait_for(study, is_whole, id, 0);
	const struct evo_answer *answer = evo_study_answer(s, id);
	assert_int_equal(s->case_count, 2);
	assert_string_equal(s->cases[1].about.name, both[1]);
	assert_string_equal(s->cases[1].about.probe, found->cases[1].probe);
	assert_int_equal(answer->cases[0].train, found->cases[0].train);
	assert_int_equal(answer->cases[0].validation, found->cases[0].validation);
	assert_int_equal(answer->total, found->cases[0].train + found->cases[0].validation);
	assert_true(answer->cases[0].milliseconds > 0);
	assert_int_equal(answer->row_total, 0);
	for (size_t i = 0; i < found->population_count; i++)
		check_individual(s, answer, i, found->population[i]);
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
	evo_snapshot_release(found);
	evo_run_destroy(run);
}

/* One benchmark of two, and the first train networks of it. */
static void test_a_part(void **state)
{
	(void) state;
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	uint64_t all = ask_text(study, "params", (struct evo_request){0});
	uint64_t some = ask_text(study, "params", (struct evo_request){.benchmarks = 2, .most = 7});
	evo_study_snapshot_release(wait_for(study, is_whole, all, 0));
	const struct evo_study_snapshot *s = wait_for(study, is_whole, some, 0);
	const struct evo_answer_case *whole = &evo_study_answer(s, all)->cases[1];
	const struct evo_answer *part = evo_study_answer(s, some);
	assert_int_equal(part->case_count, 1);
	assert_int_equal(part->total, 7);
	assert_int_equal(part->cases[0].benchmark, 1);
	assert_int_equal(part->cases[0].train, 7);
	assert_int_equal(part->cases[0].validation, 0);
	for (size_t i = 0; i < 7; i++)
		assert_true(part->cases[0].scores[i] == whole->scores[i]);
	assert_int_equal(s->answer_count, 2);
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static const char *const proxies[] = {"eznas-a", "synflow", "layer_sum(l1(gw.d))", "sqrt(params)"};

static void check_row(const struct evo_score_row *row, const struct evo_score_row *expected)
{
	const char *name;
	double value, wanted;
	assert_string_equal(row->benchmark, expected->benchmark);
	assert_int_equal(row->networks, expected->networks);
	assert_int_equal(row->seeds, 1);
	for (size_t i = 0; evo_score_number(row, i, &name, &value); i++) {
		evo_score_number(expected, i, &name, &wanted);
		if (strcmp(name, "milliseconds") == 0)
			assert_true(value > 0);
		else
			assert_true(same_bits(value, wanted));
	}
}

static void check_rows(struct evo_study *study, const struct evo_study_config *config,
                       const struct evo_score_row *expected)
{
	size_t n = EVO_COUNT(proxies);
	uint64_t id = ask_texts(study, proxies, n, (struct evo_request){.flags = EVO_STUDY_ROWS});
	const struct evo_study_snapshot *s = wait_for(study, is_whole, id, 0);
	const struct evo_answer *answer = evo_study_answer(s, id);
	assert_int_equal(answer->row_count, n * config->benchmark_count);
	assert_string_equal(answer->rows[2].proxy, proxies[2]);
	for (size_t i = 0; i < answer->row_count; i++)
		check_row(&answer->rows[i], &expected[i]);
	evo_study_snapshot_release(s);
}

static void test_rows_are_those_of_scoring(void **state)
{
	(void) state;
	struct evo_error err = {0};
	struct evo_study_config config = small_study();
	config.strings = true;
	config.split = EVO_TRAIN;
	config.networks = 25;
	struct evo_score_config score = {.benchmarks = both,
	                                 .benchmark_count = 2,
	                                 .proxies = proxies,
	                                 .proxy_count = EVO_COUNT(proxies),
	                                 .networks = 25,
	                                 .split = EVO_TRAIN,
	                                 .probe = config.probe,
	                                 .seed = config.seed,
	                                 .threads = 1};
	size_t count;
	struct evo_score_row *rows = evo_run_score(&score, NULL, NULL, &count, &err);
	assert_string_equal(err.message, "");
	struct evo_study *study = open_study(&config);
	check_rows(study, &config, rows);
	evo_study_destroy(study);
	free(rows);
}

/* ---- Several questions ----------------------------------------------------------------------- */

static void check_scores(const struct evo_answer *a, const struct evo_answer *b)
{
	for (size_t i = 0; i < a->total; i++) {
		assert_true(a->cases[0].has[i] && b->cases[0].has[i]);
		assert_true(same_bits(a->cases[0].scores[i], b->cases[0].scores[i]));
	}
}

/* What comes later joins in with the networks that are left, and catches up on the others. */
static void test_joining(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	struct evo_study *study = open_study(&config);
	uint64_t first = ask_text(study, "layer_sum(l1(gx.d))", (struct evo_request){0});
	const struct evo_study_snapshot *s = wait_for(study, has_networks, first, 5);
	const struct evo_answer *answer = evo_study_answer(s, first);
	size_t total = answer->total;
	assert_int_equal(s->state, EVO_STUDY_WORKING);
	assert_true(answer->done < total / 2);
	uint64_t second = ask_text(study, "layer_sum(l1(gx.d))", (struct evo_request){0});
	evo_study_snapshot_release(s);

	s = wait_for(study, has_networks, second, 1);
	answer = evo_study_answer(s, second);
	assert_true(evo_study_answer(s, first)->done < total);
	assert_false(answer->cases[0].has[0]);
	evo_study_snapshot_release(s);
	s = wait_for(study, is_whole, first, 0);
	/* All but those that the second one missed. */
	assert_true(evo_study_answer(s, second)->done >= total / 2);
	evo_study_snapshot_release(s);
	s = wait_for(study, is_whole, second, 0);
	check_scores(evo_study_answer(s, first), evo_study_answer(s, second));
	assert_int_equal(s->store.extractions, total);
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
}

static void test_urgent(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	struct evo_study *study = open_study(&config);
	uint64_t bulk = ask_text(study, "layer_sum(l1(gx.d))", (struct evo_request){0});
	evo_study_snapshot_release(wait_for(study, has_networks, bulk, 1));
	uint64_t urgent = ask_text(study, "layer_sum(l1(x.d))",
	                           (struct evo_request){.flags = EVO_STUDY_URGENT});
	const struct evo_study_snapshot *s = wait_for(study, is_whole, urgent, 0);
	assert_true(evo_study_answer(s, bulk)->done < evo_study_answer(s, bulk)->total);
	assert_int_equal(s->state, EVO_STUDY_WORKING);
	evo_study_snapshot_release(s);
	evo_study_snapshot_release(wait_for(study, is_whole, bulk, 0));
	evo_study_destroy(study);
}

static void test_dropping(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	struct evo_study *study = open_study(&config);
	uint64_t first = ask_text(study, "layer_sum(l1(gx.d))", (struct evo_request){0});
	uint64_t second = ask_text(study, "layer_sum(l1(x.d))", (struct evo_request){.most = 8});
	const struct evo_study_snapshot *held = wait_for(study, has_networks, first, 2);
	evo_study_drop(study, first);
	evo_study_snapshot_release(wait_for(study, is_whole, second, 0));
	const struct evo_study_snapshot *s = wait_for(study, is_idle, 0, 0);
	assert_null(evo_study_answer(s, first));
	assert_int_equal(s->answer_count, 1);
	assert_true(s->store.extractions < evo_study_answer(held, first)->total);
	evo_study_snapshot_release(s);
	evo_study_snapshot_release(held);
	/* One that was never begun. */
	evo_study_drop(study, ask_text(study, "params", (struct evo_request){0}));
	uint64_t last = ask_text(study, "units", (struct evo_request){0});
	s = wait_for(study, is_whole, last, 0);
	assert_int_equal(s->answer_count, 2);
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
}

/* ---- What goes wrong ------------------------------------------------------------------------- */

static void test_unknown_benchmark(void **state)
{
	(void) state;
	static const char *const names[] = {"nowhere"};
	struct evo_study_config config = small_study();
	config.benchmarks = names;
	config.benchmark_count = 1;
	struct evo_study *study = open_study(&config);
	ask_text(study, "params", (struct evo_request){0});
	const struct evo_study_snapshot *s = wait_for(study, is_idle, 0, 0);
	assert_int_equal(s->state, EVO_STUDY_FAILED);
	assert_non_null(strstr(s->error, "nowhere"));
	assert_int_equal(s->case_count, 0);
	evo_study_snapshot_release(s);
	ask_text(study, "params", (struct evo_request){0});
	evo_study_drop(study, 1);
	evo_study_destroy(study);
}

static void test_wrong_tree(void **state)
{
	(void) state;
	struct evo_error err = {0};
	struct evo_study_config config = small_study();
	struct evo_study *study = open_study(&config);
	const struct evo_tree tree = {0}, *const trees[] = {&tree};
	const struct evo_request question = {.trees = trees, .tree_count = 1};
	assert_int_equal(evo_study_ask(study, &question, &err), 0);
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_null(evo_impact_begin(study, &tree, false, 0, NULL));
	evo_study_destroy(study);
}

static bool is_refused(const struct evo_study_snapshot *s, uint64_t id, size_t networks)
{
	const struct evo_answer *answer = evo_study_answer(s, id);
	(void) networks;
	return answer != NULL && answer->error[0] != '\0';
}

/* A network that needs more memory than there is is no reason not to answer the others. */
static void test_too_little_memory(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	config.memory = 1200000;
	struct evo_study *study = open_study(&config);
	uint64_t large = ask_text(study, "layer_sum(l1(gx.p))", (struct evo_request){0});
	uint64_t small = ask_text(study, "params", (struct evo_request){0});
	evo_study_snapshot_release(wait_for(study, is_whole, small, 0));
	const struct evo_study_snapshot *s = wait_for(study, is_refused, large, 0);
	assert_non_null(strstr(evo_study_answer(s, large)->error, "memory"));
	assert_string_equal(evo_study_answer(s, small)->error, "");
	evo_study_snapshot_release(s);
	evo_study_snapshot_release(wait_for(study, is_idle, 0, 0));
	evo_study_destroy(study);
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

static void test_snapshots_stay(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	struct evo_study *study = open_study(&config);
	const struct evo_study_snapshot *first = evo_study_snapshot(study);
	assert_int_equal(first->answer_count, 0);
	uint64_t id = ask_text(study, "layer_sum(l1(x.d))", (struct evo_request){0});
	const struct evo_study_snapshot *early = wait_for(study, has_networks, id, 2);
	const struct evo_answer *answer = evo_study_answer(early, id);
	size_t done = answer->done;
	double tau = evo_answer_tau(early, &answer->cases[0], EVO_SIDE_TRAIN, 0);
	assert_true(done < answer->total);
	const struct evo_study_snapshot *late = wait_for(study, is_whole, id, 0);
	evo_study_snapshot_release(wait_for(study, is_idle, 0, 0));
	assert_false(evo_study_wait(study, 0.1)); /* nothing is new */
	evo_study_destroy(study);
	assert_true(late->serial > early->serial && early->serial > first->serial);
	assert_int_equal(answer->done, done);
	assert_true(evo_answer_tau(early, &answer->cases[0], EVO_SIDE_TRAIN, 0) == tau);
	assert_int_equal(late->cases[0].architectures[answer->total - 1][0], '|');
	assert_true(isfinite(late->cases[0].accuracy[answer->total - 1]));
	evo_study_snapshot_release(first);
	evo_study_snapshot_release(early);
	evo_study_snapshot_release(late);
}

static void test_destroy_at_work(void **state)
{
	(void) state;
	struct evo_study_config config = slow_study();
	struct evo_study *study = open_study(&config);
	uint64_t id = ask_text(study, "layer_sum(l1(gx.p))", (struct evo_request){0});
	const struct evo_study_snapshot *s = wait_for(study, has_networks, id, 3);
	const struct evo_answer *answer = evo_study_answer(s, id);
	double all = answer->cases[0].milliseconds * (double) answer->total / 1e3;
	double begin = evo_now();
	evo_study_destroy(study);
	assert_true(evo_now() - begin < all / 3);
	evo_study_snapshot_release(s);
	/* While it is loading. */
	evo_study_destroy(open_study(&config));
}

/* ---- What is kept ---------------------------------------------------------------------------- */

#define KEPT_TREE "layer_sum(l1(gw.d))"

/* Asks for one tree on all networks; scores: of the first benchmark, copied by evo_calloc. Returns
   how many networks were taken from an earlier study: their time is not known. */
static double *kept_scores(const struct evo_study_config *config, size_t *count, bool *scored)
{
	struct evo_study *study = open_study(config);
	uint64_t id = ask_text(study, KEPT_TREE, (struct evo_request){.flags = EVO_STUDY_ROWS});
	const struct evo_study_snapshot *s = wait_for(study, is_whole, id, 0);
	const struct evo_answer_case *one = &evo_study_answer(s, id)->cases[0];
	*count = one->train + one->validation;
	*scored = !isnan(one->milliseconds);
	double *copy = evo_calloc(*count, sizeof(*copy));
	memcpy(copy, one->scores, *count * sizeof(*copy));
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
	return copy;
}

static void expect_kept(const struct evo_study_config *config, const double *before, bool kept)
{
	size_t count;
	bool scored;
	double *scores = kept_scores(config, &count, &scored);
	assert_int_equal(scored, !kept);
	if (before != NULL)
		assert_memory_equal(scores, before, count * sizeof(*scores));
	free(scores);
}

static void write_over(const char *path, long at, const char *bytes)
{
	FILE *file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, at, SEEK_SET);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

static void test_kept_scores(void **state)
{
	struct evo_study_config config = small_study(), other = config;
	char *path = evo_path_data("kept.db");
	size_t count;
	bool scored;
	(void) state;
	/* Who does not ask for it leaves nothing behind. */
	expect_kept(&config, NULL, false);
	assert_false(evo_path_exists(path));
	config.keep = other.keep = true;
	double *first = kept_scores(&config, &count, &scored);
	assert_true(scored);
	expect_kept(&config, first, true);
	/* Another seed, another probe: other scores. */
	other.seed++;
	expect_kept(&other, NULL, false);
	other = config;
	other.probe.batch = 8;
	expect_kept(&other, NULL, false);
	/* Two at once. */
	struct evo_study *beside = open_study(&config);
	expect_kept(&config, first, true);
	evo_study_destroy(beside);
	/* What is damaged is begun anew. */
	write_over(path, 0, "no database any more");
	expect_kept(&config, first, false);
	expect_kept(&config, first, true);
	for (long at = 4096; at < 40000; at += 64)
		write_over(path, at, "damage");
	free(kept_scores(&config, &count, &scored));
	expect_kept(&config, first, !scored);
	assert_true(evo_remove_tree(path, NULL));
	expect_kept(&config, first, false);
	expect_kept(&config, first, true);
	free(first);
	free(path);
}

/* One number that a statement gives, -1 when it gives none. */
static long long ask_database(const char *path, const char *sql)
{
	sqlite3 *database;
	sqlite3_stmt *statement;
	long long number = -1;
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	sqlite3_close(database);
	return number;
}

/* Of more than is kept those of trees go first that nobody asked for the longest. */
static void test_kept_scores_are_bounded(void **state)
{
	struct evo_study_config config = small_study();
	char *path = evo_path_data("kept.db");
	size_t count;
	bool scored;
	(void) state;
	config.keep = true;
	double *first = kept_scores(&config, &count, &scored);
	ask_database(path, "INSERT INTO trees VALUES (-1, 1), (-2, 2), (-3, 3)");
	ask_database(path, "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM"
	                   " counted WHERE n < 240000) INSERT INTO scores"
	                   " SELECT tree, n, 0, 0 FROM counted, trees WHERE tree < 0 AND used < 4");
	expect_kept(&config, first, true);
	assert_int_equal(ask_database(path, "SELECT count(*) FROM scores WHERE tree = -1"), 0);
	assert_int_equal(ask_database(path, "SELECT count(*) FROM trees WHERE tree = -1"), 0);
	assert_int_equal(ask_database(path, "SELECT count(*) FROM scores WHERE tree = -2"), 240000);
	assert_int_equal(ask_database(path, "SELECT count(*) FROM scores WHERE tree = -3"), 240000);
	expect_kept(&config, first, true);
	assert_true(evo_remove_tree(path, NULL));
	free(first);
	free(path);
}

/* As many benchmarks as there are bits for, and how many are left out. */
static void test_very_many_benchmarks(void **state)
{
	(void) state;
	static const char *const all[] = {"all"};
	struct evo_study_config config = small_study();
	for (int i = 0; i < EVO_CASES_MAX; i++) {
		char *copy =
		        evo_format("cp -r '%s/benchmarks/nb201-cifar10' '%s/benchmarks/copy-%02d'",
		                   folder, folder, i);
		assert_int_equal(system(copy), 0);
		free(copy);
	}
	config.benchmarks = all;
	config.benchmark_count = 1;
	config.strings = true;
	config.split = EVO_ALL;
	config.networks = 3;
	struct evo_study *study = open_study(&config);
	uint64_t id = ask_text(study, "params", (struct evo_request){.flags = EVO_STUDY_ROWS});
	const struct evo_study_snapshot *s = wait_for(study, is_whole, id, 0);
	assert_int_equal(s->case_count, EVO_CASES_MAX);
	assert_true(s->left_out >= 6);
	evo_study_snapshot_release(s);
	evo_study_destroy(study);
	for (int i = 0; i < EVO_CASES_MAX; i++) {
		char *copy = evo_format("%s/benchmarks/copy-%02d", folder, i);
		assert_true(evo_remove_tree(copy, NULL));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_scores_are_those_of_a_search),
	        cmocka_unit_test(test_a_part),
	        cmocka_unit_test(test_rows_are_those_of_scoring),
	        cmocka_unit_test(test_joining),
	        cmocka_unit_test(test_urgent),
	        cmocka_unit_test(test_dropping),
	        cmocka_unit_test(test_unknown_benchmark),
	        cmocka_unit_test(test_wrong_tree),
	        cmocka_unit_test(test_too_little_memory),
	        cmocka_unit_test(test_snapshots_stay),
	        cmocka_unit_test(test_destroy_at_work),
	        cmocka_unit_test(test_kept_scores),
	        cmocka_unit_test(test_kept_scores_are_bounded),
	        cmocka_unit_test(test_very_many_benchmarks),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
