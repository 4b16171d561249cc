/*
 * A run whose file went away: removed, renamed or replaced by another one while it was open. What
 * is open can be read still, so that the whole run moves to the file that is there now.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "keeper.h"
#include "stored.h"

/* Tables that have rows of a run, by their first column. */
static const char *const tables[] = {"benchmarks",  "injected",    "carried", "yardsticks",
                                     "generations", "individuals", "members", "interventions",
                                     "signs",       "scored"};

/* Inserts the row that the statement is at, but for its first column, which is `key`; 0: NULL. */
static bool insert_row(struct evo_database *to, const char *table, sqlite3_stmt *row, int64_t key,
                       struct evo_error *err)
{
	const int columns = sqlite3_column_count(row);
	sqlite3_stmt *insert = NULL;
	struct evo_text sql;
	evo_text_init(&sql);
	evo_text_printf(&sql, "INSERT INTO %s VALUES (nullif(?,0)", table);
	for (int i = 1; i < columns; i++)
		evo_text_append(&sql, ",?");
	evo_text_append(&sql, ")");
	int code = sqlite3_prepare_v2(to->handle, sql.data, -1, &insert, NULL);
	evo_text_clear(&sql);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(insert, 1, key);
	for (int i = 1; code == SQLITE_OK && i < columns; i++)
		code = sqlite3_bind_value(insert, i + 1, sqlite3_column_value(row, i));
	if (code == SQLITE_OK)
		code = sqlite3_step(insert);
	if (code != SQLITE_DONE)
		evo_database_fail(to, code, err);
	sqlite3_finalize(insert);
	return code == SQLITE_DONE;
}

static bool copy_table(struct evo_database *from, int64_t from_id, struct evo_database *to,
                       int64_t to_id, const char *table, struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	const bool runs = strcmp(table, "runs") == 0;
	char *sql = evo_format("SELECT * FROM %s WHERE %s = ?", table, runs ? "id" : "run");
	evo_rows_open(&rows, from, sql, EVO_VALUES(EVO_INTEGER(from_id)));
	while (good && evo_rows_next(&rows))
		good = insert_row(to, table, rows.statement, to_id, err);
	free(sql);
	return evo_rows_close(&rows, err) && good;
}

/* The whole run into another database, inside a transaction there; *to_id is its key there. */
static bool copy_run(struct evo_database *from, int64_t from_id, struct evo_database *to,
                     int64_t *to_id, struct evo_error *err)
{
	bool good = copy_table(from, from_id, to, 0, "runs", err);
	*to_id = good ? evo_database_inserted(to) : 0;
	for (size_t i = 0; good && i < EVO_COUNT(tables); i++)
		good = copy_table(from, from_id, to, *to_id, tables[i], err);
	return good;
}

/* Out of the file that went away, which is closed then. */
static bool put_aside(struct evo_keeper *keeper, struct evo_error *err)
{
	struct evo_database aside;
	int64_t id = 0;
	bool good = evo_database_open_aside(&aside, err) && evo_database_begin(&aside, err);
	good = good && copy_run(&keeper->database, keeper->id, &aside, &id, err);
	good = evo_database_end(&aside, good, err);
	if (!good) {
		evo_database_close(&aside);
		return false;
	}
	evo_database_close(&keeper->database);
	keeper->database = aside;
	keeper->id = id;
	keeper->aside = true;
	return true;
}

/* An earlier copy of it may be there, with the file that took the place of the other. */
static bool remove_earlier(struct evo_database *database, const struct evo_keeper *keeper,
                           const char *name, struct evo_error *err)
{
	struct evo_rows rows;
	struct evo_owner owner = {0};
	int64_t id = 0;
	char *query = evo_stored_query(database, "runs.id", "WHERE name = ?");
	evo_rows_open(&rows, database, query, EVO_VALUES(EVO_TEXT(name)));
	if (evo_rows_next(&rows)) {
		id = evo_rows_integer(&rows, 0);
		evo_stored_read_owner(&rows, 1, &owner);
	}
	free(query);
	return evo_rows_close(&rows, err) &&
	       (id == 0 || !evo_owner_same(&owner, &keeper->owner) ||
	        evo_database_do(database, "DELETE FROM runs WHERE id = ?",
	                        EVO_VALUES(EVO_INTEGER(id)), err));
}

static bool put_back(struct evo_run *run, struct evo_database *database, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	char name[sizeof(run->draft.run)];
	int64_t id = 0;
	bool good = evo_database_begin(database, err);
	good = good && remove_earlier(database, keeper, run->draft.run, err) &&
	       evo_keep_free_name(database, run->draft.run, name, sizeof(name), err) &&
	       evo_database_do(&keeper->database, "UPDATE runs SET name = ? WHERE id = ?",
	                       EVO_VALUES(EVO_TEXT(name), EVO_INTEGER(keeper->id)), err) &&
	       copy_run(&keeper->database, keeper->id, database, &id, err);
	good = evo_database_end(database, good, err);
	if (good) {
		keeper->id = id;
		memcpy(run->draft.run, name, sizeof(name));
	}
	return good;
}

bool evo_keep_move(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_database database;
	if (!keeper->aside && !put_aside(keeper, err))
		return false;
	if (!evo_database_open(&database, run->config.runs_file, true, err) ||
	    !put_back(run, &database, err)) {
		evo_database_close(&database);
		return false;
	}
	evo_database_close(&keeper->database);
	keeper->database = database;
	keeper->aside = false;
	return true;
}
