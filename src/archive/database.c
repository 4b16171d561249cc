/*
 * Statements to an SQLite file, and one sentence for each of its failures. Numbers are packed into
 * bytes that are the same on every machine.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "evoscope/database.h"

/* ---- What went wrong ------------------------------------------------------------------------- */

/*
 * The most bytes that a file may have here, when what is stored is about as large; 0 otherwise.
 * SQLite says no more than that writing failed, and it writes a page of 64 KiB at most at once.
 */
static unsigned long long size_limit(const char *file)
{
	static const char *const suffixes[] = {"", "-wal", "-journal", "-shm"};
	struct rlimit limit;
	struct stat status;
	unsigned long long most = 0;
	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return 0;
	for (size_t i = 0; i < EVO_COUNT(suffixes); i++) {
		char *path = evo_format("%s%s", file, suffixes[i]);
		if (stat(path, &status) == 0 && (unsigned long long) status.st_size > most)
			most = (unsigned long long) status.st_size;
		free(path);
	}
	return most + 65536 >= limit.rlim_cur ? limit.rlim_cur : 0;
}

static bool fail_io(const char *file, const char *why, struct evo_error *err)
{
	unsigned long long most = size_limit(file);
	if (most > 0)
		return evo_fail(err, EVO_E_IO,
		                "%s cannot grow: no file may have more than %llu bytes here; raise "
		                "that limit (ulimit -f)",
		                file, most);
	return evo_fail(err, EVO_E_IO,
	                "%s cannot be read or written (%s); look after its disk, or name another "
	                "with --store",
	                file, why);
}

bool evo_database_fail(const struct evo_database *database, int code, struct evo_error *err)
{
	const char *file = database->file;
	const char *says =
	        database->handle != NULL ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code);
	int system = database->handle != NULL ? sqlite3_system_errno(database->handle) : 0;
	bool refused =
	        system != 0 && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN);
	char why[160]; /* with the system's reason, where there is one */
	snprintf(why, sizeof(why), "%s%s%s", says, refused ? ": " : "",
	         refused ? strerror(system) : "");
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
	case SQLITE_IOERR:
		return fail_io(file, why, err);
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
		evo_database_fail(database, code, &rows->error);
}

bool evo_rows_next(struct evo_rows *rows)
{
	if (rows->statement == NULL || rows->error.code != EVO_OK)
		return false;
	int code = sqlite3_step(rows->statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		evo_database_fail(rows->database, code, &rows->error);
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
	if (!good && database->handle != NULL && !sqlite3_get_autocommit(database->handle))
		evo_database_do(database, "ROLLBACK", NULL, 0, NULL);
	return good;
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
