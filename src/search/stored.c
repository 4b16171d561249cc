/*
 * Runs in the file, by name: which there are, who drives them, their configurations, and how one is
 * deleted or all are copied.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stored.h"

#include "evoscope/archive.h"
#include "evoscope/proxy.h"

char *evo_runs_file(void)
{
	return evo_path_data("runs.db");
}

/* ---- Runs by name ---------------------------------------------------------------------------- */

static bool not_found(struct evo_database *database, const char *name, struct evo_error *err)
{
	char **names = NULL;
	size_t count = 0;
	struct evo_rows rows;
	evo_rows_open(&rows, database, "SELECT name FROM runs", NULL, 0);
	while (evo_rows_next(&rows)) {
		names = evo_realloc(names, count + 1, sizeof(*names));
		names[count++] = evo_strdup(evo_rows_text(&rows, 0));
	}
	if (evo_rows_close(&rows, err)) {
		char advice[EVO_ADVICE_SIZE];
		char *listed =
		        evo_format("`evoscope runs list` shows what is in %s", database->file);
		evo_fail(
		        err, EVO_E_NOT_FOUND, "no run is called '%s'; %s", name,
		        evo_did_you_mean(name, (const char *const *) names, count, listed, advice));
		free(listed);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return false;
}

int64_t evo_stored_find(struct evo_database *database, const char *name, struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database, "SELECT id FROM runs WHERE name = ?",
	              EVO_VALUES(EVO_TEXT(name)));
	int64_t id = evo_rows_next(&rows) ? evo_rows_integer(&rows, 0) : 0;
	if (evo_rows_close(&rows, err) && id == 0)
		not_found(database, name, err);
	return id;
}

bool evo_stored_taken(const char *name, struct evo_error *err)
{
	return evo_fail(err, EVO_E_USAGE,
	                "a run is called %s already: go on with it (--resume %s), give another "
	                "--name, or free this one (evoscope runs delete %s)",
	                name, name, name);
}

bool evo_stored_name_free(const char *file, const char *name, struct evo_error *err)
{
	struct evo_database database;
	/* What is wrong with the file is told when it is to be used. */
	bool taken = evo_database_open(&database, file, false, NULL) &&
	             evo_stored_find(&database, name, NULL) != 0;
	evo_database_close(&database);
	return !taken || evo_stored_taken(name, err);
}

/* ---- Who drives it --------------------------------------------------------------------------- */

char *evo_stored_query(struct evo_database *database, const char *columns, const char *more)
{
	/* Earlier programs made files without signs, and drove runs without giving any. */
	const bool signs = database->handle != NULL && evo_database_has(database, "signs");
	return evo_format("SELECT %s, owner_host, owner_boot, owner_process, owner_started, %s"
	                  " FROM runs%s %s",
	                  columns, signs ? "signs.count, signs.at" : "NULL, NULL",
	                  signs ? " LEFT JOIN signs ON signs.run = runs.id"
	                          " AND signs.process = owner_process"
	                          " AND signs.started = owner_started"
	                        : "",
	                  more);
}

void evo_stored_read_owner(struct evo_rows *rows, int column, struct evo_owner *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->host, sizeof(out->host), "%s", evo_rows_text(rows, column));
	snprintf(out->boot, sizeof(out->boot), "%s", evo_rows_text(rows, column + 1));
	out->process = evo_rows_integer(rows, column + 2);
	out->started = evo_rows_integer(rows, column + 3);
	out->signs = evo_rows_integer(rows, column + 4);
	out->signed_at = evo_rows_integer(rows, column + 5);
}

bool evo_stored_owner(struct evo_database *database, int64_t id, struct evo_owner *out,
                      struct evo_error *err)
{
	struct evo_rows rows;
	char *query = evo_stored_query(database, "runs.id", "WHERE runs.id = ?");
	evo_rows_open(&rows, database, query, EVO_VALUES(EVO_INTEGER(id)));
	bool found = evo_rows_next(&rows);
	if (found)
		evo_stored_read_owner(&rows, 1, out);
	free(query);
	if (!evo_rows_close(&rows, err))
		return false;
	return found ||
	       evo_fail(err, EVO_E_NOT_FOUND, "the run is not in %s any more", database->file);
}

