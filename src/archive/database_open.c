/* The file of stored runs: what is in it, how it is opened, and which one it is. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "evoscope/database.h"

#define APPLICATION 0x65766f73 /* "evos" */
#define FORMAT      1

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
/*
 * What came later: earlier programs do without it. `signs` has the last sign of life of whoever
 * drives a run, as a process of its number and start gave it; `scored` the scores of trees on
 * networks that belong to no stored generation yet.
 */
static const char schema_later[] =
        "CREATE TABLE IF NOT EXISTS carried"
        " (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, expression TEXT NOT NULL,"
        " PRIMARY KEY (run, position)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS signs"
        " (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " process INTEGER NOT NULL, started INTEGER NOT NULL, at INTEGER NOT NULL,"
        " count INTEGER NOT NULL, PRIMARY KEY (run)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS scored"
        " (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, machine INTEGER NOT NULL, trees BLOB, columns BLOB,"
        " scores BLOB, PRIMARY KEY (run, position));";
_Static_assert(APPLICATION == 1702260595 && FORMAT == 1, "as the schema says");

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
			good = evo_database_fail(database, code, err);
	}
	return evo_database_end(database, good, err);
}

/* One statement or more, without values. */
static bool execute(struct evo_database *database, const char *sql, struct evo_error *err)
{
	int code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK || evo_database_fail(database, code, err);
}

