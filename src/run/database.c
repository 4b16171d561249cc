#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "database.h"

#define APPLICATION 0x65766f73 /* "evos" */
#define FORMAT      1
#define PATIENCE    5000 /* milliseconds that a lock of another program is waited for */

static const char schema[] =
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " created INTEGER NOT NULL, updated INTEGER NOT NULL, state TEXT NOT NULL,"
        " program TEXT, processor TEXT, kernels TEXT,"
        " preset TEXT NOT NULL, seed INTEGER NOT NULL, settings TEXT NOT NULL,"
        " channels INTEGER, cells INTEGER, batch INTEGER, side INTEGER, classes INTEGER,"
        " probe_of TEXT, seconds REAL, target REAL,"
        " generation INTEGER NOT NULL, generations INTEGER NOT NULL, best REAL, expression TEXT,"
        " stalled INTEGER, next_id INTEGER, evaluations INTEGER, cache_hits INTEGER,"
        " rank_duplicates INTEGER, failed INTEGER, elapsed REAL,"
        " owner_host TEXT, owner_boot TEXT, owner_process INTEGER, owner_started INTEGER);"
        "CREATE TABLE benchmarks (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, name TEXT NOT NULL, title TEXT, images TEXT, origin TEXT,"
        " probe TEXT, train INTEGER, validation INTEGER, digest INTEGER,"
        " PRIMARY KEY (run, position)) WITHOUT ROWID;"
        "CREATE TABLE injected (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, expression TEXT NOT NULL,"
        " PRIMARY KEY (run, position)) WITHOUT ROWID;"
        "CREATE TABLE yardsticks (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, name TEXT NOT NULL, fitness REAL, taus BLOB,"
        " PRIMARY KEY (run, position)) WITHOUT ROWID;"
        "CREATE TABLE generations (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " generation INTEGER NOT NULL, best REAL, mean REAL, median REAL, min REAL,"
        " best_validation REAL, mean_size REAL, evaluations INTEGER, cache_hits INTEGER,"
        " seconds REAL, champion INTEGER, taus BLOB, given BLOB, forms BLOB,"
        " PRIMARY KEY (run, generation));"
        "CREATE TABLE individuals (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " id INTEGER NOT NULL, born INTEGER, origin TEXT, parent1 INTEGER, parent2 INTEGER,"
        " injected INTEGER, descends INTEGER, direction INTEGER, fitness REAL,"
        " non_finite INTEGER, size INTEGER, depth INTEGER, hash INTEGER, expression TEXT NOT NULL,"
        " taus BLOB, scores BLOB, PRIMARY KEY (run, id));"
        "CREATE TABLE members (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " generation INTEGER NOT NULL, list TEXT NOT NULL, rank INTEGER NOT NULL,"
        " individual INTEGER NOT NULL,"
        " PRIMARY KEY (run, generation, list, rank)) WITHOUT ROWID;"
        "CREATE TABLE interventions (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, generation INTEGER NOT NULL, kind TEXT NOT NULL,"
        " text TEXT NOT NULL, expression TEXT, early INTEGER NOT NULL,"
        " PRIMARY KEY (run, position)) WITHOUT ROWID;"
        "PRAGMA application_id = 1702260595; PRAGMA user_version = 1;";
/* What came later: earlier programs do without it. */
static const char schema_later[] = "CREATE TABLE IF NOT EXISTS carried"
                                   " (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
                                   " position INTEGER NOT NULL, expression TEXT NOT NULL,"
                                   " PRIMARY KEY (run, position)) WITHOUT ROWID";
_Static_assert(APPLICATION == 1702260595 && FORMAT == 1, "as the schema says");

/* ---- What went wrong ------------------------------------------------------------------------- */

static bool fail(const struct evo_database *database, int code, struct evo_error *err)
{
	const char *file = database->file;
	const char *why =
	        database->handle != NULL ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code);
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return evo_fail(err, EVO_E_IO,
		                "%s is damaged or no file of runs (%s); it is left as it is: move "
		                "it away, or name another with --store",
		                file, why);
	case SQLITE_FULL:
		return evo_fail(err, EVO_E_IO,
		                "%s cannot grow: the disk is full; what is stored in it is whole",
		                file);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return evo_fail(err, EVO_E_IO, "%s is locked by another program; try again later",
		                file);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return evo_fail(err, EVO_E_IO,
		                "%s cannot be written (%s); name another with --store", file, why);
	case SQLITE_CANTOPEN:
		return evo_fail(err, EVO_E_IO,
		                "%s cannot be opened (%s); name another with --store", file, why);
	default:
		return evo_fail(err, EVO_E_IO, "%s: %s", file, why);
	}
}

/* ---- Statements ------------------------------------------------------------------------------ */