const char *evo_stored_true_state(const char *stored, const struct evo_owner *owner)
{
	bool going = strcmp(stored, evo_run_state_name(EVO_RUN_RUNNING)) == 0 ||
	             strcmp(stored, evo_run_state_name(EVO_RUN_PAUSED)) == 0;
	return going && evo_owner_look(owner) != EVO_OWNER_ALIVE ? "interrupted" : stored;
}

static bool same_sign(const struct evo_owner *a, const struct evo_owner *b)
{
	return evo_owner_same(a, b) && a->signs == b->signs;
}

bool evo_stored_watch(struct evo_database *database, int64_t id, const char *name,
                      struct evo_owner *watched, const atomic_bool *quit,
                      void (*say)(void *context, const struct evo_owner *owner), void *context,
                      struct evo_error *err)
{
	const struct timespec nap = {.tv_nsec = 200000000};
	struct evo_owner now;
	const double begin = evo_now();
	if (!evo_stored_owner(database, id, watched, err))
		return false;
	if (evo_owner_look(watched) != EVO_OWNER_SILENT)
		return true;
	if (say != NULL)
		say(context, watched);
	while (evo_now() - begin < EVO_WATCH_SECONDS) {
		nanosleep(&nap, NULL);
		if (quit != NULL && *quit)
			return evo_fail(err, EVO_E_CANCELLED, "stopped");
		if (!evo_stored_owner(database, id, &now, err))
			return false;
		if (!same_sign(&now, watched))
			return evo_owner_refuse(&now, name, err);
	}
	return true;
}

bool evo_stored_vacant(struct evo_database *database, int64_t id, const char *name,
                       const struct evo_owner *watched, struct evo_error *err)
{
	struct evo_owner now;
	if (!evo_stored_owner(database, id, &now, err))
		return false;
	enum evo_owner_is is = evo_owner_look(&now);
	if (is == EVO_OWNER_GONE || (is == EVO_OWNER_SILENT && same_sign(&now, watched)))
		return true;
	return evo_owner_refuse(&now, name, err);
}

/* ---- List ------------------------------------------------------------------------------------ */

struct evo_stored_run *evo_runs_list(const char *file, size_t *count, struct evo_error *err)
{
	struct evo_database database;
	struct evo_stored_run *list = NULL;
	struct evo_rows rows;
	*count = 0;
	bool good = evo_database_open(&database, file, false, err);
	if (good) {
		char *query = evo_stored_query(
		        &database,
		        "name, state, preset, seed, generation, generations, best,"
		        " created, updated, expression,"
		        " (SELECT group_concat(name, ' ') FROM (SELECT name FROM benchmarks"
		        "  WHERE run = runs.id ORDER BY position))",
		        "ORDER BY updated DESC, id DESC");
		evo_rows_open(&rows, &database, query, NULL, 0);
		free(query);
		while (evo_rows_next(&rows)) {
			struct evo_owner owner;
			list = evo_realloc(list, *count + 1, sizeof(*list));
			struct evo_stored_run *one = &list[(*count)++];
			memset(one, 0, sizeof(*one));
			evo_stored_read_owner(&rows, 11, &owner);
			snprintf(one->name, sizeof(one->name), "%s", evo_rows_text(&rows, 0));
			snprintf(one->state, sizeof(one->state), "%s",
			         evo_stored_true_state(evo_rows_text(&rows, 1), &owner));
			snprintf(one->preset, sizeof(one->preset), "%s", evo_rows_text(&rows, 2));
			one->seed = (uint64_t) evo_rows_integer(&rows, 3);
			one->generation = (size_t) evo_rows_integer(&rows, 4);
			one->generations = (size_t) evo_rows_integer(&rows, 5);
			one->best = evo_rows_real(&rows, 6);
			one->created = evo_rows_integer(&rows, 7);
			one->updated = evo_rows_integer(&rows, 8);
			one->expression = evo_strdup(evo_rows_text(&rows, 9));
			one->benchmarks = evo_strdup(evo_rows_text(&rows, 10));
		}
		good = evo_rows_close(&rows, err);
	}
	evo_database_close(&database);
	if (!good) {
		evo_runs_list_free(list, *count);
		*count = 0;
		return NULL;
	}
	return list != NULL ? list : evo_calloc(1, sizeof(*list));
}