static bool open_to_write(struct evo_database *database, struct evo_error *err)
{
	bool empty;
	int64_t ignored;
	if (!check_format(database, &empty, err) || (empty && !make_tables(database, err)))
		return false;
	/* Where there can be no write-ahead log, as on some network file systems, SQLite says so
	   and keeps its rollback journal. */
	ask(database, "PRAGMA journal_mode = WAL", &ignored, NULL);
	return execute(database, schema_later, err) &&
	       execute(database, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", err);
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

/* ---- Which file it is ------------------------------------------------------------------------ */

static struct evo_identity identify(const char *file, const char *suffix)
{
	struct evo_identity identity = {0, 0};
	struct stat status;
	char *path = evo_format("%s%s", file, suffix);
	if (stat(path, &status) == 0)
		identity = (struct evo_identity){(uint64_t) status.st_dev, status.st_ino};
	free(path);
	return identity;
}

static bool same_file(struct evo_identity a, struct evo_identity b)
{
	return a.device == b.device && a.inode == b.inode;
}

bool evo_database_in_place(struct evo_database *database)
{
	static const struct evo_identity none;
	const struct evo_identity log = identify(database->file, "-wal");
	int moved = 0;
	if (database->handle == NULL)
		return false;
	/* SQLite compares the name with the file that it has open, but not the devices. */
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved != 0 || !same_file(identify(database->file, ""), database->opened))
		return false;
	/* The log is there once something was written, and then until everybody has closed it. */
	if (same_file(database->log, none))
		database->log = log;
	return same_file(log, database->log);
}

void evo_database_checkpoint(struct evo_database *database)
{
	/* Nobody is waited for: who is reading keeps what it reads, and the next time does it. */
	sqlite3_busy_timeout(database->handle, 0);
	sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(database->handle, EVO_DATABASE_PATIENCE);
}

/* ---- Files that can only be read ------------------------------------------------------------- */

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

/* A program that was stopped before it had made the tables leaves none: no run is stored in it. */
static bool check_to_read(struct evo_database *database, struct evo_error *err)
{
	bool empty = false;
	bool good = check_format(database, &empty, err);
	if (good && empty) {
		sqlite3_close(database->handle);
		database->handle = NULL;
	}
	return good;
}

static bool reopen(struct evo_database *database, const char *name, int flags,
                   struct evo_error *err)
{
	sqlite3_close(database->handle);
	int code = sqlite3_open_v2(name, &database->handle, flags, NULL);
	return code == SQLITE_OK ? check_to_read(database, err)
	                         : evo_database_fail(database, code, err);
}

static bool copy_bytes(const char *from, const char *to, struct evo_error *err)
{
	char block[1 << 16];
	size_t length;
	FILE *in = fopen(from, "re"), *out = in != NULL ? fopen(to, "we") : NULL;
	bool good = out != NULL;
	while (good && (length = fread(block, 1, sizeof(block), in)) > 0)
		good = fwrite(block, 1, length, out) == length;
	good = good && ferror(in) == 0;
	int why = errno;
	if (in != NULL)
		fclose(in);
	if (out != NULL && fclose(out) != 0 && good) {
		good = false;
		why = errno;
	}
	return good || evo_fail(err, EVO_E_IO, "%s cannot be copied to %s, to be read: %s", from,
	                        to, strerror(why));
}

/*
 * What was written last is in the log beside the file, and to read that SQLite has to write: it
 * does so to a copy, which is there only as long as it is open.
 */
static bool open_copy(struct evo_database *database, struct evo_error *err)
{
	const char *root = getenv("TMPDIR");
	int lock;
	root = root != NULL && *root != '\0' ? root : "/tmp";
	char *folder = evo_temporary_folder(root, &lock);
	if (folder == NULL)
		return evo_fail(err, EVO_E_IO,
		                "%s cannot be written, so that it has to be copied to be read, "
		                "and there can be no folder in %s: %s; say with TMPDIR where",
		                database->file, root, strerror(errno));
	char *copy = evo_path_join(folder, "runs.db"), *log = evo_format("%s-wal", copy);
	char *own_log = evo_format("%s-wal", database->file);
	bool good = copy_bytes(database->file, copy, err) && copy_bytes(own_log, log, err) &&
	            reopen(database, copy, SQLITE_OPEN_READWRITE, err);
	evo_remove_tree(folder, NULL);
	close(lock);
	free(own_log);
	free(log);
	free(copy);
	free(folder);
	return good;
}

static bool has_log(const struct evo_database *database)
{
	struct stat status;
	char *log = evo_format("%s-wal", database->file);
	bool has = stat(log, &status) == 0 && status.st_size > 0;
	free(log);
	return has;
}

static bool open_unchanging(struct evo_database *database, struct evo_error *err)
{
	char *name = unchanging(database->file);
	bool good = reopen(database, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	free(name);
	return good;
}

/*
 * Readers of a file with a write-ahead log note beside it that they are there. Where they cannot,
 * nobody is writing either, or the note would be there: it is read as it is.
 */
static bool open_to_read(struct evo_database *database, struct evo_error *err)
{
	struct evo_error first = {0};
	if (check_to_read(database, &first))
		return true;
	int code = sqlite3_errcode(database->handle) & 0xff;
	if (first.code != EVO_E_IO || access(database->file, R_OK) != 0 ||
	    (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return evo_fail(err, first.code, "%s", first.message);
	return has_log(database) ? open_copy(database, err) : open_unchanging(database, err);
}

/* ---- Opening and closing --------------------------------------------------------------------- */

bool evo_database_open(struct evo_database *database, const char *file, bool write,
                       struct evo_error *err)
{
	struct stat status;
	*database = (struct evo_database){.file = evo_strdup(file)};
	if (!write && stat(file, &status) != 0 && errno == ENOENT)
		return true;
	if (write && !make_folder(file, err))
		return false;
	/* A reader that may write leaves no files behind; where it may not, SQLite only reads. */
	int code = sqlite3_open_v2(file, &database->handle,
	                           SQLITE_OPEN_READWRITE | (write ? SQLITE_OPEN_CREATE : 0), NULL);
	if (code != SQLITE_OK)
		return evo_database_fail(database, code, err);
	sqlite3_busy_timeout(database->handle, EVO_DATABASE_PATIENCE);
	if (!write)
		return open_to_read(database, err);
	bool good = open_to_write(database, err);
	database->opened = identify(file, "");
	return good;
}

bool evo_database_open_aside(struct evo_database *database, struct evo_error *err)
{
	*database = (struct evo_database){.file = evo_strdup("a temporary file")};
	int code = sqlite3_open_v2("", &database->handle, SQLITE_OPEN_READWRITE, NULL);
	return code == SQLITE_OK
	               ? make_tables(database, err) && execute(database, schema_later, err)
	               : evo_database_fail(database, code, err);
}

void evo_database_close(struct evo_database *database)
{
	sqlite3_close(database->handle);
	free(database->file);
	memset(database, 0, sizeof(*database));
}