static int bind(sqlite3_stmt *statement, int at, const struct evo_value *value)
{
	switch (value->type) {
	case EVO_VALUE_TEXT:
		return value->bytes == NULL ? sqlite3_bind_null(statement, at)
		                            : sqlite3_bind_text(statement, at, value->bytes, -1,
		                                                SQLITE_TRANSIENT);
	case EVO_VALUE_INTEGER:
		return sqlite3_bind_int64(statement, at, value->integer);
	case EVO_VALUE_REAL:
		return isnan(value->real) ? sqlite3_bind_null(statement, at)
		                          : sqlite3_bind_double(statement, at, value->real);
	case EVO_VALUE_BYTES:
		return sqlite3_bind_blob64(statement, at, value->length > 0 ? value->bytes : "",
		                           value->length, SQLITE_TRANSIENT);
	}
	return SQLITE_MISUSE;
}

void evo_rows_open(struct evo_rows *rows, struct evo_database *database, const char *sql,
                   const struct evo_value *values, size_t count)
{
	memset(rows, 0, sizeof(*rows));
	rows->database = database;
	if (database->handle == NULL)
		return;
	int code = sqlite3_prepare_v2(database->handle, sql, -1, &rows->statement, NULL);
	for (size_t i = 0; code == SQLITE_OK && i < count; i++)
		code = bind(rows->statement, (int) i + 1, &values[i]);
	if (code != SQLITE_OK)
		fail(database, code, &rows->error);
}

bool evo_rows_next(struct evo_rows *rows)
{
	if (rows->statement == NULL || rows->error.code != EVO_OK)
		return false;
	int code = sqlite3_step(rows->statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		fail(rows->database, code, &rows->error);
	return code == SQLITE_ROW;
}

bool evo_rows_close(struct evo_rows *rows, struct evo_error *err)
{
	sqlite3_finalize(rows->statement);
	rows->statement = NULL;
	if (rows->error.code != EVO_OK)
		return evo_fail(err, rows->error.code, "%s", rows->error.message);
	return true;
}

const char *evo_rows_text(struct evo_rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(rows->statement, column);
	return text != NULL ? (const char *) text : "";
}

int64_t evo_rows_integer(struct evo_rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

double evo_rows_real(struct evo_rows *rows, int column)
{
	if (sqlite3_column_type(rows->statement, column) == SQLITE_NULL)
		return (double) NAN;
	return sqlite3_column_double(rows->statement, column);
}

const unsigned char *evo_rows_bytes(struct evo_rows *rows, int column, size_t *length)
{
	const unsigned char *bytes = sqlite3_column_blob(rows->statement, column);
	*length = (size_t) sqlite3_column_bytes(rows->statement, column);
	return bytes;
}

bool evo_database_do(struct evo_database *database, const char *sql, const struct evo_value *values,
                     size_t count, struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database, sql, values, count);
	while (evo_rows_next(&rows))
		;
	return evo_rows_close(&rows, err);
}

int64_t evo_database_inserted(const struct evo_database *database)
{
	return sqlite3_last_insert_rowid(database->handle);
}

/* ---- Transactions ---------------------------------------------------------------------------- */

bool evo_database_begin(struct evo_database *database, struct evo_error *err)
{
	return evo_database_do(database, "BEGIN IMMEDIATE", NULL, 0, err);
}

bool evo_database_end(struct evo_database *database, bool good, struct evo_error *err)
{
	good = good && evo_database_do(database, "COMMIT", NULL, 0, err);
	/* Some failures, such as a full disk, have rolled back already. */
	if (!good && !sqlite3_get_autocommit(database->handle))
		evo_database_do(database, "ROLLBACK", NULL, 0, NULL);
	return good;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static bool ask(struct evo_database *database, const char *sql, int64_t *answer,
                struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database, sql, NULL, 0);
	*answer = evo_rows_next(&rows) ? evo_rows_integer(&rows, 0) : 0;
	return evo_rows_close(&rows, err);
}

/*
 * *empty: nothing was stored in it so far. Another program may be making the tables: they come with
 * their application and format at once, so these are asked for after them.
 */
static bool check_format(struct evo_database *database, bool *empty, struct evo_error *err)
{
	int64_t application, format, tables;
	if (!ask(database, "SELECT count(*) FROM sqlite_schema", &tables, err) ||
	    !ask(database, "PRAGMA application_id", &application, err) ||
	    !ask(database, "PRAGMA user_version", &format, err))
		return false;
	*empty = tables == 0;
	if (application != APPLICATION && (tables > 0 || application != 0))
		return evo_fail(err, EVO_E_INPUT,
		                "%s is a database of another program; name another with --store",
		                database->file);
	if (format > FORMAT)
		return evo_fail(
		        err, EVO_E_INPUT,
		        "%s has format %lld, and this evoscope knows formats up to %d: use a "
		        "newer evoscope, or name another file with --store",
		        database->file, (long long) format, FORMAT);
	return true;
}

bool evo_database_has(struct evo_database *database, const char *table)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database, "SELECT 1 FROM sqlite_schema WHERE name = ?",
	              EVO_VALUES(EVO_TEXT(table)));
	bool has = evo_rows_next(&rows);
	return evo_rows_close(&rows, NULL) && has;
}

