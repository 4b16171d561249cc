/*
 * Scores of earlier sessions: a file of SQLite's, its keys, and what waits to be written.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "evoscope/blas.h"
#include "evoscope/database.h"
#include "kept.h"

#define PATIENCE      200 /* milliseconds that another program's lock is waited for */
#define FLUSH_SECONDS 1.0

struct waiting {
	struct evo_score_key tree, network;
	uint64_t bits; /* of the score */
};

struct evo_kept {
	struct evo_database database;
	struct waiting *waiting;
	size_t count, room;
	double flushed; /* when */
	bool lost;      /* it cannot be used any more */
};

/* ---- Keys ------------------------------------------------------------------------------------ */

struct evo_score_key evo_kept_probe(const struct evo_case_item *item)
{
	struct evo_score_key key = evo_score_key_machine();
	evo_score_key_probe(&key, &item->probe);
	evo_score_key_number(&key, item->probe.seed);
	evo_score_key_number(&key, item->images);
	return key;
}

struct evo_score_key evo_kept_tree(struct evo_score_key probe, const struct evo_tree *tree)
{
	evo_score_key_tree(&probe, tree);
	return probe;
}

struct evo_score_key evo_kept_network(const char *architecture)
{
	struct evo_score_key key = {{3, 4}};
	evo_score_key_text(&key, architecture);
	return key;
}

/* What a row is sealed by: it is of this tree and network, and nobody has changed it. */
static uint64_t seal(uint64_t tree, uint64_t network, uint64_t bits)
{
	const uint64_t numbers[] = {tree, network, bits};
	return evo_hash(numbers, sizeof(numbers), 5);
}

/* ---- Opening and closing --------------------------------------------------------------------- */

static const char schema[] =
        "CREATE TABLE IF NOT EXISTS trees (tree INTEGER PRIMARY KEY, used INTEGER NOT NULL);"
        "CREATE TABLE IF NOT EXISTS scores (tree INTEGER NOT NULL, network INTEGER NOT NULL,"
        " score INTEGER NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (tree, network))"
        " WITHOUT ROWID";