void evo_runs_list_free(struct evo_stored_run *list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++) {
		free(list[i].expression);
		free(list[i].benchmarks);
	}
	free(list);
}

/* ---- Copy ------------------------------------------------------------------------------------ */

/* It appears under its name when it is whole. */
static bool copy_through(struct evo_database *database, const char *folder, const char *to,
                         struct evo_error *err)
{
	char *path = evo_path_join(folder, "runs.db");
	bool good = evo_database_do(database, "VACUUM INTO ?", EVO_VALUES(EVO_TEXT(path)), err);
	if (good && rename(path, to) != 0)
		good = evo_fail(err, EVO_E_IO, "%s cannot be written: %s", to, strerror(errno));
	free(path);
	return good;
}

bool evo_runs_copy(const char *file, const char *to, struct evo_error *err)
{
	struct evo_database database;
	const char *slash = strrchr(to, '/');
	char *parent = slash == NULL ? evo_strdup(".")
	                             : evo_strndup(to, slash == to ? 1 : (size_t) (slash - to));
	char *folder = NULL;
	int lock;
	bool good = evo_database_open(&database, file, false, err);
	if (good && database.handle == NULL)
		good = evo_fail(err, EVO_E_NOT_FOUND,
		                "there is no %s to copy; name the file of runs with --store", file);
	if (good && evo_path_exists(to))
		good = evo_fail(err, EVO_E_INPUT, "%s is there already; name another file", to);
	if (good && (folder = evo_temporary_folder(parent, &lock)) == NULL)
		good = evo_fail(err, EVO_E_IO, "%s cannot be written: %s", to, strerror(errno));
	good = good && copy_through(&database, folder, to, err);
	if (folder != NULL) {
		evo_remove_tree(folder, NULL);
		close(lock);
	}
	free(folder);
	free(parent);
	evo_database_close(&database);
	return good;
}

/* ---- Delete ---------------------------------------------------------------------------------- */

/* watched: where the owner has been; NULL: whoever drives it loses it. */
static bool delete_run(struct evo_database *database, int64_t id, const char *name,
                       const struct evo_owner *watched, struct evo_error *err)
{
	bool good = evo_database_begin(database, err);
	good = good && (watched == NULL || evo_stored_vacant(database, id, name, watched, err)) &&
	       evo_database_do(database, "DELETE FROM runs WHERE id = ?",
	                       EVO_VALUES(EVO_INTEGER(id)), err);
	return evo_database_end(database, good, err);
}

bool evo_runs_delete(const char *file, const char *name, enum evo_taking how, struct evo_error *err)
{
	struct evo_database database;
	struct evo_owner watched = {0};
	/* A file that is not there has no run, and is not made. */
	if (!evo_path_exists(file))
		return evo_fail(err, EVO_E_NOT_FOUND, "no run is called '%s': there is no %s", name,
		                file);
	bool good = evo_database_open(&database, file, true, err);
	int64_t id = good ? evo_stored_find(&database, name, err) : 0;
	good = id != 0 &&
	       (how != EVO_TAKE_WATCHING ||
	        evo_stored_watch(&database, id, name, &watched, NULL, NULL, NULL, err)) &&
	       delete_run(&database, id, name, how == EVO_TAKE_OVER ? NULL : &watched, err);
	/* To give the room back matters less than anybody who is at work in the file. */
	if (good)
		evo_database_do(&database, "VACUUM", NULL, 0, NULL);
	evo_database_close(&database);
	return good;
}

/* ---- Configuration --------------------------------------------------------------------------- */

/* Of searches that were stored before there was a line of it. */
#define FIRST_NEWEST_ID 105

