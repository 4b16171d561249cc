/*
 * database: a file of SQLite's, and statements to it.
 *
 * Every failure is one line that names the file and says what to do. A transaction that fails is
 * rolled back, so what the file held before it is what it holds after it.
 */
#ifndef EVOSCOPE_DATABASE_H
#define EVOSCOPE_DATABASE_H

#include "evoscope/base.h"

struct sqlite3;
struct sqlite3_stmt;

/* Which file a name stands for; zeros where there is none. */
struct evo_identity {
	uint64_t device, inode;
};
struct evo_database {
	struct sqlite3 *handle; /* NULL: reading, and there is no such file */
	char *file;
	struct evo_identity opened, log; /* to be written: the file, and its write-ahead log */
};
#define EVO_DATABASE_PATIENCE 5000 /* milliseconds that another program's lock is waited for */

/*
 * Opens a file. write: it is made where it is not there, with its folders; else it is only read,
 * for which it need not be writable, and one that is not there is empty. EVO_E_IO: refused by the
 * system, locked, damaged; EVO_E_INPUT: another program's, or of a later format. Close it in any
 * case.
 */
bool evo_database_open(struct evo_database *database, const char *file, bool write,
                       struct evo_error *err);
/* One of its own without a name, which is gone when it is closed. */
bool evo_database_open_aside(struct evo_database *database, struct evo_error *err);
void evo_database_close(struct evo_database *database);
/* Is its name still that of the file that is open to be written? It may have been removed, renamed
   or replaced, and so may its log. */
bool evo_database_in_place(struct evo_database *database);
/* Brings what is in the log into the file, as far as readers let it: so a copy of the file alone
   has it. */
void evo_database_checkpoint(struct evo_database *database);
/* Sets err by one of SQLite's codes; false. */
bool evo_database_fail(const struct evo_database *database, int code, struct evo_error *err);

/* ---- Statements ------------------------------------------------------------------------------ */

enum evo_value_type {
	EVO_VALUE_TEXT,
	EVO_VALUE_INTEGER,
	EVO_VALUE_REAL,
	EVO_VALUE_BYTES
};
struct evo_value {
	enum evo_value_type type;
	const void *bytes; /* TEXT: NULL is NULL; BYTES */
	size_t length;
	int64_t integer;
	double real; /* NaN is NULL */
};
/* clang-format off */
#define EVO_TEXT(text)     {.type = EVO_VALUE_TEXT, .bytes = (text)}
#define EVO_INTEGER(value) {.type = EVO_VALUE_INTEGER, .integer = (int64_t) (value)}
#define EVO_REAL(value)    {.type = EVO_VALUE_REAL, .real = (value)}
#define EVO_BYTES(packed) \
	{.type = EVO_VALUE_BYTES, .bytes = (packed)->data, .length = (packed)->length}
/* clang-format on */
/* What the question marks of a statement stand for: a list and its length. */
#define EVO_VALUES(...)                                                                            \
	(const struct evo_value[]){__VA_ARGS__},                                                   \
	        sizeof((const struct evo_value[]){__VA_ARGS__}) / sizeof(struct evo_value)

/* A statement without rows. */
bool evo_database_do(struct evo_database *database, const char *sql, const struct evo_value *values,
                     size_t count, struct evo_error *err);
/* Files made by an earlier evoscope lack tables that came later, as long as they are only read. */
bool evo_database_has(struct evo_database *database, const char *table);
int64_t evo_database_inserted(const struct evo_database *database); /* the last row's key */

/* One with rows. Values are borrowed until it is closed. */
struct evo_rows {
	struct evo_database *database;
	struct sqlite3_stmt *statement;
	struct evo_error error;
};
void evo_rows_open(struct evo_rows *rows, struct evo_database *database, const char *sql,
                   const struct evo_value *values, size_t count);
bool evo_rows_next(struct evo_rows *rows);                         /* false: no more, or failed */
bool evo_rows_close(struct evo_rows *rows, struct evo_error *err); /* false: failed */
/* Columns from 0. Borrowed until the next row; text is never NULL. */
const char *evo_rows_text(struct evo_rows *rows, int column);
int64_t evo_rows_integer(struct evo_rows *rows, int column);
double evo_rows_real(struct evo_rows *rows, int column); /* NaN for NULL */
const unsigned char *evo_rows_bytes(struct evo_rows *rows, int column, size_t *length);

/* ---- Transactions: whole, or not at all ------------------------------------------------------ */

bool evo_database_begin(struct evo_database *database, struct evo_error *err);
/* Ends it: well, or when `good` is false or it cannot be ended, as if nothing had been done. */
bool evo_database_end(struct evo_database *database, bool good, struct evo_error *err);

/* ---- Numbers as bytes, the same on every machine --------------------------------------------- */

void evo_pack_doubles(struct evo_text *out, const double *values, size_t count);
void evo_unpack_doubles(const unsigned char *bytes, double *values, size_t count);
void evo_pack_integer(struct evo_text *out, uint64_t value); /* 8 bytes */
uint64_t evo_unpack_integer(const unsigned char *bytes);

#endif