/* What it holds can be had again, so it need not outlive the machine's going down. */
static int open_file(struct evo_database *database)
{
	int code = sqlite3_open_v2(database->file, &database->handle,
	                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(database->handle, PATIENCE);
	if (code == SQLITE_OK)
		code = sqlite3_exec(database->handle, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(database->handle, schema, NULL, NULL, NULL);
	if (code != SQLITE_OK) {
		sqlite3_close(database->handle);
		database->handle = NULL;
	}
	return code & 0xff;
}

static bool is_damage(int code)
{
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
}

/* With the journal of a transaction that it does not get any more. */
static void remove_file(const char *file)
{
	char *journal = evo_format("%s-journal", file);
	unlink(file);
	unlink(journal);
	free(journal);
}

struct evo_kept *evo_kept_open(void)
{
	struct evo_kept *kept = evo_calloc(1, sizeof(*kept));
	char *folder = evo_path_data(NULL);
	kept->database.file = evo_path_join(folder, "kept.db");
	kept->flushed = evo_now();
	int code =
	        evo_make_directories(folder, NULL) ? open_file(&kept->database) : SQLITE_CANTOPEN;
	if (is_damage(code)) {
		remove_file(kept->database.file);
		code = open_file(&kept->database);
	}
	free(folder);
	if (code == SQLITE_OK)
		return kept;
	evo_kept_close(kept);
	return NULL;
}

/* After a failure: what is damaged is removed, to be begun anew by whoever comes next. */
static void give_up(struct evo_kept *kept)
{
	if (is_damage(sqlite3_errcode(kept->database.handle) & 0xff))
		remove_file(kept->database.file);
	kept->lost = true;
}

static void trim(struct evo_kept *kept)
{
	static const char *const statements[] = {
	        "DELETE FROM trees WHERE tree IN (SELECT tree FROM (SELECT trees.tree AS tree,"
	        " sum(count(*)) OVER (ORDER BY used DESC, trees.tree) AS total FROM trees"
	        " JOIN scores USING (tree) GROUP BY trees.tree) WHERE total > ?)",
	        "DELETE FROM scores WHERE tree NOT IN (SELECT tree FROM trees)"};
	struct evo_rows rows;
	evo_rows_open(&rows, &kept->database, "SELECT count(*) FROM scores", NULL, 0);
	bool many = evo_rows_next(&rows) && evo_rows_integer(&rows, 0) > EVO_KEPT_MOST;
	if (!evo_rows_close(&rows, NULL) || !many)
		return;
	bool good = evo_database_begin(&kept->database, NULL) &&
	            evo_database_do(&kept->database, statements[0],
	                            EVO_VALUES(EVO_INTEGER(EVO_KEPT_MOST)), NULL) &&
	            evo_database_do(&kept->database, statements[1], NULL, 0, NULL);
	evo_database_end(&kept->database, good, NULL);
}

void evo_kept_close(struct evo_kept *kept)
{
	if (kept == NULL)
		return;
	if (kept->database.handle != NULL) {
		evo_kept_flush(kept);
		if (!kept->lost)
			trim(kept);
	}
	evo_database_close(&kept->database);
	free(kept->waiting);
	free(kept);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void touch(struct evo_kept *kept, uint64_t tree)
{
	/* Where another program is writing it stays as long ago as it was. */
	evo_database_do(&kept->database, "UPDATE trees SET used = ? WHERE tree = ?",
	                EVO_VALUES(EVO_INTEGER(time(NULL)), EVO_INTEGER(tree)), NULL);
}

void evo_kept_read(struct evo_kept *kept, struct evo_score_key tree, evo_kept_check check,
                   evo_kept_take take, void *context)
{
	struct evo_rows rows;
	bool any = false;
	if (kept == NULL || kept->lost)
		return;
	evo_rows_open(&rows, &kept->database,
	              "SELECT network, score, seal FROM scores WHERE tree = ?",
	              EVO_VALUES(EVO_INTEGER(tree.hash[0])));
	while (evo_rows_next(&rows)) {
		uint64_t network = (uint64_t) evo_rows_integer(&rows, 0);
		uint64_t bits = (uint64_t) evo_rows_integer(&rows, 1);
		uint64_t other = check(context, network);
		double score;
		if (other == 0 ||
		    (uint64_t) evo_rows_integer(&rows, 2) != seal(tree.hash[1], other, bits))
			continue;
		memcpy(&score, &bits, sizeof(score));
		take(context, network, score);
		any = true;
	}
	if (!evo_rows_close(&rows, NULL))
		give_up(kept);
	else if (any)
		touch(kept, tree.hash[0]);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool put_one(struct evo_kept *kept, const struct waiting *one)
{
	uint64_t sealed = seal(one->tree.hash[1], one->network.hash[1], one->bits);
	return evo_database_do(&kept->database, "INSERT OR REPLACE INTO scores VALUES (?,?,?,?)",
	                       EVO_VALUES(EVO_INTEGER(one->tree.hash[0]),
	                                  EVO_INTEGER(one->network.hash[0]), EVO_INTEGER(one->bits),
	                                  EVO_INTEGER(sealed)),
	                       NULL);
}

static bool put_tree(struct evo_kept *kept, uint64_t tree)
{
	return evo_database_do(&kept->database, "INSERT OR REPLACE INTO trees VALUES (?,?)",
	                       EVO_VALUES(EVO_INTEGER(tree), EVO_INTEGER(time(NULL))), NULL);
}

void evo_kept_flush(struct evo_kept *kept)
{
	if (kept == NULL || kept->lost || kept->count == 0)
		return;
	bool good = evo_database_begin(&kept->database, NULL);
	kept->flushed = evo_now();
	/* Another program is at it: later, unless that would be too much to wait. */
	if (!good && (sqlite3_errcode(kept->database.handle) & 0xff) == SQLITE_BUSY &&
	    kept->count < EVO_KEPT_MOST)
		return;
	for (size_t i = 0; good && i < kept->count; i++) {
		const struct waiting *one = &kept->waiting[i];
		bool first = i == 0 || one[-1].tree.hash[0] != one->tree.hash[0];
		good = (!first || put_tree(kept, one->tree.hash[0])) && put_one(kept, one);
	}
	if (!evo_database_end(&kept->database, good, NULL))
		give_up(kept);
	kept->count = 0;
}

void evo_kept_put(struct evo_kept *kept, struct evo_score_key tree, struct evo_score_key network,
                  double score)
{
	if (kept == NULL || kept->lost)
		return;
	kept->waiting =
	        evo_grown_by_one(kept->waiting, &kept->room, kept->count, sizeof(*kept->waiting));
	struct waiting *one = &kept->waiting[kept->count++];
	*one = (struct waiting){.tree = tree, .network = network};
	memcpy(&one->bits, &score, sizeof(score));
	if (evo_now() - kept->flushed >= FLUSH_SECONDS)
		evo_kept_flush(kept);
}