bool evo_stored_read_settings(const char *text, struct evo_gp_config *config, struct evo_error *err)
{
	char *copy = evo_strdup(text), *rest = copy, *line;
	bool good = true;
	config->newest_id = FIRST_NEWEST_ID;
	while (good && (line = strtok_r(rest, "\n", &rest)) != NULL) {
		char *equals = strstr(line, " = ");
		if (equals == NULL) {
			good = evo_fail(err, EVO_E_INPUT,
			                "the stored settings have no value in `%s`", line);
		} else {
			*equals = '\0';
			if (strcmp(line, EVO_NEWEST_ID) == 0)
				config->newest_id = (unsigned) strtoul(equals + 3, NULL, 10);
			else
				good = evo_gp_config_set(config, line, equals + 3, err);
		}
	}
	free(copy);
	return good;
}

static const char *const *read_list(struct evo_database *database, const char *sql, int64_t id,
                                    size_t *count, struct evo_error *err)
{
	char **list = evo_calloc(1, sizeof(*list));
	struct evo_rows rows;
	*count = 0;
	evo_rows_open(&rows, database, sql, EVO_VALUES(EVO_INTEGER(id)));
	while (evo_rows_next(&rows)) {
		list = evo_realloc(list, *count + 1, sizeof(*list));
		list[(*count)++] = evo_strdup(evo_rows_text(&rows, 0));
	}
	evo_rows_close(&rows, err);
	return (const char *const *) list;
}

static bool read_config(struct evo_database *database, const char *name,
                        struct evo_run_config *config, struct evo_error *err)
{
	struct evo_error wrong = {0};
	struct evo_rows rows;
	int64_t id = evo_stored_find(database, name, err);
	if (id == 0)
		return false;
	evo_rows_open(&rows, database,
	              "SELECT preset, seed, settings, channels, cells, batch, side, classes,"
	              " probe_of, seconds, target FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	if (evo_rows_next(&rows)) {
		snprintf(config->gp.preset, sizeof(config->gp.preset), "%s",
		         evo_rows_text(&rows, 0));
		config->seed = (uint64_t) evo_rows_integer(&rows, 1);
		evo_stored_read_settings(evo_rows_text(&rows, 2), &config->gp, &wrong);
		size_t *const sizes[] = {&config->probe.channels, &config->probe.cells,
		                         &config->probe.batch, &config->probe.side,
		                         &config->probe.classes};
		for (size_t i = 0; i < EVO_COUNT(sizes); i++)
			*sizes[i] = (size_t) evo_rows_integer(&rows, (int) i + 3);
		if (*evo_rows_text(&rows, 8) != '\0')
			config->probe.probe_of = evo_strdup(evo_rows_text(&rows, 8));
		config->seconds = evo_rows_real(&rows, 9);
		config->target = evo_rows_real(&rows, 10);
	}
	config->benchmarks =
	        read_list(database, "SELECT name FROM benchmarks WHERE run = ? ORDER BY position",
	                  id, &config->benchmark_count, &wrong);
	config->injected = read_list(
	        database, "SELECT expression FROM injected WHERE run = ? ORDER BY position", id,
	        &config->injected_count, &wrong);
	if (evo_database_has(database, "carried"))
		config->carried = read_list(
		        database, "SELECT expression FROM carried WHERE run = ? ORDER BY position",
		        id, &config->carried_count, &wrong);
	if (!evo_rows_close(&rows, err))
		return false;
	if (wrong.code != EVO_OK)
		return evo_fail(err, wrong.code, "run %s: %s", name, wrong.message);
	return true;
}

bool evo_run_config_stored(struct evo_run_config *config, const char *file, const char *name,
                           struct evo_error *err)
{
	struct evo_database database;
	*config = evo_run_config_default();
	config->benchmarks = NULL;
	config->benchmark_count = 0;
	bool good = evo_database_open(&database, file, false, err) &&
	            read_config(&database, name, config, err);
	evo_database_close(&database);
	config->name = evo_strdup(name);
	config->resume = evo_strdup(name);
	config->runs_file = evo_strdup(file);
	return good;
}