/* Two programs may be at it: the second one finds what the first has made. */
static bool make_tables(struct evo_database *database, struct evo_error *err)
{
	bool empty, good = evo_database_begin(database, err);
	good = good && check_format(database, &empty, err);
	if (good && empty) {
		int code = sqlite3_exec(database->handle, schema, NULL, NULL, NULL);
		if (code != SQLITE_OK)
			good = fail(database, code, err);
	}
	return evo_database_end(database, good, err);
}

static bool open_to_write(struct evo_database *database, struct evo_error *err)
{
	bool empty;
	int64_t ignored;
	if (!check_format(database, &empty, err) || (empty && !make_tables(database, err)))
		return false;
	/* Where there can be no write-ahead log, as on some network file systems, SQLite says so and
	   keeps its rollback journal. */
	ask(database, "PRAGMA journal_mode = WAL", &ignored, NULL);
	return evo_database_do(database, schema_later, NULL, 0, err) &&
	       evo_database_do(database, "PRAGMA synchronous = FULL", NULL, 0, err) &&
	       evo_database_do(database, "PRAGMA foreign_keys = ON", NULL, 0, err);
}

static bool make_folder(const char *file, struct evo_error *err)
{
	const char *slash = strrchr(file, '/');
	bool good = true;
	if (slash != NULL && slash != file) {
		char *folder = evo_strndup(file, (size_t) (slash - file));
		good = evo_make_directories(folder, err);
		free(folder);
	}
	return good;
}

/* A file as SQLite's URI, which can say that nobody changes it. */
static char *unchanging(const char *file)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_text_append(&text, "file:");
	for (; *file != '\0'; file++)
		evo_text_printf(&text, strchr("%?#", *file) != NULL ? "%%%02X" : "%c", *file);
	evo_text_append(&text, "?immutable=1");
	return text.data;
}

/* A folder that cannot be written, in which readers cannot note that they are there. */
static bool open_unchanging(struct evo_database *database, struct evo_error *err)
{
	char *name = unchanging(database->file);
	sqlite3_close(database->handle);
	int code = sqlite3_open_v2(name, &database->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	                           NULL);
	free(name);
	return code == SQLITE_OK || fail(database, code, err);
}

static bool open_to_read(struct evo_database *database, struct evo_error *err)
{
	bool empty;
	struct evo_error first = {0};
	if (check_format(database, &empty, &first))
		return true;
	if (access(database->file, R_OK) == 0 && first.code == EVO_E_IO &&
	    (sqlite3_errcode(database->handle) & 0xff) == SQLITE_CANTOPEN)
		return open_unchanging(database, err) && check_format(database, &empty, err);
	return evo_fail(err, first.code, "%s", first.message);
}

bool evo_database_open(struct evo_database *database, const char *file, bool write,
                       struct evo_error *err)
{
	struct stat status;
	database->handle = NULL;
	database->file = evo_strdup(file);
	if (!write && stat(file, &status) != 0 && errno == ENOENT)
		return true;
	if (write && !make_folder(file, err))
		return false;
	/* A reader that may write leaves no files behind; where it may not, SQLite only reads. */
	int code = sqlite3_open_v2(file, &database->handle,
	                           SQLITE_OPEN_READWRITE | (write ? SQLITE_OPEN_CREATE : 0), NULL);
	if (code != SQLITE_OK)
		return fail(database, code, err);
	sqlite3_busy_timeout(database->handle, PATIENCE);
	return write ? open_to_write(database, err) : open_to_read(database, err);
}

void evo_database_close(struct evo_database *database)
{
	sqlite3_close(database->handle);
	free(database->file);
	memset(database, 0, sizeof(*database));
}

/* ---- Numbers as bytes ------------------------------------------------------------------------ */

void evo_pack_integer(struct evo_text *out, uint64_t value)
{
	char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (char) (value >> 8 * i & 0xff);
	evo_text_append_n(out, bytes, sizeof(bytes));
}

uint64_t evo_unpack_integer(const unsigned char *bytes)
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value |= (uint64_t) bytes[i] << 8 * i;
	return value;
}

void evo_pack_doubles(struct evo_text *out, const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t bits;
		memcpy(&bits, &values[i], sizeof(bits));
		evo_pack_integer(out, bits);
	}
}

void evo_unpack_doubles(const unsigned char *bytes, double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t bits = evo_unpack_integer(bytes + 8 * i);
		memcpy(&values[i], &bits, sizeof(bits));
	}
}
