/*
 * Stored runs: a file that holds what nobody expects. A run of two generations is stored, and then
 * the input changes values: each change is a byte that says which column, one that says what kind
 * of value it gets, and the value. An input that begins with 255 is a whole file instead.
 */
#include "config.h"

#include <sqlite3.h>

#include "evoscope/archive.h"
#include "evoscope/database.h"
#include "evoscope/search.h"
#include "fuzz.h"

#define FILE_NAME "runs.db"
#define CHANGES   40

/* ---- The run as it is stored ----------------------------------------------------------------- */

static const char good_run[] =
        "INSERT INTO runs (id, name, created, updated, state, program, processor, kernels, preset,"
        " seed, settings, generation, generations, best, expression, stalled, next_id, evaluations,"
        " cache_hits, rank_duplicates, failed, elapsed)"
        " VALUES (1, 'a-1', 1, 2, 'done', 'p', 'q', 'r', 'default', 1,"
        " 'population = 2' || char(10) || 'generations = 2' || char(10), 2, 2, 0.5, 'units', 0, 3,"
        " 4, 0, 0, 0, 1.5);"
        "INSERT INTO benchmarks (run, position, name, title, images, origin, probe, train,"
        " validation, digest) VALUES (1, 0, 'tiny201-shapes', 't', 'i', 'o', 'p', 2, 2, 7);"
        "INSERT INTO injected (run, position, expression) VALUES (1, 0, 'params');"
        "INSERT INTO carried (run, position, expression) VALUES (1, 0, 'params');"
        "INSERT INTO yardsticks (run, position, name, fitness, taus)"
        " VALUES (1, 0, 'units', 0.25, zeroblob(16));"
        "INSERT INTO generations (run, generation, best, mean, median, min, best_validation,"
        " mean_size, evaluations, cache_hits, seconds, champion, taus, given, forms) VALUES"
        " (1, 0, 0.5, 0.4, 0.4, 0.3, 0.2, 1.5, 2, 0, 0.5, 1, zeroblob(16), zeroblob(16),"
        " zeroblob(18)), (1, 1, 0.5, 0.4, 0.4, 0.3, 0.2, 1.5, 2, 0, 0.5, 2, zeroblob(16),"
        " zeroblob(16), zeroblob(9));"
        "INSERT INTO members (run, generation, list, rank, individual) VALUES"
        " (1, 0, 'population', 0, 1), (1, 0, 'front', 0, 1), (1, 1, 'population', 0, 2),"
        " (1, 1, 'population', 1, 1), (1, 1, 'front', 0, 1);"
        "INSERT INTO interventions (run, position, generation, kind, text, expression, early)"
        " VALUES (1, 0, 1, 'inject', 'params', 'params', 0),"
        " (1, 1, 1, 'set', 'population 3', NULL, 0);";

static void add_individual(sqlite3 *handle, int id, const char *expression)
{
	struct evo_tree tree, canonical;

	FUZZ_CHECK(evo_tree_parse(expression, &tree, NULL));
	evo_tree_canonical(&tree, &canonical);
	char *sql = evo_format(
	        "INSERT INTO individuals (run, id, born, origin, parent1, parent2, injected,"
	        " descends, direction, fitness, non_finite, size, depth, hash, expression, taus,"
	        " scores) VALUES (1, %d, 0, 'random', 0, 0, 0, 0, 1, 0.5, 0, %zu, 0, %lld, '%s',"
	        " zeroblob(16), zeroblob(32))",
	        id, tree.size, (long long) evo_tree_hash(&canonical), expression);
	FUZZ_CHECK(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK);
	free(sql);
}

/* The file's bytes, made once. */
static const char *template(size_t *size)
{
	static char *bytes;
	static size_t length;

	if (bytes == NULL) {
		char *path = evo_path_join(fuzz_folder(), "template.db");
		struct evo_database database;
		FUZZ_CHECK(evo_database_open(&database, path, true, NULL));
		FUZZ_CHECK(sqlite3_exec(database.handle, good_run, NULL, NULL, NULL) == SQLITE_OK);
		add_individual(database.handle, 1, "units");
		add_individual(database.handle, 2, "layer_sum(det(w))");
		FUZZ_CHECK(sqlite3_exec(database.handle, "PRAGMA journal_mode = DELETE", NULL, NULL,
		                        NULL) == SQLITE_OK);
		evo_database_close(&database);
		bytes = evo_file_read(path, (size_t) 1 << 20, &length, NULL);
		FUZZ_CHECK(bytes != NULL);
		free(path);
	}
	*size = length;
	return bytes;
}

/* ---- Changes --------------------------------------------------------------------------------- */

