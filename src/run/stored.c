#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "stored.h"

#include "evoscope/run.h"

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
		size_t nearest = evo_nearest(name, (const char *const *) names, count);
		if (nearest < count)
			evo_fail(err, EVO_E_NOT_FOUND, "no run is called `%s`; do you mean `%s`?",
			         name, names[nearest]);
		else
			evo_fail(err, EVO_E_NOT_FOUND,
			         "no run is called `%s`; `evoscope runs list` shows what is in %s",
			         name, database->file);
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

void evo_stored_read_owner(struct evo_rows *rows, int column, struct evo_owner *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->host, sizeof(out->host), "%s", evo_rows_text(rows, column));
	snprintf(out->boot, sizeof(out->boot), "%s", evo_rows_text(rows, column + 1));
	out->process = evo_rows_integer(rows, column + 2);
	out->started = evo_rows_integer(rows, column + 3);
}

bool evo_stored_owner(struct evo_database *database, int64_t id, struct evo_owner *out,
                      struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database,
	              "SELECT owner_host, owner_boot, owner_process, owner_started FROM runs"
	              " WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	bool found = evo_rows_next(&rows);
	if (found)
		evo_stored_read_owner(&rows, 0, out);
	if (!evo_rows_close(&rows, err))
		return false;
	return found ||
	       evo_fail(err, EVO_E_NOT_FOUND, "the run is not in %s any more", database->file);
}

const char *evo_stored_true_state(const char *stored, const struct evo_owner *owner)
{
	bool going = strcmp(stored, evo_run_state_name(EVO_RUN_RUNNING)) == 0 ||
	             strcmp(stored, evo_run_state_name(EVO_RUN_PAUSED)) == 0;
	return going && !evo_owner_alive(owner) ? "interrupted" : stored;
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
		evo_rows_open(&rows, &database,
		              "SELECT name, state, preset, seed, generation, generations, best,"
		              " created, updated, expression,"
		              " (SELECT group_concat(name, ' ') FROM (SELECT name FROM benchmarks"
		              "  WHERE run = runs.id ORDER BY position)),"
		              " owner_host, owner_boot, owner_process, owner_started FROM runs"
		              " ORDER BY updated DESC, id DESC",
		              NULL, 0);
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

/* ---- Delete ---------------------------------------------------------------------------------- */

static bool delete_run(struct evo_database *database, const char *name, struct evo_error *err)
{
	struct evo_owner owner;
	int64_t id = evo_stored_find(database, name, err);
	if (id == 0 || !evo_stored_owner(database, id, &owner, err))
		return false;
	if (evo_owner_alive(&owner))
		return evo_fail(err, EVO_E_IO,
		                "run %s is going in process %lld on %s; stop it there first", name,
		                (long long) owner.process, owner.host);
	return evo_database_do(database, "DELETE FROM runs WHERE id = ?",
	                       EVO_VALUES(EVO_INTEGER(id)), err);
}

bool evo_runs_delete(const char *file, const char *name, struct evo_error *err)
{
	struct evo_database database;
	bool good = false;
	/* A file that is not there has no run, and is not made. */
	if (!evo_path_exists(file))
		return evo_fail(err, EVO_E_NOT_FOUND, "no run is called `%s`: there is no %s", name,
		                file);
	if (evo_database_open(&database, file, true, err) && evo_database_begin(&database, err)) {
		good = delete_run(&database, name, err);
		good = evo_database_end(&database, good, err);
	}
	/* To give the room back matters less than anybody who is at work in the file. */
	if (good)
		evo_database_do(&database, "VACUUM", NULL, 0, NULL);
	evo_database_close(&database);
	return good;
}

/* ---- Configuration --------------------------------------------------------------------------- */

bool evo_stored_read_settings(const char *text, struct evo_gp_config *config, struct evo_error *err)
{
	char *copy = evo_strdup(text), *rest = copy, *line;
	bool good = true;
	while (good && (line = strtok_r(rest, "\n", &rest)) != NULL) {
		char *equals = strstr(line, " = ");
		if (equals == NULL) {
			good = evo_fail(err, EVO_E_INPUT,
			                "the stored settings have no value in `%s`", line);
		} else {
			*equals = '\0';
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