static const char *const columns[][2] = {{"runs", "name"},
                                         {"runs", "state"},
                                         {"runs", "preset"},
                                         {"runs", "seed"},
                                         {"runs", "settings"},
                                         {"runs", "channels"},
                                         {"runs", "cells"},
                                         {"runs", "batch"},
                                         {"runs", "side"},
                                         {"runs", "classes"},
                                         {"runs", "probe_of"},
                                         {"runs", "seconds"},
                                         {"runs", "target"},
                                         {"runs", "generation"},
                                         {"runs", "generations"},
                                         {"runs", "best"},
                                         {"runs", "expression"},
                                         {"runs", "created"},
                                         {"runs", "updated"},
                                         {"runs", "owner_host"},
                                         {"runs", "owner_boot"},
                                         {"runs", "owner_process"},
                                         {"runs", "owner_started"},
                                         {"benchmarks", "name"},
                                         {"benchmarks", "title"},
                                         {"benchmarks", "images"},
                                         {"benchmarks", "origin"},
                                         {"benchmarks", "probe"},
                                         {"benchmarks", "train"},
                                         {"benchmarks", "validation"},
                                         {"benchmarks", "position"},
                                         {"injected", "expression"},
                                         {"carried", "expression"},
                                         {"yardsticks", "name"},
                                         {"yardsticks", "fitness"},
                                         {"yardsticks", "taus"},
                                         {"generations", "best"},
                                         {"generations", "evaluations"},
                                         {"generations", "cache_hits"},
                                         {"generations", "seconds"},
                                         {"generations", "champion"},
                                         {"generations", "taus"},
                                         {"generations", "given"},
                                         {"generations", "forms"},
                                         {"individuals", "born"},
                                         {"individuals", "origin"},
                                         {"individuals", "parent1"},
                                         {"individuals", "direction"},
                                         {"individuals", "fitness"},
                                         {"individuals", "non_finite"},
                                         {"individuals", "hash"},
                                         {"individuals", "expression"},
                                         {"individuals", "taus"},
                                         {"individuals", "scores"},
                                         {"individuals", "id"},
                                         {"members", "individual"},
                                         {"members", "list"},
                                         {"members", "rank"},
                                         {"interventions", "generation"},
                                         {"interventions", "kind"},
                                         {"interventions", "text"},
                                         {"interventions", "expression"}};

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

/* The value of a change: nothing, a number, text or bytes. */
static void bind(sqlite3_stmt *statement, struct input *input)
{
	static const double reals[] = {0, -1, 1e308, -1e308, 0.5, 1e-320};
	static const int64_t integers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1 << 30, 17, 256};
	uint8_t kind = next(input), which = next(input);
	size_t length = which < input->size ? which : input->size;

	switch (kind % 6) {
	case 0:
		sqlite3_bind_null(statement, 1);
		return;
	case 1:
		sqlite3_bind_int64(statement, 1, integers[which % EVO_COUNT(integers)]);
		return;
	case 2:
		sqlite3_bind_double(statement, 1, reals[which % EVO_COUNT(reals)]);
		return;
	case 3:
		sqlite3_bind_text(statement, 1, (const char *) input->data, (int) length,
		                  SQLITE_TRANSIENT);
		break;
	case 4:
		sqlite3_bind_blob(statement, 1, length > 0 ? (const void *) input->data : "",
		                  (int) length, SQLITE_TRANSIENT);
		break;
	default:
		sqlite3_bind_zeroblob(statement, 1, which * 8);
		return;
	}
	input->data += length;
	input->size -= length;
}

static void change(sqlite3 *handle, struct input *input)
{
	const char *const *column = columns[next(input) % EVO_COUNT(columns)];
	uint8_t rows = next(input);
	sqlite3_stmt *statement;
	char *sql = rows == 0 ? evo_format("DELETE FROM %s", column[0])
	                      : evo_format("UPDATE OR IGNORE %s SET %s = ?", column[0], column[1]);

	FUZZ_CHECK(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK);
	if (rows != 0)
		bind(statement, input);
	sqlite3_step(statement); /* the schema may refuse it */
	sqlite3_finalize(statement);
	free(sql);
}

static char *write_store(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	sqlite3 *handle;
	size_t length;
	const char *bytes = template(&length);

	if (size > 0 && data[0] == 255)
		return fuzz_file(FILE_NAME, data + 1, size - 1);
	char *path = fuzz_file(FILE_NAME, bytes, length);
	FUZZ_CHECK(sqlite3_open(path, &handle) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_exec(handle, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL, NULL) ==
	           SQLITE_OK);
	for (int i = 0; i < CHANGES && input.size > 0; i++)
		change(handle, &input);
	FUZZ_CHECK(sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(handle);
	return path;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void check_snapshot(const struct evo_snapshot *snapshot)
{
	FUZZ_CHECK(snapshot->case_count <= EVO_CASES_MAX);
	for (size_t i = 0; i < snapshot->population_count; i++)
		FUZZ_CHECK(evo_tree_check(&snapshot->population[i]->tree, NULL));
	for (size_t i = 0; i < snapshot->history_count; i++)
		FUZZ_CHECK(snapshot->history[i].champion != NULL);
	evo_snapshot_pick(snapshot);
	struct evo_error err = {0};
	fuzz_told(evo_run_export(snapshot, fuzz_folder(), &err), &err);
}

static void check_run(const char *path, const char *name)
{
	static const size_t generations[] = {0, 1, 2, SIZE_MAX};
	struct evo_run_config config;

	for (size_t i = 0; i < EVO_COUNT(generations); i++) {
		struct evo_error err = {0};
		const struct evo_snapshot *snapshot =
		        evo_runs_snapshot(path, name, generations[i], &err);
		if (!fuzz_told(snapshot != NULL, &err))
			continue;
		check_snapshot(snapshot);
		evo_snapshot_release(snapshot);
	}
	struct evo_error err = {0};
	if (fuzz_told(evo_run_config_stored(&config, path, name, &err), &err)) {
		struct evo_run *run = evo_run_create(&config, &err);
		if (fuzz_told(run != NULL, &err))
			evo_run_destroy(run);
	}
	evo_run_config_clear(&config);
	evo_error_clear(&err);
	fuzz_told(evo_runs_delete(path, name, EVO_TAKE_NONE, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	size_t count;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = write_store(data, size);
	struct evo_stored_run *list = evo_runs_list(path, &count, &err);
	if (fuzz_told(list != NULL, &err))
		for (size_t i = 0; i < count && i < 3; i++)
			check_run(path, list[i].name);
	evo_runs_list_free(list, count);
	free(path);
	return 0;
}
